"""From default to the closed file: a case, the claims on payers, recourse; the earliest deadline comes first."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhirong.chain.default.case_states import DEFAULT_WORDS, DefaultState
from zhirong.chain.default.claim_states import CLAIM_PAPER_TEXT, CLAIM_WORDS, ClaimPaper, ClaimState
from zhirong.chain.default.disposal_states import DISPOSAL, DISPOSAL_WORDS, DisposalState
from zhirong.chain.default.dispute_states import DISPUTE, DISPUTE_WORDS, TRACK_WORDS, DisputeState, DisputeTrack
from zhirong.chain.default.money_kinds import ALARM_WORDS, CLAIM_MONEY_WORDS, AlarmState, ClaimMoney
from zhirong.chain.default.recourse_states import RECOURSE_WORDS, RecourseState
from zhirong.chain.default.write_off_states import WRITE_OFF_PAPER_TEXT, WRITE_OFF_WORDS, WriteOffState
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.watch.catalogue import COLOUR_TEXT, Colour, catalogue_on
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations.case_file.documents import kind_title
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.recovery.books import CaseBooks, books_of_case, case_file, debtors_debt
from zhirong.operations.recovery.case_closing import open_points
from zhirong.operations.recovery.case_restructuring import watch_of_loan
from zhirong.operations.recovery.cases import CASE_READERS, DISPOSAL_AGENTS, clocks_of
from zhirong.operations.recovery.claim_decisions import checks_of
from zhirong.operations.recovery.claim_filing import papers_of
from zhirong.operations.recovery.claims import PAYERS, room_of
from zhirong.operations.recovery.deals import APPRAISERS
from zhirong.operations.recovery.licence_back import act_title
from zhirong.operations.recovery.pool_meters import meters_of
from zhirong.operations.rulebook import rulebook
from zhirong.operations.visibility import visible
from zhirong.store.financing import FirmRight, Paper
from zhirong.store.recovery import (
    ClaimPayment,
    DefaultCase,
    DisposalProject,
    Dispute,
    LoanAlarm,
    OutsideLink,
    PayerClaim,
    Recourse,
    WriteOffFile,
)
from zhirong.web.clock import now
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.recovery import outside  # noqa: F401 - it declares its page
from zhirong.web.recovery.pool_view import PoolView, balance_trend, claim_views, pool_views
from zhirong.web.row_actions import actions_on
from zhirong.web.views import render_list

# The next steps of a claim in their order; other operations are in the menu.
_CLAIM_FIRST = (
    "claim.reserve",
    "claim.file",
    "claim.supply",
    "claim.accept",
    "claim.pay",
    "claim.return",
    "claim.close",
)
_CLAIM_GROUPS = (
    (Text("审核", "Decision"), ("claim.accept", "claim.ask", "claim.refuse", "claim.lapse")),
    (
        Text("入库与申请", "Entry and filing"),
        ("claim.reserve", "claim.file", "claim.supply", "claim.decline_entry"),
    ),
    (Text("资金", "Money"), ("claim.pay", "claim.return", "claim.claw_back", "claim.close")),
    (Text("函件与异议", "Letters"), ("claim.notice", "claim.object")),
)
# Decisions for a second person come first.
_CASE_DECISIONS = (
    "default.accelerate",
    "default.restructure",
    "default.write_off",
    "default.close",
    "default.serve",
)
_CASE_FIRST: Mapping[DefaultState, tuple[str, ...]] = {
    DefaultState.OVERDUE: ("default.demand",),
    DefaultState.DEMANDED: ("default.propose_acceleration", "claim.open"),
    DefaultState.ACCELERATED: ("claim.open", "disposal.propose"),
    DefaultState.NON_PERFORMING: ("claim.open", "disposal.propose"),
    DefaultState.CLAIMED: ("disposal.propose", "default.recovery"),
    DefaultState.RESTRUCTURED: ("default.demand",),
    DefaultState.DISPOSING: ("default.recovery", "default.propose_write_off"),
    DefaultState.IN_COURT: ("disposal.propose", "default.recovery"),
    DefaultState.BANKRUPT: ("default.propose_write_off",),
    DefaultState.WRITTEN_OFF: ("default.recovery", "default.propose_close"),
}
_CASE_GROUPS = (
    (
        Text("催收", "Demands"),
        ("default.demand", "default.serve", "default.propose_acceleration", "default.accelerate"),
    ),
    (Text("索赔与重组", "Claims"), ("claim.open", "default.propose_restructuring", "default.restructure")),
    (Text("处置与诉讼", "Disposal and disputes"), ("disposal.propose", "dispute.choose", "default.bankruptcy")),
    (
        Text("债务", "Debt"),
        ("default.recovery", "default.state_debt", "default.record_growth", "default.pay_office_fee"),
    ),
    (
        Text("核销与结案", "Write-off and closing"),
        ("default.propose_write_off", "default.write_off", "default.propose_close", "default.close"),
    ),
)
# The next steps of a disposal in their order.
_DISPOSAL_FIRST = (
    "disposal.value",
    "disposal.approve",
    "disposal.transfer",
    "disposal.answer",
    "disposal.distribute",
    "disposal.serve_table",
    "disposal.close",
    "disposal.report_bid",
    "disposal.offer",
    "disposal.sell",
    "disposal.object",
)
_DISPOSAL_GROUPS = (
    (Text("出售", "Sale"), ("disposal.offer", "disposal.sell", "disposal.transfer", "disposal.withdraw")),
    (
        Text("处置机构", "Disposal agent"),
        ("disposal.mandate", "disposal.report_bid", "disposal.end_mandate"),
    ),
    (
        Text("分配", "Distribution"),
        ("disposal.serve_table", "disposal.answer", "disposal.distribute", "disposal.object"),
    ),
)
_FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)


@page("recovery/cases/", "recovery.cases", roles=CASE_READERS)
def cases(request: HttpRequest) -> HttpResponse:
    """Show the lender's default cases in order of their next deadline."""
    return render_list(request, LISTINGS["recovery.cases"], "recovery/cases.html")


@page("recovery/cases/<int:id>/", "recovery.case", roles=(*CASE_READERS, *PAYERS, *_FIRM), model=DefaultCase)
def case(request: HttpRequest, row: DefaultCase) -> HttpResponse:
    """Show a case: amounts due, the debt by component, the part of each party, claims, letters, deadlines, the
    timeline.
    """
    day, actor = day_of(now()), request.actor
    is_bank = actor.kind is OrganisationKind.LENDER
    books = None if row.first_day is None or not is_bank else books_of_case(row, day, rulebook())
    claims = visible(actor, PayerClaim, day).filter(loan=row.loan_id).select_related("payer").order_by("pk")
    debt = debtors_debt(row.loan, row.payer_events, day, rulebook()) if books is None else books.debt
    papers = visible(actor, Paper, day).filter(subject=f"defaultcase/{row.pk}").order_by("-pk")
    context: dict[str, Any] = {
        "case": row,
        "state": DEFAULT_WORDS[DefaultState(row.state)],
        "debt": [(COMPONENT_TEXT[one], amount) for one, amount in debt.items() if amount],
        "total": sum(debt.values()),
        "is_bank": is_bank,
        "parties": [] if books is None else _parties(books),
        "steps": () if books is None else books.steps,
        "claims": [(one, CLAIM_WORDS[ClaimState(one.state)]) for one in claims],
        "papers": [(one, kind_title(one)) for one in papers],
        "clocks": clocks_of(row, day, rulebook()) if is_bank else (),
        "open": open_points(row, day, rulebook()) if is_bank else (),
        "disposals": visible(actor, DisposalProject, day).filter(case=row).order_by("-pk"),
        "disputes": [
            (one, TRACK_WORDS[DisputeTrack(one.track)], DISPUTE_WORDS[DisputeState(one.state)])
            for one in visible(actor, Dispute, day).filter(case=row).order_by("-pk")
        ],
        "write_offs": visible(actor, WriteOffFile, day).filter(case=row).order_by("-pk"),
        "watch": watch_of_loan(row.loan, day, rulebook()) if is_bank else None,
        "actions": actions_on(
            actor, row, first=_case_first(row), groups=_CASE_GROUPS, back=reverse("recovery.case", args=[row.pk])
        ),
        "day": day,
    }
    return render(request, "recovery/case.html", context)


def _case_first(row: DefaultCase) -> tuple[str, ...]:
    """Return the operations of a case, the most urgent first: a demand, if there has been none, before all others."""
    demand = () if row.demands else ("default.demand",)
    return (*_CASE_DECISIONS, *demand, *_CASE_FIRST.get(DefaultState(row.state), ()))


def _parties(books: CaseBooks) -> list[tuple[Text, Fen, Fen]]:
    """Return each party with the part that it carries and the amount that it still has to pay; a negative amount is
    returned to it.
    """
    due: dict[str, Fen] = {}
    for (who, _), amount in books.due.items():
        due[who] = due.get(who, 0) + amount
    return [(books.mode.name_of(role), carries, due.get(role, 0)) for role, carries in books.carried.items()]


@page("recovery/cases/<int:id>/file/", "recovery.file", roles=CASE_READERS, model=DefaultCase)
def file(request: HttpRequest, row: DefaultCase) -> HttpResponse:
    """Give the case as a recovery file for ``zhirong claim``."""
    if row.first_day is None:
        return redirect("recovery.case", row.pk)
    response = HttpResponse(case_file(row, day_of(now()), rulebook()), content_type="application/toml")
    response["Content-Disposition"] = f'attachment; filename="{row.number}.toml"'
    return response


@page("recovery/claims/", "recovery.claims", roles=(*CASE_READERS, *PAYERS))
def claims(request: HttpRequest) -> HttpResponse:
    """Show the claims with their totals, earliest deadline first; a payer also sees its amounts and limits."""
    actor, day = request.actor, day_of(now())
    is_payer = actor.has(*PAYERS)
    found = visible(actor, PayerClaim, day).values("state").order_by().annotate(count=Count("pk"))
    return render_list(
        request,
        LISTINGS["recovery.claims"],
        "recovery/claims.html",
        state_views=claim_views({one["state"]: one["count"] for one in found}, request.GET.get("state", "")),
        room=room_of(actor) if is_payer else None,
        pools=pool_views(meters_of(actor.organisation, day, rulebook())) if is_payer else (),
    )


@page("recovery/claims/<int:id>/", "recovery.claim", roles=(*CASE_READERS, *PAYERS), model=PayerClaim)
def claim(request: HttpRequest, row: PayerClaim) -> HttpResponse:
    """Show a claim: its amounts, its last day, each check, the nine documents, the money."""
    day, actor = day_of(now()), request.actor
    papers = visible(actor, Paper, day).filter(subject=f"payerclaim/{row.pk}").order_by("-pk")
    problems: tuple[Any, ...] = ()
    checks: list[Any] = [one for one in row.checks if "title" in one]
    if row.case is not None and row.case.first_day is not None and not checks:
        try:
            checks = checks_of(row, day, rulebook())
        except InputError as error:
            problems = error.problems
    context: dict[str, Any] = {
        "claim": row,
        "case": row.case,
        "state": CLAIM_WORDS[ClaimState(row.state)],
        "checks": checks,
        "problems": problems,
        "shown": [(CLAIM_PAPER_TEXT[code], shown) for code, shown in papers_of(row).items()],
        "asked": [CLAIM_PAPER_TEXT[ClaimPaper(code)] for code in row.asked],
        "money": [
            (one, CLAIM_MONEY_WORDS[ClaimMoney(one.kind)])
            for one in ClaimPayment.objects.filter(claim=row).order_by("day", "pk")
        ],
        "papers": [(one, kind_title(one)) for one in papers],
        "recourse": visible(actor, Recourse, day).filter(claim=row).first(),
        "pool": _pool_of(row, day) if row.payer_id == actor.organisation else None,
        "actions": actions_on(
            actor, row, first=_CLAIM_FIRST, groups=_CLAIM_GROUPS, back=reverse("recovery.claim", args=[row.pk])
        ),
    }
    return render(request, "recovery/claim.html", context)


def _pool_of(row: PayerClaim, day: date) -> PoolView | None:
    """Return the payer's meters of the claim's mode."""
    found = [one for one in meters_of(row.payer_id, day, rulebook()) if one.mode == row.mode]
    return next(iter(pool_views(found)), None)


@page("recovery/recourse/", "recovery.recourse", roles=PAYERS)
def recourse(request: HttpRequest) -> HttpResponse:
    """Show the payer's recourse claims, earliest limitation date first."""
    return render_list(request, LISTINGS["recovery.recourse"])


@page("recovery/recourse/<int:id>/", "recovery.recourse_of", roles=PAYERS, model=Recourse)
def recourse_of(request: HttpRequest, row: Recourse) -> HttpResponse:
    """Show one recourse with its acts and the end of limitation."""
    acts = [(act_title(one["act"]), one) for one in row.acts]
    return render(
        request,
        "recovery/recourse.html",
        {"row": row, "state": RECOURSE_WORDS[RecourseState(row.state)], "acts": acts},
    )


@page("recovery/alarms/", "recovery.alarms", roles=LISTINGS["recovery.alarms"].roles)
def alarms(request: HttpRequest) -> HttpResponse:
    """Show the items that need attention, ranked by money at risk."""
    return render_list(request, LISTINGS["recovery.alarms"], "recovery/cases.html")


@page("recovery/alarms/<int:id>/", "recovery.alarm", roles=LISTINGS["recovery.alarms"].roles, model=LoanAlarm)
def alarm(request: HttpRequest, row: LoanAlarm) -> HttpResponse:
    """Show one alert: its reason, task, deadline, source and record."""
    rule = catalogue_on(rulebook(), day_of(now())).findings.get(row.code)
    context = {
        "alarm": row,
        "colour": COLOUR_TEXT[Colour(row.colour)],
        "state": ALARM_WORDS[AlarmState(row.state)],
        "source": None if rule is None else rule.reference,
        "case": DefaultCase.objects.filter(loan=row.loan_id).first(),
    }
    return render(request, "recovery/alarm.html", context)


@page("recovery/write-offs/", "recovery.write_offs", roles=LISTINGS["recovery.write_offs"].roles)
def write_offs(request: HttpRequest) -> HttpResponse:
    """Show the write-off files, the next review first."""
    return render_list(request, LISTINGS["recovery.write_offs"])


@page(
    "recovery/write-offs/<int:id>/",
    "recovery.write_off",
    roles=LISTINGS["recovery.write_offs"].roles,
    model=WriteOffFile,
)
def write_off(request: HttpRequest, row: WriteOffFile) -> HttpResponse:
    """Show a write-off file: its documents, the missing ones named, and its reviews."""
    papers = [(words, code in row.papers) for code, words in WRITE_OFF_PAPER_TEXT.items()]
    context = {"row": row, "state": WRITE_OFF_WORDS[WriteOffState(row.state)], "papers": papers}
    return render(request, "recovery/write_off.html", context)


@page("recovery/deals/", "recovery.deals", roles=LISTINGS["recovery.deals"].roles)
def deals(request: HttpRequest) -> HttpResponse:
    """Show the disposal results; an agency sees those based on its own appraisals."""
    return render_list(request, LISTINGS["recovery.deals"])


@page("recovery/pool/", "recovery.pool", roles=LISTINGS["recovery.pool"].roles)
def pool(request: HttpRequest) -> HttpResponse:
    """Show a payer its money, its limits, how its balance went, and below them the figures that it reported."""
    actor, day = request.actor, day_of(now())
    return render_list(
        request,
        LISTINGS["recovery.pool"],
        "recovery/pool.html",
        room=room_of(actor),
        pools=pool_views(meters_of(actor.organisation, day, rulebook())),
        trend=balance_trend(actor.organisation),
    )


@page("recovery/disputes/", "recovery.disputes", roles=LISTINGS["recovery.disputes"].roles)
def disputes(request: HttpRequest) -> HttpResponse:
    """Show the disputes, the first last day first."""
    return render_list(request, LISTINGS["recovery.disputes"])


@page("recovery/disputes/<int:id>/", "recovery.dispute", roles=LISTINGS["recovery.disputes"].roles, model=Dispute)
def dispute(request: HttpRequest, row: Dispute) -> HttpResponse:
    """Show a dispute: its clock, the comparison of the tracks, its steps, and the links given to outside parties."""
    day = day_of(now())
    context = {
        "row": row,
        "track": TRACK_WORDS[DisputeTrack(row.track)],
        "state": DISPUTE_WORDS[DisputeState(row.state)],
        "tracks": row.plan.get("tracks", ()),
        "chosen": f"{row.track}.simplified" if row.simplified else row.track,
        "steps": [(DISPUTE.step(one["step"]).title, one) for one in row.steps],
        "links": visible(request.actor, OutsideLink, day).filter(dispute=row).order_by("-pk"),
        "is_late": row.due_on is not None and row.due_on < day,
        "day": day,
    }
    return render(request, "recovery/dispute.html", context)


@page("recovery/disposals/", "recovery.disposals", roles=LISTINGS["recovery.disposals"].roles)
def disposals(request: HttpRequest) -> HttpResponse:
    """Show the disposal projects."""
    return render_list(request, LISTINGS["recovery.disposals"])


@page(
    "recovery/disposals/<int:id>/",
    "recovery.disposal",
    roles=LISTINGS["recovery.disposals"].roles,
    model=DisposalProject,
)
def disposal(request: HttpRequest, row: DisposalProject) -> HttpResponse:
    """Show a disposal: the comparison of disposal options, the steps, the distribution and the objections."""
    is_bank = request.actor.kind is OrganisationKind.LENDER
    context = {
        "row": row,
        "state": DISPOSAL_WORDS[DisposalState(row.state)],
        "is_bank": is_bank,
        "rights": visible(request.actor, FirmRight, day_of(now())).filter(pk__in=row.rights).order_by("pk"),
        "day": day_of(now()),
        "actions": actions_on(
            request.actor,
            row,
            first=_DISPOSAL_FIRST,
            groups=_DISPOSAL_GROUPS,
            back=reverse("recovery.disposal", args=[row.pk]),
        ),
        "is_agent": request.actor.kind is OrganisationKind.OPERATOR,
        "ways": row.plan.get("ways", ()) if is_bank else (),
        "bids": sorted(((parse_yuan(one["price"]), one) for one in row.bids), key=lambda pair: -pair[0]),
        "steps": [(DISPOSAL.step(one["step"]).title, one) for one in row.result.get("steps", ())],
        "table": row.result.get("table"),
    }
    return render(request, "recovery/disposal.html", context)


_ALARMED = LISTINGS["recovery.alarms"].roles
menu("recovery.alarms", "预警与处置", "Alerts and defaults", *_ALARMED, icon="triangle-alert", group=Group.LENDING)
menu("recovery.claims", "索赔", "Claims", *PAYERS, icon="wallet", group=Group.LENDING)
menu("recovery.recourse", "追偿", "Recourse", *PAYERS, icon="landmark", group=Group.LENDING)
menu("recovery.pool", "资金池", "Pool", *LISTINGS["recovery.pool"].roles, icon="wallet", group=Group.LENDING)
menu("recovery.disposals", "受托处置", "Disposals", *DISPOSAL_AGENTS, icon="landmark", group=Group.LENDING)
menu(
    "recovery.deals",
    "处置成交记录",
    "Disposal results",
    *APPRAISERS,
    *DISPOSAL_AGENTS,
    icon="landmark",
    group=Group.LENDING,
)
