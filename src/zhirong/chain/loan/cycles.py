"""The one generator of recurring days: our own loans and the contracts of the standard both draw theirs from
here.
"""

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
        """How many months one step takes; None for a cycle of days."""
        return self.count if self.unit == "month" else None

    def step(self, anchor: date, number: int, rule: EndOfMonth = "same_day") -> date:
        """The day ``number`` steps from the anchor, always counted from the anchor itself.

        Counting on from the day before would let 31 January drift to the 28th permanently after one February.
        A step beyond the last day of the calendar stops there.
        """
        try:
            if self.unit == "day":
                return anchor + timedelta(days=self.count * number)
            return add_months(anchor, self.count * number, rule)
        except (OverflowError, ValueError):
            return date.max


def parse_cycle(written: str) -> Cycle | None:
    """A cycle written as a count and a letter (D, W, M, Q, H, Y), such as ``1M`` or ``1Q``; None if it is not
    one.
    """
    match = _WRITTEN.fullmatch(written.strip().upper())
    if match is None:
        return None
    size, unit = _LETTERS[match[2]]
    return Cycle(int(match[1]) * size, unit)


def days_from(anchor: date, cycle: Cycle, rule: EndOfMonth = "same_day") -> Iterator[date]:
    """The anchor and every step after it, without end."""
    number = 0
    while True:
        yield cycle.step(anchor, number, rule)
        number += 1


def cycle_days(
    anchor: date, end: date, cycle: Cycle, rule: EndOfMonth = "same_day", stub: Stub = "short"
) -> tuple[date, ...]:
    """The anchor and its steps up to and with ``end``, which is always the last day.

    A last step that does not meet ``end`` makes a short last period; with ``long`` the step before ``end``
    is omitted, so that the last period is longer than a cycle instead.
    """
    days: list[date] = []
    for day in days_from(anchor, cycle, rule):
        if day >= end:
            if day > end and stub == "long" and len(days) > 1:
                days.pop()
            break
        days.append(day)
    return (*days, end)
