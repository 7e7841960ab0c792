"""Screen rights by their expected time in force, with an unbiased back-test as of a past day.

Logistic regression fits a yearly hazard of lapse on the years that end on the day, the year before, and so on: each
right in force at the start of such a year lapsed in it or not. The days in these data are those of the gazette,
so every entry dated up to the day was known on it. The hazard is projected year by year for the rights in force on
the day. It depends on the years since grant: a lapse is published more than a year after the unpaid fee, and the
first fee is paid with the grant. A model by age alone is given for comparison. Indicators explain little of value
and renewal: the result ranks and screens, and never becomes a value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, sqrt

import numpy as np

from zhirong.chain.appraisal.maintenance import Application
from zhirong.chain.appraisal.uncertain import Array
from zhirong.kernel.days import add_years, years_between

RIDGE = 1.0
_LEAST_AT_RISK = 200  # Minimum number of rights in force for an age, or a year since grant, to have its own hazard.


@dataclass(frozen=True, slots=True)
class Score:
    """The quality of forecasts of "still in force".

    auc: probability that a right kept was ranked above one that lapsed (½ is no information); auc_error its
    standard error. brier: mean square of forecast minus outcome. forecast: their mean. deciles: count, mean
    forecast and share kept of each tenth, by rank.
    """

    auc: float
    auc_error: float
    brier: float
    forecast: float
    deciles: tuple[tuple[int, float, float], ...]

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; numbers with four decimals."""
        return {
            "auc": f"{self.auc:.4f}",
            "auc_standard_error": f"{self.auc_error:.4f}",
            "brier": f"{self.brier:.4f}",
            "mean_forecast": f"{self.forecast:.4f}",
            "calibration": [
                {"rights": count, "forecast": f"{forecast:.4f}", "kept": f"{kept:.4f}"}
                for count, forecast, kept in self.deciles
            ],
        }


@dataclass(frozen=True, slots=True)
class Screened:
    """One right at one horizon: the probability of being kept, the same by age alone, and the outcome."""

    number: str
    forecast: float
    age_only: float
    kept: bool


@dataclass(frozen=True, slots=True)
class Horizon:
    """One horizon of a back-test. left_out: rights whose twenty years end before it, which need no forecast.

    screened: every right, the most likely to be kept first.
    """

    years: int
    day: date
    rights: int
    left_out: int
    kept: float
    model: Score
    age_only: Score
    screened: tuple[Screened, ...]


@dataclass(frozen=True, slots=True)
class Backtest:
    """A screen as of ``day``: the years of rights and lapses in the fit, its quality, and the weight of each
    feature (standardised).
    """

    day: date
    learnt_years: int
    learnt_lapses: int
    horizons: tuple[Horizon, ...]
    weights: tuple[tuple[str, float], ...]


def backtest(
    applications: Sequence[Application], day: date, observed_to: date, horizons: Sequence[int] = (4, 8)
) -> Backtest:
    """Fit on the data known on ``day``, forecast the rights then in force, and compare with the outcome.

    Raises ValueError for a horizon beyond ``observed_to`` and if there was no lapse by the day.
    """
    learnt = _years(applications, day)
    if not any(lapsed for _, _, lapsed in learnt):
        raise ValueError(f"no lapse had been seen by {day}")
    names = tuple(learnt[0][0].features)
    rights, starts = [one for one, _, _ in learnt], [start for _, start, _ in learnt]
    lapsed = np.array([float(gone) for _, _, gone in learnt])
    features = _features(rights, names)
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    by_grant, by_age = _since_grant(rights, starts), _ages(rights, starts)
    grant_bands, age_bands = _bands(by_grant), _bands(by_age)
    whole = logistic(
        np.hstack([_one_hot(by_grant, grant_bands), (features - centre) / spread]), lapsed, len(grant_bands)
    )
    plain = logistic(_one_hot(by_age, age_bands), lapsed, len(age_bands))
    cohort = [one for one in applications if one.alive_on(day)]
    standard = (_features(cohort, names) - centre) / spread

    def forecasts(chosen: Sequence[int], years: int) -> tuple[Array, Array]:
        ours = [cohort[index] for index in chosen]
        with_features, with_age = np.ones(len(ours)), np.ones(len(ours))
        for ahead in range(years):
            start = [add_years(day, ahead)] * len(ours)
            both = np.hstack([_one_hot(_since_grant(ours, start), grant_bands), standard[chosen]])
            with_features *= 1.0 - _chance(both @ whole)
            with_age *= 1.0 - _chance(_one_hot(_ages(ours, start), age_bands) @ plain)
        return with_features, with_age

    return Backtest(
        day,
        len(learnt),
        int(lapsed.sum()),
        tuple(_horizon(cohort, day, years, observed_to, forecasts) for years in horizons),
        tuple(zip(names, map(float, whole[len(grant_bands) :]), strict=True)),
    )


def logistic(features: Array, outcome: Array, free: int) -> Array:
    """Fit logistic regression by Newton's method; a ridge of 1 shrinks all weights but the first ``free``."""
    weights = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], RIDGE)
    ridge[:free] = 1e-6
    for _ in range(50):
        chance = _chance(features @ weights)
        gradient = features.T @ (outcome - chance) - ridge * weights
        curvature = (features * (chance * (1.0 - chance))[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        weights = weights + np.clip(step, -2.0, 2.0)
        if float(np.max(np.abs(step))) < 1e-9:
            break
    return np.asarray(weights, dtype=np.float64)


def score(forecast: Array, outcome: Array) -> Score:
    """Return the quality of forecasts. AUC by ranks, ties counted half; its error by Hanley and McNeil (1982)."""
    kept, gone = forecast[outcome > 0.5], forecast[outcome <= 0.5]
    if kept.size == 0 or gone.size == 0:
        raise ValueError("all outcomes are equal, so there is nothing to rank")
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
        float(forecast.mean()),
        deciles,
    )


def _years(applications: Sequence[Application], day: date) -> list[tuple[Application, date, bool]]:
    """Return every year that ends on ``day`` or whole years before, for each right in force at its start: the
    right, the start, and whether it lapsed in it. Years in which its term ends are omitted.
    """
    found: list[tuple[Application, date, bool]] = []
    end = day
    while True:
        start = add_years(end, -1)
        at_risk = [one for one in applications if one.alive_on(start) and one.term_end > end]
        if not at_risk:
            return found
        found += [(one, start, one.lapsed is not None and one.lapsed <= end) for one in at_risk]
        end = start


def _features(rights: Sequence[Application], names: Sequence[str]) -> Array:
    return np.array([[one.features[name] for name in names] for one in rights])


def _ages(rights: Sequence[Application], days: Sequence[date]) -> Array:
    """Whole years since filing."""
    return np.array([floor(years_between(one.filed, day)) for one, day in zip(rights, days, strict=True)])


def _since_grant(rights: Sequence[Application], days: Sequence[date]) -> Array:
    """Whole years since grant."""
    return np.array([floor(years_between(one.granted or day, day)) for one, day in zip(rights, days, strict=True)])


def _chance(score: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-score)), dtype=np.float64)


def _bands(counted: Array) -> tuple[int, ...]:
    """Return the years that have their own hazard, in order; years with too few rights share the hazard of the
    last.
    """
    first, last = int(counted.min()), int(counted.max())
    counts = {year: int(np.sum(counted >= year)) for year in range(first, last + 1)}
    return tuple(year for year, count in counts.items() if count >= _LEAST_AT_RISK) or (first,)


def _one_hot(counted: Array, bands: tuple[int, ...]) -> Array:
    place = np.clip(counted, bands[0], bands[-1]) - bands[0]
    return np.asarray(np.eye(len(bands))[place.astype(int)], dtype=np.float64)


def _horizon(
    cohort: Sequence[Application],
    day: date,
    years: int,
    observed_to: date,
    forecasts: Callable[[Sequence[int], int], tuple[Array, Array]],
) -> Horizon:
    target = add_years(day, years)
    if target > observed_to:
        raise ValueError(f"{years} years after {day} lie beyond the observation to {observed_to}")
    chosen = [index for index, one in enumerate(cohort) if one.term_end > target]
    outcome = np.array([float(cohort[index].alive_on(target)) for index in chosen])
    with_features, with_age = forecasts(chosen, years)
    return Horizon(
        years,
        target,
        len(chosen),
        left_out=len(cohort) - len(chosen),
        kept=float(outcome.mean()),
        model=score(with_features, outcome),
        age_only=score(with_age, outcome),
        screened=tuple(
            Screened(
                cohort[chosen[place]].number,
                float(with_features[place]),
                float(with_age[place]),
                outcome[place] > 0.5,
            )
            for place in np.argsort(-with_features, kind="stable")
        ),
    )
