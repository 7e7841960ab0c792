"""The menu of each desk: what somebody with these roles works with, most used first."""

from dataclasses import dataclass

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, MemberRole


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of a menu: a page by its name, for those who have one of these roles (a kind of organisation before the dot)."""

    page: str
    title: Text
    roles: tuple[MemberRole, ...]


ENTRIES: list[MenuEntry] = []


def menu(page: str, zh: str, en: str, *roles: MemberRole) -> None:
    """Add a line to the menu."""
    ENTRIES.append(MenuEntry(page, Text(zh, en), roles))


def menu_of(actor: Actor) -> list[MenuEntry]:
    """The lines that this person can use."""
    return [entry for entry in ENTRIES if actor.has(*entry.roles)]
