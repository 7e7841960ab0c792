"""A loan arranged for its page: the debt by component, the instalments, the columns of the schedule, and the next
steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.states import LoanState, PaymentState
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import can
from zhirong.store.financing import Loan, Payment
from zhirong.web.bar_chart import Bar, bars_of
from zhirong.web.explanation_view import Node, tree
from zhirong.web.row_actions import RowAction, RowActions, actions_on

_GROUPS = (
    (Text("文件", "Documents"), ("loan.paper",)),
    (Text("风险处置", "Risk"), ("alarm.record", "loan.pay_office_fee", "claim.enter", "default.open")),
    (Text("放款", "Disbursement"), ("loan.cancel_disbursement",)),
)


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One component of the debt, with its formula and the rates that it is calculated at."""

    label: Text
    formula: Text | None
    amount: Fen
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Instalment:
    """One row of the schedule. left: the unpaid part of a due instalment."""

    number: int
    due: date
    principal: Fen
    interest: Fen
    is_due: bool
    left: Fen = 0
    cleared_on: date | None = None

    @property
    def amount(self) -> Fen:
        """Return principal and interest together."""
        return self.principal + self.interest


def owed_of(state: LoanPosition) -> list[OwedRow]:
    """Return the settlement amount of the loan today by component; the rows add up to the settlement amount.
    Penalty and compound interest of an overdue loan are named even where they are zero.
    """
    found = [_owed(one) for one in state.explanation.parts]
    named = {state.penalty, state.compound} if state.days_overdue else set()
    return [one for one in found if one.amount or (one.formula is not None and one.amount in named)]


def _owed(part: Explanation) -> OwedRow:
    rates = tuple(tree(one) for one in part.parts if one.unit == "rate")
    return OwedRow(part.label, part.formula, int(part.value or 0), rates)  # type: ignore[arg-type]


def instalments_of(state: LoanPosition) -> list[Instalment]:
    """Return every instalment, those that have fallen due first."""
    due = [
        Instalment(one.number, one.due, one.principal, one.interest, True, one.left, one.cleared_on)
        for one in state.items
    ]
    rows = () if state.plan is None else state.plan.rows
    ahead = [
        Instalment(row.number, row.period.paid, row.principal, interest, False)
        for row, interest in zip(rows, state.interest_ahead, strict=True)
    ]
    return [*due, *ahead]


def schedule_bars(instalments: Sequence[Instalment]) -> tuple[Bar, ...]:
    """Return a column for each instalment: paid and overdue amounts, and future principal and interest."""
    return bars_of([_column(one) for one in instalments])


def _column(one: Instalment) -> list[tuple[str, Fen]]:
    if one.is_due:
        return [("s3", one.amount - one.left), ("bad", one.left)]
    return [("s1", one.principal), ("s2", one.interest)]


def loan_actions(actor: Actor, loan: Loan, payments: Sequence[Payment]) -> RowActions:
    """Return the main action on a loan: a payment to confirm comes first, then a statement or notice."""
    waiting = next(
        (one for one in payments if one.state == PaymentState.MATCHED and _may_confirm(actor, one)), None
    )
    main = None
    if waiting is not None:
        main = RowAction(Text("确认收付款", "Confirm the payment"), reverse("loan.line", args=[waiting.line_id]))
    first = ("loan.paper",) if loan.state not in (LoanState.WAITING, LoanState.CANCELLED) else ()
    back = reverse("loan.page", args=[loan.pk])
    return actions_on(actor, loan, first=first, groups=_GROUPS, back=back, main=main)


def _may_confirm(actor: Actor, payment: Payment) -> bool:
    """Return whether the actor can confirm a payment that another person has matched."""
    return payment.matched_by_id != actor.account and can(actor, "line.confirm", payment.line)
