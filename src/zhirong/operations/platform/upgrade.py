"""Upgrade of a platform: the plan, a trial on a copy, and the upgrade itself.

The tables change in one transaction (``store.setup.migrate``): if the program is killed, they are either all old or
all new, and the upgrade can be started again. A backup is made before anything is changed.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.platform.backup import KEYS, SQLITE, back_up, missing_files
from zhirong.operations.platform.database_move import demand_unused
from zhirong.operations.platform.platform_check import check_register
from zhirong.operations.platform.rulebook_history import RulesDifference, coming_rules
from zhirong.operations.pledge.check import RegisterCheck
from zhirong.store.blobs import FOLDER
from zhirong.store.migration_words import words_of
from zhirong.store.setup import demand_schema, migrate, no_platform
from zhirong.store.work import Job

_ROOM = 2  # required free space in multiples of the database: its rebuilt tables and the write-ahead log


@dataclass(frozen=True, slots=True)
class Step:
    """One pending migration. number: as in its name, such as ``0007``."""

    app: str
    name: str
    words: Text

    @property
    def number(self) -> str:
        """Return the number in its name."""
        return self.name.split("_")[0] if self.app == "store" else f"{self.app} {self.name.split('_')[0]}"

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {"application": self.app, "name": self.name, "words": self.words.as_json()}


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of an upgrade. size: of the database in bytes. backup: the file to be written first, None for none.
    rules: the differences from the last recorded rulebook, None if there are none.
    """

    steps: tuple[Step, ...]
    vendor: str
    size: int
    backup: Path | None
    rules: RulesDifference | None

    @property
    def is_needed(self) -> bool:
        """Return whether there is anything to do."""
        return bool(self.steps) or self.rules is not None

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "steps": [step.as_json() for step in self.steps],
            "database": self.vendor,
            "bytes": self.size,
            "backup": None if self.backup is None else str(self.backup),
            "rules": None if self.rules is None else self.rules.as_json(),
        }


def plan_upgrade(backup: Path | None) -> Plan:
    """Return the plan for the platform's database. Raises InputError if there is none, or if a newer version made
    it.
    """
    state = demand_schema(may_be_older=True)
    if not state.is_platform:
        raise InputError([no_platform(str(connection.settings_dict["NAME"]))])
    steps = tuple(Step(app, name, words_of(app, name)) for app, name in state.pending)
    return Plan(steps, connection.vendor, _size(), backup, coming_rules())


def demand_room(folder: Path, plan: Plan, copies: int) -> None:
    """Raise InputError if the disk has too little space. copies: number of database copies to be written."""
    needed = plan.size * (_ROOM + copies) if plan.vendor == "sqlite" else 0
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise _problem(
            "no_room",
            f"{free >> 20} MB",
            Text(
                f"磁盘剩余空间不足，需要 {needed >> 20} MB",
                f"the disk has less than the required {needed >> 20} MB",
            ),
            Text("请先释放磁盘空间", "Free some space first."),
        )


def demand_stopped(folder: Path, now: datetime) -> None:
    """Raise InputError while a program uses the database: it would continue with unknown tables."""
    if connection.vendor == "sqlite":
        connection.close()
        demand_unused(Path(connection.settings_dict["NAME"]))
        return
    if Job.objects.filter(key="worker", leased_until__gt=now).exists():
        raise _problem(
            "in_use",
            str(folder),
            Text("后台任务进程仍在运行", "a worker is still running"),
            Text(
                "请先停止 zhirong serve 和 zhirong worker；异常结束的，请等待半分钟",
                "Stop zhirong serve and zhirong worker first. After a crash wait for half a minute.",
            ),
        )


def upgrade(folder: Path, plan: Plan, now: datetime, say: Callable[[Text], None]) -> None:
    """Make a backup, then change the tables. say: called with each step before it begins.

    Raises InputError without any change if a program still uses the database or the disk is full.
    """
    demand_stopped(folder, now)
    demand_room(folder, plan, copies=0 if plan.backup is None else 1)
    if plan.backup is not None:
        say(Text(f"备份到 {plan.backup}", f"Back up to {plan.backup}"))
        back_up(folder, plan.backup, now)
    if plan.steps:
        say(Text(f"升级数据表：{len(plan.steps)} 步", f"Change the tables: {len(plan.steps)} step(s)"))
        migrate()


@contextmanager
def copy_for_trial(folder: Path) -> Iterator[Path]:
    """Yield a folder with a copy of the SQLite database, the keys and the files; it is removed afterwards.

    The copy is as of one instant, made while the platform runs.
    """
    with tempfile.TemporaryDirectory(prefix="upgrade-trial-", dir=folder) as made:
        copy = Path(made)
        source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(copy / SQLITE)) as target:
            source.backup(target)
        for place in {one for pattern in KEYS for one in folder.glob(pattern) if one.is_file()}:
            shutil.copy2(place, copy / place.name)
        if (folder / FOLDER).is_dir():
            (copy / FOLDER).symlink_to((folder / FOLDER).resolve())
        yield copy


@dataclass(frozen=True, slots=True)
class PlatformCheck:
    """The findings of the check of log, register, tables and files. files: SHA-256, and ``missing`` or ``changed``."""

    register: RegisterCheck
    files: tuple[tuple[str, str], ...]

    @property
    def count(self) -> int:
        """Return the number of findings."""
        return len(self.register.findings) + len(self.files)

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys for programs."""
        return {
            "events": self.register.events,
            "covered": self.register.covered,
            "findings": [finding.as_json() for finding in self.register.findings],
            "files": [{"sha256": digest, "found": what} for digest, what in self.files],
        }


def check_all(folder: Path) -> PlatformCheck:
    """Check log, register, tables and files. Raises InputError if the tables have another version."""
    demand_schema()
    return PlatformCheck(check_register(folder), tuple(missing_files(folder)))


def _size() -> int:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).stat().st_size
    with connection.cursor() as cursor:
        cursor.execute("select pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def _problem(code: str, value: str, reason: Text, hint: Text) -> InputError:
    return InputError([Problem("ZHIRONG_DATA", value, reason, hint, code)])
