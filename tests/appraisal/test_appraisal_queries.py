"""What an appraisal asks back, and what it takes as stated: inputs at the edge of experience, zeros, marks for ever."""

import json
from datetime import date
from decimal import Decimal
from math import erfc, exp, log, sqrt
from pathlib import Path
from typing import Any

import pytest
from appraisal_cases import DAY, a_right
from hypothesis import given
from hypothesis import strategies as st

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.simulation import normal_cdf
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Right
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
PATENT = a_right()
MARK = a_right(kind=RightKind.TRADEMARK, registration_date=date(2020, 1, 1))

# The inputs of a small firm; a test changes one of them.
INPUTS = {
    "royalty_rate": '{ low = 0.02, mode = 0.03, high = 0.04, grade = "declared" }',
    "discount_rate": '{ low = 0.14, mode = 0.17, high = 0.2, grade = "assumed" }',
    "economic_life": '{ low = 5, mode = 7, high = 9, grade = "assumed" }',
    "first_year_revenue": '{ value = "2000万元", grade = "audited" }',
    "growth": '{ low = 0.0, mode = 0.05, high = 0.1, grade = "declared" }',
}


def table(purpose: str = "pledge", head: str = "", **changes: str | None) -> dict[str, Any]:
    """Relief from royalty with the inputs above; one put to None is left out."""
    inputs = {name: text for name, text in {**INPUTS, **changes}.items() if text is not None}
    lines = "\n".join(f"{name} = {text}" for name, text in inputs.items())
    return parse_toml(
        f'purpose = "{purpose}"\nvaluation_date = 2026-06-30\npaths = 2000\n{head}\n[[method]]\nmethod = "relief_from_royalty"\n'
        f'tax_basis = "after_tax"\ntax_rate = 0.15\nconvention = "mid_year"\n{lines}',
        "case",
    )


def value(given_table: dict[str, Any], right: Right = PATENT, asked: int | None = None) -> Appraisal:
    request = read_appraisal(Reader(given_table), ["p1"], DAY, of=[right], asked=asked)
    found = appraise(request, [right], RULES, DAY)
    assert isinstance(found, Appraisal), found
    return found


def codes(found: Appraisal) -> set[str]:
    return {alarm.code for alarm in found.alarms}


def refused(given_table: dict[str, Any], right: Right = PATENT) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read_appraisal(Reader(given_table), ["p1"], DAY, of=[right])
    return [(problem.field, problem.code) for problem in caught.value.problems]


def test_the_usual_inputs_raise_no_question() -> None:
    assert codes(value(table(), asked=200_000_000)) == set()


# -- growth -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("growth", "expected"),
    [
        ("0.3", {"growth_near_discount"}),
        ("0.17", {"growth_near_discount"}),
        ("0.14", {"growth_near_discount"}),
        ("0.13", set()),
    ],
)
def test_growth_near_or_above_the_discount_rate_is_told(growth: str, expected: set[str]) -> None:
    found = value(table(growth=f'{{ value = {growth}, grade = "declared" }}'))
    assert codes(found) - {"mean_far_above_median"} == expected


def test_growth_of_two_hundred_percent_is_asked_back_as_a_unit() -> None:
    found = value(table(growth='{ value = 2.0, grade = "declared" }'))
    assert {"growth_near_discount", "growth_far_out"} <= codes(found)


def test_growth_told_year_by_year_is_growth_too() -> None:
    by_year = '[{ value = "1000万元", grade = "audited" }, { value = "1500万元", grade = "declared" }]'
    found = value(table(first_year_revenue=None, growth=None, economic_life=None, revenue=by_year))
    assert "growth_near_discount" in codes(found)


@pytest.mark.parametrize(
    ("method", "amount"),
    [
        ("licence_income", 'exclusivity = "sole"\nshare_of_sales = { value = 0.05, grade = "declared" }\nfirst_year_revenue = A'),
        ("profit_split", 'split_rate = { value = 0.2, grade = "declared" }\nfirst_year_profit = A'),
        ("excess_profit", "first_year_excess_profit = A"),
        ("excess_earnings", 'first_year_revenue = A\nmargin = { value = 0.2, grade = "declared" }\ncharges = "fixed"\n[[method.contributory_asset]]\nlabel = "x"\nvalue = 100000\ngrade = "audited"\nreturn = { value = 0.05, grade = "declared" }'),
        ("capitalisation", "yearly_income = A"),
    ],
)  # fmt: skip
def test_every_method_with_growth_tells_it(method: str, amount: str) -> None:
    figure = '{ value = 5000000, grade = "audited" }'
    text = (
        f'purpose = "transfer"\nvaluation_date = 2026-06-30\npaths = 1000\n[[method]]\nmethod = "{method}"\n'
        'tax_basis = "net_of_tax"\nconvention = "end_of_year"\ngrowth = { value = 0.3, grade = "declared" }\n'
        'economic_life = { value = 7, grade = "declared" }\ndiscount_rate = { value = 0.1, grade = "declared" }\n'
        + amount.replace("= A", f"= {figure}")
    )
    assert "growth_near_discount" in codes(value(parse_toml(text, "case")))


# -- far outside experience, or another unit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "asked"), [("0.2", True), ("0.19", True), ("0.18", False), ("0.017", False), ("0.016", True)]
)
def test_a_royalty_far_from_the_published_median_is_asked_back(rate: str, asked: bool) -> None:
    found = value(table(royalty_rate=f'{{ value = {rate}, grade = "declared" }}'))
    assert ("royalty_far_from_published" in codes(found)) is asked


def test_revenue_typed_in_ten_thousands_is_asked_back() -> None:
    slip = table(first_year_revenue='{ value = 2000, grade = "audited" }')
    assert codes(value(slip, asked=200_000_000)) == {"revenue_far_out", "value_far_from_loan"}
    assert codes(value(slip)) == {"revenue_far_out"}


def test_amounts_ten_thousand_times_too_large_are_asked_back() -> None:
    slip = table(first_year_revenue='{ value = "20000000万元", grade = "audited" }')
    assert codes(value(slip, asked=200_000_000)) == {"revenue_far_out", "value_far_from_loan"}


@pytest.mark.parametrize(("rate", "asked"), [("1", True), ("0.02", True), ("0.03", False), ("0.5", False)])
def test_a_discount_rate_far_from_experience_is_asked_back(rate: str, asked: bool) -> None:
    low = table(
        discount_rate=f'{{ value = {rate}, grade = "declared" }}', growth='{ value = 0, grade = "declared" }'
    )
    assert ("discount_far_out" in codes(value(low))) is asked


# -- a contract proves no future -----------------------------------------------------------------------------------


CERTAIN = {
    "royalty_rate": '{ value = 0.03, grade = "contract" }',
    "discount_rate": '{ value = 0.17, grade = "contract" }',
    "economic_life": '{ value = 7, grade = "contract" }',
    "first_year_revenue": '{ value = "2000万元", grade = "contract" }',
    "growth": '{ value = 0.05, grade = "contract" }',
}


def test_every_input_graded_contract_is_asked_back_and_keeps_an_interval_where_money_is_lent() -> None:
    pledge = value(table(**CERTAIN))
    assert codes(pledge) == {"contract_proves_no_future", "everything_contract"}
    assert pledge.value.percentiles[10] < pledge.value.percentiles[50] < pledge.value.percentiles[90]
    audited = {
        name: CERTAIN[name].replace("contract", "audited") for name in ("growth", "discount_rate", "economic_life")
    }
    assert pledge.value == value(table(**{**CERTAIN, **audited})).value
    assert "counted as audited" in pledge.explanation.as_text("en")


def test_an_interval_never_vanishes_without_a_word() -> None:
    sale = value(table("transfer", **CERTAIN))
    assert sale.value.percentiles[10] == sale.value.percentiles[90]
    assert codes(sale) == {"contract_proves_no_future", "everything_contract", "no_interval"}


@pytest.mark.parametrize("name", ["growth", "discount_rate", "economic_life"])
def test_one_forecast_graded_contract_is_named(name: str) -> None:
    found = value(table(**{name: CERTAIN[name]}))
    assert codes(found) == {"contract_proves_no_future"}


# -- zero and missing ----------------------------------------------------------------------------------------------


def test_a_royalty_of_zero_is_a_value_of_zero_with_its_reason() -> None:
    found = value(table(royalty_rate='{ value = 0, grade = "declared" }'))
    assert found.appraised_value == 0
    assert codes(found) == {"zero_because", "worth_nothing"}
    assert (
        "because royalty rate is stated as zero"
        in next(a for a in found.alarms if a.code == "zero_because").text.en
    )


@pytest.mark.parametrize("name", ["royalty_rate", "discount_rate", "growth"])
def test_one_missing_field_is_one_problem(name: str) -> None:
    (problem,) = refused(table(**{name: None}))
    assert problem[0].startswith(f"method[1].{name}")


def test_a_missing_life_is_one_problem_and_a_number_in_its_place_another() -> None:
    assert refused(table(economic_life=None)) == [("method[1].economic_life", "life_missing")]
    assert refused(table(economic_life="7")) == [("method[1].economic_life", "wrong_type")]


# -- a trademark is renewed ----------------------------------------------------------------------------------------

FOR_EVER = """purpose = "transfer"
valuation_date = 2026-06-30
paths = 1000
[[method]]
method = "relief_from_royalty"
first_year_revenue = { value = 8000000, grade = "contract" }
growth = { value = GROWTH, grade = "contract" }
royalty_rate = { value = 0.03, grade = "contract" }
tax_basis = "net_of_tax"
convention = "end_of_year"
discount_rate = { value = 0.12, grade = "contract" }
"""


def test_a_mark_earns_for_ever() -> None:
    assert value(parse_toml(FOR_EVER.replace("GROWTH", "0"), "case"), MARK).appraised_value == 200_000_000
    growing = parse_toml(FOR_EVER.replace("GROWTH", "0.02"), "case")
    assert value(growing, MARK).appraised_value == 240_000_000
    assert refused(growing, PATENT) == [("method[1].economic_life", "life_missing")]


def test_a_contract_ends_the_income_of_a_mark() -> None:
    text = FOR_EVER.replace("GROWTH", "0").replace("paths = 1000", "paths = 1000\ncontract_end = 2031-06-30")
    years = 1826 / 365.25
    expected = 240_000 * ((1 - 1.12**-4) / 0.12 + (years - 4) * 1.12**-5)
    assert value(parse_toml(text, "case"), MARK).appraised_value == pytest.approx(expected * 100, rel=1e-3)


def earnings(charges: str, life: str = "", growth: str = "0.02") -> dict[str, Any]:
    return parse_toml(
        f"""purpose = "transfer"
valuation_date = 2026-06-30
paths = 1000
[[method]]
method = "excess_earnings"
first_year_revenue = {{ value = 10000000, grade = "audited" }}
growth = {{ value = {growth}, grade = "contract" }}
margin = {{ value = 0.2, grade = "contract" }}
{charges}
{life}
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
discount_rate = {{ value = 0.12, grade = "contract" }}
[[method.contributory_asset]]
label = "营运资金"
value = 5000000
grade = "contract"
return = {{ value = 0.06, grade = "contract" }}
""".replace('value = 10000000, grade = "audited"', 'value = 10000000, grade = "contract"'),
        "case",
    )


@pytest.mark.parametrize(
    ("charges", "expected"),
    [
        ('charges = "fixed"', 1_500_000 / 0.10 - 300_000 / 0.12),
        ('charges = "with_revenue"', (1_500_000 - 300_000) / 0.10),
        (
            'charges = "own_growth"\ncharge_growth = { value = 0.04, grade = "contract" }',
            1_500_000 / 0.10 - 300_000 / 0.08,
        ),
    ],
)
def test_excess_earnings_of_a_mark_go_on_and_charges_may_grow_apart(charges: str, expected: float) -> None:
    assert value(earnings(charges), MARK).appraised_value == round(expected * 100)


def test_charges_at_their_own_growth_in_a_life_of_five_years() -> None:
    charges = 'charges = "own_growth"\ncharge_growth = { value = 0.04, grade = "contract" }'
    found = value(earnings(charges, 'economic_life = { value = 5, grade = "contract" }'))
    expected = sum((1_500_000 * 1.02**t - 300_000 * 1.04**t) / 1.12 ** (t + 1) for t in range(5))
    assert found.appraised_value == round(expected * 100)


@given(st.decimals("0", "0.1", places=3), st.decimals("0", "0.1", places=3))
def test_charges_that_grow_faster_never_leave_more(one: Decimal, other: Decimal) -> None:
    def worth(growth: Decimal) -> int:
        charges = f'charges = "own_growth"\ncharge_growth = {{ value = {growth}, grade = "contract" }}'
        return value(earnings(charges), MARK).appraised_value

    assert worth(max(one, other)) <= worth(min(one, other))


# -- closed formulas -----------------------------------------------------------------------------------------------


def test_a_real_option_is_exact_to_the_fen() -> None:
    text = """purpose = "transfer"
valuation_date = 2026-06-30
paths = 1000
[[method]]
method = "real_option"
project_value = { value = 80000000, grade = "contract" }
development_cost = { value = 100000000, grade = "contract" }
years_to_decide = { value = 5, grade = "contract" }
riskless_rate = 0.03
volatility = { value = 0.30, grade = "contract" }
exercise = "at_end"
leakage = { value = 0.02, grade = "contract" }
"""

    def phi(z: float) -> float:
        return erfc(-z / sqrt(2)) / 2

    one = (log(0.8) + (0.03 - 0.02 + 0.045) * 5) / (0.3 * sqrt(5))
    expected = 80e6 * exp(-0.1) * phi(one) - 100e6 * exp(-0.15) * phi(one - 0.3 * sqrt(5))
    assert value(parse_toml(text, "case")).appraised_value == round(expected * 100) == 1_463_217_695


@given(st.floats(-8, 8))
def test_the_normal_distribution_is_exact(z: float) -> None:
    """Against its series around zero, summed here: φ(z)·Σ z^(2k+1) ÷ (1·3·…·(2k+1))."""
    term, total = z, z
    for k in range(1, 400):
        term *= z * z / (2 * k + 1)
        total += term
    expected = 0.5 + exp(-z * z / 2) / 2.5066282746310002 * total
    assert float(normal_cdf(z)) == pytest.approx(expected, abs=1e-12)


# -- on the command line and in a quote ----------------------------------------------------------------------------

CASE = """
[case]
id = "slip"
title = "收入写成 2000 元"
as_of = 2026-09-01
[firm]
name = "甲公司"
region = "320500"
[request]
amount = "200万元"
term_months = 12
purpose = "采购原材料"
[[rights]]
id = "p1"
kind = "invention"
title = "一种散热装置"
number = "202019993456.5"
filing_date = 2020-03-02
grant_date = 2022-05-04
role = "core"
[[rights.holders]]
name = "甲公司"
[appraisal]
purpose = "pledge"
valuation_date = 2026-06-30
paths = 1000
[[appraisal.method]]
method = "relief_from_royalty"
tax_basis = "after_tax"
tax_rate = 0.15
convention = "mid_year"
"""


@pytest.mark.parametrize("command", ["appraise", "quote"])
def test_the_loan_asked_for_and_the_alarms_reach_the_command(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {**INPUTS, "first_year_revenue": '{ value = 2000, grade = "audited" }'}
    path = tmp_path / "case.toml"
    path.write_text(CASE + "\n".join(f"{name} = {text}" for name, text in inputs.items()), encoding="utf-8")
    main([command, str(path), "--json"])
    answer = json.loads(capsys.readouterr().out)
    shown = json.dumps(answer, ensure_ascii=False)
    assert "请核实单位是否为元" in shown
    assert "differs widely from the loan applied for" in shown
