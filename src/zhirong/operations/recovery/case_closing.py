"""The closing of a case: no items are open, another person approves, and the report lists the payments and returns
of each party.
"""

from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import DEFAULT_CASE, DefaultState
from zhirong.chain.default.claim_states import CLAIMS_ENDED
from zhirong.chain.default.disposal_states import DisposalState
from zhirong.chain.default.dispute_states import DisputeState
from zhirong.chain.default.machine import Doer
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import let_read
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.recovery.books import books_of_case, debtors_debt
from zhirong.operations.recovery.cases import (
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
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Paper
from zhirong.store.recovery import DefaultCase, DisposalProject, Dispute, PayerClaim


def open_points(case: DefaultCase, day: date, rules: Rulebook) -> tuple[Text, ...]:
    """Return the items to be settled before a case can be closed."""
    points = []
    for claim in PayerClaim.objects.filter(loan=case.loan_id).select_related("payer"):
        if claim.state not in CLAIMS_ENDED:
            points.append(Text(f"对{claim.payer.name}的索赔尚未了结", f"the claim on {claim.payer.name} is open"))
        elif claim.due_back > 0:
            points.append(
                Text(
                    f"应返还{claim.payer.name} {show_yuan(claim.due_back)} 元",
                    f"CNY {show_yuan(claim.due_back)} must be returned to {claim.payer.name}",
                )
            )
    open_projects = DisposalProject.objects.filter(case=case).exclude(closed_states())
    points += [Text(f"处置项目 {one.number} 尚未了结", f"disposal {one.number} is open") for one in open_projects]
    disputes = Dispute.objects.filter(case=case).exclude(state=DisputeState.ENDED)
    points += [Text(f"争议途径 {one.number} 尚未结束", f"dispute {one.number} is open") for one in disputes]
    debt = sum(debtors_debt(case.loan, case.payer_events, day, rules).values())
    is_over = case.state in (DefaultState.WRITTEN_OFF, DefaultState.CURED)
    if debt and not is_over and not case.proposal.get("final_loss"):
        points.append(
            Text(
                f"债务人尚欠 {show_yuan(debt)} 元；不再追偿的，请在结案申请中写明最终损失",
                f"the debtor owes CNY {show_yuan(debt)}; if no further recovery is expected, state the final loss in the proposal",
            )
        )
    return tuple(points)


def closed_states() -> Q:
    """Return the condition of disposal projects that are over."""
    return Q(state__in=(DisposalState.CLOSED.value, DisposalState.WITHDRAWN.value))


class CloseProposal(Request):
    """The ground for closing the case."""

    reason: Annotated[Words, ask("结案理由", "Reason", widget="area")]
    final_loss: Annotated[bool, ask("其余欠款为最终损失", "The remaining debt is a final loss", widget="flag")] = (
        False
    )


@operation(
    "default.propose_close",
    Text("提请结案", "Propose to close"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("close"),
    request=CloseProposal,
    page="recovery.case",
)
def propose_close(work: Work, request: CloseProposal) -> Any:
    """Propose to close the case; an approver decides."""
    case = with_loan(work.row)
    case.proposal = {"kind": "close", "reason": request.reason, "final_loss": request.final_loss}
    _demand_nothing_open(case, work)
    work.update(case, proposal=case.proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：结案，{case.number}", f"To approve: closing, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS)
    return {"id": case.pk}


def _demand_nothing_open(case: DefaultCase, work: Work) -> None:
    points = open_points(case, work.day, work.rules)
    if points:
        hint = Text("请先了结该事项", "settle it first")
        raise InputError([Problem("case", case.number, one, hint, "point_open") for one in points])


@operation(
    "default.close",
    Text("批准结案", "Approve the closing"),
    model=DefaultCase,
    roles=LENDER_APPROVERS,
    states=DEFAULT_CASE.states_before("close"),
    relation=proposed("close"),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def close(work: Work, request: Decision) -> Any:
    """Close the case with a report of payments and returns."""
    case = with_loan(work.row)
    _demand_nothing_open(case, work)
    paper = closing_report(work, case)
    facts = {"nothing_open": True, "second_person": case.proposed_by_id != work.actor.account}
    kept = {**case.proposal, "kind": "closed", "opinion": request.opinion, "paper": paper}
    move_case(work, case, "close", Doer.APPROVER, facts, proposal=kept, closed_on=work.day)
    return {"id": case.pk, "paper": paper}


def closing_report(work: Work, case: DefaultCase) -> int:
    """Make the closing report and let every payer read it; return its id."""
    parties: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    if case.first_day is not None:
        books = books_of_case(case, work.day, work.rules)
        claims = {claim.party: claim for claim in PayerClaim.objects.filter(case=case)}
        for party, carries in books.carried.items():
            claim = claims.get(party)
            paid, back = (0, 0) if claim is None else (claim.paid, claim.returned)
            parties.append({"name": books.mode.name_of(party).zh, "paid": paid, "back": back, "carries": carries})
        names = {party: books.mode.name_of(party).zh for party in books.carried}
        steps = [
            {
                "day": one.day.isoformat(),
                "title": one.title.zh,
                "amount": one.amount,
                "carried": {name: one.of_loan.get(party, 0) for party, name in names.items()},
            }
            for one in books.steps
        ]
    owed = debtors_debt(case.loan, case.payer_events, work.day, work.rules)
    more = {
        "reason": case.proposal.get("reason", ""),
        "opened_on": case.opened_on.isoformat(),
        "parties": parties,
        "steps": steps,
        "owed": figures(owed),
        "total": sum(owed.values()),
        "missed": len(case.missed),
    }
    paper = issue_letter(work, case, DocumentKind.CLOSING_REPORT, more)
    row = Paper.objects.get(pk=paper)
    let_read(work, row, *PayerClaim.objects.filter(loan=case.loan_id).values_list("payer_id", flat=True))
    return paper
