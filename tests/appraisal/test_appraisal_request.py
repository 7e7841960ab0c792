"""Reading a request: what is right is read whole, what is wrong is refused with its field named."""

from datetime import date

import pytest
from appraisal_cases import CASE, DAY, read

from zhirong.chain.appraisal.income import Growth
from zhirong.chain.appraisal.royalty import ReliefFromRoyalty
from zhirong.kernel.errors import InputError
from zhirong.kernel.provenance import EvidenceGrade

BY_YEAR = """
purpose = "transfer"
valuation_date = 2026-06-30
[[method]]
method = "relief_from_royalty"
royalty_rate = { value = 0.05, grade = "contract" }
discount_rate = { value = 0.12, grade = "contract" }
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
amortisation_benefit_years = 5
revenue = [
  { value = 1000000, grade = "contract" },
  { low = 900000, mode = 1100000, high = 1300000, grade = "declared" },
]
"""


def refusals(text: str, right_ids: tuple[str, ...] = ("p1",)) -> dict[str, str]:
    """Code of each problem by the field that it names."""
    with pytest.raises(InputError) as caught:
        read(text, right_ids)
    for problem in caught.value.problems:
        assert problem.reason.zh and problem.reason.en and problem.hint.zh and problem.hint.en
    return {problem.field: problem.code for problem in caught.value.problems}


def changed(old: str, new: str, text: str = CASE) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_case_is_read_whole() -> None:
    request = read()
    assert request.purpose == "pledge"
    assert request.valuation_date == date(2026, 6, 30)
    assert request.rights == ("p1",)
    assert [method.id for method in request.methods] == ["income", "cost"]
    assert (request.seed, request.paths) == (1, 20_000)
    income = request.methods[0]
    assert isinstance(income, ReliefFromRoyalty)
    amounts = income.revenue.amounts
    assert isinstance(amounts, Growth)
    assert amounts.first_year.as_text() == "¥8,000,000.00 / ¥10,000,000.00 / ¥12,000,000.00"
    assert amounts.first_year.grade is EvidenceGrade.AUDITED
    assert amounts.first_year.source == "审计报告"
    assert [label.en for label, _ in income.income.discount.source.figures()] == ["risk-free rate", "risk premium"]


def test_a_forecast_by_year_says_itself_how_long_it_goes_on() -> None:
    income = read(BY_YEAR).methods[0]
    assert isinstance(income, ReliefFromRoyalty)
    assert income.revenue.years == 2
    assert income.income.life is None
    assert income.stated_life() == 2
    assert income.income.amortisation_years == 5


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("low = 0.03, mode = 0.05, high = 0.07", "value = 5.0", "method[1].royalty_rate.value", "out_of_range"),
        ("low = 0.03, mode = 0.05, high = 0.07", "value = nan", "method[1].royalty_rate.value", "not_finite"),
        ("low = 0.03, mode = 0.05, high = 0.07", "value = inf", "method[1].royalty_rate.value", "not_finite"),
        ("low = 0.03, mode = 0.05", "low = 0.06, mode = 0.05", "method[1].royalty_rate.mode", "range_out_of_order"),
        ("low = 0.03, mode", "value = 0.05, mode", "method[1].royalty_rate.mode", "value_and_range"),
        ('high = 0.07, grade = "declared"', "high = 0.07", "method[1].royalty_rate.grade", "missing"),
        ('high = 0.07, grade = "declared"', 'high = 0.07, grade = "good"', "method[1].royalty_rate.grade", "not_a_choice"),
        ("low = 8000000", "low = -1", "method[1].first_year_revenue.low", "too_small"),
        ("high = 12000000", "high = 2000000000000", "method[1].first_year_revenue.high", "out_of_range"),
        ("high = 12000000", "high = 12000000.001", "method[1].first_year_revenue.high", "not_money"),
        ("low = 6, mode", "low = -6, mode", "method[1].economic_life.low", "out_of_range"),
        ("mode = 0.05, high = 0.10, ", "mode = 0.05, ", "method[1].growth.high", "missing"),
        ("low = 0, mode = 0.05", "low = -0.95, mode = 0.05", "method[1].growth.low", "out_of_range"),
        ('decay = { value = 0.08', 'decay = { value = 1.5', "method[1].decay.value", "out_of_range"),
        ("tax_rate = 0.15", "tax_rate = 1.5", "method[1].tax_rate", "out_of_range"),
        ("tax_rate = 0.15", "", "method[1].tax_rate", "missing"),
        ('tax_basis = "after_tax"', 'tax_basis = "before_tax"', "method[1].tax_rate", "tax_before_tax"),
        ('convention = "mid_year"', "", "method[1].convention", "missing"),
        ("tax_rate = 0.15", "tax_rate = 0.15\namortisation_benefit_years = 10", "method[1].amortisation_benefit_years", "benefit_in_pledge_value"),
        ("royalty_rate =", "royalty_rte =", "method[1].royalty_rte", "unknown_field"),
        ("first_year_revenue =", "first_year =", "method[1].revenue", "revenue_form"),
        ("tax_rate = 0.15", 'tax_rate = 0.15\ndiscount_rate = { value = 0.1, grade = "declared" }', "method[1].discount_rate", "discount_form"),
        ('"relief_from_royalty"', '"royalties"', "method[1].method", "not_a_choice"),
        ("[[method.item]]", "[[method.itm]]", "method[2].item", "missing"),
        ('value = "200万元"', 'value = "200 million dollars"', "method[2].item[1].value", "not_money"),
        ('value = 0.05, grade = "declared" }\n\n[[method.item]]', 'value = 0.95, grade = "declared" }\n\n[[method.item]]', "method[2].functional_obsolescence.value", ""),
        ('purpose = "pledge"', 'purpose = "fun"', "purpose", "not_a_choice"),
        ("valuation_date = 2026-06-30", "valuation_date = 2026-09-02", "valuation_date", "date_in_future"),
        ("valuation_date = 2026-06-30", 'valuation_date = "30 June"', "valuation_date", "not_a_day"),
        ('redeployability = "medium"', "contract_end = 2026-06-30", "contract_end", "contract_over"),
        ('redeployability = "medium"', 'rights = ["p1", "p9"]', "rights", "unknown_right"),
        ('redeployability = "medium"', 'rights = ["p1", "p1"]', "rights", "right_twice"),
        ('redeployability = "medium"', "paths = 10", "paths", "out_of_range"),
        ('redeployability = "medium"', "seed = -1", "seed", "out_of_range"),
        ('id = "income"', 'id = "cost"', "method[2].id", "id_twice"),
        ("rho = 0.5", "rho = 1.5", "correlation[1].rho", "out_of_range"),
        ('"income.growth", "income.royalty"', '"income.growth", "income.tax"', "correlation[1].between", "not_two_inputs"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_its_field(old: str, new: str, field: str, code: str) -> None:
    text = changed(old, new)
    if not code:  # 10 % + 95 % only contradict each other where they are added
        field, code = "method[2].economic_obsolescence", "obsolescence_above_one"
        text = changed('obsolescence = "multiplied"', 'obsolescence = "added"', text)
    found = refusals(text)
    assert found.get(field) == code, found


def test_cash_flows_shorter_than_the_life_are_refused() -> None:
    text = changed("convention", 'economic_life = { value = 3, grade = "declared" }\nconvention', BY_YEAR)
    assert refusals(text) == {"method[1].economic_life": "forecast_shorter_than_life"}


def test_a_tax_benefit_has_no_meaning_before_tax() -> None:
    text = changed('tax_basis = "after_tax"\ntax_rate = 0.25', 'tax_basis = "before_tax"', BY_YEAR)
    assert refusals(text) == {"method[1].amortisation_benefit_years": "benefit_before_tax"}


def test_correlations_that_contradict_each_other_are_refused() -> None:
    more = """
[[correlation]]
between = ["income.growth", "income.life"]
rho = 0.9
[[correlation]]
between = ["income.royalty", "income.life"]
rho = -0.9
"""
    assert refusals(CASE + more) == {"correlation": "correlations_contradict"}


def test_everything_wrong_is_told_at_once() -> None:
    text = changed("tax_rate = 0.15", "tax_rate = 15", changed('purpose = "pledge"', 'purpose = "x"'))
    assert set(refusals(text)) == {"purpose", "method[1].tax_rate"}


def test_without_a_day_of_the_case_the_date_is_left_to_the_appraisal() -> None:
    assert read(changed("2026-06-30", "2030-06-30"), as_of=None).valuation_date > DAY


def test_what_is_too_much_is_shown_as_written() -> None:
    text = CASE.replace('tax_basis = "after_tax"', 'tax_basis = "net_of_tax"').replace(
        "decay = { value = 0.08,", "decay = { value = 0.08, high = 0.09,"
    )
    with pytest.raises(InputError) as refused:
        read(text)
    found = {problem.code: problem.value for problem in refused.value.problems}
    assert found["tax_twice"] == "0.15"
    assert found["value_and_range"] == "0.09"
