"""What every run of the tests has in common.

Property tests draw the same examples every time: what is tested of a change must not depend on luck. With
``ZHIRONG_SEARCH=1``, as in ``make soak``, they draw new ones.

The twins on PostgreSQL of tests of operations, pages and the API run where their SQL, their locks or their files differ from
SQLite (mark ``both_databases``), where every page and every role is asked, and in whole with ``ZHIRONG_TWINS=1``, as in
``make soak``. The register has all of them always.

The tests in a real browser follow one another: those on one database are a group for one process, and the groups begin
first, since nothing takes longer.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No deadline: how fast something is, the benchmarks measure; a busy machine is no fault.
settings.register_profile("same examples", derandomize=True, deadline=None)
settings.register_profile("new examples", deadline=None)
settings.load_profile("new examples" if os.environ.get("ZHIRONG_SEARCH") else "same examples")
_HERE = Path(__file__).parent
_IN_A_BROWSER = _HERE / "web"
_WITH_TWINS = tuple(_HERE / folder for folder in ("api", "platform", "security", "web"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """See above; ``--dist loadgroup`` keeps a group together."""
    if not os.environ.get("ZHIRONG_TWINS"):
        config.hook.pytest_deselected(items=[item for item in items if _is_a_twin(item)])
        items[:] = [item for item in items if not _is_a_twin(item)]
    in_a_browser = [item for item in items if _IN_A_BROWSER in item.path.parents]
    for item in in_a_browser:
        item.add_marker(pytest.mark.xdist_group(f"browser on {item.callspec.params['site']}"))
    items[:] = in_a_browser + [item for item in items if _IN_A_BROWSER not in item.path.parents]


def _is_a_twin(item: Any) -> bool:
    if not any(folder in item.path.parents for folder in _WITH_TWINS):
        return False
    if item.get_closest_marker("both_databases") is not None or not hasattr(item, "callspec"):
        return False
    return "postgresql" in item.callspec.params.values()
