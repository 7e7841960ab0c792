"""The debt of a case: from the loan or as stated, its accruals, recoveries, and bankruptcy."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from zhirong.chain.default.case_states import DEFAULT_CASE, WORKED_ON, DefaultState
from zhirong.chain.default.machine import Doer, counted
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.chain.mode.vocabulary import SOURCE_TEXT, RecoverySource
from zhirong.kernel.money import parse_yuan, show_yuan, yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, ask
from zhirong.operations.loan.loans import append_event, calendar, event_id
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import (
    books_of_case,
    columns_of_case,
    counted_at_claim,
    debtors_debt,
    owed_words,
)
from zhirong.operations.recovery.cases import WORKOUT, add_event, move_case, with_loan
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import DefaultCase, PayerClaim


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
        "If a judgment, award or agreed statement fixes the debt, the case uses that amount. Record later interest and costs separately.",
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
    """Accruals of a stated debt."""

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
    """The source of money received, and the cost of collecting it."""

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
        "Recoveries are booked from the bank's statement. Without a stated source, they count as paid by the debtor, free of costs.",
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
    """Update the amounts to be returned to each payer in the claims of a case."""
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
    """Return the interest on an amount clawed back by a payer."""
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
