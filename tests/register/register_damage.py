"""Changing a register behind its back: every value in every table, a character or a number at a time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

# Surrogate keys mean nothing by themselves; those that other rows point to are not in this list.
WITHOUT_MEANING = {
    ("store_loghead", "id"),
    ("store_charge", "id"),
    ("store_part", "id"),
    ("store_tile", "id"),
    ("store_token", "id"),
    ("store_subscription", "id"),
    ("store_report", "id"),
}
TABLES = [
    "store_loghead",
    "store_event",
    "store_tile",
    "store_checkpoint",
    "store_party",
    "store_right",
    "store_registration",
    "store_charge",
    "store_part",
    "store_name",
    "store_token",
    "store_tokencount",
    "store_subscription",
    "store_rightidentity",
    "store_report",
]


@dataclass(frozen=True)
class Place:
    """One value: its table, row and column, and what it holds."""

    table: str
    rowid: int
    column: str
    value: Any

    @property
    def length(self) -> int:
        """How many places of it can be changed: characters; an empty text or a number is one."""
        return max(1, len(self.value)) if isinstance(self.value, str) else 1

    def changed_at(self, at: int) -> Any:
        """The value with one character or the whole number changed."""
        if isinstance(self.value, str):
            if not self.value:
                return "x"
            old = self.value[at]
            new = next(c for c in ("7" if old.isdigit() else "q", "8", "r") if c.casefold() != old.casefold())
            return self.value[:at] + new + self.value[at + 1 :]
        return self.value + 1

    def all_changes(self) -> list[Any]:
        """Each character another one, and each letter with its case the other way: that alone must be seen too."""
        changes = [self.changed_at(at) for at in range(self.length)]
        for at, old in enumerate(self.value if isinstance(self.value, str) else ""):
            if old.swapcase() != old:
                changes.append(self.value[:at] + old.swapcase() + self.value[at + 1 :])
        return changes

    def write(self, value: Any, instead_of: Any) -> None:
        """Put one value in the place of another, past every check of the program."""
        statement = f'update {self.table} set "{self.column}" = %s where rowid = %s and "{self.column}" = %s'
        with connection.cursor() as cursor:
            cursor.execute("pragma foreign_keys = off")
            cursor.execute(statement, [value, self.rowid, instead_of])
            if cursor.rowcount == 0:
                # Where the column is the row's own number, changing it has moved the row.
                cursor.execute(statement, [value, self.rowid + 1, instead_of])
            assert cursor.rowcount == 1


def places() -> Iterator[Place]:
    """Every value that is there."""
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"select rowid as rid, * from {table} order by rid")  # noqa: S608
            columns = [one[0] for one in cursor.description]
            rows = cursor.fetchall()
        for row in rows:
            for column, value in zip(columns[1:], row[1:], strict=True):
                if (table, column) not in WITHOUT_MEANING and value is not None:
                    yield Place(table, row[0], column, value.isoformat() if isinstance(value, date) else value)


# A value and what is put in its place.
Change = tuple[Place, Any]


def some_changes(chance: random.Random, per_value: int) -> Iterator[Change]:
    """Each value at a few random characters."""
    for place in list(places()):
        for at in sorted(chance.sample(range(place.length), min(place.length, per_value))):
            yield place, place.changed_at(at)


# Each group is damaged by itself: a changed entry hides what it changes in the tree above it.
GROUPS = (
    ("store_event",),
    ("store_tile 0",),
    ("store_tile 1",),
    ("store_tile 2",),
    ("store_checkpoint",),
    ("store_registration", "store_charge", "store_part", "store_right", "store_party"),
)
# Moving a row onto another's number is what the database itself refuses; rows point to the others, and are named instead.
_NUMBERS = {
    ("store_event", "index"),
    ("store_checkpoint", "size"),
    ("store_registration", "id"),
    ("store_party", "id"),
    ("store_right", "id"),
}


def group_of(place: Place) -> str:
    """The table, and for a tile its level."""
    if place.table != "store_tile":
        return place.table
    with connection.cursor() as cursor:
        cursor.execute("select level from store_tile where rowid = %s", [place.rowid])
        return f"store_tile {cursor.fetchone()[0]}"


def names_of(place: Place) -> set[str]:
    """What a finding about this value has in its place, one of them at least."""
    with connection.cursor() as cursor:

        def ask(sql: str) -> list[Any]:
            cursor.execute(sql, [place.rowid])
            return [value for row in cursor.fetchall() for value in row]

        if place.table == "store_event":
            (index,) = ask('select "index" from store_event where rowid = %s')
            return {f"event {index}", f"entry {index}"}
        if place.table == "store_tile":
            level, index = ask('select level, "index" from store_tile where rowid = %s')
            return {f"tile {level}/{index}", *(f"entry {index * 16 + at}" for at in range(16) if level == 0)}
        if place.table == "store_checkpoint":
            return {"checkpoint"}
        if place.table == "store_registration":
            return {f"registration {one}" for one in ask("select id from store_registration where rowid = %s")}
        if place.table in ("store_charge", "store_part"):
            return {
                f"registration {one}" for one in ask(f"select registration_id from {place.table} where rowid = %s")
            }
        if place.table == "store_right":
            return {f"right {one}" for one in ask('select "key" from store_right where rowid = %s')} | {"right"}
        return {f"party {one}" for one in ask("select name from store_party where rowid = %s")} | {"party"}


def can_be_named(place: Place) -> bool:
    """Whether a finding names this very value. A row moved to another registration can stand in for one that was damaged
    there, so references are damaged one at a time only; so are the tables of names, whose findings name the name.
    """
    apart = (
        "store_loghead",
        "store_name",
        "store_token",
        "store_tokencount",
        "store_subscription",
        "store_rightidentity",
        "store_report",
    )
    is_reference = place.column.endswith("_id")
    return place.table not in apart and (place.table, place.column) not in _NUMBERS and not is_reference


def every_change() -> Iterator[list[Change]]:
    """Every character of every value: those that are named by themselves many at a time, one to a row; the others singly."""
    queues: dict[str, dict[tuple[str, int], list[Change]]] = {}
    for place in list(places()):
        changes = [(place, changed) for changed in place.all_changes()]
        if can_be_named(place):
            queues.setdefault(group_of(place), {}).setdefault((place.table, place.rowid), []).extend(changes)
        else:
            yield from ([change] for change in changes)
    for rows in queues.values():
        while any(rows.values()):
            yield [row.pop() for row in rows.values() if row]


def batches(chance: random.Random, changes: int, most: int) -> Iterator[list[Change]]:
    """So many random changes, each in a row of its own within its batch, spread over the groups by their size."""
    grouped: dict[str, list[Place]] = {}
    for place in places():
        if can_be_named(place):
            grouped.setdefault(group_of(place), []).append(place)
    pools = [[place for name in group for place in grouped.get(name, [])] for group in GROUPS]
    total = sum(len(pool) for pool in pools)
    for pool in pools:
        left = max(min(len(pool), 50), changes * len(pool) // total)
        while left > 0 and pool:
            taken: dict[tuple[str, int], Change] = {}
            for place in chance.sample(pool, min(len(pool), most)):
                if len(taken) < left:
                    change = (place, place.changed_at(chance.randrange(place.length)))
                    taken.setdefault((place.table, place.rowid), change)
            left -= len(taken)
            yield list(taken.values())
