"""The guarantor's pages: requests of lenders, one request with its basis, exposure and limits."""

from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.financing.limits import Meter, title_of
from zhirong.chain.guarantee.states import GUARANTEE_WORDS, GUARANTEES_OPEN, GuaranteeState
from zhirong.chain.quote.kept import read_kept
from zhirong.kernel.days import day_of
from zhirong.kernel.text import Text
from zhirong.operations.case.overview import Today, quote_of, rights_of
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.credit.limits import limits_of, names_of
from zhirong.operations.credit.portfolio import mode_title
from zhirong.operations.guarantee.exposure_book import exposure_book, own_use
from zhirong.operations.guarantee.guarantees import GUARANTOR, figures_of, meters_of, standing_of
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.rulebook import rules_deciding
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, GuaranteeRequest, Loan
from zhirong.web.case_history import history_for_others
from zhirong.web.clock import now
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.row_actions import actions_on
from zhirong.web.shares import loss_parts
from zhirong.web.state_views import StateView
from zhirong.web.views import render_list

_GROUPS = ((Text("答复", "Answer"), ("guarantee.review", "guarantee.grant", "guarantee.decline")),)


def _today(asked: GuaranteeRequest | None = None) -> Today:
    """Return today with the rules for decisions on the request, or the platform's rules if there is none."""
    day = day_of(now())
    return Today(rules_deciding(asked, day), day)


@page("guarantor/", "guarantor.home", roles=GUARANTOR)
def home(request: HttpRequest) -> HttpResponse:
    """Show the requests with their totals, views by state with their counts, and the room left under each limit."""
    actor = request.actor
    found = GuaranteeRequest.objects.filter(guarantor=actor.organisation).values("state").order_by()
    counts = {one["state"]: one["count"] for one in found.annotate(count=Count("pk"))}
    asked = request.GET.get("state", "")
    views = [StateView(Text("全部", "All"), "?", sum(counts.values()), not asked)]
    views += [
        StateView(words, f"?state={state}", counts.get(state, 0), asked == state)
        for state, words in GUARANTEE_WORDS.items()
        if state in GUARANTEES_OPEN
    ]
    today = _today()
    book = exposure_book(actor.organisation, today.rules, today.day)
    return render_list(request, LISTINGS["guarantor.requests"], "guarantor/home.html", state_views=views, book=book)


@page("guarantor/requests/<int:id>/", "guarantor.request", roles=GUARANTOR, model=GuaranteeRequest)
def asked(request: HttpRequest, row: GuaranteeRequest) -> HttpResponse:
    """Show one request: its terms, its basis, and its effect on each limit; what changed when with ``?show=history``."""
    actor, today = request.actor, _today(row)
    if request.GET.get("show") == "history" and visible(actor, Case, today.day).filter(pk=row.case_id).exists():
        lines = history_for_others(row.case, row.guarantor.name)
        return render(request, "case_history.html", {"case": row.case, "lines": lines})
    figures = figures_of(row.guarantor_id, today.day)
    # A guarantor that declined or withdrew still sees its request, but no other data of the firm.
    has_part = visible(actor, Case, today.day).filter(pk=row.case_id).exists()
    quote = read_kept(row.case.quote) if has_part else None
    overview = quote_of(row.case, quote) if has_part else None
    context: dict[str, Any] = {
        "row": row,
        "case": row.case,
        "state": GUARANTEE_WORDS[GuaranteeState(row.state)],
        "case_state": CASE_WORDS[CaseState(row.case.state)],
        "mode": mode_title(row.case.mode),
        "actions": actions_on(
            actor,
            row,
            first=("guarantee.review", "guarantee.grant"),
            groups=_GROUPS,
            back=reverse("guarantor.request", args=[row.pk]),
        ),
        "waits_for": _waits_for(row, actor.account),
        "has_part": has_part,
        "rights": rights_of(actor, row.case, today, quote) if has_part else (),
        "quote": overview,
        "shares": [] if overview is None else loss_parts(overview.offer.full_loss),
        "figures": figures,
        "meters": () if figures is None else meters_of(row, figures, today),
        "reviewer": name_of(row.proposed_by),
        "decider": name_of(row.decided_by),
        "loan": Loan.objects.filter(case=row.case).first(),
    }
    return render(request, "guarantor/request.html", context)


def _waits_for(row: GuaranteeRequest, account: int) -> Text | None:
    if row.state == GuaranteeState.REQUESTED:
        return Text("待担保经办人审查", "A guarantee officer reviews it.")
    if row.state == GuaranteeState.REVIEWED and row.proposed_by_id == account:
        return Text("您已审查，须由另一人审批", "You reviewed it; another person must approve it.")
    return (
        Text("待担保审批人审批", "A guarantee approver decides.") if row.state == GuaranteeState.REVIEWED else None
    )


@page("guarantor/limits/", "guarantor.limits", roles=GUARANTOR)
def limits(request: HttpRequest) -> HttpResponse:
    """Show the guarantor's exposure against the legal and its own limits, and the largest debtors and groups."""
    actor, today = request.actor, _today()
    own = limits_of(actor.organisation)
    names = names_of(own, today.day)
    book = exposure_book(actor.organisation, today.rules, today.day)
    standing = standing_of(actor.organisation)
    used = {limit: own_use(standing, limit) for limit in own}
    context = {
        "book": book,
        "own": [(Meter("own", title_of(limit, names), used[limit], limit.most), row) for limit, row in own.items()],
    }
    return render(request, "guarantor/limits.html", context)


menu("guarantor.home", "担保请求", "Requests", *GUARANTOR, icon="list-checks")
menu(
    "guarantor.limits",
    "担保责任与限额",
    "Exposure and limits",
    *GUARANTOR,
    icon="chart-column",
    group=Group.MANAGEMENT,
)
