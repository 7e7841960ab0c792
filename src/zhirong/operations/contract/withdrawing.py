"""How a guarantee that was asked for or granted goes away before the loan: the guarantor withdraws it, or the
lender takes it off.
"""

from typing import Annotated, Any

from zhirong.chain.financing.case import State
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor, MemberRole
from zhirong.operations.case_file.documents import contract_papers, signed_by, void_paper
from zhirong.operations.contract.filing import demand_not_released
from zhirong.operations.credit.diligence import DESK, firm_page, lender_page
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.guarantee.guarantees import OPEN, end_guarantees
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, GuaranteeRequest
from zhirong.store.parties import Organisation

_BEFORE_RELEASE = (State.DILIGENCE, State.APPROVAL, State.APPROVED, State.SIGNING, State.REGISTERING)
_CONTRACT = "guarantee_contract"
_HINTS: dict[str, Text] = {
    State.DILIGENCE: Text(
        "可以请另一家担保，或改用没有担保方的模式", "ask another, or use a mode without a guarantor"
    ),
    State.APPROVAL: Text(
        "请另一家担保；不再要担保的，由审批人退回调查",
        "ask another; to continue without one, those who approve send the case back",
    ),
    State.APPROVED: Text(
        "请另一家担保；不再要担保的，办理“退回重审”",
        "ask another; to continue without one, send the case back to review",
    ),
    State.SIGNING: Text(
        "请另一家担保后重新出合同；不再要担保的，办理“退回重审”",
        "ask another and issue the contracts again; to continue without one, send the case back to review",
    ),
    State.REGISTERING: Text("办理“退回重审”", "send the case back to review"),
}


class WithdrawGuarantee(Request):
    """Why."""

    reason: Annotated[
        Words, ask("撤回理由", "Reason", "银行和企业会看到", "lender and firm read it", widget="area")
    ]


def _may_withdraw(actor: Actor, row: GuaranteeRequest) -> bool:
    """As anyone who may grant it, while there is no loan yet."""
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
    states=("granted",),
    relation=_may_withdraw,
    request=WithdrawGuarantee,
    is_grave=True,
    page="guarantor.request",
    help=Text(
        "放款前、贵机构签署保证合同前可以撤回；由审查人以外的审批人决定。银行和企业会收到理由，放款条件随即不满足。",
        "Possible before the release and before you have signed the guarantee contract; decided by somebody other than "
        "the reviewer. Lender and firm are told the reason, and nothing is released on it.",
    ),
)
def withdraw_guarantee(work: Work, request: WithdrawGuarantee) -> Any:
    """The guarantor bears nothing any more. Beyond due diligence the case still names it, so that nothing continues
    without the lender.
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
                    "you have signed the guarantee contract: it is not withdrawn by one side",
                ),
                Text(
                    "与银行协商；银行办理“退回重审”后，合同作废，担保结束",
                    "agree with the lender: once it sends the case back to review, contract and guarantee end",
                ),
            )
    for paper in papers:
        void_paper(work, paper)
    basis = {**asked.basis, "withdrawn_by": work.actor.account, "withdrawn_on": work.day.isoformat()}
    opinion = f"{asked.opinion}\n撤回 withdrawn：{request.reason}".strip()
    work.update(asked, state="withdrawn", exposure=0, basis=basis, opinion=opinion)
    if case.state == State.DILIGENCE:
        work.update(case, guarantor_id=None, guarantee={})
    else:
        work.update(case, guarantee={})
    hint = _HINTS[case.state]
    words = Text(
        f"{asked.guarantor.name}撤回对 {case.number} 的担保：{request.reason}"[:200],
        f"{asked.guarantor.name} withdraws its guarantee of {case.number}: {request.reason}"[:200],
    )
    work.tell(Text(f"{words.zh}。{hint.zh}", f"{words.en}. {hint.en}"), lender_page(case), case.lender, DESK)
    work.tell(words, firm_page(case), case.firm)


class TakeOff(Request):
    """Why the lender does not want it."""

    reason: Annotated[Words, ask("原因", "Reason", "担保机构会看到", "the guarantor reads it", widget="area")]


def _was_asked(actor: Actor, row: Case) -> bool:
    """Somebody was asked whose answer the case does not rest on yet; in due diligence it never does."""
    states = OPEN if row.state == State.DILIGENCE else ("requested", "reviewed")
    return (
        row.lender_id == actor.organisation
        and GuaranteeRequest.objects.filter(case=row.pk, state__in=states).exists()
    )


@operation(
    "guarantee.take_off",
    Text("不再请这家担保", "Take the guarantor off"),
    model=Case,
    roles=DESK,
    states=(State.DILIGENCE, State.APPROVAL, State.APPROVED, State.SIGNING),
    relation=_was_asked,
    request=TakeOff,
    is_grave=True,
    page="lender.case",
    help=Text(
        "撤回担保请求，之后可以请另一家。已同意的担保，报审批以后要先退回才能撤。",
        "Takes the request back; another can then be asked. What was granted goes only with the case back in due diligence.",
    ),
)
def take_off(work: Work, request: TakeOff) -> Any:
    """The request ends; a case in due diligence names no guarantor any more."""
    case: Case = work.row
    end_guarantees(work, case, Text(f"不再请贵机构担保：{request.reason}", f"asks you no more: {request.reason}"))
    work.update(case, **({"guarantor_id": None, "guarantee": {}} if case.state == State.DILIGENCE else {}))
    return {"id": case.pk}


def withdrawn_problems(case: Case) -> list[Problem]:
    """Nothing is approved for a case whose guarantor has withdrawn while it was under way."""
    if case.guarantor_id is None or GuaranteeRequest.objects.filter(case=case, state="granted").exists():
        return []
    last = GuaranteeRequest.objects.filter(case=case, guarantor=case.guarantor_id).order_by("-pk").first()
    if last is None or last.state != "withdrawn":
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
