"""The due-diligence exemption file: assembled from the log; and the decision on it by someone who was not involved
in the case.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from django.db.models import Model

from zhirong.chain.financing.approval import APPROVAL_VERDICT_WORDS, ApprovalVerdict
from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.financing.diligence import CHECK_STATE_TEXT, VERDICT_TEXT, CheckState
from zhirong.chain.financing.diligence import DiligenceVerdict as CheckVerdict
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole
from zhirong.chain.quote.kept import read_kept
from zhirong.documents.exemption_xlsx import exemption_xlsx, fen
from zhirong.kernel.days import SHANGHAI, day_of
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.credit.review import check_state
from zhirong.operations.declare import operation, operation_of
from zhirong.operations.fields import Request, Words, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.snapshots import subject_name
from zhirong.operations.unit_of_work import Work
from zhirong.operations.uploads import keep_made
from zhirong.store.financing import Approval, Case, CaseStep, CheckItem, GuaranteeRequest, Loan, TeamRating
from zhirong.store.models import Event
from zhirong.store.parties import Account, Organisation
from zhirong.store.recovery import DisposalProject, Dispute, WriteOffFile

_LONGEST_CONTENT = 2000  # characters of a request shown in one cell; the log contains all of it
_AFTER_ACCEPTANCE = tuple(state for state in CaseState if state not in (CaseState.DRAFT, CaseState.SUBMITTED))


class Outcome(StrEnum):
    """The decisions about those who worked on the case."""

    EXEMPT = "exempt"
    PARTLY = "partly"
    LIABLE = "liable"


OUTCOME_TEXT: dict[str, Text] = {
    Outcome.EXEMPT.value: Text("尽职，免责", "diligent: exempt"),
    Outcome.PARTLY.value: Text("部分尽职，减轻责任", "partly diligent: liability reduced"),
    Outcome.LIABLE.value: Text("未尽职，不免责", "not diligent: not exempt"),
}


@operation(
    "exemption.assemble",
    Text("汇编尽职免责档案", "Assemble the exemption file"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_MANAGER),
    states=_AFTER_ACCEPTANCE,
    page="lender.case",
)
def assemble(work: Work, request: Any) -> Any:
    """Assemble the file from the log as Excel: persons, dates, operations, rules. An earlier file stays unchanged."""
    case: Case = work.row
    events = list(events_of(case))
    data = exemption_xlsx(_file(case, events, work))
    # Internal to the lender: not a file of the case, which the firm and the guarantor can also see.
    name = f"尽职免责档案-{case.number}-{work.day}.xlsx"
    kept = keep_made(work, data, name, subject=f"exemption/{case.pk}", paper="exemption", owner=case.lender)
    exemption = {
        **case.exemption,
        "file": kept.pk,
        "on": work.day.isoformat(),
        "by": work.actor.account,
        "events": len(events),
    }
    work.update(case, exemption=exemption)
    return {"id": case.pk, "file": kept.pk}


class Decide(Request):
    """The decision and its reasons."""

    outcome: Annotated[Outcome, ask("认定", "Finding", choices=tuple(OUTCOME_TEXT.items()))]
    reason: Annotated[Words, ask("理由", "Reasons", widget="area")]


@operation(
    "exemption.decide",
    Text("认定是否尽职免责", "Decide on the exemption"),
    model=Case,
    roles=(MemberRole.LENDER_MANAGER,),
    states=_AFTER_ACCEPTANCE,
    request=Decide,
    page="lender.case",
)
def decide(work: Work, request: Decide) -> Any:
    """Record the decision, by someone who neither worked on the case nor decided on it, after the file was
    assembled.
    """
    case: Case = work.row
    if not case.exemption.get("file"):
        raise refuse(
            "no_file",
            "exemption",
            "",
            Text("尚未汇编尽职免责档案", "the exemption file has not been assembled"),
            Text("请先汇编档案", "assemble it first"),
        )
    if work.actor.account in taking_part(case):
        raise refuse(
            "took_part",
            "actor",
            work.actor.account,
            Text("您参与过该笔业务的调查或审批", "you took part in the investigation or approval of this case"),
            Text("请由未参与该业务的负责人认定", "ask a manager who was not involved to decide"),
        )
    decision = {
        "outcome": request.outcome.value,
        "reason": request.reason,
        "by": work.actor.account,
        "on": work.day.isoformat(),
        "file": case.exemption["file"],
    }
    work.update(case, exemption={**case.exemption, "decision": decision})


def taking_part(case: Case) -> set[int]:
    """Return the lender's accounts that worked or decided on a case."""
    found = {case.officer_id, case.proposed_by_id, *case.former_officers}
    found |= set(Approval.objects.filter(case=case).values_list("by_id", flat=True))
    found |= set(CheckItem.objects.filter(case=case).values_list("by_id", flat=True))
    found |= set(TeamRating.objects.filter(case=case).values_list("rater_id", flat=True))
    return {one for one in found if one is not None}


def events_of(case: Case) -> "Iterable[Event]":
    """Return the events of a case, its guarantees, its loan and the loan's recovery in order."""
    # Only the numbers are read, because the rows of a loan and its default are long and their names need only the numbers.
    loans = list(Loan.objects.filter(case=case).values_list("pk", "defaultcase__pk"))
    defaults = [default for _, default in loans if default is not None]
    subjects = [subject_name(case)]
    subjects += [f"loan/{loan}" for loan, _ in loans] + [f"defaultcase/{default}" for default in defaults]
    subjects += [f"guaranteerequest/{one}" for one in _numbers(GuaranteeRequest, case=case)]
    for model in (DisposalProject, Dispute, WriteOffFile) if defaults else ():
        subjects += [f"{model._meta.model_name}/{one}" for one in _numbers(model, case__in=defaults)]
    return Event.objects.filter(subject__in=subjects).order_by("index")


def _numbers(model: type[Model], **of: Any) -> "Iterable[int]":
    return model._default_manager.filter(**of).values_list("pk", flat=True)


def _told(
    event: Event, content: Mapping[str, Any], accounts: dict[int, str], organisations: dict[int, str]
) -> dict[str, Any]:
    table, _, number = event.actor.partition(":")
    known = operation_of(event.kind)
    return {
        "index": event.index,
        "at": json.loads(event.entry)["time"],
        "who": accounts.get(int(number), event.actor) if table == "account" else event.actor,
        "organisation": organisations.get(content.get("organisation", 0), ""),
        "what": Text(event.kind, event.kind) if known is None else known.title,
        "request": json.loads(content.get("request", "{}")),
        "rules": content.get("_rules", ""),
    }


def history(events: "Iterable[Event]") -> list[dict[str, Any]]:
    """Return events for readers: time, person, organisation, operation, data and rules. Two queries fetch the
    names.

    The events are read as the log stores them: checking their form again takes a quarter of the page's time, and it is
    the check of the log that finds an altered one, by its hash.
    """
    listed = list(events)
    numbers = {int(one.actor.partition(":")[2]) for one in listed if one.actor.startswith("account:")}
    accounts = {one.pk: name_of(one) for one in Account.objects.filter(pk__in=numbers)}
    contents = [json.loads(one.content) for one in listed]
    houses = {one.get("organisation", 0) for one in contents}
    organisations = dict(Organisation.objects.filter(pk__in=houses).values_list("pk", "name"))
    return [_told(one, content, accounts, organisations) for one, content in zip(listed, contents, strict=True)]


def _file(case: Case, events: list[Event], work: Work) -> dict[str, Any]:
    steps = list(CaseStep.objects.filter(case=case).order_by("pk"))
    checks = list(CheckItem.objects.filter(case=case).select_related("file", "by").order_by("pk"))
    rules, _ = check_state(case, work.rules, work.day)
    titles = {rule.id: rule.title for rule in rules}
    approvals = list(Approval.objects.filter(case=case).select_related("by").order_by("pk"))
    loan = Loan.objects.filter(case=case).first()
    quote = read_kept(case.quote)
    return {
        "title": f"尽职免责档案 {case.number}",
        "facts": [
            ("企业 Firm", case.firm.name),
            ("银行 Lender", case.lender.name),
            ("状态 State", _both(CASE_WORDS[CaseState(case.state)])),
            ("申请金额（元）Asked for", fen(case.amount)),
            ("批准金额（元）Approved", fen(case.approved_amount or 0)),
            ("贷款余额（元）Balance", fen(loan.balance if loan else 0)),
            ("逾期天数 Days overdue", loan.overdue_days if loan else 0),
            ("适用规范 Norm", _norm(case, work)),
            ("汇编日期 Assembled on", work.day),
            ("日志事件数 Events", len(events)),
        ],
        "departures": _departures(case, steps, checks, titles, work),
        "events": [
            (
                one["index"],
                _shanghai(datetime.fromisoformat(one["at"])),
                one["who"],
                one["organisation"],
                _both(one["what"]),
                json.dumps(one["request"], ensure_ascii=False)[:_LONGEST_CONTENT],
                one["rules"],
            )
            for one in history(events)
        ],
        "steps": [
            (
                _both(CASE_WORDS[CaseState(one.state)]),
                _shanghai(one.began_at),
                None if one.ended_at is None else _shanghai(one.ended_at),
                one.due_on,
                "是 yes" if is_late(one, work) else "否 no",
                fen(one.cost),
            )
            for one in steps
        ],
        "checks": [
            (
                _both(titles[one.item]),
                _both(CHECK_STATE_TEXT[CheckState(one.state)]),
                _both(VERDICT_TEXT[CheckVerdict(one.verdict)]) if one.verdict else "",
                one.finding,
                fen(one.cost),
                name_of(one.by),
                one.done_on,
                "" if one.file is None else one.file.sha256,
            )
            for one in checks
        ],
        "raters": [
            (sheet["rater"], date.fromisoformat(sheet["date"]), code, mark["points"], mark["evidence"])
            for sheet in case.team.get("rating", [])
            for code, mark in sheet["marks"].items()
        ],
        "credit_limit": [
            (
                f"{one.title.zh} {one.title.en}",
                fen(parse_yuan(one.amount)),
                "是 yes" if one.binding else "",
            )
            for one in (() if quote is None else quote.modes[0].credit_limit.caps)
        ],
        "approvals": [
            (
                one.round,
                one.level,
                _both(ROLE_WORDS[MemberRole(one.role)]) if one.role else "",
                name_of(one.by),
                _both(APPROVAL_VERDICT_WORDS[ApprovalVerdict(one.decision)]),
                fen(one.amount),
                one.opinion,
                json.dumps(one.basis, ensure_ascii=False)[:_LONGEST_CONTENT],
            )
            for one in approvals
        ],
    }


def _norm(case: Case, work: Work) -> str:
    """Return the exemption norm for a loan of this size, binding or optional, with its source."""
    rule = work.rules.at("diligence.exemption.norm", work.day)
    applies = (case.approved_amount or case.amount) <= parse_yuan(rule.value["small_firms_up_to"])
    words = Text("适用", "applies") if applies else Text("可参照", "may be followed")
    return f"{_both(words)}: {rule.reference.as_text('zh')}"


def _departures(
    case: Case, steps: list[CaseStep], checks: list[CheckItem], titles: dict[str, Text], work: Work
) -> list[str]:
    """Return the departures from the usual process: late steps, waived items, adverse findings, a reduced amount."""
    found = [f"超期 late: {_both(CASE_WORDS[CaseState(one.state)])}" for one in steps if is_late(one, work)]
    for one in checks:
        if one.state == CheckState.OPEN:
            found.append(f"未完成 open: {_both(titles[one.item])}")
        elif one.state == CheckState.WAIVED:
            found.append(f"免予办理 waived: {_both(titles[one.item])} — {one.finding}")
        elif one.verdict == CheckVerdict.ADVERSE:
            found.append(f"不利 adverse: {_both(titles[one.item])} — {one.finding}")
    if case.approved_amount is not None and case.approved_amount < case.amount:
        words = f"{show_yuan(case.approved_amount)} < {show_yuan(case.amount)}"
        found.append(f"批准低于申请 less approved than asked for: {words}")
    return found


def is_late(step: CaseStep, work: Any) -> bool:
    """Return whether a step exceeds or exceeded its time limit. work: any object with ``day``."""
    ended = work.day if step.ended_at is None else day_of(step.ended_at)
    return step.due_on is not None and ended > step.due_on


def _shanghai(at: datetime) -> datetime:
    """Return the time in Shanghai, as a workbook takes it: without a zone."""
    return at.astimezone(SHANGHAI).replace(tzinfo=None)


def _both(words: Text) -> str:
    return f"{words.zh} {words.en}"
