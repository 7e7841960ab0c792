"""The upgrade tests use a database of their own in this process."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
sys.path.insert(0, str(Path(__file__).parent))

import register_databases


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
