"""Aligned columns of text for a terminal."""

from zhirong.chain.mode.drawing import display_width


def aligned(rows: list[list[str]]) -> list[str]:
    """Return rows as aligned lines: the first column to the left, the others to the right; Chinese characters count
    as two.
    """
    widths = [max(display_width(row[number]) for row in rows) for number in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - display_width(cell))
            cells.append(cell + space if number == 0 else space + cell)
        lines.append("  ".join(cells).rstrip())
    return lines


def to_left(rows: list[list[str]]) -> list[str]:
    """Return rows as lines aligned to the left; Chinese characters count as two."""
    widths = [max(display_width(row[number]) for row in rows) for number in range(len(rows[0]))]
    return [
        "  ".join(
            cell + " " * (width - display_width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
