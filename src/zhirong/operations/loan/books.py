"""The books of a loan on the platform: kept from its events, checked, as entries, trial balance and Excel."""

from dataclasses import dataclass
from datetime import date

from zhirong.documents.ledger_xlsx import ledger_workbook
from zhirong.kernel.errors import Problem
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Lang
from zhirong.ledger.books import Books
from zhirong.ledger.views import TrialBalance, trial_balance
from zhirong.loan_books import keep_books
from zhirong.operations.loan.loans import calendar, loan_file, set_aside
from zhirong.store.financing import Loan


@dataclass(frozen=True, slots=True)
class LoanBooks:
    """The books of one loan as of a day. problems: what does not agree with itself or with the loan; none where they hold."""

    books: Books
    trial: TrialBalance
    problems: tuple[Problem, ...]

    def xlsx(self, lang: Lang) -> bytes:
        """The books as an Excel workbook."""
        return ledger_workbook(self.books, lang)


def books_of(loan: Loan, day: date, rules: Rulebook) -> LoanBooks:
    """The books of a loan that has been paid out, its provision by category among them."""
    books, problems = keep_books(
        loan_file(loan, rules), day, day, rules, calendar(rules, day), lambda state: set_aside(state, rules)
    )
    return LoanBooks(books, trial_balance(books), problems)
