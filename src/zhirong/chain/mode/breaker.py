"""Circuit breakers and leverage: when new lending under a mode pauses and resumes, and whether a bank lends enough."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.mode.loss import Pause
from zhirong.chain.mode.model import Breaker, Mode
from zhirong.kernel.money import Fen, quantise_rate, round_fen


@dataclass(frozen=True, slots=True)
class PoolEvent:
    """What happened in a pool on one day: principal that entered, and losses (recoveries are negative), in fen."""

    day: date
    lender: str
    entered: Fen = 0
    loss: Fen = 0


def pauses(mode: Mode, events: Sequence[PoolEvent]) -> tuple[Pause, ...]:
    """When new lending was paused, by every breaker of ``mode``.

    The ratio is the losses of a calendar year over the principal entered in that year. It trips above the threshold,
    not at it; the pause begins the day after, so that loans of the day itself still count. It ends when the ratio has
    come back to where the file lets it resume, or with the year where the file says so.
    """
    found: list[Pause] = []
    for breaker in mode.breakers:
        for lender in sorted({event.lender for event in events}) if breaker.per_lender else [""]:
            own = [event for event in events if lender in ("", event.lender)]
            found += _pauses(breaker, lender, sorted(own, key=lambda event: event.day))
    return tuple(sorted(found, key=lambda pause: (pause.first, pause.lender)))


def _pauses(breaker: Breaker, lender: str, events: Sequence[PoolEvent]) -> list[Pause]:
    entered: dict[int, Fen] = defaultdict(int)
    lost: dict[int, Fen] = defaultdict(int)
    found: list[Pause] = []
    begun: tuple[date, Decimal] | None = None
    for event in events:
        year = event.day.year
        if begun is not None and breaker.resume_next_year and year > begun[0].year:
            found.append(Pause(lender, begun[0], date(begun[0].year, 12, 31), begun[1]))
            begun = None
        entered[year] += event.entered
        lost[year] += event.loss
        ratio = _ratio(lost[year], entered[year])
        if begun is None and ratio > breaker.above:
            begun = (event.day + timedelta(days=1), quantise_rate(ratio, 6))
        elif begun is not None and ratio <= breaker.resume_at:
            found.append(Pause(lender, begun[0], event.day, begun[1]))
            begun = None
    if begun is not None:
        last = date(begun[0].year, 12, 31) if breaker.resume_next_year else None
        found.append(Pause(lender, begun[0], last, begun[1]))
    return found


def _ratio(lost: Fen, entered: Fen) -> Fraction:
    if entered == 0:
        return Fraction(0) if lost <= 0 else Fraction(10**9)  # a loss without new loans is above any threshold
    return Fraction(lost, entered)


def lending_owed(mode: Mode, committed: Fen) -> Fen:
    """How much a partner bank has to lend, at least, for the part of the fund committed to it.

    Raises ValueError for a mode whose file states no leverage.
    """
    if mode.fund is None or mode.fund.leverage is None:
        raise ValueError("this mode states no leverage")
    return round_fen(committed * mode.fund.leverage)


def lending_shortfall(mode: Mode, committed: Fen, lent: Fen) -> Fen:
    """How much less than it has to a partner bank has lent; zero if it has lent enough."""
    return max(0, lending_owed(mode, committed) - lent)
