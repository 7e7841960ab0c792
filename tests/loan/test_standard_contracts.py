"""Contracts of the ACTUS standard: the published cases, and what the standard says where no case does."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.standard.cases import first_difference, run_case
from zhirong.chain.loan.standard.times import (
    Conventions,
    parse_period,
    parse_standard_cycle,
    parse_time,
    schedule_times,
)
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "actus"
FILES = ("pam", "lam", "nam", "ann", "lax", "clm", "ump", "ceg", "cec")

LOAN: dict[str, Any] = {
    "contractType": "PAM",
    "contractID": "one",
    "contractRole": "RPA",
    "statusDate": "2020-01-01T00:00:00",
    "initialExchangeDate": "2020-01-02T00:00:00",
    "maturityDate": "2021-01-02T00:00:00",
    "notionalPrincipal": "1000",
    "nominalInterestRate": "0.12",
    "dayCountConvention": "30E360",
    "currency": "CNY",
    "cycleAnchorDateOfInterestPayment": "2020-07-02T00:00:00",
    "cycleOfInterestPayment": "P6ML1",
}


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published cases are not on this machine")
@pytest.mark.parametrize("name", FILES)
def test_every_published_case_agrees_in_every_field_of_every_event(name: str) -> None:
    cases = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    wrong = {}
    for case_name, case in cases.items():
        alone = {key: value for key, value in case.items() if key != "results"}
        difference = first_difference(run_case(alone), case["results"])
        if difference is not None:
            wrong[case_name] = difference
    assert wrong == {}


def rows(terms: dict[str, Any], **case: Any) -> list[tuple[str, str, float, float]]:
    events = run_case({"terms": terms, "to": "", "dataObserved": {}, "eventsObserved": [], **case})
    return [
        (str(e["eventDate"])[:10], str(e["eventType"]), round(e["payoff"], 6), e["notionalPrincipal"])
        for e in events
    ]  # type: ignore[call-overload,misc]


def test_a_fee_by_notional_accrues_and_an_absolute_one_does_not() -> None:
    fees = {"feeRate": "0.01", "cycleAnchorDateOfFee": "2020-07-02T00:00:00", "cycleOfFee": "P6ML1"}
    by_notional = [row for row in rows({**LOAN, **fees, "feeBasis": "N"}) if row[1] == "FP"]
    assert [row[2] for row in by_notional] == [5.0, 5.0]
    absolute = [row for row in rows({**LOAN, **fees, "feeBasis": "A", "feeRate": "7"}) if row[1] == "FP"]
    assert [row[2] for row in absolute] == [7.0, 7.0]


def test_caps_and_floors_bound_a_reset() -> None:
    reset = {
        "cycleAnchorDateOfRateReset": "2020-07-02T00:00:00",
        "marketObjectCodeOfRateReset": "X",
        "rateMultiplier": "1",
    }
    data = {"X": {"identifier": "X", "data": [{"timestamp": "2020-07-02T00:00:00", "value": "0.5"}]}}

    def rate(**bound: str) -> float:
        events = run_case({"terms": {**LOAN, **reset, **bound}, "dataObserved": data})
        return float(str(events[-1]["nominalInterestRate"]))

    assert rate() == 0.5
    assert rate(lifeCap="0.2") == 0.2
    assert rate(periodCap="0.03") == pytest.approx(0.15)
    assert rate(lifeFloor="0.6") == 0.6


def test_a_prepayment_lowers_interest_and_never_goes_below_zero() -> None:
    event = {"time": "2020-07-02T00:00:00", "type": "PP", "value": 400, "contractId": "one"}
    found = rows(LOAN, eventsObserved=[event])
    assert ("2020-07-02", "PP", 400.0, 600.0) in found
    assert found[-2][1:] == ("IP", 36.0, 600.0)
    all_of_it = rows(LOAN, eventsObserved=[{**event, "value": 5000}])
    assert ("2020-07-02", "PP", 1000.0, 0.0) in all_of_it


def test_collateral_pays_no_more_than_it_is_worth_to_either_side() -> None:
    covered = {"object": {**LOAN, "contractID": "covered"}, "referenceType": "CNT", "referenceRole": "COVE"}
    gold = {
        "object": {"contractType": "COM", "contractID": "g", "marketObjectCode": "GOLD", "quantity": "3"},
        "referenceType": "CNT",
        "referenceRole": "COVI",
    }
    case = {
        "dataObserved": {"GOLD": {"data": [{"timestamp": "2020-02-01T00:00:00", "value": "100"}]}},
        "eventsObserved": [
            {
                "time": "2020-08-02T00:00:00",
                "type": "CE",
                "contractId": "covered",
                "states": {"contractPerformance": "DF"},
            }
        ],
    }
    terms = {
        "contractType": "CEC",
        "contractID": "c",
        "statusDate": "2020-01-01T00:00:00",
        "currency": "CNY",
        "contractStructure": [covered, gold],
        "creditEventTypeCovered": "DF",
        "settlementPeriod": "P5D",
    }
    assert rows({**terms, "contractRole": "BUY"}, **case)[-1] == ("2020-08-07", "STD", 300.0, 0.0)
    assert rows({**terms, "contractRole": "SEL"}, **case)[-1] == ("2020-08-07", "STD", -300.0, 0.0)


def test_a_call_fixes_the_interest_for_the_period_of_notice() -> None:
    terms = {key: value for key, value in LOAN.items() if key not in ("maturityDate", "cycleOfInterestPayment")}
    del terms["cycleAnchorDateOfInterestPayment"]
    called = [{"time": "2020-02-02T00:00:00", "type": "XD", "value": 0}]
    found = rows(
        {**terms, "contractType": "CLM", "xDayNotice": "P31D"}, to="2020-06-01T00:00:00", eventsObserved=called
    )
    assert [(row[0], row[1], row[2]) for row in found[1:]] == [
        ("2020-02-02", "XD", 0.0),
        ("2020-03-04", "IP", 10.0),
        ("2020-03-04", "STD", 1000.0),
    ]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"contractType": "XXX"}, "contractType"),
        ({"dayCountConvention": "A361"}, "dayCountConvention"),
        ({"maturityDate": "soon"}, "maturityDate"),
        ({"cycleOfInterestPayment": "1M"}, "cycleOfInterestPayment"),
        ({"notionalPrincipal": ""}, "notionalPrincipal"),
    ],
)
def test_bad_terms_are_refused_by_name(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as raised:
        run_case({"terms": {**LOAN, **changed}})
    assert raised.value.problems[0].field == field


def test_business_days_shift_both_ways_and_calculation_first_or_last() -> None:
    saturday = datetime(2020, 2, 29)
    expected = {"SCF": 2, "SCMF": 28, "SCP": 28, "SCMP": 28, "CSF": 2}
    for rule, day in expected.items():
        assert Conventions("MF", rule, "SD", "A365", None).shifted(saturday).day == day
    sunday_first = datetime(2020, 3, 1)
    assert Conventions("MF", "SCMP", "SD", "A365", None).shifted(sunday_first).day == 2
    shifts = Conventions("MF", "SCF", "SD", "A365", None).years(datetime(2020, 2, 28), saturday)
    stays = Conventions("MF", "CSF", "SD", "A365", None).years(datetime(2020, 2, 28), saturday)
    assert (round(shifts * 365), round(stays * 365)) == (3, 1)


def test_a_long_stub_drops_the_last_cyclic_time_off_the_cycle() -> None:
    anchor, end = datetime(2020, 1, 31), datetime(2020, 5, 15)
    for written, months in (("P1ML1", [1, 2, 3, 4, 5]), ("P1ML0", [1, 2, 3, 5])):
        times = schedule_times(anchor, end, parse_standard_cycle(written), "end_of_month", with_end=True)
        assert [time.month for time in times] == months
    assert parse_standard_cycle("P2WL1") == (Cycle(14, "day"), False)
    assert parse_time("2013-12-31T24:00") == datetime(2014, 1, 1)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.001, 0.3), st.integers(2, 60), st.sampled_from(["A365", "A360", "AA", "30E360", "28E336"]))
def test_an_annuity_redeems_itself_by_its_end(rate: float, months: int, day_count: str) -> None:
    end = Cycle(months, "month").step(datetime(2020, 1, 2).date(), 1)
    terms = {
        **LOAN,
        "contractType": "ANN",
        "nominalInterestRate": str(rate),
        "dayCountConvention": day_count,
        "maturityDate": f"{end.isoformat()}T00:00:00",
        "cycleAnchorDateOfPrincipalRedemption": "2020-02-02T00:00:00",
        "cycleOfPrincipalRedemption": "P1ML1",
        "cycleAnchorDateOfInterestPayment": "2020-02-02T00:00:00",
        "cycleOfInterestPayment": "P1ML1",
    }
    events = run_case({"terms": terms})
    paid = [float(str(e["payoff"])) for e in events if e["eventType"] in ("PR", "MD")]
    assert sum(paid) == pytest.approx(1000)
    totals = {}
    for event in events:
        if event["eventType"] in ("PR", "IP", "MD"):
            totals[event["eventDate"]] = totals.get(event["eventDate"], 0.0) + float(str(event["payoff"]))
    assert max(totals.values()) == pytest.approx(min(totals.values()))


def test_the_command_prints_events_by_case_and_goes_on_after_a_bad_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"good": {"terms": LOAN}, "bad": {"terms": {**LOAN, "maturityDate": "x"}}}))
    assert main(["actus", str(file), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert [event["eventType"] for event in printed["good"]] == ["IED", "IP", "IP", "MD"]
    assert printed["bad"]["error"]["problems"][0]["field"] == "maturityDate"
    file.write_text("[1]")
    assert main(["actus", str(file)]) == 2


@pytest.mark.parametrize("written", ["P7D", "P7DL0", "P7DL1"])
def test_a_period_may_carry_the_mark_of_a_stub(written: str) -> None:
    assert parse_period(written) == Cycle(7, "day")
    for wrong in ("P7DL2", "P7L0", "7D"):
        with pytest.raises(ValueError, match="not a period"):
            parse_period(wrong)


def test_interest_capitalised_on_the_day_of_the_exchange_is_an_event_of_nothing() -> None:
    terms = {
        "contractType": "PAM", "contractID": "c", "contractRole": "RPA", "currency": "CNY", "calendar": "NC",
        "statusDate": "2025-02-28T00:00:00", "initialExchangeDate": "2025-03-03T00:00:00",
        "maturityDate": "2025-09-03T00:00:00", "notionalPrincipal": "500", "nominalInterestRate": "0.06",
        "dayCountConvention": "A360", "cycleAnchorDateOfInterestPayment": "2025-03-03T00:00:00",
        "cycleOfInterestPayment": "P3ML1", "capitalizationEndDate": "2025-03-03T00:00:00",
    }  # fmt: skip
    for end, kinds in (
        ("2025-03-03", ["IED", "IPCI", "IP", "IP", "MD"]),
        ("2025-06-03", ["IED", "IPCI", "IPCI", "IP", "MD"]),
    ):
        rows = run_case(
            {"terms": {**terms, "capitalizationEndDate": f"{end}T00:00:00"}, "to": "2025-09-03T00:00:00"}
        )
        assert [row["eventType"] for row in rows] == kinds
        assert (rows[1]["eventDate"], rows[1]["payoff"], rows[1]["accruedInterest"]) == (
            "2025-03-03T00:00:00",
            0,
            0,
        )
