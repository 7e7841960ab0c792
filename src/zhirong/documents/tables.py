"""Tables that people send: the bytes of a CSV or Excel file as rows of cells, and an Excel template for rights."""

import csv
import io
import zipfile
from typing import Any

from zhirong.chain.right.columns import COLUMN_HELP, HEADINGS
from zhirong.chain.right.table import Row
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",\t;"
_TEMPLATE_ROWS = 1000  # rows of the template that are formatted and checked while typing


def read_rows(content: bytes, source: str) -> list[Row]:
    """The rows of a CSV or Excel (.xlsx) file with their numbers, from 1, as a spreadsheet counts them.

    What the bytes are decides, not the name. A CSV may be UTF-8, UTF-16 or GB 18030, parted by commas, tabs or
    semicolons; a line that is damaged keeps U+FFFD where its bytes mean nothing. Of a workbook the first sheet
    counts. Raises InputError for anything else.
    """
    if content.startswith(_ZIP):
        return _workbook_rows(content, source)
    if content.startswith(_OLD_OFFICE):
        raise _unusable(
            source,
            Text("旧版 Excel（.xls）文件", "a file of old Excel (.xls)"),
            Text("另存为 .xlsx 或 CSV", "save it as .xlsx or CSV"),
        )
    return _csv_rows(content, source)


def rights_template(lang: Lang = "zh") -> bytes:
    """An Excel file to fill in with rights: a sheet of headings, and one that explains each column."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    # As text, so that a number keeps its leading zeros and is never shown as a power of ten.
    as_text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("权利清单" if lang == "zh" else "rights")
    notes = book.add_worksheet("填写说明" if lang == "zh" else "how to fill in")
    titles = ("栏目", "填什么", "例") if lang == "zh" else ("column", "what to fill in", "example")
    notes.write_row(0, 0, titles, heading)
    notes.set_column(0, 0, 24)
    notes.set_column(1, 1, 80)
    notes.set_column(2, 2, 32)
    for place, (field, column) in enumerate(COLUMN_HELP.items()):
        name = HEADINGS[field][0 if lang == "zh" else 1]
        sheet.write_string(0, place, name, heading)
        sheet.set_column(place, place, max(12, 2 * len(name) + 2), as_text)
        notes.write_row(place + 1, 0, (name, column.meaning.in_(lang), column.example), wrapped)
        if column.choices:
            listed = [choice.in_(lang) for choice in column.choices]
            sheet.data_validation(1, place, _TEMPLATE_ROWS, place, {"validate": "list", "source": listed})
    sheet.freeze_panes(1, 0)
    notes.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def _csv_rows(content: bytes, source: str) -> list[Row]:
    text = _decode(content)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return list(enumerate(reader, 1))
    except csv.Error as error:
        raise _unusable(
            source,
            Text(f"第 {reader.line_num} 行读不出来：{error}", f"line {reader.line_num} cannot be read: {error}"),
            Text("检查这一行前后的引号是否成对", "check that the quotes around this line come in pairs"),
        ) from error


def _decode(content: bytes) -> str:
    """The text, in the encoding that leaves the fewest lines damaged; UTF-8 where two do equally well."""
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        lines = content.splitlines()
        best = min(("utf-8-sig", "gb18030"), key=lambda encoding: sum(_damaged(line, encoding) for line in lines))
        return content.decode(best, errors="replace")


def _damaged(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def _workbook_rows(content: bytes, source: str) -> list[Row]:
    import openpyxl

    try:
        book: Any = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = book.worksheets
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise _unusable(
            source,
            Text(f"不是完好的 Excel 文件：{error}", f"not a sound Excel file: {error}"),
            Text("用 Excel 打开，另存为 .xlsx", "open it in Excel and save it as .xlsx"),
        ) from error
    if not sheets:
        raise _unusable(
            source,
            Text("工作簿里没有工作表", "the workbook has no sheet"),
            Text("把清单放在第一张工作表", "put the list on the first sheet"),
        )
    # Some writers declare a sheet smaller than it is; counting afresh reads all of it.
    sheets[0].reset_dimensions()
    return [(number, tuple(cells)) for number, cells in enumerate(sheets[0].iter_rows(values_only=True), 1)]


def _unusable(source: str, reason: Text, mend: Text) -> InputError:
    return InputError([Problem("FILE", source, reason, mend, "unreadable_file")], source)
