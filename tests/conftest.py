"""Property tests draw the same examples every time where a landing depends on them, and new ones elsewhere.

The tests in a real browser follow one another: those on one database are a group for one process, and both groups begin first, since
nothing takes longer.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("landing", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("landing")
_IN_A_BROWSER = Path(__file__).parent / "web"


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """See above; ``--dist loadgroup`` keeps a group together."""
    in_a_browser = [item for item in items if _IN_A_BROWSER in item.path.parents]
    for item in in_a_browser:
        item.add_marker(pytest.mark.xdist_group(f"browser on {item.callspec.params['site']}"))
    items[:] = in_a_browser + [item for item in items if _IN_A_BROWSER not in item.path.parents]
