"""The text of a list's cell, on a page and in Excel."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from zhirong.kernel.money import show_yuan
from zhirong.kernel.text import Lang, Text
from zhirong.operations.listing import Column

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def shown(column: Column, row: Any, lang: Lang) -> str:
    """Return the cell as text; a missing value is a dash."""
    value = column.value(row)
    if value is None or value == "":
        return "—"
    if isinstance(value, Text):
        return value.in_(lang)
    if isinstance(value, Mapping) and "zh" in value:
        return str(value[lang])
    if column.kind == "money":
        return show_yuan(value)
    if column.kind == "rate":
        return f"{(Decimal(value) * 100).normalize():f}\u00a0%"
    if isinstance(value, datetime):
        return value.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
