"""An office's fee for a pledged right that the lender pays so that the right does not lapse; the debtor owes it."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.default.case_states import WORKED_ON, DefaultState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, ask
from zhirong.operations.loan.loans import append_event, event_id
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import columns_of_case
from zhirong.operations.recovery.cases import FIRM, WORKOUT, add_event, with_loan
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import FirmRight, Loan
from zhirong.store.recovery import DefaultCase

_COUNTED = (*WORKED_ON, DefaultState.WRITTEN_OFF)


def charge_debtor(work: Work, loan: Loan, case: DefaultCase | None, day: date, amount: int) -> None:
    """Add a cost that the lender paid to what the debtor owes: to the case if its debt is stated, otherwise to the loan.
    amount: fen. Raises InputError for a day that does not fit the history.
    """
    if case is not None and case.stated:
        add_event(work, case, {"kind": "cost_paid", "day": day.isoformat(), "amount": yuan(amount)})
        return
    event = {
        "id": event_id(loan, "F"),
        "kind": "fee",
        "day": day.isoformat(),
        "booked": work.day.isoformat(),
        "amount": yuan(amount),
    }
    append_event(work, loan, event)
    if case is not None:
        case.loan = loan
        work.update(case, **columns_of_case(case, work.day, work.rules))


def _pledged(actor: Actor, row: Any) -> Choices:
    if row is None:
        return []
    loan = row.loan if isinstance(row, DefaultCase) else row
    rights = FirmRight.objects.filter(pk__in=loan.case.rights).order_by("pk")
    return [(one.number, Text(f"{one.number} {one.title}", f"{one.number} {one.title}")) for one in rights]


class OfficeFee(Request):
    """The right, the amount and date of payment, the receipt, and the clause under which the debtor owes the
    amount.
    """

    right: Annotated[str, ask("权利", "Right", choices=_pledged)]
    amount: Annotated[Fen, Field(gt=0), ask("缴纳金额", "Amount paid", widget="money")]
    day: Annotated[RecentDay, ask("缴纳日", "Paid on")]
    receipt: Annotated[Line, ask("缴费收据号", "Number of the office's receipt")]
    clause: Annotated[
        Line, ask("合同条款", "Clause of the contract", "约定由出质人承担", "by which the pledgor bears the fee")
    ]


_TITLE = Text("代缴权利费用", "Pay an office's fee for the pledgor")
_HELP = Text(
    "出质人未缴年费或续展费的，质权人可按合同代缴；缴纳的金额作为费用计入债务人欠款。",
    "If the pledgor does not pay an annual or renewal fee, the pledgee can pay it under the contract. The debtor owes the amount as costs.",
)


@operation(
    "loan.pay_office_fee",
    _TITLE,
    model=Loan,
    roles=(MemberRole.LENDER_OFFICER,),
    states=(LoanState.STANDING,),
    request=OfficeFee,
    page="loan.page",
    help=_HELP,
)
def pay_fee_of_loan(work: Work, request: OfficeFee) -> Any:
    """Record a fee that the lender paid for a right pledged for a loan."""
    loan = Loan.objects.select_related("case", "firm", "lender", "guarantor").get(pk=work.row.pk)
    case = DefaultCase.objects.filter(loan=loan, state__in=_COUNTED).first()
    _pay(work, request, loan, case)
    return {"id": loan.pk}


@operation(
    "default.pay_office_fee",
    _TITLE,
    model=DefaultCase,
    roles=WORKOUT,
    states=_COUNTED,
    request=OfficeFee,
    page="recovery.case",
    help=_HELP,
)
def pay_fee_of_case(work: Work, request: OfficeFee) -> Any:
    """Record a fee that the lender paid for a right pledged for a loan in default."""
    case = with_loan(work.row)
    _pay(work, request, case.loan, case)
    return {"id": case.pk}


def _pay(work: Work, request: OfficeFee, loan: Loan, case: DefaultCase | None) -> None:
    if request.right not in dict(_pledged(work.actor, loan)):
        raise refuse(
            "no_such_right",
            "right",
            request.right,
            Text("该权利未质押于本笔贷款", "this right is not pledged for the loan"),
            Text("请从列表中选择", "choose one from the list"),
        )
    demand_day(request.day, loan.start or work.day, work.day, "day")
    charge_debtor(work, loan, case, request.day, request.amount)
    words = Text(
        f"银行已代缴 {request.right} 的费用 {show_yuan(request.amount)} 元，计入欠款",
        f"The lender paid a fee of CNY {show_yuan(request.amount)} for {request.right}; you owe it",
    )
    work.notify(words, page_link("loan.page", loan.pk), loan.firm_id, FIRM)
