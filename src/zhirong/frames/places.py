"""Maps a problem of a list of tables to its place in the original table."""

from dataclasses import replace

from zhirong.kernel.errors import Problem


def place_in(field: str, name: str) -> tuple[int, str | None]:
    """``loan[3].amount`` as row 2 (from 0) and ``amount``; anything else as row 0 and None."""
    head, _, rest = field.partition(".")
    if not head.startswith(f"{name}["):
        return 0, None
    return int(head[len(name) + 1 : -1]) - 1, rest


def renamed(problem: Problem, field: str) -> Problem:
    """Return the problem with another name of its field."""
    return replace(problem, field=field)
