"""A simple limit on how often one address may ask for work, and on how much of it is done at once in a process."""

import threading
import time
from collections import OrderedDict, deque

from django.conf import settings
from django.http import HttpRequest

_MOST_ADDRESSES = 10_000  # remembered; the one not heard of longest is forgotten first


class Limiter:
    """At most ``times`` within ``seconds`` for each address."""

    def __init__(self, times: int, seconds: float) -> None:
        self._times, self._seconds = times, seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def admits(self, address: str, moment: float | None = None) -> bool:
        """Count a request of this address; whether it is still within the limit. moment: seconds of a steady clock."""
        moment = time.monotonic() if moment is None else moment
        with self._lock:
            asked = self._asked.setdefault(address, deque())
            self._asked.move_to_end(address)
            while asked and asked[0] <= moment - self._seconds:
                asked.popleft()
            if len(self._asked) > _MOST_ADDRESSES:
                self._asked.popitem(last=False)
            if len(asked) >= self._times:
                return False
            asked.append(moment)
            return True


def address_of(request: HttpRequest) -> str:
    """Who asks: behind the reverse proxy the address that it names last, else that of the connection."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return forwarded.rsplit(",", 1)[-1].strip() or str(request.META.get("REMOTE_ADDR", ""))
