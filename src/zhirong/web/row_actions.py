"""The actions of a reader on a row: one main action, and the others in a menu grouped by purpose."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import operations_for
from zhirong.operations.declare import Operation

_OTHERS = Text("其他", "Other")
Groups = Sequence[tuple[Text, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class RowAction:
    """One action: its words and the address of its form. open: the number of parts still missing."""

    title: Text
    address: str
    is_grave: bool = False
    open: int = 0


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Actions of one purpose; grave ones last."""

    title: Text
    actions: tuple[RowAction, ...]


@dataclass(frozen=True, slots=True)
class RowActions:
    """main: None if the reader can only wait. groups: all others."""

    main: RowAction | None
    groups: tuple[ActionGroup, ...]

    @property
    def addresses(self) -> frozenset[str]:
        """Return the addresses of all actions."""
        found = {one.address for group in self.groups for one in group.actions}
        return frozenset(found | ({self.main.address} if self.main else set()))


def form_address(name: str, row: Any, back: str) -> str:
    """Return the address of the form of an operation on a row. back: the page that it leads back to."""
    return f"{reverse('do.row', args=[name, row.pk])}?{urlencode({'back': back})}"


def actions_on(
    actor: Actor,
    row: Any,
    *,
    first: Sequence[str],
    groups: Groups = (),
    back: str,
    main: RowAction | None = None,
    only: Sequence[str] = (),
    own: Mapping[str, str] = MappingProxyType({}),
) -> RowActions:
    """Return the main action, the first one of ``first`` that the actor can run, and the groups of the others.

    main: an action that is not an operation on this row and comes first. only: the operations of the page, all
    if empty. own: addresses of forms that have a special page.
    """
    possible = [one for one in operations_for(actor, row) if not only or one.name in only]
    chosen = None
    if main is None:
        chosen = next((one for name in first for one in possible if one.name == name), None)
        main = None if chosen is None else _action(chosen, row, back, own)
    others = [one for one in possible if one is not chosen]
    return RowActions(main, tuple(_grouped(others, groups, lambda one: _action(one, row, back, own))))


def _action(one: Operation, row: Any, back: str, own: Mapping[str, str]) -> RowAction:
    return RowAction(one.title, own.get(one.name) or form_address(one.name, row, back), one.is_grave)


def _grouped(
    operations: Sequence[Operation], groups: Groups, action: Callable[[Operation], RowAction]
) -> list[ActionGroup]:
    placed = {name for _, names in groups for name in names}
    rest = tuple(one.name for one in operations if one.name not in placed)
    found = []
    for title, names in (*groups, (_OTHERS, rest)):
        here = [one for one in operations if one.name in names]
        here.sort(key=lambda one: (one.is_grave, names.index(one.name)))
        if here:
            found.append(ActionGroup(title, tuple(map(action, here))))
    return found
