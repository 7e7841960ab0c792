"""Check the terms of a loan for contradictions."""

from collections.abc import Iterator
from datetime import date

from zhirong.chain.loan.periods import due_days
from zhirong.chain.loan.rates import FixedRate, LinkedRate
from zhirong.chain.loan.terms import (
    AMORTISING,
    MONTHLY,
    Amendment,
    Draw,
    Finding,
    LoanTerms,
    Method,
    Prepayment,
    change_field,
)
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text

# A trillion yuan, in fen: more than any loan, small enough to catch a typing error.
MOST_PRINCIPAL = 10**14


def findings(terms: LoanTerms) -> Iterator[Finding]:
    """Return the problems of the terms: field, value, code, reason, hint."""
    if terms.principal <= 0:
        yield (
            "principal",
            show_yuan(terms.principal),
            "no_principal",
            Text("本金须大于零", "the principal must be above zero"),
            Text("请填写贷款金额（元）", "enter the amount of the loan in yuan"),
        )
    if terms.principal > MOST_PRINCIPAL:
        yield (
            "principal",
            show_yuan(terms.principal),
            "principal_too_large",
            Text("本金数额异常偏大", "the principal is implausibly large"),
            Text("金额以元为单位，不超过一万亿元", "amounts are in yuan, at most a trillion"),
        )
    if terms.end <= terms.start:
        yield (
            "end",
            terms.end,
            "dates_reversed",
            Text("到期日不晚于放款日", "the loan ends on or before the day it starts"),
            Text("请更正放款日（start）或到期日（end）", "correct start or end"),
        )
    if terms.first_due is not None and not terms.start < terms.first_due <= terms.end:
        yield (
            "first_due",
            terms.first_due,
            "first_due_outside",
            Text("首个还款日不在贷款期内", "the first due day lies outside the loan's term"),
            Text("请填写放款日之后、不晚于到期日的日期", "enter a day after the start and not after the end"),
        )
    if terms.day_count == MONTHLY and terms.cycle.months is None and terms.method is not Method.WITH_PRINCIPAL:
        yield (
            "day_count",
            terms.day_count,
            "monthly_needs_months",
            Text("按月计息须以月为周期", "counting interest by months needs a cycle of months"),
            Text(
                "请将还款周期（cycle）写成 1M、3M 等，或更换计息基础（day_count）",
                "write cycle as 1M, 3M, or choose another day_count",
            ),
        )
    if terms.day_count == MONTHLY and terms.interest_to_shifted:
        yield (
            "interest_to_shifted",
            terms.interest_to_shifted,
            "monthly_never_shifts",
            Text(
                "按月计息与“利息计至顺延后的付款日”不能并用",
                "interest by whole months cannot run to a shifted payment day",
            ),
            Text("请更换计息基础（day_count），例如 act_360", "choose another day_count, such as act_360"),
        )
    yield from _rate_findings("", terms.rate)
    yield from _form_findings(terms)
    yield from _change_findings(terms)


def lent(terms: LoanTerms) -> int:
    """Return everything drawn under the loan, in fen."""
    return terms.principal + sum(change.amount for change in terms.changes if isinstance(change, Draw))


def _form_findings(terms: LoanTerms) -> Iterator[Finding]:
    """Note repayment terms that exclude one another."""
    if terms.method not in AMORTISING:
        for field, value in (
            ("balloon", show_yuan(terms.balloon) if terms.balloon else None),
            ("step", terms.step and terms.step.factor),
        ):
            if value:
                yield _unfit(field, value, "等额本息或等额本金", "level payment or equal principal")
    if terms.principal_every > 1 and terms.method is not Method.EQUAL_PRINCIPAL:
        yield _unfit("principal_every", terms.principal_every, "等额本金", "equal principal")
    if terms.grace is not None and terms.method in (Method.WITH_PRINCIPAL, Method.CUSTOM):
        yield _unfit("grace", terms.grace.periods, "等额本息、等额本金或到期还本", "another method")
    elif terms.grace is not None and terms.start < terms.end and terms.grace.periods >= len(due_days(terms)):
        yield (
            "grace.periods",
            terms.grace.periods,
            "grace_too_long",
            Text(
                f"还款日共 {len(due_days(terms))} 个，宽限期不能涵盖全部还款日",
                f"the loan has {len(due_days(terms))} due days; the grace period cannot cover all of them",
            ),
            Text("请减少宽限期数（periods）", "reduce periods"),
        )
    if terms.balloon >= lent(terms) > 0:
        yield (
            "balloon",
            show_yuan(terms.balloon),
            "balloon_too_large",
            Text("尾款不小于贷款金额", "the balloon is not less than the loan"),
            Text("请减小尾款金额", "reduce the balloon"),
        )
    if terms.first_period == "on_top" and (
        terms.method is not Method.LEVEL_PAYMENT or terms.day_count != MONTHLY or terms.grace is not None
    ):
        yield _unfit(
            "first_period",
            terms.first_period,
            "按月计息、没有宽限期的等额本息",
            "level payment by months, without a grace period",
        )
    days = [item.day for item in terms.plan]
    if bool(terms.plan) != (terms.method is Method.CUSTOM):
        yield (
            "plan",
            "",
            "plan_and_method",
            Text("自定计划与还款方式不符", "a custom repayment plan cannot be combined with this method"),
            Text(
                "请将还款方式（method）填写为 custom，并列出还款计划（[[plan]]）",
                "set method to custom and list [[plan]]",
            ),
        )
    if days != sorted(set(days)) or any(not terms.start < day <= terms.end for day in days):
        yield (
            "plan",
            ", ".join(day.isoformat() for day in days),
            "plan_days",
            Text("计划日期须在贷款期内、递增且不重复", "days of the plan must ascend within the term"),
            Text("请更正日期", "correct the days"),
        )
    planned = sum(item.principal for item in terms.plan)
    if planned > lent(terms):
        yield (
            "plan",
            show_yuan(planned),
            "plan_too_large",
            Text("计划本金合计超过贷款金额", "the plan repays more than the loan"),
            Text("请更正本金，末期自动结清余额", "correct the amounts; the last day clears what is left"),
        )


def _change_findings(terms: LoanTerms) -> Iterator[Finding]:
    last = max(
        [terms.end, *(change.end for change in terms.changes if isinstance(change, Amendment) and change.end)]
    )
    for change in terms.changes:
        if not terms.start < change.day <= last:
            yield _outside(change_field(terms, change, "day"), change.day)
        if isinstance(change, Draw | Prepayment) and change.amount is not None and change.amount <= 0:
            yield (
                change_field(terms, change, "amount"),
                show_yuan(change.amount),
                "no_amount",
                Text("金额须大于零", "the amount must be above zero"),
                Text("请填写金额（元）", "enter an amount in yuan"),
            )
        if isinstance(change, Prepayment) and change.effect == "shorten" and terms.method not in AMORTISING:
            field = change_field(terms, change, "effect")
            yield _unfit(field, change.effect, "等额本息或等额本金", "level payment or equal principal")
        elif (
            isinstance(change, Prepayment) and change.effect == "shorten" and change.day < _first_instalment(terms)
        ):
            yield (
                change_field(terms, change, "effect"),
                change.effect,
                "nothing_to_shorten",
                Text(
                    "此时尚未开始还本，没有可保持不变的每期金额",
                    "repayment of principal has not started, so there is no instalment to keep",
                ),
                Text('请改为 effect = "reduce"', 'write effect = "reduce"'),
            )
    yield from _amendment_findings(terms)
    if terms.limit is not None and terms.principal > terms.limit:
        yield (
            "principal",
            show_yuan(terms.principal),
            "over_limit",
            Text("超过授信额度", "above the credit limit"),
            Text("请减小金额，或提高授信额度（limit）", "draw less, or raise the limit"),
        )


def _first_instalment(terms: LoanTerms) -> date:
    """Return the day before the first due day that repays principal, if a level payment comes before any; else the
    first day.

    Only then would the payment have to be known before it can be calculated.
    """
    skipped = (terms.grace.periods if terms.grace is not None else 0) + terms.principal_every - 1
    if terms.method is not Method.LEVEL_PAYMENT or skipped == 0:
        return terms.start
    days = due_days(terms)
    return days[min(skipped, len(days)) - 1] if days else terms.start


def _amendment_findings(terms: LoanTerms) -> Iterator[Finding]:
    """Note amendments that change nothing, end before they begin, or call an earlier end an extension."""
    end = terms.end
    amendments = [change for change in terms.changes if isinstance(change, Amendment)]
    for change in sorted(amendments, key=lambda change: change.day):
        named = (change.end, change.rate, change.method, change.cycle, change.first_due)
        if all(item is None for item in named) and change.interest == "next_due":
            yield (
                change_field(terms, change),
                change.day,
                "empty_amendment",
                Text("未写明变更内容", "the amendment does not say what changes"),
                Text(
                    "请填写到期日（end）、利率（rate）、还款方式（method）等，或删除该项",
                    "give end, rate, method or the like, or remove it",
                ),
            )
        if change.rate is not None:
            yield from _rate_findings(change_field(terms, change) + ".", change.rate)
        if change.end is None:
            continue
        if change.end <= change.day:
            yield _outside(change_field(terms, change, "end"), change.end)
        elif change.kind == "extension" and change.end <= end:
            yield (
                change_field(terms, change, "end"),
                change.end,
                "not_an_extension",
                Text(
                    f"展期后的到期日不晚于原到期日 {end}",
                    f"an extension must end after the original end {end}",
                ),
                Text("请更正 end，或把 kind 写成 restructuring", "correct end, or set kind to restructuring"),
            )
        end = change.end


def _rate_findings(inside: str, rate: FixedRate | LinkedRate) -> Iterator[Finding]:
    if isinstance(rate, FixedRate):
        if rate.yearly < 0:
            yield (
                f"{inside}rate",
                rate.yearly,
                "negative_rate",
                Text("利率低于零", "the rate is below zero"),
                Text("请填写不低于零的年利率", "enter an annual rate that is not below zero"),
            )
    elif rate.reset is None and rate.reset_from is not None:
        yield (
            f"{inside}linked.reset_from",
            rate.reset_from,
            "reset_from_alone",
            Text("已填写首个重定价日，但未填写重定价周期", "a first reset day is given without a reset cycle"),
            Text(
                "请补充重定价周期（reset），例如 1Y，或删除首个重定价日（reset_from）",
                "add reset, such as 1Y, or remove reset_from",
            ),
        )


def _outside(field: str, day: date) -> Finding:
    return (
        field,
        day,
        "day_outside",
        Text("日期不在贷款期内", "the day lies outside the loan's term"),
        Text("请填写放款日之后、不晚于到期日的日期", "enter a day after the start and not after the end"),
    )


def _unfit(field: str, value: object, method_zh: str, method_en: str) -> Finding:
    return (
        field,
        value,
        "unfit_for_method",
        Text("与还款方式不能并用", "cannot be combined with the repayment method"),
        Text(f"请删除该项，或改用{method_zh}", f"remove it, or use {method_en}"),
    )
