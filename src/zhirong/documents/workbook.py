"""Writing an Excel workbook row by row, so that a cell is what its type says and never what its text looks like."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from zhirong.charts.theme import PALETTE

_NAVY = "#12395B"
_SHADE = "#F3F6F9"
_LONGEST_CELL = 32_767  # what Excel can hold
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_FONT = "Microsoft YaHei"  # on every Windows and Mac Office; elsewhere the reader's own Chinese font is in


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan. Excel's numbers keep 15 digits, enough for fen up to ten trillion yuan."""

    yuan: Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, shown in per cent."""

    rate: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula with the result that it has now, for readers that do not compute."""

    text: str
    result: Decimal
    is_money: bool = False


Cell = str | int | Decimal | Amount | Rate | Formula | None


class Workbook:
    """A workbook being written into a buffer. made_on: the day it states as its own; None states none."""

    def __init__(self, buffer: BytesIO, made_on: datetime | None) -> None:
        # Text stays text: nothing that a user wrote may turn into a formula, a link or a number.
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(buffer, options)
        self._book.set_properties({"author": "Zhirong 知融", "created": made_on or datetime(2000, 1, 1)})
        self.formats = {
            name: self._book.add_format({"font_name": _FONT, "font_size": 10, "valign": "top", **more})
            for name, more in _FORMATS.items()
        }

    def sheet(self, title: str) -> "Sheet":
        """A new sheet, printed landscape on one page's width."""
        return Sheet(self._book.add_worksheet(title), title, self.formats)

    def bars(
        self,
        sheet: "Sheet",
        title: str,
        where: str,
        first: int,
        last: int,
        columns: Sequence[str],
        head: int,
        *,
        is_stacked: bool = False,
        is_rate: bool = False,
    ) -> None:
        """A bar chart of columns of a sheet, their names in row ``head``, its categories in column A."""
        chart = self._book.add_chart(
            {"type": "bar", "subtype": "percent_stacked"} if is_stacked else {"type": "bar"}
        )
        name = sheet.title_text.replace("'", "''")
        for index, column in enumerate(columns):
            chart.add_series(
                {
                    "name": f"='{name}'!${column}${head}",
                    "categories": f"='{name}'!$A${first}:$A${last}",
                    "values": f"='{name}'!${column}${first}:${column}${last}",
                    "fill": {"color": PALETTE[index % len(PALETTE)]},
                    **({"data_labels": {"value": True}} if is_rate else {}),
                }
            )
        chart.set_title({"name": title, "name_font": {"size": 12}})
        # Excel draws the first category at the bottom by default.
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "0%" if is_stacked else "0.0%" if is_rate else "#,##0"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": 120 + 42 * (last - first + 1)})
        sheet.insert(where, chart)

    def close(self) -> None:
        """Finish the workbook and write it out."""
        self._book.close()


_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _NAVY},
    "head": {"bold": True, "font_color": _NAVY, "bg_color": _SHADE, "bottom": 1, "text_wrap": True},
    "text": {"text_wrap": True},
    "plain": {},
    "number": {},
    "amount": {"num_format": "#,##0.00"},
    "rate": {"num_format": "0.00%"},
    "total_text": {"bold": True, "top": 1},
    "total_number": {"bold": True, "top": 1},
    "total_amount": {"bold": True, "top": 1, "num_format": "#,##0.00"},
}


class Sheet:
    """One sheet, written from the top. ``next_row`` is the number of the row to be written next, as Excel
    counts.
    """

    def __init__(self, sheet: "xlsxwriter.worksheet.Worksheet", title: str, formats: dict[str, object]) -> None:
        self._sheet = sheet
        self._formats = formats
        self.title_text = title
        self.next_row = 1
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)

    def widths(self, *widths: int) -> None:
        """The widths of the columns from the left, in characters."""
        for index, width in enumerate(widths):
            self._sheet.set_column(index, index, width)

    def title(self, words: str) -> None:
        """A large line."""
        self._sheet.write_string(self.next_row - 1, 0, words, self._formats["title"])
        self.next_row += 1

    def head(self, names: Sequence[str]) -> None:
        """The names of columns."""
        for index, name in enumerate(names):
            self._sheet.write_string(self.next_row - 1, index, name, self._formats["head"])
        self.next_row += 1

    def row(self, *cells: Cell) -> None:
        """One row, from the left; None leaves a cell empty."""
        for index, cell in enumerate(cells):
            # A line that is alone runs on into the empty cells next to it.
            self._write(index, cell, "" if len(cells) > 1 else "plain")
        self.next_row += 1

    def total(self, *cells: Cell) -> None:
        """A row of sums under a rule."""
        for index, cell in enumerate(cells):
            self._write(index, cell, "total")
        self.next_row += 1

    def gap(self) -> None:
        """An empty row."""
        self.next_row += 1

    def insert(self, where: str, chart: object) -> None:
        """A chart with its upper left corner at a cell."""
        self._sheet.insert_chart(where, chart)

    def _write(self, column: int, cell: Cell, style: str) -> None:
        row = self.next_row - 1
        look = {"text": "text", "number": "number", "amount": "amount", "rate": "rate"}
        if style == "total":
            look = {"text": "total_text", "number": "total_number", "amount": "total_amount", "rate": "rate"}
        elif style == "plain":
            look["text"] = "plain"
        f = self._formats
        if cell is None:
            self._sheet.write_blank(row, column, None, f[look["text"]])
        elif isinstance(cell, str):
            # Half of a surrogate pair stands for no character, and no file can hold it.
            words = _HALF_CHARACTER.sub("\ufffd", cell)[:_LONGEST_CELL]
            self._sheet.write_string(row, column, words, f[look["text"]])
        elif isinstance(cell, Amount):
            self._sheet.write_number(row, column, float(cell.yuan), f[look["amount"]])
        elif isinstance(cell, Rate):
            self._sheet.write_number(row, column, float(cell.rate), f[look["rate"]])
        elif isinstance(cell, Formula):
            kind = look["amount" if cell.is_money else "number"]
            self._sheet.write_formula(row, column, cell.text, f[kind], float(cell.result))
        else:
            self._sheet.write_number(row, column, float(cell), f[look["number"]])
