"""The page about ASVS names tests that there are, and every row has a state and what it rests on."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "en" / "reference" / "asvs.md"
STATES = {"met", "open", "operator", "none"}


def _rows() -> list[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| V")]


def test_every_row_has_a_state_and_a_reason() -> None:
    assert len(_rows()) > 120
    for name, state, reason in _rows():
        assert re.match(r"V\d+\.\d+", name) and state in STATES, name
        assert reason or state == "none", name


def test_what_is_met_names_a_test_that_there_is() -> None:
    for name, state, reason in _rows():
        named = re.findall(r"`(tests/[\w/]+(?:\.py)?)`", reason)
        assert named or state != "met", name
        for one in named:
            assert (ROOT / one).exists(), (name, one)


def test_no_requirement_stands_twice() -> None:
    found = [one for name, _, _ in _rows() for one in re.findall(r"V\d+\.\d+\.\d+", name)]
    assert len(found) == len(set(found)), sorted({one for one in found if found.count(one) > 1})
