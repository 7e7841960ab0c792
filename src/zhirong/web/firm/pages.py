"""The firm's desk: next steps, cases, mandates and consents."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.financing.case import ENDED, CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import ROLE_WORDS, MemberRole
from zhirong.chain.platform.states import MessageKind
from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import day_of
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.organisation.consents import scope_words
from zhirong.operations.organisation.mandates import operation_titles
from zhirong.operations.right.rights import FIRM
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, FirmRight, Loan, Message, Paper
from zhirong.store.parties import Consent, Mandate, Membership, Organisation
from zhirong.web.clock import now
from zhirong.web.firm import appraisal_pages, mode_pages, profile_page, right_pages  # noqa: F401 - declare their pages
from zhirong.web.firm.case_view import case_context, papers_to_sign
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.views import operate, render_list

_SHOWN = 20
_FEE_DAYS = 60  # the front page shows fees due within these days

# A service agent first chooses the firm to act for.
menu("acting", "代理的企业", "Firms you act for", MemberRole.OPERATOR_AGENT, icon="building-2")
menu("firm.home", "首页", "Home", *FIRM, icon="house")
menu("firm.cases", "我的申请", "My cases", *FIRM, icon="file-text")
menu("firm.rights", "我的权利", "My rights", *FIRM, icon="shield-check", group=Group.RIGHTS)
menu("firm.appraisals", "评估", "Appraisals", *FIRM, icon="chart-column", group=Group.RIGHTS)
menu("firm.modes", "比较模式", "Compare modes", *FIRM, icon="git-compare", group=Group.RIGHTS)
menu("firm.profile", "企业情况", "Firm profile", *FIRM, icon="building-2", group=Group.OWN)
menu("firm.trust", "委托与授权", "Mandates and consents", *FIRM, icon="users", group=Group.OWN)


@page("firm/", "firm.home", roles=FIRM)
def home(request: HttpRequest) -> HttpResponse:
    """Show the firm's next steps, then its cases and loans."""
    actor, day = request.actor, day_of(now())
    firm = actor.organisation
    rights = visible(actor, FirmRight, day).filter(firm=firm, removed=False)
    cases = list(
        visible(actor, Case, day)
        .filter(firm=firm)
        .exclude(state__in=ENDED)
        .select_related("lender")
        .order_by("-id")[:_SHOWN]
    )
    fees = [
        (right, KINDS[RightKind(right.kind)].is_renewable)
        for right in rights.filter(status=LegalStatus.IN_FORCE, next_fee_on__isnull=False).order_by("next_fee_on")[
            :_SHOWN
        ]
        if right.next_fee_on is not None and (right.next_fee_on - day).days <= _FEE_DAYS
    ]
    ended = [
        f"case/{pk}"
        for pk in visible(actor, Case, day).filter(firm=firm, state__in=ENDED).values_list("pk", flat=True)
    ]
    context = {
        "firm": Organisation.objects.get(pk=firm),
        "rights": rights.count(),
        "cases": cases,
        "drafts": [case for case in cases if case.state == CaseState.DRAFT],
        "open_messages": visible(actor, Message, day)
        .filter(receiver=firm, answered_at=None, kind__in=(MessageKind.QUESTION, MessageKind.OBJECTION))
        .exclude(subject__in=ended)
        .select_related("sender")
        .order_by("id")[:_SHOWN],
        "papers": papers_to_sign(visible(actor, Paper, day), firm)[:_SHOWN],
        "fees": fees,
        "loans": visible(actor, Loan, day)
        .filter(firm=firm, state=LoanState.STANDING)
        .select_related("lender")
        .order_by("next_due_on")[:_SHOWN],
        "day": day,
    }
    return render(request, "firm/home.html", context)


@page("firm/cases/", "firm.cases", roles=FIRM)
def cases(request: HttpRequest) -> HttpResponse:
    """Show every case of the firm."""
    return render_list(request, LISTINGS["firm.cases"])


@page("firm/cases/new/", "firm.case_new", roles=FIRM, methods=("GET", "HEAD", "POST"))
def new_case(request: HttpRequest) -> HttpResponse:
    """Show the form of a new case."""
    return operate(request, OPERATIONS["case.draft"], None, template="firm/apply.html")


@page("firm/cases/<int:id>/", "firm.case", roles=FIRM, model=Case)
def case(request: HttpRequest, row: Case) -> HttpResponse:
    """Show one case: its state, the next step, its cost, questions and messages."""
    return render(request, "firm/case.html", case_context(request.actor, row, day_of(now()), now()))


@page("firm/trust/", "firm.trust", roles=FIRM)
def trust(request: HttpRequest) -> HttpResponse:
    """Show who may act for the firm, who may see which of its data, and how to revoke it."""
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
