"""Marks numbers that a program sent as JSON, because as amounts of money they could mean yuan or fen. A marked
number behaves like a normal number; a reader of amounts rejects it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from zhirong.kernel.text import Text

MONEY_NUMBER = "money_number"
MONEY_NUMBER_REASON = Text("金额是不带引号的数字", "the amount is a number without quotation marks")
MONEY_NUMBER_HINT = Text(
    '请加引号并以元为单位，如 "1200000.00"', 'Write it in yuan and in quotation marks, such as "1200000.00"'
)


class JsonNumber:
    """The mark itself."""

    __slots__ = ()


class JsonInt(int, JsonNumber):
    """A whole number from JSON."""


class JsonFloat(float, JsonNumber):
    """A fractional number from JSON."""


class JsonDecimal(Decimal, JsonNumber):
    """A fractional number from JSON, as the decimal that was written."""


def marked(value: Any) -> Any:
    """Return a value read from JSON with every number in it marked, also within tables and lists."""
    if isinstance(value, Mapping):
        return {name: marked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner) for inner in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return JsonInt(value)
    return JsonFloat(value) if isinstance(value, float) else value


def unmarked(number: JsonNumber) -> int | float:
    """Return the number without its mark, as JSON holds it."""
    return int(number) if isinstance(number, JsonInt) else float(number)  # type: ignore[arg-type]
