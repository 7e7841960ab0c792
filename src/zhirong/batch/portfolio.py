"""A list of rights as arrays: the relief-from-royalty inputs of each, checked for all rows together.

Columns: ``id``; for each figure ``<name>_low``, ``<name>_mode``, ``<name>_high`` and ``<name>_grade``, with the
names of ``FIGURES``; ``tax_rate``; ``life_cap`` (remaining years by law or contract, empty if none);
``convention``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zhirong.chain.appraisal.uncertain import Array, Widening
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.text import Text

# Name, whether widening is in points of growth, minimum and maximum that may be stated, cap after widening.
FIGURES: Mapping[str, tuple[bool, float, float, float]] = {
    "revenue": (False, 0.0, 1e12, np.inf),
    "growth": (True, -0.9, 2.0, np.inf),
    "decay": (False, 0.0, 1.0, 1.0),
    "royalty": (False, 0.0, 1.0, 1.0),
    "discount": (False, 0.001, 1.0, 1.0),
    "life": (False, 0.1, 50.0, np.inf),
}
CONVENTIONS = ("end_of_year", "mid_year")
_MOST_TOLD = 100  # of many equal problems only the first hundred and their number are reported
_GRADES = tuple(grade.value for grade in EvidenceGrade)

Column = Sequence[object] | NDArray[np.generic]


@dataclass(frozen=True)
class Portfolio:
    """Rights as arrays, one row each. ids: names. points: minimum, most likely and maximum of each figure after
    widening, (rights, figures, 3). tax: income tax rate. cap: years after which the right earns nothing, infinite
    without one. mid_year: 1.0 or 0.0.
    """

    ids: tuple[str, ...]
    points: Array
    tax: Array
    cap: Array
    mid_year: Array

    def __len__(self) -> int:
        return len(self.ids)

    def block(self, start: int, end: int) -> tuple[Array, Array, Array, Array]:
        """The arrays of selected rows, the input of the kernel."""
        return self.points[start:end], self.tax[start:end], self.cap[start:end], self.mid_year[start:end]


def columns_needed() -> tuple[str, ...]:
    """Every required column."""
    return (
        "id",
        *(f"{name}_{part}" for name in FIGURES for part in ("low", "mode", "high", "grade")),
        "tax_rate",
        "convention",
    )


def read_portfolio(columns: Mapping[str, Column], widening: Widening) -> Portfolio:
    """A portfolio from its columns (arrays or lists). Raises InputError with the invalid rows and columns."""
    needed = columns_needed()
    missing = [name for name in needed if name not in columns]
    unknown = [name for name in columns if name not in needed and name != "life_cap"]
    if missing or unknown:
        raise InputError(
            [_problem(name, "", "missing", "缺少该列", "the column is missing") for name in missing]
            + [_problem(name, "", "unknown_field", "未知列", "unknown column") for name in unknown]
        )
    notes = Notes()
    ids = tuple(str(value) for value in columns["id"])
    if not ids:
        raise InputError([_problem("id", "", "missing", "没有权利", "the list has no rights")])
    notes.ids(ids)
    points = np.empty((len(ids), len(FIGURES), 3))
    for place, name in enumerate(FIGURES):
        points[:, place] = _figure(columns, name, len(ids), widening, notes)
    tax = _numbers(columns, "tax_rate", len(ids), notes)
    notes.where(
        "tax_rate", ~((tax >= 0) & (tax <= 1)), tax, "out_of_range", "应在 0 与 1 之间", "must be between 0 and 1"
    )
    cap = np.full(len(ids), np.inf)
    if "life_cap" in columns:
        written = [str(value).strip() for value in columns["life_cap"]]
        given = np.array([value not in ("", "None", "nan") for value in written])
        cap[given] = _numbers({"life_cap": [value for value, there in zip(written, given, strict=True) if there]},
                              "life_cap", int(given.sum()), notes)  # fmt: skip
        notes.where("life_cap", ~(cap > 0), cap, "out_of_range", "须大于零", "must be above zero")
    convention = [str(value) for value in columns["convention"]]
    strange = [number for number, value in enumerate(convention) if value not in CONVENTIONS]
    notes.rows("convention", strange, convention, "not_a_choice", "不在可选范围内", "not one of the choices")
    notes.raise_any()
    mid_year = np.array([float(value == "mid_year") for value in convention])
    return Portfolio(ids, points, tax, cap, mid_year)


def _figure(columns: Mapping[str, Column], name: str, count: int, widening: Widening, notes: "Notes") -> Array:
    in_points, least, most, cap = FIGURES[name]
    low, mode, high = (_numbers(columns, f"{name}_{part}", count, notes) for part in ("low", "mode", "high"))
    for part, values in (("low", low), ("mode", mode), ("high", high)):
        outside = ~((values >= least) & (values <= most))
        notes.where(
            f"{name}_{part}",
            outside,
            values,
            "out_of_range",
            f"应在 {least:g} 与 {most:g} 之间",
            f"must be between {least:g} and {most:g}",
        )
    disorder = ~((low <= mode) & (mode <= high))
    notes.where(
        f"{name}_mode",
        disorder,
        mode,
        "range_out_of_order",
        "须满足 low ≤ mode ≤ high",
        "must satisfy low <= mode <= high",
    )
    grades = [str(value) for value in columns[f"{name}_grade"]]
    notes.rows(
        f"{name}_grade",
        [number for number, grade in enumerate(grades) if grade not in _GRADES],
        grades,
        "not_a_choice",
        f"可选：{'、'.join(_GRADES)}",
        f"choose one of: {', '.join(_GRADES)}",
    )
    table = widening.points if in_points else widening.relative
    share = np.array([table[EvidenceGrade(grade)] if grade in _GRADES else 0.0 for grade in grades])
    by = share if in_points else share * low
    ends = np.stack([low - by, mode, np.minimum(high + by, cap)], axis=1)
    if in_points:
        ends[:, 0] = np.maximum(ends[:, 0], -1.0)
    return ends


def _numbers(columns: Mapping[str, Column], name: str, count: int, notes: "Notes") -> Array:
    values = columns[name]
    if len(values) != count:
        raise InputError(
            [_problem(name, str(len(values)), "rows_differ", "行数与 id 列不一致", "differs in length from id")]
        )
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        found = np.array([_number(value) for value in values])
        shown = [str(value) for value in values]
        notes.rows(name, list(np.flatnonzero(np.isnan(found))), shown, "wrong_type", "不是数值", "not a number")
        return np.asarray(np.nan_to_num(found), dtype=np.float64)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


class Notes:
    """Problems of a table found so far, reported up to a limit and counted beyond it."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._more = 0

    def where(self, name: str, wrong: NDArray[np.bool_], values: Array, code: str, zh: str, en: str) -> None:
        """Report the rows that have a problem."""
        self._note(name, list(np.flatnonzero(wrong)), lambda row: f"{values[row]:g}", code, zh, en)

    def rows(self, name: str, rows: Sequence[int], shown: Sequence[str], code: str, zh: str, en: str) -> None:
        """Report rows by number."""
        self._note(name, rows, lambda row: shown[row], code, zh, en)

    def _note(
        self, name: str, rows: Sequence[int], show: Callable[[int], str], code: str, zh: str, en: str
    ) -> None:
        room = max(0, _MOST_TOLD - len(self._problems))
        self._more += max(0, len(rows) - room)
        self._problems.extend(_problem(f"{name}[{row + 1}]", show(row), code, zh, en) for row in rows[:room])

    def ids(self, ids: Sequence[str]) -> None:
        """Report every duplicate id."""
        if len(set(ids)) == len(ids):
            return
        first = {one: number for number, one in reversed(list(enumerate(ids)))}
        again = [number for number, one in enumerate(ids) if first[one] != number]
        self.rows("id", again, ids, "id_twice", "权利编号重复", "duplicate id")

    def problems(self, row: int, found: Sequence[Problem]) -> None:
        """Report the problems of one row, each field with the row number."""
        room = max(0, _MOST_TOLD - len(self._problems))
        self._more += max(0, len(found) - room)
        self._problems.extend(replace(one, field=f"{one.field}[{row + 1}]") for one in found[:room])

    def raise_any(self) -> None:
        """Raise InputError if anything was noted."""
        if self._more:
            self._problems.append(
                _problem("rows", str(self._more), "more", f"另有 {self._more} 处", f"and {self._more} more")
            )
        if self._problems:
            raise InputError(self._problems)


def _problem(field: str, value: str, code: str, zh: str, en: str) -> Problem:
    return Problem(field, value, Text(zh, en), Text("请更正该列该行", "correct that column in that row"), code)
