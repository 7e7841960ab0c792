"""Amounts that fall due between two days, of one loan and of a portfolio."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.kernel.money import Fen, yuan


@dataclass(frozen=True, slots=True)
class Due:
    """The amount that one loan has to pay on one day. overdue: it should already have been paid."""

    day: date
    loan_id: str
    number: int
    principal: Fen
    interest: Fen
    overdue: bool
    provisional: bool

    @property
    def total(self) -> Fen:
        """Return principal and interest."""
        return self.principal + self.interest

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        return {
            "day": self.day.isoformat(),
            "loan": self.loan_id,
            "number": self.number,
            "principal": yuan(self.principal),
            "interest": yuan(self.interest),
            "total": yuan(self.total),
            "overdue": self.overdue,
            "provisional": self.provisional,
        }


def due_of(state: LoanPosition, first: date, last: date) -> tuple[Due, ...]:
    """Return the amounts that are unpaid or fall due from ``first`` to ``last``, both included; future interest
    assumes no further events. Arrears keep their original due day.
    """
    found = [
        Due(
            item.due,
            state.loan_id,
            item.number,
            item.principal_left,
            item.interest_left,
            item.due < state.as_of,
            False,
        )
        for item in state.items
        if item.left
    ]
    rows = () if state.plan is None else state.plan.rows
    found += [
        Due(row.period.paid, state.loan_id, row.number, row.principal, interest, False, row.period.provisional)
        for row, interest in zip(rows, state.interest_ahead, strict=True)
    ]
    return tuple(due for due in found if first <= due.day <= last)


def calendar(states: Iterable[LoanPosition], first: date, last: date) -> tuple[Due, ...]:
    """Return the amounts due from a portfolio from ``first`` to ``last``, by day, then by loan."""
    found = [due for state in states for due in due_of(state, first, last)]
    return tuple(sorted(found, key=lambda due: (due.day, due.loan_id, due.number)))


def per_day(dues: Iterable[Due]) -> dict[date, Fen]:
    """Return the sum that falls due on each day, in the order of the days."""
    sums: dict[date, Fen] = {}
    for due in dues:
        sums[due.day] = sums.get(due.day, 0) + due.total
    return dict(sorted(sums.items()))
