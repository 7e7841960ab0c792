"""Who may do what: one table, everything not in it denied."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from zhirong.chain.pledge.grounds import same_party
from zhirong.chain.pledge.registration import Registration
from zhirong.chain.right.records import Holder
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


class Role(StrEnum):
    """As what somebody acts."""

    REGISTRAR = "registrar"
    LENDER = "lender"
    FIRM = "firm"
    COURT = "court"
    AUTHORITY = "authority"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts. id: the account. party: the firm or bank that the account acts for, None for an office."""

    id: str
    role: Role
    party: Holder | None = None


class ForbiddenError(InputError):
    """The actor may not do this, or not to this registration."""


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


_BOTH_SIDES: Mapping[Role, Relation] = {Role.REGISTRAR: _any, Role.LENDER: _pledgee, Role.FIRM: _pledgor}
_PLEDGEE: Mapping[Role, Relation] = {Role.REGISTRAR: _any, Role.LENDER: _pledgee}
_REGISTRAR: Mapping[Role, Relation] = {Role.REGISTRAR: _any}
_COURT: Mapping[Role, Relation] = {Role.REGISTRAR: _any, Role.COURT: _any}

# Verb, role, and to which registrations. What is not here is denied.
POLICIES: Mapping[str, Mapping[Role, Relation]] = {
    "prepare": _BOTH_SIDES,
    "file": _BOTH_SIDES,
    "withdraw": _BOTH_SIDES,
    "examine": _REGISTRAR,
    "enter": _REGISTRAR,
    "update_facts": {**_PLEDGEE, Role.AUTHORITY: _any},
    "amend": _PLEDGEE,
    "extend": _PLEDGEE,
    "transfer_claim": _PLEDGEE,
    "partially_discharge": _PLEDGEE,
    "discharge": _PLEDGEE,
    "revoke": _COURT,
    "correct": _REGISTRAR,
    "court_order": _COURT,
    "record_authority": {**_PLEDGEE, Role.AUTHORITY: _any},
    "reconcile": {**_REGISTRAR, Role.AUTHORITY: _any},
    "subscribe": {Role.REGISTRAR: _any, Role.LENDER: _any, Role.FIRM: _any, Role.COURT: _any},
    "view": {**_BOTH_SIDES, Role.COURT: _any, Role.AUTHORITY: _any},
    "search": dict.fromkeys(Role, _any),
    "keys": _REGISTRAR,
    "certify": dict.fromkeys(Role, _any),
    "identify": {**_REGISTRAR, Role.AUTHORITY: _any},
    "disclose": {**_BOTH_SIDES, Role.COURT: _any},
    "report_use": {Role.REGISTRAR: _any, Role.LENDER: _any},
    "record_watch": _REGISTRAR,
    "restore": _REGISTRAR,
    "precheck": {Role.REGISTRAR: _any, Role.LENDER: _any, Role.FIRM: _any},
}


def allowed(actor: Actor, verb: str, registration: Registration | None) -> bool:
    """Whether the actor may do this to this registration."""
    relation = POLICIES.get(verb, {}).get(actor.role)
    return relation is not None and relation(actor, registration)


def demand(actor: Actor, verb: str, registration: Registration | None = None) -> None:
    """Raises ForbiddenError unless the actor may. It says nothing of what the registration holds."""
    if not allowed(actor, verb, registration):
        raise ForbiddenError(
            [
                Problem(
                    "actor",
                    actor.role,
                    Text("没有办理此事的权限", "not permitted to do this"),
                    Text("由有权的一方办理", "let the party do it that may"),
                    "forbidden",
                )
            ]
        )
