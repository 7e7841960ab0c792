"""Derived data of a case that are the same for every mode: the rate of the loan, the facts that modes test, the
region.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.mode.stated_fact import FactCertificate, StatedFact, plain_fact
from zhirong.chain.mode.vocabulary import ONE_OF_FACTS
from zhirong.chain.quote.records import CreditCase, Fact, RightView
from zhirong.chain.right.kinds import PATENT_KINDS
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook, wider_regions
from zhirong.kernel.text import Text, same

# Statuses granted by an authority: each may be stated with the certificate that proves it.
CERTIFIED_FACTS = frozenset(
    {
        "little_giant",
        "specialised_new",
        "tech_innovative_sme",
        "high_tech",
        "sme_tech",
        "points_system",
        "national_project",
        "first_loan",
        "size_class",
        "key_list",
    }
)
# Alternative names under which a case may state a fact.
OTHER_NAMES = {"sme_tech": "tech_sme"}
_SMALL = ("micro", "small", "medium")
_SIZES = (*_SMALL, "large")
_BASIS_POINT = Decimal("0.0001")


def market_rate(
    case: CreditCase, credit: CreditAssessment, rules: Rulebook
) -> tuple[Decimal, Explanation, Decimal | None]:
    """Return the highest yearly rate that the market accepts, its derivation, and the LPR behind it.

    The LPR of the term plus the spread of the grade. Where no LPR was published, the agreed rate is used and there
    is no LPR. Raises InputError if there is neither.
    """
    title = Text("市场利率上限", "market rate")
    long_from = rules.at("quote.long_rate_from", case.as_of)
    is_long = case.request.term_months >= long_from.whole()
    lpr = rules.find("lending.lpr.over_five_years" if is_long else "lending.lpr.one_year", case.as_of)
    agreed = case.request.annual_rate
    if lpr is None and agreed is not None:
        words = Text("当日没有公布的 LPR，取商定利率", "no LPR was published that day; the agreed rate is used")
        return agreed, Explanation(title, agreed, "rate", words), None
    if lpr is None:
        raise InputError(
            [
                Problem(
                    "request.annual_rate",
                    "",
                    Text(f"{case.as_of} 没有公布的 LPR", f"no LPR was published for {case.as_of}"),
                    Text("请填写商定的年利率", "Enter the annual rate that the parties agreed on."),
                    "no_published_rate",
                )
            ]
        )
    spread = rules.at(f"quote.rate_spread.{credit.grade}", case.as_of)
    rate = lpr.number() + spread.number() * _BASIS_POINT
    explanation = Explanation(
        title,
        rate,
        "rate",
        Text("LPR ＋ 信用等级加点", "LPR + spread of the credit grade"),
        parts=(
            of_rule(lpr, unit="rate"),
            of_rule(long_from, unit="months"),
            of_rule(spread, spread.number() * _BASIS_POINT, "rate"),
        ),
    )
    return rate, explanation, lpr.number()


def facts_of(case: CreditCase, views: Sequence[RightView], *, can_pledge: bool) -> Mapping[str, object]:
    """Return the facts that modes may test: stated facts, and those derived from rights and credit file.

    can_pledge: some right passes every check, so that an IP pledge is possible.
    """
    facts: dict[str, object] = dict(case.facts)
    for name, certificate in case.certificates.items():
        facts[name] = StatedFact(case.facts.get(name), certificate)
    if case.stated.size is not None:
        facts.setdefault("size_class", case.stated.size)
    facts["region"] = case.region
    facts["granted_patents"] = sum(view.right.kind in PATENT_KINDS and view.status.in_force for view in views)
    facts["right_kinds"] = tuple(dict.fromkeys(view.right.kind.value for view in views))
    facts["ip_pledge"] = can_pledge
    registration, compliance = case.credit.registration, case.credit.compliance
    if registration is not None:
        facts["registered_on"] = registration.registered_on
        facts["legal_person"] = registration.legal_person
    if compliance is not None:
        facts["dishonest_debtor"] = compliance.dishonest_judgment_debtor
        facts["abnormal_operations"] = compliance.abnormal_operations
    derive_facts(facts)
    return facts


def derive_facts(facts: dict[str, object]) -> None:
    """Derive facts from others: an SME from its size class, and a status that one of several gives."""
    size = plain_fact(facts.get("size_class"))
    if "sme" not in facts and size in _SIZES:
        facts["sme"] = size in _SMALL
    for name, others in ONE_OF_FACTS.items():
        values = [plain_fact(facts.get(other)) for other in others]
        found = next((facts[other] for other, value in zip(others, values, strict=True) if value is True), None)
        if found is not None:
            facts[name] = found
        elif all(value is False for value in values):
            facts[name] = False


def may_have_certificate(name: str) -> bool:
    """Return whether a fact may be stated as a table with its certificate."""
    return name in CERTIFIED_FACTS


def read_certified(
    reader: Reader, name: str, read: Callable[[Reader, str], Fact], as_of: date | None
) -> tuple[Fact | None, FactCertificate]:
    """Read a fact stated as ``{ value, certificate_no, issued_on, expires_on, source, list }``.

    read: reads the value like a bare fact. The value is None if it is omitted, and False for a yes whose
    certificate had expired on ``as_of``.
    """
    table = reader.table(name)
    value = read(table, "value") if table.has("value") else None
    certificate = FactCertificate(
        certificate_no=table.optional_text("certificate_no"),
        issued_on=table.optional_day("issued_on"),
        expires_on=table.optional_day("expires_on"),
        source=table.optional_text("source"),
        listed=table.optional_text("list"),
    )
    issued, expires = certificate.issued_on, certificate.expires_on
    if issued is not None and expires is not None and expires < issued:
        table.problem(
            "expires_on",
            expires,
            "dates_reversed",
            Text(f"早于发证日 {issued}", f"before the day of issue, {issued}"),
            Text("请更正发证日（issued_on）或到期日（expires_on）", "Correct issued_on or expires_on."),
        )
    if issued is not None and as_of is not None and issued > as_of:
        table.problem(
            "issued_on",
            issued,
            "date_in_future",
            Text(f"晚于本案日期 {as_of}", f"later than the case date {as_of}"),
            Text("请填写本案日期当天或之前的日期", "Enter that day or an earlier one."),
        )
    table.finish()
    if value is True and as_of is not None and certificate.expired(as_of):
        return False, certificate
    return value, certificate


def code_of_region(written: str, rules: Rulebook, day: date) -> str | None:
    """Return the code of a place given by name; None for an unknown name.

    Known names are the provinces, cities and districts of the rules, with or without the province before them, and
    the development zones, each with the code of its city.
    """
    rows = rules.at("regions.names", day).value
    wider = {row["code"]: row["zh"] for row in rows if row["code"].endswith("00")}
    codes: dict[str, str] = {}
    for row in rows:
        around = [wider[place] for place in wider_regions(row["code"]) if place in wider]
        for name in filter(None, (row["zh"], *(row["zh"].removeprefix(place) for place in around))):
            for suffix in ("", "省", "市", "区"):
                codes.setdefault(name + suffix, row["code"])
        codes.setdefault(row["en"].lower(), row["code"])
    for row in rules.at("regions.zones", day).value:
        for name in (row["zh"], *row["also"]):
            codes.setdefault(name, row["code"])
    return codes.get("".join(written.split()), codes.get(written.strip().lower()))


def region_words(code: str, rules: Rulebook, day: date) -> Text:
    """Return the name of a stored region as ``name_of_region`` does; the code itself if the rules no longer know it."""
    return _region_name(code, rules, day) or same(code)


def _region_name(code: str, rules: Rulebook, day: date) -> Text | None:
    names = {row["code"]: Text(row["zh"], row["en"]) for row in rules.at("regions.names", day).value}
    return next((names[place] for place in wider_regions(code) if place in names), None)


def name_of_region(code: str, rules: Rulebook, day: date) -> Text:
    """Return the name of a region, or of the smallest known region that contains it. Raises InputError for a code
    of no province.
    """
    name = _region_name(code, rules, day)
    if name is not None:
        return name
    raise InputError(
        [
            Problem(
                "firm.region",
                code,
                Text("代码前两位不对应任何省级行政区", "no province has a code with these first two digits"),
                Text(
                    "请填写注册地的 GB/T 2260 代码，如广州 440100",
                    "enter the GB/T 2260 code, such as 440100 for Guangzhou",
                ),
                "unknown_region",
            )
        ]
    )
