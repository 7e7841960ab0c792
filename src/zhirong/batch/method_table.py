"""A list of rights valued by any method: one row per right, each column a field of the method's table in a case
file.

Columns: ``id``; ``method``; ``purpose``, ``valuation_date``, ``life_cap``, optional; ``right.<field>``, the facts
of the right, optional; every other column is the path of a field of the method, such as ``royalty_rate.low`` or
``item.2.value`` (lists count from 1). An empty cell is an omitted field, so rows of different methods can share a
table.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np

from zhirong.batch.kernel import COLUMNS
from zhirong.batch.portfolio import Column, Notes
from zhirong.chain.appraisal.light_appraisal import light_value
from zhirong.chain.appraisal.method import Setting
from zhirong.chain.appraisal.records import NoValue
from zhirong.chain.appraisal.request import METHODS, PURPOSE_TEXT, AppraisalRequest, Purpose, future_date
from zhirong.chain.appraisal.simulation import PERCENTILES, uniforms
from zhirong.chain.appraisal.uncertain import Level, read_widening
from zhirong.chain.appraisal.value_carriers import are_renewed
from zhirong.chain.right.reading import read_right
from zhirong.chain.right.records import Right
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

VALUED = "valued"
# Per row: result, notes, and the figures of ``COLUMNS`` (NaN without a value).
RESULT = np.dtype([("state", "U32"), ("alarms", "U400"), *((name, "f8") for name in COLUMNS)])

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FLAGS = {"true": True, "false": False}
# Fields that are always text, even if they look like numbers.
_WORDS = frozenset({"id", "method", "label", "zh", "en", "source", "scale_unit", "number", "name", "title", "code"})

Row = Mapping[str, Any]


@dataclass(frozen=True)
class MethodTable:
    """Checked rows by column, as given. day: date of the rules, and of the valuation if a row states none."""

    ids: tuple[str, ...]
    columns: Mapping[str, Column]
    day: date

    def __len__(self) -> int:
        return len(self.ids)

    def block(self, start: int, end: int) -> list[Row]:
        """Selected rows as nested tables, the input of a worker."""
        return [_nested(self.columns, row) for row in range(start, end)]


@dataclass(frozen=True)
class MethodJob:
    """The work on a block of rows: a plain, serialisable record. rules: fingerprint (see ``mark_of``) of the rules
    that the table was checked with; a worker with different rules refuses.
    """

    seed: int
    paths: int
    day: date
    rules: str

    def __call__(self, block: list[Row]) -> Any:
        """An array of ``RESULT``, one entry per row."""
        rules = _rules()
        if mark_of(rules) != self.rules:
            raise RuntimeError(f"this worker's rules are {mark_of(rules)}, the table was checked with {self.rules}")
        found = np.empty(len(block), dtype=RESULT)
        for place, row in enumerate(block):
            found[place] = _valued(row, self, rules)
        return found


def read_method_table(columns: Mapping[str, Column], day: date) -> MethodTable:
    """A table checked row by row. Raises InputError with column and row of every invalid cell."""
    lacking = [name for name in ("id", "method") if name not in columns]
    if lacking:
        raise InputError([_missing(name) for name in lacking])
    ids = tuple(str(value) for value in columns["id"])
    uneven = [name for name, values in columns.items() if len(values) != len(ids)]
    if not ids or uneven:
        raise InputError([_missing(name) for name in uneven or ["id"]])
    notes = Notes()
    notes.ids(ids)
    for number in range(len(ids)):
        problems: list[Problem] = []
        _read_row(_nested(columns, number), day, problems)
        notes.problems(number, problems)
    notes.raise_any()
    return MethodTable(ids, columns, day)


def _read_row(
    row: Row, day: date, problems: list[Problem]
) -> tuple[AppraisalRequest, tuple[Right, ...], float | None]:
    """One row's request with its method, its right if facts are given, and the stated cap of its life."""
    reader = Reader(row, problems=problems)
    name = reader.text("id")
    purpose: Purpose = reader.choice("purpose", tuple(PURPOSE_TEXT), "pledge")  # type: ignore[assignment]
    valuation_date = reader.optional_day("valuation_date") or day
    if valuation_date > day:
        reader.problem("valuation_date", valuation_date, *future_date(day))
    cap = reader.optional_number("life_cap", Decimal("0.01"), 200)
    rights: tuple[Right, ...] = ()
    facts = reader.anything("right") if reader.has("right") else None
    if isinstance(facts, dict):
        known = {"id": name, "title": name, "holders": [{"name": name}], **facts}
        rights = (read_right(Reader(known, "right", problems=problems)),)
    elif facts is not None:
        reader.problem(
            "right",
            facts,
            "wrong_type",
            Text("不是权利资料的栏目", "not a column for a fact of the right"),
            Text(
                "请填写为 right.kind、right.filing_date 等列",
                "write columns right.kind, right.filing_date and so on",
            ),
        )
    kind = reader.choice("method", tuple(METHODS))
    method = METHODS[kind](reader, kind, Setting(purpose, valuation_date, are_renewed(rights)))
    reader.finish()
    request = AppraisalRequest(purpose, valuation_date, (name,), (method,))
    return request, rights, None if cap is None else float(cap)


def _valued(row: Row, job: MethodJob, rules: Rulebook) -> tuple[object, ...]:
    problems: list[Problem] = []
    request, rights, cap = _read_row(row, job.day, problems)
    if problems:
        raise InputError(problems)
    request = AppraisalRequest(
        request.purpose, request.valuation_date, request.rights, request.methods, seed=job.seed, paths=job.paths
    )
    widening = read_widening(rules.at("appraisal.evidence", job.day))
    found = light_value(
        request,
        rights,
        cap,
        widening=widening,
        draws=lambda names: _draws(job.seed, job.paths, names),
        rules=rules,
        day=job.day,
    )
    if isinstance(found, NoValue):
        return (found.code, "", *(float("nan") for _ in COLUMNS))
    value, alarms = found
    figures = [*(value.percentiles[percent] for percent in PERCENTILES), value.mean, value.standard_deviation]
    figures += [value.errors[50], value.mean_error]
    return (VALUED, ";".join(dict.fromkeys(alarm.code for alarm in alarms)), *(f / FEN_PER_YUAN for f in figures))


@lru_cache(maxsize=4)
def mark_of(rules: Rulebook) -> str:
    """Fingerprint of the rules that a value depends on: those of appraisals and of lives and fees of rights."""
    decisive = [rules.rule(rule_id) for rule_id in rules.ids() if rule_id.startswith(("appraisal.", "right."))]
    return hashlib.sha256(repr(decisive).encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def _draws(seed: int, paths: int, names: tuple[str, ...]) -> Mapping[str, Level]:
    return uniforms(seed, paths, names)


@lru_cache(maxsize=1)
def _rules() -> Rulebook:
    from zhirong.kernel.rulebook_files import load_rulebook

    return load_rulebook()


# -- cells ---------------------------------------------------------------------------------------------------------


def _nested(columns: Mapping[str, Column], row: int) -> dict[str, Any]:
    """The filled cells of a row as a table of a case file."""
    table: dict[str, Any] = {}
    for name, values in columns.items():
        steps = name.split(".")
        cell = _cell(values[row], is_words=steps[-1] in _WORDS)
        if cell is None:
            continue
        inner = table
        for step in steps[:-1]:
            inner = inner.setdefault(step, {})
        inner[steps[-1]] = cell
    return {name: _lists(value) for name, value in table.items()}


def _lists(value: Any) -> Any:
    """Tables whose keys are all numbers as lists in the order of the numbers."""
    if not isinstance(value, dict):
        return value
    inside = {name: _lists(one) for name, one in value.items()}
    if inside and all(name.isdigit() for name in inside):
        return [inside[name] for name in sorted(inside, key=int)]
    return inside


def _cell(value: Any, *, is_words: bool) -> Any:
    """A cell in the form of a case file: number, day, flag or words; None if it is empty."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal) and not is_words:
        return _number(str(value))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    words = str(value).strip()
    if not words:
        return None
    if is_words:
        return words
    if words.lower() in _FLAGS:
        return _FLAGS[words.lower()]
    if _NUMBER.fullmatch(words) or words.lower() in ("nan", "inf", "-inf"):
        return _number(words)
    return date.fromisoformat(words) if _is_day(words) else words


def _number(words: str) -> int | Decimal:
    """A number in the form of a case file; 8.0, as tables of floats write it, becomes the whole number 8."""
    number = Decimal(words)
    return int(number) if number.is_finite() and number == number.to_integral_value() else number


def _is_day(words: str) -> bool:
    if not _DAY.fullmatch(words):
        return False
    try:
        date.fromisoformat(words)
    except ValueError:
        return False
    return True


def _missing(name: str) -> Problem:
    return Problem(
        name,
        "",
        Text(
            "缺少该列，或行数与 id 列不一致，或没有数据行",
            "the column is missing, differs in length from id, or has no rows",
        ),
        Text("请补充该列", "add that column"),
        "missing",
    )
