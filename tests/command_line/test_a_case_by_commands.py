"""A real piece of the way by commands alone: a right, its file, an appraisal, a case; the bank takes it up."""

import io
import json
from pathlib import Path

import openpyxl
import pytest
from desk import Desk
from firm_samples import FACTS, credit, income

from zhirong.store.financing import Case, FirmRight

_RIGHT = [
    "kind=发明专利",
    "number=202110123456.7",
    "title=一种检测装置",
    "filing_date=2021-03-10",
    "grant_date=2023-05-09",
]


def _set(*given: str) -> list[str]:
    return [word for one in given for word in ("--set", one)]


def _a_right(desk: Desk) -> int:
    said = desk.json(desk.world.manager, "do", "right.add", *_set(*_RIGHT))
    return int(said["id"])


def _a_case(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> int:
    """A complete draft: everything by commands."""
    world, right = desk.world, _a_right(desk)
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(income([right]))))
    appraisal = desk.json(world.manager, "do", "appraisal.online", "--json-in", "-")["id"]
    facts = [f"facts:={json.dumps(FACTS)}", f"credit={json.dumps(credit(world.platform.day.isoformat()))}"]
    wanted = ["lender=西咸新区商业银行", "mode=xixian", "amount=200万元", "term_months=12", "purpose=采购原材料"]
    drafted = desk.json(
        world.manager, "do", "case.draft", *_set(*wanted, *facts, f"rights={right}", f"appraisal={appraisal}")
    )
    assert drafted["subject"] == f"case/{drafted['id']}" and drafted["version"] == 1
    return int(drafted["id"])


def test_from_a_right_to_an_accepted_case(desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    world = desk.world
    case = _a_case(desk, monkeypatch)
    kept = Case.objects.get(pk=case)
    assert (kept.amount, kept.lender_id, kept.state) == (2_000_000_00, world.bank.pk, "draft")
    assert kept.facts == FACTS
    said = desk(world.manager, "do", "case.submit", str(case), "--set", "agreed=true")
    assert said.code == 0 and "已办理：提交申请" in said.out and f"对象 case/{case}，第 " in said.out
    assert f"{desk.address}/firm/cases/{case}/" in said.out and "日志第 " in said.out

    listed = desk(world.officer, "show", "lender.cases", "--filter", "state=已提交，待受理", "--csv")
    assert listed.out.splitlines()[0].startswith("ID,编号,企业,状态,申请金额")
    assert f"{case},{kept.number},陕西泾水兴环保科技有限公司" in listed.out and "2000000.00" in listed.out
    shown = desk(world.officer, "show", "case", str(case), "--lang", "en")
    assert "CNY 2,000,000.00" in shown.out and "submitted submitted" not in shown.out
    assert "submitted 已提交，待受理" in desk(world.officer, "show", "case", str(case)).out
    assert f"zhirong do case.accept {case}" in shown.out
    officer = str(world.officer.account.pk)
    done = desk(world.officer, "do", "case.accept", str(case), "--set", f"officer={officer}", "--lang", "en")
    assert done.code == 0 and done.out.startswith("done: Accept") and "/lender/cases/" in done.out
    kept.refresh_from_db()
    assert kept.state == "diligence" and kept.officer_id == world.officer.account.pk
    out = tmp_path / "cases.xlsx"
    assert desk(world.officer, "show", "lender.cases", "--xlsx", str(out)).code == 0
    sheet = openpyxl.load_workbook(out).active
    assert [cell.value for cell in sheet[1]][:2] == ["ID", "编号"] and sheet.cell(2, 5).value == 2_000_000


def test_everything_that_is_wrong_is_said_in_both_languages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world = desk.world
    wrong = _set("lender=1", "mode=nothing", "amount=many", "term_months=0", "nobody=asked")
    zh = desk(world.manager, "do", "case.draft", *wrong)
    assert zh.code == 2 and not zh.out and "平台拒绝（422）" in zh.err
    for field in ("amount（填写值：“many”）：不是金额", "term_months", "nobody"):
        assert field in zh.err
    en = desk(world.manager, "do", "case.draft", *wrong, "--lang", "en")
    assert "rejected (422)" in en.err and "Fix: write it like 2,000,000.00" in en.err
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in en.err)
    program = desk(world.manager, "do", "case.draft", *wrong, "--json")
    said = json.loads(program.err)["error"]
    assert said["status"] == 422 and {one["field"] for one in said["problems"]} == {
        "amount",
        "term_months",
        "nobody",
    }
    assert not Case.objects.exists()


def test_one_wins_and_the_other_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    world, case = desk.world, _a_case(desk, monkeypatch)
    version = desk.json(world.manager, "show", "case", str(case))["version"]
    again = _set(f"lender={world.bank.pk}", "mode=xixian", "amount=150万元", "term_months=12")
    assert desk(world.manager, "do", "case.edit", str(case), "--version", str(version), *again).code == 0
    late = desk(world.manager, "do", "case.edit", str(case), "--version", str(version), *again)
    assert late.code == 2 and "平台拒绝（412）" in late.err and f"下一步：zhirong show cases {case}" in late.err
    assert Case.objects.get(pk=case).version == version + 1
    assert desk(world.manager, "do", "case.edit", str(case), "--version", "any", *again).code == 0
    assert desk(world.manager, "do", "case.edit", str(case), *again).code == 0
    assert Case.objects.get(pk=case).version == version + 3


def test_a_repeat_under_the_same_key_is_done_once(desk: Desk) -> None:
    world = desk.world
    first = desk.json(world.manager, "do", "right.add", *_set(*_RIGHT), "--key", "once")
    again = desk(world.manager, "do", "right.add", *_set(*_RIGHT), "--key", "once")
    assert again.code == 0 and "此前已办理（同一键），未重复办理" in again.out
    assert [right.pk for right in FirmRight.objects.all()] == [first["id"]]
    other = desk(world.manager, "do", "right.recheck", str(first["id"]), "--key", "once")
    assert other.code == 2 and "该键已用于另一请求" in other.err


def test_what_the_state_does_not_admit_says_what_to_do_next(desk: Desk) -> None:
    world = desk.world
    case = world.make_case("diligence")
    said = desk(world.manager, "do", "case.submit", str(case.pk), "--set", "agreed=true")
    assert said.code == 2 and "平台拒绝（409）" in said.err and "须处于" in said.err
    assert f"下一步：zhirong show cases {case.pk}" in said.err


def test_files_go_in_and_come_back(desk: Desk, tmp_path: Path) -> None:
    world, right = desk.world, _a_right(desk)
    paper = tmp_path / "证书.pdf"
    paper.write_bytes(b"%PDF-1.7 certificate")
    given = _set(f"subject=firmright/{right}", "paper=certificate")
    done = desk.json(world.manager, "do", "file.add", *given, "--file", f"file={paper}")
    out = tmp_path / "out.pdf"
    assert desk(world.manager, "show", "file", str(done["id"]), "--out", str(out)).code == 0
    assert out.read_bytes() == paper.read_bytes()
    refused = desk(world.manager, "do", "file.add", *given, "--file", f"file={tmp_path / 'none.pdf'}", "--set", "x")
    assert refused.code == 2 and "有 2 处问题" in refused.err and "文件不存在" in refused.err
    stranger = desk(world.officer, "show", "file", str(done["id"]), "--out", str(tmp_path / "stolen.pdf"))
    assert stranger.code == 2 and "平台拒绝（404）" in stranger.err and not (tmp_path / "stolen.pdf").exists()
    nowhere = desk(world.manager, "show", "file", str(done["id"]), "--out", str(tmp_path / "no" / "x.pdf"))
    assert nowhere.code == 2 and "无法写入" in nowhere.err
