"""The menu of each desk: pages by role, in at most three groups, most used first."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor


class Group(IntEnum):
    """The groups of the menus, in their order. Daily work comes first and has no heading."""

    WORK = 0
    RIGHTS = 1
    LENDING = 2
    FUND = 3
    PLATFORM = 4
    MANAGEMENT = 5
    OWN = 6
    ACCOUNT = 7


GROUP_WORDS: dict[Group, Text | None] = {
    Group.WORK: None,
    Group.RIGHTS: Text("知识产权", "Rights"),
    Group.LENDING: Text("贷后", "Lending"),
    Group.FUND: Text("资金", "Money"),
    Group.PLATFORM: Text("平台", "Platform"),
    Group.MANAGEMENT: Text("管理", "Management"),
    Group.OWN: Text("企业", "Company"),
    Group.ACCOUNT: Text("账号", "Account"),  # in the menu of the account, at the top
}


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One menu entry: a page by its name, for users with one of these roles. icon: of Lucide."""

    page: str
    title: Text
    roles: tuple[MemberRole, ...]
    icon: str = "file-text"
    group: Group = Group.WORK


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """The entries of one group that a user can open. title: None for the first group."""

    title: Text | None
    entries: tuple[MenuEntry, ...]


ENTRIES: list[MenuEntry] = []


def menu(
    page: str, zh: str, en: str, *roles: MemberRole, icon: str = "file-text", group: Group = Group.WORK
) -> None:
    """Add an entry to the menu."""
    ENTRIES.append(MenuEntry(page, Text(zh, en), roles, icon, group))


def menu_of(actor: Actor) -> list[MenuEntry]:
    """Return the entries that this user can open, in the order of the groups."""
    found = (entry for entry in ENTRIES if entry.group is not Group.ACCOUNT and actor.has(*entry.roles))
    return sorted(found, key=lambda entry: entry.group)


def account_menu_of(actor: Actor) -> list[MenuEntry]:
    """Return the entries of the account's own menu."""
    return [entry for entry in ENTRIES if entry.group is Group.ACCOUNT and actor.has(*entry.roles)]


def grouped(entries: list[MenuEntry]) -> Iterator[MenuGroup]:
    """Group entries that are sorted by group."""
    for group, found in groupby(entries, key=lambda entry: entry.group):
        yield MenuGroup(GROUP_WORDS[group], tuple(found))
