"""The figures of a firm's accounts from which a credit limit is calculated; any of them may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.provenance import Provenance
from zhirong.kernel.text import Text

SizeClass = Literal["micro", "small", "medium", "large"]
SIZES: tuple[SizeClass, ...] = ("micro", "small", "medium", "large")
SIZE_TEXT: dict[SizeClass, Text] = {
    "micro": Text("微型", "micro"),
    "small": Text("小型", "small"),
    "medium": Text("中型", "medium"),
    "large": Text("大型", "large"),
}


@dataclass(frozen=True, slots=True)
class Statements:
    """Amounts in fen, per year where they are flows. None is missing, and a missing figure never raises a limit.

    inventory, receivables, prepayments, payables, advances_received: averages of opening and closing balance.
    bank_debt: all bank loans; working_capital_loans, other_channels: parts of the financing of working capital.
    soft_assets: goodwill, intangible assets other than land-use rights, capitalised development, long-term deferred
    expenses and everything due from related parties. forecast_growth: exact growth rate of next year's sales.
    """

    revenue: Fen | None = None
    cost_of_sales: Fen | None = None
    total_profit: Fen | None = None
    forecast_growth: Fraction | None = None
    inventory: Fen | None = None
    receivables: Fen | None = None
    prepayments: Fen | None = None
    payables: Fen | None = None
    advances_received: Fen | None = None
    cash: Fen | None = None
    restricted_cash: Fen | None = None
    working_capital_loans: Fen | None = None
    other_channels: Fen | None = None
    bank_debt: Fen | None = None
    soft_assets: Fen | None = None
    total_assets: Fen | None = None
    total_liabilities: Fen | None = None
    operating_cash_flow: Fen | None = None
    operating_cash_flow_before: Fen | None = None
    debt_service: Fen | None = None
    long_term_liabilities: Fen | None = None
    long_term_assets: Fen | None = None
    provenance: Provenance | None = None


# The fields of ``[credit.statements]``; assets, liabilities and cash flow have their own sections.
READ_FIGURES = (
    "revenue",
    "cost_of_sales",
    "total_profit",
    "inventory",
    "receivables",
    "prepayments",
    "payables",
    "advances_received",
    "cash",
    "restricted_cash",
    "working_capital_loans",
    "other_channels",
    "bank_debt",
    "soft_assets",
    "long_term_liabilities",
    "long_term_assets",
)
_MAY_BE_NEGATIVE = ("total_profit",)
FIGURE_TEXT: dict[str, Text] = {
    "revenue": Text("销售收入", "sales"),
    "cost_of_sales": Text("销售成本", "cost of sales"),
    "total_profit": Text("利润总额", "total profit"),
    "forecast_growth": Text("预计销售收入增长率", "expected growth of sales"),
    "inventory": Text("存货（平均）", "inventory (average)"),
    "receivables": Text("应收账款（平均）", "receivables (average)"),
    "prepayments": Text("预付账款（平均）", "prepayments (average)"),
    "payables": Text("应付账款（平均）", "payables (average)"),
    "advances_received": Text("预收账款（平均）", "advances received (average)"),
    "cash": Text("货币资金", "cash"),
    "restricted_cash": Text("受限资金", "restricted cash"),
    "working_capital_loans": Text("现有流动资金贷款", "working-capital loans"),
    "other_channels": Text("其他渠道营运资金", "working capital from other channels"),
    "bank_debt": Text("银行借款", "bank debt"),
    "soft_assets": Text("软资产", "soft assets"),
    "total_assets": Text("总资产", "total assets"),
    "total_liabilities": Text("总负债", "total liabilities"),
    "operating_cash_flow": Text("经营现金流净额", "operating cash flow"),
    "operating_cash_flow_before": Text("上一年经营现金流净额", "operating cash flow of the previous year"),
    "debt_service": Text("已有债务一年的本息", "annual debt service"),
    "long_term_liabilities": Text("长期负债", "long-term liabilities"),
    "long_term_assets": Text("长期资产", "long-term assets"),
}


def read_figures(reader: Reader) -> dict[str, Fen | Fraction | None]:
    """Read the figures from a ``[credit.statements]`` table, each None if it is omitted; the provenance is read
    elsewhere.

    Notes working-capital loans above all bank debt and restricted cash above the cash.
    """
    found: dict[str, Fen | Fraction | None] = {}
    for name in READ_FIGURES:
        found[name] = reader.optional_money(name, minimum=None if name in _MAY_BE_NEGATIVE else 0)
    growth = reader.optional_number("forecast_growth", -1, 10)
    found["forecast_growth"] = None if growth is None else Fraction(growth)
    not_above_whole(reader, found, "working_capital_loans", "bank_debt")
    not_above_whole(reader, found, "restricted_cash", "cash")
    return found


def not_above_whole(reader: Reader, found: Mapping[str, Fen | Fraction | None], part: str, whole: str) -> None:
    """Note a part that exceeds its total, if both are stated."""
    one, other = found.get(part), found.get(whole)
    if one is not None and other is not None and one > other:
        reader.problem(
            part,
            Fraction(one) / 100,
            "part_above_whole",
            Text(
                f"{FIGURE_TEXT[part].zh}大于{FIGURE_TEXT[whole].zh}",
                f"{FIGURE_TEXT[part].en}: more than {FIGURE_TEXT[whole].en}",
            ),
            Text(f"请核对 {part} 和 {whole}", f"Check {part} and {whole}."),
        )
