"""Pages of the agency's desk: assignments, an appraisal with its working file and report, the comparison of two
reports.
"""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhirong.chain.appraisal.request import PURPOSE_TEXT, Purpose
from zhirong.chain.appraisal_practice.records import STATE_TEXT, VALUE_TYPE_TEXT, AppraisalGrade, ValueType
from zhirong.chain.financing.appraisal_states import APPRAISAL_WORDS, AppraisalState
from zhirong.documents.appraisal_report_blocks import report_charts
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.appraisal.appraisal_view import beside, comparison, figures_of_result, may_see_value
from zhirong.operations.appraisal.appraisals import AGENCY, ASSIGNMENTS, CLIENTS, FORMAL
from zhirong.operations.case_file.tables import right_id
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.right.rights import FIRM
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, FirmRight
from zhirong.web.agency import pool_pages  # noqa: F401 - declares the page of the agency's entry
from zhirong.web.chart_images import chart_image
from zhirong.web.clock import now
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.row_actions import actions_on
from zhirong.web.views import render_list

_WAY = (
    AppraisalState.REQUESTED,
    AppraisalState.ACCEPTED,
    AppraisalState.WORKED,
    AppraisalState.REVIEWED,
    AppraisalState.SIGNED,
)
_NEXT: dict[str, Text] = {
    AppraisalState.REQUESTED: Text("待评估机构接受委托", "The agency accepts or declines."),
    AppraisalState.ACCEPTED: Text("待承办评估师录入方法并计算", "The appraiser enters the methods and calculates."),
    AppraisalState.WORKED: Text(
        "待机构复核人复核；复核前可以重新录入",
        "The agency's reviewer reviews it; until then the methods can be changed.",
    ),
    AppraisalState.REVIEWED: Text("待承办评估师和复核人分别签署", "The appraiser and the reviewer sign."),
}
_FIRST = ("appraisal.accept", "appraisal.work", "appraisal.review", "appraisal.sign")
_GROUPS = ((Text("评估", "Appraisal"), (*_FIRST, "appraisal.refuse", "appraisal.withdraw")),)
_OPEN = tuple(one.value for one in _WAY[:-1])


@page("agency/", "agency.home", roles=AGENCY)
def home(request: HttpRequest) -> HttpResponse:
    """Show the user's tasks, then every assignment."""
    actor = request.actor
    waiting = (
        visible(actor, Appraisal, day_of(now()))
        .filter(state__in=_OPEN)
        .select_related("firm", "appraiser", "reviewer")
        .order_by("created_at")[:100]
    )
    rows = [(row, APPRAISAL_WORDS[AppraisalState(row.state)], _next(row, actor.account)) for row in waiting]
    return render_list(request, ASSIGNMENTS, "agency/home.html", waiting=rows)


@page("appraisals/", "appraisals", roles=CLIENTS)
def formal(request: HttpRequest) -> HttpResponse:
    """Show the formal appraisals that a firm or a lender can see."""
    return render_list(request, FORMAL)


@page("appraisals/<int:id>/", "agency.appraisal", roles=(*AGENCY, *CLIENTS), model=Appraisal)
def appraisal(request: HttpRequest, row: Appraisal) -> HttpResponse:
    """Show one appraisal: its state, its value with the interval, how the agency was chosen, and its report."""
    actor = request.actor
    day = day_of(now())
    is_shown = may_see_value(actor, row)
    shown = visible(actor, FirmRight, day).filter(pk__in=row.rights).order_by("pk")
    rights = list(shown)
    at = _WAY.index(AppraisalState(row.state)) if row.state in set(_WAY) else -1
    context: dict[str, Any] = {
        "row": row,
        "state_words": APPRAISAL_WORDS[AppraisalState(row.state)],
        "steps": [
            (APPRAISAL_WORDS[one], "done" if n < at else "now" if n == at else "") for n, one in enumerate(_WAY)
        ]
        if at >= 0
        else [],
        "next": _next(row, actor.account),
        "is_issued": row.state in (AppraisalState.SIGNED, AppraisalState.ISSUED, AppraisalState.WITHDRAWN),
        "purpose": PURPOSE_TEXT[Purpose(row.purpose)] if row.purpose else None,
        "value_type": VALUE_TYPE_TEXT[ValueType(row.value_type)] if row.value_type else None,
        "rights": rights,
        "is_shown": is_shown,
        "result": row.result if is_shown and figures_of_result(row.result) else None,
        "beside": beside(actor, row, day) if row.grade == AppraisalGrade.FORMAL else None,
        "standing_words": STATE_TEXT,
        "right_ids": {right.pk: right_id(right.pk) for right in rights},
        "actions": actions_on(
            actor, row, first=_FIRST, groups=_GROUPS, back=reverse("agency.appraisal", args=[row.pk])
        ),
        "is_agency": actor.organisation == row.agency_id,
    }
    return render(request, "agency/appraisal.html", context)


def _next(row: Appraisal, account: int) -> Text | None:
    """Return the next step and the responsible party; None if the appraisal has ended."""
    if row.state == AppraisalState.REVIEWED and account in {one["account"] for one in row.signatures}:
        return Text("您已签署，待另一位签署", "You have signed; the other signature is pending.")
    return _NEXT.get(row.state)


@page("appraisals/<int:id>/chart/<str:name>.svg", "agency.chart", roles=(*AGENCY, *CLIENTS), model=Appraisal)
def chart(request: HttpRequest, row: Appraisal, name: str) -> HttpResponse:
    """Draw a chart of the value: its interval, or its sensitivity."""
    figures = figures_of_result(row.result)
    if figures is None or not may_see_value(request.actor, row):
        raise Http404
    return chart_image(request, report_charts(figures, request.lang).get(name))


@page("appraisals/<int:id>/compare/<int:other>/", "agency.compare", roles=(*AGENCY, *CLIENTS), model=Appraisal)
def compare(request: HttpRequest, row: Appraisal, other: int) -> HttpResponse:
    """Compare two reports, assumption by assumption, largest difference first."""
    actor = request.actor
    second = visible(actor, Appraisal, day_of(now())).filter(pk=other).select_related("agency").first()
    if second is None or not (may_see_value(actor, row) and may_see_value(actor, second)):
        raise Http404
    found, problems = None, tuple[Any, ...]()
    try:
        found = comparison(row, second)
    except InputError as error:
        problems = error.problems
    context = {"first": row, "second": second, "found": found, "problems": problems, "above": problems}
    return render(request, "agency/compare.html", context, status=422 if problems else 200)


menu("agency.home", "评估委托", "Assignments", *AGENCY, icon="list-checks")
menu("agency.pool", "资格与人员", "Qualifications and staff", *AGENCY, icon="users", group=Group.MANAGEMENT)
menu(
    "appraisals",
    "正式评估",
    "Formal appraisals",
    *(role for role in CLIENTS if role not in FIRM),
    icon="scale",
    group=Group.MANAGEMENT,
)
