"""The schedules of many loans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.columns import CheckedTable, answer_like
from zhirong.frames.arrays import Arrays
from zhirong.frames.column_lists import LOAN_COLUMNS
from zhirong.kernel.errors import InputError
from zhirong.kernel.extras import is_installed
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.workbench import rules

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

    from zhirong.chain.loan.schedule import Schedule


@overload
def schedule_many(loans: "DataFrame") -> "DataFrame": ...
@overload
def schedule_many(loans: "Mapping[str, ArrayLike]") -> Arrays: ...
def schedule_many(loans: Any) -> Any:
    """The repayment schedules of many loans: one row for each due day of each loan.

    loans: columns of ``COLUMNS["schedule_many"]``; needed are ``amount_yuan``, ``rate_percent``, ``term_months`` and
    ``start``. Loans with level payments every month are computed together, the others one by one; each row equals
    ``zhirong.schedule`` to the fen. Raises InputError with everything that is wrong, by column and row.
    """
    table = CheckedTable(loans, LOAN_COLUMNS)
    ids = table.cells.get("id") or list(range(1, table.count + 1))
    terms = [_terms(table, number, row) for number, row in enumerate(table.rows())]
    table.raise_any()
    together = [number for number, one in enumerate(terms) if one is not None and _is_plain_level(one)]
    if not is_installed("numba"):
        together = []
    parts = _level_parts(terms, together)
    alone = set(range(table.count)) - set(together)
    parts.update({number: _part(table, number, terms[number]) for number in sorted(alone)})
    table.raise_any()
    whole = [parts[number] for number in range(table.count)]
    columns: dict[str, Any] = {"id": [one for one, part in zip(ids, whole, strict=True) for _ in part.due]}
    columns["number"] = [number for part in whole for number in range(1, len(part.due) + 1)]
    columns["due"] = [day for part in whole for day in part.due]
    for name in ("opening", "principal", "interest", "total", "closing"):
        fen = [getattr(part, name) for part in whole]
        columns[f"{name}_yuan"] = (np.concatenate(fen) if fen else np.empty(0)) / FEN_PER_YUAN
    return answer_like(loans, columns)


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of one loan, in fen."""

    due: Sequence[date]
    opening: Any
    principal: Any
    interest: Any
    total: Any
    closing: Any


def _terms(table: CheckedTable, number: int, row: dict[str, Any]) -> LoanTerms | None:
    row.pop("id", None)
    reader = Reader({"method": Method.LEVEL_PAYMENT.value, **row})
    try:
        terms = read_terms(reader)
        reader.finish()
    except InputError as error:
        # A term that cannot be read was named by its own column; the end that follows from it is not another fault.
        table.note(number, [problem for problem in error.problems if problem.field != "end"])
        return None
    return terms


def _is_plain_level(terms: LoanTerms) -> bool:
    """Level payments every month at one rate, with only the last day shifted: the case that the compiled engine
    supports.
    """
    return (
        terms.method is Method.LEVEL_PAYMENT
        and terms.cycle.months == 1
        and terms.day_count == "monthly"
        and terms.first_due is None
        and terms.shift == "none"
        and (_rate(terms) * 1_000_000) % 1 == 0
    )


def _rate(terms: LoanTerms) -> Decimal:
    return terms.rate.yearly  # type: ignore[union-attr]


def _level_parts(terms: Sequence[LoanTerms | None], chosen: Sequence[int]) -> dict[int, _Part]:
    from zhirong.chain.loan.arrays import level_schedules
    from zhirong.jobs import working_days

    loans = [one for number in chosen if (one := terms[number]) is not None]
    if not loans:
        return {}
    months = [_months(one) for one in loans]
    principal = np.array([one.principal for one in loans], dtype=np.int64)
    made = level_schedules(principal, [int(_rate(one) * 1_000_000) for one in loans], months)
    calendar = working_days()

    @cache
    def due_days(start: date, count: int) -> tuple[date, ...]:
        one = loans[0]
        days = [one.cycle.step(start, step, "same_day") for step in range(1, count + 1)]
        return (*days[:-1], calendar.shift(days[-1], "following"))

    parts: dict[int, _Part] = {}
    for place, (number, one, count) in enumerate(zip(chosen, loans, months, strict=True)):
        interest, repaid = made.interest[:count, place], made.principal[:count, place]
        closing = made.closing[:count, place]
        days = due_days(one.start, count)
        parts[number] = _Part(days, closing + repaid, repaid, interest, interest + repaid, closing)
    return parts


def _months(terms: LoanTerms) -> int:
    """The term in months: its end is a whole number of months after its start."""
    return (terms.end.year - terms.start.year) * 12 + terms.end.month - terms.start.month


def _part(table: CheckedTable, number: int, terms: LoanTerms | None) -> _Part:
    from zhirong.chain.loan.rates import published_rates
    from zhirong.chain.loan.schedule import schedule
    from zhirong.jobs import working_days

    assert terms is not None
    try:
        made: Schedule = schedule(terms, working_days(), published_rates(rules()))
    except InputError as error:
        table.note(number, error.problems)
        none = np.empty(0, dtype=np.int64)
        return _Part((), none, none, none, none, none)
    rows = made.rows

    def column(name: str) -> Any:
        return np.array([getattr(row, name) for row in rows], dtype=np.int64)

    fen = [column(name) for name in ("opening", "principal", "interest", "total", "closing")]
    return _Part([row.due for row in rows], *fen)
