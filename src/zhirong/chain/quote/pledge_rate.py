"""The pledge rate under one mode: the least of its limits, the binding one named, and what would change it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from math import ceil

from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.mode.model import Mode
from zhirong.chain.quote.gates import key_rights
from zhirong.chain.quote.lender_loss import (
    Grids,
    LoanUnderMode,
    greatest_within_budget,
    last_that_holds,
    loan_under,
)
from zhirong.chain.quote.rates import grid_rate, security_limits
from zhirong.chain.quote.records import Change, PledgeRate, Quote, RateLimit, RightView, Verdict
from zhirong.chain.quote.stated import Scores
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, quantise_rate, round_fen, show_yuan
from zhirong.kernel.rulebook import Rulebook, RuleValue
from zhirong.kernel.text import Text, same

_CHANCE = Decimal("0.0001")  # a chance of default is told to a hundredth of a per cent
_MOST_TIMES = 64  # proceeds better than this many times are no answer to anybody


def pledge_rate(
    answer: Quote, mode: Mode, rules: Rulebook, scores: Scores | None = None, *, grids: Grids | None = None
) -> PledgeRate:
    """The least of: cap of the kind, lending value ÷ value, the rate at which the lender's expected loss under
    ``mode`` stays within its budget, the grid of right × team; capped by what the cash flow covers.

    scores: those of the quote unless others are to be tried. Without any, the factor of the credit grade scales the
    cap in place of the grid. A failed gate or a missing value leaves 0. Every limit rises or stays with every better
    input, and so does their least. grids: of the loan, where several modes share them.
    """
    scores = scores or answer.judged.scores
    failed = next((gate for gate in answer.gates if gate.verdict is Verdict.FAILED), None)
    if isinstance(answer.appraisal, NoValue) or answer.lending is None:
        code = "no_value" if failed is None else failed.code
        return _nothing(mode, code, (), answer.appraisal.explanation)
    day, value = answer.case.as_of, answer.appraisal
    loan = loan_under(answer, mode, rules, grids)
    limits = _limits(answer, value, answer.lending, loan, scores, rules, day)
    ordered = tuple(sorted(limits, key=lambda limit: limit.amount))
    if failed is not None:
        return _nothing(mode, failed.code, ordered, Explanation(failed.title, failed.reason))
    least = ordered[0]
    rate = Fraction(least.amount, value.appraised_value) if value.appraised_value else Fraction(0)
    shown = Decimal(int(rate * 10_000)) / 10_000
    changes = _changes(answer, value, answer.lending, ordered, loan, scores, rules, day)
    return PledgeRate(
        mode_id=mode.id,
        rate=shown,
        amount=least.amount,
        binding=least.code,
        limits=ordered,
        changes=changes,
        explanation=Explanation(
            Text("质押率", "pledge rate"),
            shown,
            "rate",
            Text(f"各项限额中最小者：{least.title.zh}", f"the least of its limits: {least.title.en}"),
            parts=(
                *(_own(limit) for limit in ordered),
                *(
                    Explanation(
                        Text(f"若改善：{change.title.zh}", f"if better: {change.title.en}"),
                        change.needed,
                        formula=Text(
                            f"现为 {change.now.zh}；可贷至少 {show_yuan(change.reaches)} 元",
                            f"now {change.now.en}; at least CNY {show_yuan(change.reaches)} then",
                        ),
                    )
                    for change in changes
                ),
            ),
        ),
    )


# -- limits ------------------------------------------------------------------------------------------------------


def _limits(
    answer: Quote,
    value: Appraisal,
    lending: LendingValue,
    loan: LoanUnderMode,
    scores: Scores | None,
    rules: Rulebook,
    day: date,
) -> list[RateLimit]:
    kinds = [view.right.kind for view in _keys(answer)]
    limits = list(security_limits(value, lending, kinds, answer.credit, scores, rules, day))
    for limit in answer.line.limits:
        if limit.code == "cash_flow":
            share = Fraction(limit.amount, value.appraised_value) if value.appraised_value else Fraction(0)
            limits.append(RateLimit(limit.code, limit.title, share, limit.amount, limit.explanation))
    most = min(limit.amount for limit in limits)
    budget = rules.at("quote.loss_budget", day)
    step = rules.at("quote.line_step", day)
    amount = greatest_within_budget(loan, budget.number(), most, step.fen())
    # Where even the least of the others holds, the budget does not limit: it is not searched for beyond it.
    if amount < most:
        limits.append(_budget_limit(amount, value, loan, budget, step))
    return limits


def _budget_limit(
    amount: Fen, value: Appraisal, loan: LoanUnderMode, budget: RuleValue, step: RuleValue
) -> RateLimit:
    title = Text("贷款人预期损失预算", "the lender's loss budget")
    loss = round_fen(Fraction(loan.lender_loss(amount))) if amount else 0
    explanation = Explanation(
        title,
        amount,
        "fen",
        Text(
            f"在“{loan.mode.title.zh}”下贷款人预期损失不超过每年本金 {plain(budget.number() * 100)} % 的最大金额",
            f"the greatest amount at which the lender's expected loss under “{loan.mode.title.en}” stays within"
            f" {plain(budget.number() * 100)} % of the principal a year",
        ),
        references=(budget.reference, step.reference),
        parts=(
            Explanation(Text("贷款人预期损失", "the lender's expected loss"), loss, "fen"),
            Explanation(Text("一年内违约概率", "chance of default within a year"), loan.default, "rate"),
        ),
    )
    return RateLimit("expected_loss", title, Fraction(amount, value.appraised_value), amount, explanation)


def _own(limit: RateLimit) -> Explanation:
    """What the line explains down to its inputs is only named here; the budget stands nowhere else."""
    return limit.explanation if limit.code == "expected_loss" else replace(limit.explanation, parts=())


def _keys(answer: Quote) -> tuple[RightView, ...]:
    subject = answer.case.appraisal.rights if answer.case.appraisal is not None else ()
    return key_rights(answer.rights, subject) or answer.rights


def _nothing(mode: Mode, code: str, limits: tuple[RateLimit, ...], why: Explanation) -> PledgeRate:
    return PledgeRate(
        mode.id,
        Decimal(0),
        0,
        code,
        limits,
        (),
        Explanation(Text("质押率", "pledge rate"), Decimal(0), "rate", parts=(why,)),
    )


# -- what would change the answer --------------------------------------------------------------------------------


def _changes(
    answer: Quote,
    value: Appraisal,
    lending: LendingValue,
    ordered: Sequence[RateLimit],
    loan: LoanUnderMode,
    scores: Scores | None,
    rules: Rulebook,
    day: date,
) -> tuple[Change, ...]:
    """For the binding limit, how much better each of its inputs must be to reach the next one."""
    least = ordered[0]
    target = next((limit.amount for limit in ordered if limit.amount > least.amount), None)
    if least.code == "expected_loss":
        # The budget's own search ends at the least of the others.
        target = ordered[1].amount
    if target is None:
        return ()
    if least.code == "pledge_rate":
        return _for_cap(answer, value, least, target, scores, rules, day)
    if least.code == "lending_value":
        return _for_lending(lending, target)
    if least.code == "one_plus_one" and scores is not None:
        return _for_grid(value, least, target, scores, rules, day)
    if least.code == "cash_flow":
        return _for_cash_flow(answer, loan, target, rules, day)
    return _for_budget(loan, target, rules.at("quote.loss_budget", day).number())


def _for_cap(
    answer: Quote,
    value: Appraisal,
    least: RateLimit,
    target: Fen,
    scores: Scores | None,
    rules: Rulebook,
    day: date,
) -> tuple[Change, ...]:
    changes = [_more_value(value, least.rate, target)] if least.rate else []
    if scores is not None:
        return tuple(changes)
    grade = answer.credit.grade
    factor = Fraction(rules.at(f"quote.grade_factor.{grade}", day).number())
    for better in _grades_above(grade, rules, day):
        own = Fraction(rules.at(f"quote.grade_factor.{better}", day).number())
        if factor and least.rate / factor * own * value.appraised_value >= target:
            title = Text("信用等级", "credit grade")
            changes.append(Change("credit_grade", title, same(grade), same(better), None, target))
            break
    return tuple(changes)


def _grades_above(grade: str, rules: Rulebook, day: date) -> list[str]:
    """Grades better than ``grade``, the nearest first."""
    rows = sorted(rules.at("credit.grades", day).value, key=lambda row: Decimal(row["from"]))
    order = [str(row["grade"]) for row in rows]
    return order[order.index(grade) + 1 :]


def _more_value(value: Appraisal, rate: Fraction, target: Fen) -> Change:
    needed = ceil(Fraction(target) / rate)
    return Change(
        "appraised_value",
        Text("评估价值（P50）", "appraised value (P50)"),
        _money(value.appraised_value),
        _money(needed),
        Decimal(needed) / 100,
        target,
    )


def _for_lending(lending: LendingValue, target: Fen) -> tuple[Change, ...]:
    if lending.fen == 0:
        return ()
    times = Fraction(target, lending.fen)
    low = ceil(lending.low_value * times)
    label = Text(f"低位价值 P{lending.quantile}", f"low value P{lending.quantile}")
    changes = [Change("low_value", label, _money(lending.low_value), _money(low), Decimal(low) / 100, target)]
    for factor in lending.factors:
        needed = Fraction(factor.value) * times
        if needed <= 1:  # beyond 1 this factor alone cannot do it
            shown = quantise_rate(needed + Fraction(1, 2 * 10**6), 6)
            changes.append(
                Change(
                    factor.name,
                    factor.label,
                    same(f"{plain(factor.value * 100)} %"),
                    same(f"{plain(shown * 100)} %"),
                    shown,
                    target,
                )
            )
    return tuple(changes)


def _for_grid(
    value: Appraisal, least: RateLimit, target: Fen, scores: Scores, rules: Rulebook, day: date
) -> tuple[Change, ...]:
    rule = rules.at("quote.pledge_rate_grid", day)
    changes = [_more_value(value, least.rate, target)] if least.rate else []

    def reaches(right: Decimal, team: str) -> bool:
        return int(Fraction(grid_rate(rule, right, team)) * value.appraised_value) >= target

    starts = sorted(Decimal(row["from"]) for row in rule.value["rows"] if row["from"] > scores.right)
    for start in starts:
        if reaches(start, scores.team.grade):
            title = Text("权利得分", "score of the right")
            now, needed = same(plain(scores.right)), same(plain(start))
            changes.append(Change("right_score", title, now, needed, start, target))
            break
    bands = sorted(rules.at("credit.team.bands", day).value, key=lambda row: Decimal(row["from"]))
    for band in bands:
        if band["from"] > scores.team.score and reaches(scores.right, str(band["grade"])):
            title = Text("团队评分", "score of the team")
            now, needed = same(plain(scores.team.score)), same(plain(Decimal(band["from"])))
            changes.append(Change("team_score", title, now, needed, Decimal(band["from"]), target))
            break
    return tuple(changes)


def _for_cash_flow(
    answer: Quote, loan: LoanUnderMode, target: Fen, rules: Rulebook, day: date
) -> tuple[Change, ...]:
    file = answer.case.credit.cash_flow
    if file is None:
        return ()
    cover = Fraction(rules.at("quote.cash_flow_cover", day).number())
    years = Fraction(loan.request.term_months, 12)
    free = Fraction(target) * (1 + Fraction(loan.annual_rate) * years) * cover / years
    needed = ceil(free) + file.debt_service
    most = file.operating_cash_flow - ceil(free)
    changes = [
        Change(
            "operating_cash_flow",
            Text("经营现金流（一年）", "operating cash flow, a year"),
            _money(file.operating_cash_flow),
            _money(needed),
            Decimal(needed) / 100,
            target,
        )
    ]
    if most >= 0:
        changes.append(
            Change(
                "debt_service",
                Text("已有债务一年的本息", "debt service of a year"),
                _money(file.debt_service),
                Text(f"至多 {show_yuan(most)} 元", f"CNY {show_yuan(most)} at most"),
                Decimal(most) / 100,
                target,
            )
        )
    return tuple(changes)


def _for_budget(loan: LoanUnderMode, target: Fen, budget: Decimal) -> tuple[Change, ...]:
    changes = []
    parts = int((loan.default / _CHANCE).to_integral_value(ROUND_FLOOR))
    chance = (
        last_that_holds(lambda count: loan.within(target, budget, default=count * _CHANCE), 0, parts + 1) * _CHANCE
    )
    if loan.within(target, budget, default=chance):
        changes.append(
            Change(
                "default_probability",
                Text("一年内违约概率", "chance of default within a year"),
                same(f"{plain(loan.default * 100)} %"),
                Text(f"至多 {plain(chance * 100)} %", f"{plain(chance * 100)} % at most"),
                chance,
                target,
            )
        )
    if loan.within(target, budget, times=_MOST_TIMES):
        # In hundredths: the first that holds is one above the last that does not.
        times = (
            last_that_holds(lambda n: not loan.within(target, budget, times=n / 100), 100, _MOST_TIMES * 100) + 1
        )
        changes.append(
            Change(
                "proceeds",
                Text("质押物变现所得", "proceeds of the rights"),
                Text("现值的 1 倍", "once what it is now"),
                Text(f"现值的 {times / 100:.2f} 倍", f"{times / 100:.2f} times what it is now"),
                Decimal(times) / 100,
                target,
            )
        )
    return tuple(changes)


def _money(fen: Fen) -> Text:
    return Text(f"{show_yuan(fen)} 元", f"CNY {show_yuan(fen)}")
