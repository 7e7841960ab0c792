"""Move of a platform from SQLite to PostgreSQL: every table is copied in one transaction, and rows are counted.

The database of the data folder is the source; the empty one that DATABASE_URL names is the target. Files and keys
stay where they are. Afterwards the source is renamed, so that the log cannot be continued in two places.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.models import Model

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.platform.backup import SQLITE
from zhirong.store.database_url import database
from zhirong.store.setup import migrate, newer_database, schema_state

MOVED = SQLITE + ".moved"
_SOURCE = "source"
_ROWS = 2000
_WAIT_SECONDS = 2.0


def move(folder: Path) -> dict[str, int]:
    """Copy everything from ``zhirong.sqlite3`` in the folder into PostgreSQL; returns the number of rows of each
    table.

    Raises InputError and copies nothing if the file does not exist, a program still uses it, it has an older
    version, DATABASE_URL does not name an empty PostgreSQL database, or a value does not fit there.
    """
    place = folder / SQLITE
    _demand_target(place)
    demand_unused(place)
    with _source(folder):
        _demand_present_form(place)
        migrate()
        # IMMEDIATE: nobody can write to the source until the target is complete.
        with transaction.atomic(using=_SOURCE), transaction.atomic(durable=True):
            counts = _copied()
    place.rename(folder / MOVED)
    return counts


# -- preconditions ------------------------------------------------------------------------------------------------


def _demand_target(place: Path) -> None:
    if not place.exists():
        raise _problem(
            "ZHIRONG_DATA",
            str(place),
            "no_source",
            Text("该 SQLite 数据库不存在", "the SQLite database does not exist"),
            Text("请将 ZHIRONG_DATA 设为原平台的数据文件夹", "set ZHIRONG_DATA to the data folder of the platform"),
        )
    if connection.vendor != "postgresql":
        raise _problem(
            "DATABASE_URL",
            connection.vendor,
            "no_target",
            Text("未指定 PostgreSQL 数据库", "the PostgreSQL database is not specified"),
            Text(
                "请设为 postgresql://用户:口令@主机/空数据库", "set postgresql://user:password@host/empty-database"
            ),
        )
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise _problem(
                "DATABASE_URL",
                str(connection.settings_dict["NAME"]),
                "not_empty",
                Text("数据库中已有内容", "the database is not empty"),
                Text("请新建一个空数据库，再迁移一次", "create an empty database and move again"),
            )


def demand_unused(place: Path) -> None:
    """Raise InputError if a program has the SQLite database open. Only the sole user of the file can leave the
    write-ahead log.
    """
    with closing(sqlite3.connect(place, timeout=_WAIT_SECONDS)) as alone:
        try:
            alone.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise _problem(
                "ZHIRONG_DATA",
                str(place),
                "in_use",
                Text(f"仍有程序在使用：{error}", f"a program is still using it: {error}"),
                Text("请先停止 zhirong serve 和 zhirong worker", "stop zhirong serve and zhirong worker first"),
            ) from error


def _demand_present_form(place: Path) -> None:
    state = schema_state(_SOURCE)
    if state.unknown:
        raise InputError([newer_database(state.unknown)])
    if state.pending:
        raise _problem(
            "ZHIRONG_DATA",
            str(place),
            "old_form",
            Text("数据表为旧版本", "its tables are of an older version"),
            Text(
                "请先不设 DATABASE_URL，运行 zhirong platform upgrade",
                "Run zhirong platform upgrade first, without DATABASE_URL.",
            ),
        )


@contextmanager
def _source(folder: Path) -> Iterator[None]:
    connections.databases[_SOURCE] = {**connections.databases["default"], **database("", folder)}
    try:
        yield
    finally:
        connections[_SOURCE].close()
        del connections[_SOURCE], connections.databases[_SOURCE]


# -- copying
# --------------------------------------------------------------------------------------------------------


def _copied() -> dict[str, int]:
    models = apps.get_models(include_auto_created=True)
    for model in reversed(models):  # filled in when the tables were made: content types, permissions
        model._base_manager.all().delete()
    counts = {model._meta.db_table: _copy(model) for model in models}
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    for model in models:
        found, table = model._base_manager.count(), model._meta.db_table
        if found != counts[table]:
            raise RuntimeError(f"{table} has {found} rows, not {counts[table]}")
    return counts


def _copy(model: type[Model]) -> int:
    """Copy every row of a table unchanged, without refilling any column."""
    fields = model._meta.local_concrete_fields
    table, quote = model._meta.db_table, connection.ops.quote_name
    into = f"COPY {quote(table)} ({', '.join(quote(field.column) for field in fields)}) FROM STDIN"
    rows = model._base_manager.using(_SOURCE).order_by("pk").values_list(*(field.attname for field in fields))
    postgresql: Any = connection  # its errors are those of the driver, which COPY raises as they are
    count, row = 0, ()
    try:
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows.iterator(chunk_size=_ROWS):
                copy.write_row([_prepared(*one) for one in zip(fields, row, strict=True)])
                count += 1
    except (postgresql.Database.DataError, ValueError) as error:
        raise _problem(
            table,
            str(row[:1]),
            "no_place",
            Text(f"该行无法写入 PostgreSQL：{error}", f"PostgreSQL cannot store this row: {error}"),
            Text(
                "未复制任何内容；请将此信息提供给维护者", "nothing was copied; send this message to the maintainers"
            ),
        ) from error
    return count


def _prepared(field: Any, value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _problem(field: str, value: str, code: str, reason: Text, hint: Text) -> InputError:
    return InputError([Problem(field, value, reason, hint, code)])
