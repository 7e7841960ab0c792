"""Loans as they are serviced against scenarios worked out by hand: events, a business date, the whole expected state."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhirong.chain.loan.servicing.classification import classify
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.servicing.replay import replay
from zhirong.kernel.days import working_days_from
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

FILE = Path(__file__).parent / "scenarios" / "servicing.toml"
CONTENT = parse_toml(FILE.read_text(encoding="utf-8"), FILE.name)
RULES = load_rulebook()
WORKING_DAYS = working_days_from(RULES.at("calendar.working_days", date(2024, 1, 1)).value)
AMOUNTS = (
    "principal", "principal_due", "interest_due", "accrued_interest", "penalty", "compound", "costs", "credit",
    "recovered", "misused",
)  # fmt: skip


@pytest.mark.parametrize("scenario", CONTENT["scenario"], ids=lambda scenario: scenario["name"])
def test_the_whole_state_is_as_worked_out(scenario: dict[str, Any]) -> None:
    terms = CONTENT["loan"][scenario["loan"]]
    drawn = {"id": "drawn", "kind": "drawdown", "day": terms["start"], "amount": terms["principal"]}
    table = {
        "loan": {"id": "L1", **terms},
        "event": [drawn, *scenario.get("events", [])],
        **{name: scenario[name] for name in ("servicing", "facts", "debtor") if name in scenario},
    }
    loan = read_loan_file(Reader(table), RULES)
    state = replay(loan.events, loan.contract, scenario["as_of"], RULES, WORKING_DAYS, scenario.get("known_on"))
    judged = classify(state.standing, RULES, scenario["as_of"], loan.facts, loan.debtor)
    expected, shown = scenario["expect"], state.as_json()
    assert {name: shown[name] for name in AMOUNTS} == {name: expected.get(name, "0.00") for name in AMOUNTS}
    assert state.days_overdue == expected.get("days_overdue", 0)
    assert judged.category.value == expected.get("category", "normal")
    if "decided_by" in expected:
        assert judged.decided_by == expected["decided_by"]
    written_off = dict.fromkeys(("costs", "penalty", "compound", "interest", "principal"), "0.00")
    assert shown["written_off"] == {**written_off, **expected.get("written_off", {})}
    if "ahead" in expected:
        ahead = [[row["due"], row["principal"], row["interest"]] for row in shown["ahead"]]
        assert ahead == expected["ahead"]


def test_every_scenario_has_a_name_of_its_own_and_says_why() -> None:
    counted = Counter(scenario["name"] for scenario in CONTENT["scenario"])
    assert max(counted.values()) == 1
    assert len(counted) >= 80
    assert all(scenario["why"] for scenario in CONTENT["scenario"])
