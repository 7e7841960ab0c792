"""Workbooks as programs write them: old ones, several sheets, formulas without results, sheets that are not rows and columns."""

import io
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
from old_workbook import old_workbook

from zhirong.chain.right.table import read_rights_table
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError


def test_a_workbook_of_old_excel_is_read() -> None:
    content = old_workbook(
        [["专利号", "专利名称", "申请日"], ["201410362077.3", "电机", 41848.0], [None, None, None]], "清单"
    )
    rows = read_rows(content, "old.xls")
    assert list(rows) == [(1, ("专利号", "专利名称", "申请日")), (2, ("201410362077.3", "电机", 41848.0))]
    assert rows.name == "清单"
    right = read_rights_table(rows, "old.xls").rights[0]
    assert (right.number, str(right.filing_date)) == ("201410362077.3", "2014-07-28")


def written(*sheets: list[list[object]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet(f"第{number + 1}张")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    book.close()
    return buffer.getvalue()


def test_the_sheet_with_the_table_comes_first_and_the_others_with_it() -> None:
    rows = read_rows(written([["填表说明"]], [["a", "b"], [1, 2]], []), "x.xlsx")
    assert rows.name == "第2张" and list(rows) == [(1, ("a", "b")), (2, (1.0, 2.0))]
    assert [(one.name, list(one)) for one in rows.others] == [("第1张", [(1, ("填表说明",))]), ("第3张", [])]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    book = openpyxl.Workbook()
    book.active["B3"] = "号码"
    book.active["C7"] = datetime(2014, 7, 28, 9, 30)
    buffer = io.BytesIO()
    book.save(buffer)
    assert list(read_rows(buffer.getvalue(), "x.xlsx")) == [
        (3, (None, "号码")),
        (7, (None, None, datetime(2014, 7, 28, 9, 30))),
    ]


def test_hidden_sheets_are_left_out() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active.append([1, 2])
    hidden = book.create_sheet("hidden", 0)
    hidden.append(["c", "d"])
    hidden.append([3, 4])
    hidden.sheet_state = "hidden"
    buffer = io.BytesIO()
    book.save(buffer)
    rows = read_rows(buffer.getvalue(), "x.xlsx")
    assert rows[0][1] == ("a", "b") and rows.others == ()


def test_a_formula_without_its_result_is_its_own_text() -> None:
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c"])
    book.active.append([1, "=A2+1", '="000123"'])
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_rows(buffer.getvalue(), "x.xlsx")[1] == (2, (1.0, "=A2+1", '="000123"'))
    # Excel keeps the result beside the formula, and the result is what counts.
    cached = io.BytesIO()
    kept = xlsxwriter.Workbook(cached, {"in_memory": True})
    sheet = kept.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write_formula(1, 0, "=1+1", None, 2)
    sheet.write_string(1, 1, "x")
    kept.close()
    assert read_rows(cached.getvalue(), "x.xlsx")[1] == (2, (2.0, "x"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a,b,c\n1,"2,3\n4,5,6\n', "第 2 行的引号没有闭合"),
        ('a,b,c\n1,2,"3\n4,5,6\n7,8,"9\n', "第 2 行的引号不成对"),
        ('a,b,c\n1,2,"3\n4,5,6"\n7,8,9\n', "缺少一个引号"),
    ],
)
def test_a_quote_that_swallows_rows_is_refused(text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_rows(text.encode(), "x.csv")
    assert caught.value.problems[0].code == "damaged_quotes" and words in caught.value.problems[0].reason.zh


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separators_inside_quotes_do_not_count(separator: str) -> None:
    other = {",": "\t", "\t": ",", ";": ","}[separator]
    text = (
        "标题\n" + separator.join([f'"a{other}{other}"', f'"b{other}"']) + "\n" + separator.join(["1", "2"]) + "\n"
    )
    assert [list(cells) for _, cells in read_rows(text.encode("gb18030"), "x.csv")][1:] == [
        [f"a{other}{other}", f"b{other}"],
        ["1", "2"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "gb18030-with-mark"])
def test_encodings_with_and_without_a_mark(encoding: str) -> None:
    content = (
        "\ufeff专利号,名称\n".encode("gb18030")
        if encoding == "gb18030-with-mark"
        else "专利号,名称\n".encode(encoding)
    )
    assert list(read_rows(content, "x.csv")) == [(1, ("专利号", "名称"))]
