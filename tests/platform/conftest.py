"""A fresh platform for each test, on both databases."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "files"))
sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
sys.path.insert(0, str(Path(__file__).parent))

import register_databases
from platform_world import Platform


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform without anybody on it, on each database in turn."""
    with register_databases.fresh(request.param) as (folder, url):
        yield Platform(folder, url, monkeypatch)


@pytest.fixture
def sqlite_platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform on SQLite: for a fault that no other database lets in."""
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
