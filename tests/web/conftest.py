"""A real server and a real browser for the tests of pages."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser_world import BROWSER, Site, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A founded platform with nobody on it, served on loopback."""
    if BROWSER is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    with served(tmp_path_factory.mktemp("platform")) as one:
        yield one
