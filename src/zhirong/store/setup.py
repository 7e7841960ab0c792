"""Load Django, once, with settings from the environment. Code that needs no database does not belong here."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

NEWER_DATABASE = "newer_database"  # The code of the error, which has its own exit code.
_STORE = "store"
_PRIVATE = 0o077


def ready(settings: str = "zhirong.store.settings") -> None:
    """Make models and queries usable. A program with its own settings (the web) names them first. Files written
    from now on are readable only by its own user: the data folder holds password hashes, keys and e-mails.
    """
    os.umask(_PRIVATE)
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
        django.setup()


def make_private(folder: Path) -> int:
    """Remove the access of other users to the folder and its content; returns how many files they could access."""
    found = 0
    for place in (folder, *folder.rglob("*")):
        if place.is_symlink():
            continue
        mode = place.stat().st_mode
        if mode & _PRIVATE:
            place.chmod(mode & 0o7777 & ~_PRIVATE)
            found += 1
    return found


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The version of a database's tables relative to this program.

    is_platform: whether a platform made them. pending: migrations that this program has and the database lacks, as
    (application, name) in their order. unknown: migrations of the store that the database has and this program does
    not know.
    """

    is_platform: bool
    pending: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]

    @property
    def is_older(self) -> bool:
        """Return whether an older version of the store made the tables."""
        return self.is_platform and any(app == _STORE for app, _ in self.pending)


def schema_state(using: str = "default") -> SchemaState:
    """Read the version of the tables. A missing database file is not created.

    Only migrations of the store count as unknown: they are added and never renamed, while a library may drop names
    that it has merged into others.
    """
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    connection = connections[using]
    if connection.vendor == "sqlite" and not Path(connection.settings_dict["NAME"]).exists():
        return SchemaState(False, (), ())
    executor = MigrationExecutor(connection)
    applied = {name for app, name in executor.loader.applied_migrations if app == _STORE}
    known = {name for app, name in executor.loader.disk_migrations if app == _STORE}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    pending = tuple((migration.app_label, migration.name) for migration, _ in plan)
    return SchemaState(bool(applied), pending, tuple(sorted(applied - known)))


def demand_schema(*, may_be_older: bool = False) -> SchemaState:
    """Raise InputError if this program must not use the database: a newer one made its tables, or, unless
    ``may_be_older``, an older one did and ``zhirong platform upgrade`` has not been run.
    """
    state = schema_state()
    if state.unknown:
        raise InputError([newer_database(state.unknown)])
    if state.is_older and not may_be_older:
        waiting = [name for app, name in state.pending if app == _STORE]
        raise InputError([_older_database(waiting)])
    return state


def demand_database(folder: Path, url: str) -> None:
    """Raise InputError if the data folder has no database, before anything is loaded that would write into the
    folder.

    url: as in DATABASE_URL; a server is checked later.
    """
    if not url and not (folder / "zhirong.sqlite3").exists():
        raise InputError([no_platform(str(folder))])


def no_platform(place: str) -> Problem:
    """Return the problem of a location without a platform's database."""
    return Problem(
        "ZHIRONG_DATA",
        place,
        Text("此处没有平台的数据库", "there is no platform's database here"),
        Text(
            "请核对 --data、ZHIRONG_DATA、DATABASE_URL；新平台请直接运行 zhirong serve",
            "Check --data, ZHIRONG_DATA and DATABASE_URL. For a new platform, run zhirong serve.",
        ),
        "no_platform",
    )


def newer_database(unknown: Sequence[str]) -> Problem:
    """Return the problem of a database that is too new for this program. unknown: the migrations that the program
    does not know.
    """
    from zhirong.version import __version__

    return Problem(
        "ZHIRONG_DATA",
        ", ".join(unknown),
        Text(
            f"数据库由更新版本的程序建立或升级，本程序（{__version__}）无法识别上述变更，继续使用会损坏数据",
            f"a newer version of the program made or upgraded this database; this program ({__version__}) does not know "
            "these changes and would damage the data",
        ),
        Text(
            "请安装更新的版本；如须使用本版本，请恢复升级前的备份",
            "Install the newer version. To continue with this one, restore the backup made before the upgrade.",
        ),
        NEWER_DATABASE,
    )


def _older_database(waiting: Sequence[str]) -> Problem:
    return Problem(
        "ZHIRONG_DATA",
        ", ".join(waiting),
        Text(
            "数据库为旧版本的格式，尚未进行上述升级",
            "an older version of the program made the tables; these upgrades are still outstanding",
        ),
        Text(
            "请先运行 zhirong platform upgrade --dry-run 试升级，再运行 zhirong platform upgrade；升级前的核对请用旧版本",
            "Run zhirong platform upgrade --dry-run, then zhirong platform upgrade. To check the data before the upgrade, "
            "use the older version.",
        ),
        "older_database",
    )


def migrate() -> None:
    """Upgrade the database's tables to the present form, in one transaction: whatever interrupts this program, the
    tables are completely old or completely new. Other applications (Django's content types) get their signals within
    it. In an empty database the tables are created in their present form at once.
    """
    from django.core.management import call_command
    from django.db import connection, transaction

    # SQLite cannot rebuild a table while it enforces foreign keys, and cannot stop enforcing them within a
    # transaction. Django checks all rows after each migration instead.
    connection.disable_constraint_checking()
    try:
        with transaction.atomic(durable=True):
            if connection.introspection.table_names():
                call_command("migrate", verbosity=0, interactive=False)
            else:
                _create_tables()
    finally:
        connection.enable_constraint_checking()


def _create_tables() -> None:
    """Create all tables from the models, and record every migration as applied.

    The migrations one after the other give the same tables (a test compares them) in ten times the time: Django
    builds all historical models again for each step.
    """
    from django.apps import apps
    from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
    from django.db import DEFAULT_DB_ALIAS, connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    emit_pre_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
    with connection.schema_editor(atomic=False) as editor:
        for model in apps.get_models(include_auto_created=False):
            if model._meta.can_migrate(connection):
                editor.create_model(model)
    loader = MigrationLoader(connection)
    recorder = MigrationRecorder(connection)
    recorder.ensure_schema()
    for app, name in loader.graph.nodes:
        recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=DEFAULT_DB_ALIAS)
