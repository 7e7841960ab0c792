"""Reading a case file: once, at the edge, every problem reported together."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal.request import read_appraisal
from zhirong.chain.credit.file import read_credit
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.reading import read_cycle
from zhirong.chain.loan.terms import Method
from zhirong.chain.mode.eligibility import NEVER
from zhirong.chain.mode.vocabulary import FACTS, FactKind
from zhirong.chain.pledge.reading import read_filing
from zhirong.chain.pledge.records import Filing
from zhirong.chain.quote.records import Case, Fact, Request
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import KIND_TEXT, Holder, Right
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import NumberError, credit_code
from zhirong.kernel.text import Text

# Facts that the quote works out from the rest of the case; stating them as well would be saying a thing twice.
DERIVED_FACTS = frozenset(
    {
        "region",
        "registered_on",
        "legal_person",
        "dishonest_debtor",
        "granted_patents",
        "right_kinds",
        "amount_fen",
        "term_months",
        "annual_rate",
        "ip_pledge",
    }
)

_MOST_MONTHS = 360
_HIGHEST_RATE = Decimal("0.36")
_REGION_DIGITS = 6


def read_case(table: Mapping[str, Any], source: str = "") -> Case:
    """A case from the table of its file. Raises InputError with everything that is wrong.

    Fields: see docs/users/case-file.md.
    """
    reader = Reader(table, source=source)
    head = reader.table("case")
    case_id, title, as_of = head.text("id"), head.words("title"), head.day("as_of")
    sources = head.texts("sources")
    assumed = tuple(_read_words(entry) for entry in head.tables("assumed"))
    head.finish()
    firm = reader.table("firm")
    firm_name, firm_code, region = firm.text("name"), _read_code(firm), _read_region(firm)
    firm.finish()
    request = _read_request(reader.table("request"), as_of)
    rights = read_rights(reader)
    filing = _read_planned(reader.optional_table("filing"), rights, request)
    wanted = reader.optional_table("appraisal")
    appraisal = None if wanted is None else read_appraisal(wanted, [right.id for right in rights], as_of)
    credit = read_credit(reader.table("credit"), as_of)
    facts = _read_facts(reader.optional_table("facts"))
    reader.finish()
    return Case(
        id=case_id,
        title=title,
        as_of=as_of,
        region=region,
        firm_name=firm_name,
        firm_code=firm_code,
        sources=sources,
        assumed=assumed,
        request=request,
        rights=rights,
        filing=filing,
        appraisal=appraisal,
        credit=credit,
        facts=facts,
    )


def _read_words(reader: Reader) -> Text:
    words = Text(reader.text("zh"), reader.text("en"))
    reader.finish()
    return words


def _read_code(firm: Reader) -> str:
    written = firm.optional_text("code")
    if not written:
        return ""
    try:
        return credit_code(written)
    except NumberError as error:
        firm.problem("code", written, "bad_credit_code", error.reason, error.mend)
        return ""


def _read_region(firm: Reader) -> str:
    region = firm.text("region")
    if region and not (region.isascii() and region.isdigit() and len(region) == _REGION_DIGITS):
        firm.problem(
            "region",
            region,
            "not_a_region",
            Text("不是六位行政区划代码", "not a region code of six digits"),
            Text(
                "填注册地的 GB/T 2260 代码，如广州 440100", "give the GB/T 2260 code, such as 440100 for Guangzhou"
            ),
        )
    return region


def _read_request(reader: Reader, as_of: date) -> Request:
    start = reader.optional_day("start") or as_of
    if start < as_of:
        reader.problem(
            "start",
            start,
            "start_before_case",
            Text(f"放款日早于本案日期 {as_of}", f"the drawdown comes before the day of the case, {as_of}"),
            Text("改为本案日期当天或之后", "give that day or a later one"),
        )
    request = Request(
        amount=reader.money("amount", minimum=1),
        term_months=reader.whole("term_months", 1, _MOST_MONTHS),
        purpose=reader.optional_words("purpose") or Text("", ""),
        method=Method(reader.choice("method", [method.value for method in Method], Method.BULLET.value)),
        cycle=read_cycle(reader, "cycle") or Cycle(1, "month"),
        start=start,
        annual_rate=reader.optional_number("annual_rate", 0, _HIGHEST_RATE),
    )
    reader.finish()
    return request


def _read_planned(reader: Reader | None, rights: tuple[Right, ...], request: Request) -> Filing:
    """The planned pledge: what the case says of it, else the firm's own rights for the loan asked for."""
    holders = tuple(dict.fromkeys(_as_party(holder) for right in rights for holder in right.holders[:1]))
    if reader is None:
        return Filing(pledgors=holders, claim_amount=request.amount, debt_start=request.start)
    return read_filing(reader)


def _as_party(holder: Holder) -> Holder:
    return replace(holder, consents=None)


def _read_facts(reader: Reader | None) -> Mapping[str, Fact]:
    if reader is None:
        return {}
    facts: dict[str, Fact] = {}
    for name, fact in FACTS.items():
        if name not in DERIVED_FACTS and reader.has(name):
            facts[name] = _read_fact(reader, name, fact.kind)
    reader.finish()
    return facts


def _read_fact(reader: Reader, name: str, kind: FactKind) -> Fact:
    if kind == "flag":
        return reader.flag(name)
    if kind == "day":
        return NEVER if reader.is_word(name, NEVER) else reader.day(name)
    if kind == "fen":
        return reader.money(name)
    if kind == "rate":
        return reader.rate(name)
    if kind in ("count", "months"):
        return reader.whole(name, 0)
    if kind == "kinds":
        return tuple(reader.choice(name, [kind.value for kind in KIND_TEXT]))
    return reader.text(name)
