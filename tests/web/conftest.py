"""A real server and a real browser for the tests of pages, on both databases."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
sys.path.insert(0, str(Path(__file__).parent))

import register_databases
from browser_world import Site, served

from browsers import BROWSER


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A founded platform with nobody on it, served on loopback, on each database in turn; looked at thoroughly on SQLite."""
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    folder = tmp_path_factory.mktemp("platform")
    with (
        register_databases.with_tables(request.param, folder) as url,
        served(folder, url, request.param == "sqlite") as one,
    ):
        yield one


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
