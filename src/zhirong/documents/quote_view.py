"""The texts and figures of a quote for a screen or a file.

``quote_view`` is the only place that makes the dictionary that the template of the PDF reads; it reads nothing but the
typed ``QuoteDocument``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal.document import NoValuePart
from zhirong.chain.credit.document import CreditPart
from zhirong.chain.quote.document import (
    CapPart,
    CasePart,
    CostPart,
    FindingPart,
    GatePart,
    HeadlinePart,
    ModeConditionPart,
    ModePart,
    PledgePart,
    QuoteDocument,
    RightPart,
    SharePart,
    ValuedPart,
    ValuePart,
)
from zhirong.chain.quote.records import GateScope, GateVerdict, LimitDecision
from zhirong.documents.quote_beside import (
    change_rows,
    doubt_rows,
    one_plus_one_rows,
    substitute_rows,
)
from zhirong.documents.words import (
    ELIGIBLE,
    NOTHING,
    PLEDGEABLE,
    VERDICTS,
    WORDS,
    explanation_rows,
    money,
    percent,
    short_percent,
    source,
    ten_thousands,
    words,
)
from zhirong.kernel.document import Yuan
from zhirong.kernel.provenance import Provenance
from zhirong.kernel.text import Lang, Text

View = dict[str, Any]

RIGHTS_ON_PAGE_ONE = 6
MODES_ON_PAGE_ONE = 8
FEWEST_MODES_ON_PAGE_ONE = 5
MODES_ALL_IN_FULL = 6
STEPS_ON_PAGE_ONE = 6
_QUIET = ("clear", "not_applicable")


def quote_view(quote: QuoteDocument, lang: Lang) -> View:
    """Return all data for the template of a quote. The quote must be in order of use."""
    modes = [_mode(mode, lang) for mode in quote.modes]
    shown = len(modes_of_page_one(quote))
    # Every mode in full while there are few; among many, modes that the firm cannot use get one line each.
    detailed = [mode for mode in modes if mode["eligible"] != "no" or len(modes) <= MODES_ALL_IN_FULL]
    rights = [_right(right, lang) for right in quote.rights]
    return {
        "lang": lang,
        "w": {name: text.in_(lang) for name, text in WORDS.items()},
        "case": _case(quote, lang),
        "headline": _headline(quote, lang),
        "rights": rights,
        "rights_shown": rights[:RIGHTS_ON_PAGE_ONE],
        "rights_left": max(0, len(rights) - RIGHTS_ON_PAGE_ONE),
        "modes": detailed,
        "elsewhere": WORDS["listing"].in_(lang).join(mode.title.in_(lang) for mode in quote.elsewhere or ()),
        "modes_closed": [mode for mode in modes if mode not in detailed],
        "modes_shown": modes[:shown],
        "modes_left": len(modes) - shown,
        "provisional": provisional_note(quote.modes, lang),
        "steps": next_steps(quote, lang)[:STEPS_ON_PAGE_ONE],
        "appraisal": _appraisal(quote.appraisal, lang),
        "credit": _credit(quote.credit, lang),
        "gates": [_gate(gate, lang) for gate in quote.gates],
        "limit": _limit(quote.credit_limit, lang),
        "pledge": _pledge(quote.pledge, lang),
        "one_plus_one": one_plus_one_rows(quote.one_plus_one, lang),
        "substitutes": substitute_rows(quote, lang),
        "changes": change_rows(quote, lang),
        "doubts": doubt_rows(quote, lang),
        "sources": list(quote.case.sources),
        "assumed": [line.in_(lang) for line in quote.case.assumed],
        "made_with": _made_with(quote, lang),
    }


def in_order_of_use(quote: QuoteDocument) -> QuoteDocument:
    """Return the quote with its modes in the firm's order of interest: eligible, to be confirmed, not eligible;
    cheapest first.
    """
    ranks = {"yes": 0, "unknown": 1, "no": 2}

    def rank(mode: ModePart) -> tuple[int, Decimal]:
        cost = mode.effective_annual_cost
        return ranks[mode.eligible], Decimal("Infinity") if cost is None else Decimal(cost)

    return replace(quote, modes=tuple(sorted(quote.modes, key=rank)))


def modes_of_page_one(quote: QuoteDocument) -> tuple[ModePart, ...]:
    """Return the first modes of a quote in order of use: those open to the firm, and a few more if there are few."""
    usable = sum(mode.eligible != "no" for mode in quote.modes)
    return quote.modes[: min(MODES_ON_PAGE_ONE, max(usable, FEWEST_MODES_ON_PAGE_ONE))]


def next_steps(quote: QuoteDocument, lang: Lang) -> list[View]:
    """Return the next steps and who takes them, most urgent first, each once.

    Order: failed eligibility checks, obstacles to the pledge, open conditions of modes, then the missing items of
    the cheapest mode.
    """
    firm, colon = WORDS["firm"].in_(lang), WORDS["colon"].in_(lang)
    steps: list[tuple[str, str]] = []
    said: set[str] = set()
    for gate in quote.gates:
        if not gate.passed and gate.hint is not None:
            said.add(gate.hint.in_(lang))
            steps.append((firm, f"{gate.title.in_(lang)}{colon}{gate.hint.in_(lang)}"))
    for right in quote.rights:
        for finding in right.findings:
            if finding.verdict not in _QUIET and finding.hint is not None:
                steps.append((firm, f"{right.title}{colon}{finding.hint.in_(lang)}"))
    for what, titles in _open_conditions(quote, lang).items():
        named = WORDS["listing"].in_(lang).join(titles)
        steps.append((firm, f"{what}{WORDS['opening'].in_(lang)}{named}{WORDS['closing'].in_(lang)}"))
    best = cheapest(quote)
    for need in () if best is None else best.needed:
        if need.what.in_(lang) not in said:
            steps.append((need.party_text.in_(lang), need.what.in_(lang)))
    return [{"who": who, "what": what} for who, what in dict.fromkeys(steps)]


def _open_conditions(quote: QuoteDocument, lang: Lang) -> dict[str, list[str]]:
    """Return what settles the open conditions of the modes to be confirmed, each with the modes concerned."""
    waiting: dict[str, list[str]] = {}
    for mode in quote.modes:
        for condition in mode.conditions if mode.eligible == "unknown" else ():
            if condition.verdict == "unknown" and condition.hint is not None:
                titles = waiting.setdefault(condition.hint.in_(lang), [])
                if (title := mode.title.in_(lang)) not in titles:
                    titles.append(title)
    return waiting


def cheapest(quote: QuoteDocument) -> ModePart | None:
    """Return the mode of the credit limit; without one, the mode to be confirmed with the lowest effective annual
    cost.

    None if no such mode has a cost.
    """
    costs = [(mode, mode.effective_annual_cost) for mode in quote.modes]
    priced = [(mode, Decimal(cost)) for mode, cost in costs if cost is not None]
    for mode, _ in priced:
        if mode.id == quote.credit_limit.mode:
            return mode
    for eligible in ("yes", "unknown"):
        open_modes = [one for one in priced if one[0].eligible == eligible]
        if open_modes:
            return min(open_modes, key=lambda one: one[1])[0]
    return None


def decision_text(quote: QuoteDocument, lang: Lang) -> str:
    """Return the result of the quote in one sentence: whether a loan is possible, its amount, and conditions."""
    limit = quote.credit_limit
    amount, asked = money(limit.amount), money(quote.case.request.amount)
    if limit.decision is LimitDecision.OFFER:
        said = Text(f"可按申请金额贷款 {amount} 元", f"The loan of CNY {amount} can be made")
    elif limit.decision is LimitDecision.OFFER_LESS:
        said = Text(
            f"可贷款 {amount} 元，低于申请金额 {asked} 元",
            f"CNY {amount} can be lent, less than the {asked} requested",
        )
    else:
        return Text("目前不能贷款", "No loan can be made as things stand").in_(lang)
    if limit.conditional:
        said = Text(f"附条件：{said.zh}", f"Conditional: {said.en}")
    return said.in_(lang)


def provisional_note(modes: Sequence[ModePart], lang: Lang) -> str:
    """Return a note that due days may still change, with the years whose working days are not announced; empty if
    none may.
    """
    # Years are announced one after the other, so the later of two is the open one.
    years = sorted({max(row.due, row.written).year for mode in modes for row in mode.schedule if row.provisional})
    if not years:
        return ""
    named = WORDS["listing"].in_(lang).join(map(str, years))
    return Text(
        f"{named} 年的节假日安排尚未公布，该年的付款日为暂定，公布后可能变动。",
        f"The working days of {named} have not been announced: due dates in that period are provisional and may change.",
    ).in_(lang)


def _case(quote: QuoteDocument, lang: Lang) -> View:
    case, request = quote.case, quote.case.request
    asked = f"{money(request.amount)} {WORDS['yuan'].in_(lang)}"
    asked += f"{WORDS['sep'].in_(lang)}{request.term_months} {WORDS['months'].in_(lang)}"
    return {
        "id": case.id,
        "title": case.title.in_(lang),
        "as_of": case.as_of.isoformat(),
        "region": region(case, lang),
        "firm": case.firm.name,
        "code": case.firm.code or NOTHING,
        "asked": asked,
        "purpose": request.purpose.in_(lang) or NOTHING,
    }


def region(case: CasePart, lang: Lang) -> str:
    """Return the region's name and its code."""
    return f"{case.region_text.in_(lang)} {case.region}".strip()


def _headline(quote: QuoteDocument, lang: Lang) -> View:
    limit, credit, value, best = quote.credit_limit, quote.credit, quote.value, cheapest(quote)
    left_out = WORDS["left_out_of_pledge"].in_(lang)
    reasons: dict[str, list[str]] = {"failed": [], "left_out": [], "open": [], "passed": []}
    for gate in quote.gates:
        reasons[gate_verdict(gate)].append(gate.reason.in_(lang))
    return {
        "decision": limit.decision.value,
        "decision_text": decision_text(quote, lang),
        "amount": money(limit.amount),
        "amount_note": _beside_amount(quote, lang),
        "binding": limit.binding_title.in_(lang),
        "formula": next((cap.formula.in_(lang) for cap in limit.caps if cap.binding), ""),
        "failed": [*reasons["failed"], *(f"{left_out}{reason}" for reason in reasons["left_out"])],
        "conditions": reasons["open"],
        "value": WORDS["no_value"].in_(lang) if value is None else ten_thousands(value.p50, lang),
        "value_note": "" if value is None else _interval(value, lang),
        "credit": Text(f"{credit.grade}（{credit.points} 分）", f"{credit.grade} ({credit.points})").in_(lang),
        "credit_note": f"{WORDS['default_probability'].in_(lang)} {percent(credit.default_probability)}",
        "cost": NOTHING if best is None else percent(best.effective_annual_cost),
        "cost_note": WORDS["none_eligible"].in_(lang) if best is None else best.title.in_(lang),
        "cost_open": WORDS["if_confirmed"].in_(lang) if best is not None and best.eligible != "yes" else "",
    }


def _interval(value: ValuePart, lang: Lang) -> str:
    return f"{WORDS['interval'].in_(lang)} {ten_thousands(value.p10, lang)} – {ten_thousands(value.p90, lang)}"


def _beside_amount(quote: QuoteDocument, lang: Lang) -> str:
    """Return the mode that determines the limit, and the limit without risk sharing."""
    limit = quote.credit_limit
    if limit.decision is LimitDecision.DECLINE:
        return ""
    named = next((mode for mode in quote.modes if mode.id == limit.mode), None)
    under = WORDS["no_cover"] if named is None else named.title
    said = f"{WORDS['under'].in_(lang)}{WORDS['colon'].in_(lang)}{under.in_(lang)}"
    if named is not None:
        said += f"{WORDS['semicolon'].in_(lang)}{WORDS['uncovered'].in_(lang)} {money(limit.uncovered)}"
    return said


def _right(right: RightPart, lang: Lang) -> View:
    findings = [{"number": str(finding.number), **_finding(finding, lang)} for finding in right.findings]
    loud = [finding for finding in findings if finding["verdict"] not in _QUIET]
    return {
        "title": right.title,
        "number": right.number or NOTHING,
        "kind": right.kind_text.in_(lang),
        "role": right.role_text.in_(lang),
        "status": right.status_text.in_(lang),
        "flags": [flag.in_(lang) for flag in right.flags],
        "life_end": NOTHING if right.life_end is None else right.life_end.isoformat(),
        "remaining": right.remaining_years or NOTHING,
        "pledgeable": right.pledgeable,
        "pledgeable_text": PLEDGEABLE[right.pledgeable].in_(lang),
        "obstacle": WORDS["semicolon"].in_(lang).join(finding["reason"] for finding in loud),
        "findings": loud,
        "quiet": WORDS["listing"]
        .in_(lang)
        .join(f"{finding['number']} {finding['title']}" for finding in findings if finding["verdict"] in _QUIET),
        "source": next((finding["source"] for finding in findings if finding["source"]), ""),
    }


def _finding(finding: FindingPart | ModeConditionPart, lang: Lang) -> View:
    return {
        "verdict": str(finding.verdict),
        "verdict_text": VERDICTS[finding.verdict].in_(lang),
        "title": finding.title.in_(lang) if isinstance(finding, FindingPart) else "",
        "reason": finding.reason.in_(lang),
        "hint": words(finding.hint, lang),
        "source": source(finding.reference, lang),
    }


def _appraisal(appraisal: ValuedPart | NoValuePart, lang: Lang) -> View:
    explanation = explanation_rows(appraisal.explanation, lang)
    if isinstance(appraisal, NoValuePart):
        return {
            "has_value": False,
            "quantiles": [],
            "lending_value": NOTHING,
            "methods": [],
            "alarms": [],
            "explanation": explanation,
        }
    value = appraisal.value
    named = (("P5", value.p5), ("P10", value.p10), ("P50", value.p50), ("P90", value.p90), ("P95", value.p95))
    return {
        "has_value": True,
        "quantiles": [[name, money(amount)] for name, amount in (*named, (WORDS["mean"].in_(lang), value.mean))],
        "lending_value": money(appraisal.lending_value),
        "methods": [
            {
                "title": method.title.in_(lang),
                "weight": percent(method.weight, 0),
                "quantiles": [money(amount) for amount in (method.p10, method.p50, method.p90)],
            }
            for method in appraisal.methods
        ],
        "alarms": [alarm.in_(lang) for alarm in appraisal.alarms],
        "explanation": explanation,
    }


def _credit(credit: CreditPart, lang: Lang) -> View:
    return {
        "points": str(credit.points),
        "grade": credit.grade,
        "default_probability": percent(credit.default_probability),
        "items": [
            {
                "title": item.title.in_(lang),
                "value": item.value.in_(lang),
                "points": f"{item.points} / {item.highest}",
                "reason": _provenance(item.provenance, lang),
            }
            for item in credit.items
        ],
        "explanation": explanation_rows(credit.explanation, lang),
    }


def _provenance(provenance: Provenance | None, lang: Lang) -> str:
    if provenance is None:
        return ""
    day = "" if provenance.day is None else provenance.day.isoformat()
    return WORDS["sep"].in_(lang).join(part for part in (provenance.source, day) if part)


def _gate(gate: GatePart, lang: Lang) -> View:
    verdict = gate_verdict(gate)
    return {
        "verdict": verdict,
        "verdict_text": WORDS[verdict].in_(lang),
        "title": gate.title.in_(lang),
        "reason": gate.reason.in_(lang),
        "hint": words(gate.hint, lang),
    }


def gate_verdict(gate: GatePart) -> str:
    """Return ``passed``, ``open`` (still to be met, but no obstacle), ``left_out`` (of the pledge) or ``failed``."""
    if gate.verdict is GateVerdict.FAILED and gate.scope is GateScope.PLEDGE:
        return "left_out"
    return gate.verdict.value


def _limit(limit: HeadlinePart, lang: Lang) -> View:
    facts = (
        ("uncovered", limit.uncovered),
        ("cover_adds", limit.cover_adds),
        ("pledge_adds", limit.pledge_adds),
        ("annex_figure", limit.annex.amount),
        ("drawn_on_annex", limit.drawn_on_annex),
    )
    return {
        "amount": money(limit.amount),
        "facts": [[WORDS[name].in_(lang), money(amount)] for name, amount in facts],
        "caps": [cap_row(cap, lang) for cap in limit.caps],
        "conditions": [one.text.in_(lang) for one in limit.conditions],
        "explanation": explanation_rows(limit.explanation, lang),
    }


def cap_row(cap: CapPart, lang: Lang) -> View:
    """Return one cap of a credit limit: name, amount, formula and sources."""
    return {
        "code": cap.code,
        "title": cap.title.in_(lang),
        "amount": money(cap.amount),
        "formula": cap.formula.in_(lang),
        "binding": cap.binding,
        "sources": WORDS["semicolon"]
        .in_(lang)
        .join(dict.fromkeys(source(reference, lang) for reference in cap.references)),
    }


def _pledge(pledge: PledgePart, lang: Lang) -> View:
    return {
        "value": money(pledge.value),
        "rate": percent(pledge.pledge_rate),
        "rights": [
            {
                "title": one.title,
                "alone": money(one.alone),
                "adds": money(one.adds),
                "note": words(one.left_out, lang),
            }
            for one in pledge.rights
        ],
        "explanation": explanation_rows(pledge.explanation, lang),
    }


def _mode(mode: ModePart, lang: Lang) -> View:
    sharing = sharing_rows(mode, lang)
    conditions = [_finding(condition, lang) for condition in mode.conditions]
    decisive = next((c for c in conditions if c["verdict"] == mode.eligible and mode.eligible != "yes"), None)
    limit, totals, process = mode.credit_limit, mode.totals, mode.process
    named = (
        ("interest", totals.interest),
        ("fees", totals.fees),
        ("premiums", totals.premiums),
        ("subsidies", totals.subsidies),
    )
    return {
        "set_by": limit.binding_title.in_(lang) or NOTHING,
        "caps": [cap_row(cap, lang) for cap in limit.caps],
        "drawing": [one.text.in_(lang) for one in limit.conditions],
        "id": mode.id,
        "title": mode.title.in_(lang),
        "eligible": mode.eligible,
        "eligible_text": ELIGIBLE[mode.eligible].in_(lang),
        "conditions": conditions,
        "loan": money(mode.loan.amount),
        "term": f"{mode.loan.term_months} {WORDS['months'].in_(lang)}",
        "annual_rate": percent(mode.loan.annual_rate),
        "after": percent(mode.effective_annual_cost),
        "before": percent(mode.cost_before_subsidy),
        "totals": [[WORDS[name].in_(lang), money(amount)] for name, amount in named],
        "bears": [f"{row['party']} {row['share']}" for row in sharing if row["bears_full"]] or [NOTHING],
        "why": "" if decisive is None else decisive["reason"],
        "what_to_do": "" if decisive is None else decisive["hint"],
        "costs": _costs(mode, lang),
        "flows": [
            {"day": flow.day.isoformat(), "title": flow.title.in_(lang), "amount": money(flow.amount)}
            for flow in mode.cash_flows
        ],
        "provisional": provisional_note([mode], lang),
        "flow_total": _sum(flow.amount for flow in mode.cash_flows),
        "sharing": sharing,
        "days": NOTHING if process.days is None or not process.steps else str(process.days),
        "parties": NOTHING if process.parties is None else str(process.parties),
        "source": source(mode.source, lang),
        "process_cost": money(process.cost),
        "steps": [
            {
                "title": step.title.in_(lang),
                "party": step.party_text.in_(lang),
                "days": str(step.days),
                "assumed": step.assumed,
            }
            for step in process.steps
        ],
        "needed": [{"who": need.party_text.in_(lang), "what": need.what.in_(lang)} for need in mode.needed],
        "explanation": explanation_rows(mode.explanation, lang),
    }


def _costs(mode: ModePart, lang: Lang) -> list[View]:
    """Return costs and subsidies; each kind between the same two parties is one line with its first and last day."""
    groups: dict[tuple[str, str, str], list[CostPart]] = {}
    for cost in mode.costs:
        key = (cost.title.in_(lang), cost.payer.in_(lang), cost.payee.in_(lang))
        groups.setdefault(key, []).append(cost)
    rows = []
    for (title, payer, payee), costs in groups.items():
        first, last = min(cost.day for cost in costs), max(cost.day for cost in costs)
        rows.append(
            {
                "title": f"{title} × {len(costs)}" if len(costs) > 1 else title,
                "payer": payer,
                "payee": payee,
                "day": first.isoformat() if first == last else f"{first.isoformat()} – {last.isoformat()}",
                "amount": _sum(cost.amount for cost in costs),
            }
        )
    return rows


def sharing_rows(mode: ModePart, lang: Lang) -> list[View]:
    """Return one row per party: its share of a full loss, of an immediate default and of the expected loss."""
    full, at_once, expected = (
        {row.party: row for row in rows} for rows in (mode.full_loss, mode.at_default, mode.expected_loss)
    )
    rows = []
    for party, named in {**full, **{name: row for name, row in expected.items() if name not in full}}.items():
        share = full[party].share if party in full else None
        rows.append(
            {
                "party": named.party_text.in_(lang),
                "share": NOTHING if share is None else short_percent(share),
                "bears_full": share is not None and Decimal(share) != 0,
                "full": _amount_of(full, party),
                "at_default": _amount_of(at_once, party),
                "expected": _amount_of(expected, party),
            }
        )
    return rows


def _amount_of(rows: dict[str, SharePart], party: str) -> str:
    return money(rows[party].amount) if party in rows else NOTHING


def _made_with(quote: QuoteDocument, lang: Lang) -> str:
    named = (("rules_version", quote.rules_version), ("seed", quote.seed), ("paths", quote.paths))
    said = [f"{WORDS[name].in_(lang)} {value}" for name, value in named if value is not None]
    return WORDS["sep"].in_(lang).join([*said, *packs_of(quote, lang)])


def packs_of(quote: QuoteDocument, lang: Lang) -> list[str]:
    """Return the policy packs used for a quote, each with version and SHA-256 of its content; empty for none."""
    named = WORDS["pack"].in_(lang)
    return [
        f"{named} {pack.title.in_(lang)} {pack.id} {pack.version} SHA-256 {pack.digest}"
        for pack in quote.packs or ()
    ]


def _sum(amounts: Iterable[Yuan]) -> str:
    return money(f"{sum(map(Decimal, amounts), Decimal(0)):.2f}")
