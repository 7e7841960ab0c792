"""Schedules against scenarios that were worked out by hand: terms and the whole expected schedule, as data."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhirong.chain.loan.rates import published_rates
from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.kernel.days import working_days_from
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook_files import load_rulebook

FILE = Path(__file__).parent / "scenarios" / "schedules.toml"
SCENARIOS = parse_toml(FILE.read_text(encoding="utf-8"), FILE.name)["scenario"]
RULES = load_rulebook()
CALENDAR = working_days_from(RULES.at("calendar.working_days", date(2026, 1, 1)).value)
TABLES = published_rates(RULES)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["name"])
def test_the_whole_schedule_is_as_worked_out(scenario: dict[str, Any]) -> None:
    reader = Reader(scenario["terms"])
    terms = read_terms(reader)
    reader.finish()
    made = schedule(terms, CALENDAR, TABLES)
    rows = [
        " ".join(
            [
                row.due.isoformat(),
                row.kind,
                *(
                    yuan(amount)
                    for amount in (
                        row.opening,
                        row.drawn,
                        row.principal,
                        row.interest,
                        row.capitalised,
                        row.closing,
                    )
                ),
            ]
        )
        for row in made.rows
    ]
    assert rows == scenario["rows"], scenario["why"]


def test_names_of_scenarios_are_all_different() -> None:
    names = [scenario["name"] for scenario in SCENARIOS]
    assert len(names) == len(set(names)) >= 80
