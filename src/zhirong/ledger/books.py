"""The books: entries in the order in which they were made, closing dates, and the balances that follow from them.

Books are immutable. ``post`` and ``close`` return new books; no entry is ever changed or removed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.posting import Entry
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import is_account, party_of

Balances = Mapping[str, Fen]


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry in the books. number: counted from 1 without gaps. loan: the loan of its sub-ledger, or empty."""

    number: int
    loan: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Closing:
    """The books closed as of ``day``: after ``entries`` entries, with these balances by loan and account."""

    day: date
    entries: int
    balances: Mapping[tuple[str, str], Fen]


@dataclass(frozen=True, slots=True)
class Books:
    """All entries and closings, and the resulting balances by loan and account."""

    entries: tuple[Booked, ...] = ()
    closings: tuple[Closing, ...] = ()
    balances: Mapping[tuple[str, str], Fen] = field(default_factory=dict)

    @property
    def closed_to(self) -> date | None:
        """Return the last closed day."""
        return self.closings[-1].day if self.closings else None

    def balance(self, account: str, loan: str | None = None) -> Fen:
        """Return the balance of an account and everything below it, of one loan or of all; debit positive."""
        below = account + ":"
        return sum(
            amount
            for (of_loan, name), amount in self.balances.items()
            if (name == account or name.startswith(below)) and (loan is None or of_loan == loan)
        )


def post(books: Books, entries: Iterable[tuple[str, Entry]]) -> Books:
    """Return the books with more entries, each with its loan (or an empty text).

    Raises InputError and posts nothing if an entry falls into a closed period, names an unknown account, or leaves
    a party's accounts out of balance.
    """
    added = tuple(
        Booked(number, loan, entry) for number, (loan, entry) in enumerate(entries, len(books.entries) + 1)
    )
    problems = [problem for booked in added for problem in _problems(booked, books.closed_to)]
    if problems:
        raise InputError(problems)
    balances = dict(books.balances)
    add_up(added, balances)
    return replace(books, entries=books.entries + added, balances=balances)


def close(books: Books, day: date) -> Books:
    """Return the books closed through ``day``: no later entry may be booked on or before it.

    Raises InputError if that day is already closed, or an entry is booked after it.
    """
    problems = []
    if books.closed_to is not None and day <= books.closed_to:
        problems.append(
            Problem(
                "day",
                day.isoformat(),
                Text(f"已关账至 {books.closed_to}", f"the books are closed through {books.closed_to}"),
                Text("请选择更晚的日期", "choose a later date"),
                "already_closed",
            )
        )
    last = max((booked.entry.day for booked in books.entries), default=None)
    if last is not None and last > day:
        problems.append(
            Problem(
                "day",
                day.isoformat(),
                Text(f"已有 {last} 入账的分录", f"there are entries booked on {last}"),
                Text("关账日不得早于最后一笔分录的日期", "close on or after the date of the last entry"),
                "entries_after",
            )
        )
    if problems:
        raise InputError(problems)
    return replace(books, closings=(*books.closings, Closing(day, len(books.entries), dict(books.balances))))


def add_up(entries: Iterable[Booked], balances: dict[tuple[str, str], Fen]) -> None:
    """Add entries to balances by loan and account; accounts with a zero balance are omitted."""
    for booked in entries:
        for posting in booked.entry.postings:
            key = (booked.loan, posting.account)
            amount = balances.get(key, 0) + posting.amount
            if amount:
                balances[key] = amount
            else:
                balances.pop(key, None)


def _problems(booked: Booked, closed_to: date | None) -> list[Problem]:
    entry, where = booked.entry, f"entry[{booked.number}]"
    problems = []
    if closed_to is not None and entry.day <= closed_to:
        problems.append(
            Problem(
                f"{where}.day",
                entry.day.isoformat(),
                Text(f"该日已关账（截至 {closed_to}）", f"the day is closed (through {closed_to})"),
                Text(
                    "请在关账日之后入账，差额计入当日",
                    "book it on a date after the closing, as an adjustment on that date",
                ),
                "closed_day",
            )
        )
    unknown = [posting.account for posting in entry.postings if not is_account(posting.account)]
    problems.extend(
        Problem(
            f"{where}.account",
            account,
            Text("科目不存在", "unknown account"),
            Text(
                "请填写为 主体:类别[:明细]，例如 lender:loan:principal",
                "write party:holding[:detail]: lender:loan:principal",
            ),
            "unknown_account",
        )
        for account in unknown
    )
    if not unknown:
        problems.extend(
            Problem(
                f"{where}.postings",
                yuan(amount),
                Text(f"{party} 的科目借贷不平", f"the accounts of {party} are out of balance"),
                Text("请使每个主体的借贷方各自相等", "make the debits of each party equal its credits"),
                "party_unbalanced",
            )
            for party, amount in out_of_balance(entry)
        )
    return problems


def out_of_balance(entry: Entry) -> list[tuple[str, Fen]]:
    """Return the parties whose accounts an entry leaves out of balance, with the difference."""
    sums: dict[str, Fen] = {}
    for posting in entry.postings:
        party = party_of(posting.account)
        sums[party] = sums.get(party, 0) + posting.amount
    return [(party, amount) for party, amount in sums.items() if amount]
