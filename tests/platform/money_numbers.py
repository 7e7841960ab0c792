"""Amounts that come out of the API as numbers: there must be none, for nobody can tell whether a number means yuan or fen."""

from collections.abc import Iterator
from typing import Any

from zhirong.api.objects import SHOWN, _fields, with_yuan

# No other number of a small platform is as large: ids, days, points, years and rates are smaller, amounts in fen larger.
_LARGE = 10_000
_COUNTS = {"paths", "size"}  # of a simulation; of a file


def large_numbers(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of an answer that can only be amounts, with their places."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            if name not in _COUNTS:
                yield from large_numbers(inner, f"{path}.{name}")
    elif isinstance(value, int | float) and value >= _LARGE:
        yield path, value


def amounts_as_numbers() -> list[tuple[str, float]]:
    """Those of every object in the store, as the API shows it to a reader who sees all of its columns."""
    found = []
    for noun, shown in SHOWN.items():
        for row in shown.model._default_manager.all():
            for column in _fields(noun, shown):
                value = with_yuan(noun, column.name, getattr(row, column.attribute))
                if not isinstance(value, int):
                    found += large_numbers(value, f"{noun}/{row.pk}.{column.name}")
    return found
