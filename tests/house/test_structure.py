"""The drawing of the structure puts every part above what it imports, and names circles."""

import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
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
