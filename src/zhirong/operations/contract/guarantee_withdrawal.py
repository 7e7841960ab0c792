"""Removal of a requested or granted guarantee before the loan: the guarantor withdraws it, or the lender removes
it.
"""

from typing import Annotated, Any

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.case import CaseState
from zhirong.chain.guarantee.states import GUARANTEES_OPEN, UNANSWERED, GuaranteeState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import contract_papers, signed_by, void_paper
from zhirong.operations.contract.pledge_filing import demand_not_released
from zhirong.operations.credit.diligence import DESK, firm_page, lender_page
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.guarantee.guarantees import end_guarantees
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, GuaranteeRequest
from zhirong.store.parties import Organisation

_BEFORE_RELEASE = (
    CaseState.DILIGENCE,
    CaseState.APPROVAL,
    CaseState.APPROVED,
    CaseState.SIGNING,
    CaseState.REGISTERING,
)
_CONTRACT = DocumentKind.GUARANTEE_CONTRACT
_HINTS: dict[str, Text] = {
    CaseState.DILIGENCE: Text(
        "可更换担保机构，或改用无担保方的模式", "ask another guarantor, or use a mode without one"
    ),
    CaseState.APPROVAL: Text(
        "更换担保机构；不再需要担保的，由审批人退回调查",
        "ask another guarantor; to continue without one, the approvers must send the case back",
    ),
    CaseState.APPROVED: Text(
        "更换担保机构；不再需要担保的，办理“退回重审”",
        "ask another guarantor; to continue without one, return the case to review",
    ),
    CaseState.SIGNING: Text(
        "更换担保机构后重新出具合同；不再需要担保的，办理“退回重审”",
        "ask another guarantor and issue new contracts; to continue without one, return the case to review",
    ),
    CaseState.REGISTERING: Text("办理“退回重审”", "return the case to review"),
}


class WithdrawGuarantee(Request):
    """The reason."""

    reason: Annotated[
        Words, ask("撤回理由", "Reason", "银行和企业可见", "visible to the lender and the firm", widget="area")
    ]


def _may_withdraw(actor: Actor, row: GuaranteeRequest) -> bool:
    """Return whether the actor may withdraw it: anyone who may grant it, while there is no loan yet."""
    return (
        row.guarantor_id == actor.organisation
        and row.proposed_by_id != actor.account
        and row.case.state in _BEFORE_RELEASE
    )


@operation(
    "guarantee.withdraw",
    Text("撤回担保", "Withdraw the guarantee"),
    model=GuaranteeRequest,
    roles=(MemberRole.GUARANTOR_APPROVER,),
    states=(GuaranteeState.GRANTED,),
    relation=_may_withdraw,
    request=WithdrawGuarantee,
    is_grave=True,
    page="guarantor.request",
    help=Text(
        "放款前且贵机构签署保证合同前可以撤回；由审查人以外的审批人决定。银行和企业将收到理由，放款条件随即变为未满足。",
        "Possible before disbursement and before you have signed the guarantee contract. An approver other than the reviewer decides. The lender and the firm are notified of the reason, and the condition for disbursement is no longer met.",
    ),
)
def withdraw_guarantee(work: Work, request: WithdrawGuarantee) -> Any:
    """Withdraw the guarantee. After due diligence the case still names the guarantor, so that the lender must act
    before it continues.
    """
    asked: GuaranteeRequest = work.row
    case = Case.objects.get(pk=asked.case_id)
    demand_not_released(case)
    papers = [paper for paper in contract_papers(case) if paper.kind == _CONTRACT]
    for paper in papers:
        if asked.guarantor_id in signed_by(paper):
            raise refuse(
                "contract_signed",
                "paper",
                paper.number,
                Text(
                    "贵机构已签署保证合同，不能单方撤回",
                    "you have signed the guarantee contract and cannot withdraw it unilaterally",
                ),
                Text(
                    "请与银行协商；银行办理“退回重审”后，合同作废，担保结束",
                    "agree with the lender; when it returns the case to review, the contract is void and the guarantee ends",
                ),
            )
    for paper in papers:
        void_paper(work, paper)
    basis = {**asked.basis, "withdrawn_by": work.actor.account, "withdrawn_on": work.day.isoformat()}
    opinion = f"{asked.opinion}\n撤回 withdrawn：{request.reason}".strip()
    work.update(asked, state=GuaranteeState.WITHDRAWN, exposure=0, basis=basis, opinion=opinion)
    if case.state == CaseState.DILIGENCE:
        work.update(case, guarantor_id=None, guarantee={})
    else:
        work.update(case, guarantee={})
    hint = _HINTS[case.state]
    words = Text(
        f"{asked.guarantor.name}撤回对 {case.number} 的担保：{request.reason}"[:200],
        f"{asked.guarantor.name} withdraws its guarantee of {case.number}: {request.reason}"[:200],
    )
    work.notify(
        Text(f"{words.zh}。{hint.zh}", f"{words.en}. {hint.en}"), lender_page(case), case.lender, DESK, asks=True
    )
    work.notify(words, firm_page(case), case.firm)


class TakeOff(Request):
    """The reason why the lender removes the guarantor."""

    reason: Annotated[Words, ask("原因", "Reason", "担保机构可见", "visible to the guarantor", widget="area")]


def _was_asked(actor: Actor, row: Case) -> bool:
    """Return whether a guarantor was asked but the case does not depend on its answer yet, which is always so in
    due diligence.
    """
    states = GUARANTEES_OPEN if row.state == CaseState.DILIGENCE else UNANSWERED
    return (
        row.lender_id == actor.organisation
        and GuaranteeRequest.objects.filter(case=row.pk, state__in=states).exists()
    )


@operation(
    "guarantee.take_off",
    Text("撤销担保请求", "Withdraw the guarantee request"),
    model=Case,
    roles=DESK,
    states=(CaseState.DILIGENCE, CaseState.APPROVAL, CaseState.APPROVED, CaseState.SIGNING),
    relation=_was_asked,
    request=TakeOff,
    is_grave=True,
    page="lender.case",
    help=Text(
        "撤回担保请求，之后可以更换担保机构。已同意的担保，报审批后须先退回方可撤销。",
        "Withdraws the request; you can then ask another guarantor. A granted guarantee can be withdrawn after submission for approval only if the case is sent back first.",
    ),
)
def take_off(work: Work, request: TakeOff) -> Any:
    """End the request. In due diligence the case then has no guarantor."""
    case: Case = work.row
    end_guarantees(
        work,
        case,
        Text(f"撤销对贵机构的担保请求：{request.reason}", f"has withdrawn its guarantee request: {request.reason}"),
    )
    work.update(case, **({"guarantor_id": None, "guarantee": {}} if case.state == CaseState.DILIGENCE else {}))
    return {"id": case.pk}


def withdrawn_problems(case: Case) -> list[Problem]:
    """Return the problem that prevents an approval after the guarantor of a case under way has withdrawn."""
    if (
        case.guarantor_id is None
        or GuaranteeRequest.objects.filter(case=case, state=GuaranteeState.GRANTED).exists()
    ):
        return []
    last = GuaranteeRequest.objects.filter(case=case, guarantor=case.guarantor_id).order_by("-pk").first()
    if last is None or last.state != GuaranteeState.WITHDRAWN:
        return []
    name = Organisation.objects.get(pk=case.guarantor_id).name
    return [
        Problem(
            "guarantor",
            name,
            Text(f"{name}已撤回担保", f"{name} has withdrawn its guarantee"),
            _HINTS[case.state],
            "guarantee_withdrawn",
        )
    ]
