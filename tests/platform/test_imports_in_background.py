"""Long lists and statements: accepted at once, read in the background, stored once after confirmation."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.identifiers import patent_check_digit
from zhirong.operations import imports
from zhirong.operations.imports import job_of, preview_rows
from zhirong.operations.jobs import run_due
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.uploads import DATA
from zhirong.operations.visibility import visible
from zhirong.store.financing import FirmRight, StatementLine
from zhirong.store.models import Event
from zhirong.store.work import FileImport, Job, Notice

ACCOUNT = "6222000011112222"


@pytest.fixture(autouse=True)
def _few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is long beyond eight rows, and a piece of it has five, so that a small one goes every way."""
    monkeypatch.setattr(imports, "most_rows_at_once", lambda kind, day: 8)
    monkeypatch.setattr(imports, "PIECE", 5)


def number(at: int) -> str:
    digits = f"201919{at:06d}"
    return f"{digits}.{patent_check_digit(digits)}"


def rights(count: int, title: str = "一种装置", first: int = 1) -> bytes:
    rows = [f"{number(at)},{title}{at},2019-07-28,2021-05-04" for at in range(first, first + count)]
    return ("专利号,专利名称,申请日,授权公告日\n" + "\n".join(rows) + "\n").encode()


def statement(count: int, note: str = "货款", first: int = 1) -> bytes:
    rows = [
        f"2026-10-{1 + at % 28:02d},R{at:08d},收入,{at}.50,甲科技有限公司,{note}"
        for at in range(first, first + count)
    ]
    return ("日期,流水号,收支,金额,对方户名,摘要\n" + "\n".join(rows) + "\n").encode()


def bring(platform: Any, who: Any, content: bytes, name: str = "right.import", **more: Any) -> FileImport:
    ticket = platform.upload(who, "list.csv", content)
    said = {"account_number": ACCOUNT} if name == "statement.import" else {}
    done = platform.do(who, name, file=ticket, **said, **more)
    assert done.answer["background"] is True and done.subject == f"fileimport/{done.answer['import']}"
    return FileImport.objects.get(pk=done.answer["import"])


def work(platform: Any, later: int = 0) -> None:
    while run_due(platform.now + timedelta(minutes=later), "test", is_long=True):
        pass


def read(platform: Any, row: FileImport) -> FileImport:
    work(platform)
    row.refresh_from_db()
    return row


def test_a_long_list_is_read_shown_and_kept_after_a_yes(platform) -> None:
    firm, manager = platform.firm()
    row = bring(platform, manager, rights(12))
    assert row.state == "reading" and FirmRight.objects.count() == 0 and job_of(row).organisation == firm
    read(platform, row)
    assert row.state == "preview" and row.about["counts"] == {"new": 12, "changed": 0, "same": 0, "wrong": 0}
    assert FirmRight.objects.count() == 0, "nothing is kept before the yes"
    assert [len(preview_rows(row, at)) for at in range(3)] == [5, 5, 2]
    assert Notice.objects.filter(link=f"/imports/{row.pk}/", account=manager.account).exists()
    platform.do(manager, "import.confirm", row)
    read(platform, row)
    assert row.state == "done" and row.about["kept"] == {"new": 12, "changed": 0, "same": 0, "left": 0}
    assert FirmRight.objects.filter(firm=firm, removed=False).count() == 12
    assert platform_findings() == []


def test_a_second_upload_of_the_same_file_changes_nothing(platform) -> None:
    _, manager = platform.firm()
    row = bring(platform, manager, rights(12))
    assert bring(platform, manager, rights(12)).pk == row.pk, "while it is under way it is the same import"
    read(platform, row)
    assert bring(platform, manager, rights(12)).pk == row.pk
    platform.do(manager, "import.confirm", row)
    work(platform)
    before = list(FirmRight.objects.order_by("pk").values())
    again = read(platform, bring(platform, manager, rights(12)))
    assert again.state == "done" and again.about["counts"]["same"] == 12
    assert list(FirmRight.objects.order_by("pk").values()) == before


def test_what_would_be_overwritten_is_shown_and_asked_for(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    work(platform)
    row = read(platform, bring(platform, manager, rights(12, "另一名称")))
    assert row.about["counts"]["changed"] == 12 and row.about["overwrites"] == 12
    change = preview_rows(row, 0)[0]["changes"][0]
    assert (change["old"], change["new"]) == ("一种装置1", "另一名称1")
    with pytest.raises(InputError) as refused:
        platform.do(manager, "import.confirm", row)
    assert refused.value.problems[0].code == "would_overwrite"
    platform.do(manager, "import.confirm", row, overwrite=True)
    assert read(platform, row).about["kept"]["changed"] == 12


def test_an_absent_column_leaves_the_fact_alone(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    work(platform)
    short = "专利号,申请日\n" + "\n".join(f"{number(at)},2019-07-28" for at in range(1, 13))
    row = read(platform, bring(platform, manager, short.encode()))
    assert row.state == "done" and row.about["counts"]["same"] == 12
    assert set(FirmRight.objects.values_list("title", flat=True)) == {f"一种装置{at}" for at in range(1, 13)}


def test_a_right_that_changed_since_the_preview_is_left_alone(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    work(platform)
    row = read(platform, bring(platform, manager, rights(12, "清单名称")))
    one = FirmRight.objects.get(title="一种装置4")
    platform.reseed(one, title="手工名称", facts={**one.facts, "title": "手工名称"})
    platform.do(manager, "import.confirm", row, overwrite=True)
    read(platform, row)
    assert row.about["kept"] == {"new": 0, "changed": 11, "same": 0, "left": 1} and row.about["left_rows"] == [5]
    one.refresh_from_db()
    assert one.title == "手工名称"


def test_a_wrong_row_refuses_all_and_is_named(platform) -> None:
    _, manager = platform.firm()
    content = rights(12).replace(number(7).encode(), b"201919999999.9")
    row = read(platform, bring(platform, manager, content))
    assert (
        row.state == "refused" and row.about["counts"]["wrong"] == 1 and row.problems[0]["field"].startswith("[8]")
    )
    with pytest.raises(InputError):
        platform.do(manager, "import.confirm", row)
    assert FirmRight.objects.count() == 0


def test_a_damaged_file_is_refused_in_words_by_the_background(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12) + b'"never closed,1\n'))
    assert row.state == "refused" and row.problems[0]["code"] == "damaged_quotes"


def test_cancelling_stops_a_file_that_is_being_read(platform, monkeypatch) -> None:
    _, manager = platform.firm()
    from zhirong.chain.right import table

    monkeypatch.setattr(table, "ROWS_BETWEEN", 4)
    row = bring(platform, manager, rights(12))
    before = imports.Task.progress
    seen: list[tuple[int, int]] = []

    def stop_at_once(task: Any, done: int, total: int) -> None:
        before(task, done, total)
        seen.append((done, total))
        platform.do(manager, "import.cancel", row.pk)

    with monkeypatch.context() as patched:
        patched.setattr(imports.Task, "progress", stop_at_once)
        work(platform)
    row.refresh_from_db()
    assert seen == [(4, 26)] and row.state == "cancelled" and row.report == ""
    assert job_of(row).state == "done"


def test_cancelling_stops_before_and_in_the_middle(platform, monkeypatch) -> None:
    _, manager = platform.firm()
    row = bring(platform, manager, rights(12))
    platform.do(manager, "import.cancel", row)
    assert read(platform, row).state == "cancelled" and FirmRight.objects.count() == 0
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    before = imports.Task.progress

    def stop_after_two(task: Any, done: int, total: int) -> None:
        before(task, done, total)
        if done == 2:
            platform.do(manager, "import.cancel", row.pk)

    monkeypatch.setattr(imports.Task, "progress", stop_after_two)
    assert read(platform, row).state == "cancelled" and FirmRight.objects.count() == 10
    assert platform_findings() == []


def test_a_worker_that_dies_in_the_middle_is_taken_over_and_nothing_is_kept_twice(platform, monkeypatch) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    before = imports.Task.progress

    def die(task: Any, done: int, total: int) -> None:
        if done == 2:
            raise SystemExit("killed")
        before(task, done, total)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(imports.Task, "progress", die)
        work(platform)
    assert FirmRight.objects.count() == 10
    work(platform, later=1)
    assert FirmRight.objects.count() == 10, "the lease has not passed yet"
    work(platform, later=11)
    row.refresh_from_db()
    assert row.state == "done" and row.about["kept"]["new"] == 12 and FirmRight.objects.count() == 12
    assert Event.objects.filter(kind="import.keep").count() == 3, "a piece is kept once"


def test_a_worker_killed_by_the_system_is_taken_over(platform, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(imports, "PIECE", 2)
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    platform.do(manager, "import.confirm", row)
    say = tmp_path / "at"
    command = [sys.executable, str(Path(__file__).parent / "import_worker.py"), str(platform.folder), platform.url]
    worker = subprocess.Popen([*command, platform.now.isoformat(), str(say), str(DATA)])
    try:
        end = time.monotonic() + 60
        while not (say.exists() and say.read_text() == "2"):
            assert time.monotonic() < end and worker.poll() is None, "the worker did not get so far"
            time.sleep(0.02)
    finally:
        worker.kill()
        worker.wait()
    assert 4 <= FirmRight.objects.count() < 12
    row.refresh_from_db()
    assert row.state == "keeping"
    work(platform, later=11)
    row.refresh_from_db()
    assert row.state == "done" and row.about["kept"]["new"] == 12 and FirmRight.objects.count() == 12
    assert not FirmRight.objects.exclude(version=1).exists() and platform_findings() == []


def test_a_job_that_is_given_up_says_so_and_can_be_begun_again(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    with pytest.raises(ForbiddenError):
        platform.do(manager, "import.retry", row)
    platform.do(manager, "import.confirm", row)
    Job.objects.filter(pk=job_of(row).pk).update(state="failed")
    page = platform.client(manager).get(f"/imports/{row.pk}/").content.decode()
    assert "重新处理" in page and "后台多次处理未成功" in page
    row.refresh_from_db()
    platform.do(manager, "import.retry", row)
    assert read(platform, row).state == "done" and FirmRight.objects.count() == 12


def test_only_the_organisation_sees_it_and_may_confirm_it(platform) -> None:
    _, manager = platform.firm()
    _, other = platform.firm()
    _, officer = platform.bank()
    row = read(platform, bring(platform, manager, rights(12)))
    for stranger in (other, officer):
        assert not visible(platform.actor(stranger), FileImport, platform.day).exists()
        assert not visible(platform.actor(stranger), Job, platform.day).exists()
        for address in (f"/imports/{row.pk}/", f"/imports/{row.pk}/progress/"):
            assert platform.client(stranger).get(address).status_code in (403, 404)
        with pytest.raises((NotFoundError, ForbiddenError)):
            platform.do(stranger, "import.confirm", row)
    bank, cashier = platform.bank("", MemberRole.LENDER_CASHIER)
    clerk = platform.member(bank, MemberRole.LENDER_OFFICER)
    long = read(platform, bring(platform, cashier, statement(12), "statement.import"))
    with pytest.raises(ForbiddenError):
        platform.do(clerk, "import.confirm", long)


def test_an_organisation_has_few_under_way(platform) -> None:
    _, manager = platform.firm()
    rows = [bring(platform, manager, rights(12, first=at)) for at in (1, 101, 201)]
    with pytest.raises(InputError) as refused:
        bring(platform, manager, rights(12, first=301))
    assert refused.value.problems[0].code == "imports_open"
    platform.do(manager, "import.cancel", rows[0])
    assert bring(platform, manager, rights(12, first=301)).state == "reading"


def test_what_nobody_confirms_expires_and_old_jobs_are_removed(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    kept = Job.objects.get(kind="imports.read")
    platform.later(3)
    imports.sweep(imports.Task(Job(key="imports.sweep/test"), platform.now))
    row.refresh_from_db()
    assert row.state == "expired" and Job.objects.filter(pk=kept.pk).exists()
    platform.later(90)
    imports.sweep(imports.Task(Job(key="imports.sweep/later"), platform.now))
    assert not Job.objects.filter(pk=kept.pk).exists() and FileImport.objects.filter(pk=row.pk).exists()
    assert platform_findings() == []


def test_a_long_statement_is_kept_once(platform) -> None:
    _, cashier = platform.bank("", MemberRole.LENDER_CASHIER)
    row = read(platform, bring(platform, cashier, statement(12), "statement.import"))
    assert row.state == "preview" and row.about["counts"]["new"] == 12
    platform.do(cashier, "import.confirm", row)
    assert read(platform, row).about["kept"]["new"] == 12 and StatementLine.objects.count() == 12
    assert StatementLine.objects.first().file.subject == f"statement/{ACCOUNT}"
    again = read(platform, bring(platform, cashier, statement(14), "statement.import"))
    assert again.about["counts"] == {"new": 2, "changed": 0, "same": 12, "wrong": 0}
    differs = statement(14).replace(
        b"R00000003,\xe6\x94\xb6\xe5\x85\xa5,3.50", b"R00000003,\xe6\x94\xb6\xe5\x85\xa5,4.50"
    )
    refused = read(platform, bring(platform, cashier, differs, "statement.import"))
    assert refused.state == "refused" and refused.problems[0]["code"] == "reference_differs"
    assert platform_findings() == []


def test_a_short_file_is_answered_at_once(platform) -> None:
    _, manager = platform.firm()
    ticket = platform.upload(manager, "list.csv", rights(8))
    assert platform.do(manager, "right.import", file=ticket).answer["new"] == 8
    assert not FileImport.objects.exists()


def test_the_page_shows_progress_then_the_preview_and_takes_the_yes(platform) -> None:
    _, manager = platform.firm()
    client = platform.client(manager)
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent = client.post("/firm/rights/import/", {"file": SimpleUploadedFile("list.csv", rights(12))})
    row = FileImport.objects.get()
    assert sent.status_code == 302 and sent["Location"] == f"/imports/{row.pk}/"
    page = client.get(f"/imports/{row.pk}/").content.decode()
    assert (
        "<progress aria-labelledby=" in page and 'role="status"' in page and f"/imports/{row.pk}/progress/" in page
    )
    assert client.get(f"/imports/{row.pk}/progress/").json()["state"] == "reading"
    work(platform, later=24 * 60)
    assert client.get(f"/imports/{row.pk}/progress/").json()["state"] == "preview"
    page = client.get(f"/imports/{row.pk}/?page=3").content.decode()
    assert "一种装置12" in page and "全部录入" in page and "<progress" not in page
    assert client.get(f"/imports/{row.pk}/?page=4").status_code == 404
    platform.send(client, "import.confirm", row)
    work(platform, later=24 * 60)
    page = platform.client(manager, "en").get(f"/imports/{row.pk}/").content.decode()
    assert "Imported: new 12" in page
    assert "list.csv" in client.get("/list/imports/").content.decode()


def test_a_preview_that_was_damaged_is_never_kept(platform) -> None:
    _, manager = platform.firm()
    row = read(platform, bring(platform, manager, rights(12)))
    from zhirong.store.blobs import path_of

    place = path_of(row.report, DATA)
    content = bytearray(place.read_bytes())
    content[row.parts[1][0] + 12] ^= 1
    place.write_bytes(bytes(content))
    with pytest.raises(InputError) as refused:
        preview_rows(row, 1)
    assert refused.value.problems[0].code == "lost_preview"
    assert "逐行预览已清理" in platform.client(manager).get(f"/imports/{row.pk}/?page=2").content.decode()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(9, 23), overlap=st.integers(0, 8))
def test_any_two_lists_one_after_the_other_keep_each_right_once(platform, count: int, overlap: int) -> None:
    _, manager = platform.firm()
    owner = platform.actor(manager).organisation
    for first in (1, max(1, count - overlap)):
        row = read(platform, bring(platform, manager, rights(count, first=first)))
        if row.state == "preview":
            platform.do(manager, "import.confirm", row)
            work(platform)
    kept = FirmRight.objects.filter(firm_id=owner)
    assert kept.count() == len(
        {*range(1, 1 + count), *range(max(1, count - overlap), max(1, count - overlap) + count)}
    )
    assert not kept.exclude(version=1).exists()
