"""Cold start of `zhirong modes` beside the interpreter doing nothing."""

import subprocess
import sys
from pathlib import Path

from bench.measure import Measurement, best_of

TIMES_ALLOWED = 8


def run() -> list[Measurement]:
    """Whole processes, started and ended; the list must name every mode file."""
    command = Path(sys.executable).parent / "zhirong"
    nothing, _ = best_of(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True), 15)
    ours, done = best_of(
        lambda: subprocess.run([str(command), "modes"], check=True, capture_output=True, text=True), 15
    )
    files = list((Path(__file__).resolve().parents[1] / "src/zhirong/rules/modes").glob("*.toml"))
    missing = [file.stem for file in files if file.stem not in done.stdout]
    if missing or not files:
        raise AssertionError(f"`zhirong modes` does not list {missing or 'anything'}")
    return [
        Measurement(
            work="cold start of `zhirong modes`",
            peer="python -c pass",
            ours=ours,
            theirs=nothing,
            goal=f"at most {TIMES_ALLOWED} times python -c pass",
            met=ours <= TIMES_ALLOWED * nothing,
            answers=f"all {len(files)} mode files are listed",
        )
    ]
