"""The command line in this process: to start a program takes longer than most commands. What a process is for (signals, exit
codes from the system, what is imported) has tests that start one.
"""

import io
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from zhirong.cli.main import main


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it wrote, named as ``subprocess.run`` names it."""

    returncode: int
    stdout: str
    stderr: str


def run_command(*words: object) -> Ended:
    """Run ``zhirong`` with these words. What is no fault of the input is raised."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:  # of the reader of the words
            code = int(end.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())
