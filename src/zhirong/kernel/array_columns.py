"""Columns that a program hands over as arrays, before their numbers are checked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def entries_of(name: str, values: object) -> NDArray[Any]:
    """Return a column as an array. Raises ValueError for what an array would hide: a masked entry, which would count
    as its old value, and a truth value in a list of numbers, which would count as 0 or 1.
    """
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        missing = int(np.flatnonzero(np.ma.getmaskarray(values))[0])
        raise ValueError(f"{name}: row {missing} is missing")
    if isinstance(values, list | tuple):
        flags = [isinstance(value, bool | np.bool_) for value in values]
        if any(flags) and not all(flags):
            raise ValueError(f"{name}: row {flags.index(True)} is a truth value, not a number")
    return np.asarray(values)
