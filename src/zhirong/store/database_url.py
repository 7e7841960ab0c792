"""The database settings, from the environment, in Django's form."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

BUSY_SECONDS = 60  # how long a writer waits for another one before it gives up
# A connection is reused for this time, because opening one on PostgreSQL takes longer than many pages.
KEPT_SECONDS = 60


def database(url: str, data: Path) -> dict[str, Any]:
    """Return Django's settings of one database. url: ``postgresql://user:password@host:port/name``
    (``?host=/folder`` for a socket), ``sqlite:///path``, or empty for ``zhirong.sqlite3`` in the data folder.

    Raises InputError for any other kind of URL.
    """
    if not url:
        return _sqlite(data / "zhirong.sqlite3")
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(Path(unquote(parts.path)))
    if parts.scheme not in ("postgres", "postgresql"):
        raise InputError(
            [
                Problem(
                    "DATABASE_URL",
                    parts.scheme,
                    Text("既不是 PostgreSQL 也不是 SQLite", "neither PostgreSQL nor SQLite"),
                    Text(
                        "请填写为 postgresql://用户:口令@主机/库",
                        "use the form postgresql://user:password@host/name",
                    ),
                    "setting",
                )
            ]
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": parts.port or options.pop("port", ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": KEPT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }


def _sqlite(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": KEPT_SECONDS,
        "OPTIONS": {
            # A transaction takes the write lock when it begins, so it never has to give up half-way.
            "transaction_mode": "IMMEDIATE",
            "timeout": BUSY_SECONDS,
            # FULL: a confirmed write survives a power failure, at the price of one flush per transaction.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }
