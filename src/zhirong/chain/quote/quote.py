"""The main function: a case, the modes and the rules of the day in; one complete, explained answer out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.appraisal.appraisal import appraise
from zhirong.chain.appraisal.published import published_interval
from zhirong.chain.appraisal.records import Appraisal, NoValue
from zhirong.chain.appraisal.value_carriers import carriers
from zhirong.chain.credit.assessment import CreditAssessment, assess, current
from zhirong.chain.credit.override import with_override
from zhirong.chain.credit.weight_of_evidence import read_evidence, score_by_evidence
from zhirong.chain.limit.limit import FirmLimits, ModeLimit, firm_limits, mode_limit
from zhirong.chain.limit.policy import Policy, read_policy
from zhirong.chain.limit.records import LENDER
from zhirong.chain.limit.wording import caps_of_firm, caps_of_mode, changes, figures, title_of
from zhirong.chain.mode.fee_table import fee_tables_on
from zhirong.chain.mode.force import CONFIRMATION_DAYS
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.quote.arrangement import NO_COVER
from zhirong.chain.quote.drawdown import drawing_conditions
from zhirong.chain.quote.eligibility import key_rights, pass_gates, removed_rights, view_right
from zhirong.chain.quote.facts import facts_of, market_rate, name_of_region
from zhirong.chain.quote.limit_input import firm_of
from zhirong.chain.quote.offer import OfferTerms, make_offer
from zhirong.chain.quote.one_plus_one import judge, substitutes
from zhirong.chain.quote.optional_inputs import Judged
from zhirong.chain.quote.ownership import ownership_gates
from zhirong.chain.quote.pledge_value import pledge_value
from zhirong.chain.quote.records import (
    CreditCase,
    CreditLimit,
    Gate,
    GateScope,
    GateVerdict,
    LimitDecision,
    Offer,
    PledgeValue,
    Quote,
    RightView,
)
from zhirong.chain.right.records import Holder
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Reference, Rulebook
from zhirong.kernel.text import Text

_LENDER_NAMES = {LENDER: ROLES[LENDER]}


def quote(case: CreditCase, modes: Sequence[Mode], rules: Rulebook) -> Quote:
    """Answer a case under each of ``modes``, by the rules of the case's day.

    Pure: the same case, modes and rules give the same answer, whatever the modes are called. Raises RuleError if
    the rulebook has no value for that day, InputError for a case that contradicts itself.
    """
    ready = prepare(case, rules)
    offers = tuple(make_offer(mode, ready.terms) for mode in modes)
    headline = _headline(offers, ready.terms, ready.gates)
    day = case.as_of
    return Quote(
        case=case,
        region_name=name_of_region(case.region, rules, day),
        rights=ready.views,
        appraisal=ready.appraisal,
        pledge=ready.pledge,
        credit=ready.credit,
        evidence=score_by_evidence(case.credit, ready.credit, day, read_evidence(rules, day)),
        judged=ready.judged,
        substitutes=substitutes(case, ready.judged),
        gates=ready.gates,
        credit_limit=headline,
        offers=offers,
        doubts=_doubts(ready, headline.explanation, offers),
        rules_version=rules.version(),
        can_pledge=ready.terms.can_pledge,
        published=(
            published_interval(ready.appraisal, rules, day) if isinstance(ready.appraisal, Appraisal) else None
        ),
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """The results for a case that do not depend on any mode."""

    views: tuple[RightView, ...]
    appraisal: Appraisal | NoValue
    pledge: PledgeValue
    credit: CreditAssessment
    judged: Judged
    gates: tuple[Gate, ...]
    terms: OfferTerms


def prepare(case: CreditCase, rules: Rulebook, *, detailed: bool = True) -> Prepared:
    """Assess rights, value, pledge, credit, checks and the firm's caps, by the rules of the case's day.

    detailed: with the tornado of the appraisal and the caps in words; without them every other figure is the same.
    Raises as ``quote``.
    """
    day, request = case.as_of, case.request
    end = add_months(request.start, request.term_months)
    filing = replace(
        case.filing,
        claim_amount=case.filing.claim_amount or request.amount,
        debt_start=case.filing.debt_start or request.start,
        debt_end=case.filing.debt_end or end,
    )
    views = tuple(view_right(right, filing, day, rules) for right in case.rights)
    subject = () if case.appraisal is None else case.appraisal.rights
    keys = key_rights(views, subject) or views
    valued = tuple(view for view in views if view.right.id in subject) or views
    removed = removed_rights(valued, end=end, rules=rules, day=day, title=case.beside.title)
    appraisal = _appraise(case, removed, rules, detailed)
    credit = with_override(assess(case.credit, day, rules), case.beside.override, rules, day)
    judged = judge(case, [view for view in keys if view.right.id not in removed] or keys, rules)
    policy = read_policy(rules, day)
    pledge = pledge_value(case, valued, removed, appraisal, judged, end, rules)
    rate, rate_explanation, lpr = market_rate(case, credit, rules)
    accounts = current(case.credit, day, rules).statements
    limits = firm_limits(firm_of(case, credit, accounts, pledge.amount, market_rate=rate, lpr=lpr), policy)
    gates = (
        *pass_gates(
            keys, appraisal, credit, end=end, rules=rules, day=day, title=case.beside.title, team=judged.team
        ),
        *ownership_gates(views, subject, Holder(case.firm_name, case.firm_code)),
        _term_gate(case, limits, policy),
        *_figures_gate(limits),
    )
    can_pledge = any(view.right.id not in removed for view in valued)
    one_year = rules.find("lending.lpr.one_year", day)
    terms = OfferTerms(
        case=case,
        limits=limits,
        caps=caps_of_firm(limits) if detailed else (),
        rate_explanation=rate_explanation,
        lpr=lpr,
        lpr_one_year=None if one_year is None else one_year.number(),
        confirmation_days=rules.at(CONFIRMATION_DAYS, day).whole(),
        facts=facts_of(case, views, can_pledge=can_pledge),
        fee_tables=fee_tables_on(rules, day),
        appraised=appraisal.appraised_value if isinstance(appraisal, Appraisal) else None,
        can_pledge=can_pledge,
        failed=next((gate for gate in gates if _declines(gate)), None),
        working_days=working_days_from(rules.at("calendar.working_days", day).value),
        renewals=_renewals([view for view in valued if view.right.id not in removed], end, rules, day),
        missing=_missing(gates),
    )
    return Prepared(views, appraisal, pledge, credit, judged, gates, terms)


def _renewals(views: Sequence[RightView], term_end: date, rules: Rulebook, day: date) -> tuple[Text, ...]:
    """Return the rights whose present term ends before the loan and its disposal period and can be renewed; the
    contract includes the obligation.
    """
    needed = add_months(term_end, rules.at("quote.disposal_months", day).whole())
    return tuple(
        Text(
            f"{view.right.title}本期 {view.life.end} 届满，须在可续展期内续展，否则构成违约",
            f"{view.right.title}: the present term ends on {view.life.end}; renew it within the renewal period; otherwise the contract is in default",
        )
        for view in views
        if view.life.renewable and view.life.end is not None and view.life.end < needed
    )


def _headline(offers: Sequence[Offer], terms: OfferTerms, gates: Sequence[Gate]) -> CreditLimit:
    """Choose, among the modes in force for which the firm qualifies, the highest limit, then the lowest cost, then
    the fewest bearers; if there is none, what the lender bears alone.
    """
    lpr = None if terms.lpr is None else Fraction(terms.lpr)
    uncovered = mode_limit(terms.limits, NO_COVER, lpr)
    usable = [offer for offer in offers if offer.eligible == "yes" and offer.amount]
    best = min(usable, key=_rank, default=None)
    if best is not None:
        found, amount, binding, title = best.limit, best.amount, best.limited_by, best.limited_by_title
        caps, wanted, drawing = best.caps, best.changes, best.drawing
    else:
        found = uncovered
        caps, wanted = caps_of_mode(found, terms.caps, _LENDER_NAMES), changes(found)
        drawing = drawing_conditions(found, terms.case, terms.renewals)
        amount, binding = found.amount, found.binding
        title = title_of(binding, _LENDER_NAMES)
        if terms.failed is not None:
            amount, binding, title = 0, terms.failed.code, terms.failed.title
    shared = Text("无其他分担方", "no other party shares the loss") if best is None else best.mode.title
    words = Text(
        f"各项限额中最小者：{title.zh}（{shared.zh}）", f"the lowest of all caps: {title.en} ({shared.en})"
    )
    why = Explanation(
        Text("授信额度", "credit limit"), amount, "fen", words, parts=tuple(cap.explanation for cap in caps)
    )
    is_open = any(gate.verdict is GateVerdict.OPEN for gate in gates)
    if amount == 0:
        decision = LimitDecision.DECLINE
    else:
        decision = LimitDecision.OFFER if amount == terms.case.request.amount else LimitDecision.OFFER_LESS
    return CreditLimit(
        decision=decision,
        amount=amount,
        mode_id=None if best is None else best.mode.id,
        binding=binding,
        binding_title=title,
        conditional=amount > 0 and is_open,
        limit=found,
        uncovered=uncovered if terms.failed is None else _nothing(uncovered),
        caps=caps,
        changes=wanted if terms.failed is None else (),
        conditions=drawing if terms.failed is None else (),
        explanation=why,
    )


def _nothing(found: ModeLimit) -> ModeLimit:
    return replace(found, amount=0, declined=True)


def _rank(offer: Offer) -> tuple[int, Decimal, int]:
    cost = Decimal("Infinity") if offer.annual_cost is None else offer.annual_cost
    return -offer.amount, cost, len(offer.mode.bearers)


def _declines(gate: Gate) -> bool:
    return gate.scope is GateScope.LOAN and gate.verdict is GateVerdict.FAILED


def _term_gate(case: CreditCase, limits: FirmLimits, policy: Policy) -> Gate:
    """Check the term of working capital: up to 36 months; up to 60 only with a documented slow cash cycle; never
    longer.
    """
    usual, longest = policy.rule("term_months"), policy.rule("term_months_long")
    months = case.request.term_months
    title = Text("贷款期限", "term of the loan")
    references = (usual.reference, longest.reference)
    if case.stated.purpose == "project" or months <= usual.whole():
        reason = Text(f"{months} 个月", f"{months} months")
        return Gate("term_too_long", GateVerdict.PASSED, title, reason, references=references)
    shorten = Text("请缩短期限，或按项目贷款申请", "Shorten the term, or apply for a project loan.")
    if months > longest.whole():
        reason = Text(
            f"{months} 个月，流动资金贷款最长 {longest.value} 个月",
            f"{months} months; working-capital loans run for at most {longest.value} months",
        )
        return Gate("term_too_long", GateVerdict.FAILED, title, reason, shorten, references)
    cycle = limits.need.cycle
    slow = policy.rule("slow_cycle_days")
    if cycle is not None and cycle >= slow.whole():
        reason = Text(
            f"{months} 个月，现金周转 {int(cycle)} 天，经营周期较长",
            f"{months} months; the cash cycle of {int(cycle)} days is slow",
        )
        return Gate("term_too_long", GateVerdict.PASSED, title, reason, references=(*references, slow.reference))
    reason = Text(
        f"{months} 个月，超过 {usual.value} 个月，而未显示较长的现金周转（{slow.value} 天以上）",
        f"{months} months, above {usual.value}, and no slow cash cycle ({slow.value} days or more) is shown",
    )
    return Gate("term_too_long", GateVerdict.OPEN, title, reason, shorten, (*references, slow.reference))


def missing_figures(limits: FirmLimits) -> tuple[str, ...]:
    """Return the codes of the figures of the accounts that are missing or out of date, each once."""
    lacking = dict.fromkeys(
        [
            *limits.free.missing,
            *limits.turnover.missing,
            *limits.debt_ratio.missing,
            *limits.exposure.missing,
            *limits.need.lacking,
        ]
    )
    stated = limits.firm.statements
    if stated.operating_cash_flow_before is None:
        lacking["operating_cash_flow_before"] = None
    return tuple(lacking)


def _figures_gate(limits: FirmLimits) -> tuple[Gate, ...]:
    """Name the missing figures of the accounts; no missing figure raises the limit."""
    lacking = missing_figures(limits)
    title = Text("测算额度的财务数据是否齐全", "are the figures for the limit complete")
    if not lacking:
        return (Gate("figures_missing", GateVerdict.PASSED, title, Text("齐全", "complete")),)
    names = figures(lacking)
    return (
        Gate(
            "figures_missing",
            GateVerdict.OPEN,
            title,
            Text(
                f"缺或过期：{names.zh}；此类数据不会提高额度",
                f"missing or out of date: {names.en}; such a figure never raises the limit",
            ),
            Text(f"请补充：{names.zh}", f"Provide: {names.en}."),
        ),
    )


def _appraise(
    case: CreditCase, removed: Mapping[str, Text], rules: Rulebook, detailed: bool
) -> Appraisal | NoValue:
    """Return the value of the rights that can be pledged; rights removed by a check are excluded.

    If every right that carries the value is removed, the others do not inherit that value.
    """
    if case.appraisal is not None:
        left = tuple(right_id for right_id in case.appraisal.rights if right_id not in removed)
        valued = [right for right in case.rights if right.id in case.appraisal.rights]
        if any(right.id in left for right in carriers(valued)):
            return appraise(replace(case.appraisal, rights=left), case.rights, rules, case.as_of, detailed=detailed)
        reason = Text("评估的权利都不能质押", "none of the appraised rights can be pledged")
        hint = Text("请改用能够质押的权利", "Use rights that can be pledged.")
        return NoValue("no_right_left", reason, hint, Explanation(Text("评估价值", "appraised value"), reason))
    reason = Text("未申请评估，也未提供经济数据", "no appraisal is requested and no economic input is given")
    hint = Text("请补充评估资料（[appraisal]）：收入、许可费率或成本", "add [appraisal]: revenue, royalty or cost")
    return NoValue("no_appraisal", reason, hint, Explanation(Text("评估价值", "appraised value"), reason))


def _missing(gates: Sequence[Gate]) -> tuple[Text, ...]:
    return tuple(gate.hint for gate in gates if gate.verdict is not GateVerdict.PASSED and gate.hint is not None)


def _doubts(ready: Prepared, limit: Explanation, offers: Sequence[Offer]) -> tuple[Reference, ...]:
    """Return every rule that decided something here and that no source confirms, each once."""
    explanations = [
        *(view.life.explanation for view in ready.views),
        ready.appraisal.explanation,
        ready.pledge.explanation,
        ready.credit.explanation,
        limit,
        *(offer.explanation for offer in offers),
    ]
    found = [reference for explanation in explanations for reference in explanation.doubts()]
    found += [
        finding.reference.reference
        for view in ready.views
        for finding in view.findings
        if finding.reference is not None and finding.reference.reference.doubtful
    ]
    return tuple(dict.fromkeys(found))
