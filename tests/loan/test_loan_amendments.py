"""Other terms later: what an amendment does not mention goes on as it was, and the count of due days with it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate, published_rates
from zhirong.chain.loan.schedule import Schedule, schedule
from zhirong.chain.loan.terms import Amendment, Grace, LoanTerms, Method, PaymentStep
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.rulebook_files import load_rulebook

CALENDAR = WorkingDays(frozenset(), frozenset(), frozenset())
MONTH = Cycle(1, "month")
FIVE_YEARS = LinkedRate("lpr_over_five_years", Decimal(0), Cycle(12, "month"))


def made(*changes: Amendment, **terms: Any) -> Schedule:
    loan: dict[str, Any] = {
        "principal": 1_200_000_00,
        "start": date(2024, 1, 15),
        "end": date(2025, 1, 15),
        "method": Method.EQUAL_PRINCIPAL,
        "rate": FixedRate(Decimal("0.06")),
    }
    return schedule(LoanTerms(**{**loan, **terms}, changes=changes), CALENDAR, published_rates(load_rulebook()))


def due(schedule_made: Schedule) -> list[Any]:
    return [row for row in schedule_made.rows if row.kind == "due"]


def rates(schedule_made: Schedule) -> dict[date, str]:
    return {row.written: f"{row.rate * 100:.2f}" for row in schedule_made.rows}


def test_an_extension_keeps_the_rate_that_a_restructuring_agreed_and_its_reset_days() -> None:
    restructured = Amendment(
        date(2024, 3, 10),
        "restructuring",
        rate=LinkedRate("lpr_over_five_years", Decimal(10), Cycle(12, "month")),
    )
    alone = made(restructured, rate=FIVE_YEARS, end=date(2026, 1, 15))
    extended = made(
        restructured,
        Amendment(date(2024, 8, 20), "extension", end=date(2026, 7, 15)),
        rate=FIVE_YEARS,
        end=date(2026, 1, 15),
    )
    # 5-year LPR: 3.95 % on 9 March 2024, 3.60 % on 9 March 2025; the reset day is the 10th of March.
    found = rates(extended)
    assert found[date(2024, 9, 15)] == "4.05"
    assert found[date(2025, 3, 15)] == "3.70"
    assert found[date(2025, 2, 15)] == "4.05"
    assert {day: rate for day, rate in found.items() if day in rates(alone)} == rates(alone)


def test_a_renewal_on_the_last_day_keeps_a_rate_that_was_never_to_be_reset() -> None:
    never = LinkedRate("lpr_over_five_years", Decimal(0), None)
    renewed = made(Amendment(date(2025, 1, 15), "renewal", end=date(2025, 7, 15)), rate=never, method=Method.BULLET)
    assert set(rates(renewed).values()) == {"4.20"}


def test_an_extension_adds_the_resets_of_the_time_it_adds() -> None:
    extended = made(Amendment(date(2024, 10, 20), "extension", end=date(2025, 7, 15)), rate=FIVE_YEARS)
    assert rates(extended)[date(2025, 1, 15)] == "4.20"
    assert rates(extended)[date(2025, 2, 15)] == "3.60"


def test_a_grace_goes_on_through_an_extension() -> None:
    extended = made(
        Amendment(date(2024, 3, 20), "extension", end=date(2025, 7, 15)),
        method=Method.LEVEL_PAYMENT,
        grace=Grace(6),
    )
    assert [row.principal == 0 for row in due(extended)] == [True] * 6 + [False] * 12


@pytest.mark.parametrize("interest", ["capitalised", "deferred"])
def test_a_grace_that_services_nothing_goes_on_too(interest: Any) -> None:
    extended = made(
        Amendment(date(2024, 3, 20), "extension", end=date(2025, 7, 15)),
        method=Method.LEVEL_PAYMENT,
        grace=Grace(6, interest),
    )
    assert [row.total == 0 for row in due(extended)] == [True] * 6 + [False] * 12


def test_principal_every_third_month_stays_on_its_months_after_a_rate_change() -> None:
    changed = made(
        Amendment(date(2024, 3, 20), "restructuring", rate=FixedRate(Decimal("0.05"))), principal_every=3
    )
    paying = [number for number, row in enumerate(due(changed), 1) if row.principal]
    assert paying == [3, 6, 9, 12]
    assert {row.principal for row in due(changed) if row.principal} == {300_000_00}


def test_steps_come_when_they_were_to_come_after_a_rate_change() -> None:
    changed = made(
        Amendment(date(2024, 5, 20), "restructuring", rate=FixedRate(Decimal("0.05"))),
        step=PaymentStep(4, Decimal("1.5")),
    )
    plain = made(step=PaymentStep(4, Decimal("1.5")))
    # Equal parts of 1 : 1.5 : 2.25 over four months each; a change of rate alone moves no principal.
    part = round(Fraction(1_200_000_00) / (4 * Fraction("4.75")))
    assert [row.principal for row in due(plain)][:5] == [part] * 4 + [round(part * Fraction("1.5"))]
    near = zip([row.principal for row in due(changed)], [row.principal for row in due(plain)], strict=True)
    assert all(abs(one - other) <= 5 for one, other in near)


def test_terms_that_begin_anew_have_no_grace_and_no_steps() -> None:
    begun = made(
        Amendment(date(2024, 2, 20), "restructuring", method=Method.EQUAL_PRINCIPAL, end=date(2025, 2, 20)),
        grace=Grace(6),
        step=PaymentStep(2, Decimal("1.5")),
    )
    assert {row.principal for row in due(begun)[1:]} == {100_000_00}
