"""The generator of recurring days, for our own loans and for the contracts of the standard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from zhirong.kernel.days import EndOfMonth, add_months

CycleUnit = Literal["day", "month"]
Stub = Literal["short", "long"]

_LETTERS: dict[str, tuple[int, CycleUnit]] = {
    "D": (1, "day"),
    "W": (7, "day"),
    "M": (1, "month"),
    "Q": (3, "month"),
    "H": (6, "month"),
    "Y": (12, "month"),
}
_WRITTEN = re.compile(r"([1-9]\d{0,3})([DWMQHY])")


@dataclass(frozen=True, slots=True)
class Cycle:
    """A step of ``count`` days or months that repeats."""

    count: int
    unit: CycleUnit

    @property
    def months(self) -> int | None:
        """Return the length of one step in months; None for a cycle of days."""
        return self.count if self.unit == "month" else None

    def step(self, anchor: date, number: int, rule: EndOfMonth = "same_day") -> date:
        """Return the day ``number`` steps from the anchor, always counted from the anchor itself.

        Counting from the previous day would move 31 January to the 28th permanently after one February. A step
        beyond the last day of the calendar stops there.
        """
        try:
            if self.unit == "day":
                return anchor + timedelta(days=self.count * number)
            return add_months(anchor, self.count * number, rule)
        except (OverflowError, ValueError):
            return date.max


def parse_cycle(written: str) -> Cycle | None:
    """Read a cycle written as a count and a letter (D, W, M, Q, H, Y), such as ``1M`` or ``1Q``; None if it is not
    one.
    """
    match = _WRITTEN.fullmatch(written.strip().upper())
    if match is None:
        return None
    size, unit = _LETTERS[match[2]]
    return Cycle(int(match[1]) * size, unit)


def days_from(anchor: date, cycle: Cycle, rule: EndOfMonth = "same_day") -> Iterator[date]:
    """Yield the anchor and every step after it, without end."""
    number = 0
    while True:
        yield cycle.step(anchor, number, rule)
        number += 1


def cycle_days(
    anchor: date, end: date, cycle: Cycle, rule: EndOfMonth = "same_day", stub: Stub = "short"
) -> tuple[date, ...]:
    """Return the anchor and its steps up to and including ``end``, which is always the last day.

    If the last step does not meet ``end``, the last period is short; with ``long`` the step before ``end`` is
    omitted, so that the last period is longer than a cycle instead.
    """
    days: list[date] = []
    for day in days_from(anchor, cycle, rule):
        if day >= end:
            if day > end and stub == "long" and len(days) > 1:
                days.pop()
            break
        days.append(day)
    return (*days, end)
