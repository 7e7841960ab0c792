"""``zhirong claim`` and ``zhirong dispose``: what they print, as JSON and as text, and what they refuse."""

import io
import json
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from zhirong.chain.compensation.documents import documents_of
from zhirong.chain.compensation.natures import natures_of
from zhirong.chain.compensation.reading import read_recovery
from zhirong.chain.compensation.walk import walk
from zhirong.charts.coverage import shown_characters
from zhirong.charts.drawing import to_svg
from zhirong.charts.recovery import CarriedPoint, carried_chart
from zhirong.cli.main import main
from zhirong.documents.closing_report import closing_sheet
from zhirong.documents.financing.sheet import chart
from zhirong.documents.financing.typesetting import _set, paper_docx
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import Text
from zhirong.mode_files import load_mode

CASES = Path(__file__).parent / "cases"


def test_claim_prints_what_each_party_carries(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e03.toml"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["positions"]["guarantor"] == "1534215.96"
    assert answer["parties"]["guarantor"]["nature"] == "takes_over"
    assert answer["parties"]["guarantor"]["source"]["article"].startswith("民法典第七百条")
    assert answer["debts"]["E03"]["principal"] == "3835539.91"


def test_claim_as_of_a_day_shows_what_is_still_due(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e03.toml"), "--as-of", "2025-09-02", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "provincial re-guarantor still owes guarantee company 854,219.75" in shown


def test_claim_lists_entries_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claim", str(CASES / "e14.toml"), "--entries"]) == 0
    assert "贷款人·风险补偿款·风险补偿基金  -600,000.00" in capsys.readouterr().out


def test_claim_names_every_fault_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = tmp_path / "case.toml"
    case.write_text(
        'mode = "zhuhai"\n[[loan]]\nid = "A"\nborrower = "f"\nlender = "b"\nloan_day = 2025-01-01\namount = "1.00"\n'
        'first_day = 2024-01-01\nowed = { principal = "2.00" }\nevent = [{ kind = "gift", day = 2023-01-01 }]\n'
    )
    assert main(["claim", str(case), "--lang", "en"]) == 2
    shown = capsys.readouterr().err
    for field in ("loan[1].event[1].kind", "loan[1].first_day", "loan[1].owed.principal"):
        assert field in shown


def test_dispose_compares_and_distributes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dispose", str(CASES / "e12.toml"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    values = [float(way["present_value"]) for way in answer["ways"]]
    assert values == sorted(values, reverse=True)
    assert answer["surplus"] == "0.00"
    assert main(["dispose", str(CASES / "e12.toml"), "--compare", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "rank 2, B: CNY 319,896.36" in shown
    assert "[assumed]" in shown


def test_dispose_writes_options_and_distribution_as_excel(tmp_path: Path) -> None:
    book = tmp_path / "e12.xlsx"
    assert main(["dispose", str(CASES / "e12.toml"), "--lang", "en", "--xlsx", str(book)]) == 0
    read = openpyxl.load_workbook(book)
    values = [row[5] for row in read["options"].iter_rows(min_row=2, values_only=True)]
    assert values == sorted(values, reverse=True)
    rows = [row[:2] for row in read["distribution"].iter_rows(min_row=2, values_only=True)]
    deducted = sum(Decimal(str(amount)) for _, amount in rows[:-4])
    assert deducted == Decimal("192449.31")
    assert rows[-4:] == [
        ("A", 2100000),
        ("B", 319896.36),
        ("surplus to the pledgor", 0),
        ("price", 2612345.67),
    ]


def test_expected_payments_and_charts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the claim and the recoveries are given: each payer pays on its day, the re-guarantors 30 days after."""
    text = (CASES / "e03.toml").read_text()
    case, page = tmp_path / "case.toml", tmp_path / "case.html"
    case.write_text("\n".join(line for line in text.splitlines() if 'kind = "paid"' not in line))
    assert main(["claim", str(case), "--expected", "--json", "--chart", str(page)]) == 0
    answer = json.loads(capsys.readouterr().out)
    paid = [(step["day"], step["title"]["en"]) for step in answer["steps"] if " pays " in step["title"]["en"]]
    assert paid == [
        ("2025-07-18", "guarantee company pays partner bank"),
        ("2025-08-17", "provincial re-guarantor pays guarantee company"),
        ("2025-08-17", "National Financing Guarantee Fund pays guarantee company"),
    ]
    assert answer["positions"]["guarantor"] == "1534215.96"
    assert page.read_text().count("<svg") == 2
    assert main(["claim", str(case), "--chart", str(case)]) == 2, "an output never overwrites the input"


def test_the_closing_report_has_charts_documents_and_every_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """PDF with both charts, Excel whose sheets add up, and the documents of each step, in both languages."""
    case = str(CASES / "e03.toml")
    for lang, first, total in (("zh", "各方付款和承担", "合计"), ("en", "who paid and received", "all")):
        pdf, book = tmp_path / f"{lang}.pdf", tmp_path / f"{lang}.xlsx"
        words = ["claim", case, "--lang", lang, "--documents", "--pdf", str(pdf), "--xlsx", str(book)]
        assert main(words) == 0
        shown = capsys.readouterr().out
        assert ("权益转让书" if lang == "zh" else "certificate of transfer of the claim") in shown
        assert pdf.read_bytes().startswith(b"%PDF")
        read = openpyxl.load_workbook(book)
        parties = [[cell.value for cell in row] for row in read[first].iter_rows(max_col=4)]
        assert parties[-1] == [total, None, None, 3868873.24]
        assert len(read.sheetnames) == 5
        entries = [row[4] for row in read.worksheets[3].iter_rows(min_row=2, values_only=True)]
        assert sum(round(amount * 100) for amount in entries) == 0


def test_a_document_states_its_charts_in_words() -> None:
    """The Word file holds the pictures, each with what it shows as its description."""
    file = read_recovery(Reader(tomllib.loads((CASES / "e03.toml").read_text(), parse_float=Decimal), source="e03"))
    mode = load_mode(file.mode)
    natures = {role: nature for role, (nature, _) in natures_of(mode, load_rulebook(), date(2026, 1, 1)).items()}
    done = walk(mode, file.loans, natures, file.pool)
    sheet = closing_sheet(mode, done, documents_of(file.loans, natures), "zh")
    document = Document(io.BytesIO(paper_docx(sheet)))
    descriptions = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(descriptions) == 2
    assert descriptions == [block["words"] for block in sheet.blocks if block["kind"] == "chart"]
    assert all("担保公司" in words for words in descriptions)


def test_a_picture_is_set_as_it_was_drawn() -> None:
    """Text is made printable, with breaks in long words; inside a picture that would lose its lines and figures."""
    spec = carried_chart([CarriedPoint(date(2026, 1, n), Text("银行", "bank"), Decimal(n)) for n in (1, 2)], "en")
    [block] = [_set(one, shown_characters()) for one in (chart(spec),)]
    assert block["svg"] == to_svg(spec)
    assert block["words"] == spec["description"]


def test_a_report_of_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["claim", str(CASES / "e03.toml"), "--as-of", "2020-01-01", "--pdf", str(tmp_path / "x.pdf")]
    assert main([*words, "--lang", "en"]) == 2
    assert "--as-of" in capsys.readouterr().err
    assert not (tmp_path / "x.pdf").exists()
