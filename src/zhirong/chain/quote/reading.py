"""Read a case file once, at the edge of the program, and report all problems together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from zhirong.chain.appraisal.request import read_appraisal
from zhirong.chain.credit.file import CreditFile, read_credit
from zhirong.chain.credit.statements import SIZES, SizeClass
from zhirong.chain.limit.reading import read_for_limit, read_size, refuse_contradictions
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.reading import read_cycle
from zhirong.chain.loan.terms import MOST_MONTHS, Method
from zhirong.chain.mode.eligibility import NEVER
from zhirong.chain.mode.stated_fact import FactCertificate
from zhirong.chain.mode.vocabulary import FACTS, ONE_OF_FACTS, FactKind
from zhirong.chain.pledge.reading import read_filing
from zhirong.chain.pledge.records import Filing
from zhirong.chain.quote.facts import OTHER_NAMES, code_of_region, may_have_certificate, read_certified
from zhirong.chain.quote.one_plus_one import TABLES, read_beside
from zhirong.chain.quote.optional_inputs import OnePlusOne
from zhirong.chain.quote.records import CreditCase, Fact, LoanRequest
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.chain.right.reading import read_rights
from zhirong.chain.right.records import Holder
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import NumberError, credit_code
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

# Facts that the quote calculates from the rest of the case; a case must not state them again.
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
        "abnormal_operations",
        *ONE_OF_FACTS,
    }
)

_REGION_DIGITS = 6
_FINEST_SHARE = Decimal("0.000001")
# Repayment methods that amount, term and rate describe completely.
_METHODS = ("bullet", "level_payment", "equal_principal", "interest_with_principal")


def read_case(table: Mapping[str, Any], source: str = "", rules: Rulebook | None = None) -> CreditCase:
    """Return a case from the table of its file. Raises InputError with every problem in it.

    rules: needed to read the team, indicators, title investigation and override of a case; without them such a case
    is rejected. Fields: see docs/en/reference/case-file.md and docs/en/reference/one-plus-one.md.
    """
    reader = Reader(table, source=source)
    head = reader.table("case")
    case_id, title = head.text("id"), head.words("title")
    before = reader.problem_count()
    as_of = head.day("as_of")
    # Without a case date, no date can be checked against it.
    day = as_of if reader.problem_count() == before else None
    sources = head.texts("sources")
    assumed = tuple(_read_words(entry) for entry in head.tables("assumed"))
    head.finish()
    firm = reader.table("firm")
    firm_name, firm_code, region = firm.text("name"), _read_code(firm), _read_region(firm, rules, day)
    size = read_size(firm)
    firm.finish()
    asked = reader.table("request")
    request = _read_request(asked, day)
    stated = read_for_limit(reader, asked, size)
    asked.finish()
    rights = read_rights(reader)
    filing = _read_planned(reader.optional_table("filing"), Holder(firm_name, firm_code), request)
    wanted = reader.optional_table("appraisal")
    ids = [right.id for right in rights]
    appraisal = (
        None if wanted is None else read_appraisal(wanted, ids, day, of=rights, asked=request.amount or None)
    )
    known = reader.optional_table("credit")
    credit = CreditFile() if known is None else read_credit(known, day)
    facts, certificates = read_facts_with_proof(reader.optional_table("facts"), day)
    refuse_contradictions(reader, stated, credit.statements, firm_name, _size_in(facts))
    stated = replace(stated, size=size or _size_in(facts))
    beside = _read_beside(reader, [right.id for right in rights], firm_name, credit, rules, day)
    reader.finish()
    return CreditCase(
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
        beside=beside,
        certificates=certificates,
        stated=stated,
    )


def _read_beside(
    reader: Reader, ids: Sequence[str], firm: str, credit: CreditFile, rules: Rulebook | None, day: date | None
) -> OnePlusOne:
    """Read team, indicators, title and override; nothing if the case has no readable date."""
    present = [name for name in TABLES if reader.has(name)]
    if not present or day is None:
        return OnePlusOne()
    if rules is None:
        for name in present:
            reader.problem(
                name,
                "",
                "no_rules",
                Text("读取此表须提供规则", "reading this table needs rules, and none were given"),
                Text(
                    "请使用 workbench.load_case，或向 read_case 提供规则",
                    "use workbench.load_case, or pass the rules to read_case",
                ),
            )
        return OnePlusOne()
    return read_beside(reader, ids, firm, credit=credit, rules=rules, day=day)


def _size_in(facts: Mapping[str, Fact]) -> SizeClass | None:
    """Return the size class that the facts state, where the platform's form asks for it."""
    return next((size for size in SIZES if size == facts.get("size_class")), None)


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
        firm.problem("code", written, "bad_credit_code", error.reason, error.hint)
        return ""


def _read_region(firm: Reader, rules: Rulebook | None, day: date | None) -> str:
    """Return the region for a code of six digits, or the name of a known place or development zone."""
    region = firm.text("region")
    if region and rules is not None and day is not None:
        region = code_of_region(region, rules, day) or region
    if region and not (region.isascii() and region.isdigit() and len(region) == _REGION_DIGITS):
        firm.problem(
            "region",
            region,
            "not_a_region",
            Text("不是六位行政区划代码", "not a region code of six digits"),
            Text(
                "请填写注册地的 GB/T 2260 代码（如广州 440100），或省会、已知城市、开发区的名称",
                "Enter the GB/T 2260 code, such as 440100 for Guangzhou, or the name of a known city or zone.",
            ),
        )
    return region


def _read_request(reader: Reader, as_of: date | None) -> LoanRequest:
    start = reader.optional_day("start") or as_of or date.min
    if as_of is not None and start < as_of:
        reader.problem(
            "start",
            start,
            "start_before_case",
            Text(f"放款日早于本案日期 {as_of}", f"the disbursement date is earlier than the case date {as_of}"),
            Text("请改为本案日期当天或之后", "enter that day or a later one"),
        )
    return LoanRequest(
        amount=reader.money("amount", minimum=1),
        term_months=reader.whole("term_months", 1, MOST_MONTHS),
        purpose=reader.optional_words("purpose") or Text("", ""),
        method=Method(reader.choice("method", _METHODS, Method.BULLET.value)),
        cycle=read_cycle(reader, "cycle") or Cycle(1, "month"),
        start=start,
        annual_rate=reader.optional_number("annual_rate", 0, 1),
    )


def _read_planned(reader: Reader | None, firm: Holder, request: LoanRequest) -> Filing:
    """Return the planned pledge: as the case states it, else the firm's pledge for the requested loan."""
    if reader is None:
        return Filing(pledgors=(firm,), claim_amount=request.amount, debt_start=request.start)
    return read_filing(reader)


def read_facts(reader: Reader | None, as_of: date | None) -> Mapping[str, Fact]:
    """Read the facts from a ``[facts]`` table; none where there is no table. as_of: the case date, where known."""
    return read_facts_with_proof(reader, as_of)[0]


def read_facts_with_proof(
    reader: Reader | None, as_of: date | None
) -> tuple[Mapping[str, Fact], Mapping[str, FactCertificate]]:
    """Read the facts as ``read_facts`` does, with the certificates of those stated as a table."""
    if reader is None:
        return {}, {}
    facts: dict[str, Fact] = {}
    certificates: dict[str, FactCertificate] = {}
    for name, fact in FACTS.items():
        written = _written_name(reader, name)
        if name in DERIVED_FACTS or not reader.has(written):
            continue
        found: Fact | None
        if may_have_certificate(name) and reader.is_table(written):
            found, certificates[name] = read_certified(reader, written, partial(_read_fact, kind=fact.kind), as_of)
        else:
            found = _read_fact(reader, written, fact.kind)
        if found is None:
            continue
        facts[name] = found
        if isinstance(found, date) and as_of is not None and found > as_of:
            reader.problem(
                written,
                found,
                "date_in_future",
                Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
                Text("请改为本案日期当天或之前", "enter that day or an earlier one"),
            )
    reader.finish()
    return facts, certificates


def _written_name(reader: Reader, name: str) -> str:
    """Return the name under which a case file states a fact: amounts are in yuan here, and a fact may have another
    name.
    """
    other = OTHER_NAMES.get(name)
    if other is None or not reader.has(other):
        return name.removesuffix("_fen")
    if reader.has(name):
        reader.problem(
            other,
            "",
            "twice",
            Text(f"与 {name} 是同一事实，重复填写", f"the same fact as {name}, stated twice"),
            Text("请只填写其一", "State it once."),
        )
    return other


def _read_fact(reader: Reader, name: str, kind: FactKind) -> Fact:
    if kind == "flag":
        return reader.flag(name)
    if kind == "day":
        return NEVER if reader.is_word(name, NEVER) else reader.day(name)
    if kind == "fen":
        return reader.money(name)
    if kind == "rate":
        share = reader.rate(name)
        if share != share.quantize(_FINEST_SHARE):
            reader.problem(
                name,
                share,
                "too_fine",
                Text("小数位过多", "too many decimals"),
                Text("至多六位小数", "enter at most six decimals"),
            )
        return share
    if kind in ("count", "months"):
        return reader.whole(name, 0)
    if kind == "kinds":
        return tuple(reader.choice(name, [kind.value for kind in KIND_TEXT]))
    return reader.text(name)
