"""Due diligence by the lender: accepting a case, asking the firm, completing the checklist."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from zhirong.chain.financing.case import CaseState, CaseTransition
from zhirong.chain.financing.diligence import (
    TITLE_INVESTIGATION,
    VERDICT_TEXT,
    CheckRule,
    CheckState,
    DiligenceRule,
    DiligenceVerdict,
    checklist,
    entry_problems,
    rules_of_items,
)
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.platform.states import MessageKind
from zhirong.chain.quote.optional_inputs import FINDING_TEXT, PAYER_TEXT
from zhirong.chain.quote.title import read_title
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.tables import plain, right_id
from zhirong.operations.case_file.transitions import add_cost, change_case_state
from zhirong.operations.declare import operation
from zhirong.operations.fields import Choices, Fen, Line, Request, Words, ask, id_of
from zhirong.operations.page_links import page_link
from zhirong.operations.plausibility import RecentDay, UnusualReason, unusual_amount
from zhirong.operations.refusals import refuse
from zhirong.operations.snapshots import subject_name
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import Ticket, attach
from zhirong.store.financing import Approval, Case, CheckItem, Message
from zhirong.store.parties import Account, Membership

DESK = (MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
_VERDICTS: dict[Any, Text] = {one.value: words for one, words in VERDICT_TEXT.items()}
# The verdict of the checklist item for each finding of the law firm.
_TITLE_VERDICT = {
    "clear": DiligenceVerdict.CLEAR,
    "curable": DiligenceVerdict.NOTABLE,
    "defective": DiligenceVerdict.ADVERSE,
}


def name_of(account: Account | None) -> str:
    """Return the name of a person on pages and documents."""
    return "" if account is None else account.display_name or account.email


def firm_page(case: Case) -> str:
    """Return the firm's page of the case."""
    return page_link("firm.case", case.pk)


def lender_page(case: Case) -> str:
    """Return the lender's page of the case."""
    return page_link("lender.case", case.pk)


def officers(actor: Actor, row: Any) -> Choices:
    """Return the loan officers of the actor's organisation."""
    members = Membership.objects.filter(organisation=actor.organisation, active=True).select_related("account")
    return [
        (str(one.account_id), Text(name_of(one.account), name_of(one.account)))
        for one in members.order_by("pk")
        if MemberRole.LENDER_OFFICER in one.roles
    ]


def _demand_officer(work: Work, officer: int) -> None:
    if str(officer) not in {value for value, _ in officers(work.actor, work.row)}:
        raise refuse(
            "not_an_officer",
            "officer",
            officer,
            Text("该人员不是本行客户经理", "not a loan officer of this lender"),
            Text("请从名单中选择", "choose one from the list"),
        )


class Accept(Request):
    """The officer who will handle the case."""

    officer: Annotated[
        int | None,
        id_of("accounts"),
        ask(
            "客户经理",
            "Officer",
            "留空则由您本人经办",
            "leave empty to handle the case yourself",
            choices=officers,
            start=lambda actor, row: actor.account if actor.has(MemberRole.LENDER_OFFICER) else None,
        ),
    ] = None


@operation(
    "case.accept",
    Text("受理", "Accept the case"),
    model=Case,
    roles=DESK,
    states=(CaseState.SUBMITTED,),
    request=Accept,
    page="lender.case",
)
def accept(work: Work, request: Accept) -> Any:
    """Accept the case: due diligence begins, an officer handles it, and the checklist of the day is created."""
    officer = request.officer or work.actor.account
    _demand_officer(work, officer)
    change_case_state(work, work.row, CaseTransition.ACCEPT, officer_id=officer)
    there = set(CheckItem.objects.filter(case=work.row).values_list("item", flat=True))
    for rule in checklist(work.rules, work.day):
        if rule.id not in there:
            work.create(CheckItem, case=work.row, item=rule.id, state=CheckState.OPEN.value)
    work.notify(
        Text(
            f"{work.row.lender.name}已受理您的申请 {work.row.number}",
            f"{work.row.lender.name} has accepted your application {work.row.number}",
        ),
        firm_page(work.row),
        work.row.firm,
    )


HELD = (
    CaseState.DILIGENCE,
    CaseState.APPROVAL,
    CaseState.APPROVED,
    CaseState.SIGNING,
    CaseState.REGISTERING,
    CaseState.DISBURSED,
    CaseState.REPAID,
)


def _may_hand_over(actor: Actor, row: Any) -> bool:
    """Return whether the actor is the officer of the case or the branch manager of the bank."""
    is_its = actor.account == row.officer_id or actor.has(MemberRole.LENDER_MANAGER)
    return bool(row.lender_id == actor.organisation and is_its)


class HandOver(Request):
    """The new officer and the reason."""

    officer: Annotated[int, id_of("accounts"), ask("接手的客户经理", "New officer", choices=officers)]
    reason: Annotated[Line, ask("移交原因", "Reason")]


@operation(
    "case.hand_over",
    Text("移交客户经理", "Transfer to another officer"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_MANAGER),
    relation=_may_hand_over,
    states=HELD,
    request=HandOver,
    page="lender.case",
    help=Text("移交后原经办人仍不得审批该笔业务。", "The previous officer still may not approve this case."),
)
def hand_over(work: Work, request: HandOver) -> Any:
    """Transfer the case to another officer, who must not have decided on it."""
    case = work.row
    _demand_officer(work, request.officer)
    if request.officer == case.officer_id:
        raise refuse(
            "officer_already",
            "officer",
            request.officer,
            Text("该笔业务已由其经办", "this officer already handles the case"),
            Text("请另选一位", "choose another officer"),
        )
    if Approval.objects.filter(case=case, by=request.officer).exists():
        raise refuse(
            "has_decided",
            "officer",
            request.officer,
            Text(
                "其已参与该笔业务审批，不得经办", "this person took part in the approval and cannot handle the case"
            ),
            Text("请另选一位未参与审批的客户经理", "choose an officer who did not take part in the approval"),
        )
    before = [] if case.officer_id is None else [case.officer_id]
    former = sorted({*case.former_officers, *before} - {request.officer})
    work.update(case, officer_id=request.officer, former_officers=former)
    work.notify(
        Text(
            f"{case.number} 移交给您：{request.reason}",
            f"{case.number} has been transferred to you: {request.reason}",
        ),
        lender_page(case),
        case.lender,
        (MemberRole.LENDER_OFFICER,),
        asks=True,
    )


class Return(Request):
    """The reason for the return, and the required additions."""

    reason: Annotated[Words, ask("退回原因", "Reason for return", widget="area")]
    bring: Annotated[Words, ask("需要补充", "Required additions", "企业可见", "visible to the firm", widget="area")]


@operation(
    "case.return",
    Text("退回补充", "Return to the firm"),
    model=Case,
    roles=DESK,
    states=(CaseState.SUBMITTED, CaseState.DILIGENCE),
    request=Return,
    page="lender.home",
)
def send_back_to_firm(work: Work, request: Return) -> Any:
    """Return the case to the firm, which completes and submits it again; completed checklist items stay."""
    change_case_state(work, work.row, CaseTransition.RETURN, reason=request.reason[:500])
    note(work, work.row, f"退回补充 Returned: {request.reason}\n请补充 To bring: {request.bring}")
    work.notify(
        Text(
            f"申请 {work.row.number} 退回补充：{request.bring}"[:200],
            f"Application {work.row.number} has been returned. Required additions: {request.bring}"[:200],
        ),
        firm_page(work.row),
        work.row.firm,
        asks=True,
    )


def note(work: Work, case: Case, words: str) -> None:
    """Add a note of the lender that the firm can read on the page of its case."""
    work.create(
        Message,
        subject=f"case/{case.pk}",
        kind=MessageKind.NOTE,
        sender=case.lender,
        receiver=case.firm,
        by_id=work.actor.account,
        text=words,
    )


class AskFirm(Request):
    """A question to the firm."""

    text: Annotated[Words, ask("问题", "Question", widget="area")]


@operation(
    "case.ask",
    Text("向企业提问", "Ask the firm"),
    model=Case,
    roles=(
        MemberRole.LENDER_OFFICER,
        MemberRole.LENDER_REVIEWER,
        MemberRole.LENDER_APPROVER,
        MemberRole.LENDER_MANAGER,
    ),
    states=(CaseState.SUBMITTED, CaseState.DILIGENCE, CaseState.APPROVAL),
    request=AskFirm,
    page="lender.case",
)
def ask_firm(work: Work, request: AskFirm) -> Any:
    """Ask the firm; the question stays open on the page of the case until it is answered."""
    work.create(
        Message,
        subject=f"case/{work.row.pk}",
        kind=MessageKind.QUESTION,
        sender=work.row.lender,
        receiver=work.row.firm,
        by_id=work.actor.account,
        text=request.text,
    )
    work.notify(
        Text(f"{work.row.lender.name}就申请 {work.row.number} 提问", f"A question on {work.row.number}"),
        firm_page(work.row),
        work.row.firm,
        asks=True,
    )


# -- the checklist ------------------------------------------------------------------------------------------------


def _is_title(actor: Actor, row: Any) -> bool:
    return row is not None and row.item == TITLE_INVESTIGATION


def _is_other(actor: Actor, row: Any) -> bool:
    return not _is_title(actor, row)


class Check(Request):
    """The result of one checklist item. The fields of the law firm are only for the title investigation."""

    outcome: Annotated[
        CheckState,
        ask(
            "结果",
            "Outcome",
            choices=(
                (CheckState.DONE, Text("已做", "done")),
                (CheckState.WAIVED, Text("免予办理（须填写理由）", "waived, with the reason")),
            ),
            only=_is_other,
        ),
    ] = CheckState.DONE
    verdict: Annotated[
        DiligenceVerdict, ask("结论", "Verdict", choices=tuple(_VERDICTS.items()), only=_is_other)
    ] = DiligenceVerdict.CLEAR
    finding: Annotated[Words, ask("调查内容与结果", "Subject and result of the investigation", widget="area")]
    cost: Annotated[Fen, ask("费用", "Cost", widget="money")] = 0
    unusual: UnusualReason = ""
    file: Annotated[Ticket | None, ask("证据文件", "Evidence", widget="file")] = None
    law_firm: Annotated[Line | None, ask("律师事务所", "Law firm", only=_is_title)] = None
    commissioned_on: Annotated[RecentDay | None, ask("委托日期", "Commissioned on", only=_is_title)] = None
    done_on: Annotated[RecentDay | None, ask("报告日期", "Report date", only=_is_title)] = None
    paid_by: Annotated[
        str | None, ask("费用承担方", "Paid by", choices=tuple(PAYER_TEXT.items()), only=_is_title)
    ] = None
    title_finding: Annotated[
        str | None, ask("权属结论", "Title opinion", choices=tuple(FINDING_TEXT.items()), only=_is_title)
    ] = None


@operation(
    "check.do",
    Text("完成调查项", "Complete the investigation item"),
    model=CheckItem,
    roles=DESK,
    request=Check,
    relation=lambda actor, row: row.case.lender_id == actor.organisation,
    page="lender.case",
)
def do_check(work: Work, request: Check) -> Any:
    """Complete or waive the item; its cost counts for the step. A finding can be replaced until the case is
    submitted for approval.
    """
    item: CheckItem = work.row
    case = item.case
    work.subject_is(case)
    demand_diligence(case)
    rule = rule_of(item, work.rules, work.day)
    verdict, problems = request.verdict, list[Problem]()
    if not request.unusual:
        problems += unusual_amount("cost", request.cost, "plausible.amount.check_cost", work.rules, work.day)
    if item.item == TITLE_INVESTIGATION:
        try:
            title = _title_table(case, request, work.day)
        except InputError as error:
            problems += error.problems
        else:
            verdict = _TITLE_VERDICT.get(str(request.title_finding), DiligenceVerdict.NOTABLE)
            work.update(case, beside={**case.beside, TITLE_INVESTIGATION: plain(title)})
    has_evidence = request.file is not None or item.file_id is not None
    problems += entry_problems(
        rule, DiligenceRule(item.item, request.outcome, verdict, request.finding, has_evidence)
    )
    if problems:
        raise InputError(problems)
    file = item.file
    if request.file is not None:
        # Evidence is internal to the lender: it is attached to the item, which only the lender can see, not to the case.
        file = attach(work, request.file, subject_name(item), "evidence", case.lender)
    add_cost(work, case, request.cost - item.cost)
    work.update(
        item,
        state=request.outcome.value,
        verdict=verdict.value,
        done_on=work.day,
        finding=request.finding,
        cost=request.cost,
        file=file,
        by_id=work.actor.account,
    )
    return {"id": case.pk}


def rule_of(item: CheckItem, rules: Rulebook, day: date) -> CheckRule:
    """Return the rule of an item as of the day on which the checklist was created."""
    return rules_of_items([item.item], rules, (day, day_of(item.created_at)))[item.item]


def demand_diligence(case: Case) -> None:
    """Reject an operation of due diligence if the case is in another state."""
    if case.state != CaseState.DILIGENCE:
        raise refuse(
            "not_in_this_state",
            "state",
            case.state,
            Text("仅尽职调查中的申请可以办理", "possible only while the case is in due diligence"),
            Text("审批中的申请请先退回调查", "send a case in approval back to due diligence first"),
        )


def _title_table(case: Case, request: Check, day: date) -> dict[str, Any]:
    """Return the table ``[title_investigation]`` of a case file. Raises InputError with every error in it."""
    given = {
        "law_firm": request.law_firm,
        "commissioned_on": request.commissioned_on,
        "cost": Decimal(request.cost) / 100,
        "paid_by": request.paid_by,
        "done_on": request.done_on,
        "finding": request.title_finding,
        "words": request.finding,
    }
    table = {name: value for name, value in given.items() if value is not None}
    if request.done_on is None:
        # An item is done once the report has arrived.
        raise refuse(
            "missing",
            "done_on",
            "",
            Text("未填写报告日期", "the report date is missing"),
            Text("请收到调查报告后再填写", "enter it when you have received the report"),
        )
    reader = Reader(table)
    try:
        read_title(reader, [right_id(pk) for pk in case.rights], day)
    except InputError as error:
        renamed = {"finding": "title_finding"}
        raise InputError(
            Problem(renamed.get(one.field, one.field), one.value, one.reason, one.hint, one.code)
            for one in error.problems
        ) from error
    return table
