"""Times, schedules, business-day shifts and year fractions as the contract standard defines them."""

import re
from datetime import date, datetime, time, timedelta
from typing import Literal

from zhirong.chain.loan.cycles import Cycle, parse_cycle
from zhirong.chain.loan.day_counts import DayCount, year_fraction
from zhirong.kernel.days import EndOfMonth, WorkingDays

Calendar = Literal["NC", "MF"]
_Rule = Literal["none", "following", "modified_following", "preceding", "modified_preceding"]
_SHIFTS: dict[str, _Rule] = {
    "NOS": "none",
    "SCF": "following",
    "CSF": "following",
    "SCMF": "modified_following",
    "CSMF": "modified_following",
    "SCP": "preceding",
    "CSP": "preceding",
    "SCMP": "modified_preceding",
    "CSMP": "modified_preceding",
}
_WEEKDAYS = WorkingDays(frozenset(), frozenset(), frozenset())
_PERIOD = re.compile(r"P(\d+)([DWMQHY])(?:L[01])?")
_CYCLE = re.compile(r"P(\d+[DWMQHY])(?:L([01]))?")
_MIDNIGHT = "T24:00"
_MOST_TIMES = 20_000  # Fifty years of days; a longer schedule is a typing error.
_LAST_SECOND = time(23, 59, 59)

_DAY_COUNTS: dict[str, DayCount] = {
    "AA": "act_act",
    "A360": "act_360",
    "A365": "act_365",
    "30E360": "30e_360",
    "30E360ISDA": "30e_360_isda",
    "28E336": "28e_336",
}


def parse_time(written: str) -> datetime:
    """Read a time in ISO 8601 with or without seconds; 24:00 is the beginning of the next day. Raises ValueError."""
    text = written.strip()
    if _MIDNIGHT in text:
        return datetime.combine(date.fromisoformat(text.split("T")[0]) + timedelta(days=1), time())
    return datetime.fromisoformat(text).replace(tzinfo=None)


def parse_standard_cycle(written: str) -> tuple[Cycle, bool]:
    """Read a cycle such as ``P1ML0`` and whether its last stub is long (``L0``). Raises ValueError."""
    match = _CYCLE.fullmatch(written.strip())
    cycle = None if match is None else parse_cycle(match[1])
    if match is None or cycle is None:
        raise ValueError(f"not a cycle: {written!r}")
    return cycle, match[2] == "0"


def parse_period(written: str) -> Cycle | None:
    """Read a period such as ``P31D``; None for one of zero length. Raises ValueError.

    The standard's periods may carry the mark of a stub, ``P31DL0``, which has no meaning for a single period.
    """
    match = _PERIOD.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"not a period: {written!r}")
    return None if int(match[1]) == 0 else parse_cycle(match[1] + match[2])


def step(anchor: datetime, cycle: Cycle | None, number: int = 1, rule: EndOfMonth = "same_day") -> datetime:
    """Return the time ``number`` cycles from the anchor; the anchor itself for no cycle."""
    if cycle is None:
        return anchor
    return datetime.combine(cycle.step(anchor.date(), number, rule), anchor.time())


def schedule_times(
    anchor: datetime | None,
    end: datetime,
    cycle: tuple[Cycle, bool] | None,
    rule: EndOfMonth,
    *,
    with_end: bool,
) -> list[datetime]:
    """Return the schedule function S(s, c, T): cyclic times from ``anchor`` before ``end``, and ``end`` itself if
    wanted.

    A long last stub drops the last cyclic time if the end does not lie on the cycle (technical specification,
    section on schedules); a schedule of two times has none to drop. Raises ValueError for a schedule of unlimited
    length.
    """
    if anchor is None:
        return []
    if cycle is None:
        return sorted({time for time in (anchor, end) if with_end or time != end})
    times: list[datetime] = []
    number = 0
    reached = anchor
    while reached < end:
        if number == _MOST_TIMES:
            raise ValueError(f"the schedule from {anchor} to {end} has more than {_MOST_TIMES} times")
        times.append(reached)
        number += 1
        reached = step(anchor, cycle[0], number, rule)
    if cycle[1] and reached != end and len(times) + with_end > 2:
        times.pop()
    return [*times, end] if with_end else times


class Conventions:
    """The calendar, business-day, end-of-month and day-count conventions of one contract.

    All in the words of the data dictionary. Raises KeyError for an unknown business-day convention.
    """

    def __init__(
        self, calendar: str, shift: str, end_of_month: str, day_count: str, maturity: datetime | None
    ) -> None:
        self.calendar: Calendar = "MF" if calendar == "MF" else "NC"
        self._rule = _SHIFTS[shift]
        self.calculates_first = shift.startswith("CS")
        self.end_of_month: EndOfMonth = "end_of_month" if end_of_month == "EOM" else "same_day"
        self._day_count = day_count
        self._maturity = None if maturity is None else maturity.date()

    def shifted(self, moment: datetime) -> datetime:
        """Return the time at which an event scheduled for ``moment`` happens."""
        day = moment.date()
        if self.calendar == "NC" or self._rule == "none" or _WEEKDAYS.is_working(day):
            return moment
        following = _WEEKDAYS.shift(day, "following")
        preceding = _WEEKDAYS.shift(day, "preceding")
        if self._rule == "following":
            moved = following
        elif self._rule == "preceding":
            moved = preceding
        elif self._rule == "modified_following":
            moved = following if following.month == day.month else preceding
        else:
            moved = preceding if preceding.month == day.month else following
        return datetime.combine(moved, moment.time())

    def years(self, start: datetime, end: datetime) -> float:
        """Return Y(s, t): the year fraction between two calculation times, shifted first unless shifts come after."""
        if not self.calculates_first:
            start, end = self.shifted(start), self.shifted(end)
        return self.plain_years(start, end)

    def plain_years(self, start: datetime, end: datetime) -> float:
        """Return the year fraction between two unshifted times, in whole days."""
        first, last = _counted_day(start), _counted_day(end)
        if self._day_count == "B252":
            days = (last - first).days
            working = sum(
                1
                for offset in range(days)
                if self.calendar == "NC" or _WEEKDAYS.is_working(first + timedelta(days=offset))
            )
            return working / 252
        if self._day_count == "A336":
            return (last - first).days / 336
        return float(year_fraction(first, last, _DAY_COUNTS[self._day_count], self._maturity))


def _counted_day(moment: datetime) -> date:
    """Return the day of a time: its own, but the last second of a day counts as the beginning of the next day."""
    return moment.date() + timedelta(days=1) if moment.time() >= _LAST_SECOND else moment.date()
