"""Decision trees, brand strength and the weighted return on assets: known answers computed here, and which way they move."""

from datetime import date
from math import sqrt

import pytest
from appraisal_cases import DAY, a_right
from hypothesis import given
from hypothesis import strategies as st

from zhirong.chain.appraisal import Appraisal, appraise, read_appraisal
from zhirong.chain.appraisal.brand import brand_multiple
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Right
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
PATENT = a_right(filing_date=date(2024, 3, 1))


def c(value: float | str) -> str:
    return f'{{ value = {value}, grade = "contract" }}'


def appraised(method: str, right: Right = PATENT, head: str = "") -> Appraisal:
    text = f'purpose = "transfer"\nvaluation_date = 2026-06-30\npaths = 1000\n{head}\n[[method]]\n{method}'
    found = appraise(read_appraisal(Reader(parse_toml(text, "case")), ["p1"], DAY), [right], RULES, DAY)
    assert isinstance(found, Appraisal), found
    return found


def worth(method: str, right: Right = PATENT) -> float:
    """The value in yuan."""
    return appraised(method, right).appraised_value / 100


def tree(
    *stages: tuple[float, float, float], left: float = 0.0, income: float = 1_000_000, tax: float = 0.25
) -> str:
    """Stages as (years, cost, chance); five years of income after them; 10 %."""
    text = (
        f'method = "decision_tree"\nincome_on_success = [{{ value = {income}, grade = "contract", years = 5 }}]\n'
        f"left_on_failure = {c(left)}\ndiscount_rate = {c(0.10)}\n"
        f'tax_basis = "after_tax"\ntax_rate = {tax}\nconvention = "end_of_year"\n'
    )
    for years, cost, chance in stages:
        text += f'[[method.stage]]\nlabel = "s"\nyears = {years}\ncost = {c(cost)}\nchance = {c(chance)}\n'
    return text


DCF = 750_000 * (1 - 1.1**-5) / 0.1


def test_one_certain_stage_is_the_plain_discounted_cash_flow() -> None:
    plain = f"""method = "excess_profit"
excess_profit = [{{ value = 1000000, grade = "contract", years = 5 }}]
discount_rate = {c(0.10)}
tax_basis = "after_tax"
tax_rate = 0.25
convention = "end_of_year"
"""
    assert worth(tree((0, 0, 1))) == worth(plain) == round(DCF, 2)


def test_two_stages_by_hand() -> None:
    second = 0.8 * DCF / 1.1**2 + 0.2 * 50_000 / 1.1**2 - 400_000 * 0.75 / 1.1
    first = 0.6 * second + 0.4 * 50_000 / 1.1 - 200_000 * 0.75
    assert worth(tree((1, 200_000, 0.6), (1, 400_000, 0.8), left=50_000)) == pytest.approx(first, abs=0.006)


def test_a_stage_that_does_not_pay_is_not_begun() -> None:
    assert worth(tree((1, 90_000_000, 0.6), left=50_000)) == 50_000
    # the second stage is dropped, the first has then nothing to win
    assert worth(tree((1, 100_000, 1.0), (1, 90_000_000, 1.0))) == 0


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_better_chance_never_lowers_a_tree(one: int, other: int) -> None:
    low, high = sorted((one / 100, other / 100))
    assert worth(tree((1, 200_000, low), left=10_000)) <= worth(tree((1, 200_000, high), left=10_000))


def test_the_law_ends_the_income_of_a_tree() -> None:
    ending = a_right(filing_date=date(2009, 6, 30))  # to 30 June 2029: three years
    assert worth(tree((1, 0, 1)), ending) == pytest.approx(750_000 * (1.1**-2 + 1.1**-3), rel=1e-3)


def test_a_tree_without_stages_or_with_exact_dates_is_refused() -> None:
    text = tree().replace("end_of_year", "exact_date")
    with pytest.raises(InputError) as caught:
        appraised(text)
    assert {"stages", "days_and_convention"} <= {problem.code for problem in caught.value.problems}


# -- brand strength -----------------------------------------------------------------------------------------------

MARK = a_right(kind=RightKind.TRADEMARK, registration_date=date(2020, 3, 1))


def brand(score: float, greatest: float = 20, role: float = 0.3) -> str:
    text = f"""method = "brand_strength"
role = {c(role)}
greatest_multiple = {c(greatest)}
tax_rate = 0.25
[[method.past_profit]]
weight = 3
value = 6000000
grade = "contract"
[[method.past_profit]]
weight = 1
value = 2000000
grade = "contract"
"""
    for part in (score / 4, score * 3 / 4):
        points = 25 if part == score / 4 else 75
        text += f'[[method.factor]]\nlabel = "f"\npoints = {points}\nvalue = {part}\ngrade = "contract"\n'
    return text


@pytest.mark.parametrize(("score", "multiple"), [(40, 6.4), (50, 10.0), (72, 10 + sqrt(44)), (100, 20.0)])
def test_brand_value_by_hand(score: float, multiple: float) -> None:
    expected = (3 * 6_000_000 + 2_000_000) / 4 * 0.3 * 0.75 * multiple
    assert worth(brand(score), MARK) == pytest.approx(expected, abs=0.006)
    assert worth(brand(score, greatest=10), MARK) == pytest.approx(expected / 2, abs=0.006)


@given(st.floats(0, 100), st.floats(0, 100))
def test_the_multiple_rises_with_the_score_within_its_limits(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= float(brand_multiple(low, 20.0)) <= float(brand_multiple(high, 20.0)) <= 20


@given(st.integers(4, 100), st.integers(4, 100))
def test_a_better_score_never_lowers_the_value(one: int, other: int) -> None:
    assert worth(brand(min(one, other)), MARK) <= worth(brand(max(one, other)), MARK)


def test_a_contract_that_ends_caps_the_multiple() -> None:
    short = appraised(brand(100), MARK, "contract_end = 2028-06-30").appraised_value / 100
    assert short == pytest.approx(5_000_000 * 0.3 * 0.75 * 2, rel=2e-3)


# -- weighted return on assets ------------------------------------------------------------------------------------


def wara(firm: float, wacc: float, required: float, *assets: tuple[float, float], life: str = "") -> str:
    text = (
        f'method = "weighted_return"\nenterprise_value = {c(firm)}\nwacc = {c(wacc)}\n'
        f"required_return = {c(required)}\n{life}\n"
    )
    for value, rate in assets:
        text += (
            f'[[method.contributory_asset]]\nlabel = "a"\nvalue = {value}\nreturn = {c(rate)}\ngrade = "contract"\n'
        )
    return text


ASSETS = ((15_000_000, 0.07), (6_000_000, 0.05))


def test_where_returns_agree_the_right_is_the_remainder_and_nothing_is_told() -> None:
    """Returns of 3.3 m less 1.35 m on a remainder of 9 m: the right must return 21.67 %."""
    required = round((30_000_000 * 0.11 - 1_350_000) / 9_000_000, 10)
    found = appraised(wara(30_000_000, 0.11, required, *ASSETS), MARK)
    assert found.appraised_value / 100 == pytest.approx(9_000_000, rel=1e-6)
    assert "wara_off_wacc" not in {alarm.code for alarm in found.alarms}


def test_returns_that_disagree_are_told_and_the_remainder_caps_the_value() -> None:
    found = appraised(wara(30_000_000, 0.11, 0.10, *ASSETS), MARK)
    assert found.appraised_value == 900_000_000
    assert "wara_off_wacc" in {alarm.code for alarm in found.alarms}


def test_a_limited_life_counts_the_return_of_its_years() -> None:
    life = f"economic_life = {c(5)}"
    expected = (30_000_000 * 0.11 - 1_350_000) * (1 - 1.25**-5) / 0.25
    assert worth(wara(30_000_000, 0.11, 0.25, *ASSETS, life=life)) == pytest.approx(expected, abs=0.006)


@given(st.integers(21, 60), st.integers(21, 60))
def test_a_dearer_firm_never_lowers_the_right(one: int, other: int) -> None:
    low, high = sorted((one * 1_000_000, other * 1_000_000))
    assert worth(wara(low, 0.11, 0.2, *ASSETS), MARK) <= worth(wara(high, 0.11, 0.2, *ASSETS), MARK)
