"""The firm's desk: next steps, cases, mandates and consents."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from zhirong.chain.financing.case import CaseState
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole
from zhirong.documents.quote_figures_xlsx import quote_figures_xlsx
from zhirong.kernel.days import day_of
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.organisation.consents import scope_words
from zhirong.operations.organisation.mandates import operation_titles
from zhirong.operations.right.rights import FIRM
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case
from zhirong.store.parties import Consent, Mandate, Membership, Organisation
from zhirong.web.case_history import history_for_others
from zhirong.web.clock import now
from zhirong.web.firm import (  # noqa: F401 - declare their pages
    apply_pages,
    appraisal_pages,
    home_page,
    mode_pages,
    profile_page,
    right_pages,
)
from zhirong.web.firm.case_view import case_context
from zhirong.web.limit_view import quote_of_case
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.views import render_list

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A service agent first chooses the firm to act for.
menu("acting", "代理的企业", "Firms you act for", MemberRole.OPERATOR_AGENT, icon="building-2")
menu("firm.home", "首页", "Home", *FIRM, icon="house")
menu("firm.cases", "我的申请", "My cases", *FIRM, icon="file-text")
menu("firm.rights", "我的权利", "My rights", *FIRM, icon="shield-check", group=Group.RIGHTS)
menu("firm.appraisals", "评估", "Appraisals", *FIRM, icon="chart-column", group=Group.RIGHTS)
menu("firm.modes", "比较模式", "Compare modes", *FIRM, icon="git-compare", group=Group.RIGHTS)
menu("firm.profile", "企业情况", "Firm profile", *FIRM, icon="building-2", group=Group.OWN)
menu("firm.trust", "委托与授权", "Mandates and consents", *FIRM, icon="users", group=Group.OWN)


@page("firm/cases/", "firm.cases", roles=FIRM)
def cases(request: HttpRequest) -> HttpResponse:
    """Show every case of the firm."""
    return render_list(request, LISTINGS["firm.cases"])


@page("firm/cases/<int:id>/", "firm.case", roles=FIRM, model=Case)
def case(request: HttpRequest, row: Case) -> HttpResponse:
    """Show one case: amounts, state and next step, the limit, charts, questions; the charts' figures with
    ``?export=xlsx``, what changed when with ``?show=history``.
    """
    day = day_of(now())
    if request.GET.get("export") == "xlsx":
        quote = quote_of_case(row, day)
        if quote is None:
            raise Http404
        response = HttpResponse(quote_figures_xlsx(quote, request.lang), content_type=_XLSX)
        response["Content-Disposition"] = f'attachment; filename="case-{row.pk}.xlsx"'
        return response
    if request.GET.get("show") == "history":
        lines = history_for_others(row, row.firm.name)
        return render(request, "case_history.html", {"case": row, "lines": lines})
    return render(request, "firm/case.html", case_context(request.actor, row, day, now()))


@page("firm/trust/", "firm.trust", roles=FIRM)
def trust(request: HttpRequest) -> HttpResponse:
    """Show the firm's mandates and consents, and how to revoke them."""
    actor, day = request.actor, day_of(now())
    firm = actor.organisation
    mandates = visible(actor, Mandate, day).filter(firm=firm).select_related("agent", "firm").order_by("-id")[:100]
    consents = visible(actor, Consent, day).filter(firm=firm).select_related("to", "firm").order_by("-id")[:100]
    handed_in = (
        visible(actor, Case, day)
        .filter(firm=firm)
        .exclude(state=CaseState.DRAFT)
        .select_related("lender", "guarantor")
        .order_by("-id")[:100]
    )
    context: dict[str, Any] = {
        "organisation": Organisation.objects.get(pk=firm),
        "members": [
            (one, [ROLE_WORDS[MemberRole(role)] for role in one.roles])
            for one in visible(actor, Membership, day)
            .filter(organisation=firm, active=True)
            .select_related("account", "organisation")
            .order_by("id")[:200]
        ],
        "mandates": [
            (one, operation_titles(one.operations), one.ended_on is None and one.until >= day) for one in mandates
        ],
        "consents": [
            (one, scope_words(one.scope), one.revoked_on is None and one.until >= day) for one in consents
        ],
        "cases": handed_in,
    }
    return render(request, "firm/trust.html", context)
