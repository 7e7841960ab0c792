"""The pledge rate: least of its limits, each change it names does what it says, better input never lowers it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quote_cases import case_table, changed

from zhirong.chain.credit.team import ItemResult, Mark, TeamAssessment, read_items
from zhirong.chain.quote.lender_loss import greatest_within_budget, loan_under
from zhirong.chain.quote.pledge_rate import pledge_rate
from zhirong.chain.quote.quote import quote
from zhirong.chain.quote.rates import grid_rate
from zhirong.chain.quote.stated import Scores, TitleInvestigation
from zhirong.chain.quote.title import read_title, title_gate
from zhirong.kernel.errors import InputError
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rule, RuleError
from zhirong.kernel.text import same
from zhirong.workbench import modes, rules

TABLE = case_table("xixian-jingshuixing")
RULES = rules()
DAY = date(2021, 11, 15)
FEW = settings(max_examples=15, deadline=None)
BEIJING, PUDONG = modes()["beijing"], modes()["pudong"]


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


def with_rule(rule_id, value):
    rule = RULES.rule(rule_id)
    versions = tuple(replace(version, value=value) for version in rule.versions)
    return RULES.merged_with([Rule(rule.id, rule.title, rule.unit, versions)])


WEAK_CREDIT = {"credit__tax__tax_grade": "D", "credit__debt__total_debt": "2500万元"}


def test_it_is_the_least_of_its_limits():
    found = pledge_rate(answer(), BEIJING, RULES)
    assert found.amount == min(limit.amount for limit in found.limits)
    assert found.binding == found.limits[0].code == "lending_value"
    value = answer().appraisal.appraised_value
    assert found.rate == Decimal(found.amount * 10_000 // value) / 10_000
    assert {limit.code for limit in found.limits} == {"pledge_rate", "lending_value", "cash_flow"}


def test_the_grid_takes_the_place_of_the_grade_factor():
    case = answer(request__amount=100_000)
    without = {limit.code: limit.rate for limit in pledge_rate(case, BEIJING, RULES).limits}
    found = {limit.code: limit.rate for limit in pledge_rate(case, BEIJING, RULES, scores(20, 20, "weak")).limits}
    assert without["pledge_rate"] == Fraction(25, 100) * Fraction(9, 10)
    assert found["one_plus_one"] == 0
    assert "one_plus_one" not in without
    strong = {
        limit.code: limit.rate for limit in pledge_rate(case, BEIJING, RULES, scores(80, 80, "strong")).limits
    }
    assert strong["pledge_rate"] == Fraction(25, 100)
    assert strong["one_plus_one"] == Fraction(1, 2)


def test_every_change_of_the_grid_does_what_it_says():
    case = answer()
    found = pledge_rate(case, BEIJING, RULES, scores(45, 50, "weak"))
    assert found.binding == "one_plus_one"
    better = {change.code: change for change in found.changes}
    by_right = pledge_rate(case, BEIJING, RULES, Scores(better["right_score"].to, a_team(50, "weak")))
    assert by_right.amount >= better["right_score"].reaches > found.amount
    grade = {45: "sound", 70: "strong"}[int(better["team_score"].to)] if "team_score" in better else None
    if grade:
        by_team = pledge_rate(case, BEIJING, RULES, scores(45, int(better["team_score"].to), grade))
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


def test_the_cash_flow_named_is_just_enough():
    case = answer(credit__cash_flow__operating_cash_flow="150万元", credit__cash_flow__debt_service="90万元")
    found = pledge_rate(case, BEIJING, RULES)
    assert found.binding == "cash_flow"
    change = {one.code: one for one in found.changes}["operating_cash_flow"]
    enough = answer(credit__cash_flow__operating_cash_flow=str(change.to), credit__cash_flow__debt_service="90万元")
    limit = next(one for one in enough.line.limits if one.code == "cash_flow")
    assert limit.amount >= change.reaches
    short = answer(
        credit__cash_flow__operating_cash_flow=str(change.to - Decimal("0.02")),
        credit__cash_flow__debt_service="90万元",
    )
    assert next(one for one in short.line.limits if one.code == "cash_flow").amount < change.reaches


TIGHT = with_rule("quote.loss_budget", Decimal("0.002"))


def test_the_budget_binds_where_the_bank_bears_all_and_not_where_the_state_does():
    case = answer(**WEAK_CREDIT)
    alone, shared = pledge_rate(case, BEIJING, TIGHT), pledge_rate(case, PUDONG, TIGHT)
    assert alone.binding == "expected_loss"
    assert alone.amount < shared.amount
    assert "expected_loss" not in {limit.code for limit in shared.limits}


def test_the_budget_holds_at_the_amount_and_not_a_step_above():
    case = answer(**WEAK_CREDIT)
    loan = loan_under(case, BEIJING, RULES)
    budget, step = Decimal("0.002"), 1_000_000
    amount = greatest_within_budget(loan, budget, 10**10, step)
    assert amount % step == 0
    assert loan.within(amount, budget)
    assert not loan.within(amount + step, budget)
    assert greatest_within_budget(loan, Decimal(1), 123_456_789, step) == 123_456_789
    assert greatest_within_budget(loan, Decimal(0), 10**10, step) == 0


@pytest.mark.parametrize("mode_id", ["beijing", "pudong", "zhongshan", "guangzhou-55", "xixian"])
def test_the_lender_s_loss_is_that_of_the_offer(mode_id):
    case = quote(changed(TABLE, appraisal__paths=2000), [modes()[mode_id]], RULES)
    offer = case.offers[0]
    own = next((part.amount for part in offer.expected_loss if part.role == "lender"), 0)
    loan = loan_under(case, modes()[mode_id], RULES)
    assert abs(loan.lender_loss(offer.amount) - own) < 1


def test_what_the_budget_asks_for_is_enough_and_hardly_more():
    case = answer(**WEAK_CREDIT)
    found = pledge_rate(case, BEIJING, TIGHT)
    loan = loan_under(case, BEIJING, TIGHT)
    better = {change.code: change for change in found.changes}
    budget = Decimal("0.002")
    target = better["default_probability"].reaches
    assert target == found.limits[1].amount
    assert loan.within(target, budget, default=better["default_probability"].to)
    assert not loan.within(target, budget, default=better["default_probability"].to + Decimal("0.0001"))
    assert loan.within(target, budget, times=float(better["proceeds"].to))
    assert not loan.within(target, budget, times=float(better["proceeds"].to) - 0.01)


def test_the_low_value_named_reaches_the_next_limit():
    case = answer()
    found = pledge_rate(case, BEIJING, RULES)
    change = {one.code: one for one in found.changes}["low_value"]
    kept = Fraction(1)
    for factor in case.lending.factors:
        kept *= Fraction(factor.value)
    assert int(Fraction(change.to) * 100 * kept) >= change.reaches
    assert int((Fraction(change.to) * 100 - 1) * kept) <= change.reaches


STEPS = [
    ("credit__tax__tax_grade", ["D", "C", "M", "B", "A"]),
    ("credit__debt__total_debt", ["2500万元", "1800万元", "1150万元", "300万元"]),
    ("credit__cash_flow__operating_cash_flow", ["-100万元", "100万元", "390万元", "2000万元"]),
    ("credit__bank_history__worst_overdue_days", [120, 40, 10, 0]),
    ("appraisal__redeployability", ["low", "medium", "high"]),
]


@pytest.mark.parametrize("mode", [BEIJING, modes()["guangzhou-55"]], ids=lambda mode: mode.id)
@pytest.mark.parametrize(("field", "steps"), STEPS, ids=lambda one: one if isinstance(one, str) else "")
def test_better_input_never_lowers_it(field, steps, mode):
    weak = {**WEAK_CREDIT, "credit__cash_flow__debt_service": "10万元"}
    for book in (RULES, TIGHT):
        amounts = [pledge_rate(answer(**{**weak, field: step}), mode, book).amount for step in steps]
        assert amounts == sorted(amounts)


@FEW
@given(st.integers(500, 9_000), st.integers(0, 6_000), st.sampled_from([RULES, TIGHT]))
def test_more_revenue_never_lowers_it(thousands, more, book):
    def at(amount):
        figure = {"value": amount * 10_000, "grade": "audited", "source": "test"}
        return pledge_rate(answer(**WEAK_CREDIT, appraisal__method__0__first_year_revenue=figure), BEIJING, book)

    assert at(thousands + more).amount >= at(thousands).amount


GRADES = [("weak", 20), ("sound", 55), ("strong", 90)]


@FEW
@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 2), st.integers(0, 2))
def test_better_scores_never_lower_it(one, other, first, second):
    case = answer()
    (low, high), (worse, better) = sorted((one, other)), sorted((first, second))

    def at(right, team):
        grade, score = GRADES[team]
        return pledge_rate(case, BEIJING, RULES, scores(right, score, grade)).amount

    assert at(high, better) >= at(low, worse)


def test_a_gate_that_fails_leaves_nothing_and_is_named():
    found = pledge_rate(answer(credit__compliance__dishonest_judgment_debtor=True), BEIJING, RULES)
    assert (found.rate, found.amount, found.binding) == (0, 0, "dishonest_judgment_debtor")
    assert found.limits
    nothing = pledge_rate(answer_without_value(), BEIJING, RULES)
    assert (nothing.amount, nothing.binding) == (0, "no_value")


def answer_without_value():
    return quote(changed(TABLE, appraisal=None), [], RULES)


# -- gates -------------------------------------------------------------------------------------------------------


def gates(**changes):
    return {gate.code: gate for gate in answer(**changes).gates}


def test_a_record_that_nobody_looked_at_is_open_not_passed():
    assert gates()["credit_unchecked"].verdict == "passed"
    found = gates(credit__compliance=None)["credit_unchecked"]
    assert found.verdict == "open"
    assert "失信被执行人" in found.reason.zh
    assert found.mend is not None
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
    assert weak.mend is not None


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
    assert (gate.mend is None) == (verdict == "passed")


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
