"""An indicator system as data: three levels of indicators, weights by purpose, and the scoring of the lowest level.

A system ``X`` is four families of rules: ``indicators.X.head`` (title, kinds of right it covers),
``indicators.X.levels`` (first and second level), ``indicators.X.items`` (third level) and
``indicators.X.weights.<purpose>`` (weights of the second level). All of it can be edited. The rule marks what no
source confirms, and every display of a score shows the mark.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from zhirong.chain.indicators.measures import MEASURES
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Reference, Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

PREFIX = "indicators."
Score = Decimal | str
AnswerKind = Literal["number", "choice"]


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """Points for a number that reaches ``bound`` (higher is better) or does not exceed it (lower is better)."""

    bound: Decimal
    points: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose, described by observable facts, and its points."""

    code: str
    words: Text
    points: int


# Default range of a rule without one: counts, years and amounts are never below zero.
ANY_NUMBER = (0, 10**12)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One third-level indicator.

    second: code of its second-level indicator. weight: its share of that. measure: the function that calculates it
    from the right's own data; empty if the form asks. ask: the question of the form. It scores either by ``bands``
    of a number or by ``choices``; ``otherwise`` is the score of a number outside every band and of a missing
    answer. least, most: the allowed range of a number that the form asks for.
    """

    code: str
    second: str
    title: Text
    weight: Decimal
    measure: str
    ask: Text
    higher_is_better: bool
    bands: tuple[ScoreBand, ...]
    choices: tuple[Choice, ...]
    otherwise: int
    least: Decimal
    most: Decimal

    @property
    def is_computed(self) -> bool:
        """Return whether the right's data give it, without a form."""
        return bool(self.measure)

    @property
    def kind(self) -> AnswerKind:
        """Return the form of an answer in words."""
        return "choice" if self.choices else "number"

    @property
    def highest(self) -> int:
        """Return the most points it can give."""
        return max([*(band.points for band in self.bands), *(choice.points for choice in self.choices)])

    def points(self, value: Score) -> int:
        """Return the points of a value. Raises RuleError for a choice that the rule does not list."""
        if isinstance(value, str):
            for choice in self.choices:
                if choice.code == value:
                    return choice.points
            raise RuleError(f"{self.code} gives no points for {value!r}")
        reached = [
            band.points
            for band in self.bands
            if (value >= band.bound if self.higher_is_better else value <= band.bound)
        ]
        return max(reached, default=self.otherwise)


@dataclass(frozen=True, slots=True)
class System:
    """An indicator system as of one day.

    first: titles by code. second: title and first-level code, by code. indicators: the third level. weights: of
    the second level, by purpose, each summing to one. references: of head, levels and third level.
    """

    id: str
    title: Text
    kinds: tuple[RightKind, ...]
    first: Mapping[str, Text]
    second: Mapping[str, tuple[str, Text]]
    indicators: tuple[Indicator, ...]
    weights: Mapping[str, Mapping[str, Decimal]]
    weight_rules: Mapping[str, RuleValue]
    references: tuple[Reference, ...]

    def weights_for(self, purpose: str) -> Mapping[str, Decimal]:
        """Return the weights of the second level for a purpose. Raises InputError for a purpose that the system
        lacks.
        """
        if purpose not in self.weights:
            known = "、".join(self.weights)
            raise InputError(
                [
                    Problem(
                        "purpose",
                        purpose,
                        Text("该指标体系未设该目的的权重", "the system has no weights for this purpose"),
                        Text(f"可选：{known}", f"choose from: {', '.join(self.weights)}"),
                        "no_weights",
                    )
                ]
            )
        return self.weights[purpose]

    def suits(self, kind: RightKind) -> None:
        """Check the kind of right. Raises InputError for a kind that the system does not cover."""
        if kind not in self.kinds:
            made_for = [KIND_TEXT[one] for one in self.kinds]
            raise InputError(
                [
                    Problem(
                        "kind",
                        kind.value,
                        Text(
                            f"{self.title.zh}不适用于{KIND_TEXT[kind].zh}", f"does not cover {KIND_TEXT[kind].en}"
                        ),
                        Text(
                            f"适用于：{'、'.join(text.zh for text in made_for)}",
                            f"covers: {', '.join(text.en for text in made_for)}",
                        ),
                        "system_does_not_suit",
                    )
                ]
            )


def system_ids(rules: Rulebook) -> tuple[str, ...]:
    """Return the indicator systems that the rules contain."""
    end = ".head"
    return tuple(
        rule_id.removeprefix(PREFIX).removesuffix(end)
        for rule_id in rules.ids()
        if rule_id.startswith(PREFIX) and rule_id.endswith(end)
    )


def read_system(system_id: str, rules: Rulebook, day: date) -> System:
    """Read the system as of ``day``.

    Raises RuleError for levels that do not fit together, weights that do not sum to one, an unknown measure, and
    bands in which a better number would give fewer points.
    """
    base = f"{PREFIX}{system_id}"
    head, levels, items = (rules.at(f"{base}.{part}", day) for part in ("head", "levels", "items"))
    try:
        first = {str(row["code"]): _words(row["title"]) for row in levels.value["first"]}
        second = {str(row["code"]): (str(row["first"]), _words(row["title"])) for row in levels.value["second"]}
        indicators = tuple(_indicator(row, items) for row in items.value["third"])
        kinds = tuple(RightKind(kind) for kind in head.value["kinds"])
        title = _words(head.value["title"])
    except (KeyError, TypeError, ValueError) as error:
        raise RuleError(f"{base} is not a complete indicator system: {error}") from error
    _check_levels(base, first, second, indicators)
    prefix = f"{base}.weights."
    found = {
        rule_id.removeprefix(prefix): rules.at(rule_id, day)
        for rule_id in rules.ids()
        if rule_id.startswith(prefix)
    }
    return System(
        id=system_id,
        title=title,
        kinds=kinds,
        first=first,
        second=second,
        indicators=indicators,
        weights={purpose: _weights(rule, tuple(second)) for purpose, rule in found.items()},
        weight_rules=found,
        references=(head.reference, levels.reference, items.reference),
    )


def _words(value: Any) -> Text:
    return Text(value["zh"], value["en"])


def _indicator(row: Mapping[str, Any], rule: RuleValue) -> Indicator:
    code = str(row["code"])
    bands = tuple(ScoreBand(Decimal(entry["bound"]), int(entry["points"])) for entry in row.get("bands", []))
    choices = tuple(
        Choice(str(entry["code"]), _words(entry["words"]), int(entry["points"])) for entry in row.get("choices", [])
    )
    measure = str(row.get("measure", ""))
    higher = row.get("better", "higher") == "higher"
    otherwise = int(row.get("otherwise", 0))
    if bool(bands) == bool(choices):
        raise RuleError(f"{rule.id}, {code}: give either bands or choices")
    if measure and measure not in MEASURES:
        raise RuleError(f"{rule.id}, {code}: there is no measure {measure!r}")
    if measure and choices and not set(MEASURES[measure].words) <= {choice.code for choice in choices}:
        raise RuleError(f"{rule.id}, {code}: not every outcome of {measure} has points")
    points = [otherwise, *(band.points for band in sorted(bands, key=lambda b: b.bound, reverse=not higher))]
    if points != sorted(points) or min([*points, *(choice.points for choice in choices)]) < otherwise:
        raise RuleError(f"{rule.id}, {code}: a better value gives fewer points")
    least, most = (Decimal(str(end)) for end in row.get("range", ANY_NUMBER))
    if bands and not measure and not all(least <= band.bound <= most for band in bands):
        raise RuleError(f"{rule.id}, {code}: a band begins where no answer can lie")
    return Indicator(
        code=code,
        second=str(row["second"]),
        title=_words(row["title"]),
        weight=Decimal(row["weight"]),
        measure=measure,
        ask=_words(row["ask"]) if "ask" in row else Text("", ""),
        higher_is_better=higher,
        bands=bands,
        choices=choices,
        otherwise=otherwise,
        least=least,
        most=most,
    )


def _check_levels(
    base: str,
    first: Mapping[str, Text],
    second: Mapping[str, tuple[str, Text]],
    indicators: tuple[Indicator, ...],
) -> None:
    codes = [indicator.code for indicator in indicators]
    if len(set(codes)) < len(codes):
        raise RuleError(f"{base}: two indicators have the same code")
    for code, (parent, _) in second.items():
        if parent not in first:
            raise RuleError(f"{base}: {code} belongs to {parent}, which does not exist")
    for code in second:
        whole = sum((item.weight for item in indicators if item.second == code), Decimal(0))
        if whole != 1:
            raise RuleError(f"{base}: the indicators of {code} weigh {whole} instead of 1")
    for indicator in indicators:
        if indicator.second not in second:
            raise RuleError(f"{base}: {indicator.code} belongs to {indicator.second}, which does not exist")
        if not indicator.is_computed and not indicator.ask.zh:
            raise RuleError(f"{base}: {indicator.code} is neither computed nor asked for")


def _weights(rule: RuleValue, codes: tuple[str, ...]) -> Mapping[str, Decimal]:
    weights = {str(code): Decimal(weight) for code, weight in rule.value.items()}
    if set(weights) != set(codes) or min(weights.values()) < 0 or sum(weights.values()) != 1:
        raise RuleError(f"{rule.id}: weights must name every second-level indicator and sum to 1")
    return weights
