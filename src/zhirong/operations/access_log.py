"""The access log: who opened which object, once per day for each person and object, so that reading stays cheap.

A reader never waits for a writer. Where the database is being written to, the record goes into a small file in the
data folder, and the background worker takes it over.
"""

import fcntl
import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.models import Model

from zhirong.kernel.days import day_of
from zhirong.operations.actors import Actor
from zhirong.store.settings import DATA
from zhirong.store.waiting import without_waiting
from zhirong.store.work import Seen

# Only objects that belong to another organisation or person are recorded, not the user's desk and notices.
RECORDED = frozenset(
    {"account", "appraisal", "case", "event", "firmright", "guaranteerequest", "loan", "paper", "storedfile"}
)
_WAITING, _TAKEN = "seen.waiting", "seen.taken"


def note_seen(actor: Actor, row: Model, now: datetime) -> None:
    """Record that this actor has opened this row. Reads by the background work are not recorded."""
    table = str(row._meta.model_name)
    if table not in RECORDED or not actor.account:
        return
    subject, day = f"{table}/{row.pk}", day_of(now)
    if Seen.objects.filter(account_id=actor.account, subject=subject, day=day).exists():
        return
    seen = Seen(
        account_id=actor.account, organisation_id=actor.organisation or None, subject=subject, day=day, at=now
    )
    try:
        with without_waiting():
            Seen.objects.bulk_create([seen], ignore_conflicts=True)
    except OperationalError:
        _keep(DATA, seen)


def take_over_seen(folder: Path = DATA) -> int:
    """Move the records from the file into the database. Returns their number."""
    taken = folder / _TAKEN
    if not taken.exists():
        waiting = folder / _WAITING
        if not waiting.exists():
            return 0
        with waiting.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            waiting.replace(taken)
    records = [json.loads(line) for line in taken.read_text(encoding="utf-8").splitlines()]
    Seen.objects.bulk_create([_read(one) for one in records], ignore_conflicts=True)
    taken.unlink()
    return len(records)


def _keep(folder: Path, seen: Seen) -> None:
    record = {
        "account": seen.account_id,
        "organisation": seen.organisation_id,
        "subject": seen.subject,
        "day": seen.day.isoformat(),
        "at": seen.at.isoformat(),
    }
    line = (json.dumps(record) + "\n").encode()
    while True:
        file = os.open(folder / _WAITING, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(folder / _WAITING, file):
                os.write(file, line)
                return
        finally:
            os.close(file)


def _is_at(place: Path, file: int) -> bool:
    """Return whether the open file still has this path: another process may have taken it over."""
    try:
        return place.stat().st_ino == os.fstat(file).st_ino
    except FileNotFoundError:
        return False


def _read(record: dict[str, Any]) -> Seen:
    return Seen(
        account_id=record["account"],
        organisation_id=record["organisation"],
        subject=record["subject"],
        day=date.fromisoformat(record["day"]),
        at=datetime.fromisoformat(record["at"]),
    )
