"""Middleware for every request: security headers, the reader's language, the actor."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from zhirong.kernel.days import day_of
from zhirong.operations.actors import NOBODY
from zhirong.operations.sessions import actor_of
from zhirong.web.clock import now

Answer = Callable[[HttpRequest], HttpResponse]
LANGUAGE_COOKIE = "zhirong_language"
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


def language(get_response: Answer) -> Answer:
    """Choose the language: Chinese by default; English if the user chose it (once in the address, then remembered)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.GET.get("lang") or request.COOKIES.get(LANGUAGE_COOKIE)
        if chosen not in ("zh", "en"):
            chosen = "zh"
        request.lang = chosen
        with translation.override("en" if chosen == "en" else "zh-hans"):
            response = get_response(request)
        response.headers["Content-Language"] = "en" if chosen == "en" else "zh-Hans"
        if request.GET.get("lang") == chosen and request.COOKIES.get(LANGUAGE_COOKIE) != chosen:
            response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
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
