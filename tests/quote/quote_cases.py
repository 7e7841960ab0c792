"""The cases that come with the package, read, and changed by tests."""

import copy
from pathlib import Path

from zhirong.chain.quote.reading import read_case
from zhirong.kernel.fields import parse_toml

CASES = Path(__file__).resolve().parents[2] / "src" / "zhirong" / "cases"


def case_table(name):
    return parse_toml((CASES / name / "case.toml").read_text(encoding="utf-8"), name)


def changed(table, **changes):
    """A case read from a copy of ``table`` with dotted fields replaced (``rights__0__status`` → rights[0].status)."""
    made = copy.deepcopy(table)
    for path, value in changes.items():
        *way, last = path.split("__")
        inner = made
        for step in way:
            inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
        key = int(last) if last.isdigit() else last
        if value is None:
            del inner[key]
        else:
            inner[key] = value
    return read_case(made, "test")
