"""A long list becomes records within its share of the time and memory that the longest list of 20 MB has."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.financing.statement import read_statement
from zhirong.chain.right import table, table_repeats
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.chain.right.table_facts import kept_patent
from zhirong.documents import file_limits
from zhirong.documents.file_limits import RecordsClock
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.identifiers import (
    kind_of_kept_patent,
    kind_of_number,
    patent_check_digit,
    right_number,
    without_office,
)

_KEPT = [f"{d}.{patent_check_digit(d)}" for d in ("201419990012", "201429990013", "201439990014", "202419990015")]
_OLD = [f"{d}.{patent_check_digit(d)}" for d in ("89100001", "99212345", "00118464", "03356789")]
_OTHERWISE = [
    f"CN{_KEPT[3].replace('.', '')}",
    "专利号：00118464.4",
    "00118464.4",
    "2014 1999 0012.0",
    "85100001",
    "1234567",
]
_LONGEST = 199_000  # rights in a list of 20 MB
_ROWS = 15_000
_MEGABYTE = 1024 * 1024
_MOST_MEMORY = 500 * _MEGABYTE
_MOST_SECONDS = 20.0  # of a processor that does other work as well; left alone it takes less than 10
_READ = """
import itertools, json, sys, time
from datetime import date
from pathlib import Path
from zhirong.chain.right.list_check import check_rights
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.documents.tables import read_rows
from zhirong.kernel.rulebook_files import load_rulebook
rules, day = load_rulebook(), date(2026, 11, 30)
content = Path(sys.argv[1]).read_bytes()
few = b"\\n".join(content.split(b"\\n", 500)[:500])
check_rights(read_rights_table(read_rows(few, "few.csv"), "few.csv", day), rules, day, "few.csv")  # what is loaded once
status = Path("/proc/self/status")
before = int(status.read_text().split("VmRSS:")[1].split()[0])
begun = time.process_time()
table = read_rights_table(read_rows(content, "list.csv"), "list.csv", day)
read = time.process_time() - begun
checked = check_rights(table, rules, day, "list.csv")
for one in itertools.chain(*checked.rows_json().values()):
    json.dumps(one)
most = int(status.read_text().split("VmHWM:")[1].split()[0])
print(json.dumps([len(table.rights), len(checked.fees), read, before * 1024, (most - before) * 1024]))
"""


def _list(rows: int) -> str:
    """Return patents that have nothing in common: numbers as databases export them, documents, holders."""
    draw = random.Random(13)
    lines = ["申请号,发明名称,专利权人,申请日,授权公告日,法律状态,公开（公告）号"]
    for serial in range(rows):
        year = draw.randint(2008, 2022)
        digits = f"{year}{draw.choice('123')}{serial:07d}"
        filed = date(year, 1, 1) + timedelta(days=draw.randint(0, 360))
        granted = filed + timedelta(days=draw.randint(300, 900))
        number = f"CN{digits}{patent_check_digit(digits)}"
        state = draw.choice(["授权", "失效", "有权"])
        lines.append(f"{number},装置{serial},第{serial}科技有限公司,{filed},{granted},{state},CN1{serial:08d}B")
    return "\n".join(lines)


def _marks(rows: int) -> str:
    """Return trade marks that have nothing in common, each with the term of the register."""
    lines = ["商标注册号,商标名称,注册人,注册公告日,专用期限,商标状态"]
    for serial in range(rows):
        begun = date(2014, 1, 2) + timedelta(days=serial % 4_300)
        end = date(begun.year + 10, begun.month, min(begun.day, 28))
        lines.append(f"{1_000_000 + serial},标{serial},第{serial}公司,{begun},{begun}至{end},注册")
    return "\n".join(lines)


@pytest.mark.parametrize("written", [_list, _marks])
def test_a_long_list_takes_its_share_of_time_and_memory(tmp_path: Path, written: Callable[[int], str]) -> None:
    """Reading, checking and the whole answer as JSON, of rows that all differ."""
    file = tmp_path / "list.csv"
    file.write_text(written(_ROWS), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", _READ, str(file)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-1000:]
    rights, fees, seconds, before, grown = json.loads(done.stdout)
    assert rights == fees == _ROWS
    share = _ROWS / _LONGEST
    assert seconds <= _MOST_SECONDS * share
    assert grown <= (_MOST_MEMORY - before) * share


def test_a_list_that_takes_too_long_says_how_to_split_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_limits, "RECORDS_SECONDS", 0.0)
    rows = read_rows(_list(1_200).encode(), "list.csv")
    with pytest.raises(InputError) as caught:
        read_rights_table(rows, "list.csv", date(2026, 11, 30), seen=RecordsClock("list.csv"))
    (problem,) = caught.value.problems
    assert problem.code == "file_too_large" and "500 行" in problem.reason.zh and "500 行" in problem.hint.zh


def _statement(rows: int) -> list[tuple[int, list[str]]]:
    lines = [[f"2026-10-{at % 28 + 1:02d}", f"2026{at:015d}", "", f"{at + 1}.05", "甲公司"] for at in range(rows)]
    return list(enumerate([["交易日期", "流水号", "借方发生额", "贷方发生额", "对方户名"], *lines], 1))


def test_a_statement_that_takes_too_long_is_ended_unless_it_is_read_in_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(file_limits, "RECORDS_SECONDS", 0.0)
    rows, day = _statement(1_200), date(2026, 11, 30)
    with pytest.raises(InputError) as caught:
        read_statement(rows, day, seen=RecordsClock("statement.csv"))
    assert caught.value.problems[0].code == "file_too_large"
    assert len(read_statement(rows, day, seen=RecordsClock("statement.csv", is_long=True)).lines) == 1_200


@pytest.mark.parametrize("holders", ["甲公司", "甲公司 乙大学", "", "=A1"])
def test_what_a_row_repeats_is_said_of_each_row(holders: str) -> None:
    """What is kept of earlier rows hides no problem and no doubt of a later one."""
    lines = ["专利号,专利名称,专利权人,申请日,授权公告日,法律状态"]
    digits = [f"2014199900{number:02d}" for number in range(10, 13)]
    lines += [
        f"{one}.{patent_check_digit(one)},一种装置,{holders},2014-07-28,2016-05-04,失效"
        for one in [digit.ljust(12, "7") for digit in digits]
    ]
    table = read_rights_table(read_rows("\n".join(lines).encode(), "list.csv"), "list.csv", date(2026, 11, 30))
    said = [tuple(problem.code for problem in bad.problems) for bad in table.bad]
    doubts = {row: [one.code for one in table.doubts if one.row == row] for row in table.rows}
    assert table.row_count == 3
    assert len(set(said)) <= 1 and len({tuple(codes) for codes in doubts.values()}) <= 1
    assert len(table.bad) in (0, 3)


def test_a_list_that_says_nothing_right_is_ended_with_its_first_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the problems of a hostile list would fill the memory."""
    monkeypatch.setattr(table, "MOST_PROBLEMS", 100)
    rows = "\n".join(["专利号,专利名称,申请日", *[f"20101{at:07d},x,2010-13-01" for at in range(200)]])
    with pytest.raises(InputError) as caught:
        read_rights_table(read_rows(rows.encode(), "list.csv"), "list.csv", date(2026, 11, 30))
    first, *shown = caught.value.problems
    assert first.code == "too_many_problems" and shown[0].field == "[2].专利号" and len(shown) == 20
    assert "第 52 行" in first.reason.zh and "102 处" in first.reason.zh


def test_a_list_with_a_doubt_in_every_row_is_read_and_one_with_many_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(table, "MOST_PROBLEMS", 100)
    monkeypatch.setattr(table, "MOST_DOUBTS", 250)
    content = _list(200).replace(",授权,", ",失效,").replace(",有权,", ",失效,")
    read = read_rights_table(read_rows(content.encode(), "list.csv"), "list.csv", date(2026, 11, 30))
    assert len(read.rights) == 200 and len(read.doubts) >= 199
    monkeypatch.setattr(table, "MOST_DOUBTS", 150)
    with pytest.raises(InputError) as caught:
        read_rights_table(read_rows(content.encode(), "list.csv"), "list.csv", date(2026, 11, 30))
    assert "存疑 151 处" in caught.value.problems[0].reason.zh


_CELLS = {
    "专利号": [*_KEPT, f"ZL{_KEPT[0]}", f"CN{_KEPT[1]}", f" {_KEPT[2]}", *_OTHERWISE],
    "专利名称": ["一种装置", "甲", "", "=A1", "\N{REPLACEMENT CHARACTER}"],
    "专利权人": ["甲公司", "甲公司 乙大学", "丙公司;丁公司", "", "戊", "己;庚: CN", "=A1"],
    "统一社会信用代码": ["", "", "91110000MA001234X1"],
    "申请日": ["2014-07-28", "2014-08-01", "2024-01-05", "", "无", "7月"],
    "授权公告日": ["2016-05-04", "2013-01-01", "", "20170102"],
    "法律状态": ["授权", "失效", "驳回", "有权|质押", "什么"],
    "公开号": ["", "", "CN104123456B", "CN104123456A"],
    "公开日": ["", "2015-01-07", "2016-05-04"],
    "终止日": ["", "", "2020-01-01", "2030-01-01"],
    "恢复日": ["", "", "2021-01-01"],
    "驳回日": ["", "", "2015-06-01"],
    "备注": ["", "核心", "第一件", "="],
    "质权人": ["", "无", "甲银行"],
    "编号": ["", "甲1", "甲2", "="],
    "已缴年度": ["", "5", "9"],
    "摘要": ["", "一种方法"],
}
_MARKS = {
    "商标注册号": ["10000001", "10000002", "10000003", "10000004", "G1234567", "0123", " 7 ", "2014SR123456"],
    "商标名称": ["合计", "甲", "乙", ""],
    "注册人": ["甲公司", "乙公司", "丙 丁", "甲公司;乙公司"],
    "国际分类": ["9", "42", "第9类", "99"],
    "申请日期": ["2014-07-28", "2014-08-01", ""],
    "注册公告日": ["", "", "2015-05-07", "2016-05-04"],
    "授权公告日": ["", "2015-05-07"],
    "专用期限": ["2015-05-07至2025-05-06", "2016-05-04 至 2026-05-03", "", "2016", "=A1"],
    "商标状态": ["注册", "已失效", "驳回", ""],
    "初审公告日": ["", "2015-02-06", "2016-02-03"],
}


@pytest.mark.parametrize("office", ["", "ZL", "CN"])
def test_a_number_written_plainly_is_kept_as_the_longer_reading_keeps_it(office: str) -> None:
    for number in [*_KEPT, *_OLD]:
        kind = kind_of_kept_patent(without_office(office + number))
        assert kind is not None and kind == kind_of_number(office + number)
        assert right_number(kind, office + number) == number
    for number in _KEPT:
        without_dot = office + number.replace(".", "")
        kind = kind_of_number(without_dot)
        assert kind is not None and kept_patent(without_dot) == (kind, number)
        assert right_number(kind, without_dot) == number


def test_a_number_of_another_time_or_with_a_wrong_check_digit_is_not_plain() -> None:
    wrong = [f"{d}.{patent_check_digit(d)}" for d in ("88100001", "04100001", "199910000012", "200210000012")]
    for number in [*wrong, "00118464.5", "201419990012.1"]:
        assert kind_of_kept_patent(number) is None


def test_a_number_cell_is_a_plain_number_only_with_all_its_digits() -> None:
    assert kept_patent(2014199900120) == ("invention", "201419990012.0")
    assert kept_patent(2014199900121) is None  # a wrong check digit
    assert kept_patent(2014190000000) is None  # its last six digits may be lost


@pytest.mark.parametrize("written", [_CELLS, _MARKS], ids=["patents", "marks"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_row_that_repeats_an_earlier_one_says_what_it_says_alone(
    written: dict[str, list[str]], data: st.DataObject
) -> None:
    """Rows that repeat others are read in a shorter way; nothing of the answer may depend on it."""
    first, *others = written
    heads = [first, *data.draw(st.lists(st.sampled_from(others), unique=True, min_size=4))]
    picks = data.draw(
        st.lists(st.lists(st.integers(0, 11), min_size=len(heads), max_size=len(heads)), min_size=4, max_size=24)
    )
    rows = list(
        enumerate(
            [
                heads,
                *[[written[h][p % len(written[h])] for h, p in zip(heads, pick, strict=True)] for pick in picks],
            ],
            1,
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        together = _read(rows)
        patch.setattr(table_repeats, "_MOST_KEPT", 0)  # every row is read alone
        assert together == _read(rows)


def _read(rows: list[tuple[int, list[str]]]) -> RightsTable | tuple[Problem, ...]:
    try:
        return read_rights_table(rows, "list.csv", date(2026, 11, 30))
    except InputError as error:
        return tuple(error.problems)


def test_rows_that_differ_in_all_that_names_a_right_are_read_in_the_shorter_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Number, title, holders and days differ in every row of a long list; only a few rows are read at length."""
    at_length: list[int] = []
    whole = table_repeats.EarlierRows.keep
    monkeypatch.setattr(
        table_repeats.EarlierRows, "keep", lambda self, *row: (at_length.append(1), whole(self, *row))[1]
    )
    marks = [
        f"{10_000_000 + at},牌{at},商{at}公司,9,2014-07-{at % 28 + 1:02d},2015-02-{at % 28 + 1:02d},"
        f"2015-05-{at % 28 + 1:02d}至2025-05-{at % 28 + 1:02d},注册"
        for at in range(400)
    ]
    heads = "商标注册号,商标名称,注册人,国际分类,申请日期,初审公告日,专用期限,商标状态"
    read = read_rights_table(
        read_rows("\n".join([heads, *marks]).encode(), "list.csv"), "list.csv", date(2026, 11, 30)
    )
    assert len(read.rights) == 400 and len({right.holders for right in read.rights}) == 400
    assert [doubt.text.zh for doubt in read.doubts[:2]] == [
        f"未填写注册日，取专用权期限的第一天 2015-05-0{day}" for day in (1, 2)
    ]
    assert len(at_length) == 1
