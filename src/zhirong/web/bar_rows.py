"""Horizontal bars on one scale as positions in drawings, for the component ``c-stack``; the text next to them gives
the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class RowPart:
    """One part of a bar, from the left in per cent. kind: its class, such as ``s1``."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar. amount: the total of its parts, in fen. about: the text next to it on the page."""

    title: Text
    amount: Fen
    parts: tuple[RowPart, ...]
    about: Any = None


@dataclass(frozen=True, slots=True)
class SwingRow:
    """The value with one input at its low and at its high end, in fen."""

    title: Text
    low: Fen
    high: Fen
    parts: tuple[RowPart, ...]


@dataclass(frozen=True, slots=True)
class Swings:
    """What moves a value, the widest first. tick: the place of the present value."""

    rows: tuple[SwingRow, ...]
    tick: str


def stacked(rows: Sequence[tuple[Text, Sequence[tuple[str, Fen]], Any]]) -> tuple[BarRow, ...]:
    """Place bars of parts (class, amount) on one scale: the largest bar fills the width."""
    most = max((sum(amount for _, amount in parts) for _, parts, _ in rows), default=0)
    return tuple(
        BarRow(title, sum(amount for _, amount in parts), _placed(parts, most), about)
        for title, parts, about in rows
    )


def swings_of(inputs: Sequence[tuple[Text, Fen, Fen]], base: Fen) -> Swings:
    """Place the value at both ends of each input around the present value, the widest first."""
    ordered = sorted(inputs, key=lambda one: -abs(one[2] - one[1]))
    ends = [base, *(end for _, *both in ordered for end in both)]
    first, scale = min(ends), (max(ends) - min(ends)) or 1
    rows = []
    for title, low, high in ordered:
        parts = (_between("s2", low, base, first, scale), _between("s1", high, base, first, scale))
        rows.append(SwingRow(title, low, high, parts))
    return Swings(tuple(rows), _percent(base - first, scale))


def _between(kind: str, end: Fen, base: Fen, first: Fen, scale: Fen) -> RowPart:  # noqa: PLR0913 - a place and its scale
    return RowPart(kind, _percent(min(end, base) - first, scale), _percent(abs(end - base), scale))


def _placed(parts: Sequence[tuple[str, Fen]], most: Fen) -> tuple[RowPart, ...]:
    found, at = [], 0
    for kind, amount in parts:
        if amount > 0:
            found.append(RowPart(kind, _percent(at, most), _percent(amount, most)))
            at += amount
    return tuple(found)


def _percent(part: Fen, whole: Fen) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"
