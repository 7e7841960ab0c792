"""Caching results by the identity of an immutable record, without comparing its fields."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Same(Generic[T]):
    """A key for ``functools.lru_cache`` that is equal only for the same object, which it keeps alive. Hashing every
    field of a mode costs more than the cached result saves.
    """

    __slots__ = ("it",)

    def __init__(self, it: T) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it
