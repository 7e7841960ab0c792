"""The books of a loan that went through everything, read by an outside checker, in Excel, and closed on the way."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from servicing_cases import RULES, WORKING_DAYS

from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.bookkeeping import balances_of, to_book
from zhirong.chain.loan.servicing.components import Category, Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.provisions import provision
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.errors import InputError
from zhirong.ledger.books import Books, close, post
from zhirong.ledger.check import check, check_against
from zhirong.ledger.plain_text import beancount_text
from zhirong.ledger.views import by_cause, trial_balance

CONTRACT = Contract(
    "HZ-1",
    LoanTerms(
        36_000_000,
        date(2024, 1, 15),
        date(2024, 7, 15),
        Method.WITH_PRINCIPAL,
        FixedRate(Decimal("0.036")),
        day_count="act_360",
    ),
    overdue_uplift=Decimal("0.5"),
    misuse_uplift=Decimal(1),
)


def on(day: str, booked: str = "") -> dict[str, date]:
    return {"day": date.fromisoformat(day), "booked": date.fromisoformat(booked or day)}


EVENTS: tuple[ev.Event, ...] = (
    ev.Drawdown(id="D", **on("2024-01-15"), amount=36_000_000),
    ev.Payment(id="late-entry", **on("2024-08-01", "2024-10-31"), amount=10_000_000, payer="guarantor"),
    ev.Fee(id="lawsuit", **on("2024-09-10"), amount=80_000),
    ev.Waiver(id="waived", **on("2024-11-05"), amounts={Component.PENALTY: 5_000}),
    ev.WriteOff(id="off", **on("2025-09-30")),
    ev.Recovery(id="back", **on("2025-12-20"), amount=3_000_000, costs=20_000),
)
MONTH_ENDS = [
    date(2024, 1, 31),
    date(2024, 9, 30),
    date(2024, 10, 31),
    date(2024, 11, 30),
    date(2025, 9, 30),
    date(2025, 12, 31),
]


def booked_up_to(last: date) -> Books:
    """Booked and closed at the month ends named, with a provision of the substandard rate."""
    books = Books()
    for day in [day for day in MONTH_ENDS if day <= last]:
        state = replay(EVENTS, CONTRACT, day, RULES, WORKING_DAYS, known_on=day)
        amount, _ = provision(state.principal, Category.SUBSTANDARD, RULES, day)
        entries = to_book(state, by_cause(books, "HZ-1"), day, amount)
        books = close(post(books, [("HZ-1", entry) for entry in entries]), day)
    return books


def test_the_outside_checker_agrees_with_every_balance(tmp_path: Path) -> None:
    books = booked_up_to(date(2025, 12, 31))
    assert check(books) == ()
    file = tmp_path / "books.beancount"
    file.write_text(beancount_text(books), encoding="utf-8")
    command = [str(Path(sys.executable).parent / "bean-check"), str(file)]
    accepted = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (accepted.returncode, accepted.stdout, accepted.stderr) == (0, "", "")


def test_a_late_payment_is_booked_as_a_difference_after_the_close() -> None:
    before, after = booked_up_to(date(2024, 9, 30)), booked_up_to(date(2024, 10, 31))
    assert after.entries[: len(before.entries)] == before.entries
    added = {
        b.entry.cause: {p.account: p.amount for p in b.entry.postings} for b in after.entries[len(before.entries) :]
    }
    # 1 August: 17 days late, penalty 17 x 54.00 and compound 16.71 come first, then 6,552.00 interest; principal 92,513.29.
    assert added["late-entry"] == {
        "guarantor:cash": -10_000_000,
        "guarantor:recourse": 10_000_000,
        "lender:cash": 10_000_000,
        "lender:loan:compound": -1_671,
        "lender:loan:interest": -655_200,
        "lender:loan:penalty": -91_800,
        "lender:loan:principal": -9_251_329,
    }
    # By 30 September 77 days had accrued on the whole: since 1 August less runs, and October's 31 days are added.
    # 267,486.71 x 5.4 % / 360 x 91 = 3,651.1936; with 918.00 the penalty since the start is 4,569.19, of which 4,158.00 were booked.
    assert added["accrual"]["lender:loan:penalty"] == 456_919 - 415_800
    # The compound interest that never ran since 1 August is taken back: 16.71 in all, 75.68 were booked.
    assert added["accrual"]["lender:loan:compound"] == 1_671 - 7_568


def test_after_the_write_off_the_lender_holds_nothing_but_what_it_got() -> None:
    rows = {row.account: row.balance for row in trial_balance(booked_up_to(date(2025, 12, 31))).rows}
    assert all(balance == 0 for account, balance in rows.items() if account.startswith("lender:loan"))
    assert rows["lender:provision"] == 0
    assert rows["lender:cash"] == -36_000_000 + 10_000_000 + 3_000_000 - 20_000
    assert rows["lender:income:recovery"] == -3_000_000
    assert rows["guarantor:recourse"] == 10_000_000


def test_what_was_closed_cannot_be_booked_into() -> None:
    books = booked_up_to(date(2024, 9, 30))
    state = replay(EVENTS, CONTRACT, date(2024, 9, 30), RULES, WORKING_DAYS)
    entries = to_book(state, by_cause(books, "HZ-1"), date(2024, 9, 30))
    assert entries
    with pytest.raises(InputError):
        post(books, [("HZ-1", entry) for entry in entries])


def paid_by_guarantor(*later: ev.Event) -> LoanPosition:
    """Owed on 1 August: 360,000 + 6,552 interest + 918 penalty + 16.71 compound = 367,486.71; 400,000 came."""
    drawn = ev.Drawdown(id="D", **on("2024-01-15"), amount=36_000_000)
    paid = ev.Payment(id="P", **on("2024-08-01"), amount=40_000_000, payer="guarantor")
    return replay([drawn, paid, *later], CONTRACT, date(2024, 9, 1), RULES, WORKING_DAYS)


def test_who_pays_more_than_is_owed_has_recourse_for_what_was_applied_and_keeps_the_rest() -> None:
    state = paid_by_guarantor()
    assert state.moves["P"]["guarantor:recourse"] == 36_748_671
    assert state.moves["P"]["guarantor:receivable"] == 3_251_329 == -state.moves["P"]["lender:credit:guarantor"]
    assert "lender:credit" not in state.moves["P"]
    assert (state.credit, state.credit_of) == (3_251_329, {"guarantor": 3_251_329})


def test_what_is_held_for_a_guarantor_becomes_recourse_when_it_covers_something_and_goes_back_to_it() -> None:
    state = paid_by_guarantor(
        ev.Fee(id="F", **on("2024-08-10"), amount=51_329),
        ev.Refund(id="R", **on("2024-08-20"), amount=3_200_000, payer="guarantor"),
    )
    assert state.moves["credit:guarantor:2024-08-10"] == {
        "guarantor:receivable": -51_329, "guarantor:recourse": 51_329,
        "lender:credit:guarantor": 51_329, "lender:loan:costs": -51_329,
    }  # fmt: skip
    assert state.moves["R"] == {
        "guarantor:cash": 3_200_000, "guarantor:receivable": -3_200_000,
        "lender:cash": -3_200_000, "lender:credit:guarantor": 3_200_000,
    }  # fmt: skip
    assert (state.credit, state.payoff) == (0, 0)


def test_a_recovery_beyond_what_was_written_off_is_no_recourse() -> None:
    drawn = ev.Drawdown(id="D", **on("2024-01-15"), amount=36_000_000)
    off = ev.WriteOff(id="W", **on("2024-07-15"))
    back = ev.Recovery(id="R", **on("2024-08-15"), amount=37_000_000, payer="insurer")
    state = replay([drawn, off, back], CONTRACT, date(2024, 9, 1), RULES, WORKING_DAYS)
    # 366,552.00 written off, and on it 31 nights of penalty (54.00) and compound interest (0.9828).
    assert state.moves["R"]["insurer:recourse"] == 36_655_200 + 167_400 + 3_047
    assert state.credit_of == {"insurer": 174_353}


def test_a_payment_before_the_order_of_2023_is_applied_in_the_usual_order_and_says_so() -> None:
    last_first = tuple(reversed(Component))
    by_class = replace(CONTRACT, order=last_first, orders={Category.NORMAL: tuple(Component)})
    old = replace(by_class, terms=replace(CONTRACT.terms, start=date(2022, 1, 15), end=date(2022, 7, 15)))
    drawn = ev.Drawdown(id="D", **on("2022-01-15"), amount=36_000_000)
    paid = ev.Payment(id="P", **on("2022-07-15"), amount=36_000_000)
    state = replay([drawn, paid], old, date(2022, 7, 15), RULES, WORKING_DAYS)
    assert (state.principal_due, state.interest_due) == (0, 651_600)
    assert [note.en for note in state.notes] == [
        "2022-07-15: no classification rule is in force on that day; the contract's usual order applies"
    ]


def test_books_that_do_not_hold_what_the_loan_stands_at_are_named() -> None:
    day = date(2024, 9, 30)
    state = replay(EVENTS, CONTRACT, day, RULES, WORKING_DAYS, known_on=day)
    books = booked_up_to(day)
    assert check_against(books, "HZ-1", balances_of(state)) == ()
    # A loan that grew without an entry: every entry balances, and only the state shows it.
    grown = replace(state, not_due=state.not_due + 1_809_015)
    assert check(books) == ()
    assert [(p.field, p.code) for p in check_against(books, "HZ-1", balances_of(grown))] == [
        ("balance.HZ-1.lender:loan:principal", "differs_from_replay")
    ]
