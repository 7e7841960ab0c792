"""The quote as a workbook: numbers are numbers, sums are live and right, words never run."""

import copy
import io
import json
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from completed_documents import quote_document
from zhirong.documents.quote_xlsx import quote_xlsx

QUOTE: dict[str, Any] = json.loads((Path(__file__).parent / "quote.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def workbook() -> Workbook:
    return load_workbook(io.BytesIO(quote_xlsx(quote_document(QUOTE))))


@pytest.fixture(scope="module")
def results() -> Workbook:
    return load_workbook(io.BytesIO(quote_xlsx(quote_document(QUOTE))), data_only=True)


def test_the_sheets(workbook: Workbook) -> None:
    assert workbook.sheetnames == ["摘要", "权利", "评估", "额度", "模式", "现金流", "谁承担", "依据"]


def test_amounts_are_numbers_with_a_format(workbook: Workbook) -> None:
    summary = {row[0].value: row[1] for row in workbook["摘要"].iter_rows(max_row=20, max_col=2)}
    assert summary["授信额度"].value == 1_510_000
    assert summary["授信额度"].number_format == "#,##0.00"
    assert summary["质押率"].value == 0.25
    assert summary["质押率"].number_format == "0.00%"
    assert summary["企业"].value == "西咸惯性导航技术有限公司"


def test_numbers_of_rights_stay_text(workbook: Workbook) -> None:
    assert workbook["权利"]["B2"].value == "201410362077.3"


def _resolve(sheet: Any, formula: str) -> Decimal:
    """The result of the few kinds of formula used, from the cells themselves."""
    span = re.fullmatch(r"=(SUM|MIN)\(([A-Z]+\d+:[A-Z]+\d+)\)", formula)
    if span:
        cells = [cell.value for row in sheet[span[2]] for cell in row if cell.value is not None]
        numbers = [Decimal(str(value)) for value in cells]
        return sum(numbers, Decimal(0)) if span[1] == "SUM" else min(numbers)
    signed = re.findall(r"([+=-])([A-Z]+\d+)", formula)
    assert signed, formula
    return sum(((-1 if sign == "-" else 1) * Decimal(str(sheet[cell].value)) for sign, cell in signed), Decimal(0))


def test_every_formula_gives_the_result_it_carries(workbook: Workbook, results: Workbook) -> None:
    found = 0
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    found += 1
                    carried = Decimal(str(results[sheet.title][cell.coordinate].value))
                    assert _resolve(sheet, cell.value).quantize(Decimal("0.01")) == carried.quantize(
                        Decimal("0.01")
                    ), (sheet.title, cell.coordinate)
    # One net cost and one cash-flow total a mode, three loss totals a mode, and the credit points.
    assert found == 5 * len(QUOTE["modes"]) + 1


def test_cash_flows_sum_to_minus_the_net_cost(results: Workbook) -> None:
    net = {row[0]: row[6] for row in results["模式"].iter_rows(min_row=2, max_row=6, max_col=7, values_only=True)}
    flows = [row for row in results["现金流"].iter_rows(max_col=4, values_only=True) if row[0] == "合计"]
    for (mode, cost), (*_, total) in zip(net.items(), flows, strict=True):
        assert abs(cost + total) < 0.02, mode


def test_a_line_that_is_not_the_smallest_limit_is_a_plain_number() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["credit_limit"].update(amount="0.00", decision="decline")
    sheet = load_workbook(io.BytesIO(quote_xlsx(quote_document(quote))))["额度"]
    line = next(row for row in sheet.iter_rows(max_col=2) if row[0].value == "授信额度")
    assert line[1].data_type == "n"
    assert line[1].value == 0


@pytest.mark.parametrize(
    "words",
    [
        '=HYPERLINK("http://x","y")',
        "+1+1",
        "-2",
        "@SUM(A1)",
        "=cmd|'/c calc'!A0",
        "http://example.org",
        "\t=1",
        "00123",
    ],
)
def test_words_never_become_formulas_links_or_numbers(words: str) -> None:
    quote = copy.deepcopy(QUOTE)
    quote["case"]["firm"]["name"] = words
    quote["rights"][0]["title"] = words
    content = quote_xlsx(quote_document(quote))
    book = load_workbook(io.BytesIO(content))
    for cell in (book["摘要"]["B2"], book["权利"]["A2"]):
        assert cell.data_type == "s"
        assert cell.value == words
        assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if "external" in name.lower()]


def test_charts_are_there_and_live() -> None:
    # Drawn from the cells of the four modes that are open to the firm; the fifth does not fit it.
    with zipfile.ZipFile(io.BytesIO(quote_xlsx(quote_document(QUOTE)))) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 2
    assert any("percentStacked" in chart and "'谁承担'!$B$2:$B$5" in chart for chart in charts)


def test_the_same_quote_gives_the_same_bytes() -> None:
    assert quote_xlsx(quote_document(QUOTE)) == quote_xlsx(quote_document(QUOTE))


def test_a_quote_without_its_optional_parts() -> None:
    book = load_workbook(io.BytesIO(quote_xlsx(quote_document({"case": {"id": "x"}}))))
    assert len(book.sheetnames) == 8


def test_in_english() -> None:
    assert load_workbook(io.BytesIO(quote_xlsx(quote_document(QUOTE), "en"))).sheetnames[0] == "Summary"


def test_half_a_character_does_not_stop_the_workbook() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["case"]["firm"]["name"] = "甲\ud800乙😀"
    assert load_workbook(io.BytesIO(quote_xlsx(quote_document(quote))))["摘要"]["B2"].value == "甲\ufffd乙😀"


def _words_of(workbook: Workbook, sheet: str) -> list[str]:
    return [str(cell.value) for row in workbook[sheet].iter_rows() for cell in row if cell.value is not None]


def test_the_summary_says_what_the_quote_comes_to() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["credit_limit"]["conditional"] = True
    summary = _words_of(load_workbook(io.BytesIO(quote_xlsx(quote_document(quote)))), "摘要")
    assert "附条件：可贷款 1,510,000.00 元，低于申请金额 2,000,000.00 元" in summary
    english = _words_of(load_workbook(io.BytesIO(quote_xlsx(quote_document(quote), "en"))), "Summary")
    assert "Conditional: CNY 1,510,000.00 can be lent, less than the 2,000,000.00 requested" in english


def test_provisional_due_days_name_their_year() -> None:
    quote = copy.deepcopy(QUOTE)
    quote["modes"][0]["schedule"] = [{"written": "2027-02-15", "due": "2027-02-15", "provisional": True}]
    book = load_workbook(io.BytesIO(quote_xlsx(quote_document(quote))))
    for sheet in ("摘要", "现金流"):
        assert sum("2027 年的节假日安排尚未公布" in words for words in _words_of(book, sheet)) == 1
    assert not any(
        "尚未公布" in words
        for words in _words_of(load_workbook(io.BytesIO(quote_xlsx(quote_document(QUOTE)))), "摘要")
    )


def test_a_policy_pack_is_named_with_version_and_digest() -> None:
    pack = {
        "id": "qinchuan-bank",
        "version": "2026.1",
        "title": {"zh": "秦川银行政策", "en": "Qinchuan Bank policy"},
    }
    made = load_workbook(
        io.BytesIO(quote_xlsx(quote_document({**QUOTE, "packs": [{**pack, "digest": "ab12" * 16}]})))
    )
    cells = [str(cell.value) for sheet in made for row in sheet.iter_rows() for cell in row]
    assert any("qinchuan-bank 2026.1" in cell and "ab12" * 16 in cell for cell in cells)
