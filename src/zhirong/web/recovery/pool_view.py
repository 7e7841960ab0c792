"""A payer's pool for its pages: the room under each limit as a meter, the balance over time, the claims by state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.default.claim_states import CLAIM_WORDS, CLAIMS_ENDED, ClaimState
from zhirong.chain.default.pool_figures import PoolFigureKind
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text
from zhirong.operations.recovery.pool_meters import PoolMeter
from zhirong.store.recovery import PoolFigure
from zhirong.web.bar_chart import Bar, bars_of
from zhirong.web.state_views import StateView

_MOST_DAYS = 24
_FULL = 100.0


@dataclass(frozen=True, slots=True)
class LimitMeter:
    """The use of one limit in fen: a cap of a year, or the ceiling of the payout rate (used: None)."""

    title: Text
    used: Fen | None
    left: Fen
    most: Fen | None

    @property
    def is_full(self) -> bool:
        """Return whether nothing is left."""
        return self.left <= 0


@dataclass(frozen=True, slots=True)
class BreakerMeter:
    """The ratio of a lender and the breaker's threshold, both in per cent as text. width: of the bar."""

    lender: str
    ratio: str
    threshold: str
    width: str
    paused_since: date | None


@dataclass(frozen=True, slots=True)
class PoolView:
    """The pool of one mode."""

    title: Text
    balance: Fen | None
    limits: tuple[LimitMeter, ...]
    breakers: tuple[BreakerMeter, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """The reported balances of all modes together, one column a day of a report, oldest first."""

    bars: tuple[Bar, ...]
    begins: date
    ends: date


def pool_views(meters: Sequence[PoolMeter]) -> tuple[PoolView, ...]:
    """Arrange the meters of a payer for its pages."""
    return tuple(_pool_view(one) for one in meters)


def _pool_view(meter: PoolMeter) -> PoolView:
    limits = [LimitMeter(cap.note, cap.used, cap.left, cap.amount) for cap in meter.caps]
    if meter.ceiling is not None:
        limits.append(LimitMeter(Text("代偿率上限", "payout ceiling"), None, meter.ceiling, None))
    breakers = [
        BreakerMeter(
            name, ratio, meter.threshold or "", _share(ratio, meter.threshold), paused.first if paused else None
        )
        for name, ratio, paused in meter.ratios
    ]
    return PoolView(meter.title, meter.balance, tuple(limits), tuple(breakers))


def _share(ratio: str, threshold: str | None) -> str:
    """Return the width of a ratio's bar, full at the threshold; both are written in per cent, or as a dash."""
    if not threshold or not ratio[:1].isdigit():
        return "0%"
    part, whole = (Fraction(one.removesuffix("%").strip()) for one in (ratio, threshold))
    return f"{min(_FULL, float(100 * part / whole)):.1f}%" if whole else "100%"


def balance_trend(payer: int | None) -> Trend | None:
    """Return the course of the reported balance; None with fewer than two reports. One query."""
    rows = PoolFigure.objects.filter(organisation=payer, kind=PoolFigureKind.BALANCE).order_by("day", "pk")
    known: dict[str, Fen] = {}
    days: dict[date, Fen] = {}
    for mode, day, amount in rows.values_list("mode", "day", "amount"):
        known[mode] = amount
        days[day] = sum(known.values())
    shown = list(days.items())[-_MOST_DAYS:]
    if len(shown) < 2:  # noqa: PLR2004 - one report does not show a trend
        return None
    return Trend(bars_of([[("s1", amount)] for _, amount in shown]), shown[0][0], shown[-1][0])


def claim_views(counts: Mapping[str, int], asked: str) -> list[StateView]:
    """Return the views of the claims: all, and each state that is not an end and has claims."""
    views = [StateView(Text("全部", "All"), "?", sum(counts.values()), not asked)]
    views += [
        StateView(words, f"?state={state.value}", counts[state], asked == state)
        for state, words in CLAIM_WORDS.items()
        if counts.get(state) and state not in CLAIMS_ENDED and isinstance(state, ClaimState)
    ]
    return views
