"""Fees, opinion shopping, deviation from disposals: flagged by rule, judged only on evidence."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice_cases import DAY, RULES, a_record, signature

from zhirong.chain.appraisal_practice.conduct import (
    Disposal,
    conduct_flags,
    customary_fee,
    deviations,
    sanctions_on,
    track_records,
)
from zhirong.chain.appraisal_practice.people import Agency, Sanction


def codes(*records):
    return [flag.code for flag in conduct_flags(records, RULES, DAY)]


def test_customary_fees_by_hand():
    """3 m yuan: 6 to 20 ‰ of the first million, 2 to 8 ‰ of the next two: 10,000 to 36,000 yuan."""
    low, high, _ = customary_fee(300_000_000, RULES, DAY)
    assert (low, high) == (1_000_000, 3_600_000)
    assert customary_fee(100_000, RULES, DAY)[:2] == (500_000, 500_000)


@given(st.integers(0, 10**13), st.integers(0, 10**12))
def test_customary_fees_rise_with_the_value(value, more):
    low, high, _ = customary_fee(value, RULES, DAY)
    above = customary_fee(value + more, RULES, DAY)
    assert low <= high
    assert (low, high) <= (above[0], above[1]) and high <= above[1]


def test_a_fee_outside_is_flagged():
    assert codes(a_record(fee=2_500_000)) == []
    assert codes(a_record(fee=900_000)) == ["fee_too_low"]
    assert codes(a_record(fee=3_600_001)) == ["fee_too_high"]


def test_a_value_named_beforehand_is_flagged():
    assert codes(a_record(signature=signature(preset_value=True))) == ["preset_value"]
    assert codes(a_record(signature=signature(independent=False))) == ["not_independent"]


def test_several_opinions_within_the_window_are_flagged_once():
    first = a_record("R1", issued_on=date(2026, 1, 10))
    other = a_record(
        "R2", issued_on=date(2026, 7, 10), value=600_000_000, fee=4_000_000, signature=signature(agency="A2")
    )
    flags = conduct_flags([first, other], RULES, DAY)
    assert [(flag.code, flag.records) for flag in flags] == [("opinion_shopping", ("R1", "R2"))]
    assert "2.00" in flags[0].text.zh
    late = a_record("R3", issued_on=date(2026, 7, 11), signature=signature(agency="A2"))
    assert codes(first, late) == []
    same_house = a_record("R4", issued_on=date(2026, 2, 10))
    assert codes(first, same_house) == []
    elsewhere = a_record("R5", issued_on=date(2026, 2, 10), purpose="transfer", signature=signature(agency="A2"))
    assert codes(first, elsewhere) == []


def test_a_right_valued_at_three_million_that_brought_a_fifteenth():
    """Economic Daily, 2021: valued at 3 m yuan, sold for 0.2 m."""
    [found] = deviations([a_record()], [Disposal("p1", date(2027, 6, 30), 20_000_000)])
    assert found.ratio == Decimal("0.0667")
    assert not found.inside
    assert found.years == Decimal("1.00")


def test_only_the_last_value_before_the_sale_counts():
    old, new = a_record("R1", issued_on=date(2025, 7, 1), valuation_date=date(2025, 6, 1)), a_record("R2")
    sale = Disposal("p1", date(2027, 1, 1), 250_000_000)
    assert [one.record_id for one in deviations([old, new], [sale])] == ["R2"]
    assert deviations([a_record(rights=("p1", "p2"))], [sale]) == ()
    package = deviations([a_record(rights=("p1", "p2"))], [sale, Disposal("p2", date(2027, 2, 1), 50_000_000)])
    assert package[0].proceeds == 300_000_000
    assert package[0].inside


def sales(ratios, agency="A1"):
    records = [a_record(f"R{n}", rights=(f"p{n}",), signature=signature(agency=agency)) for n in range(len(ratios))]
    disposals = [Disposal(f"p{n}", date(2027, 1, 1), int(300_000_000 * r)) for n, r in enumerate(ratios)]
    return deviations(records, disposals)


@pytest.mark.parametrize(
    ("ratios", "finding"),
    [
        ([0.1] * 4, "too_few"),
        ([0.1, 0.2, 0.3, 0.9, 1.0], "values_too_high"),
        ([0.7, 0.8, 0.9, 1.0, 1.1], "in_order"),
        ([2.1, 2.2, 2.3, 1.0, 1.1], "values_too_low"),
        ([0.55, 0.6, 0.6, 1.9, 1.9], "intervals_too_narrow"),
    ],
)
def test_an_agency_s_track_record(ratios, finding):
    [record] = track_records(sales(ratios), RULES, DAY)
    assert record.finding == finding
    assert record.count == len(ratios)


def test_the_discipline_record_keeps_what_is_over():
    over = Sanction("某协会", "警告", date(2020, 1, 1), date(2020, 6, 1))
    later = Sanction("某协会", "通报", date(2026, 1, 1))
    future = Sanction("某协会", "x", date(2027, 1, 1))
    agency = Agency("A1", "机构", (), (), (over, later, future))
    assert sanctions_on(agency, DAY) == (later, over)
