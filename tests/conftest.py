"""What every run of the tests has in common.

Property tests draw the same examples every time: what is tested of a change must not depend on luck. With
``ZHIRONG_SEARCH=1``, as in ``make soak``, they draw new ones.

The twins on PostgreSQL of tests of operations, pages and the API run where their SQL, their locks or their files differ from
SQLite (mark ``both_databases``), and in whole with ``ZHIRONG_TWINS=1``, as in ``make soak``. The register has all of them always.

What a module makes once (a served platform, a region, a separate world) is made by one process: the tests of a file stay together
(``--dist loadfile``). Such files begin first, since nothing takes longer, then those that start programs: all processes end together.

``--quick`` (``make quick``) leaves out every folder that needs a database, a server, a browser or workers, the modules that run
commands but for those of the documentation, the property tests, and what is marked ``slow``: what takes seconds on its own.

A run ends with the time of each folder and of the slowest groups, so that growth is seen. The goal on two quiet cores:
``make test`` in less than fifteen minutes, ``make quick`` in less than one.
"""

import gc
import os
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# No deadline, and no limit for drawing examples: how fast something is, the benchmarks measure; a busy machine is no fault.
# Where a test names no number of its own: 40 examples, which are the same each time; in the long run 300 new ones.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("same examples", derandomize=True, max_examples=40, **_PATIENT)
settings.register_profile("new examples", max_examples=300, **_PATIENT)
settings.load_profile("new examples" if os.environ.get("ZHIRONG_SEARCH") else "same examples")
# What tests make is mostly gone before garbage is searched for: a search at every 700 new objects takes a tenth of their time.
gc.set_threshold(50_000, 50, 100)
_HERE = Path(__file__).parent
_IN_A_BROWSER = "web"
_WITH_TWINS = ("api", "platform", "security", "web")
_NOT_QUICK = (
    "api",
    "batch",
    "charts",
    "command_line",
    "documents",
    "files",
    "platform",
    "register",
    "security",
    "upgrade",
    "web",
)
# What people copy from the documentation is tried at once.
_COMMANDS_ARE_QUICK = "docs"
_SLOWEST = 15


def pytest_addoption(parser: pytest.Parser) -> None:
    """See above."""
    parser.addoption("--quick", action="store_true", help="leave out what needs a database, a server or a browser")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read what ``--quick`` leaves out."""
    is_left_out = (
        config.getoption("--quick") and collection_path.parent == _HERE and collection_path.name in _NOT_QUICK
    )
    return True if is_left_out else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """See above. ``--dist loadfile`` keeps a file together, so that what its module makes is made once."""
    if not os.environ.get("ZHIRONG_TWINS"):
        config.hook.pytest_deselected(items=[item for item in items if _is_a_twin(item)])
        items[:] = [item for item in items if not _is_a_twin(item)]
    if config.getoption("--quick"):
        config.hook.pytest_deselected(items=[item for item in items if not _is_quick(item)])
        items[:] = [item for item in items if _is_quick(item)]
    items.sort(key=_rank)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests and every package stay until the end: they need not be searched for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The time of each folder and of the slowest groups."""
    if not config.option.collectonly:
        _write_times(terminalreporter)
    if config.getoption("--quick"):
        terminalreporter.write_line(
            f"LEFT OUT: {', '.join(_NOT_QUICK)}, property tests, modules that run commands, tests marked slow. "
            "`make test` runs them, and checks the types."
        )


def _write_times(terminalreporter: Any) -> None:
    folders: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    reports = [
        one for found in terminalreporter.stats.values() for one in found if isinstance(one, pytest.TestReport)
    ]
    for report in reports:
        file, _, test = report.nodeid.partition("::")
        group = test.rpartition("]")[2].rpartition("@")[2] if "@" in test.rpartition("]")[2] else file
        folders[file.removeprefix("tests/").partition("/")[0]] += report.duration
        groups[group] += report.duration
    terminalreporter.write_sep("-", "seconds of each folder, all processes together")
    terminalreporter.write_line(", ".join(f"{name} {seconds:.0f}" for name, seconds in folders.most_common()))
    terminalreporter.write_sep("-", f"the {_SLOWEST} slowest files and groups")
    for name, seconds in groups.most_common(_SLOWEST):
        terminalreporter.write_line(f"{seconds:7.1f} s  {name}")


@cache
def _folder(file: Path) -> str:
    """The folder of the tests that a file lies in."""
    return file.relative_to(_HERE).parts[0]


def _makes_once(item: Any) -> bool:
    """Return whether a test uses what its module, or a folder for its modules, has made once."""
    found = item._fixtureinfo.name2fixturedefs.values()
    return any(one[-1].scope == "module" and one[-1].baseid.startswith("tests") for one in found)


def _rank(item: Any) -> int:
    """Browsers first, then files that make something once, then what starts programs; in the order of the files otherwise."""
    if _folder(item.path) == _IN_A_BROWSER:
        return 0
    if _makes_once(item) or item.get_closest_marker("xdist_group"):
        return 1
    return 2 if hasattr(item.module, "subprocess") else 3


def _is_quick(item: Any) -> bool:
    """Whether a test draws no examples, is not slow, and its module runs no command, neither as a program nor in this process."""
    is_slow = item.get_closest_marker("slow") is not None or getattr(item.obj, "is_hypothesis_test", False)
    return not is_slow and not _runs_commands(item)


def _runs_commands(item: Any) -> bool:
    names = vars(item.module)
    if "subprocess" in names:
        return True
    runs_here = "run_command" in names or getattr(names.get("main"), "__module__", "") == "zhirong.cli.main"
    return runs_here and _folder(item.path) != _COMMANDS_ARE_QUICK


def _is_a_twin(item: Any) -> bool:
    if _folder(item.path) not in _WITH_TWINS:
        return False
    if item.get_closest_marker("both_databases") is not None or not hasattr(item, "callspec"):
        return False
    return "postgresql" in item.callspec.params.values()
