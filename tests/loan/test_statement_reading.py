"""Bank statements as people export them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.chain.financing.statement import HEADINGS, MOST_LINES, read_statement
from zhirong.documents.statement_xlsx import statement_template
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import yuan

TODAY = date(2026, 11, 25)
HEAD = ["交易日期", "交易流水号", "借贷", "交易金额", "对方名称", "附言"]


def read(*rows: list[object]):
    return read_statement([(1, HEAD), *((number, row) for number, row in enumerate(rows, 2))], TODAY)


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-25",
        "2026/11/25",
        "20261125",
        "2026年11月25日",
        "2026-11-25 09:30:00",
        TODAY,
        datetime(2026, 11, 25, 9),
    ],
)
def test_days_as_banks_write_them(day: object) -> None:
    assert read([day, "R1", "贷", "1.00", "某企业", ""]).lines[0].day == TODAY


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("21,750.00", 2_175_000),
        (21750.0, 2_175_000),
        (0.1, 10),
        (1234567.89, 123_456_789),
        (5, 500),
        ("２００", 20_000),
    ],
)
def test_amounts_as_spreadsheets_keep_them(written: object, fen: int) -> None:
    assert read([TODAY, "R1", "贷", written, "某企业", ""]).lines[0].amount == fen


@pytest.mark.parametrize(
    "written", ["", None, "0", "-5", "1.005", 1.005, "abc", True, float("nan"), float("inf"), "1e3"]
)
def test_what_is_no_amount_is_named(written: object) -> None:
    found = read([TODAY, "R1", "贷", written, "某企业", ""])
    assert found.lines == () and [one.code for one in found.problems] == ["bad_amount"]
    assert found.problems[0].field == "row[2].金额"


@given(st.integers(1, 10**13))
def test_every_amount_is_exact(fen: int) -> None:
    assert read([TODAY, "R1", "借", yuan(fen), "某企业", ""]).lines[0].amount == fen


@pytest.mark.parametrize(
    ("day", "amount", "code"),
    [
        ("0001-01-01", "5", "bad_day"),
        ("2026-11-26", "5", "bad_day"),
        (TODAY, "99999999999999999999", "bad_amount"),
    ],
)
def test_what_no_bank_books_is_named_by_its_row(day: object, amount: str, code: str) -> None:
    found = read([day, "R1", "贷", amount, "某企业", ""])
    assert found.lines == () and [one.code for one in found.problems] == [code]
    assert found.problems[0].field.startswith("row[2].")


def test_every_problem_of_every_row_is_named_together() -> None:
    found = read(
        ["昨天", "", "进", "x", "", ""],
        [TODAY, "R2", "贷", "5", "某企业", "还款"],
        [date(2026, 11, 26), "R3", "借", "5", "某企业", ""],
    )
    assert [one.code for one in found.problems] == [
        "bad_day", "bad_reference", "bad_direction", "bad_amount", "no_counterparty", "bad_day",
    ]  # fmt: skip
    assert [(line.row, line.direction, line.note) for line in found.lines] == [(3, "in", "还款")]


def test_an_entry_written_twice_counts_once_and_two_of_one_number_are_a_problem() -> None:
    one = [TODAY, "R1", "贷", "5", "某企业", ""]
    assert len(read(one, list(one)).lines) == 1
    assert [p.code for p in read(one, [TODAY, "R1", "贷", "6", "某企业", ""]).problems] == ["reference_differs"]


def test_headings_that_are_missing_are_named_all() -> None:
    with pytest.raises(InputError) as told:
        read_statement([(1, ["日期", "金额"])], TODAY)
    assert len(told.value.problems) == 3
    with pytest.raises(InputError):
        read_statement([(1, ["", None])], TODAY)
    with pytest.raises(InputError):
        read_statement(
            [(1, HEAD), *((at, [TODAY, f"R{at}", "贷", "1", "a", ""]) for at in range(2, MOST_LINES + 3))], TODAY
        )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_can_be_read(lang) -> None:
    found = read_statement(read_rows(statement_template(lang), "t.xlsx"), date(2026, 12, 31))
    assert found.problems == () and len(found.lines) == 1
    assert len(HEADINGS) == 6
