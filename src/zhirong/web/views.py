"""Views shared by all desks: running an operation, lists with filters and export, the choice of organisation,
notifications, files.
"""

import io
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text, same
from zhirong.operations.authorize import may, operations_for
from zhirong.operations.declare import OPERATIONS, Operation
from zhirong.operations.fields import Request
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import waits_in_background
from zhirong.operations.listing import LISTINGS, Filter, Listing, may_list, page_of, rows_of, totals_of
from zhirong.operations.notices import newest_of_each_page, notices_of, read_all
from zhirong.operations.organisation.members import open_to
from zhirong.operations.refusals import ForbiddenError, NotFoundError
from zhirong.operations.run import run_operation
from zhirong.operations.sessions import choices
from zhirong.operations.uploads import bytes_of, take_in
from zhirong.operations.visibility import visible
from zhirong.store.financing import StoredFile
from zhirong.store.parties import SavedView
from zhirong.web.clock import now
from zhirong.web.forms import data_of, form_fields, unplaced
from zhirong.web.list_export import MOST_ROWS, workbook_of
from zhirong.web.menu import menu_of
from zhirong.web.notice_digest import grouped
from zhirong.web.pages import PAGES, call_of, page
from zhirong.web.preferences import NAMES as PREFERENCES

_MOST_NOTICES = 200  # shown; older ones are in the log


@page("desk/", "desk")
def desk(request: HttpRequest) -> HttpResponse:
    """Redirect to the user's first page: the first menu entry, or the introduction."""
    entries = menu_of(request.actor)
    if entries:
        return redirect(reverse(entries[0].page))
    return render(request, "begin.html", {"invitations": open_to(request.actor, day_of(now()))})


# -- operations -----------------------------------------------------------------------------------------------


@page("do/<str:name>/", "do.begin", methods=("GET", "HEAD", "POST"))
def begin(request: HttpRequest, name: str) -> HttpResponse:
    """Show the form of an operation that creates something, and handle its submission."""
    op = OPERATIONS.get(name)
    if op is None or op.model is not None:
        raise Http404
    return operate(request, op, None)


@page("do/<str:name>/<int:subject>/", "do.row", methods=("GET", "HEAD", "POST"))
def act_on(request: HttpRequest, name: str, subject: int) -> HttpResponse:
    """Show the form of an operation on a row, and handle its submission."""
    op = OPERATIONS.get(name)
    if op is None or op.model is None:
        raise Http404
    actor = request.actor
    row = visible(actor, op.model, day_of(now())).filter(pk=subject).first()
    if row is None:
        raise Http404
    return operate(request, op, row)


def operate(
    request: HttpRequest,
    op: Operation,
    row: Any,
    *,
    template: str = "operation.html",
    like: Any = None,
    known: Mapping[str, Any] | None = None,
    read: Callable[[type[Request], QueryDict], dict[str, Any]] = data_of,
    draw: Callable[[dict[str, Any], tuple[Problem, ...]], dict[str, Any]] | None = None,
    **more: Any,
) -> HttpResponse:
    """Show the form of an operation, and handle its submission. A desk may use its own template.

    like: the row that decides which fields the form has, if not ``row``. known: initial values. read: converts
    posted data into the request. draw: returns further template data from the fields' content and the problems.
    more: further template data.
    """
    actor = request.actor
    if not may(actor, op) or (row is not None and not op.relation(actor, row)):
        return render(request, "403.html", status=403)
    problems: tuple[Any, ...] = ()
    given: dict[str, Any] = {
        **(known or {}),
        **{name: value for name, value in data_of(op.request, request.GET).items() if name in request.GET},
    }
    status = 200
    if request.method == "POST":
        given = read(op.request, request.POST)
        version = request.POST.get("_version", "")
        try:
            given |= _tickets(request, op)
            done = run_operation(
                op.name,
                call_of(request, request.POST.get("_key", "")),
                None if row is None else row.pk,
                given,
                int(version) if version.isdecimal() and len(version) < 10 else None,
            )
        except ForbiddenError:
            return render(request, "403.html", status=403)
        except NotFoundError as error:
            raise Http404 from error
        except InputError as error:
            problems, status = error.problems, 422
            # Fields that the user cleared stay empty when the form is shown again.
            given = {**dict.fromkeys(op.request.model_fields, ""), **given}
        else:
            if done.shown_once:
                return render(request, "shown_once.html", {"operation": op, "secret": done.shown_once})
            messages.success(
                request, op.title.in_(request.lang) + (" — done" if request.lang == "en" else "：已完成")
            )
            return redirect(_next(request, op, done))
    context = {
        "operation": op,
        "row": row,
        "fields": form_fields(op.request, actor, row if like is None else like, given, problems),
        "given": given,
        "above": unplaced(op.request, problems),
        "problems": problems,
        "key": request.POST.get("_key") if status == 422 else secrets.token_hex(16),
        "version": request.POST.get("_version") or (None if row is None else row.version),
        "back": _safe(request, request.GET.get("back", "") or request.POST.get("back", "")),
        **more,
        **(draw(given, problems) if draw is not None else {}),
    }
    return render(request, template, context, status=status)


def _tickets(request: HttpRequest, op: Operation) -> dict[str, str]:
    """Stores the uploaded files of a form; the operation receives their tickets."""
    tickets: dict[str, str] = {}
    problems = []
    for name in op.request.model_fields:
        sent = request.FILES.get(name)
        if sent is None:
            continue
        try:
            tickets[name] = take_in(request.actor, sent.name or "", sent.read())
        except InputError as error:
            problems += [replace(one, field=name) for one in error.problems]
    if problems:
        raise InputError(problems)
    return tickets


def _next(request: HttpRequest, op: Operation, done: Any) -> str:
    if waits_in_background(done.answer):
        return reverse("import.page", args=[done.answer["import"]])
    if op.page:
        # The page of the row, or a general one if the operation makes the row invisible.
        takes_row = "<int:id>" in PAGES[op.page].route
        return reverse(op.page, args=[done.id] if takes_row else [])
    return _safe(request, request.POST.get("back", "")) or reverse("desk")


def _safe(request: HttpRequest, address: str) -> str:
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}) else ""


# -- lists ----------------------------------------------------------------------------------------------------


@page("list/<str:name>/", "list")
def show_list(request: HttpRequest, name: str) -> HttpResponse:
    """Show a list with its filters, order and saved views; as Excel with ``?export=xlsx``."""
    one = LISTINGS.get(name)
    if one is None:
        raise Http404
    return render_list(request, one)


def render_list(request: HttpRequest, one: Listing, template: str = "list.html", **more: Any) -> HttpResponse:
    """Show a list as a page of a desk; ``more`` is passed to the template."""
    actor = request.actor
    if not may_list(actor, one):
        return render(request, "403.html", status=403)
    day = day_of(now())
    query = {key: str(value) for key, value in request.GET.items() if key != "export" and key not in PREFERENCES}
    problems: tuple[Any, ...] = ()
    found = totals = None
    try:
        if request.GET.get("export") == "xlsx":
            return _as_excel(request, one, query)
        found = page_of(actor, one, day, query)
        totals = totals_of(actor, one, day, query)
    except InputError as error:
        problems = error.problems
    views = SavedView.objects.filter(account_id=actor.account, listing=one.name).order_by("name")
    context = {
        "listing": one,
        "found": found,
        "totals": totals,
        "query": query,
        "problems": problems,
        "views": views,
        "filters": [(f, query.get(f.name, "")) for f in one.filters],
        "active_filters": [(f.title, _shown(f, query[f.name])) for f in one.filters if query.get(f.name)],
        "not_filtered": not any(query.values()),
        "has_amounts": any(column.kind == "money" and not column.is_exact for column in one.columns),
        "marks_due": any(column.name == "due_on" for column in one.columns),
        "today": day,
        "current": urlencode({key: value for key, value in query.items() if key != "offset" and value}),
        **more,
    }
    return render(request, template, context, status=422 if problems else 200)


def _shown(one: Filter, value: str) -> Text:
    """Return the value of a filter in words."""
    return next((words for choice, words in one.choices or () if str(choice) == value), same(value))


def _as_excel(request: HttpRequest, one: Listing, query: dict[str, str]) -> HttpResponse:
    """Export all matching rows, up to a maximum."""
    rows = rows_of(request.actor, one, day_of(now()), query)[: MOST_ROWS + 1]
    response = HttpResponse(
        workbook_of(one, rows, request.lang, totals_of(request.actor, one, day_of(now()), query)),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )
    response["Content-Disposition"] = f'attachment; filename="{one.name}.xlsx"'
    return response


# -- acting for an organisation, notices, files --------------------------------------------------------------------------


@page("acting/", "acting", methods=("GET", "HEAD", "POST"))
def acting(request: HttpRequest) -> HttpResponse:
    """Show the organisations that the user can act for."""
    possible = choices(request.user, day_of(now())) if request.user.is_authenticated else []
    if request.method == "POST":
        chosen = request.POST.get("as", "")
        if chosen in {value for value, _ in possible}:
            request.session["acting_for"] = chosen
        return redirect("desk")
    context = {
        "choices": possible,
        "chosen": request.session.get("acting_for", ""),
        "invitations": open_to(request.actor, day_of(now())),
    }
    return render(request, "acting.html", context)


@page("notices/", "notices", methods=("GET", "HEAD", "POST"))
def notices(request: HttpRequest) -> HttpResponse:
    """Show the user's notifications, grouped by case: first those that ask something. Opening a page marks them read."""
    actor, day = request.actor, day_of(now())
    if request.method == "POST":
        read_all(actor, now())
        return redirect("notices")
    recent = list(notices_of(actor)[:_MOST_NOTICES])
    asked = newest_of_each_page(one for one in recent if one.asks and one.read_at is None)
    shown = {one.pk for one in asked}
    others = [one for one in recent if one.pk not in shown]
    context = {
        "asked": grouped(actor, day, asked),
        "others": grouped(actor, day, others),
        "other_count": len(others),
        "has_unread": any(one.read_at is None for one in recent),
    }
    return render(request, "notices.html", context)


@page("files/<int:id>/", "file", model=StoredFile)
def download(request: HttpRequest, row: StoredFile) -> HttpResponse:
    """Download a file that the user may see. It is never displayed in the browser, so that others' files cannot run
    anything here.

    The content is checked against its hash: a file that was changed on the disk is not sent, and the failure is
    logged.
    """
    if row.removed:
        raise Http404
    try:
        content = bytes_of(row)
    except InputError as error:
        return render(request, "lost_file.html", {"problems": error.problems}, status=410)
    # A stream, which type checkers do not treat as an HttpResponse.
    sent: Any = FileResponse(
        io.BytesIO(content),
        as_attachment=True,
        filename=row.name,
        content_type=row.media_type,
    )
    return sent


def next_steps(request: HttpRequest, row: Any) -> list[Operation]:
    """Return the operations that the user can run on a row now."""
    return operations_for(request.actor, row)
