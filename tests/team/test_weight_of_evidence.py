"""The scorecard by weight of evidence: points by hand, reasons, calibration that never rewards worse facts."""

from dataclasses import replace
from decimal import Decimal
from math import log
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from team_cases import DAY, RULES, SOURCE, a_file

from zhirong.chain.credit.assessment import assess
from zhirong.chain.credit.file import Compliance, Tax
from zhirong.chain.credit.weight_of_evidence import (
    MISSING,
    PastOutcome,
    calibrate,
    chance_of_default,
    information_value,
    read_evidence,
    score_by_evidence,
)

EXPERT = read_evidence(RULES, DAY)
FEW = settings(max_examples=30, deadline=None)


def scored(file, card=EXPERT):
    return score_by_evidence(file, assess(file, DAY, RULES), DAY, card)


def test_points_by_hand():
    """Weights 0.40, 0.25, 0.20, 0.60, 0.45, 0.35; 20 points ÷ ln 2 each, rounded: 12, 7, 6, 17, 13, 10."""
    found = scored(a_file())
    assert [item.points for item in found.items] == [
        round(w * 20 / log(2)) for w in (0.40, 0.25, 0.20, 0.60, 0.45, 0.35)
    ]
    assert found.points == 600 + sum(item.points for item in found.items)
    assert not found.is_calibrated
    assert "未经数据校准" in found.basis.zh


def test_twenty_points_double_the_odds():
    scale = EXPERT.scaling
    assert chance_of_default(600, scale) == round(Decimal(1) / 51, 6)
    assert chance_of_default(620, scale) == round(Decimal(1) / 101, 6)


def test_reasons_name_what_costs_most():
    found = scored(a_file(tax=Tax("D", 0, SOURCE)))
    assert found.reasons[0].name == "tax_grade"
    assert found.reasons[0].lost == round(0.60 * 20 / log(2)) - round(-1.40 * 20 / log(2))
    assert {item.name for item in found.reasons} == {item.name for item in found.items if item.lost}


def test_missing_and_stale_score_as_the_worst():
    worst = scored(a_file(tax=Tax("D", 0, SOURCE)))
    assert scored(a_file(tax=None)).points == worst.points
    old = replace(SOURCE, day=SOURCE.day.replace(year=2019))
    stale = scored(a_file(tax=Tax("A", 0, old)))
    assert stale.points == worst.points
    assert next(item for item in stale.items if item.name == "tax_grade").key == MISSING


@FEW
@given(st.sampled_from([("D", "C"), ("C", "M"), ("M", "B"), ("B", "A")]), st.integers(0, 6), st.integers(0, 3))
def test_a_better_fact_never_costs_points(grades, penalties, fewer):
    def points(grade, count):
        return scored(a_file(tax=Tax(grade, 0, SOURCE), compliance=Compliance(count, False, False, SOURCE))).points

    assert points(grades[1], penalties) >= points(grades[0], penalties)
    assert points(grades[0], max(0, penalties - fewer)) >= points(grades[0], penalties)


def sample(seed, size, slope):
    """Firms whose chance of default falls with their tax grade, or not (slope 0), the rest without any effect."""
    rng = Random(seed)
    made = []
    for _ in range(size):
        grade = rng.randrange(5)
        values = {"tax_grade": "DCMBA"[grade], "penalties": Decimal(rng.randrange(4))}
        values |= {
            "debt_ratio": Decimal(rng.randrange(100)) / 100,
            "registration_years": Decimal(rng.randrange(20)),
        }
        made.append(PastOutcome(values, rng.random() < 0.15 - slope * grade))
    return made


def test_too_few_defaults_leave_it_expert():
    assert calibrate(sample(1, 100, 0.03), EXPERT, RULES, DAY) is EXPERT


def test_calibration_follows_the_data_and_says_so():
    data = sample(2, 5000, 0.03)
    card = calibrate(data, EXPERT, RULES, DAY)
    assert card.is_calibrated
    assert "5000" in card.basis.en
    tax = next(factor for factor in card.factors if factor.name == "tax_grade")
    assert tax.woe_of("A") > 0.5 > -0.2 > tax.woe_of("D")
    good = sum(not outcome.defaulted for outcome in data)
    assert card.scaling.value["base_odds"] == round(Decimal(good) / (5000 - good), 4)
    expert_tax = next(factor for factor in EXPERT.factors if factor.name == "tax_grade")
    expert_penalties = next(factor for factor in EXPERT.factors if factor.name == "penalties")
    assert information_value(expert_tax, data) > 10 * information_value(expert_penalties, data)


@FEW
@given(st.integers(0, 10_000), st.sampled_from([0.03, 0.0, -0.03]))
def test_calibrated_weights_never_reward_a_worse_fact(seed, slope):
    """Even where the sample says that worse firms default less."""
    card = calibrate(sample(seed, 1500, slope), EXPERT, RULES, DAY)
    for factor in card.factors:
        weights = [band.woe for band in factor.bands if band.key != MISSING]
        assert weights == sorted(weights)
        assert factor.woe_of(MISSING) <= weights[0]
