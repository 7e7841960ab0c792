"""A firm's appraisal as a user would write it, and small records for the tests of the appraisal."""

from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.appraisal import AppraisalRequest, read_appraisal
from zhirong.chain.appraisal.cost import Cost, Obsolescence
from zhirong.chain.appraisal.discount import BuildUp, Discount
from zhirong.chain.appraisal.income import Forecast, Growth, Income
from zhirong.chain.appraisal.royalty import REVENUE, ReliefFromRoyalty
from zhirong.chain.appraisal.uncertain import Kind, Uncertain
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder, Right, Role
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.text import same

DAY = date(2026, 9, 1)
VALUED = date(2026, 6, 30)

CASE = """
purpose = "pledge"
valuation_date = 2026-06-30
redeployability = "medium"

[[method]]
method = "relief_from_royalty"
id = "income"
first_year_revenue = { low = 8000000, mode = 10000000, high = 12000000, grade = "audited", source = "审计报告" }
growth = { low = 0, mode = 0.05, high = 0.10, grade = "declared" }
decay = { value = 0.08, grade = "assumed" }
royalty_rate = { low = 0.03, mode = 0.05, high = 0.07, grade = "declared" }
economic_life = { low = 6, mode = 8, high = 10, grade = "declared" }
tax_basis = "after_tax"
tax_rate = 0.15
convention = "mid_year"

[[method.discount_item]]
label = { zh = "无风险报酬率", en = "risk-free rate" }
value = 0.02
grade = "contract"

[[method.discount_item]]
label = { zh = "风险报酬率", en = "risk premium" }
low = 0.12
mode = 0.15
high = 0.20
grade = "assumed"

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

[[correlation]]
between = ["income.growth", "income.royalty"]
rho = 0.5
"""


def read(text: str = CASE, right_ids: tuple[str, ...] = ("p1",), as_of: date | None = DAY) -> AppraisalRequest:
    """The request in a text."""
    return read_appraisal(Reader(parse_toml(text, "case.toml")), right_ids, as_of)


def a_right(right_id: str = "p1", kind: RightKind = RightKind.INVENTION, **fields: Any) -> Right:
    """An invention filed in 2018, the core of its firm, unless said otherwise."""
    fields = {"filing_date": date(2018, 3, 1), "grant_date": date(2020, 3, 1), "role": Role.CORE, **fields}
    return Right(right_id, kind, "一种控制方法", "", (Holder("甲公司"),), **fields)


def figure(*points: float | str, kind: Kind = "yuan", grade: EvidenceGrade = EvidenceGrade.CONTRACT) -> Uncertain:
    """One stated figure, or three points."""
    low, mode, high = (Decimal(str(point)) for point in (points if len(points) == 3 else points * 3))
    return Uncertain(low, mode, high, grade, kind)


def income_terms(**changes: Any) -> Income:
    """12 % at the end of each year, tax of 25 %, a life of five years, unless changed; ``discount`` takes a figure."""
    discount = changes.pop("discount", figure("0.12", kind="rate"))
    inputs: dict[str, Any] = {
        "discount": Discount(BuildUp(((same("r"), discount),))),
        "life": figure(5, kind="years"),
        "tax": Decimal("0.25"),
        "tax_basis": "after_tax",
        "convention": "end_of_year",
        "amortisation_years": None,
        "valuation_date": VALUED,
    }
    return Income(**{**inputs, **changes})


def royalty_method(**changes: Any) -> ReliefFromRoyalty:
    """Worked example W14 without tax benefit, unless changed."""
    revenue = changes.pop("revenue", tuple(figure(1_000_000 + 100_000 * year) for year in range(5)))
    method_id, royalty = changes.pop("id", "income"), changes.pop("royalty", figure("0.05", kind="rate"))
    return ReliefFromRoyalty(method_id, Forecast("revenue", REVENUE, revenue), royalty, income_terms(**changes))


def cost_method(**changes: Any) -> Cost:
    """Worked example W22, added, unless changed."""
    wear = Obsolescence(
        changes.pop("functional", figure("0.10", kind="rate")),
        changes.pop("economic", figure("0.05", kind="rate")),
        changes.pop("combination", "added"),
    )
    inputs: dict[str, Any] = {
        "id": "cost",
        "items": tuple(
            (same(name), figure(amount)) for name, amount in (("a", 200_000), ("b", 100_000), ("c", 50_000))
        ),
        "wear": wear,
        "basis": "reproduction",
    }
    return Cost(**{**inputs, **changes})


def request(*methods: Any, **changes: Any) -> AppraisalRequest:
    """A request for one right by the methods given, with few paths."""
    inputs: dict[str, Any] = {
        "purpose": "pledge",
        "valuation_date": VALUED,
        "rights": ("p1",),
        "methods": methods,
        "redeployability": "medium",
        "paths": 1_000,
    }
    return AppraisalRequest(**{**inputs, **changes})


__all__ = [
    "CASE",
    "DAY",
    "VALUED",
    "Growth",
    "a_right",
    "cost_method",
    "figure",
    "income_terms",
    "read",
    "request",
    "royalty_method",
]
