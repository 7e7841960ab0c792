"""What `zhirong quote --json` prints is what docs/schemas/quote.schema.json says."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from quote_cases import CASES, case_table, changed

from zhirong.chain.quote.view import for_reading, view
from zhirong.workbench import quote_case

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schemas" / "quote.schema.json").read_text(encoding="utf-8")
)
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())


def check(data):
    jsonschema.Draft202012Validator(SCHEMA).validate(data)


@pytest.mark.parametrize("name", NAMES)
def test_every_case_of_the_package(name):
    command = [str(Path(sys.executable).parent / "zhirong"), "quote", str(CASES / name / "case.toml"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    check(json.loads(done.stdout))


def test_a_quote_without_a_value():
    check(view(quote_case(changed(case_table("xixian-jingshuixing"), appraisal=None))))


def test_every_number_is_what_the_records_say():
    answer = quote_case(changed(case_table("suzhou-beiang")))
    data = view(answer)
    assert Decimal(data["credit_limit"]["amount"]) * 100 == answer.credit_limit.amount
    for seen, offer in zip(data["modes"], answer.offers, strict=True):
        assert Decimal(seen["loan"]["amount"]) * 100 == offer.amount
        assert sum(Decimal(part["amount"]) for part in seen["full_loss"]) * 100 == offer.amount
        assert sum(Decimal(row["principal"]) for row in seen["schedule"]) * 100 == offer.amount
        assert sum(Decimal(flow["amount"]) for flow in seen["cash_flows"]) * 100 == sum(
            flow.amount for flow in offer.cash_flows
        )


def test_for_reading_nothing_is_lost():
    data = view(quote_case(changed(case_table("suzhou-beiang"))))
    readable = for_reading(data)
    assert {mode["id"] for mode in readable["modes"]} | {mode["id"] for mode in readable["elsewhere"]} == {
        mode["id"] for mode in data["modes"]
    }
    assert all(mode["offered_here"] for mode in readable["modes"])
