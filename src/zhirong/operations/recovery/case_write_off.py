"""The write-off of a loan: proposed with its file, approved by another person."""

from typing import Annotated, Any

from zhirong.chain.default.case_states import DEFAULT_CASE
from zhirong.chain.default.machine import Doer
from zhirong.chain.default.write_off_states import WRITE_OFF, WRITE_OFF_PAPER_TEXT, WriteOffPaper
from zhirong.chain.loan.states import LoanState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.loan.loans import append_event, event_id
from zhirong.operations.recovery.cases import (
    LENDER_APPROVERS,
    WORKOUT,
    Decision,
    case_page,
    move_case,
    proposed,
    with_loan,
)
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import DefaultCase

_WRITE_OFF_PAPERS = tuple((code.value, words) for code, words in WRITE_OFF_PAPER_TEXT.items())


class WriteOffProposal(Request):
    """The ground, and the documents that the file has."""

    ground: Annotated[
        Words,
        ask(
            "核销条件和事由",
            "Ground",
            "如损失类、终结执行、破产终结",
            "such as category Loss, enforcement ended, bankruptcy ended",
            widget="area",
        ),
    ]
    papers: Annotated[
        list[WriteOffPaper], ask("已齐备的材料", "Documents in the file", choices=_WRITE_OFF_PAPERS, widget="many")
    ]


@operation(
    "default.propose_write_off",
    Text("提请核销", "Propose a write-off"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("write_off"),
    relation=lambda actor, case: case.first_day is not None,
    request=WriteOffProposal,
    page="recovery.case",
    help=Text(
        "核销后账销案存，债务人仍欠全部债务，继续追偿。", "The debtor still owes everything and collection goes on."
    ),
)
def propose_write_off(work: Work, request: WriteOffProposal) -> Any:
    """Propose to write the loan off. Every document of the file must be there; missing ones are named."""
    case = work.row
    begun = WRITE_OFF.take(None, "propose", Doer.WORKOUT, facts={"ground": True})
    papers = [one.value for one in request.papers]
    missing = [one for one in WriteOffPaper if one.value not in papers]
    if missing:
        hint = Text("请补齐后提交", "add it, then propose")
        reason = Text("核销材料缺失", "the document is missing")
        raise InputError(
            [
                Problem(
                    "papers",
                    one.value,
                    Text(
                        f"{reason.zh}：{WRITE_OFF_PAPER_TEXT[one].zh}",
                        f"{reason.en}: {WRITE_OFF_PAPER_TEXT[one].en}",
                    ),
                    hint,
                    "paper_missing",
                )
                for one in missing
            ]
        )
    WRITE_OFF.take(begun, "assemble", Doer.WORKOUT, papers=papers)
    proposal = {"kind": "write_off", "ground": request.ground, "papers": papers}
    work.update(case, proposal=proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：核销，{case.number}", f"To approve: write-off, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS)
    return {"id": case.pk}


@operation(
    "default.write_off",
    Text("批准核销", "Approve the write-off"),
    model=DefaultCase,
    roles=LENDER_APPROVERS,
    states=DEFAULT_CASE.states_before("write_off"),
    relation=proposed("write_off"),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def write_off(work: Work, request: Decision) -> Any:
    """Take the loan off the balance sheet; positions, debt and collection do not change."""
    case = with_loan(work.row)
    loan, today = case.loan, work.day.isoformat()
    event = {"id": event_id(loan, "W"), "kind": "write_off", "day": today, "booked": today}
    append_event(work, loan, event, state=LoanState.WRITTEN_OFF)
    own = {"kind": "written_off", "day": today, "recorded_on": today}
    kept = {**case.proposal, "kind": "written_off", "opinion": request.opinion}
    facts = {"second_person": case.proposed_by_id != work.actor.account}
    move_case(work, case, "write_off", Doer.APPROVER, facts, events=[*case.events, own], proposal=kept)
    return {"id": case.pk}
