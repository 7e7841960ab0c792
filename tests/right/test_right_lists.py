"""Lists of rights as offices, services and firms export them: recognised, read without retyping, doubted where odd."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from right_cases import RULES

from zhirong.chain.adapters.adapter import library, read_adapter
from zhirong.chain.adapters.corrections import read_corrections
from zhirong.chain.right.columns import HEADINGS, Said
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.list_check import RightsCheck, check_rights
from zhirong.chain.right.records import Flag, LegalStatus
from zhirong.chain.right.table import RightsTable, read_rights_table
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError
from zhirong.kernel.sheets import Cell, Rows

DAY = date(2026, 11, 30)
PATENT = "201410362077.3"
BASE = ["申请号", "专利名称", "申请日", "授权公告日"]
ROW = [PATENT, "电机", "2014-07-28", "2016-05-04"]


def read(headings: Sequence[Cell], *rows: Sequence[Cell], **corrections: str) -> RightsTable:
    return read_rights_table(list(enumerate([headings, *rows], 1)), "list.csv", DAY, corrections)


def check(headings: Sequence[Cell], *rows: Sequence[Cell]) -> RightsCheck:
    return check_rights(read(headings, *rows), RULES, DAY, "list.csv")


def state_of(headings: Sequence[Cell], row: Sequence[Cell]) -> tuple[LegalStatus | None, set[str]]:
    checked = check(headings, row)
    assert checked.table.bad == ()
    return checked.package.members[0].status.status, {doubt.code for doubt in checked.doubts}


# -- formats ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "format_id"),
    [
        (["序号", "标题", "申请号", "申请人", "专利有效性", "当前法律状态", "当前权利人"], "incopat"),
        (["公开(公告)号", "标题", "申请号", "简单法律状态", "法律状态/事件"], "patsnap"),
        (["申请号", "公开（公告）号", "名称", "申请（专利权）人", "最新法律状态", "有效性"], "innojoy"),
        (["申请号", "申请日", "公开（公告）号", "申请（专利权）人", "发明名称"], "cnipa-search"),
        (["专利申请号", "发明创造名称", "申请人", "案件状态"], "cnipa-case-list"),
        (["序号", "专利名称", "专利状态", "申请号", "申请人"], "company-search"),
        (["申请/注册号", "国际分类", "商标名称"], "trademark-office-list"),
        (["商标名称", "商标注册号", "商标状态", "专用权期限"], "trademark-detail"),
        (["软件全称", "登记号", "著作权人"], "software-list"),
        (["知识产权编号", "知识产权名称", "类别", "授权日期", "授权号"], "high-tech-form"),
        (["序号", "专利号/申请号", "申请时间"], "firm-ledger"),
        (["号码", "名称"], "common"),
    ],
)
def test_a_format_is_recognised_whatever_the_order_of_its_columns(headings: list[str], format_id: str) -> None:
    known = library("rights")
    assert known.recognise(headings).id == known.recognise(headings[::-1]).id == format_id


def test_every_format_names_fields_and_words_that_exist() -> None:
    known = library("rights")
    for adapter in (known.common, *known.named):
        assert set(adapter.columns) <= set(known.common.columns), adapter.id
        assert adapter.seen and adapter.title.zh and adapter.title.en
        assert (adapter.id == "common") == (adapter.known_by == ())
    statuses = {status.value for status in LegalStatus} | {said.value for said in Said}
    for name in ("status", "validity"):
        assert set(known.common.words[name].values()) <= statuses
    # Every word that the template offers is known.
    for field in HEADINGS:
        assert HEADINGS[field][0] in known.names(field)


def test_a_format_file_with_mistakes_is_refused_with_all_of_them() -> None:
    with pytest.raises(InputError) as caught:
        read_adapter('id = "x"\nconfidence = "sure"\n[columns]\nnumber = ["号码"]\n', "x.toml")
    assert {problem.field for problem in caught.value.problems} == {"title", "seen", "confidence"}


# -- holders ----------------------------------------------------------------------------------------------------


@given(st.permutations(["申请人", "专利权人", "当前权利人", "原始申请人"]), st.booleans())
def test_the_present_holder_decides(order: list[str], with_present: bool) -> None:
    names = {
        "申请人": "甲公司",
        "专利权人": "乙公司",
        "当前权利人": "丙公司" if with_present else "",
        "原始申请人": "丁公司",
    }
    table = read([*order, *BASE], [*(names[one] for one in order), *ROW])
    assert [holder.name for holder in table.rights[0].holders] == ["丙公司" if with_present else "乙公司"]
    assert table.doubts == ()


def test_two_columns_of_one_meaning_that_differ_are_a_doubt() -> None:
    table = read([*BASE, "专利权人", "权利人"], [*ROW, "甲公司", "乙公司"])
    assert [doubt.code for doubt in table.doubts] == ["columns_differ"] and "乙公司" in table.doubts[0].text.zh
    assert read([*BASE, "专利权人", "权利人"], [*ROW, "甲公司", "甲公司"]).doubts == ()


@pytest.mark.parametrize(
    ("written", "names", "is_odd"),
    [
        ("甲公司；乙大学", ["甲公司", "乙大学"], False),
        ("甲公司 | 乙大学", ["甲公司", "乙大学"], False),
        ("甲公司,乙大学", ["甲公司", "乙大学"], True),
        ("甲公司 乙研究院", ["甲公司", "乙研究院"], True),
        ("ABC Co., Ltd.", ["ABC Co., Ltd."], False),
        ("甲公司:中国", ["甲公司"], False),
    ],
)
def test_holders_in_one_cell(written: str, names: list[str], is_odd: bool) -> None:
    table = read([*BASE, "权利人"], [*ROW, written])
    assert [holder.name for holder in table.rights[0].holders] == names
    assert [doubt.code for doubt in table.doubts] == (["holders_joined"] if is_odd else [])


# -- states -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "words", "status", "doubts"),
    [
        (["专利有效性"], ["有效"], LegalStatus.IN_FORCE, set()),
        (["专利有效性"], ["无效"], LegalStatus.LAPSED, {"over_without_reason"}),
        (["专利有效性", "当前法律状态"], ["失效", "未缴年费"], LegalStatus.LAPSED, set()),
        (["简单法律状态", "法律状态/事件"], ["失效", "权利转移"], LegalStatus.LAPSED, {"over_without_reason", "transferred"}),
        (["简单法律状态", "法律状态/事件"], ["有效", "授权 | 质押"], LegalStatus.IN_FORCE, set()),
        (["状态", "法律状态"], ["有效", "未缴年费终止"], LegalStatus.LAPSED, {"states_differ"}),
        (["法律状态"], ["无权"], LegalStatus.LAPSED, {"over_without_reason"}),
        (["法律状态"], ["驳回"], LegalStatus.REFUSED, {"granted_and_refused"}),
        (["法律状态"], ["权利转移"], LegalStatus.IN_FORCE, {"transferred"}),
        (["法律状态"], ["部分无效"], LegalStatus.IN_FORCE, {"partly_invalid"}),
        (["法律状态"], ["未缴年费专利权终止，等恢复"], LegalStatus.LAPSED, set()),
        (["当前法律状态"], ["从未听说的事"], LegalStatus.IN_FORCE, {"event_unknown"}),
    ],
)  # fmt: skip
def test_states_of_several_columns(
    headings: list[str], words: list[str], status: LegalStatus, doubts: set[str]
) -> None:
    for turn in (1, -1):
        assert state_of([*BASE, *headings[::turn]], [*ROW, *words[::turn]]) == (status, doubts)


DEAD_WORDS = ["失效", "无权", "未缴年费", "终止", "驳回", "视为撤回", "宣告无效", "期限届满"]


@given(
    st.sampled_from(DEAD_WORDS),
    st.lists(st.sampled_from(["有效", "授权", "审中", "质押", "权利转移", "公开", ""]), max_size=3),
    st.randoms(use_true_random=False),
)
def test_a_dead_word_is_never_read_as_in_force(dead: str, others: list[str], shuffle) -> None:
    headings = ["法律状态", "状态", "专利状态", "案件状态"]
    words = [dead, *others]
    shuffle.shuffle(words)
    status, doubts = state_of([*BASE, *headings[: len(words)]], [*ROW, *words])
    # "Expired" before the last day contradicts itself: the dates decide, and the row is doubtful.
    is_early = dead == "期限届满" and "expired_ahead" in doubts
    assert is_early or status not in (LegalStatus.IN_FORCE, LegalStatus.PENDING, None)


def test_a_word_that_is_not_known_is_refused_with_the_words_of_the_template() -> None:
    table = read([*BASE, "法律状态", "专利类型"], [*ROW, "随便", "随便"])
    said = {problem.field: problem.hint for problem in table.bad[0].problems}
    assert "有效" in said["法律状态"].zh and "已终止" in said["法律状态"].zh and "in force" in said["法律状态"].en
    assert "发明专利" in said["专利类型"].zh and "invention patent" in said["专利类型"].en


def test_the_expected_end_of_a_right_in_force_is_no_end() -> None:
    status, doubts = state_of([*BASE, "专利有效性", "当前法律状态", "失效日"], [*ROW, "有效", "授权", "2034-07-27"])
    assert (status, doubts) == (LegalStatus.IN_FORCE, set())


# -- burdens ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("被许可人", "丙公司", "unread_column"),
        ("诉讼次数", 2, "unread_column"),
        ("诉讼次数", 0, None),
        ("许可备案", "否", None),
        ("权属单位", "丁公司", "unread_column"),
        ("权利范围", "部分权利", "burden"),
        ("权利范围", "全部权利", None),
        ("发明人", "张三", None),
        ("颜色", "红", None),
    ],
)
def test_a_burden_that_no_mapping_reads_is_a_doubt(heading: str, cell: Cell, code: str | None) -> None:
    table = read([*BASE, heading], [*ROW, cell])
    assert [doubt.code for doubt in table.doubts] == ([code] if code else [])


def test_a_pledgee_is_a_pledge() -> None:
    assert read([*BASE, "当前质权人"], [*ROW, "某银行"]).rights[0].flags == {Flag.PLEDGED}
    assert read([*BASE, "是否质押"], [*ROW, "否"]).rights[0].flags == frozenset()
    assert read([*BASE, "法律状态/事件"], [*ROW, "授权 | 质押"]).rights[0].flags == {Flag.PLEDGED}


# -- numbers, kinds, dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [2016100000000, 2016100000000.0, 20161000000000000])
def test_a_number_that_lost_its_digits_is_named_as_that(cell: Cell) -> None:
    table = read(["专利号", "申请日"], [cell, "2016-01-04"])
    assert "lost_digits" in [problem.code for problem in table.bad[0].problems]


@pytest.mark.parametrize("cell", [f'="{PATENT}"', f"'{PATENT}", f"’{PATENT}", 2014103620773, "CN201410362077.3"])
def test_a_number_with_the_marks_of_spreadsheets(cell: Cell) -> None:
    assert read(["专利号", "申请日"], [cell, "2014-07-28"]).rights[0].number == PATENT


@pytest.mark.parametrize("word", ["授权发明", "发明授权", "发明公布", "发明申请", "发明专利（Ⅰ类）", "发明专利"])
def test_an_invention_by_any_name(word: str) -> None:
    assert read(["专利类型", *BASE], [word, *ROW]).rights[0].kind is RightKind.INVENTION


@pytest.mark.parametrize(
    ("document", "day", "grant"),
    [
        ("CN104123456B", "2016-05-04", date(2016, 5, 4)),
        ("CN104123456A", "2016-05-04", None),
        ("CN1012345B", "1992-05-04", None),
    ],
)
def test_a_granted_document_is_a_grant(document: str, day: str, grant: date | None) -> None:
    number = "90100001.9" if day < "1993" else PATENT
    filed = "1990-01-04" if day < "1993" else "2014-07-28"
    table = read(["申请号", "申请日", "公开（公告）号", "公开（公告）日"], [number, filed, document, day])
    assert [right.grant_date for right in table.rights] == [grant], table.bad


def test_a_formula_without_its_result_is_explained() -> None:
    table = read(["专利号", "申请日"], [PATENT, "=DATE(2014,7,28)"])
    assert [problem.code for problem in table.bad[0].problems] == ["formula"]


def test_dates_that_the_number_contradicts_are_doubts() -> None:
    assert "filed_before_number" in state_of(BASE, [PATENT, "x", "2004-07-28", "2016-05-04"])[1]
    # An international application enters the national phase up to 32 months later.
    assert "filed_before_number" not in state_of(BASE, [PATENT, "x", "2011-12-01", "2016-05-04"])[1]
    software = ["登记号", "软件全称", "首次发表日期", "登记日期"]
    assert state_of(software, ["2014SR999456", "x", "2020-01-05", "2012-08-20"])[1] == {
        "registered_in_another_year",
        "published_after_registration",
    }
    assert "number_of_the_future" in state_of(software, ["2099SR999456", "x", "2020-01-05", "2021-08-20"])[1]
    assert state_of(software, ["2014SR999456 软著登字第0999456号", "x", "未发表", "2014-08-20"])[1] == {"no_end"}


# -- trademarks -------------------------------------------------------------------------------------------------

MARK = ["商标注册号", "商标名称", "国际分类", "注册公告日期", "专用权期限", "商标状态"]


@pytest.mark.parametrize(
    ("written", "classes"),
    [("9", (9,)), (9, (9,)), ("第9类", (9,)), ("9类 科学仪器", (9,)), ("第9、42类", (9, 42)), ("42; 9", (9, 42))],
)
def test_classes_as_lists_write_them(written: Cell, classes: tuple[int, ...]) -> None:
    table = read(MARK, ["99999921", "某牌", written, "2015-02-21", "2015-02-21 至 2025-02-20", "已注册"])
    assert table.rights[0].goods_classes == classes and table.rights[0].kind is RightKind.TRADEMARK


def test_one_mark_in_a_row_for_each_class_is_one_right() -> None:
    rest = ["2015-02-21", "2025年02月21日至2035年02月20日", "已注册"]
    table = read(MARK, ["99999921", "某牌", 42, *rest], ["99999921", "某牌", "9", *rest])
    assert [right.goods_classes for right in table.rights] == [(9, 42)] and table.bad == () and table.rows == (2,)
    assert table.rights[0].term_end_date == date(2035, 2, 20)
    other = read(MARK, ["99999921", "某牌", 42, *rest], ["99999921", "另一牌", "9", *rest])
    assert [problem.code for problem in other.bad[0].problems] == ["number_twice"]


# -- the table --------------------------------------------------------------------------------------------------


def test_totals_are_passed_over_and_the_list_may_stand_on_another_sheet() -> None:
    rows = list(enumerate([["序号", *BASE], [1, *ROW], ["合计", "1件", "", "", ""]], 1))
    table = read_rights_table(rows, "list.xlsx", DAY)
    assert (len(table.rights), table.bad, table.passed_over) == (1, (), 1)
    first = Rows([(1, ["填表说明", "见下"])], "说明", [Rows(rows, "清单")])
    assert len(read_rights_table(first, "list.xlsx", DAY).rights) == 1
    with pytest.raises(InputError) as caught:
        read_rights_table(Rows([(1, ["a", "b"])], "说明", [Rows([(1, ["c"])], "附录")]), "list.xlsx", DAY)
    assert "说明、附录" in caught.value.problems[0].reason.zh


def test_the_user_says_what_a_column_is() -> None:
    table = read([*BASE, "权属单位"], [*ROW, "丁公司"], 权属单位="holders")
    assert [holder.name for holder in table.rights[0].holders] == ["丁公司"] and table.doubts == ()
    assert table.columns["权属单位"] == "holders"
    left_out = read([*BASE, "法律状态"], [*ROW, "随便"], 法律状态="-")
    assert left_out.bad == () and left_out.not_used == ("法律状态",)


def test_corrections_are_written_as_lines() -> None:
    assert read_corrections(["权属单位 = 权利人", "", "Notes=", "a=b = number"], HEADINGS, "columns") == {
        "权属单位": "holders",
        "Notes": "-",
        "a=b": "number",
    }
    with pytest.raises(InputError) as caught:
        read_corrections(["权属单位", "x = 什么"], HEADINGS, "columns")
    assert [problem.field for problem in caught.value.problems] == ["columns.1", "columns.2"]


LIST: list[list[Cell]] = [
    ["申请号", "标题", "申请人", "当前权利人", "专利类型", "专利有效性", "当前法律状态", "申请日", "授权公告日", "失效日", "当前质权人"],
    ["CN201410362077.3", "电机", "甲公司", "丙公司; 乙大学", "发明授权", "有效", "授权", "2014.07.28", 42494, "", "某银行"],
    ["CN00118464.4", "阀", "甲公司", "甲公司", "发明授权", "失效", "未缴年费", "20000630", "2004-03-03", "2009-08-19", ""],
    ["乱码", "坏行", "甲公司", "甲公司", "发明授权", "不明白", "", "昨天", "", "", ""],
]  # fmt: skip


@given(st.permutations(range(len(LIST[0]))))
def test_the_order_of_the_columns_does_not_matter(order: list[int]) -> None:
    moved, usual = (read(*([row[at] for at in places] for row in LIST)) for places in (order, range(len(LIST[0]))))
    assert moved.rights == usual.rights and set(moved.doubts) == set(usual.doubts)
    assert [set(bad.problems) for bad in moved.bad] == [set(bad.problems) for bad in usual.bad]


LISTS = Path(__file__).with_name("lists")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases" / "rights-lists"
EXPECTED: dict[str, Any] = (
    json.loads((SHARED / "expected.json").read_text(encoding="utf-8")) if SHARED.exists() else {}
)
OVER = {
    LegalStatus.LAPSED,
    LegalStatus.INVALIDATED,
    LegalStatus.EXPIRED,
    LegalStatus.WITHDRAWN,
    LegalStatus.REFUSED,
}


@pytest.mark.skipif(not EXPECTED, reason=f"the shared lists are not at {SHARED}")
def test_the_shared_lists_are_read_as_expected() -> None:
    assert {name: differences(name, wanted) for name, wanted in EXPECTED.items()} == dict.fromkeys(EXPECTED, [])


def differences(name: str, wanted: list[Any]) -> list[str]:
    """What is read otherwise than expected.json says: by right number, kind, states that are right ("dead": any in
    which the right is over; none: not compared), holders (null: not compared).
    """
    table = read_rights_table(read_rows((SHARED / name).read_bytes(), name), name, DAY)
    members = check_rights(table, RULES, DAY, name).package.members
    found = {member.right.number: member for member in members}
    wrong = [f"row {bad.row} is rejected" for bad in table.bad] + sorted(set(found) - {row[0] for row in wanted})
    for number, kind, states, holders in wanted:
        member = found.get(number)
        if member is None:
            wrong.append(f"{number} is not read")
            continue
        allowed = OVER if states == "dead" else set(states)
        names = [holder.name for holder in member.right.holders]
        if member.right.kind != kind:
            wrong.append(f"{number}: {member.right.kind} instead of {kind}")
        if allowed and member.status.status not in allowed:
            wrong.append(f"{number}: {member.status.status} instead of {states}")
        if holders is not None and names != holders:
            wrong.append(f"{number}: held by {names} instead of {holders}")
    return wrong


def as_read(path: Path) -> dict[str, object]:
    """Format, rights (number, kind, state, holders) and the problems of a file."""
    table = read_rights_table(read_rows(path.read_bytes(), path.name), path.name, DAY)
    states = [row["status"] for row in check_rights(table, RULES, DAY, path.name).as_json()["rights"]]  # type: ignore[attr-defined]
    return {
        "format": table.format.en,
        "rights": [
            [right.number, str(right.kind), state, [holder.name for holder in right.holders]]
            for right, state in zip(table.rights, states, strict=True)
        ],
        "bad": [[bad.row, problem.field, problem.code] for bad in table.bad for problem in bad.problems],
    }


@pytest.mark.parametrize("name", sorted(path.stem for path in LISTS.glob("*.csv")))
def test_the_lists_of_twelve_formats_are_read_whole(name: str) -> None:
    expected = json.loads((LISTS / "expected.json").read_text("utf-8"))
    assert len(expected) == 12
    assert as_read(LISTS / f"{name}.csv") == expected[name]
