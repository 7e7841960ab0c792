"""Middleware for every request: security headers, the reader's preferences, the actor."""

from collections.abc import Callable

from django.http import HttpResponse
from django.utils import translation

from zhirong.kernel.days import day_of
from zhirong.operations.actors import NOBODY
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.sessions import actor_of
from zhirong.web.clock import now
from zhirong.web.preferences import PREFERENCES, chosen_by

Answer = Callable[[HttpRequest], HttpResponse]
# No script, style, font or picture from elsewhere; nothing inline except data: pictures.
_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; script-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def headers(get_response: Answer) -> Answer:
    """Set the content policy, and forbid caching of pages that only one user may see."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", _POLICY)
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def preferences(get_response: Answer) -> Answer:
    """Read the user's preferences: language, colours, density, unit (once in the address, then remembered)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.chosen = chosen_by(request)
        request.lang = request.chosen.lang
        is_english = request.lang == "en"
        with translation.override("en" if is_english else "zh-hans"):
            response = get_response(request)
        response.headers["Content-Language"] = "en" if is_english else "zh-Hans"
        for one in PREFERENCES:
            one.remember(request, response)
        return response

    return middleware


def actor(get_response: Answer) -> Answer:
    """Set the actor: the signed-in account, for the organisation that it chose to act for."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.actor = (
            actor_of(request.user, request.session.get("acting_for", ""), day_of(now()))
            if request.user.is_authenticated
            else NOBODY
        )
        return get_response(request)

    return middleware
