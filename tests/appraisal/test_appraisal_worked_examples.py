"""Published worked examples of appraisal: the engine gives what their inputs give, to the fen where fen are stated."""

import numpy as np
import pytest
from appraisal_cases import DAY, a_right, cost_method, request, royalty_method

from zhirong.chain.appraisal import Appraisal, appraise
from zhirong.chain.appraisal.cost import cost_less_obsolescence
from zhirong.chain.appraisal.royalty import amortisation_benefit_factor, royalty_savings
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import load_rulebook

RULES = load_rulebook()
W14_REVENUE = [1_000_000.0, 1_100_000.0, 1_200_000.0, 1_300_000.0, 1_400_000.0]


def value_of(*methods: object, **changes: object) -> Appraisal:
    found = appraise(request(*methods, **changes), [a_right()], RULES, DAY)
    assert isinstance(found, Appraisal)
    return found


def test_w13_tax_amortisation_benefit_factor() -> None:
    assert round(amortisation_benefit_factor(0.25, 15, 0.12, "end_of_year"), 4) == 1.1280
    assert round(float(amortisation_benefit_factor(0.25, 15, 0.12, "mid_year")), 4) == 1.1365


def test_w14_relief_from_royalty_after_and_before_tax() -> None:
    after = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.25, "end_of_year")
    before = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.0, "end_of_year")
    assert round(float(after), 2) == 159_167.92
    assert round(float(before), 2) == 212_223.89


def test_w14_tax_benefit() -> None:
    factor = amortisation_benefit_factor(0.25, 5, 0.12, "end_of_year")
    assert round(factor, 6) == 1.219867
    after = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.25, "end_of_year")
    assert round(float(after * factor), 2) == 194_163.76


def test_w14_through_the_whole_engine_where_every_input_is_certain() -> None:
    pledge = value_of(royalty_method())
    assert {yuan(amount) for amount in pledge.value.percentiles.values()} == {"159167.92"}
    assert yuan(pledge.value.mean) == "159167.92"
    assert pledge.value.standard_deviation == 0
    transfer = value_of(royalty_method(amortisation_years=5), purpose="transfer")
    assert yuan(transfer.appraised_value) == "194163.76"


def test_w22_reproduction_cost_added_and_multiplied() -> None:
    assert cost_less_obsolescence(350_000.0, 0.10, 0.05, "added") == pytest.approx(297_500, abs=1e-6)
    assert cost_less_obsolescence(350_000.0, 0.10, 0.05, "multiplied") == pytest.approx(299_250, abs=1e-6)
    assert yuan(value_of(cost_method()).appraised_value) == "297500.00"
    assert yuan(value_of(cost_method(combination="multiplied")).appraised_value) == "299250.00"


def test_the_model_takes_whole_arrays_of_paths() -> None:
    royalty = np.array([0.0, 0.05, 0.10])
    values = royalty_savings(W14_REVENUE, royalty, 0.12, np.array([5.0, 5.0, 5.0]), 0.25, "end_of_year")
    assert np.round(values, 2).tolist() == [0.0, 159_167.92, 318_335.84]


def test_a_part_of_the_last_year_counts_in_part() -> None:
    four = royalty_savings(W14_REVENUE, 0.05, 0.12, 4.0, 0.25, "end_of_year")
    five = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.25, "end_of_year")
    between = royalty_savings(W14_REVENUE, 0.05, 0.12, 4.25, 0.25, "end_of_year")
    assert between == pytest.approx(0.75 * four + 0.25 * five)


def test_mid_year_is_worth_half_a_year_of_discount_more() -> None:
    end = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.25, "end_of_year")
    middle = royalty_savings(W14_REVENUE, 0.05, 0.12, 5.0, 0.25, "mid_year")
    assert middle == pytest.approx(end * 1.12**0.5)
