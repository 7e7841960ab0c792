"""Published worked examples of appraisal: the engine gives what their inputs give, to the precision of "exact".

Each is computed twice where a case can hold it: by its formula, and from a written case through the whole engine
with inputs that are certain, so that every percentile is the one value.
"""

from datetime import date

import numpy as np
import pytest

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.cashflow import (
    amortisation_benefit_factor,
    annuity,
    economic_life_from_decay,
    present_value,
    yearly_periods,
)
from zhirong.chain.appraisal.cost import (
    COCOMO,
    age_life_share,
    cocomo_effort,
    cost_less_obsolescence,
    multiplier_cost,
)
from zhirong.chain.appraisal.earnings import contributory_charge
from zhirong.chain.appraisal.options import black_scholes, d_one_and_two, lattice
from zhirong.chain.appraisal.profit import equivalent_investment_share
from zhirong.chain.appraisal.skew import share_of_top, sigma_of_mean_to_median
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Holder, Right, Role
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)
RIGHT = Right(
    "p1",
    RightKind.INVENTION,
    "一种控制方法",
    "",
    (Holder("甲公司"),),
    filing_date=date(2024, 3, 1),
    grant_date=date(2026, 3, 1),
    role=Role.CORE,
)
W14_REVENUE = [1_000_000.0, 1_100_000.0, 1_200_000.0, 1_300_000.0, 1_400_000.0]


def value_of(method: str, purpose: str = "transfer") -> Appraisal:
    """What a case with this one method is worth; a figure written ``~x`` is certain."""
    text = f'purpose = "{purpose}"\nvaluation_date = 2026-06-30\npaths = 1000\n[[method]]\n{method}'
    table = parse_toml(text.replace("~(", '{ grade = "contract", value = ').replace(")~", " }"), "case")
    found = appraise(read_appraisal(Reader(table), ["p1"], DAY), [RIGHT], RULES, DAY)
    assert isinstance(found, Appraisal), found
    assert found.value.standard_deviation == 0
    assert len(set(found.value.percentiles.values())) == 1
    return found


def certain(method: str, purpose: str = "transfer") -> str:
    """The one value of a case without uncertainty, in yuan."""
    return yuan(value_of(method, purpose).appraised_value)


def test_w1_profit_split_by_equivalent_investment() -> None:
    share = equivalent_investment_share(100.0, 5.0, 3_000.0, 0.10)
    assert round(share * 100, 3) == 15.385
    periods = yearly_periods(5, "end_of_year")
    whole = present_value([400.0, 420.0, 430.0, 450.0, 440.0], 0.10, 5.0, periods)
    assert round(float(whole) * share, 2) == 248.36
    case = """
method = "profit_split"
profit = [~("400万元")~, ~("420万元")~, ~("430万元")~, ~("450万元")~, ~("440万元")~]
discount_rate = ~(0.10)~
tax_basis = "net_of_tax"
convention = "end_of_year"
[method.equivalent_investment]
right_cost = ~("100万元")~
right_margin = ~(5.00)~
company_cost = ~("3000万元")~
company_margin = ~(0.10)~
"""
    assert round(float(certain(case)) / 10_000, 2) == 248.36


def test_w4_cost_by_the_multiplier_method() -> None:
    cost = multiplier_cost(15.0 + 20.0, 30.0, 1.2, 0.4, 0.2)
    assert round(cost, 2) == 142.00
    assert round(cost * age_life_share(3.0, 5.0), 2) == 88.75
    case = """
method = "cost_multiplier"
labour = ~("30万元")~
creativity = ~(1.2)~
failure_rate = ~(0.4)~
return = ~(0.2)~
[[method.material]]
label = "材料"
value = "15万元"
grade = "contract"
[[method.material]]
label = "设备"
value = "20万元"
grade = "contract"
[method.age_life]
used = {used}
remaining = ~(5)~
"""
    assert certain(case.replace("{used}", "3")) == "887500.00"
    assert certain(case.replace("{used}", "0")) == "1420000.00"


def test_w6_exclusive_licence_by_share_of_sales() -> None:
    yearly = 460 / 0.10 * 0.02 * (1 - 0.25)
    assert round(yearly, 2) == 69
    assert round(yearly * float(annuity(0.15, 8.0)), 2) == 309.63
    case = """
method = "licence_income"
exclusivity = "exclusive"
profit = [{ value = "460万元", grade = "contract", years = 8 }]
profit_margin = ~(0.10)~
share_of_sales = ~(0.02)~
discount_rate = ~(0.15)~
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
"""
    assert round(float(certain(case)) / 10_000, 2) == 309.63


def test_w8_trademark_by_excess_profit() -> None:
    periods = yearly_periods(10, "end_of_year")
    assert round(float(present_value([75.0] * 5 + [32.0] * 5, 0.10, 10.0, periods)), 3) == 359.630
    case = """
method = "excess_profit"
excess_profit = [
  { value = "75万元", grade = "contract", years = 5 },
  { value = "32万元", grade = "contract", years = 5 },
]
discount_rate = ~(0.10)~
tax_basis = "net_of_tax"
convention = "end_of_year"
"""
    assert round(float(certain(case)) / 10_000, 3) == 359.630


def test_w11_software_cost_by_cocomo() -> None:
    effort = float(cocomo_effort(*COCOMO["intermediate_embedded"], 15.0, 0.92))
    assert round(effort, 2) == 66.41
    assert round(effort * 1.15, 2) == 76.38
    assert round(effort * 1.15 * 8_500 / 10_000, 2) == 64.92
    case = """
method = "software_cost"
model = "intermediate_embedded"
thousand_lines = ~(15)~
adjustment = ~(0.92)~
reserve = ~(0.15)~
person_month = ~(8500)~
obsolescence = "added"
functional_obsolescence = ~(0)~
economic_obsolescence = ~(0)~
"""
    assert round(float(certain(case)) / 10_000, 2) == 64.92


W12 = (3_422.0, 2_875.0, 17.0, 0.067, 0.224**0.5, 1 / 17)


def test_w12_option_by_black_scholes_with_leakage() -> None:
    one, two = d_one_and_two(*W12)
    assert (round(float(one), 4), round(float(two), 4)) == (1.1362, -0.8152)
    assert round(float(black_scholes(*W12)), 2) == 906.87
    case = """
method = "real_option"
project_value = ~(3422)~
development_cost = ~(2875)~
years_to_decide = ~(17)~
riskless_rate = 0.067
volatility = ~(0.473286382647968)~
exercise = "at_end"
"""
    assert round(float(certain(case)), 2) == 906.87  # leakage left out is 1/17


def test_w12_option_on_a_lattice_of_2000_steps() -> None:
    assert round(float(lattice(*W12, "at_end", 2_000)), 2) == 906.78
    assert round(float(lattice(*W12, "any_time", 2_000)), 1) == 1_603.5


def test_w13_tax_amortisation_benefit_factor() -> None:
    assert round(float(amortisation_benefit_factor(0.25, 15, 0.12, "end_of_year")), 4) == 1.1280
    assert round(float(amortisation_benefit_factor(0.25, 15, 0.12, "mid_year")), 4) == 1.1365


W14 = """
method = "relief_from_royalty"
revenue = [~(1000000)~, ~(1100000)~, ~(1200000)~, ~(1300000)~, ~(1400000)~]
royalty_rate = ~(0.05)~
discount_rate = ~(0.12)~
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
"""


def test_w14_relief_from_royalty_after_and_before_tax() -> None:
    assert certain(W14) == "159167.92"
    before = W14.replace('"after_tax"\ntax_rate = 0.25', '"before_tax"')
    assert certain(before) == "212223.89"


def test_w14_relief_from_royalty_with_tax_benefit() -> None:
    assert round(float(amortisation_benefit_factor(0.25, 5, 0.12, "end_of_year")), 6) == 1.219867
    assert certain(W14 + "amortisation_benefit_years = 5\n", "transfer") == "194163.76"


def test_w16_contributory_asset_charges() -> None:
    assert contributory_charge([500_000.0, 1_000_000.0], [0.08, 0.10]) == 140_000
    case = """
method = "excess_earnings"
revenue = [~(10000000)~]
margin = ~(0.10)~
charges = "fixed"
discount_rate = ~(0.25)~
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
[[method.contributory_asset]]
label = "营运资金"
value = 500000
return = ~(0.08)~
grade = "contract"
[[method.contributory_asset]]
label = "固定资产"
value = 1000000
return = ~(0.10)~
grade = "contract"
"""
    # 10 m × 10 % × 75 % = 750,000 less charges of 140,000, a year later at 25 %
    assert certain(case) == "488000.00"


def test_w22_reproduction_cost_added_and_multiplied() -> None:
    assert float(cost_less_obsolescence(350_000.0, 0.10, 0.05, "added")) == pytest.approx(297_500, abs=1e-6)
    assert float(cost_less_obsolescence(350_000.0, 0.10, 0.05, "multiplied")) == pytest.approx(299_250, abs=1e-6)
    items = "".join(
        f'[[method.item]]\nlabel = "{name}"\nvalue = {amount}\ngrade = "contract"\n'
        for name, amount in (("a", 200_000), ("b", 100_000), ("c", 50_000))
    )
    case = f"""
method = "cost"
basis = "reproduction"
obsolescence = "added"
functional_obsolescence = ~(0.10)~
economic_obsolescence = ~(0.05)~
{items}"""
    assert certain(case) == "297500.00"
    assert certain(case.replace('"added"', '"multiplied"')) == "299250.00"
    # and which of the two is used is said
    assert "obsolescence added" in value_of(case).explanation.as_text("en")


def test_w26_economic_life_from_decay() -> None:
    assert round(float(economic_life_from_decay(0.15, 0.10)), 2) == 15.35
    case = """
method = "relief_from_royalty"
first_year_revenue = ~(1000000)~
growth = ~(0)~
royalty_rate = ~(0.05)~
discount_rate = ~(0.12)~
tax_basis = "net_of_tax"
convention = "end_of_year"
[method.life_from_decay]
residual = 0.1
value = 0.15
grade = "contract"
"""
    assert value_of(case).life.remaining == pytest.approx(15.35, abs=0.005)


def test_w31_log_normal_value_distribution() -> None:
    sigma = sigma_of_mean_to_median(10.0)
    assert round(sigma, 3) == 2.146
    shares = [round(float(share_of_top(part, sigma)) * 100, 1) for part in (0.10, 0.05, 0.01)]
    assert shares == [80.6, 69.2, 42.8]


def test_w31_is_what_a_simulated_sample_shows() -> None:
    sigma = sigma_of_mean_to_median(10.0)
    values = np.sort(np.exp(sigma * np.random.default_rng(1).standard_normal(2_000_000)))
    assert values[-200_000:].sum() / values.sum() == pytest.approx(0.806, abs=0.02)
