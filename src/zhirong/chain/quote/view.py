"""The quote as data for programs, pages and papers. Money is a string in yuan, keys are English and stable.

The keys are described in docs/schemas/quote.schema.json.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.limit.limit import FirmLimits, ModeLimit
from zhirong.chain.limit.records import GUARANTOR_LIKE, LENDER
from zhirong.chain.limit.wording import Cap, Change
from zhirong.chain.mode.eligibility import ConditionResult
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.vocabulary import ROLES
from zhirong.chain.quote.records import (
    Condition,
    CreditLimit,
    Gate,
    Offer,
    PartyAmount,
    PledgeValue,
    Quote,
    RightView,
    Verdict,
)
from zhirong.chain.quote.title import LAW_FIRM, LAW_FIRM_TEXT
from zhirong.chain.right.records import FLAG_TEXT, KIND_TEXT, ROLE_TEXT, STATUS_TEXT
from zhirong.kernel.explain import plain
from zhirong.kernel.money import Fen, allocate, quantise_rate, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

SCHEMA = "zhirong.quote/3"

_WITH_OWN_LIMIT = GUARANTOR_LIKE | {LENDER}
_SHARE_UNITS = 10_000  # shares are shown to four places

_NOT_KNOWN = Text("不明", "not known")
_ELSEWHERE = ("mode.region", "mode.in_force", "region.within")
_VERDICTS = {"met": "yes", "unmet": "no", "unknown": "unknown"}
_COST_KINDS = {"interest": "interest", "fee": "fees", "premium": "premiums"}


def view(quote: Quote) -> dict[str, Any]:
    """The whole answer as JSON-ready data."""
    case = quote.case
    return {
        "schema": SCHEMA,
        "case": {
            "id": case.id,
            "title": case.title.as_json(),
            "as_of": case.as_of.isoformat(),
            "region": case.region,
            "region_text": quote.region_name.as_json(),
            "firm": {"name": case.firm_name, "code": case.firm_code},
            "request": {
                "amount": yuan(case.request.amount),
                "term_months": case.request.term_months,
                "purpose": case.request.purpose.as_json(),
                "method": case.request.method.value,
            },
            "sources": list(case.sources),
            "assumed": [text.as_json() for text in case.assumed],
        },
        "rights": [_right(right) for right in quote.rights],
        "appraisal": _appraisal(quote.appraisal, quote.lending, quote.published),
        "credit": quote.credit.as_json(),
        "weight_of_evidence": quote.evidence.as_json(),
        "one_plus_one": _one_plus_one(quote),
        "substitutes": [substitute.as_json() for substitute in quote.substitutes],
        "gates": [_gate(gate) for gate in quote.gates],
        "pledge": _pledge(quote.pledge),
        "credit_limit": _credit_limit(quote.credit_limit),
        "modes": [_offer(offer, quote.credit_limit.uncovered) for offer in quote.offers],
        "doubts": [reference.as_json() for reference in quote.doubts],
        "rules_version": quote.rules_version,
        "seed": None if case.appraisal is None else case.appraisal.seed,
        "paths": None if case.appraisal is None else case.appraisal.paths,
    }


def for_reading(data: dict[str, Any]) -> dict[str, Any]:
    """The same answer for screens and papers: modes of other places and times only by name, in ``elsewhere``.

    Where no mode is offered here, all are kept, so that there is something to compare.
    """
    here = [mode for mode in data["modes"] if mode["offered_here"]]
    if not here:
        return {**data, "elsewhere": []}
    elsewhere = [{"id": mode["id"], "title": mode["title"]} for mode in data["modes"] if not mode["offered_here"]]
    return {**data, "modes": here, "elsewhere": elsewhere}


def _right(seen: RightView) -> dict[str, Any]:
    right, status = seen.right, seen.status.status
    return {
        "id": right.id,
        "kind": right.kind.value,
        "kind_text": KIND_TEXT[right.kind].as_json(),
        "title": right.title,
        "number": right.number,
        "holders": [holder.name for holder in right.holders],
        "status": None if status is None else status.value,
        "status_text": (_NOT_KNOWN if status is None else STATUS_TEXT[status]).as_json(),
        "status_conflicts": [text.as_json() for text in seen.status.conflicts],
        "flags": [FLAG_TEXT[flag].as_json() for flag in sorted(right.flags)],
        "role": right.role.value,
        "role_text": ROLE_TEXT[right.role].as_json(),
        "life_end": None if seen.life.end is None else seen.life.end.isoformat(),
        "remaining_years": None if seen.remaining is None else plain(seen.remaining),
        "life_explanation": seen.life.explanation.as_json(),
        "pledgeable": seen.pledgeable,
        "findings": [finding.as_json() for finding in seen.findings],
    }


def _appraisal(
    appraisal: Appraisal | NoValue, lending: LendingValue | None, published: tuple[Fen, Fen] | None
) -> dict[str, Any]:
    if isinstance(appraisal, NoValue):
        return {"status": "no_value", **appraisal.as_json()}
    value = appraisal.value.as_json()
    if published is not None:
        value |= {"p10": yuan(published[0]), "p90": yuan(published[1])}
    return {
        "status": "valued",
        **appraisal.as_json(),
        "value": {name: amount for name, amount in value.items() if isinstance(amount, str)},
        "simulation_error": value["simulation_error"],
        "methods": [
            {
                "code": result.method,
                **result.as_json(),
                "p10": yuan(result.value.at(10)),
                "p50": yuan(result.value.at(50)),
                "p90": yuan(result.value.at(90)),
            }
            for result in appraisal.results
        ],
        "alarms": [alarm.text.as_json() for alarm in appraisal.alarms],
        "tornado": [
            {"code": bar.input, "input": bar.label.as_json(), "low": yuan(bar.p50_low), "high": yuan(bar.p50_high)}
            for bar in appraisal.tornado
        ],
        "lending_value": None if lending is None else yuan(lending.fen),
        "lending": None if lending is None else lending.as_json(),
    }


def _one_plus_one(quote: Quote) -> dict[str, Any]:
    """The two sides of 1 + 1 as far as they are stated, the title investigation and the override of the grade."""
    judged, beside, day = quote.judged, quote.case.beside, quote.case.as_of
    return {
        "complete": judged.scores is not None,
        "team": None if judged.team is None else judged.team.as_json(),
        "indicators": [{**score.as_json(), "screening": screening} for score, screening in judged.rights],
        "royalty": [
            {"method": method, "rate": plain(found.rate), "position": plain(found.position)}
            for method, found in judged.royalties
        ],
        "kinds_left_out": None if judged.left_out is None else judged.left_out.as_json(),
        "title_investigation": None if beside.title is None else beside.title.as_json(),
        "override": None if beside.override is None else beside.override.as_json(day),
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "code": gate.code,
        "verdict": gate.verdict.value,
        "passed": gate.verdict is Verdict.PASSED,
        "title": gate.title.as_json(),
        "scope": gate.scope.value,
        "reason": gate.reason.as_json(),
        "hint": None if gate.hint is None else gate.hint.as_json(),
        "references": _references(gate.references),
    }


def _pledge(pledge: PledgeValue) -> dict[str, Any]:
    """The recognised pledge value, and what each right adds to it."""
    return {
        "value": yuan(pledge.amount),
        "pledge_rate": None if pledge.rate is None else plain(pledge.rate),
        "binding": pledge.binding,
        "limits": [
            {
                "code": limit.code,
                "title": limit.title.as_json(),
                "rate": plain(quantise_rate(limit.rate, 4)),
                "amount": yuan(limit.amount),
                "binding": limit.code == pledge.binding,
            }
            for limit in pledge.limits
        ],
        "rights": [
            {
                "right": share.right_id,
                "title": share.title,
                "alone": yuan(share.alone),
                "adds": yuan(share.adds),
                "left_out": None if share.removed is None else share.removed.as_json(),
            }
            for share in pledge.rights
        ],
        "changes": [_change(change) for change in pledge.changes],
        "explanation": pledge.explanation.as_json(),
    }


def _credit_limit(answer: CreditLimit) -> dict[str, Any]:
    """The headline: how much, under which mode, what sets it, and what the lender would carry alone."""
    limits = answer.limit.firm
    return {
        "decision": answer.decision.value,
        "amount": yuan(answer.amount),
        "mode": answer.mode_id,
        "binding": answer.binding,
        "binding_title": answer.binding_title.as_json(),
        "conditional": answer.conditional,
        "uncovered": yuan(answer.uncovered.amount),
        "cover_adds": yuan(answer.amount - answer.uncovered.amount if answer.mode_id else 0),
        "pledge_adds": _money(answer.limit.pledge_adds if answer.amount else None),
        "caps": [_cap(cap, answer.binding) for cap in answer.caps],
        "changes": [_change(change) for change in answer.changes],
        "conditions": [_drawing(condition) for condition in answer.conditions],
        "annex": _annex(limits),
        "drawn_on_annex": yuan(answer.limit.drawn_on_annex if answer.amount else 0),
        "explanation": answer.explanation.as_json(),
    }


def _cover_adds(offer: Offer, uncovered: ModeLimit) -> Fen:
    """What the sharing adds to what the lender carries alone; nothing where nobody shares."""
    shared = any(role != LENDER for role in offer.limit.arrangement.roles)
    return offer.amount - uncovered.amount if shared and offer.amount else 0


def _annex(limits: FirmLimits) -> dict[str, Any]:
    """The working-capital annex; always shown, zero included."""
    need = limits.need
    return {
        "amount": _money(need.annex),
        "missing": list(need.lacking),
        "working_capital": _money(need.working),
        "own_funds": _money(need.own),
        "loans_that_stay": _money(need.old),
        "other_channels": _money(need.other),
        "cycle_days": None if need.cycle is None else plain(quantise_rate(need.cycle, 4)),
        "contracts": yuan(need.shown),
        "small_firm": yuan(need.small),
        "route": need.route,
    }


def _cap(cap: Cap, binding: str) -> dict[str, Any]:
    return {
        "code": cap.code,
        "title": cap.title.as_json(),
        "amount": yuan(cap.amount),
        "formula": cap.formula.as_json(),
        "binding": cap.code == binding,
        "references": [reference.as_json() for reference in _references_in(cap)],
    }


def _references_in(cap: Cap) -> list[Reference]:
    return list(dict.fromkeys(ref for _, node in cap.explanation.walk() for ref in node.references))


def _change(change: Change) -> dict[str, Any]:
    return {
        "code": change.code,
        "title": change.title.as_json(),
        "now": change.now.as_json(),
        "needed": change.needed.as_json(),
        "to": None if change.to is None else plain(change.to),
        "reaches": yuan(change.reaches),
    }


def _drawing(condition: Condition) -> dict[str, Any]:
    return {
        "code": condition.code,
        "text": condition.text.as_json(),
        "references": _references(condition.references),
    }


def _price(offer: Offer, uncovered: ModeLimit) -> dict[str, Any] | None:
    """What the loan costs and earns, by whom it concerns: everybody, the lender, guarantors, and who pays from public
    or pooled money."""
    found, price = offer.limit, offer.limit.price
    if price is None or not offer.amount:
        return None
    more = offer.amount - uncovered.amount
    public = [role for role in offer.mode.bearers if role not in _WITH_OWN_LIMIT and found.expected.get(role)]
    return {
        "offered": _exact_rate(price.offered),
        "all_in": _exact_rate(price.all_in),
        "market": _exact_rate(price.market),
        "lender": {
            "cost": _exact_rate(price.cost),
            "funding": _exact_rate(price.funding),
            "running": _exact_rate(price.running),
            "expected_loss": _exact_rate(price.expected_rate),
            "risk_weight": _exact_rate(price.weight),
            "capital": _exact_rate(price.capital),
            "vat": _exact_rate(price.vat),
            "raroc": _exact_rate(price.raroc),
            "hurdle": _exact_rate(price.hurdle),
            "below_cost": _exact_rate(price.below_cost),
        },
        "guarantors": [
            {
                "party": one.role,
                "party_text": _name(offer.mode, one.role),
                "part": yuan(one.part),
                "fee": yuan(one.fee),
                "passed_on": yuan(one.passed_on),
                "expected_loss": yuan(one.expected),
                "running": yuan(one.running),
                "net": yuan(one.net),
                "on_capital": None if one.on_capital is None else _exact_rate(one.on_capital),
            }
            for one in price.guarantors
        ],
        "public": [
            {
                "party": role,
                "party_text": _name(offer.mode, role),
                "expected_payout": yuan(found.expected[role]),
                "per_additional_yuan": (_exact_rate(found.expected_exact[role] / more) if more > 0 else None),
            }
            for role in public
        ],
    }


def for_role(data: dict[str, Any], role: str) -> dict[str, Any]:
    """The same answer with prices only as far as they concern ``role``: firm, lender, guarantor or fund."""
    kept = {"lender": ("lender",), "guarantor": ("guarantors",), "fund": ("public",)}.get(role, ())
    parts = ("lender", "guarantors", "public")
    modes = [
        {
            **mode,
            "price": None
            if mode["price"] is None
            else {name: part for name, part in mode["price"].items() if name not in parts or name in kept},
        }
        for mode in data["modes"]
    ]
    return {**data, "modes": modes}


def _offer(offer: Offer, uncovered: ModeLimit) -> dict[str, Any]:
    mode = offer.mode
    return {
        "id": mode.id,
        "title": mode.title.as_json(),
        "eligible": offer.eligible,
        "offered_here": offered_here(offer),
        "conditions": [_condition(condition) for condition in offer.conditions],
        "credit_limit": {
            "amount": yuan(offer.amount),
            "binding": offer.limited_by,
            "binding_title": offer.limited_by_title.as_json(),
            "caps": [_cap(cap, offer.limited_by) for cap in offer.caps],
            "without_pledge": _money(offer.limit.without_pledge),
            "pledge_adds": _money(offer.limit.pledge_adds if offer.amount else None),
            "cover_adds": yuan(_cover_adds(offer, uncovered)),
            "changes": [_change(change) for change in offer.changes],
            "conditions": [_drawing(condition) for condition in offer.drawing],
        },
        "price": _price(offer, uncovered),
        "loan": {
            "amount": yuan(offer.amount),
            "limited_by": offer.limited_by,
            "term_months": offer.term_months,
            "annual_rate": plain(offer.annual_rate),
        },
        "schedule": [] if offer.schedule is None else [row.as_json() for row in offer.schedule.rows],
        "costs": [
            {
                **charge.as_json(),
                "payer": _name(mode, charge.payer),
                "payee": _name(mode, charge.payee),
                "payer_role": charge.payer,
                "payee_role": charge.payee,
            }
            for charge in offer.charges
        ],
        "cash_flows": [
            {
                "day": flow.day.isoformat(),
                "amount": yuan(flow.amount),
                "title": flow.title.as_json(),
                "kind": flow.kind,
            }
            for flow in offer.cash_flows
        ],
        "effective_annual_cost": _rate(offer.annual_cost),
        "cost_before_subsidy": _rate(offer.cost_before_subsidy),
        "totals": _totals(offer),
        "full_loss": _parties(offer.full_loss),
        "at_default": _parties(offer.at_default),
        "expected_loss": _parties(offer.expected_loss),
        "default_chance": plain(offer.default_chance),
        "process": _process(offer),
        "needed": [
            {"party": need.who, "party_text": need.name.as_json(), "what": need.what.as_json()}
            for need in offer.needs
        ],
        "assumptions": [{"place": item.place, "words": item.words.as_json()} for item in mode.assumptions],
        "source": mode.source.as_json(),
        "explanation": offer.explanation.as_json(),
    }


def offered_here(offer: Offer) -> bool:
    """Whether the mode exists for this firm at all: at its place, on the day of the case."""
    return not any(condition.code in _ELSEWHERE and condition.state == "unmet" for condition in offer.conditions)


def _condition(condition: ConditionResult) -> dict[str, Any]:
    return {
        "code": condition.code,
        "verdict": _VERDICTS[condition.state],
        "reason": condition.reason.as_json(),
        "hint": None if condition.hint is None else condition.hint.as_json(),
        "reference": condition.reference.as_json(),
    }


def _totals(offer: Offer) -> dict[str, str]:
    """What the firm pays and is given over the loan, by kind."""
    sums: dict[str, Fen] = {"interest": 0, "fees": 0, "premiums": 0, "subsidies": 0}
    for charge in offer.charges:
        if charge.payer == "firm" and charge.kind in _COST_KINDS:
            sums[_COST_KINDS[charge.kind]] += charge.amount
        elif charge.payee == "firm":
            sums["subsidies"] += charge.amount
    return {name: yuan(amount) for name, amount in sums.items()}


def _process(offer: Offer) -> dict[str, Any]:
    """How long and how costly the way to the money is (001 §5.1.4). Steps follow each other."""
    mode = offer.mode
    start = None if offer.schedule is None else offer.schedule.terms.start
    upfront = sum(
        charge.amount
        for charge in offer.charges
        if charge.payer == "firm" and charge.kind in ("fee", "premium") and charge.day == start
    )
    taking_part = {party.role for party in mode.parties} & {step.who for step in mode.steps}
    return {
        "parties": len(taking_part) if mode.steps else None,
        "days": sum(step.days for step in mode.steps) if mode.steps else None,
        "cost": yuan(upfront + sum(step.cost for step in mode.steps)),
        "assumed": any(step.reference.doubtful for step in mode.steps),
        "steps": [
            {
                "title": step.title.as_json(),
                "party": step.who,
                "party_text": _name(mode, step.who),
                "days": step.days,
                "assumed": step.reference.doubtful,
            }
            for step in mode.steps
        ],
    }


def _parties(parts: Sequence[PartyAmount]) -> list[dict[str, Any]]:
    """Amounts, and shares to four places that sum to one exactly."""
    weights = {part.role: part.amount for part in parts}
    shares = allocate(_SHARE_UNITS, weights) if any(weights.values()) else dict.fromkeys(weights, 0)
    return [
        {
            "party": part.role,
            "party_text": part.name.as_json(),
            "amount": yuan(part.amount),
            "share": plain(Decimal(shares[part.role]) / _SHARE_UNITS),
        }
        for part in parts
    ]


def _name(mode: Mode, role: str) -> dict[str, str]:
    named = {LAW_FIRM: LAW_FIRM_TEXT, **ROLES, **{party.role: party.name for party in mode.parties}}
    return named[role].as_json()


def _money(fen: Fen | None) -> str | None:
    return None if fen is None else yuan(fen)


def _exact_rate(rate: Fraction) -> str:
    return plain(quantise_rate(rate, 6))


def _rate(rate: Decimal | None) -> str | None:
    return None if rate is None else plain(rate.quantize(Decimal("0.000001")))


def _references(references: Sequence[Reference]) -> list[dict[str, object]]:
    return [reference.as_json() for reference in references]
