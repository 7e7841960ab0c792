"""An empty database gets its tables at once: the same as by every migration, one after the other."""

import os
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
import register_databases
from django.core.management import call_command
from django.db import connections

from zhirong.store.setup import migrate


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_created_at_once_the_tables_are_those_of_the_migrations(tmp_path: Path, kind: str) -> None:
    if kind == "postgresql" and not os.environ.get("ZHIRONG_TWINS"):
        pytest.skip("on PostgreSQL in make soak")
    at_once, step_by_step = tmp_path / "at-once", tmp_path / "step-by-step"
    made = []
    for folder in (at_once, step_by_step):
        folder.mkdir()
        with register_databases.empty(kind) as url:
            register_databases.use(url, folder)
            if folder == at_once:
                migrate()
            else:
                connections["default"].disable_constraint_checking()
                call_command("migrate", verbosity=0, interactive=False)
            recorded = set(_rows("select app, name from django_migrations"))
            known = set(_rows("select app_label, model from django_content_type"))
            connections["default"].close()
            made.append((recorded, known, _of_postgresql(url) if url else _of_sqlite(folder / "zhirong.sqlite3")))
    assert made[0] == made[1]
    assert len(made[0][2]) > 300


def _rows(question: str) -> list[tuple[str, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(question)
        return list(cursor.fetchall())


def _of_sqlite(file: Path) -> dict[str, list[str]]:
    """Each table and index with its parts, whatever their order."""
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("select name, sql from sqlite_master where sql is not null").fetchall()
    return {name: sorted(re.split(r",(?![^(]*\))", re.sub(r"^[^(]*\(|\)[^)]*$", "", sql))) for name, sql in rows}


def _of_postgresql(url: str) -> list[str]:
    """Every line of the definitions, whatever their order, without the names that a renamed column left behind."""
    tool = register_databases._tool("pg_dump")
    dumped = subprocess.run([tool, "--schema-only", "--no-owner", url], capture_output=True, text=True, check=True)
    # Nobody uses it, and Django's historical models number its rows otherwise than the present ones.
    definitions = re.sub(
        r"CREATE TABLE public\.auth_group_permissions \(.*?\);", "", dumped.stdout, flags=re.DOTALL
    )
    lines = [line.strip().rstrip(",") for line in definitions.splitlines() if not line.startswith(("--", "\\"))]
    return sorted(re.sub(r"(?<=CREATE INDEX )\w+ |CONSTRAINT \w+ (?=NOT NULL)", "", line) for line in lines)
