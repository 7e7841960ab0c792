"""Rows of a workbook (.xlsx, .xls, .xlsb, .ods), read in a process with little memory and time."""

import contextlib
import json
import marshal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from zhirong.documents import file_limits as limits
from zhirong.documents.file_limits import unusable
from zhirong.kernel.errors import InputError
from zhirong.kernel.sheets import Cell, Rows
from zhirong.kernel.text import Text

_CHILD = Path(__file__).with_name("workbook_child.py")
_WALL_SECONDS = 60  # on a busy machine the process gets only part of a processor
_SAVE_AGAIN = Text("请用 Excel 打开，另存为 .xlsx", "open it in Excel and save it as .xlsx")
_SMALLER = Text(
    "请只保留清单所需的行和列，或拆分为多个文件", "keep only the rows and columns of the list, or split the file"
)

_REASONS: dict[str, tuple[Text, Text, str]] = {
    "damaged": (Text("Excel 文件已损坏", "the Excel file is damaged"), _SAVE_AGAIN, "unreadable_file"),
    "password": (
        Text("工作簿有密码", "the workbook has a password"),
        Text("取消密码后另存", "remove the password and save it again"),
        "unreadable_file",
    ),
    "no_workbook": (
        Text("是压缩文件，但不是 Excel 工作簿", "an archive, but not an Excel workbook"),
        Text("请用 Excel 另存为 .xlsx 或 CSV", "save the list as .xlsx or CSV with Excel"),
        "unreadable_file",
    ),
    "document_type": (
        Text("内部有文档类型声明，正常的 Excel 文件没有", "a part declares a document type, which no Excel file has"),
        _SAVE_AGAIN,
        "unreadable_file",
    ),
    "place": (
        Text(
            f"有单元格超出最后一行 {limits.LAST_ROW:,} 或最后一列 {limits.LAST_COLUMN:,}",
            f"a cell lies beyond the last row, {limits.LAST_ROW:,}, or the last column, {limits.LAST_COLUMN:,}",
        ),
        _SAVE_AGAIN,
        "unreadable_file",
    ),
    "rows": (Text(f"超过 {limits.MOST_ROWS:,} 行", f"more than {limits.MOST_ROWS:,} rows"), _SMALLER, "file_too_large"),
    "columns": (
        Text(f"超过 {limits.MOST_COLUMNS:,} 列", f"more than {limits.MOST_COLUMNS:,} columns"),
        _SMALLER,
        "file_too_large",
    ),
    "cells": (
        Text(f"超过 {limits.MOST_CELLS:,} 个单元格", f"more than {limits.MOST_CELLS:,} cells"),
        _SMALLER,
        "file_too_large",
    ),
    "characters": (
        Text(f"文字超过 {limits.MOST_CHARACTERS:,} 个字符", f"more than {limits.MOST_CHARACTERS:,} characters of text"),
        _SMALLER,
        "file_too_large",
    ),
    "sheets": (
        Text(f"超过 {limits.MOST_SHEETS} 张工作表", f"more than {limits.MOST_SHEETS} sheets"),
        _SMALLER,
        "file_too_large",
    ),
    "parts": (
        Text("工作簿内部的文件过多", "the workbook has too many internal files"),
        _SMALLER,
        "file_too_large",
    ),
    "unpacked": (
        Text(
            f"展开后超过 {limits.MOST_UNPACKED // 1024 // 1024} MB",
            f"it unpacks to more than {limits.MOST_UNPACKED // 1024 // 1024} MB",
        ),
        _SMALLER,
        "file_too_large",
    ),
    "exhausted": (
        Text(
            f"读取所需超过 {limits.WORKBOOK_SECONDS} 秒或 {limits.WORKBOOK_MEMORY // 1024 // 1024} MB 内存",
            f"reading it needs more than {limits.WORKBOOK_SECONDS} seconds "
            f"or {limits.WORKBOOK_MEMORY // 1024 // 1024} MB of memory",
        ),
        _SMALLER,
        "file_too_large",
    ),
}  # fmt: skip


def workbook_rows(content: bytes, source: str) -> Rows:
    """Return the rows of the first visible sheet with a table, and the other sheets with it; empty rows are
    omitted.

    A formula without a stored result is returned as its text, beginning with "=". Raises InputError for a workbook
    that is damaged, hostile or beyond the limits.
    """
    kept: dict[str, str] = {}
    sheets: list[Rows] = []
    for part in _parts(content, source):
        if isinstance(part, list):
            sheets[-1].extend((number, tuple(_cell(one, kept) for one in cells)) for number, cells in part)
        elif part[0] == "sheet":
            sheets.append(Rows(name=part[1]))
        elif part[0] == "refused":
            raise _refused(part[1], source)
    if not sheets:
        raise unusable(
            source,
            Text("工作簿中没有可见的工作表", "the workbook has no visible sheet"),
            Text("请将清单放在第一张工作表", "put the list on the first sheet"),
        )
    first = next((sheet for sheet in sheets if _is_table(sheet)), sheets[0])
    return Rows(first, first.name, [sheet for sheet in sheets if sheet is not first])


def _parts(content: bytes, source: str) -> Iterator[Any]:
    """Yield the output of the process until its end. Raises InputError if its limits ended it."""
    allowed = {
        "memory": limits.WORKBOOK_MEMORY,
        "seconds": limits.WORKBOOK_SECONDS,
        "rows": limits.MOST_ROWS,
        "columns": limits.MOST_COLUMNS,
        "cells": limits.MOST_CELLS,
        "characters": limits.MOST_CHARACTERS,
        "sheets": limits.MOST_SHEETS,
        "directory": limits.MOST_DIRECTORY,
        "unpacked": limits.MOST_UNPACKED,
        "last_row": limits.LAST_ROW,
        "last_column": limits.LAST_COLUMN,
    }
    process = subprocess.Popen(  # noqa: S603 - our own script, by our own interpreter
        [sys.executable, "-I", str(_CHILD), json.dumps(allowed)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    if process.stdin is None or process.stdout is None:
        raise AssertionError("both pipes must be open")
    clock = threading.Timer(_WALL_SECONDS, process.kill)
    clock.start()
    try:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(content)
        part: Any = None
        while not (isinstance(part, tuple) and part[0] in ("end", "refused")):
            try:
                part = marshal.load(process.stdout)  # noqa: S302 - written by our own script
            except (EOFError, ValueError, TypeError) as error:
                raise _refused("exhausted", source) from error
            yield part
    finally:
        clock.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def _cell(cell: Any, kept: dict[str, str]) -> Cell:
    """Convert a cell from the process; equal texts are stored once."""
    if isinstance(cell, str):
        return kept.setdefault(cell, cell)
    return datetime(*cell) if isinstance(cell, tuple) else cell


def _is_table(sheet: Rows) -> bool:
    """Return whether a sheet has at least two rows of at least two cells."""
    wide = 0
    for _, cells in sheet:
        wide += sum(cell is not None for cell in cells) > 1
        if wide > 1:
            return True
    return False


def _refused(code: str, source: str) -> InputError:
    reason, hint, name = _REASONS[code]
    return unusable(source, reason, hint, name)
