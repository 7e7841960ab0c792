"""The write-off of a loan: proposed with its file, approved by another person."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import DEFAULT_CASE, DefaultState
from zhirong.chain.default.machine import Doer
from zhirong.chain.default.write_off_states import (
    WRITE_OFF,
    WRITE_OFF_PAPER_TEXT,
    WRITE_OFF_WORDS,
    WriteOffPaper,
    WriteOffState,
)
from zhirong.chain.loan.states import LoanState
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import append_event, event_id
from zhirong.operations.recovery.books import debt_today
from zhirong.operations.recovery.cases import (
    CASE_READERS,
    LENDER_APPROVERS,
    WORKOUT,
    Decision,
    case_page,
    figures,
    issue_letter,
    move_case,
    proposed,
    with_loan,
)
from zhirong.operations.recovery.deadlines import last_day
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import DefaultCase, WriteOffFile

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
        "账销案存：核销不免除债务，继续追偿。",
        "The debtor still owes the full debt, and collection continues.",
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
    assembled = WRITE_OFF.take(begun, "assemble", Doer.WORKOUT, papers=papers)
    row = WriteOffFile.objects.filter(case=case, state=assembled).first()
    if row is None:
        row = _begin_file(work, case, begun)
        work.update(row, state=assembled)
    work.update(row, ground=request.ground, papers=papers, proposed_by_id=work.actor.account)
    proposal = {"kind": "write_off", "ground": request.ground, "papers": papers}
    work.update(case, proposal=proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：核销，{case.number}", f"To approve: write-off, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS)
    return {"id": case.pk}


def _begin_file(work: Work, case: DefaultCase, state: WriteOffState) -> WriteOffFile:
    count = WriteOffFile.objects.filter(case=case).count() + 1
    return work.create(
        WriteOffFile,
        case=case,
        lender_id=case.lender_id,
        number=f"{case.number}-HX{count}",
        state=state,
        ground="",
        proposed_by_id=work.actor.account,
    )


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
    _keep_file(work, case, request.opinion, facts)
    move_case(work, case, "write_off", Doer.APPROVER, facts, events=[*case.events, own], proposal=kept)
    return {"id": case.pk}


def _keep_file(work: Work, case: DefaultCase, opinion: str, facts: Mapping[str, bool]) -> None:
    """Advance the write-off file: approved, booked, and kept until its next review."""
    row = WriteOffFile.objects.filter(case=case, state=WriteOffState.ASSEMBLED).order_by("-pk").first()
    if row is None:
        return  # proposed before write-offs had files
    work.update(
        row,
        state=WRITE_OFF.take(WriteOffState(row.state), "approve", Doer.APPROVER, facts=facts),
        amount=sum(debt_today(case, work.day, work.rules).values()),
        opinion=opinion,
        decided_on=work.day,
    )
    work.update(row, state=WRITE_OFF.take(WriteOffState(row.state), "book", Doer.APPROVER))
    then = WRITE_OFF.take(WriteOffState(row.state), "keep", Doer.SYSTEM)
    review_by = last_day(work, "recovery.deadline.kept_review")
    work.update(row, state=then, due_on=review_by)
    owed = debt_today(case, work.day, work.rules)
    papers = [{"title": words.zh, "there": code in row.papers} for code, words in WRITE_OFF_PAPER_TEXT.items()]
    more = {
        "file": row.number,
        "ground": row.ground,
        "opinion": opinion,
        "review_by": review_by.isoformat(),
        "owed": figures(owed),
        "total": row.amount,
        "papers": papers,
    }
    issue_letter(work, case, DocumentKind.WRITE_OFF_DECISION, more, is_internal=True)


class Review(Request):
    """The findings of the review of a written-off file."""

    result: Annotated[
        Words, ask("复核结果", "Result", "如财产线索、追偿进展", "such as assets found", widget="area")
    ]


@operation(
    "write_off.review",
    Text("复核账销案存", "Review the kept file"),
    model=WriteOffFile,
    roles=WORKOUT,
    states=WRITE_OFF.states_before("close"),
    request=Review,
    page="recovery.write_off",
)
def review(work: Work, request: Review) -> Any:
    """Record the review of a written-off file; the next one is due in a year. A late review stays on the record."""
    row = work.row
    done = {"day": work.day.isoformat(), "result": request.result}
    if row.due_on is not None and row.due_on < work.day:
        done["last_day"] = row.due_on.isoformat()
    work.update(row, reviews=[*row.reviews, done], due_on=last_day(work, "recovery.deadline.kept_review"))
    return {"id": row.pk}


@operation(
    "write_off.close",
    Text("了结核销案", "Close the write-off file"),
    model=WriteOffFile,
    roles=LENDER_APPROVERS,
    states=WRITE_OFF.states_before("close"),
    relation=lambda actor, row: row.proposed_by_id != actor.account,
    request=Decision,
    page="recovery.write_off",
    is_grave=True,
)
def close_file(work: Work, request: Decision) -> Any:
    """Close the file of a debt that is paid, or whose case is closed as a final loss."""
    row = work.row
    case = with_loan(row.case)
    over = case.state == DefaultState.CLOSED or not sum(debt_today(case, work.day, work.rules).values())
    then = WRITE_OFF.take(WriteOffState(row.state), "close", Doer.APPROVER, facts={"released": over})
    work.update(row, state=then, opinion=f"{row.opinion}\n{request.opinion}", due_on=None)
    return {"id": row.pk}


listing(
    Listing(
        "recovery.write_offs",
        Text("核销案", "Write-off files"),
        WriteOffFile,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("债务人", "Debtor"), lambda row: row.case.firm.name, main=True),
            Column("amount", Text("核销金额（元）", "Written off (CNY)"), lambda row: row.amount, "money", "amount", main=True),
            Column("decided_on", Text("批准日", "Approved"), lambda row: row.decided_on, "day", "decided_on"),
            Column("due_on", Text("下次复核", "Next review"), lambda row: row.due_on, "day", "due_on", main=True),
            Column("state", Text("状态", "State"), lambda row: WRITE_OFF_WORDS[row.state], "state", main=True),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(WRITE_OFF_WORDS.items())),),
        roles=CASE_READERS,
        order="due_on",
        related=("case__firm",),
        page="recovery.write_off",
        empty=Text("暂无核销案", "No write-off files yet."),
    )
)  # fmt: skip
