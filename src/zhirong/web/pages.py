"""Declaration of pages with their permissions; an undeclared view is not reachable, and a test lists them all."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.access_log import note_seen
from zhirong.operations.declare import Call
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.notices import read_at_page
from zhirong.operations.visibility import visible
from zhirong.web.clock import now

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """One page. route: a Django route. roles: who may see it; empty: anyone signed in. is_public: no account
    needed.

    model: of the row that it shows. The row is looked up among those visible to the user; others get "not found".
    """

    name: str
    route: str
    view: View
    roles: tuple[MemberRole, ...]
    is_public: bool
    model: type[Model] | None


PAGES: dict[str, Page] = {}
_EXPIRED = Text(
    "登录已过期，内容未提交。请重新登录；所填内容保留在此窗口中，登录后请核对并再次提交。",
    "Your session has ended and nothing was sent. Sign in again: what you typed is kept in this window. Check and send it.",
)


def page(
    route: str,
    name: str,
    *,
    roles: tuple[MemberRole, ...] = (),
    is_public: bool = False,
    model: type[Model] | None = None,
    methods: tuple[str, ...] = ("GET", "HEAD"),
) -> Callable[[View], View]:
    """Declare a page. Its view takes the request, and the row if there is a model (route with ``<int:id>``)."""

    def declare(view: View) -> View:
        if name in PAGES:
            raise AssertionError(f"two pages are called {name}")

        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                response = HttpResponse(status=405)
                response["Allow"] = ", ".join(methods)
                return response
            actor = request.actor
            if not is_public and not actor.account:
                if request.method == "POST":
                    messages.warning(request, _EXPIRED.in_(request.lang))
                return redirect(f"{reverse('account_login')}?next={request.path}")
            if roles and not actor.has(*roles):
                return render(request, "403.html", status=403)
            if model is not None:
                row = visible(actor, model, day_of(now())).filter(pk=kwargs.pop("id")).first()
                if row is None:
                    raise Http404
                note_seen(actor, row, now())
                if actor.account:
                    read_at_page(actor, request.path, now())
                return _opened(request, lambda: view(request, row, **kwargs))
            return _opened(request, lambda: view(request, **kwargs))

        PAGES[name] = Page(name, route, guarded, roles, is_public, model)
        return guarded

    return declare


def _opened(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page. If stored data cannot be read by today's rules any more, such as a withdrawn code, the page
    names it with a hint instead of failing.
    """
    try:
        return view()
    except InputError as error:
        return render(request, "unreadable.html", {"problems": error.problems}, status=422)


def url_patterns() -> list[URLPattern]:
    """Return the URL patterns of all declared pages."""
    return [path(one.route, one.view, name=one.name) for one in PAGES.values()]


def call_of(request: HttpRequest, key: str = "") -> Call:
    """Convert the request into the call of an operation. key: of the form; a new one if there is none."""
    return Call(request.actor, now(), key or secrets.token_hex(16))
