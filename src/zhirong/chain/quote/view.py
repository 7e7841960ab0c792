"""The quote as a document for programs, pages, screens and files."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhirong.chain.appraisal.document import (
    NoValuePart,
    correlation_parts,
    distribution_part,
    input_parts,
    lending_part,
    life_part,
    no_value_part,
)
from zhirong.chain.appraisal.records import Appraisal, LendingValue, MethodResult, NoValue
from zhirong.chain.credit.document import credit_part, evidence_part, override_part, team_part
from zhirong.chain.indicators.document import indicator_part
from zhirong.chain.limit.limit import FirmLimits, ModeLimit
from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER
from zhirong.chain.limit.wording import LimitCap, LimitChange
from zhirong.chain.loan.rows import Row
from zhirong.chain.mode.charges import ModeCharge
from zhirong.chain.mode.eligibility import ConditionResult
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.document import (
    SCHEMA,
    AnnexPart,
    AssumptionPart,
    CapPart,
    CasePart,
    ChangePart,
    CostPart,
    DrawingPart,
    FindingPart,
    FirmPart,
    FlowPart,
    GatePart,
    GuarantorPricePart,
    HeadlinePart,
    LenderPricePart,
    LoanPart,
    ModeConditionPart,
    ModeLimitPart,
    ModeNamePart,
    ModePart,
    NeedPart,
    OnePlusOnePart,
    PackIssuerPart,
    PackPart,
    PackScopePart,
    PledgedRightPart,
    PledgeLimitPart,
    PledgePart,
    PricePart,
    ProcessPart,
    PublicPricePart,
    QuotedMethodPart,
    QuoteDocument,
    RequestPart,
    RightPart,
    RoyaltyPart,
    SchedulePart,
    SharePart,
    StepPart,
    SubstitutePart,
    TitlePart,
    TornadoPart,
    TotalsPart,
    ValuedPart,
    ValuePart,
)
from zhirong.chain.quote.optional_inputs import TitleInvestigation
from zhirong.chain.quote.records import (
    CreditLimit,
    DrawingCondition,
    Gate,
    GateVerdict,
    Offer,
    PartyAmount,
    PledgeValue,
    Quote,
    RightView,
)
from zhirong.chain.quote.title import LAW_FIRM, LAW_FIRM_TEXT
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.chain.right.records import FLAG_TEXT, ROLE_TEXT, STATUS_TEXT
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, allocate, quantise_rate, yuan
from zhirong.kernel.rulebook import Pack, Reference
from zhirong.kernel.text import Text

_WITH_OWN_LIMIT = GUARANTOR_LIKE | {LENDER}
_SHARE_UNITS = 10_000  # Shares are shown to four places.

_NOT_KNOWN = Text("不明", "not known")
_ELSEWHERE = ("mode.region", "mode.in_force", "region.within")
_VERDICTS: dict[str, Pledgeable] = {"met": "yes", "unmet": "no", "unknown": "unknown"}
_COST_KINDS = {"interest": "interest", "fee": "fees", "premium": "premiums"}


def view(quote: Quote) -> QuoteDocument:
    """Return the complete result as a document."""
    case = quote.case
    return QuoteDocument(
        schema=SCHEMA,
        case=_case(quote),
        rights=tuple([_right(right) for right in quote.rights]),
        appraisal=_appraisal(quote.appraisal, quote.lending, quote.published),
        credit=credit_part(quote.credit),
        weight_of_evidence=evidence_part(quote.evidence),
        one_plus_one=_one_plus_one(quote),
        substitutes=tuple(SubstitutePart(one.code, one.missing, one.used, one.hint) for one in quote.substitutes),
        gates=tuple([_gate(gate) for gate in quote.gates]),
        pledge=_pledge(quote.pledge),
        credit_limit=_credit_limit(quote.credit_limit),
        modes=tuple([_offer(offer, quote.credit_limit.uncovered) for offer in quote.offers]),
        doubts=quote.doubts,
        rules_version=quote.rules_version,
        seed=None if case.appraisal is None else case.appraisal.seed,
        paths=None if case.appraisal is None else case.appraisal.paths,
    )


def with_packs(document: QuoteDocument, packs: Sequence[Pack]) -> QuoteDocument:
    """Return the same answer with the policy packs used; unchanged if there are none."""
    if not packs:
        return document
    parts = tuple(
        PackPart(
            id=pack.id,
            title=pack.title,
            version=pack.version,
            issuer=PackIssuerPart(pack.issuer_kind, pack.issuer),
            scope=PackScopePart(pack.region, pack.lender),
            valid_from=pack.valid_from,
            digest=pack.digest,
        )
        for pack in packs
    )
    return replace(document, packs=parts)


def for_reading(document: QuoteDocument) -> QuoteDocument:
    """Return the same answer for screens and files: modes of other places and times only by name, in ``elsewhere``.

    If no mode is offered here, all are kept, so that there is something to compare.
    """
    here = tuple(mode for mode in document.modes if mode.offered_here)
    if not here:
        return replace(document, elsewhere=())
    elsewhere = tuple(ModeNamePart(mode.id, mode.title) for mode in document.modes if not mode.offered_here)
    return replace(document, modes=here, elsewhere=elsewhere)


def for_role(document: QuoteDocument, role: Literal["firm", "lender", "guarantor", "fund"]) -> QuoteDocument:
    """Return the same answer with prices only as far as they concern ``role``."""
    return replace(document, modes=tuple(_priced_for(mode, role) for mode in document.modes))


def _priced_for(mode: ModePart, role: str) -> ModePart:
    price = mode.price
    if price is None:
        return mode
    kept = replace(
        price,
        lender=price.lender if role == "lender" else None,
        guarantors=price.guarantors if role == "guarantor" else None,
        public=price.public if role == "fund" else None,
    )
    return replace(mode, price=kept)


def offered_here(offer: Offer) -> bool:
    """Return whether the mode exists for this firm: at its place, on the day of the case."""
    return not any(condition.code in _ELSEWHERE and condition.state == "unmet" for condition in offer.conditions)


# -- case, rights and value -----------------------------------------------------------------------------------------


def _case(quote: Quote) -> CasePart:
    case, request = quote.case, quote.case.request
    return CasePart(
        id=case.id,
        title=case.title,
        as_of=case.as_of,
        region=case.region,
        region_text=quote.region_name,
        firm=FirmPart(case.firm_name, case.firm_code),
        request=RequestPart(
            amount=yuan(request.amount),
            term_months=request.term_months,
            purpose=request.purpose,
            method=request.method,
        ),
        sources=case.sources,
        assumed=case.assumed,
    )


def _right(seen: RightView) -> RightPart:
    right, status = seen.right, seen.status.status
    return RightPart(
        id=right.id,
        kind=right.kind,
        kind_text=KIND_TEXT[right.kind],
        title=right.title,
        number=right.number,
        holders=tuple(holder.name for holder in right.holders),
        status=status,
        status_text=_NOT_KNOWN if status is None else STATUS_TEXT[status],
        status_conflicts=tuple(seen.status.conflicts),
        flags=tuple(FLAG_TEXT[flag] for flag in sorted(right.flags)),
        role=right.role,
        role_text=ROLE_TEXT[right.role],
        life_end=seen.life.end,
        remaining_years=None if seen.remaining is None else plain(seen.remaining),
        life_explanation=seen.life.explanation,
        pledgeable=seen.pledgeable,
        findings=tuple(
            FindingPart(
                number=finding.number,
                verdict=finding.verdict,
                title=finding.title,
                reason=finding.reason,
                hint=finding.hint,
                reference=None if finding.reference is None else finding.reference.reference,
            )
            for finding in seen.findings
        ),
    )


def _appraisal(
    appraisal: Appraisal | NoValue, lending: LendingValue | None, published: tuple[Fen, Fen] | None
) -> ValuedPart | NoValuePart:
    if isinstance(appraisal, NoValue):
        return no_value_part(appraisal)
    request, value = appraisal.request, distribution_part(appraisal.value)
    return ValuedPart(
        status="valued",
        purpose=request.purpose,
        valuation_date=request.valuation_date,
        rules_as_of=appraisal.day,
        rights=tuple(request.rights),
        value=ValuePart(
            p5=value.p5,
            p10=value.p10 if published is None else yuan(published[0]),
            p50=value.p50,
            p90=value.p90 if published is None else yuan(published[1]),
            p95=value.p95,
            mean=value.mean,
            standard_deviation=value.standard_deviation,
        ),
        methods=tuple(_method(result) for result in appraisal.results),
        life=life_part(appraisal.life),
        tornado=tuple(
            TornadoPart(code=bar.input, input=bar.label, low=yuan(bar.p50_low), high=yuan(bar.p50_high))
            for bar in appraisal.tornado
        ),
        correlations=correlation_parts(appraisal),
        redeployability=request.redeployability,
        seed=request.seed,
        stale=appraisal.stale,
        alarms=tuple(alarm.text for alarm in appraisal.alarms),
        explanation=appraisal.explanation,
        simulation_error=value.simulation_error,
        lending_value=None if lending is None else yuan(lending.fen),
        lending=None if lending is None else lending_part(lending),
    )


def _method(result: MethodResult) -> QuotedMethodPart:
    return QuotedMethodPart(
        code=result.method,
        id=result.id,
        method=result.method,
        approach=result.approach,
        title=result.title,
        weight=plain(result.weight),
        value=distribution_part(result.value),
        inputs=input_parts(result),
        p10=yuan(result.value.at(10)),
        p50=yuan(result.value.at(50)),
        p90=yuan(result.value.at(90)),
    )


def _one_plus_one(quote: Quote) -> OnePlusOnePart:
    judged, beside, day = quote.judged, quote.case.beside, quote.case.as_of
    return OnePlusOnePart(
        complete=judged.scores is not None,
        team=None if judged.team is None else team_part(judged.team),
        indicators=tuple(indicator_part(score, screening) for score, screening in judged.rights),
        royalty=tuple(
            RoyaltyPart(method, plain(found.rate), plain(found.position)) for method, found in judged.royalties
        ),
        kinds_left_out=judged.left_out,
        title_investigation=None if beside.title is None else _title(beside.title),
        override=None if beside.override is None else override_part(beside.override, day),
    )


def _title(title: TitleInvestigation) -> TitlePart:
    return TitlePart(
        law_firm=title.law_firm,
        commissioned_on=title.commissioned_on,
        cost=yuan(title.cost),
        paid_by=title.paid_by,
        rights=title.rights,
        done_on=title.done_on,
        finding=title.finding,
        words=title.words,
    )


# -- checks and limits ----------------------------------------------------------------------------------------------


def _gate(gate: Gate) -> GatePart:
    return GatePart(
        code=gate.code,
        verdict=gate.verdict,
        passed=gate.verdict is GateVerdict.PASSED,
        title=gate.title,
        scope=gate.scope,
        reason=gate.reason,
        hint=gate.hint,
        references=gate.references,
    )


def _pledge(pledge: PledgeValue) -> PledgePart:
    return PledgePart(
        value=yuan(pledge.amount),
        pledge_rate=None if pledge.rate is None else plain(pledge.rate),
        binding=pledge.binding,
        limits=tuple(
            PledgeLimitPart(
                code=limit.code,
                title=limit.title,
                rate=plain(quantise_rate(limit.rate, 4)),
                amount=yuan(limit.amount),
                binding=limit.code == pledge.binding,
            )
            for limit in pledge.limits
        ),
        rights=tuple(
            PledgedRightPart(
                right=share.right_id,
                title=share.title,
                alone=yuan(share.alone),
                adds=yuan(share.adds),
                left_out=share.removed,
            )
            for share in pledge.rights
        ),
        changes=tuple(_change(change) for change in pledge.changes),
        explanation=pledge.explanation,
    )


def _credit_limit(answer: CreditLimit) -> HeadlinePart:
    return HeadlinePart(
        decision=answer.decision,
        amount=yuan(answer.amount),
        mode=answer.mode_id,
        binding=answer.binding,
        binding_title=answer.binding_title,
        conditional=answer.conditional,
        uncovered=yuan(answer.uncovered.amount),
        cover_adds=yuan(answer.amount - answer.uncovered.amount if answer.mode_id else 0),
        pledge_adds=_money(answer.limit.pledge_adds if answer.amount else None),
        caps=tuple(_cap(cap, answer.binding) for cap in answer.caps),
        changes=tuple(_change(change) for change in answer.changes),
        conditions=tuple(_drawing(condition) for condition in answer.conditions),
        annex=_annex(answer.limit.firm),
        drawn_on_annex=yuan(answer.limit.drawn_on_annex if answer.amount else 0),
        explanation=answer.explanation,
    )


def _cover_adds(offer: Offer, uncovered: ModeLimit) -> Fen:
    """Return the amount that sharing adds to the lender's own capacity; zero if no party shares."""
    shared = any(role != LENDER for role in offer.limit.arrangement.roles)
    return offer.amount - uncovered.amount if shared and offer.amount else 0


def _annex(limits: FirmLimits) -> AnnexPart:
    """Return the working-capital annex; always shown, zero included."""
    need = limits.need
    return AnnexPart(
        amount=_money(need.annex),
        missing=need.lacking,
        working_capital=_money(need.working),
        own_funds=_money(need.own),
        loans_that_stay=_money(need.old),
        other_channels=_money(need.other),
        cycle_days=None if need.cycle is None else plain(quantise_rate(need.cycle, 4)),
        contracts=yuan(need.shown),
        small_firm=yuan(need.small),
        route=need.route,
    )


def _cap(cap: LimitCap, binding: str) -> CapPart:
    return CapPart(
        code=cap.code,
        title=cap.title,
        amount=yuan(cap.amount),
        formula=cap.formula,
        binding=cap.code == binding,
        references=_references_in(cap),
    )


def _references_in(cap: LimitCap) -> tuple[Reference, ...]:
    return tuple(dict.fromkeys(ref for _, node in cap.explanation.walk() for ref in node.references))


def _change(change: LimitChange) -> ChangePart:
    return ChangePart(
        code=change.code,
        title=change.title,
        now=change.now,
        needed=change.needed,
        to=None if change.to is None else plain(change.to),
        reaches=yuan(change.reaches),
    )


def _drawing(condition: DrawingCondition) -> DrawingPart:
    return DrawingPart(condition.code, condition.text, condition.references)


# -- modes ----------------------------------------------------------------------------------------------------------


def _offer(offer: Offer, uncovered: ModeLimit) -> ModePart:
    mode, plan = offer.mode, offer.schedule
    return ModePart(
        id=mode.id,
        title=mode.title,
        eligible=offer.eligible,
        offered_here=offered_here(offer),
        conditions=tuple([_condition(condition) for condition in offer.conditions]),
        credit_limit=_mode_limit(offer, uncovered),
        price=_price(offer, uncovered),
        loan=LoanPart(
            amount=yuan(offer.amount),
            limited_by=offer.limited_by,
            term_months=offer.term_months,
            annual_rate=plain(offer.annual_rate),
        ),
        schedule=() if plan is None else tuple([_row(row) for row in plan.rows]),
        costs=tuple([_cost(charge, mode) for charge in offer.charges]),
        cash_flows=tuple(
            [FlowPart(flow.day, yuan(flow.amount), flow.title, flow.kind) for flow in offer.cash_flows]
        ),
        effective_annual_cost=_rate(offer.annual_cost),
        cost_before_subsidy=_rate(offer.cost_before_subsidy),
        totals=_totals(offer),
        full_loss=_parties(offer.full_loss),
        at_default=_parties(offer.at_default),
        expected_loss=_parties(offer.expected_loss),
        default_chance=plain(offer.default_chance),
        process=_process(offer),
        needed=tuple(NeedPart(need.who, need.name, need.what) for need in offer.needs),
        assumptions=tuple(AssumptionPart(item.place, item.words) for item in mode.assumptions),
        source=mode.source,
        explanation=offer.explanation,
    )


def _condition(condition: ConditionResult) -> ModeConditionPart:
    return ModeConditionPart(
        code=condition.code,
        verdict=_VERDICTS[condition.state],
        reason=condition.reason,
        hint=condition.hint,
        reference=condition.reference,
    )


def _mode_limit(offer: Offer, uncovered: ModeLimit) -> ModeLimitPart:
    return ModeLimitPart(
        amount=yuan(offer.amount),
        binding=offer.limited_by,
        binding_title=offer.limited_by_title,
        caps=tuple([_cap(cap, offer.limited_by) for cap in offer.caps]),
        without_pledge=_money(offer.limit.without_pledge),
        pledge_adds=_money(offer.limit.pledge_adds if offer.amount else None),
        cover_adds=yuan(_cover_adds(offer, uncovered)),
        changes=tuple(_change(change) for change in offer.changes),
        conditions=tuple(_drawing(condition) for condition in offer.drawing),
    )


def _price(offer: Offer, uncovered: ModeLimit) -> PricePart | None:
    """Return costs and earnings of the loan, by audience: all readers, the lender, guarantors, and payers of
    public or pooled money.
    """
    found, price = offer.limit, offer.limit.price
    if price is None or not offer.amount:
        return None
    more = offer.amount - uncovered.amount
    public = [role for role in offer.mode.bearers if role not in _WITH_OWN_LIMIT and found.expected.get(role)]
    return PricePart(
        offered=_exact_rate(price.offered),
        all_in=_exact_rate(price.all_in),
        market=_exact_rate(price.market),
        lender=LenderPricePart(
            cost=_exact_rate(price.cost),
            funding=_exact_rate(price.funding),
            running=_exact_rate(price.running),
            expected_loss=_exact_rate(price.expected_rate),
            risk_weight=_exact_rate(price.weight),
            capital=_exact_rate(price.capital),
            vat=_exact_rate(price.vat),
            raroc=_exact_rate(price.raroc),
            hurdle=_exact_rate(price.hurdle),
            below_cost=_exact_rate(price.below_cost),
        ),
        guarantors=tuple(
            GuarantorPricePart(
                party=one.role,
                party_text=_name(offer.mode, one.role),
                part=yuan(one.part),
                fee=yuan(one.fee),
                passed_on=yuan(one.passed_on),
                expected_loss=yuan(one.expected),
                running=yuan(one.running),
                net=yuan(one.net),
                on_capital=None if one.on_capital is None else _exact_rate(one.on_capital),
            )
            for one in price.guarantors
        ),
        public=tuple(
            PublicPricePart(
                party=role,
                party_text=_name(offer.mode, role),
                expected_payout=yuan(found.expected[role]),
                per_additional_yuan=_exact_rate(found.expected_exact[role] / more) if more > 0 else None,
            )
            for role in public
        ),
    )


def _row(row: Row) -> SchedulePart:
    return SchedulePart(
        number=row.number,
        written=row.written,
        due=row.due,
        opening=yuan(row.opening),
        principal=yuan(row.principal),
        interest=yuan(row.interest),
        total=yuan(row.total),
        closing=yuan(row.closing),
        rate=f"{row.rate.normalize():f}",
        provisional=row.provisional,
        kind=row.kind,
        drawn=yuan(row.drawn),
        capitalised=yuan(row.capitalised),
    )


def _cost(charge: ModeCharge, mode: Mode) -> CostPart:
    return CostPart(
        code=charge.code,
        title=charge.title,
        kind=charge.kind,
        payer=_name(mode, charge.payer),
        payee=_name(mode, charge.payee),
        amount=yuan(charge.amount),
        day=charge.day,
        explanation=charge.explanation,
        payer_role=charge.payer,
        payee_role=charge.payee,
    )


def _totals(offer: Offer) -> TotalsPart:
    sums: dict[str, Fen] = {"interest": 0, "fees": 0, "premiums": 0, "subsidies": 0}
    for charge in offer.charges:
        if charge.payer == "firm" and charge.kind in _COST_KINDS:
            sums[_COST_KINDS[charge.kind]] += charge.amount
        elif charge.payee == "firm":
            sums["subsidies"] += charge.amount
    return TotalsPart(**{name: yuan(amount) for name, amount in sums.items()})


def _process(offer: Offer) -> ProcessPart:
    """Return the duration and cost of the way to the loan (001 §5.1.4). Steps follow each other."""
    mode = offer.mode
    start = None if offer.schedule is None else offer.schedule.terms.start
    upfront = sum(
        charge.amount
        for charge in offer.charges
        if charge.payer == "firm" and charge.kind in ("fee", "premium") and charge.day == start
    )
    taking_part = {party.role for party in mode.parties} & {step.who for step in mode.steps}
    return ProcessPart(
        parties=len(taking_part) if mode.steps else None,
        days=sum(step.days for step in mode.steps) if mode.steps else None,
        cost=yuan(upfront + sum(step.cost for step in mode.steps)),
        assumed=any(step.reference.doubtful for step in mode.steps),
        steps=tuple(
            StepPart(
                title=step.title,
                party=step.who,
                party_text=_name(mode, step.who),
                days=step.days,
                assumed=step.reference.doubtful,
            )
            for step in mode.steps
        ),
    )


def _parties(parts: Sequence[PartyAmount]) -> tuple[SharePart, ...]:
    """Return amounts, and shares to four places that sum to one exactly."""
    weights = {part.role: part.amount for part in parts}
    shares = allocate(_SHARE_UNITS, weights) if any(weights.values()) else dict.fromkeys(weights, 0)
    return tuple(
        SharePart(
            party=part.role,
            party_text=part.name,
            amount=yuan(part.amount),
            share=plain(Decimal(shares[part.role]) / _SHARE_UNITS),
        )
        for part in parts
    )


def _name(mode: Mode, role: str) -> Text:
    party = next((one for one in mode.parties if one.role == role), None)
    if party is not None:
        return party.name
    return LAW_FIRM_TEXT if role == LAW_FIRM else ROLES[role]


def _money(fen: Fen | None) -> str | None:
    return None if fen is None else yuan(fen)


def _exact_rate(rate: Fraction) -> str:
    return plain(quantise_rate(rate, 6))


def _rate(rate: Decimal | None) -> str | None:
    return None if rate is None else plain(rate.quantize(Decimal("0.000001")))
