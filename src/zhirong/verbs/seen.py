"""Keeping who has looked at what: once a day for each person and thing, so that reading stays cheap."""

from datetime import datetime

from django.db.models import Model

from zhirong.kernel.days import day_of
from zhirong.store.work import Seen
from zhirong.verbs.people import Person

# What belongs to somebody else's business or person; one's own desk and notices are not recorded.
RECORDED = frozenset(
    {"account", "appraisal", "case", "event", "firmright", "guaranteerequest", "loan", "paper", "storedfile"}
)


def note_seen(person: Person, row: Model, now: datetime) -> None:
    """Keep that this person has opened this row. The background's own work looks at everything and is not kept."""
    table = str(row._meta.model_name)
    if table not in RECORDED or not person.account:
        return
    subject, day = f"{table}/{row.pk}", day_of(now)
    if Seen.objects.filter(account_id=person.account, subject=subject, day=day).exists():
        return
    seen = Seen(
        account_id=person.account, organisation_id=person.organisation or None, subject=subject, day=day, at=now
    )
    Seen.objects.bulk_create([seen], ignore_conflicts=True)
