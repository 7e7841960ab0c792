"""The books of a loan on the platform: recorded from its events, checked, and shown as entries, trial balance and
Excel file.
"""

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
    """The books of one loan as of a day. problems: disagreements within the books or with the loan; normally none."""

    books: Books
    trial: TrialBalance
    problems: tuple[Problem, ...]

    def xlsx(self, lang: Lang) -> bytes:
        """Return the books as an Excel workbook."""
        return ledger_workbook(self.books, lang)


def books_of(loan: Loan, day: date, rules: Rulebook) -> LoanBooks:
    """Return the books of a disbursed loan, including its provision by category."""
    books, problems = keep_books(
        loan_file(loan, rules),
        day,
        day,
        rules=rules,
        working_days=calendar(rules, day),
        set_aside=lambda state: set_aside(state, rules),
    )
    return LoanBooks(books, trial_balance(books), problems)
