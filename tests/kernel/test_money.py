"""Money is whole fen, and every division of it sums exactly."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhirong.kernel.money import (
    MoneyError,
    allocate,
    parse_yuan,
    quantise_rate,
    round_fen,
    share_of,
    show_yuan,
    yuan,
)

AMOUNTS = st.integers(-(10**15), 10**15)
WEIGHTS = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.one_of(st.integers(0, 10**6), st.decimals(0, 100, places=4), st.fractions(0, 50, max_denominator=997)),
    min_size=1,
    max_size=8,
).filter(lambda weights: any(weights.values()))


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        (2000000, 200_000_000),
        ("2,000,000.00", 200_000_000),
        ("2，000，000", 200_000_000),
        ("200万元", 200_000_000),
        ("1.39亿元", 13_900_000_000),
        ("¥ 0.01", 1),
        ("￥5万", 5_000_000),
        ("２００万元", 200_000_000),
        (Decimal("0.10"), 10),
        ("-3.05 元", -305),
        ("0.00", 0),
    ],
)
def test_amounts_as_people_write_them(written, fen):
    assert parse_yuan(written) == fen


@pytest.mark.parametrize(
    "written",
    [
        "",
        "abc",
        "1.005",
        "1,00,000",
        "12万5",
        1.5,
        True,
        Decimal("NaN"),
        Decimal("Infinity"),
        "1e6",
        "0.0000001万元",
        "10²",
        "½",
        "①",
        "9" * 5000,
        Decimal("1e999999999"),
    ],
)
def test_what_is_not_an_amount_is_refused(written):
    with pytest.raises(MoneyError):
        parse_yuan(written)


@given(AMOUNTS)
def test_showing_and_reading_are_inverse(fen):
    assert parse_yuan(yuan(fen)) == fen
    assert parse_yuan(show_yuan(fen)) == fen


@given(AMOUNTS, WEIGHTS)
def test_every_part_is_within_a_fen_of_its_share_and_the_parts_sum(total, weights):
    parts = allocate(total, weights)
    whole = sum(map(Fraction, weights.values()))
    assert sum(parts.values()) == total
    for party, weight in weights.items():
        assert abs(parts[party] - total * Fraction(weight) / whole) < 1
        if weight == 0:
            assert parts[party] == 0


@given(AMOUNTS, WEIGHTS, st.data())
def test_the_residue_goes_to_the_party_named(total, weights, data):
    taker = data.draw(st.sampled_from(sorted(weights)))
    parts = allocate(total, weights, residue_to=taker)
    whole = sum(map(Fraction, weights.values()))
    assert sum(parts.values()) == total
    for party, weight in weights.items():
        ideal = abs(total) * Fraction(weight) / whole
        if party != taker:
            assert abs(parts[party]) == ideal.numerator // ideal.denominator


def test_largest_remainder_by_hand():
    # 100 fen in thirds: 33.33 each; the one fen left goes to the first of equal remainders.
    assert allocate(100, {"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    # 54 : 26 : 16 : 4 of 1.01 yuan = 54.54, 26.26, 16.16, 4.04: one fen left, to the largest remainder.
    parts = allocate(101, {"gov": 54, "bank": 26, "insurer": 16, "operator": 4})
    assert parts == {"gov": 55, "bank": 26, "insurer": 16, "operator": 4}


@pytest.mark.parametrize("weights", [{}, {"a": 0}, {"a": -1, "b": 2}])
def test_impossible_divisions_are_refused(weights):
    with pytest.raises(ValueError, match="weight"):
        allocate(1, weights)


def test_a_residue_for_a_stranger_is_refused():
    with pytest.raises(ValueError, match="not one of the parties"):
        allocate(1, {"a": 1}, residue_to="b")


def test_rounding_of_halves():
    assert [round_fen(Fraction(n, 2)) for n in (-3, -1, 1, 3, 5)] == [-2, -1, 1, 2, 3]
    assert [round_fen(Fraction(n, 2), "half_even") for n in (-3, -1, 1, 3, 5)] == [-2, 0, 0, 2, 2]
    assert round_fen(Fraction(-1, 3), "floor") == -1
    assert share_of(200_000_000, Decimal("0.02")) == 4_000_000


@given(st.fractions(-(10**12), 10**12, max_denominator=10**6))
def test_rounding_is_never_off_by_more_than_half(exact):
    assert abs(round_fen(exact) - exact) <= Fraction(1, 2)
    assert round_fen(-exact) == -round_fen(exact)


def test_a_rate_for_showing():
    assert quantise_rate(Fraction(2, 3), 4) == Decimal("0.6667")
    assert quantise_rate(Fraction(-1, 8), 2) == Decimal("-0.13")
