"""The public pages: introduction, products, every mode in plain words, a calculator without an account."""

import threading
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from zhirong.chain.quote.document import QuoteDocument
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import parse_yuan
from zhirong.operations.case.calculator import ASSUMPTIONS, Calculate, calculated, rough_interval
from zhirong.operations.fields import read
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.right.rights import FIRM
from zhirong.operations.rulebook import rulebook
from zhirong.web.amounts import as_wan, reading, wan_of
from zhirong.web.apply_with import APPLY_WITH, CARRIED
from zhirong.web.forms import data_of, form_fields, unplaced
from zhirong.web.limit_view import limit_view
from zhirong.web.mode_answer import answer_context
from zhirong.web.pages import page
from zhirong.web.public.limiter import Limiter, address_of
from zhirong.web.public.mode_page import by_leader, parts_of, products
from zhirong.web.quote_cache import all_modes, drawing, today
from zhirong.workbench import modes

# A calculation takes some tenths of a second of a processor; a person does not notice these limits, but a script does.
_LIMIT = Limiter("calculator", times=60, seconds=600)
_AMOUNTS = ("amount", "revenue")
_DAYS = ("began_", "granted_")  # the page asks for years instead
_LONGEST = 40  # characters of a value that is carried over
_AT_ONCE = threading.BoundedSemaphore(2)


@page("", "home", is_public=True)
def home(request: HttpRequest) -> HttpResponse:
    """Introduce the platform."""
    return render(request, "public/home.html", {"modes": len(modes()), "question": _question(request, {}, ())})


@page("products/", "products", is_public=True)
def show_products(request: HttpRequest) -> HttpResponse:
    """Show the products and the modes of each."""
    return render(request, "public/products.html", {"products": products()})


@page("modes/", "modes", is_public=True)
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Show every mode by leading party."""
    return render(request, "public/modes.html", {"groups": by_leader()})


@page("modes/<str:mode_id>/", "modes.one", is_public=True)
def one_mode(request: HttpRequest, mode_id: str) -> HttpResponse:
    """Describe a mode in plain words: loss sharing, eligibility, cost and sources."""
    mode = modes().get(mode_id)
    if mode is None:
        raise Http404
    about, parts = parts_of(mode_id, request.lang)
    return render(request, "public/mode.html", {"mode": mode, "about": about, "parts": parts})


@page("calculator/", "calculator", is_public=True)
def calculator(request: HttpRequest) -> HttpResponse:
    """Answer a few figures roughly. Nothing is stored."""
    problems: tuple[Any, ...] = ()
    context: dict[str, Any] = {}
    asked = "revenue" in request.GET
    given = _asked(request) if asked else {}
    if asked:
        refused = _refused(request)
        if refused is not None:
            return refused
        try:
            quote = _quoted(request)
            context = {**answer_context(quote), **_summary(quote)}
        except InputError as error:
            problems = error.problems
        finally:
            _AT_ONCE.release()
    context |= {
        "question": _question(request, given, problems),
        "problems": problems,
        "above": [*unplaced(Calculate, problems), *(one for one in problems if one.field.startswith(_DAYS))],
        "query": request.GET.urlencode(),
        "note": rulebook().at(ASSUMPTIONS, today()).reference.note,
    }
    return render(request, "public/calculator.html", context, status=422 if problems else 200)


@page("calculator/<str:which>.svg", "calculator.chart", is_public=True)
def chart(request: HttpRequest, which: str) -> HttpResponse:
    """Draw a chart of the answer."""
    refused = _refused(request)
    if refused is not None:
        return refused
    try:
        return drawing(request, _quoted(request), which)
    except InputError:
        return HttpResponse(status=404)
    finally:
        _AT_ONCE.release()


def _quoted(request: HttpRequest) -> QuoteDocument:
    return all_modes(calculated(read(Calculate, _asked(request)), today(), rulebook()))


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Return the question; a plain number is an amount in ten thousand yuan."""
    given = data_of(Calculate, request.GET)
    return {**given, **{name: as_wan(str(given[name])) for name in _AMOUNTS if name in given}}


def _question(request: HttpRequest, given: dict[str, Any], problems: tuple[Any, ...]) -> dict[str, Any]:
    """Return the fields of the form by their names; amounts in ten thousand yuan, with their reading."""
    fields = {one.name: one for one in form_fields(Calculate, request.actor, None, given, problems)}
    for name in _AMOUNTS:
        fields[name] = (
            replace(fields[name], value=wan_of(fields[name].value)) if fields[name].value else fields[name]
        )
    return {
        "fields": fields,
        "readings": {name: reading(fields[name].value) for name in _AMOUNTS},
        "first": [fields["kind_1"], replace(fields["year_1"], required=True)],
        "more": [fields[f"{name}_{number}"] for number in (2, 3) for name in ("kind", "year")],
        "has_more": any(given.get(f"kind_{number}") for number in (2, 3)),
    }


def _summary(quote: QuoteDocument) -> dict[str, Any]:
    """Return the figures of the answer: the limit with ways to raise it, the interval, the cost of the best mode."""
    best = next((one for one in answer_context(quote)["offers"] if one.mode.eligible != "no"), None)
    found: dict[str, Any] = {"supported": limit_view(quote), "best": best}
    if quote.value is not None:
        low, high = rough_interval(quote.value)
        found |= {"low": low, "middle": parse_yuan(quote.value.p50), "high": high}
    return found


@page("apply/", "apply_with", is_public=True)
def apply_with(request: HttpRequest) -> HttpResponse:
    """Take amount and term to an application: at once for a company that is signed in, otherwise after its sign-up."""
    given = {name: value for name in CARRIED if (value := request.GET.get(name, "")) and len(value) <= _LONGEST}
    if "amount" in given:
        given["amount"] = as_wan(given["amount"])
    request.session[APPLY_WITH] = given
    return redirect("firm.case_new" if request.actor.has(*FIRM) else "account_signup")


def _refused(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a caller with too many requests, or None; in this case one place is taken until it is
    released.
    """
    if not _LIMIT.admits(address_of(request)):
        response = render(request, "public/busy.html", {"is_often": True}, status=429)
    elif not _AT_ONCE.acquire(timeout=10):
        response = render(request, "public/busy.html", {"is_often": False}, status=503)
    else:
        return None
    response["Retry-After"] = "60"
    return response
