"""The content of a message about an event: its place in the log, its kind, its time, and the API path of its
subject. The content of the event itself is read over the API, with permission.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from zhirong.operations.declare import FORMER_NAMES
from zhirong.store.work import Concern

# The names of the API for the objects of events. A test compares them with ``api/visible_columns.py``.
OBJECTS: Mapping[str, str] = {
    "account": "accounts",
    "apitoken": "tokens",
    "appraisal": "appraisals",
    "approval": "approvals",
    "case": "cases",
    "casestep": "steps",
    "checkitem": "checks",
    "claimpayment": "claim-payments",
    "consent": "consents",
    "defaultcase": "default-cases",
    "delivery": "deliveries",
    "disposalproject": "disposals",
    "dispute": "disputes",
    "fileimport": "imports",
    "firmright": "rights",
    "guaranteerequest": "guarantees",
    "invitation": "invitations",
    "job": "jobs",
    "limit": "limits",
    "loan": "loans",
    "loanalarm": "alarms",
    "mandate": "mandates",
    "membership": "members",
    "message": "messages",
    "notice": "notices",
    "organisation": "organisations",
    "outsidelink": "outside-links",
    "paper": "papers",
    "payerclaim": "claims",
    "payment": "payments",
    "policy": "policies",
    "poolfigure": "pool-figures",
    "recourse": "recourse",
    "registration": "register/filings",
    "rightdeal": "deals",
    "savedview": "views",
    "signature": "signatures",
    "statementline": "lines",
    "storedfile": "files",
    "teamrating": "team-ratings",
    "watchflag": "flags",
    "webhook": "webhooks",
    "writeofffile": "write-offs",
}
_ROOT = "/api/v1"
TEST_EVENT = "webhook.test"


def message_of(*, index: int, kind: str, subject: str, at: str) -> dict[str, Any]:
    """The message of an event. subject: such as ``case/12``, empty if it is not about a single object. at: the time
    as in the log.
    """
    name = FORMER_NAMES.get(kind, kind)
    table, _, identity = subject.partition("/")
    noun = OBJECTS.get(table)
    found: dict[str, Any] = {"object": None, "id": None, "path": None}
    if noun is not None and identity.isdigit():
        found = {"object": noun, "id": int(identity), "path": f"{_ROOT}/{noun}/{identity}"}
    # Earlier receivers read `event`, `kind`, `subject` and `at`, the names before `type`, `timestamp` and `data`.
    return {
        "type": name,
        "timestamp": at,
        "data": found,
        "event": index,
        "kind": name,
        "subject": subject,
        "at": at,
    }


def note_concerns(index: int, organisations: Iterable[int]) -> None:
    """Record the organisations that an event concerns. An event may be recorded twice."""
    Concern.objects.bulk_create(
        [Concern(organisation_id=one, event_id=index) for one in sorted(organisations)], ignore_conflicts=True
    )
