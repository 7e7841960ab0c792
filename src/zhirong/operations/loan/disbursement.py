"""Disbursement of a loan: blocked until every condition precedent is met or waived; afterwards the loan awaits its
payment.
"""

from typing import Annotated, Any

from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.states import LoanState, PaymentState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations.contract.conditions import conditions_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, Loan


@operation(
    "case.disburse",
    Text("批准放款", "Approve the disbursement"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_CASHIER, MemberRole.LENDER_MANAGER),
    states=(CaseState.REGISTERING,),
    page="loan.completion",
    help=Text(
        "全部放款条件已满足或经豁免后方可批准；批准后由放款会计付款，并与银行流水核对。",
        "Possible when every condition is met or waived. The cashier then disburses the loan and matches the bank statement.",
    ),
)
def disburse(work: Work, request: Any) -> Any:
    """Create the loan, which then awaits its payment. Raises InputError with every condition that is not met."""
    case = work.row
    found = Loan.objects.filter(case=case).first()
    if found is not None and found.state != LoanState.CANCELLED:
        raise refuse(
            "released_already",
            "loan",
            found.number,
            Text("该笔申请已批准放款", "the disbursement of this case has already been approved"),
            Text("请到贷款页查看", "open the loan"),
        )
    found_conditions = conditions_of(case, work.day, work.rules)
    open_ones = [one for one in found_conditions if not one.is_met]
    if open_ones:
        raise InputError(one.problem() for one in open_ones)
    waived = case.contract.get("waived", {})
    contract = {
        "loan": case.contract["loan"],
        "servicing": case.contract["servicing"],
        "granted_on": work.day.isoformat(),
        "waived": {one.code: waived[one.code] for one in found_conditions if one.verdict == "waived"},
    }
    principal = parse_yuan(contract["loan"]["principal"])
    if found is None:
        found = work.create(
            Loan,
            case=case,
            firm=case.firm,
            lender=case.lender,
            guarantor=case.guarantor,
            number=case.number,
            state=LoanState.WAITING,
            mode=case.mode,
            principal=principal,
            contract=contract,
        )
    else:
        work.update(
            found, state=LoanState.WAITING, principal=principal, contract=contract, guarantor=case.guarantor
        )
    work.update(case)
    work.notify(
        Text(f"待付款：{found.number}", f"Loan to disburse: {found.number}"),
        page_link("loan.page", found.pk),
        case.lender,
        (MemberRole.LENDER_CASHIER,),
        asks=True,
    )
    return {"loan": found.pk}


class Cancel(Request):
    """The reason."""

    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "loan.cancel_disbursement",
    Text("取消放款", "Cancel the disbursement"),
    model=Loan,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_CASHIER, MemberRole.LENDER_MANAGER),
    states=(LoanState.WAITING,),
    request=Cancel,
    is_grave=True,
    page="loan.page",
)
def cancel(work: Work, request: Cancel) -> Any:
    """Cancel a disbursement whose money has not left: the case returns to the state before it."""
    loan = work.row
    if loan.payment_set.filter(state=PaymentState.MATCHED).exists():
        raise refuse(
            "payment_matched",
            "payment",
            loan.number,
            Text("已有匹配至该笔贷款的流水", "a bank entry is matched to this loan"),
            Text("请先撤销匹配", "undo the match first"),
        )
    work.update(loan, state=LoanState.CANCELLED)
