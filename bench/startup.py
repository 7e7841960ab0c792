"""Cold start of `zhirong modes` beside the interpreter doing nothing."""

import os
import subprocess
import sys
from pathlib import Path

from bench.measure import Measurement, best_of
from zhirong.mode_files import mode_files

TIMES_ALLOWED = 8


def run() -> list[Measurement]:
    """Whole processes, started and ended; the list must name every file of modes and funds.

    The modules may keep their bytecode, as an installed package does: without it every start would compile them.
    """
    command = Path(sys.executable).parent / "zhirong"
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    nothing, _ = best_of(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True, env=usual), 15)
    ours, done = best_of(
        lambda: subprocess.run([str(command), "modes"], check=True, capture_output=True, text=True, env=usual), 15
    )
    files = mode_files()
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
            answers=f"all {len(files)} files of modes and funds are listed",
        )
    ]
