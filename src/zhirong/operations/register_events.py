"""Events of the register as the fold takes them, and requests as the log keeps them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.pledge.register import PLEDGE, RegisterEvent, apply_move
from zhirong.chain.pledge.registration import RegisterTransition, Registration
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.store import models

WATCHED = "watch.changed"  # what the daily watch found against a registration is another thing than the day before


def register_event(event: models.Event) -> RegisterEvent:
    """A stored event as the fold takes it, from its entry and content alone."""
    entry = entry_of_bytes(event.entry.encode())
    content = canonical.decode(event.content.encode())
    return RegisterEvent(
        entry.index, entry.kind, entry.time, entry.body.get("registration"), content, content.get("_rules", "")
    )


def registration_at(registration: int, index: int) -> Registration | None:
    """A registration as it stood right after an event of the log."""
    found = None
    events = models.Event.objects.filter(registration=registration, index__lte=index, kind__startswith=PLEDGE)
    for event in events.order_by("index"):
        found = apply_move(found, register_event(event))
    return found


def pledge_kind(move: RegisterTransition) -> str:
    """The kind of the event that makes a move."""
    return PLEDGE + move.value


def plain(value: Any) -> Any:
    """A request as canonical data: days and exact numbers become words."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
