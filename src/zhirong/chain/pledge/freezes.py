"""Court freezes of a right: how long one lasts, how it is renewed, and which one is in effect on a day.

The first freeze holds the right. Later ones are queued in the order of their arrival; when the first is lifted, or
ends without renewal, the next takes effect automatically and its term starts then. A freeze that is not renewed
ends automatically. Its last day is the day in the order, or the longest that the law allows; it is the court's own
day and does not move over days off.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.kernel.days import add_months
from zhirong.kernel.rulebook import Rulebook, RuleValue

MAX_MONTHS = "right.freeze.max_months"


class FreezePurpose(StrEnum):
    """The purpose of a court's freeze: preservation before a judgment, or execution of one."""

    PRESERVATION = "preservation"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A court's freeze of a right.

    order: the court's document. since: day on which it took effect; None while it is queued, and for entries of the
    log that do not say. ends_on: its last day unless it is renewed; None if unknown: it is then in force until it
    is lifted. months: its length once it takes effect, while it is queued.
    """

    order: str
    since: date | None = None
    ends_on: date | None = None
    months: int | None = None

    def is_over(self, day: date) -> bool:
        """Return whether its last day lies before ``day``."""
        return self.ends_on is not None and self.ends_on < day


def most_months(kind: RightKind, purpose: FreezePurpose, day: date, rules: Rulebook) -> tuple[int, RuleValue]:
    """Return for how many months a court may freeze a right of this kind at a time, and for how many it may renew
    the freeze.
    """
    rule = rules.at(MAX_MONTHS, day)
    is_preserved = purpose is FreezePurpose.PRESERVATION
    name = KINDS[kind].freeze if is_preserved else "execution_other_rights"
    return int(rule.value[name]), rule


def standing_on(freezes: tuple[Freeze, ...], day: date) -> tuple[Freeze, ...]:
    """Return the freezes in force or queued on ``day``, the effective one first; ended ones are omitted."""
    while freezes and freezes[0].is_over(day):
        ended = freezes[0].ends_on
        freezes = _next_in_effect(freezes[1:], None if ended is None else ended + timedelta(days=1))
    return freezes


def frozen(freezes: tuple[Freeze, ...], content: Mapping[str, Any]) -> tuple[Freeze, ...]:
    """Return the freezes after one more order; ``content`` is the entry in the log: order, day, ends_on, months.

    Entries made before freezes had terms contain only the order; those freezes last until they are lifted.
    """
    months = content.get("months")
    if freezes:
        return (*freezes, Freeze(content["order"], months=months))
    return (Freeze(content["order"], _day(content.get("day")), _day(content.get("ends_on")), months),)


def renewed(freezes: tuple[Freeze, ...], content: Mapping[str, Any]) -> tuple[Freeze, ...]:
    """Return the freezes after the effective one has been renewed to a later day."""
    return (replace(freezes[0], ends_on=_day(content["ends_on"])), *freezes[1:])


def lifted(freezes: tuple[Freeze, ...], order: str, day: date | None) -> tuple[Freeze, ...]:
    """Return the freezes after one of them has been lifted on ``day``."""
    if freezes and freezes[0].order == order:
        return _next_in_effect(freezes[1:], day)
    return tuple(one for one in freezes if one.order != order)


def _next_in_effect(waiting: tuple[Freeze, ...], day: date | None) -> tuple[Freeze, ...]:
    if not waiting:
        return ()
    first = waiting[0]
    ends_on = None if day is None or first.months is None else add_months(day, first.months)
    return (replace(first, since=day, ends_on=ends_on), *waiting[1:])


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)
