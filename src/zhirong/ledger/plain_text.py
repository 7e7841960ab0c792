"""Export the books in beancount syntax, to be read and checked by that program.

Syntax: https://beancount.github.io/docs/beancount_language_syntax.html. Every account ends with a balance
assertion, so that the program recalculates these balances.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from zhirong.kernel.money import Fen, yuan
from zhirong.ledger.accounts import Kind, kind_of
from zhirong.ledger.books import Books

_ROOTS: dict[Kind, str] = {
    "asset": "Assets",
    "liability": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expense": "Expenses",
    "memo": "Equity",  # beancount has no off-balance-sheet accounts; these sum to zero
}
_CURRENCY = "CNY"


def beancount_text(books: Books, title: str = "Zhirong") -> str:
    """Return all entries with their causes, and at the end a balance assertion for every account and the sum below
    it.
    """
    lines = [
        f'option "title" "{_quoted(title)}"',
        f'option "operating_currency" "{_CURRENCY}"',
        "",
    ]
    if not books.entries:
        return "\n".join(lines)
    first = min(booked.entry.day for booked in books.entries)
    last = max(booked.entry.day for booked in books.entries)
    sums: dict[str, Fen] = {}
    for booked in books.entries:
        for posting in booked.entry.postings:
            sums[posting.account] = sums.get(posting.account, 0) + posting.amount
    names = {account: beancount_account(account) for account in sorted(sums)}
    lines += [f"{first} open {names[account]} {_CURRENCY}" for account in names]
    for booked in sorted(books.entries, key=lambda booked: (booked.entry.day, booked.number)):
        entry = booked.entry
        lines += [
            "",
            f'{entry.day} * "{_quoted(booked.loan)}" "{_quoted(entry.cause)}"',
            f"  number: {booked.number}",
        ]
        lines += [f"  {names[p.account]}  {yuan(p.amount)} {_CURRENCY}" for p in entry.postings]
    lines.append("")
    lines += _assertions(((names[account], sums[account]) for account in names), last + timedelta(days=1))
    return "\n".join(lines) + "\n"


def beancount_account(account: str) -> str:
    """Return ``lender:loan:principal`` as ``Assets:Lender:Loan:Principal``."""
    steps = [step.replace("_", "-") for step in account.split(":")]
    return ":".join([_ROOTS[kind_of(account)], *(step[:1].upper() + step[1:] for step in steps)])


def _assertions(balances: Iterable[tuple[str, Fen]], day: date) -> list[str]:
    # A beancount balance includes sub-accounts and by default tolerates a difference of one fen.
    listed = list(balances)
    return [
        f"{day} balance {name} {yuan(sum(amount for other, amount in listed if other == name or other.startswith(name + ':')))} ~ 0.00 {_CURRENCY}"
        for name, _ in listed
    ]


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
