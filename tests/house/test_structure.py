"""The drawing of the structure puts every part above what it imports, and names circles; every desk has a contract."""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
sys.path.insert(0, str(TOOLS))

from draw_structure import levels_of, svg  # noqa: E402 - a tool, not a package


def test_a_part_lies_above_what_it_imports_and_a_circle_shares_a_level() -> None:
    parts = {"a": 1, "b": 2, "c": 3, "d": 4}
    edges = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}}
    levels = levels_of(parts, edges)
    assert levels == {"a": 2, "b": 1, "c": 1, "d": 0}
    drawn = svg("made up", parts, edges)
    assert "4 parts, 4 arrows, 2 parts in circles" in drawn
    assert drawn.count("#c62828") == 2


def test_every_desk_is_in_the_contract_that_desks_do_not_import_one_another() -> None:
    """A desk is a package of ``web`` with pages of its own."""
    desks = {f"zhirong.web.{pages.parent.name}" for pages in (ROOT / "src/zhirong/web").glob("*/pages.py")}
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (named,) = (set(one["modules"]) for one in contracts if one["type"] == "independence")
    assert desks == named
