"""Read days in files: date cells, serial numbers, eight or fourteen digits, with or without a time of day."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from zhirong.chain.adapters.words import without_text_mark
from zhirong.kernel.sheets import Cell

_CLOCK = r"[T \-]\s*\d{1,2}[:.]\d{1,2}(?:[:.]\d{1,2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?"
_TIME = f"(?:{_CLOCK})?"
_FORMS = tuple(
    re.compile(form, re.ASCII)
    for form in (
        r"(\d{4})-(\d{1,2})-(\d{1,2})" + _TIME,
        r"(\d{4})/(\d{1,2})/(\d{1,2})" + _TIME,
        r"(\d{4})\.(\d{1,2})\.(\d{1,2})" + _TIME,
        r"(\d{4})年(\d{1,2})月(\d{1,2})日?" + _TIME,
        r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:\d{1,2}[时:]\d{1,2}(?:[分:]\d{1,2}秒?)?分?)",
        r"(\d{4})(\d{2})(\d{2})(?:\d{6}|" + _CLOCK + ")?",
    )
)
_SERIAL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # 1954-10-03 to 2119-01-10
_DAYS_KEPT = 20_000  # a long list has few days, many times each: fifty years of them
_SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?", re.ASCII)


def day_of_cell(cell: Cell) -> date | None:
    """Return the day of a cell; None for anything else, and for an incomplete or ambiguous date."""
    if isinstance(cell, str):
        return _day_written(cell.strip())
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if cell is None or isinstance(cell, bool):
        return None
    return _day_written(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))


@lru_cache(maxsize=_DAYS_KEPT)
def _day_written(written: str) -> date | None:
    text = without_text_mark(written)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace(" ", "")
    if _SERIAL.fullmatch(text) is not None and int(float(text)) in _SERIALS:
        return _SERIAL_EPOCH + timedelta(days=int(float(text)))
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            try:
                return date(int(match[1]), int(match[2]), int(match[3]))
            except ValueError:
                return None
    return None
