"""The end of a repaid loan: the pledge is discharged in the register, the firm notified, the case closed."""

from typing import Annotated, Any

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.registration import Status
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import issue_paper, next_number, right_facts, rights_of
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.contract.conditions import registrations_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, ask
from zhirong.operations.guarantee.guarantees import IS_PAID_OFF, end_guarantees
from zhirong.operations.loan.end_of_day import clear_flags
from zhirong.operations.loan.loans import base_facts, state_of
from zhirong.operations.page_links import page_link
from zhirong.operations.pledge.decisions import decide_discharge
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, Loan


class Close(Request):
    """The ground for the discharge of the pledge."""

    reason: Annotated[Line, ask("注销原因", "Reason for the discharge")] = "主债务已清偿"


@operation(
    "case.close",
    Text("注销质押并结清", "Discharge and close"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_MANAGER),
    states=(CaseState.REPAID,),
    request=Close,
    page="loan.completion",
    help=Text(
        "注销本登记簿中的质押登记，并向企业出具解除质押通知书。",
        "Discharges the pledge in the register and issues a notice of discharge to the firm.",
    ),
)
def close(work: Work, request: Close) -> Any:
    """Discharge every registration of the case, notify the firm and close the case."""
    case = work.row
    loan = Loan.objects.select_related("firm", "lender", "case").get(case=case)
    state = state_of(loan, work.day, work.rules)
    if loan.state != LoanState.REPAID or state.settled_on is None:
        raise refuse(
            "not_repaid",
            "loan",
            loan.number,
            Text("贷款尚未还清", "the loan has not been repaid in full"),
            Text("请还清后再办理", "close it after full repayment"),
        )
    if state.credit:
        raise refuse(
            "credit_held",
            "credit",
            show_yuan(state.credit),
            Text("尚有溢缴款未退还", "there is unapplied cash to refund"),
            Text("请退还后，将银行流水匹配为“退还溢缴”", "refund it and match the bank entry as a refund"),
        )
    entered = [one for one in registrations_of(case) if one.status is Status.ENTERED]
    for one in entered:
        work.fold(decide_discharge(work, one.id, request.reason))
    subject = f"loan/{loan.pk}"
    facts = {
        **base_facts(loan, work.day),
        "number": next_number(loan.number, DocumentKind.DISCHARGE_NOTICE, subject),
        "settled_on": state.settled_on.isoformat(),
        "registrations": [one.authority_number or str(one.number) for one in entered],
        "rights": right_facts(rights_of(case), work.day, work.rules),
    }
    paper = issue_paper(
        work,
        DocumentKind.DISCHARGE_NOTICE,
        facts,
        subject=subject,
        owner=loan.lender,
        readers=(loan.firm, loan.guarantor),
    )
    clear_flags(work, loan)
    end_guarantees(work, case, IS_PAID_OFF)
    change_case_state(work, case, CaseTransition.CLOSE)
    for party in (loan.firm_id, loan.guarantor_id):
        if party:
            work.notify(
                Text(
                    f"质押已注销，案件结清：{case.number}",
                    f"Pledge discharged and case closed: {case.number}",
                ),
                page_link("paper.page", paper.pk),
                party,
            )
    return {"paper": paper.pk}
