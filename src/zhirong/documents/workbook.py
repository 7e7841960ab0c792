"""Writing an Excel workbook row by row; the type of a value decides the kind of cell, not its text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import xlsxwriter

from zhirong.charts.theme import PALETTE

_NAVY = "#12395B"
_SHADE = "#F3F6F9"
_LONGEST_CELL = 32_767  # Excel's maximum
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_HIGHEST_HEAD = 3  # the lowest row whose column names stay in view: more rows above would fill a small screen
_TITLE_HEIGHT = 26  # points
_FONT = "Microsoft YaHei"  # on every Windows and Mac Office; other readers use their own Chinese font


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
    """A live formula with its current result, for readers that do not calculate."""

    text: str
    result: Decimal
    is_money: bool = False


Cell = (
    str | int | Decimal | Amount | Rate | Formula | date | datetime | None
)  # an instant is in Shanghai time, without a zone


class Workbook:
    """A workbook written to a buffer. made_on: the creation date stated in it, or None."""

    def __init__(self, buffer: BytesIO, made_on: datetime | None) -> None:
        # Text stays text: no user input may become a formula, a link or a number.
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
        self._sheets: list[Sheet] = []

    def sheet(self, title: str) -> "Sheet":
        """Add a sheet, printed landscape and one page wide."""
        made = Sheet(self._book.add_worksheet(title), title, self.formats)
        self._sheets.append(made)
        return made

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
        """Add a bar chart of columns of a sheet, with their names in row ``head`` and its categories in column A."""
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
        # By default Excel draws the first category at the bottom.
        chart.set_y_axis({"reverse": True})
        chart.set_x_axis({"num_format": "0%" if is_stacked else "0.0%" if is_rate else "#,##0"})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 720, "height": 120 + 42 * (last - first + 1)})
        sheet.insert(where, chart)

    def close(self) -> None:
        """Finish the workbook and write it."""
        for sheet in self._sheets:
            sheet.finish()
        self._book.close()


_FORMATS: dict[str, dict[str, object]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _NAVY},
    "head": {"bold": True, "font_color": _NAVY, "bg_color": _SHADE, "bottom": 1, "text_wrap": True},
    "text": {"text_wrap": True},
    "plain": {},
    "number": {},
    "amount": {"num_format": "#,##0.00"},
    "rate": {"num_format": "0.00%"},
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "instant": {"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"},
    "total_text": {"bold": True, "top": 1},
    "total_number": {"bold": True, "top": 1},
    "total_amount": {"bold": True, "top": 1, "num_format": "#,##0.00"},
}


class Sheet:
    """One sheet, written from the top. ``next_row``: the number of the next row, as Excel counts."""

    def __init__(self, sheet: "xlsxwriter.worksheet.Worksheet", title: str, formats: dict[str, object]) -> None:
        self._sheet = sheet
        self._formats = formats
        self.title_text = title
        self.next_row = 1
        self._heads: list[tuple[int, int]] = []
        self._last_row = 0
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)

    def widths(self, *widths: int) -> None:
        """Set the widths of the columns from the left, in characters."""
        for index, width in enumerate(widths):
            self._sheet.set_column(index, index, width)

    def title(self, words: str) -> None:
        """Write a large line."""
        self._sheet.set_row(self.next_row - 1, _TITLE_HEIGHT)
        self._sheet.write_string(self.next_row - 1, 0, words, self._formats["title"])
        self.next_row += 1

    def head(self, names: Sequence[str]) -> None:
        """Write the names of the columns."""
        for index, name in enumerate(names):
            self._sheet.write_string(self.next_row - 1, index, name, self._formats["head"])
        self._heads.append((self.next_row, len(names)))
        self.next_row += 1

    def row(self, *cells: Cell) -> None:
        """Write one row from the left; None leaves a cell empty."""
        for index, cell in enumerate(cells):
            # Text alone on a line extends into the empty cells next to it.
            self._write(index, cell, "" if len(cells) > 1 else "plain")
        self._last_row = self.next_row
        self.next_row += 1

    def total(self, *cells: Cell) -> None:
        """Write a row of totals under a rule."""
        for index, cell in enumerate(cells):
            self._write(index, cell, "total")
        self.next_row += 1

    def gap(self) -> None:
        """Leave an empty row."""
        self.next_row += 1

    def finish(self) -> None:
        """Keep the column names of a sheet with one table in view, print them on every page, and let its rows be filtered."""
        if len(self._heads) != 1 or self._heads[0][0] > _HIGHEST_HEAD:
            return
        row, columns = self._heads[0]
        self._sheet.freeze_panes(row, 0)
        self._sheet.repeat_rows(row - 1)
        if self._last_row > row:
            self._sheet.autofilter(row - 1, 0, self._last_row - 1, columns - 1)

    def insert(self, where: str, chart: object) -> None:
        """Insert a chart with its upper left corner at a cell."""
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
            # Half of a surrogate pair is not a character, and no file can contain it.
            words = _HALF_CHARACTER.sub("\ufffd", cell)[:_LONGEST_CELL]
            self._sheet.write_string(row, column, words, f[look["text"]])
        elif isinstance(cell, Amount):
            self._sheet.write_number(row, column, float(cell.yuan), f[look["amount"]])
        elif isinstance(cell, Rate):
            self._sheet.write_number(row, column, float(cell.rate), f[look["rate"]])
        elif isinstance(cell, Formula):
            kind = look["amount" if cell.is_money else "number"]
            self._sheet.write_formula(row, column, cell.text, f[kind], float(cell.result))
        elif isinstance(cell, datetime):  # before date, of which it is a kind
            self._sheet.write_datetime(row, column, cell, f["instant"])
        elif isinstance(cell, date):
            self._sheet.write_datetime(row, column, cell, f["day"])
        else:
            self._sheet.write_number(row, column, float(cell), f[look["number"]])
