"""Money as whole fen, and its exact division.

A balance is an ``int`` of fen (0.01 yuan). Rates are ``Decimal`` or ``Fraction``, never ``float``.
"""

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal, TypeVar

Fen = int
Rate = Decimal | Fraction | int
Rounding = Literal["half_up", "half_even", "floor"]

FEN_PER_YUAN = 100
MOST_AMOUNT: Fen = (
    10**15
)  # largest amount accepted: far beyond any loan, well within the exact range of the database
_UNITS = {"元": 1, "圆": 1, "万元": 10_000, "万": 10_000, "亿元": 100_000_000, "亿": 100_000_000, "": 1}
_AMOUNT = re.compile(r"¥?\s*([+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*(亿元|万元|亿|万|元|圆|)")
# Full-width characters become the plain ones. Superscripts, fractions and circled numbers do not: 10² is not 102.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFFE5: "¥", 0x3000: " ", 0xA0: " "}
_LONGEST = 100  # characters of an amount, and decimal places before its point

Party = TypeVar("Party")


class MoneyError(ValueError):
    """Text or number that is not an amount of money in whole fen."""


def parse_yuan(written: str | int | Decimal) -> Fen:
    """Fen from an amount in yuan as people write it: ``2000000``, ``"2,000,000.00"``, ``"200万元"``.

    Raises MoneyError for anything else, for more than two decimals, and for floats, which cannot hold fen.
    """
    if isinstance(written, bool | float):
        raise MoneyError(f"not an amount: {written!r}")
    if isinstance(written, int):
        return written * FEN_PER_YUAN
    unit = 1
    if isinstance(written, str):
        match = None if len(written) > _LONGEST else _AMOUNT.fullmatch(written.translate(_FULL_WIDTH).strip())
        if match is None:
            raise MoneyError(f"not an amount: {written!r}")
        digits, unit_name = match.groups()
        unit = _UNITS[unit_name]
        plain = digits.replace(",", "")
        whole, _, decimals = plain.partition(".")
        # As nearly every amount is written; a number longer than any amount goes the slower way.
        if unit == 1 and len(decimals) <= 2 and len(whole) <= 18:  # noqa: PLR2004
            return int(whole + decimals.ljust(2, "0"))
        amount = Decimal(plain)
    else:
        amount = written
    if not amount.is_finite() or amount.adjusted() > _LONGEST:  # more digits would fill the memory
        raise MoneyError(f"not an amount: {written!r}")
    exact = Fraction(amount) * unit * FEN_PER_YUAN
    if exact.denominator != 1:
        raise MoneyError(f"more than two decimals: {written!r}")
    return exact.numerator


def yuan(fen: Fen) -> str:
    """Amount in yuan with two decimals, the form used in JSON: ``"2000000.00"``."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole}.{rest:02d}"


def show_yuan(fen: Fen) -> str:
    """Amount in yuan for people, with thousands separated: ``"2,000,000.00"``."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{whole:,}.{rest:02d}"


def round_fen(exact: Fraction | Decimal | int, rounding: Rounding = "half_up") -> Fen:
    """The whole fen nearest to an exact amount of fen. Halves round away from zero by default."""
    above, below = exact.as_integer_ratio()
    floor, rest = divmod(above, below)
    if rest == 0 or rounding == "floor":
        return floor
    twice = 2 * rest - below
    if twice != 0:
        return floor + (1 if twice > 0 else 0)
    if rounding == "half_even":
        return floor + (floor & 1)
    return floor + (1 if above > 0 else 0)


def share_of(fen: Fen, rate: Rate, rounding: Rounding = "half_up") -> Fen:
    """``fen × rate`` in whole fen, computed exactly before the one rounding."""
    return round_fen(Fraction(fen) * Fraction(rate), rounding)


def allocate(total: Fen, weights: Mapping[Party, Rate], residue_to: Party | None = None) -> dict[Party, Fen]:
    """Divide ``total`` in proportion to ``weights`` so that the parts sum to it exactly.

    Every part is rounded towards zero first. The rest is distributed fen by fen to the largest remainders
    (ties in the order of ``weights``), or all of it to ``residue_to`` if named. A negative total is divided like
    its absolute value. Weights must not be negative and not all zero; a zero total needs no weights.
    """
    exact = {party: Fraction(weight) for party, weight in weights.items()}
    if any(weight < 0 for weight in exact.values()):
        raise ValueError("a weight is negative")
    if residue_to is not None and residue_to not in exact:
        raise ValueError(f"the residue goes to {residue_to!r}, which is not one of the parties")
    whole = sum(exact.values(), Fraction(0))
    if whole == 0:
        if total == 0:
            return dict.fromkeys(exact, 0)
        raise ValueError("all weights are zero")
    sign = -1 if total < 0 else 1
    parts: dict[Party, Fen] = {}
    remainders: dict[Party, Fraction] = {}
    for party, weight in exact.items():
        ideal = abs(total) * weight / whole
        parts[party] = ideal.numerator // ideal.denominator
        remainders[party] = ideal - parts[party]
    left = abs(total) - sum(parts.values())
    if residue_to is not None:
        parts[residue_to] += left
    else:
        # sorted() is stable, so equal remainders keep the order of the weights.
        for party in sorted(remainders, key=lambda p: remainders[p], reverse=True)[:left]:
            parts[party] += 1
    return {party: sign * part for party, part in parts.items()}


def quantise_rate(rate: Fraction, places: int) -> Decimal:
    """An exact rate as a decimal with ``places`` decimals, halves rounded up, for display."""
    scaled = round_fen(rate * 10**places)
    return Decimal(scaled).scaleb(-places, Context(prec=max(28, len(str(abs(scaled))) + 1)))
