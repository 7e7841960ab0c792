"""Records of values: two grades, states that are never silently fine, revaluation, comparison."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from practice_cases import DAY, REQUEST, RULES, a_record, an_appraisal, signature

from zhirong.chain.appraisal_practice.comparison import compare
from zhirong.chain.appraisal_practice.records import (
    formal_record,
    online_record,
    read_record,
    standing,
)
from zhirong.chain.appraisal_practice.revaluation import EVENT_TEXT, ValueEvent, revaluations
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader

APPRAISAL = an_appraisal()


def test_online_is_wider_shorter_and_unsigned():
    online = online_record("O1", APPRAISAL, DAY, RULES)
    formal = formal_record("F1", APPRAISAL, signature(), rules=RULES, fee=2_500_000)
    assert online.value == formal.value == APPRAISAL.appraised_value
    assert online.low < formal.low
    assert formal.high < online.high
    assert (formal.low, formal.high) == APPRAISAL.interval()
    assert online.value - online.low == pytest.approx(1.5 * (formal.value - formal.low), abs=1)
    assert online.valid_until == date(2026, 9, 30)
    assert formal.valid_until == date(2027, 6, 30)
    assert online.fee == 0
    assert online.signature is None
    assert online.assumptions == formal.assumptions


def test_every_figure_of_the_appraisal_is_kept_as_an_assumption():
    names = [one.name for one in online_record("O1", APPRAISAL, DAY, RULES).assumptions]
    assert len(names) == len(set(names))
    figures = sum(len(driver.figures) for result in APPRAISAL.results for driver in result.drivers)
    assert len(names) == figures
    assert any(name.startswith("relief_from_royalty.royalty") for name in names)


def test_a_state_is_never_zero_and_never_fine():
    record = a_record()
    assert record.state(date(2026, 7, 14)) == "missing"
    assert record.state(date(2026, 7, 15)) == "current"
    assert record.state(date(2027, 6, 30)) == "current"
    assert record.state(date(2027, 7, 1)) == "stale"
    assert replace(record, withdrawn_on=date(2026, 8, 1)).state(DAY) == "withdrawn"


def test_standing():
    record = a_record()
    assert standing([], "p1", "pledge", DAY).state == "missing"
    assert standing([], "p1", "pledge", DAY).record is None
    assert standing([record], "p1", "pledge", DAY).record == record
    assert standing([record], "p1", "transfer", DAY).state == "missing"
    assert standing([record], "p9", "pledge", DAY).state == "missing"
    assert standing([record], "p1", "pledge", date(2028, 1, 1)).state == "stale"


def test_an_online_value_does_not_serve_where_a_formal_one_is_needed():
    online = online_record("O1", APPRAISAL, DAY, RULES)
    assert standing([online], "p1", "pledge", DAY).state == "current"
    assert standing([online], "p1", "pledge", DAY, "formal").state == "missing"
    assert standing([online, a_record()], "p1", "pledge", DAY).record.grade == "formal"


def test_two_opinions_gain_nothing():
    low, high = a_record("R1"), a_record("R2", value=400_000_000)
    assert standing([high, low], "p1", "pledge", DAY).record == low


@pytest.mark.parametrize("fault", [{"preset_value": True}, {"independent": False}])
def test_a_report_with_a_preset_value_does_not_serve(fault):
    assert standing([a_record(signature=signature(**fault))], "p1", "pledge", DAY).state == "missing"


PAPER = {
    "id": "R7",
    "grade": "formal",
    "rights": ["p1"],
    "purpose": "pledge",
    "value_type": "market",
    "valuation_date": date(2026, 6, 30),
    "issued_on": date(2026, 7, 15),
    "valid_until": date(2027, 6, 29),
    "low": "200万元",
    "value": "300万元",
    "high": "450万元",
    "methods": ["relief_from_royalty"],
    "signature": {
        "agency": "A1",
        "appraisers": ["v1", "v2"],
        "signed_on": date(2026, 7, 15),
        "independent": True,
        "preset_value": False,
    },
    "assumption": [
        {
            "name": "relief_from_royalty.royalty",
            "label": {"zh": "许可费率", "en": "royalty rate"},
            "low": Decimal("0.03"),
            "mode": Decimal("0.05"),
            "high": Decimal("0.07"),
            "kind": "rate",
            "grade": "declared",
        }
    ],
}


def test_a_report_on_paper_is_read():
    record = read_record(Reader(PAPER), DAY)
    assert record.value == 300_000_000
    assert record.assumptions[0].mode == Decimal("0.05")
    assert record.as_json()["signature"]["agency"] == "A1"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signature": None}, "unsigned"),
        ({"value": "500万元"}, "range_out_of_order"),
        ({"issued_on": date(2026, 6, 1)}, "dates_out_of_order"),
        ({"issued_on": date(2027, 1, 1)}, "dates_out_of_order"),
        ({"purpose": "fun"}, "not_a_choice"),
        ({"signature": {**PAPER["signature"], "appraisers": ["v1", "v1"]}}, "too_few_signatories"),
        ({"value": "0"}, "too_small"),
    ],
)
def test_a_report_that_contradicts_itself(changes, code):
    table = {name: value for name, value in {**PAPER, **changes}.items() if value is not None}
    with pytest.raises(InputError) as caught:
        read_record(Reader(table), DAY)
    assert code in {problem.code for problem in caught.value.problems}


# -- revaluation -------------------------------------------------------------------------------------------------


def test_by_schedule_and_by_event():
    events = [
        ValueEvent("p1", "invalidation_requested", date(2026, 8, 1), "国家知识产权局"),
        ValueEvent("p2", "invalidated", date(2026, 8, 1), "x"),
        ValueEvent("p1", "revenue_fell", date(2026, 6, 1), "before the valuation"),
        ValueEvent("p1", "product_stopped", date(2027, 6, 1), "after today"),
    ]
    due = revaluations(a_record(), events, RULES, DAY)
    assert [(one.code, one.due_on) for one in due] == [
        ("invalidation_requested", date(2026, 8, 31)),
        ("schedule", date(2027, 6, 30)),
    ]
    assert due[0].is_overdue(DAY)
    assert not due[1].is_overdue(DAY)


@pytest.mark.parametrize("kind", EVENT_TEXT)
def test_every_kind_of_event_has_its_days(kind):
    due = revaluations(a_record(), [ValueEvent("p1", kind, date(2026, 8, 1), "x")], RULES, DAY)
    assert {one.code for one in due} == {kind, "schedule"}


# -- comparison --------------------------------------------------------------------------------------------------


def test_two_reports_assumption_by_assumption():
    other = an_appraisal(
        REQUEST.replace("low = 0.03, mode = 0.05, high = 0.07", "low = 0.08, mode = 0.10, high = 0.12")
    )
    one, two = (
        formal_record("F1", APPRAISAL, signature(), rules=RULES, fee=0),
        formal_record("F2", other, signature(), rules=RULES, fee=0),
    )
    found = compare(one, two)
    changed = [pair for pair in found.pairs if pair.ratio not in (None, Decimal(1))]
    assert [pair.ratio for pair in changed] == [Decimal(2)]
    assert found.pairs[0] == changed[0]
    assert "royalty" in changed[0].name
    assert not changed[0].overlap
    assert found.obstacles == ()
    assert found.ratio > Decimal("1.5")
    assert len(found.words) == 1
    assert "许可费率" in found.words[0].zh


def test_what_keeps_two_reports_from_being_compared():
    one = a_record()
    other = a_record("R2", purpose="transfer", value_type="liquidation", valuation_date=date(2026, 3, 31))
    assert len(compare(one, other).obstacles) == 3
    with pytest.raises(ValueError, match="different rights"):
        compare(one, a_record("R3", rights=("p9",)))


def test_an_assumption_that_one_report_lacks_comes_first():
    formal = formal_record("F1", APPRAISAL, signature(), rules=RULES, fee=0)
    short = replace(formal, id="F2", assumptions=formal.assumptions[1:])
    found = compare(formal, short)
    assert found.pairs[0].second is None
    assert found.pairs[0].name == formal.assumptions[0].name
    assert "第二份" in found.words[0].zh


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4))
def test_comparing_the_other_way_round_mirrors_it(drop_one, drop_other):
    formal = formal_record("F1", APPRAISAL, signature(), rules=RULES, fee=0)
    one = replace(formal, assumptions=formal.assumptions[drop_one:])
    other = replace(formal, id="F2", assumptions=formal.assumptions[drop_other:])
    there, back = compare(one, other), compare(other, one)
    assert {pair.name: (pair.first, pair.second) for pair in there.pairs} == {
        pair.name: (pair.second, pair.first) for pair in back.pairs
    }


DEAL = """
[[method.deal]]
label = "{label}"
kind = "sale"
day = 2025-03-01
price = "{price}"
scale = 1
similarity = 0.9
grade = "{grade}"
"""
MARKET = """
[[method]]
method = "comparable_transactions"
scale = { value = 1, grade = "audited" }
scale_unit = "件"
"""


def market_report(record_id, *deals):
    text = REQUEST.replace("[[method]]", MARKET + "".join(deals) + "[[method]]", 1)
    return online_record(record_id, an_appraisal(text), DAY, RULES)


def test_deals_of_two_reports_are_matched_by_name_not_by_place():
    one, two, three = (
        DEAL.format(label=name, price=price, grade="contract") for name, price in (("甲", 1), ("乙", 2), ("丙", 3))
    )
    doubted = one.replace("contract", "assumed")
    found = compare(market_report("A", one, two, three), market_report("B", three, two, doubted))
    deals = {pair.name: pair for pair in found.pairs if ".deals" in pair.name}
    assert set(deals) == {f"comparable_transactions.deals[{name}]" for name in "甲乙丙"}
    assert all(pair.ratio == 1 for pair in deals.values())
    assert [name[-2] for name, pair in deals.items() if pair.first.grade != pair.second.grade] == ["甲"]


def test_a_method_used_twice_is_compared_twice():
    head, royalty, cost = REQUEST.split("[[method]]")
    again = royalty.replace('id = "income"', 'id = "other"').replace(
        "mode = 0.05, high = 0.07", "mode = 0.06, high = 0.07"
    )
    twice = an_appraisal("[[method]]".join((head, royalty, again, cost)))
    names = [one.name for one in online_record("A", twice, DAY, RULES).assumptions]
    assert len(names) == len(set(names))
    assert {"relief_from_royalty.royalty", "relief_from_royalty#2.royalty"} <= set(names)
