"""Limits of the pledge rate that the security itself sets: cap of the kind, lending value, and the 1 + 1 grid."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.appraisal.records import Appraisal, LendingValue
from zhirong.chain.quote.optional_inputs import Scores
from zhirong.chain.quote.records import RateLimit
from zhirong.chain.right.kinds import KIND_TEXT, KindRule, RightKind
from zhirong.kernel.explain import Explanation, of_rule, plain
from zhirong.kernel.money import share_of, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text


def security_limits(
    appraisal: Appraisal,
    lending: LendingValue,
    kinds: Sequence[RightKind],
    *,
    scores: Scores | None,
    rules: Rulebook,
    day: date,
) -> tuple[RateLimit, ...]:
    """Return the cap of the kind, the lending value and, with scores, the grid. A better input never lowers any of
    them. The credit grade is not included: it affects the lender's share, the probability of default and the price.
    """
    limits = [cap_limit(appraisal, kinds, rules, day)]
    if scores is not None:
        limits.append(grid_limit(appraisal, scores, rules, day))
    limits.append(_lending_limit(appraisal, lending))
    return tuple(limits)


def cap_limit(appraisal: Appraisal, kinds: Sequence[RightKind], rules: Rulebook, day: date) -> RateLimit:
    """Return appraised value × lowest cap among the kinds of the rights."""
    cap = kind_cap(kinds, rules, day)
    title = Text("质押率上限", "pledge rate cap")
    words = Text("评估价值（P50）× 质押率上限", "appraised value (P50) × pledge rate cap")
    parts = (_value(appraisal), of_rule(cap, unit="rate"))
    return _limit("pledge_rate", title, Fraction(cap.number()), appraisal, words, parts)


def kind_cap(kinds: Sequence[RightKind], rules: Rulebook, day: date) -> RuleValue:
    """Return the lowest cap among the kinds. Raises ValueError without any."""
    present = [kind for kind in KIND_TEXT if kind in set(kinds)]
    return min((rules.at(KindRule.PLEDGE_RATE_CAP.of(kind), day) for kind in present), key=RuleValue.number)


def grid_limit(appraisal: Appraisal, scores: Scores, rules: Rulebook, day: date) -> RateLimit:
    """Return appraised value × the rate of the grid for the right's score and the team's grade."""
    rule = rules.at("quote.pledge_rate_grid", day)
    rate = grid_rate(rule, scores.right, scores.team.grade)
    return _limit(
        "one_plus_one",
        Text("“1 + 1”质押率", "1 + 1 pledge rate"),
        Fraction(rate),
        appraisal,
        Text(
            f"权利得分 {plain(scores.right)}，团队等级 {scores.team.grade_text.zh}，查表得 {plain(rate * 100)} %",
            f"right {plain(scores.right)} points, team {scores.team.grade_text.en}: {plain(rate * 100)} % by the grid",
        ),
        (
            _value(appraisal),
            Explanation(rule.title, rate, "rate", references=(rule.reference,)),
            scores.team.explanation,
        ),
    )


def grid_rate(rule: RuleValue, right: Decimal, team: str) -> Decimal:
    """Return the rate of the best row that the right's score reaches, in the team's column.

    Raises RuleError for a grid in which a better right would have a lower rate, and for a team grade that it lacks.
    """
    rows = sorted(rule.value["rows"], key=lambda row: Decimal(row["from"]))
    columns = {name: [Decimal(row["rates"][name]) for row in rows] for name in rows[0]["rates"]}
    if team not in columns:
        raise RuleError(f"{rule.id} has no column for a team graded {team!r}")
    if any(rates != sorted(rates) for rates in columns.values()):
        raise RuleError(f"{rule.id}: a better right has a lower rate")
    reached = [rate for row, rate in zip(rows, columns[team], strict=True) if right >= Decimal(row["from"])]
    if not reached:
        raise RuleError(f"{rule.id} has no row for a score of {right}")
    return reached[-1]


def _lending_limit(appraisal: Appraisal, lending: LendingValue) -> RateLimit:
    value = appraisal.appraised_value
    title = Text("可贷价值", "lending value")
    rate = Fraction(lending.fen, value) if value else Fraction(0)
    return RateLimit("lending_value", title, rate, lending.fen, lending.explanation)


def _limit(
    code: str, title: Text, rate: Fraction, appraisal: Appraisal, words: Text, parts: tuple[Explanation, ...]
) -> RateLimit:
    amount = share_of(appraisal.appraised_value, rate, "floor")
    return RateLimit(code, title, rate, amount, Explanation(title, amount, "fen", words, parts=parts))


def _value(appraisal: Appraisal) -> Explanation:
    low, high = (show_yuan(end) for end in appraisal.interval())
    return Explanation(
        Text("评估价值（P50）", "appraised value (P50)"),
        appraisal.appraised_value,
        "fen",
        Text(f"八成可能在 {low} 至 {high} 元之间", f"80 % likely between CNY {low} and {high}"),
    )
