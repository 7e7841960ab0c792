"""Permissions in the register: each operation declares one of these policies; the read permissions are listed here.

Everything else is denied.
"""

from collections.abc import Mapping

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.registration import Registration
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.declare import Policy
from zhirong.operations.refusals import forbidden


def _any(actor: Actor, registration: Registration | None) -> bool:
    return True


def _pledgee(actor: Actor, registration: Registration | None) -> bool:
    """Return whether the actor's institution is the pledgee; before a registration exists, the filing decides."""
    return actor.party is not None and registration is not None and same_party(actor.party, registration.pledgee)


def _pledgor(actor: Actor, registration: Registration | None) -> bool:
    """Return whether the actor's firm is the pledgor."""
    return (
        actor.party is not None
        and registration is not None
        and any(same_party(actor.party, party) for party in registration.pledgors)
    )


BY_REGISTRAR: Policy = {Capacity.REGISTRAR: _any}
BY_PARTIES: Policy = {Capacity.REGISTRAR: _any, Capacity.LENDER: _pledgee, Capacity.FIRM: _pledgor}
BY_PLEDGEE: Policy = {Capacity.REGISTRAR: _any, Capacity.LENDER: _pledgee}
BY_COURT: Policy = {Capacity.REGISTRAR: _any, Capacity.COURT: _any}
BY_AUTHORITY: Policy = {Capacity.REGISTRAR: _any, Capacity.AUTHORITY: _any}
BY_PLEDGEE_OR_AUTHORITY: Policy = {**BY_PLEDGEE, Capacity.AUTHORITY: _any}
BY_SUBSCRIBERS: Policy = dict.fromkeys((Capacity.REGISTRAR, Capacity.LENDER, Capacity.FIRM, Capacity.COURT), _any)
BY_INSTITUTIONS: Policy = {Capacity.REGISTRAR: _any, Capacity.LENDER: _any}
BY_ANYBODY: Policy = dict.fromkeys(Capacity, _any)

# The readable parts of the register, with their readers.
READS: Mapping[str, Policy] = {
    "search": BY_ANYBODY,
    "view": {**BY_PARTIES, Capacity.COURT: _any, Capacity.AUTHORITY: _any},
    "disclose": {**BY_PARTIES, Capacity.COURT: _any},
    "precheck": {Capacity.REGISTRAR: _any, Capacity.LENDER: _any, Capacity.FIRM: _any},
    "due": BY_REGISTRAR,
    "matches": BY_INSTITUTIONS,
    "keys": BY_REGISTRAR,
}


def is_permitted(policy: Policy, actor: Actor, registration: Registration | None) -> bool:
    """Return whether a policy lets the actor act on this registration."""
    relation = policy.get(actor.capacity)
    return relation is not None and relation(actor, registration)


def may_read(actor: Actor, what: str, registration: Registration | None = None) -> bool:
    """Return whether the actor may read this part of the register."""
    return is_permitted(READS.get(what, {}), actor, registration)


def demand_read(actor: Actor, what: str, registration: Registration | None = None) -> None:
    """Raise ForbiddenError unless the actor may read this part. The error reveals nothing about the registration."""
    if not may_read(actor, what, registration):
        raise forbidden()
