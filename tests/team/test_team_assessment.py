"""The team assessment: two raters with evidence, agreement measured, nothing about age, sex or origin."""

import copy
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from team_cases import CODES, DAY, RULES, ratings, sheet

from zhirong.chain.credit.team import assess_team, protected_word, read_items, weighted_kappa
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import RuleError

FEW = settings(max_examples=60, deadline=None)
MARKS = st.lists(st.integers(1, 5), min_size=len(CODES), max_size=len(CODES))


def codes_of(*sheets):
    with pytest.raises(InputError) as caught:
        ratings(*sheets)
    return {problem.code: problem.field for problem in caught.value.problems}


def test_kappa_by_hand():
    """Five levels; observed squared distances 0+0+1+4 over 4 pairs; expected 24+8+12+24 over the 16 combinations."""
    pairs = [(1, 1), (3, 3), (4, 5), (5, 3)]
    expected = Fraction(sum((a - b) ** 2 for a, _ in pairs for _, b in pairs), 16)
    assert expected == Fraction(68, 16)
    assert weighted_kappa(pairs, 5) == 1 - Fraction(5, 4) / Fraction(68, 16) == Fraction(12, 17)


def test_kappa_of_a_published_table():
    """Two raters, 2 × 2 table 20/5/10/15 (κ unweighted = weighted for two levels): 0.40."""
    pairs = [(1, 1)] * 20 + [(1, 2)] * 5 + [(2, 1)] * 10 + [(2, 2)] * 15
    assert weighted_kappa(pairs, 2) == Fraction(2, 5)


def test_kappa_at_its_ends():
    assert weighted_kappa([(n, n) for n in range(1, 6)], 5) == 1
    assert weighted_kappa([(n, 6 - n) for n in range(1, 6)], 5) == -1
    assert weighted_kappa([(3, 3), (3, 3)], 5) is None
    with pytest.raises(ValueError, match="between"):
        weighted_kappa([(0, 1)], 5)


def test_two_who_agree():
    found = assess_team(
        ratings(sheet("甲", [3, 4, 3, 4, 2, 5, 4, 3]), sheet("乙", [3, 4, 4, 4, 2, 5, 4, 3])), RULES, DAY
    )
    assert found.state == "agreed"
    assert found.usable
    assert found.agreement is not None
    assert found.agreement > 0
    assert found.missing == ()


@pytest.mark.parametrize(("points", "score", "grade"), [(1, 0, "weak"), (3, 50, "sound"), (5, 100, "strong")])
def test_the_scale(points, score, grade):
    found = assess_team(ratings(sheet("甲", points), sheet("乙", points)), RULES, DAY)
    assert (found.score, found.grade, found.agreement) == (score, grade, None)
    assert found.state == "agreed"


def test_far_apart_asks_for_a_third_who_settles_it():
    one, other = [3] * 7 + [5], [3] * 7 + [2]
    found = assess_team(ratings(sheet("甲", one), sheet("乙", other)), RULES, DAY)
    assert found.state == "third_rater_needed"
    assert not found.usable
    assert [item.item.code for item in found.items if item.disputed] == [CODES[-1]]
    settled = assess_team(ratings(sheet("甲", one), sheet("乙", other), sheet("丙", [None] * 7 + [4])), RULES, DAY)
    assert settled.state == "settled"
    assert settled.items[-1].points == 4


def test_agreement_no_better_than_chance_asks_for_a_third():
    """Never two levels apart, and yet no agreement: kappa below the rule's least."""
    found = assess_team(ratings(sheet("甲", [3, 4] * 4), sheet("乙", [4, 3] * 4)), RULES, DAY)
    assert found.agreement == -1
    assert found.state == "third_rater_needed"


def test_what_nobody_marked_counts_lowest_and_is_named():
    full = assess_team(ratings(sheet("甲", 4), sheet("乙", 4)), RULES, DAY)
    gaps = [None] + [4] * 7
    found = assess_team(ratings(sheet("甲", gaps), sheet("乙", gaps)), RULES, DAY)
    assert found.missing == (CODES[0],)
    assert found.items[0].points == 1
    assert found.score < full.score


@FEW
@given(MARKS, MARKS, st.one_of(st.none(), MARKS), st.integers(0, 2), st.integers(0, len(CODES) - 1))
def test_a_better_mark_never_lowers_the_score(one, other, third, who, where):
    sheets = [one, other] + ([third] if third else [])
    raised = [list(marks) for marks in sheets]
    target = raised[min(who, len(raised) - 1)]
    target[where] = min(5, target[where] + 1)

    def score(all_marks):
        return assess_team(ratings(*(sheet(f"人{n}", m) for n, m in enumerate(all_marks))), RULES, DAY).score

    assert score(raised) >= score(sheets)


def test_one_rater_is_not_enough_and_old_sheets_are_stale():
    assert assess_team(ratings(sheet("甲", 4)), RULES, DAY).state == "one_rater"
    old = sheet("乙", 4, date=date(2025, 6, 1))
    assert assess_team(ratings(sheet("甲", 4), old), RULES, DAY).state == "stale"
    with pytest.raises(InputError):
        assess_team((), RULES, DAY)


def test_what_a_sheet_must_hold():
    assert codes_of(sheet("甲", 3), sheet(" 甲 ", 3)) == {"same_rater": "rating"}
    assert "not_independent" in codes_of(sheet("甲", 3, independent=False), sheet("乙", 3))
    assert "not_independent" in codes_of(sheet("甲", 3, rated_alone=False), sheet("乙", 3))
    assert "date_in_future" in codes_of(sheet("甲", 3, date=date(2027, 1, 1)), sheet("乙", 3))
    assert "out_of_range" in codes_of(sheet("甲", 6), sheet("乙", 3))
    bare = sheet("甲", 3)
    bare["marks"]["market"] = {"points": 3}
    assert codes_of(bare, sheet("乙", 3)) == {"missing": "rating[1].marks.market.evidence"}
    assert "number_of_raters" in codes_of(*(sheet(name, 3) for name in "甲乙丙丁"))


@pytest.mark.parametrize(
    "name", ["age", "founder_age", "Gender", "birthPlace", "负责人年龄", "性别", "籍贯", "hometown"]
)
def test_age_sex_and_origin_are_refused_by_name(name):
    marked = sheet("甲", 3)
    marked["marks"][name] = {"points": 3, "evidence": "x"}
    assert codes_of(marked, sheet("乙", 3)) == {"protected_trait": f"rating[1].marks.{name}"}


def test_harmless_words_that_hold_a_barred_one_pass():
    """ "management" holds "age", "extraction" holds "race": whole words count."""
    barred = RULES.at("credit.team.barred", DAY)
    assert protected_word(("management", "ip_management", "stage", "trace", "经营管理"), barred) == ""


def test_an_unknown_item_is_named():
    marked = sheet("甲", 3)
    marked["marks"]["charm"] = {"points": 3, "evidence": "x"}
    assert codes_of(marked, sheet("乙", 3)) == {"unknown_item": "rating[1].marks.charm"}


@pytest.mark.parametrize(
    "change",
    [
        lambda items: items[0].update(code="founder_age"),
        lambda items: items[0].update(title={"zh": "性别", "en": "x"}),
        lambda items: items[0]["anchors"].pop(),
        lambda items: items[0].update(weight=items[1]["weight"]),
        lambda items: items[0].pop("title"),
    ],
)
def test_an_edited_rule_is_checked(change):
    rule = copy.deepcopy(RULES.rule("credit.team.items"))
    change(rule.versions[0].value["items"])
    with pytest.raises(RuleError):
        read_items(RULES.merged_with([rule]), DAY)
