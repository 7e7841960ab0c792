"""Dates on the command line."""

from datetime import date
from typing import overload

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


@overload
def day_of(option: str, written: str) -> date: ...


@overload
def day_of(option: str, written: str | None) -> date | None: ...


def day_of(option: str, written: str | None) -> date | None:
    """Return the date after an option; None if the option is omitted. Raises InputError."""
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        hint = Text("请写成 2026-01-31 的格式", "write it as 2026-01-31")
        raise InputError([Problem(option, written, Text("不是日期", "not a date"), hint, "not_a_day")]) from error
