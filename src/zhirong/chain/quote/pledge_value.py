"""The recognised pledge value: the amount at which a lender counts the rights, the right that carries it, and the
contribution of each.

Every right has a life, a kind and its own forced-sale value. The income that they protect together continues as
long as one of them is in force, so a set is worth at least its best member, and a further right never lowers it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from zhirong.chain.appraisal.appraisal import appraise
from zhirong.chain.appraisal.lending import lasts, lending_value
from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.appraisal.value_carriers import carriers
from zhirong.chain.limit.wording import LimitChange
from zhirong.chain.quote.optional_inputs import Judged, Scores
from zhirong.chain.quote.rates import grid_rate, security_limits
from zhirong.chain.quote.records import CreditCase, PledgeValue, RateLimit, RightShare, RightView
from zhirong.chain.right.kinds import PATENT_KINDS
from zhirong.chain.right.records import Right
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, quantise_rate, show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

_COST = "cost"


@dataclass(frozen=True, slots=True)
class _Member:
    """One right as if it were pledged alone. barred: why it has no effect although it may be pledged."""

    right: Right
    amount: Fen
    limits: tuple[RateLimit, ...]
    lending: LendingValue | None
    scores: Scores | None
    appraisal: Appraisal | None
    barred: Text | None = None


def pledge_value(
    case: CreditCase,
    views: Sequence[RightView],
    removed: Mapping[str, Text],
    appraisal: Appraisal | NoValue,
    judged: Judged,
    term_end: date,
    rules: Rulebook,
) -> PledgeValue:
    """Calculate V of the rights: for each right that carries the value, take the lowest of lending value, cap of
    the kind and, with scores, the grid of right and team; V is the highest of these.

    removed: rights that a check keeps from being pledged, by id, with the reason; the appraisal leaves them out. A
    patent valued by cost alone has no effect.
    """
    title = Text("认可质押价值", "recognised pledge value")
    out = [
        RightShare(view.right.id, view.right.title, 0, 0, removed[view.right.id])
        for view in views
        if view.right.id in removed
    ]
    if isinstance(appraisal, NoValue):
        code = "no_right_left" if out and len(out) == len(views) else appraisal.code
        return PledgeValue(
            0,
            None,
            code,
            limits=(),
            lending=None,
            rights=tuple(out),
            changes=(),
            explanation=Explanation(title, 0, "fen", appraisal.reason),
        )
    subject = carriers([right for right in case.rights if right.id in appraisal.request.rights])
    members = [_member(right, case, appraisal, judged, term_end, rules) for right in subject]
    best = max(members, key=lambda member: member.amount)
    value = best.amount
    shares = []
    for member in members:
        others = max((other.amount for other in members if other is not member), default=0)
        shares.append(
            RightShare(member.right.id, member.right.title, member.amount, max(0, value - others), member.barred)
        )
    rate = (
        Decimal(int(Fraction(value, appraisal.appraised_value) * 10_000)) / 10_000
        if appraisal.appraised_value
        else None
    )
    if not best.limits:
        why = best.barred or Text("无可认可的价值", "no recognised value")
        return PledgeValue(
            0,
            rate,
            "cost_alone",
            limits=(),
            lending=best.lending,
            rights=(*shares, *out),
            changes=(),
            explanation=Explanation(title, 0, "fen", why),
        )
    least = best.limits[0]
    return PledgeValue(
        amount=value,
        rate=rate,
        binding=least.code,
        limits=best.limits,
        lending=best.lending,
        rights=(*shares, *out),
        changes=_changes(best, rules, case.as_of),
        explanation=Explanation(
            title,
            value,
            "fen",
            Text(
                f"各项限额中最小者：{least.title.zh}（{best.right.title}）",
                f"the lowest of its limits: {least.title.en} ({best.right.title})",
            ),
            parts=tuple(limit.explanation for limit in best.limits),
        ),
    )


def _member(
    right: Right, case: CreditCase, whole: Appraisal, judged: Judged, term_end: date, rules: Rulebook
) -> _Member:
    day = case.as_of
    own: Appraisal | NoValue = whole
    if len(carriers([one for one in case.rights if one.id in whole.request.rights])) > 1:
        own = _alone(right, case, whole, rules)
    if isinstance(own, NoValue):
        return _Member(right, 0, (), None, None, None, own.reason)
    lending = lending_value(own, [right], term_end, rules, day)
    if right.kind in PATENT_KINDS and all(one.approach == _COST for one in own.results if one.weight > 0):
        words = Text("专利只用成本法评估，不计质押价值", "a patent valued by cost alone has no lending value")
        return _Member(right, 0, (), lending, None, own, words)
    scores = _scores_of(right, judged)
    limits = tuple(
        sorted(
            security_limits(own, lending, [right.kind], scores=scores, rules=rules, day=day),
            key=lambda limit: limit.amount,
        )
    )
    return _Member(right, limits[0].amount, limits, lending, scores, own)


def _alone(right: Right, case: CreditCase, whole: Appraisal, rules: Rulebook) -> Appraisal | NoValue:
    """Return the appraisal of one right alone: that of all rights if the law protects it as long, otherwise with
    its own life.
    """
    request = replace(whole.request, rights=(right.id,))
    if lasts(right, whole, rules, case.as_of):
        return replace(whole, request=request)
    return appraise(request, case.rights, rules, case.as_of, detailed=False)


def _scores_of(right: Right, judged: Judged) -> Scores | None:
    """Return 1 + 1 with the right's own score; that of the weakest right where the indicator system does not cover
    it.
    """
    if judged.scores is None:
        return None
    own = next((score.score for score, _ in judged.rights if score.right_id == right.id), judged.scores.right)
    return replace(judged.scores, right=own)


# -- ways to change it -------------------------------------------------------------------------------------------


def _changes(best: _Member, rules: Rulebook, day: date) -> tuple[LimitChange, ...]:
    """Return, for the binding limit, how much better each of its inputs must be to reach the next limit."""
    least = best.limits[0]
    target = next((limit.amount for limit in best.limits if limit.amount > least.amount), None)
    if target is None or best.lending is None or best.appraisal is None:
        return ()
    if least.code == "lending_value":
        return _for_lending(best.lending, target)
    changes = [_more_value(best.appraisal, least.rate, target)] if least.rate else []
    if least.code == "one_plus_one" and best.scores is not None:
        changes += _for_grid(best.appraisal, target, best.scores, rules, day)
    return tuple(changes)


def _more_value(value: Appraisal, rate: Fraction, target: Fen) -> LimitChange:
    needed = ceil(Fraction(target) / rate)
    return LimitChange(
        "appraised_value",
        Text("评估价值（P50）", "appraised value (P50)"),
        _money(value.appraised_value),
        _money(needed),
        Decimal(needed) / 100,
        target,
    )


def _for_lending(lending: LendingValue, target: Fen) -> tuple[LimitChange, ...]:
    if lending.fen == 0:
        return ()
    times = Fraction(target, lending.fen)
    low = ceil(lending.low_value * times)
    label = Text(f"低位价值 P{lending.quantile}", f"low value P{lending.quantile}")
    changes = [LimitChange("low_value", label, _money(lending.low_value), _money(low), Decimal(low) / 100, target)]
    for factor in lending.factors:
        needed = Fraction(factor.value) * times
        if needed <= 1:  # Above 1 this factor alone cannot reach it.
            shown = quantise_rate(needed + Fraction(1, 2 * 10**6), 6)
            now, wanted = same(f"{plain(factor.value * 100)} %"), same(f"{plain(shown * 100)} %")
            changes.append(LimitChange(factor.name, factor.label, now, wanted, shown, target))
    return tuple(changes)


def _for_grid(value: Appraisal, target: Fen, scores: Scores, rules: Rulebook, day: date) -> list[LimitChange]:
    rule = rules.at("quote.pledge_rate_grid", day)
    changes = []

    def reaches(right: Decimal, team: str) -> bool:
        return int(Fraction(grid_rate(rule, right, team)) * value.appraised_value) >= target

    starts = sorted(Decimal(row["from"]) for row in rule.value["rows"] if row["from"] > scores.right)
    for start in starts:
        if reaches(start, scores.team.grade):
            title = Text("权利得分", "score of the right")
            now, needed = same(plain(scores.right)), same(plain(start))
            changes.append(LimitChange("right_score", title, now, needed, start, target))
            break
    bands = sorted(rules.at("credit.team.bands", day).value, key=lambda row: Decimal(row["from"]))
    for band in bands:
        if band["from"] > scores.team.score and reaches(scores.right, str(band["grade"])):
            title = Text("团队评分", "score of the team")
            now, needed = same(plain(scores.team.score)), same(plain(Decimal(band["from"])))
            changes.append(LimitChange("team_score", title, now, needed, Decimal(band["from"]), target))
            break
    return changes


def _money(fen: Fen) -> Text:
    return Text(f"{show_yuan(fen)} 元", f"CNY {show_yuan(fen)}")
