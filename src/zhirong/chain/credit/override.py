"""Overrides of a credit grade: one band, two people, a coded reason, an expiry; and their track record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.kernel.days import add_months
from zhirong.kernel.errors import Problem
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import quantise_rate
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same

Direction = Literal["up", "down"]
State = Literal["in_force", "expired", "not_yet"]
STATE_TEXT: Mapping[State, Text] = {
    "in_force": Text("有效", "in force"),
    "expired": Text("已到期，不再使用", "expired, no longer used"),
    "not_yet": Text("尚未作出", "not made yet"),
}
Finding = Literal["too_few", "no_worse", "worse"]

FINDING_TEXT: Mapping[Finding, Text] = {
    "too_few": Text("笔数过少，不作结论", "too few to judge"),
    "no_worse": Text("结果不差于调整后的等级", "outcomes no worse than the adjusted grade"),
    "worse": Text(
        "结果差于调整后的等级，该理由不可靠", "outcomes worse than the adjusted grade; the reason is unreliable"
    ),
}


@dataclass(frozen=True, slots=True)
class Override:
    """A grade overridden by people. expires: the last day on which the override is in force."""

    firm: str
    from_grade: str
    to_grade: str
    reason: str
    words: str
    proposed_by: str
    approved_by: str
    made_on: date
    expires: date

    def state(self, day: date) -> State:
        """Return whether the override is in force on ``day``."""
        if day < self.made_on:
            return "not_yet"
        return "in_force" if day <= self.expires else "expired"

    def as_json(self, day: date) -> dict[str, object]:
        """Return a dictionary with stable keys, including the state on ``day``."""
        return {
            "from_grade": self.from_grade,
            "to_grade": self.to_grade,
            "reason": self.reason,
            "words": self.words,
            "proposed_by": self.proposed_by,
            "approved_by": self.approved_by,
            "made_on": self.made_on.isoformat(),
            "expires": self.expires.isoformat(),
            "state": self.state(day),
        }


@dataclass(frozen=True, slots=True)
class OverrideOutcome:
    """The outcome of a loan under an override: whether it defaulted within the year that the grade covers."""

    override: Override
    defaulted: bool


@dataclass(frozen=True, slots=True)
class ReasonRecord:
    """The outcomes of the overrides with one reason.

    expected: number of defaults that the adjusted grades imply. rate: defaults ÷ overrides.
    """

    reason: str
    count: int
    defaults: int
    expected: Decimal
    rate: Decimal
    finding: Finding

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "reason": self.reason,
            "count": self.count,
            "defaults": self.defaults,
            "expected": plain(self.expected),
            "rate": plain(self.rate),
            "finding": self.finding,
            "finding_text": FINDING_TEXT[self.finding].as_json(),
        }


def grade_order(rules: Rulebook, day: date) -> tuple[str, ...]:
    """Return the grades, best first."""
    rows = sorted(rules.at("credit.grades", day).value, key=lambda row: Decimal(row["from"]), reverse=True)
    return tuple(str(row["grade"]) for row in rows)


def read_override(reader: Reader, firm: str, graded: CreditAssessment, rules: Rulebook, day: date) -> Override:
    """Read the override from an ``[override]`` table: ``to_grade``, ``reason``, ``words``, ``proposed_by``,
    ``approved_by``, ``made_on``, ``expires``. graded: the firm's assessment by the scorecard.

    Rejects a move of more than one band, no change, the same person in both roles, a reason that the rule does not
    list or that supports the other direction, an expiry beyond the rule's limit, and any override of a gate.
    """
    order = grade_order(rules, day)
    reasons = rules.at("credit.override.reasons", day)
    longest = rules.at("credit.override.longest", day)
    override = Override(
        firm=firm,
        from_grade=graded.grade,
        to_grade=reader.choice("to_grade", order),
        reason=reader.choice("reason", [str(row["code"]) for row in reasons.value]),
        words=reader.text("words"),
        proposed_by=reader.text("proposed_by"),
        approved_by=reader.text("approved_by"),
        made_on=reader.day("made_on"),
        expires=reader.day("expires"),
    )
    for problem in _faults(override, graded, order, reasons, longest, day):
        reader.problem(problem.field, problem.value, problem.code, problem.reason, problem.hint)
    reader.finish()
    return override


def read_outcomes(reader: Reader, rules: Rulebook, day: date) -> tuple[OverrideOutcome, ...]:
    """Read past overrides from ``[[override]]`` tables: ``firm``, ``from_grade``, the fields of ``read_override``
    and ``defaulted``. They are accepted as made, whether or not today's rules would allow them.
    """
    order = grade_order(rules, day)
    codes = [str(row["code"]) for row in rules.at("credit.override.reasons", day).value]
    found = []
    for entry in reader.tables("override"):
        override = Override(
            firm=entry.text("firm"),
            from_grade=entry.choice("from_grade", order),
            to_grade=entry.choice("to_grade", order),
            reason=entry.choice("reason", codes),
            words=entry.optional_text("words"),
            proposed_by=entry.text("proposed_by"),
            approved_by=entry.text("approved_by"),
            made_on=entry.day("made_on"),
            expires=entry.day("expires"),
        )
        if override.made_on > day:
            entry.problem(
                "made_on",
                override.made_on,
                "date_in_future",
                Text(f"晚于 {day}", f"later than {day}"),
                Text("请更正日期", "correct the date"),
            )
        found.append(OverrideOutcome(override, entry.flag("defaulted")))
        entry.finish()
    if not found:
        reader.problem(
            "override",
            "",
            "missing",
            Text("未填写任何调整", "no override is given"),
            Text("请填写等级调整（[[override]]）", "write [[override]]"),
        )
    reader.finish()
    return tuple(found)


def grade_with(graded: CreditAssessment, override: Override | None, day: date) -> str:
    """Return the grade to use on ``day``: the overridden one while it is in force and the scorecard's grade is
    unchanged.

    An override refers to one grade of one day; once the scorecard gives another grade, the override no longer
    applies.
    """
    if override is None or override.state(day) != "in_force" or override.from_grade != graded.grade:
        return graded.grade
    return override.to_grade


def with_override(
    graded: CreditAssessment, override: Override | None, rules: Rulebook, day: date
) -> CreditAssessment:
    """Return the assessment with the grade to use on ``day`` and that grade's probability of default; points and
    gates are unchanged.
    """
    grade = grade_with(graded, override, day)
    if override is None or grade == graded.grade:
        return graded
    reasons = rules.at("credit.override.reasons", day)
    title = next(
        Text(row["title"]["zh"], row["title"]["en"]) for row in reasons.value if row["code"] == override.reason
    )
    moved = Explanation(
        Text("人工调整等级", "grade overridden"),
        same(f"{graded.grade} → {grade}"),
        formula=Text(
            f"{title.zh}：{override.words}；{override.proposed_by}提出，{override.approved_by}批准，至 {override.expires}",
            f"{title.en}: {override.words}; proposed by {override.proposed_by}, approved by {override.approved_by},"
            f" until {override.expires}",
        ),
        references=(reasons.reference,),
    )
    explanation = replace(graded.explanation, parts=(moved, *graded.explanation.parts))
    probability = rules.at(f"credit.default_probability.{grade}", day)
    return replace(graded, grade=grade, default_probability=probability, explanation=explanation)


def track(outcomes: Sequence[OverrideOutcome], rules: Rulebook, day: date) -> tuple[ReasonRecord, ...]:
    """Return each reason's record. ``worse``: the defaults exceed those implied by the adjusted grades by more than
    twice the binomial standard deviation. With fewer than ``credit.override.enough`` outcomes there is no
    conclusion.
    """
    enough = rules.at("credit.override.enough", day).whole()
    records = []
    for reason in sorted({outcome.override.reason for outcome in outcomes}):
        mine = [outcome for outcome in outcomes if outcome.override.reason == reason]
        chances = [
            Fraction(rules.at(f"credit.default_probability.{one.override.to_grade}", day).number()) for one in mine
        ]
        expected = sum(chances, Fraction(0))
        variance = sum((p * (1 - p) for p in chances), Fraction(0))
        defaults = sum(outcome.defaulted for outcome in mine)
        excess = defaults - expected
        finding: Finding = "no_worse"
        if len(mine) < enough:
            finding = "too_few"
        elif excess > 0 and excess * excess > 4 * variance:
            finding = "worse"
        records.append(
            ReasonRecord(
                reason,
                len(mine),
                defaults,
                quantise_rate(expected, 2),
                quantise_rate(Fraction(defaults, len(mine)), 4),
                finding,
            )
        )
    return tuple(records)


def direction_of(override: Override, order: Sequence[str]) -> Direction:
    """Return whether the reason supports a better (up) or a worse (down) grade."""
    return "up" if order.index(override.to_grade) < order.index(override.from_grade) else "down"


def _faults(
    override: Override,
    graded: CreditAssessment,
    order: Sequence[str],
    reasons: RuleValue,
    longest: RuleValue,
    day: date,
) -> list[Problem]:
    faults = []

    def fault(field: str, value: object, code: str, reason: Text, hint: Text) -> None:
        faults.append(Problem(field, str(value), reason, hint, code))

    steps = abs(order.index(override.to_grade) - order.index(override.from_grade))
    if steps != 1:
        fault(
            "to_grade",
            override.to_grade,
            "not_one_band",
            Text(f"只能由 {override.from_grade} 调整一级", f"may move by one band from {override.from_grade} only"),
            Text("请改为相邻的等级", "choose a neighbouring grade"),
        )
    if graded.gates:
        fault(
            "to_grade",
            override.to_grade,
            "gate_cannot_be_overridden",
            Text("一票否决项不能调整", "a finding that alone declines the firm cannot be overridden"),
            Text("请先消除该记录", "clear that record first"),
        )
    if _person(override.proposed_by) == _person(override.approved_by):
        fault(
            "approved_by",
            override.approved_by,
            "same_person",
            Text("提出人与批准人是同一人", "proposer and approver are the same person"),
            Text("请由另一人批准", "have another person approve"),
        )
    allowed = next((str(row["direction"]) for row in reasons.value if row["code"] == override.reason), "both")
    if steps and allowed not in ("both", direction_of(override, order)):
        fault(
            "reason",
            override.reason,
            "reason_points_elsewhere",
            Text("该理由不支持此方向的调整", "the reason does not support a move in this direction"),
            Text("请改换理由或方向", "change the reason or the direction"),
        )
    if override.made_on > day:
        fault(
            "made_on",
            override.made_on,
            "date_in_future",
            Text(f"晚于本案日期 {day}", f"later than the case date {day}"),
            Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
        )
    latest = add_months(override.made_on, longest.whole())
    if not override.made_on <= override.expires <= latest:
        fault(
            "expires",
            override.expires,
            "expiry_out_of_range",
            Text(f"须在 {override.made_on} 至 {latest} 之间", f"must lie between {override.made_on} and {latest}"),
            Text("请修改到期日", "change the expiry"),
        )
    return faults


def _person(name: str) -> str:
    return "".join(name.split()).casefold()
