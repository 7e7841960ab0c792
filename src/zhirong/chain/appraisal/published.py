"""The interval that an appraisal publishes: the same P10 for the report, the page and the lender."""

from datetime import date
from fractions import Fraction

from zhirong.chain.appraisal.records import Appraisal
from zhirong.kernel.money import Fen, round_fen
from zhirong.kernel.rulebook import Rulebook

STRETCH = "practice.online_stretch"


def published_interval(appraisal: Appraisal, rules: Rulebook, day: date) -> tuple[Fen, Fen]:
    """Return P10 and P90, in fen; for an unchecked online appraisal stretched around P50 and never below 0."""
    if appraisal.request.checked:
        return appraisal.interval()
    return stretched(appraisal, Fraction(rules.at(STRETCH, day).number()))


def stretched(appraisal: Appraisal, times: Fraction) -> tuple[Fen, Fen]:
    """Return P50 ∓ times × its distance to P10 and P90, because the inputs were not checked."""
    low, high = appraisal.interval()
    middle = appraisal.appraised_value
    return max(0, round_fen(middle - times * (middle - low))), round_fen(middle + times * (high - middle))
