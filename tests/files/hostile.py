"""Hostile and damaged files, built in memory: each is a few kilobytes or, where size is the point, just under 20 MB."""

import io
import zipfile
from collections.abc import Callable

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0"?>'
MOST_BYTES = 20 * 1024 * 1024


def workbook(sheet: bytes, shared: bytes = b"<si><t>x</t></si>") -> bytes:
    """A workbook of one sheet. sheet: the whole part. shared: what stands inside the shared strings."""
    part = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as book:
        book.writestr(
            "[Content_Types].xml",
            f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{part}sheet.main+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="a" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            '<sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
            f'<Relationship Id="b" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="c" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        book.writestr("xl/sharedStrings.xml", f'{_HEAD}<sst xmlns="{_MAIN}">'.encode() + shared + b"</sst>")
    return buffer.getvalue()


def sheet(rows: bytes, before: str = "") -> bytes:
    """A sheet part around its rows."""
    return f'{_HEAD}{before}<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + rows + b"</sheetData></worksheet>"


def _text(words: bytes) -> bytes:
    return b'<c t="inlineStr"><is><t>' + words + b"</t></is></c>"


def _laughs() -> bytes:
    names = "abcdefgh"
    entities = "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip(names, names[1:], strict=False)
    )
    return workbook(
        sheet(b"<row>" + _text(b"&h;") + b"</row>", f'<!DOCTYPE r [<!ENTITY a "{"a" * 10}">{entities}]>')
    )


def _many_parts() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(60_000):
            archive.writestr(f"x{number}", b"")
    return buffer.getvalue()


def _row(number: int) -> Callable[[], bytes]:
    return lambda: workbook(sheet(b'<row r="%d"><c r="A1"><v>1</v></c></row>' % number))


FILES: dict[str, Callable[[], bytes]] = {
    "row of thirty-one digits.xlsx": _row(10**30),
    "row a hundred million.xlsx": _row(10**8),
    "row six million.xlsx": _row(6_000_000),
    "column that no sheet has.xlsx": lambda: workbook(sheet(b'<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>')),
    "two corners.xlsx": lambda: workbook(
        sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "sixteen thousand columns.xlsx": lambda: workbook(sheet(b"<row>" + b"<c><v>1</v></c>" * 16_000 + b"</row>")),
    "a long text shared a million times.xlsx": lambda: workbook(
        sheet((b"<row>" + b'<c t="s"><v>0</v></c>' * 100 + b"</row>") * 10_000),
        b"<si><t>" + b"x" * 32_000 + b"</t></si>",
    ),
    "three hundred megabytes of blanks.xlsx": lambda: workbook(sheet(b" " * (300 << 20))),
    "a million rows.xlsx": lambda: workbook(sheet(b"<row><c><v>1</v></c></row>" * 1_000_000)),
    "two million deep.xlsx": lambda: workbook(sheet(b"<a>" * 2_000_000)),
    "laughs.xlsx": _laughs,
    "a local file.xlsx": lambda: workbook(
        sheet(b"<row>" + _text(b"&f;") + b"</row>", '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/hostname">]>')
    ),
    "not xml.xlsx": lambda: workbook(b"<not"),
    "sixty thousand parts.xlsx": _many_parts,
    "noise.xlsx": lambda: b"PK\x03\x04" + bytes(range(256)) * 20_000,
    "noise.xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 60_000,
    "a web page.xlsx": lambda: "<html><table><tr><td>专利号</td></tr></table></html>".encode(),
    "commas.csv": lambda: b"," * (MOST_BYTES - 1),
    "empty lines.csv": lambda: b"\n" * (MOST_BYTES - 1),
    "short lines.csv": lambda: b"a,b\n" * (MOST_BYTES // 4 - 1),
    "quotes.csv": lambda: b'"' * (MOST_BYTES - 1),
    "one cell.csv": lambda: b'a,b\n"' + b"x" * (MOST_BYTES - 8) + b'"\n',
    "one wide cell.csv": lambda: ("号" * (MOST_BYTES // 2 - 1)).encode("gb18030"),
}
