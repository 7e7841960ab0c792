"""Default cases are opened: by an officer, and every night for each loan that is late."""

from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.default.case_states import CASES_OPEN, DEFAULT_CASE, DefaultState
from zhirong.chain.default.machine import Doer
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.loan.loans import oldest_late, state_of
from zhirong.operations.recovery.books import columns_of_case, debtors_debt
from zhirong.operations.recovery.case_debt import settle_claims
from zhirong.operations.recovery.case_restructuring import is_observed
from zhirong.operations.recovery.cases import WORKOUT, case_page, is_bad, move_case, next_clock
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan
from zhirong.store.recovery import DefaultCase


class OpenCase(Request):
    """The ground for opening the case."""

    ground: Annotated[
        Words,
        ask(
            "立案事由",
            "Ground",
            "如逾期、质押权利失效、交叉违约",
            "such as overdue debt, lapse of the right, cross-default",
            widget="area",
        ),
    ]


@operation(
    "default.open",
    Text("违约立案", "Open a default case"),
    model=Loan,
    roles=(*WORKOUT, MemberRole.LENDER_OFFICER),
    states=(LoanState.STANDING,),
    request=OpenCase,
    page="recovery.case",
)
def open_case(work: Work, request: OpenCase) -> Any:
    """Open the default case of a loan, or open a closed or cured one again under its number."""
    loan = work.row
    found = DefaultCase.objects.filter(loan=loan).select_related("loan__case").first()
    if found is not None and found.state in CASES_OPEN and found.state != DefaultState.WATCHED:
        raise refuse(
            "open_already",
            "loan",
            loan.number,
            Text(f"该笔贷款已有在办案件 {found.number}", f"the loan already has an open case, {found.number}"),
            Text("请在该案件中办理", "work on that case"),
        )
    case = begin_case(work, loan, request.ground, found, Doer.WORKOUT)
    work.subject_is(case)
    return {"id": case.pk}


def begin_case(
    work: Work, loan: Loan, ground: str, found: DefaultCase | None, doer: Doer, *, opened_on: date | None = None
) -> DefaultCase:
    """Open a default case, or the former one again. opened_on: the first day late, by default today."""
    if found is not None:
        step = "reopen" if found.state == DefaultState.CLOSED else "fall_overdue"
        then = DEFAULT_CASE.take(DefaultState(found.state), step, Doer.WORKOUT)
        return work.update(found, state=then, ground=ground, opened_on=opened_on or work.day, closed_on=None)
    state = DEFAULT_CASE.take(None, "open", doer)
    case = DefaultCase(loan=loan, opened_on=opened_on or work.day)
    due = next_clock(case, state, work.day, work.rules)
    debt = sum(debtors_debt(loan, (), work.day, work.rules).values())
    made = work.create(
        DefaultCase,
        loan=loan,
        lender_id=loan.lender_id,
        firm_id=loan.firm_id,
        officer_id=None if doer is Doer.SYSTEM else work.actor.account,
        number=f"{loan.number}-WY",
        state=state,
        mode=loan.mode,
        ground=ground,
        opened_on=opened_on or work.day,
        reckoned_on=work.day,
        debt=debt,
        carried=debt,
        due_on=due,
    )
    words = Text(f"违约立案：{loan.firm.name}，{loan.number}", f"Default case: {loan.firm.name}, {loan.number}")
    work.notify(words, case_page(made), loan.lender_id, WORKOUT)
    return made


class Nightly(Request):
    """The loans of a batch: those after an id, up to a number."""

    after: Annotated[int, Field(ge=0), ask("从编号之后", "After ID")] = 0
    limit: Annotated[int, Field(ge=1, le=500), ask("笔数", "Number of loans")] = 25


@operation("default.sweep", Text("违约巡检", "Sweep for defaults"), request=Nightly, is_background=True)
def sweep(work: Work, request: Nightly) -> Any:
    """Open the case of each loan that is late, class it down, or cure it; only changes are written."""
    loans = list(
        Loan.objects.filter(state__in=(LoanState.STANDING, LoanState.REPAID), pk__gt=request.after)
        .filter(Q(overdue_days__gt=0) | Q(defaultcase__state__in=[state.value for state in CASES_OPEN]))
        .select_related("case", "firm", "lender", "defaultcase")
        .order_by("pk")[: request.limit]
    )
    changed = sum(_sweep_one(work, loan) for loan in loans)
    last = loans[-1].pk if loans else 0
    return {"last": last, "loans": len(loans), "changed": changed, "more": len(loans) == request.limit}


def _sweep_one(work: Work, loan: Loan) -> int:
    """Open or update the default case of a loan. Returns 1 if it wrote anything, otherwise 0."""
    case: DefaultCase | None = getattr(loan, "defaultcase", None)
    late, written = loan.overdue_days > 0, 0
    if late and (case is None or case.state in (DefaultState.WATCHED, DefaultState.CURED)):
        since = oldest_late(state_of(loan, work.day, work.rules)) or work.day
        ground = f"逾期 {loan.overdue_days} 日"
        case = begin_case(work, loan, ground, case, Doer.SYSTEM, opened_on=since + timedelta(days=1))
        written = 1
    if case is None:
        return 0
    case.loan = loan
    before_claim = DEFAULT_CASE.states_before("class_down")
    if loan.state == LoanState.STANDING and late and case.state in before_claim and is_bad(loan):
        stop = {"kind": "accrual_stopped", "day": work.day.isoformat(), "recorded_on": work.day.isoformat()}
        move_case(work, case, "class_down", Doer.SYSTEM, {}, events=[*case.events, stop])
        words = Text(f"转为不良：{loan.number}", f"Non-performing: {loan.number}")
        work.notify(words, case_page(case), loan.lender_id, WORKOUT)
        return 1
    if not late and case.first_day is None and _may_be_cured(work, case):
        move_case(work, case, "cure", Doer.SYSTEM, {"all_due_paid": True}, closed_on=work.day)
        return 1
    settle_claims(work, case)
    columns = columns_of_case(case, work.day, work.rules)
    columns["due_on"] = next_clock(case, DefaultState(case.state), work.day, work.rules)
    differs = {
        name: value for name, value in columns.items() if name != "reckoned_on" and getattr(case, name) != value
    }
    if differs:
        work.update(case, **columns)
    return written or int(bool(differs))


def _may_be_cured(work: Work, case: DefaultCase) -> bool:
    """Return whether a case that is not late any more is cured; a restructured one only after its observation."""
    if case.state == DefaultState.RESTRUCTURED and is_observed(case.loan, work.day, work.rules):
        return False
    return case.state in DEFAULT_CASE.states_before("cure")
