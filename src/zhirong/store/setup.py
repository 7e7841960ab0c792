"""Loading Django, once, with settings from the environment. Nothing that needs no database comes here."""

import os
from pathlib import Path

_PRIVATE = 0o077


def ready(settings: str = "zhirong.store.settings") -> None:
    """Make models and queries usable. A program with settings of its own (the web) has named them before. What it writes from now on
    is readable by its own user alone: the data folder holds password hashes, keys and letters.
    """
    os.umask(_PRIVATE)
    import django
    from django.apps import apps

    if not apps.ready:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
        django.setup()


def make_private(folder: Path) -> int:
    """Take what others may do from the folder and all that is in it; returns how much was open to others."""
    found = 0
    for place in (folder, *folder.rglob("*")):
        if place.is_symlink():
            continue
        mode = place.stat().st_mode
        if mode & _PRIVATE:
            place.chmod(mode & 0o7777 & ~_PRIVATE)
            found += 1
    return found


def is_older() -> bool:
    """Whether the database is a platform's whose tables an older version made."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    ours = [("store", name) for app, name in executor.loader.graph.leaf_nodes() if app == "store"]
    is_platform = any(app == "store" for app, _ in executor.loader.applied_migrations)
    return is_platform and bool(executor.migration_plan(ours))


def migrate() -> None:
    """Bring the database's tables to the present form."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
