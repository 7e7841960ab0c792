"""An early repayment that shortens keeps the instalment, whenever it comes."""

import pytest

from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader, parse_toml

ALWAYS = WorkingDays(frozenset(range(2000, 2100)), frozenset(), frozenset())


def plan(text):
    reader = Reader(parse_toml(text, "t"), source="t")
    terms = read_terms(reader)
    reader.finish()
    return schedule(terms, ALWAYS)


def loan(method, day, effect, more=""):
    return f"""
principal = 1200000
start = 2025-01-15
months = 12
method = "{method}"
rate = 0.048
{more}
[[prepayment]]
day = {day}
amount = 300000
effect = "{effect}"
"""


def dues(made):
    return [row for row in made.rows if row.kind == "due"]


# The level payment of 1.2 m at 0.4 % a month over 12 months: 1,200,000 · 0.004 ÷ (1 − 1.004^−12) = 102,619.03.
PLANNED = 10_261_903


@pytest.mark.parametrize("day", ["2025-01-25", "2025-02-15", "2025-03-20"])
def test_the_level_payment_stays_and_the_loan_ends_sooner(day):
    made = plan(loan("level_payment", day, "shorten"))
    rows = dues(made)
    assert [row.total for row in rows[:-1]] == [PLANNED] * (len(rows) - 1)
    assert rows[-1].total <= PLANNED
    assert len(rows) == 9
    assert sum(row.principal for row in made.rows) == 120_000_000


def test_the_same_day_reduced_keeps_the_term():
    made = plan(loan("level_payment", "2025-01-25", "reduce"))
    assert len(dues(made)) == 12
    assert dues(made)[3].total < PLANNED


def test_equal_principal_keeps_its_part():
    rows = dues(plan(loan("equal_principal", "2025-01-25", "shorten")))
    assert [row.principal for row in rows] == [10_000_000] * 9


def test_in_a_grace_there_is_no_payment_to_keep():
    with pytest.raises(InputError) as caught:
        plan(loan("level_payment", "2025-01-25", "shorten", "grace = { periods = 2 }"))
    assert [(p.field, p.code) for p in caught.value.problems] == [("prepayment[1].effect", "nothing_to_shorten")]
