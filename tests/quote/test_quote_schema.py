"""What `zhirong quote --json` prints is what docs/schemas/quote.schema.json says."""

import copy
import json
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from quote_cases import CASES, case_table, changed

from in_process import run_command
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.chain.quote.view import for_reading, view
from zhirong.kernel.document import from_json, to_json
from zhirong.workbench import quote_case

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schemas" / "quote.schema.json").read_text(encoding="utf-8")
)
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())

ROOT = Path(__file__).resolve().parents[2]


def check(data):
    jsonschema.Draft202012Validator(SCHEMA).validate(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_the_package(name):
    done = run_command("quote", CASES / name / "case.toml", "--json")
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout))


def test_a_quote_without_a_value():
    check(to_json(view(quote_case(changed(case_table("xixian-jingshuixing"), appraisal=None)))))


def test_every_number_is_what_the_records_say():
    answer = quote_case(changed(case_table("suzhou-beiang")))
    data = to_json(view(answer))
    assert Decimal(data["credit_limit"]["amount"]) * 100 == answer.credit_limit.amount
    for seen, offer in zip(data["modes"], answer.offers, strict=True):
        assert Decimal(seen["loan"]["amount"]) * 100 == offer.amount
        assert sum(Decimal(part["amount"]) for part in seen["full_loss"]) * 100 == offer.amount
        assert sum(Decimal(row["principal"]) for row in seen["schedule"]) * 100 == offer.amount
        assert sum(Decimal(flow["amount"]) for flow in seen["cash_flows"]) * 100 == sum(
            flow.amount for flow in offer.cash_flows
        )


def test_for_reading_nothing_is_lost():
    document = view(quote_case(changed(case_table("suzhou-beiang"))))
    readable = for_reading(document)
    assert {mode.id for mode in readable.modes} | {mode.id for mode in readable.elsewhere} == {
        mode.id for mode in document.modes
    }
    assert all(mode.offered_here for mode in readable.modes)


def test_a_quote_comes_back_from_its_json_as_it_was():
    for name in NAMES:
        document = view(quote_case(changed(case_table(name))))
        assert from_json(QuoteDocument, json.loads(json.dumps(to_json(document)))) == document


def test_a_quote_of_the_first_version_is_read_and_what_it_did_not_know_stays_empty():
    document = view(quote_case(changed(case_table("suzhou-beiang")), ["suzhou"]))
    today = to_json(document)
    limits = [
        {**{name: cap[name] for name in ("code", "title", "amount", "binding")}, "rate": "0.3"}
        for cap in today["credit_limit"]["caps"]
    ]
    old = {
        **{name: part for name, part in copy.deepcopy(today).items() if name not in ("credit_limit", "pledge")},
        "schema": "zhirong.quote/1",
        "line": {**today["credit_limit"], "limits": limits, "pledge_rate": "0.3"},
        "modes": [
            {
                **{
                    name: part for name, part in mode.items() if name not in ("credit_limit", "price", "at_default")
                },
                "pledge_rate": {
                    "pledge_rate": "0.3",
                    "binding": today["credit_limit"]["binding"],
                    "limits": limits,
                    "changes": [],
                    "explanation": today["pledge"]["explanation"],
                },
            }
            for mode in today["modes"]
        ],
    }
    read = read_kept(old)
    assert read.credit_limit.amount == document.credit_limit.amount
    assert read.credit_limit.annex.amount is None
    assert read.modes[0].loan == document.modes[0].loan
    assert read.modes[0].price is None
    check(to_json(read))


def test_no_quote_and_no_known_version():
    assert read_kept({}) is None
    with pytest.raises(ValueError, match="not a quote of any version"):
        read_kept({"schema": "zhirong.quote/9"})
