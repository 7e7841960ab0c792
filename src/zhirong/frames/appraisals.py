"""The values of many rights."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from zhirong.columns import CheckedTable, Unit, answer_like, columns_of, plain_cell
from zhirong.frames.arrays import Arrays
from zhirong.frames.column_lists import APPRAISAL_COLUMNS, CASE_FIGURES, FIGURES
from zhirong.frames.places import renamed
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.extras import is_installed, missing_extra
from zhirong.workbench import rules

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from pandas import DataFrame

_ROYALTY = "relief_from_royalty"
# Fields of a method's table without a unit in their name; those with a point are paths into it.
_FIELDS_OF_METHODS = frozenset({"purpose", "valuation_date", "life_cap", "tax_basis", "tax_rate"})
_OTHER_UNITS: Mapping[str, tuple[str, Unit]] = {
    "tax_percent": ("tax_rate", "percent"),
    "life_cap_years": ("life_cap", "years"),
}


@overload
def appraise_many(
    rights: "DataFrame", *, as_of: date | None = None, seed: int = 1, paths: int = 1_000
) -> "DataFrame": ...
@overload
def appraise_many(
    rights: "Mapping[str, ArrayLike]", *, as_of: date | None = None, seed: int = 1, paths: int = 1_000
) -> Arrays: ...
def appraise_many(rights: Any, *, as_of: date | None = None, seed: int = 1, paths: int = 1_000) -> Any:
    """The values of many rights, each as a distribution: one row for each right.

    rights: columns of ``COLUMNS["appraise_many"]``, by relief from royalty; a figure without ``_low`` and ``_high`` is a
    single point. A column ``method`` names another method for a row (any of ``zhirong.appraise``: ``excess_earnings``,
    ``cost``, ``comparable_transactions`` and so on). The other fields of such a method are columns named by their path in a case
    file and in its units, such as ``item.1.value`` or ``contributory.1.rate.value`` (docs/en/reference/appraisal.md); an
    empty cell omits the field; facts of the right are ``right.kind`` and so on. The result then also has ``method``,
    ``state`` (``valued``, or the reason for no value) and ``alarms``.

    as_of: the day of the rules, by default today. seed, paths: of the simulation; a value agrees with the single appraisal
    of as many paths up to rounding. Relief from royalty needs the extra ``fast``. Raises InputError with every problem
    by column and row.
    """
    from zhirong.jobs import today

    given = columns_of(rights)
    if _is_by_methods(given):
        return answer_like(rights, _by_methods(given, as_of or today(), seed, paths))
    return answer_like(rights, _by_royalty(rights, as_of or today(), seed, paths))


def _is_by_methods(given: Mapping[str, Any]) -> bool:
    """Whether a row has another method than relief from royalty, or a field that only a method's table has."""
    names_other = any(plain_cell(name) not in (None, _ROYALTY) for name in given.get("method", ()))
    return names_other or any("." in name or name in _FIELDS_OF_METHODS for name in given)


def _by_royalty(rights: Any, day: date, seed: int, paths: int) -> dict[str, Any]:
    """The values by relief from royalty, computed together."""
    from zhirong.chain.appraisal.uncertain import read_widening

    table = CheckedTable(rights, APPRAISAL_COLUMNS)
    table.raise_any()
    if not is_installed("numba"):
        raise missing_extra("numba") or AssertionError
    from zhirong.batch.run import appraise_arrays

    widening = read_widening(rules().at("appraisal.evidence", day))
    values = appraise_arrays(_portfolio_columns(table), widening, seed, paths)
    return {"id": table.cells["id"], **{f"{name}_yuan": column for name, column in values.items()}}


def _by_methods(given: Mapping[str, Any], day: date, seed: int, paths: int) -> dict[str, Any]:
    """The values row by row, each by its own method."""
    from zhirong.batch.kernel import COLUMNS as FIGURES_OF_A_VALUE
    from zhirong.batch.method_table import MethodJob, mark_of, read_method_table
    from zhirong.batch.run import appraise_methods

    columns, named = _paths(given)
    try:
        table = read_method_table(columns, day)
    except InputError as error:
        raise InputError(_by_column(problem, named) for problem in error.problems) from error
    job = MethodJob(seed, paths, day, mark_of(rules()))
    blocks = [values for _, values in appraise_methods(table, job)]
    values = np.concatenate(blocks)
    return {
        "id": list(table.ids),
        "method": list(columns["method"]),
        "state": values["state"],
        "alarms": values["alarms"],
        **{f"{name}_yuan": values[name] for name in FIGURES_OF_A_VALUE},
    }


def _paths(given: Mapping[str, Any]) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """The columns by the path of their field in a method's table, in its units; and the column of each path.

    Columns with a unit in their name become figures: a single point, or a range where all three are given.
    """
    plain = {name: [plain_cell(value) for value in values] for name, values in given.items()}
    count = len(plain.get("id", ()))
    grades = [grade or "assumed" for grade in plain.pop("grade", [None] * count)]
    columns: dict[str, list[Any]] = {"id": plain.pop("id", []), "method": []}
    columns["method"] = [name or _ROYALTY for name in plain.pop("method", [None] * count)]
    named: dict[str, str] = {}
    for name, (figure, unit, *_) in FIGURES.items():
        points = [
            _in_file(plain.pop(column, [None] * count), unit) for column in (name, f"{name}_low", f"{name}_high")
        ]
        for part, cells in _figure(points, grades).items():
            if any(cell is not None for cell in cells):
                columns[f"{CASE_FIGURES[figure]}.{part}"] = cells
                named[f"{CASE_FIGURES[figure]}.{part}"] = name
    for name, (path, unit) in _OTHER_UNITS.items():
        if name in plain:
            columns[path], named[path] = _in_file(plain.pop(name), unit), name
    return {**columns, **plain}, named


def _figure(points: Sequence[list[Any]], grades: Sequence[str]) -> dict[str, list[Any]]:
    """The fields of a figure in every row. points: most likely, low and high; an end left out is the most likely."""
    fields: dict[str, list[Any]] = {name: [] for name in ("value", "low", "mode", "high", "grade")}
    for grade, mode, low, high in zip(grades, *points, strict=True):
        ranged = mode is not None and (low is not None or high is not None)
        fields["value"].append(None if ranged else mode)
        fields["mode"].append(mode if ranged else None)
        fields["low"].append((mode if low is None else low) if ranged else None)
        fields["high"].append((mode if high is None else high) if ranged else None)
        fields["grade"].append(None if mode is None else grade)
    return fields


def _in_file(cells: Iterable[Any], unit: Unit) -> list[Any]:
    """Cells in the unit of a case file: per cent as a share. A cell that is no number is left for the reader."""
    return [
        Decimal(repr(cell)) / 100 if unit == "percent" and isinstance(cell, int | float) else cell for cell in cells
    ]


def _by_column(problem: Problem, named: Mapping[str, str]) -> Problem:
    """The problem of a field by the column that it comes from; ``growth.value[3]`` is the third row."""
    field, bracket, row = problem.field.partition("[")
    return renamed(problem, f"{named.get(field, field)}{bracket}{row}")


def _portfolio_columns(table: CheckedTable) -> dict[str, Any]:
    """The columns as the engine knows them: three points and a grade for each figure."""
    grade = table.cells.get("grade") or ["assumed"] * table.count
    grades = [one or "assumed" for one in grade]
    made: dict[str, Any] = {"id": table.cells["id"], "tax_rate": _floats(table.cells["tax_percent"])}
    for name, (path, *_) in FIGURES.items():
        mode = table.cells.get(name) or [Decimal(0)] * table.count
        mode = [one if one is not None else Decimal(0) for one in mode]
        for part in ("low", "high"):
            given = table.cells.get(f"{name}_{part}") or [None] * table.count
            made[f"{path}_{part}"] = _floats(
                one if one is not None else m for one, m in zip(given, mode, strict=True)
            )
        made[f"{path}_mode"] = _floats(mode)
        made[f"{path}_grade"] = grades
    convention = table.cells.get("convention") or [None] * table.count
    made["convention"] = [one or "mid_year" for one in convention]
    if "life_cap_years" in table.cells:
        made["life_cap"] = ["" if one is None else str(one) for one in table.cells["life_cap_years"]]
    return made


def _floats(values: Iterable[Decimal]) -> Any:
    return np.array([float(value) for value in values])
