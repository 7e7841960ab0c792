"""The report on loans in default, from the claim to the last recovery, as a document with two charts and as Excel."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from decimal import Decimal

from zhirong.chain.compensation.documents import EventDocuments
from zhirong.chain.compensation.walk import DefaultWalk
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT
from zhirong.chain.mode.model import Mode
from zhirong.charts.recovery import CarriedPoint, carried_chart, paid_chart
from zhirong.charts.theme import Spec
from zhirong.documents.financing.sheet import Block, DocumentSheet, chart, facts, figure, heading, table
from zhirong.documents.workbook import Amount, Cell, Workbook
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Lang, Text
from zhirong.ledger.accounts import account_text

_TITLE = Text("违约贷款结案报告", "Closing report of loans in default")
_SHEETS = {
    "timeline": Text("办理经过", "timeline"),
    "parties": Text("各方付款和承担", "who paid and received"),
    "documents": Text("文件", "documents"),
    "entries": Text("分录", "entries"),
    "debts": Text("债务余额", "debt that is left"),
}
_WORDS = {
    "number": Text("序号", "no."),
    "day": Text("日期", "day"),
    "loan": Text("贷款", "loan"),
    "event": Text("事项", "event"),
    "amount": Text("金额（元）", "amount (CNY)"),
    "party": Text("主体", "party"),
    "paid": Text("付出（元）", "paid (CNY)"),
    "received": Text("收到（元）", "received (CNY)"),
    "carries": Text("最终承担（元）", "carries (CNY)"),
    "all": Text("合计", "all"),
    "account": Text("账户", "account"),
    "entry": Text("借正贷负（元）", "debit positive (CNY)"),
    "documents": Text("文件", "documents"),
    "mode": Text("模式", "mode"),
    "loans": Text("贷款", "loans"),
    "component": Text("项目", "component"),
}


def closing_charts(mode: Mode, done: DefaultWalk, lang: Lang) -> tuple[Spec, Spec]:
    """Return the parts of the parties over time, and their payments and receipts."""
    at_end_of_day = {step.day: step for step in done.steps}  # the last step of each day
    points = [
        CarriedPoint(step.day, mode.name_of(role), _yuan(step.positions.get(role, 0)))
        for step in at_end_of_day.values()
        for role in mode.bearers
    ]
    paid = {
        role: (mode.name_of(role), _yuan(done.paid.get(role, 0)), _yuan(done.got.get(role, 0)))
        for role in mode.bearers
    }
    return carried_chart(points, lang), paid_chart(paid, lang)


def closing_sheet(mode: Mode, done: DefaultWalk, documents: Sequence[EventDocuments], lang: Lang) -> DocumentSheet:
    """Return the report as a document: parties, timeline, documents, debt that is left, both charts.

    Its date is the day of the last step. Raises ValueError without a step.
    """
    if not done.steps:
        raise ValueError("nothing has happened yet: there is nothing to report")

    def head(*names: str) -> list[str]:
        return [_WORDS[name].in_(lang) for name in names]

    def part(name: str) -> Block:
        return heading(_SHEETS[name].in_(lang))

    parties = [
        [mode.name_of(role).in_(lang), *(figure(fen) for fen in _of_party(done, role))] for role in mode.bearers
    ]
    parties.append([_WORDS["all"].in_(lang), "", "", figure(sum(done.positions.values()))])
    steps = [
        [str(one.number), one.day.isoformat(), one.loan_id, one.title.in_(lang), figure(one.amount)]
        for one in done.steps
    ]
    papers = [[one.day.isoformat(), one.loan_id, _listed(one.documents, lang)] for one in documents]
    debts = [
        [loan, COMPONENT_TEXT[component].in_(lang), figure(amount)]
        for loan, debt in done.debts.items()
        for component, amount in debt.items()
        if amount
    ]
    carried, paid = closing_charts(mode, done, lang)
    blocks: list[Block] = [
        facts(
            (_WORDS["mode"].in_(lang), mode.title.in_(lang)),
            (_WORDS["loans"].in_(lang), "、".join(done.debts) if lang == "zh" else ", ".join(done.debts)),
        ),
        part("parties"),
        table(head("party", "paid", "received", "carries"), parties, (4, 3, 3, 3), right=(1, 2, 3)),
        chart(paid),
        part("timeline"),
        chart(carried),
        table(head("number", "day", "loan", "event", "amount"), steps, (1, 3, 2, 6, 3), right=(4,)),
    ]
    if papers:
        blocks += [part("documents"), table(head("day", "loan", "documents"), papers, (3, 2, 9))]
    if debts:
        blocks += [part("debts"), table(head("loan", "component", "amount"), debts, (4, 4, 4), right=(2,))]
    return DocumentSheet(_TITLE.in_(lang), next(iter(done.debts)), done.steps[-1].day, tuple(blocks), lang)


def closing_xlsx(mode: Mode, done: DefaultWalk, documents: Sequence[EventDocuments], lang: Lang) -> bytes:
    """Return the report as Excel: parties with a chart, timeline with the part of each, documents, entries, debt."""
    buffer = io.BytesIO()
    day = done.steps[-1].day if done.steps else None
    book = Workbook(buffer, None if day is None else datetime.combine(day, time()))
    names = [mode.name_of(role).in_(lang) for role in mode.bearers]

    def sheet_of(name: str, widths: Sequence[int], heads: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        sheet = book.sheet(_SHEETS[name].in_(lang))
        sheet.widths(*widths)
        sheet.head(heads)
        for row in rows:
            sheet.row(*row)
        if name == "parties":
            total = (_WORDS["all"].in_(lang), None, None, Amount(_yuan(sum(done.positions.values()))))
            sheet.total(*total)
            columns = ("B", "C", "D")
            book.bars(sheet, _SHEETS[name].in_(lang), "F2", 2, len(rows) + 1, columns, 1)

    def head(*wanted: str) -> list[str]:
        return [_WORDS[name].in_(lang) for name in wanted]

    sheet_of(
        "parties",
        (32, 20, 20, 20),
        head("party", "paid", "received", "carries"),
        [
            [name, *(Amount(_yuan(fen)) for fen in _of_party(done, role))]
            for name, role in zip(names, mode.bearers, strict=True)
        ],
    )
    sheet_of(
        "timeline",
        (8, 14, 14, 44, 20, *(20 for _ in names)),
        [*head("number", "day", "loan", "event", "amount"), *names],
        [
            [
                one.number,
                one.day.isoformat(),
                one.loan_id,
                one.title.in_(lang),
                Amount(_yuan(one.amount)),
                *(Amount(_yuan(one.positions.get(role, 0))) for role in mode.bearers),
            ]
            for one in done.steps
        ],
    )
    sheet_of(
        "documents",
        (14, 14, 80),
        head("day", "loan", "documents"),
        [[one.day.isoformat(), one.loan_id, _listed(one.documents, lang)] for one in documents],
    )
    sheet_of(
        "entries",
        (8, 14, 14, 44, 22),
        head("number", "day", "loan", "account", "entry"),
        [
            [
                one.number,
                one.day.isoformat(),
                one.loan_id,
                account_text(posting.account).in_(lang),
                Amount(_yuan(posting.amount)),
            ]
            for one in done.steps
            if one.entry is not None
            for posting in one.entry.postings
        ],
    )
    sheet_of(
        "debts",
        (20, 24, 20),
        head("loan", "component", "amount"),
        [
            [loan, COMPONENT_TEXT[component].in_(lang), Amount(_yuan(amount))]
            for loan, debt in done.debts.items()
            for component, amount in debt.items()
        ],
    )
    book.close()
    return buffer.getvalue()


def _of_party(done: DefaultWalk, role: str) -> tuple[Fen, Fen, Fen]:
    return done.paid.get(role, 0), done.got.get(role, 0), done.positions[role]


def _listed(words: Sequence[Text], lang: Lang) -> str:
    return ("；" if lang == "zh" else "; ").join(one.in_(lang) for one in words)


def _yuan(fen: Fen) -> Decimal:
    return Decimal(fen).scaleb(-2)
