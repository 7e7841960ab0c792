"""Overrides: one band, two people, a coded reason, an expiry, tracked against outcomes."""

from datetime import date

import pytest
from team_cases import DAY, RULES, SOURCE, a_file

from zhirong.chain.credit.assessment import assess
from zhirong.chain.credit.file import Compliance
from zhirong.chain.credit.override import (
    Override,
    OverrideOutcome,
    direction_of,
    grade_order,
    grade_with,
    read_outcomes,
    read_override,
    track,
)
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader

GRADED = assess(a_file(tax=None), DAY, RULES)
BETTER, GRADE, WORSE = "A", GRADED.grade, "C"


def table(**changes):
    return {
        "to_grade": BETTER,
        "reason": "order_signed",
        "words": "与某集团签订 800 万元供货合同",
        "proposed_by": "王某",
        "approved_by": "李某",
        "made_on": date(2026, 8, 20),
        "expires": date(2027, 2, 20),
    } | changes


def read(graded=GRADED, **changes):
    return read_override(Reader(table(**changes)), "甲公司", graded, RULES, DAY)


def codes(**changes):
    with pytest.raises(InputError) as caught:
        read(**changes)
    return {problem.code for problem in caught.value.problems}


def test_it_holds_from_its_first_to_its_last_day_and_for_its_grade_only():
    assert GRADE == "B"
    override = read()
    assert grade_with(GRADED, override, date(2026, 8, 19)) == GRADE
    assert grade_with(GRADED, override, date(2026, 8, 20)) == BETTER
    assert grade_with(GRADED, override, date(2027, 2, 20)) == BETTER
    assert grade_with(GRADED, override, date(2027, 2, 21)) == GRADE
    other = assess(a_file(tax=None, debt=None, cash_flow=None), DAY, RULES)
    assert other.grade != GRADE
    assert grade_with(other, override, DAY) == other.grade
    assert grade_with(GRADED, None, DAY) == GRADE


def test_down_as_well_as_up():
    override = read(to_grade=WORSE, reason="key_person_left")
    assert direction_of(override, grade_order(RULES, DAY)) == "down"


def test_every_rule_is_kept():
    assert codes(to_grade="D") >= {"not_one_band"}
    assert codes(to_grade=GRADE) == {"not_one_band"}
    assert codes(approved_by=" 王 某") == {"same_person"}
    assert codes(reason="gut_feeling") >= {"not_a_choice"}
    assert codes(reason="key_person_left") == {"reason_points_elsewhere"}
    assert codes(expires=date(2027, 2, 21)) == {"expiry_out_of_range"}
    assert codes(expires=date(2026, 8, 19)) == {"expiry_out_of_range"}
    assert "date_in_future" in codes(made_on=date(2026, 9, 2), expires=date(2026, 12, 1))
    assert codes(words="") == {"missing"}


def test_a_gate_cannot_be_overridden():
    graded = assess(a_file(compliance=Compliance(0, True, False, SOURCE)), DAY, RULES)
    with pytest.raises(InputError) as caught:
        read(graded)
    assert "gate_cannot_be_overridden" in {problem.code for problem in caught.value.problems}


def outcomes(count, defaults, reason="order_signed"):
    override = Override("甲", "B", "A", reason, "", "王", "李", date(2025, 1, 1), date(2025, 6, 1))
    return [OverrideOutcome(override, number < defaults) for number in range(count)]


def test_tracking_says_worse_only_on_evidence():
    """Grade A defaults 1.05 % a year: of 200 overrides 2.1 are expected, deviation 1.44; 5 is beyond twice that."""
    [record] = track(outcomes(200, 5), RULES, DAY)
    assert (record.count, record.defaults, record.finding) == (200, 5, "worse")
    assert str(record.expected) == "2.10"
    assert track(outcomes(200, 4), RULES, DAY)[0].finding == "no_worse"
    assert track(outcomes(19, 19), RULES, DAY)[0].finding == "too_few"
    both = track(outcomes(20, 0) + outcomes(20, 20, "capital_raised"), RULES, DAY)
    assert [(one.reason, one.finding) for one in both] == [
        ("capital_raised", "worse"),
        ("order_signed", "no_worse"),
    ]


def past(count, defaults, **changes):
    one = {
        "firm": "甲",
        "from_grade": "C",
        "to_grade": "B",
        "reason": "order_signed",
        "proposed_by": "赵某",
        "approved_by": "钱某",
        "made_on": date(2020, 1, 1),
        "expires": date(2020, 6, 30),
    }
    return {"override": [{**one, "defaulted": number < defaults, **changes} for number in range(count)]}


def test_past_overrides_are_read_and_tracked_by_reason():
    outcomes = read_outcomes(Reader(past(40, 8)), RULES, DAY)
    (record,) = track(outcomes, RULES, DAY)
    assert (record.reason, record.count, record.defaults, record.finding) == ("order_signed", 40, 8, "worse")
    assert record.as_json()["finding_text"]["zh"].startswith("结果差于")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({}, "missing"),
        (past(1, 0, reason="good feeling"), "not_a_choice"),
        (past(1, 0, made_on=date(2031, 1, 1)), "date_in_future"),
        (past(1, 0, from_grade="Z"), "not_a_choice"),
        (past(1, 0, defaulted="no"), "wrong_type"),
    ],
)
def test_past_overrides_that_cannot_be_used_are_named(table, code):
    with pytest.raises(InputError) as caught:
        read_outcomes(Reader(table), RULES, DAY)
    assert code in {problem.code for problem in caught.value.problems}
