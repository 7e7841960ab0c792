"""Counts that protect are shared by all processes of a platform: two real ones, on one data folder."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from zhirong.api import security
from zhirong.store.shared_cache import SharedCache, count

_PROCESS = """
import json, sys, time
from zhirong.store.setup import ready
ready("zhirong.web.settings")
from django.core.cache import cache
from zhirong.api.security import Parts
from zhirong.store.shared_cache import SharedCache
print("ready", flush=True)
sys.stdin.readline()
first = sum(SharedCache(f"{sys.argv[1]}/{turn}/counts.sqlite3", {}).add("n", 1, None) for turn in range(20))
cache.add("counted", 0, 600)
for _ in range(300):
    cache.incr("counted")
parts = Parts()
taken = {most: sum(parts.take(f"who-{most}", most, 1) for _ in range(400)) for most in (20, 120, 500)}
locked = sum(cache.add(f"lock-{number}", True, 600) for number in range(100))
print(json.dumps({"taken": taken, "locked": locked, "first": first}), flush=True)
"""


@pytest.fixture
def shared(tmp_path: Path) -> SharedCache:
    """A cache in a file of its own."""
    return SharedCache(str(tmp_path / "counts.sqlite3"), {})


def test_two_processes_count_together(tmp_path: Path) -> None:
    environment = {**os.environ, "ZHIRONG_DATA": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": ""}
    del environment["DJANGO_SETTINGS_MODULE"]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _PROCESS, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(2)
    ]
    for one in running:
        assert one.stdout is not None and one.stdout.readline() == "ready\n"
    said = []
    for one in running:  # both at once
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    for one in running:
        out, _ = one.communicate(timeout=60)
        assert one.returncode == 0
        said.append(json.loads(out))
    assert SharedCache(str(tmp_path / "counts.sqlite3"), {}).get("counted") == 600
    for most in (20, 120, 500):
        # Never more than the rate in all; less by one part at the most, which the other process has not used up.
        taken = sum(one["taken"][str(most)] for one in said)
        assert most - max(1, most // 50) <= taken <= most, (most, said)
    assert sum(one["locked"] for one in said) == 100
    # Files that both begin at once: one failed now and then, because both changed the new file to WAL.
    assert sum(one["first"] for one in said) == 20
    assert {path.name for path in (tmp_path / "7").iterdir()} == {"counts.sqlite3", "counts.sqlite3.lock"}
    assert (tmp_path / "counts.sqlite3").stat().st_mode & 0o077 == 0


def test_threads_lose_no_count(shared: SharedCache) -> None:
    shared.set("n", 0, None)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: shared.incr("n"), range(400)))
    assert shared.get("n") == 400


def test_it_is_a_cache(shared: SharedCache, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhirong.store import shared_cache

    moment = [1_000_000.0]
    monkeypatch.setattr("time.time", lambda: moment[0])
    assert shared_cache.time.time() == 1_000_000.0
    assert shared.add("a", [1.5, "x"], 10) and not shared.add("a", 2, 10)
    assert shared.get("a") == [1.5, "x"] and shared.get("b", "no") == "no" and "a" in shared
    assert shared.touch("a", 100) and not shared.touch("b", 100)
    moment[0] += 99
    assert shared.get("a") == [1.5, "x"]
    moment[0] += 2
    assert shared.get("a") is None and shared.add("a", 3, 10)
    assert shared.incr("a") == 4 and shared.decr("a") == 3
    with pytest.raises(ValueError, match="no count"):
        shared.incr("b")
    assert shared.delete("a") and not shared.delete("a")
    shared.set("for ever".replace(" ", "-"), 1, None)
    moment[0] += 10**9
    assert shared.get("for-ever") == 1
    shared.set("gone", 1, 0)
    assert shared.get("gone") is None
    for number in range(1000):
        shared.set(f"short-{number}", 1, 1)
        moment[0] += 2
    assert shared._connection().execute("SELECT count(*) FROM entry").fetchone()[0] < 600
    shared.clear()
    assert shared.get("for-ever") is None
    with pytest.raises(TypeError):
        shared.set("thing", threading.Lock())


def test_a_rate_writes_once_for_each_of_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    incr = cache.incr

    def counted(key: str, delta: int = 1, version: Any = None) -> int:
        written.append(delta)
        return int(incr(key, delta, version))

    monkeypatch.setattr(cache, "incr", counted)
    cache.delete("api-rate:somebody:7")
    parts = security.Parts()
    assert sum(parts.take("somebody", 6000, 7) for _ in range(1200)) == 1200
    assert written == [120] * 10
    # What is used up is remembered: refusing costs no write.
    cache.delete("api-rate:other:7")
    written.clear()
    assert sum(parts.take("other", 3, 7) for _ in range(100)) == 3
    assert len(written) == 4
    cache.delete("api-rate:other:8")
    assert parts.take("other", 3, 8)


def test_counts_that_cannot_be_kept_are_said_as_a_database_that_is_busy(
    shared: SharedCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    monkeypatch.setattr("zhirong.store.shared_cache._WAIT_SECONDS", 0.05)
    shared.set("a", 1)
    holder = sqlite3.connect(tmp_path / "counts.sqlite3", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    for counted in (
        lambda: shared.incr("a"),
        lambda: shared.add("b", 1),
        lambda: SharedCache(str(tmp_path / "counts.sqlite3"), {}).incr("a"),
    ):
        with pytest.raises(OperationalError, match="counts.sqlite3"):
            counted()
    holder.execute("ROLLBACK")
    holder.close()
    assert shared.incr("a") == 2


def test_a_file_of_counts_that_was_removed_is_begun_anew_by_everybody(tmp_path: Path) -> None:
    one, other = (SharedCache(str(tmp_path / "counts.sqlite3"), {}) for _ in range(2))
    one.set("a", 1)
    assert other.incr("a") == 2
    (tmp_path / "counts.sqlite3").unlink()
    assert one.add("a", 5) and other.incr("a") == 6 and one.incr("a") == 7


@pytest.mark.parametrize("damage", ["a folder", "no folder", "rubbish", "no room", "read-only"])
def test_counts_that_cannot_be_kept_stop_whatever_is_counted(
    shared: SharedCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    from django.db import OperationalError

    path = tmp_path / "counts.sqlite3"
    shared.set("a", 1)
    if damage == "a folder":
        path.unlink()
        path.mkdir()
    elif damage == "no folder":
        shared._path = tmp_path / "file" / "counts.sqlite3"
        (tmp_path / "file").write_text("")
    elif damage == "rubbish":
        for part in tmp_path.iterdir():  # what SQLite keeps beside the file would fix it
            part.unlink()
        path.write_bytes(b"not a database " * 1000)
    elif damage == "no room":
        file = shared._connection()
        file.execute(f"PRAGMA max_page_count = {file.execute('PRAGMA page_count').fetchone()[0]}")
    else:
        shared._connection().execute("PRAGMA query_only = ON")
    with pytest.raises(OperationalError, match=r"counts\.sqlite3"):
        for number in range(20):
            shared.set(f"b{number}", "x" * 2000)


def test_what_is_lost_while_it_is_counted_is_not_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    monkeypatch.setattr(cache, "add", lambda *values: False)
    with pytest.raises(OperationalError, match="lost"):
        count("nobody-counts-this", 1, 60)
