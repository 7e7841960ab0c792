"""Seeded draws, correlated where stated, and the statistics of a simulated distribution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from math import erfc, sqrt
from zlib import crc32

import numpy as np

from zhirong.chain.appraisal.uncertain import Array, Level
from zhirong.kernel.money import FEN_PER_YUAN, Fen, round_fen

PERCENTILES = (5, 10, 50, 90, 95)


@dataclass(frozen=True, slots=True)
class Correlation:
    """A stated correlation of the normal scores of two inputs, each named ``<method id>.<driver>``."""

    one: str
    other: str
    rho: float


@dataclass(frozen=True, slots=True)
class Distribution:
    """A value as a distribution, in fen; each figure is rounded once, halves up, from the model's yuan.

    percentiles: by number (5, 10, 50, 90, 95). errors: standard error of each of them from the simulation, by the
    same number. mean_error: that of the mean. paths: every simulated value in yuan, in the order drawn, read-only,
    for charts and for further models; ignored when distributions are compared.
    """

    percentiles: Mapping[int, Fen]
    errors: Mapping[int, Fen]
    mean: Fen
    mean_error: Fen
    standard_deviation: Fen
    paths: Array = field(compare=False, repr=False)

    @property
    def median(self) -> Fen:
        """Return P50, which is exceeded in half of the outcomes. The mean lies above it if the upper tail is long."""
        return self.percentiles[50]

    def at(self, percent: int) -> Fen:
        """Return any percentile: a stored one, or one read from the paths."""
        if percent in self.percentiles:
            return self.percentiles[percent]
        return fen_of(float(np.quantile(self.paths, percent / 100)))


def fen_of(amount: float) -> Fen:
    """Return a model's amount in yuan as whole fen; the only rounding, halves up."""
    return round_fen(Fraction(amount) * FEN_PER_YUAN)


def uniforms(
    seed: int, paths: int, names: Sequence[str], correlations: Sequence[Correlation] = ()
) -> dict[str, Array]:
    """Draw one probability per path for each input, from a stream that depends only on seed and name.

    An input's draws therefore stay the same when other inputs or methods are added or removed, and when its own
    figures change: two values from one seed differ by their inputs, not by chance. Correlated inputs are joined by
    a Gaussian copula (Z = L·N with L·Lᵀ the correlation matrix, U = Φ(Z)). Raises LinAlgError if the stated
    correlations contradict each other.
    """
    joined = tuple(dict.fromkeys(name for pair in correlations for name in (pair.one, pair.other)))
    draws = {name: _uniform(seed, name, paths) for name in names if name not in joined}
    if joined:
        scores = np.stack([_stream(seed, name).standard_normal(paths) for name in joined])
        mixed = np.linalg.cholesky(correlation_matrix(joined, correlations)) @ scores
        draws.update(zip(joined, normal_cdf(mixed), strict=True))
    return draws


@lru_cache(maxsize=16)
def _uniform(seed: int, name: str, paths: int) -> Array:
    """Return draws shared by all appraisals of a process with this seed; they must not be modified."""
    drawn: Array = _stream(seed, name).random(paths)
    drawn.flags.writeable = False
    return drawn


def correlation_matrix(names: Sequence[str], correlations: Sequence[Correlation]) -> Array:
    """Return the matrix of the stated correlations; other pairs are zero."""
    matrix = np.eye(len(names))
    place = {name: index for index, name in enumerate(names)}
    for pair in correlations:
        matrix[place[pair.one], place[pair.other]] = matrix[place[pair.other], place[pair.one]] = pair.rho
    return matrix


def normal_cdf(z: Level) -> Array:
    """Return the standard normal distribution function, ½·erfc(−z ÷ √2), exact to a few units in the last place."""
    scaled = np.asarray(z, dtype=np.float64) / -sqrt(2.0)
    return 0.5 * np.fromiter(map(erfc, scaled.ravel()), np.float64, scaled.size).reshape(scaled.shape)


def normal_quantile(u: Level) -> Level:
    """Return the inverse of the standard normal distribution function, relative error below 1.2e-9 (Acklam 2003)."""
    p = np.clip(np.asarray(u, dtype=np.float64), 1e-15, 1.0 - 1e-15)
    tail = np.minimum(p, 1.0 - p)
    q = np.sqrt(-2.0 * np.log(tail))
    outer = _polynomial(_TAIL_ABOVE, q) / (_polynomial(_TAIL_BELOW, q) * q + 1.0)
    d = p - 0.5
    r = d * d
    middle = _polynomial(_MIDDLE_ABOVE, r) * d / (_polynomial(_MIDDLE_BELOW, r) * r + 1.0)
    z: Array = np.where(tail < 0.02425, np.where(p < 0.5, outer, -outer), middle)
    return z


_MIDDLE_ABOVE = (-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690, -30.66479806614716, 2.506628277459239)  # fmt: skip
_MIDDLE_BELOW = (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572)
_TAIL_ABOVE = (-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783)  # fmt: skip
_TAIL_BELOW = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416)


def _polynomial(coefficients: Sequence[float], x: Array) -> Array:
    total = np.zeros_like(x)
    for coefficient in coefficients:
        total = total * x + coefficient
    return total


def distribution_of(values: Array) -> Distribution:
    """Return percentiles, mean and spread of simulated values in yuan, with their simulation error.

    The error of a percentile is half the distance between the order statistics one binomial standard deviation on
    either side of it (David and Nagaraja, Order Statistics); that of the mean is s/√n.
    """
    count = len(values)
    ordered = np.sort(values)
    percentiles, errors = {}, {}
    for percent in PERCENTILES:
        p = percent / 100
        at = p * (count - 1)
        reach = np.sqrt(count * p * (1 - p))
        below, above = ordered[max(0, int(at - reach))], ordered[min(count - 1, int(np.ceil(at + reach)))]
        low = int(at)
        exact = ordered[low] + (at - low) * (ordered[min(low + 1, count - 1)] - ordered[low])
        percentiles[percent] = fen_of(float(exact))
        errors[percent] = fen_of(float(above - below) / 2)
    deviation = float(np.std(values, ddof=1))
    kept = values.copy()
    kept.setflags(write=False)
    return Distribution(
        percentiles=percentiles,
        errors=errors,
        mean=fen_of(float(np.mean(values))),
        mean_error=fen_of(deviation / count**0.5),
        standard_deviation=fen_of(deviation),
        paths=kept,
    )


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, crc32(name.encode())])))
