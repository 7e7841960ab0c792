"""The value interval on a line from 0, for the drawing ``parts/interval.html``."""

from dataclasses import dataclass

from zhirong.kernel.money import Fen

_ROOM = 1.1  # of the line, so that the last amount lies within it


@dataclass(frozen=True, slots=True)
class Interval:
    """P10, P50, P90 in fen, and the credit limit if there is one. places: their positions in per cent of the line."""

    low: Fen
    middle: Fen
    high: Fen
    limit: Fen | None
    places: tuple[str, ...]
    width: str


def interval_of(low: Fen, middle: Fen, high: Fen, limit: Fen | None = None) -> Interval:
    """Place an interval on its line."""
    scale = max(high, limit or 0) * _ROOM or 1
    places = tuple(_percent(one, scale) for one in (low, middle, high, limit or 0))
    return Interval(low, middle, high, limit, places, _percent(high - low, scale))


def _percent(part: Fen, whole: float) -> str:
    return f"{min(100.0, 100 * part / whole):.1f}%"
