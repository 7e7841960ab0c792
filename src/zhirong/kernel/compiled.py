"""Compiling numeric functions, with or without a place to keep what was compiled."""

from collections.abc import Callable
from typing import Any


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled by Numba, kept on the disk where there is a folder for it.

    A service without a home, whose program folder it may not write to, has none: it compiles once in each process.
    """
    from numba import njit

    try:
        return njit(cache=True)(function)
    except RuntimeError as error:
        if "cache" not in str(error):
            raise
        return njit(function)
