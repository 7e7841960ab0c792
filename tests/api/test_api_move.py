"""A platform that began on SQLite goes on with PostgreSQL."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import register_databases
from api_world import ApiWorld

pytestmark = pytest.mark.both_databases

COMMAND = [sys.executable, "-m", "zhirong.cli.main", "platform", "move", "--lang", "en", "--data"]


def _move(folder: Path, url: str) -> Any:
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [*COMMAND, str(folder)],
        env={**environment, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def folder(sqlite_world: ApiWorld, tmp_path: Path) -> Path:
    """A copy of a platform with a case, that nobody has open."""
    from axes.models import AccessLog
    from django.db import connection

    assert sqlite_world.case.pk
    AccessLog.objects.create(username="someone@example.cn", ip_address="192.0.2.1")
    AccessLog.objects.update(attempt_time=sqlite_world.platform.now)
    connection.close()
    place = tmp_path / "data"
    shutil.copytree(sqlite_world.platform.folder, place)
    return place


def _rows(database: Any) -> dict[str, Any]:
    tables = ("store_event", "store_case", "store_organisation", "account_emailaddress", "store_loghead")
    return {table: database.execute(f"select count(*) from {table}").fetchone() for table in tables}  # noqa: S608


def test_everything_goes_along_and_new_rows_follow(folder: Path, sqlite_world: ApiWorld) -> None:
    with sqlite3.connect(folder / "zhirong.sqlite3") as before:
        counts = _rows(before)
        last = before.execute("select max(id) from store_organisation").fetchone()[0]
    before.close()
    with register_databases.empty("postgresql") as url:
        done = _move(folder, url)
        assert done.returncode == 0 and "0 findings" in done.stdout, done.stdout + done.stderr
        with psycopg.connect(url) as after:
            assert _rows(after) == counts
            (at,) = after.execute("select attempt_time from axes_accesslog").fetchone()
            assert at == sqlite_world.platform.now
            (following,) = after.execute(
                "select nextval(pg_get_serial_sequence('store_organisation', 'id'))"
            ).fetchone()
            assert following == last + 1
        # The old one is kept, but is nobody's database any more; moving twice is refused.
        assert (folder / "zhirong.sqlite3.moved").exists() and not (folder / "zhirong.sqlite3").exists()
        again = _move(folder, url)
        assert again.returncode == 2 and "the SQLite database does not exist" in again.stderr


def test_what_must_hold_before_is_said_and_nothing_is_copied(folder: Path) -> None:
    refused = _move(folder, "")
    assert refused.returncode == 2 and "the PostgreSQL database is not specified" in refused.stderr
    with register_databases.empty("postgresql") as url:
        holder = subprocess.Popen(
            [sys.executable, "-c", _HOLD, str(folder / "zhirong.sqlite3")], stdout=subprocess.PIPE, text=True
        )
        try:
            assert holder.stdout is not None and holder.stdout.readline() == "open\n"
            used = _move(folder, url)
        finally:
            holder.send_signal(signal.SIGKILL)
            holder.wait()
        assert used.returncode == 2 and "stop zhirong serve" in used.stderr
        with psycopg.connect(url) as there:
            assert there.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone() == (0,)
            there.execute("create table something (id int)")
        assert "the database is not empty" in _move(folder, url).stderr
        assert (folder / "zhirong.sqlite3").exists()


def test_a_value_that_has_no_place_there_stops_everything(folder: Path) -> None:
    with sqlite3.connect(folder / "zhirong.sqlite3") as damaged:
        damaged.execute("update store_organisation set name = ?", ("a\0b",))
    damaged.close()
    with register_databases.empty("postgresql") as url:
        refused = _move(folder, url)
        assert refused.returncode == 2 and "store_organisation" in refused.stderr, refused.stderr
        with psycopg.connect(url) as there:
            assert there.execute("select count(*) from store_event").fetchone() == (0,)
        assert (folder / "zhirong.sqlite3").exists()


_HOLD = """
import sqlite3, sys, time
one = sqlite3.connect(sys.argv[1])
one.execute("PRAGMA journal_mode = WAL")
one.execute("select count(*) from store_event").fetchone()
print("open", flush=True)
time.sleep(600)
"""
