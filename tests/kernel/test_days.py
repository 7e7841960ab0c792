"""Days, month ends and working days."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.kernel.days import (
    WorkingDays,
    add_months,
    add_years,
    day_of,
    months_between,
    whole_years,
    working_days_from,
)
from zhirong.kernel.rulebook_files import load_rulebook

DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))


def test_a_day_is_a_day_in_shanghai():
    assert day_of(datetime(2026, 1, 31, 16, 0, tzinfo=UTC)) == date(2026, 2, 1)
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2026, 1, 31))


@pytest.mark.parametrize(
    ("start", "months", "same", "end_of_month"),
    [
        (date(2024, 1, 31), 1, date(2024, 2, 29), date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28), date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28), date(2025, 2, 28)),
        (date(2023, 2, 28), 1, date(2023, 3, 28), date(2023, 3, 31)),
        (date(2024, 2, 28), 1, date(2024, 3, 28), date(2024, 3, 28)),
        (date(2024, 3, 31), -1, date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_months_that_end_where_months_end(start, months, same, end_of_month):
    assert add_months(start, months) == same
    assert add_months(start, months, "end_of_month") == end_of_month


@given(DAYS, st.integers(-600, 600))
def test_counting_months_undoes_adding_them(start, months):
    later = add_months(start, months)
    assert later.day <= start.day
    assert months_between(start, later) == months


@given(DAYS, st.integers(0, 60))
def test_whole_years_at_the_anniversary(start, years):
    anniversary = add_years(start, years)
    assert whole_years(start, anniversary) == years


SPRING = WorkingDays(
    announced=frozenset({2024}),
    holidays=frozenset(date(2024, 2, day) for day in range(10, 18)),
    make_up=frozenset({date(2024, 2, 4), date(2024, 2, 18)}),
)


def test_make_up_days_are_worked():
    assert SPRING.is_working(date(2024, 2, 4))  # a Sunday
    assert not SPRING.is_working(date(2024, 2, 12))  # a Monday
    assert SPRING.shift(date(2024, 2, 10), "following") == date(2024, 2, 18)  # a Sunday, worked
    assert SPRING.shift(date(2024, 2, 10), "preceding") == date(2024, 2, 9)
    assert SPRING.add(date(2024, 2, 8), 2) == date(2024, 2, 18)


def test_modified_following_stays_in_the_month():
    assert SPRING.shift(date(2024, 3, 31), "following") == date(2024, 4, 1)
    assert SPRING.shift(date(2024, 3, 31), "modified_following") == date(2024, 3, 29)


def test_a_year_not_announced_is_provisional():
    assert SPRING.is_provisional(date(2025, 2, 3))
    assert not SPRING.is_provisional(date(2024, 2, 3))


def test_the_calendar_from_its_rule():
    calendar = working_days_from(
        {
            "years": [
                {
                    "year": 2024,
                    "off": [[date(2024, 2, 10), date(2024, 2, 17)]],
                    "make_up": [date(2024, 2, 4), date(2024, 2, 18)],
                }
            ]
        }
    )
    assert calendar == SPRING


@given(DAYS, st.integers(0, 40))
def test_working_days_added_are_working_days_passed(day, count):
    end = SPRING.add(day, count)
    passed = sum(SPRING.is_working(date.fromordinal(n)) for n in range(day.toordinal() + 1, end.toordinal() + 1))
    assert passed == count


def test_the_days_off_that_the_law_fixes_count_before_the_year_is_announced():
    calendar = working_days_from(load_rulebook().at("calendar.working_days", date(2026, 11, 30)).value)
    assert not calendar.is_provisional(date(2026, 12, 31)) and calendar.is_provisional(date(2027, 1, 1))
    # New Year's Day and the eve of the lunar year are days off; what bridges them is not known yet.
    assert not calendar.is_working(date(2027, 1, 1)) and not calendar.is_working(date(2027, 2, 5))
    assert not calendar.is_working(date(2027, 2, 8)) and calendar.is_working(date(2027, 2, 9))
