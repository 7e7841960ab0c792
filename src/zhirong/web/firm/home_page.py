"""The company's first page: one next step, the limit, the way from sign-up to money as a checklist."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhirong.chain.financing.case import CASE_WORDS, ENDED, TURN, WAY, CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.platform.states import MessageKind
from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import day_of
from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.appraisal.online_appraisals import usable_query
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.organisation.profile import facts_of, missing_sections
from zhirong.operations.right.rights import FIRM
from zhirong.operations.rulebook import rulebook
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, FirmRight, Loan, Message, Paper
from zhirong.store.parties import Organisation
from zhirong.web.clock import now
from zhirong.web.firm.case_view import papers_to_sign
from zhirong.web.firm.next_steps import Next, overdue, to_answer, to_pay, to_sign
from zhirong.web.limit_view import limit_of_case
from zhirong.web.pages import page

_SHOWN = 20
_OF_LOAN = ("number", "overdue", "overdue_days", "next_due", "next_due_on", "balance", "lender__name")
_ASKED = 200  # questions that are read, with those of ended cases
_FEE_DAYS = 60  # the page shows fees due within these days
_EXPIRY_DAYS = 30  # and appraisals that expire within these
# The lender's steps after a submission: the state that follows each of them, and its label.
_AFTER = (
    (CaseState.SUBMITTED, Text("银行受理", "Lender accepts")),
    (CaseState.DILIGENCE, Text("尽职调查", "Due diligence")),
    (CaseState.APPROVAL, Text("银行审批", "Approval")),
    (CaseState.SIGNING, Text("签署合同", "Contracts")),
    (CaseState.REGISTERING, Text("质押登记并放款", "Registration and disbursement")),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the checklist. stage: done, now or open. by: the completion date, or the duration. do: the link
    text for ``href``.
    """

    title: Text
    stage: str
    by: Text | None = None
    href: str = ""
    do: Text | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """The content of the page."""

    firm: Organisation
    rights: int
    appraisal: Appraisal | None
    cases: list[Case]
    loans: list[Loan]
    questions: list[Message]
    papers: list[Paper]
    fees: list[tuple[FirmRight, bool]]
    day: date

    @property
    def case(self) -> Case | None:
        """Return the case that the checklist follows: the newest open one."""
        return self.cases[0] if self.cases else None


@page("firm/", "firm.home", roles=FIRM)
def home(request: HttpRequest) -> HttpResponse:
    """Show the next step, the limit, the checklist and the items that need attention."""
    desk = _desk(request.actor, day_of(now()))
    steps = _steps(desk)
    case = desk.case
    todo = _todo(desk, steps)
    context = {
        "desk": desk,
        "firm": desk.firm,
        "next": todo[0],
        "others": todo[1:],
        "steps": steps,
        "done": sum(one.stage == "done" for one in steps),
        # The approved amount replaces the supported amount.
        "limit": None if case is None or case.approved_amount is not None else limit_of_case(case, desk.day),
        "case": case,
        "is_draft": case is not None and case.state == CaseState.DRAFT,
        "times": _times(desk.day) if case is None or case.state == CaseState.DRAFT else (),
        "expires": desk.appraisal is not None and _days_to(desk.appraisal.valid_until, desk.day) <= _EXPIRY_DAYS,
    }
    return render(request, "firm/home.html", context)


def _desk(actor: Actor, day: date) -> Desk:
    """Read the data of the page; of long rows, only the columns shown."""
    firm = Organisation.objects.get(pk=actor.organisation)
    rights = visible(actor, FirmRight, day).filter(firm=firm, removed=False)
    cases = visible(actor, Case, day).filter(firm=firm)
    soon = day + timedelta(days=_FEE_DAYS)
    due = rights.filter(status=LegalStatus.IN_FORCE, next_fee_on__lte=soon).only("kind", "title", "next_fee_on")
    loans = visible(actor, Loan, day).filter(firm=firm, state=LoanState.STANDING)
    papers = visible(actor, Paper, day).only("kind", "title", "signers")
    return Desk(
        firm=firm,
        rights=rights.count(),
        appraisal=usable_query(actor, day).only("valid_until").first(),
        cases=_open_cases(cases, firm),
        loans=list(loans.select_related("lender").only(*_OF_LOAN).order_by("next_due_on")[:_SHOWN]),
        questions=_questions(actor, cases, day),
        papers=papers_to_sign(papers, firm.pk)[:_SHOWN],
        fees=[(one, KINDS[RightKind(one.kind)].is_renewable) for one in due.order_by("next_fee_on")[:_SHOWN]],
        day=day,
    )


def _open_cases(cases: "QuerySet[Case]", firm: Organisation) -> list[Case]:
    """Return the newest open cases, each with its firm, which is not read again."""
    found = cases.exclude(state__in=ENDED).select_related("lender").defer("lender__profile").order_by("-id")
    listed = list(found[:_SHOWN])
    for one in listed:
        one.firm = firm
    return listed


def _questions(actor: Actor, cases: "QuerySet[Case]", day: date) -> list[Message]:
    """Return the open questions to the company, without those about its cases that have ended."""
    asked = (MessageKind.QUESTION, MessageKind.OBJECTION)
    found = visible(actor, Message, day).filter(receiver=actor.organisation, answered_at=None, kind__in=asked)
    questions = list(found.order_by("id")[:_ASKED])
    if not questions:
        return []
    ended = {f"case/{pk}" for pk in cases.filter(state__in=ENDED).values_list("pk", flat=True)}
    return [one for one in questions if one.subject not in ended][:_SHOWN]


def _days_to(day: date | None, today: date) -> int:
    return _FEE_DAYS + 1 if day is None else (day - today).days


# -- the checklist --------------------------------------------------------------------------------------------------


def _steps(desk: Desk) -> list[Step]:
    """Return the way from sign-up to money; the first open step of the company is the current one."""
    found = [*_own_steps(desk), *_lender_steps(desk.case)]
    if not any(one.stage == "now" for one in found):
        at = next((place for place, one in enumerate(found) if one.stage == "open" and one.href), None)
        if at is not None:
            one = found[at]
            found[at] = Step(one.title, "now", one.by, one.href, one.do)
    return found


def _own_steps(desk: Desk) -> list[Step]:
    case, firm = desk.case, desk.firm
    is_submitted = case is not None and case.state != CaseState.DRAFT
    draft = case if case is not None and not is_submitted else None
    needed = rulebook().at("case.needed_sections", desk.day).value
    lacking = [name for name, _ in missing_sections(facts_of(firm)[1]) if name in needed]
    is_confirmed = firm.status == OrganisationState.ACTIVE
    return [
        _step(Text("登记企业", "Register the company"), True, Text("已登记", "registered"), "", Text("", "")),
        _step(
            Text("平台确认企业", "Confirmation by the platform"),
            is_confirmed,
            Text("已确认", "confirmed") if is_confirmed else Text("约 1 个工作日", "about one working day"),
            "",
            Text("", ""),
        ),
        _step(
            Text(f"录入权利 {desk.rights} 件", f"Rights: {desk.rights}")
            if desk.rights
            else Text("录入权利", "Enter the rights"),
            desk.rights > 0,
            Text("已录入", "entered"),
            _step_of(draft, "rights") or reverse("firm.right_import"),
            Text("导入清单", "Import a list"),
        ),
        _step(
            Text("填写经营数据", "Business figures"),
            is_submitted or not lacking,
            Text("已填写", "entered"),
            _step_of(draft, "data") or reverse("firm.profile_edit"),
            Text("填写", "Enter"),
        ),
        _step(
            Text("评估", "Appraisal"),
            is_submitted or desk.appraisal is not None,
            _until(desk.appraisal),
            _step_of(draft, "rights") or reverse("firm.appraise"),
            Text("免费评估", "Free appraisal"),
        ),
        _step(
            Text("核对并提交申请", "Review and submit the case"),
            is_submitted,
            same(f"{case.submitted_on:%m-%d}") if is_submitted and case and case.submitted_on else None,
            _apply_address(case),
            Text("继续", "Continue") if case is not None else Text("申请", "Apply"),
        ),
    ]


def _step(title: Text, is_done: bool, by: Text | None, href: str, do: Text) -> Step:
    if is_done:
        return Step(title, "done", by)
    return Step(title, "open", None if href else by, href, do if href else None)


def _until(appraisal: Appraisal | None) -> Text | None:
    if appraisal is None or appraisal.valid_until is None:
        return None
    return Text(f"有效至 {appraisal.valid_until:%m-%d}", f"valid to {appraisal.valid_until:%m-%d}")


def _step_of(draft: Case | None, step: str) -> str:
    """Return the address of a step of the draft; empty if there is none."""
    return "" if draft is None else reverse("firm.apply", args=[draft.pk, step])


def _apply_address(case: Case | None) -> str:
    if case is None:
        return reverse("firm.case_new")
    return reverse("firm.apply", args=[case.pk, "review"]) if case.state == CaseState.DRAFT else ""


def _lender_steps(case: Case | None) -> list[Step]:
    at = -1 if case is None else WAY.index(CaseState(case.state)) if case.state in WAY else -1
    found = []
    for state, title in _AFTER:
        place = WAY.index(state)
        # Issuing the contracts is part of their step.
        is_current = at == place or (state is CaseState.SIGNING and at == WAY.index(CaseState.APPROVED))
        stage = "done" if at > place else "now" if is_current else "open"
        by = None
        if is_current and case is not None and case.due_on is not None:
            by = Text(f"{case.due_on:%m-%d} 前", f"by {case.due_on:%m-%d}")
        found.append(Step(title, stage, by))
    return found


def _times(day: date) -> list[tuple[Text, int]]:
    """Return the lender's time limit for each step after the submission, in working days, by the rules."""
    return [(title, int(rulebook().at(f"case.days.{state.value}", day).value)) for state, title in _AFTER]


# -- the next step --------------------------------------------------------------------------------------------------


def _todo(desk: Desk, steps: list[Step]) -> list[Next]:
    """Return the company's current actions, most urgent first; at least one entry."""
    found = [overdue(one) for one in desk.loans if one.overdue]
    found += [to_sign(one) for one in desk.papers]
    found += [to_answer(one) for one in desk.questions]
    own = next((one for one in steps if one.href and one.stage in ("now", "open")), None)
    if own is not None:
        found.append(_to_continue(desk, own))
    found += [to_pay(one) for one in desk.loans if one.next_due and not one.overdue]
    return found or [_waits(desk)]


def _to_continue(desk: Desk, step: Step) -> Next:
    case = desk.case
    if case is not None and case.state == CaseState.DRAFT:
        amount = show_yuan(case.amount)
        return Next(
            Text("补齐并提交申请", "Complete and submit the case"),
            Text(
                f"{case.number}，向{case.lender.name}申请 {amount} 元；草稿已保存",
                f"{case.number}: CNY {amount} from {case.lender.name}; the draft is kept",
            ),
            step.href,
            Text("继续填写", "Continue"),
        )
    return Next(step.title, _NOTES.get(step.title.en, Text("", "")), step.href, step.do)


_NOTES = {
    "Enter the rights": Text(
        "上传各数据库或专利局导出的清单，一次性录入全部权利；也可逐件填写。",
        "Upload a list as exported by an office or a database, or enter the rights one by one.",
    ),
    "Business figures": Text(
        "附上财务报表并填写主要科目，填写一次，供测算和申请使用。",
        "Attach the accounts and enter the main figures once; quotes and cases use them.",
    ),
    "Appraisal": Text(
        "填写使用权利的产品收入，一分钟内得到价值区间。",
        "Enter the revenue of the products; a value interval takes a minute.",
    ),
    "Review and submit the case": Text(
        "填写金额、期限和用途，核对后提交。", "Enter amount, term and purpose, review, submit."
    ),
}


def _waits(desk: Desk) -> Next:
    case = desk.case
    if case is None:
        note = Text(
            "您可以先录入权利、免费评估、测算额度。", "Meanwhile, enter rights, appraise them and compare modes."
        )
        return Next(
            Text("等待平台确认企业", "Waiting for confirmation"),
            note,
            reverse("firm.rights"),
            Text("我的权利", "My rights"),
        )
    state = CaseState(case.state)
    due = Text(f"，时限 {case.due_on}", f", due by {case.due_on}") if case.due_on else Text("", "")
    approved = Text("", "")
    if case.approved_amount is not None:
        amount = show_yuan(case.approved_amount)
        approved = Text(f"，批准 {amount} 元", f", CNY {amount} approved")
    is_lender = TURN.get(state) == "lender"
    who = Text("待银行办理", "Waiting for the lender") if is_lender else Text("当前无待办事项", "Nothing to do now")
    return Next(
        who,
        Text(
            f"{case.number}：{CASE_WORDS[state].zh}{approved.zh}{due.zh}",
            f"{case.number}: {CASE_WORDS[state].en}{approved.en}{due.en}",
        ),
        reverse("firm.case", args=[case.pk]),
        Text("查看申请", "Open the case"),
    )
