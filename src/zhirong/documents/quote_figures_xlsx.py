"""The figures behind the charts of a case for its company, as Excel: value, sensitivity, cost by mode, repayment.

It omits the figures of the lender alone: its price, its capital, its score of the company.
"""

import io
from datetime import datetime, time
from decimal import Decimal

from zhirong.chain.quote.document import QuoteDocument, ValuedPart
from zhirong.documents.workbook import Amount, Rate, Workbook
from zhirong.kernel.text import Lang, Text

_POINT = (Text("分位", "Point"), Text("价值（元）", "Value (CNY)"))
_SWING = (Text("因素", "Input"), Text("取低值（元）", "Low end (CNY)"), Text("取高值（元）", "High end (CNY)"))
_COST = (
    Text("模式", "Mode"),
    Text("可借（元）", "Loan (CNY)"),
    Text("利息（元）", "Interest (CNY)"),
    Text("费用（元）", "Fees (CNY)"),
    Text("保费（元）", "Premiums (CNY)"),
    Text("补贴（元）", "Subsidies (CNY)"),
    Text("补贴后年成本", "Annual cost after subsidies"),
)
_SCHEDULE = (
    Text("到期日", "Due on"),
    Text("本金（元）", "Principal (CNY)"),
    Text("利息（元）", "Interest (CNY)"),
    Text("合计（元）", "Total (CNY)"),
)


def quote_figures_xlsx(quote: QuoteDocument, lang: Lang = "zh") -> bytes:
    """Return one sheet for each chart for which the quote has the numbers."""
    buffer = io.BytesIO()
    book = Workbook(buffer, datetime.combine(quote.case.as_of, time()))
    if isinstance(quote.appraisal, ValuedPart):
        _value_sheets(book, quote.appraisal, lang)
    _cost_sheet(book, quote, lang)
    if quote.modes:
        sheet = book.sheet(Text("还款计划", "Repayment").in_(lang))
        sheet.widths(14, 18, 18, 18)
        sheet.head([one.in_(lang) for one in _SCHEDULE])
        for row in quote.modes[0].schedule:
            sheet.row(row.due, _yuan(row.principal), _yuan(row.interest), _yuan(row.total))
    book.close()
    return buffer.getvalue()


def _value_sheets(book: Workbook, valued: ValuedPart, lang: Lang) -> None:
    sheet = book.sheet(Text("价值区间", "Value interval").in_(lang))
    sheet.widths(14, 20)
    sheet.head([one.in_(lang) for one in _POINT])
    for name in ("p5", "p10", "p50", "p90", "p95"):
        sheet.row(name.upper(), _yuan(getattr(valued.value, name)))
    sheet = book.sheet(Text("影响因素", "What moves it").in_(lang))
    sheet.widths(28, 20, 20)
    sheet.head([one.in_(lang) for one in _SWING])
    for row in valued.tornado:
        sheet.row(row.input.in_(lang), _yuan(row.low), _yuan(row.high))


def _cost_sheet(book: Workbook, quote: QuoteDocument, lang: Lang) -> None:
    sheet = book.sheet(Text("各模式成本", "Cost by mode").in_(lang))
    sheet.widths(36, 18, 18, 18, 18, 18, 14)
    sheet.head([one.in_(lang) for one in _COST])
    for mode in quote.modes:
        totals, annual = mode.totals, mode.effective_annual_cost
        amounts = (mode.loan.amount, totals.interest, totals.fees, totals.premiums, totals.subsidies)
        sheet.row(
            mode.title.in_(lang),
            *(_yuan(one) for one in amounts),
            None if annual is None else Rate(Decimal(annual)),
        )


def _yuan(written: str) -> Amount:
    return Amount(Decimal(written))
