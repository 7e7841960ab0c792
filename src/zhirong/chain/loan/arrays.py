"""Level-payment schedules for whole arrays of loans, in exact fen: the same rows as ``schedule`` gives one by one.

They cover the common case: monthly payments, interest by whole months at one fixed rate, no shift of amounts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zhirong.chain.loan.term_checks import MOST_PRINCIPAL
from zhirong.chain.loan.terms import MOST_MONTHS
from zhirong.kernel.array_columns import demand_one_index, entries_of
from zhirong.kernel.money import round_fen

Whole = NDArray[np.int64]

# Yearly rates are counted in millionths (0.0435 is 43,500), which is a hundredth of a basis point.
RATE_SCALE = 1_000_000
_MONTHLY_SCALE = 12 * RATE_SCALE
_LARGEST = 2**62
_TILE = 512  # loans processed together: their balances stay in the processor's nearest cache
# Relative error allowed for the payment in floats; it is some 10^-15, and a closer call is settled exactly.
_FLOAT_ERROR = 1e-12


@dataclass(frozen=True, slots=True)
class LevelSchedules:
    """Schedules side by side: one month per row, one loan per column, whole fen.

    payment: the level payment of each loan. interest, principal: due each month. closing: the balance after it.
    Months after a loan's last one are zero.
    """

    payment: Whole
    interest: Whole
    principal: Whole
    closing: Whole


def level_schedules(
    principal: ArrayLike, millionths: ArrayLike, months: ArrayLike, out: LevelSchedules | None = None
) -> LevelSchedules:
    """Calculate the schedules of level-payment loans.

    principal: fen lent. millionths: yearly rate in millionths (0.0435 is 43,500). months: number of payments. Each
    is a column of whole numbers with one entry per loan: an array, a list or a Series. out: the result of an
    earlier call for the same number of loans and months, which is overwritten, because fresh memory costs more time
    than the calculation. Raises ValueError for columns of different length, for numbers that are not whole, for
    values that a single loan would be rejected for, and for amounts that do not fit into 64 bits.
    """
    principal, millionths, months = _columns(principal, millionths, months)
    payment = _payments(principal, millionths, months)
    shape = (int(months.max(initial=0)), len(principal))
    if out is None:
        interest, repaid, closing = (np.empty(shape, dtype=np.int64) for _ in range(3))
    elif out.interest.shape == shape:
        interest, repaid, closing = out.interest, out.principal, out.closing
    else:
        raise ValueError(f"the arrays to be overwritten are {out.interest.shape}, not {shape}")
    _kernel()(principal, millionths, months, payment, interest, repaid, closing)
    return LevelSchedules(payment, interest, repaid, closing)


def level_schedule_blocks(
    principal: ArrayLike, millionths: ArrayLike, months: ArrayLike, block: int = 50_000
) -> Iterator[LevelSchedules]:
    """Calculate the schedules in blocks of loans, so that a portfolio of any size needs the memory of one block.

    The next block may overwrite the arrays: copy the needed values before continuing.
    """
    principal, millionths, months = _columns(principal, millionths, months)
    made: LevelSchedules | None = None
    for start in range(0, len(principal), block):
        part = slice(start, start + block)
        fits = made is not None and made.interest.shape == (int(months[part].max()), len(principal[part]))
        made = level_schedules(principal[part], millionths[part], months[part], made if fits else None)
        yield made


def level_payments(principal: ArrayLike, millionths: ArrayLike, months: ArrayLike) -> Whole:
    """Return the level payment of each loan: P·i ÷ (1 - (1 + i)^-n), rounded halves up to whole fen, exactly.

    Columns and errors are those of ``level_schedules``.
    """
    return _payments(*_columns(principal, millionths, months))


def _payments(principal: Whole, millionths: Whole, months: Whole) -> Whole:
    """Return the level payments of checked columns.

    Floats decide where they are far enough from a half; the few close cases are calculated exactly.
    """
    monthly = millionths / _MONTHLY_SCALE
    with np.errstate(divide="ignore", invalid="ignore"):
        approximate = principal * monthly / -np.expm1(-months * np.log1p(monthly))
    approximate = np.where(millionths == 0, principal / months, approximate)
    rounded = np.floor(approximate + 0.5)
    doubtful = np.abs(np.abs(approximate - rounded) - 0.5) <= np.maximum(approximate * _FLOAT_ERROR, 1e-9)
    payment = rounded.astype(np.int64)
    for index in np.flatnonzero(doubtful):
        payment[index] = _exact_payment(int(principal[index]), int(millionths[index]), int(months[index]))
    return payment


def _exact_payment(principal: int, millionths: int, months: int) -> int:
    if millionths == 0:
        return round_fen(Fraction(principal, months))
    rate = Fraction(millionths, _MONTHLY_SCALE)
    return round_fen(principal * rate / (1 - (1 + rate) ** -months))


def _columns(principal: ArrayLike, millionths: ArrayLike, months: ArrayLike) -> tuple[Whole, Whole, Whole]:
    """Return the three columns as whole numbers. Raises ValueError naming the first invalid one."""
    demand_one_index({"principal": principal, "millionths": millionths, "months": months})
    lent = _whole("principal", principal, "fen", 1, MOST_PRINCIPAL)
    rates = _whole("millionths", millionths, "millionths a year (0.0435 is 43,500)", 0, RATE_SCALE)
    times = _whole("months", months, "months", 1, MOST_MONTHS)
    if not len(lent) == len(rates) == len(times):
        raise ValueError(
            f"the columns must have one entry per loan; they have {len(lent)}, {len(rates)} and {len(times)}"
        )
    if len(lent) and int(lent.max()) * max(int(rates.max()), 1) >= _LARGEST // 2:
        raise ValueError("principal × rate is too large for 64 bits")
    return lent, rates, times


def _whole(name: str, values: ArrayLike, unit: str, least: int, most: int) -> Whole:
    """Return a column of whole numbers between two bounds."""
    column = entries_of(name, values)
    if column.ndim != 1:
        raise ValueError(f"{name}: give one column with one entry per loan, not {column.ndim} dimensions")
    if column.size == 0:
        return column.astype(np.int64)
    listed_whole = column.dtype == object and all(type(value) is int for value in column)
    if not (np.issubdtype(column.dtype, np.integer) or listed_whole):
        raise ValueError(f"{name}: give whole numbers of {unit}, not {column.dtype} such as {column[0]}")
    lowest, highest = int(column.min()), int(column.max())
    if lowest < least or highest > most:
        wrong = lowest if lowest < least else highest
        raise ValueError(f"{name}: {wrong} is not between {least} and {most} {unit}")
    return column.astype(np.int64, copy=False)


@cache
def _kernel() -> Any:
    """Return the compiled walk over loans and months. Numba is imported here because it starts slowly."""
    from zhirong.kernel.compiled import compiled

    half, whole = _MONTHLY_SCALE // 2, _MONTHLY_SCALE
    inverse = 1 / _MONTHLY_SCALE

    @compiled
    def walk(
        principal: Whole,
        millionths: Whole,
        months: Whole,
        payment: Whole,
        interest: Whole,
        repaid: Whole,
        closing: Whole,
    ) -> None:
        owed_here = np.empty(_TILE, np.int64)
        for start in range(0, principal.shape[0], _TILE):
            stop = min(start + _TILE, principal.shape[0])
            owed, rate = owed_here[: stop - start], millionths[start:stop]
            level, last = payment[start:stop], months[start:stop]
            owed[:] = principal[start:stop]
            for month in range(interest.shape[0]):
                due_out, part_out = interest[month, start:stop], repaid[month, start:stop]
                left_out = closing[month, start:stop]
                for loan in range(stop - start):
                    exact = owed[loan] * rate[loan] + half
                    # The quotient in floats is off by at most one; the remainder, in whole numbers, decides.
                    due = np.int64(np.float64(exact) * inverse)
                    rest = exact - due * whole
                    due += np.int64(rest >= whole) - np.int64(rest < 0)
                    part = min(max(level[loan] - due, 0), owed[loan])
                    part = owed[loan] if last[loan] - 1 == month else part
                    due_out[loan] = due
                    part_out[loan] = part
                    left = owed[loan] - part
                    owed[loan] = left
                    left_out[loan] = left

    return walk
