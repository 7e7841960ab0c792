"""What a new user starts with: a file that works as it is, its schema in an editor, completion in a shell."""

import json
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import zhirong
from zhirong.cli.completion import SHELLS, commands
from zhirong.cli.main import COMMANDS, main
from zhirong.cli.new import STARTERS, starter

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from case_schema import case_schema  # noqa: E402 - a tool, not a package

SCHEMA = json.loads((ROOT / "docs/schemas/case.schema.json").read_text(encoding="utf-8"))
CASES = sorted((ROOT / "src/zhirong/cases").glob("*/case.toml"))


def _in_json(value: Any) -> Any:
    """As an editor of TOML sees it: days as strings."""
    if isinstance(value, dict):
        return {name: _in_json(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_in_json(inside) for inside in value]
    return value.isoformat() if isinstance(value, date) else value


def _complaints(text: str) -> list[str]:
    found = jsonschema.Draft202012Validator(SCHEMA).iter_errors(_in_json(tomllib.loads(text)))
    return [f"{list(one.absolute_path)}: {one.message[:120]}" for one in found]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_case_is_quoted_as_it_is(lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.toml"
    assert main(["--lang", lang, "new", "case", str(path)]) == 0
    assert f"zhirong quote {path}" in capsys.readouterr().out
    quote = zhirong.quote(path, ["national-28"])
    assert quote.credit_limit.amount > 0
    assert quote.case.as_of == zhirong.jobs.today()
    assert _complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_new_loan_has_a_schedule_and_a_position(lang: str, tmp_path: Path) -> None:
    path = tmp_path / "loan.toml"
    assert main(["--lang", lang, "new", "loan", str(path)]) == 0
    assert len(zhirong.schedule(path).rows) == 12
    assert zhirong.replay(path).principal == 100_000_000


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.toml"
    path.write_text("mine", encoding="utf-8")
    assert main(["--lang", "en", "new", "case", str(path)]) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"


def test_the_starters_in_both_languages_state_the_same() -> None:
    def without_words(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                name: without_words(inside) for name, inside in value.items() if name not in ("source", "title")
            }
        return [without_words(one) for one in value] if isinstance(value, list) else value

    for kind in ("case", "loan"):
        zh, en = (tomllib.loads(starter(kind, lang, "x.toml")) for lang in ("zh", "en"))
        assert without_words(zh) == without_words(en)


def test_an_editor_finds_the_schema_of_a_new_case() -> None:
    first = starter("case", "zh", "case.toml").splitlines()[0]
    assert first == f"#:schema {(STARTERS / 'case.schema.json').as_uri()}"


def test_the_schema_of_a_case_is_what_its_reader_asks_for() -> None:
    made = case_schema()
    for file in (ROOT / "docs/schemas/case.schema.json", STARTERS / "case.schema.json"):
        assert file.read_text(encoding="utf-8") == made, "run python tools/make_schemas.py"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
def test_every_case_that_is_shipped_fits_the_schema(case: Path) -> None:
    assert _complaints(case.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('size = "small"', 'size = "tiny"'),
        ("amount = 2000000", "amounts = 2000000"),
        ('kind = "invention"', 'kind = "patent"'),
        ("term_months = 12", "term_months = 1.5"),
        ("legal_person = true\n", ""),
        ("royalty_rate = {", "royalties = {"),
    ],
)
def test_an_editor_marks_what_the_program_refuses(before: str, after: str) -> None:
    text = starter("case", "en", "case.toml")
    assert before in text
    changed = text.replace(before, after, 1)
    assert _complaints(changed) != []
    with pytest.raises(zhirong.InputError):
        zhirong.case(tomllib.loads(changed, parse_float=Decimal))


def test_every_command_and_its_options_are_completed() -> None:
    found = {one.name: one for one in commands("en")}
    assert list(found) == list(COMMANDS)
    assert {"--pdf", "--xlsx", "--mode", "--json"} <= set(found["quote"].options)
    assert found["rights"].actions == ("check", "template")
    assert "--as-of" in found["loan"].options


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "quote" in script
    if shutil.which(shell) is not None:
        file = tmp_path / "script"
        file.write_text(script, encoding="utf-8")
        done = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["zhirong", "qu"], ["quote"]),
        (["zhirong", "--lang", "en", "rig"], ["rights"]),
        (["zhirong", "quote", "--pd"], ["--pdf"]),
        (["zhirong", "new", "ca"], ["case"]),
    ],
)
def test_bash_offers_what_fits(
    typed: list[str], offered: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    main(["completion", "bash"])
    words = " ".join(f'"{word}"' for word in typed)
    asked = f'\nCOMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _zhirong; printf "%s\\n" "${{COMPREPLY[@]}}"'
    script = capsys.readouterr().out + asked
    done = subprocess.run([bash, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.split() == offered
