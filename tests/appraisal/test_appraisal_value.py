"""From a request to a value: intervals, reconciliation, alarms, life, no value, and reproducibility."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from appraisal_cases import CASE, DAY, VALUED, Growth, a_right, cost_method, figure, read, request, royalty_method

from zhirong.chain.appraisal import Appraisal, NoValue, appraise
from zhirong.chain.appraisal.document import appraisal_document, no_value_part
from zhirong.chain.appraisal.simulation import Correlation, distribution_of, normal_cdf, uniforms
from zhirong.chain.appraisal.uncertain import read_widening, triangular_quantile
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import LegalStatus, Role
from zhirong.kernel.document import to_json
from zhirong.kernel.errors import InputError
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import RuleError, read_rules
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.kernel.text import same

RULES = load_rulebook()


def codes_of(found: Appraisal) -> list[str]:
    """The alarms, without those of records that are made of certain figures on purpose."""
    certain = {"contract_proves_no_future", "everything_contract", "no_interval"}
    return [alarm.code for alarm in found.alarms if alarm.code not in certain]


def value_of(asked: object, *rights: object) -> Appraisal:
    found = appraise(asked, rights or (a_right(),), RULES, DAY)  # type: ignore[arg-type]
    assert isinstance(found, Appraisal), found
    return found


def nothing_of(asked: object, *rights: object) -> NoValue:
    found = appraise(asked, rights or (a_right(),), RULES, DAY)  # type: ignore[arg-type]
    assert isinstance(found, NoValue)
    return found


# -- the whole of a case ----------------------------------------------------------------------------------------


def test_a_case_gives_an_interval_with_its_errors_and_its_drivers() -> None:
    found = value_of(read())
    quantiles = list(found.value.percentiles.values())
    assert quantiles == sorted(quantiles)
    assert len(set(quantiles)) == 5
    assert found.appraised_value == found.value.percentiles[50]
    assert found.value.mean > found.value.median  # the upside is longer than the downside
    assert all(0 < error < found.value.median // 100 for error in found.value.errors.values())
    assert {bar.input for bar in found.tornado} == {
        f"income.{name}" for name in ("revenue", "growth", "decay", "royalty", "discount", "life")
    }
    swings = [abs(bar.swing) for bar in found.tornado]
    assert swings == sorted(swings, reverse=True)
    assert found.tornado[0].input == "income.royalty"
    by_name = {bar.input: bar for bar in found.tornado}
    assert by_name["income.discount"].swing < 0 < by_name["income.revenue"].swing
    assert by_name["income.royalty"].input_low < 0.05 < by_name["income.royalty"].input_high
    assert "80 % likely" in found.show("en")
    assert "元之间" in found.show()


def test_an_input_without_a_range_leaves_p50_as_it_is() -> None:
    """Bars are moves of P50 as the appraisal shows it, not of the P50 of the fewer paths that measure the moves."""
    royalty = figure("0.03", "0.05", "0.08", kind="rate")
    found = value_of(request(royalty_method(royalty=royalty), paths=12_000))
    bars = {bar.input: bar for bar in found.tornado}
    single = [bar for bar in bars.values() if bar.input_low == bar.input_high]
    assert len(single) >= 2
    assert {(bar.p50_low, bar.p50_high) for bar in single} == {(found.value.median, found.value.median)}
    assert bars["income.royalty"].p50_low < found.value.median < bars["income.royalty"].p50_high


def test_json_carries_money_as_strings_in_yuan_and_every_input_with_its_grade() -> None:
    found = json.loads(json.dumps(to_json(appraisal_document(value_of(read())))))
    assert set(found["value"]) >= {
        "p5",
        "p10",
        "p50",
        "p90",
        "p95",
        "mean",
        "standard_deviation",
        "simulation_error",
    }
    assert found["value"]["p50"].rpartition(".")[2].isdigit()
    assert len(found["value"]["p50"].rpartition(".")[2]) == 2
    grades = {entry["input"]: entry["figures"][0]["grade"] for entry in found["methods"][0]["inputs"]}
    assert grades["income.revenue"] == "audited"
    assert grades["income.decay"] == "assumed"
    assert [method["weight"] for method in found["methods"]] == ["1", "0"]
    assert found["explanation"]["label"]["en"] == "appraised value (P50)"


def test_the_same_seed_gives_the_same_value_and_another_seed_another() -> None:
    one, again, other = value_of(read()), value_of(read()), value_of(replace(read(), seed=2))
    assert one.value == again.value
    assert one.value != other.value
    assert abs(one.value.median - other.value.median) < 5 * (one.value.errors[50] + other.value.errors[50])


def test_adding_a_cross_check_changes_no_draw_of_the_leading_method() -> None:
    both = read()
    assert value_of(both).value == value_of(replace(both, methods=both.methods[:1])).value


# -- reconciliation and alarms ----------------------------------------------------------------------------------


def test_income_leads_and_cost_stands_beside_it() -> None:
    found = value_of(request(royalty_method(), cost_method()))
    assert {result.id: result.weight for result in found.results} == {"income": 1, "cost": 0}
    assert found.value == found.results[0].value


def test_two_methods_of_one_approach_share_the_weight() -> None:
    found = value_of(request(royalty_method(), royalty_method(id="b", royalty=figure("0.07", kind="rate"))))
    assert [result.weight for result in found.results] == [pytest.approx(0.5)] * 2
    low, high = (result.value.median for result in found.results)
    assert found.appraised_value == pytest.approx((low + high) / 2, abs=1)


def test_the_same_method_written_twice_is_no_surer_than_once() -> None:
    """Methods value one right: what one of them gets wrong the other does too, so the interval must not narrow."""
    uncertain = royalty_method(royalty=figure("0.03", "0.05", "0.07", kind="rate"))
    once, twice = value_of(request(uncertain)), value_of(request(uncertain, replace(uncertain, id="b")))
    for percent, amount in once.value.percentiles.items():
        assert twice.value.percentiles[percent] == pytest.approx(amount, rel=0.02)
    for percent, amount in twice.value.percentiles.items():
        parts = [result.value.percentiles[percent] for result in twice.results]
        assert amount == pytest.approx(sum(parts) / 2, abs=1)


@pytest.mark.parametrize(("royalty", "weights"), [("0.149", ["0.5", "0.5"]), ("0.151", ["1", "0"])])
def test_leading_methods_too_far_apart_are_not_averaged(royalty: str, weights: list[str]) -> None:
    """Royalties of 5 % and of 14.9 or 15.1 % of the same sales: values 2.98 and 3.02 times apart."""
    found = value_of(request(royalty_method(), royalty_method(id="b", royalty=figure(royalty, kind="rate"))))
    assert [str(result.weight) for result in found.results] == weights
    if weights == ["1", "0"]:
        assert codes_of(found) == ["methods_disagree"]
        assert found.value == found.results[0].value
        assert {bar.input.partition(".")[0] for bar in found.tornado} == {"income"}
        assert "the lowest" in found.explanation.as_text("en")
    else:
        assert codes_of(found) == []


def test_cost_alone_is_a_value() -> None:
    assert [result.weight for result in value_of(request(cost_method())).results] == [1]


@pytest.mark.parametrize(("cost_new", "codes"), [(561_000, []), (563_000, ["methods_disagree"])])
def test_methods_too_far_apart_raise_an_alarm_instead_of_an_average(cost_new: int, codes: list[str]) -> None:
    """Income gives 159,167.92; cost 85 % of the replacement cost: 2.996 times and 3.007 times as much."""
    found = value_of(request(royalty_method(), cost_method(items=((same("a"), figure(cost_new)),))))
    assert codes_of(found) == codes
    assert found.value == found.results[0].value


def test_an_old_valuation_is_stale_and_still_there() -> None:
    fresh = value_of(request(royalty_method(), valuation_date=date(2025, 9, 1)))
    old = value_of(request(royalty_method(), valuation_date=date(2025, 8, 31)))
    assert not fresh.stale
    assert old.stale
    assert codes_of(old) == ["stale"]
    assert old.appraised_value == fresh.appraised_value


def test_a_royalty_above_what_is_customary_is_pointed_out() -> None:
    found = value_of(request(royalty_method(royalty=figure("0.30", kind="rate"))))
    assert codes_of(found) == ["royalty_above_customary"]


def test_a_mean_far_above_the_median_is_pointed_out() -> None:
    revenue = figure(0, 0, 1_000_000)
    growth = Growth(revenue, figure("-0.5", "-0.5", "1.5", kind="growth"), None)
    found = value_of(request(royalty_method(revenue=growth)))
    assert found.value.mean > found.value.median
    assert codes_of(found) == ["growth_near_discount", "growth_far_out", "mean_far_above_median"]


# -- life -------------------------------------------------------------------------------------------------------


def test_the_law_ends_what_the_appraiser_would_go_on_with() -> None:
    ending = a_right(filing_date=date(2009, 7, 1))  # ends on 2029-06-30: three years of five are left
    short, whole = value_of(request(royalty_method()), ending), value_of(request(royalty_method()))
    assert short.life.legal == pytest.approx(3.0, abs=0.01)
    assert short.life.remaining == pytest.approx(3.0, abs=0.01)
    three = value_of(request(royalty_method(life=figure(3, kind="years"))))
    assert short.appraised_value < whole.appraised_value
    assert short.appraised_value == pytest.approx(three.appraised_value, rel=0.005)


def test_a_forecast_by_year_ends_with_its_last_year_and_earlier_by_law() -> None:
    stated, unstated = (value_of(request(royalty_method(life=life))) for life in (figure(5, kind="years"), None))
    assert unstated.value == stated.value
    assert unstated.life.remaining == 5
    assert "income.life" not in {bar.input for bar in unstated.tornado}
    ending = a_right(filing_date=date(2009, 7, 1))
    short = value_of(request(royalty_method(life=None)), ending)
    assert short.value == value_of(request(royalty_method()), ending).value
    growing_on = royalty_method(revenue=Growth(figure(1_000_000), figure(0, kind="growth"), None), life=None)
    level = royalty_method(revenue=tuple(figure(1_000_000) for _ in range(20)), life=None)
    assert value_of(request(growing_on), ending).value == value_of(request(level), ending).value


def test_a_contract_ends_it_too() -> None:
    found = value_of(request(royalty_method(), contract_end=date(2028, 6, 30)))
    assert found.life.remaining == pytest.approx(2.0, abs=0.01)


def test_each_right_has_a_life_of_its_own_and_a_further_one_never_shortens_it() -> None:
    old = a_right("p2", filing_date=date(2008, 1, 1), role=Role.GENERAL)
    asked = request(royalty_method(), rights=("p1", "p2"))
    alone = value_of(request(royalty_method()))
    assert value_of(asked, a_right(), old).value == alone.value
    unmarked = value_of(asked, a_right(role=Role.GENERAL), old)
    assert unmarked.life.decisive == "p1"
    assert unmarked.value == alone.value
    # A longer-lived right that is not core does not prolong what the core right earns.
    core = a_right(filing_date=date(2009, 7, 1))
    young = a_right("p2", filing_date=date(2024, 1, 1), role=Role.GENERAL)
    assert value_of(asked, core, young).value == value_of(request(royalty_method()), core).value


def test_a_right_whose_life_cannot_be_told_is_named_only_where_no_other_carries_the_value() -> None:
    dateless = a_right("p2", filing_date=None, grant_date=None)
    asked = request(royalty_method(), rights=("p1", "p2"))
    assert value_of(asked, a_right(), dateless).life.unknown == ()


def test_a_trademark_is_renewed() -> None:
    mark = a_right(kind=RightKind.TRADEMARK, registration_date=date(2017, 1, 1))  # this term ends within the year
    assert value_of(request(royalty_method()), mark).life.legal is None


# -- no value ---------------------------------------------------------------------------------------------------


def test_no_value_without_any_method_and_never_zero() -> None:
    found = nothing_of(request())
    assert found.code == "no_economic_input"
    assert "not a value of zero" in found.reason.en
    assert found.hint.zh
    assert json.loads(json.dumps(to_json(no_value_part(found))))["code"] == "no_economic_input"


@pytest.mark.parametrize(
    ("method", "named"),
    [
        (royalty_method(royalty=figure(0, kind="rate")), "royalty rate"),
        (royalty_method(revenue=(figure(0),) * 5), "revenue by year"),
        (cost_method(items=((same("a"), figure(0)),)), "replacement cost"),
    ],
)
def test_a_stated_zero_is_a_value_of_zero_and_the_input_is_named(method: Any, named: str) -> None:
    found = value_of(request(method))
    assert (found.value.percentiles[5], found.value.percentiles[95]) == (0, 0)
    (alarm,) = (alarm for alarm in found.alarms if alarm.code == "zero_because")
    assert f"because {named} is stated as zero" in alarm.text.en


@pytest.mark.parametrize(
    "right",
    [
        a_right(filing_date=date(2006, 6, 30)),
        a_right(status=LegalStatus.LAPSED),
        a_right(ended_date=VALUED),
        a_right(kind=RightKind.TRADEMARK, registration_date=date(2017, 1, 1), status=LegalStatus.EXPIRED),
    ],
)
def test_no_value_once_the_life_is_over(right: object) -> None:
    assert nothing_of(request(royalty_method()), right).code == "no_life_left"


def test_no_value_while_the_legal_life_cannot_be_told() -> None:
    found = nothing_of(request(royalty_method()), a_right(filing_date=None))
    assert found.code == "legal_life_unknown"
    assert "filing_date" in found.reason.en


def test_a_living_authors_copyright_has_a_life() -> None:
    work = a_right(kind=RightKind.SOFTWARE, filing_date=None, grant_date=None, creation_date=date(2020, 1, 1))
    person = replace(work, holders=(replace(work.holders[0], is_natural_person=True),))
    assert value_of(request(royalty_method()), person).life.legal is None
    assert nothing_of(request(royalty_method()), replace(work, creation_date=None)).code == "legal_life_unknown"


def test_a_date_after_the_day_and_a_right_that_is_not_there_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        appraise(
            request(royalty_method(), valuation_date=date(2026, 9, 2), rights=("p9",)), [a_right()], RULES, DAY
        )
    assert [problem.code for problem in caught.value.problems] == ["date_in_future", "unknown_right"]


# -- the model's parts ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [(0.0, 1.0, 4.0), (1.0, 1.0, 2.0), (0.0, 2.0, 2.0), (-1.0, 0.5, 1.0)])
def test_the_quantile_undoes_the_distribution_function(points: tuple[float, float, float]) -> None:
    low, mode, high = points
    u = np.linspace(0.01, 0.99, 99)
    x = np.asarray(triangular_quantile(u, low, mode, high))
    rising = (x - low) ** 2 / max((high - low) * (mode - low), 1e-300)
    falling = 1 - (high - x) ** 2 / max((high - low) * (high - mode), 1e-300)
    assert np.allclose(np.where(x < mode, rising, falling), u)
    assert [triangular_quantile(float(p), low, mode, high) for p in u] == pytest.approx(x.tolist())


def test_the_normal_distribution_function() -> None:
    z = np.array([-3.0, -1.959963985, -1.0, 0.0, 0.6744897502, 1.0, 2.326347874])
    exact = [0.001349898, 0.025, 0.158655254, 0.5, 0.75, 0.841344746, 0.99]
    assert np.allclose(normal_cdf(z), exact, atol=1e-7)


def test_correlated_draws_have_the_rank_correlation_that_the_copula_gives() -> None:
    draws = uniforms(7, 20_000, ["a", "b", "c"], [Correlation("a", "b", 0.6)])
    spearman = np.corrcoef(draws["a"], draws["b"])[0, 1]
    assert spearman == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.02)
    assert np.corrcoef(draws["a"], draws["c"])[0, 1] == pytest.approx(0, abs=0.02)
    for draw in draws.values():
        assert 0 < draw.min() < draw.max() < 1
        assert draw.mean() == pytest.approx(0.5, abs=0.01)


def test_percentiles_and_their_errors_are_those_of_many_runs() -> None:
    runs = [distribution_of(np.random.default_rng(seed).exponential(1000.0, 4_000)) for seed in range(60)]
    for percent, exact in ((10, 105.36), (50, 693.15), (90, 2302.59)):
        found = np.array([run.percentiles[percent] / 100 for run in runs])
        stated = np.mean([run.errors[percent] / 100 for run in runs])
        assert found.mean() == pytest.approx(exact, rel=0.02)
        assert stated == pytest.approx(found.std(ddof=1), rel=0.35)
    means = np.array([run.mean / 100 for run in runs])
    assert np.mean([run.mean_error / 100 for run in runs]) == pytest.approx(means.std(ddof=1), rel=0.35)


def test_any_other_percentile_is_read_from_the_paths_which_nobody_can_change() -> None:
    found = distribution_of(np.arange(101.0))
    assert found.at(25) == 2_500
    assert found.at(50) == 5_000
    with pytest.raises(ValueError, match="read-only"):
        found.paths[0] = 1.0


def test_weaker_evidence_widens_the_interval_on_both_sides() -> None:
    spreads = []
    for grade in EvidenceGrade:
        revenue = tuple(figure(1_000_000, grade=grade) for _ in range(5))
        found = value_of(request(royalty_method(revenue=revenue)))
        spreads.append((found.value.percentiles[10], found.value.percentiles[90]))
    assert spreads == sorted(spreads, key=lambda ends: ends[1] - ends[0])
    assert [low for low, _ in spreads] == sorted((low for low, _ in spreads), reverse=True)
    assert spreads[0][0] == spreads[0][1]


@pytest.mark.parametrize("table", ["{ contract = { relative = 0, points = 0 } }", "3"])
def test_a_rule_that_leaves_out_a_grade_is_a_fault_of_the_rule(table: str) -> None:
    text = f"""
[[rule]]
id = "appraisal.evidence"
title = "t"
unit = "table"
[[rule.version]]
value = {table}
confidence = "assumed"
"""
    with pytest.raises(RuleError, match="every evidence grade"):
        read_widening(read_rules(text, "x.toml")[0].versions[0])


def test_the_explanation_names_every_input_and_every_doubtful_rule() -> None:
    found = value_of(read(CASE))
    text = found.explanation.as_text("en")
    for words in (
        "royalty rate: 3 % / 5 % / 7 %",
        "risk premium",
        "evidence: audited; source: 审计报告",
        "multiplied",
    ):
        assert words in text
    assert found.explanation.doubts()


@pytest.mark.parametrize("name", ["first_year_revenue", "growth", "royalty_rate", "economic_life"])
def test_better_evidence_raises_the_low_value_and_narrows_the_interval(name: str) -> None:
    lows, widths = [], []
    line = next(line for line in CASE.splitlines() if line.startswith(name))
    for grade in ("assumed", "declared", "audited", "contract"):
        stated = line.replace('"audited"', f'"{grade}"').replace('"declared"', f'"{grade}"')
        found = value_of(read(CASE.replace(line, stated))).value
        lows.append(found.percentiles[10])
        widths.append(found.percentiles[90] - found.percentiles[10])
    if name in ("growth", "economic_life"):  # no contract proves them: it counts as audited where money is lent
        assert (lows.pop(), widths.pop()) == (lows[-1], widths[-1])
    assert lows == sorted(set(lows))
    assert widths == sorted(set(widths), reverse=True)
