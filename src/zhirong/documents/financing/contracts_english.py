"""The English text of the contracts, an annex on the lender's request. The Chinese text prevails."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from zhirong.chain.loan.rates import INDEX_TEXT
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.documents.financing.sheet import Block, Facts, heading, paragraph, percent, table
from zhirong.kernel.money import show_yuan

_MOVES = {
    "following": "moves to the first working day after it",
    "modified_following": "moves to the first working day after it, or to the last one before it where that is in the next month",
    "preceding": "moves to the last working day before it",
    "none": "does not move",
}
_RUNS = {
    True: "interest runs to the day of payment",
    False: "interest runs to the day agreed",
}
_DAY_COUNT = {
    "monthly": "interest counts by months, a twelfth of the year each; days of a broken period are divided by 360",
    "act_360": "interest counts actual days, a year has 360",
    "act_365": "interest counts actual days, a year has 365",
    "act_act": "interest counts actual days, a year has 365, a leap year 366",
    "30_360": "a month has 30 days and a year 360",
    "30e_360": "a month has 30 days and a year 360 (European rule)",
    "30e_360_isda": "a month has 30 days and a year 360 (European rule of ISDA)",
    "28e_336": "a month has 28 days and a year 336",
}
_CYCLE = {"1M": "every month", "3M": "every quarter", "6M": "every half-year", "1Y": "every year"}
_RESET = {
    "": "it is not reset within the term",
    "1M": "it is reset every month after the disbursement to the rate published on the day before",
    "3M": "it is reset every three months after the disbursement to the rate published on the day before",
    "6M": "it is reset every six months after the disbursement to the rate published on the day before",
    "1Y": "it is reset every year after the disbursement to the rate published on the day before",
}
_EXCESS = {
    "prepay_reduce": "it repays principal early, later payments become smaller and the last day stays",
    "prepay_shorten": "it repays principal early, later payments stay and the loan ends sooner",
    "hold": "it is kept on the loan account for the next payment; what repays the whole debt ends the loan on that day",
}
_SCOPE = (
    "principal, interest, penalty interest, compound interest, liquidated damages, damages, and the cost of enforcing the claim "
    "and the security"
)


def loan_in_english(f: Facts, ids: Sequence[str]) -> list[Block]:
    """Return the clauses of the loan contract."""
    servicing, guarantee = f["servicing"], f.get("guarantee_number")
    if not f.get("with_english"):
        return []
    is_at_end = f["method"] == Method.WITH_PRINCIPAL
    values = {
        "amount": _money(f["amount"]),
        "purpose": f["purpose"],
        "entrusted_over": _money(f["entrusted_over"]),
        "start": f["start"],
        "end": f["end"],
        "shift": _days_off(f),
        "rate": _rate(f),
        "day_count": _DAY_COUNT[f["day_count"]],
        "overdue": percent(servicing["overdue_uplift"]),
        "misuse": percent(servicing["misuse_uplift"]),
        "compound": _compound(servicing),
        "grace_days": str(servicing.get("grace_days", 0)),
        "method": "interest every period, principal in part, the rest on the last day"
        if f["instalment"]
        else METHOD_TEXT[Method(f["method"])].en,
        "cycle": "once, on the last day" if is_at_end else _CYCLE.get(f["cycle"], "once, on the last day"),
        "first_due": f["schedule"][0]["due"] if f["schedule"] else "—",
        "instalment": _money(f["instalment"] or 0),
        "lender_account": f["lender"].get("bank_account") or "the account that the lender names in writing",
        "firm_account": f["firm"].get("bank_account") or "the account that the borrower names in writing",
        "order": ", ".join(f["order_en"]),
        "excess": _EXCESS[servicing["excess"]],
        "pledge_number": f["pledge_number"],
        "guarantee": f", and by guarantee contract {guarantee}" if guarantee else "",
    }
    names = ", ".join(one["en"] for one in f.get("by_default") or ())
    more = [paragraph(f"Filled in by the platform as is usual, and agreed by signing: {names}.")] if names else []
    return [*_annex(f, ids, values), *more]


def pledge_in_english(f: Facts, ids: Sequence[str]) -> list[Block]:
    """Return the clauses of the pledge contract."""
    if not f.get("with_english"):
        return []
    maximum, value = f.get("maximum"), f.get("agreed_value")
    values = {
        "amount": _money(f["amount"]),
        "start": f["start"],
        "end": f["end"],
        "count": str(len(f["rights"])),
        "value": _money(value) if value else "",
        "scope": _SCOPE,
        "maximum": _money(maximum["amount"]) if maximum else "",
        "claims_until": maximum["until"] if maximum else "",
    }
    return _annex(f, ids, values)


def guarantee_in_english(f: Facts, ids: Sequence[str]) -> list[Block]:
    """Return the clauses of the guarantee contract."""
    if not f.get("with_english"):
        return []
    values = {
        "amount": _money(f["amount"]),
        "share": percent(f["share"]),
        "guaranteed": _money(f["guaranteed"]),
        "scope": _SCOPE,
        "guarantee_months": str(f["guarantee_months"]),
        "fee_rate": percent(f["fee_rate"]),
    }
    return _annex(f, ids, values)


def _annex(f: Facts, ids: Sequence[str], values: Mapping[str, str]) -> list[Block]:
    """Return each clause by its number in the contract. Raises KeyError for an unknown clause or value."""
    known = f["clauses"]
    filled = {**values, **_dispute(f)}
    rows = [
        [str(number), known[one]["title_en"], _sentence(known[one]["words_en"].format_map(filled))]
        for number, one in enumerate(ids, 1)
    ]
    return [
        heading("附：英文文本 / Annex: English text"),
        paragraph("英文仅供阅读，以中文为准。The English text is for reading; the Chinese text prevails."),
        table(("No.", "Matter", "Clause"), rows, (1, 3, 11)),
    ]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _money(fen: int) -> str:
    return f"CNY {show_yuan(fen)}"


def _days_off(f: Facts) -> str:
    shift, end, runs = f["shift"], f.get("end_shift") or "", _RUNS[f["interest_to_shifted"]]
    if not end:
        end = "following" if shift == "none" else shift
    if end == shift:
        where = f"A due day or last day that is a day off {_MOVES[shift]}"
    else:
        where = f"A due day that is a day off {_MOVES[shift]}; a last day that is one {_MOVES[end]}"
    return f"{where}; no penalty interest until then, {runs}."


def _compound(servicing: Facts) -> str:
    if not servicing["compounds"]:
        return "Unpaid interest bears no interest."
    if servicing.get("compound_within_term") == "contract":
        return "Unpaid interest bears interest at the contract rate within the term and at the penalty rate afterwards."
    return "Unpaid interest bears interest at the penalty rate."


def _rate(f: Facts) -> str:
    link = f.get("rate_link")
    if link is None:
        return f"the rate is {percent(f['rate'])} a year and does not change"
    spread = Decimal(link["spread_bp"])
    sign = "minus" if spread < 0 else "plus"
    index = INDEX_TEXT[link["index"]].en
    return (
        f"the rate is the {index} {sign} {abs(spread).normalize():f} basis points (one is 0.01 %), {percent(f['rate'])} at first "
        f"(the {index} being {percent(link['published'])}); {_RESET[link['reset']]}"
    )


def _dispute(f: Facts) -> dict[str, str]:
    agreed = f["dispute"]
    before = "Disputes are negotiated; failing that, "
    if agreed["mediator"]:
        before = f["clauses"]["loan.mediation"]["words_en"].format(mediator=agreed["mediator"])
    return {"before": before, "arbitration_body": agreed["body"]}
