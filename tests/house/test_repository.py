"""Rules for the whole repository."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))


def tracked():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def is_generated(page):
    """Whether it is a page of the reference that the documentation site makes from the code."""
    from docs_reference import GENERATED

    return page.parent.name == "generated" and page.stem in (*GENERATED, "openapi")


def test_links_in_the_documentation_lead_somewhere():
    broken = []
    for page in tracked():
        if page.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if (
                "://" not in target
                and not (page.parent / target).exists()
                and not is_generated(page.parent / target)
            ):
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_every_command_has_a_module_and_a_line_of_help_in_both_languages():
    from importlib import import_module

    from zhirong.cli.main import COMMANDS

    for name, (zh, en) in COMMANDS.items():
        module = import_module(f"zhirong.cli.{name.replace('-', '_')}")
        assert callable(module.configure)
        assert callable(module.run)
        assert re.search("[\u4e00-\u9fff]", zh)
        assert not re.search("[\u4e00-\u9fff]", en)


def test_no_package_index_is_named():
    """Where packages are fetched from is the business of whoever installs, not of the repository."""
    hosts = re.compile(r"https?://[^\s\"']*(?:pypi|pythonhosted|npmjs|debian\.org)", re.IGNORECASE)
    found = []
    for file in tracked():
        if file.suffix in (".py", ".toml", ".txt", ".in", ".md", ".lock") or file.name == "Makefile":
            found += [str(file.relative_to(ROOT)) for _ in hosts.finditer(file.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_given_in_the_language_asked_for(lang):
    from zhirong.cli.main import main

    with pytest.raises(SystemExit) as caught:
        main(["--lang", lang, "--help"])
    assert caught.value.code == 0
