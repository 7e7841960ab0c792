"""Many records at once: what stands out, on the page's own example and on made ones; what is wrong by name."""

import copy
import json
from datetime import date
from pathlib import Path

import pytest

from in_process import run_command
from zhirong.chain.appraisal_practice.registry import read_registry, review
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "en" / "reference" / "appraisal-practice.md").read_text(
    encoding="utf-8"
)
BLOCKS = [block.split("```")[0] for block in PAGE.split("```toml\n")[1:]]
EXAMPLE = next(block for block in BLOCKS if block.startswith("# R.toml"))
POOL = next(block for block in BLOCKS if block.startswith("[[agency]]"))
DAY = date(2026, 3, 1)
RULES = load_rulebook()


def run(*words):
    return run_command("report", *words)


def reviewed(table, day=DAY):
    return review(read_registry(Reader(copy.deepcopy(table)), day), RULES, day)


TABLE = parse_toml(EXAMPLE + POOL, "page")


def test_the_example_of_three_million_that_brought_a_fifteenth():
    found = reviewed(TABLE).as_json()
    assert [record["state"] for record in found["records"]] == ["stale"]
    assert [(one["ratio"], one["inside_interval"]) for one in found["deviations"]] == [("0.0667", False)]
    assert found["track_records"][0]["finding"] == "too_few"
    assert {(one["code"], one["overdue"]) for one in found["revaluations"]} == {
        ("schedule", True),
        ("fee_unpaid", True),
    }
    for key in found:
        assert key in {
            "schema",
            "as_of",
            "records",
            "flags",
            "deviations",
            "track_records",
            "sanctions",
            "revaluations",
        }


def test_a_second_opinion_a_strange_fee_and_a_sanction_stand_out():
    table = copy.deepcopy(TABLE)
    second = copy.deepcopy(table["record"][0]) | {"id": "R2", "issued_on": date(2024, 5, 2), "fee": "1000"}
    second["signature"]["agency"] = "A2"
    table["record"].append(second)
    table["agency"][0]["sanction"] = [{"by": "协会", "reason": "警告", "start": date(2025, 1, 1), "bars": False}]
    found = reviewed(table)
    assert {flag.code for flag in found.flags} == {"opinion_shopping", "fee_too_low"}
    assert [(agency.id, one.reason) for agency, one in found.sanctions] == [("A1", "警告")]
    # the last value before the sale is the one that is held against it
    assert [one.record_id for one in found.deviations] == ["R2"]


def test_what_was_not_yet_known_does_not_stand_out():
    table = {"record": copy.deepcopy(TABLE["record"])}
    registry = read_registry(Reader(table), DAY)
    assert review(registry, RULES, date(2024, 4, 1)).records == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda t: t["record"].append(copy.deepcopy(t["record"][0])), "id_twice"),
        (lambda t: t["disposal"].append(copy.deepcopy(t["disposal"][0])), "sold_twice"),
        (lambda t: t["disposal"][0].update(sold_on=date(2027, 1, 1)), "date_in_future"),
        (lambda t: t["event"][0].update(kind="moved house"), "not_a_choice"),
        (lambda t: t["record"][0].update(low="400万元"), "range_out_of_order"),
        (lambda t: t["record"][0].pop("signature"), "unsigned"),
        (lambda t: t["record"][0].update(rights=[]), "missing"),
        (lambda t: t.update(opinions=[]), "unknown_field"),
    ],
)
def test_what_is_wrong_is_named(change, code):
    table = copy.deepcopy(TABLE)
    change(table)
    with pytest.raises(InputError) as caught:
        read_registry(Reader(table), DAY)
    assert code in {problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_on_the_command_line(tmp_path, lang):
    path = tmp_path / "R.toml"
    path.write_text(EXAMPLE + POOL, encoding="utf-8")
    done = run("--records", path, "--as-of", "2026-03-01", "--lang", lang)
    assert done.returncode == 0, done.stderr
    assert ("区间外" if lang == "zh" else "outside it") in done.stdout
    data = json.loads(run("--records", path, "--as-of", "2026-03-01", "--json").stdout)
    assert data["schema"] == "zhirong.appraisal_review/1"
    assert run().returncode == 2
