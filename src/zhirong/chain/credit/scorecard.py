"""The scorecard as data: points by bin or by word for each measure, read from dated rules and checked for
consistency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.credit.measures import MEASURES, Score
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue

PREFIX = "credit.scorecard."

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Bin:
    """Points for a number that reaches ``bound`` (higher is better) or does not exceed it (lower is better)."""

    bound: Decimal
    points: int


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of the scorecard: bins of a number with the better direction, or points for each word.

    otherwise: points of a number that fits no bin, and of a missing item: the lowest possible.
    """

    name: str
    rule: RuleValue
    direction: Direction
    bins: tuple[Bin, ...]
    words: Mapping[str, int]
    otherwise: int

    @property
    def highest(self) -> int:
        """Return the most points it can give."""
        return max([self.otherwise, *(entry.points for entry in self.bins), *self.words.values()])

    def points(self, value: Score) -> int:
        """Return the points of a value. Raises RuleError for a word that the rule does not list."""
        if isinstance(value, str):
            if value not in self.words:
                raise RuleError(f"{self.rule.id} gives no points for {value!r}")
            return self.words[value]
        reached = [
            entry.points
            for entry in self.bins
            if (value >= entry.bound if self.direction == "higher" else value <= entry.bound)
        ]
        return max(reached, default=self.otherwise)


def read_scorecard(rules: Rulebook, day: date) -> tuple[Factor, ...]:
    """Read every rule ``credit.scorecard.<measure>`` in force on ``day``, in the order of ``MEASURES``.

    Raises RuleError for an unknown measure, for points that are not whole, and for bins in which a better number
    would give fewer points.
    """
    names = [rule_id.removeprefix(PREFIX) for rule_id in rules.ids() if rule_id.startswith(PREFIX)]
    unknown = sorted(set(names) - set(MEASURES))
    if unknown:
        raise RuleError(f"{PREFIX}{unknown[0]}: there is no such measure")
    return tuple(_factor(rules.at(f"{PREFIX}{name}", day), name) for name in MEASURES if name in names)


def _factor(rule: RuleValue, name: str) -> Factor:
    try:
        direction = rule.value.get("better", "higher")
        words = {str(word): _whole(rule, points) for word, points in rule.value.get("words", {}).items()}
        bins = tuple(
            Bin(Decimal(entry["bound"]), _whole(rule, entry["points"])) for entry in rule.value.get("bins", [])
        )
        otherwise = _whole(rule, rule.value["otherwise"])
    except (AttributeError, KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} must give bins or words, and otherwise") from error
    if direction not in ("higher", "lower") or bool(bins) == bool(words):
        raise RuleError(f"{rule.id} must give either bins with better = higher or lower, or words")
    rising = sorted(bins, key=lambda entry: entry.bound, reverse=direction == "lower")
    points = [otherwise, *(entry.points for entry in rising)]
    if points != sorted(points) or min([otherwise, *words.values()]) < otherwise:
        raise RuleError(f"{rule.id}: a better value gives fewer points")
    return Factor(name, rule, direction, bins, words, otherwise)


def _whole(rule: RuleValue, points: object) -> int:
    if isinstance(points, bool) or not isinstance(points, int):
        raise RuleError(f"{rule.id}: points must be whole, not {points!r}")
    return points
