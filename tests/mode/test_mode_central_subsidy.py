"""Central interest subsidies of 2026: which a loan draws, never two, none after they have ended."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from zhirong.chain.mode.central_subsidy import CentralSubsidies, central_subsidies, programmes_on
from zhirong.chain.mode.charges import Dated
from zhirong.kernel.days import add_months
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
START = date(2026, 3, 2)
YUAN = 100
SME = {"sme": True, "private_firm": True, "fixed_asset_loan": True, "supported_chain": True}
EQUIPMENT = {"equipment_loan": True}
NOTHING = dict.fromkeys(("sme", "fixed_asset_loan", "equipment_loan", "innovation_loan", "service_trade"), False)


def of(
    facts: Mapping[str, object],
    *,
    start: date = START,
    amount: int = 8_000_000,
    years: int = 1,
    rate: Fraction = Fraction(3, 100),
) -> CentralSubsidies:
    """A bullet loan with interest once a year."""
    interest = [Dated(add_months(start, 12 * year), round(amount * YUAN * rate)) for year in range(1, years + 1)]
    return central_subsidies(RULES, facts, amount=amount * YUAN, start=start, annual_rate=rate, interest=interest)


def test_one_loan_draws_one_subsidy_though_it_qualifies_for_two() -> None:
    found = of({**NOTHING, **SME, **EQUIPMENT})
    assert found.drawn is not None
    assert found.drawn.amount == 120_000 * YUAN
    assert len(found.instead) == 1
    assert {found.drawn.programme.code, found.instead[0].programme.code} == {"sme_fixed_asset", "equipment"}


def test_the_greatest_is_drawn() -> None:
    both = of({**NOTHING, **EQUIPMENT, "service_trade": True})
    assert both.drawn is not None and both.drawn.programme.code == "equipment"
    assert [candidate.amount for candidate in both.instead] == [80_000 * YUAN]
    above = of({**NOTHING, "service_trade": True}, amount=20_000_000)
    assert above.drawn is not None and above.drawn.amount == 100_000 * YUAN, "of at most 10 million a borrower"


@pytest.mark.parametrize(("years", "paid"), [(1, 1), (2, 2), (3, 2), (5, 2)])
def test_it_is_paid_for_two_years_at_most(years: int, paid: int) -> None:
    found = of({**NOTHING, **EQUIPMENT}, years=years)
    assert found.drawn is not None
    assert len(found.drawn.charges) == paid
    assert found.drawn.amount == paid * 120_000 * YUAN


def test_the_last_interest_of_the_two_years_counts_though_it_is_paid_after_a_weekend() -> None:
    last = Dated(date(2028, 3, 6), 24_000_000, written=date(2028, 3, 4))
    start = date(2026, 3, 4)
    for interest, paid in ((last, 12_000_000), (Dated(date(2028, 3, 6), 24_000_000), 0)):
        found = central_subsidies(
            RULES,
            {**NOTHING, **EQUIPMENT},
            amount=800_000_000,
            start=start,
            annual_rate=Fraction(3, 100),
            interest=[interest],
        )
        assert (0 if found.drawn is None else found.drawn.amount) == paid


@pytest.mark.parametrize("parts", [1, 3, 7, 24])
def test_it_is_rounded_once_in_however_many_parts_the_interest_is_paid(parts: int) -> None:
    whole = 1_000_003
    interest = [Dated(date(2026, 4, 1 + n), whole // parts + (n < whole % parts)) for n in range(parts)]
    found = central_subsidies(
        RULES, {**NOTHING, **EQUIPMENT}, amount=800_000_000, start=START, annual_rate=Fraction(3, 100), interest=interest
    )  # fmt: skip
    assert found.drawn is not None and found.drawn.amount == 500_002  # half of it, halves up


def test_it_never_gives_back_more_than_the_interest() -> None:
    found = of({**NOTHING, **EQUIPMENT}, rate=Fraction(1, 100))
    assert found.drawn is not None and found.drawn.amount == 80_000 * YUAN


def test_the_limit_of_the_fixed_asset_subsidy() -> None:
    at_limit, above = (of({**NOTHING, **SME}, amount=million * 1_000_000) for million in (50, 80))
    assert at_limit.drawn is not None and above.drawn is not None
    assert at_limit.drawn.amount == above.drawn.amount == 750_000 * YUAN


@pytest.mark.parametrize(
    ("start", "is_open"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_they_are_for_loans_of_2026(start: date, is_open: bool) -> None:
    assert bool(programmes_on(RULES, start)) == is_open
    assert (of({**SME, **EQUIPMENT}, start=start).drawn is not None) == is_open


def test_what_is_not_known_is_not_drawn() -> None:
    found = of({})
    assert found.drawn is None
    assert {candidate.programme.code for candidate in found.to_be_confirmed} == {
        "sme_fixed_asset",
        "equipment",
        "innovation",
        "service",
    }
    assert of(NOTHING).to_be_confirmed == () and of(NOTHING).drawn is None
