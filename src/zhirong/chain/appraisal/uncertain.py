"""An uncertain figure: three points and an evidence grade, as a distribution.

The stated range is read as a triangular distribution from ``low`` over ``mode`` (the most likely) to ``high``. The
evidence grade widens it on both sides by the same amount: ``relative × low`` for amounts and rates, a fixed number
of percentage points for growth. Taking the amount from ``low`` keeps every quantile rising in ``low``, ``mode`` and
``high`` alike, so that a better figure can never lower a value.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN, show_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade, read_grade
from zhirong.kernel.rulebook import Confidence, RuleError, RuleValue
from zhirong.kernel.text import Text, same

Array = NDArray[np.float64]
Level = Array | float  # One number per path, or one for all of them.

Kind = Literal["yuan", "rate", "growth", "years", "number"]


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A stated figure: lowest, most likely and highest, in yuan, as a share, a yearly growth, in years or without
    unit.

    source: its source, in words. A single stated figure has three equal points. counted: the grade by which the
    range is widened, where it is not the stated one (see ``of_the_future``).
    """

    low: Decimal
    mode: Decimal
    high: Decimal
    grade: EvidenceGrade
    kind: Kind
    source: str = ""
    counted: EvidenceGrade | None = None

    @property
    def is_single(self) -> bool:
        """Return whether one figure was stated instead of a range."""
        return self.low == self.high

    def show(self, point: Decimal) -> str:
        """Return one of its points for display, in text that both languages share (years carry no unit)."""
        if self.kind == "yuan":
            return f"¥{show_yuan(int((point * FEN_PER_YUAN).to_integral_value()))}"
        return plain(point) if self.kind in ("years", "number") else f"{plain(point * 100)} %"

    def as_text(self) -> str:
        """Return the figure as stated, for display."""
        if self.is_single:
            return self.show(self.mode)
        return f"{self.show(self.low)} / {self.show(self.mode)} / {self.show(self.high)}"

    def as_json(self) -> dict[str, object]:
        """Return a dictionary with stable keys; numbers as strings, amounts in yuan."""
        return {
            "low": plain(self.low),
            "mode": plain(self.mode),
            "high": plain(self.high),
            "kind": self.kind,
            "grade": self.grade.value,
            "source": self.source,
        }

    def explain(self, label: Text) -> Explanation:
        """Return the figure as a node of an explanation."""
        grade, lowered = EVIDENCE_TEXT[self.grade], Text("", "")
        if self.counted is not None:
            counts = EVIDENCE_TEXT[self.counted]
            lowered = Text(f"（按“{counts.zh}”计）", f" (counted as {counts.en})")
        words = Text(
            f"证据等级：{grade.zh}{lowered.zh}" + (f"；来源：{self.source}" if self.source else ""),
            f"evidence: {grade.en}{lowered.en}" + (f"; source: {self.source}" if self.source else ""),
        )
        basis: Confidence | None = "assumed" if self.grade is EvidenceGrade.ASSUMED else None
        return Explanation(label, same(self.as_text()), formula=words, basis=basis)


# Purposes for which money is lent against the low quantile; there a forecast keeps an interval regardless of its grade.
LENT_AGAINST = frozenset({"pledge", "securitisation"})


def of_the_future(figure: Uncertain, purpose: str) -> Uncertain:
    """Lower the grade of a growth, a discount rate or a life by one where money is lent: a contract proves none of
    them.
    """
    if figure.grade is not EvidenceGrade.CONTRACT or purpose not in LENT_AGAINST:
        return figure
    return replace(figure, counted=EvidenceGrade.AUDITED)


# Replaces a figure that could not be read, so that reading continues; the problem has been noted.
UNREAD = Uncertain(Decimal(0), Decimal(0), Decimal(0), EvidenceGrade.ASSUMED, "rate")


@dataclass(frozen=True, slots=True)
class Widening:
    """The widening of a stated range by each evidence grade: a share of ``low``, or points of yearly growth."""

    relative: Mapping[EvidenceGrade, float]
    points: Mapping[EvidenceGrade, float]

    def ends(self, figure: Uncertain) -> tuple[float, float, float]:
        """Return lowest, most likely and highest after widening, kept inside the limits of the kind."""
        low, mode, high = float(figure.low), float(figure.mode), float(figure.high)
        grade = figure.counted or figure.grade
        by = self.points[grade] if figure.kind == "growth" else self.relative[grade] * low
        low, high = low - by, high + by
        if figure.kind == "rate":
            high = min(high, 1.0)
        elif figure.kind == "growth":
            low = max(low, -1.0)
        return low, mode, high

    def quantile(self, figure: Uncertain, u: Level) -> Level:
        """Return the figure at probability ``u`` of its widened distribution."""
        return triangular_quantile(u, *self.ends(figure))


# Figures exactly as stated, regardless of their evidence: for values read from the middle of each range.
AS_STATED = Widening(dict.fromkeys(EvidenceGrade, 0.0), dict.fromkeys(EvidenceGrade, 0.0))


def read_widening(rule: RuleValue) -> Widening:
    """Read the widening from a rule: a table of grades with ``relative`` and ``points``. Raises RuleError."""
    try:
        rows = {grade: rule.value[grade.value] for grade in EvidenceGrade}
        relative = {grade: float(row["relative"]) for grade, row in rows.items()}
        points = {grade: float(row["points"]) for grade, row in rows.items()}
    except (KeyError, TypeError) as error:
        raise RuleError(f"{rule.id} must give relative and points for every evidence grade") from error
    if not all(0 <= share < 1 for share in relative.values()) or min(points.values()) < 0:
        raise RuleError(f"{rule.id}: a widening lies outside 0 to 1")
    return Widening(relative, points)


def triangular_quantile(u: Level, low: float, mode: float, high: float) -> Level:
    """Return the inverse of the triangular distribution function (Kotz and van Dorp, Beyond Beta, 2004, ch. 1).

    With w = high − low and c = (mode − low)/w: low + w·√(c·u) for u ≤ c, high − w·√((1 − c)(1 − u)) above.
    """
    width = high - low
    if width <= 0.0:
        return mode
    c = (mode - low) / width
    if isinstance(u, float):
        return low + width * sqrt(c * u) if u <= c else high - width * sqrt((1.0 - c) * (1.0 - u))
    # Calculate in place: with tens of thousands of paths, most of the time went into new arrays.
    falling = u > c
    root, other = u * c, 1.0 - u
    other *= 1.0 - c
    np.copyto(root, other, where=falling)
    np.sqrt(root, out=root)
    root *= width
    np.subtract(high, root, out=other)
    root += low
    np.copyto(root, other, where=falling)
    return root


_BOUNDS: Mapping[Kind, tuple[Decimal, Decimal]] = {
    "yuan": (Decimal(0), Decimal(10) ** 12),
    "rate": (Decimal(0), Decimal(1)),
    "growth": (Decimal("-0.9"), Decimal(2)),
    "years": (Decimal(0), Decimal(100)),
    "number": (Decimal(0), Decimal(10) ** 9),
}


def read_uncertain(
    reader: Reader, name: str, kind: Kind, bounds: tuple[Decimal, Decimal] | None = None
) -> Uncertain:
    """Read a required figure: a table with ``value``, or with ``low``, ``mode`` and ``high``; ``grade``;
    ``source``.
    """
    return uncertain_of(reader.table(name), kind, bounds)


def read_optional_uncertain(reader: Reader, name: str, kind: Kind) -> Uncertain | None:
    """A figure that may be omitted."""
    inside = reader.optional_table(name)
    return None if inside is None else uncertain_of(inside, kind)


def uncertain_of(reader: Reader, kind: Kind, bounds: tuple[Decimal, Decimal] | None = None) -> Uncertain:
    """Return the figure in a table; the caller reads further fields of the table before."""
    bounds = bounds or _BOUNDS[kind]
    before = reader.problem_count()
    if reader.has("value"):
        low = mode = high = _point(reader, "value", kind, bounds)
        for name in ("low", "mode", "high"):
            if reader.has(name):
                reader.problem(
                    name,
                    str(reader.anything(name)),
                    "value_and_range",
                    Text("已填写单一值（value），又填写了范围", "both a single value and a range are given"),
                    Text(
                        "请只填写单一值（value），或只填写最低、最可能、最高值（low、mode、high）",
                        "give only value, or low, mode and high",
                    ),
                )
    else:
        low, mode, high = (_point(reader, name, kind, bounds) for name in ("low", "mode", "high"))
        if reader.problem_count() == before and not low <= mode <= high:
            reader.problem(
                "mode",
                plain(mode),
                "range_out_of_order",
                Text("不满足：最低（low）≤ 最可能（mode）≤ 最高（high）", "low ≤ mode ≤ high is not met"),
                Text("请按从小到大填写三个数", "put the three figures in rising order"),
            )
    figure = Uncertain(low, mode, high, read_grade(reader), kind, reader.optional_text("source"))
    reader.finish()
    return figure


def _point(reader: Reader, name: str, kind: Kind, bounds: tuple[Decimal, Decimal]) -> Decimal:
    if kind != "yuan":
        return reader.number(name, *bounds)
    amount = Decimal(reader.money(name)) / FEN_PER_YUAN
    if amount > bounds[1]:
        reader.problem(
            name,
            plain(amount),
            "out_of_range",
            Text("超出范围", "out of range"),
            Text(f"不得大于 {plain(bounds[1])} 元", f"must be at most {plain(bounds[1])} yuan"),
        )
        return bounds[1]
    return amount
