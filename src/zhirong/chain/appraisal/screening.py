"""Screening rights by how long they will be kept, and the honest test of it: as of a past day, without looking ahead.

A yearly hazard of lapse is fitted by logistic regression on what had been seen by the day (each right's anniversaries
after grant), and carried forward to the rights alive on the day. Beside it stands the same with age alone. Indicators
explain little of value and renewal: the result ranks and screens, and never becomes a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, sqrt

import numpy as np

from zhirong.chain.appraisal.maintenance import Application
from zhirong.chain.appraisal.uncertain import Array
from zhirong.kernel.days import add_months, add_years, years_between

# A lapse counts from the anniversary but is published months later; what the register could not yet show is not used.
REPORTING_MONTHS = 12
RIDGE = 1.0
_OLDEST_BAND_LEAST = 200  # rights at risk that an age must have for a hazard of its own


@dataclass(frozen=True, slots=True)
class Score:
    """How good forecasts of "still in force" were.

    auc: chance that a right kept was ranked above one let go, ½ is no knowledge; auc_error its standard error.
    brier: mean square of forecast minus outcome. deciles: count, mean forecast and share kept of each tenth, by rank.
    """

    auc: float
    auc_error: float
    brier: float
    deciles: tuple[tuple[int, float, float], ...]

    def as_json(self) -> dict[str, object]:
        """Stable keys; numbers with four decimals."""
        return {
            "auc": f"{self.auc:.4f}",
            "auc_standard_error": f"{self.auc_error:.4f}",
            "brier": f"{self.brier:.4f}",
            "calibration": [
                {"rights": count, "forecast": f"{forecast:.4f}", "kept": f"{kept:.4f}"}
                for count, forecast, kept in self.deciles
            ],
        }


@dataclass(frozen=True, slots=True)
class Horizon:
    """One horizon of a back-test. left_out: rights whose twenty years end before it, which needs no forecast."""

    years: int
    day: date
    rights: int
    left_out: int
    kept: float
    model: Score
    age_only: Score


@dataclass(frozen=True, slots=True)
class Backtest:
    """A screen as of ``day``: what it learnt from, how it did, and the weight of each feature (standardised)."""

    day: date
    learnt_anniversaries: int
    learnt_lapses: int
    horizons: tuple[Horizon, ...]
    weights: tuple[tuple[str, float], ...]


def backtest(
    applications: Sequence[Application], day: date, observed_to: date, horizons: Sequence[int] = (4, 8)
) -> Backtest:
    """Fit on what was known on ``day``, forecast the rights alive then, compare with what came.

    Raises ValueError for a horizon beyond ``observed_to`` and where nothing had been seen by the day.
    """
    known_to = add_months(day, -REPORTING_MONTHS)
    learnt = _anniversaries(applications, known_to)
    if not any(lapsed for _, _, lapsed in learnt):
        raise ValueError(f"no lapse had been seen by {known_to}")
    names = tuple(learnt[0][0].features)
    features = np.array([[one.features[name] for name in names] for one, _, _ in learnt])
    ages = np.array([age for _, age, _ in learnt])
    lapsed = np.array([float(gone) for _, _, gone in learnt])
    bands = _bands(ages)
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    by_age = _one_hot(ages, bands)
    young = _just_granted(np.array([_since_grant(one, age) for one, age, _ in learnt]))
    free = len(bands) + young.shape[1]
    whole = logistic(np.hstack([by_age, young, (features - centre) / spread]), lapsed, free)
    plain = logistic(by_age, lapsed, len(bands))
    cohort = [one for one in applications if one.alive_on(day)]
    standard = (np.array([[one.features[name] for name in names] for one in cohort]) - centre) / spread
    return Backtest(
        day,
        len(learnt),
        int(lapsed.sum()),
        tuple(_horizon(cohort, standard, day, years, observed_to, bands, whole, plain) for years in horizons),
        tuple(zip(names, map(float, whole[free:]), strict=True)),
    )


def logistic(features: Array, outcome: Array, free: int) -> Array:
    """Logistic regression by Newton's method; all but the first ``free`` weights are held back by a ridge of 1."""
    weights = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], RIDGE)
    ridge[:free] = 1e-6
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-features @ weights))
        gradient = features.T @ (outcome - chance) - ridge * weights
        curvature = (features * (chance * (1.0 - chance))[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -2.0, 2.0)
        if float(np.max(np.abs(step))) < 1e-9:
            break
    return np.asarray(weights, dtype=np.float64)


def score(forecast: Array, outcome: Array) -> Score:
    """How good forecasts were. AUC by ranks, ties counted half; its error by Hanley and McNeil (1982)."""
    kept, gone = forecast[outcome > 0.5], forecast[outcome <= 0.5]
    if kept.size == 0 or gone.size == 0:
        raise ValueError("all outcomes are alike: nothing was there to be told apart")
    ordered = np.sort(gone)
    below = np.searchsorted(ordered, kept, "left")
    auc = float(np.mean((below + np.searchsorted(ordered, kept, "right")) / 2.0) / gone.size)
    one, two = auc / (2.0 - auc), 2.0 * auc * auc / (1.0 + auc)
    variance = auc * (1 - auc) + (kept.size - 1) * (one - auc * auc) + (gone.size - 1) * (two - auc * auc)
    order = np.argsort(forecast, kind="stable")
    deciles = tuple(
        (part.size, float(forecast[part].mean()), float(outcome[part].mean()))
        for part in np.array_split(order, 10)
        if part.size
    )
    return Score(
        auc,
        sqrt(variance / (kept.size * gone.size)),
        float(np.mean((forecast - outcome) ** 2)),
        deciles,
    )


def _anniversaries(applications: Sequence[Application], known_to: date) -> list[tuple[Application, int, bool]]:
    """Every anniversary after grant and up to ``known_to``: the right, its age, and whether it lapsed there."""
    found = []
    for one in applications:
        if one.granted is None:
            continue
        first = floor(years_between(one.filed, one.granted)) + 1
        last = None if one.lapsed is None else floor(years_between(one.filed, one.lapsed) + 0.02)
        age = first
        while add_years(one.filed, age) <= known_to and (last is None or age <= last) and age < 20:
            found.append((one, age, last == age))
            age += 1
    return found


def _bands(ages: Array) -> tuple[int, ...]:
    """Ages with a hazard of their own; those seen too seldom share the oldest one's."""
    counts = {age: int(np.sum(ages >= age)) for age in range(int(ages.min()), int(ages.max()) + 1)}
    return tuple(age for age, count in counts.items() if count >= _OLDEST_BAND_LEAST) or (int(ages.min()),)


def _one_hot(ages: Array, bands: tuple[int, ...]) -> Array:
    place = np.clip(ages, bands[0], bands[-1]) - bands[0]
    return np.asarray(np.eye(len(bands))[place.astype(int)], dtype=np.float64)


def _since_grant(one: Application, age: int) -> int:
    """Anniversaries since the grant, the first one being 1."""
    return age if one.granted is None else age - floor(years_between(one.filed, one.granted))


def _just_granted(since: Array) -> Array:
    """Marks of the first and of the second anniversary after grant: the year's fee has just been paid with it."""
    return np.stack([(since == 1).astype(np.float64), (since == 2).astype(np.float64)], axis=1)


def _horizon(
    cohort: Sequence[Application],
    standard: Array,
    day: date,
    years: int,
    observed_to: date,
    bands: tuple[int, ...],
    whole: Array,
    plain: Array,
) -> Horizon:
    target = add_years(day, years)
    if target > observed_to:
        raise ValueError(f"{years} years after {day} lie beyond the observation to {observed_to}")
    chosen = [index for index, one in enumerate(cohort) if one.term_end > target]
    with_features, by_age = np.ones(len(chosen)), np.ones(len(chosen))
    outcome = np.array([float(cohort[index].alive_on(target)) for index in chosen])
    ages = np.array([floor(years_between(cohort[index].filed, day)) for index in chosen])
    since = np.array([_since_grant(cohort[index], int(age)) for index, age in zip(chosen, ages, strict=True)])
    for ahead in range(1, years + 1):
        hot = _one_hot(ages + ahead, bands)
        both = np.hstack([hot, _just_granted(since + ahead), standard[chosen]])
        with_features *= 1.0 - 1.0 / (1.0 + np.exp(-both @ whole))
        by_age *= 1.0 - 1.0 / (1.0 + np.exp(-hot @ plain))
    return Horizon(
        years,
        target,
        len(chosen),
        len(cohort) - len(chosen),
        float(outcome.mean()),
        score(with_features, outcome),
        score(by_age, outcome),
    )
