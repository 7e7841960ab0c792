"""The inequality of the values of rights: a few hold nearly all of the value (log-normal; worked example W31)."""

from math import log, sqrt

import numpy as np

from zhirong.chain.appraisal.simulation import normal_cdf, normal_quantile


def sigma_of_mean_to_median(ratio: float) -> float:
    """Return the log deviation of a log-normal distribution whose mean is ``ratio`` times its median: σ = √(2·ln
    ratio).

    Raises ValueError for a ratio below 1: the mean of a log-normal never lies below its median.
    """
    if ratio < 1.0:
        raise ValueError(f"a log-normal mean cannot be {ratio} times its median")
    return sqrt(2.0 * log(ratio))


def share_of_top(part: float, sigma: float) -> float:
    """Return the share of the total value held by the top ``part`` of rights: Φ(σ − z₁₋ₚ) (the Lorenz curve of a
    log-normal).
    """
    return float(normal_cdf(np.asarray(sigma - normal_quantile(1.0 - part))))
