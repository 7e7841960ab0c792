"""What a quote calls available: nothing that has ended, nothing that is to be confirmed, on the days on which that changes."""

from datetime import date

import pytest
from quote_cases import case_table, changed

from zhirong.chain.mode.force import CONFIRMATION_DAYS, Force, force_on
from zhirong.chain.quote.quote import quote
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import load_modes

MODES = load_modes()
RULES = load_rulebook()
TABLE = case_table("xixian-jingshuixing")
FACTS = {
    "sme": True,
    "sme_tech": True,
    "private_firm": True,
    "investment_loan": True,
    "grave_violation_on": "never",
    "lender_is_partner": True,
    "bad_credit_on": "never",
    "substandard_on": "never",
}


def offered(region: str, day: date, mode_ids: list[str], start: date | None = None) -> dict[str, str]:
    """How each mode stands for the water firm of the package, moved to another place and day."""
    case = changed(
        TABLE,
        appraisal__paths=2000,
        case__as_of=day,
        request__start=start or day,
        firm__region=region,
        facts=FACTS,
    )
    answer = quote(case, [MODES[mode_id] for mode_id in mode_ids], RULES)
    return {offer.mode.id: str(offer.eligible) for offer in answer.offers}


def test_a_firm_in_pudong_is_not_offered_the_rule_of_2006() -> None:
    found = offered("310115", date(2026, 11, 30), ["pudong", "pudong-later", "bank-alone", "national-28"])
    assert found == {"pudong": "no", "pudong-later": "unknown", "bank-alone": "yes", "national-28": "yes"}


@pytest.mark.parametrize(
    ("day", "wanted"),
    [(date(2026, 9, 18), {"yes", "unknown"}), (date(2026, 9, 19), {"unknown"}), (date(2028, 10, 1), {"no"})],
)
def test_guangzhous_mechanism_day_by_day(day: date, wanted: set[str]) -> None:
    found = offered("440106", day, ["guangzhou-2025", "guangzhou-55"])
    assert found["guangzhou-2025"] in wanted
    assert found["guangzhou-55"] == "no"


def test_a_loan_that_is_paid_out_after_the_end_is_not_offered_the_mode() -> None:
    day, after = date(2027, 1, 20), date(2028, 1, 3)
    assert offered("330100", day, ["national-private-investment-2026"], after) == {
        "national-private-investment-2026": "no"
    }


@pytest.mark.parametrize("region", ["310115", "440106", "330100", "370200", "340100"])
def test_whatever_is_called_available_may_lead(region: str) -> None:
    day = date(2026, 11, 30)
    stale = RULES.at(CONFIRMATION_DAYS, day).whole()
    for mode_id, eligible in offered(region, day, sorted(MODES)).items():
        state = force_on(MODES[mode_id], day, stale).state
        if eligible == "yes":
            assert state in (Force.IN_FORCE, Force.CONTRACT_FORM), mode_id
        if state in (Force.ENDED, Force.NOT_BEGUN, Force.FOREIGN):
            assert eligible == "no", mode_id
