"""Columns that a program hands over as arrays, before their numbers are checked."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


def differing_index(columns: Mapping[str, object]) -> tuple[str, str] | None:
    """Return the names of two pandas Series whose indexes differ; None if there are none. pandas pairs rows by
    index, arrays by position. If the two differ, the intended order is unknown.
    """
    series: list[tuple[str, Any]] = [(name, column) for name, column in columns.items() if _is_series(column)]
    for name, column in series[1:]:
        first, other = series[0]
        if not column.index.equals(other.index):
            return first, name
    return None


def demand_one_index(columns: Mapping[str, object]) -> None:
    """Raise ValueError if two of the columns are pandas Series with different indexes."""
    apart = differing_index(columns)
    if apart is not None:
        raise ValueError(
            f"{apart[0]} and {apart[1]}: the two Series have different indexes; align them "
            "(reset_index(drop=True) pairs rows by place)"
        )


def _is_series(column: Any) -> Any:
    return type(column).__module__.partition(".")[0] == "pandas" and hasattr(column, "index")


def entries_of(name: str, values: object) -> NDArray[Any]:
    """Return a column as an array. Raises ValueError for entries that an array would hide: a masked entry, which
    would count as its old value, and a truth value in a list of numbers, which would count as 0 or 1.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        missing = int(np.flatnonzero(np.ma.getmaskarray(values))[0])
        raise ValueError(f"{name}: row {missing} is missing")
    if isinstance(values, list | tuple):
        flags = [isinstance(value, bool | np.bool_) for value in values]
        if any(flags) and not all(flags):
            raise ValueError(f"{name}: row {flags.index(True)} is a truth value, not a number")
    return np.asarray(values)
