"""The fraction of a year between two days, exactly, by the convention that a contract names."""

import calendar
from datetime import date
from fractions import Fraction
from typing import Literal

DayCount = Literal["act_360", "act_365", "act_act", "30_360", "30e_360", "30e_360_isda", "28e_336"]
DAY_COUNTS: tuple[DayCount, ...] = (
    "act_360",
    "act_365",
    "act_act",
    "30_360",
    "30e_360",
    "30e_360_isda",
    "28e_336",
)


def year_fraction(start: date, end: date, convention: DayCount, maturity: date | None = None) -> Fraction:
    """Return the years from ``start`` to ``end``, exactly; negative if ``end`` comes first.

    act_360, act_365: days ÷ 360 or 365. act_act: ISDA 2006 section 4.16(b), days of leap years ÷ 366, others ÷ 365.
    30_360: section 4.16(f), bond basis. 30e_360: (g), the 31st counts as the 30th. 30e_360_isda: (h), so does the
    last day of February, unless it is ``maturity`` and the end. 28e_336: days after the 28th count as the 28th.
    """
    if end < start:
        return -year_fraction(end, start, convention, maturity)
    if convention == "act_360":
        return Fraction((end - start).days, 360)
    if convention == "act_365":
        return Fraction((end - start).days, 365)
    if convention == "act_act":
        return _act_act(start, end)
    first, last = start.day, end.day
    if convention == "30_360":
        first = min(first, 30)
        last = 30 if last == 31 and first == 30 else last
    elif convention == "30e_360":
        first, last = min(first, 30), min(last, 30)
    elif convention == "30e_360_isda":
        first = 30 if _ends_month(start) else first
        last = 30 if _ends_month(end) and not (end == maturity and end.month == 2) else last
    else:
        first, last = min(first, 28), min(last, 28)
        return Fraction(28 * _months(start, end) + last - first, 336)
    return Fraction(30 * _months(start, end) + last - first, 360)


def _months(start: date, end: date) -> int:
    return 12 * (end.year - start.year) + end.month - start.month


def _ends_month(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _act_act(start: date, end: date) -> Fraction:
    if start.year == end.year:
        return Fraction((end - start).days, _length(start.year))
    head = Fraction((date(start.year + 1, 1, 1) - start).days, _length(start.year))
    tail = Fraction((end - date(end.year, 1, 1)).days, _length(end.year))
    return head + tail + (end.year - start.year - 1)


def _length(year: int) -> int:
    return 366 if calendar.isleap(year) else 365
