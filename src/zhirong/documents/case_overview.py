"""The case overview as PDF and as Excel: the same tables in both, made from the document of the page."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from zhirong.chain.financing.overview import CaseOverview
from zhirong.documents.financing.sheet import Block, DocumentSheet, heading, table
from zhirong.documents.financing.typesetting import paper_pdf
from zhirong.documents.words import PLEDGEABLE, money, percent, words
from zhirong.documents.workbook import Amount, Cell, Rate, Workbook
from zhirong.kernel.text import Lang, Text

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_TITLE = Text("业务总览", "Case overview")
_PDF_WIDTH = 5  # of a column, beside one that holds a long text
_LONG = 40  # characters: a column of the workbook that is wider than this holds sentences
Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class OverviewTable:
    """One part of the overview. widths: of the columns, in characters."""

    title: Text
    heads: tuple[Text, ...]
    widths: tuple[int, ...]
    rows: tuple[Row, ...]


def case_overview_xlsx(overview: CaseOverview, lang: Lang = "zh") -> bytes:
    """Return the overview as an Excel workbook, one sheet for each part; amounts and rates are numbers."""
    buffer = io.BytesIO()
    book = Workbook(buffer, datetime.combine(overview.as_of, time()))
    for part in overview_tables(overview, lang):
        sheet = book.sheet(part.title.in_(lang))
        sheet.widths(*part.widths)
        sheet.head([head.in_(lang) for head in part.heads])
        for row in part.rows:
            sheet.row(*row)
    book.close()
    return buffer.getvalue()


def case_overview_pdf(overview: CaseOverview, lang: Lang = "zh") -> bytes:
    """Return the overview as PDF with selectable text; parts without rows are left out. Raises InputError without a
    Chinese font.
    """
    blocks: list[Block] = []
    for part in overview_tables(overview, lang):
        if part.rows:
            blocks += [heading(part.title.in_(lang)), _block(part, lang)]
    title = f"{_TITLE.in_(lang)} {overview.case.firm}"
    return paper_pdf(DocumentSheet(title, overview.case.number, overview.as_of, tuple(blocks), lang))


def _block(part: OverviewTable, lang: Lang) -> Block:
    numbers = [at for at in range(len(part.heads)) if isinstance(part.rows[0][at], Amount | Rate | int)]
    return table(
        [head.in_(lang) for head in part.heads],
        [[_printed(cell) for cell in row] for row in part.rows],
        [2 * _PDF_WIDTH if width > _LONG else _PDF_WIDTH for width in part.widths],
        numbers,
    )


def _printed(cell: Cell) -> str:
    if isinstance(cell, Amount):
        return money(str(cell.yuan))
    if isinstance(cell, Rate):
        return percent(str(cell.rate))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    return "" if cell is None else str(cell)


def overview_tables(overview: CaseOverview, lang: Lang) -> tuple[OverviewTable, ...]:
    """Return the parts of the overview in the order of the page."""
    return tuple(
        OverviewTable(
            title,
            tuple(head for head, _ in columns),
            tuple(width for _, width in columns),
            tuple(rows(overview, lang)),
        )
        for title, columns, rows in _PARTS
    )


# -- parts -------------------------------------------------------------------------------------------------------


def _summary(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    case, quote = overview.case, overview.quote
    yield Text("企业", "Firm").in_(lang), case.firm
    yield Text("贷款机构", "Lender").in_(lang), case.lender
    yield Text("状态", "State").in_(lang), case.state_text.in_(lang)
    yield Text("融资模式", "Mode").in_(lang), case.mode_text.in_(lang)
    yield Text("申请金额（元）", "Amount requested (CNY)").in_(lang), money(case.amount)
    yield Text("期限（月）", "Term (months)").in_(lang), str(case.term_months)
    if quote is not None:
        offer = quote.offer
        yield Text("授信额度（元）", "Credit limit (CNY)").in_(lang), money(offer.loan.amount)
        yield Text("约束项", "Set by").in_(lang), words(offer.credit_limit.binding_title, lang)
        yield Text("年利率", "Annual rate").in_(lang), percent(offer.loan.annual_rate)
        yield Text("信用等级", "Credit grade").in_(lang), quote.document.credit.grade
    if case.approved_amount is not None:
        yield Text("批准金额（元）", "Approved (CNY)").in_(lang), money(case.approved_amount)
    if overview.waits_for is not None:
        yield Text("下一步", "Next step").in_(lang), overview.waits_for.in_(lang)


def _flags(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    return ((one.title.in_(lang), one.text.in_(lang)) for one in overview.flags)


def _missing(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    return ((one.reason.in_(lang), one.hint.in_(lang)) for one in overview.missing)


def _rights(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.rights:
        yield (
            one.title,
            one.number,
            one.status_text.in_(lang),
            one.ends_on,
            None if one.registration is None else str(one.registration),
            None if one.pledgeable is None else PLEDGEABLE[one.pledgeable].in_(lang),
        )


def _appraisals(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.appraisals:
        yield (
            one.grade_text.in_(lang),
            one.valuation_date,
            one.validity_text.in_(lang),
            *(_amount(value) for value in (one.p10, one.p50, one.p90)),
        )


def _caps(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    if overview.quote is not None:
        for one in overview.quote.offer.credit_limit.caps:
            yield one.title.in_(lang), _amount(one.amount), _yes(one.binding, lang), one.formula.in_(lang)


def _losses(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    if overview.quote is not None:
        for one in overview.quote.offer.full_loss:
            yield (
                one.party_text.in_(lang),
                None if one.share is None else Rate(Decimal(one.share)),
                _amount(one.amount),
            )


def _checks(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.checks:
        yield (
            one.title.in_(lang),
            one.state_text.in_(lang),
            words(one.verdict_text, lang),
            one.finding,
            one.by,
            one.done_on,
            _amount(one.cost),
        )


def _guarantees(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.guarantees:
        yield (
            one.guarantor,
            one.state_text.in_(lang),
            Rate(Decimal(one.share)),
            _amount(one.exposure),
            _amount(one.fee),
        )


def _approvals(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.approvals:
        yield one.by, one.decision_text.in_(lang), _instant(one.at), one.opinion, _amount(one.amount)


def _questions(overview: CaseOverview, _lang: Lang) -> Iterable[Row]:
    return ((one.sender, _instant(one.at), one.text, one.answer) for one in overview.questions)


def _documents(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    return ((one.title.in_(lang), one.number, one.state_text.in_(lang)) for one in overview.documents)


def _steps(overview: CaseOverview, lang: Lang) -> Iterable[Row]:
    for one in overview.steps.rows:
        yield (
            one.title.in_(lang),
            _instant(one.began_at),
            None if one.ended_at is None else _instant(one.ended_at),
            one.due_on,
            one.days,
            _amount(one.cost),
        )


def _amount(value: str | None) -> Amount | None:
    return None if value is None else Amount(Decimal(value))


def _instant(at: datetime) -> datetime:
    """Return the time in Shanghai, as a workbook takes it: without a zone."""
    return at.astimezone(_SHANGHAI).replace(tzinfo=None)


def _yes(is_so: bool, lang: Lang) -> str:  # noqa: FBT001
    return Text("是", "yes").in_(lang) if is_so else ""


_Columns = tuple[tuple[Text, int], ...]
_STATE = (Text("状态", "State"), 14)
_COST = (Text("费用（元）", "Cost (CNY)"), 14)
_PARTS: tuple[tuple[Text, _Columns, Callable[[CaseOverview, Lang], Iterable[Row]]], ...] = (
    (Text("摘要", "Summary"), ((Text("项目", "Item"), 26), (Text("内容", "Value"), 60)), _summary),
    (Text("风险警示", "Red flags"), ((Text("事项", "Subject"), 26), (Text("情况", "Finding"), 80)), _flags),
    (Text("报审批前还缺", "Missing"), ((Text("原因", "Reason"), 50), (Text("处理", "What to do"), 50)), _missing),
    (
        Text("权利", "Rights"),
        (
            (Text("名称", "Title"), 44),
            (Text("号码", "Number"), 24),
            _STATE,
            (Text("到期", "Ends"), 12),
            (Text("质押登记", "Registration"), 14),
            (Text("能否质押", "Eligible"), 12),
        ),
        _rights,
    ),
    (
        Text("评估", "Appraisals"),
        (
            (Text("级别", "Grade"), 18),
            (Text("基准日", "Valuation date"), 14),
            (Text("效力", "Validity"), 14),
            (Text("P10（元）", "P10 (CNY)"), 18),
            (Text("P50（元）", "P50 (CNY)"), 18),
            (Text("P90（元）", "P90 (CNY)"), 18),
        ),
        _appraisals,
    ),
    (
        Text("额度", "Credit limit"),
        (
            (Text("限额", "Cap"), 30),
            (Text("金额（元）", "Amount (CNY)"), 18),
            (Text("约束项", "Binding"), 10),
            (Text("算式", "Formula"), 70),
        ),
        _caps,
    ),
    (
        Text("损失承担", "Loss sharing"),
        ((Text("一方", "Party"), 26), (Text("比例", "Share"), 12), (Text("全部损失（元）", "Full loss (CNY)"), 20)),
        _losses,
    ),
    (
        Text("尽职调查", "Due diligence"),
        (
            (Text("调查项", "Item"), 40),
            _STATE,
            (Text("结论", "Verdict"), 12),
            (Text("发现", "Finding"), 60),
            (Text("办理人", "By"), 14),
            (Text("日期", "Date"), 12),
            _COST,
        ),
        _checks,
    ),
    (
        Text("担保", "Guarantees"),
        (
            (Text("担保机构", "Guarantor"), 34),
            _STATE,
            (Text("比例", "Share"), 12),
            (Text("担保责任（元）", "Liability (CNY)"), 18),
            (Text("担保费（元）", "Fee (CNY)"), 18),
        ),
        _guarantees,
    ),
    (
        Text("审批", "Approvals"),
        (
            (Text("审批人", "By"), 16),
            (Text("决定", "Decision"), 14),
            (Text("时间", "Time"), 18),
            (Text("意见", "Opinion"), 60),
            (Text("金额（元）", "Amount (CNY)"), 18),
        ),
        _approvals,
    ),
    (
        Text("问答和异议", "Questions"),
        (
            (Text("提出方", "From"), 26),
            (Text("时间", "Time"), 18),
            (Text("内容", "Text"), 60),
            (Text("答复", "Answer"), 60),
        ),
        _questions,
    ),
    (Text("文书", "Documents"), ((Text("名称", "Title"), 44), (Text("编号", "Number"), 28), _STATE), _documents),
    (
        Text("环节", "Steps"),
        (
            (Text("环节", "Step"), 20),
            (Text("开始", "Began"), 18),
            (Text("结束", "Ended"), 18),
            (Text("时限", "Due"), 12),
            (Text("天数", "Days"), 8),
            _COST,
        ),
        _steps,
    ),
)
