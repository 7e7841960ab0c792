"""Due days that are no working days: none is lost where they meet, a term ends as Civil Code 203 says, none is empty."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.terms import LoanTerms, Method, PlanItem
from zhirong.kernel.days import Shift, working_days_from
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook_files import load_rulebook

CALENDAR = working_days_from(load_rulebook().at("calendar.working_days", date(2026, 1, 1)).value)
SHIFTS: tuple[Shift, ...] = get_args(Shift)


def terms(**fields: Any) -> LoanTerms:
    usual: dict[str, Any] = {
        "principal": 90_000_000,
        "start": date(2026, 9, 2),
        "end": date(2026, 12, 2),
        "method": Method.BULLET,
        "rate": FixedRate(Decimal("0.04")),
        "day_count": "act_360",
    }
    return LoanTerms(**{**usual, **fields})


def rows(**fields: Any) -> list[tuple[str, int, int]]:
    return [(row.due.isoformat(), row.principal, row.interest) for row in schedule(terms(**fields), CALENDAR).rows]


def test_two_due_days_that_move_onto_one_day_keep_both_principals() -> None:
    plan = (PlanItem(date(2026, 10, 2), 20_000_000), PlanItem(date(2026, 10, 6), 30_000_000))
    found = rows(method=Method.CUSTOM, plan=plan, shift="following", interest_to_shifted=True)
    # Both fall into the holiday of 1 to 7 October: 36 nights of 90, then 55 nights of 40 (units of 10,000 yuan).
    assert found == [
        ("2026-10-08", 20_000_000, 360_000),
        ("2026-10-08", 30_000_000, 0),
        ("2026-12-02", 40_000_000, 244_444),
    ]


def test_equal_parts_stay_equal_where_a_holiday_swallows_a_week() -> None:
    found = rows(
        start=date(2026, 9, 18), end=date(2026, 10, 23), method=Method.EQUAL_PRINCIPAL, cycle=Cycle(7, "day"),
        shift="following", interest_to_shifted=True,
    )  # fmt: skip
    assert [principal for _, principal, _ in found] == [18_000_000] * 5
    assert [day for day, _, _ in found] == ["2026-09-28", "2026-10-08", "2026-10-09", "2026-10-16", "2026-10-23"]


@pytest.mark.parametrize("to_shifted", [True, False])
@pytest.mark.parametrize("shift", ["preceding", "modified_following"])
def test_a_due_day_never_moves_back_to_the_drawdown(shift: Shift, to_shifted: bool) -> None:
    """Drawn on a Friday, the 30th, due on the Saturday after, the last of its month: payable on Monday."""
    found = rows(
        start=date(2026, 1, 30), end=date(2026, 1, 31), method=Method.WITH_PRINCIPAL, shift=shift,
        interest_to_shifted=to_shifted,
    )  # fmt: skip
    assert found == [("2026-02-02", 90_000_000, 30_000 if to_shifted else 10_000)]


@pytest.mark.parametrize(
    ("fields", "last"),
    [
        ({}, "2026-10-08"),
        ({"end_shift": "none"}, "2026-10-03"),
        ({"end_shift": "preceding"}, "2026-09-30"),
        ({"shift": "preceding"}, "2026-09-30"),
        ({"shift": "preceding", "end_shift": "following"}, "2026-10-08"),
        ({"end": date(2026, 10, 31)}, "2026-11-02"),
        ({"end": date(2026, 10, 31), "shift": "modified_following"}, "2026-10-30"),
        ({"end": date(2026, 10, 10)}, "2026-10-10"),  # a Saturday that is worked
    ],
)
def test_a_term_that_ends_on_a_day_off_ends_on_the_next_working_day_unless_agreed(
    fields: dict[str, Any], last: str
) -> None:
    found = rows(**{"end": date(2026, 10, 3), **fields})
    assert found[-1][0] == last
    # Interest stops at the day that the contract names.
    nights = (fields.get("end", date(2026, 10, 3)) - date(2026, 10, 2)).days
    assert found[-1][2] == nights * 10_000


def test_without_an_agreement_only_the_last_day_moves() -> None:
    assert [day for day, _, _ in rows(start=date(2026, 9, 3), end=date(2026, 12, 5))] == [
        "2026-10-03", "2026-11-03", "2026-12-03", "2026-12-07",
    ]  # fmt: skip


def test_no_instalment_is_due_after_the_last_day() -> None:
    found = rows(end=date(2026, 10, 5), shift="following", end_shift="none")
    assert [day for day, _, _ in found] == ["2026-10-05", "2026-10-05"]


def test_the_shift_of_the_last_day_is_read_from_a_file() -> None:
    table: dict[str, Any] = {
        "principal": 1000, "start": date(2026, 9, 2), "months": 3, "method": "bullet", "rate": Decimal("0.04"),
    }  # fmt: skip
    assert read_terms(Reader({**table, "end_shift": "preceding"})).end_shift == "preceding"
    assert read_terms(Reader(table)).end_shift is None
    reader = Reader({**table, "end_shift": "later"})
    read_terms(reader)
    assert reader.failed()


@st.composite
def any_terms(draw: st.DrawFn) -> LoanTerms:
    start = draw(st.dates(date(2023, 9, 1), date(2026, 10, 31)))
    method = draw(st.sampled_from(list(Method)))
    end = start + timedelta(days=draw(st.integers(1, 500)))
    day_count = draw(st.sampled_from(["act_360", "act_365", "act_act", "30_360", "30e_360", "monthly"]))
    cycles = [Cycle(1, "month"), Cycle(3, "month")]
    cycle = draw(st.sampled_from(cycles if day_count == "monthly" else [*cycles, Cycle(1, "day"), Cycle(7, "day")]))
    days = draw(st.sets(st.integers(1, (end - start).days), max_size=6)) if method is Method.CUSTOM else set()
    plan = tuple(PlanItem(start + timedelta(days=day), draw(st.integers(0, 9_999))) for day in sorted(days))
    return terms(
        principal=draw(st.integers(100_000, 10**9)),
        start=start,
        end=end,
        method=method if plan or method is not Method.CUSTOM else Method.BULLET,
        cycle=cycle,
        day_count=day_count,
        plan=plan,
        shift=draw(st.sampled_from(SHIFTS)),
        end_shift=draw(st.none() | st.sampled_from(SHIFTS)),
        interest_to_shifted=day_count != "monthly" and draw(st.booleans()),
        stub=draw(st.sampled_from(["short", "long"])),
    )


@settings(max_examples=examples(50), deadline=None)
@given(any_terms())
def test_every_schedule_repays_its_principal_and_is_never_empty(loan: LoanTerms) -> None:
    made = schedule(loan, CALENDAR).rows
    assert made
    assert sum(row.principal for row in made) == loan.principal
    assert made[-1].closing == 0
    days = [row.due for row in made]
    assert days == sorted(days) and days[0] > loan.start
    assert all(row.interest >= 0 and row.principal >= 0 for row in made)
    if loan.method is Method.CUSTOM:
        planned = {item.day: item.principal for item in loan.plan if item.day < loan.end}
        assert {row.written: row.principal for row in made[:-1]} == planned
