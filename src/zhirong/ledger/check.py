"""Check the books: recalculate every balance from the entries and report differences."""

from collections.abc import Mapping

from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import is_account
from zhirong.ledger.books import Books, add_up, out_of_balance

_LOOK = Text("请与备份或来源事件核对", "compare with a backup or with the underlying events")


def check(books: Books) -> tuple[Problem, ...]:
    """Return all problems of the books; empty if they are correct.

    Entries are numbered without gaps, each names known accounts and balances for every party; none is booked in a
    closed period; the stored balances, and those of every closing, equal the sums of the entries.
    """
    problems: list[Problem] = []
    balances: dict[tuple[str, str], Fen] = {}
    closings = list(books.closings)
    for position, booked in enumerate(books.entries, 1):
        while closings and closings[0].entries < position:
            closing = closings.pop(0)
            problems.extend(_differences(f"closing[{closing.day}]", closing.balances, balances))
        entry, where = booked.entry, f"entry[{booked.number}]"
        if booked.number != position:
            problems.append(
                _problem(
                    where, str(booked.number), f"编号应为 {position}", f"should be number {position}", "number"
                )
            )
        closed = max((c.day for c in books.closings if c.entries < position), default=None)
        if closed is not None and entry.day <= closed:
            problems.append(
                _problem(
                    where,
                    entry.day.isoformat(),
                    f"入账日期已关账（{closed}）",
                    f"booked in a closed period ({closed})",
                    "closed_day",
                )
            )
        unknown = [posting.account for posting in entry.postings if not is_account(posting.account)]
        problems.extend(
            _problem(where, account, "科目不存在", "unknown account", "unknown_account") for account in unknown
        )
        if not unknown:
            problems.extend(
                _problem(
                    where,
                    yuan(amount),
                    f"{party} 的科目不平",
                    f"the accounts of {party} do not balance",
                    "unbalanced",
                )
                for party, amount in out_of_balance(entry)
            )
        add_up((booked,), balances)
    for closing in closings:
        problems.extend(_differences(f"closing[{closing.day}]", closing.balances, balances))
    problems.extend(_differences("balance", books.balances, balances))
    return tuple(problems)


def check_against(books: Books, loan: str, balances: Mapping[str, Fen]) -> tuple[Problem, ...]:
    """Return differences between the books of a loan and its balances; empty if they agree. balances: by account,
    calculated independently of the books; accounts not listed are not checked.
    """
    return tuple(
        Problem(
            f"balance.{loan}.{account}",
            yuan(has),
            Text(f"按事件重算应为 {yuan(should)}", f"replaying the loan's events gives {yuan(should)}"),
            _LOOK,
            "differs_from_replay",
        )
        for account, should in sorted(balances.items())
        if (has := books.balances.get((loan, account), 0)) != should
    )


def _differences(
    where: str, kept: Mapping[tuple[str, str], Fen], recomputed: Mapping[tuple[str, str], Fen]
) -> list[Problem]:
    problems = []
    for loan, account in sorted({*kept, *recomputed}):
        has, should = kept.get((loan, account), 0), recomputed.get((loan, account), 0)
        if has != should:
            problems.append(
                _problem(
                    f"{where}.{loan or '-'}.{account}",
                    yuan(has),
                    f"分录合计为 {yuan(should)}",
                    f"the entries add up to {yuan(should)}",
                    "balance_differs",
                )
            )
    return problems


def _problem(field: str, value: str, zh: str, en: str, code: str) -> Problem:
    return Problem(field, value, Text(zh, en), _LOOK, code)
