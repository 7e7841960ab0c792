"""Authentication and rate limits: a program's token or a page session; deny by default."""

import threading
import time
from typing import Any

from django.conf import settings
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
# A process reserves this part of a rate at once, so that not every call writes the shared counter.
_PARTS = 50


class BearerToken(HttpBearer):
    """``Authorization: Bearer zr_...``: a token created on the platform."""

    def authenticate(self, request: Any, token: str) -> Actor | None:
        """Return the actor of the token."""
        actor = actor_of_token(token, day_of(now()))
        request.actor = actor or NOBODY
        return actor


class PageSession(APIKeyCookie):
    """The session of a user signed in on the pages, with the CSRF token of the page in ``X-CSRFToken``."""

    param_name = "sessionid"

    def __call__(self, request: Any) -> Any:
        """Return the actor of the session; never if the caller has sent a token, valid or not."""
        if "Authorization" in request.headers:
            return None
        return self.authenticate(request, None)

    def authenticate(self, request: Any, key: str | None) -> Actor | None:
        """Return the actor found by the pages' middleware."""
        actor: Actor = request.actor
        if not actor.account:
            return None
        if check_csrf(request) is not None:
            raise HttpError(403, "csrf")
        return actor


AUTH = (BearerToken(), PageSession())


class Parts:
    """This process's share of the rate limits. All processes together never exceed a limit; they may stay below it
    by one share per additional process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._left: dict[str, int] = {}

    def take(self, who: str, most: int, window: int) -> bool:
        """Take one of ``most`` for ``who`` in this window of time; returns whether one was left."""
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
        """Take a part of the remaining rate; returns -1 if none is left."""
        wanted = max(1, most // _PARTS)
        return min(wanted, most - count(key, wanted, 2 * _WINDOW_SECONDS) + wanted) or -1


_PARTS_LEFT = Parts()


class Rate(BaseThrottle):
    """A limit on calls per minute: per account, or per address without sign-in. most: for a call that costs more
    than others, counted separately under ``name``.
    """

    def __init__(self, name: str = "all", most: int | None = None) -> None:
        self._name, self._most = name, most

    def allow_request(self, request: Any) -> bool:
        """Count the call; returns whether it is within the rate."""
        actor: Actor = getattr(request, "actor", NOBODY)
        if actor.account:
            who, most = f"account:{actor.account}", settings.API_RATE
        else:
            who, most = f"address:{self.get_ident(request)}", settings.API_RATE_PUBLIC
        most = most if self._most is None else self._most
        return _PARTS_LEFT.take(f"{self._name}:{who}", most, int(time.time()) // _WINDOW_SECONDS)

    def wait(self) -> float:
        """Return the seconds until the next minute."""
        return _WINDOW_SECONDS - time.time() % _WINDOW_SECONDS
