"""Schedules of 10,000 level-payment loans of 36 months in exact fen, beside QuantLib, numpy-financial and NumPy.

The peers compute in floats and do not round, so that their rows may differ from ours by what rounding to fen adds
up to over 36 months; that is the bound to which every row is compared. One row in a hundred is also compared with
the schedule that the rest of the program uses, to the fen. NumPy is measured twice: with one loan a row, as a table of
schedules is written, and with one month a row, which suits it (and us) far better and is close to what memory allows.
"""

import os
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from bench.measure import Measurement, best_of, peak_memory_mib
from zhirong.chain.loan.arrays import RATE_SCALE, LevelSchedules, level_schedule_blocks, level_schedules
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.days import WorkingDays, add_months

LOANS = 10_000
MONTHS = 36
MANY = int(os.environ.get("ZHIRONG_BENCH_LOANS", "1000000"))
TIMES_QUANTLIB = 600
TIMES_NUMPY = 3
_MONTHLY = 12 * RATE_SCALE
# Each row's interest may be half a fen off and each payment half a fen; 36 rows of both add up to this, in fen.
_BOUND = MONTHS


def run() -> list[Measurement]:
    """Every peer on the same loans, then a million loans in blocks."""
    principal, rate, months = _loans(LOANS)
    first = level_schedules(principal, rate, months)
    exact = _agree_with_schedule(first, principal, rate)
    ours, made = best_of(lambda: level_schedules(principal, rate, months, first), 30)
    fresh, _ = best_of(lambda: level_schedules(principal, rate, months), 15)
    results = []
    peers = (
        ("QuantLib, a sinking schedule a loan", lambda: _quantlib(principal, rate), 1, TIMES_QUANTLIB),
        ("numpy-financial, ipmt and ppmt", lambda: _numpy_financial(principal, rate), 2, None),
        (
            "plain NumPy recurrence in floats, one loan a row",
            lambda: _numpy_by_loan(principal, rate),
            15,
            TIMES_NUMPY,
        ),
        ("NumPy recurrence in floats, one month a row like ours", lambda: _numpy(principal, rate, None), 15, None),
    )
    for name, work, repeats, wanted in peers:
        seconds, answer = best_of(work, repeats)
        worst = _worst(made, answer)
        goal = "for comparison" if wanted is None else f"at least {wanted} times"
        results.append(
            Measurement(
                work=_headline(fresh),
                peer=name,
                ours=ours,
                theirs=seconds,
                goal=goal,
                met=worst <= _BOUND and (wanted is None or seconds >= wanted * ours),
                answers=f"rows differ by {worst:.1f} fen at most (bound {_BOUND}); {exact} loans equal to the fen",
            )
        )
    kept = tuple(np.empty((MONTHS, LOANS)) for _ in range(3))
    seconds, answer = best_of(lambda: _numpy(principal, rate, kept), 30)
    results.append(
        Measurement(
            work=_headline(fresh),
            peer="NumPy recurrence in floats, one month a row, its arrays reused too",
            ours=ours,
            theirs=seconds,
            goal="for comparison",
            met=_worst(made, answer) <= _BOUND,
            answers=f"with fresh arrays every time ours takes {fresh * 1000:.2f} ms: fresh memory is most of it",
        )
    )
    results.append(_million())
    return results


def _headline(fresh: float) -> str:
    """What was measured, and what the same work takes where the answer needs new memory every time."""
    return (
        f"{LOANS:,} level-payment schedules of {MONTHS} months in exact fen, arrays reused"
        f" ({fresh * 1000:.2f} ms with fresh arrays)"
    )


def _loans(count: int) -> tuple[Any, Any, Any]:
    chance = np.random.default_rng(20260101)
    principal = chance.integers(10_000_00, 10_000_000_00, count)
    rate = chance.integers(30_000, 90_000, count)
    return principal, rate, np.full(count, MONTHS)


def _agree_with_schedule(made: LevelSchedules, principal: Any, rate: Any) -> int:
    calendar = WorkingDays(frozenset(), frozenset(), frozenset())
    start = date(2026, 1, 15)
    compared = range(0, LOANS, 100)
    for loan in compared:
        terms = LoanTerms(
            principal=int(principal[loan]),
            start=start,
            end=add_months(start, MONTHS),
            method=Method.LEVEL_PAYMENT,
            rate=FixedRate(Decimal(int(rate[loan])) / RATE_SCALE),
        )
        for month, row in enumerate(schedule(terms, calendar).rows):
            ours = (made.interest[month, loan], made.principal[month, loan], made.closing[month, loan])
            if ours != (row.interest, row.principal, row.closing):
                raise AssertionError(f"loan {loan}, month {month}: {ours} is not {row}")
    return len(compared)


def _quantlib(principal: Any, rate: Any) -> tuple[Any, Any]:
    import QuantLib as ql  # noqa: N813 - the name that its own documentation uses

    term, closing = ql.Period(MONTHS, ql.Months), np.empty((MONTHS, LOANS))
    for loan in range(LOANS):
        left = ql.sinkingNotionals(term, ql.Monthly, rate[loan] / RATE_SCALE, float(principal[loan]))
        closing[:, loan] = left[1:]
    opening = np.vstack([principal, closing[:-1]])
    return opening * rate / _MONTHLY, closing


def _numpy_financial(principal: Any, rate: Any) -> tuple[Any, Any]:
    import numpy_financial

    month = np.arange(1, MONTHS + 1)[:, None]
    interest = -numpy_financial.ipmt(rate / _MONTHLY, month, MONTHS, principal)
    repaid = -numpy_financial.ppmt(rate / _MONTHLY, month, MONTHS, principal)
    return interest, principal - np.cumsum(repaid, axis=0)


def _numpy(principal: Any, rate: Any, kept: tuple[Any, ...] | None) -> tuple[Any, Any]:
    monthly = rate / _MONTHLY
    owed = principal.astype(float)
    payment = owed * monthly / (1 - (1 + monthly) ** -MONTHS)
    interest, repaid, closing = kept or tuple(np.empty((MONTHS, LOANS)) for _ in range(3))
    for month in range(MONTHS):
        due = owed * monthly
        part = payment - due
        owed = owed - part
        interest[month], repaid[month], closing[month] = due, part, owed
    return interest, closing


def _numpy_by_loan(principal: Any, rate: Any) -> tuple[Any, Any]:
    monthly = rate / _MONTHLY
    owed = principal.astype(float)
    payment = owed * monthly / (1 - (1 + monthly) ** -MONTHS)
    interest, repaid, closing = (np.empty((LOANS, MONTHS)) for _ in range(3))
    for month in range(MONTHS):
        interest[:, month] = owed * monthly
        repaid[:, month] = payment - interest[:, month]
        owed = owed - repaid[:, month]
        closing[:, month] = owed
    return interest.T, closing.T


def _worst(made: LevelSchedules, answer: tuple[Any, Any]) -> float:
    interest, closing = answer
    return float(max(np.abs(made.interest - interest).max(), np.abs(made.closing - closing).max()))


def _million() -> Measurement:
    principal, rate, months = _loans(MANY)

    def work() -> int:
        return sum(int(block.interest.sum()) for block in level_schedule_blocks(principal, rate, months))

    def float_work() -> float:
        monthly = rate / _MONTHLY
        payment = principal * monthly / (1 - (1 + monthly) ** -MONTHS)
        owed, total = principal.astype(float), 0.0
        for _ in range(MONTHS):
            due = owed * monthly
            total += float(due.sum())
            owed -= payment - due
        return total

    before = peak_memory_mib()
    ours, exact = best_of(work, 2)
    memory = peak_memory_mib() - before
    theirs, near = best_of(float_work, 2)
    return Measurement(
        work=f"{MANY:,} schedules in blocks of 50,000, interest of all rows summed, to the fen",
        peer="plain NumPy recurrence in floats that keeps no rows",
        ours=ours,
        theirs=theirs,
        goal="for comparison; memory stated",
        met=abs(exact - near) <= 1e-6 * near,
        answers=f"{exact / 100:,.2f} yuan of interest, floats say {near / 100:,.2f}; {memory:.0f} MiB more at the peak",
    )
