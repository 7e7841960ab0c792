"""A platform with people and tokens for each test of the API."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

for _folder in ("register", "platform", "api"):
    sys.path.insert(0, str(Path(__file__).parent.parent / _folder))

import register_databases  # noqa: E402
from api_world import ApiWorld  # noqa: E402
from platform_world import Platform  # noqa: E402


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiWorld]:
    """A platform with a firm, a bank and an administration, on each database in turn."""
    with register_databases.fresh(request.param) as (folder, url):
        yield ApiWorld(Platform(folder, url, monkeypatch))


@pytest.fixture
def sqlite_world(monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiWorld]:
    """The same on SQLite: for backups of its file; those of PostgreSQL are made by its own tools."""
    with register_databases.fresh("sqlite") as (folder, url):
        yield ApiWorld(Platform(folder, url, monkeypatch))


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
