"""The firm's rights: the list, the form of each kind, one right, the import of a table."""

from types import SimpleNamespace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhirong.chain.right.columns import FIELD_TEXT
from zhirong.chain.right.fees import STANDING_TEXT
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.documents.tables import rights_template
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import waits_in_background
from zhirong.operations.listing import LISTINGS
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.right.rights import FIRM, PAPERS, check_right, open_cases_with, status_words
from zhirong.operations.rulebook import rulebook
from zhirong.operations.run import run_operation
from zhirong.operations.uploads import take_in
from zhirong.store.financing import FirmRight, StoredFile
from zhirong.web.clock import now
from zhirong.web.pages import call_of, page
from zhirong.web.views import operate, render_list

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORM = ("GET", "HEAD", "POST")


@page("firm/rights/", "firm.rights", roles=FIRM)
def rights(request: HttpRequest) -> HttpResponse:
    """Show every right of the firm."""
    return render_list(request, LISTINGS["firm.rights"], "firm/rights.html")


@page("firm/rights/new/", "firm.right_kinds", roles=FIRM)
def kinds(request: HttpRequest) -> HttpResponse:
    """Show the kinds of right; each has its own form."""
    return render(
        request, "firm/right_kinds.html", {"kinds": [(one.value, words) for one, words in KIND_TEXT.items()]}
    )


@page("firm/rights/new/<str:kind>/", "firm.right_new", roles=FIRM, methods=_FORM)
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the form of a kind of right."""
    if kind not in KIND_TEXT:
        raise Http404
    like = SimpleNamespace(kind=kind, facts={})
    words = KIND_TEXT[RightKind(kind)]
    return operate(
        request,
        OPERATIONS["right.add"],
        None,
        like=like,
        known={"kind": kind},
        template="firm/right_form.html",
        kind_words=words,
        kind=kind,
    )


@page("firm/rights/<int:id>/", "firm.right", roles=FIRM, model=FirmRight)
def right(request: HttpRequest, row: FirmRight) -> HttpResponse:
    """Show one right with its status today."""
    checked = check_right(row.facts, day_of(now()), rulebook())
    files = StoredFile.objects.filter(subject=f"firmright/{row.pk}", removed=False).order_by("id")[:100]
    context = {
        "row": row,
        "kind": KIND_TEXT[RightKind(row.kind)],
        "status": status_words(checked.columns["status"]),
        "is_good": checked.status.in_force,
        "checked": checked,
        "fees": checked.fees,
        "standing": STANDING_TEXT[checked.fees.standing],
        "files": [(one, dict(PAPERS).get(one.paper, one.paper)) for one in files],
        "cases": open_cases_with(row, drafts=True),
    }
    return render(request, "firm/right.html", context)


@page("firm/rights/template.xlsx", "firm.right_template", roles=FIRM)
def template(request: HttpRequest) -> HttpResponse:
    """Download an empty table to fill in."""
    response = HttpResponse(rights_template(request.lang), content_type=_XLSX)
    response["Content-Disposition"] = 'attachment; filename="rights.xlsx"'
    return response


@page("firm/rights/import/", "firm.right_import", roles=FIRM, methods=_FORM)
def import_table(request: HttpRequest) -> HttpResponse:
    """Check a table row by row, then store all of it or nothing."""
    context: dict[str, Any] = {
        "columns": request.POST.get("columns", ""),
        "keeps_columns": "keep_columns" in request.POST,
    }
    if request.method != "POST":
        return render(request, "firm/import.html", context)
    try:
        sent = request.FILES.get("file")
        ticket = (
            request.POST.get("ticket", "") if sent is None else take_in(request.actor, sent.name or "", sent.read())
        )
        wants_all = "keep" in request.POST
        call = call_of(request, request.POST.get("_key", "") if wants_all else "")
        asked = {
            "file": ticket,
            "dry_run": not wants_all,
            "overwrite": "overwrite" in request.POST,
            "columns": context["columns"],
            "keep_columns": context["keeps_columns"],
        }
        done = run_operation("right.import", call, None, asked)
    except ForbiddenError:
        return render(request, "403.html", status=403)
    except InputError as error:
        context |= {"problems": error.problems, "above": error.problems}
        return render(request, "firm/import.html", context, status=422)
    if waits_in_background(done.answer):
        return redirect("import.page", done.answer["import"])
    if wants_all:
        return redirect("firm.rights")
    used = [
        (heading, FIELD_TEXT[field]) for heading, field in done.answer["columns"].items() if field in FIELD_TEXT
    ]
    return render(request, "firm/import.html", {**context, "report": done.answer, "ticket": ticket, "used": used})
