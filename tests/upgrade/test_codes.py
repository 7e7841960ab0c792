"""Every code that a version of the platform has written is known to the next: codes are added, never withdrawn.

``codes.json`` holds what the columns may contain, by table and column, since 0.2.0. A new code is added to it; one that is
to go needs a migration that rewrites its rows, and stays here until then.
"""

import sys
from pathlib import Path

import pytest

from zhirong.chain.organisation.roles import MemberRole
from zhirong.operations.catalogue import load
from zhirong.operations.declare import FORMER_NAMES, OPERATIONS
from zhirong.operations.jobs import JOBS
from zhirong.operations.listing import LISTINGS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import keep_codes  # noqa: E402

load()
KEPT = keep_codes.kept()
COLUMNS = keep_codes.columns()
# Columns that contain what is declared elsewhere: the names of 0.2.0 are enough, for these are promised by the API too.
DECLARED = {
    "membership.roles": {role.value for role in MemberRole},
    "mandate.operations": {*OPERATIONS, *FORMER_NAMES},
    "job.kind": set(JOBS),
    "savedview.listing": set(LISTINGS),
}


@pytest.mark.parametrize("column", [*COLUMNS, *DECLARED])
def test_a_code_that_was_ever_written_is_known(column: str) -> None:
    withdrawn = set(KEPT[column]) - {**COLUMNS, **DECLARED}[column]
    assert not withdrawn, f"older databases contain {withdrawn}: a migration has to rewrite them"


@pytest.mark.parametrize("column", COLUMNS)
def test_a_new_code_is_kept_from_now_on(column: str) -> None:
    new = COLUMNS[column] - set(KEPT.get(column, []))
    assert not new, f"{new}: run python tools/keep_codes.py"
