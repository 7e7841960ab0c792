"""Free online appraisals: the form, the list, and one appraisal with its basis."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhirong.chain.appraisal.document import read_kept
from zhirong.chain.appraisal_practice.records import STATE_TEXT, AppraisalGrade
from zhirong.kernel.days import day_of
from zhirong.kernel.money import FEN_PER_YUAN, round_fen, show_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade
from zhirong.operations.appraisal.online_appraisals import grade_words, standing_of
from zhirong.operations.appraisal.online_form import ROWS
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS
from zhirong.operations.right.rights import FIRM
from zhirong.store.financing import Appraisal, FirmRight
from zhirong.web.clock import now
from zhirong.web.pages import page
from zhirong.web.value_interval import interval_of
from zhirong.web.views import operate, render_list


@page("firm/appraisals/", "firm.appraisals", roles=FIRM)
def appraisals(request: HttpRequest) -> HttpResponse:
    """Show every appraisal of the firm, of either grade."""
    return render_list(request, LISTINGS["firm.appraisals"], "firm/appraisals.html")


@page("firm/appraisals/new/", "firm.appraise", roles=FIRM, methods=("GET", "HEAD", "POST"))
def appraise(request: HttpRequest) -> HttpResponse:
    """Show the form of a free online appraisal."""
    known: dict[str, Any] = {"rights": request.GET.getlist("rights")} if "rights" in request.GET else {}
    return operate(
        request, OPERATIONS["appraisal.online"], None, known=known, template="firm/appraise.html", rows=ROWS
    )


@page("firm/appraisals/<int:id>/", "firm.appraisal", roles=FIRM, model=Appraisal)
def appraisal(request: HttpRequest, row: Appraisal) -> HttpResponse:
    """Show one appraisal: interval, grade, methods, basis, validity. A formal one has its own page."""
    if row.grade != AppraisalGrade.ONLINE:
        return redirect(reverse("agency.appraisal", args=[row.pk]))
    if "record" not in row.result:
        raise Http404
    standing = standing_of(row, day_of(now()))
    record = row.result["record"]
    context = {
        "row": row,
        "grade": grade_words(row),
        "standing": standing,
        "standing_words": STATE_TEXT[standing],
        "record": record,
        "interval": interval_of(row.p10 or 0, row.p50 or 0, row.p90 or 0),
        "assumptions": [
            ({**one, **{name: _figure(one[name], one["kind"]) for name in ("low", "mode", "high")}}, words)
            for one in record["assumptions"]
            for words in (EVIDENCE_TEXT[EvidenceGrade(one["grade"])],)
        ],
        "appraisal": read_kept(row.result["appraisal"]),
        "rights": FirmRight.objects.filter(pk__in=row.rights).order_by("id"),
    }
    return render(request, "firm/appraisal.html", context)


def _figure(written: str, kind: str) -> str:
    """Return a figure of an input for reading: yuan with thousands, a rate in per cent, anything else as it is."""
    if kind == "yuan":
        return show_yuan(round_fen(Fraction(written) * FEN_PER_YUAN))
    if kind in ("rate", "growth"):
        return f"{(Decimal(written) * 100).normalize():f}\u00a0%"
    return written
