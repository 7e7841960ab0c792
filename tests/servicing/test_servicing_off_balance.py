"""Interest that is too late to be income, claims that were written off, and money drawn beyond the contract."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.bookkeeping import balances_of, to_book
from zhirong.chain.loan.servicing.classification import classify
from zhirong.chain.loan.servicing.components import Category, Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LateSpan, LoanPosition, LoanStanding
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.errors import InputError
from zhirong.ledger.accounts import account_text
from zhirong.ledger.books import Books, post
from zhirong.ledger.check import check, check_against
from zhirong.ledger.views import by_cause

# 60.00 of interest a night, 90.00 of penalty; due on Monday 1 June 2026.
TERMS = LoanTerms(
    40_000_000, date(2026, 3, 2), date(2026, 6, 1), Method.WITH_PRINCIPAL, FixedRate(Decimal("0.054")),
    day_count="act_360",
)  # fmt: skip
CONTRACT = Contract("L1", TERMS, Decimal("0.5"), Decimal(1), compounds=False)
DUE = TERMS.end
INTEREST = 91 * 6_000


def state_of(day: date, *later: ev.Event, contract: Contract = CONTRACT) -> LoanPosition:
    drawn = ev.Drawdown(id="D", day=TERMS.start, booked=TERMS.start, amount=TERMS.principal)
    return replay([drawn, *later], contract, day, RULES, WORKING_DAYS)


def after(days: int) -> date:
    return DUE + timedelta(days=days)


def pay(day: date, amount: int) -> ev.Payment:
    return ev.Payment(id=f"P{day}", day=day, booked=day, amount=amount)


def books_until(last: date, *events: ev.Event) -> Books:
    """The books as they are kept on the days named by the events, on days 90 and 91, and on the last."""
    books = Books()
    days = {after(90), after(91), *(event.day for event in events), last}
    for day in sorted(day for day in days if day <= last):
        state = state_of(day, *(event for event in events if event.day <= day))
        books = post(books, [("L1", entry) for entry in to_book(state, by_cause(books, "L1"), day)])
        assert check_against(books, "L1", balances_of(state)) == ()
    assert check(books) == ()
    return books


def test_day_90_is_still_income_and_day_91_is_not() -> None:
    state = state_of(after(90))
    assert (state.days_overdue, sum(state.off_balance.values())) == (90, 0)
    state = state_of(after(91))
    assert state.off_balance == {
        Component.COSTS: 0, Component.PENALTY: 91 * 9_000, Component.COMPOUND: 0, Component.INTEREST: INTEREST, Component.PRINCIPAL: 0,
    }  # fmt: skip
    # The debtor owes all of it as before.
    assert state.payoff == TERMS.principal + INTEREST + 91 * 9_000
    books = books_until(after(90))
    assert books.balance("lender:income") == -(INTEREST + 90 * 9_000)
    assert books.balance("lender:memo:interest") == 0
    books = books_until(after(91))
    assert books.balance("lender:income") == 0
    assert books.balance("lender:loan") == TERMS.principal
    assert books.balance("lender:memo:interest") == INTEREST
    assert books.balance("lender:memo:penalty") == 91 * 9_000
    assert books.balance("lender:memo") == 0
    [reversal] = [one for one in books.entries if one.entry.cause == "off_balance"]
    assert reversal.entry.day == after(91)


def test_interest_that_is_received_is_income_and_accrual_returns_when_all_arrears_are_paid() -> None:
    part = pay(after(100), 1_000_000)
    books = books_until(after(120), part)
    assert books.balance("lender:income") == -1_000_000
    assert books.balance("lender:memo:penalty") == 120 * 9_000 - 100 * 9_000
    everything = pay(after(130), state_of(after(130), part).payoff)
    books = books_until(after(140), part, everything)
    assert books.balance("lender:loan") == 0 == books.balance("lender:memo:penalty")
    assert books.balance("lender:income") == -(INTEREST + 130 * 9_000)


def test_arrears_that_were_too_late_once_stay_out_of_income_until_nothing_is_late() -> None:
    late = LoanStanding(days_overdue=5, spans=(LateSpan(date(2026, 1, 1), date(2026, 6, 1), clears=False),))
    assert late.accrual_stopped(90)
    assert not replace(late, spans=(LateSpan(date(2026, 1, 1), date(2026, 6, 1)),)).accrual_stopped(90)
    assert not replace(late, spans=(LateSpan(date(2026, 1, 1), date(2026, 2, 1), clears=False),)).accrual_stopped(
        90
    )
    assert not replace(late, days_overdue=0).accrual_stopped(90)
    assert LoanStanding(days_overdue=91).accrual_stopped(90) and not LoanStanding(days_overdue=90).accrual_stopped(
        90
    )


def test_what_was_written_off_is_still_owed_and_bears_interest_off_the_balance_sheet() -> None:
    off = ev.WriteOff(id="W", day=after(200), booked=after(200))
    owed = TERMS.principal + INTEREST + 200 * 9_000
    assert state_of(after(200), off).payoff == owed
    state = state_of(after(230), off)
    assert (state.payoff, state.principal, state.due) == (owed + 30 * 9_000, 0, 0)
    assert state.written_off_since[Component.PENALTY] == 30 * 9_000
    assert str(state.payoff // 100) in state.explanation.as_text("en").replace(",", "")
    books = books_until(after(230), off)
    # Interest was out of income already: only the principal is lost.
    assert books.balance("lender:expense:write_off") == TERMS.principal
    assert books.balance("lender:income") == 0
    assert books.balance("lender:memo:principal") == TERMS.principal
    assert books.balance("lender:memo:penalty") == 230 * 9_000
    back = ev.Recovery(id="R", day=after(230), booked=after(230), amount=owed + 30 * 9_000)
    assert state_of(after(230), off, back).payoff == 0
    assert books_until(after(230), off, back).balance("lender:income:recovery") == -(owed + 30 * 9_000)


def test_a_written_off_loan_is_not_called_paid_or_free_of_arrears() -> None:
    off = ev.WriteOff(id="W", day=after(200), booked=after(200))
    judged = classify(state_of(after(230), off).standing, RULES, after(230))
    assert (judged.category, judged.decided_by) == (Category.LOSS, "loan.written_off")
    words = " ".join(f"{ground.text.en} {ground.text.zh}" for ground in judged.grounds)
    for wrong in ("nothing is overdue", "没有逾期", "arrears were paid", "付清逾期", "no upgrade"):
        assert wrong not in words


def test_what_was_not_due_when_it_was_written_off_bears_the_contract_rate_to_the_end_of_the_loan() -> None:
    off = ev.WriteOff(id="W", day=DUE - timedelta(days=10), booked=DUE)
    state = state_of(after(3), off)
    assert (state.written_off_since[Component.INTEREST], state.written_off_since[Component.PENALTY]) == (
        60_000,
        27_000,
    )


@pytest.mark.parametrize(
    ("first", "second", "limit", "code"),
    [
        (40_000_001, 0, None, "over_contract"),
        (30_000_000, 10_000_001, None, "over_contract"),
        (40_000_000, 5_000_001, 45_000_000, "over_limit"),
    ],
)
def test_more_than_the_contract_or_its_limit_is_refused(
    first: int, second: int, limit: int | None, code: str
) -> None:
    contract = replace(CONTRACT, terms=replace(TERMS, limit=limit))
    drawn = [
        ev.Drawdown(id=f"D{number}", day=TERMS.start + timedelta(days=number), booked=TERMS.start, amount=amount)
        for number, amount in enumerate((first, second))
        if amount
    ]
    with pytest.raises(InputError) as refused:
        replay(drawn, contract, DUE, RULES, WORKING_DAYS)
    assert [problem.code for problem in refused.value.problems] == [code]
    fitting = [replace(event, amount=event.amount - (event is drawn[-1])) for event in drawn]
    assert replay(fitting, contract, DUE, RULES, WORKING_DAYS).drawn == first + second - 1


def test_under_a_limit_what_was_repaid_can_be_drawn_again() -> None:
    contract = replace(CONTRACT, terms=replace(TERMS, limit=40_000_000))
    again = ev.Drawdown(id="E", day=date(2026, 4, 1), booked=date(2026, 4, 1), amount=9_000_000)
    assert state_of(DUE, pay(date(2026, 3, 12), 9_000_000), again, contract=contract).drawn == 49_000_000


def test_accounts_off_the_balance_sheet_have_names() -> None:
    assert account_text("lender:memo:interest").zh == "贷款人·表外登记·利息"
