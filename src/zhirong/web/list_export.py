"""Export of a list to Excel: amounts are numbers, dates are dates, and no text becomes a formula."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from zhirong.kernel.text import Lang, Text
from zhirong.operations.listing import Column, Listing, Totals
from zhirong.web.cells import shown

MOST_ROWS = 20_000
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_FORMATS = {
    "head": {"bold": True, "text_wrap": True, "valign": "top"},
    "total": {"bold": True, "top": 1, "num_format": "#,##0.00"},
    "money": {"num_format": "#,##0.00"},
    "rate": {"num_format": "0.00##%"},
    "number": {"num_format": "0"},
    "day": {"num_format": "yyyy-mm-dd"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm"},
}
_FIGURES = ("money", "rate", "number", "days", "day", "instant")  # empty if there is no value


def workbook_of(one: Listing, rows: Iterable[Any], lang: Lang, totals: Totals | None = None) -> bytes:
    """Return the rows under their column titles, in the given order; times are in Shanghai time. After
    ``MOST_ROWS`` rows, a last line says that there are more. totals: below the rows, outside the filter.
    """
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(buffer, options)
    formats = {name: book.add_format(look) for name, look in _FORMATS.items()}
    sheet = book.add_worksheet()
    for at, column in enumerate(one.columns):
        sheet.write_string(0, at, column.title.in_(lang), formats["head"])
    sheet.set_column(0, len(one.columns) - 1, 18)
    found, line = iter(rows), 0
    for line, row in enumerate(islice(found, MOST_ROWS), 1):
        for at, column in enumerate(one.columns):
            _write(sheet, line, at, column, row, formats, lang)
    if totals is not None and line:
        _write_totals(sheet, line + 2, one, totals, formats, lang)
    if next(found, None) is not None:
        sheet.write_string(line + 1, 0, _cut().in_(lang), formats["head"])
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.autofilter(0, 0, line, len(one.columns) - 1)
    book.close()
    return buffer.getvalue()


def _write_totals(  # noqa: PLR0913 - a place on a sheet
    sheet: Any, line: int, one: Listing, totals: Totals, formats: dict[str, Any], lang: Lang
) -> None:
    words = Text(f"合计 {totals.count} 笔", f"Total: {totals.count}")
    sheet.write_string(line, 0, words.in_(lang), formats["head"])
    for at, column in enumerate(one.columns):
        if column.name in totals.sums:
            sheet.write_number(line, at, totals.sums[column.name] / 100, formats["total"])


def _cut() -> Text:
    return Text(
        f"仅导出前 {MOST_ROWS} 行，还有更多；请筛选后分批导出",
        f"Only the first {MOST_ROWS} rows. Filter the list and export it in parts.",
    )


def _write(sheet: Any, line: int, at: int, column: Column, row: Any, formats: dict[str, Any], lang: Lang) -> None:
    value = column.value(row)
    if value is None or value == "":
        if column.kind not in _FIGURES:
            sheet.write_string(line, at, shown(column, row, lang))
    elif column.kind == "money":
        sheet.write_number(line, at, value / 100, formats["money"])
    elif column.kind == "rate":
        sheet.write_number(line, at, float(Decimal(value)), formats["rate"])
    elif isinstance(value, datetime):
        sheet.write_datetime(line, at, value.astimezone(_SHANGHAI).replace(tzinfo=None), formats["instant"])
    elif isinstance(value, date):
        sheet.write_datetime(line, at, value, formats["day"])
    elif column.kind in ("number", "days") and isinstance(value, int):
        sheet.write_number(line, at, value, formats["number"])
    else:
        sheet.write_string(line, at, shown(column, row, lang))
