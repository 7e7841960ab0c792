"""Conversion of a registration to plain JSON and back; the store saves this JSON and the log commits to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhirong.chain.pledge.registration import RegisteredRight, RegisterRole, Registration, Status
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder


def party_json(party: Holder) -> dict[str, Any]:
    """Return a party's name, credit code and whether it is a natural person."""
    return {"name": party.name, "code": party.code, "is_natural_person": party.is_natural_person}


def party_of(value: Mapping[str, Any]) -> Holder:
    """Return the party that ``party_json`` wrote."""
    return Holder(value["name"], value["code"], value["is_natural_person"])


def right_json(right: RegisteredRight) -> dict[str, Any]:
    """A right within a registration."""
    return {
        "key": right.key,
        "kind": right.kind.value,
        "number": right.number,
        "title": right.title,
        "rank": right.rank,
        "released": right.released,
    }


def right_of(value: Mapping[str, Any]) -> RegisteredRight:
    """Return the right that ``right_json`` wrote."""
    return RegisteredRight(
        value["key"], RightKind(value["kind"]), value["number"], value["title"], value["rank"], value["released"]
    )


_DAYS = ("debt_start", "debt_end", "filed_on", "review_by", "entered_on", "ended_on")
_FORMER = ("former_pledgors", "former_pledgees")
_PLAIN = (
    "id",
    "subject",
    "claim_kind",
    "claim_amount",
    "number",
    "end_reason",
    "authority",
    "authority_number",
    "certificate",
    "frozen_by",
    "moves",
)


def registration_json(one: Registration) -> dict[str, Any]:
    """Return every field of a registration; days as ISO dates. Former names are included only if there are any."""
    former = {name: [party_json(party) for party in getattr(one, name)] for name in _FORMER if getattr(one, name)}
    return {
        **former,
        **{name: getattr(one, name) for name in _PLAIN},
        **{name: day_json(getattr(one, name)) for name in _DAYS},
        "role": one.role.value,
        "status": one.status.value,
        "rights": [right_json(right) for right in one.rights],
        "pledgors": [party_json(party) for party in one.pledgors],
        "pledgee": party_json(one.pledgee),
    }


def registration_of(value: Mapping[str, Any]) -> Registration:
    """Return the registration that ``registration_json`` wrote."""
    fields: dict[str, Any] = {name: value[name] for name in _PLAIN}
    fields |= {name: day_of_json(value[name]) for name in _DAYS}
    fields |= {name: tuple(party_of(party) for party in value.get(name, ())) for name in _FORMER}
    return Registration(
        role=RegisterRole(value["role"]),
        status=Status(value["status"]),
        rights=tuple(right_of(right) for right in value["rights"]),
        pledgors=tuple(party_of(party) for party in value["pledgors"]),
        pledgee=party_of(value["pledgee"]),
        **fields,
    )


def day_json(day: date | None) -> str | None:
    """Return a day as an ISO date."""
    return None if day is None else day.isoformat()


def day_of_json(written: str | None) -> date | None:
    """Return the day that ``day_json`` wrote."""
    return None if written is None else date.fromisoformat(written)
