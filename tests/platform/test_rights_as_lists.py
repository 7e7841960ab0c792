"""Lists of rights brought to the platform: nothing is erased, changes are shown, meanings of columns are kept."""

from typing import Any

import pytest
from django.db import connection
from firm_samples import submitted

from zhirong.chain.pledge.precheck import right_key
from zhirong.chain.right.list_check import check_rights
from zhirong.chain.right.table import read_rights_table
from zhirong.documents.tables import read_rows
from zhirong.kernel.errors import InputError
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.right import right_lists
from zhirong.operations.right.rights import check_right
from zhirong.operations.rulebook import rulebook
from zhirong.store.financing import FirmRight
from zhirong.store.parties import FileColumns
from zhirong.store.work import Notice

FULL = """专利号,专利名称,专利权人,申请日,授权公告日,年费缴至年度,标记,作用,备注,同日申请发明
201919990001.5,一种航电总线,本公司；乙大学,2019-07-28,2021-05-04,8,已质押,核心,手工备注,
"""
FOUR = """申请号,申请人,申请日,授权公告日
201919990001.5,本公司；乙大学,2019-07-28,2021-05-04
"""


def bring(platform, actor, text: str, name: str = "list.csv", **more: Any) -> Any:
    ticket = platform.upload(actor, name, text.encode() if isinstance(text, str) else text)
    return platform.do(actor, "right.import", file=ticket, **more).answer


def test_what_a_list_does_not_say_stays(platform) -> None:
    _, manager = platform.firm()
    assert bring(platform, manager, FULL)["new"] == 1
    before = FirmRight.objects.get()
    report = bring(platform, manager, FOUR)
    assert (report["same"], report["changed"], report["overwrites"]) == (1, 0, 0)
    after = FirmRight.objects.get()
    assert after.facts == before.facts and after.version == before.version
    empty = FULL.replace(",8,已质押,核心,手工备注,", ",,,,,").replace("一种航电总线", "一种航电总线")
    assert bring(platform, manager, empty)["same"] == 1
    assert FirmRight.objects.get().facts == before.facts


def test_importing_twice_changes_nothing(platform) -> None:
    _, manager = platform.firm()
    for text in (FULL, FOUR, FULL):
        bring(platform, manager, text, overwrite=True)
    row = FirmRight.objects.get()
    assert row.version == 1 and row.facts["fee_paid_through_year"] == 8 and row.facts["notes"] == ["手工备注"]
    assert platform_findings() == []


def test_consents_licences_and_codes_of_holders_stay(platform) -> None:
    firm, manager = platform.firm()
    platform.do(
        manager,
        "right.add",
        kind="invention",
        title="一种航电总线",
        number="201919990001.5",
        filing_date="2019-07-28",
        holders=f"{firm.name}；{firm.code}\n乙大学；；同意出质",
        licences="普通；丙公司；2024-01-01",
        same_day_invention=False,
    )
    report = bring(
        platform,
        manager,
        f"申请号,权利人,申请日,授权公告日\n201919990001.5,乙大学；{firm.name},2019-07-28,2021-05-04\n",
    )
    facts = FirmRight.objects.get().facts
    assert report["changed"] == 1 and facts["grant_date"] == "2021-05-04"
    assert [one["field"] for one in report["rows"][0]["changes"]] == ["grant_date"]
    assert facts["licences"][0]["licensee"] == "丙公司" and facts["holders"][1] == {
        "name": "乙大学",
        "consents": True,
    }


def test_what_would_be_overwritten_is_named_first(platform) -> None:
    _, manager = platform.firm()
    bring(platform, manager, FULL)
    other = FULL.replace("一种航电总线", "另一名称").replace(",8,", ",9,").replace("已质押", "被保全或冻结")
    tried = bring(platform, manager, other, dry_run=True)
    assert [(one["field"], one["old"], one["new"]) for one in tried["rows"][0]["changes"]] == [
        ("title", "一种航电总线", "另一名称"),
        ("fee_paid_through_year", 8, 9),
        ("flags", ["pledged"], ["frozen"]),
    ]
    assert tried["overwrites"] == 3 and FirmRight.objects.get().title == "一种航电总线"
    with pytest.raises(InputError) as refused:
        bring(platform, manager, other)
    assert {one.code for one in refused.value.problems} == {"would_overwrite"}
    assert "一种航电总线" in refused.value.problems[0].reason.zh and FirmRight.objects.get().version == 1
    assert bring(platform, manager, other, overwrite=True)["changed"] == 1
    assert FirmRight.objects.get().facts["flags"] == ["frozen"]


def test_a_burden_from_a_last_event_adds_to_those_that_are_kept(platform) -> None:
    _, manager = platform.firm()
    bring(platform, manager, FULL)
    text = "申请号,申请日,法律状态/事件,简单法律状态\n201919990001.5,2019-07-28,授权 | 保全,有效\n"
    bring(platform, manager, text, overwrite=True)
    assert FirmRight.objects.get().facts["flags"] == ["frozen", "pledged"]


def test_a_list_without_holders_is_the_firms_own(platform) -> None:
    firm, manager = platform.firm()
    report = bring(
        platform, manager, "专利号,专利名称,申请日,授权公告日\n201919990002.X,一种总线,2019-07-28,2021-05-04\n"
    )
    assert report["new"] == 1
    assert FirmRight.objects.get().facts["holders"] == [{"name": firm.name, "code": firm.code}]


def test_lenders_with_an_open_case_are_notified_of_a_change(platform) -> None:
    _, manager = platform.firm()
    bank, officer = platform.bank()
    submitted(platform, manager, bank)
    right = FirmRight.objects.get()
    Notice.objects.all().delete()
    # The sample was written past the operations, under a key that no list would find.
    platform.reseed(right, key=right_key(check_right(right.facts, platform.day, rulebook()).right))
    day = right.facts["filing_date"]
    report = bring(platform, manager, f"申请号,申请日,专利名称\n{right.number},{day},改过的名称\n", overwrite=True)
    # The number is kept as it was typed: another spelling of it is no change.
    assert [one["field"] for one in report["rows"][0]["changes"]] == ["title"]
    assert Notice.objects.filter(account=officer.account).count() == 1


def test_the_meaning_of_a_column_is_corrected_and_kept(platform) -> None:
    _, manager = platform.firm()
    text = "专利号,权属单位,申请日\n201919990002.X,丁公司,2019-07-28\n"
    doubtful = bring(platform, manager, text, dry_run=True)
    assert doubtful["not_used"] == ["权属单位"] and "权属单位" in doubtful["rows"][0]["conflicts"][0]["zh"]
    with pytest.raises(InputError) as refused:
        bring(platform, manager, text, columns="权属单位 = 什么")
    assert refused.value.problems[0].field == "columns.1"
    said = bring(platform, manager, text, columns="权属单位 = 权利人", keep_columns=True)
    assert said["columns"]["权属单位"] == "holders" and said["rows"][0]["conflicts"] == []
    assert FirmRight.objects.get().facts["holders"] == [{"name": "丁公司"}]
    assert FileColumns.objects.get().columns == {"权属单位": "holders"}
    later = bring(platform, manager, text.replace("201919990002.X", "201919990001.5"))
    assert later["columns"]["权属单位"] == "holders"
    _, other = platform.firm()  # what one organisation keeps is not another's
    assert bring(platform, other, text, dry_run=True)["not_used"] == ["权属单位"]
    assert platform_findings() == []


def test_a_file_is_read_before_the_only_writer_is_held_up(platform, monkeypatch) -> None:
    _, manager = platform.firm()
    inside: list[bool] = []
    read = right_lists.read_rows
    outer = connection.in_atomic_block

    def watched(content: bytes, source: str) -> Any:
        inside.append(connection.in_atomic_block and not outer)
        return read(content, source)

    monkeypatch.setattr(right_lists, "read_rows", watched)
    bring(platform, manager, FULL)
    assert inside == [False]


def test_a_malformed_workbook_is_refused_in_words_and_an_old_one_is_read(platform) -> None:
    _, manager = platform.firm()
    with pytest.raises(InputError) as refused:
        bring(platform, manager, b"PK\x03\x04broken", "list.xlsx")  # type: ignore[arg-type]
    assert refused.value.problems[0].code == "unreadable_file"
    with pytest.raises(InputError) as refused:
        bring(platform, manager, bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2048), "list.xls")  # type: ignore[arg-type]
    assert ".xlsx" in refused.value.problems[0].hint.zh
    from old_workbook import old_workbook

    rows = [["专利号", "专利名称", "申请日"], ["201919990002.X", "一种总线", 43674.0]]
    assert bring(platform, manager, old_workbook(rows), "list.xls")["new"] == 1  # type: ignore[arg-type]
    assert FirmRight.objects.get().facts["filing_date"] == "2019-07-28"


def test_a_list_of_many_rows_is_left_to_the_background_before_it_is_looked_at(platform) -> None:
    _, manager = platform.firm()
    answer = bring(platform, manager, "专利号,申请日\n" + "x,y\n" * 5000)
    assert answer["background"] is True and answer["state"] == "reading" and not FirmRight.objects.exists()


def test_a_list_is_doubted_on_the_platform_as_on_the_command_line(platform) -> None:
    """A right that the list calls expired is never taken for one in force without a word."""
    _, manager = platform.firm()
    head = "专利号,专利名称,专利权人,申请日,授权公告日,法律状态\n"
    text = head + "201410362077.3,一种电机控制器,甲公司,2014-07-28,2016-05-04,期限届满\n"
    (row,) = bring(platform, manager, text, dry_run=True)["rows"]
    table = read_rights_table(read_rows(text.encode(), "list.csv"), "list.csv", platform.day)
    doubts = check_rights(table, rulebook(), platform.day, "list.csv").doubts
    assert row["status"] == "in_force" and "expired_ahead" in {one.code for one in doubts}
    assert row["conflicts"] == [one.text.as_json() for one in doubts]
