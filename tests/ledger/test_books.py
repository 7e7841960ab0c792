"""The books: what they take, what they refuse, what is read out of them, and that a broken balance is named."""

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from zhirong.documents.ledger_xlsx import ledger_workbook
from zhirong.kernel.errors import InputError
from zhirong.kernel.posting import Entry, Posting
from zhirong.ledger.accounts import account_text, is_account, kind_of
from zhirong.ledger.books import Books, close, post
from zhirong.ledger.check import check
from zhirong.ledger.plain_text import beancount_account, beancount_text
from zhirong.ledger.views import by_cause, statement, sub_ledger, trial_balance

JAN, FEB = date(2024, 1, 31), date(2024, 2, 29)


def entry(day: date, cause: str, **amounts: int) -> Entry:
    """Accounts are written with _ for the colon: ``lender_cash``."""
    return Entry(day, cause, tuple(Posting(name.replace("_", ":"), amount) for name, amount in amounts.items()))


def small_books() -> Books:
    books = post(Books(), [("L1", entry(JAN, "draw", lender_loan_principal=1_000_000, lender_cash=-1_000_000))])
    return post(
        books,
        [
            ("L1", entry(FEB, "accrual", lender_loan_interest=3_625, lender_income_interest=-3_625)),
            (
                "L1",
                entry(FEB, "pay", lender_cash=103_625, lender_loan_interest=-3_625, lender_loan_principal=-100_000),
            ),
        ],
    )


def code_of(error: pytest.ExceptionInfo[InputError]) -> set[str]:
    return {problem.code for problem in error.value.problems}


def test_balances_follow_the_entries() -> None:
    books = small_books()
    assert books.balance("lender:loan") == 900_000
    assert books.balance("lender:loan:interest") == 0
    assert books.balance("lender:cash", "L1") == -896_375
    assert books.balance("lender:cash", "L2") == 0
    assert check(books) == ()


def test_posting_gives_new_books_and_leaves_the_old() -> None:
    old = small_books()
    new = post(old, [("L1", entry(FEB, "more", lender_cash=1, lender_credit=-1))])
    assert (len(old.entries), len(new.entries)) == (3, 4)
    assert new.entries[:3] == old.entries


def test_nothing_is_booked_into_closed_days() -> None:
    books = close(small_books(), FEB)
    with pytest.raises(InputError) as refused:
        post(books, [("L1", entry(FEB, "late", lender_cash=1, lender_credit=-1))])
    assert code_of(refused) == {"closed_day"}
    after = post(books, [("L1", entry(date(2024, 3, 1), "late", lender_cash=1, lender_credit=-1))])
    assert check(after) == ()


def test_a_close_is_refused_before_an_entry_and_before_a_close() -> None:
    with pytest.raises(InputError) as early:
        close(small_books(), JAN)
    assert code_of(early) == {"entries_after"}
    with pytest.raises(InputError) as twice:
        close(close(small_books(), FEB), FEB)
    assert code_of(twice) == {"already_closed"}


def test_each_party_balances_by_itself() -> None:
    crossed = entry(JAN, "x", lender_cash=100, guarantor_cash=-100)
    with pytest.raises(InputError) as refused:
        post(Books(), [("L1", crossed)])
    assert code_of(refused) == {"party_unbalanced"}
    assert {p.value for p in refused.value.problems} == {"1.00", "-1.00"}


def test_unknown_accounts_are_refused_and_nothing_is_posted() -> None:
    with pytest.raises(InputError) as refused:
        post(
            Books(),
            [
                ("L1", entry(JAN, "a", lender_cash=1, lender_credit=-1)),
                ("L1", entry(JAN, "b", bank_cash=1, bank_loan=-1)),
            ],
        )
    assert code_of(refused) == {"unknown_account"}
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize(
    "path", ["lender", "lender:gold", "nobody:cash", "lender:loan:Zinsen!", "lender:loan:本金"]
)
def test_paths_that_are_no_account(path: str) -> None:
    assert not is_account(path)


def test_kinds_and_names() -> None:
    assert kind_of("lender:loan:interest") == "asset"
    assert kind_of("lender:provision") == "liability"
    assert account_text("guarantor:recourse").zh == "担保机构·应收追偿款"


def test_trial_balance_has_equal_sides_and_can_stop_at_a_day() -> None:
    whole = trial_balance(small_books())
    assert whole.debits == whole.credits == 1_000_000 + 3_625 + 103_625
    assert {row.account: row.balance for row in whole.rows} == {
        "lender:cash": -896_375,
        "lender:income:interest": -3_625,
        "lender:loan:interest": 0,
        "lender:loan:principal": 900_000,
    }
    assert trial_balance(small_books(), JAN).debits == 1_000_000
    assert trial_balance(small_books(), party="fund").rows == ()


def test_statement_has_opening_lines_and_closing() -> None:
    page = statement(small_books(), "lender:loan", first=FEB)
    assert (page.opening, page.closing) == (1_000_000, 900_000)
    assert [(line.cause, line.amount, line.balance) for line in page.lines] == [
        ("accrual", 3_625, 1_003_625),
        ("pay", -3_625, 1_000_000),
        ("pay", -100_000, 900_000),
    ]


def test_sub_ledger_of_a_loan() -> None:
    books = post(small_books(), [("L2", entry(FEB, "draw", lender_loan_principal=5, lender_cash=-5))])
    assert [b.entry.cause for b in sub_ledger(books, "L2")] == ["draw"]
    assert by_cause(books, "L1")["pay"] == {
        "lender:cash": 103_625,
        "lender:loan:interest": -3_625,
        "lender:loan:principal": -100_000,
    }


def test_a_changed_balance_is_named() -> None:
    books = small_books()
    broken = replace(books, balances={**books.balances, ("L1", "lender:cash"): -896_374})
    [problem] = check(broken)
    assert (problem.code, problem.field, problem.value) == ("balance_differs", "balance.L1.lender:cash", "-8963.74")
    assert "-8963.75" in problem.reason.en


def test_a_changed_entry_is_named_in_the_balance_and_in_the_closing() -> None:
    books = close(small_books(), FEB)
    first = books.entries[0]
    forged = replace(first, entry=entry(JAN, "draw", lender_loan_principal=1_000_100, lender_cash=-1_000_100))
    fields = {problem.field for problem in check(replace(books, entries=(forged, *books.entries[1:])))}
    assert fields == {
        "closing[2024-02-29].L1.lender:cash",
        "closing[2024-02-29].L1.lender:loan:principal",
        "balance.L1.lender:cash",
        "balance.L1.lender:loan:principal",
    }


def test_a_removed_entry_leaves_a_gap_that_is_named() -> None:
    books = small_books()
    codes = [problem.code for problem in check(replace(books, entries=books.entries[1:]))]
    assert codes.count("number") == 2
    assert "balance_differs" in codes


def test_an_entry_slipped_into_closed_days_is_named() -> None:
    books = post(
        close(small_books(), FEB), [("L1", entry(date(2024, 3, 1), "ok", lender_cash=1, lender_credit=-1))]
    )
    last = books.entries[-1]
    forged = replace(last, entry=replace(last.entry, day=JAN))
    assert [p.code for p in check(replace(books, entries=(*books.entries[:-1], forged)))] == ["closed_day"]


def test_excel_carries_the_trial_balance_and_every_posting() -> None:
    content = ledger_workbook(close(small_books(), FEB))
    workbook = load_workbook(BytesIO(content))
    trial = list(workbook["科目余额表"].values)
    assert ("lender:cash", "贷款人·货币资金", "资产", 1036.25, 10000, -8963.75) in trial
    assert trial[-1][3] == trial[-1][4] == 11072.5
    assert sum(1 for _ in workbook["分录"].values) == 1 + 7
    assert list(workbook["关账"].values)[1] == (datetime(2024, 2, 29), 3)


def bean_check(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """beancount's own checker, run as a program: it is GPL, so nothing of it is imported."""
    file = folder / "books.beancount"
    file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [str(Path(sys.executable).parent / "bean-check"), str(file)], capture_output=True, text=True, timeout=60
    )


def test_beancount_accepts_the_books_and_refuses_a_changed_amount(tmp_path: Path) -> None:
    books = post(
        small_books(),
        [
            ("L1", entry(date(2024, 3, 1), 'payout "G"', guarantor_cash=-500, guarantor_recourse=500)),
            ("L1", entry(date(2024, 3, 1), "cost", lender_expense_recovery=7, lender_cash=-7)),
        ],
    )
    text = beancount_text(books)
    accepted = bean_check(text, tmp_path)
    assert (accepted.returncode, accepted.stdout, accepted.stderr) == (0, "", "")
    changed = text.replace("balance Assets:Lender:Cash -8963.82 ~", "balance Assets:Lender:Cash -8963.81 ~")
    assert changed != text
    assert bean_check(changed, tmp_path).returncode == 1


def test_beancount_accounts() -> None:
    assert beancount_account("lender:expense:recovery_costs") == "Expenses:Lender:Expense:Recovery-costs"


amounts = st.integers(-(10**12), 10**12).filter(bool)
accounts = st.sampled_from(["lender:cash", "lender:loan:principal", "lender:credit", "lender:income:interest"])


@st.composite
def some_entries(draw: st.DrawFn) -> list[tuple[str, Entry]]:
    made = []
    for number in range(draw(st.integers(1, 12))):
        one, other = draw(st.lists(accounts, min_size=2, max_size=2, unique=True))
        amount = draw(amounts)
        postings = (Posting(one, amount), Posting(other, -amount))
        made.append(
            (draw(st.sampled_from(["L1", "L2"])), Entry(date(2024, 1, 1 + number), f"c{number % 3}", postings))
        )
    return made


@settings(max_examples=60)
@given(some_entries(), st.integers(0, 12))
def test_in_parts_or_at_once_the_books_are_the_same(entries: list[tuple[str, Entry]], cut: int) -> None:
    at_once = post(Books(), entries)
    in_parts = post(post(Books(), entries[:cut]), entries[cut:])
    assert at_once == in_parts
    assert check(at_once) == ()
    trial = trial_balance(at_once)
    assert trial.debits == trial.credits
    assert sum(at_once.balances.values()) == 0
    for row in trial.rows:
        assert row.balance == at_once.balance(row.account) == statement(at_once, row.account).closing


@pytest.mark.parametrize("detail", ["_a", "A", "a-b", "a b", "", "利息", "a:"])
def test_a_detail_that_an_accounting_program_would_refuse_is_no_account(detail: str) -> None:
    assert is_account("lender:income:recovery_costs2") and is_account("lender:credit:guarantor")
    assert not is_account(f"lender:income:{detail}")
