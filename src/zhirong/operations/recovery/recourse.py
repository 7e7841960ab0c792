"""Recourse of a payer that took the claim over: its acts, its limitation, its end."""

from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.default.machine import Doer
from zhirong.chain.default.recourse_states import RECOURSE, RECOURSE_WORDS, RecourseState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.watch.clocks import Interruption, InterruptionGround, limitation_clock
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import calendar
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.recovery import PayerClaim, Recourse

_OFFICERS = (MemberRole.GUARANTOR_OFFICER, MemberRole.INSURER_OFFICER, MemberRole.FUND_OFFICER)
_APPROVERS = (MemberRole.GUARANTOR_APPROVER, MemberRole.INSURER_APPROVER, MemberRole.FUND_APPROVER)
_ACTS = ("demand", "secure", "sue", "enforce", "ask_peers")
_ENDS = ("write_off", "extinguish")
# The events that restart limitation.
_RESTARTS = {
    "demand": InterruptionGround.DEMAND,
    "sue": InterruptionGround.SUIT,
    "enforce": InterruptionGround.LIKE_A_SUIT,
}


def keep_recourse(work: Work, claim: PayerClaim, amount: int, day: date) -> None:
    """Let the recourse arise with the first payment, and grow with the next ones."""
    found = Recourse.objects.filter(claim=claim).first()
    if found is not None:
        work.update(found, amount=found.amount + amount)
        return
    last = limitation_clock(work.rules, day, calendar(work.rules, work.day)).last_day
    work.create(
        Recourse,
        claim=claim,
        payer_id=claim.payer_id,
        firm_id=claim.loan.firm_id,
        state=RECOURSE.take(None, "arise", Doer.SYSTEM),
        amount=amount,
        arisen_on=day,
        limitation_on=last,
    )


class RecourseAct(Request):
    """A step of the payer with its day and evidence."""

    act: Annotated[str, ask("行动", "Act", choices=tuple((code, RECOURSE.step(code).title) for code in _ACTS))]
    day: Annotated[RecentDay, ask("日期", "Day")]
    evidence: Annotated[
        Line, ask("凭证", "Evidence", "如案号、送达凭证", "such as the number of the case, proof of service")
    ]
    confirmed: Annotated[
        bool,
        ask(
            "已取得执行依据，或保证人之间有分担约定",
            "There is a title, or the guarantors agreed to share",
            widget="flag",
        ),
    ] = False


def _is_own(actor: Any, row: Any) -> bool:
    return bool(row.payer_id == actor.organisation)


PURSUED = tuple(one for one in RecourseState if one not in (RecourseState.EXTINGUISHED, RecourseState.WRITTEN_OFF))


@operation(
    "recourse.record",
    Text("登记追偿行动", "Record an act of recourse"),
    model=Recourse,
    roles=_OFFICERS,
    states=PURSUED,
    relation=_is_own,
    request=RecourseAct,
    page="recovery.recourse_of",
)
def record(work: Work, request: RecourseAct) -> Any:
    """Record an act; a demand, a suit and enforcement restart limitation."""
    row = work.row
    if not row.arisen_on <= request.day <= work.day:
        raise refuse(
            "wrong_day",
            "day",
            request.day,
            Text(f"须在 {row.arisen_on} 至 {work.day} 之间", f"must be between {row.arisen_on} and {work.day}"),
            Text("请更正日期", "correct the date"),
        )
    facts = {"title": request.confirmed, "peers_agreed": request.confirmed}
    then = RECOURSE.take(RecourseState(row.state), request.act, Doer.PAYER, facts=facts)
    acts = [*row.acts, {"act": request.act, "day": request.day.isoformat(), "evidence": request.evidence}]
    grounds = [
        Interruption(date.fromisoformat(one["day"]), _RESTARTS[one["act"]], one["evidence"])
        for one in acts
        if one["act"] in _RESTARTS
    ]
    last = limitation_clock(work.rules, row.arisen_on, calendar(work.rules, work.day), grounds).last_day
    work.update(row, state=then, acts=acts, limitation_on=last)
    return {"id": row.pk}


class RecourseEnd(Request):
    """The outcome of the recourse, and the reason."""

    step: Annotated[str, ask("结果", "Result", choices=tuple((code, RECOURSE.step(code).title) for code in _ENDS))]
    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


@operation(
    "recourse.end",
    Text("追偿核销或消灭", "Write off or extinguish"),
    model=Recourse,
    roles=_APPROVERS,
    states=RECOURSE.states_before("extinguish"),
    relation=_is_own,
    request=RecourseEnd,
    page="recovery.recourse_of",
    is_grave=True,
)
def end(work: Work, request: RecourseEnd) -> Any:
    """Write the recourse off, or record that it is paid or extinguished."""
    row = work.row
    facts = {"paid_or_released": True}
    then = RECOURSE.take(RecourseState(row.state), request.step, Doer.PAYER_APPROVER, facts=facts)
    acts = [*row.acts, {"act": request.step, "day": work.day.isoformat(), "evidence": request.reason}]
    work.update(row, state=then, acts=acts)
    return {"id": row.pk}


listing(
    Listing(
        "recovery.recourse",
        Text("追偿", "Recourse"),
        Recourse,
        (
            Column("claim", Text("索赔", "Claim"), lambda row: row.claim.number, main=True),
            Column("firm", Text("债务人", "Debtor"), lambda row: row.firm.name, main=True),
            Column("amount", Text("追偿额（元）", "Amount (CNY)"), lambda row: row.amount, "money", "amount", main=True),
            Column("limitation_on", Text("诉讼时效届满日", "Limitation"), lambda row: row.limitation_on, "day", "limitation_on"),
            Column("state", Text("状态", "State"), lambda row: RECOURSE_WORDS[row.state], "state", main=True),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(RECOURSE_WORDS.items())),),
        roles=(*_OFFICERS, *_APPROVERS),
        order="limitation_on",
        related=("claim", "firm"),
        page="recovery.recourse_of",
        empty=Text("暂无追偿", "No recourse yet."),
    )
)  # fmt: skip
