"""A fresh register for each test, on both databases."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import register_databases
from register_world import World


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A register with its actors, on each database in turn."""
    with register_databases.fresh(request.param) as (folder, url):
        yield World(folder, url)


@pytest.fixture
def sqlite_world() -> Iterator[World]:
    """A register on SQLite only."""
    with register_databases.fresh("sqlite") as (folder, url):
        yield World(folder, url)


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
