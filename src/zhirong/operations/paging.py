"""Paging through a list: a cursor names the last row returned, so that rows added or removed in the meantime do not
shift the pages. No row appears twice, and none is left out.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import ForeignKey, Q

from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.listing import Listing, Order, field_at, order_of, rows_of
from zhirong.operations.refusals import refuse

_LONGEST = 2000  # characters of a cursor


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of a list. next: the cursor of the rows after them, None where there are none."""

    rows: tuple[Any, ...]
    limit: int
    next: str | None


def part_of(actor: Actor, one: Listing, day: date, query: Mapping[str, str], limit: int, narrow: Q) -> Part:
    """The next ``limit`` rows. query: as for ``rows_of``, and ``after``, the cursor of the previous page. narrow:
    an additional filter.
    """
    wanted = query.get("order", "")
    order = order_of(one, wanted)
    found = rows_of(actor, one, day, query).filter(narrow)
    if query.get("after"):
        found = found.filter(order.beyond(*_read(one, order, wanted, query["after"])))
    rows = list(found[: limit + 1])
    more = len(rows) > limit
    return Part(tuple(rows[:limit]), limit, _written(order, wanted, rows[limit - 1]) if more else None)


def _written(order: Order, wanted: str, row: Any) -> str:
    value = order.value_of(row)
    plain = value.isoformat() if isinstance(value, date | datetime) else value
    kept = plain if plain is None or isinstance(plain, int) else str(plain)
    return base64.urlsafe_b64encode(json.dumps([wanted, kept, row.pk]).encode()).decode().rstrip("=")


def _read(one: Listing, order: Order, wanted: str, cursor: str) -> tuple[Any, int]:
    """Value and id of the row that a cursor names. Raises InputError if it is not a cursor of this list and order."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        named, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if named != wanted or isinstance(pk, bool) or not isinstance(pk, int) or not 0 <= pk < 2**63:
            raise ValueError("of another order")
        if order.column and value is not None:
            found = field_at(one.model, order.column)
            value = (found.target_field if isinstance(found, ForeignKey) else found).to_python(value)
    except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError, OverflowError) as error:
        raise refuse(
            "bad_cursor",
            "after",
            cursor[:80],
            Text("不是本列表这一排序的位置标记", "not a cursor of this list in this order"),
            Text(
                "请原样填写上一页答复中的 next，排序不变", "Repeat `next` of the answer before, in the same order"
            ),
        ) from error
    return value, pk
