"""``appraise_many`` by every method: a row of a DataFrame is worth what ``zhirong.appraise`` says of the same case."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import zhirong
from zhirong.chain.appraisal.records import NoValue
from zhirong.chain.appraisal.request import METHODS
from zhirong.kernel.fields import parse_toml

DAY, PATHS = date(2026, 6, 30), 1_000
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
EXAMPLES: dict[str, dict[str, Any]] = {
    method["method"]: {name: value for name, value in method.items() if name != "id"}
    for block in PAGE.split("```toml\n")[1:]
    if "[[appraisal.method]]" in block
    for method in parse_toml(block.split("```")[0], "page")["appraisal"]["method"]
}
PATENT = {
    "kind": "invention",
    "number": "ZL201719999901.7",
    "filing_date": date(2017, 5, 12),
    "grant_date": date(2019, 8, 20),
}
TRADEMARK = {"kind": "trademark", "number": "12345678", "registration_date": DAY}
FIGURES = {"p5": 5, "p10": 10, "p50": 50, "p90": 90, "p95": 95}


def _cells(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of a method's table as columns named by their path."""
    if isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        for name, inner in pairs:
            yield from _cells(inner, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


def _right(method: str) -> dict[str, Any]:
    return PATENT if method == "renewal_option" else TRADEMARK


def _row(method: str) -> dict[str, Any]:
    facts = {f"right.{name}": value for name, value in _right(method).items()}
    return {"id": method, "purpose": "transfer", **facts, **dict(_cells(EXAMPLES[method]))}


@pytest.fixture(scope="module")
def together() -> pd.DataFrame:
    """All methods in one DataFrame, whose empty cells are NaN and whose whole numbers have become floats."""
    rows = pd.DataFrame([_row(method) for method in METHODS])
    return zhirong.appraise_many(rows, as_of=DAY, paths=PATHS).set_index("id")


@pytest.mark.parametrize("method", METHODS)
def test_a_row_of_every_method_is_worth_what_its_own_appraisal_says(method: str, together: pd.DataFrame) -> None:
    case = {
        "case": {"id": "w", "title": "w", "as_of": DAY},
        "rights": [{"id": "w", "title": "w", "holders": [{"name": "甲"}], **_right(method)}],
        "appraisal": {"purpose": "transfer", "valuation_date": DAY, "paths": PATHS, "method": [EXAMPLES[method]]},
    }
    alone = zhirong.appraise(case)
    row = together.loc[method]
    by_itself = zhirong.appraise_many(pd.DataFrame([_row(method)]), as_of=DAY, paths=PATHS).iloc[0]
    assert by_itself.method == row.method == method
    if isinstance(alone, NoValue):
        assert row.state == by_itself.state == alone.code
        assert row[[f"{name}_yuan" for name in FIGURES]].isna().all()
        return
    assert row.state == by_itself.state == "valued"
    for name, percent in FIGURES.items():
        fen = alone.value.percentiles[percent]
        assert (round(row[f"{name}_yuan"] * 100), round(by_itself[f"{name}_yuan"] * 100)) == (fen, fen), name
