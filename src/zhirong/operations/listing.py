"""Lists: declared once; pages show them, the API returns them and Excel files contain them, with the same filters
and order.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Count, F, Field, Model, OrderBy, Q, QuerySet, Sum

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.fields import unwritable_paths
from zhirong.operations.visibility import visible

Kind = Literal["text", "money", "day", "instant", "number", "state", "rate", "days"]
PAGE = 50
MOST = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column. value: plain value from a row; Text is shown in the reader's language. order: the database column
    to sort by.

    main: also shown on a phone. former: a deprecated name under which the API also gives it; saved views and
    requests may still sort by it. is_exact: an amount paid or owed, always shown in yuan with fen; other amounts
    follow the reader's unit. sums: the database column of an amount whose total stands below the list, or what sums
    it.
    """

    name: str
    title: Text
    value: Callable[[Any], Any]
    kind: Kind = "text"
    order: str = ""
    main: bool = False
    former: str = ""
    is_exact: bool = False
    sums: str | Sum = ""

    def names(self) -> tuple[str, ...]:
        """Return its name and, if it has one, its former name."""
        return (self.name, self.former) if self.former else (self.name,)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter. where: converts the chosen or typed value to a condition. choices: None for typed values."""

    name: str
    title: Text
    where: Callable[[str], Q]
    choices: tuple[tuple[str, Text], ...] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One list. name: ``noun.plural-of-desk`` such as ``lender.cases``. empty: what the user can do if the list is
    empty.

    narrow: selects the rows of this list among the visible ones. page: name of the page of one row. unread: columns
    that no cell shows, such as large tables; they are not read.
    """

    name: str
    title: Text
    model: type[Model]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    roles: tuple[MemberRole, ...] = ()
    order: str = "-id"
    related: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    narrow: Callable[[Actor, date], Q] = lambda actor, day: Q()
    page: str = ""
    page_id: Callable[[Any], int] = lambda row: int(row.pk)
    empty: Text = field(default=Text("暂无内容", "Nothing here yet."))
    begin: str = ""  # name of the operation that adds a row


LISTINGS: dict[str, Listing] = {}


def listing(one: Listing) -> Listing:
    """Declare a list."""
    if one.name in LISTINGS:
        raise AssertionError(f"two lists are called {one.name}")
    LISTINGS[one.name] = one
    return one


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a list. more: whether further rows follow. after: offset of the next page."""

    rows: tuple[Any, ...]
    offset: int
    limit: int
    more: bool

    @property
    def after(self) -> int:
        """Return the offset of the next page."""
        return self.offset + self.limit

    @property
    def before(self) -> int:
        """Return the offset of the previous page."""
        return max(0, self.offset - self.limit)


def may_list(actor: Actor, one: Listing) -> bool:
    """Return whether the actor's role and token allow the list."""
    if actor.scopes is not None and "read" not in actor.scopes:
        return False
    return bool(actor.account) and (not one.roles or actor.has(*one.roles))


def rows_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str]) -> "QuerySet[Any]":
    """Return all matching rows in the requested order. query: filter name to value; ``order`` is a column's name,
    with a leading ``-`` for descending. Raises InputError for a filter value that cannot be read.
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
                    Text(f"“{filtered.title.zh}”无法识别", f"'{filtered.title.en}' cannot be read"),
                    Text("请改正或留空", "correct it or leave it empty"),
                    "bad_filter",
                )
            )
    if problems:
        raise InputError(problems)
    return (
        found.select_related(*one.related)
        .defer(*one.unread)
        .order_by(*order_of(one, query.get("order", "")).terms())
    )


@dataclass(frozen=True, slots=True)
class Totals:
    """The totals of all matching rows of a list, over all pages. sums: fen by the name of the column."""

    count: int
    sums: Mapping[str, Fen]


def totals_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str]) -> Totals | None:
    """Return the totals of a list with one query; None if no column of it is summed. query: as for ``rows_of``."""
    summed = {
        column.name: Sum(column.sums) if isinstance(column.sums, str) else column.sums
        for column in one.columns
        if column.sums
    }
    if not summed:
        return None
    found = (
        rows_of(actor, one, day, query)
        .order_by()
        .aggregate(rows=Count("pk"), **{f"of_{k}": v for k, v in summed.items()})
    )
    return Totals(found["rows"], {name: found[f"of_{name}"] or 0 for name in summed})


def _not_a_choice(filtered: Filter, value: str) -> Problem:
    zh = "、".join(f"{one}（{words.zh}）" for one, words in filtered.choices or ())
    en = ", ".join(f"{one} ({words.en})" for one, words in filtered.choices or ())
    reason = Text(f"“{filtered.title.zh}”无此选项", f'not one of the choices of "{filtered.title.en}"')
    return Problem(filtered.name, value, reason, Text(f"请选择：{zh}", f"Choose from: {en}"), "not_a_choice")


def page_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str], limit: int = PAGE) -> Found:
    """Return one page of a list, for people who page through it. query: as for ``rows_of``, and ``offset``."""
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
                    Text("不是有效的行数", "not a number of rows"),
                    Text("请填写 0 或更大的整数", "enter 0 or a larger whole number"),
                    "bad_offset",
                )
            ]
        )
    return int(written)


@dataclass(frozen=True, slots=True)
class Order:
    """The sort order of a list: by a column, then by id; rows with an empty column come last. The order is total
    and the same on both databases, so that each row has a unique position. column: of the database, empty for the
    id alone.
    """

    column: str
    is_descending: bool
    is_nullable: bool = False

    def terms(self) -> tuple[OrderBy, ...]:
        """For ``order_by``."""
        by_id = F("pk").desc() if self.is_descending and not self.column else F("pk").asc()
        if not self.column:
            return (by_id,)
        nulls_last = True if self.is_nullable else None
        by = F(self.column)
        return (by.desc(nulls_last=nulls_last) if self.is_descending else by.asc(nulls_last=nulls_last), by_id)

    def beyond(self, value: Any, pk: int) -> Q:
        """The rows after the one with this value and id."""
        if not self.column:
            return Q(pk__lt=pk) if self.is_descending else Q(pk__gt=pk)
        if value is None:
            return Q(**{f"{self.column}__isnull": True}, pk__gt=pk)
        side = "lt" if self.is_descending else "gt"
        found = Q(**{f"{self.column}__{side}": value}) | Q(**{self.column: value}, pk__gt=pk)
        return found | Q(**{f"{self.column}__isnull": True}) if self.is_nullable else found

    def value_of(self, row: Any) -> Any:
        """The sort value of a row; the id if it refers to another row."""
        if not self.column:
            return None
        *path, last = self.column.split("__")
        for part in path:
            row = getattr(row, part)
            if row is None:
                return None
        return getattr(row, row._meta.get_field(last).attname)


def order_of(one: Listing, wanted: str) -> Order:
    """The requested order, a column's name with a leading ``-`` for descending; otherwise the list's default."""
    names = {name: column.order for column in one.columns if column.order for name in column.names()}
    by = names.get(wanted.removeprefix("-"))
    written = one.order if by is None else ("-" if wanted.startswith("-") else "") + by
    column = written.removeprefix("-")
    if column in ("id", "pk", one.model._meta.pk.name if one.model._meta.pk else "pk"):
        return Order("", written.startswith("-"))
    return Order(column, written.startswith("-"), _is_nullable(one.model, column))


def field_at(model: type[Model], column: str) -> "Field[Any, Any]":
    """The field that a path such as ``case__firm__name`` ends at."""
    first, _, rest = column.partition("__")
    found: Any = model._meta.get_field(first)
    return field_at(found.related_model, rest) if rest else found


def _is_nullable(model: type[Model], column: str) -> bool:
    first, _, rest = column.partition("__")
    found: Any = model._meta.get_field(first)
    return bool(found.null) or bool(rest and _is_nullable(found.related_model, rest))
