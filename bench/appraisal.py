"""A portfolio of rights on the engine's kernel, beside the same model in plain NumPy, in one run.

ZHIRONG_BENCH_RIGHTS sets how many rights (default 1,000,000); the peer is run on a part of them and scaled up.
"""

import os
import resource
import sys

import numpy as np

from bench.measure import Measurement, best_of, peak_memory_mib
from zhirong.batch.kernel import COLUMNS, METHOD
from zhirong.batch.portfolio import FIGURES, Portfolio
from zhirong.batch.run import appraise_portfolio, blocks_of, local_pool
from zhirong.chain.appraisal.cashflow import growing, present_value, yearly_periods
from zhirong.chain.appraisal.simulation import PERCENTILES, uniforms
from zhirong.chain.appraisal.uncertain import triangular_quantile

RIGHTS = int(os.environ.get("ZHIRONG_BENCH_RIGHTS", "1000000"))
PEER_RIGHTS = 4_000
PATHS = 1_000
WORKERS = 2
TIMES_WANTED = 10
MEMORY_MIB = 2_048
RANGES = ((1e6, 5e7), (-0.05, 0.15), (0.02, 0.15), (0.02, 0.08), (0.10, 0.25), (4.0, 12.0))


def portfolio(rights: int) -> Portfolio:
    """Made rights, the same for the same number."""
    rng = np.random.default_rng(11)
    points = np.empty((rights, len(FIGURES), 3))
    for place, (low, high) in enumerate(RANGES):
        points[:, place] = np.sort(rng.uniform(low, high, (rights, 3)), axis=1)
    flat = np.zeros(rights)
    return Portfolio(tuple(map(str, range(rights))), points, flat + 0.25, flat + 15.0, flat)


def plain_numpy(points: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """The model as one would write it with NumPy: whole arrays of paths, one right after the other."""
    draws = uniforms(1, PATHS, [f"{METHOD}.{name}" for name in FIGURES])
    levels = np.asarray(PERCENTILES) / 100
    found = np.empty((len(points), len(PERCENTILES)))
    for row, right in enumerate(points):
        revenue, growth, decay, royalty, discount, life = (
            triangular_quantile(draws[f"{METHOD}.{name}"], *map(float, right[place]))
            for place, name in enumerate(FIGURES)
        )
        life = np.minimum(life, cap[row])
        years = int(np.ceil(life.max()))
        amounts = growing(revenue, growth, decay, years)
        value = present_value(amounts, discount, life, yearly_periods(years, "end_of_year")) * royalty * 0.75
        found[row] = np.quantile(value, levels)
    return found


def run() -> list[Measurement]:
    """Rights × 1,000 paths on two processes; percentiles must agree with the peer's within the simulation's error."""
    rights = portfolio(RIGHTS)
    cuts = blocks_of(RIGHTS)
    part = slice(0, min(PEER_RIGHTS, RIGHTS))
    theirs, expected = best_of(lambda: plain_numpy(rights.points[part], rights.cap[part]), 2)

    def ours() -> np.ndarray:
        whole = np.empty((RIGHTS, len(COLUMNS)))
        for number, values in appraise_portfolio(rights, 1, PATHS, local_pool(WORKERS), workers=WORKERS):
            whole[slice(*cuts[number])] = values
        return whole

    # Starting the two processes and compiling are counted; only the largest portfolio is run once.
    seconds, values = best_of(ours, 1 if RIGHTS > 200_000 else 3)
    found, error = values[part, : len(PERCENTILES)], values[part, COLUMNS.index("p50_error")]
    apart = float(np.max(np.abs(found / expected - 1.0)))
    if not np.all(np.abs(found[:, 2] - expected[:, 2]) <= error) or apart > 1e-9:
        raise AssertionError(f"the kernel and NumPy differ by up to {apart:.2e}")
    alone = np.concatenate([block for _, block in appraise_portfolio(_first(rights), 1, PATHS)])
    if not np.array_equal(alone, values[: len(alone)]):
        raise AssertionError("the number of workers changes the numbers")
    scaled = theirs * RIGHTS / (part.stop - part.start)
    # The largest process that was waited for, as often as there were processes.
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    memory = peak_memory_mib() + WORKERS * child
    return [
        Measurement(
            work=f"{RIGHTS:,} rights × {PATHS:,} paths on {WORKERS} processes ({seconds / RIGHTS * 1e6:.1f} µs a right)",
            peer=f"plain NumPy, {part.stop:,} of them, scaled up",
            ours=seconds,
            theirs=scaled,
            goal=f"at least {TIMES_WANTED} times, under {MEMORY_MIB} MiB",
            met=scaled >= TIMES_WANTED * seconds and memory < MEMORY_MIB,
            answers=f"percentiles equal within {apart:.0e}; the same numbers on one process; {memory:.0f} MiB at most",
        )
    ]


def _first(rights: Portfolio) -> Portfolio:
    few = min(5_000, len(rights))
    return Portfolio(rights.ids[:few], *rights.block(0, few))
