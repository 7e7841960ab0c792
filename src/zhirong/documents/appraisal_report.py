"""The appraisal report as Word and PDF, with charts and with a link from every figure to its row in the working
papers.

Both files contain the report as data (``chain.appraisal_practice.report``): the Word file as a custom XML part,
which Word keeps when the file is edited, the PDF as an attachment. ``read_report`` reads the data and checks that
they are unchanged. Edits of the visible text do not change the data.
"""

import base64
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zhirong.chain.appraisal_practice.report_document import ReportDocument
from zhirong.charts.coverage import shown_characters
from zhirong.charts.drawing import to_png, to_svg
from zhirong.charts.fonts import FAMILY, typesetting_fonts
from zhirong.documents.appraisal_report_blocks import (
    Block,
    chart_figures,
    report_blocks,
    report_charts,
    report_title,
)
from zhirong.documents.file_limits import MOST_DIRECTORY, WORKBOOK_MEMORY, WORKBOOK_SECONDS
from zhirong.documents.printable import printable
from zhirong.kernel.document import from_json
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Lang, Text

TEMPLATES = Path(__file__).resolve().parent / "templates"
ATTACHMENT = "zhirong-appraisal-report.json"
NAMESPACE = "urn:zhirong:appraisal-report:1"
_MOST_BYTES = 8 * 2**20  # a report is far smaller: a larger one would be an attempt to fill the memory
_CUSTOM_PART = "/customXml/zhirong-report.xml"
_CHILD = Path(__file__).with_name("report_child.py")
_WALL_SECONDS = 60  # on a busy machine the process gets only part of a processor
_CODE_POINTS = 0x110000
_CM = 360_000  # Word's English metric units per centimetre
_TEXT_WIDTH = 16 * _CM


def appraisal_pdf(data: Mapping[str, Any], lang: Lang = "zh") -> bytes:
    """Return a report as PDF/A with its data attached. Raises InputError if the machine has no Chinese font."""
    import typst

    report = from_json(ReportDocument, printable(data, shown_characters()))
    view = {
        "lang": lang,
        "title": report_title(lang),
        "date": data["record"]["issued_on"],
        "blocks": report_blocks(report, lang),
        "charts": {name: to_svg(spec) for name, spec in report_charts(chart_figures(report), lang).items()},
        "attachment": ATTACHMENT,
        "payload": _payload(data),
    }
    pdf = typst.compile(
        str(TEMPLATES / "appraisal_report.typ"),
        root=str(TEMPLATES),
        font_paths=typesetting_fonts(),
        sys_inputs={"data": json.dumps(view, ensure_ascii=False), "font": FAMILY},
        format="pdf",
        # For archiving with an attachment, and for readers who cannot see the page.
        pdf_standards=["a-3a", "ua-1"],
    )
    if not isinstance(pdf, bytes):
        raise AssertionError("a PDF is one file")
    return pdf


def appraisal_docx(data: Mapping[str, Any], lang: Lang = "zh") -> bytes:
    """Return a report as a Word file with its data inside. Raises InputError if charts cannot be drawn."""
    from docx import Document

    # Word has its own fonts; only characters that no file may contain are omitted.
    shown = printable(data, range(_CODE_POINTS))
    document = Document()
    _set_up(document, shown, lang)
    report = from_json(ReportDocument, shown)
    charts = report_charts(chart_figures(report), lang)
    for block in report_blocks(report, lang):
        _write_block(document, block, charts)
    _embed(document, _payload(data))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def read_report(content: bytes) -> dict[str, Any]:
    """Return the data of a report as issued, from its Word or PDF file.

    Raises InputError for a file that is not such a report, and for one with changed data.
    """
    payload = _data_inside(content)
    if not payload:
        raise _fault(
            "not_a_report", Text("不是本平台出具的评估报告", "not an appraisal report of this platform"),
            Text("请使用出具时的 Word 或 PDF 文件", "use the Word or PDF file as issued"),
        )  # fmt: skip
    try:
        wrapped = json.loads(payload)
        data = wrapped["report"]
        intact = wrapped["sha256"] == _digest(data)
        from_json(ReportDocument, data)
    except (ValueError, KeyError, TypeError, RecursionError):
        data, intact = {}, False
    if not intact:
        raise _fault(
            "report_changed", Text("文件中的数据已被修改", "the data in the file have been changed"),
            Text("换用原始文件", "use the file as issued"),
        )  # fmt: skip
    return dict(data)


# -- data inside -------------------------------------------------------------------------------------------------


def _payload(data: Mapping[str, Any]) -> str:
    return json.dumps({"sha256": _digest(data), "report": data}, ensure_ascii=False)


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _data_inside(content: bytes) -> str:
    """Return the data that a file contains; empty for a file that is no report. They are taken out in a process with
    little memory and time, which a hostile file can end without harm.
    """
    allowed = {
        "memory": WORKBOOK_MEMORY,
        "seconds": WORKBOOK_SECONDS,
        "most": _MOST_BYTES,
        "directory": MOST_DIRECTORY,
        "attachment": ATTACHMENT,
        "namespace": NAMESPACE,
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own script, by our own interpreter
            [sys.executable, "-I", str(_CHILD), json.dumps(allowed)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_large() from None
    if done.returncode or len(done.stdout) > _MOST_BYTES:
        raise _too_large()
    if done.stdout == b"P":
        raise _fault(
            "report_encrypted", Text("PDF 已加密", "the PDF is encrypted"),
            Text("请使用出具时的文件，勿另设密码", "use the file as issued, without a password"),
        )  # fmt: skip
    return done.stdout[1:].decode("utf-8", "replace")


def _too_large() -> InputError:
    memory = WORKBOOK_MEMORY // 1024 // 1024
    return _fault(
        "file_too_large",
        Text(
            f"读取所需超过 {WORKBOOK_SECONDS} 秒或 {memory} MB 内存，平台出具的评估报告不会如此",
            f"reading it needs more than {WORKBOOK_SECONDS} seconds or {memory} MB, more than any report issued by this platform",
        ),
        Text("请使用出具时的 Word 或 PDF 文件", "use the Word or PDF file as issued"),
    )


def _fault(code: str, reason: Text, hint: Text) -> InputError:
    return InputError([Problem("file", "", reason, hint, code)])


# -- Word --------------------------------------------------------------------------------------------------------


def _set_up(document: Any, data: Mapping[str, Any], lang: Lang) -> None:
    from datetime import datetime

    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    title = report_title(lang)
    issued = datetime.fromisoformat(data["record"]["issued_on"])
    properties = document.core_properties
    properties.title, properties.author, properties.language = (
        title,
        "Zhirong 知融",
        "zh-CN" if lang == "zh" else "en-GB",
    )
    properties.created = properties.modified = issued
    for name, size, eastern in (("Normal", 10.5, "宋体"), ("Title", 20, "黑体"), ("Heading 1", 14, "黑体")):
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
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = footer.add_run()
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = words
        run._r.append(element)
    document.add_heading(title, 0)


def _write_block(document: Any, block: Block, charts: Mapping[str, dict[str, Any]]) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Emu

    kind = block["kind"]
    if kind == "heading":
        document.add_heading(block["text"], 1)
    elif kind == "paragraph":
        document.add_paragraph(block["text"])
    elif kind == "strong":
        document.add_paragraph().add_run(block["text"]).bold = True
    elif kind == "list":
        for item in block["items"]:
            document.add_paragraph(item, style="List Bullet")
    elif kind == "table":
        _write_table(document, block)
    elif block["name"] in charts:
        picture = document.add_picture(io.BytesIO(to_png(charts[block["name"]])))
        ratio = picture.height / picture.width
        picture.width, picture.height = Emu(_TEXT_WIDTH), Emu(int(_TEXT_WIDTH * ratio))
        picture._inline.find(qn("wp:docPr")).set("descr", block["alt"])


def _write_table(document: Any, block: Block) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Emu, Pt

    table = document.add_table(rows=1, cols=len(block["head"]), style="Table Grid")
    table.autofit = False
    # The heading is repeated on every page.
    head = table.rows[0]._tr.get_or_add_trPr()
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head.append(repeated)
    whole = sum(block["widths"])
    widths = [Emu(int(_TEXT_WIDTH * width / whole)) for width in block["widths"]]
    for number, words in enumerate([block["head"], *block["rows"]]):
        cells = table.rows[0].cells if number == 0 else table.add_row().cells
        for cell, word, width, side in zip(cells, words, widths, block["aligned"], strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            paragraph.alignment = 2 if side == "right" else 0
            run = paragraph.add_run(word)
            run.bold = number == 0
            run.font.size = Pt(8)
    document.add_paragraph()


def _embed(document: Any, payload: str) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    coded = base64.b64encode(payload.encode()).decode()
    xml = f'<?xml version="1.0" encoding="UTF-8"?>\n<report xmlns="{NAMESPACE}">{coded}</report>'
    part = Part(PackURI(_CUSTOM_PART), "application/xml", xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)
