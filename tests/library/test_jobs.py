"""``import zhirong``: the jobs by name, short words for every record, tables and frames."""

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import zhirong
from zhirong.kernel.fields import parse_toml

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "src/zhirong/cases/xixian-jingshuixing/case.toml"
LOAN = """
[loan]
id = "L-1"
principal = 1000000
start = 2026-01-15
months = 12
rate = 0.0345
method = "level_payment"

[[event]]
kind = "drawdown"
id = "D1"
day = 2026-01-15
amount = 1000000
"""


def test_importing_the_package_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import zhirong; print(sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['zhirong', 'zhirong.version']"


def test_every_name_offered_is_there_and_listed() -> None:
    for name in zhirong.__all__:
        assert getattr(zhirong, name) is not None
        assert name in dir(zhirong)
    with pytest.raises(AttributeError):
        _ = zhirong.quotes  # type: ignore[attr-defined]


def test_a_quote_says_itself_in_one_line_and_in_a_table() -> None:
    quote = zhirong.quote(CASE)
    assert repr(quote) == (
        "<Quote xixian-jingshuixing: offer, CNY 2,000,000.00 of 2,000,000.00 requested, mode bank-alone>"
    )
    assert len(quote._repr_html_().split("<tr>")) == len(quote.offers) + 2
    frame = quote.to_frame()
    assert list(frame.columns)[:4] == ["mode_id", "title", "eligible", "amount_yuan"]
    assert frame.amount_yuan.max() == 2_000_000.0
    parts = (quote.case, quote.credit_limit, quote.credit_limit.limit, quote.offers[0], quote.rights[0].right)
    for record in (*parts, quote.appraisal, quote.offers[0].mode):
        assert "\n" not in repr(record)
        assert len(repr(record)) < 240


def test_a_quote_from_a_path_a_table_or_a_case_is_the_same() -> None:
    table = parse_toml(CASE.read_text(encoding="utf-8"), "")
    amount = zhirong.quote(str(CASE), ["national-28"]).offers[0].amount
    assert zhirong.quote(table, ["national-28"]).offers[0].amount == amount
    assert zhirong.quote(zhirong.case(CASE), ["national-28"]).offers[0].amount == amount
    assert zhirong.limit(CASE, "national-28").amount == amount
    assert list(zhirong.limit(CASE).to_frame().columns) == ["cap", "amount_yuan", "decides"]


def test_an_appraisal_has_a_row_for_each_method_and_one_for_the_value() -> None:
    frame = zhirong.appraise(CASE).to_frame()
    assert list(frame.method) == ["relief_from_royalty", "cost", "reconciled"]


def test_a_schedule_by_name_from_a_file_and_in_both_shapes_is_one() -> None:
    by_name = zhirong.schedule(amount_yuan=1_000_000, rate_percent="3.45", term_months=12, start=date(2026, 1, 15))
    table = parse_toml(LOAN, "")
    older = {name: value for name, value in table["loan"].items() if name != "id"}
    assert zhirong.schedule(table).rows == zhirong.schedule(older).rows == by_name.rows
    assert by_name.as_table().rows[0][5] == Decimal("82023.82")
    assert by_name.to_frame().due.dtype.kind == "M"
    assert repr(by_name.rows[-1]).startswith("<Row 12 due 2027-01-15: principal")


def test_the_file_of_a_schedule_is_the_file_of_a_replay() -> None:
    table = parse_toml(LOAN, "")
    position = zhirong.replay(table, as_of=date(2026, 2, 15))
    assert position.principal == 100_000_000
    without_events = {"loan": table["loan"]}
    assert zhirong.replay(without_events, as_of=date(2026, 2, 15)).items == position.items
    assert position.interest_due == zhirong.schedule(table).rows[0].interest
    older = {name: value for name, value in table["loan"].items() if name != "id"}
    assert zhirong.replay(older, as_of=date(2026, 2, 15)).items == position.items


def test_a_loan_file_with_a_word_that_nobody_reads_is_refused_by_both() -> None:
    table = {**parse_toml(LOAN, ""), "evnet": []}
    with pytest.raises(zhirong.InputError, match="evnet"):
        zhirong.schedule(table)
    with pytest.raises(zhirong.InputError, match="evnet"):
        zhirong.replay(table, as_of=date(2026, 2, 15))


def test_a_schedule_without_terms_names_every_one_that_is_missing() -> None:
    with pytest.raises(zhirong.InputError) as caught:
        zhirong.schedule(amount_yuan=1_000_000)
    assert {problem.field for problem in caught.value.problems} >= {"start", "end", "rate"}


def test_modes_are_a_dictionary_with_a_table() -> None:
    modes = zhirong.modes()
    assert modes["national-28"].id == "national-28"
    assert list(modes.to_frame().mode_id) == list(modes)


def test_losses_are_settled(tmp_path: Path) -> None:
    claim = tmp_path / "claim.toml"
    claim.write_text(
        """
        [[loan]]
        id = "1"
        borrower = "a"
        lender = "b"
        loan_day = 2026-01-15
        claim_day = 2026-09-15
        amount = 1000000
        principal = 500000
        """,
        encoding="utf-8",
    )
    settled = zhirong.settle(claim, "bank-alone")
    assert repr(settled) == "<Settlement of 1 loan(s): loss CNY 500,000.00, 0 movement(s)>"
    assert settled.to_frame().lender_yuan.tolist() == [500_000.0]


def test_the_register_is_asked_without_a_token() -> None:
    assert type(zhirong.register("http://127.0.0.1:9")).__name__ == "Register"
