"""The catalogue of findings: colour, effect on the value, category and tasks of each, read from dated rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from zhirong.chain.loan.servicing.components import Category
from zhirong.kernel.rulebook import Reference, Rulebook, RuleValue
from zhirong.kernel.text import Text

PREFIX = "watch.event."


class Colour(StrEnum):
    """The severity of a finding, mildest first."""

    GREEN = "green"
    INFO = "info"
    AMBER = "amber"
    RED = "red"
    BLACK = "black"

    @property
    def grade(self) -> int:
        """Return 0 for green to 4 for black."""
        return _GRADES[self]


_GRADES = {colour: number for number, colour in enumerate(Colour)}
COLOUR_TEXT: Mapping[Colour, Text] = {
    Colour.GREEN: Text("正常", "green"),
    Colour.INFO: Text("信息", "information"),
    Colour.AMBER: Text("黄色", "amber"),
    Colour.RED: Text("红色", "red"),
    Colour.BLACK: Text("黑色", "black"),
}


class WatchSubject(StrEnum):
    """The subject of a finding."""

    RIGHT = "right"
    LOAN = "loan"
    FIRM = "firm"
    GUARANTOR = "guarantor"
    POLICY = "policy"


class TaskUnit(StrEnum):
    """The counting of the time for a task. UNTIL: by a day that the finding itself gives."""

    DAYS = "days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    UNTIL = "until"


@dataclass(frozen=True, slots=True)
class TaskRule:
    """A task after a finding: the responsible role and the time limit."""

    who: str
    count: int
    unit: TaskUnit
    words: Text


@dataclass(frozen=True, slots=True)
class FindingRule:
    """The effect of one kind of finding.

    factor: the share of the item's value that still counts; None changes nothing. by_kind: other factors by kind of
    right. unknown: the value is unknown until a new appraisal. category: the minimum; only if the item's part of
    the value is above ``share_above``, where that is set. ltv_substandard: substandard if the loan exceeds the
    value of the pledge. source_substandard: likewise, but only if no other source of repayment is known.
    """

    code: str
    title: Text
    subject: WatchSubject
    colour: Colour
    reference: Reference
    tasks: tuple[TaskRule, ...] = ()
    factor: Fraction | None = None
    by_kind: Mapping[str, Fraction] | None = None
    unknown: bool = False
    category: Category | None = None
    share_above: Fraction | None = None
    ltv_substandard: bool = False
    source_substandard: bool = False

    def factor_for(self, kind: str) -> Fraction | None:
        """Return the share of the value of a right of ``kind`` that still counts; None if nothing changes."""
        return self.factor if self.by_kind is None else self.by_kind.get(kind, self.factor)


@dataclass(frozen=True, slots=True)
class WatchCatalogue:
    """All findings and thresholds in force on a day.

    Months: ``fee_grace``, ``renewal_window``, ``renewal_grace``, ``appraisal_*``, ``after_term``. Days: the others.
    """

    day: date
    findings: Mapping[str, FindingRule]
    fee_notice: int
    fee_grace: int
    renewal_window: int
    renewal_grace: int
    appraisal_warn: int
    appraisal_warn_falling: int
    appraisal_unknown: int
    status_amber: int
    status_red: int
    after_term: int
    deadline_notice: tuple[int, ...]


def catalogue_on(rules: Rulebook, day: date) -> WatchCatalogue:
    """Return the catalogue in force on ``day``. Raises RuleError if a threshold is not in force then."""
    found = {}
    for rule_id in rules.ids():
        if rule_id.startswith(PREFIX) and (value := rules.find(rule_id, day)) is not None:
            rule = _finding(value)
            found[rule.code] = rule
    appraisal = rules.at("watch.appraisal_age", day).value
    status = rules.at("watch.status_age", day).value
    return WatchCatalogue(
        day=day,
        findings=found,
        fee_notice=rules.at("watch.fee_notice", day).whole(),
        fee_grace=rules.at("watch.fee_grace", day).whole(),
        renewal_window=rules.at("watch.renewal_window", day).whole(),
        renewal_grace=rules.at("watch.renewal_grace", day).whole(),
        appraisal_warn=int(appraisal["warn"]),
        appraisal_warn_falling=int(appraisal["warn_falling"]),
        appraisal_unknown=int(appraisal["unknown"]),
        status_amber=int(status["amber"]),
        status_red=int(status["red"]),
        after_term=rules.at("watch.after_term", day).whole(),
        deadline_notice=tuple(sorted(int(days) for days in rules.at("watch.deadline_notice", day).value)),
    )


def _finding(rule: RuleValue) -> FindingRule:
    value: Mapping[str, Any] = rule.value
    by_kind = value.get("factor_by_kind")
    return FindingRule(
        code=rule.id.removeprefix(PREFIX),
        title=rule.title,
        subject=WatchSubject(value["subject"]),
        colour=Colour(value["colour"]),
        reference=rule.reference,
        tasks=tuple(
            TaskRule(row["who"], int(row["count"]), TaskUnit(row["unit"]), Text(row["zh"], row["en"]))
            for row in value.get("tasks", [])
        ),
        factor=Fraction(value["factor"]) if "factor" in value else None,
        by_kind=None if by_kind is None else {kind: Fraction(factor) for kind, factor in by_kind.items()},
        unknown=bool(value.get("unknown", False)),
        category=Category(value["category"]) if "category" in value else None,
        share_above=Fraction(value["category_if_share_above"]) if "category_if_share_above" in value else None,
        ltv_substandard=bool(value.get("substandard_if_ltv_above_one", False)),
        source_substandard=bool(value.get("substandard_if_no_other_source", False)),
    )
