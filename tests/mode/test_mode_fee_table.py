"""The fee of an appraisal follows the value, by a dated rule; in pilot places none is due for loans of up to 10 million."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mode_samples import HEAD, mode_of, quota_body

from zhirong.chain.mode.charges import LoanFacts, charges
from zhirong.chain.mode.drawing import drawing
from zhirong.chain.mode.fee_table import APPRAISAL_FEE, fee_tables_on
from zhirong.chain.mode.plain_words import mode_text
from zhirong.chain.mode.reader import read_mode
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook_files import load_rulebook

RULES = load_rulebook()
DAY = date(2026, 11, 30)
YUAN = 100
TABLE = fee_tables_on(RULES, DAY)[APPRAISAL_FEE]
CHARGE = (
    '\n[[charge]]\ncode = "appraisal"\ntitle = { zh = "评估费", en = "appraisal fee" }\nkind = "fee"\npayer = "firm"\n'
    'payee = "guarantor"\nbase = "fee_table"\nof = "appraisal_fee"\nwhen = "start"\n'
)
BODY = quota_body({"lender": 2_000, "guarantor": 8_000})


@pytest.mark.parametrize(
    ("value", "fee"),
    [
        (0, 0),
        (100_000, 1_500),  # 800, at least 1,500
        (187_500, 1_500),
        (500_000, 4_000),
        (1_000_000, 8_000),
        (3_000_000, 8_000 + 7_000),
        (10_000_000, 8_000 + 31_500),
        (60_000_000, 8_000 + 31_500 + 48_000 + 7_500),
        (2_000_000_000, 8_000 + 31_500 + 48_000 + 37_500 + 135_000 + 100_000),
    ],
)
def test_each_slice_has_its_own_rate(value: int, fee: int) -> None:
    assert TABLE.fee(value * YUAN, 20_000_000 * YUAN, "420100").value == fee * YUAN


@pytest.mark.parametrize(
    ("region", "loan", "free"),
    [
        ("310115", 10_000_000, True),
        ("310115", 10_000_001, False),
        ("440304", 1_000_000, True),  # Shenzhen, in Guangdong
        ("330200", 1_000_000, True),  # Ningbo, in Zhejiang
        ("510100", 1_000_000, True),
        ("420100", 1_000_000, False),
        (None, 1_000_000, False),
    ],
)
def test_no_fee_where_the_bank_may_value_by_itself(region: str | None, loan: int, free: bool) -> None:
    found = TABLE.fee(3_000_000 * YUAN, loan * YUAN, region)
    assert (found.value == 0) == free
    if free:
        assert found.references, "the rule that makes it free is named"


@pytest.mark.parametrize(
    ("day", "is_open"),
    [(date(2025, 3, 31), False), (date(2025, 4, 1), True), (date(2027, 12, 31), True), (date(2028, 1, 1), False)],
)
def test_the_pilot_has_its_days(day: date, is_open: bool) -> None:
    table = fee_tables_on(RULES, day)[APPRAISAL_FEE]
    assert (table.fee(3_000_000 * YUAN, 1_000_000 * YUAN, "310115").value == 0) == is_open


@given(st.integers(1, 10**13), st.integers(0, 10**12))
def test_a_higher_value_never_costs_less_and_never_more_than_the_first_rate(value: int, more: int) -> None:
    lower, higher = (TABLE.fee(amount, 2_000_000_000, None).value for amount in (value, value + more))
    assert isinstance(lower, int) and isinstance(higher, int)
    assert lower <= higher
    assert lower <= max(Decimal(1_500 * YUAN), value * Decimal("0.008") + 1)


def test_a_mode_charges_it_once_and_says_so() -> None:
    mode = mode_of(BODY + CHARGE)
    loan = LoanFacts(
        800_000_000,
        DAY,
        36,
        Decimal("0.03"),
        appraised_value=3_000_000 * YUAN,
        facts={"region": "420100"},
        fee_tables=fee_tables_on(RULES, DAY),
    )
    (fee,) = [charge for charge in charges(mode, loan) if charge.code == "appraisal"]
    assert (fee.amount, fee.day, fee.title.en) == (15_000 * YUAN, DAY, "appraisal fee")
    assert "by the appraisal fee table" in mode_text(mode, "en")
    assert "appraisal fee table" in drawing(mode, "en")


def test_a_mode_cannot_be_charged_without_its_table() -> None:
    loan = LoanFacts(800_000_000, DAY, 36, Decimal("0.03"), appraised_value=1)
    with pytest.raises(ValueError, match="appraisal_fee"):
        charges(mode_of(BODY + CHARGE), loan)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('of = "appraisal_fee"', 'of = "appraisel_fee"'),
        ('of = "appraisal_fee"\n', ""),
        ('when = "start"', 'when = "start"\nrate = 0.01'),
        ('when = "start"', 'when = "start"\namount = 20000'),
        ('when = "start"', 'when = "yearly"'),
        ('when = "start"', 'when = "start"\nat_most = 100'),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(before: str, after: str) -> None:
    with pytest.raises(InputError):
        read_mode(HEAD.format(id="sample") + BODY + CHARGE.replace(before, after), "sample.toml")
