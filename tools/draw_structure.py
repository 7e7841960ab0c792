"""Draw the imports between the parts of a package as an SVG: ``python tools/draw_structure.py zhirong.operations
out.svg``.

Each part (a module or a package directly below) is a box above everything that it imports. Grey arrows point down.
A red arrow points up: the two parts import each other, directly or indirectly. The number in a box is its lines of
code.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import grimp

_BOX_WIDTH, _BOX_HEIGHT, _GAP, _LEVEL, _MARGIN = 150, 40, 16, 92, 24
_PER_ROW = 9
Edges = Mapping[str, set[str]]


def parts_of(package: str) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Return the lines of code of each part, and the parts that each one imports."""
    graph = grimp.build_graph(package.split(".")[0], cache_dir=None)
    depth = package.count(".") + 1
    inside = [module for module in graph.modules if module.startswith(package + ".")]

    def part(module: str) -> str:
        return module.split(".")[depth]

    lines: dict[str, int] = defaultdict(int)
    edges: dict[str, set[str]] = defaultdict(set)
    for module in inside:
        lines[part(module)] += _lines(module)
        for imported in graph.find_modules_directly_imported_by(module):
            if imported.startswith(package + ".") and part(imported) != part(module):
                edges[part(module)].add(part(imported))
    return dict(lines), dict(edges)


def _lines(module: str) -> int:
    for folder in map(Path, sys.path):
        for file in (folder / f"{module.replace('.', '/')}.py", folder / module.replace(".", "/") / "__init__.py"):
            if file.is_file():
                return len(file.read_text(encoding="utf-8").splitlines())
    raise FileNotFoundError(module)


def levels_of(parts: Mapping[str, int], edges: Edges) -> dict[str, int]:
    """Return the level of each part: above all that it imports. Parts of one cycle share a level."""
    reach = {part: _reachable(part, edges) for part in parts}
    circle = {part: frozenset({part} | {other for other in reach[part] if part in reach[other]}) for part in parts}
    levels: dict[frozenset[str], int] = {}

    def level(ring: frozenset[str]) -> int:
        if ring not in levels:
            below = {circle[target] for part in ring for target in edges.get(part, ()) if target not in ring}
            levels[ring] = max((level(one) + 1 for one in below), default=0)
        return levels[ring]

    return {part: level(circle[part]) for part in parts}


def _reachable(start: str, edges: Edges) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for target in edges.get(waiting.pop(), ()):
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def svg(title: str, parts: Mapping[str, int], edges: Edges) -> str:
    """Return the drawing."""
    levels = levels_of(parts, edges)
    rows = _rows(levels)
    width = _MARGIN * 2 + max(len(row) for row in rows) * (_BOX_WIDTH + _GAP)
    height = _MARGIN * 2 + 30 + len(rows) * _LEVEL
    place = {
        part: (
            _MARGIN + (width - 2 * _MARGIN - len(row) * (_BOX_WIDTH + _GAP)) / 2 + at * (_BOX_WIDTH + _GAP),
            _MARGIN + 30 + number * _LEVEL,
        )
        for number, row in enumerate(rows)
        for at, part in enumerate(row)
    }
    reach = {part: _reachable(part, edges) for part in parts}
    arrows = [
        _arrow(place[part], place[target], is_back=part in reach[target])
        for part in sorted(edges)
        for target in sorted(edges[part])
    ]
    boxes = [_box(place[part], part, parts[part]) for part in sorted(parts)]
    ring = sum(1 for part in parts if part in reach[part])
    note = f"{len(parts)} parts, {len(arrows)} arrows, {ring} parts in circles"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
            f"<title>{title}: {note}</title>",
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_MARGIN}" y="{_MARGIN + 6}" font-size="16" fill="#1a1a1a">{title} ({note})</text>',
            *arrows,
            *boxes,
            "</svg>",
            "",
        ]
    )


def _rows(levels: Mapping[str, int]) -> list[list[str]]:
    rows = []
    for level in sorted(set(levels.values()), reverse=True):
        row = sorted(part for part in levels if levels[part] == level)
        rows += [row[start : start + _PER_ROW] for start in range(0, len(row), _PER_ROW)]
    return rows


def _box(place: tuple[float, float], part: str, lines: int) -> str:
    x, y = place
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{_BOX_WIDTH}" height="{_BOX_HEIGHT}" rx="6" fill="#eaf1fb" stroke="#2b5797"/>'
        f'<text x="{x + _BOX_WIDTH / 2:.0f}" y="{y + 17:.0f}" font-size="13" text-anchor="middle" fill="#1a1a1a">{part}</text>'
        f'<text x="{x + _BOX_WIDTH / 2:.0f}" y="{y + 33:.0f}" font-size="11" text-anchor="middle" fill="#555">{lines}</text>'
    )


def _arrow(start: tuple[float, float], end: tuple[float, float], *, is_back: bool) -> str:
    x1, y1 = start[0] + _BOX_WIDTH / 2, start[1] + _BOX_HEIGHT
    x2, y2 = end[0] + _BOX_WIDTH / 2, end[1]
    colour, thick = ("#c62828", 1.6) if is_back else ("#9aa5b1", 0.8)
    return (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke="{colour}" stroke-width="{thick}"/>'
    )


def main() -> None:
    """Draw one package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package")
    parser.add_argument("file", type=Path)
    parser.add_argument("--title", default="")
    options = parser.parse_args()
    parts, edges = parts_of(options.package)
    options.file.write_text(svg(options.title or options.package, parts, edges), encoding="utf-8")


if __name__ == "__main__":
    main()
