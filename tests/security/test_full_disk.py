"""A full disk gives one message at every entry: field, reason and how to fix it, with 507 or exit code 3, and no traceback."""

import asyncio
import errno
import io
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import register_databases
from django.core.cache import cache
from django.db import OperationalError
from django.test import RequestFactory
from platform_world import Platform

from zhirong.cli import faults
from zhirong.cli.faults import EXIT_MACHINE
from zhirong.kernel.full_disk import full_disk, is_full_disk
from zhirong.kernel.read_only import demand_writable, is_read_only, read_only
from zhirong.operations import worker
from zhirong.store import blobs
from zhirong.web import front
from zhirong.web.errors import failed

MESSAGE = full_disk().reason
_PDF = b"%PDF-1.7 no room for it".ljust(100, b" ")


def no_room(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform of its own."""
    cache.clear()
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)
    cache.clear()


def test_it_is_recognised_as_the_system_and_both_databases_report_it(tmp_path: Path) -> None:
    with pytest.raises(OSError) as full, Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")
    assert is_full_disk(full.value)
    database = sqlite3.connect(tmp_path / "small.sqlite3")
    database.execute("create table t (x)")
    database.execute("pragma max_page_count = 3")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.executemany("insert into t values (?)", [("x" * 5000,)] * 20)
    database.close()
    assert is_full_disk(caught.value)
    wrapped = OperationalError("kept not")
    wrapped.__cause__ = full.value
    assert is_full_disk(wrapped)
    assert not is_full_disk(OperationalError("database is locked")) and not is_full_disk(PermissionError(13, "no"))


def test_the_command_line(tmp_path: Path) -> None:
    for words in (["modes"], ["rights", "template", "OUT"]):
        said = _into_full(words)
        assert said.returncode == EXIT_MACHINE, said.stderr
        assert MESSAGE.zh in said.stderr and "请清理磁盘空间" in said.stderr and "Traceback" not in said.stderr


def _into_full(words: list[str]) -> "subprocess.CompletedProcess[str]":
    """The command with a standard output, or a file named OUT, on a full disk."""
    script = (
        "import sys, errno, os\n"
        "from pathlib import Path\n"
        "plain = Path.open\n"
        "def opened(self, *args, **kwargs):\n"
        "    if self.name == 'full.xlsx': raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))\n"
        "    return plain(self, *args, **kwargs)\n"
        "Path.open = opened\n"
        "from zhirong.cli.main import main\n"
        "sys.exit(main())\n"
    )
    named = ["full.xlsx" if word == "OUT" else word for word in words]
    with Path("/dev/full").open("wb") as out:
        return subprocess.run(
            [sys.executable, "-c", script, *named], stdout=out, stderr=subprocess.PIPE, text=True, check=False
        )


def test_a_command_whose_database_has_no_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run() -> int:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(faults, "_silence", lambda: None)
    assert faults.guarded(run, "en") == EXIT_MACHINE
    assert full_disk().as_text("en") in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not told to set up a register that is there; the machine's own exit code, in words, without a traceback."""
    place = tmp_path / "small.sqlite3"
    sqlite3.connect(place).close()
    database = sqlite3.connect(f"file:{place}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.execute("create table t (x)")
    database.close()
    assert is_read_only(caught.value) and not is_read_only(PermissionError(13, "no"))
    monkeypatch.setattr(faults, "_silence", lambda: None)
    monkeypatch.setattr(
        os, "access", lambda path, mode: mode == os.F_OK
    )  # root may write everywhere but to a read-only disk

    def run() -> int:
        demand_writable(str(tmp_path), OperationalError("unable to open database file"))
        raise AssertionError("it is noticed")

    assert faults.guarded(run, "en") == EXIT_MACHINE
    said = capsys.readouterr().err
    assert read_only(str(tmp_path)).as_text("en") in said and "Traceback" not in said


def test_pages_and_the_api(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    _, manager = platform.firm()
    browser = platform.client(manager)
    browser.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(blobs.os, "fsync", no_room)
        said = browser.post("/api/v1/files", {"file": _file()})
    assert said.status_code == 507, said.content
    (problem,) = said.json()["problems"]
    assert problem["code"] == "full_disk" and problem["reason"] == MESSAGE.as_json() and problem["hint"]["zh"]
    try:
        no_room()
    except OSError:
        page = failed(RequestFactory().get("/desk/"))
    assert page.status_code == 507
    shown = page.content.decode()
    assert MESSAGE.zh in shown and MESSAGE.en in shown and "请清理磁盘空间" in shown
    assert browser.post("/api/v1/files", {"file": _file()}).status_code == 201


def _file() -> io.BytesIO:
    file = io.BytesIO(_PDF)
    file.name = "a.pdf"
    return file


def test_a_body_that_finds_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        def write(self, _: Any) -> int:
            return int(no_room())

    monkeypatch.setattr(front.tempfile, "SpooledTemporaryFile", lambda _: Full())
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * 10, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    for path in ("/api/v1/files", "/desk/"):
        scope = {"type": "http", "path": path, "method": "POST", "client": ("127.0.0.1", 1)}
        scope["headers"] = [(b"content-length", b"10")]
        asyncio.run(front.Front(lambda *_: [], lambda *_: "x")(scope, receive, send))
        start, body = sent[-2:]
        assert start["status"] == 507 and MESSAGE.zh in body["body"].decode()


def test_the_worker_says_it_once_a_turn_and_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert worker._tried(no_room) == 0
    (record,) = caplog.records
    assert full_disk().as_text("en") in record.getMessage() and record.exc_info is None
