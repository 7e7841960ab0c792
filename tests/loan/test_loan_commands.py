"""``zhirong schedule`` as a user runs it."""

import json
from pathlib import Path

import openpyxl
import pytest

from zhirong.cli.main import main

LOAN = """
principal = "200万元"
start = 2025-01-31
months = 12
method = "level_payment"
shift = "following"
[linked]
index = "lpr_one_year"
spread_bp = 50
[[prepayment]]
day = 2025-06-10
amount = 500000
effect = "shorten"
"""


@pytest.fixture
def loan(tmp_path: Path) -> Path:
    file = tmp_path / "loan.toml"
    file.write_text(LOAN, encoding="utf-8")
    return file


def test_the_screen_names_the_rate_it_rests_on(loan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", str(loan)]) == 0
    shown = capsys.readouterr().out
    assert "等额本息 2,000,000.00" in shown
    assert "利息合计" in shown
    assert "未确认" in shown


def test_json_keeps_money_as_text(loan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", str(loan), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["rows"][0]["opening"] == "2000000.00"
    assert [row["kind"] for row in made["rows"]].count("prepayment") == 1
    assert made["rows"][-1]["closing"] == "0.00"
    assert made["sources"][0]["confidence"] == "unconfirmed"


def test_excel_holds_the_same_rows(loan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paper = tmp_path / "out.xlsx"
    assert main(["schedule", str(loan), "--json", "--xlsx", str(paper)]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    sheet = openpyxl.load_workbook(paper).active
    assert sheet is not None
    cells = list(sheet.iter_rows(min_row=2, max_row=len(rows) + 1, values_only=True))
    assert [f"{cell[8]:.2f}" for cell in cells] == [row["total"] for row in rows]
    assert str(cells[0][3])[:10] == rows[0]["due"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('method = "level_payment"\nbaloon = 5', "baloon"),
        ('method = "level_payment"\nrate = 0.05', "rate"),
        ('method = "level_payment"\ncycle = "monthly"', "cycle"),
        ('method = "bullet"', "prepayment[1].effect"),
    ],
)
def test_bad_terms_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, field: str) -> None:
    file = tmp_path / "loan.toml"
    file.write_text(LOAN.replace('method = "level_payment"', line), encoding="utf-8")
    assert main(["schedule", str(file), "--lang", "en"]) == 2
    assert field in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(loan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schedule", str(loan), "--xlsx", "/nowhere/at/all.xlsx"]) == 2
    assert "/nowhere/at/all.xlsx" in capsys.readouterr().err
