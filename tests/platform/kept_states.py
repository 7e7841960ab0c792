"""States of a platform that many tests begin from, played once in each process and copied from then on.

A state is known by the content of the database before it: a test that has written anything else plays its own. Only on SQLite,
where a database is a file; on PostgreSQL every state is played.
"""

import hashlib
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class _Kept:
    """The state after a step: the database, the last number assigned, and the pickled result."""

    database: Path
    number: int
    result: bytes


_KEPT: dict[tuple[str, ...], _Kept] = {}


def kept_state(step: Callable[P, T]) -> Callable[P, T]:
    """Let a step be played once for each state that it is taken from.

    The first argument of the step is a platform, or a world on it: its other members and the day belong to the state.
    What a world knows of rows that the step has changed, its ``as_kept`` reads again.
    """

    @wraps(step)
    def played_or_copied(*args: P.args, **more: P.kwargs) -> T:
        world: Any = args[0]
        platform = getattr(world, "platform", world)
        if platform.url:
            return step(*args, **more)
        known = (step.__qualname__, _state(world, platform), repr((args[1:], sorted(more.items()))))
        if known not in _KEPT:
            result = step(*args, **more)
            _KEPT[known] = _Kept(_copied(platform.folder), platform.last_number, pickle.dumps(result))
            return result
        kept = _KEPT[known]
        _put_back(kept.database, platform.folder)
        platform.last_number = kept.number
        if hasattr(world, "as_kept"):
            world.as_kept()
        found: T = pickle.loads(kept.result)
        return found

    return played_or_copied


def _state(world: Any, platform: Any) -> str:
    """Everything that a step may depend on."""
    others = {} if world is platform else {name: one for name, one in vars(world).items() if one is not platform}
    content = hashlib.sha256(_closed(platform.folder).read_bytes()).hexdigest()
    return repr((content, platform.day, platform.last_number, sorted((k, repr(v)) for k, v in others.items())))


def _closed(folder: Path) -> Path:
    """The file of the database, with nothing left beside it: the last connection that is closed writes it all."""
    connections["default"].close()
    file = folder / "zhirong.sqlite3"
    assert not Path(f"{file}-wal").exists(), "another connection is open"
    return file


def _copied(folder: Path) -> Path:
    from register_databases import HOME

    handle, name = tempfile.mkstemp(prefix="state-", dir=HOME)
    os.close(handle)
    shutil.copyfile(_closed(folder), name)
    return Path(name)


def _put_back(kept: Path, folder: Path) -> None:
    shutil.copyfile(kept, _closed(folder))
