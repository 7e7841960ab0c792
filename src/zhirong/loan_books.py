"""The books of one loan, updated day by day from its state: pure, for the command line and the platform alike."""

from collections.abc import Callable
from datetime import date

from zhirong.chain.loan.servicing.bookkeeping import balances_of, to_book
from zhirong.chain.loan.servicing.reading import LoanFile
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import Problem
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.ledger.books import Books, post
from zhirong.ledger.check import check, check_against
from zhirong.ledger.views import by_cause


def keep_books(
    loan: LoanFile,
    as_of: date,
    known_on: date,
    *,
    rules: Rulebook,
    working_days: WorkingDays,
    set_aside: Callable[[LoanPosition], Fen | None] | None = None,
) -> tuple[Books, tuple[Problem, ...]]:
    """Return the books after every day with a posting and on the last day, and their problems.

    They are checked by themselves, and against the loan's state on the last day booked. set_aside: the provision
    for a state of the loan; if omitted, none is booked.
    """
    last = min(as_of, known_on)
    books, loan_id = Books(), loan.contract.loan_id
    for day in sorted({event.booked for event in loan.events if event.booked <= last} | {last}):
        state = replay(loan.events, loan.contract, day, rules, working_days, day)
        provision = None if set_aside is None else set_aside(state)
        entries = to_book(state, by_cause(books, loan_id), day, provision)
        books = post(books, [(loan_id, entry) for entry in entries])
    return books, (*check(books), *check_against(books, loan_id, balances_of(state)))
