"""Who may do what: one table, everything not in it denied."""

from collections.abc import Callable, Mapping

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, Capacity
from zhirong.operations.refusals import ForbiddenError

Relation = Callable[[Actor, Registration | None], bool]


def _any(actor: Actor, registration: Registration | None) -> bool:
    return True


def _pledgee(actor: Actor, registration: Registration | None) -> bool:
    """The actor's own institution holds the pledge. Before there is a registration it is the filing that tells."""
    return actor.party is not None and registration is not None and same_party(actor.party, registration.pledgee)


def _pledgor(actor: Actor, registration: Registration | None) -> bool:
    """The actor's own firm gives the right."""
    return (
        actor.party is not None
        and registration is not None
        and any(same_party(actor.party, party) for party in registration.pledgors)
    )


_BOTH_SIDES: Mapping[Capacity, Relation] = {
    Capacity.REGISTRAR: _any,
    Capacity.LENDER: _pledgee,
    Capacity.FIRM: _pledgor,
}
_PLEDGEE: Mapping[Capacity, Relation] = {Capacity.REGISTRAR: _any, Capacity.LENDER: _pledgee}
_REGISTRAR: Mapping[Capacity, Relation] = {Capacity.REGISTRAR: _any}
_COURT: Mapping[Capacity, Relation] = {Capacity.REGISTRAR: _any, Capacity.COURT: _any}

# Operation, capacity, and to which registrations. What is not here is denied.
POLICIES: Mapping[str, Mapping[Capacity, Relation]] = {
    "prepare": _BOTH_SIDES,
    "file": _BOTH_SIDES,
    "withdraw": _BOTH_SIDES,
    "examine": _REGISTRAR,
    "enter": _REGISTRAR,
    "update_facts": {**_PLEDGEE, Capacity.AUTHORITY: _any},
    "amend": _PLEDGEE,
    "extend": _PLEDGEE,
    "transfer_claim": _PLEDGEE,
    "partially_discharge": _PLEDGEE,
    "discharge": _PLEDGEE,
    "revoke": _COURT,
    "correct": _REGISTRAR,
    "court_order": _COURT,
    "record_authority": {**_PLEDGEE, Capacity.AUTHORITY: _any},
    "reconcile": {**_REGISTRAR, Capacity.AUTHORITY: _any},
    "subscribe": {Capacity.REGISTRAR: _any, Capacity.LENDER: _any, Capacity.FIRM: _any, Capacity.COURT: _any},
    "view": {**_BOTH_SIDES, Capacity.COURT: _any, Capacity.AUTHORITY: _any},
    "search": dict.fromkeys(Capacity, _any),
    "keys": _REGISTRAR,
    "certify": dict.fromkeys(Capacity, _any),
    "identify": {**_REGISTRAR, Capacity.AUTHORITY: _any},
    "disclose": {**_BOTH_SIDES, Capacity.COURT: _any},
    "report_use": {Capacity.REGISTRAR: _any, Capacity.LENDER: _any},
    "record_watch": _REGISTRAR,
    "restore": _REGISTRAR,
    "precheck": {Capacity.REGISTRAR: _any, Capacity.LENDER: _any, Capacity.FIRM: _any},
}


def allowed(actor: Actor, verb: str, registration: Registration | None) -> bool:
    """Whether the actor may do this to this registration."""
    relation = POLICIES.get(verb, {}).get(actor.capacity)
    return relation is not None and relation(actor, registration)


def demand(actor: Actor, verb: str, registration: Registration | None = None) -> None:
    """Raises ForbiddenError unless the actor may. It says nothing of what the registration holds."""
    if not allowed(actor, verb, registration):
        raise ForbiddenError(
            [
                Problem(
                    "actor",
                    actor.capacity,
                    Text("没有办理此事的权限", "not permitted to do this"),
                    Text("由有权的一方办理", "let the party do it that may"),
                    "forbidden",
                )
            ]
        )
