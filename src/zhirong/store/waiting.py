"""How long this process waits for other writers: up to a minute; a server that answers people, seconds."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections

from zhirong.store.database_url import BUSY_SECONDS

_longest = float(BUSY_SECONDS)


def longest_wait() -> float:
    """Return the number of seconds that a writer waits for others before it gives up."""
    return _longest


def wait_at_most(seconds: float) -> None:
    """Limit the wait of this process's writers; after it they raise django.db.OperationalError. The limit applies
    to connections opened from now on.
    """
    global _longest  # noqa: PLW0603 - of the whole process, as the connections are
    _longest = seconds
    options = settings.DATABASES["default"].setdefault("OPTIONS", {})
    if connections["default"].vendor == "sqlite":
        options["timeout"] = seconds
    else:
        given = options.get("options", "")
        options["options"] = f"{given} -c lock_timeout={int(1000 * seconds)}".strip()
    connections.close_all()


@contextmanager
def without_waiting() -> Iterator[None]:
    """Raise django.db.OperationalError at once if a write within meets another writer on SQLite. On PostgreSQL
    writers of different rows do not wait for one another.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(before)}")
