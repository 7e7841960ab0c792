"""Columns over time as positions in one drawing, for the component ``c-bars``; the table with the amounts stands
below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from zhirong.kernel.money import Fen

_GAP = 0.2  # of the width of a column
_LEAST = 0.8  # per cent of the height, for an amount that would vanish beside the largest


@dataclass(frozen=True, slots=True)
class BarPart:
    """One part of a column, from above in per cent. kind: its class, such as ``s1``."""

    kind: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One column: its place in per cent, and its parts from the bottom."""

    x: str
    width: str
    parts: tuple[BarPart, ...]


def bars_of(columns: Sequence[Sequence[tuple[str, Fen]]]) -> tuple[Bar, ...]:
    """Place columns of parts (class, amount) on one scale: the largest column fills the height."""
    most = max((sum(amount for _, amount in parts) for parts in columns), default=0)
    if most <= 0:
        return ()
    step = 100 / len(columns)
    return tuple(
        Bar(f"{step * (at + _GAP / 2):.2f}%", f"{step * (1 - _GAP):.2f}%", _parts(parts, most))
        for at, parts in enumerate(columns)
    )


def _parts(parts: Sequence[tuple[str, Fen]], most: Fen) -> tuple[BarPart, ...]:
    found, top = [], 100.0
    for kind, amount in parts:
        if amount > 0:
            height = max(_LEAST, 100 * amount / most)
            top -= height
            found.append(BarPart(kind, f"{max(0.0, top):.2f}%", f"{height:.2f}%"))
    return tuple(found)
