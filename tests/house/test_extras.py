"""Each kind of user can work with what they install; a message names a missing package with its command.

What is not installed is played: a finder that refuses the modules of an extra, in a process of its own. It takes a second;
making an environment takes minutes.
"""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from zhirong.kernel.extras import EXTRA_OF

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from extra_sizes import sizes  # noqa: E402 - a tool, not a package

SRC = ROOT / "src"
CASE = str(SRC / "zhirong/cases/xixian-jingshuixing/case.toml")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_NAME = re.compile(r"[a-zA-Z0-9_.-]+")
# Requirements that no line imports: Django loads them by name.
_BY_NAME = {"django-cotton", "django-axes", "whitenoise", "distributed", "psycopg"}
BLOCK = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
BLOCKED = set(%r)
sys.meta_path.insert(0, Refuse())
"""


def _names(requirements: list[str]) -> set[str]:
    return {match.group().lower() for one in requirements if (match := _NAME.match(one))}


@cache
def _imported() -> frozenset[str]:
    """Every distribution that a module of ``src`` imports, wherever in it."""
    found: set[str] = set()
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in EXTRA_OF:
                found.add(node.value)
    providers = packages_distributions()
    return frozenset(name.lower() for module in found for name in providers.get(module, ()))


def run(code: str, blocked: list[str], *, lang: str = "en") -> "subprocess.CompletedProcess[str]":
    """A program without the modules blocked."""
    environment = {**os.environ, "ZHIRONG_LANG": lang, "PYTHONPATH": str(SRC)}
    program = [sys.executable, "-c", BLOCK % (blocked,) + code]
    return subprocess.run(program, capture_output=True, text=True, check=False, env=environment, timeout=120)


def test_nothing_is_required_that_no_module_imports() -> None:
    required = _names(PROJECT["dependencies"])
    for requirements in PROJECT["optional-dependencies"].values():
        required |= _names(requirements)
    assert required - {"zhirong"} - _BY_NAME - _imported() == set()


def test_every_module_of_an_extra_is_known_by_the_extra_that_brings_it() -> None:
    providers = packages_distributions()
    by_extra = {
        extra: _names(requirements) - {"zhirong"}
        for extra, requirements in PROJECT["optional-dependencies"].items()
    }
    for module, extra in EXTRA_OF.items():
        if module == "pydantic":  # comes with the framework of the API
            continue
        brought = {name.lower() for name in providers[module]}
        assert brought & by_extra[extra], f"{module} is said to come with {extra}"
    known = {name.lower() for module in EXTRA_OF for name in providers[module]}
    assert set().union(*by_extra.values()) - known == set()


def test_the_base_quotes_schedules_settles_and_reads_lists(tmp_path: Path) -> None:
    """An analyst without one extra: no Django, no Numba, no pandas, no typst."""
    code = f"""
import json, zhirong
from datetime import date
quote = zhirong.quote({CASE!r}, ["national-28"])
loans = {{"amount_yuan": [1_000_000], "rate_percent": [3.45], "term_months": [12], "start": [date(2026, 1, 15)]}}
claim = {{"id": ["1"], "loan_day": [date(2026, 1, 15)], "claim_day": [date(2026, 9, 15)],
          "amount_yuan": [100], "principal_loss_yuan": [50]}}
hint = ""
try:
    quote.to_frame()
except ImportError as error:
    hint = str(error)
print(json.dumps({{
    "amount": quote.credit_limit.amount,
    "table": len(quote._repr_html_()) > 100,
    "rows": len(zhirong.schedule_many(loans)["number"]),
    "lender": float(zhirong.settle_many(claim, "bank-alone")["lender_yuan"][0]),
    "value": zhirong.appraise({CASE!r}).appraised_value > 0,
    "modes": len(zhirong.modes()) > 10,
    "hint": hint,
}}))
"""
    done = run(code, list(EXTRA_OF))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("amount") > 0
    assert 'pip install "zhirong[data]"' in found.pop("hint")
    assert found == {"table": True, "rows": 12, "lender": 50.0, "value": True, "modes": True}


COMMANDS_OF_AN_ANALYST = (
    ["quote", CASE, "--mode", "national-28"],
    ["quote", CASE, "--mode", "national-28", "--json"],
    ["quote", CASE, "--mode", "national-28", "--xlsx", "quote.xlsx"],
    ["appraise", CASE, "--method", "cost"],
    ["limit", CASE, "--mode", "national-28"],
    ["modes"],
    ["rules", "list"],
)
MISSING = (
    (["quote", CASE, "--mode", "national-28", "--pdf", "x.pdf"], "documents"),
    (["serve", "--data", "x"], "platform"),
    (["register", "search"], "platform"),
    (["show", "cases"], "client"),
    (["do", "case.submit"], "client"),
)
MANY = """
import contextlib, io, json
from zhirong.cli.main import main
answers = []
for words in %r:
    said, wrong = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(wrong):
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
    answers.append([code, wrong.getvalue()])
print(json.dumps(answers))
"""


def _answers(commands: "tuple[list[str], ...]", folder: Path, lang: str = "en") -> list[tuple[int, str]]:
    """Exit code and standard error of each command, one after the other in one process without any extra."""
    done = run(f"import os; os.chdir({str(folder)!r})\n" + MANY % (commands,), list(EXTRA_OF), lang=lang)
    assert done.returncode == 0, done.stderr
    return [(code, wrong) for code, wrong in json.loads(done.stdout)]


def test_the_commands_of_an_analyst_need_no_extra(tmp_path: Path) -> None:
    answers = _answers(COMMANDS_OF_AN_ANALYST, tmp_path)
    assert [code for code, _ in answers] == [0] * len(answers), answers
    assert (tmp_path / "quote.xlsx").stat().st_size > 1_000


def test_what_is_missing_is_named_with_its_command(tmp_path: Path) -> None:
    chinese = ["--lang", "zh", "quote", CASE, "--mode", "national-28", "--pdf", "x.pdf"]
    answers = _answers((*(words for words, _ in MISSING), chinese), tmp_path)
    for (code, wrong), (words, extra) in zip(answers, MISSING, strict=False):
        assert (code, f'Fix: run pip install "zhirong[{extra}]"' in wrong) == (2, True), (words, wrong)
    assert '请运行 pip install "zhirong[documents]"' in answers[-1][1]


@pytest.mark.parametrize("page", ["en", "zh"])
def test_the_sizes_stated_are_those_measured(page: str) -> None:
    """Within a quarter: other versions and machines differ a little."""
    text = (ROOT / "docs" / page / "how-to" / "install.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `?[(（]?([a-z基础]+)[)）]?`? \| .* \| (\d+) \|$", text, re.MULTILINE))
    stated["base"] = stated.pop("基础", stated.get("base", ""))
    measured = sizes()
    assert set(stated) == set(measured) - {"zhirong-client"}
    for name, megabytes in stated.items():
        assert abs(int(megabytes) - measured[name]) <= max(2, measured[name] / 4), (name, megabytes, measured[name])


def test_a_module_that_no_extra_brings_is_a_fault_of_the_program() -> None:
    done = run("import zhirong; zhirong.quote", ["zoneinfo"])
    assert done.returncode != 0
    assert "pip install" not in done.stderr
