"""Actors: who sends a request, and its capacity in the register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from zhirong.chain.organisation.roles import (
    MemberRole,
    OrganisationKind,
)
from zhirong.chain.right.records import Holder


class Capacity(StrEnum):
    """The capacities in which an actor acts in the register."""

    REGISTRAR = "registrar"
    LENDER = "lender"
    FIRM = "firm"
    COURT = "court"
    AUTHORITY = "authority"
    PUBLIC = "public"


_CAPACITIES: Mapping[OrganisationKind, Capacity] = {
    OrganisationKind.FIRM: Capacity.FIRM,
    OrganisationKind.LENDER: Capacity.LENDER,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The actor of a request. account: 0 for a visitor who is not signed in, and for the platform's background
    work.

    organisation, kind, code, name: of the organisation acted for. roles: within it. mandate: the id of the mandate by
    which an agent acts for a firm; then ``allowed`` names the operations that the firm has granted, and ``most`` the
    largest amount in fen. scopes: of the token that a program uses; None for a person at a page.
    name, acts_as, acts_for: of an actor without an account in the register (``register_actor``).
    """

    account: int = 0
    organisation: int = 0
    kind: OrganisationKind | None = None
    organisation_name: str = ""
    organisation_code: str = ""
    is_active: bool = False
    roles: frozenset[MemberRole] = frozenset()
    mandate: int = 0
    allowed: frozenset[str] | None = None
    most: int | None = None
    scopes: frozenset[str] | None = None
    is_worker: bool = field(default=False)
    name: str = ""
    acts_as: Capacity | None = None
    acts_for: Holder | None = None

    @property
    def id(self) -> str:
        """Return the name of the actor in the log."""
        if self.name:
            return self.name
        if self.is_worker:
            return "worker"
        return f"account:{self.account}" if self.account else "public"

    @property
    def capacity(self) -> Capacity:
        """Return the capacity in the register: of an active firm or lender, of the registration office, otherwise
        of the public.
        """
        if self.acts_as is not None:
            return self.acts_as
        if self.has(MemberRole.REGISTRAR):
            return Capacity.REGISTRAR
        known = _CAPACITIES.get(self.kind) if self.kind is not None and self.is_active else None
        return Capacity.PUBLIC if known is None else known

    @property
    def party(self) -> Holder | None:
        """Return the firm or lender that the actor acts for in the register; None for an office and the public."""
        if self.acts_as is not None:
            return self.acts_for
        if self.capacity in (Capacity.FIRM, Capacity.LENDER):
            return Holder(self.organisation_name, self.organisation_code)
        return None

    def has(self, *roles: MemberRole) -> bool:
        """Return whether the actor has one of these roles."""
        return bool(self.roles.intersection(roles))


NOBODY = Actor()
WORKER = Actor(is_worker=True)


def register_actor(name: str, capacity: Capacity, party: Holder | None = None) -> Actor:
    """Return an actor without an account for the register: at the command line, or in a program that uses the
    library.

    name: how the log names the actor. party: the firm or lender acted for, None for an office.
    """
    return Actor(name=name, acts_as=capacity, acts_for=party)
