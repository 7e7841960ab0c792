"""What a contract may agree on lateness and broken periods: days of grace, the rate of compound interest, days or shares."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.reading import read_terms
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.reading import read_loan_file
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import Draw, LoanTerms, Method, Prepayment
from zhirong.kernel.errors import InputError
from zhirong.kernel.fields import Reader

# 80.00 of interest a night; two due days, 2 March (3,200.00 of 40 nights since 21 January) and Monday 20 April 2026.
PLAIN = LoanTerms(
    72_000_000, date(2026, 1, 21), date(2026, 4, 20), Method.BULLET, FixedRate(Decimal("0.04")),
    cycle=Cycle(2, "month"), first_due=date(2026, 3, 2), day_count="act_360", end_shift="none",
)  # fmt: skip
FIRST = date(2026, 3, 2)


def state_of(day: date, *later: ev.Event, terms: LoanTerms = PLAIN, **agreed: Any) -> LoanPosition:
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    contract = Contract("L1", terms, Decimal("0.5"), Decimal(1), **agreed)
    return replay([drawn, *later], contract, day, RULES, WORKING_DAYS)


def pay(day: date, amount: int) -> ev.Payment:
    return ev.Payment(id=f"P{day}", day=day, booked=day, amount=amount)


def test_within_the_days_of_grace_nothing_is_added_and_after_them_everything_is() -> None:
    within, after = FIRST + timedelta(days=5), FIRST + timedelta(days=6)
    nightly = Fraction(320_000) * Fraction(6, 100) / 360
    assert state_of(within, grace_days=5).compound_exact == 0
    assert state_of(within, grace_days=5).days_overdue == 5
    assert state_of(after, grace_days=5).compound_exact == 6 * nightly == state_of(after).compound_exact
    paid = state_of(after, pay(within, 320_000), grace_days=5)
    assert (paid.compound_exact, paid.compound, paid.interest_due) == (0, 0, 0)


def test_what_is_paid_in_part_within_the_grace_bears_by_the_days_on_what_was_left() -> None:
    half = pay(FIRST + timedelta(days=2), 160_000)
    nightly = Fraction(320_000) * Fraction(6, 100) / 360
    state = state_of(FIRST + timedelta(days=10), half, grace_days=5)
    assert state.compound_exact == 2 * nightly + 8 * nightly / 2


def test_grace_holds_for_the_penalty_on_principal_too() -> None:
    end = PLAIN.end
    paid = pay(FIRST, 320_000)
    assert state_of(end + timedelta(days=3), paid, grace_days=3).penalty == 0
    assert state_of(end + timedelta(days=4), paid, grace_days=3).penalty == 4 * 12_000


def test_compound_interest_at_the_contract_rate_within_the_term_and_at_the_penalty_rate_after_it() -> None:
    inside = (PLAIN.end - FIRST).days
    agreed = state_of(PLAIN.end + timedelta(days=10), compound_within_term="contract")
    second = state_of(PLAIN.end).items[1].interest
    at_contract = Fraction(320_000) * Fraction(4, 100) * inside / 360
    at_penalty = Fraction(320_000 + second) * Fraction(6, 100) * 10 / 360
    assert agreed.compound_exact == at_contract + at_penalty


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ({}, "unpaid interest × penalty rate, daily"),
        (
            {"compound_within_term": "contract"},
            "unpaid interest × contract rate up to the end of the loan, penalty rate after it, daily",
        ),
        ({"compounds": False}, "the contract provides for none"),
        ({"grace_days": 5}, "unpaid interest × penalty rate, daily; none if paid within 5 days"),
    ],
)
def test_the_formula_of_compound_interest_names_the_rate_that_it_uses(agreed: dict[str, Any], words: str) -> None:
    part = next(p for p in state_of(FIRST, **agreed).explanation.parts if p.label.en == "compound interest")
    assert part.formula is not None and part.formula.en == words


def test_what_is_agreed_is_read_from_a_file() -> None:
    table: dict[str, Any] = {
        "loan": {
            "id": "L", "principal": 1000, "start": PLAIN.start, "end": PLAIN.end, "method": "bullet",
            "rate": Decimal("0.05"),
        },
        "servicing": {"grace_days": 3, "compound_within_term": "contract"},
        "event": [{"id": "D", "kind": "drawdown", "day": PLAIN.start, "amount": 1000}],
    }  # fmt: skip
    contract = read_loan_file(Reader(table), RULES).contract
    assert (contract.grace_days, contract.compound_within_term) == (3, "contract")


# -- broken periods by months ------------------------------------------------------------------------------------

BY_MONTHS = LoanTerms(
    72_000_000, date(2026, 1, 20), date(2026, 7, 20), Method.BULLET, FixedRate(Decimal("0.045")), day_count="monthly",
)  # fmt: skip


def interest(*changes: Any, **fields: Any) -> list[int]:
    return [row.interest for row in schedule(replace(BY_MONTHS, changes=changes, **fields), WORKING_DAYS).rows]


def test_the_days_of_a_broken_month_count_over_360() -> None:
    """720,000 at 4.5 % are 90.00 a day and 2,700.00 a month."""
    day = date(2026, 3, 2)  # ten days after 20 February, in a month of 28
    assert interest(Prepayment(day, None)) == [270_000, 90_000]
    assert interest(Prepayment(day, None), broken_period="share") == [270_000, 96_429]
    assert state_of(day, terms=BY_MONTHS).accrued == 90_000
    # What stays owed makes up the whole month in the end, what was repaid its days.
    half = interest(Prepayment(day, 36_000_000))
    assert half[:3] == [270_000, 90_000, 90_000] and set(half[3:]) == {135_000}
    # Drawn within the month, it bears what is left of the month's thirty days.
    assert interest(Draw(day, 36_000_000))[1:3] == [0, 270_000 + 90_000]


@pytest.mark.parametrize("month", range(1, 6))
def test_a_repayment_of_one_fen_and_back_moves_no_interest(month: int) -> None:
    whole = [270_000] * 6
    for offset in range(1, 28):
        day = date(2026, month, 20) + timedelta(days=offset)
        parts = interest(Prepayment(day, 1, interest="next_due"))
        assert [part for part in parts if part] == whole


def test_the_first_payment_of_a_longer_first_period_can_hold_the_extra_days() -> None:
    """Banks print a level payment of whole months and the days beyond a month on top of the first."""
    table: dict[str, Any] = {
        "principal": 600_000, "start": date(2026, 1, 10), "end": date(2027, 1, 20), "first_due": date(2026, 2, 20),
        "method": "level_payment", "rate": Decimal("0.06"), "first_period": "on_top",
    }  # fmt: skip
    terms = read_terms(Reader(table))
    rows = schedule(terms, WORKING_DAYS).rows
    # 600,000 x 0.5 % / (1 - 1.005^-12) = 51,639.86; ten days at 6 % are 1,000.00.
    assert [row.total for row in rows[:3]] == [5_163_986 + 100_000, 5_163_986, 5_163_986]
    assert abs(rows[-1].total - 5_163_986) <= 12
    shorter = schedule(replace(terms, start=date(2026, 1, 30)), WORKING_DAYS).rows
    assert shorter[0].total == 5_163_986 - 90_000  # 21 days of a month of 30
    state = state_of(terms.end, terms=terms)
    assert [item.principal + item.interest for item in state.items] == [row.total for row in rows]


@pytest.mark.parametrize(
    "fields", [{"method": "equal_principal"}, {"day_count": "act_360"}, {"grace": {"periods": 2}}]
)
def test_days_on_top_need_a_level_payment_by_months(fields: dict[str, Any]) -> None:
    table: dict[str, Any] = {
        "principal": 1000, "start": date(2026, 1, 10), "end": date(2027, 1, 20), "first_due": date(2026, 2, 20),
        "method": "level_payment", "rate": Decimal("0.06"), "first_period": "on_top", **fields,
    }  # fmt: skip
    reader = Reader(table)
    read_terms(reader)
    with pytest.raises(InputError) as refused:
        reader.finish()
    assert [problem.field for problem in refused.value.problems] == ["first_period"]
