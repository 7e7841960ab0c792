"""Cells of a table, as a CSV or Excel file gives them, read as words and days."""

import re
import unicodedata
from datetime import date, datetime

from zhirong.chain.right.columns import BLANKS

Cell = str | int | float | bool | date | datetime | None

_DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})[-./月](\d{1,2})日?|(\d{2})(\d{2}))")
_LONGEST_BLANK = max(len(word) for word in BLANKS)


def as_text(cell: Cell) -> str:
    """A cell as words; empty for what people write where there is nothing (NA, —, 无)."""
    if isinstance(cell, str):
        text = cell.strip()
        return "" if len(text) <= _LONGEST_BLANK and text.upper() in BLANKS else text
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def as_day(cell: Cell) -> date | None:
    """A cell as a day, written 2010-03-15, 2010.3.15, 2010/3/15, 2010年3月15日 or 20100315; None for anything else."""
    if isinstance(cell, datetime):
        return cell.date() if (cell.hour, cell.minute, cell.second) == (0, 0, 0) else None
    if isinstance(cell, date):
        return cell
    text = as_text(cell)
    if not text:
        return None
    match = _DAY.fullmatch(text if text.isascii() else unicodedata.normalize("NFKC", text).replace(" ", ""))
    if match is None:
        return None
    year, month, day, short_month, short_day = match.groups()
    try:
        return date(int(year), int(month or short_month), int(day or short_day))
    except ValueError:
        return None
