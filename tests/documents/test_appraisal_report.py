"""The appraisal report in Word and PDF: every part, every figure with its row, and the data back out of both."""

import base64
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.lending import lending_value
from zhirong.chain.appraisal_practice.records import ReportSignature, formal_record, online_record, record_of_json
from zhirong.chain.appraisal_practice.report import PART_TEXT, Parties, report_data
from zhirong.chain.appraisal_practice.report_document import ReportDocument
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, Holder, Right, Role
from zhirong.documents.appraisal_report import appraisal_docx, appraisal_pdf, read_report
from zhirong.documents.appraisal_report_blocks import report_blocks, working_rows
from zhirong.kernel.capital_money import capital_yuan
from zhirong.kernel.document import from_json, to_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)
REQUEST = """
purpose = "pledge"
valuation_date = 2026-06-30
redeployability = "medium"
paths = 2000
[[method]]
method = "relief_from_royalty"
id = "income"
first_year_revenue = { low = 8000000, mode = 10000000, high = 12000000, grade = "audited", source = "审计报告" }
growth = { low = 0, mode = 0.05, high = 0.10, grade = "declared" }
royalty_rate = { low = 0.03, mode = 0.05, high = 0.07, grade = "declared", source = "许可合同" }
discount_rate = { low = 0.15, mode = 0.18, high = 0.22, grade = "assumed" }
economic_life = { low = 6, mode = 8, high = 10, grade = "declared" }
tax_basis = "after_tax"
tax_rate = 0.15
convention = "mid_year"
"""


def right_of(title: str = "一种控制方法", **changes: Any) -> Right:
    facts: dict[str, Any] = {"filing_date": date(2018, 3, 1), "grant_date": date(2020, 3, 1), "role": Role.CORE}
    return Right("p1", RightKind.INVENTION, title, "201410362077.3", (Holder("甲公司"),), **{**facts, **changes})


def appraisal_of(right: Right) -> Appraisal:
    found = appraise(read_appraisal(Reader(parse_toml(REQUEST, "t")), ["p1"], DAY), [right], RULES, DAY)
    assert isinstance(found, Appraisal)
    return found


def data_of(right: Right | None = None, *, formal: bool = True) -> dict[str, Any]:
    right = right or right_of()
    found = appraisal_of(right)
    signature = ReportSignature("A1", ("v1", "v2"), date(2026, 7, 15), True, False)
    record = (
        formal_record("R2026-001", found, signature, rules=RULES, fee=2_500_000)
        if formal
        else online_record("O2026-001", found, DAY, RULES)
    )
    lending = lending_value(found, [right], date(2027, 9, 1), RULES, DAY)
    parties = Parties("甲公司", ("某银行",), "某评估机构" if formal else "", ("张某", "李某") if formal else ())
    return report_data(found, record, [right], parties, RULES, lending)


def document_of(data: dict[str, Any]) -> ReportDocument:
    """The report as Word and PDF read it, from the data that they contain."""
    return from_json(ReportDocument, json.loads(json.dumps(data)))


DATA = data_of()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return appraisal_pdf(DATA)


@pytest.fixture(scope="module")
def docx() -> bytes:
    return appraisal_docx(DATA)


def words_of_pdf(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def words_of_docx(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "".join("".join([*(p.text for p in document.paragraphs), *cells]).split())


def code_of(content: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read_report(content)
    return caught.value.problems[0].code


def test_every_part_is_there_in_order(pdf: bytes, docx: bytes) -> None:
    titles = ["".join(text.zh.split()) for text in PART_TEXT.values()]
    for found in (words_of_pdf(pdf), words_of_docx(docx)):
        for number, title in enumerate(titles, 1):
            assert f"{number}{title}" in found, title
    headings = [p.text for p in Document(io.BytesIO(docx)).paragraphs if p.style.name == "Heading 1"]
    assert [heading.split("  ", 1)[1] for heading in headings] == [text.zh for text in PART_TEXT.values()]


def test_what_a_reader_looks_for(pdf: bytes, docx: bytes) -> None:
    for found in (words_of_pdf(pdf), words_of_docx(docx)):
        for word in (
            "某评估机构",
            "张某、李某",
            "2026-06-30",
            "201410362077.3",
            "市场价值",
            "许可费节省法",
            "审计报告",
        ):
            assert word in found, word
        assert "没有利害关系" in found


def test_it_comes_back_as_data(pdf: bytes, docx: bytes) -> None:
    assert read_report(pdf) == DATA
    assert read_report(docx) == DATA


def test_the_text_of_a_word_file_does_not_change_its_data(docx: bytes) -> None:
    document = Document(io.BytesIO(docx))
    document.paragraphs[3].text = "评估价值 9 亿元"
    again = io.BytesIO()
    document.save(again)
    assert read_report(again.getvalue()) == DATA


def test_changed_data_are_refused(docx: bytes) -> None:
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(changed, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if "zhirong" in entry.filename:
                head, coded, tail = re.split(rb">([A-Za-z0-9+/=]{50,})<", content)
                payload = json.loads(base64.b64decode(coded))
                payload["report"]["record"]["value"] = "900000000.00"
                content = head + b">" + base64.b64encode(json.dumps(payload).encode()) + b"<" + tail
            new.writestr(entry, content)
    assert code_of(changed.getvalue()) == "report_changed"


def test_other_files_are_no_reports(pdf: bytes) -> None:
    plain = io.BytesIO()
    Document().save(plain)
    for content in (b"", b"PK\x03\x04", b"%PDF-1.7\n", plain.getvalue(), b"hello", pdf[: len(pdf) // 2]):
        assert code_of(content) == "not_a_report"


EXAMPLES = [
    block.split("```")[0]
    for block in (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md")
    .read_text("utf-8")
    .split("```toml\n")[1:]
    if "[[appraisal.method]]" in block.split("```")[0]
]
HEAD = '[appraisal]\npurpose = "transfer"\nvaluation_date = 2026-06-30\n'


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split('method = "')[1].split('"')[0])
def test_every_method_of_the_page_makes_a_report(example: str) -> None:
    text = example if "purpose" in example else HEAD + example
    request = read_appraisal(Reader(parse_toml(text, "page")).table("appraisal"), ["p1"], DAY)
    found = appraise(request, [right_of()], RULES, DAY)
    if not isinstance(found, Appraisal):
        assert found.code == "only_cross_checks"
        return
    record = online_record("O1", found, DAY, RULES)
    data = report_data(found, record, [right_of()], Parties("甲公司"), RULES)
    assert record_of_json(json.loads(json.dumps(data))["record"]) == record
    for lang in ("zh", "en"):
        untraced = amounts_not_in_the_working_papers(data, lang)
        assert untraced == [], untraced


AMOUNT = re.compile(r"\d[\d,]*\.\d\d(?!\d)")


@pytest.mark.parametrize("formal", [True, False])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_amount_stands_in_the_working_papers(lang: Any, formal: bool) -> None:
    assert amounts_not_in_the_working_papers(data_of(formal=formal), lang) == []


def amounts_not_in_the_working_papers(data: dict[str, Any], lang: Any) -> list[str]:
    """Every figure with two decimals in the body that no row of the annex shows."""
    blocks = report_blocks(document_of(data), lang)
    body = blocks[: next(n for n, b in enumerate(blocks) if b["kind"] == "heading" and b["text"].startswith("16"))]
    shown = [
        amount
        for block in body
        if block["kind"] in ("strong", "table", "paragraph")
        for words in [block.get("text", ""), *(cell for row in block.get("rows", []) for cell in row)]
        for amount in AMOUNT.findall(words)
    ]
    assert len(shown) > 10
    working = "\n".join(" ".join(row) for row in working_rows(document_of(data), lang))
    traced = {amount.replace(",", "") for amount in AMOUNT.findall(working)}
    return [amount for amount in shown if amount.replace(",", "") not in traced]


def test_the_value_stands_in_capitals_and_the_rows_are_named_in_chinese() -> None:
    data = data_of(formal=True)
    capital = capital_yuan(parse_yuan(data["record"]["value"]))
    report = document_of(data)
    words = str(report_blocks(report, "zh"))
    assert f"评估价值（大写）：{capital}" in words
    assert "人民币" not in str(report_blocks(report, "en"))
    named = [row[1] for row in working_rows(report, "zh")]
    assert {"P5", "P50", "P95", "均值"} <= {one.strip() for one in named}


@pytest.mark.parametrize("formal", [True, False])
def test_the_report_is_one_document_for_files_and_programs(formal: bool) -> None:
    data = data_of(formal=formal)
    assert to_json(document_of(data)) == data


def test_a_row_number_leads_to_its_figure() -> None:
    rows = {row[0]: row for row in working_rows(document_of(DATA), "zh")}
    assert rows[str(DATA["value"]["row"])][1] == "评估价值（P50）"
    for name, number in DATA["value"]["rows"].items():
        if name != "interval":
            shown = rows[str(number)][2].replace(",", "")
            assert DATA["value"][name] in shown
    for method in DATA["methods"]:
        for entry in method["inputs"]:
            row = rows[str(entry["row"])]
            assert entry["shown"] in row[2], (entry, row)
    assert DATA["lending"]["lending_value"] in rows[str(DATA["lending"]["row"])][2].replace(",", "")
    for right in DATA["rights"]:
        assert right["life_end"] in rows[str(right["row"])][2]


def test_charts_are_in_both(pdf: bytes, docx: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        assert len([name for name in archive.namelist() if name.startswith("word/media/")]) == 2
        assert b"descr=" in archive.read("word/document.xml")
    assert "对价值影响最大的输入" in words_of_pdf(pdf)


def test_an_online_report_says_what_it_is() -> None:
    data = data_of(formal=False)
    found = words_of_docx(appraisal_docx(data))
    assert "不能代替正式评估" in found
    assert "未签章" in found
    assert "没有利害关系" not in found
    low = float(data["record"]["low"])
    assert low < float(data["value"]["p10"])


def test_what_is_wrong_with_a_right_is_said() -> None:
    licensed = right_of(flags=frozenset({Flag.INVALIDATION_PENDING}))
    matters = [text["zh"] for text in data_of(licensed)["special_matters"]]
    assert "一种控制方法：无效宣告程序中" in matters
    assert any("输入中" in text for text in matters)


@pytest.mark.parametrize(
    "title", ['#include "x"', "<b>&amp;</b>", "a\x00b\x07c", "𠮷野家\u200b", "*x* $y$", "长" * 400]
)
def test_hostile_words_are_printed_as_words(title: str) -> None:
    data = data_of(right_of(title))
    for content in (appraisal_pdf(data), appraisal_docx(data)):
        assert read_report(content)["rights"][0]["title"] == title


def test_english() -> None:
    found = "".join(page.extract_text() for page in PdfReader(io.BytesIO(appraisal_pdf(DATA, "en"))).pages)
    for word in ("Appraisal report", "Working papers", "working papers", "relief from royalty"):
        assert word.lower() in found.lower(), word


def test_a_record_of_another_appraisal_is_refused() -> None:
    found = appraisal_of(right_of())
    record = online_record("O1", found, DAY, RULES)
    other = replace(record, value=record.value + 1)
    with pytest.raises(ValueError, match="not that of the appraisal"):
        report_data(found, other, [right_of()], Parties("甲"), RULES)


def test_the_pdf_is_for_the_archive(pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(pdf))
    metadata = reader.xmp_metadata
    assert metadata is not None
    assert reader.metadata is not None
    assert reader.metadata.title == "知识产权资产评估报告"
    assert b"pdfaid" in pdf or "pdfaid" in str(reader.xmp_metadata.stream.get_data())
    names = {str(font["/BaseFont"]) for page in reader.pages for font in _fonts(page)}
    assert names
    assert all("NotoSansCJK" in name for name in names)


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"].get_object().get("/Font", {}).get_object().values()]
