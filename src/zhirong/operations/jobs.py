"""Background jobs: declared once, leased by a worker, retried with growing pauses, and effective exactly once.

    @job("loans.end_of_day", daily="01:00")
    def end_of_day(task: Task) -> Any:
        for number, loan in enumerate(ids, 1):
            task.run_operation("loan.end_of_day", loan)
            task.progress(number, len(ids))

A worker may be killed at any point: the lease passes, another takes the job up from its beginning. What it does
goes through ``task.perform``, whose keys are made from the job, so that what was done before is answered, not done
again. Operations for the background alone are declared with ``is_background``.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django.db.models import Q

from zhirong.chain.platform.states import JobState
from zhirong.kernel.days import SHANGHAI, day_of
from zhirong.operations.actors import WORKER
from zhirong.operations.declare import Call, Done
from zhirong.operations.run import run_operation
from zhirong.store.work import Job

LEASE = timedelta(minutes=5)
MOST_TRIES = 10
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=15), timedelta(hours=6)
_LONGEST_ERROR = 500
_log = logging.getLogger(__name__)


class LostLeaseError(RuntimeError):
    """Another worker has taken over the job; this one stops."""


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job. daily: the Shanghai time at which one is planned every day; None for a job that operations
    request.
    """

    name: str
    run: Callable[["Task"], Any]
    daily: time_of_day | None
    is_long: bool = False


JOBS: dict[str, JobKind] = {}


def job(
    name: str, *, daily: str = "", is_long: bool = False
) -> Callable[[Callable[["Task"], Any]], Callable[["Task"], Any]]:
    """Declare a kind of job. The function's return value is stored as its result, JSON. daily: ``HH:MM`` in
    Shanghai; one job is planned for each day that the platform runs, with ``{"day": "2026-11-25"}`` as its payload.
    is_long: as for ``JobKind``.
    """

    def declare(run: Callable[["Task"], Any]) -> Callable[["Task"], Any]:
        if name in JOBS:
            raise AssertionError(f"two kinds of job are called {name}")
        JOBS[name] = JobKind(name, run, time_of_day.fromisoformat(daily) if daily else None, is_long)
        return run

    return declare


@dataclass(slots=True)
class Task:
    """One job in progress. now: the instant at which a worker took it; every part of the job is done as of that
    instant.
    """

    job: Job
    now: datetime
    _since: float = field(default_factory=time.monotonic)

    @property
    def payload(self) -> Mapping[str, Any]:
        """Return the input of the job."""
        return self.job.payload

    @property
    def day(self) -> date:
        """Return the day of the job: the one in its payload, otherwise the day on which a worker took it."""
        named = self.payload.get("day")
        return date.fromisoformat(named) if named else day_of(self.now)

    def key(self, part: str) -> str:
        """Return the key of one part of the job. It is the same for every repetition by any worker."""
        return "job/" + hashlib.sha256(f"{self.job.key}\n{part}".encode()).hexdigest()

    def run_operation(
        self, name: str, subject: int | None = None, data: Mapping[str, Any] | None = None, part: str = ""
    ) -> Done:
        """Run an operation as the platform itself, once for this job. part: distinguishes two runs of the same
        operation on the same row within the job.
        """
        key = self.key(f"{name}/{subject or ''}/{part}")
        return run_operation(name, Call(WORKER, self.now, key), subject, data)

    def later(self, kind: str, key: str, run_at: datetime, organisation: Any = None, **payload: Any) -> None:
        """Plan another job, once for each key."""
        plan_one(kind, key, run_at, organisation, **payload)

    def progress(self, done: int, total: int) -> None:
        """Report the progress and extend the lease. Raises LostLeaseError if another worker has taken over the job."""
        until = self.now + timedelta(seconds=time.monotonic() - self._since) + LEASE
        if not _mine(self.job).update(done=done, total=total, leased_until=until):
            raise LostLeaseError(self.job.key)
        self.job.done, self.job.total = done, total


def plan_one(kind: str, key: str, run_at: datetime, organisation: Any = None, **payload: Any) -> None:
    """Plan a job for the background, once for each key."""
    Job.objects.bulk_create(
        [
            Job(
                kind=kind,
                key=key,
                payload=payload,
                run_at=run_at,
                organisation_id=getattr(organisation, "pk", organisation),
            )
        ],
        ignore_conflicts=True,
    )


def plan(now: datetime) -> None:
    """Plan the daily jobs of the day of this instant. Can be called repeatedly."""
    day = day_of(now)
    wanted = {f"{kind.name}/{day}": kind for kind in JOBS.values() if kind.daily is not None}
    known = set(Job.objects.filter(key__in=wanted).values_list("key", flat=True))
    for key, kind in wanted.items():
        if key not in known and kind.daily is not None:
            plan_one(kind.name, key, datetime.combine(day, kind.daily, SHANGHAI), day=day.isoformat())


def run_due(now: datetime, worker_id: str, limit: int = 100, *, is_long: bool = False) -> int:
    """Run the jobs that are due, one after another; returns how many were started. worker_id: for the process log;
    the lease keeps workers apart. now: the platform's time; elapsed time is added to it. is_long: run only the jobs
    that may take minutes.
    """
    began = time.monotonic()
    taken = 0
    while taken < limit:
        at = now + timedelta(seconds=int(time.monotonic() - began))
        one = _take(at, is_long)
        if one is None:
            break
        taken += 1
        _do(one, at, worker_id)
    return taken


def back_off(tries: int, first: timedelta = _FIRST_PAUSE, longest: timedelta = _LONGEST_PAUSE) -> timedelta:
    """Return the pause after this number of failed attempts: doubled each time, up to the longest."""
    return min(first * 2 ** min(tries - 1, 40), longest)


def _take(now: datetime, is_long: bool) -> Job | None:
    """Lease the next due job. If two workers want the same one, the database gives it to one of them."""
    due = Q(state=JobState.WAITING, run_at__lte=now) | Q(state=JobState.RUNNING, leased_until__lt=now)
    kinds = [kind.name for kind in JOBS.values() if kind.is_long == is_long]
    for one in Job.objects.filter(due, kind__in=kinds).order_by("run_at", "pk")[:20]:
        free = Job.objects.filter(pk=one.pk, state=one.state, tries=one.tries, leased_until=one.leased_until)
        if free.update(state=JobState.RUNNING, tries=one.tries + 1, leased_until=now + LEASE):
            one.state, one.tries, one.leased_until = JobState.RUNNING, one.tries + 1, now + LEASE
            return one
    return None


def _mine(one: Job) -> Any:
    """Select the job while this worker holds its lease; another worker that takes it increases the number of
    attempts.
    """
    return Job.objects.filter(pk=one.pk, state=JobState.RUNNING, tries=one.tries)


def _do(one: Job, now: datetime, worker_id: str) -> None:
    if one.tries > MOST_TRIES:  # worker after worker has died with it
        _end(one, now, "restarted too often without finishing", worker_id)
        return
    try:
        result = JOBS[one.kind].run(Task(one, now))
    except LostLeaseError:
        _log.warning("job %s has been taken over by another worker", one.key)
    except Exception as error:  # any error: the next job must not wait, and this one is retried
        _log.exception("job %s failed at attempt %d", one.key, one.tries)
        _end(one, now, f"{type(error).__name__}: {error}"[:_LONGEST_ERROR], worker_id)
    else:
        _mine(one).update(state=JobState.DONE, leased_until=None, result=result if result is not None else {})


def _end(one: Job, now: datetime, reason: str, worker_id: str) -> None:
    """Record a failed attempt and plan another, or give up; the administrator's list of jobs shows the reason."""
    result = {"error": reason, "worker": worker_id}
    if one.tries >= MOST_TRIES:
        _mine(one).update(state=JobState.FAILED, leased_until=None, result=result)
    else:
        _mine(one).update(
            state=JobState.WAITING, leased_until=None, run_at=now + back_off(one.tries), result=result
        )
