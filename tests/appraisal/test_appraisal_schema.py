"""docs/schemas/appraisal.schema.json says of every method what the program takes, field by field."""

import copy
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from zhirong.chain.appraisal.request import METHODS, read_appraisal
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schemas" / "appraisal.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PAGE = (ROOT / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
BLOCKS = [block.split("```")[0] for block in PAGE.split("```toml\n")[1:]]
EXAMPLES = [
    {"purpose": "transfer", "valuation_date": date(2026, 6, 30), "method": [method]}
    for block in BLOCKS
    if "[[appraisal.method]]" in block
    for method in parse_toml(block, "page")["appraisal"]["method"]
]
FIRST = parse_toml(BLOCKS[0], "page")["appraisal"]
CASES = [
    parse_toml(path.read_text(encoding="utf-8"), path.name)["appraisal"]
    for path in (ROOT / "src" / "zhirong" / "cases").glob("*/case.toml")
]
# What one field says about another, which a schema of fields cannot say.
BETWEEN_FIELDS = {
    "range_out_of_order", "forecast_shorter_than_life", "weights_not_one", "limits_differ", "years_differ", "not_money",
    "days_out_of_order", "days_and_convention", "prices_mixed", "inflation_unused", "index_without_now",
    "obsolescence_above_one", "after_tax_rate", "life_missing",
}  # fmt: skip


def plain(value: Any) -> Any:
    """A table of TOML as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def refused(table: dict[str, Any]) -> set[str]:
    """The codes with which the program refuses a table; none where it takes it."""
    try:
        read_appraisal(Reader(copy.deepcopy(table)), ["p1"], date(2026, 9, 1))
    except InputError as error:
        return {problem.code for problem in error.problems}
    return set()


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every field, at any depth."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in entries:
        yield (*way, name)
        yield from places(inner, (*way, name))


def changed(table: dict[str, Any], way: tuple[Any, ...], to: Any) -> dict[str, Any]:
    """The table with one field put to something else, or taken away (None)."""
    made = copy.deepcopy(table)
    inner: Any = made
    for step in way[:-1]:
        inner = inner[step]
    if to is None:
        del inner[way[-1]]
    else:
        inner[way[-1]] = to
    return made


@pytest.mark.parametrize("table", [*EXAMPLES, *CASES, FIRST], ids=lambda one: one["method"][0]["method"])
def test_every_example_and_every_case_of_the_package_is_valid(table: dict[str, Any]) -> None:
    VALIDATOR.validate(plain(table))


def test_every_method_is_in_it_and_nothing_else_is() -> None:
    listed = {one["$ref"].removeprefix("#/$defs/") for one in SCHEMA["properties"]["method"]["items"]["oneOf"]}
    assert listed == set(METHODS)


@pytest.mark.parametrize("table", EXAMPLES, ids=lambda one: one["method"][0]["method"])
def test_what_it_forbids_the_program_refuses_and_the_other_way_round(table: dict[str, Any]) -> None:
    """Every field taken away, misspelt, or put out of range: program and schema say the same, but for what lies
    between fields.
    """
    assert refused(table) == set()
    name = table["method"][0]["method"]
    of_method = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    for way in places(table):
        if not isinstance(way[-1], str) or way[:1] != ("method",) or way[-1] in ("method", "zh", "en", "source"):
            continue
        tried = [changed(table, way, to) for to in (None, Decimal("1e15"), Decimal(-5), True)]
        if way[-1] in ("grade", "label"):  # once for every table
            tried.append(changed(table, (*way[:-1], "colour"), "red"))
        for one in tried:
            codes = refused(one)
            is_valid = of_method.is_valid(plain(one["method"][0]))
            if not is_valid:
                assert codes, (way, one)
            elif codes:
                assert codes <= BETWEEN_FIELDS, (way, codes)
