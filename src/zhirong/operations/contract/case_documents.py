"""Documents of a case before its contracts, made on request: application, appraisal summary, credit review,
approval.
"""

from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.appraisal_states import AppraisalState
from zhirong.chain.financing.approval import ApprovalVerdict
from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.diligence import CHECK_STATE_TEXT, CheckState, rules_of_items
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole, OrganisationKind
from zhirong.chain.quote.kept import read_kept
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.days import day_of
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, next_number, party_facts, right_facts, rights_of
from zhirong.operations.credit.review import rate_of
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Appraisal, Approval, Case, CheckItem

_GIVEN = (AppraisalState.ISSUED.value, AppraisalState.SIGNED.value)
_FOR_FIRM = (DocumentKind.APPLICATION, DocumentKind.APPRAISAL_SUMMARY)
_FOR_BANK = (*_FOR_FIRM, DocumentKind.CREDIT_REVIEW, DocumentKind.APPROVAL)
_DECISIONS = {
    ApprovalVerdict.APPROVE: "同意",
    ApprovalVerdict.RETURN: "退回",
    ApprovalVerdict.DECLINE: "不同意",
}
_ANY_STATE = tuple(state for state in CaseState if state not in (CaseState.DRAFT, CaseState.WITHDRAWN))


def _choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    kinds = _FOR_BANK if actor.kind is OrganisationKind.LENDER else _FOR_FIRM
    return [(kind, PAPER_KINDS[kind].title) for kind in kinds]


class AskForPaper(Request):
    """The kind of document."""

    kind: Annotated[str, ask("文件", "Paper", choices=_choices)]


@operation(
    "case.paper",
    Text("生成文件", "Create a document"),
    model=Case,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER, MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK),
    states=_ANY_STATE,
    request=AskForPaper,
    page="paper.page",
    help=Text(
        "申请书、评估摘要、授信审查报告、审批书，各有 Word 和 PDF。",
        "Application, appraisal summary, credit review report and approval sheet, each as Word and PDF.",
    ),
)
def make_case_paper(work: Work, request: AskForPaper) -> Any:
    """Make a document from the current data of the case. Only the bank can read its internal documents."""
    case = work.row
    if request.kind not in {kind for kind, _ in _choices(work.actor, case)}:
        raise refuse(
            "no_such_paper",
            "kind",
            request.kind,
            Text("不能生成此类文件", "you cannot create this document"),
            Text("请从列表中选择", "choose one from the list"),
        )
    kind = DocumentKind(request.kind)
    subject = f"case/{case.pk}"
    facts = {
        "number": next_number(case.number, kind, subject),
        "day": work.day.isoformat(),
        "firm": party_facts(case.firm),
        "lender": party_facts(case.lender),
        "mode_title": _mode_title(case),
        "rights": right_facts(rights_of(case), work.day, work.rules),
        "term_months": case.term_months,
        "method": case.method,
        **_FACTS[kind](work, case),
    }
    readers = (case.firm,) if kind in _FOR_FIRM else ()
    paper = issue_paper(work, kind, facts, subject=subject, owner=case.lender, readers=readers)
    work.subject_is(paper)
    return {"id": paper.pk}


def _mode_title(case: Case) -> str:
    quote = read_kept(case.quote)
    titles = {} if quote is None else {mode.id: mode.title.zh for mode in quote.modes}
    return titles.get(case.mode, case.mode)


def _application(work: Work, case: Case) -> dict[str, Any]:
    submitted = case.submitted_on
    return {
        "amount": case.amount,
        "purpose": case.purpose,
        "submitted_on": None if submitted is None else submitted.isoformat(),
    }


def _appraisal(work: Work, case: Case) -> dict[str, Any]:
    found = (
        Appraisal.objects.filter(Q(case=case) | Q(pk=case.appraisal_id), state__in=_GIVEN)
        .select_related("agency")
        .order_by("-valuation_date", "-pk")
        .first()
    )
    if found is None:
        raise refuse(
            "no_appraisal",
            "kind",
            DocumentKind.APPRAISAL_SUMMARY,
            Text("尚无已出具的评估", "no appraisal has been issued"),
            Text("请先评估", "have the rights appraised first"),
        )
    return {
        "grade": "正式评估" if found.grade == AppraisalGrade.FORMAL else "线上评估",
        "agency": found.agency.name if found.agency else "",
        "valuation_date": found.valuation_date.isoformat(),
        "valid_until": None if found.valid_until is None else found.valid_until.isoformat(),
        "p10": found.p10,
        "p50": found.p50,
        "p90": found.p90,
    }


def _review(work: Work, case: Case) -> dict[str, Any]:
    items = CheckItem.objects.filter(case=case).order_by("pk")
    laid_out = sorted({day_of(one.created_at) for one in items})
    rules = rules_of_items((one.item for one in items), work.rules, laid_out)
    quote = read_kept(case.quote)
    caps = () if quote is None else quote.modes[0].credit_limit.caps
    value = None if quote is None else quote.value
    quantiles = (None, None, None) if value is None else tuple(map(parse_yuan, (value.p10, value.p50, value.p90)))
    return {
        "amount": case.amount,
        "credit_limit": case.credit_limit,
        "rate": _rate(case),
        "grade": "" if quote is None else quote.credit.grade,
        **dict(zip(("p10", "p50", "p90"), quantiles, strict=True)),
        "limits": [
            {"title": cap.title.zh, "amount": parse_yuan(cap.amount), "binding": cap.binding} for cap in caps
        ],
        "checks": [
            {
                "title": rules[one.item].title.zh,
                "state": CHECK_STATE_TEXT[CheckState(one.state)].zh,
                "finding": one.finding,
            }
            for one in items
        ],
    }


def _rate(case: Case) -> str:
    """Return the agreed rate, or the rate of the quote; empty before a review."""
    rate = case.annual_rate or rate_of(case)
    return "" if rate is None else f"{rate.normalize():f}"


def _approval(work: Work, case: Case) -> dict[str, Any]:
    if case.approved_amount is None:
        raise refuse(
            "not_approved",
            "kind",
            DocumentKind.APPROVAL,
            Text("尚未批准", "the case has not been approved"),
            Text("请批准后再生成", "create it after approval"),
        )
    decisions = Approval.objects.filter(case=case, round=case.approval_round).select_related("by").order_by("pk")
    return {
        "requested": case.amount,
        "amount": case.approved_amount,
        "rate": _rate(case),
        "decisions": [
            {
                "role": ROLE_WORDS[MemberRole(one.role)].zh if one.role else "",
                "by": one.by.display_name or one.by.email,
                "decision": _DECISIONS[ApprovalVerdict(one.decision)],
                "amount": one.amount,
                "opinion": one.opinion,
                "day": day_of(one.created_at).isoformat(),
            }
            for one in decisions
        ],
    }


_FACTS = {
    DocumentKind.APPLICATION: _application,
    DocumentKind.APPRAISAL_SUMMARY: _appraisal,
    DocumentKind.CREDIT_REVIEW: _review,
    DocumentKind.APPROVAL: _approval,
}
