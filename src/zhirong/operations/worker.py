"""The background worker: plans the daily jobs, runs due jobs, and sends notifications, mail and webhook messages
until it is stopped.

Mail, webhook messages and jobs that may take minutes run in separate threads, so that a mail server that does not
answer or a long file delays no other job.

Any number of workers may run: one of them holds the database's lease and works, the others wait and take over if it
stops renewing the lease. The lease need not be exact, because each job, notification and message is claimed
separately.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, connections
from django.db.models import Q

from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.operations import catalogue, clock
from zhirong.operations.access_log import take_over_seen
from zhirong.operations.jobs import plan, run_due
from zhirong.operations.mail import mail_due
from zhirong.operations.notify import tell_of_register
from zhirong.operations.pledge.jobs import sign_often
from zhirong.operations.webhooks import deliver_due
from zhirong.store.setup import demand_schema
from zhirong.store.work import Job

LEASE = timedelta(seconds=30)
POLL_SECONDS = 1.0
_STAND_BY_SECONDS = 10.0
_KEY = "worker"
_END_SECONDS = 20.0  # how long to wait for running sends when the worker is asked to stop
_LANES: dict[str, Callable[[datetime], int]] = {
    "mail": mail_due,
    "deliveries": deliver_due,
    "long jobs": lambda now: run_due(now, f"{os.getpid()}", limit=1, is_long=True),
}
_log = logging.getLogger(__name__)


def hold(worker_id: str, now: datetime) -> bool:
    """Take or renew the database's lease; returns whether this worker has it now."""
    until = now + LEASE
    # A lease beyond the longest possible one was written under a clock that has since been corrected.
    free = Q(leased_until__lt=now) | Q(leased_until__gt=now + 2 * LEASE) | Q(state=worker_id)
    if Job.objects.filter(free, key=_KEY).update(state=worker_id, leased_until=until):
        return True
    if Job.objects.filter(key=_KEY).exists():
        return False
    Job.objects.bulk_create(
        [Job(kind=_KEY, key=_KEY, run_at=now, state=worker_id, leased_until=until)], ignore_conflicts=True
    )
    return Job.objects.filter(key=_KEY, state=worker_id).exists()


def let_go(worker_id: str, now: datetime) -> None:
    """Release the lease, so that another worker need not wait for its end."""
    Job.objects.filter(key=_KEY, state=worker_id).update(leased_until=now - LEASE)


def turn(worker_id: str, now: datetime) -> int:
    """Run once everything that is due, and return the number of tasks. Failures are logged and retried in the next run,
    and do not stop other work.
    """
    return _jobs(worker_id, now) + sum(_tried(partial(one, now)) for one in _LANES.values())


def _jobs(worker_id: str, now: datetime) -> int:
    parts: tuple[Callable[[], int | None], ...] = (
        lambda: plan(now),
        lambda: tell_of_register(now),
        take_over_seen,
        lambda: sign_often(now),
        lambda: run_due(now, worker_id, limit=20),
    )
    return sum(_tried(part) for part in parts)


def _tried(part: Callable[[], int | None]) -> int:
    try:
        return part() or 0
    except Exception as error:
        # The database is restarting or was locked for too long: nothing is lost.
        if is_full_disk(error):
            _log.error("background work: %s", full_disk().as_text("en"))
        else:
            _log.exception("a part of the background work failed in this run")
        connections.close_all()
        return 0


def work(stop: threading.Event) -> None:
    """Work until ``stop`` is set. Raises InputError if the tables have another version."""
    catalogue.load()
    worker_id = secrets.token_hex(8)
    _log.info("worker %s is process %d", worker_id, os.getpid())
    holds = threading.Event()
    lanes = [
        threading.Thread(target=_lane, args=(one, holds, stop), name=name, daemon=True)
        for name, one in _LANES.items()
    ]
    for lane in lanes:
        lane.start()
    while not stop.is_set():
        pause = POLL_SECONDS
        try:
            if not hold(worker_id, clock.now()):
                holds.clear()
                pause = _STAND_BY_SECONDS
            else:
                if not holds.is_set():
                    demand_schema()  # while this worker waited, another program may have upgraded the database
                holds.set()
                pause = 0.0 if _jobs(worker_id, clock.now()) else POLL_SECONDS
        except DatabaseError:
            # The database is restarting, or was locked for too long: nothing is lost, the next run finds the work
            # again.
            _log.exception("the worker failed in this run")
            connections.close_all()
        stop.wait(pause)
    for lane in lanes:
        lane.join(_END_SECONDS)
    let_go(worker_id, clock.now())
    connections.close_all()


def _lane(part: Callable[[datetime], int], holds: threading.Event, stop: threading.Event) -> None:
    """Repeat one part in its own thread while this worker has the lease."""
    while not stop.is_set():
        done = _tried(lambda: part(clock.now())) if holds.is_set() else 0
        stop.wait(0.0 if done else POLL_SECONDS)
    connections.close_all()
