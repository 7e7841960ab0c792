"""Rights out of tables: headings as people write them, good rows loaded, bad rows of every kind told."""

from datetime import date, datetime

import pytest

from zhirong.chain.right.cells import Cell
from zhirong.chain.right.columns import COLUMN_HELP, HEADINGS, heading_key
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, LegalStatus, Role
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.kernel.errors import InputError

GOOD = "ZL201410362077.3"


def table_of(headings: list[str], *rows: list[Cell], as_of: date | None = None) -> RightsTable:
    return read_rights_table(enumerate([headings, *rows], 1), "list.csv", as_of)


def codes_of(headings: list[str], row: list[Cell]) -> set[tuple[str, str]]:
    table = table_of(headings, row)
    assert len(table.bad) == 1 and table.rights == () and table.bad[0].row == 2
    return {(problem.field, problem.code) for problem in table.bad[0].problems}


def test_chinese_headings_and_words() -> None:
    table = table_of(
        [
            "编号",
            "种类",
            "名称",
            "专利号",
            "专利权人",
            "统一社会信用代码",
            "申请日",
            "授权公告日",
            "法律状态",
            "标记",
            "作用",
            "年费缴至年度",
        ],
        [
            "A1",
            "发明",
            "电机",
            GOOD,
            "甲公司；乙大学",
            "91110000600037341L",
            "2014年7月28日",
            "2016/5/4",
            "有权",
            "质押；查封",
            "核心",
            12,
        ],
        ["A2", "注册商标", "知融", "第1234567号", "甲公司", None, "", None, None, "", "", "NA"],
    )
    assert table.bad == () and table.rows == (2, 3)
    patent, mark = table.rights
    assert patent.id == "A1" and patent.kind is RightKind.INVENTION and patent.number == "201410362077.3"
    assert [(holder.name, holder.code) for holder in patent.holders] == [
        ("甲公司", "91110000600037341L"),
        ("乙大学", ""),
    ]
    assert (patent.filing_date, patent.grant_date) == (date(2014, 7, 28), date(2016, 5, 4))
    assert patent.status is LegalStatus.IN_FORCE and patent.flags == {Flag.PLEDGED, Flag.FROZEN}
    assert patent.role is Role.CORE and patent.fee_paid_through_year == 12
    assert mark.kind is RightKind.TRADEMARK and mark.number == "1234567"


def test_english_headings_in_any_case_and_with_remarks() -> None:
    table = table_of(
        ["Application_Number", "Filing Date", "Owner (all)", "Legal Status*", "Colour"],
        [GOOD, "2014.07.28", "A Ltd", "In force", "red"],
    )
    assert len(table.rights) == 1 and table.not_used == ("Colour",)
    assert table.rights[0].holders[0].name == "A Ltd" and table.rights[0].status is LegalStatus.IN_FORCE


def test_a_heading_that_names_one_field_twice() -> None:
    table = table_of(["专利号/注册号", "申请日（或授权日）", "专利号／申请日"], [GOOD, "2014-07-28", "x"])
    assert table.not_used == ("专利号／申请日",)
    assert table.rights[0].number == "201410362077.3"


def test_a_heading_row_below_a_title() -> None:
    table = table_of(["甲公司专利清单"], ["", ""], ["专利号", "申请日"], [GOOD, "20140728"])
    assert table.rows == (4,) and table.rights[0].filing_date == date(2014, 7, 28)


@pytest.mark.parametrize(
    "cell",
    [
        date(2014, 7, 28),
        datetime(2014, 7, 28),
        datetime(2014, 7, 28, 9),
        41848,
        "41848",
        "2014-07-28 00:00:00",
        "2014-07-28T00:00:00",
        "2014-07-28",
        "2014.7.28",
        "２０１４／７／２８",
        20140728,
    ],
)
def test_dates_as_cells_hold_them(cell: Cell) -> None:
    assert table_of(["专利号", "申请日"], [GOOD, cell]).rights[0].filing_date == date(2014, 7, 28)


def test_numbers_that_a_spreadsheet_took_for_numbers() -> None:
    rows: list[list[Cell]] = [[2014103620773, "2014-07-28"], [201410362077.3, "2014-07-28"]]
    assert table_of(["专利号", "申请日"], rows[0]).rights[0].number == "201410362077.3"
    assert table_of(["专利号", "申请日"], rows[1]).rights[0].number == "201410362077.3"
    assert codes_of(["专利号", "申请日"], [118464.4, "2000-06-30"]) == {("专利号", "leading_zeros")}


@pytest.mark.parametrize(
    ("headings", "row", "found"),
    [
        (["专利号", "申请日"], ["ZL201410362077.4", "2014-07-28"], {("专利号", "check_digit")}),
        (["专利号", "申请日"], ["201410362077", "2014-07-28"], {("专利号", "check_digit_missing")}),
        (["专利号", "申请日"], ["乱码", "2014-07-28"], {("专利号", "number_unknown")}),
        (["专利号", "申请日"], ["", "2014-07-28"], {("专利号", "missing")}),
        (["专利号", "种类", "申请日"], [GOOD, "外观", "2014-07-28"], {("专利号", "patent_kind")}),
        (["专利号", "种类", "申请日"], [GOOD, "专利", "2014-07-28"], {("种类", "not_a_choice")}),
        (["号码", "种类"], ["12345678", ""], {("种类", "kind_needed")}),
        (["专利号", "申请日"], [GOOD, "2014-13-01"], {("申请日", "not_a_day")}),
        (["专利号", "申请日"], [GOOD, ""], {("申请日", "missing")}),
        (["专利号"], [GOOD], {("申请日", "missing")}),
        (["专利号", "申请日", "授权日"], [GOOD, "2014-07-28", "2014-07-27"], {("授权日", "dates_reversed")}),
        (["专利号", "申请日", "终止日"], [GOOD, "2014-07-28", "2014-07-27"], {("终止日", "dates_reversed")}),
        (["专利号", "申请日"], [GOOD, "2015-07-28"], {("申请日", "filed_after_number")}),
        (["专利号", "申请日", "名称"], [GOOD, "2014-07-28", ""], {("名称", "missing")}),
        (["专利号", "申请日", "权利人"], [GOOD, "2014-07-28", "—"], {("权利人", "missing")}),
        (["专利号", "申请日", "状态"], [GOOD, "2014-07-28", "无效"], {("状态", "not_a_choice")}),
        (["专利号", "申请日", "标记"], [GOOD, "2014-07-28", "质押；抵债"], {("标记", "not_a_choice")}),
        (["专利号", "申请日", "自然人"], [GOOD, "2014-07-28", "也许"], {("自然人", "not_a_choice")}),
        (["专利号", "申请日", "年费缴至年度"], [GOOD, "2014-07-28", 26], {("年费缴至年度", "out_of_range")}),
        (["专利号", "申请日", "年费缴至年度"], [GOOD, "2014-07-28", 3.5], {("年费缴至年度", "out_of_range")}),
        (["注册号", "种类", "类别"], ["1234567", "商标", "9、46"], {("类别", "goods_classes")}),
        (["专利号", "申请日", "公开号"], [GOOD, "2014-07-28", "X"], {("公开号", "publication_form")}),
        (["专利号", "申请日", "信用代码"], [GOOD, "2014-07-28", "123"], {("信用代码", "credit_code_length")}),
        (
            ["专利号", "申请日", "权利人", "信用代码"],
            [GOOD, "2014-07-28", "甲", "91110000600037341L；91110000600037341L"],
            {("信用代码", "codes_differ")},
        ),
        (["申请号", "专利号", "申请日"], [GOOD, "00118464.4", "2000-06-30"], {("专利号", "numbers_differ")}),
        (["专利号", "申请日"], [GOOD, "2014-07-28", "多出"], {("+1", "too_many_cells")}),
        (["专利号", "申请日", "名称"], [GOOD, "2014-07-28", "电\ufffd机"], {("名称", "damaged")}),
        (
            ["专利号", "申请日", "作用"],
            ["1", "昨天", "主要"],
            {("专利号", "number_unknown"), ("申请日", "not_a_day"), ("作用", "not_a_choice")},
        ),
    ],
)
def test_bad_rows_of_every_kind(headings: list[str], row: list[Cell], found: set[tuple[str, str]]) -> None:
    assert codes_of(headings, row) == found


def test_a_good_row_beside_a_bad_one_is_loaded_and_a_number_counts_once() -> None:
    table = table_of(
        ["专利号", "申请日"],
        [GOOD, "2014-07-28"],
        ["x", "y"],
        ["", " "],
        ["2014 1 0362077.3", "2014-07-28"],
    )
    assert table.rows == (2,) and table.row_count == 3
    assert [(bad.row, bad.problems[-1].code) for bad in table.bad] == [(3, "not_a_day"), (5, "number_twice")]


def test_an_id_counts_once() -> None:
    table = table_of(["编号", "专利号", "申请日"], ["A1", GOOD, "2014-07-28"], ["A1", "00118464.4", "2000-06-30"])
    assert [(bad.row, [problem.code for problem in bad.problems]) for bad in table.bad] == [(3, ["id_twice"])]


def test_application_and_patent_number_side_by_side_are_one() -> None:
    table = table_of(["申请号", "专利号", "申请日"], ["CN201410362077.3", GOOD, "2014-07-28"])
    assert table.bad == () and table.rights[0].number == "201410362077.3"


def test_a_list_of_trademarks_needs_no_column_for_the_kind() -> None:
    table = table_of(["商标注册号", "注册日"], ["12345678", "2018-07-07"])
    assert table.rights[0].kind is RightKind.TRADEMARK and table.rights[0].number == "12345678"


def test_the_kind_follows_from_the_number() -> None:
    table = table_of(
        ["登记号", "申请日"],
        ["2014SR123456", ""],
        ["BS.08500145.7", "2008-03-01"],
        ["CNA20191006012", "2019-12-01"],
        ["201420000001.1", "2014-01-02"],
    )
    assert [right.kind.value for right in table.rights] == [
        "software",
        "layout_design",
        "plant_variety",
        "utility_model",
    ]


HISTORY = ["专利号", "申请日", "授权日", "撤回日", "放弃日", "驳回日", "终止日", "恢复日", "无效宣告日"]


@pytest.mark.parametrize(
    ("dates", "as_of", "ended", "status"),
    [
        # Given up without a grant: an application given up, told by the dates alone.
        (["", "", "2005-01-26"], None, date(2005, 1, 26), None),
        (["", "", "", "2005-01-26"], None, date(2005, 1, 26), LegalStatus.REFUSED),
        (["2004-03-03", "", "", "", "2009-08-19"], None, date(2009, 8, 19), None),
        (["2004-03-03", "", "", "", "2009-08-19"], date(2009, 8, 18), None, None),
        (["2004-03-03", "", "", "", "2009-08-19"], date(2009, 8, 19), date(2009, 8, 19), None),
        # Restored after the end; seen before the restoration, it is ended.
        (["2004-03-03", "", "", "", "2011-06-22", "2012-11-21"], None, None, None),
        (["2004-03-03", "", "", "", "2011-06-22", "2012-11-21"], date(2011, 12, 31), date(2011, 6, 22), None),
        # A grant cannot follow a withdrawal unless that was undone.
        (["2005-03-23", "2004-07-14"], None, None, None),
        (["2005-03-23", "2004-07-14"], date(2004, 12, 31), date(2004, 7, 14), None),
        (["2005-03-23", "2004-07-14", "", "", "2009-08-19"], None, date(2009, 8, 19), None),
        # The last end counts.
        (
            ["2004-03-03", "", "", "", "2009-08-19", "", "2010-01-05"],
            None,
            date(2010, 1, 5),
            LegalStatus.INVALIDATED,
        ),
        (["2004-03-03", "", "", "", "2009-08-19", "", "2010-01-05"], date(2010, 1, 4), date(2009, 8, 19), None),
    ],
)
def test_the_end_as_it_was_known(
    dates: list[Cell], as_of: date | None, ended: date | None, status: LegalStatus | None
) -> None:
    table = table_of(HISTORY, ["00118464.4", "2000-06-30", *dates], as_of=as_of)
    assert table.bad == ()
    assert (table.rights[0].ended_date, table.rights[0].status) == (ended, status)


def test_a_word_of_the_register_does_not_look_ahead() -> None:
    headings = ["专利号", "申请日", "授权日", "终止日", "状态"]
    row: list[Cell] = ["00118464.4", "2000-06-30", "2004-03-03", "2009-08-19", "终止"]
    assert table_of(headings, row, as_of=date(2008, 1, 1)).rights[0].status is None
    assert table_of(headings, row, as_of=date(2010, 1, 1)).rights[0].status is LegalStatus.LAPSED


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["颜色", "大小"], ["红", "大"]], "no_headings"),
        ([], "no_headings"),
        ([["专利号", "申请日"]], "no_rows"),
        ([["专利号", "申请日"], ["", None]], "no_rows"),
    ],
)
def test_a_table_without_headings_or_rows_is_refused(rows: list[list[Cell]], code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_rights_table(enumerate(rows, 1), "list.csv")
    assert [problem.code for problem in caught.value.problems] == [code]
    assert caught.value.source == "list.csv"


def test_a_misspelt_heading_is_guessed() -> None:
    with pytest.raises(InputError) as caught:
        table_of(["专利号码", "申请日"], [GOOD, "2014-07-28"])
    assert "专利号" in caught.value.problems[0].hint.zh


def test_no_heading_means_two_things() -> None:
    fields: dict[str, set[str]] = {}
    for field, names in HEADINGS.items():
        for name in names:
            fields.setdefault(heading_key(name), set()).add(field)
    assert [name for name, of in fields.items() if len(of) > 1] == []
    assert set(COLUMN_HELP) <= set(HEADINGS)
