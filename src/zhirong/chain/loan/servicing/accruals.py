"""Interest that runs by the day on what is late or misused, kept exactly and owed in whole fen."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from zhirong.chain.loan.day_counts import DayCount, year_fraction
from zhirong.kernel.money import Fen, round_fen


@dataclass(slots=True)
class Pot:
    """Interest accrued since the start, exactly, and what of it is gone: paid, waived or written off.

    The exact amount is carried permanently and rounded only as a whole, so that what is owed does not depend on how
    often it was looked at.
    """

    exact: Fraction = Fraction(0)
    gone: Fen = 0

    @property
    def earned(self) -> Fen:
        """All of it since the start, in whole fen, halves up."""
        return round_fen(self.exact)

    @property
    def owed(self) -> Fen:
        """What is left of it."""
        return self.earned - self.gone

    def take(self, most: Fen) -> Fen:
        """Take off as much as is owed, at most ``most``; gives what was taken."""
        taken = min(self.owed, most)
        self.gone += taken
        return taken


@dataclass(frozen=True, slots=True)
class Uplifts:
    """Contract rate and what lateness and misuse add to it, as shares of it."""

    yearly: Fraction
    overdue: Fraction
    misuse: Fraction
    basis: DayCount
    compound_at_contract: bool = False

    def penalty(self, not_due: Fen, overdue: Fen, misused: Fen, start: date, end: date) -> Fraction:
        """Penalty interest on principal between two days, exactly, in fen.

        Overdue principal bears the whole penalty rate, as no ordinary interest runs on it any more. Principal not
        yet due that is misused bears only the uplift, next to its ordinary interest. Where both hold, the heavier.
        """
        misused_not_due = min(misused, not_due)
        misused_overdue = min(misused - misused_not_due, overdue)
        heavier = max(Fraction(0), self.misuse - self.overdue)
        weighed = misused_not_due * self.misuse + overdue * (1 + self.overdue) + misused_overdue * heavier
        return weighed * self.yearly * year_fraction(start, end, self.basis)

    def compound(self, interest: Fen, start: date, end: date) -> Fraction:
        """Compound interest on interest that fell due and is unpaid, exactly, in fen.

        At the rate for lateness, or at the contract's rate where it is agreed until the loan's end.
        """
        above = 0 if self.compound_at_contract else self.overdue
        return interest * (1 + above) * self.yearly * year_fraction(start, end, self.basis)
