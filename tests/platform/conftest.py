"""A fresh platform for each test, on both databases."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "files"))
sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
sys.path.insert(0, str(Path(__file__).parent))

import register_databases
from money_numbers import amounts_as_numbers
from platform_world import Platform

# Where money is paid, shared and lost, the API is looked at when a test has ended: no amount comes out as a number.
_OF_MONEY = ("test_recovery", "test_money")


@pytest.fixture(params=["sqlite", "postgresql"])
def platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform without anybody on it, on each database in turn."""
    with register_databases.fresh(request.param) as (folder, url):
        yield Platform(folder, url, monkeypatch)


@pytest.fixture
def sqlite_platform(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """A platform on SQLite: for a fault that no other database lets in."""
    with register_databases.fresh("sqlite") as (folder, url):
        yield Platform(folder, url, monkeypatch)
        if request.path.name.startswith(_OF_MONEY):
            assert amounts_as_numbers() == []


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
