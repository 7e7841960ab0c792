"""Who calls, and how often: a token of a program or the session of a page; deny by default."""

import threading
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer
from ninja.throttling import BaseThrottle
from ninja.utils import check_csrf

from zhirong.kernel.days import day_of
from zhirong.operations.actors import NOBODY, Actor
from zhirong.operations.clock import now
from zhirong.operations.tokens import actor_of_token
from zhirong.store.shared_cache import count

_WINDOW_SECONDS = 60
# A process asks for so large a part of a rate at once: the shared count is not written at every call.
_PARTS = 50


class BearerToken(HttpBearer):
    """``Authorization: Bearer zr_...``: a token that somebody has made on the platform."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        """The person that the token acts as."""
        actor = actor_of_token(token, day_of(now()))
        request.actor = actor or NOBODY
        return actor


class PageSession(APIKeyCookie):
    """The session of somebody signed in at the pages, with the CSRF token of the page in ``X-CSRFToken``."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> Any:
        """The person of the session; never where the caller has sent a token, good or bad."""
        if "Authorization" in request.headers:
            return None
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:
        """The person whom the pages' middleware has found."""
        actor: Actor = request.actor
        if not actor.account:
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, "csrf")
        return actor


AUTH = (BearerToken(), PageSession())


class Parts:
    """What is left in this process of rates that all processes share: never more than the rate goes out in all, up
    to one part for each further process less.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._left: dict[str, int] = {}

    def take(self, who: str, most: int, window: int) -> bool:
        """Whether one more of ``most`` is left to ``who`` in this window of time."""
        with self._lock:
            if window != self._window:
                self._window, self._left = window, {}
            left = self._left.get(who)
            if left is None or left == 0:
                left = self._part(f"api-rate:{who}:{window}", most)
            self._left[who] = left - 1 if left > 0 else -1
            return left > 0

    @staticmethod
    def _part(key: str, most: int) -> int:
        """A part of what is left in all; -1 where nothing is."""
        wanted = max(1, most // _PARTS)
        return min(wanted, most - count(key, wanted, 2 * _WINDOW_SECONDS) + wanted) or -1


_PARTS_LEFT = Parts()


class Rate(BaseThrottle):
    """At most so many calls a minute: of one account, or of one address where nobody is signed in. most: for a call
    that costs more than others, counted apart under ``name``.
    """

    def __init__(self, name: str = "all", most: int | None = None) -> None:
        self._name, self._most = name, most

    def allow_request(self, request: HttpRequest) -> bool:
        """Count the call; whether it is within the rate."""
        actor: Actor = getattr(request, "actor", NOBODY)
        if actor.account:
            who, most = f"account:{actor.account}", settings.API_RATE
        else:
            who, most = f"address:{self.get_ident(request)}", settings.API_RATE_PUBLIC
        most = most if self._most is None else self._most
        return _PARTS_LEFT.take(f"{self._name}:{who}", most, int(time.time()) // _WINDOW_SECONDS)

    def wait(self) -> float:
        """Seconds until the next minute begins."""
        return _WINDOW_SECONDS - time.time() % _WINDOW_SECONDS
