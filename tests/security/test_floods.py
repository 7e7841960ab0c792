"""Nobody fills the disk or a stranger's letter box; a full disk and a missing file are said in words."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import register_databases
from django.core.cache import cache
from django.db import OperationalError
from django.test import override_settings
from platform_world import Member, Platform

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.errors import InputError
from zhirong.operations import uploads
from zhirong.operations.jobs import Task, run_due
from zhirong.operations.uploads import sweep, take_in
from zhirong.store import blobs
from zhirong.store.financing import StoredFile
from zhirong.store.settings import DATA
from zhirong.store.work import Job, Letter

MB = 1024 * 1024


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform of its own."""
    cache.clear()
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)
    cache.clear()


def _pdf(size: int, mark: str = "") -> bytes:
    return (b"%PDF-1.7 " + mark.encode()).ljust(size, b" ")


def test_an_organisation_hands_in_so_much_a_day_and_others_theirs(platform: Platform) -> None:
    firm, manager = platform.firm()
    clerk = platform.member(firm, MemberRole.FIRM_CLERK)
    _, other = platform.firm("另一家企业")
    with override_settings(UPLOAD_MB_A_DAY=3):
        for number in range(3):
            take_in(platform.actor(manager), "a.pdf", _pdf(MB, str(number)))
        for who in (manager, clerk):
            with pytest.raises(InputError) as caught:
                take_in(platform.actor(who), "a.pdf", _pdf(10))
            assert [one.code for one in caught.value.problems] == ["quota_of_day"]
        assert take_in(platform.actor(other), "a.pdf", _pdf(MB))
        platform.later(1)
        assert take_in(platform.actor(manager), "a.pdf", _pdf(MB))


def test_many_small_files_count_as_what_they_take(platform: Platform) -> None:
    _, manager = platform.firm()
    with override_settings(UPLOAD_MB_A_DAY=1):
        for number in range(16):
            take_in(platform.actor(manager), "a.pdf", _pdf(20, str(number)))
        with pytest.raises(InputError):
            take_in(platform.actor(manager), "a.pdf", _pdf(20))


def test_what_nobody_attached_is_swept_and_the_rest_stays(platform: Platform) -> None:
    firm, manager = platform.firm()
    actor = platform.actor(manager)
    names = {}
    for name in ("attached", "new", "old"):
        names[name] = uploads.redeem(actor, take_in(actor, "a.pdf", _pdf(100, name))).sha256
    platform.seed(
        StoredFile,
        owner=firm,
        subject="case/1",
        paper="licence",
        name="a.pdf",
        media_type="application/pdf",
        size=100,
        sha256=names["attached"],
    )
    part = blobs.path_of(names["old"], DATA).with_name("x.part")
    part.write_bytes(b"half")
    long_ago = time.time() - 3 * 24 * 3600
    for place in (*(blobs.path_of(names[one], DATA) for one in ("attached", "old")), part):
        os.utime(place, (long_ago, long_ago))
    # A second hand-in of the same content counts from now.
    again = uploads.redeem(actor, take_in(actor, "a.pdf", _pdf(100, "old"))).sha256
    assert again == names["old"]
    sweep(Task(Job(), platform.now))
    assert all(blobs.path_of(one, DATA).exists() for one in names.values()) and not part.exists()
    os.utime(blobs.path_of(names["old"], DATA), (long_ago, long_ago))
    sweep(Task(Job(), platform.now))
    assert [name for name, one in names.items() if blobs.path_of(one, DATA).exists()] == ["attached", "new"]


def test_a_full_disk_keeps_nothing_and_asks_to_come_again(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, manager = platform.firm()
    data = _pdf(100, "full")

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(blobs.os, "fsync", no_room)
        with pytest.raises(OperationalError):
            take_in(platform.actor(manager), "a.pdf", data)
    assert not [one for one in (DATA / "files").rglob("*.part") if one.is_file()]
    with monkeypatch.context() as patch:
        patch.setattr(uploads.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
        with pytest.raises(OperationalError):
            take_in(platform.actor(manager), "a.pdf", data)
    assert take_in(platform.actor(manager), "a.pdf", data)


def test_a_missing_or_changed_file_is_said_in_words(platform: Platform) -> None:
    firm, manager = platform.firm()
    data = _pdf(100, "lost")
    upload = uploads.redeem(platform.actor(manager), take_in(platform.actor(manager), "a.pdf", data))
    row = platform.seed(
        StoredFile,
        owner=firm,
        subject=f"firmright/{platform.right(firm).pk}",
        paper="licence",
        name="执照.pdf",
        media_type="application/pdf",
        size=100,
        sha256=upload.sha256,
    )
    browser = platform.client(manager)
    assert browser.get(f"/files/{row.pk}/").status_code == 200
    place: Path = blobs.path_of(upload.sha256, DATA)
    for spoil in (lambda: place.write_bytes(b"%PDF-1.7 other"), place.unlink):
        spoil()
        answer = browser.get(f"/files/{row.pk}/")
        assert answer.status_code == 410 and "执照.pdf" in answer.content.decode()
        said = browser.get(f"/api/v1/files/{row.pk}/content")
        assert said.status_code == 422 and said.json()["problems"][0]["code"] == "lost_file"


def _invite(platform: Platform, head: Member, firm: Any, email: str) -> Any:
    return platform.do(head, "member.add", firm, email=email, roles=["firm.clerk"])


def test_one_mail_a_day_and_address_however_often_somebody_invites(platform: Platform) -> None:
    firm, head = platform.firm()
    victim = "nobody@example.org"
    for number in range(10):
        done = _invite(platform, head, firm, victim)
        assert done.answer["mailed"] is (number == 0)
        if number == 4:  # withdrawing and inviting anew is the same flood
            from zhirong.store.parties import Invitation

            platform.do(head, "invitation.withdraw", Invitation.objects.get(state="open"))
    run_due(platform.now, "test")
    assert Letter.objects.filter(to=victim).count() <= 1
    assert Job.objects.filter(kind="member.invite").count() == 1
    platform.later(2)
    assert _invite(platform, head, firm, victim).answer["mailed"] is True


def test_invitations_of_many_organisations_to_one_address_wait(platform: Platform) -> None:
    victim = "nobody@example.org"
    for _ in range(5):
        firm, head = platform.firm(platform.organisation(OrganisationKind.FIRM).name + "有限公司")
        _invite(platform, head, firm, victim)
    run_due(platform.now, "test")
    assert Letter.objects.filter(to=victim).count() == 3
    assert Job.objects.filter(kind="member.invite", state="waiting").count() == 2
