"""`zhirong register` as a registrar types it, from founding to a verified receipt; other commands stay without Django."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import register_databases

from in_process import Ended, run_command
from zhirong.store import settings

Command = Callable[..., Ended]

ZHIRONG = [sys.executable, "-m", "zhirong.cli.main"]
FILING = """
role = "record"
[filing]
claim_amount = "200万元"
debt_start = 2026-11-01
debt_end = 2027-11-01
contract_items = ["parties", "claim", "debt_term", "rights", "scope"]
is_joint = true
papers = ["form", "main_contract", "pledge_contract", "identity_or_commitment"]
pilot_basis = "某市试点办法"
related_marks = []
[[filing.pledgors]]
name = "西安甲科技有限公司"
[filing.pledgee]
name = "丙银行"
[[rights]]
id = "m"
kind = "trademark"
title = "知融"
number = "12345678"
registration_date = 2024-03-01
[[rights.holders]]
name = "西安甲科技有限公司"
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``zhirong`` in an empty folder, its data in ``data`` or where ``--data`` says; in this process. A register is founded on
    tables that are there already.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "tester")
    monkeypatch.setenv("ZHIRONG_DATA", "data")
    (tmp_path / "pledge.toml").write_text(FILING, encoding="utf-8")

    def run(*words: str) -> Ended:
        data = tmp_path / (words[words.index("--data") + 1] if "--data" in words else "data")
        data.mkdir(exist_ok=True)
        if words[:2] == ("register", "init") and not (data / "zhirong.sqlite3").exists():
            with register_databases.with_tables("sqlite", data):
                pass
        with monkeypatch.context() as patched:
            patched.setenv("ZHIRONG_DATA", str(data))
            patched.setattr(settings, "DATA", data)
            register_databases.use("", data)
            return run_command(*words)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Command:
    """The same as a program of its own."""
    environment = {**os.environ, "ZHIRONG_DATA": str(tmp_path / "data"), "USER": "tester"}
    environment.pop("DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    def run(*words: str) -> Ended:
        done = subprocess.run(
            [*ZHIRONG, *words], capture_output=True, text=True, env=environment, cwd=tmp_path, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


def test_a_registrars_day(command: Command, program: Command) -> None:
    before = program("register", "search")
    assert before.returncode == 2 and "register init" in before.stderr and "Traceback" not in before.stderr
    assert program("register", "init", "--origin", "register.test").returncode == 0
    assert command("register", "init").returncode == 2, "a register is never founded twice"
    assert command("register", "file", "pledge.toml").returncode == 0
    assert command("register", "examine", "1").returncode == 0
    entered = json.loads(command("register", "enter", "1", "--json").stdout)
    assert entered["registration"]["number"] == 1
    again = command("register", "file", "pledge.toml", "--lang", "en")
    assert again.returncode == 2 and "no rank is free" in again.stderr
    assert command("register", "certificate", "1", "--pdf", "c.pdf", "--receipt", "r.json").returncode == 0
    verified = command("verify", "r.json", "--key", "data/register.pub")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    checked = program("register", "check", "--json")
    assert checked.returncode == 0 and json.loads(checked.stdout) == {"events": 4, "covered": 4, "findings": []}


@pytest.mark.parametrize("words", [["modes", "list"], ["register", "--help"], ["verify", "--help"]])
def test_commands_that_need_no_database_load_no_django(words: list[str]) -> None:
    program = (
        "import sys; from zhirong.cli.main import main\n"
        f"try: main({words!r})\nexcept SystemExit: pass\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'django'], 'Django was loaded'"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_operator_who_lost_the_key_and_then_the_log(command: Command, tmp_path: Path) -> None:
    """Every mistake on the way is told in words, and what is exported is its owner's alone."""

    def refused(*words: str) -> str:
        done = command(*words)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
        return done.stderr

    assert command("register", "init", "--origin", "register.old").returncode == 0
    assert command("register", "file", "pledge.toml").returncode == 0
    (tmp_path / "data" / "register.key").unlink()
    assert "key lost" in refused("register", "checkpoint", "--out", "c.json")
    assert "key lost" in refused("register", "receipt", "0", "--receipt", "r.json")
    assert command("register", "key", "lost").returncode == 0
    assert command("register", "checkpoint", "--out", "c.json").returncode == 0
    assert "文件不存在" in refused("register", "reconcile", "国家知识产权局", "gone.json")
    (tmp_path / "list.json").write_text("[]", encoding="utf-8")
    assert "登记机关" in refused("register", "reconcile", "", "list.json")
    assert "无法写入" in refused("register", "export", "--out", "gone/events.jsonl")
    (tmp_path / "events.jsonl").write_text("old", encoding="utf-8")
    (tmp_path / "events.jsonl").chmod(0o644)
    assert command("register", "export", "--out", "events.jsonl").returncode == 0
    assert (tmp_path / "events.jsonl").stat().st_mode & 0o077 == 0
    again = ["register", "init", "--data", "new", "--origin", "register.new", "--continues", "c.json"]
    again += ["--reason", "磁盘损坏", "--events"]
    for line in ('{"a": 1}', "[1]", '{"entry": 1, "content": {}, "salt": "x"}'):
        (tmp_path / "bad.jsonl").write_text(line, encoding="utf-8")
        assert "events[1]" in refused(*again, "bad.jsonl")
    assert command(*again, "events.jsonl").returncode == 0
    assert command("register", "check", "--data", "new").returncode == 0
