"""Backup of a running platform: the database as of one instant, the files that it names, the keys.

A backup is one tar file. The database is copied first. A file is stored before any row names it and is never
removed, so every file named in the copy exists. The last member, ``manifest.json``, lists the SHA-256 of all
others.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.db import connection

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.store.blobs import FOLDER
from zhirong.version import __version__

MANIFEST = "manifest.json"
SQLITE, POSTGRES = "zhirong.sqlite3", "zhirong.pgdump"
# Files of the platform itself in the data folder: keys, secrets, the register's last signed checkpoint.
KEYS = ("register.*", "witnesses.pub", "web.secret", "*.key", "*.pub")
_CHUNK = 1 << 20


def back_up(folder: Path, target: Path, now: datetime) -> dict[str, Any]:
    """Write a backup of the platform in ``folder``; returns its manifest. The file is written completely or not at
    all.

    Raises InputError if the target exists or its folder does not, or if PostgreSQL's backup tool is missing.
    """
    if target.exists():
        raise _problem(
            "exists",
            str(target),
            "文件已存在",
            "the file already exists",
            "请使用其他文件名",
            "choose another file name",
        )
    if not folder.is_dir():
        raise _problem(
            "no_folder",
            str(folder),
            "数据文件夹不存在",
            "the data folder does not exist",
            "请检查 --data 或 ZHIRONG_DATA",
            "check --data or ZHIRONG_DATA",
        )
    if not target.parent.is_dir():
        raise _problem(
            "no_folder",
            str(target.parent),
            "文件夹不存在",
            "the folder does not exist",
            "请先创建该文件夹，或使用其他文件夹",
            "create it first, or choose another folder",
        )
    part = target.with_name(target.name + ".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # it contains the keys
    try:
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
            manifest = _write(folder, tar, now)
            out.flush()
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def restore(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup into an empty folder, every member checked against the manifest; returns the manifest. A
    backup of PostgreSQL is loaded into the database that DATABASE_URL names, which must be empty.

    Raises InputError and leaves nothing behind if the backup is damaged or the target is not empty.
    """
    if folder.exists() and any(folder.iterdir()):
        raise _problem(
            "not_empty",
            str(folder),
            "文件夹中已有内容",
            "the folder is not empty",
            "请使用空文件夹",
            "choose an empty one",
        )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(source) as tar:
            _unpack(tar, folder)
        manifest = _checked(folder)
    except (OSError, tarfile.TarError, ValueError, KeyError) as error:
        for one in folder.iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        raise _problem(
            "damaged",
            str(source),
            f"备份无法读取或已损坏：{error}",
            f"the backup cannot be read or is damaged: {error}",
            "请使用其他备份",
            "use another backup",
        ) from error
    (folder / MANIFEST).unlink()
    if (folder / POSTGRES).exists():
        _load_postgres(folder / POSTGRES)
        (folder / POSTGRES).unlink()
    return manifest


def _unpack(tar: tarfile.TarFile, folder: Path) -> None:
    """Unpack regular files with plain relative names, the only members of a backup. (The standard library's filter
    exists only from 3.11.4 on.) Raises ValueError for any other member.
    """
    for member in tar:
        name = PurePosixPath(member.name)
        content = tar.extractfile(member) if member.isreg() else None
        if content is None or name.is_absolute() or ".." in name.parts or not name.parts:
            raise ValueError(f"{member.name} cannot be part of a backup")
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        mode = 0o600 if member.mode & 0o077 == 0 else 0o644
        with content, os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            shutil.copyfileobj(content, out, _CHUNK)


def missing_files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield files that the database names and that are missing from the folder or differ: SHA-256, and ``missing``
    or ``changed``.
    """
    from zhirong.store.blobs import path_of
    from zhirong.store.financing import StoredFile

    named = StoredFile.objects.values_list("sha256", flat=True).distinct().order_by("sha256")
    for digest in named.iterator():
        place = path_of(digest, folder)
        if not place.exists():
            yield digest, "missing"
        elif _digest(place) != digest:
            yield digest, "changed"


# -- writing ----------------------------------------------------------------------------------------------------


def _write(folder: Path, tar: tarfile.TarFile, now: datetime) -> dict[str, Any]:
    members: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir=folder) as made:
        database = _copy_database(Path(made))
        _add(tar, database, database.name, members)
    for place in sorted({one for pattern in KEYS for one in folder.glob(pattern) if one.is_file()}):
        _add(tar, place, place.name, members)
    for place in sorted((folder / FOLDER).rglob("*")):
        if place.is_file() and not place.name.endswith(".part"):
            _add(tar, place, str(place.relative_to(folder)), members)
    manifest = {
        "zhirong": __version__,
        "made_at": now.isoformat(),
        "database": connection.vendor,
        "members": members,
    }
    content = json.dumps(manifest, indent=1, sort_keys=True).encode()
    with tempfile.NamedTemporaryFile(dir=folder) as last:
        last.write(content)
        last.flush()
        tar.add(last.name, MANIFEST)
    return manifest


def _add(tar: tarfile.TarFile, place: Path, name: str, members: dict[str, str]) -> None:
    members[name] = _digest(place)
    tar.add(place, name)


def _copy_database(folder: Path) -> Path:
    if connection.vendor == "postgresql":
        return _dump_postgres(folder / POSTGRES)
    place = folder / SQLITE
    source = sqlite3.connect(f"file:{connection.settings_dict['NAME']}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(place)) as copy:
        source.backup(copy)
    return place


def _dump_postgres(place: Path) -> Path:
    tool = shutil.which("pg_dump")
    if tool is None:
        raise _problem(
            "no_pg_dump",
            "pg_dump",
            "未安装 PostgreSQL 备份工具",
            "the PostgreSQL tool is not installed",
            "请安装 postgresql-client，或由数据库管理员备份数据库后另存数据文件夹",
            "install postgresql-client, or ask the database administrator for a backup and copy the data folder",
        )
    _run_tool([tool, "--format=custom", "--no-owner", "--no-privileges", f"--file={place}"])
    return place


def _load_postgres(dump: Path) -> None:
    with connection.cursor() as cursor:
        if connection.introspection.table_names(cursor):
            raise _problem(
                "not_empty",
                "DATABASE_URL",
                "数据库中已有内容",
                "the database is not empty",
                "请使用空数据库",
                "choose an empty one",
            )
    connection.close()
    tool = shutil.which("pg_restore")
    if tool is None:
        raise _problem(
            "no_pg_restore",
            "pg_restore",
            "未安装 PostgreSQL 恢复工具",
            "the PostgreSQL tool is not installed",
            "请安装 postgresql-client",
            "install postgresql-client",
        )
    name = str(connection.settings_dict["NAME"])
    _run_tool([tool, "--no-owner", "--no-privileges", "--single-transaction", f"--dbname={name}", str(dump)])


def _run_tool(command: list[str]) -> None:
    """Run a PostgreSQL tool on the platform's database. The password is passed in the environment, not on the
    command line.
    """
    given = connection.settings_dict
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {**os.environ, **{name: str(given[key]) for name, key in named.items() if given.get(key)}}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode != 0:
        said = done.stderr.strip()[-300:]
        raise _problem(
            "tool_failed",
            Path(command[0]).name,
            f"操作失败：{said}",
            f"failed: {said}",
            "请按提示改正后重试",
            "fix the cause and try again",
        )


# -- checking ---------------------------------------------------------------------------------------------------


def _checked(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    there = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()} - {MANIFEST}
    if there != set(manifest["members"]):
        raise ValueError(f"members differ from the manifest: {sorted(there ^ set(manifest['members']))[:3]}")
    for name, digest in manifest["members"].items():
        if _digest(folder / name) != digest:
            raise ValueError(f"{name} has been changed")
    return manifest


def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _problem(code: str, value: str, zh: str, en: str, hint_zh: str, hint_en: str) -> InputError:
    return InputError([Problem("backup", value, Text(zh, en), Text(hint_zh, hint_en), code)])
