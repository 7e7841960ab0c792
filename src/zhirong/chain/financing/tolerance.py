"""Check whether the non-performing ratio of a lender's IP-pledge loans may lower its rating and appraisal
(银保监发〔2019〕34号).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.kernel.money import Fen, round_fen
from zhirong.kernel.rulebook import Rulebook, RuleValue


@dataclass(frozen=True, slots=True)
class Tolerance:
    """ratio: non-performing balance over all balances of IP-pledge loans, exact. own: the lender's ratio over all
    its loans.

    above: difference of ratio and own, negative if ratio is lower. rule: the tolerated difference. room: fen of
    performing loans that may still become non-performing, negative if the ratio exceeds the tolerance.
    """

    ratio: Fraction
    own: Fraction
    rule: RuleValue
    room: Fen

    @property
    def above(self) -> Fraction:
        """Return the tolerated difference as a share."""
        return self.ratio - self.own

    @property
    def too_much(self) -> Fen:
        """Return the non-performing balances in fen beyond the tolerance; 0 if there are none."""
        return max(0, -self.room)

    @property
    def is_within(self) -> bool:
        """Return whether the ratio is within the tolerance, including its bound."""
        return self.above <= Fraction(self.rule.number())


def npl_tolerance(bad: Fen, standing: Fen, own: Decimal, rules: Rulebook, day: date) -> Tolerance | None:
    """Apply the rule as of a day to these balances in fen; None if there is no loan, and thus no ratio. own: 0 to
    1.
    """
    if standing <= 0:
        return None
    rule = rules.at("diligence.exemption.npl_tolerance", day)
    most = (Fraction(own) + Fraction(rule.number())) * standing
    return Tolerance(Fraction(bad, standing), Fraction(own), rule, round_fen(most, "floor") - bad)
