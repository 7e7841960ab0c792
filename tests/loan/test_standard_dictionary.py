"""Contracts of the standard: which words the data dictionary allows, what they mean, and what is refused by name."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from zhirong.chain.loan.standard.cases import run_case
from zhirong.chain.loan.standard.contract import StandardTerms, read_contract, read_conventions, read_role
from zhirong.cli.main import main
from zhirong.kernel.errors import InputError

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
SATURDAY = datetime(2020, 2, 29)  # the last day of its month: following leaves the month
SUNDAY = datetime(2020, 3, 1)  # the first day of its month: preceding leaves the month


def conventions(**terms: str) -> Any:
    return read_conventions(StandardTerms({"calendar": "MF", "dayCountConvention": "A365", **terms}), None)


@pytest.mark.parametrize(
    ("rule", "saturday", "sunday"),
    [
        ("NOS", SATURDAY, SUNDAY),
        ("NULL", SATURDAY, SUNDAY),
        ("", SATURDAY, SUNDAY),
        ("nos", SATURDAY, SUNDAY),
        ("SCF", datetime(2020, 3, 2), datetime(2020, 3, 2)),
        ("CSF", datetime(2020, 3, 2), datetime(2020, 3, 2)),
        ("SCMF", datetime(2020, 2, 28), datetime(2020, 3, 2)),
        ("CSMF", datetime(2020, 2, 28), datetime(2020, 3, 2)),
        ("SCP", datetime(2020, 2, 28), datetime(2020, 2, 28)),
        ("CSP", datetime(2020, 2, 28), datetime(2020, 2, 28)),
        ("SCMP", datetime(2020, 2, 28), datetime(2020, 3, 2)),
        ("CSMP", datetime(2020, 2, 28), datetime(2020, 3, 2)),
    ],
)
def test_every_business_day_convention_shifts_as_its_name_says(
    rule: str, saturday: datetime, sunday: datetime
) -> None:
    found = conventions(businessDayConvention=rule)
    assert (found.shifted(SATURDAY), found.shifted(SUNDAY)) == (saturday, sunday)
    assert found.calculates_first == rule.startswith("CS")


def test_no_shift_leaves_a_case_on_its_weekend() -> None:
    # 2 February 2020 is a Sunday.
    monthly = {"cycleAnchorDateOfInterestPayment": "2020-02-02T00:00:00", "cycleOfInterestPayment": "P1ML1"}
    events = run_case({"terms": {**LOAN, **monthly, "calendar": "MF", "businessDayConvention": "NOS"}})
    assert [str(event["eventDate"])[:10] for event in events[:2]] == ["2020-01-02", "2020-02-02"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contractRole", "FOO"),
        ("calendar", "XX"),
        ("businessDayConvention", "SCX"),
        ("businessDayConvention", "S"),
        ("endOfMonthConvention", "LAST"),
        ("dayCountConvention", "A361"),
        ("feeBasis", "Q"),
        ("interestCalculationBase", "NTX"),
        ("scalingEffect", "XYZ"),
        ("prepaymentEffect", "Z"),
        ("penaltyType", "Z"),
        ("scalingIndexAtContractDealDate", "0"),
        ("scalingIndexAtStatusDate", "0"),
    ],
)
def test_a_value_that_the_dictionary_does_not_have_is_refused_by_name(field: str, value: str) -> None:
    with pytest.raises(InputError) as raised:
        run_case({"terms": {**LOAN, field: value}})
    assert raised.value.problems[0].field == field


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("calendar", "NC MF NoCalendar MondayToFriday CC NULL"),
        ("endOfMonthConvention", "SD EOM NULL"),
        (
            "dayCountConvention",
            "AA A360 A365 30E360 30E360ISDA 28E336 A/AISDA A/360 A/365 30E/360 30E/360ISDA B/252",
        ),
        ("feeBasis", "A N NULL"),
        ("interestCalculationBase", "NT NTIED NTL NULL"),
        ("scalingEffect", "OOO 000 NULL"),
        ("prepaymentEffect", "N A M NULL"),
        ("penaltyType", "O A N I NULL"),
        ("notKnownToAnyDictionary", "anything"),
    ],
)
def test_whatever_the_dictionary_allows_runs(field: str, values: str) -> None:
    for value in values.split():
        assert run_case({"terms": {**LOAN, field: value}})[-1]["eventType"] == "MD", value


def test_day_counts_have_the_same_meaning_with_and_without_a_stroke() -> None:
    for plain, stroked in (("30E360", "30E/360"), ("A365", "A/365"), ("A360", "A/360"), ("AA", "A/AISDA")):
        one, other = (run_case({"terms": {**LOAN, "dayCountConvention": name}}) for name in (plain, stroked))
        assert one == other


@pytest.mark.parametrize(
    ("roles", "sign"),
    [("RPA LG BUY RFL RF COL CNO OBL UDL UDLP", 1), ("RPL ST SEL PFL PF GUA UDLM", -1)],
)
def test_roles_give_the_sign_of_every_payment(roles: str, sign: int) -> None:
    for role in roles.split():
        assert read_role(StandardTerms({"contractRole": role}), "RPA") == sign, role
    assert read_role(StandardTerms({"contractRole": "NULL"}), "RPA") == 1


def test_arrays_of_words_are_checked_too() -> None:
    exotic = {
        **LOAN,
        "contractType": "LAX",
        "arrayCycleAnchorDateOfPrincipalRedemption": "2020-07-02T00:00:00",
        "arrayNextPrincipalRedemptionPayment": "100",
        "arrayIncreaseDecrease": "DOWN",
    }
    with pytest.raises(InputError) as raised:
        read_contract(exotic)
    assert raised.value.problems[0].field == "arrayIncreaseDecrease"
    rates = {"arrayCycleAnchorDateOfRateReset": "2020-07-02T00:00:00", "arrayRate": "0.1"}
    exotic["arrayIncreaseDecrease"] = "DEC"
    for kind, fixed in (("F", True), ("FIX", True), ("V", False), ("VAR", False)):
        assert read_contract({**exotic, **rates, "arrayFixedVariable": kind}).reset_array[0].fixed is fixed


def test_the_command_names_the_term_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "cases.json"
    scaled = {
        **LOAN,
        "scalingEffect": "IOO",
        "marketObjectCodeOfScalingIndex": "X",
        "cycleAnchorDateOfScalingIndex": "2020-07-02T00:00:00",
        "scalingIndexAtContractDealDate": "0",
    }
    data = {"X": {"data": [{"timestamp": "2020-07-02T00:00:00", "value": "1"}]}}
    huge = {**LOAN, "notionalPrincipal": "1e308", "nominalInterestRate": "1e308"}
    cases = {"zero": {"terms": scaled, "dataObserved": data}, "huge": {"terms": huge}, "good": {"terms": LOAN}}
    file.write_text(json.dumps(cases))
    assert main(["actus", str(file), "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    assert printed["zero"]["error"]["problems"][0]["field"] == "scalingIndexAtContractDealDate"
    assert printed["good"][-1]["eventType"] == "MD"
