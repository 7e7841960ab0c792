"""Arrays of level-payment loans: the same fen as the schedule of each loan alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.loan import arrays
from zhirong.chain.loan.arrays import RATE_SCALE, level_payments, level_schedule_blocks, level_schedules
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.days import WorkingDays, add_months

EVERY_DAY = WorkingDays(frozenset(), frozenset(), frozenset())
START = date(2026, 1, 15)

LOAN = st.tuples(st.integers(1, 10**11), st.integers(0, 360_000), st.integers(1, 60))


@settings(max_examples=60, deadline=None)
@given(st.lists(LOAN, min_size=1, max_size=6))
def test_each_row_is_that_of_the_loan_alone(loans: list[tuple[int, int, int]]) -> None:
    principal, rate, months = (np.array(column, dtype=np.int64) for column in zip(*loans, strict=True))
    made = level_schedules(principal, rate, months)
    for loan, (amount, millionths, count) in enumerate(loans):
        terms = LoanTerms(
            amount,
            START,
            add_months(START, count),
            Method.LEVEL_PAYMENT,
            FixedRate(Decimal(millionths) / RATE_SCALE),
        )
        rows = schedule(terms, EVERY_DAY).rows
        assert [row.interest for row in rows] == list(made.interest[:count, loan])
        assert [row.principal for row in rows] == list(made.principal[:count, loan])
        assert [row.closing for row in rows] == list(made.closing[:count, loan])
        assert not made.interest[count:, loan].any()
        assert not made.principal[count:, loan].any()


def test_a_payment_on_the_half_fen_is_settled_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    exactly = arrays._exact_payment
    monkeypatch.setattr(arrays, "_exact_payment", lambda *loan: asked.append(loan[0]) or exactly(*loan))
    # 3 fen in two payments without interest: a fen and a half, rounded up
    assert list(level_payments(np.array([3, 4]), np.array([0, 0]), np.array([2, 2]))) == [2, 2]
    assert asked == [3]


def test_blocks_and_reused_arrays_give_the_same() -> None:
    chance = np.random.default_rng(7)
    principal, rate, months = chance.integers(1, 10**9, 1300), chance.integers(0, 90_000, 1300), np.full(1300, 12)
    whole = level_schedules(principal, rate, months)
    pieces = [block.closing.copy() for block in level_schedule_blocks(principal, rate, months, 500)]
    assert (np.hstack(pieces) == whole.closing).all()
    again = level_schedules(principal, rate, months, whole)
    assert again.interest is whole.interest


@pytest.mark.parametrize(
    ("principal", "rate", "months", "field"),
    [
        ([0], [1], [1], "principal: 0"),
        ([-5], [1], [1], "principal: -5"),
        ([10**14 + 1], [1], [1], "principal"),
        ([1], [-1], [1], "millionths: -1"),
        ([1], [1_000_001], [1], "millionths"),
        ([1], [1], [0], "months: 0"),
        ([1], [1], [601], "months: 601"),
        ([1, 2], [1], [1], "2, 1 and 1"),
        ([], [1], [], "0, 1 and 0"),
        ([10**13], [10**6], [1], "large"),
        ([500_000.25], [52_000], [24], "principal: give whole"),
        ([500_000.0], [52_000], [24], "principal: give whole"),
        ([500_000], [0.052], [24], "millionths: give whole"),
        ([500_000], [52_000], [24.5], "months: give whole"),
        ([500_000], [52_000], [True], "months: give whole"),
        (["500000"], [52_000], [24], "principal: give whole"),
        ([500_000], [None], [24], "millionths: give whole"),
        ([[500_000]], [52_000], [24], "principal: give one column"),
    ],
)
def test_what_makes_no_loan_is_refused(
    principal: list[Any], rate: list[Any], months: list[Any], field: str
) -> None:
    for function in (level_schedules, level_payments, lambda *columns: next(level_schedule_blocks(*columns))):
        with pytest.raises(ValueError, match=field):
            function(np.array(principal), np.array(rate), np.array(months))


@pytest.mark.parametrize("kind", ["int8", "int16", "uint32", "uint64", ">i8", "object"])
def test_whole_numbers_of_every_kind_are_columns(kind: str) -> None:
    plain = level_payments([10_000, 20_000], [43_500, 0], [12, 3])
    assert (level_payments([10_000, 20_000], [43_500, 0], np.array([12, 3]).astype(kind)) == plain).all()


@pytest.mark.parametrize(
    "months", [[True, 12], (12, np.True_), np.ma.array([12, 24], mask=[False, True]), pandas.Series([True, True])]
)
def test_what_an_array_would_hide_is_refused(months: Any) -> None:
    with pytest.raises(ValueError, match="months"):
        level_payments([10_000, 20_000], [43_500, 0], months)


@pytest.mark.parametrize(
    "calculate", [level_schedules, level_payments, lambda *all_: list(level_schedule_blocks(*all_, block=1))]
)
def test_series_with_different_indexes_are_refused(calculate: Any) -> None:
    same = pandas.Series([500_000, 700_000], index=[9, 4])
    other = pandas.Series([24, 36], index=[4, 9])
    with pytest.raises(ValueError, match="principal and months: the two Series have different indexes"):
        calculate(same, same // 10, other)
    assert calculate(same, same // 10, other.sort_index(ascending=False)) is not None
    assert calculate(same, [50_000, 70_000], np.array([24, 36])) is not None


def test_lists_and_series_are_columns_too() -> None:
    columns = [500_000, 700_000], [52_000, 43_500], [24, 36]
    plain = level_schedules(*(np.array(column) for column in columns))
    series = [pandas.Series(column, index=[9, 4]) for column in columns]
    for given_as in (columns, series, [one.astype(object) for one in series]):
        made = level_schedules(*given_as)
        assert (made.closing == plain.closing).all() and (made.payment == plain.payment).all()
    blocks = list(level_schedule_blocks(*series, block=1))
    assert len(blocks) == 2
