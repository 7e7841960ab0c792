"""A limit on the number of requests per address, across all processes."""

import time

from django.conf import settings

from zhirong.operations.http_request import HttpRequest
from zhirong.store.shared_cache import count


class Limiter:
    """At most ``times`` within each ``seconds`` for each address. name: of the counter."""

    def __init__(self, name: str, times: int, seconds: int) -> None:
        self._name, self._times, self._seconds = name, times, seconds

    def admits(self, address: str, moment: float | None = None) -> bool:
        """Count a request of this address; returns whether it is within the limit. moment: seconds since 1970."""
        window = int(time.time() if moment is None else moment) // self._seconds
        key = f"limit/{self._name}/{address}/{window}"
        return count(key, 1, 2 * self._seconds) <= self._times


def address_of(request: HttpRequest) -> str:
    """Return the client's address: behind the reverse proxy the last one that it names, otherwise that of the
    connection.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))
