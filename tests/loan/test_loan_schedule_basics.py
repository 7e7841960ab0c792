"""Schedules to the fen: the four plain forms, known answers and what must hold for any of them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate, LinkedRate, published_rates
from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.days import add_months, working_days_from
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
CALENDAR = working_days_from(RULES.at("calendar.working_days", date(2026, 1, 1)).value)
TABLES = published_rates(RULES)


def terms(method: Method, **changed: object) -> LoanTerms:
    given_terms: dict[str, object] = {
        "principal": 1_000_000_00,
        "start": date(2025, 1, 15),
        "end": date(2026, 1, 15),
        "method": method,
        "rate": FixedRate(Decimal("0.06")),
    }
    return LoanTerms(**{**given_terms, **changed})  # type: ignore[arg-type]


def test_level_payment_of_a_million_at_six_per_cent() -> None:
    # 1,000,000 × 0.005 ÷ (1 − 1.005^−12) = 86,066.4297…
    plan = schedule(terms(Method.LEVEL_PAYMENT), CALENDAR)
    assert len(plan.rows) == 12
    assert {row.total for row in plan.rows[:-1]} == {86_066_43}
    assert plan.rows[0].interest == 5_000_00
    assert plan.rows[-1].total == 86_066_42
    assert plan.rows[-1].closing == 0


def test_equal_principal_takes_the_fen_left_over_last() -> None:
    plan = schedule(terms(Method.EQUAL_PRINCIPAL), CALENDAR)
    assert [row.principal for row in plan.rows] == [83_333_33] * 11 + [83_333_37]
    assert [row.interest for row in plan.rows[:3]] == [5_000_00, 4_583_33, 4_166_67]


def test_bullet_by_quarter_counts_days() -> None:
    plan = schedule(terms(Method.BULLET, cycle=Cycle(3, "month"), day_count="act_360"), CALENDAR)
    # 90, 91, 92 and 92 days
    assert [row.interest for row in plan.rows] == [15_000_00, 15_166_67, 15_333_33, 15_333_33]
    assert [row.principal for row in plan.rows] == [0, 0, 0, 1_000_000_00]


def test_interest_with_principal_is_one_row() -> None:
    plan = schedule(terms(Method.WITH_PRINCIPAL, day_count="act_365"), CALENDAR)
    assert [(row.principal, row.interest) for row in plan.rows] == [(1_000_000_00, 60_000_00)]


def test_due_day_on_a_holiday_moves_and_a_make_up_saturday_does_not() -> None:
    # 4 October 2025 is a holiday up to the 8th; Saturday 11 October is worked instead.
    moved = schedule(terms(Method.BULLET, first_due=date(2025, 10, 4), shift="following"), CALENDAR)
    assert moved.rows[0].due == date(2025, 10, 9)
    stays = schedule(terms(Method.BULLET, first_due=date(2025, 10, 11), shift="following"), CALENDAR)
    assert stays.rows[0].due == date(2025, 10, 11)
    assert not stays.rows[0].provisional
    late = schedule(terms(Method.BULLET, end=date(2027, 3, 15), shift="following"), CALENDAR)
    assert late.rows[-1].provisional


def test_month_ends_do_not_drift() -> None:
    plan = schedule(terms(Method.BULLET, start=date(2025, 1, 31), end=date(2025, 5, 31)), CALENDAR)
    assert [row.written.day for row in plan.rows] == [28, 31, 30, 31]
    assert {row.interest for row in plan.rows} == {5_000_00}


def test_linked_rate_resets_within_a_period() -> None:
    rate = LinkedRate("lpr_one_year", Decimal(50), Cycle(6, "month"), date(2024, 7, 1))
    plan = schedule(
        terms(Method.BULLET, start=date(2024, 2, 20), end=date(2025, 2, 20), rate=rate, day_count="act_360"),
        CALENDAR,
        TABLES,
    )
    # On 19 February 2024 the one-year rate was 3.45 %, on 30 June too, on 31 December 3.10 %.
    assert [str(row.rate) for row in plan.rows[:2]] == ["0.0395", "0.0395"]
    # 20 December to 20 January: 12 days at 3.95 % and 19 days at 3.60 %
    assert plan.rows[10].interest == round((12 * 3.95 + 19 * 3.60) / 360 / 100 * 1_000_000_00)
    assert plan.sources


def test_linked_rate_without_published_rate_is_refused_by_name() -> None:
    rate = LinkedRate("lpr_one_year", Decimal(0))
    with pytest.raises(InputError) as raised:
        schedule(terms(Method.BULLET, start=date(2015, 1, 1), rate=rate), CALENDAR, TABLES)
    assert raised.value.problems[0].code == "no_published_rate"


def test_terms_are_read_with_every_problem_at_once() -> None:
    reader = Reader(
        {"principal": 0, "start": "2026-02-30", "months": 0, "method": "annuity", "rate": 4.35, "cycl": "1M"}
    )
    read_terms(reader)
    with pytest.raises(InputError) as raised:
        reader.finish()
    fields = {problem.field for problem in raised.value.problems}
    assert fields == {"principal", "start", "months", "method", "rate", "cycl"}


def test_terms_that_do_not_fit_together_are_named() -> None:
    reader = Reader(
        {
            "principal": "200万元",
            "start": "2026-01-31",
            "end": "2026-01-31",
            "method": "bullet",
            "rate": Decimal("0.05"),
        }
    )
    read_terms(reader)
    with pytest.raises(InputError) as raised:
        reader.finish()
    assert [problem.code for problem in raised.value.problems] == ["dates_reversed"]


@st.composite
def any_terms(draw: st.DrawFn) -> LoanTerms:
    start = draw(st.dates(date(2020, 1, 1), date(2026, 12, 31)))
    method = draw(st.sampled_from([m for m in Method if m is not Method.CUSTOM]))
    day_count = draw(st.sampled_from(["monthly", "act_360", "act_365", "act_act", "30_360"]))
    end = add_months(start, draw(st.integers(1, 60)))
    return LoanTerms(
        principal=draw(st.integers(1, 10**12)),
        start=start,
        end=end,
        method=method,
        rate=FixedRate(Decimal(draw(st.integers(0, 3600))) / 10_000),
        cycle=Cycle(draw(st.sampled_from([1, 2, 3, 6, 12])), "month"),
        first_due=draw(st.none() | st.dates(start, end).filter(lambda day: day > start)),
        day_count=day_count,  # type: ignore[arg-type]
        end_of_month=draw(st.sampled_from(["same_day", "end_of_month"])),
        stub=draw(st.sampled_from(["short", "long"])),
        shift=draw(st.sampled_from(["none", "following", "modified_following", "preceding"])),
        interest_to_shifted=day_count != "monthly" and draw(st.booleans()),
    )


@settings(max_examples=examples(50), deadline=None)
@given(any_terms())
def test_principal_is_conserved_and_the_last_row_clears(loan: LoanTerms) -> None:
    plan = schedule(loan, CALENDAR)
    assert sum(row.principal for row in plan.rows) == loan.principal
    assert plan.rows[-1].closing == 0
    owed = loan.principal
    for row in plan.rows:
        assert row.opening == owed
        assert row.principal >= 0
        assert row.interest >= 0
        assert row.total == row.principal + row.interest
        owed = row.opening - row.principal
        assert row.closing == owed >= 0


def test_the_explanation_names_the_published_rate_and_that_it_is_not_confirmed() -> None:
    rate = LinkedRate("lpr_one_year", Decimal(50))
    made = schedule(terms(Method.BULLET, rate=rate), CALENDAR, TABLES)
    shown = made.explain().as_text("zh")
    assert "3.6 %" in shown
    assert "未确认" in shown
    assert made.explain().doubts()
