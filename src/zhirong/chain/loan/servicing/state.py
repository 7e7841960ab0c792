"""A loan's state on one day: amounts owed, amounts paid, and future instalments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.plan import Plan
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.tabular import Table, Tabular, in_yuan
from zhirong.kernel.text import Text

Moves = Mapping[str, Mapping[str, Fen]]


@dataclass(frozen=True, slots=True)
class Item:
    """An instalment that fell due. principal, interest: its amounts. *_left: the unpaid part.

    number: of the row; what falls due by acceleration or early settlement takes the next. cleared_on: the day on
    which it was fully paid.
    """

    number: int
    due: date
    principal: Fen
    interest: Fen
    principal_left: Fen
    interest_left: Fen
    cleared_on: date | None

    @property
    def left(self) -> Fen:
        """Return everything unpaid of it."""
        return self.principal_left + self.interest_left

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        return {
            "number": self.number,
            "due": self.due.isoformat(),
            "principal": yuan(self.principal),
            "interest": yuan(self.interest),
            "principal_left": yuan(self.principal_left),
            "interest_left": yuan(self.interest_left),
            "cleared_on": None if self.cleared_on is None else self.cleared_on.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class LateSpan:
    """A period up to ``until`` during which the instalment of ``due`` was the oldest unpaid one. clears: whether
    nothing was overdue after it.
    """

    due: date
    until: date
    clears: bool = True

    @property
    def days(self) -> int:
        """Return the number of days by which it was finally late."""
        return (self.until - self.due).days


@dataclass(frozen=True, slots=True)
class Restructured:
    """A contract changed on ``day`` in favour of a debtor in difficulty; first_due: the first due day after it.

    days_late: how late the loan was when it was changed.
    """

    day: date
    first_due: date
    days_late: int = 0


@dataclass(frozen=True, slots=True)
class LoanStanding:
    """The payment history that the classification of a loan needs.

    days_overdue: of the oldest unpaid instalment, 0 if none is overdue. spans: earlier periods of delay, in order.
    kept: due days of instalments paid in time; missed: of the others. dues: every due day, including future ones.
    restructurings: in the order of their days. drawn_on: the day of the first disbursement.
    """

    days_overdue: int = 0
    spans: tuple[LateSpan, ...] = ()
    kept: tuple[date, ...] = ()
    missed: tuple[date, ...] = ()
    dues: tuple[date, ...] = ()
    restructurings: tuple[Restructured, ...] = ()
    drawn_on: date | None = None
    written_off: bool = False

    @property
    def restructured_on(self) -> date | None:
        """Return the day of the last restructuring."""
        return self.restructurings[-1].day if self.restructurings else None

    def accrual_stopped(self, most_days: int) -> bool:
        """Return whether interest is no longer income: the loan was once more than ``most_days`` late, and not all
        arrears were paid since.
        """
        if self.days_overdue == 0 or self.days_overdue > most_days:
            return self.days_overdue > most_days
        for span in reversed(self.spans):
            if span.clears or span.days > most_days:
                return not span.clears
        return False


@dataclass(frozen=True, slots=True)
class Applied:
    """How one receipt was applied. parts: to amounts due. prepaid: to principal not yet due. credit: kept as unapplied cash.

    items: the amount for each instalment, by its number.
    """

    event: str
    day: date
    amount: Fen
    parts: Mapping[Component, Fen]
    prepaid: Fen
    credit: Fen
    items: Mapping[int, Fen]

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan; components without an amount are omitted."""
        return {
            "event": self.event,
            "day": self.day.isoformat(),
            "amount": yuan(self.amount),
            "parts": {component.value: yuan(part) for component, part in self.parts.items() if part},
            "prepaid": yuan(self.prepaid),
            "credit": yuan(self.credit),
            "instalments": {str(number): yuan(part) for number, part in self.items.items()},
        }


@dataclass(frozen=True, slots=True)
class LoanPosition(Tabular):
    """A loan at the end of the day ``as_of``.

    not_due: principal that has not fallen due. items: every instalment that has fallen due. costs, penalty,
    compound: owed now. accrued: interest of the running period in whole fen, ``accrued_exact`` unrounded; it is not
    yet due. written_off_since: interest since the write-off. off_balance: all claims off the balance sheet, by
    component: the total claim of a loan written off, or the interest of a loan that is too late for interest to be
    income. credit: money held, ``credit_of`` by owner. yearly: the contract rate. next_reset: the day on which it
    is reset. plan: future instalments; interest_ahead: the interest of each of its rows if nothing else happens.
    written_off: what is still claimed off the books, by component. compensated: the amount that each payer has
    compensated and not got back, which the debtor still owes; ``compensated_on_books``: the part that no write-off
    has taken to income. bankrupt_on: the day on which a petition was accepted. moves: cumulative amounts by cause
    and account, as the books should show them. notes: requests that could not be carried out as made.
    """

    loan_id: str
    as_of: date
    drawn: Fen
    not_due: Fen
    items: tuple[Item, ...]
    costs: Fen
    penalty: Fen
    compound: Fen
    accrued: Fen
    accrued_exact: Fraction
    penalty_exact: Fraction
    compound_exact: Fraction
    credit: Fen
    credit_of: Mapping[str, Fen]
    yearly: Decimal
    misused: Fen
    plan: Plan | None
    interest_ahead: tuple[Fen, ...]
    standing: LoanStanding
    applied: tuple[Applied, ...]
    paid: Mapping[Component, Fen]
    waived: Mapping[Component, Fen]
    written_off: Mapping[Component, Fen]
    written_off_since: Mapping[Component, Fen]
    off_balance: Mapping[Component, Fen]
    recovered: Fen
    accelerated_on: date | None
    extended_to: date | None
    written_off_on: date | None
    settled_on: date | None
    provisional: bool
    next_reset: date | None
    notes: tuple[Text, ...]
    moves: Moves
    explanation: Explanation = Explanation(Text("欠款", "amount owed"))
    bankrupt_on: date | None = None
    compensated: Mapping[str, Fen] = field(default_factory=dict)
    compensated_on_books: Mapping[str, Fen] = field(default_factory=dict)

    @property
    def principal(self) -> Fen:
        """Return the principal outstanding in the books, due or not."""
        return self.not_due + self.principal_due

    @property
    def principal_due(self) -> Fen:
        """Return the principal that fell due and is unpaid."""
        return sum(item.principal_left for item in self.items)

    @property
    def interest_due(self) -> Fen:
        """Return the interest that fell due and is unpaid."""
        return sum(item.interest_left for item in self.items)

    @property
    def due(self) -> Fen:
        """Return everything that is due now."""
        return self.principal_due + self.interest_due + self.costs + self.penalty + self.compound

    @property
    def payoff(self) -> Fen:
        """Return the amount that settles the loan today, less unapplied cash: the entire claim, on or off the
        books.
        """
        return max(0, self.due + self.not_due + self.accrued + self.off_books - self.credit)

    @property
    def off_books(self) -> Fen:
        """Return the debt of a written-off loan, with the interest since then."""
        return sum(self.written_off.values()) + sum(self.written_off_since.values())

    @property
    def days_overdue(self) -> int:
        """Return the days since the oldest unpaid instalment was due; 0 where none is late."""
        return self.standing.days_overdue

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        ahead = () if self.plan is None else self.plan.rows
        days = {
            "accelerated_on": self.accelerated_on,
            "extended_to": self.extended_to,
            "restructured_on": self.standing.restructured_on,
            "written_off_on": self.written_off_on,
            "bankrupt_on": self.bankrupt_on,
            "settled_on": self.settled_on,
        }
        return {
            "loan": self.loan_id,
            "as_of": self.as_of.isoformat(),
            "drawn": yuan(self.drawn),
            "principal": yuan(self.principal),
            "principal_not_due": yuan(self.not_due),
            "principal_due": yuan(self.principal_due),
            "interest_due": yuan(self.interest_due),
            "accrued_interest": yuan(self.accrued),
            "penalty": yuan(self.penalty),
            "compound": yuan(self.compound),
            "costs": yuan(self.costs),
            "due": yuan(self.due),
            "payoff": yuan(self.payoff),
            "credit": yuan(self.credit),
            "credit_of": {payer: yuan(held) for payer, held in self.credit_of.items()},
            "rate": f"{self.yearly.normalize():f}",
            "misused": yuan(self.misused),
            "days_overdue": self.days_overdue,
            "items": [item.as_json() for item in self.items],
            "ahead": [
                {
                    "number": row.number,
                    "due": row.period.paid.isoformat(),
                    "principal": yuan(row.principal),
                    "interest": yuan(interest),
                }
                for row, interest in zip(ahead, self.interest_ahead, strict=True)
            ],
            "payments": [applied.as_json() for applied in self.applied],
            "paid": _by_component(self.paid),
            "waived": _by_component(self.waived),
            "written_off": _by_component(self.written_off),
            "written_off_since": _by_component(self.written_off_since),
            "off_balance": _by_component(self.off_balance),
            "recovered": yuan(self.recovered),
            "compensated": {payer: yuan(amount) for payer, amount in self.compensated.items()},
            **{name: None if day is None else day.isoformat() for name, day in days.items()},
            "provisional": self.provisional,
            "next_reset": None if self.next_reset is None else self.next_reset.isoformat(),
            "notes": [note.as_json() for note in self.notes],
            "explanation": self.explanation.as_json(),
        }

    def __repr__(self) -> str:
        late = f", {self.days_overdue} days overdue" if self.days_overdue else ""
        return f"<LoanPosition {self.loan_id} as of {self.as_of}: principal CNY {show_yuan(self.principal)}, due now CNY {show_yuan(self.due)}{late}>"

    def as_table(self) -> Table:
        """One row for each instalment that has fallen due."""
        return Table(
            (
                "number",
                "due",
                "principal_yuan",
                "interest_yuan",
                "principal_left_yuan",
                "interest_left_yuan",
                "cleared_on",
            ),
            tuple(
                (
                    item.number,
                    item.due,
                    in_yuan(item.principal),
                    in_yuan(item.interest),
                    in_yuan(item.principal_left),
                    in_yuan(item.interest_left),
                    item.cleared_on,
                )
                for item in self.items
            ),
        )


def _by_component(amounts: Mapping[Component, Fen]) -> dict[str, str]:
    return {component.value: yuan(amounts.get(component, 0)) for component in Component}
