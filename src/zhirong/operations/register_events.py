"""Events of the register for the fold, and requests in the form of the log."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.pledge.register import PLEDGE, RegisterEvent, apply_move
from zhirong.chain.pledge.registration import RegisterTransition, Registration
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.store import models

WATCHED = "watch.changed"  # the daily watch's findings about a registration, which change from day to day


def register_event(event: models.Event) -> RegisterEvent:
    """Convert a stored event for the fold, from its entry and content alone."""
    entry = entry_of_bytes(event.entry.encode())
    content = canonical.decode(event.content.encode())
    return RegisterEvent(
        entry.index, entry.kind, entry.time, entry.body.get("registration"), content, content.get("_rules", "")
    )


def registration_at(registration: int, index: int) -> Registration | None:
    """Return a registration in its state after an event of the log."""
    found = None
    events = models.Event.objects.filter(registration=registration, index__lte=index, kind__startswith=PLEDGE)
    for event in events.order_by("index"):
        found = apply_move(found, register_event(event))
    return found


def pledge_kind(move: RegisterTransition) -> str:
    """Return the kind of event for a transition."""
    return PLEDGE + move.value


def plain(value: Any) -> Any:
    """Convert a request into canonical data: dates and exact numbers become strings."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
