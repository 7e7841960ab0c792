"""A cache that all processes of one platform share without a further server: a small SQLite file in the data
folder.

It counts what protects (wrong codes, attempts to sign in, calls), so counting is atomic across processes. It is its
own file: a count must stand where the transaction that it stopped is undone, and must wait for no writer of the
register. Losing it loses counts of some minutes and nothing else, so it is not flushed to the disk and not backed
up.
"""

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import OperationalError

_FOREVER = float(2**62)
_WAIT_SECONDS = 5.0
_SWEEP_EVERY = 500  # writes of a process between two sweeps of what has run out
_TABLE = (
    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS entry_until ON entry (until)",
)
_PUT = (
    "INSERT INTO entry (key, value, until) VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
)


def count(key: str, by: int, seconds: int) -> int:
    """What has been counted under the key, with this; it is forgotten ``seconds`` after the first. Raises
    django.db.OperationalError where it cannot be counted.
    """
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key, by)
    except ValueError as error:
        raise OperationalError(f"{key}: what is counted was lost while it was counted") from error


class SharedCache(BaseCache):
    """Django's cache interface over the file. location: its path. Values are JSON: nothing that could run is read
    back.

    Every call raises django.db.OperationalError where the file is held by somebody else for longer than five
    seconds, cannot be written (no room, read-only) or is damaged: what is not counted is not let through. A file
    that somebody has removed is begun again by all processes, so that they continue counting together.
    """

    def __init__(self, location: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))
        self._path = Path(location)
        self._local = threading.local()
        self._writes = 0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set it where there is none; whether it was."""
        return (
            self._write(f"{_PUT} WHERE entry.until <= ?", (*self._row(key, value, timeout, version), time.time()))
            == 1
        )

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """The value, or ``default`` where there is none or it has run out."""
        with self._opened_file() as file:
            values = (self._key(key, version), time.time())
            found = file.execute("SELECT value FROM entry WHERE key = ? AND until > ?", values).fetchone()
        return default if found is None else json.loads(found[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set it, whatever there was."""
        self._write(_PUT, self._row(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Let it last again; whether it was there."""
        values = (self._until(timeout), self._key(key, version), time.time())
        return self._write("UPDATE entry SET until = ? WHERE key = ? AND until > ?", values) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget it; whether it was there."""
        return self._write("DELETE FROM entry WHERE key = ?", (self._key(key, version),)) == 1

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a count, atomically. Raises ValueError if there is none."""
        with self._opened_file() as file:
            found = file.execute(
                "UPDATE entry SET value = CAST(value AS INTEGER) + ? WHERE key = ? AND until > ? RETURNING value",
                (delta, self._key(key, version), time.time()),
            ).fetchall()  # the change is kept when the statement has come to its end
        if not found:
            raise ValueError(f"there is no count {key}")
        return int(found[0][0])

    def clear(self) -> None:
        """Forget everything."""
        self._write("DELETE FROM entry", ())

    def close(self, **kwargs: Any) -> None:
        """Called at the end of every request: the connection of the thread is kept for the next."""

    # -- the file
    # ---------------------------------------------------------------------------------------------------

    def _write(self, statement: str, values: tuple[Any, ...]) -> int:
        with self._opened_file() as file:
            self._writes += 1
            if self._writes % _SWEEP_EVERY == 0:
                file.execute("DELETE FROM entry WHERE until <= ?", (time.time(),))
            return int(file.execute(statement, values).rowcount)

    @contextmanager
    def _opened_file(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
            raise  # a fault of this module
        except (OSError, sqlite3.DatabaseError) as error:
            raise OperationalError(f"{self._path}: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        """The thread's own; a process that was forked from this one opens its own, and so does everyone whose file
        is gone.
        """
        kept: tuple[int, int, sqlite3.Connection] | None = getattr(self._local, "kept", None)
        if kept is not None:
            process, file, connection = kept
            if process == os.getpid():
                if file == self._file():
                    return connection
                connection.close()
            self._local.kept = None
        connection = self._opened()
        self._local.kept = (os.getpid(), self._file(), connection)
        return connection

    def _file(self) -> int:
        """Which file is there now; -1 where none is."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return -1

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        os.close(
            os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        )  # whose attempts are counted is nobody's to read
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        for statement in _TABLE:
            connection.execute(statement)
        return connection

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> tuple[str, str, float]:
        return self._key(key, version), json.dumps(value), self._until(timeout)

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _until(self, timeout: Any) -> float:
        moment: float | None = self.get_backend_timeout(timeout)
        return _FOREVER if moment is None else moment
