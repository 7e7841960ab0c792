"""Values of command line options: a date, the rows of a CSV file."""

from collections.abc import Mapping, Sequence
from datetime import date

from zhirong.cli.files import read_binary
from zhirong.documents.file_limits import Budget
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

_MOST_SHOWN = 100


def read_rows(path: str) -> list[Mapping[str, str]]:
    """Return the rows of a CSV file by column name; missing fields of a short row are empty.

    Raises InputError for a file that is no table and beyond the limits of ``documents.file_limits``.
    """
    head, rows = _read(path)
    return [dict(zip(head, _filled(cells, len(head)), strict=True)) for cells in rows]


def read_columns(path: str) -> dict[str, list[str]]:
    """Return the columns of a CSV file by name, read as by ``read_rows``."""
    head, rows = _read(path)
    return {name: [cells[at] if at < len(cells) else "" for cells in rows] for at, name in enumerate(head)}


def _read(path: str) -> tuple[Sequence[str], list[Sequence[str]]]:
    """Return the headings and the rows below them. Empty rows, and empty cells at the end of rows, are left out."""
    from zhirong.documents.tables import read_csv

    rows = [
        (number, _without_empty_end(cells)) for number, cells in read_csv(read_binary(path), path) if any(cells)
    ]
    if not rows:
        return (), []
    (_, head), *below = rows
    wider = [(number, cells) for number, cells in below if len(cells) > len(head)]
    if wider:
        raise InputError([_too_wide(number, cells[len(head) :]) for number, cells in wider[:_MOST_SHOWN]], path)
    Budget(path).spend(len(head) * len(below), 0)
    return head, [cells for _, cells in below]


def _without_empty_end(cells: Sequence[str]) -> Sequence[str]:
    filled = len(cells)
    while filled and not cells[filled - 1]:
        filled -= 1
    return cells[:filled]


def _too_wide(number: int, extra: Sequence[str]) -> Problem:
    return Problem(
        f"row[{number}]",
        "; ".join(extra),
        Text("表头以外的单元格中有内容", "cells beyond the headings are not empty"),
        Text("请检查是否有未加引号的逗号", "check for a comma without quotes"),
        "too_many_cells",
    )


def _filled(cells: Sequence[str], width: int) -> Sequence[str]:
    return (*cells[:width], *[""] * (width - len(cells)))


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
