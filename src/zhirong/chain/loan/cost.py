"""The cost of money as one yearly rate: the internal rate of return of dated cash flows."""

import math
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from zhirong.kernel.money import Fen

# Rates outside -99 % to +10,000 % a year are not searched: no firm pays such a rate.
LOWEST_RATE = -0.99
HIGHEST_RATE = 100.0

_DAYS_A_YEAR = 365
_PLACES = 12


def internal_rate(flows: Sequence[tuple[date, Fen]]) -> Decimal | None:
    """Return the effective annual rate x with Σ flow ÷ (1 + x)^(days ÷ 365) = 0, to twelve places.

    Receipts are positive and payments negative, or the other way round. None if no rate or more than one between
    ``LOWEST_RATE`` and ``HIGHEST_RATE`` solves it; ``internal_rates`` then lists the solutions.
    """
    rates = internal_rates(flows)
    return rates[0] if len(rates) == 1 else None


def internal_rates(flows: Sequence[tuple[date, Fen]]) -> tuple[Decimal, ...]:
    """Return every effective annual rate between the bounds at which the present value of the flows is zero, lowest
    first.

    Descartes' rule of signs holds for sums of real powers: there are at most as many roots as changes of sign in
    the flows ordered by day. With f(y) = Σ a·exp(-t·y) and s between the two days of a change of sign, the
    derivative of exp(s·y)·f has one change fewer; between its roots exp(s·y)·f is monotone, so bisection finds
    every root (Laguerre's proof of the rule, used as an algorithm).
    """
    by_day: dict[date, Fen] = {}
    for day, amount in flows:
        by_day[day] = by_day.get(day, 0) + amount
    terms = [(day, amount) for day, amount in sorted(by_day.items()) if amount != 0]
    if not terms:
        return ()
    first = terms[0][0]
    times = [(day - first).days / _DAYS_A_YEAR for day, _ in terms]
    scale = max(abs(amount) for _, amount in terms)
    amounts = [amount / scale for _, amount in terms]
    roots = _roots(amounts, times, math.log1p(LOWEST_RATE), math.log1p(HIGHEST_RATE))
    return tuple(round(Decimal(math.expm1(root)), _PLACES) for root in roots)


def _roots(amounts: Sequence[float], times: Sequence[float], low: float, high: float) -> list[float]:
    """Return the roots in y of Σ a·exp(-t·y) between two bounds, ascending. No amount may be zero."""
    turns = [
        (before + after) / 2
        for before, after, one, other in zip(times, times[1:], amounts, amounts[1:], strict=False)
        if one * other < 0
    ]
    if not turns:
        return []
    pivot = turns[0]

    def value(y: float) -> float:
        return math.fsum(a * math.exp((pivot - t) * y) for a, t in zip(amounts, times, strict=True))

    slopes = [a * (pivot - t) for a, t in zip(amounts, times, strict=True)]
    fences = [low, *_roots(slopes, times, low, high), high]
    roots: list[float] = []
    for left, right in zip(fences, fences[1:], strict=False):
        root = _bisect(value, left, right)
        if root is not None and (not roots or root - roots[-1] > 1e-12):
            roots.append(root)
    return roots


def _bisect(value: Callable[[float], float], left: float, right: float) -> float | None:
    at_left, at_right = value(left), value(right)
    if at_left == 0:
        return left
    if at_right == 0:
        return right
    if (at_left > 0) == (at_right > 0):
        return None
    while True:
        middle = (left + right) / 2
        if middle in (left, right):
            return middle
        if (value(middle) > 0) == (at_left > 0):
            left = middle
        else:
            right = middle
