"""One case for the firm."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from zhirong.chain.contract.states import DocumentState
from zhirong.chain.financing.case import CASE_WORDS, ENDED, TURN, WAY, CaseState
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.platform.states import MESSAGE_KIND_WORDS, MessageKind
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_appraisals import grade_words
from zhirong.operations.authorize import can
from zhirong.operations.case.completeness import ready_to_submit
from zhirong.operations.right.rights import PAPERS, status_words
from zhirong.operations.visibility import visible
from zhirong.store.financing import (
    Appraisal,
    Case,
    CaseStep,
    FirmRight,
    Loan,
    Message,
    Paper,
    Signature,
    StoredFile,
)
from zhirong.web.firm.case_charts import charts_of
from zhirong.web.firm.next_steps import Next, overdue, to_answer, to_pay, to_sign
from zhirong.web.limit_view import limit_view, quote_of_case
from zhirong.web.row_actions import RowAction, RowActions, actions_on
from zhirong.workbench import modes

# The steps of the application, and the missing fields that each of them asks for.
FIELDS_OF_STEPS = {
    "need": {"amount", "purpose", "lender"},
    "data": {"credit", "facts"},
    "rights": {"rights", "appraisal"},
}
_SECONDS_A_DAY = 86_400
_GROUPS = ((Text("本申请", "This case"), ("case.sign", "case.paper", "case.withdraw")),)
_SIGNED_KINDS = tuple(kind for kind, made_of in PAPER_KINDS.items() if made_of.signers)


def case_context(actor: Actor, case: Case, day: date, moment: datetime) -> dict[str, Any]:
    """Return all data of the case page, read in a fixed number of queries."""
    state, subject = CaseState(case.state), f"case/{case.pk}"
    steps = list(CaseStep.objects.filter(case=case).order_by("began_at", "id"))
    messages = list(
        visible(actor, Message, day)
        .filter(subject=subject)
        .select_related("sender", "receiver")
        .order_by("id")[:200]
    )
    files = visible(actor, StoredFile, day).filter(subject=subject, removed=False).order_by("id")[:200]
    papers = visible(actor, Paper, day).filter(subject=subject)
    mode = modes().get(case.mode)
    missing = ready_to_submit(case, actor, day)[1] if state is CaseState.DRAFT else []
    has_ended = state in ENDED
    # A case that has ended needs no answers any more.
    waiting = [] if has_ended else [one for one in messages if _is_asked(one, case.firm_id)]
    waiting_papers = papers_to_sign(papers, case.firm_id)
    loan = visible(actor, Loan, day).filter(case=case).first()
    quote = quote_of_case(case, day)
    todo = _todo(actor, case, loan, papers=waiting_papers, questions=waiting, missing=missing)
    progress = way(state, steps)
    return {
        "case": case,
        "subject": subject,
        "state": CASE_WORDS[state],
        "has_ended": has_ended,
        "turn": TURN.get(state, ""),
        "way": progress,
        "passed": sum(mark == "done" for _, mark in progress),
        "steps": [_step(one, moment) for one in steps],
        "days": _days(steps[0].began_at, steps[-1].ended_at or moment) if steps else 0,
        "cost": sum(one.cost for one in steps),
        "missing": [(one, _address_of(case, one)) for one in missing],
        "todo": todo,
        "actions": _actions(actor, case, todo),
        "mode": None if mode is None else mode.title,
        "method": METHOD_TEXT[Method(case.method)],
        "rights": [
            (one, status_words(one.status)) for one in FirmRight.objects.filter(pk__in=case.rights).order_by("id")
        ],
        "appraisals": _appraisals(case),
        "files": [(one, dict(PAPERS).get(one.paper, Text(one.paper, one.paper))) for one in files],
        "messages_of_case": [(one, MESSAGE_KIND_WORDS[MessageKind(one.kind)]) for one in messages],
        "waiting": waiting,
        "papers": list(papers.order_by("id")[:50]),
        "loan": loan,
        "quote": quote,
        "limit": None if quote is None else limit_view(quote),
        "charts": None if quote is None else charts_of(quote),
    }


def _is_asked(one: Message, firm: int) -> bool:
    return bool(one.receiver_id == firm and one.answered_at is None)


def _todo(
    actor: Actor,
    case: Case,
    loan: Loan | None,
    *,
    papers: list[Paper],
    questions: list[Message],
    missing: list[Problem],
) -> list[Next]:
    """Return the company's current actions on its case, most urgent first; none if the case waits for another
    party.
    """
    here = reverse("firm.case", args=[case.pk])
    found = [overdue(loan)] if loan is not None and loan.overdue else []
    if len(papers) > 1 and case.state == CaseState.SIGNING:
        found.append(_sign_all(case, len(papers)))
    else:
        found += [to_sign(one) for one in papers]
    found += [to_answer(one, here) for one in questions]
    if case.state == CaseState.DRAFT:
        found.append(_continue(case, missing, can(actor, "case.submit", case)))
    if loan is not None and loan.next_due and not loan.overdue:
        found.append(to_pay(loan))
    return found


def _sign_all(case: Case, count: int) -> Next:
    return Next(
        Text(f"签署 {count} 份合同", f"Sign {count} documents"),
        Text("一次核对、一次签署；签署后办理质押登记", "Read them together and sign once; registration follows"),
        reverse("paper.sign_all", args=[case.pk]),
        Text(f"签署 {count} 份合同", f"Sign {count} documents"),
    )


def _continue(case: Case, missing: list[Problem], may_submit: bool) -> Next:
    amount, count = show_yuan(case.amount), len(missing)
    address = reverse("firm.apply", args=[case.pk, _first_step(missing)])
    if missing:
        return Next(
            Text("补齐申请", "Complete the case"),
            Text(
                f"申请 {amount} 元；提交前尚缺 {count} 项",
                f"CNY {amount}; {count} missing before submission",
            ),
            address,
            Text(f"继续填写 · 差 {count} 项", f"Continue · {count} open"),
        )
    if not may_submit:
        return Next(
            Text("由企业提交", "The company submits"),
            Text(
                "已齐备，须由企业提交：提交不在您的委托范围内。",
                "Complete. The firm must submit it; your mandate does not cover submission.",
            ),
            address,
            Text("核对申请", "Review the case"),
        )
    return Next(
        Text("核对并提交", "Review and submit"),
        Text("资料已齐备，请核对可支持额度后提交。", "Nothing is missing. Check the supported limit, then submit."),
        address,
        Text("核对并提交", "Review and submit"),
    )


def _address_of(case: Case, problem: Problem) -> str:
    return reverse("firm.apply", args=[case.pk, _first_step([problem])])


def _actions(actor: Actor, case: Case, todo: list[Next]) -> RowActions:
    """Return the next step as the main action, and the operations on the case in a menu."""
    main = next((RowAction(one.do, one.href) for one in todo if one.do is not None and one.href), None)
    back = reverse("firm.case", args=[case.pk])
    own = {"case.sign": reverse("paper.sign_all", args=[case.pk])}
    # The steps of the application edit and submit a draft.
    only = [
        name
        for name in ("case.paper", "case.sign", "case.withdraw")
        if main is None or own.get(name) != main.address
    ]
    return actions_on(actor, case, first=(), groups=_GROUPS, back=back, main=main, only=only, own=own)


def _first_step(missing: list[Problem]) -> str:
    """Return the first step of the application with a missing field; the review if there is none."""
    fields = {one.field.split(".")[0] for one in missing}
    return next((step for step, names in FIELDS_OF_STEPS.items() if fields & names), "review")


def way(state: CaseState, steps: list[CaseStep]) -> list[tuple[Text, str]]:
    """Return the states of a successful case, each with its status: passed, current or upcoming."""
    at = WAY.index(state) if state in WAY else -1
    if at < 0:
        been = [WAY.index(CaseState(one.state)) for one in steps if CaseState(one.state) in WAY]
        at = max(been, default=0) + 1
    return [
        (CASE_WORDS[one], "done" if place < at else "now" if one is state else "") for place, one in enumerate(WAY)
    ]


def papers_to_sign(papers: "QuerySet[Paper]", firm: int) -> list[Paper]:
    """Return the issued documents that the firm still has to sign."""
    signed = Signature.objects.filter(organisation=firm).values("paper")
    found = (
        papers.filter(state=DocumentState.ISSUED, kind__in=_SIGNED_KINDS)
        .exclude(pk__in=signed)
        .order_by("id")[:200]
    )
    return [one for one in found if firm in one.signers]


def _appraisals(case: Case) -> list[tuple[Appraisal, Text]]:
    found = Appraisal.objects.filter(case=case) | Appraisal.objects.filter(pk=case.appraisal_id or 0)
    return [(one, grade_words(one)) for one in found.order_by("id")]


def _step(step: CaseStep, moment: datetime) -> dict[str, Any]:
    return {
        "state": CASE_WORDS[CaseState(step.state)],
        "began": step.began_at,
        "ended": step.ended_at,
        "days": _days(step.began_at, step.ended_at or moment),
        "due": step.due_on,
        "cost": step.cost,
    }


def _days(first: datetime, last: datetime) -> int:
    """Return the completed days between two instants."""
    return max(0, int((last - first).total_seconds() // _SECONDS_A_DAY))
