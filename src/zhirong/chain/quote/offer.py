"""One financing mode for one case: its eligibility, credit limit, cost, loss shares, and missing items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.limit.limit import FirmLimits, ModeLimit, mode_limit
from zhirong.chain.limit.wording import LimitCap, caps_of_mode, changes, title_of
from zhirong.chain.loan.cost import internal_rate
from zhirong.chain.loan.day_counts import year_fraction
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.reading import usual_day_count
from zhirong.chain.loan.schedule import Schedule, schedule
from zhirong.chain.loan.terms import LoanTerms
from zhirong.chain.mode.allocation import allocate
from zhirong.chain.mode.charges import Dated, LoanFacts, ModeCharge, charges
from zhirong.chain.mode.eligibility import ConditionResult, eligibility
from zhirong.chain.mode.fee_table import FeeTable
from zhirong.chain.mode.loss import OPEN_POOL, LoanLoss
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.arrangement import arrangement_of
from zhirong.chain.quote.drawdown import drawing_conditions
from zhirong.chain.quote.optional_inputs import PAYER_TEXT, Payer
from zhirong.chain.quote.records import CreditCase, FirmPayment, Gate, MissingItem, Offer, PartyAmount
from zhirong.chain.quote.title import LAW_FIRM
from zhirong.chain.right.records import Holder
from zhirong.kernel.days import WorkingDays, add_months
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, quantise_rate
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

_GIVEN = ("subsidy", "reward")
_RATE_PLACES = 8
# Sharing a loss assumes that the lender's claim is in order when it comes.
_CLAIM_IN_ORDER = {"pledge_registered": True, "lawful_use": True, "good_faith": True}
_NO_PLEDGE = Text("没有可以质押的权利", "no right can be pledged")


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """Everything about a case that does not depend on the mode.

    limits: the firm's caps; caps: the same in words. rate_explanation: of the market rate. facts: the facts that
    modes may test. confirmation_days: how old the last confirmation of a mode may be. appraised: value of the
    rights in fen, None without. can_pledge: some right passes every check. failed: the check that declines the
    loan, None if none does. missing: what the checks still need.
    """

    case: CreditCase
    limits: FirmLimits
    caps: tuple[LimitCap, ...]
    rate_explanation: Explanation
    lpr: Decimal | None
    confirmation_days: int
    lpr_one_year: Decimal | None
    facts: Mapping[str, object]
    appraised: Fen | None
    fee_tables: Mapping[str, FeeTable]
    can_pledge: bool
    failed: Gate | None
    working_days: WorkingDays
    renewals: tuple[Text, ...]
    missing: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision under one mode before any schedule is made: the limit, whether the firm qualifies, the rate.

    amount: the loan in fen, 0 where there is none. binding: code of the binding cap or check.
    """

    mode: Mode
    limit: ModeLimit
    amount: Fen
    binding: str
    title: Text
    annual_rate: Decimal
    conditions: tuple[ConditionResult, ...]

    @property
    def eligible(self) -> Pledgeable:
        """Return no if a condition is unmet, unknown if one could not be decided, otherwise yes."""
        return _verdict(self.conditions)


def decide(mode: Mode, terms: OfferTerms, *, compare: bool = True) -> Decided:
    """Calculate the limit, the rate and the conditions under ``mode``. The mode's name has no effect on the result.

    compare: also give the limit without the pledge, and the conditions with the facts found.
    """
    request = terms.case.request
    plan = arrangement_of(
        mode, terms.case, terms.facts, lpr=terms.lpr, appraised=terms.appraised, fee_tables=terms.fee_tables
    )
    lpr = None if terms.lpr is None else Fraction(terms.lpr)
    found = mode_limit(terms.limits, plan, lpr, compare=compare)
    amount, binding, title = _decide(mode, found, terms)
    rate = _rate(found, terms)
    conditions = eligibility(
        mode,
        {
            **terms.facts,
            "amount_fen": amount or request.amount,
            "borrower_balance_fen": _balance(terms, amount or request.amount),
            "term_months": request.term_months,
            "annual_rate": rate,
            "lpr_1y": terms.lpr_one_year,
        },
        terms.case.as_of,
        stale_after_days=terms.confirmation_days,
        loan_day=request.start,
        in_words=compare,
    )
    return Decided(mode, found, amount, binding, title, rate, conditions)


def make_offer(mode: Mode, terms: OfferTerms) -> Offer:
    """Return the offer under ``mode``: the decision in words, with the loan as the firm would draw it."""
    made = decide(mode, terms)
    found, amount = made.limit, made.amount
    drawn = _Drawn(mode, terms, amount, made.annual_rate) if amount else None
    caps = caps_of_mode(found, terms.caps, {role: mode.name_of(role) for role in mode.bearers})
    return Offer(
        mode=mode,
        eligible=made.eligible,
        conditions=made.conditions,
        limit=found,
        caps=caps,
        changes=changes(found) if made.binding == found.binding else (),
        drawing=drawing_conditions(found, terms.case, terms.renewals) if made.binding == found.binding else (),
        amount=amount,
        limited_by=made.binding,
        limited_by_title=made.title,
        term_months=terms.case.request.term_months,
        annual_rate=made.annual_rate,
        schedule=None if drawn is None else drawn.plan,
        charges=() if drawn is None else drawn.charges,
        cash_flows=() if drawn is None else drawn.flows,
        annual_cost=None if drawn is None else drawn.cost,
        cost_before_subsidy=None if drawn is None else drawn.cost_before,
        full_loss=() if drawn is None else drawn.full_loss[0],
        at_default=_parties(mode, found.at_limit) if amount else (),
        expected_loss=_parties(mode, found.expected) if amount else (),
        default_chance=_default_chance(found) if amount else Decimal(0),
        needs=_needs(mode, made.conditions, terms.missing),
        explanation=_explanation(made, caps, terms, drawn),
    )


def _decide(mode: Mode, found: ModeLimit, terms: OfferTerms) -> tuple[Fen, str, Text]:
    """Return the amount, the code of what decides and its title: a failed check, a pledge that the mode requires,
    or a cap.
    """
    if terms.failed is not None:
        return 0, terms.failed.code, terms.failed.title
    asks_for_pledge = found.arrangement.basis == "pledge" or any(one.fact == "ip_pledge" for one in mode.conditions)
    if asks_for_pledge and not terms.can_pledge:
        return 0, "no_pledge", _NO_PLEDGE
    return found.amount, found.binding, title_of(found.binding, {role: mode.name_of(role) for role in mode.bearers})


def _rate(found: ModeLimit, terms: OfferTerms) -> Decimal:
    """Return the offered rate; where nothing is lent or priced, the agreed rate or the market rate."""
    agreed = terms.case.request.annual_rate
    if agreed is not None:
        return agreed
    offered = terms.limits.firm.market_rate if found.price is None else found.price.offered
    return quantise_rate(offered, _RATE_PLACES).normalize()


class _Drawn:
    """Return the loan of the limit as the firm would draw it: schedule, charges and cost."""

    def __init__(self, mode: Mode, terms: OfferTerms, amount: Fen, rate: Decimal) -> None:
        request = terms.case.request
        self.plan = _schedule(terms, amount, rate)
        made = charges(
            mode,
            LoanFacts(
                amount=amount,
                start=request.start,
                term_months=request.term_months,
                annual_rate=rate,
                interest=tuple(Dated(row.due, row.interest, row.written) for row in self.plan.rows),
                lpr=terms.lpr_one_year,
                ip_share=_ip_share(terms),
                appraised_value=terms.appraised or 0,
                borrower_balance=_balance(terms, amount),
                facts=terms.facts,
                part_of_year=_part_of_year(self.plan),
                fee_tables=terms.fee_tables,
            ),
        )
        self.charges = (*made, *_title_charge(terms))
        self.flows = cash_flows(self.plan, self.charges)
        self.cost = internal_rate([(flow.day, flow.amount) for flow in self.flows])
        self.cost_before = internal_rate(
            [(flow.day, flow.amount) for flow in self.flows if flow.kind not in _GIVEN]
        )
        self.full_loss = _full_loss(mode, terms, amount, self.plan.terms.end)


def _schedule(terms: OfferTerms, amount: Fen, rate: Decimal) -> Schedule:
    request = terms.case.request
    return schedule(
        LoanTerms(
            principal=amount,
            start=request.start,
            end=add_months(request.start, request.term_months),
            method=request.method,
            rate=FixedRate(rate),
            cycle=request.cycle,
            day_count=usual_day_count(request.method, request.cycle),
            shift="following",
        ),
        terms.working_days,
    )


def _parties(mode: Mode, amounts: Mapping[str, Fen]) -> tuple[PartyAmount, ...]:
    return tuple(
        PartyAmount(role, mode.name_of(role), amounts.get(role, 0)) for role in mode.bearers if role in amounts
    )


def _default_chance(found: ModeLimit) -> Decimal:
    """Return the probability of default within the term: 1 − Π (1 − PD × part of the year)."""
    alive, months = Fraction(1), found.firm.firm.term_months
    while months > 0:
        alive *= 1 - found.firm.firm.pd * min(Fraction(1), Fraction(months, 12))
        months -= 12
    return quantise_rate(1 - alive, 6)


def _explanation(
    made: Decided, of_mode: Sequence[LimitCap], terms: OfferTerms, drawn: _Drawn | None
) -> Explanation:
    of_firm = {cap.code for cap in terms.caps}
    # The credit limit explains once what is the same under every mode; here it is only named.
    caps = tuple(replace(cap.explanation, parts=()) if cap.code in of_firm else cap.explanation for cap in of_mode)
    words = Text(f"各项限额中最小者：{made.title.zh}", f"the lowest of all caps: {made.title.en}")
    parts: tuple[Explanation, ...] = caps
    if drawn is not None:
        parts = (*caps, price_explanation(made.limit, terms), _cost_explanation(terms, drawn), drawn.full_loss[1])
    return Explanation(made.mode.title, made.amount, "fen", words, parts=parts)


def price_explanation(found: ModeLimit, terms: OfferTerms) -> Explanation:
    """Return the offered rate and its components."""
    price, policy = found.price, found.firm.policy
    title = Text("贷款年利率", "annual rate of the loan")
    agreed = terms.case.request.annual_rate
    if price is None:
        return terms.rate_explanation if agreed is None else Explanation(title, agreed, "rate")
    words = (
        Text("借贷双方商定", "agreed by the parties")
        if agreed is not None
        else Text(
            "市场利率与成本价（向上取整，不低于 LPR 减点）中较低者",
            "the lower of the market rate and the cost price (rounded up, at least LPR less the floor)",
        )
    )

    def of(name: str) -> tuple[Reference, ...]:
        return (policy.rule(f"price.{name}").reference,)

    def rate(zh: str, en: str, value: Fraction, references: tuple[Reference, ...] = ()) -> Explanation:
        return Explanation(Text(zh, en), quantise_rate(value, 6), "rate", references=references)

    return Explanation(
        title,
        quantise_rate(price.offered, 6),
        "rate",
        words,
        parts=(
            terms.rate_explanation,
            Explanation(
                Text("成本价", "cost price"),
                quantise_rate(price.cost, 6),
                "rate",
                Text(
                    "（资金 ＋ 运营 ＋ 预期损失 ＋ 资本 ×（要求回报 ÷（1 − 税率）− 资金））×（1 ＋ 增值税）",
                    "(funding + operating + expected loss + capital × (hurdle ÷ (1 − tax) − funding)) × (1 + VAT)",
                ),
                parts=(
                    rate("资金成本", "funding", price.funding, of("funding_below_lpr")),
                    rate("运营成本", "operating cost", price.running, of("running")),
                    rate("预期损失", "expected loss", price.expected_rate),
                    rate("资本占用", "capital held", price.capital, of("capital_ratio")),
                    rate("要求回报", "hurdle", price.hurdle, of("hurdle")),
                    rate("增值税", "VAT", price.vat, of("vat")),
                ),
            ),
            rate("税后风险调整资本收益率", "risk-adjusted return on capital, after tax", price.raroc),
        ),
    )


def cash_flows(plan: Schedule, made: Sequence[ModeCharge]) -> tuple[FirmPayment, ...]:
    """Return the firm's receipts and payments in order: the loan, its principal, and every charge it is a party to."""
    flows = [FirmPayment(plan.terms.start, plan.terms.principal, Text("放款", "disbursement"), "drawdown")]
    flows += [
        FirmPayment(row.due, -row.principal, Text("偿还本金", "repayment of principal"), "principal")
        for row in plan.rows
        if row.principal
    ]
    for charge in made:
        if charge.payer == "firm":
            flows.append(FirmPayment(charge.day, -charge.amount, charge.title, charge.kind))
        elif charge.payee == "firm":
            flows.append(FirmPayment(charge.day, charge.amount, charge.title, charge.kind))
    return tuple(sorted(flows, key=lambda flow: flow.day))


def _part_of_year(plan: Schedule) -> Callable[[date, date], Fraction]:
    """Return the fraction of a year between two days, as the schedule counts interest."""
    basis = plan.terms.day_count

    def part(start: date, end: date) -> Fraction:
        if basis != "monthly":
            return year_fraction(start, end, basis)
        months = (end.year - start.year) * 12 + end.month - start.month
        if add_months(start, months) > end:
            months -= 1
        # Whole months are twelfths; days of a partial month are counted over 360, as in the schedule.
        return Fraction(months, 12) + Fraction((end - add_months(start, months)).days, 360)

    return part


def _title_charge(terms: OfferTerms) -> tuple[ModeCharge, ...]:
    """Return the firm's part of the cost of the title investigation; a cost of the loan, counted on the day of
    disbursement.
    """
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
        f"{title.law_firm}, paid by {PAYER_TEXT[title.paid_by].en}; counted on the day of disbursement",
    )
    explanation = Explanation(label, amount, "fen", words)
    return (
        ModeCharge(
            "title_investigation",
            label,
            "fee",
            payer="firm",
            payee=LAW_FIRM,
            amount=amount,
            day=case.request.start,
            explanation=explanation,
        ),
    )


def _balance(terms: OfferTerms, amount: Fen) -> Fen:
    """Return the firm's balance under the mode once this loan is made; without other loans, the loan itself."""
    stated = terms.facts.get("borrower_balance_fen")
    return amount + (stated if isinstance(stated, int) else 0)


def _ip_share(terms: OfferTerms) -> Decimal:
    stated = terms.facts.get("ip_share_of_security")
    return stated if isinstance(stated, Decimal) else Decimal(1)


def _verdict(conditions: Sequence[ConditionResult]) -> Pledgeable:
    states = {condition.state for condition in conditions}
    if "unmet" in states:
        return "no"
    return "unknown" if "unknown" in states else "yes"


def _needs(mode: Mode, conditions: Sequence[ConditionResult], missing: Sequence[Text]) -> tuple[MissingItem, ...]:
    """Return the missing items with the responsible party. The firm is the same under every mode, regardless of the
    mode's name for it.
    """
    firm = ROLES["firm"]
    needs = [MissingItem("firm", firm, text) for text in missing]
    needs += [
        MissingItem("firm", firm, condition.hint)
        for condition in conditions
        if condition.state != "met" and condition.hint is not None
    ]
    for need in mode.documents:
        name = firm if need.from_role == "firm" else mode.name_of(need.from_role)
        needs.append(MissingItem(need.from_role, name, need.title))
    return tuple(dict.fromkeys(needs))


def _loan(mode: Mode, terms: OfferTerms, amount: Fen, end: date, principal: Fen) -> LoanLoss:
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


def _full_loss(
    mode: Mode, terms: OfferTerms, amount: Fen, end: date
) -> tuple[tuple[PartyAmount, ...], Explanation]:
    """Return each party's part if all principal is lost without recovery."""
    loan = _loan(mode, terms, amount, end, amount)
    share = allocate(mode, [loan], OPEN_POOL, as_if_in_force=True, claim_in_order=True).loans[0]
    parts = tuple(
        PartyAmount(role, mode.name_of(role), share.parts.get(role, 0))
        for role in mode.bearers
        if share.parts.get(role, 0)
    )
    return parts, share.explanation


def _cost_explanation(terms: OfferTerms, drawn: _Drawn) -> Explanation:
    return Explanation(
        Text("综合年化成本", "effective annual cost"),
        None if drawn.cost is None else quantise_rate(Fraction(drawn.cost), 6),
        "rate",
        Text(
            "企业逐日现金流的内部收益率（ACT/365）",
            "internal rate of return of the firm's dated cash flows (ACT/365)",
        ),
        parts=(
            Explanation(
                Text("补贴前", "before subsidies"),
                None if drawn.cost_before is None else quantise_rate(Fraction(drawn.cost_before), 6),
                "rate",
            ),
            *(charge.explanation for charge in drawn.charges),
        ),
    )
