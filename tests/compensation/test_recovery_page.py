"""Every file on the pages about default and disposal runs, in both languages."""

import re
from pathlib import Path

import pytest

from zhirong.chain.compensation.reading import EVENT_KINDS
from zhirong.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = {"recovery": ["claim"], "disposal": ["dispose"], "portfolio": ["watch", "--as-of", "2026-03-02"]}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", COMMANDS)
def test_the_file_on_the_page_runs(
    lang: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (DOCS / lang / "reference" / "recovery.md").read_text(encoding="utf-8")
    [text] = re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    file = tmp_path / "file.toml"
    file.write_text(text, encoding="utf-8")
    command, *options = COMMANDS[kind]
    assert main([command, str(file), *options, "--lang", lang]) in (0, 1)
    assert capsys.readouterr().err == ""


def test_both_pages_name_every_event() -> None:
    for lang in ("zh", "en"):
        page = (DOCS / lang / "reference" / "recovery.md").read_text(encoding="utf-8")
        assert [kind for kind in EVENT_KINDS if f"`{kind}`" not in page] == []
