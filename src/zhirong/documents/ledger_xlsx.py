"""The books as an Excel workbook: trial balance, every entry, closings. It returns bytes and accesses no files."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

from zhirong.documents.workbook import Amount, Workbook
from zhirong.kernel.money import FEN_PER_YUAN, Fen
from zhirong.kernel.text import Lang, Text
from zhirong.ledger.accounts import KIND_TEXT, account_text, kind_of
from zhirong.ledger.books import Books
from zhirong.ledger.views import trial_balance

_TRIAL = Text("科目余额表", "Trial balance")
_ENTRIES = Text("分录", "Entries")
_CLOSINGS = Text("关账", "Closings")


def ledger_workbook(
    books: Books, lang: Lang = "zh", to: date | None = None, made_on: datetime | None = None
) -> bytes:
    """Return the workbook in bytes. to: the last booking day shown; made_on: the creation date stated in the file."""
    buffer = BytesIO()
    workbook = Workbook(buffer, made_on)
    _trial_sheet(workbook, books, lang, to)
    _entry_sheet(workbook, books, lang, to)
    _closing_sheet(workbook, books, lang)
    workbook.close()
    return buffer.getvalue()


def _trial_sheet(workbook: Workbook, books: Books, lang: Lang, to: date | None) -> None:
    sheet = workbook.sheet(_TRIAL.in_(lang))
    sheet.widths(34, 40, 10, 18, 18, 18)
    sheet.title(_TRIAL.in_(lang))
    heads = (
        Text("科目", "account"),
        Text("名称", "name"),
        Text("类别", "kind"),
        Text("借方（元）", "debits (CNY)"),
        Text("贷方（元）", "credits (CNY)"),
        Text("余额（元）", "balance (CNY)"),
    )
    sheet.head([head.in_(lang) for head in heads])
    trial = trial_balance(books, to)
    for row in trial.rows:
        sheet.row(
            row.account,
            account_text(row.account).in_(lang),
            KIND_TEXT[kind_of(row.account)].in_(lang),
            _amount(row.debits),
            _amount(row.credits),
            _amount(row.balance),
        )
    sheet.total(
        "合计" if lang == "zh" else "total",
        None,
        None,
        _amount(trial.debits),
        _amount(trial.credits),
        _amount(trial.debits - trial.credits),
    )


def _entry_sheet(workbook: Workbook, books: Books, lang: Lang, to: date | None) -> None:
    sheet = workbook.sheet(_ENTRIES.in_(lang))
    sheet.widths(8, 12, 18, 26, 34, 18, 18)
    heads = (
        Text("编号", "number"),
        Text("记账日", "booked on"),
        Text("贷款", "loan"),
        Text("事由", "cause"),
        Text("科目", "account"),
        Text("借方（元）", "debit (CNY)"),
        Text("贷方（元）", "credit (CNY)"),
    )
    sheet.head([head.in_(lang) for head in heads])
    for booked in books.entries:
        entry = booked.entry
        if to is not None and entry.day > to:
            continue
        for posting in entry.postings:
            debit = _amount(posting.amount) if posting.amount > 0 else None
            credit = _amount(-posting.amount) if posting.amount < 0 else None
            sheet.row(booked.number, entry.day, booked.loan, entry.cause, posting.account, debit, credit)


def _closing_sheet(workbook: Workbook, books: Books, lang: Lang) -> None:
    sheet = workbook.sheet(_CLOSINGS.in_(lang))
    sheet.widths(14, 14)
    sheet.head(["关到" if lang == "zh" else "closed to", "分录数" if lang == "zh" else "entries"])
    for closing in books.closings:
        sheet.row(closing.day, closing.entries)


def _amount(fen: Fen) -> Amount:
    return Amount(Decimal(fen) / FEN_PER_YUAN)
