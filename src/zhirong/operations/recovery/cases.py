"""Cases of default: opened, demanded, accelerated, claimed, closed; each decision by the people that it needs."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.default.case_states import (
    CASES_OPEN,
    DEFAULT_CASE,
    DEFAULT_WORDS,
    WORKED_ON,
    DefaultState,
)
from zhirong.chain.default.claim_states import CLAIMS_ENDED
from zhirong.chain.default.disposal_states import DisposalState
from zhirong.chain.default.machine import Doer, counted, last_day_of
from zhirong.chain.default.write_off_states import WRITE_OFF, WRITE_OFF_PAPER_TEXT, WriteOffPaper
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Category, Component
from zhirong.chain.loan.states import LoanState
from zhirong.chain.mode.vocabulary import SOURCE_TEXT, RecoverySource
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.watch.clocks import (
    GuaranteeTerm,
    Interruption,
    InterruptionGround,
    LegalClock,
    guarantee_clock,
    limitation_clock,
)
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, let_read, next_number
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import append_event, base_facts, calendar, event_id, oldest_late, state_of
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import (
    books_of_case,
    columns_of_case,
    counted_at_claim,
    debtors_debt,
    owed_words,
)
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Loan, Paper
from zhirong.store.recovery import DefaultCase, DisposalProject, PayerClaim

WORKOUT = (MemberRole.LENDER_WORKOUT,)
LENDER_APPROVERS = (MemberRole.LENDER_APPROVER, MemberRole.LENDER_MANAGER)
CASE_READERS = (
    *WORKOUT,
    *LENDER_APPROVERS,
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_CASHIER,
)
_FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)


def case_page(case: DefaultCase) -> str:
    """Return the page of a case of default."""
    return page_link("recovery.case", case.pk)


def move_case(
    work: Work, case: DefaultCase, step: str, doer: Doer, facts: Mapping[str, bool], **values: Any
) -> None:
    """Make a transition of a case with the facts that hold, and repeat its books in its columns.

    A step after its last day is recorded as missed for ever. Raises InputError with everything in the way.
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
    """Return the first last day that is open: of the next step, of limitation, of the guarantee period."""
    if state in (DefaultState.CLOSED, DefaultState.CURED):
        return None
    days = [clock.last_day for clock in clocks_of(case, day, rules) if clock.last_day >= day]
    for step in DEFAULT_CASE.possible(state):
        last = last_day_of(step, case.opened_on, rules, calendar(rules, day)) if step.code == "demand" else None
        if last is not None:
            days.append(last.day)
    return min(days, default=None)


def clocks_of(case: DefaultCase, day: date, rules: Rulebook) -> tuple[LegalClock, ...]:
    """Return the legal clocks of a case: limitation with its interruptions, and the guarantee period."""
    loan, days = case.loan, calendar(rules, day)
    due = loan.end or case.opened_on
    served = [
        Interruption(date.fromisoformat(one["served_on"]), InterruptionGround.DEMAND, one["evidence"])
        for one in case.demands
        if one.get("served_on")
    ]
    found = [limitation_clock(rules, due, days, served)]
    if loan.guarantor_id:
        months = int(loan.case.contract.get("guarantee_months", 0)) if loan.case.contract else 0
        term = GuaranteeTerm.MONTHS if months else GuaranteeTerm.NONE
        found.append(guarantee_clock(rules, due, days, term=term, months=months))
    return tuple(found)


# -- opening ---------------------------------------------------------------------------------------------------


class OpenCase(Request):
    """Why the case is opened."""

    ground: Annotated[
        Words,
        ask(
            "立案事由",
            "Ground",
            "如逾期、质押权利失效、交叉违约",
            "such as overdue, lapse of the right, cross-default",
            widget="area",
        ),
    ]


@operation(
    "default.open",
    Text("违约立案", "Open a case of default"),
    model=Loan,
    roles=(*WORKOUT, MemberRole.LENDER_OFFICER),
    states=(LoanState.STANDING,),
    request=OpenCase,
    page="recovery.case",
)
def open_case(work: Work, request: OpenCase) -> Any:
    """Open the case of default of a loan, or open a closed or cured one again under its number."""
    loan = work.row
    found = DefaultCase.objects.filter(loan=loan).select_related("loan__case").first()
    if found is not None and found.state in CASES_OPEN and found.state != DefaultState.WATCHED:
        raise refuse(
            "open_already",
            "loan",
            loan.number,
            Text(f"该笔贷款已有在办案件 {found.number}", f"the loan has an open case, {found.number}"),
            Text("请在该案件中办理", "work on that case"),
        )
    case = begin_case(work, loan, request.ground, found, Doer.WORKOUT)
    work.subject_is(case)
    return {"id": case.pk}


def begin_case(
    work: Work, loan: Loan, ground: str, found: DefaultCase | None, doer: Doer, *, opened_on: date | None = None
) -> DefaultCase:
    """Open a case of default, or the former one again. opened_on: the first day late, by default today."""
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
    words = Text(f"违约立案：{loan.firm.name}，{loan.number}", f"Case of default: {loan.firm.name}, {loan.number}")
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
    """Return 1 if something was written for a loan."""
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
    if not late and case.first_day is None and case.state in DEFAULT_CASE.states_before("cure"):
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


def is_bad(loan: Loan) -> bool:
    """Return whether the category of a loan is substandard or worse."""
    return bool(loan.category) and Category(loan.category).is_bad


# -- demand and its service ------------------------------------------------------------------------------------------


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
            "if the debt is not late, the event that was agreed",
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
        "owed": _figures(owed),
        "total": sum(owed.values()),
    }
    paper = _letter(work, case, DocumentKind.DEMAND_LETTER, more)
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
        _FIRM,
    )
    return {"id": case.pk, "paper": paper}


def _figures(owed: Mapping[Component, int]) -> dict[str, int]:
    return {component.value: owed.get(component, 0) for component in Component}


def _letter(work: Work, case: DefaultCase, kind: DocumentKind, facts: Mapping[str, Any]) -> int:
    """Make a letter to the firm, which the guarantor may read too, and return its id."""
    subject = f"defaultcase/{case.pk}"
    loan = case.loan
    paper = issue_paper(
        work,
        kind,
        {**base_facts(loan, work.day), **facts, "number": next_number(case.number, kind, subject)},
        subject=subject,
        owner=loan.lender,
        readers=(loan.firm, loan.guarantor),
    )
    return int(paper.pk)


def _unserved(actor: Actor, case: Any) -> Choices:
    found = [] if case is None else case.demands
    return [
        (str(at), Text(f"{one['day']} 的催收函", f"the demand of {one['day']}"))
        for at, one in enumerate(found)
        if not one.get("served_on")
    ]


class Service(Request):
    """How and when a demand was served."""

    demand: Annotated[str, ask("催收函", "Demand", choices=_unserved)]
    served_on: Annotated[RecentDay, ask("送达日", "Served on")]
    evidence: Annotated[
        Line, ask("送达凭证", "Proof of service", "如邮政特快专递单号", "such as the number of the courier")
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
            Text("没有该催收函，或已登记送达", "there is no such demand, or its service is recorded"),
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


# -- acceleration ----------------------------------------------------------------------------------------------------


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
    """Propose that the whole loan falls due; an approver decides."""
    case = work.row
    proposal = {"kind": "acceleration", "clause": request.clause, "ground": request.ground}
    work.update(case, proposal=proposal, proposed_by_id=work.actor.account)
    words = Text(f"待审批：提前到期，{case.number}", f"To approve: acceleration, {case.number}")
    work.notify(words, case_page(case), case.lender_id, LENDER_APPROVERS)
    return {"id": case.pk}


class Decision(Request):
    """The opinion of the second person."""

    opinion: Annotated[Words, ask("审批意见", "Opinion", widget="area")]


def _proposed(kind: str) -> Any:
    """Return the relation of an approver to a case with a proposal of this kind by somebody else."""
    return lambda actor, case: case.proposal.get("kind") == kind and case.proposed_by_id != actor.account


@operation(
    "default.accelerate",
    Text("批准提前到期", "Approve the acceleration"),
    model=DefaultCase,
    roles=LENDER_APPROVERS,
    states=DEFAULT_CASE.states_before("accelerate"),
    relation=_proposed("acceleration"),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def accelerate(work: Work, request: Decision) -> Any:
    """Declare the whole loan due today and issue the letter."""
    case = with_loan(work.row)
    loan, proposal = case.loan, case.proposal
    today = work.day.isoformat()
    append_event(work, loan, {"id": event_id(loan, "A"), "kind": "acceleration", "day": today, "booked": today})
    owed = debtors_debt(loan, case.payer_events, work.day, work.rules)
    more = {
        "clause": proposal["clause"],
        "ground": proposal["ground"],
        "owed": _figures(owed),
        "total": sum(owed.values()),
    }
    paper = _letter(work, case, DocumentKind.ACCELERATION_LETTER, more)
    facts = {"clause_named": True, "second_person": case.proposed_by_id != work.actor.account}
    kept = {**proposal, "kind": "accelerated", "opinion": request.opinion, "paper": paper}
    move_case(work, case, "accelerate", Doer.APPROVER, facts, proposal=kept)
    work.notify(
        Text("贷款已宣布提前到期", "the loan has been accelerated"),
        page_link("paper.page", paper),
        loan.firm_id,
        _FIRM,
    )
    return {"id": case.pk, "paper": paper}


# -- the debt, stated or from the loan --------------------------------------------------------------------------------


def freeze_debt(case: DefaultCase, day: date, rules: Rulebook) -> dict[str, Any]:
    """Return the columns of the claim day: the debt of that day by component, unless it is stated already."""
    if case.first_day is not None:
        return {}
    owed = debtors_debt(case.loan, case.payer_events, day, rules)
    # The events before the claim day are part of the debt that it freezes.
    return {"first_day": day, "owed": owed_words(owed)}


class StatedDebt(Request):
    """The debt by component on a day, as a judgment, award or agreed statement gives it."""

    day: Annotated[RecentDay, ask("截至日", "As of")]
    principal: Annotated[Fen, ask("本金", "Principal", widget="money")]
    interest: Annotated[Fen, ask("利息", "Interest", widget="money")] = 0
    compound: Annotated[Fen, ask("复利", "Compound interest", widget="money")] = 0
    penalty: Annotated[Fen, ask("罚息", "Penalty interest", widget="money")] = 0
    costs: Annotated[Fen, ask("费用", "Costs", widget="money")] = 0
    evidence: Annotated[Line, ask("依据", "Basis", "如判决书案号", "such as the number of the judgment")]


@operation(
    "default.state_debt",
    Text("登记已确定的债权", "State the debt"),
    model=DefaultCase,
    roles=WORKOUT,
    states=WORKED_ON,
    relation=lambda actor, case: case.first_day is None,
    request=StatedDebt,
    page="recovery.case",
    help=Text(
        "判决、裁决或对账已确定债权的，自该日起按登记的金额计算，新增利息和费用须另行登记。",
        "Where a judgment, award or statement fixes the debt, the case counts from it; later interest and costs are recorded.",
    ),
)
def state_debt(work: Work, request: StatedDebt) -> Any:
    """Count the case from a stated debt instead of the servicing of the loan."""
    case = with_loan(work.row)
    demand_day(request.day, case.loan.start or request.day, work.day, "day")
    owed = {component: getattr(request, component.value) for component in Component}
    if owed[Component.PRINCIPAL] > case.loan.principal:
        raise refuse(
            "too_large",
            "principal",
            show_yuan(owed[Component.PRINCIPAL]),
            Text("高于贷款本金", "exceeds the principal of the loan"),
            Text("请核对本金", "check the principal"),
        )
    values = {"first_day": request.day, "owed": owed_words(owed), "stated": True, "events": []}
    note = {**case.proposal, "debt_from": request.evidence}
    for name, value in values.items():
        setattr(case, name, value)
    work.update(case, **values, proposal=note, **columns_of_case(case, work.day, work.rules))
    return {"id": case.pk}


_GROWTH = (
    "cost_paid",
    *(
        f"accrued_{component.value}"
        for component in Component
        if component not in (Component.PRINCIPAL, Component.COSTS)
    ),
)
_GROWTH_WORDS = (
    ("cost_paid", Text("垫付的费用", "costs that the lender paid")),
    *(
        (f"accrued_{component.value}", COMPONENT_TEXT[component])
        for component in Component
        if component not in (Component.PRINCIPAL, Component.COSTS)
    ),
)


class Growth(Request):
    """What the stated debt grows by."""

    kind: Annotated[str, ask("项目", "What", choices=_GROWTH_WORDS)]
    day: Annotated[RecentDay, ask("日期", "Day")]
    amount: Annotated[Fen, Field(gt=0), ask("金额", "Amount", widget="money")]


@operation(
    "default.record_growth",
    Text("登记利息或费用", "Record interest or costs"),
    model=DefaultCase,
    roles=WORKOUT,
    states=(*WORKED_ON, DefaultState.WRITTEN_OFF),
    relation=lambda actor, case: case.stated,
    request=Growth,
    page="recovery.case",
)
def record_growth(work: Work, request: Growth) -> Any:
    """Record interest or costs of a case whose debt is stated."""
    event: dict[str, Any] = {"kind": "cost_paid"}
    if request.kind != _GROWTH[0]:
        event = {"kind": "accrued", "component": request.kind.removeprefix("accrued_")}
    add_event(work, work.row, {**event, "day": request.day.isoformat(), "amount": yuan(request.amount)})
    return {"id": work.row.pk}


def add_event(work: Work, case: DefaultCase, event: Mapping[str, Any], **values: Any) -> None:
    """Add an event to a case, recorded today, and repeat its books. Raises InputError for one that cannot have been."""
    first = case.first_day or case.opened_on
    demand_day(date.fromisoformat(event["day"]), first, work.day, "day")
    case.events = [*case.events, {**event, "recorded_on": work.day.isoformat()}]
    for name, value in values.items():
        setattr(case, name, value)
    work.update(case, events=case.events, **values, **columns_of_case(case, work.day, work.rules))


def _receipts(actor: Actor, case: Any) -> Choices:
    if case is None or case.first_day is None:
        return []
    counted = counted_at_claim(case)
    own = [
        one
        for one in case.loan.events
        if one["kind"] in ("payment", "recovery") and one["id"] not in case.payer_events
    ]
    return [
        (one["id"], Text(f"{one['day']} 收款 {one['amount']} 元", f"{one['day']}: CNY {one['amount']}"))
        for one in own
        if date.fromisoformat(one["day"]) > case.first_day or one["id"] not in counted
    ]


class Recovery(Request):
    """Where money came from, and what collecting it cost."""

    receipt: Annotated[str, ask("回收款", "Money received", choices=_receipts)]
    source: Annotated[RecoverySource, ask("来源", "Source", choices=tuple(SOURCE_TEXT.items()))]
    costs: Annotated[Fen, ask("实现债权的费用", "Costs of collecting it", widget="money")] = 0


@operation(
    "default.recovery",
    Text("登记回收款来源", "State the source of a recovery"),
    model=DefaultCase,
    roles=WORKOUT,
    states=(*WORKED_ON, DefaultState.WRITTEN_OFF),
    request=Recovery,
    page="recovery.case",
    help=Text(
        "回收款随银行流水入账；未登记来源的，视为债务人还款且没有费用。",
        "Money is booked with the bank's statement; without a source it counts as the debtor's, without costs.",
    ),
)
def recovery(work: Work, request: Recovery) -> Any:
    """State source and costs of money received; the division among the payers follows."""
    case = with_loan(work.row)
    amounts = {one["id"]: parse_yuan(one["amount"]) for one in case.loan.events if "amount" in one}
    if request.receipt not in dict(_receipts(work.actor, case)):
        raise refuse(
            "no_such_receipt",
            "receipt",
            request.receipt,
            Text("没有该笔回收款", "there is no such recovery"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if request.costs > amounts[request.receipt]:
        raise refuse(
            "costs_too_large",
            "costs",
            show_yuan(request.costs),
            Text("费用高于回收款", "the costs exceed the recovery"),
            Text("超出部分请登记为债务人承担的费用", "record the excess as costs that the debtor owes"),
        )
    note = {"source": request.source, "costs": yuan(request.costs), "recorded_on": work.day.isoformat()}
    case.notes = {**case.notes, request.receipt: note}
    work.update(case, notes=case.notes, **columns_of_case(case, work.day, work.rules))
    settle_claims(work, case)
    return {"id": case.pk}


def settle_claims(work: Work, case: DefaultCase) -> None:
    """Repeat in the claims of a case what each payer is to get back."""
    if case.first_day is None:
        return
    books = books_of_case(case, work.day, work.rules)
    for claim in PayerClaim.objects.filter(case=case):
        back = claim.paid - books.net_of(claim.party) + clawback_interest(case, claim.party) - claim.returned
        if back != claim.due_back:
            due = None
            if back > 0:
                rule = work.rules.at("recovery.deadline.return", work.day)
                due = counted(work.day, rule.whole(), rule.unit, calendar(work.rules, work.day))
            work.update(claim, due_back=back, due_on=due if back > 0 else claim.due_on)


def clawback_interest(case: DefaultCase, party: str) -> int:
    """Return the interest on what a payer has clawed back."""
    return sum(
        parse_yuan(one.get("interest", "0"))
        for one in case.events
        if one["kind"] == "clawed_back" and one["party"] == party
    )


class Bankruptcy(Request):
    """The acceptance of a petition against the debtor."""

    day: Annotated[RecentDay, ask("受理日", "Accepted on")]
    ruling: Annotated[Line, ask("裁定书案号", "Number of the ruling")]
    declare_by: Annotated[RecentDay, ask("债权申报截止日", "Last day to declare the claim")]


@operation(
    "default.bankruptcy",
    Text("登记受理破产", "Record the bankruptcy"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("bankruptcy"),
    request=Bankruptcy,
    page="recovery.case",
    is_grave=True,
)
def bankruptcy(work: Work, request: Bankruptcy) -> Any:
    """Stop interest on the day of acceptance, for debtor and guarantors."""
    case = with_loan(work.row)
    loan, day = case.loan, request.day.isoformat()
    demand_day(request.day, case.first_day or case.opened_on, work.day, "day")
    append_event(
        work,
        loan,
        {"id": event_id(loan, "K"), "kind": "bankruptcy", "day": day, "booked": work.day.isoformat()},
    )
    event = {"kind": "bankruptcy", "day": day, "recorded_on": work.day.isoformat()}
    proposal = {**case.proposal, "ruling": request.ruling, "declare_by": request.declare_by.isoformat()}
    move_case(work, case, "bankruptcy", Doer.WORKOUT, {}, events=[*case.events, event], proposal=proposal)
    work.update(case, due_on=min(filter(None, (case.due_on, request.declare_by))))
    return {"id": case.pk}


# -- write-off --------------------------------------------------------------------------------------------------------


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
    relation=_proposed("write_off"),
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


# -- closing ------------------------------------------------------------------------------------------------------


def open_points(case: DefaultCase, day: date, rules: Rulebook) -> tuple[Text, ...]:
    """Return what must be settled before a case can be closed."""
    points = []
    for claim in PayerClaim.objects.filter(loan=case.loan_id).select_related("payer"):
        if claim.state not in CLAIMS_ENDED:
            points.append(Text(f"对{claim.payer.name}的索赔尚未了结", f"the claim on {claim.payer.name} is open"))
        elif claim.due_back > 0:
            points.append(
                Text(
                    f"应返还{claim.payer.name} {show_yuan(claim.due_back)} 元",
                    f"CNY {show_yuan(claim.due_back)} must go back to {claim.payer.name}",
                )
            )
    open_projects = DisposalProject.objects.filter(case=case).exclude(closed_states())
    points += [Text(f"处置项目 {one.number} 尚未了结", f"disposal {one.number} is open") for one in open_projects]
    debt = sum(debtors_debt(case.loan, case.payer_events, day, rules).values())
    is_over = case.state in (DefaultState.WRITTEN_OFF, DefaultState.CURED)
    if debt and not is_over and not case.proposal.get("final_loss"):
        points.append(
            Text(
                f"债务人尚欠 {show_yuan(debt)} 元；不再追偿的，请在结案申请中写明最终损失",
                f"the debtor owes CNY {show_yuan(debt)}; if nothing more will come, state the final loss in the proposal",
            )
        )
    return tuple(points)


def closed_states() -> Q:
    """Return the condition of disposal projects that are over."""
    return Q(state__in=(DisposalState.CLOSED.value, DisposalState.WITHDRAWN.value))


class CloseProposal(Request):
    """Why the case can be closed."""

    reason: Annotated[Words, ask("结案理由", "Reason", widget="area")]
    final_loss: Annotated[bool, ask("其余欠款为最终损失", "What is still owed is a final loss", widget="flag")] = (
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
    relation=_proposed("close"),
    request=Decision,
    page="recovery.case",
    is_grave=True,
)
def close(work: Work, request: Decision) -> Any:
    """Close the case with a report of who paid and who got back what."""
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
        steps = [{"day": one.day.isoformat(), "title": one.title.zh, "amount": one.amount} for one in books.steps]
    owed = debtors_debt(case.loan, case.payer_events, work.day, work.rules)
    more = {
        "reason": case.proposal.get("reason", ""),
        "opened_on": case.opened_on.isoformat(),
        "parties": parties,
        "steps": steps,
        "owed": _figures(owed),
        "total": sum(owed.values()),
        "missed": len(case.missed),
    }
    paper = _letter(work, case, DocumentKind.CLOSING_REPORT, more)
    row = Paper.objects.get(pk=paper)
    let_read(work, row, *PayerClaim.objects.filter(loan=case.loan_id).values_list("payer_id", flat=True))
    return paper


def with_loan(case: DefaultCase) -> DefaultCase:
    """Return the case with its loan read at once."""
    case.loan = Loan.objects.select_related("case", "firm", "lender", "guarantor").get(pk=case.loan_id)
    return case


listing(
    Listing(
        "recovery.cases",
        Text("违约案件", "Cases of default"),
        DefaultCase,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("债务人", "Debtor"), lambda row: row.firm.name, main=True),
            Column("debt", Text("债务（元）", "Debt (CNY)"), lambda row: row.debt, "money", "debt", main=True),
            Column("carried", Text("本行承担（元）", "Carried by the lender (CNY)"), lambda row: row.carried, "money", "carried"),
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
        empty=Text("暂无违约案件。逾期的贷款每晚自动立案", "No cases of default. A loan that is late gets its case every night."),
    )
)  # fmt: skip
