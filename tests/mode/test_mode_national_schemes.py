"""The national schemes of today: who bears what by status, what they cost, whom they are for."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.eligibility import eligibility
from zhirong.chain.mode.force import Force, force_on
from zhirong.chain.mode.shares import shares_of_loan
from zhirong.chain.mode.vocabulary import ONE_OF_FACTS
from zhirong.mode_files import load_modes

MODES = load_modes()
DAY = date(2026, 11, 30)
MILLION = 100_000_000
TECH = MODES["national-tech-2024"]
INVESTMENT = MODES["national-private-investment-2026"]


def shares(facts: dict[str, object], million: int = 8) -> dict[str, Fraction]:
    return dict(shares_of_loan(TECH, DAY, million * MILLION, million * MILLION, {}, facts))


def decided(facts: dict[str, object]) -> dict[str, object]:
    """The facts, and every other status denied."""
    return {**dict.fromkeys(ONE_OF_FACTS["innovation_firm"], False), **facts}


@pytest.mark.parametrize(
    ("facts", "fund"),
    [
        ({"little_giant": True}, Fraction(40, 100)),
        ({"specialised_new": True}, Fraction(40, 100)),
        ({"national_project": True}, Fraction(40, 100)),
        ({"high_tech": True}, Fraction(35, 100)),
        ({"points_system": True}, Fraction(35, 100)),
        ({"sme_tech": True}, Fraction(30, 100)),
        ({"tech_innovative_sme": True}, Fraction(30, 100)),
        ({"little_giant": True, "high_tech": True, "points_system": True}, Fraction(40, 100)),
        ({}, Fraction(30, 100)),
    ],
)
def test_the_funds_share_follows_the_status(facts: dict[str, object], fund: Fraction) -> None:
    found = shares(decided(facts))
    assert found["national_fund"] == fund
    assert found["lender"] == Fraction(20, 100)
    assert found["reguarantor"] == Fraction(20, 100)
    assert sum(found.values()) == 1


def test_while_the_status_is_not_known_nobody_but_the_bank_bears_more_than_it_must() -> None:
    found = shares({})
    assert found["national_fund"] == Fraction(30, 100)
    assert found["guarantor"] == Fraction(20, 100)
    assert found["lender"] == Fraction(30, 100)


@pytest.mark.parametrize(("yuan", "rate"), [(8_000_000, Decimal("0.005")), (5_000_000, Decimal("0.003"))])
def test_the_re_guarantee_fee_of_a_little_giant(yuan: int, rate: Decimal) -> None:
    facts = decided({"little_giant": True})
    loan = LoanFacts(yuan * 100, DAY, 12, Decimal("0.03"), facts=facts)
    made = {charge.code: charge.amount for charge in charges(TECH, loan)}
    fee = made.get("national_fee_large", 0) + made.get("national_fee_small", 0)
    assert fee == yuan * 100 * rate * Decimal("0.4")
    assert made["guarantee_fee"] == yuan


def test_the_plans_state_their_caps_and_payout_ceilings() -> None:
    for mode_id, million, ceiling in (
        ("national-4222", 10, "0.04"),
        ("national-tech-2024", 30, "0.05"),
        ("national-private-investment-2026", 20, "0.05"),
    ):
        limits = MODES[mode_id].limits
        assert limits is not None
        assert limits.balance_at_most == million * MILLION
        assert limits.payout_ceiling == Decimal(ceiling)


FIRM = {
    "region": "330100",
    "sme": True,
    "private_firm": True,
    "investment_loan": True,
    "term_months": 36,
    "abnormal_operations": False,
    "dishonest_debtor": False,
    "grave_violation_on": "never",
    "borrower_balance_fen": 5 * MILLION,
}


def open_or_unmet(facts: dict[str, object], day: date = DAY) -> dict[str, str]:
    found = eligibility(INVESTMENT, facts, day, stale_after_days=365)
    return {result.code: result.state for result in found if result.state != "met"}


def test_the_investment_plan_is_in_force_today_for_whom_it_is_meant() -> None:
    assert force_on(INVESTMENT, DAY, 365).state is Force.IN_FORCE
    assert open_or_unmet(FIRM) == {}
    assert open_or_unmet({**FIRM, "term_months": 12}) == {"term_months.at_least": "unmet"}
    assert open_or_unmet({**FIRM, "abnormal_operations": True}) == {"abnormal_operations.is": "unmet"}
    assert open_or_unmet({**FIRM, "borrower_balance_fen": 20 * MILLION}) == {}
    assert open_or_unmet({**FIRM, "borrower_balance_fen": 20 * MILLION + 1}) == {
        "borrower_balance_fen.at_most": "unmet"
    }
    missing = {name: value for name, value in FIRM.items() if name != "investment_loan"}
    assert open_or_unmet(missing) == {"investment_loan.is": "unknown"}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2026, 1, 18), Force.NOT_BEGUN),
        (date(2026, 1, 19), Force.IN_FORCE),
        (date(2027, 1, 20), Force.IN_FORCE),
        (date(2027, 1, 21), Force.TO_BE_CONFIRMED),
        (date(2028, 1, 1), Force.ENDED),
    ],
)
def test_the_days_of_the_investment_plan(day: date, state: Force) -> None:
    assert force_on(INVESTMENT, day, 365).state is state


@pytest.mark.parametrize("mode_id", ["national-4222", "national-tech-2024"])
def test_a_plan_whose_end_was_not_read_is_to_be_confirmed(mode_id: str) -> None:
    found = force_on(MODES[mode_id], DAY, 365)
    assert found.state is Force.TO_BE_CONFIRMED
    assert found.confirm_with is not None and "国家融资担保基金" in found.confirm_with.zh


def test_no_national_scheme_lets_the_bank_bear_less_than_a_fifth() -> None:
    """10 % for the bank has no national text; Anhui's 4321 has 20 % for the bank and 10 % for the local government."""
    for mode_id, mode in MODES.items():
        if mode.region == "CN" and "national_fund" in mode.bearers:
            for sharing in mode.sharings:
                assert all(dict(tier.shares)["lender"] >= Fraction(1, 5) for tier in sharing.tiers), mode_id
    assert "national-4321" not in MODES
    tier = dict(MODES["anhui-4321"].sharings[0].tiers[0].shares)
    assert (tier["lender"], tier["city"]) == (Fraction(1, 5), Fraction(1, 10))


def test_forms_of_contract_stand_beside_every_scheme() -> None:
    alone, guaranteed = MODES["bank-alone"], MODES["national-28"]
    for mode in (alone, guaranteed):
        assert force_on(mode, DAY, 365).state is Force.CONTRACT_FORM
        assert not mode.conditions, "the law puts no condition on the firm"
    assert alone.bearers == ("lender",)
    assert dict(guaranteed.sharings[0].tiers[0].shares) == {"lender": Fraction(1, 5), "guarantor": Fraction(4, 5)}
