"""The methods one by one: what moves them which way, what they refuse, what they warn of."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from appraisal_cases import DAY, VALUED, a_right, figure, income_terms, request
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.appraisal import Appraisal, NoValue, appraise, read_appraisal
from zhirong.chain.appraisal.capitalisation import Capitalisation, declining_annuity
from zhirong.chain.appraisal.cashflow import dated_periods, growing, perpetuity, present_value, yearly_periods
from zhirong.chain.appraisal.discount import capm, in_prices, relevered_beta, wacc, weighted_return
from zhirong.chain.appraisal.market import ComparableDeals, Deal, spread_of, student_quantile
from zhirong.chain.appraisal.profit import equivalent_investment_share, marginal_profit_share
from zhirong.chain.appraisal.simulation import normal_cdf, normal_quantile
from zhirong.chain.appraisal.suitability import methods_for
from zhirong.chain.right.kinds import RightKind
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
PAGE = (Path(__file__).parents[2] / "docs" / "en" / "reference" / "appraisal.md").read_text(encoding="utf-8")
BLOCKS = [
    block.split("```")[0] for block in PAGE.split("```toml\n")[1:] if block.startswith("[[appraisal.method]]")
]
EXAMPLE = {block.split('method = "')[1].split('"')[0]: block for block in BLOCKS}


def answer(
    example: str, purpose: str = "transfer", kind: RightKind = RightKind.INVENTION, **dates: date
) -> Appraisal | NoValue:
    head = f'[appraisal]\npurpose = "{purpose}"\nvaluation_date = 2026-06-30\npaths = 1000\n'
    asked = read_appraisal(Reader(parse_toml(head + example, "case")["appraisal"]), ["p1"], DAY)
    return appraise(asked, [a_right(kind=kind, **dates)], RULES, DAY)


def value(example: str, **changes: object) -> Appraisal:
    found = answer(example, **changes)  # type: ignore[arg-type]
    assert isinstance(found, Appraisal), found
    return found


def changed(method: str, old: str, new: str) -> str:
    assert old in EXAMPLE[method], old
    return EXAMPLE[method].replace(old, new, 1)


def refused(example: str, purpose: str = "transfer") -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        answer(example, purpose)
    for problem in caught.value.problems:
        assert problem.reason.zh and problem.reason.en and problem.hint.zh and problem.hint.en
    return {problem.field.removeprefix("method[1]."): problem.code for problem in caught.value.problems}


# -- refusals by field --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "old", "new", "field", "code"),
    [
        ("licence_income", "value = 0.02", "value = 5.0", "share_of_sales.value", "out_of_range"),
        ("licence_income", "years = 8", "years = 80", "profit[1].years", "out_of_range"),
        ("licence_income", '"after_tax"', '"net_of_tax"', "tax_rate", "tax_twice"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "exact_date"', "convention", "days_and_convention"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\ndiscount_prices = "real"', "discount_prices", "prices_mixed"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\ninflation = { value = 0.02, grade = "assumed" }', "inflation", "inflation_unused"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\neconomic_life = { value = -3, grade = "assumed" }', "economic_life.value", "out_of_range"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\neconomic_life = { value = 9, grade = "assumed" }', "economic_life", "forecast_shorter_than_life"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\nlife_from_decay = { value = 0.15, residual = 0.1, grade = "assumed" }', "economic_life", "forecast_shorter_than_life"),
        ("licence_income", '"460万元"', '"460万美元"', "profit[1].value", "not_money"),
        ("profit_split", "[appraisal.method.equivalent_investment]", "[appraisal.method.equivalent]", "split_rate", "split_form"),
        ("profit_split", "weight = 0.6", "weight = 0.7", "discount_score", "weights_not_one"),
        ("profit_split", "limit = 0.05\nweight = 0.4", "limit = 0.06\nweight = 0.4", "discount_score[2].limit", "limits_differ"),
        ("profit_split", "value = 60", "value = 101", "discount_score[3].value", "out_of_range"),
        ("profit_split", "risk_free", "discount_rate", "discount_rate", "discount_form"),
        ("excess_earnings", '"after_tax"', '"before_tax"', "capm", "after_tax_rate"),
        ("excess_earnings", "inflation =", "inflatio =", "discount_prices", "prices_mixed"),
        ("licence_income", 'convention = "end_of_year"', 'convention = "end_of_year"\nwacc = { debt_share = 0.2 }', "wacc", "wacc_without_capm"),
        ("with_and_without", "day = 2028-03-31", "day = 2027-03-30", "profit_with[2].day", "days_out_of_order"),
        ("with_and_without", ', day = 2028-03-31', "", "convention", "days_and_convention"),
        ("capitalisation", "yearly_decline", 'growth = { value = 0.01, grade = "assumed" }\nyearly_decline', "yearly_decline", "change_twice"),
        ("capitalisation", '"end_of_year"', '"exact_date"', "convention", "days_and_convention"),
        ("comparable_transactions", "day = 2025-03-01", "day = 2026-07-01", "deal[1].day", "date_in_future"),
        ("comparable_transactions", "similarity = 0.8", "similarity = nan", "deal[1].similarity", "not_finite"),
        ("comparable_transactions", 'label = "乙"', 'label = "甲"', "deal", "deal_twice"),
        ("comparable_transactions", "factor = 0.9", "factor = 0", "deal[1].adjustment[1].factor", "out_of_range"),
        ("cost_multiplier", "value = 0.4", "value = 1.0", "failure_rate.value", "out_of_range"),
        ("cost_multiplier", 'value = "35万元"', 'value = "35万元"\nindex_then = 95', "material[1].index_then", "index_without_now"),
        ("software_cost", '"intermediate_embedded"', '"guess"', "model", "not_a_choice"),
        ("real_option", "value = 0.45", "value = 0", "volatility.value", "out_of_range"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(method: str, old: str, new: str, field: str, code: str) -> None:
    found = refused(changed(method, old, new))
    assert found.get(field) == code, found


def test_forecasts_of_different_years_are_not_set_against_each_other() -> None:
    shorter = changed("with_and_without", ', { value = 700000, grade = "declared", day = 2028-03-31 }]', "]")
    assert refused(shorter)["profit_without"] == "years_differ"


@pytest.mark.parametrize("purpose", ["pledge", "contribution", "securitisation"])
def test_a_renewal_distribution_is_no_basis_for_a_loan(purpose: str) -> None:
    assert refused(EXAMPLE["renewal_option"], purpose) == {"method": "renewal_not_for_purpose"}


# -- no value and alarms ------------------------------------------------------------------------------------------


def test_a_cross_check_alone_decides_nothing() -> None:
    found = answer(EXAMPLE["rule_of_25"])
    assert isinstance(found, NoValue)
    assert found.code == "only_cross_checks"


def test_a_cross_check_beside_a_method_never_moves_the_value_nor_raises_the_spread_alarm() -> None:
    alone = value(EXAMPLE["licence_income"])
    beside = value(EXAMPLE["licence_income"] + EXAMPLE["rule_of_25"].replace("400万元", "40000万元"))
    assert beside.value == alone.value
    assert [alarm.code for alarm in beside.alarms] == [alarm.code for alarm in alone.alarms]


@pytest.mark.parametrize(
    ("old", "new"),
    [('kind = "auction"', 'kind = "offer"'), ("day = 2024-11-15", "day = 2019-01-15")],
)
def test_two_deals_with_an_offer_or_an_old_one_beside_are_too_few(old: str, new: str) -> None:
    found = answer(changed("comparable_transactions", old, new))
    assert isinstance(found, NoValue)
    assert found.code == "too_few_deals"


def test_old_deals_and_offers_beside_enough_good_ones_raise_alarms() -> None:
    more = EXAMPLE["comparable_transactions"]
    extra = more[more.index('[[appraisal.method.deal]]\nlabel = "丙"') :]
    old = extra.replace("丙", "丁").replace("2025-09-20", "2022-09-20")
    offer = extra.replace("丙", "戊").replace('"licence"', '"offer"').replace("240万元", "900万元")
    codes = {alarm.code for alarm in value(more + old + offer).alarms}
    assert {"old_deals", "offers_not_deals", "deals_dispersed"} <= codes


def test_for_a_disposal_what_was_paid_leads_and_otherwise_income() -> None:
    both = EXAMPLE["licence_income"] + EXAMPLE["comparable_transactions"]
    for purpose, leading in (("disposal", "comparable_transactions"), ("transfer", "licence_income")):
        weights = {result.id: result.weight for result in value(both, purpose=purpose).results}
        assert weights.pop(leading) == 1
        assert set(weights.values()) == {0}


def test_returns_on_assets_that_do_not_agree_with_the_cost_of_capital_are_told() -> None:
    agreeing = value(EXAMPLE["excess_earnings"])
    off = value(changed("excess_earnings", "wacc = { value = 0.11", "wacc = { value = 0.05"))
    assert "wara_off_wacc" in {alarm.code for alarm in off.alarms}
    assert agreeing.value == off.value
    assert "weighted return on assets" in off.explanation.as_text("en")


def test_a_method_that_does_not_suit_the_right_is_told() -> None:
    found = value(EXAMPLE["profit_split"], kind=RightKind.TRADEMARK, registration_date=date(2020, 1, 1))
    assert "method_unfit" in {alarm.code for alarm in found.alarms}
    assert "not for registered trademark" in found.explanation.as_text("en") or "trademark" in "".join(
        alarm.text.en for alarm in found.alarms
    )


def test_methods_are_suggested_by_kind_and_purpose_with_what_they_need() -> None:
    pledge = [name for name, _, _ in methods_for(RightKind.INVENTION, "pledge", RULES, DAY)]
    assert "relief_from_royalty" in pledge
    assert not {"renewal_option", "real_option", "rule_of_25", "software_cost"} & set(pledge)
    transfer = [name for name, _, _ in methods_for(RightKind.INVENTION, "transfer", RULES, DAY)]
    assert {"renewal_option", "real_option"} <= set(transfer)
    assert [name for name, _, _ in methods_for(RightKind.SOFTWARE, "pledge", RULES, DAY)].count(
        "software_cost"
    ) == 1


def test_a_renewal_distribution_is_always_labelled() -> None:
    found = value(EXAMPLE["renewal_option"])
    assert "renewal_distribution_only" in {alarm.code for alarm in found.alarms}
    assert found.value.mean > 2 * found.value.median
    nothing = answer(EXAMPLE["renewal_option"], kind=RightKind.SOFTWARE, creation_date=date(2020, 1, 1))
    assert isinstance(nothing, NoValue)
    assert nothing.code == "renewal_without_fees"


# -- which way values move ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "old", "new"),
    [
        ("licence_income", "value = 0.15", "value = 0.18"),  # discount rate
        ("licence_income", "value = 0.10", "value = 0.12"),  # a higher margin is fewer sales
        ("profit_split", "value = 40", "value = 70"),  # a riskier score
        ("profit_split", '"3000万元"', '"4000万元"'),  # more put in by the company
        ("excess_profit", "tax_rate = 0.25", "tax_rate = 0.35"),
        ("excess_earnings", "value = 1000000", "value = 1500000"),  # another asset asks for more
        ("excess_earnings", "market_premium = { value = 0.06", "market_premium = { value = 0.08"),
        ("excess_earnings", "inflation = { value = 0.02", "inflation = { value = 0.01"),  # a higher real rate
        ("with_and_without", "value = 700000", "value = 800000"),
        ("capitalisation", "value = 20000", "value = 25000"),  # faster decline
        ("capitalisation", "value = 10, ", "value = 8, "),  # shorter life
        ("comparable_transactions", "factor = 0.9", "factor = 0.8"),
        ("cost_multiplier", "used = 3", "used = 4"),
        ("software_cost", "value = 0.1,", "value = 0.3,"),
        ("real_option", "value = 2875000", "value = 3500000"),
        ("renewal_option", "value = 0.12", "value = 0.20"),
    ],
)
def test_what_makes_a_right_worse_makes_it_cheaper(method: str, old: str, new: str) -> None:
    dates = {"kind": RightKind.SOFTWARE, "creation_date": date(2020, 1, 1)} if method == "software_cost" else {}
    before, after = value(EXAMPLE[method], **dates), value(changed(method, old, new), **dates)
    pairs = list(zip(before.value.percentiles.values(), after.value.percentiles.values(), strict=True))
    assert all(worse <= better for better, worse in pairs)
    # one that is let go at once is worth the same at any rate; all others must feel it
    assert sum(worse < better for better, worse in pairs) >= (3 if method == "renewal_option" else 5)


def test_convention_dates_and_mid_year_agree_where_they_must() -> None:
    dates = [date(2027, 6, 30), date(2028, 6, 30), date(2029, 6, 30)]
    dated = present_value([100.0] * 3, 0.10, 3.1, dated_periods(date(2026, 6, 30), dates))
    ends = present_value([100.0] * 3, 0.10, 3.1, yearly_periods(3, "end_of_year"))
    middle = present_value([100.0] * 3, 0.10, 3.1, yearly_periods(3, "mid_year"))
    assert float(dated) == pytest.approx(float(ends), rel=1e-3)
    assert float(middle) == pytest.approx(float(ends) * 1.1**0.5)
    half = present_value([100.0], 0.10, 5.0, dated_periods(date(2026, 6, 30), [date(2026, 12, 29)]))
    assert float(half) == pytest.approx(100 / 1.1 ** (182 / 365.25))


def test_the_life_ends_inside_a_dated_period_in_proportion() -> None:
    periods = dated_periods(date(2026, 6, 30), [date(2027, 6, 30), date(2028, 6, 30)])
    assert float(present_value([100.0, 100.0], 1e-12, 1.5, periods)) == pytest.approx(150, abs=0.2)


# -- formulas -----------------------------------------------------------------------------------------------------


def test_discount_rates_by_hand() -> None:
    assert relevered_beta(1.1, 0.25, 0.25) == pytest.approx(1.30625)
    assert capm(0.02, 1.30625, 0.06, 0.03) == pytest.approx(0.128375)
    assert wacc(0.128375, 0.045, 0.2, 0.25) == pytest.approx(0.8 * 0.128375 + 0.2 * 0.045 * 0.75)
    assert weighted_return([100.0, 200.0, 100.0], [0.04, 0.08, 0.20]) == pytest.approx(0.10)
    with pytest.raises(ValueError, match="without value"):
        weighted_return([0.0], [0.1])


@given(st.floats(0.001, 0.5), st.floats(-0.05, 0.2))
def test_carrying_a_rate_to_the_other_prices_and_back_changes_nothing(rate: float, inflation: float) -> None:
    assert float(in_prices(in_prices(rate, inflation, "real"), inflation, "nominal")) == pytest.approx(rate)


@given(st.floats(1, 1e6), st.floats(0.02, 0.5), st.integers(1, 40), st.floats(0, 1))
def test_a_declining_annuity_is_the_sum_of_its_payments(
    income: float, rate: float, years: int, part: float
) -> None:
    decline = income / years * part
    flows = [income - decline * year for year in range(years)]
    summed = float(present_value(flows, rate, float(years), yearly_periods(years, "end_of_year")))
    assert declining_annuity(income, decline, rate, years) == pytest.approx(summed, rel=1e-9)


def test_income_that_would_turn_negative_has_no_declining_annuity() -> None:
    with pytest.raises(ValueError, match="below zero"):
        declining_annuity(100.0, 30.0, 0.1, 5)


@given(st.floats(1, 1e6), st.floats(0.05, 0.5), st.floats(-0.2, 0.04))
def test_a_perpetuity_is_the_limit_of_a_long_life(income: float, rate: float, growth: float) -> None:
    flows = growing(income, growth, 0.0, 3_000)
    long = present_value(flows, rate, 3_000.0, yearly_periods(3_000, "end_of_year"))
    assert float(perpetuity(income, rate, growth)) == pytest.approx(float(long), rel=1e-6)


@given(st.floats(0, 1e6), st.floats(0, 10), st.floats(1, 1e6), st.floats(0, 1))
def test_shares_of_profit_lie_between_0_and_1(cost: float, margin: float, company: float, other: float) -> None:
    share = equivalent_investment_share(cost, margin, company, other)
    assert 0 <= share < 1
    assert float(marginal_profit_share([cost / 2], [cost + 1], 0.1)) == pytest.approx(cost / 2 / (cost + 1))


def test_the_spread_of_a_further_deal_by_hand() -> None:
    """Equal weights, no doubt of their own: P10 to P90 is that of Student's t with n − 1 degrees of freedom."""
    prices = [80.0, 100.0, 125.0]
    spread = spread_of(prices, [1.0] * 3, [0.0] * 3)
    logs = np.log(prices)
    assert spread.mean_log == pytest.approx(logs.mean())
    predictive = logs.std(ddof=1) * (1 + 1 / 3) ** 0.5
    assert spread.deviation * float(normal_quantile(0.9)) == pytest.approx(predictive * 1.8856, rel=1e-4)
    assert spread.variation == pytest.approx(np.std(prices, ddof=1) / np.mean(prices))
    assert spread.effective == pytest.approx(3)
    # deals that agree by luck do not make the value certain where they are not alike
    assert spread_of([100.0] * 3, [0.5] * 3, [0.25] * 3).deviation > 0.3


@pytest.mark.parametrize(
    ("p", "freedom", "t"), [(0.9, 2, 1.8856), (0.975, 4, 2.7764), (0.9, 30, 1.3104), (0.1, 9, -1.3830)]
)
def test_student_quantiles_of_the_tables(p: float, freedom: float, t: float) -> None:
    assert student_quantile(p, freedom) == pytest.approx(t, abs=2e-4)


@settings(max_examples=50)
@given(st.floats(1e-6, 1 - 1e-6))
def test_normal_quantile_and_distribution_undo_each_other(p: float) -> None:
    assert float(normal_cdf(np.asarray(normal_quantile(p)))) == pytest.approx(p, abs=2e-7)


# -- which deals count, and how sure they are --------------------------------------------------------------------


def _market(*deals: Deal) -> Appraisal | NoValue:
    method = ComparableDeals("market", deals, figure(1, kind="number"), "件", VALUED)
    return appraise(request(method, purpose="transfer"), (a_right(),), RULES, DAY)


def _deal(label: str, price: int, **fields: Any) -> Deal:
    usual = {"day": date(2026, 1, 31), "similarity": Decimal(1), "grade": EvidenceGrade.CONTRACT}
    return Deal(
        label, "sale", price=price * 100, scale=Decimal(1), adjustments=(), source="", **{**usual, **fields}
    )


PRICES = (1_500_000, 1_550_000, 1_600_000)


def test_weak_evidence_of_a_deal_widens_the_range() -> None:
    widths = []
    for grade in (EvidenceGrade.CONTRACT, EvidenceGrade.AUDITED, EvidenceGrade.DECLARED, EvidenceGrade.ASSUMED):
        found = _market(*(_deal(str(price), price, grade=grade) for price in PRICES))
        assert isinstance(found, Appraisal)
        widths.append(found.value.percentiles[90] - found.value.percentiles[10])
    assert widths == sorted(set(widths))


def test_a_deal_too_old_to_count_moves_nothing() -> None:
    deals = tuple(_deal(str(price), price) for price in PRICES)
    before, after = _market(*deals), _market(*deals, _deal("old", 16_000_000, day=date(2019, 6, 29)))
    assert isinstance(before, Appraisal)
    assert isinstance(after, Appraisal)
    assert after.value == before.value
    assert "too old, not counted" in after.explanation.as_text("en")
    young = _market(*deals, _deal("young", 16_000_000, day=date(2019, 6, 30)))
    assert isinstance(young, Appraisal)
    assert young.value.median > before.value.median


def test_one_deal_that_outweighs_the_rest_shows_no_spread() -> None:
    unlike = [_deal(str(price), price, similarity=Decimal("0.01")) for price in PRICES[1:]]
    found = _market(_deal("alike", PRICES[0]), *unlike)
    assert isinstance(found, NoValue)
    assert found.code == "too_few_deals"
    assert "1.04" in found.reason.en


@pytest.mark.parametrize(
    ("growth", "codes"), [("0.09", []), ("0.11", ["growth_near_discount"]), ("0.2", ["growth_near_discount"])]
)
def test_a_limited_income_grows_as_stated_even_beyond_the_rate(growth: str, codes: list[str]) -> None:
    method = Capitalisation(
        "c",
        figure(300_000),
        figure(growth, kind="growth"),
        None,
        figure(10, kind="years"),
        income_terms(tax=Decimal(0), tax_basis="net_of_tax", life=None),
    )
    trademark = a_right(kind=RightKind.TRADEMARK, registration_date=date(2020, 3, 1))
    found = appraise(request(method, purpose="transfer"), (trademark,), RULES, DAY)
    assert isinstance(found, Appraisal)
    by_hand = sum(300_000 * (1 + float(growth)) ** (year - 1) / 1.12**year for year in range(1, 11))
    assert found.value.median == pytest.approx(by_hand * 100, abs=1)
    assert [one for one in (alarm.code for alarm in found.alarms) if one.startswith("growth")] == codes


def test_one_capital_structure_for_beta_and_average() -> None:
    mixed = EXAMPLE["excess_earnings"].replace("debt_share = 0.2", "debt_share = 0.6")
    with pytest.raises(InputError) as refused:
        answer(mixed)
    assert [(problem.code, problem.value) for problem in refused.value.problems] == [("structure_differs", "0.6")]
    assert isinstance(answer(mixed.replace("debt_to_equity = 0.25", "debt_to_equity = 1.5")), Appraisal)


def test_a_right_that_adds_nothing_is_worth_nothing_and_says_so() -> None:
    found = answer(EXAMPLE["with_and_without"].replace("value = 900000", "value = 100").replace("950000", "100"))
    assert isinstance(found, Appraisal)
    assert found.value.median == 0
    assert "worth_nothing" in [alarm.code for alarm in found.alarms]
