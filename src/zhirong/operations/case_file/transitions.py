"""Transitions of a case by the chain's table, and its steps with their time limits, so that their duration can be
measured.
"""

from datetime import date
from typing import Any

from zhirong.chain.financing.case import ENDED, CaseState, CaseTransition, next_state
from zhirong.kernel.days import working_days_from
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, CaseStep


def change_case_state(work: Work, case: Case, move: CaseTransition, **values: Any) -> CaseState:
    """Change the state of a case, end its current step and begin the next. values: further columns that change with
    it.

    Raises InputError if the transition is not allowed now.
    """
    then = next_state(case.state, move)
    due = None if then in ENDED else time_limit(work, then)
    work.update(case, state=then.value, due_on=due, **values)
    begin_step(work, case, then, due)
    work.concerns(case.firm_id, case.lender_id, case.guarantor_id)
    return then


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
