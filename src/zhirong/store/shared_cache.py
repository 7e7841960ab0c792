"""A cache shared by all processes of one platform without a further server: a small SQLite file in the data folder.

It counts protective limits (wrong codes, sign-in attempts, calls), so counting is atomic across processes. It is a
separate file: a count must survive the rollback of the transaction that it stopped, and must wait for no writer of
the register. Losing it loses a few minutes of counts and nothing else, so it is not flushed to the disk and not
backed up.
"""

import fcntl
import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import OperationalError

_FOREVER = float(2**62)
_WAIT_SECONDS = 5.0
_SWEEP_EVERY = 500  # Number of writes of a process between two sweeps of expired entries.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS entry_until ON entry (until)",
)
_PUT = (
    "INSERT INTO entry (key, value, until) VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
)


def count(key: str, by: int, seconds: int) -> int:
    """Return the count under the key, including this one; it expires ``seconds`` after the first. Raises
    django.db.OperationalError if it cannot be counted.
    """
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key, by)
    except ValueError as error:
        raise OperationalError(f"{key}: the count was lost during counting") from error


class SharedCache(BaseCache):
    """Django's cache interface over the file. location: its path. Values are JSON, so that nothing executable is
    read back.

    Every call raises django.db.OperationalError if another process holds the file for longer than five seconds, or
    the file cannot be written (no space, read-only) or is damaged: an uncounted call is not allowed. If the file
    was removed, all processes switch to a new one and continue counting together.
    """

    def __init__(self, location: str, params: Mapping[str, Any]) -> None:
        super().__init__(dict(params))
        self._path = Path(location)
        self._local = threading.local()
        self._writes = 0

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Set the value if there is none; return whether it was set."""
        return (
            self._write(f"{_PUT} WHERE entry.until <= ?", (*self._row(key, value, timeout, version), time.time()))
            == 1
        )

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or ``default`` if there is none or it has expired."""
        with self._opened_file() as file:
            values = (self._key(key, version), time.time())
            found = file.execute("SELECT value FROM entry WHERE key = ? AND until > ?", values).fetchone()
        return default if found is None else json.loads(found[0])

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Set the value, replacing any present one."""
        self._write(_PUT, self._row(key, value, timeout, version))

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Extend the expiry; return whether there was a value."""
        values = (self._until(timeout), self._key(key, version), time.time())
        return self._write("UPDATE entry SET until = ? WHERE key = ? AND until > ?", values) == 1

    def delete(self, key: str, version: int | None = None) -> bool:
        """Delete the value; return whether there was one."""
        return self._write("DELETE FROM entry WHERE key = ?", (self._key(key, version),)) == 1

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a count, atomically. Raises ValueError if there is none."""
        with self._opened_file() as file:
            found = file.execute(
                "UPDATE entry SET value = CAST(value AS INTEGER) + ? WHERE key = ? AND until > ? RETURNING value",
                (delta, self._key(key, version), time.time()),
            ).fetchall()  # The change is saved when the statement is complete.
        if not found:
            raise ValueError(f"there is no count {key}")
        return int(found[0][0])

    def clear(self) -> None:
        """Delete everything."""
        self._write("DELETE FROM entry", ())

    def close(self, **kwargs: Any) -> None:
        """Keep the thread's connection for the next request. Called at the end of every request."""

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
            raise  # A fault of this module.
        except (OSError, sqlite3.DatabaseError) as error:
            raise OperationalError(f"{self._path}: {error}") from error

    def _connection(self) -> sqlite3.Connection:
        """Return the thread's own connection; a forked process opens its own, and so does every process whose file
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
        """Return the inode of the present file; -1 if there is none."""
        try:
            return self._path.stat().st_ino
        except FileNotFoundError:
            return -1

    def _opened(self) -> sqlite3.Connection:
        if not self._path.exists():
            self._create()
        connection = self._connected(self._path)
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def _create(self) -> None:
        """Make the file complete beside its place, then move it there, one process at a time. Changing a file that
        is in use to WAL fails at once if another process does the same; and opening it here by other means than
        SQLite would drop the locks of this process.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_name(f"{self._path.name}.new")
        with self._path.with_name(f"{self._path.name}.lock").open("a") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            if self._path.exists():  # Another process was first.
                return
            for left in (new, *(self._path.with_name(self._path.name + part) for part in ("-wal", "-shm"))):
                left.unlink(missing_ok=True)  # Of a file that was removed, or of a start that was broken off.
            new.touch(mode=0o600, exist_ok=False)  # Nobody else may read whose attempts are counted.
            with closing(self._connected(new)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                for statement in _TABLE:
                    connection.execute(statement)
            new.replace(self._path)

    @staticmethod
    def _connected(place: Path) -> sqlite3.Connection:
        return sqlite3.connect(place, timeout=_WAIT_SECONDS, isolation_level=None)

    def _row(self, key: str, value: Any, timeout: Any, version: int | None) -> tuple[str, str, float]:
        return self._key(key, version), json.dumps(value), self._until(timeout)

    def _key(self, key: str, version: int | None) -> str:
        return self.make_and_validate_key(key, version=version)

    def _until(self, timeout: Any) -> float:
        moment: float | None = self.get_backend_timeout(timeout)
        return _FOREVER if moment is None else moment
