"""Lists: declared once, shown on a page, given by the API and exported to Excel, all with the same filters and order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, MemberRole
from zhirong.operations.fields import unwritable_paths
from zhirong.operations.visibility import visible

Kind = Literal["text", "money", "day", "instant", "number", "state", "rate", "days"]
PAGE = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column. value: of a row, plain; Text is shown in the reader's language. order: the database column to sort by.

    main: shown on a phone too.
    """

    name: str
    title: Text
    value: Callable[[Any], Any]
    kind: Kind = "text"
    order: str = ""
    main: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. where: from what was chosen or typed to a condition. choices: None for something typed."""

    name: str
    title: Text
    where: Callable[[str], Q]
    choices: tuple[tuple[str, Text], ...] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. name: ``noun.plural-of-desk`` such as ``lender.cases``. empty: what to do when there is nothing.

    narrow: beyond what is visible, which rows belong here. page: name of the page of one row.
    """

    name: str
    title: Text
    model: type[Model]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    roles: tuple[MemberRole, ...] = ()
    order: str = "-id"
    related: tuple[str, ...] = ()
    narrow: Callable[[Actor, date], Q] = lambda actor, day: Q()
    page: str = ""
    page_id: Callable[[Any], int] = lambda row: int(row.pk)
    empty: Text = field(default=Text("这里还没有内容", "there is nothing here yet"))
    begin: str = ""  # name of the operation that adds one


LISTINGS: dict[str, Listing] = {}


def listing(one: Listing) -> Listing:
    """Declare a list."""
    if one.name in LISTINGS:
        raise AssertionError(f"two lists are called {one.name}")
    LISTINGS[one.name] = one
    return one


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list. more: whether there are further rows; after: offset of the next page."""

    rows: tuple[Any, ...]
    offset: int
    limit: int
    more: bool

    @property
    def after(self) -> int:
        """Where the next page begins."""
        return self.offset + self.limit

    @property
    def before(self) -> int:
        """Where the page before begins."""
        return max(0, self.offset - self.limit)


def may_list(actor: Actor, one: Listing) -> bool:
    """Whether the person's role and token allow the list at all."""
    if actor.scopes is not None and "read" not in actor.scopes:
        return False
    return bool(actor.account) and (not one.roles or actor.has(*one.roles))


def rows_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str]) -> "QuerySet[Any]":
    """All rows that fit, in the order asked for. query: filter name to value; ``order`` a column's name, ``-`` before it for
    descending. Raises InputError naming a filter value that cannot be read.
    """
    found = visible(actor, one.model, day).filter(one.narrow(actor, day))
    problems = []
    for filtered in one.filters:
        value = query.get(filtered.name, "").strip()
        if not value:
            continue
        if filtered.choices is not None and value not in {str(one) for one, _ in filtered.choices}:
            problems.append(_not_a_choice(filtered, value))
            continue
        try:
            if unwritable_paths(value, filtered.name):
                raise ValueError(filtered.name)
            found = found.filter(filtered.where(value))
        except (ValueError, ArithmeticError, ValidationError):
            problems.append(
                Problem(
                    filtered.name,
                    value,
                    Text(f"“{filtered.title.zh}”读不出来", f"'{filtered.title.en}' cannot be read"),
                    Text("改正或留空", "correct it or leave it empty"),
                    "bad_filter",
                )
            )
    if problems:
        raise InputError(problems)
    return found.select_related(*one.related).order_by(*_order(one, query.get("order", "")))


def _not_a_choice(filtered: Filter, value: str) -> Problem:
    zh = "、".join(f"{one}（{words.zh}）" for one, words in filtered.choices or ())
    en = ", ".join(f"{one} ({words.en})" for one, words in filtered.choices or ())
    reason = Text(f"“{filtered.title.zh}”没有这个选项", f'not one of the choices of "{filtered.title.en}"')
    return Problem(filtered.name, value, reason, Text(f"请选择：{zh}", f"Choose from: {en}"), "not_a_choice")


def page_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str], limit: int = PAGE) -> Found:
    """One page of a list. query: as for ``rows_of``, and ``offset``."""
    offset = _offset(query.get("offset", ""))
    rows = list(rows_of(actor, one, day, query)[offset : offset + limit + 1])
    return Found(tuple(rows[:limit]), offset, limit, len(rows) > limit)


def _offset(written: str) -> int:
    if not written:
        return 0
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise InputError(
            [
                Problem(
                    "offset",
                    written,
                    Text("不是行数", "not a number of rows"),
                    Text("填 0 或更大的整数", "give 0 or a larger whole number"),
                    "bad_offset",
                )
            ]
        )
    return int(written)


def _order(one: Listing, wanted: str) -> tuple[str, ...]:
    names = {column.name: column.order for column in one.columns if column.order}
    by = names.get(wanted.removeprefix("-"))
    if by is None:
        return (one.order, "pk") if one.order.removeprefix("-") not in ("id", "pk") else (one.order,)
    return ("-" + by if wanted.startswith("-") else by, "pk")
