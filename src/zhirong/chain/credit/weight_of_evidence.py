"""A scorecard by weight of evidence: how much each fact of the file shifts the odds of good against bad.

Weight of evidence of a band = ln(share of the good in it ÷ share of the bad in it) (Good 1950; Siddiqi 2006). The
weights of the rules are marked as expert judgement until ``calibrate`` has enough outcomes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from math import log

from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.credit.file import CreditFile
from zhirong.chain.credit.measures import MEASURES, Score
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import round_fen
from zhirong.kernel.rulebook import Rulebook, RuleError, RuleValue
from zhirong.kernel.text import Text

PREFIX = "credit.evidence.factor."
MISSING = "missing"
OTHERWISE = "otherwise"
_PRIOR = 0.5  # Add half an observation to every band, so that an empty band has a finite weight (Jeffreys).
_PLACES = 4

EXPERT = Text("专家判断，未经数据校准", "expert judgement, not calibrated")


@dataclass(frozen=True, slots=True)
class EvidenceBand:
    """One band of a measure. key: its bound or word, ``otherwise`` or ``missing``. woe: its weight of evidence."""

    key: str
    woe: Decimal


@dataclass(frozen=True, slots=True)
class EvidenceFactor:
    """One measure with its bands, worst first; a missing value never weighs more than any band."""

    name: str
    rule: RuleValue
    higher_is_better: bool
    bounds: tuple[Decimal, ...]
    bands: tuple[EvidenceBand, ...]

    def key_of(self, value: Score | None) -> str:
        """Return the band of a value. Raises RuleError for a word that the rule does not list."""
        if value is None:
            return MISSING
        if isinstance(value, str):
            if value not in {band.key for band in self.bands}:
                raise RuleError(f"{self.rule.id} gives no weight for {value!r}")
            return value
        reached = [b for b in self.bounds if (value >= b if self.higher_is_better else value <= b)]
        if not reached:
            return OTHERWISE
        return plain(max(reached) if self.higher_is_better else min(reached))

    def woe_of(self, key: str) -> Decimal:
        """Return the weight of a band."""
        return next(band.woe for band in self.bands if band.key == key)

    @property
    def best(self) -> Decimal:
        """Return the highest weight among its bands."""
        return max(band.woe for band in self.bands)


@dataclass(frozen=True, slots=True)
class EvidenceScorecard:
    """All factors, with the scale of the points and their basis.

    basis: ``EXPERT``, or the number of outcomes used for calibration. is_calibrated: whether data have replaced
    judgement.
    """

    factors: tuple[EvidenceFactor, ...]
    scaling: RuleValue
    basis: Text
    is_calibrated: bool


@dataclass(frozen=True, slots=True)
class EvidencePoints:
    """One factor for one firm: its band, its points, and the points of the best band."""

    name: str
    title: Text
    shown: Text
    key: str
    woe: Decimal
    points: int
    lost: int

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "item": self.name,
            "title": self.title.as_json(),
            "value": self.shown.as_json(),
            "band": self.key,
            "woe": plain(self.woe),
            "points": self.points,
            "lost": self.lost,
        }


@dataclass(frozen=True, slots=True)
class EvidenceScore:
    """Points of a firm, the probability of default on that scale, and the reasons.

    default_probability: 1 ÷ (1 + odds). Expert judgement unless ``is_calibrated``. reasons: the items that lose
    points, largest loss first; items without a loss are omitted.
    """

    points: int
    default_probability: Decimal
    items: tuple[EvidencePoints, ...]
    basis: Text
    is_calibrated: bool
    explanation: Explanation

    @property
    def reasons(self) -> tuple[EvidencePoints, ...]:
        """Return the items that lost points, largest loss first."""
        return tuple(sorted((item for item in self.items if item.lost), key=lambda item: (-item.lost, item.name)))

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; rates as strings."""
        return {
            "points": self.points,
            "default_probability": plain(self.default_probability),
            "calibrated": self.is_calibrated,
            "basis": self.basis.as_json(),
            "items": [item.as_json() for item in self.items],
            "reasons": [item.name for item in self.reasons],
            "explanation": self.explanation.as_json(),
        }


@dataclass(frozen=True, slots=True)
class PastOutcome:
    """One past firm: its measures by name (None is missing) and whether it defaulted within the year."""

    values: Mapping[str, Score | None]
    defaulted: bool


def read_evidence(rules: Rulebook, day: date) -> EvidenceScorecard:
    """Read the expert scorecard of ``day``: every rule ``credit.evidence.factor.<measure>``.

    Raises RuleError for an unknown measure, and for bands in which a better or a known value would weigh less.
    """
    names = [rule_id.removeprefix(PREFIX) for rule_id in rules.ids() if rule_id.startswith(PREFIX)]
    unknown = sorted(set(names) - set(MEASURES))
    if unknown:
        raise RuleError(f"{PREFIX}{unknown[0]}: there is no such measure")
    factors = tuple(_factor(rules.at(f"{PREFIX}{name}", day), name) for name in MEASURES if name in names)
    return EvidenceScorecard(factors, rules.at("credit.evidence.scaling", day), EXPERT, False)


def score_by_evidence(
    file: CreditFile, graded: CreditAssessment, day: date, scorecard: EvidenceScorecard
) -> EvidenceScore:
    """Calculate the points of the firm: base + Σ woe × points_to_double ÷ ln 2, where the base is the score at even
    evidence.

    graded: the assessment of the same file, which says which parts are out of date. A fact that is missing or out
    of date scores as the worst. Each item is rounded once, so that the items sum to the points.
    """
    scale = scorecard.scaling.value
    per_woe = Decimal(scale["points_to_double"]) / _ln(Decimal(2))
    items = []
    for factor in scorecard.factors:
        measure = MEASURES[factor.name]
        value = None if measure.section in graded.stale else measure.read(file, day)
        key = factor.key_of(value)
        woe = factor.woe_of(key)
        points = round_fen(woe * per_woe)
        items.append(
            EvidencePoints(
                factor.name,
                factor.rule.title,
                Text("未知", "not known") if value is None else measure.show(value),
                key,
                woe,
                points,
                round_fen(factor.best * per_woe) - points,
            )
        )
    points = int(scale["base_points"]) + sum(item.points for item in items)
    probability = chance_of_default(points, scorecard.scaling)
    return EvidenceScore(
        points=points,
        default_probability=probability,
        items=tuple(items),
        basis=scorecard.basis,
        is_calibrated=scorecard.is_calibrated,
        explanation=_explanation(points, probability, items, scorecard),
    )


def chance_of_default(points: int, scaling: RuleValue) -> Decimal:
    """Return 1 ÷ (1 + odds), odds = base_odds × 2^((points − base_points) ÷ points_to_double), with six decimals."""
    scale = scaling.value
    exponent = Decimal(points - int(scale["base_points"])) / Decimal(scale["points_to_double"])
    with localcontext() as context:
        context.prec = 28
        odds = Decimal(scale["base_odds"]) * Decimal(2) ** exponent
        return round(1 / (1 + odds), 6)


def calibrate(
    outcomes: Sequence[PastOutcome], scorecard: EvidenceScorecard, rules: Rulebook, day: date
) -> EvidenceScorecard:
    """Return the same factors with weights from data: ln((good + ½)/(G + ½·k) ÷ (bad + ½)/(B + ½·k)) over k bands.

    Bands in which a better value would weigh less are pooled with their neighbours (pool adjacent violators), so
    that a better fact never costs points; a missing value never weighs more than the worst band. With fewer
    defaults than ``credit.evidence.least_bad`` the expert scorecard is returned unchanged. The base odds become
    those of the sample. The caller ensures that all outcomes are before ``day``.
    """
    bad = sum(outcome.defaulted for outcome in outcomes)
    good = len(outcomes) - bad
    if bad < rules.at("credit.evidence.least_bad", day).whole() or good == 0:
        return scorecard
    factors = tuple(_calibrated(factor, outcomes, good, bad) for factor in scorecard.factors)
    scaling = scorecard.scaling
    own = RuleValue(
        scaling.id,
        scaling.title,
        scaling.unit,
        {**scaling.value, "base_odds": round(Decimal(good) / bad, _PLACES)},
        scaling.reference,
    )
    basis = Text(
        f"以 {len(outcomes)} 笔（违约 {bad} 笔）校准", f"calibrated on {len(outcomes)} firms, {bad} defaults"
    )
    return EvidenceScorecard(factors, own, basis, True)


def information_value(factor: EvidenceFactor, outcomes: Sequence[PastOutcome]) -> Decimal:
    """Return Σ (share of the good − share of the bad) × ln of their ratio: how well a factor separates the two.

    Raises ValueError unless the outcomes contain both.
    """
    counts = _counts(factor, outcomes)
    good, bad = sum(one for one, _ in counts.values()), sum(other for _, other in counts.values())
    if not good or not bad:
        raise ValueError("give outcomes of both kinds")
    whole = 0.0
    for one, other in counts.values():
        if one or other:
            share = _smoothed(one, good, len(counts)), _smoothed(other, bad, len(counts))
            whole += (share[0] - share[1]) * log(share[0] / share[1])
    return Decimal(str(round(whole, _PLACES)))


# -- inside ------------------------------------------------------------------------------------------------------


def _ln(number: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return number.ln()


def _factor(rule: RuleValue, name: str) -> EvidenceFactor:
    try:
        words = [(str(word), Decimal(woe)) for word, woe in rule.value.get("words", {}).items()]
        rows = [(Decimal(row["bound"]), Decimal(row["woe"])) for row in rule.value.get("bands", [])]
        higher = rule.value.get("better", "higher") == "higher"
        otherwise, missing = Decimal(rule.value["otherwise"]), Decimal(rule.value["missing"])
    except (AttributeError, KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} must give words or bands, otherwise and missing") from error
    if bool(words) == bool(rows):
        raise RuleError(f"{rule.id} must give either words or bands")
    rows.sort(key=lambda row: row[0], reverse=not higher)  # Worst first.
    if rows:
        bands = (EvidenceBand(OTHERWISE, otherwise), *(EvidenceBand(plain(bound), woe) for bound, woe in rows))
    else:
        bands = tuple(EvidenceBand(word, woe) for word, woe in sorted(words, key=lambda row: row[1]))
    weights = [band.woe for band in bands]
    if weights != sorted(weights) or missing > weights[0]:
        raise RuleError(f"{rule.id}: a better or a known value weighs less")
    return EvidenceFactor(
        name, rule, higher, tuple(bound for bound, _ in rows), (EvidenceBand(MISSING, missing), *bands)
    )


def _counts(factor: EvidenceFactor, outcomes: Sequence[PastOutcome]) -> dict[str, tuple[int, int]]:
    counts = {band.key: (0, 0) for band in factor.bands}
    for outcome in outcomes:
        key = factor.key_of(outcome.values.get(factor.name))
        good, bad = counts[key]
        counts[key] = (good, bad + 1) if outcome.defaulted else (good + 1, bad)
    return counts


def _smoothed(count: float, whole: int, bands: int) -> float:
    return (count + _PRIOR) / (whole + _PRIOR * bands)


def _calibrated(factor: EvidenceFactor, outcomes: Sequence[PastOutcome], good: int, bad: int) -> EvidenceFactor:
    counts = _counts(factor, outcomes)
    size = len(counts)

    def woe(one: float, other: float) -> float:
        return log(_smoothed(one, good, size) / _smoothed(other, bad, size))

    # Pool adjacent violators over the bands, worst first: each pool holds the counts of its bands and their mean
    # weight.
    pools: list[tuple[list[str], int, int, float]] = []
    for band in factor.bands:
        if band.key == MISSING:
            continue
        keys, one, other = [band.key], *counts[band.key]
        level = woe(one, other)
        while pools and pools[-1][3] > level:
            before, more, others, _ = pools.pop()
            keys, one, other = before + keys, one + more, other + others
            level = woe(one / len(keys), other / len(keys))
        pools.append((keys, one, other, level))
    levels = {key: level for keys, _, _, level in pools for key in keys}
    levels[MISSING] = min(min(levels.values()), woe(*counts[MISSING]))
    bands = tuple(EvidenceBand(band.key, Decimal(str(round(levels[band.key], _PLACES)))) for band in factor.bands)
    return EvidenceFactor(factor.name, factor.rule, factor.higher_is_better, factor.bounds, bands)


def _explanation(
    points: int, probability: Decimal, items: Sequence[EvidencePoints], scorecard: EvidenceScorecard
) -> Explanation:
    scale = scorecard.scaling.value
    return Explanation(
        Text("证据权重评分", "score by weight of evidence"),
        points,
        "points",
        Text(
            f"{scale['base_points']} ＋ Σ 证据权重 × {scale['points_to_double']} ÷ ln 2；{scorecard.basis.zh}",
            f"{scale['base_points']} + Σ weight of evidence × {scale['points_to_double']} ÷ ln 2; {scorecard.basis.en}",
        ),
        references=(scorecard.scaling.reference,),
        parts=(
            Explanation(
                Text("一年内违约概率（按刻度）", "probability of default within a year, by the scale"),
                probability,
                "rate",
            ),
            *(
                Explanation(
                    item.title,
                    item.points,
                    "points",
                    Text(
                        f"{item.shown.zh}；证据权重 {plain(item.woe)}；比最好少 {item.lost} 分",
                        f"{item.shown.en}; weight {plain(item.woe)}; {item.lost} points short of the best",
                    ),
                    references=() if scorecard.is_calibrated else (factor.rule.reference,),
                )
                for item, factor in zip(items, scorecard.factors, strict=True)
            ),
        ),
    )
