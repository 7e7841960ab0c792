"""The recognised pledge value: least of its limits, sets of rights, each change it names does what it says."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quote_cases import case_table, changed

from zhirong.chain.credit.team import ItemResult, Mark, TeamAssessment, read_items
from zhirong.chain.quote.optional_inputs import Scores, TitleInvestigation
from zhirong.chain.quote.pledge_value import pledge_value
from zhirong.chain.quote.quote import quote
from zhirong.chain.quote.rates import grid_rate
from zhirong.chain.quote.title import read_title, title_gate
from zhirong.chain.quote.view import view
from zhirong.kernel.errors import InputError
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import RuleError
from zhirong.kernel.text import same
from zhirong.workbench import rules

TABLE = case_table("xixian-jingshuixing")
RULES = rules()
DAY = date(2021, 11, 15)
FEW = settings(max_examples=15, deadline=None)


def answer(**changes):
    return quote(changed(TABLE, appraisal__paths=2000, **changes), [], RULES)


def a_team(score, grade, state="agreed"):
    items = tuple(
        ItemResult(item, (Mark(3, "x"), Mark(3, "x")), Fraction(3), False) for item in read_items(RULES, DAY)
    )
    return TeamAssessment(
        Decimal(score), grade, same(grade), None, state, items, (), ("甲", "乙"), Explanation(same("team"))
    )


def scores(right, team, grade):
    return Scores(Decimal(right), a_team(team, grade))


WEAK_CREDIT = {"credit__tax__tax_grade": "D", "credit__debt__total_debt": "2500万元"}


def test_it_is_the_least_of_its_limits_for_the_right_that_carries_it():
    found = answer().pledge
    assert found.amount == min(limit.amount for limit in found.limits)
    assert found.binding == found.limits[0].code == "lending_value"
    value = answer().appraisal.appraised_value
    assert found.rate == Decimal(found.amount * 10_000 // value) / 10_000
    assert {limit.code for limit in found.limits} == {"pledge_rate", "lending_value"}


def member(found, right, team, grade):
    """The pledge value with scores in place of what the case states."""
    judged = replace(found.judged, scores=scores(right, team, grade))
    case = replace(found.case, rights=found.case.rights)
    return pledge_value(case, found.rights, {}, found.appraisal, judged, found.lending.sale_day, RULES)


def test_the_grid_of_right_and_team_is_one_more_limit():
    found = answer(request__amount=100_000)
    assert "one_plus_one" not in {limit.code for limit in found.pledge.limits}
    weak = {limit.code: limit.rate for limit in member(found, 20, 20, "weak").limits}
    strong = {limit.code: limit.rate for limit in member(found, 80, 80, "strong").limits}
    assert weak["one_plus_one"] == 0
    assert strong["one_plus_one"] == Fraction(1, 2)
    # The credit grade is no part of the pledge: the cap is the kind's alone.
    assert weak["pledge_rate"] == strong["pledge_rate"] == Fraction(25, 100)


def test_the_credit_grade_does_not_move_the_pledge_value():
    assert answer(**WEAK_CREDIT).pledge.amount == answer().pledge.amount


def test_every_change_of_the_grid_does_what_it_says():
    case = answer()
    found = member(case, 45, 50, "weak")
    assert found.binding == "one_plus_one"
    better = {change.code: change for change in found.changes}
    by_right = member(case, better["right_score"].to, 50, "weak")
    assert by_right.amount >= better["right_score"].reaches > found.amount
    grade = {45: "sound", 70: "strong"}[int(better["team_score"].to)] if "team_score" in better else None
    if grade:
        by_team = member(case, 45, int(better["team_score"].to), grade)
        assert by_team.amount >= better["team_score"].reaches


def test_a_grid_in_which_better_bears_less_is_refused():
    rule = RULES.at("quote.pledge_rate_grid", DAY)
    spoilt = {
        "rows": [{"from": 0, "rates": {"weak": Decimal("0.3")}}, {"from": 50, "rates": {"weak": Decimal("0.2")}}]
    }
    with pytest.raises(RuleError, match="lower rate"):
        grid_rate(replace(rule, value=spoilt), Decimal(60), "weak")
    with pytest.raises(RuleError, match="no column"):
        grid_rate(rule, Decimal(60), "splendid")


def test_the_low_value_named_reaches_the_next_limit():
    case = answer()
    change = {one.code: one for one in case.pledge.changes}["low_value"]
    kept = Fraction(1)
    for factor in case.lending.factors:
        kept *= Fraction(factor.value)
    assert int(Fraction(change.to) * 100 * kept) >= change.reaches
    assert int((Fraction(change.to) * 100 - 1) * kept) <= change.reaches


@FEW
@given(st.integers(500, 9_000), st.integers(0, 6_000))
def test_more_revenue_never_lowers_it(thousands, more):
    def at(amount):
        figure = {"value": amount * 10_000, "grade": "audited", "source": "test"}
        return answer(appraisal__method__0__first_year_revenue=figure).pledge.amount

    assert at(thousands + more) >= at(thousands)


GRADES = [("weak", 20), ("sound", 55), ("strong", 90)]


@FEW
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 2), st.integers(0, 2))
def test_better_scores_never_lower_it(one, other, first, second):
    case = answer()
    (low, high), (worse, better) = sorted((one, other)), sorted((first, second))

    def at(right, team):
        grade, score = GRADES[team]
        return member(case, right, score, grade).amount

    assert at(high, better) >= at(low, worse)


# -- sets of rights ------------------------------------------------------------------------------------------------


def with_rights(*wanted, **changes):
    """The case with these of its rights alone, all of them core and appraised."""
    table = case_table("xixian-jingshuixing")
    table["rights"] = [{**right, "role": "core"} for right in table["rights"] if right["id"] in wanted]
    table["appraisal"]["rights"] = list(wanted)
    table["appraisal"]["paths"] = 2000
    return quote(changed(table, **changes), [], RULES)


IDS = tuple(right["id"] for right in TABLE["rights"])


def test_a_set_is_worth_its_best_member_at_least_and_says_which_right_adds_what():
    alone = {right_id: with_rights(right_id).pledge.amount for right_id in IDS}
    whole = with_rights(*IDS)
    assert whole.pledge.amount >= max(alone.values())
    shares = {share.right_id: share for share in whole.pledge.rights}
    assert {right_id: shares[right_id].alone for right_id in IDS} == alone
    best = max(IDS, key=alone.__getitem__)
    second = sorted(alone.values())[-2]
    assert shares[best].adds == alone[best] - second
    assert whole.appraisal.appraised_value >= max(with_rights(one).appraisal.appraised_value for one in IDS)


@pytest.mark.parametrize("added", IDS)
def test_a_further_right_never_lowers_it(added):
    for first in IDS:
        if first != added:
            assert with_rights(first, added).pledge.amount >= with_rights(first).pledge.amount


def test_a_right_that_fails_a_check_is_left_out_and_the_rest_carries_on():
    good = with_rights(IDS[0])
    both = with_rights(*IDS[:2], rights__1__status="lapsed", rights__1__ended_date=date(2021, 1, 1))
    assert both.pledge.amount == good.pledge.amount
    left_out = [share for share in both.pledge.rights if share.removed is not None]
    assert [share.right_id for share in left_out] == [IDS[1]]
    assert both.appraisal.request.rights == (IDS[0],)


def test_no_right_left_is_no_value_and_names_them():
    found = with_rights(IDS[0], rights__0__status="lapsed", rights__0__ended_date=date(2021, 1, 1))
    assert (found.pledge.amount, found.pledge.binding) == (0, "no_right_left")
    assert found.pledge.rights[0].removed is not None


def test_a_patent_valued_by_cost_alone_carries_nothing():
    table = case_table("xixian-jingshuixing")
    table["appraisal"]["method"] = [one for one in table["appraisal"]["method"] if one["method"] == "cost"]
    table["appraisal"]["rights"] = [IDS[0]]
    found = quote(changed(table), [], RULES)
    assert found.appraisal.appraised_value > 0
    assert (found.pledge.amount, found.pledge.binding) == (0, "cost_alone")


# -- gates -------------------------------------------------------------------------------------------------------


def gates(**changes):
    return {gate.code: gate for gate in answer(**changes).gates}


def test_a_record_that_nobody_looked_at_is_open_not_passed():
    assert gates()["credit_unchecked"].verdict == "passed"
    found = gates(credit__compliance=None)["credit_unchecked"]
    assert found.verdict == "open"
    assert "失信被执行人" in found.reason.zh
    assert found.hint is not None
    stale = gates(credit__compliance__date=date(2015, 1, 1))["credit_unchecked"]
    assert stale.verdict == "open"


def test_co_owners_have_a_code_of_their_own():
    firm = {"name": "陕西泾水兴环保科技公司"}
    asked = gates(rights__0__holders=[firm, {"name": "某大学"}])["co_owner_consent"]
    refused = gates(rights__0__holders=[firm, {"name": "某大学", "consents": False}])["co_owner_consent"]
    agreed = gates(rights__0__holders=[firm, {"name": "某大学", "consents": True}])["co_owner_consent"]
    assert (asked.verdict, refused.verdict, agreed.verdict) == ("open", "failed", "passed")
    assert refused.references


def test_nothing_but_assumptions_is_declined():
    table = case_table("xixian-jingshuixing")
    for method in table["appraisal"]["method"]:
        for holder in (method, *method.get("item", [])):
            for figure in (holder, *holder.values()):
                if isinstance(figure, dict) and "grade" in figure:
                    figure["grade"] = "assumed"
    weak = {gate.code: gate for gate in quote(changed(table), [], RULES).gates}["evidence_weak"]
    assert weak.verdict == "failed"
    assert weak.hint is not None


def test_a_well_documented_cross_check_does_not_make_up_for_an_assumed_income():
    table = case_table("xixian-jingshuixing")
    item = {"label": "x", "value": "10万元", "grade": "contract"}
    for method in table["appraisal"]["method"]:
        if method["method"] == "cost":
            method["item"] = [{**item, "label": f"x{number}"} for number in range(40)]
            continue
        for holder in (method, *method.get("discount_item", [])):
            for figure in (holder, *holder.values()):
                if isinstance(figure, dict) and "grade" in figure:
                    figure["grade"] = "assumed"
    found = quote(changed(table), [], RULES)
    assert [result.weight for result in found.appraisal.results].count(0) == 1
    assert {gate.code: gate for gate in found.gates}["evidence_weak"].verdict == "failed"


# -- title investigation -----------------------------------------------------------------------------------------

INVESTIGATION = {
    "law_firm": "某律师事务所",
    "commissioned_on": date(2021, 10, 10),
    "cost": "8000",
    "paid_by": "pledgor",
    "done_on": date(2021, 10, 25),
    "finding": "clear",
}


def title(**changes):
    table = {name: value for name, value in {**INVESTIGATION, **changes}.items() if value is not None}
    return read_title(Reader(table), ["p1", "p2"], DAY)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "passed"),
        ({"finding": "curable", "words": "更名未登记"}, "open"),
        ({"finding": "defective"}, "failed"),
        ({"done_on": None, "finding": None}, "open"),
        ({"rights": ["p2"]}, "open"),
        ({"commissioned_on": date(2020, 1, 1), "done_on": date(2020, 2, 1)}, "open"),
    ],
)
def test_the_title_investigation_is_a_gate(changes, verdict):
    gate = title_gate(title(**changes), ["p1"], RULES, DAY)
    assert gate.verdict == verdict
    assert "8,000.00" in gate.reason.zh
    assert (gate.hint is None) == (verdict == "passed")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"done_on": date(2022, 1, 1)}, "date_out_of_order"),
        ({"done_on": None}, "finding_before_end"),
        ({"rights": ["p9"]}, "unknown_right"),
        ({"cost": "-1"}, "too_small"),
        ({"paid_by": "nobody"}, "not_a_choice"),
    ],
)
def test_a_title_investigation_that_contradicts_itself(changes, code):
    with pytest.raises(InputError) as caught:
        title(**changes)
    assert code in {problem.code for problem in caught.value.problems}


def test_its_cost_is_kept_as_data():
    assert isinstance(title(), TitleInvestigation)
    assert title().as_json()["cost"] == "8000.00"


# -- one P10 everywhere --------------------------------------------------------------------------------------------


def test_an_unchecked_appraisal_publishes_a_wider_interval_and_the_limit_uses_it():
    checked, unchecked = answer(), answer(appraisal__checked=False)
    middle, low = checked.appraisal.appraised_value, checked.appraisal.interval()[0]
    assert unchecked.appraisal.appraised_value == middle
    wider = round(middle - Fraction(RULES.at("practice.online_stretch", DAY).number()) * (middle - low))
    assert unchecked.published[0] == unchecked.lending.low_value == wider < low
    assert unchecked.pledge.amount < checked.pledge.amount
    assert checked.published == checked.appraisal.interval()
    assert view(unchecked).value.p10 == yuan(wider)
