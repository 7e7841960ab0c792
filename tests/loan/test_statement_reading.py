"""Bank statements as people export them."""

import importlib.util
import json
from datetime import date, datetime
from pathlib import Path

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
    assert found.problems[0].field == "row[2].交易金额"


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
        "bad_day", "bad_reference", "bad_direction", "bad_amount", "bad_day",
    ]  # fmt: skip
    assert [(line.row, line.direction, line.note) for line in found.lines] == [(3, "in", "还款")]


def test_an_entry_written_twice_counts_once_and_two_of_one_number_are_a_problem() -> None:
    one = [TODAY, "R1", "贷", "5", "某企业", ""]
    twice = read(one, list(one))
    assert len(twice.lines) == 1 and twice.blocking == ()
    assert [(p.field, p.code) for p in twice.notices] == [("row[3].流水号", "line_again")]
    assert [p.code for p in read(one, [TODAY, "R1", "贷", "6", "某企业", ""]).problems] == ["reference_differs"]


def test_headings_that_are_missing_are_named_all() -> None:
    with pytest.raises(InputError) as told:
        read_statement([(1, ["日期", "金额", "收支"])], TODAY)
    assert {problem.code for problem in told.value.problems} == {"no_column"}
    assert [problem.reason.zh for problem in told.value.problems] == ["缺少“流水号”一栏", "缺少“对方户名”一栏"]
    with pytest.raises(InputError):
        read_statement([(1, ["", None])], TODAY)
    with pytest.raises(InputError):
        read_statement(
            [(1, HEAD), *((at, [TODAY, f"R{at}", "贷", "1", "a", ""]) for at in range(2, MOST_LINES + 3))],
            TODAY,
        )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_can_be_read(lang) -> None:
    found = read_statement(read_rows(statement_template(lang), "t.xlsx"), date(2026, 12, 31))
    assert found.problems == () and len(found.lines) == 1
    assert len(HEADINGS) == 6


# -- formats ----------------------------------------------------------------------------------------------------

ACCOUNT = ["账号：", "6200 0000 0000 0001", "币种：", "人民币"]


def lines_of(table: list[list[object]], **corrections: str):
    found = read_statement(list(enumerate(table, 1)), TODAY, corrections)
    return found, [(str(x.day), x.direction, x.amount, x.reference, x.counterparty) for x in found.lines]


def test_two_amount_columns_below_a_title_and_above_a_total() -> None:
    found, lines = lines_of(
        [
            ["对公账户交易明细"],
            ACCOUNT,
            ["交易日期", "柜员流水号", "借方发生额", "贷方发生额", "余额", "对方户名"],
            ["2026-11-03", "T1", "", "1,000.00", "1,000.00", "某企业"],
            ["2026-11-04", "T2", "300.00", "0.00", "700.00", ""],
            ["本页小计", "", "300.00", "1,000.00", "", ""],
            ["交易日期", "柜员流水号", "借方发生额", "贷方发生额", "余额", "对方户名"],
            ["2026-11-05", "T3", "-", "5.5", "705.50", "另一企业"],
            ["合计", "", "300.00", "1,005.50", "", ""],
        ]
    )
    assert lines == [
        ("2026-11-03", "in", 100_000, "T1", "某企业"),
        ("2026-11-04", "out", 30_000, "T2", ""),
        ("2026-11-05", "in", 550, "T3", "另一企业"),
    ]
    assert found.problems == () and found.passed_over == 3
    assert found.format.zh == "借方、贷方两栏的银行流水"
    assert found.columns["贷方发生额"] == "paid_in" and found.lines[0].balance == 100_000


@pytest.mark.parametrize(("paid_in", "paid_out"), [("5", "6"), ("", ""), ("-5", ""), ("五", "")])
def test_two_amount_columns_hold_one_amount_in_a_row(paid_in: str, paid_out: str) -> None:
    found, lines = lines_of(
        [["日期", "流水号", "收入金额", "支出金额", "对方户名"], [TODAY, "T1", paid_in, paid_out, "甲"]]
    )
    assert lines == [] and [one.code for one in found.blocking] == ["bad_amount"]


SIGNED = ["交易日", "流水号", "交易金额", "对方户名"]


def test_signs_tell_in_from_out() -> None:
    found, lines = lines_of([SIGNED, ["20261103", "S1", 500, "甲"], ["20261104", "S2", -200.5, "乙"]])
    assert [line[1:3] for line in lines] == [("in", 50_000), ("out", 20_050)]
    assert found.format.zh == "金额带正负号的银行流水"


def test_without_a_sign_a_mark_or_a_balance_nothing_is_guessed() -> None:
    with pytest.raises(InputError) as caught:
        lines_of([SIGNED, ["20261103", "S1", 500, "甲"], ["20261104", "S2", 200, "乙"]])
    assert [one.code for one in caught.value.problems] == ["no_direction"]
    rises = [[*SIGNED, "余额"], ["20261103", "S1", 500, "甲", 500], ["20261104", "S2", 200, "乙", 700]]
    assert [line[1] for line in lines_of(rises)[1]] == ["in", "in"]
    rises[2][4] = 300
    with pytest.raises(InputError):
        lines_of(rises)


@pytest.mark.parametrize(
    ("word", "code"), [("美元", "other_currency"), ("XAU", "other_currency"), ("CNY", None), ("", None)]
)
def test_another_currency_is_left_out_and_named(word: str, code: str | None) -> None:
    head = ["日期", "流水号", "收支", "币种", "金额", "对方户名"]
    found, lines = lines_of(
        [head, [TODAY, "C1", "收入", word, "100.00", "甲"], [TODAY, "C2", "收入", "CNY", "1", "甲"]]
    )
    assert [one.code for one in found.notices] == ([code] if code else []) and found.blocking == ()
    assert [line[3] for line in lines] == (["C2"] if code else ["C1", "C2"])
    if code:
        assert "C1 100.00" in found.notices[0].reason.zh


@pytest.mark.parametrize(
    ("word", "codes", "is_line"),
    [
        ("交易成功", [], True),
        ("", [], True),
        ("交易失败", ["not_done"], False),
        ("已退汇", ["not_done"], False),
        ("处理中", ["not_done"], False),
        ("某种状态", ["bad_state"], False),
    ],
)
def test_what_was_not_carried_out_is_no_receipt(word: str, codes: list[str], is_line: bool) -> None:
    head = ["日期", "流水号", "收支", "金额", "对方户名", "交易状态"]
    found, lines = lines_of([head, [TODAY, "C1", "收入", "100.00", "甲", word]])
    assert [one.code for one in found.problems] == codes and bool(lines) is is_line
    assert bool(found.blocking) == (word == "某种状态")


@pytest.mark.parametrize(
    ("heading", "title"),
    [("金额（万元）", []), ("金额（美元）", []), ("金额", ["币种：美元"]), ("金额", ["币种", "USD"])],
)
def test_amounts_that_are_not_in_yuan_are_refused(heading: str, title: list[object]) -> None:
    with pytest.raises(InputError):
        lines_of([title, ["日期", "流水号", "收支", heading, "对方户名"], [TODAY, "R1", "收", "1", "甲"]])
    assert lines_of([["日期", "流水号", "收支", "金额（元）", "对方户名"], [TODAY, "R1", "收", "1", "甲"]])[1]


@pytest.mark.parametrize(
    "day",
    ["202611", "2026111", "2026a11b01", "11/25/2026", "2026-11", "2026-11-31", "2026-11/25", "25", True, 2026.11],
)
def test_half_a_day_is_no_day(day: object) -> None:
    found = read([day, "R1", "贷", "1.00", "某企业", ""])
    assert found.lines == () and [one.code for one in found.problems] == ["bad_day"]


@pytest.mark.parametrize(
    "day", ["20261125093000", 20261125093000.0, 46351, "46351", "2026-11-25T00:00:00", " 2026-11-25\t"]
)
def test_days_as_machines_write_them(day: object) -> None:
    assert read([day, "R1", "贷", "1.00", "某企业", ""]).lines[0].day == TODAY


def test_the_transaction_day_counts_whatever_the_order_of_the_columns() -> None:
    rest: list[object] = ["R1", "收入", "1", "甲"]
    for head, days in (
        (["记账日期", "交易日期"], ["2026-11-02", "2026-10-31"]),
        (["交易日期", "记账日期"], ["2026-10-31", "2026-11-02"]),
    ):
        found, lines = lines_of([[*head, "流水号", "收支", "金额", "对方户名"], [*days, *rest]])
        assert lines[0][0] == "2026-10-31"
        assert [(one.code, one.value) for one in found.notices] == [("two_days", "2026-11-02")]
    only_posted, lines = lines_of([["记账日期", "流水号", "收支", "金额", "对方户名"], ["2026-11-02", *rest]])
    assert lines[0][0] == "2026-11-02" and only_posted.problems == ()


@pytest.mark.parametrize(
    ("reference", "code"),
    [("2.02611E+19", "lost_digits"), (2.026e19, "lost_digits"), (20261127000000008192, "lost_digits"), (1.5, "lost_digits"), ("=A1&B1", "formula")],
)  # fmt: skip
def test_a_reference_that_lost_its_digits_is_none(reference: object, code: str) -> None:
    found = read([TODAY, reference, "贷", "1", "某企业", ""])
    assert found.lines == () and [one.code for one in found.blocking] == [code]


def test_a_reference_is_one_with_and_without_the_marks_that_keep_its_digits() -> None:
    for written in ('="000123"', "'000123", "000123\t", "000123"):
        assert read([TODAY, written, "贷", "1", "某企业", ""]).lines[0].reference == "000123"


def test_two_receipts_of_one_reference_are_told_apart_by_the_balance() -> None:
    head = ["日期", "流水号", "收支", "金额", "对方户名", "余额"]
    found, _ = lines_of([head, [TODAY, "R1", "收", 5, "甲", 5], [TODAY, "R1", "收", 5, "甲", 10]])
    assert [one.code for one in found.blocking] == ["reference_differs"]


def test_more_cells_than_headings_and_damaged_names_are_named() -> None:
    found = read([TODAY, "R1", "贷", "1", "某企业", "", "234.00"], [TODAY, "R2", "贷", "1", "某\ufffd业", ""])
    assert found.lines == () and [one.code for one in found.blocking] == ["too_many_cells", "damaged"]


def test_a_heading_that_is_not_known_is_set_by_the_user() -> None:
    table: list[list[object]] = [["日期", "流水号", "收支", "金额", "往来单位"], [TODAY, "R1", "收", "1", "甲"]]
    with pytest.raises(InputError) as caught:
        lines_of(table)
    assert "往来单位" in caught.value.problems[0].value
    found, lines = lines_of(table, 往来单位="counterparty")
    assert lines[0][4] == "甲" and found.columns["往来单位"] == "counterparty"


HEAD_ROW: dict[str, tuple[str, object]] = {
    "day": ("日期", TODAY),
    "reference": ("流水号", "R1"),
    "amount": ("金额", "1"),
    "direction": ("收支", "收入"),
    "counterparty": ("对方户名", "甲"),
}


@pytest.mark.parametrize("missing", [name for name in HEAD_ROW if name != "direction"])
def test_what_a_hint_advises_is_accepted(missing: str) -> None:
    rest = [pair for name, pair in HEAD_ROW.items() if name != missing]
    with pytest.raises(InputError) as caught:
        lines_of([[name for name, _ in rest], [value for _, value in rest]])
    hint = caught.value.problems[0].hint.zh
    for heading in hint.partition("栏名改为：")[2].split("、"):
        pairs = [*rest, (heading, HEAD_ROW[missing][1])]
        assert lines_of([[name for name, _ in pairs], [value for _, value in pairs]])[0].problems == (), heading


TABLE: list[list[object]] = [
    [
        "交易日期",
        "记账日期",
        "流水号",
        "凭证号",
        "借贷标志",
        "交易金额",
        "余额",
        "对方户名",
        "摘要",
        "币种",
        "交易状态",
    ],
    ["2026-11-03", "2026-11-03", "R1", "V1", "贷", "120.00", "120.00", "甲", "还款", "CNY", "成功"],
    ["2026-11-04", "2026-11-05", "R2", "V2", "借", "20.00", "100.00", "乙", "放款", "人民币", "成功"],
    ["2026-11-06", "2026-11-06", "R3", "V3", "贷", "7.00", "107.00", "丙", "还款", "美元", "成功"],
    ["2026-11-07", "2026-11-07", "R4", "V4", "贷", "9.00", "116.00", "", "结息", "CNY", "交易失败"],
]


@given(st.permutations(range(len(TABLE[0]))))
def test_the_order_of_the_columns_does_not_matter(order: list[int]) -> None:
    found = lines_of([[row[at] for at in order] for row in TABLE])[0]
    expected = lines_of(TABLE)[0]
    assert found.lines == expected.lines and found.problems == expected.problems


STATEMENTS = Path(__file__).with_name("statements")


@pytest.mark.parametrize("name", sorted(path.stem for path in STATEMENTS.glob("*.csv")))
def test_the_statements_of_eight_banks_are_read_whole(name: str) -> None:
    expected = json.loads((STATEMENTS / "expected.json").read_text("utf-8"))
    assert len(expected) == 8
    found = read_statement(read_rows((STATEMENTS / f"{name}.csv").read_bytes(), name), date(2026, 11, 30))
    lines = [
        [line.day.isoformat(), str(line.direction), yuan(line.amount), line.reference, line.counterparty]
        for line in found.lines
    ]
    assert {"lines": lines, "problems": [problem.code for problem in found.problems]} == expected[name]


SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "statements"


@pytest.mark.skipif(not SHARED.exists(), reason=f"the shared statements are not at {SHARED}")
def test_the_shared_statements_are_read_as_expected() -> None:
    spec = importlib.util.spec_from_file_location("read_statements", SHARED / "read.py")
    assert spec is not None and spec.loader is not None
    compare = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compare)
    files = sorted(str(file) for ending in ("csv", "xlsx") for file in SHARED.glob(f"*.{ending}"))
    assert len(files) > 15 and compare.main(["--expect", *files]) == 0
