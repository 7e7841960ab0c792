"""Add new codes of the database's columns to ``tests/upgrade/codes.json``: ``.venv/bin/python tools/keep_codes.py``.

The file keeps every code that a version of the platform could write; nothing is ever taken out of it.
"""

import json
import os
import tempfile
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "tests" / "upgrade" / "codes.json"


def columns() -> dict[str, set[str]]:
    """Return the codes of each column that has a table of words, by table and column."""
    os.environ.setdefault("ZHIRONG_DATA", tempfile.gettempdir())
    from zhirong.store.setup import ready

    ready()
    from zhirong.operations.state_columns import CODES, TRANSITIONS, choices_of

    return {
        f"{model._meta.model_name}.{field}": set(choices_of(model, field))
        for model, field in (*TRANSITIONS, *CODES)
    }


def kept() -> dict[str, list[str]]:
    """Return the content of the file."""
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    now, before = columns(), kept()
    both = {name: sorted({*before.get(name, []), *now.get(name, ())}) for name in {*before, *now}}
    FILE.write_text(json.dumps(dict(sorted(both.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
