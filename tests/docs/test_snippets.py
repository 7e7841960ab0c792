"""What the pages tell people to type runs: every command line is one that the program takes, and the tutorials, the READMEs and
the how-tos of rules and modes are carried out line by line.
"""

import argparse
import contextlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from docs_pages import LANGS, ROOT, Page, page, pages, readme

from zhirong.cli.main import COMMANDS, main
from zhirong.kernel.text import Lang

PAGES = pages()
# Carried out whole, in an empty folder with the sources beside.
CARRIED_OUT = ("how-to/city-mode.md", "how-to/rule-for-a-date.md", "how-to/add-a-bank-policy.md")
# Carried out in English; the Chinese ones type the same.
TUTORIAL = "tutorial/first-quote.md"
# Need a server, a token or a register: `tests/command_line`, `tests/register` and `tests/platform` run their like.
NEED_A_SERVER = ("do", "show", "serve", "worker", "platform", "register", "demo-region", "verify", "witness")
# Findings of what the page itself shows.
CODES = (0, 1)
_SYNTAX = re.compile(r"(?<![\w.'])\[[^\]']*\]|…|\.\.\.")


@cache
def _parsers() -> dict[str, argparse.ArgumentParser]:
    made = {}
    for name in COMMANDS:
        made[name] = argparse.ArgumentParser(prog=name, add_help=name != "do")
        import_module(f"zhirong.cli.{name.replace('-', '_')}").configure(made[name])
    return made


def _words(line: str) -> list[str] | None:
    """The words of a command line of ``zhirong``; None where it is another program, or a line of syntax."""
    line = re.sub(r"^(?:[A-Z_]+=\S* +)*", "", line)
    if not line.startswith("zhirong ") or _SYNTAX.search(line.split(" # ")[0].split("'")[0]):
        return None
    words = shlex.split(line.replace("$(date +%F)", "2026-11-30"), comments=True)[1:]
    # What main() takes for itself, wherever it stands.
    kept: list[str] = []
    for word in words:
        if kept and kept[-1] in ("--lang", "--rules") and words[0] != "do":
            kept.pop()
        else:
            kept.append(word)
    return kept


@pytest.mark.parametrize("one", [pytest.param(each, id=f"{each.lang}/{each.name}") for each in PAGES])
def test_every_command_line_is_one_that_the_program_takes(one: Page) -> None:
    parsers = _parsers()
    for line in one.commands():
        words = _words(line)
        if not words or words[0].startswith("-") or words[-1] == "--help":
            continue
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                parsers[words[0]].parse_args(words[1:])
        except SystemExit:
            pytest.fail(f"{line}\n{said.getvalue()}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder, with the sources where a clone has them."""
    (tmp_path / "src").symlink_to(ROOT / "src")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZHIRONG_LANG", raising=False)
    packs = os.environ.get("ZHIRONG_RULES")
    yield tmp_path
    assert os.environ.get("ZHIRONG_RULES") == packs


def _carry_out(one: Page, folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """Write the files that a page shows (their first line names them), type its commands, run its Python. Returns the number of steps."""
    steps = 0
    for block in one.blocks:
        named = re.match(r"# ([\w./-]+\.toml)\n", block.text)
        if named or block.language == "csv":
            file = folder / (named[1] if named else "RIGHTS.csv")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            exec(compile(block.text, one.name, "exec"), {"__name__": "snippet"})  # noqa: S102 - our own words
            steps += 1
        elif block.language in ("", "sh"):
            steps += sum(_type(line, folder, capsys) for line in block.text.splitlines())
    return steps


def _type(line: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    if line.startswith("cp "):
        source, target = line.split()[1:]
        (folder / target).write_bytes((folder / source).read_bytes())
        return 1
    if not line.startswith("zhirong "):
        return 0
    words = shlex.split(line, comments=True)[1:]
    if words[0] in NEED_A_SERVER:
        return 0
    code = main(words)
    said = capsys.readouterr()
    assert code in CODES, f"{line}\n{said.err}"
    assert said.out.strip() or "--json" in words, line
    return 1


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", CARRIED_OUT)
def test_a_page_is_carried_out(name: str, lang: Lang, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _carry_out(page(lang, name), folder, capsys) >= 4


@pytest.mark.parametrize("one", [readme("en"), page("en", TUTORIAL)], ids=lambda one: one.name)
def test_readme_and_tutorial_are_carried_out(one: Page, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _carry_out(one, folder, capsys) >= 10


@pytest.mark.parametrize(
    ("zh", "en"),
    [(readme("zh"), readme("en")), (page("zh", TUTORIAL), page("en", TUTORIAL))],
    ids=["readme", "tutorial"],
)
def test_readme_and_tutorial_have_the_same_commands_in_both_languages(zh: Page, en: Page) -> None:
    typed = [
        [shlex.split(line, comments=True) for line in one.commands() if line.startswith(("zhirong", "cp"))]
        for one in (zh, en)
    ]
    assert typed[0] == typed[1]
    code = [
        [
            block.text.replace(".zh)", ".en)").replace(".zh,", ".en,")
            for block in one.blocks
            if block.language == "python"
        ]
        for one in (zh, en)
    ]
    assert [re.sub(" *#.*", "", text) for text in code[0]] == [re.sub(" *#.*", "", text) for text in code[1]]
