"""The background: jobs done once whatever happens, tried again, planned by day; mail; the lease of a database."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from api_world import ApiWorld

from zhirong.operations import catalogue, jobs
from zhirong.operations.actors import WORKER
from zhirong.operations.jobs import LEASE, MOST_TRIES, back_off, plan, plan_one, run_due
from zhirong.operations.mail import mail_due
from zhirong.operations.platform.platform_check import platform_findings
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.worker import hold, let_go, turn
from zhirong.store.models import Event
from zhirong.store.parties import Organisation
from zhirong.store.work import Job, Notice

pytestmark = pytest.mark.both_databases

catalogue.load()
_ALL = dict(jobs.JOBS)


@pytest.fixture(autouse=True)
def _test_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the jobs of these tests are planned and done here."""
    import api_jobs

    assert api_jobs.STEPS
    own = {name: kind for name, kind in jobs.JOBS.items() if name.startswith("test.")}
    monkeypatch.setattr(jobs, "JOBS", own)


def _counted(world: ApiWorld) -> Any:
    return Organisation.objects.get(pk=world.firm.pk).profile.get("counted")


def test_a_worker_killed_in_the_middle_leaves_a_job_done_once(world: ApiWorld, tmp_path: Path) -> None:
    platform = world.platform
    Job.objects.create(
        kind="test.counting",
        key="count/1",
        run_at=platform.now,
        payload={"organisation": world.firm.pk, "say": str(tmp_path / "at")},
    )
    command = [sys.executable, str(Path(__file__).parent / "api_jobs.py")]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "zhirong.web.settings"}
    worker = subprocess.Popen(
        [*command, str(platform.folder), platform.url, platform.now.isoformat()], env=environment
    )
    try:
        _wait_until(lambda: (tmp_path / "at").exists() and (tmp_path / "at").read_text() == "3")
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    done_before = _counted(world)
    assert 3 <= len(done_before) < 6
    # Its lease stands: nobody else takes the job up.
    assert run_due(platform.now + timedelta(seconds=5), "another") == 0
    events = Event.objects.filter(kind="test.count").count()
    assert run_due(platform.now + LEASE * 2, "another") == 1
    assert _counted(world) == [0, 1, 2, 3, 4, 5]
    assert Event.objects.filter(kind="test.count").count() == 6 >= events
    one = Job.objects.get(key="count/1")
    assert (one.state, one.tries, one.done, one.total, one.result) == ("done", 2, 6, 6, {"counted": 6})
    assert run_due(platform.now + timedelta(days=1), "another") == 0
    assert platform_findings() == []


def _wait_until(true: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the worker did not get so far"
        time.sleep(0.02)


def test_who_has_lost_the_lease_stops(world: ApiWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    Job.objects.create(
        kind="test.counting", key="c", run_at=world.platform.now, payload={"organisation": world.firm.pk}
    )
    real = jobs.Task.run_operation

    def taken_away(task: Any, *arguments: Any, **more: Any) -> Any:
        done = real(task, *arguments, **more)
        if more["part"] == "1":
            Job.objects.filter(key="c").update(tries=5)  # another worker has taken it up
        return done

    monkeypatch.setattr(jobs.Task, "run_operation", taken_away)
    assert run_due(world.platform.now, "first", limit=1) == 1
    assert _counted(world) == [0, 1]
    assert Job.objects.get(key="c").state == "running"


def test_what_fails_is_tried_again_and_given_up_in_the_end(world: ApiWorld) -> None:
    now = world.platform.now
    for kind in ("test.failing", "test.hopeless"):
        plan_one(kind, kind, now)
        plan_one(kind, kind, now)  # the same key: once
    assert Job.objects.count() == 2
    for _ in range(40):
        at = Job.objects.filter(state="waiting").order_by("run_at").values_list("run_at", flat=True).first()
        if at is None:
            break
        run_due(at, "w")
    assert Job.objects.get(kind="test.failing").result == {"tries": 3}
    given_up = Job.objects.get(kind="test.hopeless")
    assert (given_up.state, given_up.tries) == ("failed", MOST_TRIES)
    assert given_up.result["error"] == "ValueError: never"


def test_pauses_grow_to_a_longest() -> None:
    pauses = [back_off(tries) for tries in range(1, 60)]
    assert pauses[:3] == [timedelta(seconds=15), timedelta(seconds=30), timedelta(seconds=60)]
    assert pauses == sorted(pauses) and pauses[-1] == timedelta(hours=6)


def test_daily_jobs_are_planned_once_a_day_at_their_time(world: ApiWorld) -> None:
    now = world.platform.now
    plan(now)
    plan(now + timedelta(hours=1))
    one = Job.objects.get()
    assert one.key == "test.daily/2026-11-02" and one.run_at.isoformat() == "2026-11-01T17:30:00+00:00"
    plan(now + timedelta(days=1))
    assert Job.objects.count() == 2
    run_due(now, "w")
    assert Job.objects.get(pk=one.pk).result == {"day": date(2026, 11, 2).isoformat()}


def test_nobody_signed_in_can_do_what_is_for_the_background(world: ApiWorld) -> None:
    with pytest.raises(ForbiddenError):
        world.run_operation(world.manager, "test.count", world.firm, number=1)
    from zhirong.operations.authorize import may
    from zhirong.operations.declare import OPERATIONS

    assert not [name for name, one in OPERATIONS.items() if may(WORKER, one) and not one.is_background]


def test_one_worker_holds_the_lease_and_another_takes_over(world: ApiWorld) -> None:
    now = world.platform.now
    assert hold("a" * 16, now) and not hold("b" * 16, now)
    assert hold("a" * 16, now + timedelta(seconds=20))
    assert not hold("b" * 16, now + timedelta(seconds=40))
    assert hold("b" * 16, now + timedelta(seconds=60)) and not hold("a" * 16, now + timedelta(seconds=60))
    let_go("b" * 16, now + timedelta(seconds=61))
    assert hold("a" * 16, now + timedelta(seconds=61))
    # The clock was put back by days: the old lease does not stop everything until then.
    assert hold("b" * 16, now - timedelta(days=5))


def test_notices_are_mailed_once_in_the_readers_language(world: ApiWorld) -> None:
    from django.core import mail
    from django.test import override_settings

    world.officer.account.language = "en"
    world.officer.account.save()
    now = world.platform.now
    with override_settings(MAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        mail.outbox = []
        world.run_operation(
            world.security, "member.add", world.firm, email=world.officer.account.email, roles=["firm.clerk"]
        )
        mail_due(now)
        assert mail_due(now + timedelta(days=1)) == 0
        sent = {one.to[0]: one for one in mail.outbox}
        mine = sent[world.officer.account.email]
        assert "You are now a member of" in mine.body and "http://localhost:8000/acting/" in mine.body
        assert "\n" not in mine.subject
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_mail_that_fails_is_tried_again_and_given_up(world: ApiWorld) -> None:
    from django.test import override_settings

    now = world.platform.now
    world.run_operation(
        world.security, "member.add", world.firm, email=world.officer.account.email, roles=["firm.clerk"]
    )
    with override_settings(MAIL_BACKEND="zhirong.operations.mail.Deadline", EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        at, tries = now, 0
        while at is not None:
            assert mail_due(at) >= 1
            tries += 1
            at = Notice.objects.order_by("pk").last().mail_at
        assert tries == 8 and Notice.objects.order_by("pk").last().mailed_at is None


def test_a_turn_does_everything_there_is(world: ApiWorld) -> None:
    plan_one("test.failing", "x", world.platform.now)
    assert turn("w", world.platform.now) >= 1
    assert Job.objects.get(key="x").tries == 1


def test_what_fails_in_the_background_keeps_nothing_else_from_being_done(
    world: ApiWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from zhirong.operations import worker

    def broken(*_: Any) -> int:
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(worker, "tell_of_register", broken)
    plan_one("test.failing", "x", world.platform.now)
    assert turn("w", world.platform.now) >= 1
    assert Job.objects.get(key="x").tries == 1
    assert "label empty or too long" in caplog.text


def test_the_register_watches_and_signs_itself_every_night(
    world: ApiWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhirong.operations.pledge import jobs as register_jobs
    from zhirong.store.models import Checkpoint

    monkeypatch.setattr(register_jobs, "DATA", world.platform.folder)
    monkeypatch.setattr(jobs, "JOBS", {name: _ALL[name] for name in ("register.watch", "register.checkpoint")})
    at = world.platform.now + timedelta(hours=20)
    plan(at)
    assert run_due(at, "w") == 2
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    assert Checkpoint.objects.get().size == Event.objects.count() > 0
