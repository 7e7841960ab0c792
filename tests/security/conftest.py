"""The platform of ``tests/platform``, for what is tested across all desks."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "register"))
sys.path.insert(0, str(Path(__file__).parent.parent / "platform"))
sys.path.insert(0, str(Path(__file__).parent))

import register_databases
from permission_world import PermissionWorld
from platform_world import Platform


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest) -> Iterator[PermissionWorld]:
    """Two of every organisation, everybody who may work there, one row of every table on the first side; on each database in
    turn.
    """
    with pytest.MonkeyPatch.context() as patch, register_databases.fresh(request.param) as (folder, url):
        yield PermissionWorld(Platform(folder, url, patch))


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    register_databases.end()
