"""One financing mode for one case: may it be used, what it costs the firm, who bears what, what is still missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np

from zhirong.chain.appraisal.records import Appraisal, LendingValue
from zhirong.chain.loan.cost import internal_rate
from zhirong.chain.loan.day_counts import year_fraction
from zhirong.chain.loan.schedule import Schedule
from zhirong.chain.mode.allocate import allocate
from zhirong.chain.mode.arrays import allocate_many, scenarios
from zhirong.chain.mode.charges import Charge, Dated, LoanFacts, charges
from zhirong.chain.mode.eligibility import ConditionResult, eligibility
from zhirong.chain.mode.loss import OPEN_POOL, LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.lender_loss import Grids
from zhirong.chain.quote.losses import CHANCES, LossGrid, expected_parts, haircut_and_chance
from zhirong.chain.quote.records import Case, CashFlow, Line, Need, Offer, PartyAmount, PledgeRate
from zhirong.chain.quote.stated import PAYER_TEXT, Payer
from zhirong.chain.quote.title import LAW_FIRM
from zhirong.chain.right.records import Holder
from zhirong.kernel.days import add_months
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.money import Fen, quantise_rate
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.text import Text

_GIVEN = ("subsidy", "reward")
# What an expected loss takes for granted: that the lender's claim is in order when it comes.
_CLAIM_IN_ORDER = {"pledge_registered": True, "lawful_use": True, "good_faith": True}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything about a case that does not depend on the mode.

    annual_rate: exact, with how it came about. facts: what modes may ask about. value, lending: None without a
    value. confirmation_days: how old the last confirmation of a mode may be. grids: schedule and losses of the loan at
    an amount. missing: what the gates still ask for.
    """

    case: Case
    line: Line
    annual_rate: Decimal
    rate_explanation: Explanation
    lpr: Decimal | None
    confirmation_days: int
    facts: Mapping[str, object]
    value: Appraisal | None
    lending: LendingValue | None
    default: RuleValue
    recovery_cost: RuleValue
    disposal_months: RuleValue
    line_step: RuleValue
    line_minimum: RuleValue
    grids: Grids
    missing: tuple[Text, ...]


def make_offer(mode: Mode, terms: Terms, rate: PledgeRate) -> Offer:
    """The offer under ``mode``, whose pledge rate is ``rate``. Nothing in it depends on what the mode is called."""
    request = terms.case.request
    amount, limited_by = _amount(mode, terms, rate)
    conditions = eligibility(
        mode,
        {
            **terms.facts,
            "amount_fen": amount or request.amount,
            "borrower_balance_fen": _balance(terms, amount or request.amount),
            "term_months": request.term_months,
            "annual_rate": terms.annual_rate,
            "lpr_1y": terms.lpr,
        },
        terms.case.as_of,
        stale_after_days=terms.confirmation_days,
        loan_day=request.start,
    )
    needs = _needs(mode, conditions, terms.missing)
    if amount == 0 or terms.value is None or terms.lending is None:
        return _no_offer(mode, conditions, rate, limited_by, terms, needs)
    plan, grid = terms.grids(amount, terms.default.number(), 1.0)
    made = charges(
        mode,
        LoanFacts(
            amount=amount,
            start=request.start,
            term_months=request.term_months,
            annual_rate=terms.annual_rate,
            interest=tuple(Dated(row.due, row.interest) for row in plan.rows),
            lpr=terms.lpr,
            ip_share=_ip_share(terms),
            appraised_value=terms.value.appraised_value,
            borrower_balance=_balance(terms, amount),
            facts=terms.facts,
            part_of_year=_part_of_year(plan),
        ),
    )
    made = (*made, *_title_charge(terms))
    flows = cash_flows(plan, made)
    annual_cost = internal_rate([(flow.day, flow.amount) for flow in flows])
    before = internal_rate([(flow.day, flow.amount) for flow in flows if flow.kind not in _GIVEN])
    full = _full_loss(mode, terms, amount, plan.terms.end)
    expected, chance, expectation = _expected_loss(mode, terms, plan, grid, terms.lending)
    return Offer(
        mode=mode,
        eligible=_verdict(conditions),
        conditions=conditions,
        pledge_rate=rate,
        amount=amount,
        limited_by=limited_by,
        term_months=request.term_months,
        annual_rate=terms.annual_rate,
        schedule=plan,
        charges=made,
        cash_flows=flows,
        annual_cost=annual_cost,
        cost_before_subsidy=before,
        full_loss=full[0],
        expected_loss=expected,
        default_chance=chance,
        needs=needs,
        explanation=Explanation(
            mode.title,
            amount,
            "fen",
            Text(
                "额度、贷款人预期损失预算与模式单笔上限中的最小者",
                "the least of the line, the lender's loss budget and the mode's limit a loan",
            ),
            parts=(
                _cost_explanation(terms, made, annual_cost, before),
                full[1],
                expectation,
            ),
        ),
    )


def cash_flows(plan: Schedule, made: Sequence[Charge]) -> tuple[CashFlow, ...]:
    """What the firm receives and pays, in order: the loan, its principal, and every charge it is a party to."""
    flows = [CashFlow(plan.terms.start, plan.terms.principal, Text("放款", "loan paid out"), "drawdown")]
    flows += [
        CashFlow(row.due, -row.principal, Text("偿还本金", "repayment of principal"), "principal")
        for row in plan.rows
        if row.principal
    ]
    for charge in made:
        if charge.payer == "firm":
            flows.append(CashFlow(charge.day, -charge.amount, charge.title, charge.kind))
        elif charge.payee == "firm":
            flows.append(CashFlow(charge.day, charge.amount, charge.title, charge.kind))
    return tuple(sorted(flows, key=lambda flow: flow.day))


def _part_of_year(plan: Schedule) -> Callable[[date, date], Fraction]:
    """How much of a year lies between two days, as the schedule counts interest."""
    basis = plan.terms.day_count

    def part(start: date, end: date) -> Fraction:
        if basis != "monthly":
            return year_fraction(start, end, basis)
        months = (end.year - start.year) * 12 + end.month - start.month
        if add_months(start, months) > end:
            months -= 1
        # Whole months are twelfths, the days of a broken one are counted over 360, as in the schedule.
        return Fraction(months, 12) + Fraction((end - add_months(start, months)).days, 360)

    return part


def _amount(mode: Mode, terms: Terms, rate: PledgeRate) -> tuple[Fen, str]:
    """The line, the lender's loss budget (in whole steps, nothing below the least line) and the mode's own limit."""
    amount, limited_by = terms.line.amount, "" if terms.line.amount else terms.line.binding
    budget = next((limit.amount for limit in rate.limits if limit.code == "expected_loss"), None)
    if budget is not None:
        within = budget // terms.line_step.fen() * terms.line_step.fen()
        if within < amount:
            amount, limited_by = within if within >= terms.line_minimum.fen() else 0, "expected_loss"
    most = None if mode.limits is None else mode.limits.amount_at_most
    if most is not None and amount > most:
        amount, limited_by = most, "mode_limit"
    return amount, limited_by


def _title_charge(terms: Terms) -> tuple[Charge, ...]:
    """What the firm pays of the title investigation; a cost of the loan, counted on the day of the drawdown."""
    case = terms.case
    title = case.beside.title
    firm = Holder(case.firm_name, case.firm_code)
    if title is None or not any(same_party(firm, pledgor) for pledgor in case.filing.pledgors):
        return ()
    parts: dict[Payer, Fen] = {"pledgor": title.cost, "pledgee": 0, "both": title.cost - title.cost // 2}
    amount = parts[title.paid_by]
    if not amount:
        return ()
    label = Text("权属调查费", "title investigation")
    words = Text(
        f"{title.law_firm}，全部费用由{PAYER_TEXT[title.paid_by].zh}承担；在放款日计入",
        f"{title.law_firm}, paid by {PAYER_TEXT[title.paid_by].en}; counted on the day of the drawdown",
    )
    explanation = Explanation(label, amount, "fen", words)
    return (Charge("title_investigation", label, "fee", "firm", LAW_FIRM, amount, case.request.start, explanation),)


def _balance(terms: Terms, amount: Fen) -> Fen:
    """The firm's balance under the mode once this loan is made; without other loans, the loan itself."""
    stated = terms.facts.get("borrower_balance_fen")
    return amount + (stated if isinstance(stated, int) else 0)


def _ip_share(terms: Terms) -> Decimal:
    stated = terms.facts.get("ip_share_of_security")
    return stated if isinstance(stated, Decimal) else Decimal(1)


def _verdict(conditions: Sequence[ConditionResult]) -> Pledgeable:
    states = {condition.state for condition in conditions}
    if "unmet" in states:
        return "no"
    return "unknown" if "unknown" in states else "yes"


def _needs(mode: Mode, conditions: Sequence[ConditionResult], missing: Sequence[Text]) -> tuple[Need, ...]:
    """What is still needed from whom. The firm is the same firm under every mode, whatever the mode calls it."""
    firm = ROLES["firm"]
    needs = [Need("firm", firm, text) for text in missing]
    needs += [
        Need("firm", firm, condition.mend)
        for condition in conditions
        if condition.state != "met" and condition.mend is not None
    ]
    for need in mode.documents:
        name = firm if need.from_role == "firm" else mode.name_of(need.from_role)
        needs.append(Need(need.from_role, name, need.title))
    return tuple(dict.fromkeys(needs))


def _no_offer(
    mode: Mode,
    conditions: tuple[ConditionResult, ...],
    rate: PledgeRate,
    limited_by: str,
    terms: Terms,
    needs: tuple[Need, ...],
) -> Offer:
    return Offer(
        mode=mode,
        eligible=_verdict(conditions),
        conditions=conditions,
        pledge_rate=rate,
        amount=0,
        limited_by=limited_by,
        term_months=terms.case.request.term_months,
        annual_rate=terms.annual_rate,
        schedule=None,
        charges=(),
        cash_flows=(),
        annual_cost=None,
        cost_before_subsidy=None,
        full_loss=(),
        expected_loss=(),
        default_chance=Decimal(0),
        needs=needs,
        explanation=Explanation(mode.title, 0, "fen", Text("没有额度", "there is no line")),
    )


def _loan(mode: Mode, terms: Terms, amount: Fen, end: date, principal: Fen) -> LoanLoss:
    return LoanLoss(
        loan_id=terms.case.id,
        borrower=terms.case.firm_name,
        lender=mode.name_of("lender").zh,
        loan_day=terms.case.request.start,
        claim_day=end,
        amount=amount,
        principal=principal,
        ip_share=_ip_share(terms),
        borrower_balance=_balance(terms, amount),
        facts={**terms.facts, **_CLAIM_IN_ORDER},
    )


def _full_loss(mode: Mode, terms: Terms, amount: Fen, end: date) -> tuple[tuple[PartyAmount, ...], Explanation]:
    """Who bears what if the whole principal is lost and nothing comes back."""
    loan = _loan(mode, terms, amount, end, amount)
    share = allocate(mode, [loan], OPEN_POOL, as_if_in_force=True, claim_in_order=True).loans[0]
    parts = tuple(
        PartyAmount(role, mode.name_of(role), share.parts.get(role, 0))
        for role in mode.bearers
        if share.parts.get(role, 0)
    )
    return parts, share.explanation


def _expected_loss(
    mode: Mode, terms: Terms, plan: Schedule, grid: LossGrid, lending: LendingValue
) -> tuple[tuple[PartyAmount, ...], Decimal, Explanation]:
    """Each party's part of the loss distribution, integrated point by point through the mode's tiers and caps."""
    haircut, alive = haircut_and_chance(lending)
    amount = plan.terms.principal
    loan = _loan(mode, terms, amount, plan.terms.end, 0)
    losses = scenarios(mode, loan, grid.principal, grid.interest, grid.costs, claim_in_order=True)
    parts = allocate_many(mode, losses, loan.loan_day, OPEN_POOL, as_if_in_force=True)
    if not np.array_equal(parts.sum(axis=1), grid.total):
        raise AssertionError("the parts of a loss do not sum to it")
    shares = tuple(
        PartyAmount(role, mode.name_of(role), part)
        for role, part in zip(mode.bearers, expected_parts(grid.probability, parts), strict=True)
    )
    chance = quantise_rate(Fraction(grid.default), 6)
    explanation = Explanation(
        Text("预期损失", "expected loss"),
        sum(share.amount for share in shares),
        "fen",
        Text(
            f"逐期违约 × 质押物价值分布（{len(grid.probability)} 个情形），每个情形按分担规则计算后加权",
            f"default at each instalment × distribution of the rights' value ({len(grid.probability)} cases),"
            " each shared by the mode's rule, then weighted",
        ),
        parts=(
            of_rule(terms.default, unit="rate"),
            Explanation(Text("贷款期内违约概率", "chance of default over the loan"), chance, "rate"),
            of_rule(terms.recovery_cost, unit="rate"),
            of_rule(terms.disposal_months, unit="months"),
            Explanation(
                Text("变现时权利仍有效的概率", "chance that the rights are alive when sold"),
                quantise_rate(Fraction(alive), 6),
                "rate",
                Text("否则分文无收，单列一种情形", "otherwise nothing comes in: a case of its own"),
                parts=tuple(factor.explanation for factor in lending.factors if factor.name in CHANCES),
            ),
            Explanation(
                Text("变现折扣", "what a sale leaves of the value"),
                quantise_rate(Fraction(haircut), 6),
                "rate",
                parts=tuple(factor.explanation for factor in lending.factors if factor.name not in CHANCES),
            ),
            *(Explanation(share.name, share.amount, "fen") for share in shares),
        ),
    )
    return tuple(share for share in shares if share.amount), chance, explanation


def _cost_explanation(
    terms: Terms, made: Sequence[Charge], annual_cost: Decimal | None, before: Decimal | None
) -> Explanation:
    return Explanation(
        Text("企业实际年化成本", "the firm's effective annual cost"),
        None if annual_cost is None else quantise_rate(Fraction(annual_cost), 6),
        "rate",
        Text(
            "企业逐日现金流的内部收益率（ACT/365）",
            "internal rate of return of the firm's dated cash flows (ACT/365)",
        ),
        parts=(
            terms.rate_explanation,
            Explanation(
                Text("补贴前", "before subsidies"),
                None if before is None else quantise_rate(Fraction(before), 6),
                "rate",
            ),
            *(charge.explanation for charge in made),
        ),
    )
