"""Amounts in forms: in ten thousand yuan, with their reading in yuan."""

from typing import Any

from zhirong.kernel.money import MoneyError, parse_yuan
from zhirong.web.cells import in_wan


def wan_of(written: Any) -> str:
    """Return an amount of the profile in ten thousand yuan, in the shortest form; any other value unchanged."""
    try:
        fen = parse_yuan(str(written))
    except MoneyError:
        return str(written)
    return in_wan(fen).removesuffix(".00") if fen % 10_000 == 0 else f"{fen / 1_000_000:,.6f}".rstrip("0")


def as_wan(typed: str) -> str:
    """Return a typed amount with its unit: a plain number is in ten thousand yuan."""
    plain = typed.strip()
    return f"{plain}万元" if plain and plain[-1].isdigit() else plain


def reading(typed: str) -> str:
    """Return an amount in ten thousand yuan as text in yuan; empty if it is not an amount."""
    try:
        return f"{parse_yuan(as_wan(typed)) / 100:,.2f}"
    except MoneyError:
        return ""
