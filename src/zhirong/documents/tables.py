"""Uploaded tables: the bytes of a CSV or Excel file as rows of cells; and an Excel template for rights."""

import io
import zipfile

from zhirong.chain.right.columns import COLUMN_HELP, HEADINGS
from zhirong.documents.csv_rows import csv_rows
from zhirong.documents.file_limits import MOST_DIRECTORY, unusable
from zhirong.documents.workbook_rows import workbook_rows
from zhirong.kernel.sheets import Rows
from zhirong.kernel.text import Lang, Text

_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_LOOKED_AT = 1024
# Other file types by their first bytes, in lower case.
_NO_TABLES: tuple[tuple[tuple[bytes, ...], Text], ...] = (
    ((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<body"), Text("网页", "a web page")),
    ((b"mime-version:",), Text("网页存档", "a saved web page")),
    ((b"<?xml",), Text("XML 文件", "an XML file")),
    ((b"%pdf-",), Text(" PDF 文件", "a PDF file")),
    ((b"\x89png", b"\xff\xd8\xff", b"gif8", b"bm\x00"), Text("图片", "a picture")),
    ((b"{\\rtf",), Text(" RTF 文件", "an RTF file")),
    ((b"rar!", b"7z\xbc\xaf", b"\x1f\x8b"), Text("压缩文件", "an archive")),
)
_DIRECTORY_END, _LAST_BYTES = b"PK\x05\x06", 66_000
# Unpacked size of a row of a few short cells, in a workbook and in the format used before 2007.
_BYTES_OF_ROW, _BYTES_OF_OLD_ROW = 400, 120
_TEMPLATE_ROWS = 1000  # rows of the template with formatting and validation


def read_rows(content: bytes, source: str) -> Rows:
    """Return the rows of a CSV file or a workbook (.xlsx, .xls) with their numbers, from 1, as a spreadsheet counts
    them.

    The content decides the file type, not the name. A CSV may be UTF-8, UTF-16 or GB 18030, with commas, tabs or
    semicolons; a damaged line has U+FFFD for undecodable bytes. Of a workbook, the first visible sheet with a table
    is returned, and the others with it. Raises InputError for anything else, for damaged quotes and beyond the
    limits of ``file_limits``.
    """
    _refuse_other_types(content, source)
    if content.startswith((_ZIP, _OLD_OFFICE)):
        return workbook_rows(content, source)
    return csv_rows(content, source)


def read_csv(content: bytes, source: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the rows of a CSV file as ``read_rows``. Raises InputError for a workbook as well."""
    _refuse_other_types(content, source)
    if content.startswith((_ZIP, _OLD_OFFICE)):
        raise unusable(
            source,
            Text("这是 Excel 工作簿，不是 CSV", "this is a workbook, not a CSV file"),
            Text("请用 Excel 打开，另存为 CSV", "open it in Excel and save it as CSV"),
        )
    return [(number, tuple(map(str, cells))) for number, cells in csv_rows(content, source)]


def _refuse_other_types(content: bytes, source: str) -> None:
    for beginnings, kind in _NO_TABLES:
        if content[:_LOOKED_AT].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(beginnings):
            raise unusable(
                source,
                Text(f"这是{kind.zh}，不是清单", f"this is {kind.en}, not a table"),
                Text("请用 Excel 打开，另存为 .xlsx 或 CSV", "open it in Excel and save it as .xlsx or CSV"),
            )


def seems_longer_than(content: bytes, rows: int) -> bool:
    """Return whether a file probably has more than this many rows, estimated from its lines or the size of its
    sheets without reading it.

    A damaged or hostile file counts as short: its reader rejects it.
    """
    if content.startswith(_ZIP):
        return _unpacked_sheets(content) > rows * _BYTES_OF_ROW
    if content.startswith(_OLD_OFFICE):
        return len(content) > rows * _BYTES_OF_OLD_ROW
    lines = max(content.count(b"\n"), content.count(b"\r"))
    return lines > rows + 1  # the headings


def _unpacked_sheets(content: bytes) -> int:
    """Return the size of the sheets as the archive states it; 0 if its table of contents is damaged or too large to
    be examined.
    """
    at = content.rfind(_DIRECTORY_END, max(0, len(content) - _LAST_BYTES))
    if at < 0 or int.from_bytes(content[at + 12 : at + 16], "little") > MOST_DIRECTORY:
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return sum(
                part.file_size
                for part in archive.infolist()
                if part.filename.lower().startswith(("xl/worksheets/", "content.xml"))
            )
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        return 0


def rights_template(lang: Lang = "zh") -> bytes:
    """Return an Excel file to fill in with rights: a sheet of headings, and one that explains each column."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    heading = book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
    # As text, so that a number keeps its leading zeros and is never shown in scientific notation.
    as_text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("权利清单" if lang == "zh" else "rights")
    notes = book.add_worksheet("填写说明" if lang == "zh" else "how to fill in")
    titles = ("栏目", "填什么", "例") if lang == "zh" else ("column", "content", "example")
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
