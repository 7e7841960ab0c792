"""Views of a list by state, as tabs with their counts."""

from dataclasses import dataclass

from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class StateView:
    """One view: its filter as a query, its number of rows, and whether it is the current one."""

    title: Text
    query: str
    count: int
    is_current: bool
