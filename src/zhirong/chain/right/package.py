"""Several rights together: the composition of the package, its duplicates, and its first right to end."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.life import remaining_days
from zhirong.chain.right.records import LegalStatus, Right, Role
from zhirong.chain.right.status import StatusOn, status_on
from zhirong.kernel.rulebook import Rulebook

DAYS_A_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Member:
    """One right of a package on one day.

    age_days: days since the term began (filing, registration, ...); None if that day is unknown or in the future.
    remaining_days: days left of the term, including that day; None if no end is known.
    """

    right: Right
    status: StatusOn
    age_days: int | None
    remaining_days: int | None


@dataclass(frozen=True, slots=True)
class Package:
    """A package of rights on one day.

    by_status: None counts those whose status cannot be determined or which did not exist yet. duplicates: members
    with the same number, in groups. first_to_end: among the rights in force, the first whose term ends; None if
    none in force has an end. without_end: ids in force whose last day is unknown or not fixed.
    """

    day: date
    members: tuple[Member, ...]
    by_kind: dict[RightKind, int]
    by_status: dict[LegalStatus | None, int]
    by_role: dict[Role, int]
    duplicates: tuple[tuple[Right, ...], ...]
    first_to_end: Member | None
    without_end: tuple[str, ...]

    @property
    def mixed(self) -> bool:
        """Return whether it contains rights of more than one kind."""
        return len(self.by_kind) > 1

    @property
    def in_force(self) -> tuple[Member, ...]:
        """Return its rights in force on the day."""
        return tuple(member for member in self.members if member.status.in_force)


def package_of(rights: Sequence[Right], rules: Rulebook, day: date) -> Package:
    """Return the package of ``rights`` on ``day``, from what was known on that day."""
    members = tuple(_member(right, rules, day) for right in rights)
    kinds = Counter(right.kind for right in rights)
    states = Counter(member.status.status for member in members)
    roles = Counter(right.role for right in rights)
    in_force = [member for member in members if member.status.in_force]
    ending = [member for member in in_force if member.remaining_days is not None]
    return Package(
        day,
        members,
        {kind: kinds[kind] for kind in RightKind if kinds[kind]},
        by_status={status: states[status] for status in (*LegalStatus, None) if states[status]},
        by_role={role: roles[role] for role in Role if roles[role]},
        duplicates=duplicates_in(rights),
        first_to_end=min(ending, key=lambda member: member.remaining_days or 0, default=None),
        without_end=tuple(member.right.id for member in in_force if member.remaining_days is None),
    )


def duplicates_in(rights: Sequence[Right]) -> tuple[tuple[Right, ...], ...]:
    """Return groups of rights with the same number in the same register, in the order of their first member."""
    groups: dict[tuple[bool, str], list[Right]] = {}
    for right in rights:
        if right.number:
            # A trade name is identified by its firm's credit code, so only names of one firm can be equal.
            groups.setdefault((right.kind is RightKind.TRADE_NAME, right.number), []).append(right)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def quartiles(days: Sequence[int]) -> tuple[int, int, int, int, int] | None:
    """Return minimum, lower quartile, median, upper quartile and maximum of some numbers of days; None if empty.

    Quartiles are members of the sequence (nearest rank), so that each is an existing right.
    """
    if not days:
        return None
    ordered = sorted(days)
    last = len(ordered) - 1
    lowest, lower, middle, upper, highest = (ordered[(last * part + 2) // 4] for part in range(5))
    return lowest, lower, middle, upper, highest


def _member(right: Right, rules: Rulebook, day: date) -> Member:
    status = status_on(right, day, rules)
    start = status.life.start
    age = (day - start).days if start is not None and start <= day else None
    return Member(right, status, age, remaining_days(status.life, day))
