"""The page of an outside party: a court, tribunal or mediator opens its link with a code and enters the steps of
the dispute.
"""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhirong.chain.default.dispute_states import DISPUTE, DISPUTE_WORDS, TRACK_WORDS, DisputeState, DisputeTrack
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.actors import WORKER
from zhirong.operations.declare import Call
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.recovery.disputes import possible_steps
from zhirong.operations.recovery.outside import is_code, link_of
from zhirong.operations.run import run_operation
from zhirong.store.recovery import OutsideLink
from zhirong.web.clock import now
from zhirong.web.pages import page

_OPEN_FOR = timedelta(minutes=30)


@page("recovery/outside/<str:secret>/", "recovery.outside", is_public=True, methods=("GET", "HEAD", "POST"))
def outside(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for the code; then show the dispute and take the next step from the outside party."""
    link = link_of(secret, day_of(now()))
    if link is None:
        raise Http404
    problems: tuple[Any, ...] = ()
    try:
        if request.method == "POST" and "step" in request.POST and _is_open(request, link):
            _report(request, link)
            return redirect("recovery.outside", secret)
        if request.method == "POST" and "code" in request.POST:
            _open(request, link, secret)
            return redirect("recovery.outside", secret)
    except InputError as error:
        problems = error.problems
    row = link.dispute
    context = {
        "link": link,
        "row": row,
        "is_open": _is_open(request, link),
        "track": TRACK_WORDS[DisputeTrack(row.track)],
        "state": DISPUTE_WORDS[DisputeState(row.state)],
        "done": [(DISPUTE.step(one["step"]).title, one) for one in row.steps],
        "choices": [(code, DISPUTE.step(code).title) for code in possible_steps(row)],
        "given": request.POST,
        "day": day_of(now()),
        "problems": problems,
        "above": problems,
    }
    response = render(request, "recovery/outside.html", context, status=422 if problems else 200)
    # The secret goes to no other site. "no-referrer" would make browsers send the form with the origin "null", which is
    # refused as a forgery.
    response["Referrer-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response


def _key(link: OutsideLink) -> str:
    return f"outside/{link.pk}"


def _is_open(request: HttpRequest, link: OutsideLink) -> bool:
    """Return whether this browser has given the code within the last half hour."""
    until = request.session.get(_key(link), 0)
    return bool(now().timestamp() < until)


def _open(request: HttpRequest, link: OutsideLink, secret: str) -> None:
    if not is_code(link, secret, request.POST.get("code", "")[:40]):
        reason = Text("口令有误，或今日错误次数过多", "wrong code, or too many wrong codes today")
        hint = Text("请核对口令，或向放款机构索取新链接", "Check the code, or ask the lender for a new link.")
        raise InputError([Problem("code", "", reason, hint, "wrong_code")])
    request.session[_key(link)] = (now() + _OPEN_FOR).timestamp()
    moment = now()
    run_operation(
        "link.open", Call(WORKER, moment, f"link/{link.pk}/{moment.isoformat()}"), None, {"link": link.pk}
    )


def _report(request: HttpRequest, link: OutsideLink) -> None:
    given = request.POST
    data = {
        "link": link.pk,
        "step": given.get("step", "")[:40],
        "day": given.get("day", "")[:10],
        "docket": given.get("docket", "")[:80],
        "result": given.get("result", ""),
    }
    moment = now()
    run_operation("link.report", Call(WORKER, moment, f"report/{link.pk}/{moment.isoformat()}"), None, data)
