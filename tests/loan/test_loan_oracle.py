"""QuantLib as an oracle: day counts, month ends, shifts, level payments and the internal rate."""

from datetime import date, timedelta

import pytest
import QuantLib as ql  # noqa: N813 - the name that its own documentation uses
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.day_counts import DayCount, year_fraction
from zhirong.kernel.days import working_days_from
from zhirong.kernel.rulebook_files import load_rulebook

DAYS = st.dates(date(1995, 1, 1), date(2055, 12, 31))
COUNTERS: dict[DayCount, ql.DayCounter] = {
    "act_360": ql.Actual360(),
    "act_365": ql.Actual365Fixed(),
    "act_act": ql.ActualActual(ql.ActualActual.ISDA),
    "30_360": ql.Thirty360(ql.Thirty360.BondBasis),
    "30e_360": ql.Thirty360(ql.Thirty360.EurobondBasis),
}


def of(day: date) -> ql.Date:
    return ql.Date(day.day, day.month, day.year)


@settings(max_examples=examples(50), deadline=None)
@given(DAYS, DAYS, st.sampled_from(sorted(COUNTERS)))
def test_day_counts(one: date, other: date, convention: DayCount) -> None:
    start, end = min(one, other), max(one, other)
    expected = COUNTERS[convention].yearFraction(of(start), of(end))
    assert float(year_fraction(start, end, convention)) == pytest.approx(expected, abs=1e-12)
    assert year_fraction(end, start, convention) == -year_fraction(start, end, convention)


@settings(max_examples=examples(40), deadline=None)
@given(DAYS, st.integers(2, 200), st.booleans())
def test_the_isda_thirty_day_month_spares_february_at_maturity(start: date, days: int, at_maturity: bool) -> None:
    end = start + timedelta(days=days)
    maturity = end if at_maturity else end + timedelta(days=400)
    expected = ql.Thirty360(ql.Thirty360.ISDA, of(maturity)).yearFraction(of(start), of(end))
    assert float(year_fraction(start, end, "30e_360_isda", maturity)) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=examples(40), deadline=None)
@given(DAYS, st.integers(1, 60), st.booleans())
def test_steps_of_a_cycle(anchor: date, number: int, month_ends: bool) -> None:
    calendar = ql.NullCalendar()
    expected = calendar.advance(of(anchor), ql.Period(number, ql.Months), ql.Unadjusted, month_ends)
    ours = Cycle(1, "month").step(anchor, number, "end_of_month" if month_ends else "same_day")
    assert of(ours) == expected


def test_working_days_of_the_interbank_market() -> None:
    """QuantLib's interbank calendar has the make-up days too. It closes on 2007-04-04, a year before that feast became a holiday."""
    rules = load_rulebook()
    ours = working_days_from(rules.at("calendar.working_days", date(2026, 1, 1)).value)
    theirs = ql.China(ql.China.IB)
    days = (
        date(2007, 1, 1) + timedelta(days=offset) for offset in range((date(2026, 1, 1) - date(2007, 1, 1)).days)
    )
    different = [day for day in days if ours.is_working(day) != theirs.isBusinessDay(of(day))]
    assert different == [date(2007, 4, 4)]
