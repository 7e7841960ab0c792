"""An appraisal, records of values and a pool of people for the tests of this folder."""

from datetime import date
from typing import Any

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal_practice.people import Agency, Expert, Pool, Qualification
from zhirong.chain.appraisal_practice.records import ReportSignature, ValueRecord
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder, Right, Role
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)

REQUEST = """
purpose = "pledge"
valuation_date = 2026-06-30
redeployability = "medium"
paths = 2000
[[method]]
method = "relief_from_royalty"
id = "income"
first_year_revenue = { low = 8000000, mode = 10000000, high = 12000000, grade = "audited", source = "审计报告" }
growth = { low = 0, mode = 0.05, high = 0.10, grade = "declared" }
royalty_rate = { low = 0.03, mode = 0.05, high = 0.07, grade = "declared", source = "许可合同" }
discount_rate = { low = 0.15, mode = 0.18, high = 0.22, grade = "assumed" }
economic_life = { low = 6, mode = 8, high = 10, grade = "declared" }
tax_basis = "after_tax"
tax_rate = 0.15
convention = "mid_year"
[[method]]
method = "cost"
basis = "reproduction"
obsolescence = "multiplied"
functional_obsolescence = { value = 0.10, grade = "declared" }
economic_obsolescence = { value = 0.05, grade = "declared" }
[[method.item]]
label = { zh = "研发人工", en = "development labour" }
value = "200万元"
grade = "audited"
"""


def a_right(right_id: str = "p1") -> Right:
    """An invention filed in 2018."""
    return Right(
        right_id,
        RightKind.INVENTION,
        "一种控制方法",
        "",
        (Holder("甲公司"),),
        filing_date=date(2018, 3, 1),
        grant_date=date(2020, 3, 1),
        role=Role.CORE,
    )


def an_appraisal(text: str = REQUEST) -> Appraisal:
    """The appraisal of a request's text."""
    found = appraise(read_appraisal(Reader(parse_toml(text, "t")), ["p1"], DAY), [a_right()], RULES, DAY)
    assert isinstance(found, Appraisal)
    return found


def signature(**changes: Any) -> ReportSignature:
    """A proper signature, unless changed."""
    facts = {
        "agency": "A1",
        "appraisers": ("v1", "v2"),
        "signed_on": date(2026, 7, 15),
        "independent": True,
        "preset_value": False,
    }
    return ReportSignature(**{**facts, **changes})


def a_record(record_id: str = "R1", **changes: Any) -> ValueRecord:
    """A formal record of 3 m yuan, unless changed."""
    facts: dict[str, Any] = {
        "id": record_id,
        "grade": "formal",
        "rights": ("p1",),
        "purpose": "pledge",
        "value_type": "market",
        "valuation_date": date(2026, 6, 30),
        "issued_on": date(2026, 7, 15),
        "valid_until": date(2027, 6, 30),
        "value": 300_000_000,
        "low": 200_000_000,
        "high": 450_000_000,
        "methods": ("relief_from_royalty",),
        "assumptions": (),
        "fee": 2_500_000,
        "client": "甲公司",
        "signature": signature(),
    }
    return ValueRecord(**{**facts, **changes})


PAPER = (Qualification("资产评估师", "11000001", date(2015, 1, 1)),)


def a_pool(agencies: int = 4, each: int = 2) -> Pool:
    """Agencies with appraisers, and two experts of each other discipline."""
    made = tuple(Agency(f"A{n}", f"评估机构{n}", PAPER) for n in range(1, agencies + 1))
    appraisers = tuple(
        Expert(f"v{n}-{m}", f"评估师{n}{m}", "valuation", ("*",), f"A{n}", PAPER)
        for n in range(1, agencies + 1)
        for m in range(each)
    )
    others = tuple(
        Expert(f"{discipline}-{m}", f"专家{discipline}{m}", discipline, ("H02",))  # type: ignore[arg-type]
        for discipline in ("technology", "market", "management")
        for m in range(2)
    )
    return Pool(made, appraisers + others)
