"""``zhirong serve`` on an empty folder: pages, API and background work; it ends when it is asked to."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import register_databases

from ports import free_port

COMMAND = [sys.executable, "-m", "zhirong.cli.main"]


@contextmanager
def _serving(folder: Path, url: str, address: str = "") -> Iterator[tuple[str, Any]]:
    """address: of one that listened before, to listen there again."""
    port = int(address.rsplit(":", 1)[1]) if address else free_port()
    environment = {**os.environ, "DATABASE_URL": url, "ZHIRONG_LOG": "INFO"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    arguments = ["serve", "--data", str(folder), "--port", str(port), "--workers", "1", "--lang", "en"]
    with (folder.parent / "out").open("wb") as out:
        process = subprocess.Popen([*COMMAND, *arguments], env=environment, stdout=out, stderr=out)
        try:
            yield f"http://127.0.0.1:{port}", process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _get(address: str, process: Any, seconds: float = 300.0) -> httpx.Response:
    end = time.monotonic() + seconds
    # One client for all attempts, without certificates: to read those takes longer than to ask.
    with httpx.Client(timeout=30.0, verify=False) as client:  # noqa: S501 - loopback without TLS
        while True:
            try:
                return client.get(address)
            except httpx.TransportError:
                assert process.poll() is None and time.monotonic() < end
                time.sleep(0.05)


def test_it_starts_on_nothing_ends_when_asked_and_starts_again(tmp_path: Path) -> None:
    _starts_and_ends("", tmp_path)
    _starts_again(tmp_path)


def test_it_starts_on_a_database_of_postgresql_and_ends_when_asked(tmp_path: Path) -> None:
    with register_databases.empty("postgresql") as url:
        _starts_and_ends(url, tmp_path)


def _starts_and_ends(url: str, tmp_path: Path) -> None:
    folder, began = tmp_path / "data", time.monotonic()
    with _serving(folder, url) as (address, process):
        assert _get(f"{address}/", process).status_code == 200
        print(f"it answers {time.monotonic() - began:.1f} s after its start on an empty database")
        refused = httpx.get(f"{address}/api/v1/me")
        assert refused.status_code == 401 and refused.headers["Content-Type"] == "application/problem+json"
        assert httpx.get(f"{address}/register/").status_code == 200
        there = {one.name for one in folder.iterdir()}
        assert {"register.key", "register.pub", "web.secret"} <= there
        # Everything is in the database that was named, and nowhere else.
        assert ("zhirong.sqlite3" in there) is not bool(url)
        if url:
            with psycopg.connect(url) as connection:
                assert connection.execute("select origin from store_loghead").fetchall() == [("register.local",)]
        assert (folder / "register.key").stat().st_mode & 0o077 == 0
        taken = subprocess.run(
            [*COMMAND, "serve", "--data", str(tmp_path / "other"), "--port", address.rsplit(":", 1)[1]],
            capture_output=True,
            text=True,
            check=False,
        )
        assert taken.returncode == 2 and "不能监听" in taken.stderr
        children = _children(process.pid)
        assert any("worker" in words for words in children.values())
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert "http://localhost" in (tmp_path / "out").read_text(encoding="utf-8")
        assert not [pid for pid in children if _is_alive(pid)]


def _starts_again(tmp_path: Path) -> None:
    folder, url = tmp_path / "data", ""
    with _serving(folder, url) as (address, process):
        assert _get(f"{address}/", process).status_code == 200
        children = _children(process.pid)
        worker = next(pid for pid, words in children.items() if "--with-parent" in words)
        os.kill(worker, signal.SIGKILL)
        # Background work that has ended unasked goes on in a new process.
        _wait_until(lambda: any("--with-parent" in words for words in _children(process.pid).values()))
        children |= _children(process.pid)
        process.kill()
        process.wait()
        # What it started ends with it, however it ended: the port is free for the next start.
        _wait_until(lambda: not any(map(_is_alive, children)))
    with _serving(folder, url, address) as (address, process):
        assert _get(f"{address}/", process).status_code == 200


def _wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is only not yet fetched does not."""
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def _children(parent: int) -> dict[int, str]:
    """The processes that a process has started, with their command lines."""
    found = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                after = (place / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
                words = (place / "cmdline").read_text(encoding="utf-8").replace("\0", " ")
            except (OSError, IndexError):
                continue  # it has ended in the meantime
            if int(after[1]) == parent and after[0] != "Z":
                found[int(place.name)] = words
    return found


@pytest.mark.parametrize("words", [["serve", "--help"], ["worker", "--help"], ["platform", "--help"]])
def test_help_is_there(words: list[str]) -> None:
    from zhirong.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
