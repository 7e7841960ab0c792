"""The error messages of commands that cannot use the platform's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.full_disk import is_full_disk
from zhirong.kernel.read_only import demand_writable
from zhirong.kernel.text import Text


@contextmanager
def usable_database(folder: Path) -> Iterator[None]:
    """Raise InputError if the database cannot be reached, or lacks the tables of a platform."""
    from django.db.utils import OperationalError, ProgrammingError

    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        if is_full_disk(error):
            raise
        demand_writable(str(folder), error)
        said = str(error).strip()
        raise InputError(
            [
                Problem(
                    "ZHIRONG_DATA",
                    str(folder),
                    Text(f"数据库不可用：{said}", f"the database cannot be used: {said}"),
                    Text("请改正 ZHIRONG_DATA、DATABASE_URL", "correct ZHIRONG_DATA or DATABASE_URL"),
                    "no_database",
                )
            ]
        ) from error
