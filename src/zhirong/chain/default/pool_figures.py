"""The pool figures that its fund reports: the base of the caps, the circuit breaker and the ceiling."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from zhirong.chain.mode.breaker import PoolEvent, pauses
from zhirong.chain.mode.loss import PoolState
from zhirong.chain.mode.model import Mode
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text


class PoolFigureKind(StrEnum):
    """Kinds of figure. BALANCE, FEES: balances at the end of the day. ENTERED, LOST, RECOVERED: changes during the
    day. RELEASED: guarantees whose liability ended in the year up to the day. PAID_OUT: payouts of the year up to
    the day.
    """

    BALANCE = "balance"
    FEES = "fees"
    ENTERED = "entered"
    LOST = "lost"
    RECOVERED = "recovered"
    RELEASED = "released"
    PAID_OUT = "paid_out"


POOL_FIGURE_WORDS: Mapping[PoolFigureKind, Text] = {
    PoolFigureKind.BALANCE: Text("资金池余额", "balance of the fund"),
    PoolFigureKind.FEES: Text("已收费用", "fees collected"),
    PoolFigureKind.ENTERED: Text("当日入库本金", "principal entered on the day"),
    PoolFigureKind.LOST: Text("当日新增损失", "losses of the day"),
    PoolFigureKind.RECOVERED: Text("当日回收", "recoveries of the day"),
    PoolFigureKind.RELEASED: Text("本年已解除担保金额", "guarantees released in the year"),
    PoolFigureKind.PAID_OUT: Text("本年已代偿金额", "payouts of the year"),
}
# Figures of one lender; all others are of the pool.
OF_LENDER = (PoolFigureKind.ENTERED, PoolFigureKind.LOST, PoolFigureKind.RECOVERED)


@dataclass(frozen=True, slots=True)
class PoolFigure:
    """A reported figure. lender: empty for the entire pool. amount: fen."""

    kind: PoolFigureKind
    day: date
    amount: Fen
    lender: str = ""


def pool_state(mode: Mode, figures: Iterable[PoolFigure], as_of: date) -> PoolState:
    """Return the state of the pool from its figures up to ``as_of``. A figure that was never reported sets no
    limit. The latest balance and fees count; changes are added up, and the circuit breaker is tested on their days.
    """
    known = sorted((one for one in figures if one.day <= as_of), key=lambda one: one.day)
    entered: dict[tuple[str, int], Fen] = {}
    for one in known:
        if one.kind is PoolFigureKind.ENTERED:
            key = one.lender, one.day.year
            entered[key] = entered.get(key, 0) + one.amount
    return PoolState(
        balance=_last(known, PoolFigureKind.BALANCE),
        fees=_last(known, PoolFigureKind.FEES),
        entered=entered,
        pauses=pauses(mode, movements(known)),
        figures_open=True,
    )


def movements(figures: Iterable[PoolFigure]) -> list[PoolEvent]:
    """Return the changes in the ratio of the breaker."""
    found = []
    for one in figures:
        if one.kind is PoolFigureKind.ENTERED:
            found.append(PoolEvent(one.day, one.lender, entered=one.amount))
        elif one.kind is PoolFigureKind.LOST:
            found.append(PoolEvent(one.day, one.lender, loss=one.amount))
        elif one.kind is PoolFigureKind.RECOVERED:
            found.append(PoolEvent(one.day, one.lender, loss=-one.amount))
    return found


def ratio_of(figures: Iterable[PoolFigure], lender: str, year: int) -> Fraction | None:
    """Return a year's losses divided by the principal entered in that year, for one lender or (empty) for all; None
    if none was entered.
    """
    of_year = [one for one in movements(figures) if one.day.year == year and lender in ("", one.lender)]
    entered = sum(one.entered for one in of_year)
    return Fraction(sum(one.loss for one in of_year), entered) if entered else None


def _last(known: Iterable[PoolFigure], kind: PoolFigureKind) -> Fen | None:
    amounts = [one.amount for one in known if one.kind is kind]
    return amounts[-1] if amounts else None


def of_year(figures: Iterable[PoolFigure], kind: PoolFigureKind, as_of: date) -> Fen | None:
    """Return the last figure of a kind reported for the year of ``as_of``; None if there is none."""
    known = [one for one in figures if one.kind is kind and one.day.year == as_of.year and one.day <= as_of]
    return max(known, key=lambda one: one.day).amount if known else None
