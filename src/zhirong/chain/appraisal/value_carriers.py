"""The rights of a set that carry its value, and whether they are renewed for as long as the holder wants."""

from collections.abc import Sequence

from zhirong.chain.right.kinds import KINDS
from zhirong.chain.right.records import LegalStatus, Right, Role

ENDED = frozenset(
    {
        LegalStatus.REFUSED,
        LegalStatus.WITHDRAWN,
        LegalStatus.LAPSED,
        LegalStatus.INVALIDATED,
        LegalStatus.EXPIRED,
    }
)


def carriers(rights: Sequence[Right]) -> tuple[Right, ...]:
    """The rights that carry a package's value: the core ones, or all where none is marked core."""
    core = tuple(right for right in rights if right.role is Role.CORE)
    return core or tuple(rights)


def are_renewed(rights: Sequence[Right]) -> bool:
    """Return whether one of the rights that carry the value is renewed for as long as its holder wants."""
    return any(KINDS[right.kind].is_renewable and right.status not in ENDED for right in carriers(rights))
