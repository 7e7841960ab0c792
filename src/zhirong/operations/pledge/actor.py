"""As what a person of the platform acts in the register."""

from collections.abc import Mapping

from zhirong.chain.right.records import Holder
from zhirong.operations.people import MemberRole, OrganisationKind, Person
from zhirong.operations.permissions import Actor, Role

_ROLES: Mapping[OrganisationKind, Role] = {OrganisationKind.FIRM: Role.FIRM, OrganisationKind.LENDER: Role.LENDER}


def actor_of(person: Person) -> Actor:
    """A firm's or a lender's person acts for it, a registrar for the register; everybody else is the public."""
    if person.has(MemberRole.REGISTRAR):
        return Actor(person.id, Role.REGISTRAR)
    role = _ROLES.get(person.kind) if person.kind is not None and person.is_active else None
    if role is None:
        return Actor(person.id, Role.PUBLIC)
    return Actor(person.id, role, Holder(person.organisation_name, person.organisation_code))
