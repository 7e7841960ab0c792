"""Disputes of a case: the tracks are compared, one is chosen, its steps recorded with their clocks and fees."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.default.case_states import DEFAULT_CASE, DefaultState
from zhirong.chain.default.dispute_states import DISPUTE, DISPUTE_WORDS, TRACK_WORDS, DisputeState, DisputeTrack
from zhirong.chain.default.machine import Doer
from zhirong.chain.default.tracks import TrackValue, compare_tracks, last_day_of_track
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Request, Words, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import calendar
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.books import debtors_debt
from zhirong.operations.recovery.cases import CASE_READERS, WORKOUT, move_case, next_clock, with_loan
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.recovery.office_fees import charge_debtor
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.recovery import DefaultCase, Dispute

# Tracks before a court or tribunal: with them the case itself goes to court.
_IN_COURT = (
    DisputeTrack.PAYMENT_ORDER,
    DisputeTrack.SPECIAL_PROCEDURE,
    DisputeTrack.ARBITRATION,
    DisputeTrack.SUIT,
    DisputeTrack.ENFORCEMENT,
)
STEPS = ("file", "hear", "decide", "appeal", "become_final", "enforce", "end")


def dispute_page(row: Dispute) -> str:
    """Return the page of a dispute."""
    return page_link("recovery.dispute", row.pk)


def compared_tracks(case: DefaultCase, day: date, rules: Any) -> tuple[TrackValue, ...]:
    """Return the tracks of a case by present value, on the debt of the day at the rate of its loan."""
    debt = sum(debtors_debt(case.loan, case.payer_events, day, rules).values())
    rate = Fraction(str(case.loan.contract["loan"]["rate"]))
    return compare_tracks(rules, day, debt, rate) if debt else ()


def _tracks(actor: Actor, case: Any) -> Choices:
    if case is None:
        return []
    found = compared_tracks(with_loan(case), case.reckoned_on or case.opened_on, rulebook())
    return [
        (
            one.code,
            Text(
                f"{one.title.zh}（费用 {show_yuan(one.fee)} 元，{one.days} 天，现值 {show_yuan(one.present_value)} 元）",
                f"{one.title.en} (fee CNY {show_yuan(one.fee)}, {one.days} days, present value CNY "
                f"{show_yuan(one.present_value)})",
            ),
        )
        for one in found
    ]


class Choose(Request):
    """The track that is chosen after the comparison, and why."""

    track: Annotated[
        str, ask("争议途径", "Track", "按现值由高到低", "by present value, highest first", choices=_tracks)
    ]
    reason: Annotated[Words, ask("选择理由", "Reason", widget="area")]


@operation(
    "dispute.choose",
    Text("选定争议途径", "Choose a dispute track"),
    model=DefaultCase,
    roles=WORKOUT,
    states=DEFAULT_CASE.states_before("sue"),
    request=Choose,
    page="recovery.dispute",
)
def choose(work: Work, request: Choose) -> Any:
    """Choose a track with the comparison of all tracks on today's debt."""
    case = with_loan(work.row)
    found = compared_tracks(case, work.day, work.rules)
    chosen = next((one for one in found if one.code == request.track), None)
    if chosen is None:
        raise refuse(
            "no_such_track",
            "track",
            request.track,
            Text("没有该争议途径", "there is no such track"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if Dispute.objects.filter(case=case, track=chosen.track).exclude(state=DisputeState.ENDED).exists():
        raise refuse(
            "open_already",
            "track",
            request.track,
            Text("该案件已有在办的同类途径", "the case has an open dispute on this track"),
            Text("请先了结", "end it first"),
        )
    count = Dispute.objects.filter(case=case).count() + 1
    row = work.create(
        Dispute,
        case=case,
        lender_id=case.lender_id,
        number=f"{case.number}-ZY{count}",
        track=chosen.track,
        simplified=chosen.simplified,
        state=DISPUTE.take(None, "choose", Doer.WORKOUT),
        plan={"day": work.day.isoformat(), "tracks": [_as_row(one) for one in found]},
        claimed=sum(debtors_debt(case.loan, case.payer_events, work.day, work.rules).values()),
        since=work.day,
        reason=request.reason,
    )
    work.subject_is(row)
    return {"id": row.pk}


def _as_row(one: TrackValue) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.title.as_json(),
        "fee": one.fee,
        "execution": one.execution,
        "days": one.days,
        "chance": str(one.chance),
        "present_value": one.present_value,
        "keeps": [words.as_json() for words in one.keeps],
    }


def possible_steps(row: Dispute) -> tuple[str, ...]:
    """Return the codes of the steps that a dispute can make now."""
    return tuple(one.code for one in DISPUTE.possible(DisputeState(row.state)))


def _possible(actor: Actor, row: Any) -> Choices:
    codes = STEPS if row is None else possible_steps(row)
    return [(code, DISPUTE.step(code).title) for code in codes]


class RecordStep(Request):
    """A step of the dispute with its day, result and cost."""

    step: Annotated[str, ask("进展", "Step", choices=_possible)]
    day: Annotated[RecentDay, ask("日期", "Day")]
    forum: Annotated[str, ask("法院、仲裁或调解机构", "Court, tribunal or mediator")] = ""
    docket: Annotated[str, ask("案号", "Number of the case")] = ""
    result: Annotated[Words, ask("结果", "Result", widget="area")]
    fee: Annotated[
        Fen,
        ask(
            "本次支付的费用",
            "Fee paid now",
            "由债务人承担，计入债务",
            "the debtor bears the fee; it is added to the debt",
            widget="money",
        ),
    ] = 0
    file: Annotated[Ticket | None, ask("凭证文件", "File", widget="file")] = None


@operation(
    "dispute.record",
    Text("登记争议进展", "Record a step of the dispute"),
    model=Dispute,
    roles=WORKOUT,
    states=DISPUTE.states_before("end"),
    request=RecordStep,
    page="recovery.dispute",
)
def record(work: Work, request: RecordStep) -> Any:
    """Record a step with its deadline. Filing restarts limitation, and the debtor owes fees paid."""
    row = work.row
    if request.file:
        attach(work, request.file, f"defaultcase/{row.case_id}", "dispute", row.lender)
    entered = {"forum": request.forum or row.forum, "docket": request.docket or row.docket}
    take_step(
        work,
        row,
        request.step,
        request.day,
        result=request.result,
        by=work.actor.organisation_name,
        doer=Doer.WORKOUT,
        **entered,
    )
    case = with_loan(row.case)
    if request.fee:
        work.update(row, fee=row.fee + request.fee)
        charge_debtor(work, case.loan, case, request.day, request.fee)
    if request.step == "file" and row.track in _IN_COURT and case.state in DEFAULT_CASE.states_before("sue"):
        move_case(work, case, "sue", Doer.WORKOUT, {})
    else:
        work.update(case, due_on=next_clock(case, DefaultState(case.state), work.day, work.rules))
    return {"id": row.pk}


def take_step(
    work: Work,
    row: Dispute,
    step: str,
    day: date,
    *,
    result: str,
    by: str,
    doer: Doer,
    **values: Any,
) -> None:
    """Record a step of a dispute on a day; a step after its last day is recorded as late. Raises InputError."""
    demand_day(day, row.since, work.day, "day")
    then = DISPUTE.take(DisputeState(row.state), step, doer)
    done = {"step": step, "day": day.isoformat(), "recorded_on": work.day.isoformat(), "by": by, "result": result}
    if row.due_on is not None and row.due_on < day:
        done["last_day"] = row.due_on.isoformat()
    due = last_day_of_track(
        work.rules,
        DisputeTrack(row.track),
        then,
        day,
        calendar(work.rules, work.day),
        simplified=row.simplified,
    )
    days: Mapping[str, Any] = {"file": {"filed_on": day}, "become_final": {"final_on": day}}.get(step, {})
    work.update(row, state=then, steps=[*row.steps, done], since=day, due_on=due, **days, **values)


listing(
    Listing(
        "recovery.disputes",
        Text("争议途径", "Disputes"),
        Dispute,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("债务人", "Debtor"), lambda row: row.case.firm.name, main=True),
            Column("track", Text("途径", "Track"), lambda row: TRACK_WORDS[DisputeTrack(row.track)], main=True),
            Column("docket", Text("案号", "Number of the case"), lambda row: row.docket),
            Column("claimed", Text("标的额（元）", "Claimed (CNY)"), lambda row: row.claimed, "money", "claimed"),
            Column("due_on", Text("期限", "Last day"), lambda row: row.due_on, "day", "due_on", main=True),
            Column("state", Text("状态", "State"), lambda row: DISPUTE_WORDS[row.state], "state", main=True),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(DISPUTE_WORDS.items())),),
        roles=CASE_READERS,
        order="due_on",
        related=("case__firm",),
        page="recovery.dispute",
        empty=Text("暂无争议途径。请在违约案件中选定", "No disputes yet. Choose a track in a default case."),
    )
)  # fmt: skip
