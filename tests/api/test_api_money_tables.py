"""Amounts within the tables of a case file: strings in yuan from programs, strings in yuan in the store."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, get_origin

import pytest
from api_world import ApiWorld, problem
from firm_samples import FACTS, credit

from zhirong.chain.appraisal.request import METHODS
from zhirong.chain.mode.vocabulary import FACTS as KNOWN_FACTS
from zhirong.chain.quote.reading import DERIVED_FACTS
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import parse_toml
from zhirong.kernel.json_numbers import marked
from zhirong.operations.case_file.tables import plain, stored_appraisal
from zhirong.operations.catalogue import load
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import mark_money_numbers, read
from zhirong.operations.request_fields import plain_type
from zhirong.store.financing import Case
from zhirong.store.parties import Organisation

load()
DAY = "2026-11-02"
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
METHOD_EXAMPLES = [
    block.split("```")[0] for block in PAGE.split("```toml\n")[1:] if block.startswith("[[appraisal.method]]")
]
METHODS_WITHOUT_AMOUNTS = {"renewal_option"}
CREDIT = {
    **credit(DAY),
    "trade": {
        "customs_grade": "advanced",
        "imports": "0",
        "exports": "3万元",
        "source": "海关",
        "date": DAY,
        "grade": "contract",
    },
}
OWN_FACTS = {
    **FACTS,
    **{
        name.removesuffix("_fen"): "10.00"
        for name, fact in KNOWN_FACTS.items()
        if fact.kind == "fen" and name not in DERIVED_FACTS
    },
}
MORE = {
    "collections": [{"payer": "甲公司", "amount": "100.00"}],
    "evidence": [{"kind": "order", "amount": "200.00", "received": "1.00", "source": "订单"}],
    "security": [{"kind": "deposit", "value": "300.00", "prior": "2.00"}],
    "lender": {"net_capital": "5000000.00", "tier1": "4000000.00", "exposure": "3.00", "loans": "4.00"},
    "guarantor": {"net_assets": "600.00", "exposure": "5.00"},
}
# Every operation that takes tables, and the tables that hold amounts.
TABLES: Mapping[str, Mapping[str, Any]] = {
    "firm.describe": {"facts": OWN_FACTS, "credit": CREDIT},
    "case.draft": {"facts": OWN_FACTS, "credit": CREDIT},
    "case.edit": {"facts": OWN_FACTS, "credit": CREDIT},
    "case.credit": {"facts": OWN_FACTS, "credit": CREDIT},
    "case.limit_inputs": MORE,
    "case.score": {},
    "appraisal.work": {},
}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for name, inner in pairs:
            yield from _leaves(inner, (*path, name))
    else:
        yield path, value


def _amounts(stored: Any) -> list[tuple[Any, ...]]:
    """The places of a stored table with an amount: a string with two decimals."""
    return [
        path
        for path, value in _leaves(stored)
        if isinstance(value, str) and value.removeprefix("-").replace(".", "", 1).isdigit() and value[-3:-2] == "."
    ]


def _with(table: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = deepcopy(table)
    inside = changed
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = value
    return changed


def test_every_operation_with_a_table_is_tried_here() -> None:
    with_table = {
        op.name
        for op in OPERATIONS.values()
        if not op.is_background
        and any(
            get_origin(plain_type(info.annotation)) is dict and "Any" in str(info.annotation)
            for info in op.request.model_fields.values()
        )
    }
    assert with_table == set(TABLES)


@pytest.mark.parametrize("example", METHOD_EXAMPLES, ids=lambda text: text.split('method = "')[1].split('"')[0])
def test_every_amount_of_every_method_is_a_string_for_programs(example: str) -> None:
    text = f'[appraisal]\npurpose = "transfer"\nvaluation_date = 2026-06-30\n{example}'
    table = plain(parse_toml(text, "page")["appraisal"])
    stored = stored_appraisal(table)
    name = table["method"][0]["method"]
    assert name in METHODS
    paths = _amounts(stored)
    assert paths or name in METHODS_WITHOUT_AMOUNTS, name
    assert stored_appraisal(marked(stored)) == stored
    for path in paths:
        with pytest.raises(InputError) as refused:
            stored_appraisal(marked(_with(stored, path, 30_000_000)))
        assert [one.code for one in refused.value.problems] == ["money_number"], path


def _subject(world: ApiWorld, name: str) -> tuple[Any, str, dict[str, Any]]:
    """A row that the operation can be done to, a token of someone who may, and what else the operation asks for."""
    if name == "firm.describe":
        return Organisation.objects.get(pk=world.firm.pk), world.token(world.manager), {}
    if name in ("case.draft", "case.edit"):
        asked = {
            "lender": world.bank.pk,
            "mode": "xixian",
            "term_months": 12,
            "purpose": "采购原材料",
            "amount": "10",
        }
        row = None if name == "case.draft" else world.make_case("draft")
        return row, world.token(world.manager), asked
    officer = world.officer
    return world.make_case("diligence", officer=officer.account), world.token(officer), {}


def test_a_number_for_an_amount_in_a_table_is_refused_by_every_operation(world: ApiWorld) -> None:
    for name, tables in TABLES.items():
        if not tables:
            continue
        row, token, asked = _subject(world, name)
        key = "more" if name == "case.limit_inputs" else None
        given = {key: tables} if key else tables
        done = world.do(name, token, row, **asked, **given)
        assert done.status_code == 200, (name, json.loads(done.content).get("problems"))
        kept = _kept(name, json.loads(done.content)["id"])
        paths = _amounts(kept)
        # Every amount of the samples, however it was written, is in the store as a string in yuan.
        assert len(paths) >= 10 and not [one for one, value in _leaves(kept) if value in (10, "200.0")], name
        for path in paths[:: max(1, len(paths) // 5)]:
            wrong = _with(kept, path, 7)
            said = world.do(name, token, row, **asked, **({key: wrong} if key else wrong))
            codes = {one["code"] for one in problem(said, 422)["problems"]}
            assert "money_number" in codes, (name, path)
        assert _kept(name, json.loads(done.content)["id"]) == kept


def _kept(name: str, row: int) -> dict[str, Any]:
    if name == "firm.describe":
        profile = Organisation.objects.get(pk=row).profile
        return {"facts": profile["facts"], "credit": profile["credit"]}
    case = Case.objects.get(pk=row)
    if name == "case.limit_inputs":
        return {table: rows for table, rows in case.beside["limit_inputs"].items() if table != "request"}
    return {"facts": case.facts, "credit": case.credit}


def test_the_figures_of_an_appraisal_are_strings_too(world: ApiWorld) -> None:
    row, token, asked = _subject(world, "case.edit")
    figure = {"low": 1, "mode": "2.5万元", "high": "3万元", "grade": "assumed"}
    table = {"purpose": "pledge", "method": [{"method": "relief_from_royalty", "first_year_revenue": figure}]}
    (found,) = problem(world.do("case.edit", token, row, **asked, appraisal_input=table), 422)["problems"]
    assert found["field"] == "appraisal.method[1].first_year_revenue.low" and found["code"] == "money_number"
    figure["low"] = "1"
    assert world.do("case.edit", token, row, **asked, appraisal_input=table).status_code == 200
    shown = json.loads(world.get(f"/cases/{row.pk}", token).content)["appraisal_input"]
    assert shown["method"][0]["first_year_revenue"] == {
        **figure,
        "low": "1.00",
        "mode": "25000.00",
        "high": "30000.00",
    }


def test_amounts_that_are_texts_are_no_numbers_either() -> None:
    for name, field, value in (
        ("appraisal.online", "revenue", [1, 2, 3]),
        ("appraisal.online", "cost", [1.0, 2.0, 3.0]),
        ("appraisal.work", "revenue", 3_000_000),
        ("appraisal.work", "cost", 3_000_000),
    ):
        model = OPERATIONS[name].request
        with pytest.raises(InputError) as refused:
            read(model, mark_money_numbers(model, {field: value}))
        assert ("money_number", field) in {(one.code, one.field.split(".")[0]) for one in refused.value.problems}


def test_the_precheck_of_a_filing_refuses_a_number_too(world: ApiWorld) -> None:
    firm = {"name": world.firm.name, "code": "91610138552167345U"}
    sent: dict[str, Any] = {
        "filing": {"pledgors": [firm], "pledgee": {"name": world.bank.name}, "claim_amount": 2_000_000},
        "rights": [],
    }
    token = world.token(world.manager)
    found = problem(world.call("POST", "/register/precheck", token, sent), 422)["problems"]
    assert ("filing.claim_amount", "money_number") in {(one["field"], one["code"]) for one in found}
    sent["filing"]["claim_amount"] = "2000000"
    found = problem(world.call("POST", "/register/precheck", token, sent), 422)["problems"]
    assert "money_number" not in {one["code"] for one in found}
