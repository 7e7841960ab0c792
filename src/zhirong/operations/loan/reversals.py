"""Reversal of wrong matches, which are never edited: one person requests it, another agrees, and the entry is
reversed as a whole.
"""

from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.loan.states import PAYMENTS_ALIVE, LineState, LoanState, PaymentKind, PaymentState
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.loan.loans import append_event, event_id
from zhirong.operations.loan.payments import CONFIRM, demand_another, settle
from zhirong.operations.loan.statements import CASHIERS
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, Loan, Payment


class Reverse(Request):
    """The reason why the match was wrong."""

    reason: Annotated[Words, Field(max_length=200), ask("理由", "Reason", widget="area")]


@operation(
    "payment.reverse",
    Text("申请冲正", "Request a reversal"),
    model=Payment,
    roles=CASHIERS,
    states=(PaymentState.CONFIRMED,),
    request=Reverse,
    is_grave=True,
    page="loan.payment",
    help=Text(
        "仅用于匹配错误的情形；须由另一人确认。", "For incorrect matches only. Another person must confirm it."
    ),
)
def ask_to_reverse(work: Work, request: Reverse) -> Any:
    """Ask another person to agree. A divided entry is reversed as a whole."""
    for payment in _together(work.row):
        _demand_reversible(payment)
        work.update(payment, state=PaymentState.REVERSING, reason=request.reason, reversed_by_id=work.actor.account)
    work.notify(
        Text(f"冲正待确认：{work.row.loan.number}", f"Reversal to confirm: {work.row.loan.number}"),
        page_link("loan.payment", work.row.pk),
        work.row.loan.lender_id,
        CONFIRM,
        asks=True,
    )


@operation(
    "payment.keep",
    Text("不冲正", "Do not reverse"),
    model=Payment,
    roles=CONFIRM,
    states=(PaymentState.REVERSING,),
    page="loan.payment",
)
def keep(work: Work, request: Any) -> Any:
    """Keep the payment as it was."""
    for payment in _together(work.row):
        work.update(payment, state=PaymentState.CONFIRMED, reversed_by=None)


def _together(payment: Payment) -> list[Payment]:
    """Return a payment with all payments of the same entry in the same state: one transfer is reversed as a whole."""
    others = Payment.objects.filter(line=payment.line_id, state=payment.state).exclude(pk=payment.pk)
    return [payment, *others.select_related("loan__case", "line").order_by("pk")]


@operation(
    "payment.confirm_reversal",
    Text("确认冲正", "Confirm the reversal"),
    model=Payment,
    roles=CONFIRM,
    states=(PaymentState.REVERSING,),
    is_grave=True,
    page="loan.payment",
)
def confirm_reversal(work: Work, request: Any) -> Any:
    """Reverse the payment: its event no longer counts, and the entry can be matched again. Past books stay as they
    were; the difference is booked today.
    """
    for payment in _together(work.row):
        demand_another(work, payment.reversed_by_id)
        _demand_reversible(payment)
        _take_back(work, payment)
    work.update(work.row.line, state=LineState.OPEN)


def _take_back(work: Work, payment: Payment) -> None:
    """Cancel the event of one payment and notify the firm."""
    loan = payment.loan
    event = {
        "id": event_id(loan, "R"),
        "kind": "reversal",
        "day": work.day.isoformat(),
        "booked": work.day.isoformat(),
        "of": payment.event,
        "cause": payment.reason,
    }
    if payment.kind == PaymentKind.DISBURSEMENT:
        _take_back_release(work, loan, event)
    else:
        state = append_event(work, loan, event)
        settle(work, loan, state.settled_on is not None)
    work.update(payment, state=PaymentState.REVERSED, confirmed_by_id=work.actor.account)
    work.notify(
        Text(f"已冲正：{show_yuan(payment.amount)} 元（{loan.number}）", f"Reversed: CNY {show_yuan(payment.amount)} ({loan.number})"),
        page_link("loan.page", loan.pk),
        loan.firm_id,
    )  # fmt: skip


def _demand_reversible(payment: Payment) -> None:
    case = payment.loan.case
    if case.state == CaseState.CLOSED:
        raise refuse(
            "closed",
            "case",
            case.number,
            Text("质押已注销，案件已结清", "the pledge is discharged, the case is closed"),
            Text("请另行追索", "recover the amount separately"),
        )
    others = Payment.objects.filter(loan=payment.loan, state__in=PAYMENTS_ALIVE).exclude(pk=payment.pk)
    if payment.kind == PaymentKind.DISBURSEMENT and others.exists():
        raise refuse(
            "payments_after",
            "payment",
            payment.loan.number,
            Text("放款后已有其他款项", "there are other payments after the disbursement"),
            Text("请先冲正上述款项", "reverse those payments first"),
        )


def _take_back_release(work: Work, loan: Loan, event: dict[str, Any]) -> None:
    """Cancel the drawdown, because the money went elsewhere: the loan awaits its disbursement again."""
    work.update(
        loan,
        events=[*loan.events, event],
        state=LoanState.WAITING,
        start=None,
        balance=0,
        overdue=0,
        overdue_days=0,
        category="",
        provision=0,
        next_due_on=None,
        next_due=0,
        reckoned_on=work.day,
    )
    change_case_state(work, Case.objects.get(pk=loan.case_id), CaseTransition.REOPEN)
