"""``zhirong loan replay`` as its user runs it, and what it says to a file that cannot be used."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.events import Drawdown
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError

GOOD = """
[loan]
id = "HZ-1"
principal = 360000
start = 2024-01-15
end = 2024-07-15
method = "interest_with_principal"
rate = 0.036
day_count = "act_360"

[[event]]
id = "D1"
kind = "drawdown"
day = 2024-01-15
amount = 360000

[[event]]
id = "P1"
kind = "payment"
day = 2024-07-15
booked = 2024-10-20
amount = 366552
"""


def written(folder: Path, text: str) -> str:
    file = folder / "events.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_json_has_state_category_provisions_and_books(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["loan", "replay", written(tmp_path, GOOD), "--as-of", "2024-10-19", "--json"]) == 0
    late = json.loads(capsys.readouterr().out)
    assert (late["days_overdue"], late["classification"]["category"]) == (96, "substandard")
    assert late["provision"] == {"five_category": "90000.00", "standard": "108000.00"}
    assert late["books_problems"] == []
    assert main(["loan", "replay", written(tmp_path, GOOD), "--as-of", "2024-10-20", "--json"]) == 0
    paid = json.loads(capsys.readouterr().out)
    assert (paid["payoff"], paid["classification"]["category"]) == ("0.00", "normal")
    assert {row["account"]: row["balance"] for row in paid["trial_balance"]}["lender:cash"] == "6552.00"
    assert [(entry["day"], entry["cause"]) for entry in paid["entries"]] == [
        ("2024-01-15", "D1"),
        ("2024-10-20", "P1"),
        ("2024-10-20", "accrual"),
    ]


def test_text_says_what_settles_the_loan_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, GOOD)
    assert main(["loan", "replay", file, "--as-of", "2024-10-19"]) == 0
    # 360,000 + 6,552 + 96 days of penalty (54 a day) and of compound interest (0.9828 a day).
    chinese = capsys.readouterr().out
    assert "今日结清金额：371,830.35 元" in chinese and "分类：次级" in chinese
    assert main(["loan", "replay", file, "--as-of", "2024-10-19", "--lang", "en"]) == 0
    assert "settlement amount today: CNY 371,830.35" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (("amount = 366552", "amount = 0"), "event[2].amount", "too_small"),
        (('kind = "payment"', 'kind = "paiment"'), "event[2].kind", "not_a_choice"),
        (('id = "P1"', 'id = "D1"'), "event[D1].id", "id_twice"),
        (("day = 2024-07-15\n", "day = 2024-01-14\n"), "event[P1].day", "before_drawdown"),
        (('kind = "payment"', 'kind = "reversal"\nof = "nobody"'), "event[2].amount", "unknown_field"),
        (('[[event]]\nid = "D1"', '[servicing]\noverdue_uplift = 0.6\n\n[[event]]\nid = "D1"'), "servicing.overdue_uplift", "uplift_outside"),
        (('[[event]]\nid = "D1"', '[servicing]\nmisuse_uplift = 0.4\n\n[[event]]\nid = "D1"'), "servicing.misuse_uplift", "uplift_outside"),
        (('[[event]]\nid = "D1"', '[servicing]\norder = ["costs"]\n\n[[event]]\nid = "D1"'), "servicing.order", "order_incomplete"),
        (('kind = "payment"', 'kind = "payment"\norder = ["principal"]'), "event[P1].order", "order_incomplete"),
        (('kind = "drawdown"', 'kind = "fee"'), "event", "no_drawdown"),
    ],
)  # fmt: skip
def test_bad_input_is_named(
    change: tuple[str, str], field: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = GOOD.replace(*change)
    assert broken != GOOD
    assert main(["loan", "replay", written(tmp_path, broken), "--as-of", "2024-10-19", "--json"]) == 2
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert (field, code) in {(problem["field"], problem["code"]) for problem in problems}
    assert all(problem["hint"]["zh"] and problem["hint"]["en"] for problem in problems)


LEVEL = """
[loan]
id = "HZ-2"
principal = 1200000
start = 2024-01-15
end = 2025-01-15
method = "level_payment"
rate = 0.06
{}
[[event]]
id = "D1"
kind = "drawdown"
day = 2024-01-15
amount = 1200000
"""


@pytest.mark.parametrize(
    ("table", "field", "code"),
    [
        ('[loan.grace]\nperiods = 3\ninterest = "capitalised"', "loan.grace.interest", "grace_not_serviced"),
        ("[[loan.draw]]\nday = 2024-03-01\namount = 1000", "loan.changes", "changes_are_events"),
        ("[[loan.prepayment]]\nday = 2024-03-01\namount = 1000", "loan.changes", "changes_are_events"),
    ],
)
def test_what_cannot_be_serviced_is_refused_without_a_servicing_table_too(
    table: str, field: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, LEVEL.format(table))
    assert main(["loan", "replay", file, "--as-of", "2025-02-15", "--json"]) == 2
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert [(problem["field"], problem["code"]) for problem in problems] == [(field, code)]


def test_a_contract_made_in_python_is_checked_too() -> None:
    terms = LoanTerms(36_000_000, date(2024, 1, 15), date(2024, 7, 15), Method.BULLET, FixedRate(Decimal("0.036")))
    drawn = Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    with pytest.raises(InputError) as refused:
        replay([drawn], Contract("L1", terms, Decimal("0.6"), Decimal(1)), terms.end, RULES, WORKING_DAYS)
    assert [problem.field for problem in refused.value.problems] == ["servicing.overdue_uplift"]


def test_the_books_are_written_as_excel_and_for_beancount(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, plain = tmp_path / "books.xlsx", tmp_path / "books.beancount"
    file = written(tmp_path, GOOD)
    command = ["loan", "replay", file, "--as-of", "2024-10-20", "--xlsx", str(book), "--beancount", str(plain)]
    assert main([*command, "--lang", "en"]) == 0
    assert '2024-10-20 * "HZ-1" "P1"' in plain.read_text(encoding="utf-8")
    sheets = openpyxl.load_workbook(book)
    cells = {row[0].value: row[5].value for row in sheets["Trial balance"].iter_rows(min_row=2, max_col=6)}
    assert float(cells["lender:cash"]) == 6552.00
    capsys.readouterr()
    assert (
        main(["loan", "replay", file, "--as-of", "2024-10-20", "--json", "--xlsx", str(tmp_path / "no" / "b")]) == 2
    )
    problems = json.loads(capsys.readouterr().err)["error"]["problems"]
    assert [problem["code"] for problem in problems] == ["unwritable_file"]


def test_before_the_order_came_into_force_no_category_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = GOOD.replace("2024-", "2022-")
    assert main(["loan", "replay", written(tmp_path, old), "--as-of", "2022-10-19", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classification"] is None


def test_a_rule_that_is_not_confirmed_is_marked_where_it_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "twice.toml"
    file.write_text(
        """
[loan]
id = "T"
principal = 300000
start = 2025-02-11
end = 2026-02-11
method = "bullet"
rate = 0.04
[[event]]
id = "D"
kind = "drawdown"
day = 2025-02-11
amount = 300000
[[event]]
id = "R1"
kind = "restructuring"
day = 2025-05-06
until = 2027-02-11
[[event]]
id = "R2"
kind = "restructuring"
day = 2025-08-05
until = 2028-02-11
""",
        encoding="utf-8",
    )
    assert main(["--lang", "en", "loan", "replay", str(file), "--as-of", "2025-08-05"]) == 0
    out = capsys.readouterr().out
    assert "[lending.classification.second_restructuring, unconfirmed]" in out
    assert "category: substandard" in out
