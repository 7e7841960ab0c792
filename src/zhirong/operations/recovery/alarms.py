"""The watch on the platform: every night each loan's findings become tasks, ranked by money at risk, closed with evidence."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.default.case_states import DefaultState
from zhirong.chain.default.money_kinds import ALARM_WORDS, AlarmState
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.guarantee.states import GuaranteeState
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.right.records import LegalStatus
from zhirong.chain.watch.catalogue import COLOUR_TEXT, Colour, FindingRule, WatchCatalogue, catalogue_on
from zhirong.chain.watch.reading import DERIVED
from zhirong.chain.watch.sweep import (
    Alarm,
    Deadline,
    WatchedLoan,
    WatchedRight,
    WatchEvent,
    WatchResult,
    sweep_loan,
)
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.clock import now
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Request, Words, ask
from zhirong.operations.jobs import Task, job
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.loans import BANKERS, calendar, oldest_late, state_of
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay
from zhirong.operations.recovery.case_opening import Nightly
from zhirong.operations.recovery.cases import CASE_READERS, WORKOUT, clocks_of
from zhirong.operations.recovery.deadlines import demand_day
from zhirong.operations.refusals import refuse
from zhirong.operations.rulebook import rulebook
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Appraisal, FirmRight, GuaranteeRequest, Loan
from zhirong.store.recovery import DefaultCase, LoanAlarm

HANDLE = (*WORKOUT, MemberRole.LENDER_OFFICER)
_GONE = "事实已消失 / the fact no longer holds"
# The meaning of a right's status for the watch.
_EVENT_OF_STATUS: Mapping[str, str] = {
    LegalStatus.LAPSED.value: "lapsed",
    LegalStatus.INVALIDATED.value: "invalid_whole",
}


def watched(loan: Loan, state: LoanPosition, work: Any) -> WatchedLoan:
    """Return a loan as the watch reads it, each right at its last appraisal."""
    rights = list(FirmRight.objects.filter(pk__in=loan.case.rights))
    appraisals = list(
        Appraisal.objects.filter(case=loan.case_id, state=AppraisalState.ISSUED)
        .exclude(p50=None)
        .order_by("-valuation_date", "-pk")
    )
    case = DefaultCase.objects.filter(loan=loan).first()
    if case is not None:
        case.loan = loan
    granted = GuaranteeRequest.objects.filter(case=loan.case_id, state=GuaranteeState.GRANTED)
    return WatchedLoan(
        loan_id=loan.number,
        exposure=state.payoff,
        ceiling=Fraction(work.rules.at("watch.loan_to_value", work.day).number()),
        ends_on=loan.end or work.day,
        rights=tuple(_right(one, *_value_of(one, appraisals, len(rights))) for one in rights),
        events=(*_recorded(loan), *_by_status(rights)),
        deadlines=() if case is None else tuple(_deadlines(case, work)),
        taken_over=sum(one.exposure for one in granted),
        overdue_since=oldest_late(state),
        open_since=_open_since(loan),
    )


def _open_since(loan: Loan) -> dict[tuple[str, str], date]:
    """Return since when each finding of the loan has been open, by code and right."""
    found = LoanAlarm.objects.filter(loan=loan).exclude(state=AlarmState.CLOSED)
    return {(one.code, one.subject): one.since for one in found}


def _value_of(row: FirmRight, appraisals: Sequence[Appraisal], count: int) -> tuple[int | None, date | None]:
    """Return the value of a right and its day by the last appraisal that names it; an appraisal that names no right
    covers all.

    The value of several rights together is divided equally over them (assumed).
    """
    for one in appraisals:
        if not one.rights or row.pk in one.rights:
            return (one.p50 or 0) // (len(one.rights) or count), one.valuation_date
    return None, None


def _right(row: FirmRight, value: int | None, valued_on: date | None) -> WatchedRight:
    return WatchedRight(
        right_id=row.number,
        kind=row.kind,
        value=value,
        valued_on=valued_on,
        confirmed_on=row.checked_on,
        expires_on=row.ends_on,
        next_fee_on=row.next_fee_on,
    )


def _recorded(loan: Loan) -> list[WatchEvent]:
    """Return the recorded facts that are still open."""
    found = LoanAlarm.objects.filter(loan=loan, recorded=True).exclude(state=AlarmState.CLOSED)
    return [WatchEvent(one.code, one.since, one.subject) for one in found]


def _by_status(rights: Sequence[FirmRight]) -> list[WatchEvent]:
    return [
        WatchEvent(_EVENT_OF_STATUS[one.status], one.checked_on or date.min, one.number)
        for one in rights
        if one.status in _EVENT_OF_STATUS
    ]


def _deadlines(case: DefaultCase, work: Any) -> list[Deadline]:
    if case.state in (DefaultState.CLOSED, DefaultState.CURED):
        return []
    return [
        Deadline(one.code, one.explanation.label, one.last_day, case.carried)
        for one in clocks_of(case, work.day, work.rules)
    ]


@operation("alarm.sweep", Text("贷后巡查", "Sweep the loans"), request=Nightly, is_background=True)
def sweep(work: Work, request: Nightly) -> Any:
    """Find the problems of each outstanding loan of a batch; only changes are written."""
    loans = list(
        Loan.objects.filter(state=LoanState.STANDING, pk__gt=request.after)
        .select_related("case", "firm")
        .order_by("pk")[: request.limit]
    )
    catalogue = catalogue_on(work.rules, work.day)
    changed = 0
    for loan in loans:
        try:
            state = state_of(loan, work.day, work.rules)
        except InputError:
            continue  # ``loan.reckon`` raises the alert for a loan that cannot be recalculated
        result = sweep_loan(watched(loan, state, work), work.day, catalogue, calendar(work.rules, work.day))
        changed += _keep(work, loan, result)
    last = loans[-1].pk if loans else 0
    return {"last": last, "loans": len(loans), "changed": changed, "more": len(loans) == request.limit}


def _keep(work: Work, loan: Loan, result: WatchResult) -> int:
    """Open, change or close the alarms of a loan; returns the number of rows written."""
    known = {(one.code, one.subject): one for one in LoanAlarm.objects.filter(loan=loan)}
    written = 0
    for alarm in result.alarms:
        subject = _subject(alarm)
        values = _values(result, alarm)
        row = known.pop((alarm.code, subject), None)
        if row is None:
            row = work.create(
                LoanAlarm,
                loan=loan,
                lender_id=loan.lender_id,
                code=alarm.code,
                subject=subject,
                state=AlarmState.OPEN,
                since=alarm.since,
                **values,
            )
            _tell(work, loan, row, alarm)
            written += 1
        elif row.state == AlarmState.CLOSED and row.since != alarm.since:
            work.update(
                row, state=AlarmState.OPEN, since=alarm.since, times=row.times + 1, closed_on=None, **values
            )
            _tell(work, loan, row, alarm)
            written += 1
        elif row.state != AlarmState.CLOSED:
            differs = {name: value for name, value in values.items() if getattr(row, name) != value}
            if differs:
                work.update(row, **differs)
                written += 1
    for row in known.values():
        if row.state != AlarmState.CLOSED and not row.recorded:
            work.update(row, state=AlarmState.CLOSED, evidence=_GONE, closed_on=work.day)
            written += 1
    return written


def _subject(alarm: Alarm) -> str:
    """Return the key that distinguishes two alarms of one code: the right, or the day of a deadline."""
    return alarm.right_id or (alarm.since.isoformat() if alarm.code.startswith("deadline") else "")


def _values(result: WatchResult, alarm: Alarm) -> dict[str, Any]:
    tasks = [one for one in result.tasks if one.code == alarm.code and one.right_id == alarm.right_id]
    return {
        "colour": alarm.colour.value,
        "words": alarm.title.as_json(),
        "tasks": [
            {"who": one.who, "words": one.words.as_json(), "last_day": one.last_day.isoformat()} for one in tasks
        ],
        "at_risk": result.at_risk,
        "due_on": min((one.last_day for one in tasks), default=None),
    }


def _tell(work: Work, loan: Loan, row: LoanAlarm, alarm: Alarm) -> None:
    """Notify the lender of red and black findings."""
    if alarm.colour.grade < Colour.RED.grade:
        return
    words = Text(f"{loan.number}：{alarm.title.zh}", f"{loan.number}: {alarm.title.en}")
    work.notify(words, page_link("recovery.alarm", row.pk), loan.lender_id, HANDLE)


@job("recovery.night", daily="01:30")
def night(task: Task) -> Any:
    """After the end of day: open and cure cases, then look at every outstanding loan."""
    total = Loan.objects.filter(state=LoanState.STANDING).count()
    counts: dict[str, int] = {}
    for name in ("default.sweep", "alarm.sweep"):
        last = done = changed = 0
        while True:
            answer = task.run_operation(name, None, {"after": last}, part=f"{name}/{last}").answer
            done, changed = done + answer["loans"], changed + answer["changed"]
            task.progress(min(done, total), total)
            if not answer["more"]:
                break
            last = answer["last"]
        counts[name] = changed
    return counts


# -- findings that people record and close -------------------------------------------------------------------------------------


def _facts(actor: Actor, row: Any) -> Choices:
    catalogue: WatchCatalogue = catalogue_on(rulebook(), day_of(now()))
    return [(code, rule.title) for code, rule in sorted(catalogue.findings.items()) if code not in DERIVED]


def _loan_rights(actor: Actor, loan: Any) -> Choices:
    if loan is None:
        return []
    rights = FirmRight.objects.filter(pk__in=loan.case.rights)
    return [
        ("", Text("整笔贷款或企业", "the loan or the firm")),
        *((one.number, Text(one.title, one.title)) for one in rights),
    ]


class Fact(Request):
    """A fact that bears on a loan."""

    code: Annotated[str, ask("事实", "Fact", choices=_facts)]
    right: Annotated[str, ask("涉及的权利", "Right concerned", choices=_loan_rights)] = ""
    day: Annotated[RecentDay, ask("发生日", "Day")]
    evidence: Annotated[Words, ask("依据", "Evidence", widget="area")]


@operation(
    "alarm.record",
    Text("登记风险事实", "Record a fact"),
    model=Loan,
    roles=HANDLE,
    states=(LoanState.STANDING,),
    request=Fact,
    page="recovery.alarm",
)
def record(work: Work, request: Fact) -> Any:
    """Record a fact; its effect on value, category and tasks follows tonight by the catalogue."""
    loan = work.row
    rule = catalogue_on(work.rules, work.day).findings.get(request.code)
    if rule is None or request.code in DERIVED:
        raise refuse(
            "no_such_fact",
            "code",
            request.code,
            Text("没有此类事实", "there is no such fact"),
            Text("请从列表中选择", "choose one from the list"),
        )
    if request.right not in {value for value, _ in _loan_rights(work.actor, loan)}:
        raise refuse(
            "no_such_right",
            "right",
            request.right,
            Text("该权利未质押于本笔贷款", "this right is not pledged for the loan"),
            Text("请从列表中选择", "choose one from the list"),
        )
    demand_day(request.day, (loan.start or work.day) - timedelta(days=366), work.day, "day")
    row = keep_fact(work, loan, rule, right=request.right, day=request.day, evidence=request.evidence)
    work.subject_is(row)
    return {"id": row.pk}


def keep_fact(work: Work, loan: Loan, rule: FindingRule, *, right: str, day: date, evidence: str) -> LoanAlarm:
    """Record a fact as an alarm of the loan; one that is known already is changed, and opened again if it was closed."""
    known = LoanAlarm.objects.filter(loan=loan, code=rule.code, subject=right).first()
    values = {
        "colour": rule.colour.value,
        "words": rule.title.as_json(),
        "recorded": True,
        "evidence": evidence,
        "since": day,
        "state": AlarmState.OPEN,
    }
    if known is not None:
        times = known.times + (known.state == AlarmState.CLOSED)
        return work.update(known, **values, times=times, closed_on=None)
    return work.create(LoanAlarm, loan=loan, lender_id=loan.lender_id, code=rule.code, subject=right, **values)


@operation(
    "alarm.see",
    Text("开始处理", "Start handling"),
    model=LoanAlarm,
    roles=HANDLE,
    states=(AlarmState.OPEN,),
    page="recovery.alarm",
    is_bulk=True,
)
def see(work: Work, request: Any) -> Any:
    """Take the alarm on."""
    work.update(work.row, state=AlarmState.SEEN, seen_by_id=work.actor.account)
    return {"id": work.row.pk}


class Evidence(Request):
    """How it was dealt with, and how that is shown."""

    evidence: Annotated[Words, ask("处理结果和依据", "Result and evidence", widget="area")]


@operation(
    "alarm.close",
    Text("办结", "Close with evidence"),
    model=LoanAlarm,
    roles=HANDLE,
    states=(AlarmState.OPEN, AlarmState.SEEN),
    request=Evidence,
    page="recovery.alarm",
    help=Text("事实再次出现的，预警自动重新打开。", "It opens again by itself if the fact returns."),
)
def close(work: Work, request: Evidence) -> Any:
    """Close the alarm with evidence. A missed deadline stays on the record."""
    work.update(
        work.row,
        state=AlarmState.CLOSED,
        evidence=request.evidence,
        closed_by_id=work.actor.account,
        closed_on=work.day,
    )
    return {"id": work.row.pk}


listing(
    Listing(
        "recovery.alarms",
        Text("红名单", "Red list"),
        LoanAlarm,
        (
            Column("loan", Text("贷款", "Loan"), lambda row: row.loan.number, main=True),
            Column("firm", Text("借款人", "Borrower"), lambda row: row.loan.firm.name, main=True),
            Column("colour", Text("等级", "Colour"), lambda row: COLOUR_TEXT[Colour(row.colour)], "state", main=True),
            Column("words", Text("事由", "Why"), lambda row: row.words, main=True),
            Column("at_risk", Text("风险敞口（元）", "At risk (CNY)"), lambda row: row.at_risk, "money", "at_risk", main=True),
            Column("due_on", Text("办理期限", "By"), lambda row: row.due_on, "day", "due_on"),
            Column("state", Text("状态", "State"), lambda row: ALARM_WORDS[row.state], "state"),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(ALARM_WORDS.items())),
            Filter("colour", Text("等级", "Colour"), lambda colour: Q(colour=colour), tuple(COLOUR_TEXT.items())),
            Filter("loan", Text("贷款编号", "Loan"), lambda number: Q(loan__number=number.strip())),
        ),
        roles=tuple(dict.fromkeys((*CASE_READERS, *BANKERS))),
        order="-at_risk",
        related=("loan__firm",),
        narrow=lambda actor, day: ~Q(state=AlarmState.CLOSED),
        page="recovery.alarm",
        empty=Text("暂无预警。每晚巡查后，需处理的贷款按风险敞口在此列示", "No alarms. Every night the loans that need attention are listed here by money at risk."),
    )
)  # fmt: skip
