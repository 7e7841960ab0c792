"""The register as a registrar, a bank, a firm, a witness and a court use it from the command line; each file is what the next one gets."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import register_databases
from django.db import connections
from test_register_cli import FILING

from zhirong.cli.main import main
from zhirong.store import settings

Command = Callable[..., str]
BANK = ("--as", "lender", "--party", "丙银行")
FIRM = ("--as", "firm", "--party", "西安甲科技有限公司")
RIGHT = FILING[FILING.index("[[rights]]") :]


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Command]:
    """The program in this process, since sixty of them would take a minute to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "tester")
    (tmp_path / "pledge.toml").write_text(FILING, encoding="utf-8")
    (tmp_path / "right.toml").write_text(RIGHT, encoding="utf-8")

    def run(*words: str, code: int = 0, data: str = "data") -> str:
        if not (tmp_path / data).exists():
            (tmp_path / data).mkdir()
            shutil.copy(register_databases._template("sqlite"), tmp_path / data / "zhirong.sqlite3")
        monkeypatch.setattr(settings, "DATA", tmp_path / data)
        register_databases.use("", tmp_path / data)
        capsys.readouterr()
        try:
            exit_code = main(words)
        except SystemExit as left:
            exit_code = left.code
        said = capsys.readouterr()
        assert exit_code == code, (words, said.out, said.err)
        return said.out + said.err

    yield run
    connections["default"].close()


def test_a_pledge_through_all_hands(command: Command, tmp_path: Path) -> None:
    command("register", "init", "--origin", "register.test")
    command("register", "prepare", "pledge.toml", *BANK)
    command("register", "submit", "1", *FIRM)
    command("register", "examine", "1", *BANK, code=2)
    command("register", "examine", "1")
    command("register", "enter", "1")
    command("register", "extend", "1", "--until", "2028-11-01", *BANK)
    command("register", "amend", "1", "--amount", "150万元", "--changed-on", "2026-11-01", *BANK)
    command("register", "amend", "1", "--amount", "很多", "--changed-on", "2026-11-01", *BANK, code=2)
    command("register", "transfer", "1", "--to", "丁资产管理公司", *BANK)
    refused = command("register", "discharge", "1", "--reason", "清偿", *BANK, code=2)
    assert "权限" in refused
    court = ("--as", "court", "--account", "西安中院")
    command("register", "order", "freeze", "--registration", "1", "--order", "（2026）陕01执1号", *court)
    command("register", "correct", "1", "--amount", "160万元", "--reason", "笔误")
    command("register", "order", "unfreeze", "--registration", "1", "--order", "2号", *court)
    command("register", "subscribe", "right", "trademark:12345678", *court)
    paper = ("--pdf", "p.pdf", "--receipt", "r.json", "--disclosure", "d.json")
    made = json.loads(command("register", "certificate", "1", *paper, "--json"))
    told = json.loads(command("register", "code", made["code"], "--as", "public"))
    assert told["then"]["status"] == "entered" and "claim_amount_fen" not in told["then"]
    key = ("--key", "data/register.pub")
    verified = command("verify", "r.json", *key, "--disclosure", "d.json")
    assert '"claim_amount_fen":160000000' in verified
    forged = (tmp_path / "d.json").read_text(encoding="utf-8").replace("160000000", "960000000")
    (tmp_path / "d.json").write_text(forged, encoding="utf-8")
    command("verify", "r.json", *key, "--disclosure", "d.json", code=1)
    command("register", "search-certificate", "--number", "12345678", *paper, "--as", "public")
    assert "12345678" in command("verify", "r.json", *key, "--disclosure", "d.json")
    command("register", "discharge", "1", "--reason", "清偿", "--as", "lender", "--party", "丁资产管理公司")
    command("register", "push", "--to", "out")
    assert len(list((tmp_path / "out").rglob("*.json"))) > 5
    heard = command("register", "inbox", *court).splitlines()
    assert [json.loads(one)["kind"] for one in heard] == ["pledge.discharge"]
    command("register", "check")


def test_the_log_from_outside(command: Command, tmp_path: Path) -> None:
    command("register", "init", "--origin", "register.test")
    command("register", "file", "pledge.toml")
    command("witness", "init", "witness.test")
    command("register", "checkpoint", "--out", "c1.json")
    command("witness", "sign", "c1.json", "--key", "data/register.pub", "--out", "w1.txt")
    (tmp_path / "first.pub").write_bytes((tmp_path / "data/register.pub").read_bytes())
    command("register", "key", "rotate")
    command("register", "checkpoint", "--out", "c2.json")
    assert "一致性" in command("witness", "sign", "c2.json", "--key", "first.pub", "--out", "w2.txt", code=2)
    command("register", "checkpoint", "--out", "c2.json", "--since", "1")
    command("witness", "sign", "c2.json", "--key", "first.pub", "--out", "w2.txt")
    command("register", "countersigned", "w2.txt", "--witness", "witness/witness.pub")
    command("register", "receipt", "0", "--receipt", "r.json", "--disclosure", "d.json")
    words = ("verify", "r.json", "--key", "first.pub", "--key", "witness/witness.pub", "--disclosure", "d.json")
    assert "会签" in command(*words, "--checkpoint", "w2.txt")
    command("register", "export", "--out", "events.jsonl")
    more = ("--origin", "register.test/2", "--continues", "c2.json", "--events", "events.jsonl")
    command("register", "init", *more, code=2, data="new")
    command("register", "init", *more, "--reason", "机房损毁", data="new")
    assert json.loads(command("register", "check", "--json", data="new"))["events"] == 3
    (tmp_path / "data/register.key").unlink()
    command("register", "key", "rotate", code=2)
    command("register", "key", "lost")
    command("register", "check")


def test_identities_and_uses(command: Command, tmp_path: Path) -> None:
    command("register", "init", "--origin", "register.test")
    command("register", "identity", "record", "right.toml")
    command("register", "identity", "refresh", "trademark:12345678")
    history = json.loads(command("register", "identity", "history", "12345678"))
    disclose = ("register", "identity", "disclose", "12345678", "--claim", "title", "--out", "t.json")
    command(*disclose, *BANK, code=2)
    command(*disclose, *FIRM)
    command("register", "receipt", str(history[0]["index"]), "--receipt", "r.json")
    assert "知融" in command("verify", "r.json", "--key", "data/register.pub", "--disclosure", "t.json")
    command("register", "identity", "certificate", "12345678", "--pdf", "i.pdf", "--receipt", "r.json")
    command("register", "uses", "key", "--out", "shared.key")
    command("register", "uses", "key", "--out", "shared.key", code=2)
    (tmp_path / "book.toml").write_text('[[rights]]\nkind = "trademark"\nnumber = "12345678"\n', encoding="utf-8")
    make = (
        "register",
        "uses",
        "make",
        "book.toml",
        "--secret",
        "shared.key",
        "--period",
        "2026-11",
        "--out",
        "u.json",
    )
    command(*make)
    command("register", "uses", "report", "u.json", *BANK)
    assert "12345678" not in (tmp_path / "u.json").read_text(encoding="utf-8")
    command("register", "uses", "report", "u.json", "--as", "lender", "--party", "丁银行", code=1)
    command("register", "uses", "matches", "--period", "2026-11", *BANK, code=1)
    command("register", "watch")
    command("register", "due", "2027-01-01")
    command("register", "check")
