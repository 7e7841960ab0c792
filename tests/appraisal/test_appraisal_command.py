"""``zhirong appraise`` as its user runs it."""

import json
from pathlib import Path

import pytest

from zhirong.cli.main import main

CASE = """
[case]
as_of = 2026-09-01
[[rights]]
id = "p1"
kind = "invention"
title = "一种控制方法"
number = "ZL201719999901.7"
filing_date = 2017-05-12
grant_date = 2019-08-20
role = "core"
[[rights.holders]]
name = "甲公司"
[appraisal]
purpose = "transfer"
valuation_date = 2026-06-30
paths = 1000
[[appraisal.method]]
method = "licence_income"
exclusivity = "exclusive"
revenue = [{ value = "4600万元", grade = "audited", years = 8 }]
share_of_sales = { low = 0.01, mode = 0.02, high = 0.03, grade = "declared" }
discount_rate = { value = 0.15, grade = "assumed" }
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
[[appraisal.method]]
method = "comparable_transactions"
scale = { value = "SCALE", grade = "audited" }
scale_unit = "元年收入"
""".replace('"SCALE"', "46000000")

DEALS = """label,kind,day,price,scale,similarity,grade,source,adjust:剩余年限
甲,sale,2025-03-01,150万元,20000000,0.8,contract,公告,0.9
乙,auction,2024-11-15,90万元,16000000,0.6,contract,,
丙,licence,2025-09-20,240万元,32000000,0.5,declared,,1.1
"""


@pytest.fixture
def case(tmp_path: Path) -> str:
    path = tmp_path / "case.toml"
    path.write_text(CASE, encoding="utf-8")
    return str(path)


@pytest.fixture
def deals(tmp_path: Path) -> str:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, encoding="utf-8")
    return str(path)


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_one_method_of_a_case(case: str, deals: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["appraise", case, "--deals", deals, "--method", "licence_income", "--json"]) == 0
    answer = told(capsys)
    assert answer["status"] == "valued"
    assert [method["id"] for method in answer["methods"]] == ["licence_income"]  # type: ignore[index, attr-defined]


def test_deals_come_from_a_file_of_the_user(case: str, deals: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["appraise", case, "--deals", deals, "--lang", "en", "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "Appraised value: CNY" in shown
    assert "comparable transactions" in shown
    assert "similarity 0.6" in shown
    assert "剩余年限" in shown


def test_the_report_is_written_as_word_and_pdf_and_read_back(case: str, deals: str, tmp_path: Path) -> None:
    from zhirong.documents.appraisal_report import read_report

    papers = [tmp_path / "report.docx", tmp_path / "report.pdf"]
    words = ["appraise", case, "--deals", deals, "--lang", "en"]
    assert main([*words, "--docx", str(papers[0]), "--pdf", str(papers[1])]) == 0
    one, other = (read_report(paper.read_bytes()) for paper in papers)
    assert one["record"]["value"] == other["record"]["value"]
    assert main([*words, "--pdf", str(tmp_path / "nowhere" / "report.pdf")]) == 2


def test_without_deals_the_case_is_refused_by_field(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["appraise", case, "--lang", "en"]) == 2
    assert "appraisal.method[2].deal" in capsys.readouterr().err


def test_a_bad_row_of_the_deals_is_refused_by_field(
    case: str, deals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(deals).write_text(DEALS.replace("0.6,contract", "6,contract").replace("2025-09-20", "2027-09-20"))
    assert main(["appraise", case, "--deals", deals]) == 2
    errors = capsys.readouterr().err
    assert "deal[2].similarity" in errors
    assert "deal[3].day" in errors


def test_no_value_is_told_with_its_hint_and_exit_code_1(
    case: str, deals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(case).write_text(CASE.replace("filing_date = 2017-05-12", "filing_date = 2005-05-12"), encoding="utf-8")
    assert main(["appraise", case, "--method", "licence_income", "--deals", deals, "--json"]) == 1
    answer = told(capsys)
    assert (answer["status"], answer["code"]) == ("no_value", "no_life_left")
    assert main(["appraise", case, "--method", "licence_income", "--deals", deals, "--lang", "en"]) == 1
    assert "Fix:" in capsys.readouterr().out


def test_a_back_test_without_its_library_says_what_to_install(
    case: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("zhirong.cli.appraise.find_spec", lambda name: None)
    assert main(["appraise", "backtest", case, "--lang", "en"]) == 2
    assert "zhirong[survival]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ([], "CASE.toml"),
        (["CASE", "--method", "guess"], "method"),
        (["missing.toml"], "missing.toml"),
        (["backtest"], "DATA"),
        (["backtest", "missing.csv"], "missing.csv"),
        (["backtest", "x.csv", "--as-of", "yesterday"], "--as-of"),
        (["CASE", "--deals", "missing.csv"], "missing.csv"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    words: list[str], field: str, case: str, deals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = [case if word == "CASE" else word for word in words]
    if "--method" in filled:
        filled += ["--deals", deals]
    assert main(["appraise", *filled]) == 2
    assert field in capsys.readouterr().err


def test_brackets_in_names_are_shown_as_written(case: str, deals: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(deals)
    file.write_text(
        file.read_text(encoding="utf-8").replace("甲,sale,2025", "甲[/red][bold],sale,2020"), encoding="utf-8"
    )
    assert main(["appraise", case, "--deals", deals, "--method", "comparable_transactions", "--explain"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("甲[/red][bold]") == 3  # as an old deal twice, and among the deals


def test_a_method_used_twice_is_told_apart_by_its_name(
    case: str, deals: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = CASE.split("[[appraisal.method]]\n")[:2]
    methods = [again, again.replace("mode = 0.02, high = 0.03", "mode = 0.2, high = 0.25")]
    named = [
        f'[[appraisal.method]]\nid = "{name}"\n{text}' for name, text in zip(("low", "high"), methods, strict=True)
    ]
    Path(case).write_text(first + "".join(named), encoding="utf-8")
    assert main(["appraise", case, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("licence income (low)") == shown.count("licence income (high)") == 2
