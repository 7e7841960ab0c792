"""Circuit breakers and leverage: when new lending under a mode pauses and resumes, and whether a bank lends enough."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from zhirong.chain.mode.loss import Pause
from zhirong.chain.mode.model import Breaker, Mode
from zhirong.kernel.money import Fen, quantise_rate, round_fen


@dataclass(frozen=True, slots=True)
class PoolEvent:
    """The changes of a pool on one day in fen: principal entered, and losses (recoveries are negative)."""

    day: date
    lender: str
    entered: Fen = 0
    loss: Fen = 0


def pauses(mode: Mode, events: Sequence[PoolEvent]) -> tuple[Pause, ...]:
    """Return the periods in which new lending was paused, for every breaker of ``mode``.

    The ratio is the losses of a calendar year over the principal entered in that year. The breaker trips above the
    threshold, not at it. The pause begins the day after, so that loans of the day itself still count. It ends when
    the ratio has fallen to the file's ``resume_at``, or with the year where the file says so. A loss in a year
    without any entered principal has no ratio and counts as above any threshold (assumed; no rule says).
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
    tripped: tuple[date, Decimal | None] | None = None
    for day, of_day in groupby(events, key=lambda event: event.day):
        for event in of_day:  # All events of one day count together, in whatever order they are written.
            entered[day.year] += event.entered
            lost[day.year] += event.loss
        if tripped is not None and breaker.resume_next_year and day.year > tripped[0].year:
            found += _pause(lender, *tripped, date(tripped[0].year, 12, 31))
            tripped = None
        ratio = _ratio(lost[day.year], entered[day.year])
        if tripped is None and (ratio is None or ratio > breaker.above):
            tripped = (day, None if ratio is None else quantise_rate(ratio, 6))
        elif tripped is not None and ratio is not None and ratio <= breaker.resume_at:
            found += _pause(lender, *tripped, day)
            tripped = None
    if tripped is not None:
        last = date(tripped[0].year, 12, 31) if breaker.resume_next_year else None
        found += _pause(lender, *tripped, last)
    return found


def _pause(lender: str, tripped: date, ratio: Decimal | None, last: date | None) -> list[Pause]:
    """Return the pause that starts the day after the breaker tripped; None if it would end on the day itself."""
    first = tripped + timedelta(days=1)
    return [] if last is not None and last < first else [Pause(lender, first, last, ratio)]


def _ratio(lost: Fen, entered: Fen) -> Fraction | None:
    """None: there is a loss but no entered principal to divide it by."""
    if entered == 0:
        return Fraction(0) if lost <= 0 else None
    return Fraction(lost, entered)


def lending_owed(mode: Mode, committed: Fen) -> Fen:
    """Return the minimum that a partner bank has to lend for the part of the fund committed to it.

    Raises ValueError for a mode whose file states no leverage.
    """
    if mode.fund is None or mode.fund.leverage is None:
        raise ValueError("this mode states no leverage")
    return round_fen(committed * mode.fund.leverage)


def lending_shortfall(mode: Mode, committed: Fen, lent: Fen) -> Fen:
    """Return a partner bank's shortfall against its minimum lending; zero if it has lent enough."""
    return max(0, lending_owed(mode, committed) - lent)
