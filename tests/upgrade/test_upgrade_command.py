"""``zhirong platform upgrade``: what it says, tries, makes and refuses; and a program that is too old for its database."""

import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ports import free_port

HERE = Path(__file__).parent
OLDEST = HERE / "region-9d6e7a8.tar.xz"
LAST = HERE / "region-cc7a0af.tar.xz"
COMMAND = [sys.executable, "-m", "zhirong.cli.main", "--lang", "en"]
KILLS = int(os.environ.get("UPGRADE_KILLS", "1"))
# Several commands on one data folder, each in a fork of a program that has loaded everything: to load it takes most of their time.
_IN_FORKS = """
import json, os, sys, tempfile
from zhirong.store.setup import ready
ready("zhirong.web.settings")
from zhirong.cli.main import main
from zhirong.operations import catalogue
catalogue.load()
ended = []
for words in json.load(sys.stdin):
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            os.dup2(said.fileno(), 2)
            os.dup2(2, 1)
            code = 70
            try:
                code = main(["--lang", "en", *words])
            finally:
                sys.stdout.flush(), sys.stderr.flush()
                os._exit(code)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        ended.append([status, said.read().decode()])
print(json.dumps(ended))
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The data folder of the last stored version: the fewest steps to the present one."""
    return _unpacked(LAST, tmp_path / "data")


@pytest.fixture
def oldest(tmp_path: Path) -> Path:
    """The data folder of the oldest stored version: every step."""
    return _unpacked(OLDEST, tmp_path / "data")


def _unpacked(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder


def environment() -> dict[str, str]:
    """Of a program of its own: nothing of the tests' settings."""
    kept = {**os.environ, "DATABASE_URL": ""}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    kept.pop("ZHIRONG_DATA", None)
    return kept


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """One command, bounded."""
    return subprocess.run(
        [*COMMAND, *words], env=environment(), capture_output=True, text=True, timeout=180, check=False
    )


def run_in_forks(data: Path, commands: list[list[str]]) -> list[tuple[int, str]]:
    """For each command how it ended and what it wrote, bounded all together."""
    done = subprocess.run(
        [sys.executable, "-c", _IN_FORKS],
        input=json.dumps(commands),
        env={**environment(), "ZHIRONG_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    return [(code, words) for code, words in json.loads(done.stdout)]


def migrations(data: Path) -> set[str]:
    """Those of the store that the database says it has."""
    with closing(sqlite3.connect(data / "zhirong.sqlite3")) as database:
        rows = database.execute("select name from django_migrations where app = 'store'").fetchall()
    return {name for (name,) in rows}


def digest(data: Path) -> str:
    """Of everything in the database."""
    with closing(sqlite3.connect(data / "zhirong.sqlite3")) as database:
        return hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()


def test_it_says_what_it_will_do_tries_it_on_a_copy_and_changes_nothing(oldest: Path) -> None:
    data = oldest
    before, files = digest(data), {one.name for one in data.iterdir()}
    done = run("platform", "upgrade", "--dry-run", "--data", str(data), "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    plan = answer["plan"]
    assert [step["name"] for step in plan["steps"]][:2] == ["0002_file_columns", "0003_letters"]
    assert all(step["words"]["zh"] and step["words"]["en"] for step in plan["steps"])
    assert plan["bytes"] > 1_000_000 and plan["backup"].startswith(str(data.parent))
    assert plan["rules"]["before"] == "0370085a5508e9f8" and plan["rules"]["changed"]
    assert answer["done"] is False and answer["check"]["events"] > 300
    assert answer["check"]["findings"] == [] and answer["check"]["files"] == []
    assert digest(data) == before and {one.name for one in data.iterdir()} == files
    assert list(data.parent.iterdir()) == [data]


def test_a_dry_run_finds_what_the_upgrade_would_find(data: Path) -> None:
    with closing(sqlite3.connect(data / "zhirong.sqlite3")) as database:
        database.execute("update store_loan set balance = balance + 1 where id = 1")
        database.commit()
    done = run("platform", "upgrade", "--dry-run", "--data", str(data), "--json")
    assert done.returncode == 1 and len(json.loads(done.stdout)["check"]["findings"]) == 1, done.stderr


def test_it_backs_up_upgrades_and_checks_and_has_nothing_to_do_the_second_time(data: Path, tmp_path: Path) -> None:
    before = digest(data)
    done = run("platform", "upgrade", "--data", str(data))
    assert done.returncode == 0, done.stderr
    assert "0007  rename duties to roles" in done.stdout and "0 findings" in done.stdout
    assert done.stderr.index("Back up") < done.stderr.index("Change the tables") < done.stderr.index("Check log")
    (backup,) = tmp_path.glob("data-before-upgrade-*.tar")
    again = run("platform", "upgrade", "--data", str(data))
    assert again.returncode == 0 and "nothing to do" in again.stdout
    assert list(tmp_path.glob("*.tar")) == [backup]
    former = tmp_path / "former"
    assert run("platform", "restore", str(backup), "--data", str(former)).returncode == 0
    assert digest(former) == before


def test_a_backup_that_cannot_be_written_leaves_everything_as_it_was(data: Path, tmp_path: Path) -> None:
    before = digest(data)
    done = run("platform", "upgrade", "--data", str(data), "--backup", str(tmp_path / "no" / "such.tar"))
    assert done.returncode == 2 and "the folder does not exist" in done.stderr
    assert digest(data) == before


def test_it_waits_for_nobody_who_still_uses_the_database(data: Path) -> None:
    with closing(sqlite3.connect(data / "zhirong.sqlite3")) as reader:
        reader.execute("pragma journal_mode = wal")
        reader.execute("begin")
        reader.execute("select count(*) from store_event").fetchone()
        done = run("platform", "upgrade", "--data", str(data), "--no-backup")
    assert done.returncode == 2 and "a program is still using it" in done.stderr, done.stderr
    assert "0007_roles" not in migrations(data)


def test_where_there_is_no_platform_nothing_is_made(tmp_path: Path) -> None:
    done = run("platform", "upgrade", "--data", str(tmp_path / "nothing"))
    assert done.returncode == 2 and "no platform's database" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_killed_in_the_middle_it_is_old_or_new_and_goes_on(data: Path) -> None:
    """Each time at another moment of the change of the tables."""
    old = migrations(data)
    known = {one.stem for one in (HERE.parent.parent / "src/zhirong/store/migrations").glob("0*.py")}
    for number in range(KILLS):
        command = [*COMMAND, "platform", "upgrade", "--data", str(data), "--no-backup"]
        process = subprocess.Popen(
            command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        for line in process.stderr:
            if "Change the tables" in line:
                time.sleep(random.Random(number).uniform(0.0, 2.0))  # noqa: S311 - a moment, no secret
                break
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        process.stderr.close()
        assert migrations(data) in (old, known)
    done = run("platform", "upgrade", "--data", str(data), "--no-backup", "--json")
    assert done.returncode == 0, done.stderr
    assert migrations(data) == known
    checked = run("platform", "check", "--data", str(data), "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def _doors(data: Path) -> list[list[str]]:
    """Every way in which a program opens a platform's database."""
    folder = ["--data", str(data)]
    return [
        ["serve", "--port", str(free_port()), "--no-worker", *folder],
        ["worker", *folder],
        ["platform", "check", *folder],
        ["register", "check", *folder],
        ["demo-region", *folder],
    ]


def test_a_program_of_the_register_alone_refuses_too(data: Path) -> None:
    """The others load the pages; this one does not, and starts by itself."""
    done = run("register", "check", "--data", str(data))
    assert done.returncode == 2 and "zhirong platform upgrade" in done.stderr, done.stderr


def test_an_older_program_refuses_a_newer_database(data: Path) -> None:
    with closing(sqlite3.connect(data / "zhirong.sqlite3")) as database:
        database.execute(
            "insert into django_migrations (app, name, applied) values ('store', '0999_of_tomorrow', '2027-01-01')"
        )
        database.commit()
    before = digest(data)
    backup = ["platform", "backup", str(data.parent / "b.tar"), "--data", str(data)]
    upgrade = ["platform", "upgrade", "--data", str(data)]
    commands = [*_doors(data), backup, upgrade, [*upgrade, "--dry-run"]]
    for words, (code, said) in zip(commands, run_in_forks(data, commands), strict=True):
        assert code == 4, (words, said)
        assert "0999_of_tomorrow" in said and "Install the newer version" in said, words
    assert digest(data) == before and not (data.parent / "b.tar").exists()


def test_an_older_database_is_used_by_nothing_before_it_is_upgraded(data: Path) -> None:
    before = digest(data)
    commands = _doors(data)
    for words, (code, said) in zip(commands, run_in_forks(data, commands), strict=True):
        assert code == 2 and "zhirong platform upgrade" in said, (words, said)
    assert digest(data) == before


def test_every_migration_says_in_both_languages_what_it_does() -> None:
    from zhirong.store.migration_words import WORDS

    there = {one.stem for one in (HERE.parent.parent / "src/zhirong/store/migrations").glob("0*.py")}
    assert set(WORDS) == there
    assert all(words.zh and words.en for words in WORDS.values())


def test_postgresql_is_asked_the_same() -> None:
    import register_databases

    from zhirong.kernel.errors import InputError
    from zhirong.store.setup import demand_schema, schema_state

    with register_databases.fresh("postgresql") as (_folder, _url):
        assert demand_schema().pending == ()
        _claim_newer()
        assert schema_state().unknown == ("0999_of_tomorrow",)
        with pytest.raises(InputError, match="0999_of_tomorrow"):
            demand_schema(may_be_older=True)


def _claim_newer() -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "insert into django_migrations (app, name, applied) values ('store', '0999_of_tomorrow', now())"
        )
