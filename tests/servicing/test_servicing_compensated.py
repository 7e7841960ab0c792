"""Compensation that leaves the debt whole, and interest that stops when a bankruptcy petition is accepted."""

from datetime import date, timedelta
from decimal import Decimal

from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.bookkeeping import balances_of, to_book
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.money import parse_yuan
from zhirong.ledger.books import Books, post
from zhirong.ledger.check import check, check_against
from zhirong.ledger.views import by_cause

# 1.5 m at 5 %, act/360, due on 2025-01-10.
TERMS = LoanTerms(
    parse_yuan("1,500,000.00"), date(2024, 1, 10), date(2025, 1, 10), Method.WITH_PRINCIPAL, FixedRate(Decimal("0.05")),
    day_count="act_360",
)  # fmt: skip
CONTRACT = Contract("L1", TERMS, Decimal("0.5"), Decimal(1))


def state_of(day: date, *later: ev.Event) -> LoanPosition:
    drawn = ev.Drawdown(id="D", day=TERMS.start, booked=TERMS.start, amount=TERMS.principal)
    return replay([drawn, *later], CONTRACT, day, RULES, WORKING_DAYS)


def paid_by_fund(day: date, amount: str) -> ev.Compensation:
    return ev.Compensation(id="C", day=day, booked=day, amount=parse_yuan(amount), payer="fund")


def books_until(last: date, *events: ev.Event) -> Books:
    books = Books()
    for day in sorted({TERMS.start, last, *(event.day for event in events)}):
        state = state_of(day, *(event for event in events if event.day <= day))
        books = post(books, [("L1", entry) for entry in to_book(state, by_cause(books, "L1"), day)])
        assert check_against(books, "L1", balances_of(state)) == ()
    assert check(books) == ()
    return books


def test_a_fund_that_compensates_principal_leaves_the_debt_as_it_was() -> None:
    """600,000.00 on 2025-04-18: the debtor owes what it would owe without it, penalty included."""
    day = date(2025, 9, 30)
    without, compensated = state_of(day), state_of(day, paid_by_fund(date(2025, 4, 18), "600,000.00"))
    assert compensated.payoff == without.payoff
    assert compensated.paid == without.paid
    assert compensated.compensated == {"fund": parse_yuan("600,000.00")}
    books = books_until(day, paid_by_fund(date(2025, 4, 18), "600,000.00"))
    assert books.balance("lender:compensation:fund") == parse_yuan("-600,000.00")
    assert books.balance("fund:compensation") == parse_yuan("600,000.00")
    assert books.balance("lender:loan:principal") == TERMS.principal


def test_penalty_goes_on_after_the_write_off_of_a_compensated_loan() -> None:
    """1,500,000 × 7.5 % × 231 ÷ 360 = 72,187.50 from 2025-12-30 to 2026-08-18."""
    written_off = ev.WriteOff(id="W", day=date(2025, 12, 30), booked=date(2025, 12, 30))
    compensation = paid_by_fund(date(2025, 4, 18), "600,000.00")
    before = state_of(date(2025, 12, 30), compensation, written_off).payoff
    after = state_of(date(2026, 8, 18), compensation, written_off)
    assert sum(after.written_off_since.values()) >= parse_yuan("72,187.50")
    assert after.written_off_since["penalty"] == parse_yuan("72,187.50")
    assert after.payoff == before + sum(after.written_off_since.values())
    books = books_until(date(2026, 8, 18), compensation, written_off)
    assert books.balance("lender:compensation:fund") == 0
    assert books.balance("lender:expense:write_off") == TERMS.principal - parse_yuan("600,000.00")


def test_no_more_goes_back_than_was_compensated() -> None:
    back = ev.CompensationReturned(
        id="R", day=date(2025, 6, 1), booked=date(2025, 6, 1), amount=10**9, payer="fund"
    )
    state = state_of(date(2025, 7, 1), paid_by_fund(date(2025, 4, 18), "600,000.00"), back)
    assert state.compensated == {}
    assert [note.en for note in state.notes] == [
        "R: only CNY 600,000.00 of its compensation was left to return, and returned"
    ]


def test_nothing_accrues_after_a_bankruptcy_petition_is_accepted() -> None:
    """Property 22: all falls due that day, and no component grows; a reorganisation plan may start interest again."""
    accepted = ev.BankruptcyAccepted(id="B", day=date(2024, 10, 10), booked=date(2024, 10, 10))
    at_once, later = state_of(date(2024, 10, 10), accepted), state_of(date(2026, 10, 10), accepted)
    # 274 days of interest at 5 % on 1.5 m.
    assert at_once.payoff == TERMS.principal + parse_yuan("57,083.33")
    assert (later.payoff, later.penalty, later.compound) == (at_once.payoff, 0, 0)
    assert later.bankrupt_on == date(2024, 10, 10)
    plan = ev.Restructuring(id="P", day=date(2025, 3, 1), booked=date(2025, 3, 1), until=date(2026, 3, 1))
    resumed = state_of(date(2025, 3, 1) + timedelta(days=60), accepted, plan)
    assert resumed.payoff > at_once.payoff
