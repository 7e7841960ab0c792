"""What must hold whatever the figures are: better inputs never lower a value, limits are reached, order is kept."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
from appraisal_cases import DAY, Growth, a_right, cost_method, figure, request, royalty_method
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.appraisal import Appraisal, appraise, lending_value
from zhirong.chain.appraisal.cashflow import growing, present_value, yearly_periods
from zhirong.chain.appraisal.discount import BuildUp, Discount
from zhirong.chain.appraisal.royalty import ReliefFromRoyalty
from zhirong.chain.appraisal.simulation import Correlation
from zhirong.chain.appraisal.uncertain import Uncertain, Widening, triangular_quantile
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import same

RULES = load_rulebook()
TERM_END = date(2027, 9, 1)
GRADES = st.sampled_from(list(EvidenceGrade))


def uncertain(kind: str, low: str, high: str, places: int = 3) -> st.SearchStrategy[Uncertain]:
    points = st.lists(st.decimals(low, high, places=places), min_size=3, max_size=3).map(sorted)
    return st.builds(lambda three, grade: Uncertain(*three, grade, kind), points, GRADES)  # type: ignore[arg-type]


METHODS = st.builds(
    lambda first, growth, decay, royalty, discount, life, tax, mid: royalty_method(
        revenue=Growth(first, growth, decay),
        royalty=royalty,
        discount=discount,
        life=life,
        tax=tax,
        convention="mid_year" if mid else "end_of_year",
    ),
    uncertain("yuan", "1", "100000000", 0),
    uncertain("growth", "-0.5", "0.5"),
    uncertain("rate", "0.001", "0.5"),
    uncertain("rate", "0.001", "0.4"),
    uncertain("rate", "0.01", "0.5"),
    uncertain("years", "0.5", "15", 1),
    st.decimals("0", "0.5", places=2),
    st.booleans(),
)


def better(figure_: Uncertain, by: Decimal, point: str, most: Decimal) -> Uncertain:
    """One point higher, the others pushed up where they would be passed."""
    low, mode, high = figure_.low, figure_.mode, figure_.high
    if point == "low":
        low = min(low + by, most)
    if point in ("low", "mode"):
        mode = min(max(mode + (by if point == "mode" else 0), low), most)
    high = min(max(high + (by if point == "high" else 0), mode), most)
    return replace(figure_, low=low, mode=mode, high=high)


def improved(method: ReliefFromRoyalty, what: str, by: Decimal, point: str) -> ReliefFromRoyalty:
    amounts, income = method.revenue.amounts, method.income
    assert isinstance(amounts, Growth)

    def with_amounts(changed: Growth) -> ReliefFromRoyalty:
        return replace(method, revenue=replace(method.revenue, amounts=changed))

    if what == "revenue":
        first = better(amounts.first_year, by * 10_000_000, point, Decimal(10**9))
        return with_amounts(replace(amounts, first_year=first))
    if what == "growth":
        return with_amounts(replace(amounts, growth=better(amounts.growth, by, point, Decimal(2))))
    if what == "royalty":
        return replace(method, royalty=better(method.royalty, by, point, Decimal(1)))
    if what == "life":
        assert isinstance(income.life, Uncertain)
        return replace(method, income=replace(income, life=better(income.life, by * 10, point, Decimal(20))))
    worse = better(income.discount.source.figures()[0][1], by, point, Decimal(1))
    return replace(method, income=replace(income, discount=stated(worse)))


def stated(rate: Uncertain) -> Discount:
    return Discount(BuildUp(((same("r"), rate),)))


def worth(method: ReliefFromRoyalty) -> tuple[Appraisal, int]:
    asked = request(method, correlations=(Correlation("income.growth", "income.royalty", 0.5),))
    found = appraise(asked, [a_right()], RULES, DAY)
    assert isinstance(found, Appraisal)
    return found, lending_value(found, [a_right()], TERM_END, RULES, DAY).fen


@settings(max_examples=60, deadline=None)
@given(
    METHODS,
    st.sampled_from(["revenue", "growth", "royalty", "life", "discount"]),
    st.decimals("0", "0.3", places=3),
    st.sampled_from(["low", "mode", "high"]),
)
def test_a_better_input_never_lowers_any_quantile_nor_the_lending_value(
    method: ReliefFromRoyalty, what: str, by: Decimal, point: str
) -> None:
    one, other = worth(method), worth(improved(method, what, by, point))
    (low, low_lending), (high, high_lending) = (other, one) if what == "discount" else (one, other)
    for percent, amount in low.value.percentiles.items():
        # a fen: two ways to the same float may round to neighbouring fen
        assert high.value.percentiles[percent] >= amount - 1
    assert high.value.mean >= low.value.mean - 1
    assert high_lending >= low_lending - 1


@settings(max_examples=40, deadline=None)
@given(METHODS)
def test_quantiles_are_in_order_and_never_below_zero(method: ReliefFromRoyalty) -> None:
    found = worth(method)[0].value
    amounts = list(found.percentiles.values())
    assert amounts == sorted(amounts)
    assert amounts[0] >= 0
    assert found.paths.min() * 100 - 1 <= found.mean <= found.paths.max() * 100 + 1


@given(
    st.lists(st.floats(0, 1e9), min_size=1, max_size=20),
    st.floats(0, 1),
    st.floats(0.001, 1),
)
def test_zero_royalty_is_zero_value_and_double_royalty_is_double(
    revenue: list[float], royalty: float, discount: float
) -> None:
    life = float(len(revenue))
    periods = yearly_periods(len(revenue), "mid_year")
    assert present_value([0.0 for _ in revenue], discount, life, periods) == 0
    one = present_value([amount * royalty for amount in revenue], discount, life, periods)
    two = present_value([amount * 2 * royalty for amount in revenue], discount, life, periods)
    assert np.isclose(two, 2 * one)


@given(st.floats(1, 1e6), st.floats(0.02, 0.5), st.floats(-0.2, 0.015), st.floats(0, 0.3))
def test_a_long_life_tends_to_the_growing_perpetuity(first: float, r: float, g: float, decay: float) -> None:
    """Σ R(1 + k)^(t−1)/(1 + r)^t → R/(r − k), with 1 + k = (1 + g)(1 − δ)."""
    k = (1 + g) * (1 - decay) - 1
    years = 4_000
    value = present_value(growing(first, g, decay, years), r, float(years), yearly_periods(years, "end_of_year"))
    assert np.isclose(value, first / (r - k), rtol=1e-6)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted),
    st.floats(0, 1e5),
    st.sampled_from([0, 1, 2]),
    st.floats(0.001, 0.999),
)
def test_the_triangular_quantile_rises_with_every_point(
    points: list[float], by: float, which: int, u: float
) -> None:
    raised = list(points)
    raised[which] += by
    raised = [raised[0], max(raised[:2]), max(raised)]
    before, after = triangular_quantile(u, *points), triangular_quantile(u, *raised)
    assert after >= before - 1e-6 * max(1.0, abs(points[0]), abs(raised[2]))


@given(uncertain("yuan", "0", "1000000", 0), GRADES)
def test_widening_keeps_the_stated_range_inside(stated: Uncertain, grade: EvidenceGrade) -> None:
    widening = Widening(dict.fromkeys(EvidenceGrade, 0.3), dict.fromkeys(EvidenceGrade, 0.0))
    low, mode, high = widening.ends(replace(stated, grade=grade))
    assert 0 <= low <= float(stated.low) <= mode <= float(stated.high) <= high


@settings(max_examples=40, deadline=None)
@given(METHODS, st.sampled_from(["first", "royalty", "discount", "life"]), st.data())
def test_better_evidence_for_a_single_figure_never_lowers_the_low_quantile(
    method: ReliefFromRoyalty, what: str, data: st.DataObject
) -> None:
    """The lower tail is what a lender looks at; simulation noise of the percentile itself is allowed for."""
    worse, good = sorted(data.draw(st.tuples(GRADES, GRADES)), key=list(EvidenceGrade).index, reverse=True)

    def with_grade(grade: EvidenceGrade) -> Appraisal:
        amounts, income = method.revenue.amounts, method.income
        assert isinstance(amounts, Growth)
        assert isinstance(income.life, Uncertain)

        def graded(one: Uncertain) -> Uncertain:
            return replace(one, low=one.mode, high=one.mode, grade=grade)

        if what == "first":
            first = replace(amounts, first_year=graded(amounts.first_year))
            return worth(replace(method, revenue=replace(method.revenue, amounts=first)))[0]
        if what == "royalty":
            return worth(replace(method, royalty=graded(method.royalty)))[0]
        if what == "life":
            return worth(replace(method, income=replace(income, life=graded(income.life))))[0]
        rate = stated(graded(income.discount.source.figures()[0][1]))
        return worth(replace(method, income=replace(income, discount=rate)))[0]

    one, other = with_grade(worse), with_grade(good)
    assert other.value.percentiles[10] >= one.value.percentiles[10] - 3 * one.value.errors[10] - 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_cost_never_falls_below_zero_and_multiplied_is_never_less_than_added(f: float, e: float) -> None:
    levels = {"functional": figure(f"{f:.4f}", kind="rate"), "economic": figure(f"{e:.4f}", kind="rate")}
    values = []
    for combination in ("added", "multiplied"):
        found = appraise(request(cost_method(combination=combination, **levels)), [a_right()], RULES, DAY)
        assert isinstance(found, Appraisal)
        values.append(found.appraised_value)
    assert 0 <= values[0] <= values[1] + 1
