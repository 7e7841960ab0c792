"""The tables of a page of figures as Excel: one sheet for each, with its totals."""

import io
from dataclasses import dataclass
from datetime import date, datetime, time

from zhirong.documents.workbook import Cell, Workbook
from zhirong.kernel.text import Lang, Text

_FIRST, _OTHERS = 36, 20  # widths of the columns, in characters
_LONGEST_TITLE = 31  # of a sheet, by Excel


@dataclass(frozen=True, slots=True)
class BookTable:
    """One table. rows: cells, or words in both languages. total: below the rows, None without one."""

    title: Text
    heads: tuple[Text, ...]
    rows: tuple[tuple[Cell | Text, ...], ...]
    total: tuple[Cell | Text, ...] | None = None


def book_xlsx(tables: tuple[BookTable, ...], made_on: date, lang: Lang) -> bytes:
    """Return the tables as a workbook."""
    buffer = io.BytesIO()
    book = Workbook(buffer, datetime.combine(made_on, time()))
    for table in tables:
        sheet = book.sheet(table.title.in_(lang)[:_LONGEST_TITLE])
        sheet.widths(_FIRST, *(_OTHERS for _ in table.heads[1:]))
        sheet.head([one.in_(lang) for one in table.heads])
        for row in table.rows:
            sheet.row(*(_cell(one, lang) for one in row))
        if table.total is not None:
            sheet.total(*(_cell(one, lang) for one in table.total))
    book.close()
    return buffer.getvalue()


def _cell(one: Cell | Text, lang: Lang) -> Cell:
    return one.in_(lang) if isinstance(one, Text) else one
