"""Days in Asia/Shanghai, month arithmetic that respects month ends, and working days from dated data.

A date that means a day is a ``datetime.date``; no function here reads a clock.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

EndOfMonth = Literal["same_day", "end_of_month"]
Shift = Literal["none", "following", "modified_following", "preceding"]
_DAYS_OF_EVERY_MONTH = 28


def day_of(instant: datetime) -> date:
    """The day an instant falls on in Shanghai. Raises ValueError for an instant without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be converted to a day")
    return instant.astimezone(SHANGHAI).date()


def add_months(start: date, months: int, rule: EndOfMonth = "same_day") -> date:
    """``start`` moved by whole months; a day that the month lacks becomes its last day.

    With ``end_of_month``, a start on the last day of its month stays on last days (28 February to 31 March).
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if start.day <= _DAYS_OF_EVERY_MONTH and rule == "same_day":
        return date(year, month, start.day)
    last = calendar.monthrange(year, month)[1]
    if rule == "end_of_month" and start.day == calendar.monthrange(start.year, start.month)[1]:
        return date(year, month, last)
    return date(year, month, min(start.day, last))


def add_years(start: date, years: int) -> date:
    """The same day ``years`` later; 29 February becomes 28 February in a common year."""
    return add_months(start, 12 * years)


def whole_years(start: date, end: date) -> int:
    """Full years elapsed from ``start`` to ``end``; negative if ``end`` comes first."""
    years = end.year - start.year
    return years - 1 if add_years(start, years) > end else years


def months_between(start: date, end: date) -> int:
    """Full months elapsed from ``start`` to ``end``."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if add_months(start, months) > end else months


def years_between(start: date, end: date) -> float:
    """Years from ``start`` to ``end`` for models (ACT/365.25); negative if ``end`` comes first."""
    return (end - start).days / 365.25


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days banks and offices work in mainland China.

    announced: years whose holidays the State Council has announced.
    holidays: days off by that announcement. make_up: weekend days worked instead.
    A year that has not been announced counts weekends and the days off fixed by law; every answer that depends on
    it is ``provisional``.
    """

    announced: frozenset[int]
    holidays: frozenset[date]
    make_up: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Return whether offices are open on ``day``."""
        if day in self.make_up:
            return True
        return day.weekday() < 5 and day not in self.holidays

    def is_provisional(self, day: date) -> bool:
        """Return whether the holidays of the year of ``day`` have not been announced yet, so the answer may change."""
        return day.year not in self.announced

    def shift(self, day: date, rule: Shift) -> date:
        """Return ``day`` moved to a working day by the named business-day rule."""
        if rule == "none" or self.is_working(day):
            return day
        if rule == "preceding":
            return self._walk(day, -1)
        moved = self._walk(day, 1)
        if rule == "modified_following" and moved.month != day.month:
            return self._walk(day, -1)
        return moved

    def add(self, day: date, count: int) -> date:
        """Return the day ``count`` working days after ``day``; the day itself is not counted."""
        if count < 0:
            raise ValueError("working days are counted forward")
        current = day
        for _ in range(count):
            current = self._walk(current, 1)
        return current

    def _walk(self, day: date, step: int) -> date:
        current = day + timedelta(days=step)
        while not self.is_working(current):
            current += timedelta(days=step)
        return current


def working_days_from(value: Any) -> WorkingDays:
    """Read the calendar in the rule ``calendar.working_days``: tables ``[[year]]`` with off and make_up ranges.

    A year marked ``provisional`` has not been announced yet and has only the days off fixed by law.
    """
    announced: set[int] = set()
    holidays: set[date] = set()
    make_up: set[date] = set()
    for year in value["years"]:
        if not year.get("provisional", False):
            announced.add(int(year["year"]))
        for first, last in year["off"]:
            holidays.update(_days(first, last))
        make_up.update(year["make_up"])
    return WorkingDays(frozenset(announced), frozenset(holidays), frozenset(make_up))


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
