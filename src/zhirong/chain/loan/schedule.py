"""A loan's schedule in whole fen: what falls due when, and what is owed after it.

Rounding: the interest of a row is computed exactly and rounded once, halves up; a level payment likewise. The
principal of the rows sums to the loan, and the last row clears it, taking up the fen that rounding left over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.periods import Period, fraction_of_year, periods
from zhirong.chain.loan.rates import RateSet, RateTables, rate_sets
from zhirong.chain.loan.terms import LoanTerms, Method, findings
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, round_fen, yuan
from zhirong.kernel.rulebook import Reference

# Discount factors of a level payment are kept to 50 places: its error stays below 10^-40 fen over any term.
_SCALE = 10**50


@dataclass(frozen=True, slots=True)
class Row:
    """What falls due on one day.

    number: counted from 1. written: due day of the contract. due: day of payment, a working day if so agreed.
    opening: owed before. interest, principal: due that day. total: both. closing: owed after. rate: the yearly
    rate at the end of the period. provisional: the calendar of that year is not yet announced.
    """

    number: int
    written: date
    due: date
    opening: Fen
    principal: Fen
    interest: Fen
    total: Fen
    closing: Fen
    rate: Decimal
    provisional: bool

    def as_json(self) -> dict[str, object]:
        """Stable keys; money as strings in yuan."""
        return {
            "number": self.number,
            "written": self.written.isoformat(),
            "due": self.due.isoformat(),
            "opening": yuan(self.opening),
            "principal": yuan(self.principal),
            "interest": yuan(self.interest),
            "total": yuan(self.total),
            "closing": yuan(self.closing),
            "rate": f"{self.rate.normalize():f}",
            "provisional": self.provisional,
        }


@dataclass(frozen=True, slots=True)
class Schedule:
    """Everything that falls due under a loan, in order, and the published rates it was computed from."""

    terms: LoanTerms
    rows: tuple[Row, ...]
    sources: tuple[Reference, ...]

    @property
    def interest(self) -> Fen:
        """Interest over the whole loan."""
        return sum(row.interest for row in self.rows)

    @property
    def provisional(self) -> bool:
        """Whether a due day may still move because the working days of its year are not announced."""
        return any(row.provisional for row in self.rows)

    def flows(self) -> tuple[tuple[date, Fen], ...]:
        """Dated cash flows as the borrower sees them: money received positive, money paid negative."""
        return ((self.terms.start, self.terms.principal), *((row.due, -row.total) for row in self.rows))


def schedule(terms: LoanTerms, working_days: WorkingDays, tables: RateTables | None = None) -> Schedule:
    """The schedule of a loan.

    working_days: where due days may fall. tables: published rates, needed for a linked rate only.
    Raises InputError for terms that do not fit together and for a rate that is not published.
    """
    wrong = [Problem(field, str(value), reason, mend, code) for field, value, code, reason, mend in findings(terms)]
    if wrong:
        raise InputError(wrong)
    spans = periods(terms, working_days)
    sets = rate_sets(terms.rate, terms.start, terms.end, working_days, {} if tables is None else tables)
    sources = tuple(dict.fromkeys(item.source for item in sets if item.source is not None))
    return Schedule(terms, tuple(_rows(terms, spans, sets)), sources)


def _rows(terms: LoanTerms, spans: Sequence[Period], sets: Sequence[RateSet]) -> list[Row]:
    balance = terms.principal
    payment: Fraction | None = None
    in_force = sets[0]
    upcoming = list(sets[1:])
    rows: list[Row] = []
    for index, span in enumerate(spans):
        accrued, since = Fraction(0), span.start
        while upcoming and upcoming[0].day < span.end:
            reset = upcoming.pop(0)
            accrued += balance * in_force.yearly_exact * fraction_of_year(span, since, reset.day, terms.day_count)
            since = reset.day
            if reset.yearly != in_force.yearly:
                payment = None
            in_force = reset
        accrued += balance * in_force.yearly_exact * fraction_of_year(span, since, span.end, terms.day_count)
        interest = round_fen(accrued)
        if index == len(spans) - 1:
            principal = balance
        elif terms.method is Method.LEVEL_PAYMENT:
            if payment is None:
                payment = _level_payment(terms, balance, accrued, in_force.yearly_exact, spans[index + 1 :])
            principal = min(max(round_fen(payment) - interest, 0), balance)
        elif terms.method is Method.EQUAL_PRINCIPAL:
            principal = min(round_fen(Fraction(terms.principal, len(spans))), balance)
        else:
            principal = 0
        rows.append(
            Row(
                number=index + 1,
                written=span.written,
                due=span.paid,
                opening=balance,
                principal=principal,
                interest=interest,
                total=principal + interest,
                closing=balance - principal,
                rate=in_force.yearly,
                provisional=span.provisional,
            )
        )
        balance -= principal
    return rows


def _level_payment(
    terms: LoanTerms, balance: Fen, accrued: Fraction, yearly: Fraction, later: Sequence[Period]
) -> Fraction:
    """The payment that, made now and at the end of every later period, clears balance and interest.

    (balance + accrued) ÷ (1 + d₁ + d₁d₂ + …), where dⱼ = 1 ÷ (1 + rate × part of a year of period j); for whole
    months and one rate this is the annuity formula P·i ÷ (1 - (1 + i)^-n).
    """
    factor = total = _SCALE
    for span in later:
        growth = 1 + yearly * fraction_of_year(span, span.start, span.end, terms.day_count)
        factor = factor * growth.denominator // growth.numerator
        total += factor
    return (balance + accrued) * _SCALE / total
