"""Annual fees: due days, surcharges to the fen, lapse and restoration, over month ends and leap days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from right_cases import RULES, right_of

from zhirong.chain.right.fees import (
    FeeStanding,
    annual_fee,
    fee_state,
    late_surcharge,
    patent_year,
    upcoming_fees,
)
from zhirong.chain.right.holidays import roll_over, working_days
from zhirong.chain.right.records import FeeReduction, Flag, LegalStatus, Licence, LicenceKind, Right
from zhirong.chain.right.status import status_on
from zhirong.kernel.days import add_years

ONE_DAY = timedelta(days=1)
# In its eleventh year from 2024-07-28; the fee of that year is 4,000 yuan.
PATENT = right_of("invention", filing_date=date(2014, 7, 28), grant_date=date(2016, 5, 4), fee_paid_through_year=10)


def test_patent_years_run_from_filing() -> None:
    assert patent_year(date(1999, 6, 1), date(1999, 6, 1)) == 1
    assert patent_year(date(1999, 6, 1), date(2000, 5, 31)) == 1
    assert patent_year(date(1999, 6, 1), date(2000, 6, 1)) == 2
    assert patent_year(date(2012, 2, 29), date(2013, 2, 27)) == 1
    assert patent_year(date(2012, 2, 29), date(2013, 2, 28)) == 2


@pytest.mark.parametrize(
    ("kind", "yuan_by_year"),
    [
        ("invention", [900] * 3 + [1200] * 3 + [2000] * 3 + [4000] * 3 + [6000] * 3 + [8000] * 5),
        ("utility_model", [600] * 3 + [900] * 2 + [1200] * 3 + [2000] * 2),
        ("design", [600] * 3 + [900] * 2 + [1200] * 3 + [2000] * 2 + [3000] * 5),
    ],
)
def test_the_schedule(kind: str, yuan_by_year: list[int]) -> None:
    right = right_of(kind, filing_date=date(2022, 1, 10), grant_date=date(2022, 6, 1))
    fees = [annual_fee(right, year, RULES).fee for year in range(1, len(yuan_by_year) + 1)]
    assert fees == [yuan * 100 for yuan in yuan_by_year]


@pytest.mark.parametrize(
    ("day", "standing", "overdue", "surcharge"),
    [
        (date(2024, 7, 27), FeeStanding.PAID, False, 0),
        # 28 July 2024 is a Sunday: the fee can be paid on the Monday.
        (date(2024, 7, 28), FeeStanding.DUE, False, 0),
        (date(2024, 7, 29), FeeStanding.DUE, False, 0),
        (date(2024, 7, 30), FeeStanding.DUE, True, 0),
        (date(2024, 8, 28), FeeStanding.DUE, True, 0),
        (date(2024, 8, 29), FeeStanding.IN_GRACE, True, 20_000),
        # 28 September 2024 is a Saturday, the Sunday after it is worked.
        (date(2024, 9, 29), FeeStanding.IN_GRACE, True, 20_000),
        (date(2024, 9, 30), FeeStanding.IN_GRACE, True, 40_000),
        (date(2024, 10, 29), FeeStanding.IN_GRACE, True, 60_000),
        (date(2024, 11, 29), FeeStanding.IN_GRACE, True, 80_000),
        # 28 December 2024 is a Saturday.
        (date(2024, 12, 30), FeeStanding.IN_GRACE, True, 80_000),
        (date(2024, 12, 31), FeeStanding.IN_GRACE, True, 100_000),
        # 28 January 2025 is the eve of the Spring Festival; offices open again on 5 February.
        (date(2025, 2, 5), FeeStanding.IN_GRACE, True, 100_000),
        (date(2025, 2, 6), FeeStanding.LAPSED, True, 0),
    ],
)
def test_a_late_fee_day_by_day(day: date, standing: FeeStanding, overdue: bool, surcharge: int) -> None:
    state = fee_state(PATENT, day, RULES)
    assert (state.standing, state.overdue, state.surcharge) == (standing, overdue, surcharge)
    assert state.owed is not None and state.owed.year == 11 and state.owed.fee == 400_000


def test_a_lapse_counts_from_the_start_of_its_year_and_can_be_restored() -> None:
    state = fee_state(PATENT, date(2025, 3, 1), RULES)
    assert state.lapsed_on == date(2024, 7, 28)
    # Two months from 5 February end in the Qingming holiday.
    assert state.restorable_until == date(2025, 4, 7)


@pytest.mark.parametrize(
    ("filed", "paid", "last_day"),
    [
        # Due on 4 October 2026, in the National Day holiday; on 17 February 2026, in the Spring Festival.
        (date(2021, 10, 4), 5, date(2026, 10, 8)),
        (date(2019, 2, 17), 7, date(2026, 2, 24)),
    ],
)
def test_a_fee_due_in_a_holiday_is_in_time_on_the_first_working_day(filed: date, paid: int, last_day: date) -> None:
    right = right_of("invention", filing_date=filed, grant_date=filed, fee_paid_through_year=paid)
    assert not fee_state(right, last_day, RULES).overdue
    assert fee_state(right, last_day + ONE_DAY, RULES).overdue


def test_a_grace_that_ends_on_a_saturday_ends_on_the_monday() -> None:
    right = right_of(
        "invention", filing_date=date(2018, 5, 22), grant_date=date(2021, 5, 1), fee_paid_through_year=7
    )
    assert fee_state(right, date(2025, 11, 24), RULES).standing is FeeStanding.IN_GRACE
    assert fee_state(right, date(2025, 11, 25), RULES).standing is FeeStanding.LAPSED


def test_month_ends_and_leap_days() -> None:
    month_end = right_of("invention", filing_date=date(2014, 8, 31), grant_date=date(2016, 5, 4))
    fee = annual_fee(month_end, 11, RULES)
    # 31 August 2024 is a Saturday; the months still count from it.
    assert (fee.starts, fee.due) == (date(2024, 8, 31), date(2024, 9, 2))
    assert (fee.free_until, fee.grace_end) == (date(2024, 9, 30), date(2025, 2, 28))
    leap = right_of("invention", filing_date=date(2012, 2, 29), grant_date=date(2014, 5, 4))
    assert annual_fee(leap, 4, RULES).starts == date(2015, 2, 28)
    assert annual_fee(leap, 5, RULES).starts == date(2016, 2, 29)


def test_the_year_of_grant_is_paid_with_the_grant() -> None:
    right = right_of("invention", filing_date=date(2020, 5, 1), grant_date=date(2023, 8, 1))
    assert fee_state(right, date(2024, 4, 30), RULES).standing is FeeStanding.PAID
    unknown = fee_state(right, date(2024, 5, 1), RULES)
    assert unknown.standing is FeeStanding.UNKNOWN and not unknown.overdue
    assert unknown.owed is not None and unknown.owed.year == 5


@pytest.mark.parametrize(
    ("right", "standing"),
    [
        (right_of("trademark", registration_date=date(2020, 1, 1)), FeeStanding.NONE),
        (right_of("invention", filing_date=date(2020, 1, 1)), FeeStanding.NONE),
        (
            right_of("invention", filing_date=date(2020, 1, 1), grant_date=date(2027, 1, 1)),
            FeeStanding.NONE,
        ),
        (
            right_of(
                "invention",
                filing_date=date(2015, 1, 1),
                grant_date=date(2017, 1, 1),
                ended_date=date(2020, 1, 1),
            ),
            FeeStanding.NONE,
        ),
        (right_of("invention", filing_date=date(2000, 1, 1), grant_date=date(2003, 1, 1)), FeeStanding.NONE),
        # In force by the register's word: that a day of grant is not given does not mean that nothing is owed.
        (right_of("invention", filing_date=date(2015, 1, 1), status=LegalStatus.IN_FORCE), FeeStanding.UNKNOWN),
        (right_of("invention", grant_date=date(2015, 1, 1)), FeeStanding.UNKNOWN),
        (
            right_of(
                "invention",
                filing_date=date(2015, 1, 1),
                status=LegalStatus.IN_FORCE,
                fee_paid_through_year=12,
            ),
            FeeStanding.PAID,
        ),
    ],
)
def test_who_owes_nothing_and_of_whom_it_is_not_known(right: Right, standing: FeeStanding) -> None:
    assert fee_state(right, date(2026, 1, 1), RULES).standing is standing


def test_upcoming_fees_of_a_period() -> None:
    fees = upcoming_fees(PATENT, date(2024, 7, 28), date(2027, 7, 27), RULES)
    assert [(fee.year, fee.due, fee.fee) for fee in fees] == [
        (11, date(2024, 7, 29), 400_000),
        (12, date(2025, 7, 28), 400_000),
        (13, date(2026, 7, 28), 600_000),
    ]
    assert upcoming_fees(PATENT, date(2024, 7, 30), date(2025, 7, 27), RULES) == ()
    # The last fee is that of the twentieth year.
    assert upcoming_fees(PATENT, date(2024, 1, 1), date(2060, 1, 1), RULES)[-1].year == 20
    assert upcoming_fees(right_of("trademark"), date(2024, 1, 1), date(2060, 1, 1), RULES) == ()
    compensated = right_of(
        "invention",
        filing_date=date(2014, 7, 28),
        grant_date=date(2022, 5, 4),
        term_end_date=date(2036, 7, 27),
    )
    # In a compensated term a flat fee is owed for each year or part of one.
    fees = upcoming_fees(compensated, date(2030, 1, 1), date(2060, 1, 1), RULES)
    assert [(fee.year, fee.fee) for fee in fees[-3:]] == [(20, 800_000), (21, 800_000), (22, 800_000)]


@settings(max_examples=60)
@given(
    st.dates(date(2001, 1, 1), date(2020, 12, 31)),
    st.integers(2, 20),
    st.integers(0, 360),
)
def test_the_surcharge_never_falls_with_delay_and_keeps_its_cap(filed: date, year: int, late: int) -> None:
    right = right_of("invention", filing_date=filed, grant_date=filed, fee_paid_through_year=year - 1)
    fee = annual_fee(right, year, RULES)
    assert fee.starts == add_years(filed, year - 1)
    for limit in (fee.due, fee.free_until, fee.grace_end):
        assert working_days(RULES, limit).is_working(limit)
    assert fee.due == roll_over(fee.starts, RULES)
    day = fee.due + timedelta(days=late)
    today, tomorrow = late_surcharge(fee, day, RULES), late_surcharge(fee, day + ONE_DAY, RULES)
    assert 0 <= today <= tomorrow <= fee.fee // 4
    assert (today == 0) == (day <= fee.free_until)
    state = fee_state(right, day, RULES)
    expected = (
        FeeStanding.DUE
        if day <= fee.free_until
        else FeeStanding.IN_GRACE
        if day <= fee.grace_end
        else FeeStanding.LAPSED
    )
    assert state.standing is expected


def test_a_compensated_term_owes_a_fee() -> None:
    right = right_of(
        "invention",
        filing_date=date(2010, 5, 3),
        grant_date=date(2015, 5, 1),
        fee_paid_through_year=20,
        term_end_date=date(2035, 5, 2),
    )
    state = fee_state(right, date(2030, 6, 1), RULES)
    assert state.overdue and state.owed is not None and (state.owed.year, state.owed.fee) == (21, 800_000)
    assert "未确认" in state.owed.explanation.as_text("zh")
    # Neither a utility model nor a term that was not compensated owes one.
    assert fee_state(replace(right, term_end_date=None), date(2030, 6, 1), RULES).standing is FeeStanding.NONE


@pytest.mark.parametrize(("reduction", "paid"), [(FeeReduction.SINGLE, 60_000), (FeeReduction.JOINT, 120_000)])
def test_the_surcharge_is_of_the_full_fee_also_where_the_fee_is_reduced(reduction: FeeReduction, paid: int) -> None:
    right = replace(PATENT, fee_reduction=reduction, grant_date=date(2016, 5, 4))
    fee = annual_fee(right, 11, RULES)
    assert (fee.full_fee, fee.fee) == (400_000, paid)
    # Three months late, two of them with a surcharge.
    state = fee_state(right, date(2024, 10, 28), RULES)
    assert state.surcharge == 40_000


def test_a_reduction_ends_ten_years_from_the_grant() -> None:
    # Granted in patent year 2: years 2 to 11.
    right = replace(PATENT, fee_reduction=FeeReduction.SINGLE)
    assert annual_fee(right, 11, RULES).fee < annual_fee(right, 11, RULES).full_fee
    assert annual_fee(right, 12, RULES).fee == annual_fee(right, 12, RULES).full_fee


def test_of_two_reductions_the_better_holds_and_never_both() -> None:
    licence = Licence(LicenceKind.OPEN, "任何人", date(2025, 1, 1), date(2026, 12, 31))
    open_only = replace(PATENT, licences=(licence,))
    assert annual_fee(open_only, 12, RULES).fee == 340_000
    both = replace(open_only, fee_reduction=FeeReduction.SINGLE, grant_date=date(2018, 5, 4))
    assert annual_fee(both, 12, RULES).fee == 60_000
    # The licence has ended, the reduction too.
    assert annual_fee(open_only, 14, RULES).fee == annual_fee(PATENT, 14, RULES).fee


def test_a_preserved_patent_does_not_lapse_while_the_preservation_lasts() -> None:
    frozen = replace(PATENT, flags=frozenset({Flag.FROZEN}), frozen_until=date(2025, 6, 30))
    state = fee_state(frozen, date(2025, 6, 30), RULES)
    assert (state.standing, state.overdue, state.lapsed_on) == (FeeStanding.PRESERVED, True, None)
    assert status_on(frozen, date(2025, 6, 30), RULES).status is LegalStatus.IN_FORCE
    after = fee_state(frozen, date(2025, 7, 1), RULES)
    assert (after.standing, after.lapsed_on) == (FeeStanding.LAPSED, date(2024, 7, 28))
    assert status_on(frozen, date(2025, 7, 1), RULES).status is LegalStatus.LAPSED


@settings(max_examples=60)
@given(st.sampled_from(["invention", "utility_model", "design"]), st.dates(date(2004, 1, 1), date(2024, 12, 31)))
def test_no_limit_of_a_fee_ends_on_a_day_off(kind: str, filed: date) -> None:
    right = right_of(kind, filing_date=filed, grant_date=filed, fee_paid_through_year=1)
    fee = annual_fee(right, 2, RULES)
    state = fee_state(right, fee.grace_end + ONE_DAY, RULES)
    assert state.standing is FeeStanding.LAPSED and state.restorable_until is not None
    for last in (fee.due, fee.free_until, fee.grace_end, state.restorable_until):
        assert working_days(RULES, last).is_working(last)
        assert fee.counts_from <= last


def test_the_explanation_adds_up() -> None:
    text = fee_state(PATENT, date(2024, 12, 1), RULES).explanation.as_text("zh")
    assert "4,000.00" in text and "800.00" in text and "未确认" in text


def test_a_right_without_patent_years_has_no_annual_fee() -> None:
    with pytest.raises(ValueError, match="patent years"):
        annual_fee(right_of("trademark", filing_date=date(2020, 1, 1)), 2, RULES)
