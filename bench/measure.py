"""How a measurement is taken and shown. Ratios count; single times do not carry from machine to machine."""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """One work beside one peer.

    work, peer: what was run. ours, theirs: best seconds of several runs. goal: what is asked for, in words.
    met: whether it was reached. answers: what was compared to show that both did the same work.
    """

    work: str
    peer: str
    ours: float
    theirs: float
    goal: str
    met: bool
    answers: str

    @property
    def ratio(self) -> float:
        """How many times the peer's time is ours."""
        return self.theirs / self.ours

    def as_json(self) -> dict[str, Any]:
        """Stable keys for programs, with the process's peak memory so far in MiB."""
        return {
            **asdict(self),
            "peer_over_ours": round(self.ratio, 3),
            "peak_memory_mib": round(peak_memory_mib(), 1),
        }


def best_of(work: Callable[[], Any], repeats: int = 5) -> tuple[float, Any]:
    """Least wall-clock seconds of several runs, and the last run's answer."""
    best, answer = float("inf"), None
    for _ in range(repeats):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def best_cpu_of(work: Callable[[], Any], repeats: int = 5) -> tuple[float, Any]:
    """Least CPU seconds of several runs, and the last run's answer.

    For two works on one thread each: other programs of the machine do not change the ratio.
    """
    best, answer = float("inf"), None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        best = min(best, time.process_time() - start)
    return best, answer


def peak_memory_mib() -> float:
    """Peak resident memory of this process in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
