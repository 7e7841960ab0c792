"""The yearly rate of a loan on a day: fixed, or linked to a published rate and reset on agreed days."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhirong.chain.loan.cycles import Cycle, days_from
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text

Index = Literal["lpr_one_year", "lpr_over_five_years"]
INDEX_RULES: dict[Index, str] = {
    "lpr_one_year": "lending.lpr.one_year",
    "lpr_over_five_years": "lending.lpr.over_five_years",
}
INDEX_TEXT: dict[Index, Text] = {
    "lpr_one_year": Text("1 年期 LPR", "one-year LPR"),
    "lpr_over_five_years": Text("5 年期以上 LPR", "over-five-year LPR"),
}

Observed = Literal["same_day", "day_before", "working_day_before"]

_BP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class FixedRate:
    """One yearly rate for the entire loan, such as 0.0435."""

    yearly: Decimal


@dataclass(frozen=True, slots=True)
class LinkedRate:
    """A published rate plus a spread, reset on every reset day.

    spread_bp: basis points added (0.01 %), may be negative. reset: the time between resets, None for never after
    the first. reset_from: the first reset day after the start, None for one cycle after it. observed: the day whose
    published rate applies on a reset day.
    """

    index: Index
    spread_bp: Decimal
    reset: Cycle | None = None
    reset_from: date | None = None
    observed: Observed = "day_before"


@dataclass(frozen=True, slots=True)
class RateTable:
    """A published rate over time: (first day, yearly rate, source), in the order of the days."""

    index: Index
    points: tuple[tuple[date, Decimal, Reference], ...]

    def at(self, day: date) -> tuple[Decimal, Reference]:
        """Return the rate in force on ``day`` and its source. Raises InputError before the first."""
        found = bisect_right(self.points, day, key=lambda point: point[0])
        if found == 0:
            first = self.points[0][0].isoformat() if self.points else "-"
            raise InputError(
                [
                    Problem(
                        "linked.index",
                        day.isoformat(),
                        Text(
                            f"{INDEX_TEXT[self.index].zh}在该日没有数据，最早为 {first}",
                            f"no {INDEX_TEXT[self.index].en} is published for this day; the first is of {first}",
                        ),
                        Text(
                            "请改用固定利率（rate），或补充利率数据",
                            "enter a fixed rate, or add the published rate",
                        ),
                        "no_published_rate",
                    )
                ]
            )
        _, rate, reference = self.points[found - 1]
        return rate, reference


RateTables = Mapping[Index, RateTable]


def published_rates(rulebook: Rulebook) -> RateTables:
    """Return the published rates of the rule files, by index."""
    tables: dict[Index, RateTable] = {}
    for index, rule_id in INDEX_RULES.items():
        points = [
            (version.reference.valid_from or date.min, version.number(), version.reference)
            for version in rulebook.rule(rule_id).versions
        ]
        tables[index] = RateTable(index, tuple(sorted(points, key=lambda point: point[0])))
    return tables


@dataclass(frozen=True, slots=True)
class RateFrom:
    """The rate that applies from ``day``, and its source where it was read from a table."""

    day: date
    yearly: Decimal
    source: Reference | None = None

    @property
    def yearly_exact(self) -> Fraction:
        """Return the yearly rate as an exact fraction."""
        return Fraction(self.yearly)


def rate_sets(
    rate: FixedRate | LinkedRate, start: date, end: date, working_days: WorkingDays, tables: RateTables
) -> tuple[RateFrom, ...]:
    """Return every rate set from ``start`` up to the day before ``end``, the first of them on ``start``.

    A reset to the same rate is listed too. Raises InputError if no rate is published.
    """
    if isinstance(rate, FixedRate):
        return (RateFrom(start, rate.yearly),)
    days = [start]
    if rate.reset is not None:
        anchor, begin = (start, 1) if rate.reset_from is None else (rate.reset_from, 0)
        for number, day in enumerate(days_from(anchor, rate.reset)):
            if day >= end:
                break
            if number >= begin and day > start:
                days.append(day)
    table = tables.get(rate.index, RateTable(rate.index, ()))
    sets = []
    for day in days:
        published, source = table.at(_observation(day, rate.observed, working_days))
        yearly = published + rate.spread_bp * _BP
        if yearly < 0:
            raise InputError([_negative(rate, day, yearly)])
        sets.append(RateFrom(day, yearly, source))
    return tuple(sets)


def _negative(rate: LinkedRate, day: date, yearly: Decimal) -> Problem:
    return Problem(
        "linked.spread_bp",
        str(rate.spread_bp),
        Text(
            f"{day} 起年利率为 {yearly * 100:f} %，低于零",
            f"from {day} the yearly rate is {yearly * 100:f} %, below zero",
        ),
        Text("请减小负加点", "reduce the negative spread"),
        "negative_rate",
    )


def _observation(day: date, observed: Observed, working_days: WorkingDays) -> date:
    if observed == "same_day":
        return day
    before = day - timedelta(days=1)
    return before if observed == "day_before" else working_days.shift(before, "preceding")
