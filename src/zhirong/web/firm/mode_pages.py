"""The comparison of modes: the firm's eligibility, the cost after subsidies, and the loss shares."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.errors import InputError
from zhirong.operations.appraisal.online_appraisals import usable_appraisals
from zhirong.operations.case.mode_comparison import Compare, compared
from zhirong.operations.fields import read
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.right.rights import FIRM
from zhirong.operations.visibility import visible
from zhirong.store.financing import FirmRight
from zhirong.store.parties import Organisation
from zhirong.web.forms import data_of, form_fields, unplaced
from zhirong.web.limit_view import limit_view
from zhirong.web.mode_answer import answer_context
from zhirong.web.pages import page
from zhirong.web.quote_cache import all_modes, drawing, today


@page("firm/modes/", "firm.modes", roles=FIRM)
def modes(request: HttpRequest) -> HttpResponse:
    """Show the form and, after submission, the result."""
    problems: tuple[Any, ...] = ()
    context: dict[str, Any] = {}
    asked = "amount" in request.GET
    given = data_of(Compare, request.GET) if asked else _start(request)
    if asked:
        try:
            quote = _quoted(request)
        except InputError as error:
            problems = error.problems
        else:
            context = {**answer_context(quote), "may_apply": True, "supported": limit_view(quote)}
    context |= {
        "fields": form_fields(Compare, request.actor, None, given, problems),
        "problems": problems,
        "above": unplaced(Compare, problems),
        "query": request.GET.urlencode(),
        "described": bool(_firm(request).profile.get("credit")),
    }
    return render(request, "firm/modes.html", context, status=422 if problems else 200)


@page("firm/modes/<str:which>.svg", "firm.mode_chart", roles=FIRM)
def chart(request: HttpRequest, which: str) -> HttpResponse:
    """Draw a chart of the answer."""
    try:
        return drawing(request, _quoted(request), which)
    except InputError:
        return HttpResponse(status=404)


def _firm(request: HttpRequest) -> Organisation:
    """Return the firm with its profile; not for an agent whose mandate does not cover it."""
    firm: Organisation = get_object_or_404(
        visible(request.actor, Organisation, today()), pk=request.actor.organisation
    )
    return firm


def _quoted(request: HttpRequest) -> QuoteDocument:
    firm = _firm(request)
    asked = read(Compare, data_of(Compare, request.GET))
    return all_modes(compared(firm, asked, today()))


def _start(request: HttpRequest) -> dict[str, Any]:
    """Return the form's initial values: the newest valid appraisal and its rights, or else every right in force."""
    newest = next(iter(usable_appraisals(request.actor, today())), None)
    if newest is not None:
        return {"appraisal": newest.pk, "rights": newest.rights}
    rights = FirmRight.objects.filter(firm=request.actor.organisation, removed=False, status=LegalStatus.IN_FORCE)
    return {"rights": list(rights.order_by("-id").values_list("pk", flat=True)[:50])}
