"""Guarantees and collateral of the standard: fees to the end, calls within the life, exposures that can be counted."""

from typing import Any

import pytest

from zhirong.chain.loan.standard.cases import run_case
from zhirong.kernel.errors import InputError

GUARANTEE: dict[str, Any] = {
    "contractType": "CEG",
    "contractID": "g",
    "contractRole": "BUY",
    "currency": "CNY",
    "statusDate": "2020-01-01T00:00:00",
    "purchaseDate": "2020-01-02T00:00:00",
    "priceAtPurchaseDate": "10",
    "maturityDate": "2020-12-31T00:00:00",
    "notionalPrincipal": "1000",
    "creditEventTypeCovered": "DF",
    "settlementPeriod": "P0D",
    "dayCountConvention": "30E360",
    "contractStructure": [
        {"object": {"contractIdentifier": "covered"}, "referenceType": "CID", "referenceRole": "COVE"}
    ],
}
FEES = {"feeRate": "12", "cycleAnchorDateOfFee": "2020-04-02T00:00:00", "cycleOfFee": "P3ML0", "feeBasis": "A"}


def rows(changes: dict[str, Any], *events: tuple[str, str]) -> list[tuple[str, str, float]]:
    observed = [
        {"time": f"{day}T00:00:00", "type": "CE", "contractId": "covered", "states": {"contractPerformance": kind}}
        for day, kind in events
    ]
    terms = {key: value for key, value in {**GUARANTEE, **changes}.items() if value is not None}
    found = run_case({"terms": terms, "eventsObserved": observed})
    return [(str(e["eventDate"])[5:10], str(e["eventType"]), round(float(str(e["payoff"])), 6)) for e in found]


def test_fees_are_paid_on_every_day_of_the_schedule_and_at_its_end() -> None:
    paid = [row for row in rows(FEES) if row[1] != "PRD"]
    # A long last stub: the 2nd of October is left out, and the end itself is a day of the schedule.
    assert paid == [("04-02", "FP", 12), ("07-02", "FP", 12), ("12-31", "FP", 12), ("12-31", "MD", 0)]
    short = [row[0] for row in rows({**FEES, "cycleOfFee": "P3ML1"}) if row[1] == "FP"]
    assert short == ["04-02", "07-02", "10-02", "12-31"]


def test_a_fee_by_notional_loses_nothing_between_its_last_day_and_the_maturity() -> None:
    by_notional = [row for row in rows({**FEES, "feeBasis": "N", "feeRate": "0.12"}) if row[1] == "FP"]
    # 1,000 × 12 % by 30E/360: 90 days, 90 days, 178 days since the purchase.
    assert [row[2] for row in by_notional] == [30, 30, pytest.approx(59.333333)]


def test_a_fee_shifted_beyond_the_maturity_is_still_paid() -> None:
    # 31 October 2020 is a Saturday.
    shifted = {**FEES, "feeBasis": "N", "feeRate": "0.12", "maturityDate": "2020-10-31T00:00:00"}
    last = rows({**shifted, "calendar": "MF", "businessDayConvention": "CSF", "cycleOfFee": "P3ML0"})
    assert [row[:2] for row in last[-2:]] == [("10-31", "MD"), ("11-02", "FP")]
    assert last[-1][2] == pytest.approx(1000 * 0.12 * 118 / 360, abs=1e-6)


def test_a_call_ends_the_fees_and_the_settlement_pays_what_has_grown() -> None:
    called = rows({**FEES, "feeBasis": "N", "feeRate": "0.12"}, ("2020-08-02", "DF"))
    assert called[-3:] == [("07-02", "FP", 30), ("08-02", "XD", 0), ("08-02", "STD", 1010)]


def test_what_happened_before_the_purchase_calls_nothing() -> None:
    later = {"purchaseDate": "2020-06-01T00:00:00"}
    assert rows(later, ("2020-03-01", "DF")) == [("06-01", "PRD", -10), ("12-31", "MD", 0)]
    after = rows(later, ("2020-03-01", "DF"), ("2020-09-01", "DF"))
    assert after == [("06-01", "PRD", -10), ("09-01", "XD", 0), ("09-01", "STD", 1000)]


def test_without_a_list_only_a_default_calls() -> None:
    assert rows({"creditEventTypeCovered": None}, ("2020-09-01", "DQ"))[-1][1] == "MD"
    assert rows({"creditEventTypeCovered": None}, ("2020-09-01", "DF"))[-1][1] == "STD"


def test_a_guarantor_pays_and_an_obligee_receives() -> None:
    for role, sign in (("GUA", -1), ("SEL", -1), ("OBL", 1), ("BUY", 1)):
        found = rows({"contractRole": role}, ("2020-09-01", "DF"))
        assert [row[2] for row in found] == [-10 * sign, 0, 1000 * sign]


def test_a_guarantee_called_before_the_status_date_settles_what_was_called() -> None:
    past = {"exerciseDate": "2019-12-30T00:00:00", "settlementPeriod": "P5D", "purchaseDate": None}
    assert rows({**past, "exerciseAmount": "640"}) == [("01-04", "STD", 640)]
    assert rows(past) == [("01-04", "STD", 1000)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"notionalPrincipal": None}, "contractStructure"),
        ({"notionalPrincipal": None, "guaranteedExposure": "MV"}, "contractStructure"),
        ({"guaranteedExposure": "ALL"}, "guaranteedExposure"),
        ({"creditEventTypeCovered": "XX"}, "creditEventTypeCovered"),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        rows(changes)
    assert raised.value.problems[0].field == field


def test_a_quantity_of_nothing_covers_nothing() -> None:
    gold = {"contractType": "COM", "contractID": "gold", "marketObjectCode": "GOLD", "quantity": "0"}
    structure = [
        *GUARANTEE["contractStructure"],
        {"object": gold, "referenceType": "CNT", "referenceRole": "COVI"},
    ]
    terms = {**GUARANTEE, "contractType": "CEC", "contractStructure": structure}
    event = {"time": "2020-09-01T00:00:00", "type": "CE", "contractId": "covered"}
    case = {
        "terms": terms,
        "dataObserved": {"GOLD": {"data": [{"timestamp": "2020-01-01T00:00:00", "value": "100"}]}},
        "eventsObserved": [{**event, "states": {"contractPerformance": "DF"}}],
    }
    assert run_case(case)[-1]["payoff"] == 0
    gold["quantity"] = "2"
    assert run_case(case)[-1]["payoff"] == 200
