"""Remembering what depends on a record that never changes, without comparing the record part by part."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A key for ``functools.lru_cache`` that is equal only for the very same object, which it keeps alive.

    Hashing a mode or a sharing part by part costs more than what is remembered of it.
    """

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it
