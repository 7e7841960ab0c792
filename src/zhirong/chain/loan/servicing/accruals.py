"""Daily interest on late or misused amounts, kept exactly and owed in whole fen."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.loan.day_counts import DayCount, year_fraction
from zhirong.kernel.money import Fen, round_fen


@dataclass(slots=True)
class Accrual:
    """Exact interest accrued since the start, and the part of it already settled: paid, waived or written off. The
    stored amount is never rounded; only the total is rounded, so that the debt does not depend on how often it was
    queried.
    """

    exact: Fraction = Fraction(0)
    gone: Fen = 0

    @property
    def earned(self) -> Fen:
        """Return everything accrued since the start, in whole fen, halves up."""
        return round_fen(self.exact)

    @property
    def owed(self) -> Fen:
        """Return the unsettled part."""
        return self.earned - self.gone

    def take(self, most: Fen) -> Fen:
        """Deduct the amount owed, at most ``most``; return the amount deducted."""
        taken = min(self.owed, most)
        self.gone += taken
        return taken


@dataclass(frozen=True, slots=True)
class Uplifts:
    """The contract rate, and the uplifts for lateness and misuse as shares of it."""

    yearly: Fraction
    overdue: Fraction
    misuse: Fraction
    basis: DayCount
    compound_at_contract: bool = False

    def penalty(self, not_due: Fen, overdue: Fen, misused: Fen, start: date, end: date) -> Fraction:
        """Return penalty interest on principal between two days, exactly, in fen.

        Overdue principal bears the full penalty rate, since ordinary interest on it has ended. Misused principal
        that is not yet due bears only the uplift, in addition to its ordinary interest. If both apply, the higher
        one counts.
        """
        misused_not_due = min(misused, not_due)
        misused_overdue = min(misused - misused_not_due, overdue)
        heavier = max(Fraction(0), self.misuse - self.overdue)
        weighed = misused_not_due * self.misuse + overdue * (1 + self.overdue) + misused_overdue * heavier
        return weighed * self.yearly * year_fraction(start, end, self.basis)

    def compound(self, interest: Fen, start: date, end: date) -> Fraction:
        """Return compound interest on unpaid interest that fell due, exactly, in fen.

        The rate is the penalty rate or, if so agreed, the contract rate until the loan's end.
        """
        above = 0 if self.compound_at_contract else self.overdue
        return interest * (1 + above) * self.yearly * year_fraction(start, end, self.basis)
