"""The register's outbox: messages are written together with their event and sent afterwards, at least once."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from zhirong.chain.pledge.register import FREEZES
from zhirong.chain.pledge.register_json import party_of, registration_of
from zhirong.chain.pledge.registration import Registration
from zhirong.chain.right.records import Holder
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.operations.actors import Actor, Capacity, register_actor
from zhirong.operations.register_policy import may_read
from zhirong.store.models import Charge, Event, Outgoing, Subscription
from zhirong.store.names import name_key

RIGHT, PARTY = "right", "party"
SUBSCRIBED = "subscription.opened"
UNSUBSCRIBED = "subscription.closed"


def party_address(party: Holder) -> str:
    """Return the address for a party's messages: its credit code, or its name if it has none."""
    return f"party:{party.code or name_key(party.name)}"


def tell_subscribers(event: Event, after: Registration | None, before: Registration | None) -> None:
    """Write the messages of an event within its transaction: to the pledgees before and after, and, once the
    register publishes it, to everyone who has subscribed to one of its rights or parties. Events of a right go to
    the pledgees of that right.
    """
    if event.kind.startswith("certificate."):
        return  # only the enquirer may know of it
    told: set[str] = set()
    for one in (before, after):
        if one is not None:
            told.add(party_address(one.pledgee))
            told |= _subscribers(one)
    if event.kind in FREEZES:
        right = canonical.decode(event.content.encode())["right"]
        told |= set(Subscription.objects.filter(target=RIGHT, value=right).values_list("subscriber", flat=True))
        charges = Charge.objects.filter(right__key=right, active=True)
        for state in charges.values_list("registration__state", flat=True):
            told.add(party_address(registration_of(canonical.decode(state.encode())).pledgee))
    Outgoing.objects.bulk_create(Outgoing(event=event, to=address) for address in sorted(told))


def _subscribers(one: Registration) -> set[str]:
    """Return who has subscribed to one of its rights or parties and may be notified: after publication everyone,
    except other firms in the case of a natural person; before it, only those who may see the filing.
    """
    parties = (*one.pledgors, one.pledgee, *one.former_pledgors, *one.former_pledgees)
    firms = [party for party in parties if not party.is_natural_person]
    public = {party.code for party in firms if party.code} | {name_key(party.name) for party in firms}
    private = {name_key(party.name) for party in parties if party.is_natural_person} - public
    keys = [right.key for right in one.rights]
    wanted = Q(target=PARTY, value__in=public | private) | Q(target=RIGHT, value__in=keys)
    found = Subscription.objects.filter(wanted).values_list("subscriber", "target", "value")
    return {
        subscriber
        for subscriber, target, value in found
        if _may_hear(subscriber, one, of_a_person=target == PARTY and value in private)
    }


def _may_hear(subscriber: str, one: Registration, *, of_a_person: bool) -> bool:
    if one.is_published and not of_a_person:
        return True
    opened = Event.objects.filter(actor=subscriber, kind=SUBSCRIBED).order_by("-index").first()
    if opened is None:
        return False
    content = canonical.decode(opened.content.encode())
    party = content.get("party")
    who = register_actor(subscriber, Capacity(content["_role"]), None if party is None else party_of(party))
    return may_read(who, "view", one) or (one.is_published and who.capacity is not Capacity.FIRM)


def inbox(actor: Actor, after: int = -1, limit: int = 200) -> list[dict[str, Any]]:
    """Return the messages to this account and to its institution, in the order of the log.

    after: index of the last known event.
    """
    addresses = [actor.id] + ([] if actor.party is None else _addresses(actor.party))
    found = Outgoing.objects.filter(to__in=addresses, event__gt=after).values_list("event", flat=True).distinct()
    events = Event.objects.filter(index__in=found).order_by("index")[:limit]
    return [entry_of_bytes(event.entry.encode()).as_json() for event in events]


def _addresses(party: Holder) -> list[str]:
    """Return a party's current address, and the one it has in a filing without its credit code."""
    return sorted({party_address(party), party_address(replace(party, code=""))})


def push(send: Callable[[str, Mapping[str, Any]], None], now: datetime, limit: int = 1000) -> int:
    """Send the unsent messages in the order of the log; returns how many were sent.

    If sending raises an error, this message and all later ones to the same address stay. After a crash between
    sending and marking, a message is sent again: messages carry the event's index, by which the receiver recognises
    repetitions.
    """
    sent, stuck = 0, set()
    for one in Outgoing.objects.filter(sent_at=None).select_related("event").order_by("event_id", "to")[:limit]:
        if one.to in stuck:
            continue
        entry = entry_of_bytes(one.event.entry.encode())
        try:
            send(one.to, entry.as_json())
        except OSError:
            # This connection is down; messages to other addresses must not wait for it.
            stuck.add(one.to)
            continue
        Outgoing.objects.filter(pk=one.pk).update(sent_at=now)
        sent += 1
    return sent
