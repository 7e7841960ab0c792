"""A worker for the tests that kill one: ``python import_worker.py FOLDER URL NOW SAY DATA``; it writes how far it is into SAY."""

import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "register"))

import register_databases  # noqa: E402 - loads Django before the tables are named

folder, url, now, say, data = sys.argv[1:6]
register_databases.use(url, Path(folder))

from zhirong.operations import catalogue, imports, uploads  # noqa: E402 - after Django
from zhirong.operations.jobs import run_due  # noqa: E402

catalogue.load()
uploads.DATA = Path(data)
_progress = imports.Task.progress


def _said(task: Any, done: int, total: int) -> None:
    """Say how far it is, and stay in the middle until this process is killed."""
    _progress(task, done, total)
    Path(say).write_text(str(done), encoding="utf-8")
    if done == 2:
        time.sleep(600)


imports.Task.progress = _said  # type: ignore[method-assign]
run_due(datetime.fromisoformat(now), "the one that is killed", is_long=True)
