"""Pages of the audit administration: events with their proofs, the access log, the complete check."""

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.platform.states import JobState
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.platform.audit import AUDIT, EVENTS, SEEN, last_checks, shown
from zhirong.operations.platform.audit_words import in_words
from zhirong.operations.platform.changes import changes_of
from zhirong.operations.pledge.certificates import codes
from zhirong.store import log
from zhirong.store.keys import signing_key
from zhirong.store.models import Checkpoint, Event
from zhirong.store.settings import DATA
from zhirong.web.clock import now
from zhirong.web.menu import menu
from zhirong.web.pages import page
from zhirong.web.views import render_list


@page("audit/", "audit.home", roles=AUDIT)
def home(request: HttpRequest) -> HttpResponse:
    """Show every event, latest first."""
    return render_list(request, EVENTS, "audit/home.html")


@page("audit/events/<int:id>/", "audit.event", roles=AUDIT, model=Event)
def event(request: HttpRequest, row: Event) -> HttpResponse:
    """Show one event: its actor, changes with old and new values, request, written rows, and proof."""
    (line,) = in_words([row])
    before = Event.objects.filter(subject=row.subject, index__lt=row.index).exclude(subject="").order_by("index")
    changes = changes_of([*before, row])[-1]
    context = {"row": row, "line": line, "changes": changes, "shown": shown(row), "code": codes(row)[0]}
    return render(request, "audit/event.html", context)


@page("audit/events/<int:id>/receipt/", "audit.receipt", roles=AUDIT, model=Event)
def receipt(request: HttpRequest, row: Event) -> HttpResponse:
    """Download the receipt, which proves the event offline to anyone."""
    made = log.receipt(row, signing_key(DATA), now())
    response = HttpResponse(made.as_bytes(), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{row.index}.json"'
    return response


@page("audit/seen/", "audit.seen", roles=AUDIT)
def seen(request: HttpRequest) -> HttpResponse:
    """Show who opened which object, once per day for each."""
    return render_list(request, SEEN)


@page("audit/check/", "audit.check", roles=AUDIT)
def check(request: HttpRequest) -> HttpResponse:
    """Show the complete check: start one, its progress and its result."""
    checks = last_checks()
    context = {
        "checks": checks,
        "is_running": any(one.state in (JobState.WAITING, JobState.RUNNING) for one in checks),
        "events": Event.objects.count(),
        "signed": Checkpoint.objects.order_by("-size").values_list("size", flat=True).first(),
    }
    return render(request, "audit/check.html", context)


menu("audit.home", "全部事项", "Events", *AUDIT, icon="history")
menu("audit.seen", "查看记录", "Access log", *AUDIT, icon="eye")
menu("audit.check", "全部重算核对", "Check everything", *AUDIT, icon="badge-check")
