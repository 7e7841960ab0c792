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
]


@dataclass(frozen=True)
class Place:
    """One value: its table, row and column, and what it holds."""

    table: str
    rowid: int
    column: str
    value: Any

    def changed_at(self, at: int) -> Any:
        """The value with one character or the whole number changed."""
        if isinstance(self.value, str):
            if not self.value:
                return "x"
            old = self.value[at]
            new = next(c for c in ("7" if old.isdigit() else "q", "8", "r") if c.casefold() != old.casefold())
            return self.value[:at] + new + self.value[at + 1 :]
        return self.value + 1

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


def some_changes(chance: random.Random, per_value: int) -> Iterator[tuple[Place, int]]:
    """Each value at a few random characters."""
    for place in list(places()):
        length = len(place.value) if isinstance(place.value, str) else 1
        for at in sorted(chance.sample(range(max(1, length)), min(max(1, length), per_value))):
            yield place, at
