"""Pushing: who must hear of an event is written with it; sending happens afterwards, at least once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from zhirong.chain.pledge.register import FREEZE_RIGHT, UNFREEZE_RIGHT
from zhirong.chain.pledge.register_json import registration_of
from zhirong.chain.pledge.registration import Registration
from zhirong.chain.right.records import Holder
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.store.models import Charge, Event, Outgoing, Subscription
from zhirong.store.names import name_key
from zhirong.verbs.permissions import Actor

RIGHT, PARTY = "right", "party"


def party_address(party: Holder) -> str:
    """Where a party's own notices go: its credit code, or its name where it has none."""
    return f"party:{party.code or name_key(party.name)}"


def tell_subscribers(event: Event, after: Registration | None, before: Registration | None) -> None:
    """Write the messages of an event, within its transaction: to the pledgees before and after, and to everyone who
    has subscribed to one of its rights or parties. What happens to a right is told to those who hold a pledge of it.
    """
    if event.kind.startswith("certificate."):
        return  # nobody's business but the asker's
    told: set[str] = set()
    for one in (before, after):
        if one is not None:
            told.add(party_address(one.pledgee))
            told |= _subscribers(one)
    if event.kind in (FREEZE_RIGHT, UNFREEZE_RIGHT):
        right = canonical.decode(event.content.encode())["right"]
        told |= set(Subscription.objects.filter(target=RIGHT, value=right).values_list("subscriber", flat=True))
        charges = Charge.objects.filter(right__key=right, active=True)
        for state in charges.values_list("registration__state", flat=True):
            told.add(party_address(registration_of(canonical.decode(state.encode())).pledgee))
    Outgoing.objects.bulk_create(Outgoing(event=event, to=address) for address in sorted(told))


def _subscribers(one: Registration) -> set[str]:
    parties = (*one.pledgors, one.pledgee)
    values = {party.code for party in parties if party.code} | {name_key(party.name) for party in parties}
    keys = [right.key for right in one.rights]
    wanted = Q(target=PARTY, value__in=values) | Q(target=RIGHT, value__in=keys)
    return set(Subscription.objects.filter(wanted).values_list("subscriber", flat=True))


def inbox(actor: Actor, after: int = -1, limit: int = 200) -> list[dict[str, Any]]:
    """What this account, and the institution that it acts for, has been told, in the order of the log.

    after: index of the last event that is known already.
    """
    addresses = [actor.id] + ([] if actor.party is None else [party_address(actor.party)])
    found = Outgoing.objects.filter(to__in=addresses, event__gt=after).values_list("event", flat=True).distinct()
    events = Event.objects.filter(index__in=found).order_by("index")[:limit]
    return [entry_of_bytes(event.entry.encode()).as_json() for event in events]


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
