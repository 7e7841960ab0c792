"""Scores of rights by an indicator system, for ranking and screening. A score is never a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.indicators.answers import Answers
from zhirong.chain.indicators.measures import MEASURES, seen_among
from zhirong.chain.indicators.system import Indicator, Score, System
from zhirong.chain.right.records import Right
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.provenance import EVIDENCE_TEXT, Provenance
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text, same

_HUNDRED = 100
_PLACES = 2

Screening = Literal["pass", "below", "too_little_known"]

SCREENING_TEXT: Mapping[Screening, Text] = {
    "pass": Text("入选", "passes"),
    "below": Text("低于门槛", "below the threshold"),
    "too_little_known": Text("资料过少，不作筛选", "too little information for screening"),
}


@dataclass(frozen=True, slots=True)
class ScoredItem:
    """One third-level indicator of one right.

    value: None is missing, and scores as the worst. weight: its share of the whole.
    """

    indicator: Indicator
    value: Score | None
    points: int
    weight: Decimal
    provenance: Provenance | None

    @property
    def is_missing(self) -> bool:
        """Return whether neither the form nor the record answers it."""
        return self.value is None

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        value = self.value
        return {
            "code": self.indicator.code,
            "title": self.indicator.title.as_json(),
            "value": plain(value) if isinstance(value, Decimal) else value,
            "computed": self.indicator.is_computed,
            "points": self.points,
            "highest": self.indicator.highest,
            "weight": plain(self.weight),
            "missing": self.is_missing,
            "provenance": None if self.provenance is None else self.provenance.as_json(),
        }


@dataclass(frozen=True, slots=True)
class IndicatorScore:
    """The score of one right for one purpose, between 0 and 100. It ranks and screens; it is not an amount of
    money.

    score: missing items counted as the worst. highest: the score if every missing item were the best; the true
    score lies between the two. coverage: weight of the known items, between 0 and 1. first, second: scores (0 to 100)
    by code.
    """

    right_id: str
    system_id: str
    purpose: str
    score: Decimal
    highest: Decimal
    coverage: Decimal
    first: Mapping[str, Decimal]
    second: Mapping[str, Decimal]
    items: tuple[ScoredItem, ...]
    explanation: Explanation

    @property
    def missing(self) -> tuple[str, ...]:
        """Return the codes of unknown indicators."""
        return tuple(item.indicator.code for item in self.items if item.is_missing)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; scores as strings."""
        return {
            "right": self.right_id,
            "system": self.system_id,
            "purpose": self.purpose,
            "score": plain(self.score),
            "highest": plain(self.highest),
            "coverage": plain(self.coverage),
            "first": {code: plain(score) for code, score in self.first.items()},
            "second": {code: plain(score) for code, score in self.second.items()},
            "items": [item.as_json() for item in self.items],
            "missing": list(self.missing),
            "explanation": self.explanation.as_json(),
        }


def score_right(
    system: System,
    right: Right,
    answers: Answers,
    purpose: str,
    rules: Rulebook,
    day: date,
    rights: Sequence[Right] = (),
) -> IndicatorScore:
    """Calculate the score of ``right`` for ``purpose`` as of ``day``.

    Σ over the third level: weight of its second level for the purpose × its own share × points ÷ most points.
    rights: all rights of the firm. Raises InputError for a kind or a purpose that the system does not cover.
    """
    system.suits(right.kind)
    weights = system.weights_for(purpose)
    seen = seen_among(right, rights, day, rules)
    items = []
    for indicator in system.indicators:
        value: Score | None
        provenance = None
        if indicator.is_computed:
            value = MEASURES[indicator.measure].read(seen)
        else:
            answer = answers.get(indicator.code)
            value = None if answer is None else answer.value
            provenance = None if answer is None else answer.provenance
        points = indicator.otherwise if value is None else indicator.points(value)
        items.append(ScoredItem(indicator, value, points, weights[indicator.second] * indicator.weight, provenance))
    second = {code: _level([item for item in items if item.indicator.second == code]) for code in system.second}
    first = {
        code: _weighted([(second[child], weights[child]) for child, (up, _) in system.second.items() if up == code])
        for code in system.first
    }
    score = _weighted([(second[code], weights[code]) for code in second])
    best = sum((item.weight * _share(item, best=True) for item in items), Decimal(0)) * _HUNDRED
    coverage = sum((item.weight for item in items if not item.is_missing), Decimal(0))
    shown = _shown(score)
    return IndicatorScore(
        right_id=right.id,
        system_id=system.id,
        purpose=purpose,
        score=shown,
        highest=_shown(best),
        coverage=round(coverage, 4),
        first={code: _shown(value) for code, value in first.items()},
        second={code: _shown(value) for code, value in second.items()},
        items=tuple(items),
        explanation=_explanation(
            system,
            purpose,
            shown,
            best=_shown(best),
            coverage=coverage,
            second=second,
            items=items,
            weights=weights,
        ),
    )


def rank(scores: Sequence[IndicatorScore]) -> tuple[IndicatorScore, ...]:
    """Sort scores, best first; ties by the highest possible score, then by id, so that the result never depends on
    the input order.
    """
    return tuple(sorted(scores, key=lambda one: (-one.score, -one.highest, one.right_id)))


def screen(score: IndicatorScore, rules: Rulebook, day: date) -> tuple[Screening, RuleValue]:
    """Return the result of the screening by the rule ``indicators.<system>.screen``.

    Below the rule's coverage a right is neither selected nor dropped. Raises RuleError.
    """
    rule = rules.at(f"indicators.{score.system_id}.screen", day)
    try:
        bar, coverage = Decimal(rule.value["score"]), Decimal(rule.value["coverage"])
    except (KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} must give score and coverage") from error
    if score.coverage < coverage:
        return "too_little_known", rule
    return ("pass" if score.score >= bar else "below"), rule


def _share(item: ScoredItem, *, best: bool = False) -> Decimal:
    points = item.indicator.highest if best and item.is_missing else item.points
    return Decimal(points) / item.indicator.highest


def _level(items: Sequence[ScoredItem]) -> Decimal:
    return sum((item.indicator.weight * _share(item) for item in items), Decimal(0)) * _HUNDRED


def _weighted(parts: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    whole = sum((weight for _, weight in parts), Decimal(0))
    return sum((value * weight for value, weight in parts), Decimal(0)) / whole if whole else Decimal(0)


def _shown(score: Decimal) -> Decimal:
    return round(score, _PLACES)


def _explanation(
    system: System,
    purpose: str,
    score: Decimal,
    best: Decimal,
    coverage: Decimal,
    second: Mapping[str, Decimal],
    items: Sequence[ScoredItem],
    weights: Mapping[str, Decimal],
) -> Explanation:
    rule = system.weight_rules[purpose]
    return Explanation(
        Text(f"指标得分：{system.title.zh}", f"indicator score: {system.title.en}"),
        score,
        "points",
        Text(
            f"满分 100；未知项按最低分计，均取最高分时为 {best}；已知权重 {coverage * 100:.0f} %；只用于排序和筛选，不是价值",
            f"out of 100; unknown items at their worst, {best} if all were best; {coverage * 100:.0f} % of the weight known;"
            " for ranking and screening only, not a value",
        ),
        references=(*system.references, rule.reference),
        parts=tuple(
            Explanation(
                title,
                _shown(second[code]),
                "points",
                Text(f"权重 {plain(weights[code] * 100)} %", f"weight {plain(weights[code] * 100)} %"),
                parts=tuple(_item_explanation(item) for item in items if item.indicator.second == code),
            )
            for code, (_, title) in system.second.items()
        ),
    )


def _item_explanation(item: ScoredItem) -> Explanation:
    shown = _value_words(item)
    where = Text("由权利资料计算", "calculated from the record") if item.indicator.is_computed else _where(item)
    return Explanation(
        item.indicator.title,
        item.points,
        "points",
        Text(
            f"{shown.zh}；{where.zh}（满分 {item.indicator.highest}）",
            f"{shown.en}; {where.en} (of {item.indicator.highest})",
        ),
    )


def _where(item: ScoredItem) -> Text:
    if item.provenance is None:
        return Text("未填，按最低分", "not answered, scored lowest")
    grade = EVIDENCE_TEXT[item.provenance.grade]
    return Text(f"{item.provenance.source}，{grade.zh}", f"{item.provenance.source}, {grade.en}")


def _value_words(item: ScoredItem) -> Text:
    if item.value is None:
        return Text("不明", "not known")
    if isinstance(item.value, Decimal):
        return same(plain(item.value))
    for choice in item.indicator.choices:
        if choice.code == item.value:
            return choice.words
    return same(item.value)
