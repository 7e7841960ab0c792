"""Clocks of law: known days, what moves them, and that nothing else does."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.watch.clocks import (
    GuaranteeTerm,
    Interruption,
    InterruptionGround,
    enforcement_clock,
    guarantee_clock,
    insurance_clock,
    limitation_clock,
)
from zhirong.kernel.days import working_days_from
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
WORKING = working_days_from(RULES.at("calendar.working_days", date(2026, 1, 1)).value)


def test_a_guarantee_without_a_clear_period_ends_after_six_months() -> None:
    """E03: due 2025-05-19, so the demand must reach the guarantor by 2025-11-19 (CC 692)."""
    for term in (GuaranteeTerm.NONE, GuaranteeTerm.UNTIL_PAID):
        assert guarantee_clock(RULES, date(2025, 5, 19), WORKING, term=term).last_day == date(2025, 11, 19)
    agreed = guarantee_clock(RULES, date(2025, 5, 19), WORKING, term=GuaranteeTerm.MONTHS, months=36)
    assert agreed.last_day == date(2028, 5, 19)


def test_an_extension_moves_the_guarantee_period_only_with_written_consent() -> None:
    due, later = date(2025, 5, 19), date(2026, 5, 19)
    assert guarantee_clock(RULES, due, WORKING, extended_to=later).last_day == date(2025, 11, 19)
    assert guarantee_clock(RULES, due, WORKING, extended_to=later, consented=True).last_day == date(2026, 11, 19)


def test_the_last_safe_day_is_a_working_day() -> None:
    """2026-04-03 + 6 months is 2026-10-03, in the October holiday: the last safe day is 30 September."""
    clock = guarantee_clock(RULES, date(2026, 4, 3), WORKING)
    assert (clock.last_day, clock.safe_day) == (date(2026, 10, 3), date(2026, 9, 30))


def test_a_guarantee_period_that_ends_on_a_day_off_says_that_the_end_is_disputed() -> None:
    """CC 203 moves the end of a period, 692 lets nothing extend this one: not moved by rule, and shown as assumed."""
    clock = guarantee_clock(RULES, date(2026, 4, 3), WORKING)
    assert clock.disputed_day == date(2026, 10, 8)
    assert [one.issuer for one in clock.explanation.doubts()] == ["人民法院报"]
    clear = guarantee_clock(RULES, date(2025, 5, 19), WORKING)
    assert clear.disputed_day == clear.last_day
    assert not clear.explanation.doubts()


def test_limitation_runs_three_years_and_a_demand_starts_it_again() -> None:
    demand = Interruption(date(2026, 6, 1), InterruptionGround.DEMAND, "delivery slip")
    assert limitation_clock(RULES, date(2024, 3, 15), WORKING).last_day == date(2027, 3, 15)
    assert limitation_clock(RULES, date(2024, 3, 15), WORKING, [demand]).last_day == date(2029, 6, 1)


def test_a_demand_after_the_end_starts_nothing() -> None:
    late = Interruption(date(2027, 3, 16), InterruptionGround.DEMAND, "delivery slip")
    assert limitation_clock(RULES, date(2024, 3, 15), WORKING, [late]).last_day == date(2027, 3, 15)


def test_enforcement_and_insurance_run_two_years() -> None:
    assert enforcement_clock(RULES, date(2024, 3, 15), WORKING).last_day == date(
        2026, 3, 16
    )  # the 15th is a Sunday
    assert insurance_clock(RULES, date(2024, 3, 14), WORKING).last_day == date(
        2026, 3, 16
    )  # the 14th is a Saturday


@given(
    st.dates(date(2021, 1, 1), date(2025, 12, 31)),
    st.lists(st.integers(0, 4000), max_size=6),
)
@settings(max_examples=examples(40), deadline=None)
def test_recorded_grounds_in_any_order_give_one_end(due: date, offsets: list[int]) -> None:
    """Property 30: limitation restarts only on a recorded ground, and never ends earlier because of one."""
    grounds = [Interruption(due + timedelta(days=n), InterruptionGround.DEMAND, "slip") for n in offsets]
    clock = limitation_clock(RULES, due, WORKING, grounds)
    assert clock.last_day == limitation_clock(RULES, due, WORKING, grounds[::-1]).last_day
    assert clock.last_day >= limitation_clock(RULES, due, WORKING).last_day
