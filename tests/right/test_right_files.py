"""Files of rights as people send them, through the command as its user calls it."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from zhirong.chain.right.columns import COLUMN_HELP, HEADINGS
from zhirong.cli.main import main
from zhirong.documents.tables import read_rows, rights_template
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError

CHINESE_MARKS = set("，、：；（）。“”")
LIST = """编号,种类,名称,号码,权利人,申请日,授权公告日,注册日,年费缴至年度,标记
A1,发明专利,一种电机控制器,ZL 2014 1 0362077.3,甲公司；乙大学,2014-07-28,2016-05-04,,12,已质押
A2,,另一种控制器,00118464.4,甲公司,2000-06-30,2004-03-03,,,
A3,商标,知融,第1234567号,甲公司,,,2018-07-07,,
"""
BAD = LIST + "A4,外观设计,外壳,201410362077.3,甲公司,2014-07-28,,,,\n" + "A5,,某物,1,,昨天,,,,\n"


def workbook(rows: list[list[Any]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


# -- bytes into rows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_common_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    content = LIST.replace(",", delimiter).encode(encoding)
    assert [cells for _, cells in read_rows(content, "x.csv")] == [
        tuple(line.split(",")) for line in LIST.splitlines()
    ]


def test_one_damaged_line_does_not_change_the_encoding_of_the_rest() -> None:
    content = LIST.encode() + b"A9,\x8d\xae\xff,\n"
    rows = read_rows(content, "x.csv")
    assert rows[1][1][2] == "一种电机控制器" and "\ufffd" in rows[4][1][1]


def test_line_breaks_inside_quotes_stay_in_their_cell() -> None:
    rows = read_rows('号码,名称\r\n"1","甲\n乙"\r\n2,丙\r\n'.encode(), "x.csv")
    assert rows == [(1, ("号码", "名称")), (2, ("1", "甲\n乙")), (3, ("2", "丙"))]


def test_a_workbook_gives_its_own_types() -> None:
    rows = read_rows(
        workbook([["专利号", "申请日"], [201410362077.3, datetime(2014, 7, 28)], ["00118464.4"]]), "x.xlsx"
    )
    assert rows[1] == (2, (201410362077.3, datetime(2014, 7, 28)))
    assert rows[2][1][0] == "00118464.4"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0old", ".xls"),
        (b"PK\x03\x04broken", "Excel"),
        (b'number\n"' + b"x" * 200_000, "line 2"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_name(content: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_rows(content, "list.xls")
    assert words in str(caught.value) and caught.value.source == "list.xls"


def test_the_template_holds_every_column_and_explains_it() -> None:
    book = openpyxl.load_workbook(io.BytesIO(rights_template("zh")))
    sheet, notes = book.worksheets
    headings = [cell.value for cell in sheet[1]]
    assert headings == [HEADINGS[field][0] for field in COLUMN_HELP]
    assert [row[0].value for row in notes.iter_rows(min_row=2)] == headings
    assert all(row[1].value for row in notes.iter_rows(min_row=2))
    # As text, so that a number keeps its leading zeros.
    assert sheet.column_dimensions["D"].width and sheet.data_validations.dataValidation


# -- the command ------------------------------------------------------------------------------------------------


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["rights", *words])
    out, err = capsys.readouterr()
    return code, out, err


def write(folder: Path, text: str) -> str:
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_a_good_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", write(tmp_path, LIST), "--as-of", "2026-01-01")
    assert code == 0
    assert "共 3 行，可用 3 行，有问题 0 行" in out
    assert "有效 2" in out and "已届满 1" in out
    assert "A3，2028-07-06" in out


def test_bad_rows_are_told_with_row_field_value_reason_and_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "check", write(tmp_path, BAD), "--as-of", "2026-01-01")
    assert code == 1
    assert "可用 3 行，有问题 2 行" in out
    assert "第 5 行" in out and "号码（填写值：“201410362077.3”）：这是发明的号码，而种类写的是外观设计" in out
    assert "第 6 行" in out and "申请日（填写值：“昨天”）：不是日期。请填写为 2026-01-31" in out
    assert "权利人（未填）" in out


def test_the_same_in_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", write(tmp_path, BAD), "--as-of", "2026-01-01", "--lang", "en")
    assert code == 1
    assert "5 rows, 3 good, 2 bad" in out and "in force 2" in out and "row 6" in out and "not a date" in out


def test_everything_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check", write(tmp_path, BAD), "--as-of", "2026-08-01", "--json")
    found = json.loads(out)
    assert code == 1
    assert (found["row_count"], found["good_count"], found["bad_count"]) == (5, 3, 2)
    assert found["as_of"] == "2026-08-01" and found["by_status"] == {"in_force": 2, "expired": 1}
    assert found["by_kind"] == {"invention": 2, "trademark": 1}
    first = found["rights"][0]
    assert (first["row"], first["number"], first["term_end"]) == (2, "201410362077.3", "2034-07-27")
    assert first["flags"] == ["pledged"] and first["remaining_days"] == 2918
    assert first["fees"] == {
        "standing": "due",
        "overdue": True,
        "year": 13,
        "due": "2026-07-28",
        "amount": "6000.00",
        "surcharge": "0.00",
    }
    assert [(bad["row"], bad["problems"][0]["code"]) for bad in found["bad"]] == [
        (5, "patent_kind"),
        (6, "kind_needed"),
    ]
    assert {"field", "value", "code", "reason", "hint"} == set(found["bad"][0]["problems"][0])


def test_without_a_day_the_list_is_judged_by_today(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = day_of(datetime.now(UTC))
    _, out, _ = run(capsys, "check", write(tmp_path, LIST), "--json")
    assert before.isoformat() <= json.loads(out)["as_of"] <= day_of(datetime.now(UTC)).isoformat()


def test_an_excel_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(
        workbook(
            [
                ["甲公司专利清单"],
                ["专利号", "申请日", "授权公告日"],
                ["ZL201410362077.3", datetime(2014, 7, 28), datetime(2016, 5, 4)],
                [118464.4, datetime(2000, 6, 30), ""],
            ]
        )
    )
    code, out, _ = run(capsys, "check", str(file), "--as-of", "2026-01-01")
    assert code == 1
    assert "可用 1 行" in out and "第 4 行" in out and "请填写为 00118464.4" in out


def test_a_filled_template_is_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new.xlsx"
    code, out, _ = run(capsys, "template", str(file))
    assert code == 0 and str(file) in out
    book = openpyxl.load_workbook(file)
    for place, (field, column) in enumerate(COLUMN_HELP.items(), 1):
        if field in ("id", "kind", "title", "number", "holders", "filing_date", "grant_date", "flags", "role"):
            book.worksheets[0].cell(2, place, column.example)
    book.save(file)
    code, out, _ = run(capsys, "check", str(file), "--as-of", "2026-01-01", "--json")
    found = json.loads(out)
    assert code == 0 and found["rights"][0]["number"] == "201410362077.3"
    assert found["rights"][0]["flags"] == ["pledged"] and found["by_role"] == {"core": 1}


def test_an_empty_template_is_called_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new.xlsx"
    run(capsys, "template", str(file))
    code, out, err = run(capsys, "check", str(file), "--as-of", "2026-01-01")
    assert code == 2 and out == "" and "表头以下没有内容" in err and "1 处问题" in err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.csv", None, "unreadable_file"),
        ("empty.csv", b"", "no_headings"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x01", "unreadable_file"),
        ("page.xlsx", b"<html><table></table></html>", "unreadable_file"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "unreadable_file"),
        ("half.xlsx", b"PK\x03\x04", "unreadable_file"),
        ("wrong.csv", "颜色,大小\n红,大\n".encode(), "no_headings"),
        ("bare.csv", "专利号,申请日\n".encode(), "no_rows"),
    ],
)
def test_a_file_that_cannot_be_used_ends_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, code: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    status, out, err = run(capsys, "check", str(file), "--json")
    assert status == 2 and out == ""
    assert [problem["code"] for problem in json.loads(err)["error"]["problems"]] == [code]


def test_a_file_larger_than_any_list_is_not_even_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as huge:
        huge.truncate(30 * 1024 * 1024)
    status, _, err = run(capsys, "check", str(file))
    assert status == 2 and "超过 20 MB" in err


def test_the_meaning_of_a_column_is_said_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, "专利号,权属单位,申请日\n201410362077.3,丁公司,2014-07-28\n")
    _, out, _ = run(capsys, "check", file, "--as-of", "2026-01-01")
    assert (
        "识别为：知识产权清单（通用栏目）" in out
        and "未使用的栏目（1）：权属单位" in out
        and "权属单位” 一栏" not in out
    )
    code, out, _ = run(capsys, "check", file, "--as-of", "2026-01-01", "--column", "权属单位=权利人", "--json")
    found = json.loads(out)
    assert code == 0 and found["columns"]["权属单位"] == "holders" and found["headings_not_used"] == []
    assert run(capsys, "check", file, "--column", "权属单位")[0] == 2


def test_a_folder_is_no_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "check", str(tmp_path))
    assert status == 2 and "文件夹" in err


@pytest.mark.parametrize("name", ["list.csv", "there.xlsx"])
def test_a_template_overwrites_nothing_and_is_excel(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    (tmp_path / "there.xlsx").write_bytes(b"mine")
    status, _, err = run(capsys, "template", str(tmp_path / name))
    assert status == 2 and name in err
    assert (tmp_path / "there.xlsx").read_bytes() == b"mine"


def test_a_day_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, LIST)
    assert main(["rights", "check", file, "--as-of", "2026-02-30"]) == 2
    assert "--as-of（填写值：“2026-02-30”）：不是日期" in capsys.readouterr().err
    assert main(["--lang", "en", "rights", "check", file, "--as-of", "2026-02-30"]) == 2
    assert "not a date" in (said := capsys.readouterr().err) and not CHINESE_MARKS & set(said)


def test_a_template_that_cannot_be_written_is_said_to_be_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(capsys, "template", str(tmp_path / "nowhere" / "x.xlsx"))
    assert status == 2
    assert "无法写入" in err and "文件不存在" not in err


def test_english_output_has_english_punctuation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = LIST.replace("标记\n", "标记,内部编码,备用栏,多余\n", 1).replace("电机控制器", "motor")
    assert main(["--lang", "en", "rights", "check", write(tmp_path, text), "--as-of", "2026-01-31"]) == 0
    assert "columns not used (3): 内部编码, 备用栏, 多余" in (said := capsys.readouterr().out)
    assert not CHINESE_MARKS & set(said)
    headless = tmp_path / "headless.csv"
    headless.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert main(["--lang", "en", "rights", "check", str(headless)]) == 2
    assert not CHINESE_MARKS & set(capsys.readouterr().err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rights", "chekc", "x"], "不能是 'chekc'（可选："),
        (["nonsense"], "参数 命令：不能是 'nonsense'"),
        (["rights", "check"], "缺少参数：FILE"),
        (["rights"], "缺少参数：check | template"),
        (["rights", "check", "x", "--as-of"], "参数 --as-of：需要一个值"),
        (["rights", "check", "x", "--as-off"], "无法识别的参数：--as-off"),
        (["rights", "check", "x", "--json=1"], "参数 --json：不接受值，却填写了 '1'"),
        (["--lang", "fr", "rights"], "参数 --lang：不能是 'fr'"),
    ],
)
def test_mistakes_on_the_command_line_are_said_in_chinese(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    err = capsys.readouterr().err
    assert caught.value.code == 2
    assert said in err and "用法：" in err
    for english in ("usage", "error", "argument", "invalid", "expected"):
        assert english not in err


@pytest.mark.parametrize("words", [["--help"], ["rights", "--help"], ["rights", "check", "--help"]])
def test_help_is_in_the_language_asked_for(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for lang, there, absent in (
        ("zh", ("用法：", "\n选项：", "显示帮助后退出"), ("usage", "options", "positional", "show this")),
        ("en", ("usage: ", "\noptions:", "show this help"), ("用法", "选项", "显示帮助")),
    ):
        with pytest.raises(SystemExit):
            main(["--lang", lang, *words])
        out = capsys.readouterr().out
        assert all(word in out for word in there), out
        assert not any(word in out for word in absent), out
        # Options that a command shares with all others stand with its own, not in a part of their own.
        assert out.count(there[1]) == 1
