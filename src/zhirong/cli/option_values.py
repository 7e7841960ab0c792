"""Values of command line options: a date, the rows of a CSV file."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from zhirong.cli.files import unreadable
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


def read_rows(path: str, encoding: str = "utf-8-sig") -> list[Mapping[str, str]]:
    """Return the rows of a CSV file by column name; missing fields of a short row are empty."""
    return list(_rows(path, encoding))


def _rows(path: str, encoding: str) -> Iterator[Mapping[str, str]]:
    try:
        with Path(path).open(encoding=encoding, newline="") as file:
            for row in csv.DictReader(file, restval=""):
                yield {name: value for name, value in row.items() if name is not None}
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error


def read_day(name: str, written: str | None, default: date) -> date:
    """Return the date of an option, or the default. Raises InputError with the option's name."""
    if written is None:
        return default
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        problem = Problem(
            name,
            written,
            Text("不是日期", "not a date"),
            Text("请写成 2008-12-31 的格式", "write it as 2008-12-31"),
            "not_a_day",
        )
        raise InputError([problem]) from error
