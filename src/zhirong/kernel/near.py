"""The name that someone probably meant: near enough to be a slip of the pen, or none at all."""

from collections.abc import Iterable


def nearest(written: str, known: Iterable[str]) -> str | None:
    """The known name that ``written`` is a misspelling of, or None where no name is that near.

    Near is at most one changed letter for each four of the name written (one at least); two letters in the wrong order
    count as one, and the first letter is right or is the second. A longer name that merely contains a known one is no
    misspelling of it.
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
    """Letters put in, left out, replaced, or swapped with their neighbour, to get from one to the other."""
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
