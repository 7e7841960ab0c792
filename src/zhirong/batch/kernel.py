"""Relief from royalty for many rights at once: one pass per right, with its paths adjacent in the cache.

The model and the draws are those of ``chain.appraisal``: each input draws from a stream that depends only on seed
and name, and every right uses the same draws. A right's value therefore does not depend on its block, its worker or
the other rights, and agrees with its single appraisal up to float rounding.
"""

from functools import lru_cache

import numpy as np

from zhirong.batch.portfolio import FIGURES
from zhirong.chain.appraisal.simulation import PERCENTILES, uniforms
from zhirong.chain.appraisal.uncertain import Array
from zhirong.kernel.compiled import compiled

# Columns of a result, in order.
COLUMNS = (*(f"p{percent}" for percent in PERCENTILES), "mean", "standard_deviation", "p50_error", "mean_error")
METHOD = "relief_from_royalty"
_BINS = 1024
_SHARES = np.array(PERCENTILES) / 100
_MEDIAN = PERCENTILES.index(50)


@lru_cache(maxsize=2)
def draws(seed: int, paths: int) -> Array:
    """Draws of every figure, (figures, 3, paths): u, √u and √(1 − u)."""
    found = uniforms(seed, paths, [f"{METHOD}.{name}" for name in FIGURES])
    stacked = np.stack([found[f"{METHOD}.{name}"] for name in FIGURES])
    return np.stack([stacked, np.sqrt(stacked), np.sqrt(1.0 - stacked)], axis=1)


def appraise_block(block: tuple[Array, Array, Array, Array], seed: int, paths: int) -> Array:
    """Values of a block of rights, one row each with the columns of ``COLUMNS``, in yuan."""
    points, tax, cap, mid_year = (np.ascontiguousarray(part, dtype=np.float64) for part in block)
    result = np.empty((len(points), len(COLUMNS)))
    _appraise(points, tax, cap, mid_year, draws(seed, paths), result)
    return result


@compiled
def _appraise(points, tax, cap, mid_year, draw, result):  # type: ignore[no-untyped-def]
    paths = draw.shape[2]
    drawn = np.empty((6, paths))
    value, running, step = np.empty(paths), np.empty(paths), np.empty(paths)
    ordered, place = np.empty(paths), np.empty(paths, dtype=np.int32)
    for right in range(points.shape[0]):
        for figure in range(6):
            _triangular(points[right, figure], draw[figure], drawn[figure])
        _present_value(drawn, cap[right], mid_year[right], value, running, step)
        value *= 1.0 - tax[right]
        _summary(value, ordered, place, result[right])


@compiled
def _triangular(point, draw, out):  # type: ignore[no-untyped-def]
    low, mode, high = point
    width = high - low
    if width <= 0.0:
        out[:] = mode
        return
    c = (mode - low) / width
    rising, falling = width * np.sqrt(c), width * np.sqrt(1.0 - c)
    for path in range(out.size):
        below = low + rising * draw[1, path]
        above = high - falling * draw[2, path]
        out[path] = below if draw[0, path] <= c else above


@compiled
def _present_value(drawn, cap, mid_year, value, running, step):  # type: ignore[no-untyped-def]
    revenue, growth, decay, royalty, discount, life = drawn
    for path in range(value.size):
        factor = 1.0 / (1.0 + discount[path])
        first = np.sqrt(factor) if mid_year > 0.0 else factor
        running[path] = revenue[path] * royalty[path] * first
        step[path] = (1.0 + growth[path]) * (1.0 - decay[path]) * factor
        value[path] = 0.0
        life[path] = min(life[path], cap)
    shortest, longest = _ends(life)
    for year in range(int(np.ceil(longest))):
        if year + 1 <= shortest:
            for path in range(value.size):
                value[path] += running[path]
                running[path] *= step[path]
        else:
            for path in range(value.size):
                value[path] += running[path] * min(1.0, max(0.0, life[path] - year))
                running[path] *= step[path]


@compiled
def _summary(value, ordered, place, row):  # type: ignore[no-untyped-def]
    """Percentiles by sorting into bins and examining only the bins that hold a requested rank."""
    count = value.size
    least, greatest = _ends(value)
    mean, deviation = _moments(value)
    scale = 0.0 if greatest <= least else (_BINS - 1) / (greatest - least)
    starts = np.zeros(_BINS + 1, dtype=np.int32)
    for path in range(count):
        place[path] = np.int32((value[path] - least) * scale)
        starts[place[path] + 1] += 1
    for number in range(_BINS):
        starts[number + 1] += starts[number]
    ranks = np.empty(2 * _SHARES.size + 2, dtype=np.int64)
    for number in range(_SHARES.size):
        lower = int(_SHARES[number] * (count - 1))
        ranks[2 * number], ranks[2 * number + 1] = lower, min(lower + 1, count - 1)
    middle = _SHARES[_MEDIAN]
    at, reach = middle * (count - 1), np.sqrt(count * middle * (1.0 - middle))
    ranks[-2], ranks[-1] = max(0, int(at - reach)), min(count - 1, int(np.ceil(at + reach)))
    wanted = np.full(_BINS, -1, dtype=np.int32)
    for rank in ranks:
        at_bin = np.searchsorted(starts, rank, side="right") - 1
        wanted[at_bin] = starts[at_bin]
    # Most bins hold no requested rank: only the others are filled and sorted.
    free = wanted.copy()
    for path in range(count):
        at_bin = place[path]
        if wanted[at_bin] >= 0:
            ordered[free[at_bin]] = value[path]
            free[at_bin] += 1
    for rank in ranks:
        at_bin = np.searchsorted(starts, rank, side="right") - 1
        if wanted[at_bin] >= 0:
            ordered[starts[at_bin] : starts[at_bin + 1]].sort()
            wanted[at_bin] = -1
    for number in range(_SHARES.size):
        at = _SHARES[number] * (count - 1)
        one, two = ordered[ranks[2 * number]], ordered[ranks[2 * number + 1]]
        row[number] = one + (at - int(at)) * (two - one)
    row[5], row[6] = mean, deviation
    row[7], row[8] = (ordered[ranks[-1]] - ordered[ranks[-2]]) / 2.0, deviation / np.sqrt(count)


@compiled
def _ends(value):  # type: ignore[no-untyped-def]
    """Minimum and maximum, in lanes of eight that the processor compares at once; the order does not matter."""
    low, high = np.full(8, np.inf), np.full(8, -np.inf)
    whole = value.size - value.size % 8
    for start in range(0, whole, 8):
        for lane in range(8):
            number = value[start + lane]
            low[lane] = number if number < low[lane] else low[lane]
            high[lane] = number if number > high[lane] else high[lane]
    for path in range(whole, value.size):
        low[0], high[0] = min(low[0], value[path]), max(high[0], value[path])
    return low.min(), high.max()


@compiled
def _moments(value):  # type: ignore[no-untyped-def]
    """Mean and standard deviation, summed in eight lanes in a fixed order: the same bits on every processor."""
    lanes = np.zeros(8)
    whole = value.size - value.size % 8
    for start in range(0, whole, 8):
        for lane in range(8):
            lanes[lane] += value[start + lane]
    for path in range(whole, value.size):
        lanes[0] += value[path]
    mean = lanes.sum() / value.size
    lanes[:] = 0.0
    for start in range(0, whole, 8):
        for lane in range(8):
            lanes[lane] += (value[start + lane] - mean) ** 2
    for path in range(whole, value.size):
        lanes[0] += (value[path] - mean) ** 2
    return mean, np.sqrt(lanes.sum() / (value.size - 1))
