"""Transitions of a case by the chain's table, and its steps with their time limits, so that their duration can be
measured.
"""

from datetime import date
from typing import Any

from zhirong.chain.financing.case import ENDED, WAY, CaseState, CaseTransition, next_state
from zhirong.kernel.days import working_days_from
from zhirong.operations.notices import overtake
from zhirong.operations.page_links import page_link
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, CaseStep, GuaranteeRequest, Loan, Paper


def change_case_state(work: Work, case: Case, move: CaseTransition, **values: Any) -> CaseState:
    """Change the state of a case, end its current step and begin the next. values: further columns that change with
    it.

    Raises InputError if the transition is not allowed now.
    """
    then = next_state(case.state, move)
    due = None if then in ENDED else time_limit(work, then)
    work.update(case, state=then.value, due_on=due, **values)
    begin_step(work, case, then, due)
    overtake(_pages_of(case, then), work.now)
    work.concerns(case.firm_id, case.lender_id, case.guarantor_id)
    return then


def _pages_of(case: Case, state: CaseState) -> list[str]:
    """Return the pages of a case that its new state leaves nothing to do on, as notices of the former state asked: those of
    its lender; of its documents once they are signed; everybody's at its end.
    """
    pages = [page_link(name, case.pk) for name in ("lender.case", "loan.completion")]
    is_signed = state in WAY and WAY.index(state) > WAY.index(CaseState.SIGNING)
    if state in ENDED or is_signed:
        papers = Paper.objects.filter(subject=f"case/{case.pk}").values_list("pk", flat=True)
        pages += [page_link("paper.page", one) for one in papers]
    if state in ENDED or state is CaseState.REPAID:
        loans = Loan.objects.filter(case=case).values_list("pk", flat=True)
        pages += [page_link("loan.page", one) for one in loans]
    if state in ENDED:
        asked = GuaranteeRequest.objects.filter(case=case).values_list("pk", flat=True)
        pages += [page_link("firm.case", case.pk), *(page_link("guarantor.request", one) for one in asked)]
    return pages


def begin_step(work: Work, case: Case, state: CaseState, due: date | None) -> None:
    """End the open step and begin another, unless the case has ended."""
    for step in CaseStep.objects.filter(case=case, ended_at=None):
        work.update(step, ended_at=work.now)
    if state not in ENDED:
        work.create(CaseStep, case=case, state=state.value, began_at=work.now, due_on=due)


def time_limit(work: Work, state: CaseState) -> date | None:
    """Return the last day of a step by the working-day rule; None if no rule limits it."""
    name = f"case.days.{state.value}"
    rule = work.rules.find(name, work.day) if name in work.rules else None
    if rule is None:
        return None
    calendar = working_days_from(work.rules.at("calendar.working_days", work.day).value)
    return calendar.add(work.day, rule.whole())


def add_cost(work: Work, case: Case, fen: int) -> None:
    """Add a cost of the process to the open step."""
    step = CaseStep.objects.filter(case=case, ended_at=None).first()
    if step is not None and fen:
        work.update(step, cost=step.cost + fen)
