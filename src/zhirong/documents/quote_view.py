"""A quote as the words and figures that a document shows, from the quote as JSON carries it.

Every optional part may be absent; what is absent is left out of the document, never guessed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

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
from zhirong.kernel.text import Lang, Text

Json = Mapping[str, Any]
View = dict[str, Any]

RIGHTS_ON_PAGE_ONE = 6
MODES_ON_PAGE_ONE = 8
FEWEST_MODES_ON_PAGE_ONE = 5
MODES_ALL_IN_FULL = 6
STEPS_ON_PAGE_ONE = 6
_QUIET = ("clear", "not_applicable")


def quote_view(quote: Json, lang: Lang) -> View:
    """Everything that the template of a quote prints, from a quote in order of use."""
    raw_modes = quote.get("modes") or []
    modes = [_mode(mode, lang) for mode in raw_modes]
    shown = len(modes_of_page_one(quote))
    # Every mode in full while they are few; among many, those that the firm cannot use get a line each.
    detailed = [mode for mode in modes if mode["eligible"] != "no" or len(modes) <= MODES_ALL_IN_FULL]
    rights = [_right(right, lang) for right in quote.get("rights") or []]
    return {
        "lang": lang,
        "w": {name: text.in_(lang) for name, text in WORDS.items()},
        "case": _case(quote, lang),
        "headline": _headline(quote, lang),
        "rights": rights,
        "rights_shown": rights[:RIGHTS_ON_PAGE_ONE],
        "rights_left": max(0, len(rights) - RIGHTS_ON_PAGE_ONE),
        "modes": detailed,
        "elsewhere": WORDS["listing"]
        .in_(lang)
        .join(words(mode.get("title"), lang) for mode in quote.get("elsewhere") or []),
        "modes_closed": [mode for mode in modes if mode not in detailed],
        "modes_shown": modes[:shown],
        "modes_left": len(modes) - shown,
        "provisional": provisional_note(raw_modes, lang),
        "steps": next_steps(quote, lang)[:STEPS_ON_PAGE_ONE],
        "appraisal": _appraisal(quote.get("appraisal") or {}, lang),
        "credit": _credit(quote.get("credit") or {}, lang),
        "gates": [_gate(gate, lang) for gate in quote.get("gates") or []],
        "limit": _limit(quote, lang),
        "pledge": _pledge(quote.get("pledge") or {}, lang),
        "one_plus_one": one_plus_one_rows(quote, lang),
        "substitutes": substitute_rows(quote, lang),
        "changes": change_rows(quote, lang),
        "doubts": doubt_rows(quote, lang),
        "sources": [words(line, lang) for line in (quote.get("case") or {}).get("sources") or []],
        "assumed": [words(line, lang) for line in (quote.get("case") or {}).get("assumed") or []],
        "made_with": _made_with(quote, lang),
    }


def in_order_of_use(quote: Json) -> Json:
    """The quote with its modes in the order in which the firm cares: eligible, to be confirmed, not; cheap first."""
    ranks = {"yes": 0, "unknown": 1}

    def rank(mode: Json) -> tuple[int, Decimal]:
        cost = mode.get("effective_annual_cost")
        return ranks.get(str(mode.get("eligible")), 2), Decimal("Infinity") if cost is None else Decimal(cost)

    return {**quote, "modes": sorted(quote.get("modes") or [], key=rank)}


def modes_of_page_one(quote: Json) -> list[Json]:
    """The first modes of a quote in order of use: those open to the firm, and a few more where those are few."""
    modes = quote.get("modes") or []
    usable = sum(mode.get("eligible") != "no" for mode in modes)
    return list(modes[: min(MODES_ON_PAGE_ONE, max(usable, FEWEST_MODES_ON_PAGE_ONE))])


def next_steps(quote: Json, lang: Lang) -> list[View]:
    """Who has to do what next, the most pressing first, each once.

    Order: gates not passed, obstacles to the pledge, open conditions of modes, then what the cheapest mode still
    needs.
    """
    firm, colon = WORDS["firm"].in_(lang), WORDS["colon"].in_(lang)
    steps: list[tuple[str, str]] = []
    said: set[str] = set()
    for gate in quote.get("gates") or []:
        if not gate.get("passed") and gate.get("hint"):
            said.add(words(gate["hint"], lang))
            steps.append((firm, f"{words(gate['title'], lang)}{colon}{words(gate['hint'], lang)}"))
    for right in quote.get("rights") or []:
        for finding in right.get("findings") or []:
            if finding.get("verdict") not in _QUIET and finding.get("hint"):
                steps.append((firm, f"{words(right.get('title'), lang)}{colon}{words(finding['hint'], lang)}"))
    for what, titles in _open_conditions(quote, lang).items():
        named = WORDS["listing"].in_(lang).join(titles)
        steps.append((firm, f"{what}{WORDS['opening'].in_(lang)}{named}{WORDS['closing'].in_(lang)}"))
    best = cheapest(quote)
    if best is not None:
        for need in best.get("needed") or []:
            if words(need.get("what"), lang) in said:
                continue
            steps.append((words(need.get("party_text"), lang), words(need.get("what"), lang)))
    return [{"who": who, "what": what} for who, what in dict.fromkeys(steps)]


def _open_conditions(quote: Json, lang: Lang) -> dict[str, list[str]]:
    """What would settle the open conditions of the modes to be confirmed, each with the modes that wait for it."""
    waiting: dict[str, list[str]] = {}
    for mode in quote.get("modes") or []:
        for condition in mode.get("conditions") or [] if mode.get("eligible") == "unknown" else []:
            if condition.get("verdict") == "unknown" and condition.get("hint"):
                titles = waiting.setdefault(words(condition["hint"], lang), [])
                if (title := words(mode.get("title"), lang)) not in titles:
                    titles.append(title)
    return waiting


def cheapest(quote: Json) -> Json | None:
    """The mode of the credit limit; where it has none, the one to be confirmed with the lowest effective annual cost.

    None where no mode of either sort has a cost.
    """
    named = (quote.get("credit_limit") or {}).get("mode")
    for mode in quote.get("modes") or []:
        if named is not None and mode.get("id") == named and mode.get("effective_annual_cost") is not None:
            return mode  # type: ignore[no-any-return]
    for eligible in ("yes", "unknown"):
        open_modes: list[Json] = [
            mode
            for mode in quote.get("modes") or []
            if mode.get("eligible") == eligible and mode.get("effective_annual_cost") is not None
        ]
        if open_modes:
            return min(open_modes, key=lambda mode: Decimal(mode["effective_annual_cost"]))
    return None


def decision_text(quote: Json, lang: Lang) -> str:
    """What the quote comes to, in one sentence: lent or not, how much, and whether on conditions."""
    limit = quote.get("credit_limit") or {}
    decision, amount = str(limit.get("decision") or "decline"), money(limit.get("amount"))
    asked = money(((quote.get("case") or {}).get("request") or {}).get("amount"))
    if decision == "offer":
        said = Text(f"可以按申请放贷 {amount} 元", f"The loan of CNY {amount} can be made")
    elif decision == "offer_less":
        said = Text(
            f"可以放贷 {amount} 元，少于申请的 {asked} 元",
            f"CNY {amount} can be lent, less than the {asked} requested",
        )
    else:
        return Text("目前不能放贷", "No loan can be made as things stand").in_(lang)
    if limit.get("conditional"):
        said = Text(f"附条件：{said.zh}", f"Conditional: {said.en}")
    return said.in_(lang)


def provisional_note(modes: Sequence[Json], lang: Lang) -> str:
    """That due days may still move, naming the years whose working days are not announced; empty where none may."""
    # Years are announced one after the other, so of two the later is the one that is open.
    years = sorted(
        {
            max(str(row.get("due")), str(row.get("written") or row.get("due")))[:4]
            for mode in modes
            for row in mode.get("schedule") or []
            if row.get("provisional")
        }
    )
    if not years:
        return ""
    named = WORDS["listing"].in_(lang).join(years)
    return Text(
        f"{named} 年的节假日安排尚未公布，该年的付款日是暂定的，公布后可能变动。",
        f"The working days of {named} are not announced yet: due days of that time are provisional and may move.",
    ).in_(lang)


def _case(quote: Json, lang: Lang) -> View:
    case = quote.get("case") or {}
    firm, request = case.get("firm") or {}, case.get("request") or {}
    asked = f"{money(request.get('amount'))} {WORDS['yuan'].in_(lang)}"
    if request.get("term_months"):
        asked += f"{WORDS['sep'].in_(lang)}{request['term_months']} {WORDS['months'].in_(lang)}"
    return {
        "id": str(case.get("id") or ""),
        "title": words(case.get("title"), lang),
        "as_of": str(case.get("as_of") or ""),
        "region": region(case, lang),
        "firm": str(firm.get("name") or ""),
        "code": str(firm.get("code") or "") or NOTHING,
        "asked": asked,
        "purpose": words(request.get("purpose"), lang) or NOTHING,
    }


def region(case: Json, lang: Lang) -> str:
    """The region's name, where the quote has it, and its code."""
    return f"{words(case.get('region_text'), lang)} {case.get('region') or ''}".strip()


def _headline(quote: Json, lang: Lang) -> View:
    limit, appraisal, credit = (quote.get(name) or {} for name in ("credit_limit", "appraisal", "credit"))
    decision = str(limit.get("decision") or "decline")
    value = appraisal.get("value") or {}
    best = cheapest(quote)
    gates = quote.get("gates") or []
    failed = [words(gate.get("reason"), lang) for gate in gates if gate_verdict(gate) == "failed"]
    left_out = [
        f"{WORDS['left_out_of_pledge'].in_(lang)}{words(gate.get('reason'), lang)}"
        for gate in gates
        if gate_verdict(gate) == "left_out"
    ]
    conditions = [words(gate.get("reason"), lang) for gate in gates if gate_verdict(gate) == "open"]
    between = f"{ten_thousands(value.get('p10'), lang)} – {ten_thousands(value.get('p90'), lang)}"
    return {
        "decision": decision,
        "decision_text": decision_text(quote, lang),
        "amount": money(limit.get("amount")),
        "amount_note": _beside_amount(limit, quote, lang),
        "binding": words(limit.get("binding_title"), lang),
        "formula": _binding_formula(limit, lang),
        "failed": [*failed, *left_out],
        "conditions": conditions,
        "value": ten_thousands(value.get("p50"), lang) if value else WORDS["no_value"].in_(lang),
        "value_note": f"{WORDS['interval'].in_(lang)} {between}" if value else "",
        "credit": _grade(credit, lang),
        "credit_note": f"{WORDS['default_probability'].in_(lang)} {percent(credit.get('default_probability'))}",
        "cost": NOTHING if best is None else percent(best["effective_annual_cost"]),
        "cost_note": WORDS["none_eligible"].in_(lang) if best is None else words(best.get("title"), lang),
        "cost_open": WORDS["if_confirmed"].in_(lang) if best is not None and best.get("eligible") != "yes" else "",
    }


def _beside_amount(limit: Json, quote: Json, lang: Lang) -> str:
    """Under which mode the limit stands, and what it would be with no cover."""
    if limit.get("decision") == "decline":
        return ""
    named = next((mode for mode in quote.get("modes") or [] if mode.get("id") == limit.get("mode")), None)
    under = WORDS["no_cover"].in_(lang) if named is None else words(named.get("title"), lang)
    said = f"{WORDS['under'].in_(lang)}{WORDS['colon'].in_(lang)}{under}"
    if named is not None:
        said += f"{WORDS['semicolon'].in_(lang)}{WORDS['uncovered'].in_(lang)} {money(limit.get('uncovered'))}"
    return said


def _binding_formula(limit: Json, lang: Lang) -> str:
    return next((words(cap.get("formula"), lang) for cap in limit.get("caps") or [] if cap.get("binding")), "")


def _right(right: Json, lang: Lang) -> View:
    findings = [_finding(finding, lang) for finding in right.get("findings") or []]
    loud = [finding for finding in findings if finding["verdict"] not in _QUIET]
    pledgeable = str(right.get("pledgeable") or "unknown")
    return {
        "title": words(right.get("title"), lang),
        "number": str(right.get("number") or "") or NOTHING,
        "kind": words(right.get("kind_text") or right.get("kind"), lang),
        "role": words(right.get("role_text"), lang) or NOTHING,
        "status": words(right.get("status_text") or right.get("status"), lang) or NOTHING,
        "flags": [words(flag, lang) for flag in right.get("flags") or []],
        "life_end": str(right.get("life_end") or NOTHING),
        "remaining": str(right.get("remaining_years") or NOTHING),
        "pledgeable": pledgeable,
        "pledgeable_text": PLEDGEABLE[pledgeable].in_(lang) if pledgeable in PLEDGEABLE else pledgeable,
        "obstacle": WORDS["semicolon"].in_(lang).join(finding["reason"] for finding in loud),
        "findings": loud,
        "quiet": WORDS["listing"]
        .in_(lang)
        .join(f"{finding['number']} {finding['title']}" for finding in findings if finding["verdict"] in _QUIET),
        "source": next((finding["source"] for finding in findings if finding["source"]), ""),
    }


def _finding(finding: Json, lang: Lang) -> View:
    verdict = str(finding.get("verdict") or "unknown")
    return {
        "number": str(finding.get("number") or ""),
        "verdict": verdict,
        "verdict_text": VERDICTS[verdict].in_(lang) if verdict in VERDICTS else verdict,
        "title": words(finding.get("title"), lang),
        "reason": words(finding.get("reason"), lang),
        "hint": words(finding.get("hint"), lang),
        "source": source(finding.get("reference"), lang),
    }


def _appraisal(appraisal: Json, lang: Lang) -> View:
    value = appraisal.get("value") or {}
    return {
        "present": bool(appraisal),
        "has_value": bool(value),
        "quantiles": [
            [name.upper(), money(value.get(name))] for name in ("p5", "p10", "p50", "p90", "p95") if value
        ]
        + ([[WORDS["mean"].in_(lang), money(value["mean"])]] if value.get("mean") is not None else []),
        "grade": words(appraisal.get("grade"), lang),
        "lending_value": money(appraisal.get("lending_value")),
        "methods": [
            {
                "title": words(method.get("title"), lang),
                "weight": percent(method.get("weight"), 0),
                "quantiles": [money(method.get(name)) for name in ("p10", "p50", "p90")],
            }
            for method in appraisal.get("methods") or []
        ],
        "alarms": [words(alarm, lang) for alarm in appraisal.get("alarms") or []],
        "explanation": _explained(appraisal, lang),
    }


def _credit(credit: Json, lang: Lang) -> View:
    return {
        "present": bool(credit),
        "points": str(credit.get("points") or NOTHING),
        "grade": str(credit.get("grade") or NOTHING),
        "default_probability": percent(credit.get("default_probability")),
        "items": [
            {
                "title": words(item.get("title"), lang),
                "value": words(item.get("value"), lang),
                "points": _points(item),
                "reason": words(item.get("reason"), lang) or _provenance(item.get("provenance"), lang),
            }
            for item in credit.get("items") or []
        ],
        "explanation": _explained(credit, lang),
    }


def _points(item: Json) -> str:
    points, highest = item.get("points"), item.get("highest")
    if points is None:
        return NOTHING
    return str(points) if highest is None else f"{points} / {highest}"


def _provenance(provenance: Json | None, lang: Lang) -> str:
    if not provenance:
        return ""
    return WORDS["sep"].in_(lang).join(str(provenance[name]) for name in ("source", "date") if provenance.get(name))


def _gate(gate: Json, lang: Lang) -> View:
    return {
        "verdict": gate_verdict(gate),
        "verdict_text": WORDS[gate_verdict(gate)].in_(lang),
        "title": words(gate.get("title"), lang),
        "reason": words(gate.get("reason"), lang),
        "hint": words(gate.get("hint"), lang),
    }


def gate_verdict(gate: Json) -> str:
    """``passed``, ``open`` (still to be met, but no bar), ``left_out`` (of the pledge) or ``failed``."""
    verdict = str(gate.get("verdict") or "")
    if verdict in ("passed", "open"):
        return verdict
    if gate.get("passed"):
        return "passed"
    return "left_out" if gate.get("scope") == "pledge" else "failed"


def _limit(quote: Json, lang: Lang) -> View:
    limit = quote.get("credit_limit") or {}
    annex = limit.get("annex") or {}
    facts = [
        ("uncovered", money(limit.get("uncovered"))),
        ("cover_adds", money(limit.get("cover_adds"))),
        ("pledge_adds", money(limit.get("pledge_adds"))),
        ("annex_figure", money(annex.get("amount"))),
        ("drawn_on_annex", money(limit.get("drawn_on_annex"))),
    ]
    return {
        "present": bool(limit),
        "amount": money(limit.get("amount")),
        "facts": [[WORDS[name].in_(lang), amount] for name, amount in facts],
        "caps": [cap_row(cap, lang) for cap in limit.get("caps") or []],
        "conditions": [words(one.get("text"), lang) for one in limit.get("conditions") or []],
        "explanation": _explained(limit, lang),
    }


def cap_row(cap: Json, lang: Lang) -> View:
    """One cap of a credit limit: what it is, its amount, how it follows, and its sources."""
    return {
        "code": str(cap.get("code") or ""),
        "title": words(cap.get("title"), lang),
        "amount": money(cap.get("amount")),
        "formula": words(cap.get("formula"), lang),
        "binding": bool(cap.get("binding")),
        "sources": WORDS["semicolon"]
        .in_(lang)
        .join(dict.fromkeys(source(reference, lang) for reference in cap.get("references") or [])),
    }


def _pledge(pledge: Json, lang: Lang) -> View:
    rate = pledge.get("pledge_rate")
    return {
        "value": money(pledge.get("value")),
        "rate": percent(rate),
        "rights": [
            {
                "title": str(one.get("title") or ""),
                "alone": money(one.get("alone")),
                "adds": money(one.get("adds")),
                "note": words(one.get("left_out"), lang),
            }
            for one in pledge.get("rights") or []
        ],
        "explanation": _explained(pledge, lang),
    }


def _mode(mode: Json, lang: Lang) -> View:
    eligible = str(mode.get("eligible") or "unknown")
    loan, totals, process = (mode.get(name) or {} for name in ("loan", "totals", "process"))
    sharing = sharing_rows(mode, lang)
    conditions = [_finding(condition, lang) for condition in mode.get("conditions") or []]
    limit = mode.get("credit_limit") or {}
    return {
        "set_by": words(limit.get("binding_title"), lang) or NOTHING,
        "caps": [cap_row(cap, lang) for cap in limit.get("caps") or []],
        "drawing": [words(one.get("text"), lang) for one in limit.get("conditions") or []],
        "id": str(mode.get("id") or ""),
        "title": words(mode.get("title"), lang),
        "eligible": eligible,
        "eligible_text": ELIGIBLE[eligible].in_(lang) if eligible in ELIGIBLE else eligible,
        "conditions": conditions,
        "loan": money(loan.get("amount")),
        "term": f"{loan['term_months']} {WORDS['months'].in_(lang)}" if loan.get("term_months") else NOTHING,
        "annual_rate": percent(loan.get("annual_rate")),
        "after": percent(mode.get("effective_annual_cost")),
        "before": percent(mode.get("cost_before_subsidy")),
        "totals": [
            [WORDS[name].in_(lang), money(totals.get(name))]
            for name in ("interest", "fees", "premiums", "subsidies")
            if totals.get(name) is not None
        ],
        "bears": [f"{row['party']} {row['share']}" for row in sharing if row["bears_full"]] or [NOTHING],
        "why": next((c["reason"] for c in conditions if c["verdict"] == eligible and eligible != "yes"), ""),
        "what_to_do": next((c["hint"] for c in conditions if c["verdict"] == eligible and eligible != "yes"), ""),
        "costs": _costs(mode, lang),
        "flows": [
            {
                "day": str(flow.get("day") or NOTHING),
                "title": words(flow.get("title"), lang),
                "amount": money(flow.get("amount")),
            }
            for flow in mode.get("cash_flows") or []
        ],
        "provisional": provisional_note([mode], lang),
        "flow_total": _sum(flow.get("amount") for flow in mode.get("cash_flows") or []),
        "sharing": sharing,
        "days": NOTHING if process.get("days") is None or process.get("steps") == [] else str(process["days"]),
        "parties": NOTHING if process.get("parties") is None else str(process["parties"]),
        "source": source(mode.get("source"), lang),
        "process_cost": money(process.get("cost")),
        "steps": [
            {
                "title": words(step.get("title"), lang),
                "party": words(step.get("party_text"), lang),
                "days": str(step.get("days", NOTHING)),
                "assumed": bool(step.get("assumed")),
            }
            for step in process.get("steps") or []
        ],
        "needed": [
            {"who": words(need.get("party_text"), lang), "what": words(need.get("what"), lang)}
            for need in mode.get("needed") or []
        ],
        "explanation": _explained(mode, lang),
    }


def _costs(mode: Json, lang: Lang) -> list[View]:
    """Costs and subsidies, each kind between the same two parties on one line with its first and last day."""
    groups: dict[tuple[str, str, str], list[Json]] = {}
    for cost in mode.get("costs") or []:
        key = (words(cost.get("title"), lang), words(cost.get("payer"), lang), words(cost.get("payee"), lang))
        groups.setdefault(key, []).append(cost)
    rows = []
    for (title, payer, payee), costs in groups.items():
        days = sorted(str(cost["day"]) for cost in costs if cost.get("day"))
        span = days[0] if days else NOTHING
        if days and days[-1] != span:
            span = f"{span} – {days[-1]}"
        many = f" × {len(costs)}" if len(costs) > 1 else ""
        amount = _sum(cost.get("amount") for cost in costs)
        rows.append({"title": title + many, "payer": payer, "payee": payee, "day": span, "amount": amount})
    return rows


def sharing_rows(mode: Json, lang: Lang) -> list[View]:
    """One row a party: its part of a full loss, of a default at once and of the expected loss."""
    full = {str(row["party"]): row for row in mode.get("full_loss") or []}
    expected = {str(row["party"]): row for row in mode.get("expected_loss") or []}
    at_once = {str(row["party"]): row for row in mode.get("at_default") or []}
    rows = []
    for party in dict.fromkeys([*full, *expected]):
        named = full.get(party) or expected[party]
        share = full.get(party, {}).get("share")
        rows.append(
            {
                "party": words(named.get("party_text") or party, lang),
                "share": NOTHING if share is None else short_percent(share),
                "bears_full": share is not None and Decimal(share) != 0,
                "full": money(full.get(party, {}).get("amount")),
                "at_default": money(at_once.get(party, {}).get("amount")),
                "expected": money(expected.get(party, {}).get("amount")),
            }
        )
    return rows


def _made_with(quote: Json, lang: Lang) -> str:
    said = [
        f"{WORDS[name].in_(lang)} {quote[name]}"
        for name in ("rules_version", "seed", "paths")
        if quote.get(name) is not None
    ]
    return WORDS["sep"].in_(lang).join([*said, *packs_of(quote, lang)])


def packs_of(quote: Json, lang: Lang) -> list[str]:
    """The policy packs that a quote was made under, each with its version and the SHA-256 of its content; empty for none."""
    named = WORDS["pack"].in_(lang)
    return [
        f"{named} {words(pack['title'], lang)} {pack['id']} {pack['version']} SHA-256 {pack['digest']}"
        for pack in quote.get("packs") or []
    ]


def _explained(part: Json, lang: Lang) -> list[View]:
    node = part.get("explanation")
    return explanation_rows(node, lang) if node else []


def _sum(amounts: Any) -> str:
    total = sum((Decimal(amount) for amount in amounts if amount is not None), Decimal(0))
    return money(f"{total:.2f}")


def _grade(credit: Json, lang: Lang) -> str:
    grade, points = str(credit.get("grade") or NOTHING), credit.get("points")
    if points is None:
        return grade
    return Text(f"{grade}（{points} 分）", f"{grade} ({points})").in_(lang)
