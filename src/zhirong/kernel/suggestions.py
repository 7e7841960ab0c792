"""Suggests the known name that a misspelled name probably means."""

from collections.abc import Iterable


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known name closest to the misspelled ``written``, or None if no name is close enough. Close means at most
    one changed letter for every four written (at least one); two swapped letters count as one change, and the first
    letter must match the first or second. A longer name that merely contains a known one does not match.
    """
    best: str | None = None
    least = max(1, len(written) // 4) + 1
    for name in known:
        if abs(len(name) - len(written)) < least and written[:1] in (name[:1], name[1:2]):
            changes = _changes(written, name)
            if changes < least:
                best, least = name, changes
    return best


def _changes(one: str, other: str) -> int:
    """The number of letters inserted, deleted, replaced or swapped with their neighbour to turn one name into the
    other.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        before, last, row = row, before, [place]
        for column, wanted in enumerate(other, 1):
            changed = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != wanted))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == wanted:
                changed = min(changed, last[column - 2] + 1)
            row.append(changed)
    return row[-1]
