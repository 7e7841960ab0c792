"""Position of a royalty rate in its range: the only thing that a score may move."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.indicators.score import IndicatorScore
from zhirong.kernel.explain import Explanation, of_rule, plain
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

_MIDDLE = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class RoyaltyPosition:
    """A position between the low (0) and the high end (1) of a royalty range, and the rate there."""

    position: Decimal
    rate: Decimal
    explanation: Explanation


def position_of(score: Decimal, reach: Decimal) -> Decimal:
    """Return the position in a range for a score of 0 to 100: ½ + reach × (score ÷ 100 − ½).

    reach: how far scores may move it: 0 keeps the middle, 1 spans the whole range. The result lies between 0 and 1
    and never falls when the score rises. Raises ValueError outside these bounds.
    """
    if not 0 <= score <= 100 or not 0 <= reach <= 1:
        raise ValueError(f"a score must lie between 0 and 100 and a reach between 0 and 1: {score}, {reach}")
    return _MIDDLE + reach * (score / 100 - _MIDDLE)


def royalty_in_range(
    score: IndicatorScore, low: Decimal, high: Decimal, rules: Rulebook, day: date
) -> RoyaltyPosition:
    """Return the royalty rate between ``low`` and ``high`` that a right's score indicates.

    The range itself must come from evidence (licences, agreements in the industry); a score never widens or leaves
    it. Indicators explain little of a right's value (2.7 % of its variance alone, PatVal survey), so the rule
    ``indicators.royalty_reach`` keeps most rates near the middle. Raises ValueError for a range out of order.
    """
    if not 0 <= low <= high <= 1:
        raise ValueError(f"a royalty range must lie between 0 and 1: {low} to {high}")
    reach = _reach(rules, day)
    position = position_of(score.score, reach.number())
    rate = low + (high - low) * position
    return RoyaltyPosition(
        position,
        rate,
        Explanation(
            Text("区间内的许可费率", "royalty rate within its range"),
            rate,
            "rate",
            Text(
                f"{plain(low * 100)} % ＋（{plain(high * 100)} % − {plain(low * 100)} %）× 位置 {plain(position)}",
                f"{plain(low * 100)} % + ({plain(high * 100)} % − {plain(low * 100)} %) × position {plain(position)}",
            ),
            parts=(
                Explanation(
                    Text("区间内的位置", "position in the range"),
                    position,
                    "count",
                    Text("½ ＋ 幅度 ×（得分 ÷ 100 − ½）", "½ + reach × (score ÷ 100 − ½)"),
                    parts=(of_rule(reach),),
                ),
                score.explanation,
            ),
        ),
    )


def _reach(rules: Rulebook, day: date) -> RuleValue:
    rule = rules.at("indicators.royalty_reach", day)
    if not 0 <= rule.number() <= 1:
        raise RuleError(f"{rule.id} must lie between 0 and 1")
    return rule
