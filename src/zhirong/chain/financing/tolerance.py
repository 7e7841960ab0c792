"""Whether the non-performing ratio of a lender's IP-pledge loans may lower its rating and appraisal
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
    """ratio: bad balance of all balances of IP-pledge loans, exact. own: the lender's ratio over all its loans.

    above: difference of ratio and own, negative if ratio is lower. rule: how much it may be. room: fen of
    standing loans that may still turn bad, negative where the ratio is beyond what is tolerated.
    """

    ratio: Fraction
    own: Fraction
    rule: RuleValue
    room: Fen

    @property
    def above(self) -> Fraction:
        """In parts of one."""
        return self.ratio - self.own

    @property
    def too_much(self) -> Fen:
        """Fen of bad balances beyond what is tolerated; 0 where there are none."""
        return max(0, -self.room)

    @property
    def is_within(self) -> bool:
        """Up to and including what the rule says."""
        return self.above <= Fraction(self.rule.number())


def npl_tolerance(bad: Fen, standing: Fen, own: Decimal, rules: Rulebook, day: date) -> Tolerance | None:
    """The rule as of a day on these balances in fen; None if no loan stands, which has no ratio. own: 0 to 1."""
    if standing <= 0:
        return None
    rule = rules.at("diligence.exemption.npl_tolerance", day)
    most = (Fraction(own) + Fraction(rule.number())) * standing
    return Tolerance(Fraction(bad, standing), Fraction(own), rule, round_fen(most, "floor") - bad)
