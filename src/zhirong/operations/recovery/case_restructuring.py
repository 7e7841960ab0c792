"""Restructuring of a loan in default: proposed with the agreement, approved by another person, then under observation."""

from datetime import date
from typing import Annotated, Any

from zhirong.chain.default.case_states import DEFAULT_CASE, DefaultState
from zhirong.chain.default.machine import Doer
from zhirong.chain.loan.servicing.classification import LoanFacts, Watch, watch_of
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Rate, Request, Words, ask
from zhirong.operations.loan.loans import append_event, event_id, state_of
from zhirong.operations.plausibility import TermDay
from zhirong.operations.recovery.cases import (
    FIRM,
    LENDER_APPROVERS,
    WORKOUT,
    Decision,
    case_page,
    move_case,
    proposed,
    with_loan,
)
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Loan
from zhirong.store.recovery import DefaultCase, PayerClaim

_METHODS = tuple((one.value, words) for one, words in METHOD_TEXT.items() if one is not Method.CUSTOM)


def watch_of_loan(loan: Loan, day: date, rules: Rulebook) -> Watch | None:
    """Return the observation period of a restructured loan (measures of 2023, articles 17 to 22)."""
    return watch_of(state_of(loan, day, rules).standing, LoanFacts(), rules, day)


def is_observed(loan: Loan, day: date, rules: Rulebook) -> bool:
    """Return whether a restructured loan is still under observation."""
    standing = state_of(loan, day, rules).standing
    watch = watch_of(standing, LoanFacts(), rules, day)
    return watch is not None and not watch.is_over(standing, LoanFacts(), day)


class Restructure(Request):
    """The agreement with the debtor, and the consenting parties."""

    until: Annotated[TermDay, ask("新的到期日", "New maturity date")]
    rate: Annotated[
        Rate | None, ask("新的年利率", "New yearly rate", "不变的请留空", "empty if it does not change")
    ] = None
    method: Annotated[Method, ask("还款方式", "Repayment method", choices=_METHODS)]
    capitalises: Annotated[bool, ask("未付利息转为本金", "Unpaid interest becomes principal", widget="flag")] = (
        False
    )
    guarantor_consents: Annotated[
        bool,
        ask(
            "保证人已书面同意",
            "The guarantor consents in writing",
            "未经书面同意，保证人对加重的债务不承担责任，保证期间不变（民法典第六百九十五条）",
            "without consent, the guarantor is not liable for any increase in the debt and the guarantee period does not change (Civil Code 695)",
            widget="flag",
        ),
    ] = False
    payers_consent: Annotated[
        bool,
        ask("已入库或已通知的分担方已同意", "Every other party that shares the loss consents", widget="flag"),
    ] = False
    ground: Annotated[Words, ask("财务困难和重组理由", "Difficulty and reason", widget="area")]
    agreement: Annotated[Ticket, ask("重组协议", "Agreement", widget="file")]


def _is_open(actor: Actor, case: DefaultCase) -> bool:
    """Return whether the debt has not been frozen by a claim or statement."""
    return case.first_day is None


@operation(
    "default.propose_restructuring",
    Text("提请重组", "Propose a restructuring"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("restructure"),
    relation=_is_open,
    request=Restructure,
    page="recovery.case",
    help=Text(
        "重组后进入观察期：自调整后第一个还款日起，至少连续两个还款期且不少于一年。",
        "The loan is then under observation: at least two periods and a year from the first due day after the change.",
    ),
)
def propose_restructuring(work: Work, request: Restructure) -> Any:
    """Propose a new schedule on a written agreement; an approver decides."""
    case = with_loan(work.row)
    demand_day(request.until, work.day, date.max, "until")
    facts = {"consents_given": _consented(case, request), "second_person": True}
    DEFAULT_CASE.take(DefaultState(case.state), "restructure", Doer.APPROVER, facts=facts, papers=("agreement",))
    kept = attach(work, request.agreement, f"defaultcase/{case.pk}", "agreement", case.lender)
    proposal = {
        "kind": "restructuring",
        "until": request.until.isoformat(),
        "rate": None if request.rate is None else str(request.rate),
        "method": request.method.value,
        "capitalises": request.capitalises,
        "ground": request.ground,
        "agreement": kept.pk,
    }
    work.update(case, proposal=proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：重组，{case.number}", f"To approve: restructuring, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS, asks=True)
    return {"id": case.pk}


def _consented(case: DefaultCase, request: Restructure) -> bool:
    """Return whether all required consents are given: those of the guarantor and of every party of a pool or claim."""
    others = PayerClaim.objects.filter(loan=case.loan_id)
    guarantor = request.guarantor_consents or not case.loan.guarantor_id
    return guarantor and (request.payers_consent or not others.exists())


@operation(
    "default.restructure",
    Text("批准重组", "Approve the restructuring"),
    model=DefaultCase,
    roles=LENDER_APPROVERS,
    states=DEFAULT_CASE.states_before("restructure"),
    relation=lambda actor, case: case.first_day is None and proposed("restructuring")(actor, case),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def restructure(work: Work, request: Decision) -> Any:
    """Put the new schedule into the loan from today; the observation period begins with its first due day."""
    case = with_loan(work.row)
    loan, agreed = case.loan, case.proposal
    event: dict[str, Any] = {
        "id": event_id(loan, "R"),
        "kind": "restructuring",
        "day": work.day.isoformat(),
        "booked": work.day.isoformat(),
        "until": agreed["until"],
        "method": agreed["method"],
        "capitalises": agreed["capitalises"],
    }
    if agreed["rate"] is not None:
        event["rate"] = agreed["rate"]
    append_event(work, loan, event)
    facts = {"consents_given": True, "second_person": case.proposed_by_id != work.actor.account}
    kept = {**agreed, "kind": "restructured", "opinion": request.opinion}
    move_case(work, case, "restructure", Doer.APPROVER, facts, proposal=kept)
    words = Text(f"贷款已重组，新的到期日 {agreed['until']}", f"The loan is restructured until {agreed['until']}")
    work.notify(words, case_page(case), loan.firm_id, FIRM)
    return {"id": case.pk}
