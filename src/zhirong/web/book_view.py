"""A book of loans for the pages of its lender and of the supervisor: tables with bars, months as columns, a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from zhirong.documents.book_xlsx import BookTable
from zhirong.documents.workbook import Amount
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text
from zhirong.operations.credit.loan_book import LoanBook, Month, Slice
from zhirong.web.bar_chart import Bar, bars_of

_PARTS: tuple[tuple[str, Text, Text], ...] = (
    ("age", Text("逾期账龄（余额）", "Ageing (balance)"), Text("账龄", "Overdue")),
    ("category", Text("五级分类（余额）", "By category (balance)"), Text("分类", "Category")),
    ("mode", Text("融资模式（余额）", "By mode (balance)"), Text("模式", "Mode")),
    ("region", Text("地区（余额）", "By region (balance)"), Text("地区", "Region")),
    ("state", Text("各环节的业务（申请金额）", "Cases by stage (amount requested)"), Text("环节", "Step")),
)
Address = Callable[[Slice], str]


@dataclass(frozen=True, slots=True)
class BookRow:
    """One row: a slice, how wide its bar is, its share of the part, and the list that it leads to."""

    part: Slice
    width: str
    share: Decimal
    href: str


@dataclass(frozen=True, slots=True)
class BookPart:
    """One table of a book; the rows add up to ``count`` and ``amount``."""

    name: str
    title: Text
    column: Text
    rows: tuple[BookRow, ...]
    count: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class MonthsView:
    """Disbursements and receipts by month, two columns per month. lent, received: totals of all months."""

    months: tuple[Month, ...]
    bars: tuple[Bar, ...]
    lent: Fen
    received: Fen


def book_parts(book: LoanBook, addresses: Mapping[str, Address] = MappingProxyType({})) -> tuple[BookPart, ...]:
    """Return the tables of a book that have rows. addresses: of the lists linked from the rows of a table."""
    found = [(name, title, column, getattr(book, f"by_{name}")) for name, title, column in _PARTS]
    return tuple(
        book_part(name, title, column, slices, addresses.get(name))
        for name, title, column, slices in found
        if slices
    )


def book_part(  # noqa: PLR0913 - a table and what heads it
    name: str, title: Text, column: Text, slices: Sequence[Slice], address: Address | None = None
) -> BookPart:
    """Return one table. The longest bar is that of the largest amount."""
    total, most = sum(one.amount for one in slices), max((one.amount for one in slices), default=0)
    rows = tuple(
        BookRow(
            one,
            f"{100 * one.amount / most:.1f}%" if most else "0%",
            (Decimal(one.amount) / total).quantize(Decimal("0.001")) if total else Decimal(0),
            "" if address is None else address(one),
        )
        for one in slices
    )
    return BookPart(name, title, column, rows, sum(one.count for one in slices), total)


def months_view(book: LoanBook) -> MonthsView | None:
    """Return the months as columns; None if nothing was lent or received."""
    columns: list[list[tuple[str, Fen]]] = []
    for one in book.months:
        columns += [[("s1", one.lent)], [("s2", one.received)]]
    bars = bars_of(columns)
    if not bars:
        return None
    return MonthsView(
        book.months, bars, sum(one.lent for one in book.months), sum(one.received for one in book.months)
    )


def book_tables(parts: Sequence[BookPart], book: LoanBook) -> tuple[BookTable, ...]:
    """Return the tables of a page for its file."""
    count, amount = Text("笔数", "Count"), Text("金额（元）", "Amount (CNY)")
    found = [
        BookTable(
            one.title,
            (one.column, count, amount),
            tuple((row.part.title, row.part.count, Amount(Decimal(yuan(row.part.amount)))) for row in one.rows),
            (Text("合计", "Total"), one.count, Amount(Decimal(yuan(one.amount)))),
        )
        for one in parts
    ]
    months = BookTable(
        Text("逐月放款与回收", "Month by month"),
        (Text("月份", "Month"), Text("放款（元）", "Lent (CNY)"), Text("回收（元）", "Received (CNY)")),
        tuple(
            (f"{one.first:%Y-%m}", Amount(Decimal(yuan(one.lent))), Amount(Decimal(yuan(one.received))))
            for one in book.months
        ),
    )
    return (*found, months)
