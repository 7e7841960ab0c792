"""Default cases: their transitions, deadlines, letters and list. Their operations are in ``case_*``."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import DEFAULT_CASE, DEFAULT_WORDS, DefaultState
from zhirong.chain.default.dispute_states import DisputeState, DisputeTrack
from zhirong.chain.default.machine import Doer, last_day_of
from zhirong.chain.loan.servicing.components import Category, Component
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.watch.clocks import (
    GuaranteeTerm,
    Interruption,
    InterruptionGround,
    LegalClock,
    enforcement_clock,
    guarantee_clock,
    limitation_clock,
)
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import issue_paper, next_number
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import base_facts, calendar
from zhirong.operations.page_links import page_link
from zhirong.operations.recovery.books import columns_of_case
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan
from zhirong.store.recovery import DefaultCase, Dispute

WORKOUT = (MemberRole.LENDER_WORKOUT,)
LENDER_APPROVERS = (MemberRole.LENDER_APPROVER, MemberRole.LENDER_MANAGER)
CASE_READERS = (
    *WORKOUT,
    *LENDER_APPROVERS,
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_CASHIER,
)
# Filing on these tracks restarts limitation (Civil Code 195).
_GROUND_OF: Mapping[DisputeTrack, InterruptionGround] = {
    DisputeTrack.SUIT: InterruptionGround.SUIT,
    DisputeTrack.ARBITRATION: InterruptionGround.ARBITRATION,
    DisputeTrack.PAYMENT_ORDER: InterruptionGround.LIKE_A_SUIT,
    DisputeTrack.MEDIATION: InterruptionGround.LIKE_A_SUIT,
    DisputeTrack.SPECIAL_PROCEDURE: InterruptionGround.LIKE_A_SUIT,
    DisputeTrack.ENFORCEMENT: InterruptionGround.LIKE_A_SUIT,
    DisputeTrack.BANKRUPTCY: InterruptionGround.LIKE_A_SUIT,
}
FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)
DISPOSAL_AGENTS = (MemberRole.OPERATOR_AGENT,)


def case_page(case: DefaultCase) -> str:
    """Return the page of a default case."""
    return page_link("recovery.case", case.pk)


def move_case(
    work: Work, case: DefaultCase, step: str, doer: Doer, facts: Mapping[str, bool], **values: Any
) -> None:
    """Make a transition of a case with the current facts, and update its columns from its books. A step after its
    last day is recorded permanently as missed. Raises InputError with every obstacle.
    """
    then = DEFAULT_CASE.take(
        DefaultState(case.state), step, doer, facts=facts, papers=DEFAULT_CASE.step(step).needs
    )
    late = _missed(work, case, step)
    for name, value in values.items():
        setattr(case, name, value)
    columns = columns_of_case(case, work.day, work.rules)
    missed = [*case.missed, late] if late else case.missed
    clock = next_clock(case, then, work.day, work.rules)
    work.update(case, **values, **columns, state=then, missed=missed, due_on=clock)


def _missed(work: Work, case: DefaultCase, step: str) -> dict[str, str] | None:
    if not DEFAULT_CASE.step(step).deadline or case.due_on is None or case.due_on >= work.day:
        return None
    return {"step": step, "last_day": case.due_on.isoformat(), "done_on": work.day.isoformat()}


def next_clock(case: DefaultCase, state: DefaultState, day: date, rules: Rulebook) -> date | None:
    """Return the earliest open deadline: of the next step, of limitation, or of the guarantee period."""
    if state in (DefaultState.CLOSED, DefaultState.CURED):
        return None
    days = [clock.last_day for clock in clocks_of(case, day, rules) if clock.last_day >= day]
    if case.pk:
        tracks = Dispute.objects.filter(case=case, due_on__gte=day).exclude(state=DisputeState.ENDED)
        days += [last for last in tracks.values_list("due_on", flat=True) if last is not None]
    for step in DEFAULT_CASE.possible(state):
        last = last_day_of(step, case.opened_on, rules, calendar(rules, day)) if step.code == "demand" else None
        if last is not None:
            days.append(last.day)
    return min(days, default=None)


def due_day_of(case: DefaultCase) -> date:
    """Return the day on which the entire debt is due: that of its acceleration, otherwise the end of the loan."""
    called = [one["day"] for one in case.loan.events if one["kind"] == "acceleration"]
    if called:
        return date.fromisoformat(min(called))
    return case.loan.end or case.opened_on


def clocks_of(case: DefaultCase, day: date, rules: Rulebook) -> tuple[LegalClock, ...]:
    """Return the legal clocks of a case: limitation with its interruptions, enforcement of titles, the guarantee period."""
    loan, days = case.loan, calendar(rules, day)
    due = due_day_of(case)
    served = [
        Interruption(date.fromisoformat(one["served_on"]), InterruptionGround.DEMAND, one["evidence"])
        for one in case.demands
        if one.get("served_on")
    ]
    disputes = list(Dispute.objects.filter(case=case)) if case.pk else []
    served += [
        Interruption(one.filed_on, _GROUND_OF[DisputeTrack(one.track)], one.docket or one.number)
        for one in disputes
        if one.filed_on is not None and DisputeTrack(one.track) in _GROUND_OF
    ]
    found = [limitation_clock(rules, due, days, served)]
    found += [
        enforcement_clock(rules, one.final_on, days)
        for one in disputes
        if one.final_on is not None and one.state == DisputeState.FINAL
    ]
    if loan.guarantor_id:
        months = int(loan.case.contract.get("guarantee_months", 0)) if loan.case.contract else 0
        term = GuaranteeTerm.MONTHS if months else GuaranteeTerm.NONE
        found.append(guarantee_clock(rules, due, days, term=term, months=months))
    return tuple(found)


def is_bad(loan: Loan) -> bool:
    """Return whether the category of a loan is substandard or worse."""
    return bool(loan.category) and Category(loan.category).is_bad


class Decision(Request):
    """The opinion of the second person."""

    opinion: Annotated[Words, ask("审批意见", "Opinion", widget="area")]


def proposed(kind: str) -> Any:
    """Return the relation of an approver to a case with a proposal of this kind by somebody else."""
    return lambda actor, case: case.proposal.get("kind") == kind and case.proposed_by_id != actor.account


def figures(owed: Mapping[Component, int]) -> dict[str, int]:
    return {component.value: owed.get(component, 0) for component in Component}


def issue_letter(
    work: Work, case: DefaultCase, kind: DocumentKind, facts: Mapping[str, Any], *, is_internal: bool = False
) -> int:
    """Make a letter to the firm, which the guarantor may read too, and return its id. is_internal: only the lender reads
    it.
    """
    subject = f"defaultcase/{case.pk}"
    loan = case.loan
    paper = issue_paper(
        work,
        kind,
        {**base_facts(loan, work.day), **facts, "number": next_number(case.number, kind, subject)},
        subject=subject,
        owner=loan.lender,
        readers=() if is_internal else (loan.firm, loan.guarantor),
    )
    return int(paper.pk)


def add_event(work: Work, case: DefaultCase, event: Mapping[str, Any], **values: Any) -> None:
    """Add an event to a case, recorded today, and update its books. Raises InputError for an impossible event."""
    first = case.first_day or case.opened_on
    demand_day(date.fromisoformat(event["day"]), first, work.day, "day")
    case.events = [*case.events, {**event, "recorded_on": work.day.isoformat()}]
    for name, value in values.items():
        setattr(case, name, value)
    work.update(case, events=case.events, **values, **columns_of_case(case, work.day, work.rules))


def with_loan(case: DefaultCase) -> DefaultCase:
    """Return the case with its loan read at once."""
    case.loan = Loan.objects.select_related("case", "firm", "lender", "guarantor").get(pk=case.loan_id)
    return case


listing(
    Listing(
        "recovery.cases",
        Text("违约案件", "Default cases"),
        DefaultCase,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("债务人", "Debtor"), lambda row: row.firm.name, main=True),
            Column("debt", Text("债务（元）", "Debt (CNY)"), lambda row: row.debt, "money", "debt", main=True),
            Column("carried", Text("本行承担（元）", "Borne by the lender (CNY)"), lambda row: row.carried, "money", "carried"),
            Column("due_on", Text("最近期限", "Next deadline"), lambda row: row.due_on, "day", "due_on", main=True),
            Column("opened_on", Text("立案日", "Opened"), lambda row: row.opened_on, "day", "opened_on"),
            Column("state", Text("状态", "State"), lambda row: DEFAULT_WORDS[row.state], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(DEFAULT_WORDS.items())),
            Filter("number", Text("编号", "Number"), lambda number: Q(number=number.strip())),
        ),
        roles=CASE_READERS,
        order="due_on",
        related=("firm",),
        page="recovery.case",
        empty=Text("暂无违约案件。逾期的贷款每晚自动立案", "No default cases. A case is opened every night for each overdue loan."),
    )
)  # fmt: skip
