"""The text of a list's cell, on a page and in Excel."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from zhirong.kernel.money import Fen, round_fen, show_yuan
from zhirong.kernel.text import Lang, Text
from zhirong.operations.listing import Column
from zhirong.web.preferences import Unit

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def in_wan(fen: Fen) -> str:
    """Format fen in units of ten thousand yuan with two decimals: ``"200.00"``. A hundred yuan are the last digit."""
    return show_yuan(round_fen(Fraction(fen, 10_000)))


def shown(column: Column, row: Any, lang: Lang, unit: Unit = "yuan") -> str:
    """Return the cell as text; a missing value is a dash. unit: of amounts."""
    value = column.value(row)
    if value is None or value == "":
        return "—"
    if isinstance(value, Text):
        return value.in_(lang)
    if isinstance(value, Mapping) and "zh" in value:
        return str(value[lang])
    if column.kind == "money":
        return in_wan(value) if unit == "wan" and not column.is_exact else show_yuan(value)
    if column.kind == "rate":
        return f"{(Decimal(value) * 100).normalize():f}\u00a0%"
    if isinstance(value, datetime):
        return value.astimezone(_SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
