"""The periods of a loan from due day to due day, with the fraction of a year that each counts for."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.loan.cycles import cycle_days
from zhirong.chain.loan.day_counts import year_fraction
from zhirong.chain.loan.terms import MONTHLY, InterestBasis, LoanTerms, Method
from zhirong.kernel.days import Shift, WorkingDays, add_months, months_between

_MONTHS_A_YEAR = 12
_DAYS_OF_BROKEN_YEAR = 360


@dataclass(frozen=True, slots=True)
class Period:
    """One interest period.

    start, end: days between which interest runs; the same day where two due days move onto one and interest runs to
    the day of payment. written: the due day in the contract. paid: the day of payment, moved to a working day.
    whole_months: for interest by months, the number of months if it is a whole cycle; None for a broken period.
    provisional: the calendar of its year is not announced yet. by_share: for interest by months, a part of the
    period counts in proportion to its days.
    """

    start: date
    end: date
    written: date
    paid: date
    whole_months: int | None
    provisional: bool
    by_share: bool = False

    @property
    def falls_due(self) -> date:
        """Return the day on which its instalment falls due: its end, or the day of payment where that comes first."""
        return min(self.end, self.paid)

    @property
    def last_day(self) -> date:
        """Return the last day on which its instalment is paid in time and its interest is complete."""
        return max(self.end, self.paid)


def periods(terms: LoanTerms, working_days: WorkingDays) -> tuple[Period, ...]:
    """Return the periods of a loan in order, one per due day; the last one ends the loan."""
    written = due_days(terms)
    last = shifted(terms.end, terms.start, terms.last_shift, working_days)
    found: list[Period] = []
    previous_written = previous_end = terms.start
    for day in written:
        is_last = day == terms.end
        rule = terms.last_shift if is_last else terms.shift
        # No instalment is due after the end of the loan, even if a day off would move it there.
        paid = last if is_last else min(shifted(day, terms.start, rule, working_days), last)
        end = paid if terms.interest_to_shifted else day
        provisional = rule != "none" and (working_days.is_provisional(day) or working_days.is_provisional(paid))
        whole = _whole_months(terms, previous_written, day)
        by_share = terms.broken_period == "share"
        found.append(Period(previous_end, end, day, paid, whole, provisional, by_share))
        previous_written, previous_end = day, end
    return tuple(found)


def shifted(day: date, start: date, rule: Shift, working_days: WorkingDays) -> date:
    """Return the day of payment of a due day: a working day by the rule, and never on or before the day of
    disbursement.

    If the preceding working day would be on or before it, the following working day is used.
    """
    paid = working_days.shift(day, rule)
    return paid if paid > start else working_days.shift(day, "following")


def due_days(terms: LoanTerms) -> tuple[date, ...]:
    """Return the due days in the contract, ascending, with the end of the loan last."""
    if terms.method is Method.WITH_PRINCIPAL:
        return (terms.end,)
    if terms.method is Method.CUSTOM:
        planned = {item.day for item in terms.plan if item.day > terms.start}
        return tuple(sorted({*planned, terms.end}))
    anchor = terms.start if terms.first_due is None else terms.first_due
    days = cycle_days(anchor, terms.end, terms.cycle, terms.end_of_month, terms.stub)
    return tuple(day for day in days if day > terms.start)


def fraction_of_year(period: Period, start: date, end: date, basis: InterestBasis) -> Fraction:
    """Return the fraction of a year that the days from ``start`` to ``end`` count for.

    By months, days count ÷ 360 until the period is complete, and never more than the full period; its last day
    completes it. The parts add up to the full period, so that a reset to the same rate or a repayment of zero
    changes no interest.
    """
    if basis != MONTHLY:
        return year_fraction(start, end, basis)
    return _reached(period, end) - _reached(period, start)


def _reached(period: Period, day: date) -> Fraction:
    """Return the fraction from the start of a period to ``day``, by months."""
    days = Fraction((day - period.start).days, _DAYS_OF_BROKEN_YEAR)
    if day <= period.start:
        return days
    whole = _whole_period(period)
    if day >= period.end:
        return whole + Fraction((day - period.end).days, _DAYS_OF_BROKEN_YEAR)
    if period.by_share:
        return whole * Fraction((day - period.start).days, (period.end - period.start).days)
    return min(days, whole)


def _whole_period(period: Period) -> Fraction:
    """Complete months count as twelfths; the remaining days of a broken period count ÷ 360."""
    if period.whole_months is not None:
        return Fraction(period.whole_months, _MONTHS_A_YEAR)
    months = months_between(period.start, period.end)
    left_over = (period.end - add_months(period.start, months)).days
    return Fraction(months, _MONTHS_A_YEAR) + Fraction(left_over, _DAYS_OF_BROKEN_YEAR)


def _whole_months(terms: LoanTerms, start: date, end: date) -> int | None:
    """Return the months of the cycle if the period is a whole cycle, which the days alone do not show at month
    ends.
    """
    months = terms.cycle.months
    if months is None or terms.method in (Method.WITH_PRINCIPAL, Method.CUSTOM):
        return None
    anchor = terms.start if terms.first_due is None else terms.first_due
    steps = (_months_apart(anchor, start), _months_apart(anchor, end))
    on_cycle = all(
        step % months == 0 and add_months(anchor, step, terms.end_of_month) == day
        for step, day in zip(steps, (start, end), strict=True)
    )
    if on_cycle and steps[1] - steps[0] == months:
        return months
    return months if terms.cycle.step(start, 1, terms.end_of_month) == end else None


def _months_apart(one: date, other: date) -> int:
    return 12 * (other.year - one.year) + other.month - one.month
