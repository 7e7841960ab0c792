"""What follows from a case for every mode alike: the rate of the loan, the facts that modes ask about, the region."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from zhirong.chain.credit.assess import CreditAssessment
from zhirong.chain.quote.records import Case, RightView
from zhirong.chain.right.records import PATENT_KINDS
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation, of_rule
from zhirong.kernel.rulebook import Rulebook, wider_regions
from zhirong.kernel.text import Text

_BASIS_POINT = Decimal("0.0001")


def annual_rate(case: Case, credit: CreditAssessment, rules: Rulebook) -> tuple[Decimal, Explanation]:
    """The yearly rate of the loan: what was agreed, or the LPR of its term plus the spread of the grade."""
    title = Text("贷款年利率", "annual rate of the loan")
    if case.request.annual_rate is not None:
        agreed = case.request.annual_rate
        return agreed, Explanation(title, agreed, "rate", Text("借贷双方商定", "agreed by the parties"))
    long_from = rules.at("quote.long_rate_from", case.as_of)
    is_long = case.request.term_months >= long_from.whole()
    lpr = rules.find("lending.lpr.over_five_years" if is_long else "lending.lpr.one_year", case.as_of)
    if lpr is None:
        raise InputError(
            [
                Problem(
                    "request.annual_rate",
                    "",
                    Text(f"{case.as_of} 没有公布的 LPR", f"no LPR was published for {case.as_of}"),
                    Text("填写商定的年利率", "give the annual rate that the parties agreed on"),
                    "no_published_rate",
                )
            ]
        )
    spread = rules.at(f"quote.rate_spread.{credit.grade}", case.as_of)
    rate = lpr.number() + spread.number() * _BASIS_POINT
    return rate, Explanation(
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


def facts_of(case: Case, views: Sequence[RightView]) -> Mapping[str, object]:
    """What the modes may ask about: stated facts, and those that follow from rights and credit file."""
    facts: dict[str, object] = dict(case.facts)
    facts["region"] = case.region
    facts["granted_patents"] = sum(view.right.kind in PATENT_KINDS and view.status.in_force for view in views)
    facts["right_kinds"] = tuple(dict.fromkeys(view.right.kind.value for view in views))
    facts["ip_pledge"] = True
    registration, compliance = case.credit.registration, case.credit.compliance
    if registration is not None:
        facts["registered_on"] = registration.registered_on
        facts["legal_person"] = registration.legal_person
    if compliance is not None:
        facts["dishonest_debtor"] = compliance.dishonest_judgment_debtor
    return facts


def name_of_region(code: str, rules: Rulebook, day: date) -> Text:
    """The name of a region, or of the widest known one that contains it. Raises InputError for a code of no province."""
    names = {row["code"]: Text(row["zh"], row["en"]) for row in rules.at("regions.names", day).value}
    for place in wider_regions(code):
        if place in names:
            return names[place]
    raise InputError(
        [
            Problem(
                "firm.region",
                code,
                Text("没有以这两位开头的省级行政区", "no province has a code that begins so"),
                Text(
                    "填注册地的 GB/T 2260 代码，如广州 440100",
                    "give the GB/T 2260 code, such as 440100 for Guangzhou",
                ),
                "unknown_region",
            )
        ]
    )
