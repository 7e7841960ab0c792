"""Pages of the registrar: pending filings with deadlines, a registration, its examination, reconciliation, the
daily file.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from zhirong.chain.pledge.records import CLAIM_KIND_TEXT, VERDICT_TEXT, ClaimKind
from zhirong.chain.pledge.registration import STATUS_WORDS, Registration, Status
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.authorize import can
from zhirong.operations.declare import OPERATIONS, Call, Operation
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.pledge.certificates import registration_certificate
from zhirong.operations.pledge.forms import PARTIES, REGISTRAR
from zhirong.operations.pledge.registrar_view import (
    history,
    load,
    may_see,
    possible,
    readable,
    reconciliations,
    waiting,
)
from zhirong.operations.pledge.search import changes_of, view
from zhirong.operations.run import run_operation
from zhirong.store import log
from zhirong.store.keys import signing_key
from zhirong.store.models import Event
from zhirong.store.settings import DATA
from zhirong.web.clock import now
from zhirong.web.menu import menu
from zhirong.web.pages import call_of, page
from zhirong.web.registrar import public  # noqa: F401 - declares the public pages of the register
from zhirong.web.row_actions import ActionGroup, RowAction, RowActions

_HOW = "how:"  # before the place of a ground, in the form of the examination
_FIRST = {
    "registration.examine": Text("逐项审查", "Examine each ground"),
    "registration.register": Text("核对并登记", "Check and register"),
}
_CHANGE, _FURTHER = Text("变更与更正", "Changes"), Text("其他", "Other")
_IN_A_GROUP = 4
_SOON = 3  # days to the deadline from which a filing is counted as due soon


@page("registrar/", "registrar.home", roles=REGISTRAR)
def home(request: HttpRequest) -> HttpResponse:
    """Show pending filings, the most urgent first, and the alarms of the latest comparisons."""
    today = day_of(now())
    found = waiting(today)
    left = [one.days_left for one in found if one.days_left is not None]
    context = {
        "rows": [(one.registration, STATUS_WORDS[one.registration.status]) for one in found],
        "today": today,
        "late": sum(days < 0 for days in left),
        "soon": sum(0 <= days <= _SOON for days in left),
        "reconciled": reconciliations(5),
    }
    return render(request, "registrar/home.html", context)


@page("registrar/registrations/<int:number>/", "registrar.registration", roles=PARTIES)
def registration(request: HttpRequest, number: int) -> HttpResponse:
    """Show a registration with its history and the operations possible now."""
    one, actor = load(number), request.actor
    if one is None or not may_see(actor, one):
        raise Http404
    actor = request.actor
    operations = [OPERATIONS[name] for name in possible(one) if can(actor, name)]
    shown = view(actor, one)
    is_open = "claim_amount_fen" in shown
    context: dict[str, Any] = {
        "one": one,
        "shown": shown,
        "is_open": is_open,
        "status_words": STATUS_WORDS[Status(one.status)],
        "claim_words": CLAIM_KIND_TEXT[ClaimKind(one.claim_kind)],
        "rights": [(right, KIND_TEXT[right.kind]) for right in one.rights],
        "actions": _actions(one, operations, request.path),
        "history": history(number) if is_open else [],
        "days_left": None if one.review_by is None else (one.review_by - day_of(now())).days,
    }
    return render(request, "registrar/registration.html", context)


def _actions(one: Registration, operations: Sequence[Operation], path: str) -> RowActions:
    """Return the operations on a registration: examination and registration come first, the others are in the menu."""
    names = {op.name for op in operations}
    main = None
    for name, title in _FIRST.items():
        if name in names:
            main = RowAction(title, reverse("registrar.examine", args=[one.id]))
    query = urlencode({"registration": str(one.id), "back": path})
    others = [
        RowAction(op.title, f"{reverse('do.begin', args=[op.name])}?{query}", op.is_grave)
        for op in sorted(operations, key=lambda op: op.is_grave)
        if op.name not in _FIRST
    ]
    halves = [(_CHANGE, others[:_IN_A_GROUP]), (_FURTHER, others[_IN_A_GROUP:])]
    return RowActions(main, tuple(ActionGroup(title, tuple(half)) for title, half in halves if half))


@page(
    "registrar/registrations/<int:number>/examine/",
    "registrar.examine",
    roles=REGISTRAR,
    methods=("GET", "HEAD", "POST"),
)
def examine(request: HttpRequest, number: int) -> HttpResponse:
    """Examine a filing ground by ground, with article and hint. The registrar clarifies unknown grounds here, then
    accepts, rejects or registers.
    """
    one = load(number)
    if one is None or one.status not in (Status.FILED, Status.EXAMINED):
        raise Http404
    name = "registration.examine" if one.status is Status.FILED else "registration.register"
    problems: tuple[Any, ...] = ()
    given = {
        key.removeprefix(_HOW): str(value).strip() for key, value in request.POST.items() if key.startswith(_HOW)
    }
    if request.method == "POST":
        data = {"registration": number, "resolved": {place: how for place, how in given.items() if how}}
        try:
            done = run_operation(name, call_of(request, request.POST.get("_key", "")), None, data)
        except InputError as error:
            problems = error.problems
        else:
            words = STATUS_WORDS[Status(done.answer["status"])]
            messages.success(request, words.in_(request.lang))
            return redirect("registrar.registration", number=number)
    rights, unreadable = readable(one, day_of(now()))
    shown = [
        (
            right.check,
            KIND_TEXT[right.check.right.kind],
            [
                (ground, given.get(ground.place, ""), VERDICT_TEXT[ground.finding.verdict])
                for ground in right.grounds
            ],
            [problem for problem in right.check.problems() if not problem.code.startswith("ground_")],
        )
        for right in rights
    ]
    context = {
        "one": one,
        "operation": OPERATIONS[name],
        "rights": shown,
        "is_refused": any(g.finding.verdict.value == "refused" for r in rights for g in r.grounds),
        "problems": problems or (unreadable.problems if unreadable is not None else ()),
        "above": problems or (unreadable.problems if unreadable is not None else ()),
        "key": request.POST.get("_key", ""),
    }
    return render(request, "registrar/examine.html", context, status=422 if problems else 200)


@page(
    "registrar/registrations/<int:number>/certificate/", "registrar.certificate", roles=PARTIES, methods=("POST",)
)
def certificate(request: HttpRequest, number: int) -> HttpResponse:
    """Issue the certificate as PDF, or the receipt of a filing that is not registered; issuing is an event, hence
    POST.
    """
    one = load(number)
    by = Call(request.actor, now(), call_of(request, request.POST.get("_key", "")).key)
    if one is None or not may_see(by.actor, one):
        raise Http404
    made = registration_certificate(by, number, signing_key(DATA), request.lang)
    name = "certificate" if one.entered_on is not None else "application-receipt"
    return _download(made.pdf, f"{name}-{number}-{made.number}.pdf", "application/pdf")


@page("registrar/registrations/<int:number>/receipts/<int:index>/", "registrar.receipt", roles=PARTIES)
def receipt(request: HttpRequest, number: int, index: int) -> HttpResponse:
    """Download the receipt that proves one event of a registration offline to anyone."""
    one = load(number)
    event = Event.objects.filter(index=index, registration=number).first()
    if one is None or event is None or not may_see(request.actor, one):
        raise Http404
    made = log.receipt(event, signing_key(DATA), now())
    return _download(made.as_bytes(), f"receipt-{index}.json", "application/json")


@page("registrar/changes/", "registrar.changes", roles=REGISTRAR)
def changes(request: HttpRequest) -> HttpResponse:
    """Show the public entries of a day's changes; as JSON with ``?file=1``."""
    today = day_of(now())
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = today
    entries = changes_of(day)
    if request.GET.get("file"):
        body = json.dumps(entries, ensure_ascii=False, indent=1).encode()
        return _download(body, f"changes-{day}.json", "application/json")
    days = [day - timedelta(days=1), day + timedelta(days=1)]
    return render(request, "registrar/changes.html", {"day": day, "entries": entries, "days": days, "today": today})


@page("registrar/reconciliations/", "registrar.reconciliations", roles=REGISTRAR)
def reconciled(request: HttpRequest) -> HttpResponse:
    """Show the differences found by comparisons with authorities' data."""
    return render(request, "registrar/reconciliations.html", {"rows": reconciliations()})


def _download(data: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


menu("registrar.home", "待办申请", "Filings", *REGISTRAR, icon="list-checks")
menu("registrar.changes", "每日变更", "Daily changes", *REGISTRAR, icon="history")
menu("registrar.reconciliations", "与登记机关核对", "Reconciling", *REGISTRAR, icon="git-compare")
menu("register.search", "登记查询", "Search", *REGISTRAR, icon="search")
