"""Demands with their service, and acceleration of the loan."""

from datetime import date, timedelta
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import CASES_OPEN, DEFAULT_CASE, WORKED_ON, DefaultState
from zhirong.chain.default.machine import Doer
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Line, Request, Words, ask
from zhirong.operations.loan.loans import append_event, event_id
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import debtors_debt
from zhirong.operations.recovery.cases import (
    FIRM,
    LENDER_APPROVERS,
    WORKOUT,
    Decision,
    case_page,
    figures,
    issue_letter,
    move_case,
    next_clock,
    proposed,
    with_loan,
)
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.recovery import DefaultCase


class Demand(Request):
    """The time to answer."""

    answer_days: Annotated[int, Field(ge=1, le=90), ask("答复期限（日）", "Days to answer")] = 10
    ground: Annotated[
        str,
        Field(max_length=500),
        ask(
            "约定事由",
            "Agreed event",
            "未逾期而依约定催收的，请注明",
            "if the debt is not overdue, state the agreed event",
        ),
    ] = ""


@operation(
    "default.demand",
    Text("催收", "Demand payment"),
    model=DefaultCase,
    roles=WORKOUT,
    states=WORKED_ON,
    request=Demand,
    page="recovery.case",
)
def demand(work: Work, request: Demand) -> Any:
    """Issue a demand with the debt by component. Its service restarts limitation."""
    case = with_loan(work.row)
    loan = case.loan
    facts = {"is_late": loan.overdue_days > 0 or bool(request.ground)}
    answer_by = work.day + timedelta(days=request.answer_days)
    owed = debtors_debt(loan, case.payer_events, work.day, work.rules)
    more = {
        "overdue_days": loan.overdue_days,
        "ground": request.ground,
        "answer_by": answer_by.isoformat(),
        "owed": figures(owed),
        "total": sum(owed.values()),
    }
    paper = issue_letter(work, case, DocumentKind.DEMAND_LETTER, more)
    entry = {"paper": paper, "day": work.day.isoformat(), "answer_by": answer_by.isoformat()}
    demands = [*case.demands, entry]
    if case.state in DEFAULT_CASE.states_before("demand"):
        move_case(work, case, "demand", Doer.WORKOUT, facts, demands=demands)
    else:
        if not facts["is_late"]:
            DEFAULT_CASE.take(DefaultState.OVERDUE, "demand", Doer.WORKOUT, facts=facts)
        work.update(case, demands=demands)
    work.notify(
        Text(f"催收通知：请于 {answer_by} 前答复", f"Demand for payment: answer by {answer_by}"),
        page_link("paper.page", paper),
        loan.firm_id,
        FIRM,
    )
    return {"id": case.pk, "paper": paper}


def _unserved(actor: Actor, case: Any) -> Choices:
    found = [] if case is None else case.demands
    return [
        (str(at), Text(f"{one['day']} 的催收函", f"the demand of {one['day']}"))
        for at, one in enumerate(found)
        if not one.get("served_on")
    ]


class Service(Request):
    """The means and day of service of a demand."""

    demand: Annotated[str, ask("催收函", "Demand", choices=_unserved)]
    served_on: Annotated[RecentDay, ask("送达日", "Served on")]
    evidence: Annotated[
        Line, ask("送达凭证", "Proof of service", "如邮政特快专递单号", "such as the courier tracking number")
    ]
    file: Annotated[Ticket | None, ask("凭证文件", "File", widget="file")] = None


@operation(
    "default.serve",
    Text("登记送达", "Record the service"),
    model=DefaultCase,
    roles=WORKOUT,
    states=CASES_OPEN,
    request=Service,
    page="recovery.case",
)
def serve(work: Work, request: Service) -> Any:
    """Record the proof of service: limitation starts again on that day."""
    case = with_loan(work.row)
    if request.demand not in {value for value, _ in _unserved(work.actor, case)}:
        raise refuse(
            "no_such_demand",
            "demand",
            request.demand,
            Text("没有该催收函，或已登记送达", "there is no such demand, or its service has already been recorded"),
            Text("请从列表中选择", "choose one from the list"),
        )
    at = int(request.demand)
    issued = date.fromisoformat(case.demands[at]["day"])
    demand_day(request.served_on, issued, work.day, "served_on")
    served = {**case.demands[at], "served_on": request.served_on.isoformat(), "evidence": request.evidence}
    if request.file:
        served["file"] = attach(work, request.file, f"defaultcase/{case.pk}", "service", case.lender).pk
    case.demands = [*case.demands[:at], served, *case.demands[at + 1 :]]
    due = next_clock(case, DefaultState(case.state), work.day, work.rules)
    work.update(case, demands=case.demands, due_on=due)
    return {"id": case.pk}


class Acceleration(Request):
    """The clause and the ground."""

    clause: Annotated[Line, ask("合同条款", "Clause", "如借款合同第八条", "such as article 8 of the loan contract")]
    ground: Annotated[Words, ask("触发事由", "Ground", widget="area")]


@operation(
    "default.propose_acceleration",
    Text("提请提前到期", "Propose acceleration"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("accelerate"),
    request=Acceleration,
    page="recovery.case",
)
def propose_acceleration(work: Work, request: Acceleration) -> Any:
    """Propose that the entire loan falls due; an approver decides."""
    case = work.row
    proposal = {"kind": "acceleration", "clause": request.clause, "ground": request.ground}
    work.update(case, proposal=proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：提前到期，{case.number}", f"To approve: acceleration, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS)
    return {"id": case.pk}


@operation(
    "default.accelerate",
    Text("批准提前到期", "Approve the acceleration"),
    model=DefaultCase,
    roles=LENDER_APPROVERS,
    states=DEFAULT_CASE.states_before("accelerate"),
    relation=proposed("acceleration"),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def accelerate(work: Work, request: Decision) -> Any:
    """Declare the entire loan due today and issue the letter."""
    case = with_loan(work.row)
    loan, proposal = case.loan, case.proposal
    today = work.day.isoformat()
    append_event(work, loan, {"id": event_id(loan, "A"), "kind": "acceleration", "day": today, "booked": today})
    owed = debtors_debt(loan, case.payer_events, work.day, work.rules)
    more = {
        "clause": proposal["clause"],
        "ground": proposal["ground"],
        "owed": figures(owed),
        "total": sum(owed.values()),
    }
    paper = issue_letter(work, case, DocumentKind.ACCELERATION_LETTER, more)
    facts = {"clause_named": True, "second_person": case.proposed_by_id != work.actor.account}
    kept = {**proposal, "kind": "accelerated", "opinion": request.opinion, "paper": paper}
    move_case(work, case, "accelerate", Doer.APPROVER, facts, proposal=kept)
    work.notify(
        Text("贷款已宣布提前到期", "the loan has been accelerated"),
        page_link("paper.page", paper),
        loan.firm_id,
        FIRM,
    )
    return {"id": case.pk, "paper": paper}
