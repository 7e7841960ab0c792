"""Compiles numeric functions, with or without a cache on disk."""

from collections.abc import Callable
from typing import Any


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled by Numba, cached on disk if there is a folder for it.

    A service that has no home directory and cannot write to the program folder compiles once per process.
    """
    from numba import njit

    try:
        return njit(cache=True)(function)
    except RuntimeError as error:
        if "cache" not in str(error):
            raise
        return njit(function)
