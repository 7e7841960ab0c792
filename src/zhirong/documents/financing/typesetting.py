"""Typesetting of a document as PDF and as Word, from the same blocks."""

import io
import json
from collections.abc import Container
from datetime import datetime
from pathlib import Path
from typing import Any

from zhirong.charts.coverage import shown_characters
from zhirong.charts.drawing import to_png, to_svg
from zhirong.charts.fonts import FAMILY, typesetting_fonts
from zhirong.documents.financing.sheet import Block, DocumentSheet
from zhirong.documents.printable import printable

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_CODE_POINTS = 0x110000
_CM = 360_000  # Word's English metric units per centimetre
_TEXT_WIDTH = 16 * _CM


def paper_pdf(sheet: DocumentSheet) -> bytes:
    """Return the document as PDF with embedded fonts and selectable text. Raises InputError without a Chinese font."""
    import typst

    data = {
        "title": sheet.title,
        "number": sheet.number,
        "day": sheet.day.isoformat(),
        "number_and_day": sheet.number_and_day,
        "lang": sheet.lang,
    }
    shown = shown_characters()
    content = {**printable(data, shown), "blocks": [_set(block, shown) for block in sheet.blocks]}
    pdf = typst.compile(
        str(TEMPLATES / "paper.typ"),
        root=str(TEMPLATES),
        font_paths=typesetting_fonts(),
        sys_inputs={"data": json.dumps(content, ensure_ascii=False), "font": FAMILY},
        format="pdf",
    )
    if not isinstance(pdf, bytes):
        raise AssertionError("a PDF is one file")
    return pdf


def _set(block: Block, shown: Container[int]) -> Block:
    """Return a block as the template sets it: text made printable, a chart as its picture, which is no text."""
    if block["kind"] != "chart":
        made: Block = printable(block, shown)
        return made
    return {"kind": "chart", "svg": to_svg(block["spec"]), "words": printable(block["words"], shown)}


def paper_docx(sheet: DocumentSheet) -> bytes:
    """Return the document as a Word file."""
    from docx import Document

    document = Document()
    _set_up(document, sheet)
    # Word has its own fonts; only characters that no file may contain are omitted.
    for block in sheet.blocks:
        is_chart = block["kind"] == "chart"
        _WRITERS[block["kind"]](document, block if is_chart else printable(block, range(_CODE_POINTS)))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Any, sheet: DocumentSheet) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    properties = document.core_properties
    properties.title, properties.author, properties.language = sheet.title, "Zhirong 知融", "zh-CN"
    properties.created = properties.modified = datetime.combine(sheet.day, datetime.min.time())
    for name, size, eastern in (("Normal", 11, "宋体"), ("Title", 20, "黑体"), ("Heading 1", 12, "黑体")):
        style = document.styles[name]
        style.font.name, style.font.size = "Times New Roman", Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), eastern)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(theme), None)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    # "Page 3" is a field that Word calculates itself.
    footer = section.footer.paragraphs[0]
    footer.alignment = 1
    footer.add_run(f"{sheet.number}　")
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = footer.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        run._r.append(element)
    title = document.add_heading(sheet.title, 0)
    title.alignment = 1
    under = document.add_paragraph(sheet.number_and_day)
    under.alignment = 1


def _write_heading(document: Any, block: Block) -> None:
    document.add_heading(block["text"], 1)


def _write_paragraph(document: Any, block: Block) -> None:
    document.add_paragraph(block["text"])


def _write_facts(document: Any, block: Block) -> None:
    _write_grid(document, block["rows"], [1, 3], ["left", "left"], has_head=False)


def _write_table(document: Any, block: Block) -> None:
    _write_grid(document, [block["head"], *block["rows"]], block["widths"], block["aligned"], has_head=True)


def _write_chart(document: Any, block: Block) -> None:
    from docx.shared import Emu

    picture = document.add_picture(io.BytesIO(to_png(block["spec"])), width=Emu(_TEXT_WIDTH))
    picture._inline.docPr.set("descr", block["words"])


def _write_grid(
    document: Any, rows: list[list[str]], shares: list[int], aligned: list[str], *, has_head: bool
) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Emu, Pt

    grid = document.add_table(rows=len(rows), cols=len(shares), style="Table Grid")
    grid.autofit = False
    if has_head:  # the heading is repeated on every page
        head = grid.rows[0]._tr.get_or_add_trPr()
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        head.append(repeated)
    widths = [Emu(int(_TEXT_WIDTH * share / sum(shares))) for share in shares]
    for number, words in enumerate(rows):
        for cell, word, width, side in zip(grid.rows[number].cells, words, widths, aligned, strict=True):
            cell.width = width
            line = cell.paragraphs[0]
            line.alignment = 2 if side == "right" else 0
            run = line.add_run(word)
            run.bold = has_head and number == 0
            run.font.size = Pt(9)
    document.add_paragraph()


def _write_signatures(document: Any, block: Block) -> None:
    for role, name in block["parties"]:
        document.add_paragraph(f"{role}（签章）：{name}")
        document.add_paragraph("法定代表人（负责人）或授权代理人：　　　　　　　　日期：　　　　年　　月　　日")


_WRITERS = {
    "heading": _write_heading,
    "paragraph": _write_paragraph,
    "facts": _write_facts,
    "table": _write_table,
    "chart": _write_chart,
    "signatures": _write_signatures,
}
