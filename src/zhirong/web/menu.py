"""The menu of each desk: pages by role, most used first."""

from dataclasses import dataclass

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One menu entry: a page by its name, for users with one of these roles (or of the kind of organisation before
    the dot).
    """

    page: str
    title: Text
    roles: tuple[MemberRole, ...]


ENTRIES: list[MenuEntry] = []


def menu(page: str, zh: str, en: str, *roles: MemberRole) -> None:
    """Add an entry to the menu."""
    ENTRIES.append(MenuEntry(page, Text(zh, en), roles))


def menu_of(actor: Actor) -> list[MenuEntry]:
    """Return the entries that this user can open."""
    return [entry for entry in ENTRIES if actor.has(*entry.roles)]
