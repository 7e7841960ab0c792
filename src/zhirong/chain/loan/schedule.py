"""A loan's schedule in whole fen: the amounts that fall due on each day, and the balance after them.

Rounding: the interest of a row is calculated exactly and rounded once, halves up; so is a level payment. The
principal of the rows sums to the loan, and the last row clears it, including the fen that rounding left over.
"""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.loan.amortisation import walk
from zhirong.chain.loan.rates import RateTables
from zhirong.chain.loan.rows import Row
from zhirong.chain.loan.term_checks import findings
from zhirong.chain.loan.terms import METHOD_TEXT, LoanTerms
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.tabular import Table, Tabular, in_yuan, percent
from zhirong.kernel.text import Text

__all__ = ["Row", "Schedule", "schedule"]


@dataclass(frozen=True, slots=True)
class Schedule(Tabular):
    """Everything that falls due under a loan, in order, and the published rates used."""

    terms: LoanTerms
    rows: tuple[Row, ...]
    sources: tuple[Reference, ...]

    @property
    def interest(self) -> Fen:
        """Return the total interest of the loan."""
        return sum(row.interest for row in self.rows)

    @property
    def provisional(self) -> bool:
        """Return whether a due day may still move because the working days of its year are not announced."""
        return any(row.provisional for row in self.rows)

    def explain(self) -> Explanation:
        """Explain the total interest of the loan: its inputs, and the published rates that decide it."""
        terms = self.terms
        rates = tuple(dict.fromkeys(row.rate for row in self.rows))
        return Explanation(
            Text("全部利息", "total interest"),
            self.interest,
            "fen",
            Text(
                "各期利息之和，每期一次四舍五入到分",
                "the sum of the interest of all rows, each rounded once to a fen",
            ),
            references=self.sources,
            parts=(
                Explanation(Text("还款方式", "method"), METHOD_TEXT[terms.method]),
                Explanation(Text("贷款金额", "principal"), terms.principal, "fen"),
                Explanation(Text("期数", "rows"), len(self.rows), "count"),
                *(Explanation(Text("年利率", "yearly rate"), rate, "rate") for rate in rates),
            ),
        )

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; money as strings in yuan."""
        return {
            "method": self.terms.method.value,
            "principal": yuan(self.terms.principal),
            "start": self.terms.start.isoformat(),
            "interest": yuan(self.interest),
            "provisional": self.provisional,
            "rows": [row.as_json() for row in self.rows],
            "sources": [source.as_json() for source in self.sources],
        }

    def flows(self) -> tuple[tuple[date, Fen], ...]:
        """Return dated cash flows from the borrower's view: receipts positive, payments negative."""
        return ((self.terms.start, self.terms.principal), *((row.due, row.drawn - row.total) for row in self.rows))

    def __repr__(self) -> str:
        terms, rows = self.terms, self.rows
        days = f", {rows[0].due} to {rows[-1].due}" if rows else ""
        return f"<Schedule {terms.method} CNY {show_yuan(terms.principal)}: {len(rows)} rows{days}, interest CNY {show_yuan(self.interest)}>"

    def as_table(self) -> Table:
        """One row for each day on which something falls due or happens."""
        return Table(
            (
                "number",
                "kind",
                "due",
                "opening_yuan",
                "drawn_yuan",
                "principal_yuan",
                "interest_yuan",
                "total_yuan",
                "closing_yuan",
                "rate_percent",
            ),
            tuple(
                (
                    row.number,
                    row.kind,
                    row.due,
                    in_yuan(row.opening),
                    in_yuan(row.drawn),
                    in_yuan(row.principal),
                    in_yuan(row.interest),
                    in_yuan(row.total),
                    in_yuan(row.closing),
                    percent(row.rate),
                )
                for row in self.rows
            ),
        )


def schedule(terms: LoanTerms, working_days: WorkingDays, tables: RateTables | None = None) -> Schedule:
    """Calculate the schedule of a loan.

    working_days: where due days may fall. tables: published rates, needed for a linked rate only. Raises InputError
    for contradictory terms and for a rate that is not published.
    """
    wrong = [Problem(field, str(value), reason, hint, code) for field, value, code, reason, hint in findings(terms)]
    if wrong:
        raise InputError(wrong)
    rows, sets = walk(terms, working_days, {} if tables is None else tables)
    sources = tuple(dict.fromkeys(item.source for item in sets if item.source is not None))
    return Schedule(terms, rows, sources)
