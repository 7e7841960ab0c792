"""The types that a user's type checker sees: complete, and those of the records."""

import inspect
import subprocess
import sys
import typing
from pathlib import Path
from types import FunctionType

import pytest

import zhirong
from zhirong import frames, jobs

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from datetime import date
from decimal import Decimal
import numpy as np
import pandas as pd
import zhirong

quote: zhirong.Quote = zhirong.quote("case.toml", ["national-28"])
amount: int = quote.credit_limit.amount
table: pd.DataFrame = quote.to_frame()
rows = zhirong.schedule(amount_yuan=1, rate_percent=Decimal("3.45"), term_months=12, start=date(2026, 1, 15)).rows
closing: int = rows[-1].closing
companies: pd.DataFrame = zhirong.quote_many(table, ["national-28"])
arrays = zhirong.schedule_many({"amount_yuan": np.array([1])})
limit: float = arrays["amount_yuan"].max()
mode: zhirong.Mode = zhirong.modes()["national-28"]
for row in zhirong.quote_many([zhirong.case("case.toml")]):
    lent: int = row.amount
try:
    zhirong.settle("claim.toml", mode)
except zhirong.InputError as error:
    hints: list[str] = [problem.hint.en for problem in error.problems]
"""
WRONG = """
import zhirong
zhirong.qoute("case.toml")
zhirong.schedule(amount_yuan=1, rate_percent=3.45, term_months="12")
text: str = zhirong.quote("case.toml")
"""


def _public() -> list[FunctionType]:
    found = [getattr(module, name) for module in (jobs, frames) for name in module.__all__]
    return [one for one in found if isinstance(one, FunctionType)]


def test_the_package_says_that_it_is_typed() -> None:
    for package in ("", "client"):
        assert (ROOT / "src" / "zhirong" / package / "py.typed").is_file()


@pytest.mark.parametrize("function", _public(), ids=lambda one: one.__name__)
def test_every_argument_and_answer_has_a_type_and_the_function_a_word(function: FunctionType) -> None:
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, parameter
    assert function.__doc__
    # What a table function really takes and gives is in its overloads.
    overloads = typing.get_overloads(function)
    for one in overloads or [function]:
        assert "Any" not in str(inspect.signature(one).return_annotation).split("[")[0]


def test_every_name_that_is_offered_has_an_import_for_type_checkers() -> None:
    source = (ROOT / "src/zhirong/__init__.py").read_text(encoding="utf-8")
    seen = source.split("if TYPE_CHECKING:")[1].split("\n\n")[0]
    for name in set(zhirong.__all__) - {"__version__"}:
        assert name in seen.replace(",", " ").split(), name


def test_a_strict_type_checker_follows_a_user_and_names_their_mistakes(tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\nfollow_imports = silent\n", encoding="utf-8")
    cache = ROOT / ".mypy_cache" / "users"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--config-file",
            "mypy.ini",
            "--cache-dir",
            str(cache),
            "right.py",
            "wrong.py",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT / "src"), "PATH": ""},
    )
    errors = [line for line in done.stdout.splitlines() if "error:" in line]
    assert [line.partition(":")[0] for line in errors] == ["wrong.py"] * 3, done.stdout
    assert 'has no attribute "qoute"' in errors[0]
