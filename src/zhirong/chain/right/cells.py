"""Read cells of a table, as a CSV or Excel file gives them, as words and days."""

from datetime import date

from zhirong.chain.adapters.days import day_of_cell
from zhirong.chain.adapters.words import TEXT_MARKS, without_text_mark
from zhirong.chain.right.columns import BLANKS
from zhirong.kernel.sheets import Cell

__all__ = ["Cell", "as_day", "as_text"]

_LONGEST_BLANK = max(len(word) for word in BLANKS)
_MOST_EXACT = 10**15  # A number cell of a spreadsheet stores fifteen digits.
_MOST_ZEROS = 6


def as_text(cell: Cell) -> str:
    """Return a cell as words; empty for common markers of an empty cell (NA, —, 无)."""
    if isinstance(cell, str):
        text = cell.strip()
        if text.startswith(TEXT_MARKS):
            text = without_text_mark(text)
        return text if len(text) > _LONGEST_BLANK or text.upper() not in BLANKS else ""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def as_day(cell: Cell) -> date | None:
    """Return a cell as a day, in any of the forms of ``chain.adapters.days``; None for anything else."""
    return day_of_cell(cell) if as_text(cell) else None


def lost_digits(cell: Cell) -> bool:
    """Return whether a long number was typed into a number cell: it is too large, or ends with six zeros."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return abs(cell) >= _MOST_EXACT or (cell >= 10 ** (2 * _MOST_ZEROS) and cell % 10**_MOST_ZEROS == 0)
