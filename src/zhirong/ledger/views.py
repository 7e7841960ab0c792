"""Reports from the books: trial balance, account statement, sub-ledger of a loan."""

from dataclasses import dataclass
from datetime import date

from zhirong.kernel.money import Fen, yuan
from zhirong.ledger.accounts import KIND_TEXT, account_text, kind_of
from zhirong.ledger.books import Booked, Books


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One account: its total debits and credits, and its balance, debit positive."""

    account: str
    debits: Fen
    credits: Fen
    balance: Fen

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        return {
            "account": self.account,
            "name": account_text(self.account).as_json(),
            "kind": KIND_TEXT[kind_of(self.account)].as_json(),
            "debits": yuan(self.debits),
            "credits": yuan(self.credits),
            "balance": yuan(self.balance),
        }


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts up to a day. Total debits equal total credits unless the books are corrupt."""

    rows: tuple[TrialRow, ...]
    debits: Fen
    credits: Fen


def trial_balance(books: Books, to: date | None = None, party: str | None = None) -> TrialBalance:
    """Return every account with postings through ``to``, of one party or of all."""
    sides: dict[str, list[Fen]] = {}
    for booked in books.entries:
        if to is not None and booked.entry.day > to:
            continue
        for posting in booked.entry.postings:
            if party is None or posting.account.startswith(party + ":"):
                sums = sides.setdefault(posting.account, [0, 0])
                sums[posting.amount < 0] += abs(posting.amount)
    rows = tuple(
        TrialRow(account, debit, credit, debit - credit) for account, (debit, credit) in sorted(sides.items())
    )
    return TrialBalance(rows, sum(row.debits for row in rows), sum(row.credits for row in rows))


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One posting in an account, with the balance after it."""

    number: int
    day: date
    loan: str
    cause: str
    account: str
    amount: Fen
    balance: Fen


@dataclass(frozen=True, slots=True)
class LedgerStatement:
    """The postings of an account between two days, inclusive."""

    account: str
    opening: Fen
    lines: tuple[LedgerLine, ...]
    closing: Fen


def statement(
    books: Books, account: str, first: date | None = None, last: date | None = None, loan: str | None = None
) -> LedgerStatement:
    """Return the statement of an account and everything below it, of one loan or of all."""
    opening = balance = 0
    lines: list[LedgerLine] = []
    below = account + ":"
    # Late entries are booked today, so entries may not be in date order.
    for booked in sorted(books.entries, key=lambda booked: (booked.entry.day, booked.number)):
        entry = booked.entry
        if (last is not None and entry.day > last) or (loan is not None and booked.loan != loan):
            continue
        for posting in entry.postings:
            if posting.account != account and not posting.account.startswith(below):
                continue
            balance += posting.amount
            if first is not None and entry.day < first:
                opening = balance
                continue
            lines.append(
                LedgerLine(
                    booked.number, entry.day, booked.loan, entry.cause, posting.account, posting.amount, balance
                )
            )
    return LedgerStatement(account, opening, tuple(lines), balance)


def sub_ledger(books: Books, loan: str) -> tuple[Booked, ...]:
    """Return the entries of one loan in the order in which they were booked."""
    return tuple(booked for booked in books.entries if booked.loan == loan)


def by_cause(books: Books, loan: str) -> dict[str, dict[str, Fen]]:
    """Return balances of a loan by cause and account; zero balances are omitted."""
    sums: dict[str, dict[str, Fen]] = {}
    for booked in sub_ledger(books, loan):
        accounts = sums.setdefault(booked.entry.cause, {})
        for posting in booked.entry.postings:
            accounts[posting.account] = accounts.get(posting.account, 0) + posting.amount
    return {
        cause: left
        for cause, accounts in sums.items()
        if (left := {account: amount for account, amount in accounts.items() if amount})
    }
