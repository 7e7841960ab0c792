"""Pushing: who must hear of an event is written with it; sending happens afterwards, at least once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from zhirong.chain.pledge.registration import Registration
from zhirong.chain.right.records import Holder
from zhirong.evidence.entries import entry_of_bytes
from zhirong.store.models import Event, Outgoing, Subscription
from zhirong.store.names import name_key

RIGHT, PARTY = "right", "party"


def party_address(party: Holder) -> str:
    """Where a party's own notices go: its credit code, or its name where it has none."""
    return f"party:{party.code or name_key(party.name)}"


def tell_subscribers(event: Event, after: Registration | None, before: Registration | None) -> None:
    """Write the messages of an event, within its transaction: to the pledgees before and after, and to everyone who
    has subscribed to one of its rights or parties.
    """
    told = set()
    for one in (before, after):
        if one is None:
            continue
        told.add(party_address(one.pledgee))
        parties = (*one.pledgors, one.pledgee)
        values = {party.code for party in parties if party.code} | {name_key(party.name) for party in parties}
        told |= set(
            Subscription.objects.filter(target=PARTY, value__in=values).values_list("subscriber", flat=True)
        )
        keys = [right.key for right in one.rights]
        told |= set(Subscription.objects.filter(target=RIGHT, value__in=keys).values_list("subscriber", flat=True))
    Outgoing.objects.bulk_create(Outgoing(event=event, to=address) for address in sorted(told))


def push(send: Callable[[str, Mapping[str, Any]], None], now: datetime, limit: int = 1000) -> int:
    """Send what has not been sent, in the order of the log; returns how many were.

    A message whose sending raises stays, with all that follow it to the same address. A crash between sending and
    marking sends it again: messages carry the event's index, by which the receiver tells repeats.
    """
    sent, stuck = 0, set()
    for one in Outgoing.objects.filter(sent_at=None).select_related("event").order_by("event_id", "to")[:limit]:
        if one.to in stuck:
            continue
        entry = entry_of_bytes(one.event.entry.encode())
        try:
            send(one.to, entry.as_json())
        except OSError:
            # The line is down; the others' messages must not wait for it.
            stuck.add(one.to)
            continue
        Outgoing.objects.filter(pk=one.pk).update(sent_at=now)
        sent += 1
    return sent
