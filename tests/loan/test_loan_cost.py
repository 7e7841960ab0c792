"""The internal rate: known answers, no root, several roots."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.loan.cost import internal_rate, internal_rates

START = date(2025, 1, 1)


def test_a_year_at_ten_per_cent() -> None:
    flows = [(START, 100_000), (START + timedelta(days=365), -110_000)]
    assert internal_rate(flows) == Decimal("0.1")


def test_same_day_flows_are_one_flow() -> None:
    flows = [(START, 100_000), (START, -2_000), (START + timedelta(days=365), -107_800)]
    assert internal_rate(flows) == Decimal("0.1")


def test_no_flow_or_one_sided_flows_have_no_rate() -> None:
    assert internal_rate([]) is None
    assert internal_rate([(START, 5), (START, -5)]) is None
    assert internal_rate([(START, 100), (START + timedelta(days=10), 100)]) is None


def test_two_rates_are_reported_and_none_is_chosen() -> None:
    # -1000 + 2500 v - 1560 v^2 has its roots at 20 % and 30 %
    flows = [(START, -1000), (START + timedelta(days=365), 2500), (START + timedelta(days=730), -1560)]
    assert internal_rates(flows) == (Decimal("0.2"), Decimal("0.3"))
    assert internal_rate(flows) is None


def test_a_rate_outside_the_bounds_is_not_found() -> None:
    assert internal_rates([(START, 1), (START + timedelta(days=365), -1000)]) == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(-(10**9), 10**9)), min_size=2, max_size=12))
def test_every_rate_found_brings_the_value_to_zero(days: list[tuple[int, int]]) -> None:
    flows = [(START + timedelta(days=offset), amount) for offset, amount in days]
    first = min(day for day, _ in flows)
    for rate in internal_rates(flows):
        terms = [amount * (1 + float(rate)) ** (-(day - first).days / 365) for day, amount in flows]
        assert abs(sum(terms)) <= 1e-6 * sum(abs(term) for term in terms) + 1e-6


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 3000))
def test_as_many_rates_as_were_built_in(one: int, two: int, three: int) -> None:
    rates = sorted({one, two, three})
    value = [1]
    for rate in rates:  # a product of (v - 1 ÷ (1 + r)), cleared of fractions
        scaled = [0, *(c * (10_000 + rate) for c in value)]
        value = [a - 10_000 * b for a, b in zip(scaled, [*value, 0], strict=True)]
    flows = [(START + timedelta(days=365 * power), amount) for power, amount in enumerate(value)]
    found = internal_rates(flows)
    if all(b - a >= 50 for a, b in zip(rates, rates[1:], strict=False)):
        assert len(found) == len(rates)
        assert all(abs(float(x) - r / 10_000) < 1e-6 for x, r in zip(found, rates, strict=True))
