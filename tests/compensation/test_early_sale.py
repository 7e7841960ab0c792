"""Known answer E10: accelerated after a failed demand for security, the pledge sold early; to the fen by both commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from zhirong.cli.main import main

TESTS = Path(__file__).parents[1]
LOAN = TESTS / "servicing" / "scenarios" / "e10.toml"
CASE = TESTS / "compensation" / "cases" / "e10.toml"


def answered(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_loan_from_acceleration_to_the_penalty_of_the_last_day(capsys: pytest.CaptureFixture[str]) -> None:
    """Due on the day of acceleration: compound, interest and principal; then penalty at 6.3 % as one sum."""
    known = {
        "2026-03-21": "6019600.00",
        "2026-03-25": "5522413.72",
        "2026-05-08": "4430936.31",
        "2026-08-31": "4520108.90",
    }
    for day, owed in known.items():
        assert answered(capsys, "loan", "replay", str(LOAN), "--as-of", day)["payoff"] == owed
    last = answered(capsys, "loan", "replay", str(LOAN), "--as-of", "2026-08-31")
    assert (last["penalty"], last["books_problems"]) == ("89172.59", [])
    parts = {row["event"]: row["parts"] for row in last["payments"]}
    assert parts["S"] == {"compound": "13.72", "interest": "22400.00", "principal": "477586.28"}
    assert parts["V"] == {"penalty": "42522.59", "principal": "1091477.41"}


def test_the_deposit_is_no_payment_until_it_is_applied(capsys: pytest.CaptureFixture[str]) -> None:
    """Every row and entry of the example, in its order."""
    answer = answered(capsys, "claim", str(CASE))
    assert [step["positions"]["lender"] for step in answer["steps"]] == [
        "5500000.00", "5519600.00", "5522400.00", "5522413.72", "5522413.72", "5564936.31", "4430936.31", "4520108.90",
    ]  # fmt: skip
    entries = {step["number"]: {p["account"]: p["amount"] for p in step["postings"]} for step in answer["steps"]}
    assert entries[1] == {"lender:cash": "500000.00", "lender:credit": "-500000.00"}
    assert entries[5] == {
        "lender:credit": "500000.00",
        "lender:loan:compound": "-13.72",
        "lender:loan:interest": "-22400.00",
        "lender:loan:principal": "-477586.28",
    }
    assert entries[7] == {
        "lender:cash": "1134000.00",
        "lender:loan:penalty": "-42522.59",
        "lender:loan:principal": "-1091477.41",
    }
    assert answer["balances"] == {
        "lender:cash": "1634000.00",
        "lender:income:compound": "-13.72",
        "lender:income:interest": "-22400.00",
        "lender:income:penalty": "-131695.18",
        "lender:loan:penalty": "89172.59",
        "lender:loan:principal": "4430936.31",
        "lender:opening": "-6000000.00",
    }
