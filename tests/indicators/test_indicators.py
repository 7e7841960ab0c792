"""Indicator systems: data that fits together, scores that can be checked by hand, and never a value."""

import copy
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.indicators import (
    Answer,
    form,
    position_of,
    rank,
    read_answers,
    read_system,
    royalty_in_range,
    score_right,
    screen,
    system_ids,
)
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Flag, Holder, Licence, LicenceKind, Right
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader
from zhirong.kernel.provenance import EvidenceGrade, Provenance
from zhirong.kernel.rulebook import Rule, RuleError
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 9, 1)
GUIDE = read_system("national_guide", RULES, DAY)
BANK = read_system("bank_beijing", RULES, DAY)
FEW = settings(max_examples=40, deadline=None)


def a_right(right_id="p1", **changes):
    facts = {
        "filing_date": date(2018, 3, 1),
        "grant_date": date(2020, 3, 1),
        "fee_paid_through_year": 9,
        "holders": (Holder("甲公司"),),
    } | changes
    return Right(right_id, RightKind.INVENTION, "一种方法", "", **facts)


def best_answers(system):
    made = {}
    for indicator in system.indicators:
        if indicator.is_computed:
            continue
        if indicator.choices:
            value = max(indicator.choices, key=lambda choice: choice.points).code
        else:
            value = max(indicator.bands, key=lambda band: band.points).bound
        made[indicator.code] = Answer(value, Provenance("test", EvidenceGrade.DECLARED))
    return made


def test_the_guide_has_its_three_levels():
    assert (len(GUIDE.first), len(GUIDE.second), len(GUIDE.indicators)) == (3, 14, 27)
    assert [text.zh for text in GUIDE.first.values()] == ["法律价值", "技术价值", "经济价值"]
    assert set(GUIDE.weights) == {"pledge", "transfer", "licence", "contribution", "securitisation", "disposal"}
    assert len({tuple(weights.values()) for weights in GUIDE.weights.values()}) == 6
    assert system_ids(RULES) == ("bank_beijing", "national_guide")


def test_what_no_source_confirms_says_so():
    head, levels, items = GUIDE.references
    assert (head.confidence, levels.confidence, items.confidence) == ("secondary", "unconfirmed", "assumed")
    assert all(rule.reference.confidence == "assumed" for rule in GUIDE.weight_rules.values())
    assert items in score_right(GUIDE, a_right(), {}, "pledge", RULES, DAY).explanation.doubts()


def test_a_score_by_hand():
    """Only the computed items are known: 0.6·5/5 of L1 and 0.4·5/5, half of L4, 0.4 of T4 at 0, E1 …, by hand."""
    found = score_right(GUIDE, a_right(), {}, "pledge", RULES, DAY)
    by_hand = {
        "L1": Decimal(100),  # no proceedings, examined in substance
        "L4": Decimal(50),  # no burden: 0.5 · 5/5
        "T4": Decimal(0),  # no other right of the firm
        "E1": Decimal(40),  # 11.5 years of 20 are left: 0.5 · 4/5
        "E3": Decimal(0),
        "E4": Decimal(50),  # paid: 0.5 · 5/5
    }
    for code in GUIDE.second:
        assert found.second[code] == by_hand.get(code, 0), code
    expected = sum(GUIDE.weights["pledge"][code] * value for code, value in by_hand.items())
    assert found.score == round(expected, 2) == Decimal("22.50")
    assert found.highest > found.score
    assert len(found.missing) == 20


def test_best_answers_leave_nothing_open():
    others = [a_right(f"o{n}") for n in range(20)]
    right = a_right(
        filing_date=date(2025, 3, 1),
        grant_date=date(2026, 3, 1),
        fee_paid_through_year=2,
        licences=(Licence(LicenceKind.NON_EXCLUSIVE, "乙公司", yearly_fee=300_000_000),),
    )
    found = score_right(GUIDE, right, best_answers(GUIDE), "pledge", RULES, DAY, [right, *others])
    assert found.score == found.highest == 100
    assert found.coverage == 1
    assert found.missing == ()
    assert set(found.first.values()) == {Decimal(100)}


def test_what_the_record_shows_counts():
    clean = score_right(GUIDE, a_right(), {}, "pledge", RULES, DAY).score
    assert (
        score_right(GUIDE, a_right(flags=frozenset({Flag.INVALIDATION_PENDING})), {}, "pledge", RULES, DAY).score
        < clean
    )
    sole = Licence(LicenceKind.SOLE, "乙公司")
    assert score_right(GUIDE, a_right(licences=(sole,)), {}, "pledge", RULES, DAY).score < clean
    unknown_fee = score_right(GUIDE, a_right(fee_paid_through_year=None), {}, "pledge", RULES, DAY)
    assert "E4.1" in unknown_fee.missing


@FEW
@given(st.data())
def test_a_better_answer_never_lowers_a_score(data):
    indicator = data.draw(st.sampled_from([one for one in GUIDE.indicators if not one.is_computed]))
    others = {code: one for code, one in best_answers(GUIDE).items() if data.draw(st.booleans())}

    def at(value):
        answers = {**others, indicator.code: Answer(value, Provenance("test", EvidenceGrade.DECLARED))}
        return score_right(GUIDE, a_right(), answers, "pledge", RULES, DAY).score

    if indicator.choices:
        ordered = sorted(indicator.choices, key=lambda choice: choice.points)
        scores = [at(choice.code) for choice in ordered]
    else:
        numbers = sorted(data.draw(st.lists(st.decimals(0, 100, places=2), min_size=2, max_size=4)))
        scores = [at(number) for number in (numbers if indicator.higher_is_better else reversed(numbers))]
    assert scores == sorted(scores)
    without = {code: one for code, one in others.items() if code != indicator.code}
    missing = score_right(GUIDE, a_right(), without, "pledge", RULES, DAY)
    assert missing.score <= scores[0]
    assert missing.highest >= scores[-1]


def test_ranking_does_not_depend_on_the_order_given():
    scores = [
        score_right(GUIDE, a_right(f"p{n}", filing_date=date(2008 + n, 3, 1), grant_date=date(2010 + n, 3, 1)), {}, "pledge", RULES, DAY)
        for n in range(12)
    ]  # fmt: skip
    assert rank(scores) == rank(list(reversed(scores)))
    assert [one.score for one in rank(scores)] == sorted((one.score for one in scores), reverse=True)


def test_screening_does_not_judge_what_it_does_not_know():
    assert screen(score_right(GUIDE, a_right(), {}, "pledge", RULES, DAY), RULES, DAY)[0] == "too_little_known"
    assert screen(score_right(GUIDE, a_right(), best_answers(GUIDE), "pledge", RULES, DAY), RULES, DAY)[0] == "pass"
    worst = {
        one.code: Answer(min(one.choices, key=lambda c: c.points).code if one.choices else
                         (Decimal(0) if one.higher_is_better else Decimal(1000)), Provenance("t", EvidenceGrade.DECLARED))
        for one in GUIDE.indicators if not one.is_computed
    }  # fmt: skip
    assert screen(score_right(GUIDE, a_right(), worst, "pledge", RULES, DAY), RULES, DAY)[0] == "below"


def test_a_score_holds_no_money():
    """Nothing of an indicator score is an amount: no field, no unit, no key."""
    found = score_right(GUIDE, a_right(), best_answers(GUIDE), "pledge", RULES, DAY)
    assert {field.type for field in fields(found)} & {"Fen", "int"} == set()
    assert all(node.unit != "fen" for _, node in found.explanation.walk())
    assert "value" not in found.as_json()


@given(st.decimals(0, 100, places=2), st.decimals(0, 100, places=2), st.decimals(0, 1, places=2))
def test_a_royalty_stays_in_its_range_and_never_falls_with_the_score(one, other, reach):
    low, high = sorted((position_of(one, reach), position_of(other, reach)))
    assert 0 <= low <= high <= 1
    assert position_of(min(one, other), reach) == low
    assert position_of(Decimal(50), reach) == Decimal("0.5")


def test_a_royalty_in_its_range():
    found = score_right(GUIDE, a_right(), {}, "pledge", RULES, DAY)
    moved = royalty_in_range(found, Decimal("0.03"), Decimal("0.06"), RULES, DAY)
    assert moved.position == Decimal("0.5") + Decimal("0.5") * (found.score / 100 - Decimal("0.5"))
    assert moved.rate == Decimal("0.03") + Decimal("0.03") * moved.position
    with pytest.raises(ValueError, match="range"):
        royalty_in_range(found, Decimal("0.06"), Decimal("0.03"), RULES, DAY)
    with pytest.raises(ValueError, match="score"):
        position_of(Decimal(101), Decimal(1))


def test_a_trademark_is_not_scored_by_the_patent_guide():
    mark = replace(a_right(), kind=RightKind.TRADEMARK)
    with pytest.raises(InputError) as caught:
        score_right(GUIDE, mark, {}, "pledge", RULES, DAY)
    assert caught.value.problems[0].code == "system_does_not_suit"
    with pytest.raises(InputError) as caught:
        score_right(BANK, a_right(), {}, "transfer", RULES, DAY)
    assert caught.value.problems[0].code == "no_weights"


def test_answers_are_read_with_their_source():
    table = {
        "T5.1": {"answer": 9, "grade": "declared", "source": "验收报告"},
        "L2.1": {"answer": "broad", "grade": "audited", "source": "代理师意见"},
    }
    answers = read_answers(Reader(table), GUIDE)
    assert answers["T5.1"].value == 9
    assert answers["L2.1"].provenance.grade is EvidenceGrade.AUDITED
    assert len(form(GUIDE)) == 20


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"L1.1": {"answer": "none", "grade": "declared", "source": "x"}}, "computed"),
        ({"T5.1": {"answer": "nine", "grade": "declared", "source": "x"}}, "wrong_type"),
        ({"T5.1": {"answer": 9, "grade": "declared"}}, "missing"),
        ({"L2.1": {"answer": "huge", "grade": "declared", "source": "x"}}, "not_a_choice"),
        ({"T9.1": {"answer": 9, "grade": "declared", "source": "x"}}, "unknown_field"),
    ],
)
def test_bad_answers_are_named(table, code):
    with pytest.raises(InputError) as caught:
        read_answers(Reader(table), GUIDE)
    assert code in {problem.code for problem in caught.value.problems}


def spoilt(change):
    rule = copy.deepcopy(RULES.rule("indicators.national_guide.items"))
    change(rule.versions[0].value["third"])
    return RULES.merged_with([rule])


@pytest.mark.parametrize(
    "change",
    [
        lambda third: third[0].update(weight=Decimal("0.5")),
        lambda third: third[0].update(second="L9"),
        lambda third: third[0].update(measure="horoscope"),
        lambda third: third[0]["choices"].pop(),
        lambda third: third[3].update(bands=[{"bound": 1, "points": 5}, {"bound": 2, "points": 3}]),
        lambda third: third[1].update(code="L1.1"),
        lambda third: third[2].pop("ask"),
    ],
)
def test_a_system_that_does_not_fit_together_is_refused(change):
    with pytest.raises(RuleError):
        read_system("national_guide", spoilt(change), DAY)


def test_weights_must_sum_to_one():
    rule = copy.deepcopy(RULES.rule("indicators.national_guide.weights.pledge"))
    rule.versions[0].value["L1"] = Decimal("0.5")
    with pytest.raises(RuleError, match="sum to 1"):
        read_system("national_guide", RULES.merged_with([Rule(rule.id, rule.title, rule.unit, rule.versions)]), DAY)


@pytest.mark.parametrize(
    ("system", "code", "wrong", "right"),
    [
        (GUIDE, "T5.1", 99, 9),  # readiness levels go to nine
        (GUIDE, "T5.1", 0, 1),
        (GUIDE, "E3.1", 55, "0.55"),  # a share of the firm's revenue
        (GUIDE, "E2.2", "1.01", 1),
        (GUIDE, "T1.1", -1, 0),
        (BANK, "G3.1", 30, "0.3"),
        (BANK, "G1.1", -2, -1),
    ],
)
def test_a_number_that_no_answer_can_be_is_refused(system, code, wrong, right):
    def answered(value):
        return read_answers(
            Reader({code: {"answer": Decimal(value), "grade": "declared", "source": "x"}}, "t"), system
        )

    with pytest.raises(InputError) as refused:
        answered(wrong)
    assert [problem.field for problem in refused.value.problems] == [f"t.{code}.answer"]
    assert answered(right)[code].value == Decimal(right)
