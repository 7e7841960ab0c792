"""Jobs for the tests of the worker, and a process that does them: ``python api_jobs.py FOLDER URL NOW``."""

import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "register"))

import register_databases  # noqa: E402 - loads Django before the tables are named

from zhirong.kernel.text import Text
from zhirong.operations.declare import OPERATIONS, operation
from zhirong.operations.fields import Request
from zhirong.operations.jobs import JOBS, Task, job
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Organisation

STEPS = 6


class Note(Request):
    """What is counted."""

    number: int


if "test.count" not in OPERATIONS:

    @operation("test.count", Text("计数", "count"), model=Organisation, request=Note, is_background=True)
    def count(work: Work, request: Note) -> Any:
        """One more: a repeat would be seen in the row."""
        counted = [*work.row.profile.get("counted", []), request.number]
        work.update(work.row, profile={**work.row.profile, "counted": counted})

    @job("test.counting")
    def counting(task: Task) -> Any:
        """Count to six; where it is to be killed, it says where it is in a file and stays in the middle."""
        said = task.payload.get("say")
        for number in range(STEPS):
            task.run_operation("test.count", task.payload["organisation"], {"number": number}, part=str(number))
            task.progress(number + 1, STEPS)
            if said and task.job.tries == 1:
                Path(said).write_text(str(number), encoding="utf-8")
                if number == STEPS // 2:
                    time.sleep(600)
        return {"counted": STEPS}

    @job("test.failing")
    def failing(task: Task) -> Any:
        """Fail until the third try."""
        if task.job.tries < 3:
            raise OSError("not yet")
        return {"tries": task.job.tries}

    @job("test.hopeless")
    def hopeless(task: Task) -> Any:
        """Fail always."""
        raise ValueError("never")

    @job("test.daily", daily="01:30")
    def daily(task: Task) -> Any:
        """Say which day it is for."""
        return {"day": task.day.isoformat()}


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
    import register_databases

    from zhirong.operations.jobs import run_due

    folder, url, now = sys.argv[1:4]
    register_databases.use(url, Path(folder))
    print(json.dumps(sorted(JOBS)), flush=True)
    run_due(datetime.fromisoformat(now), "the one that is killed")
