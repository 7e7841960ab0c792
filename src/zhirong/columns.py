"""Tables passed by a program: checked and converted to the rows that the readers of files use.

A table is a pandas DataFrame, or a mapping from names to arrays or lists of equal length. The names of its columns
contain the unit. One ``InputError`` reports every problem by column and row (``amount_yuan[3]`` is the third row).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import numpy as np

from zhirong.kernel.array_columns import differing_index
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import MOST_AMOUNT
from zhirong.kernel.suggestions import nearest
from zhirong.kernel.text import Text, same

Unit = Literal["yuan", "percent", "months", "years", "count", "day", "flag", "text"]
_MOST_NAMED = 40
MOST_SHOWN = 100  # of many problems the first hundred and their number are reported

UNIT_TEXT: dict[Unit, Text] = {
    "yuan": Text("元，至多两位小数", "yuan, at most two decimals"),
    "percent": Text("百分数，如 3.45 表示 3.45 %", "per cent: 3.45 is 3.45 %"),
    "months": Text("整月数", "whole months"),
    "years": Text("年数", "years"),
    "count": Text("整数", "a whole number"),
    "day": Text("日期，或写成 2026-01-31", "a date, or 2026-01-31"),
    "flag": Text("True 或 False", "True or False"),
    "text": Text("文字", "text"),
}
# Endings of names that state a unit; another ending means the same figure in an unsupported unit.
_UNIT_ENDINGS = ("yuan", "fen", "wan", "wanyuan", "percent", "bp", "share", "months", "years", "days")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name with the unit in it, where its cells belong in the file of a case, and whether
    every row needs it.
    """

    name: str
    path: str
    unit: Unit
    about: Text
    required: bool = False


class CheckedTable:
    """The columns of a table as plain lists, every cell converted for the readers of files.

    Amounts and rates become exact decimals, per cent becomes a share of one, days become dates, empty cells None.
    """

    def __init__(self, data: Any, declared: Sequence[Column], *, open_to_paths: bool = False) -> None:
        """Check names, lengths and cells. open_to_paths: a column with a dot in its name is a path of the file of a
        case, whose cells are used unchanged.
        """
        self.problems: list[Problem] = []
        self._more = 0
        self._noted: set[str] = set()
        given = columns_of(data)
        known = {column.name: column for column in declared}
        self.count = max((len(values) for values in given.values()), default=0)
        for name in given:
            if name not in known and not (open_to_paths and "." in name):
                self.problems.append(_unknown(name, known))
        for column in declared:
            if column.required and column.name not in given:
                self.problems.append(_missing_column(column))
        if len({len(values) for values in given.values()}) > 1:
            lengths = ", ".join(f"{name} {len(values)}" for name, values in given.items())
            self.problems.append(
                _problem(
                    "columns",
                    lengths,
                    "lengths_differ",
                    ("各列行数不同", "columns differ in length"),
                    ("每行补齐", "Give each column one entry a row."),
                )
            )
        self.raise_any()
        self.cells = {
            name: self._converted(known[name], values)
            for name, values in given.items()
            if name in known and self.count
        }
        self._paths = {column.path: column.name for column in declared}
        self.open = {name: [plain_cell(v) for v in values] for name, values in given.items() if name not in known}
        self._by_name = known

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each row as the nested table of a file; an empty cell is a field left out."""
        columns = [(self._by_name[name].path.split("."), values) for name, values in self.cells.items()]
        columns += [(name.split("."), values) for name, values in self.open.items() if "." in name]
        for number in range(self.count):
            row: dict[str, Any] = {}
            for path, values in columns:
                if values[number] is not None:
                    put(row, path, values[number])
            yield row

    def note(self, row: int, problems: Sequence[Problem]) -> None:
        """Problems that a reader found in a row (from 0), named by the column they come from."""
        for problem in problems:
            column = self._paths.get(problem.field, problem.field)
            self._note(Problem(f"{column}[{row + 1}]", problem.value, problem.reason, problem.hint, problem.code))

    def refuse(self, column: str, row: int, value: object, code: str, reason: Text, hint: Text) -> None:
        """Note one cell that cannot be used."""
        self._note(Problem(f"{column}[{row + 1}]", str(value), reason, hint, code))

    def raise_any(self) -> None:
        """Raise InputError if anything was noted, here or by ``note``."""
        if self._more:
            words = Text(f"另有 {self._more} 处问题", f"{self._more} more problems")
            self.problems.append(
                Problem(
                    "rows", str(self._more), words, Text("请先改正以上各处", "correct those above first"), "more"
                )
            )
        if self.problems:
            raise InputError(self.problems)

    def _note(self, problem: Problem) -> None:
        """A cell that could not be converted is not named again by the reader that misses it."""
        if problem.field in self._noted:
            return
        self._noted.add(problem.field)
        if len(self.problems) < MOST_SHOWN:
            self.problems.append(problem)
        else:
            self._more += 1

    def _converted(self, column: Column, values: Sequence[Any]) -> list[Any]:
        made: list[Any] = []
        for row, value in enumerate(values):
            plain = plain_cell(value)
            if plain is None:
                if column.required:
                    reason = Text("没有填写", "nothing is given")
                    self.refuse(column.name, row, "", "missing", reason, UNIT_TEXT[column.unit])
                made.append(None)
                continue
            cell = _cell(plain, column.unit)
            if cell is None:
                reason = Text("不是该列的单位或类型", "not in the unit or of the type of this column")
                self.refuse(column.name, row, value, "wrong_type", reason, UNIT_TEXT[column.unit])
            made.append(cell)
        if column.unit == "percent" and _is_a_rate(column.name):
            self._refuse_shares(column, made)
        return made

    def _refuse_shares(self, column: Column, made: list[Any]) -> None:
        """A column of rates that are all tiny holds shares of one: 0.0345 where 3.45 is meant."""
        rates = [rate for rate in made if rate]
        if rates and max(rates) < Decimal("0.002"):
            reason = Text("疑为小数形式的利率", "this looks like a share of one")
            hint = Text("请乘以 100：3.45 表示 3.45 %", "multiply by 100: 3.45 is 3.45 %")
            self.refuse(column.name, made.index(rates[0]), rates[0] * 100, "wrong_unit", reason, hint)


def columns_of(data: Any) -> dict[str, Any]:
    """The columns of a DataFrame or mapping by name. Raises InputError for anything else."""
    if is_frame(data):
        twice = [str(name) for name in data.columns[data.columns.duplicated()]]
        if twice:
            raise InputError(
                [
                    _problem(
                        name,
                        name,
                        "column_twice",
                        ("该列出现两次", "the column is there twice"),
                        ("请仅保留一列", "Keep one of them."),
                    )
                    for name in twice
                ]
            )
        return {str(name): data[name].tolist() for name in data.columns}
    if isinstance(data, Mapping) and all(_is_column(values) for values in data.values()):
        apart = differing_index(data)
        if apart is not None:
            raise InputError(
                [
                    _problem(
                        apart[1],
                        apart[1],
                        "index_differs",
                        (f"索引与 {apart[0]} 列不同", f"its index differs from that of {apart[0]}"),
                        (
                            "请先按索引对齐；按位置对应的，请先 reset_index(drop=True)",
                            "Align the Series first; to pair rows by place, use reset_index(drop=True).",
                        ),
                    )
                ]
            )
        return {
            str(name): values.tolist() if hasattr(values, "tolist") else values for name, values in data.items()
        }
    raise InputError(
        [
            _problem(
                "table",
                type(data).__name__,
                "not_a_table",
                ("不是表格", "this is not a table"),
                (
                    "请传入 DataFrame，或列名到数组的字典",
                    "Pass a DataFrame, or a dictionary from column names to arrays.",
                ),
            )
        ]
    )


def is_frame(data: Any) -> bool:
    """Whether it is a pandas DataFrame; pandas itself need not be installed to ask."""
    return type(data).__module__.partition(".")[0] == "pandas" and hasattr(data, "columns")


def answer_like(data: Any, columns: dict[str, Any]) -> Any:
    """An answer in the form of the question: a DataFrame for a DataFrame, else a dictionary of arrays."""
    if is_frame(data):
        from zhirong.kernel.tabular import frame

        return frame(columns)
    return {name: np.asarray(values) for name, values in columns.items()}


def put(row: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set a field of a nested table; ``rights[1]`` is the first table of a list, as in messages."""
    for step in path[:-1]:
        name, bracket, number = step.partition("[")
        if bracket:
            listed = row.setdefault(name, [])
            place = int(number.rstrip("]")) - 1
            listed.extend({} for _ in range(place + 1 - len(listed)))
            row = listed[place]
        else:
            row = row.setdefault(name, {})
    row[path[-1]] = value


def _is_a_rate(name: str) -> bool:
    return any(word in name for word in ("rate_percent", "royalty_percent", "discount_percent"))


def _is_column(values: object) -> bool:
    return (
        hasattr(values, "__len__")
        and hasattr(values, "__getitem__")
        and not isinstance(values, str | bytes | Mapping)
    )


def plain_cell(value: Any) -> Any:
    """A cell as a plain Python value; None for every kind of empty cell."""
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if value is None or value == "" or type(value).__name__ in ("NaTType", "NAType"):
        return None
    if isinstance(value, float | Decimal) and value != value:
        return None
    return value


def _cell(value: Any, unit: Unit) -> Any:
    """A cell as the readers of files take it; None where it is not of its unit or type."""
    match unit:
        case "text":
            return value if isinstance(value, str) else None
        case "flag":
            return value if isinstance(value, bool) else None
        case "day":
            return _day(value)
        case "count" | "months":
            number = _number(value)
            return int(number) if number is not None and number == number.to_integral_value() else None
        case "yuan":
            amount = _number(value)
            fits = amount is not None and amount == round(amount, 2) and abs(amount) * 100 <= MOST_AMOUNT
            return amount if fits else None
        case "percent":
            share = _number(value)
            return None if share is None else share / 100
        case "years":
            return _number(value)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        # The shortest decimal that reads back as the float, which is the intended value.
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(value: Any) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value.date() if value.time() == datetime.min.time() else None
    return value if isinstance(value, date) else None


def _unknown(name: str, known: Mapping[str, Column]) -> Problem:
    meant = _other_unit(name, known)
    if meant is not None:
        column = known[meant]
        return Problem(
            name,
            name,
            Text("单位有误，或列名未注明单位", "wrong unit, or a name that says no unit"),
            Text(f"请用列名 {meant}：{UNIT_TEXT[column.unit].zh}", f"name it {meant}: {UNIT_TEXT[column.unit].en}"),
            "wrong_unit",
        )
    near = _meant(name, known)
    hint = Text(f"是否应为 {near}？", f"did you mean {near}?") if near else _listed(known)
    return Problem(name, name, Text("未知列", "unknown column"), hint, "unknown_field")


def _meant(name: str, known: Mapping[str, Column]) -> str | None:
    """The column that is probably meant: one spelt nearly so, or one that the name is the end of, such as
    ``park_tenant`` of ``fact_park_tenant``.
    """
    near = nearest(name, sorted(known))
    return near or next((other for other in sorted(known) if other.endswith(f"_{name}")), None)


def _listed(known: Mapping[str, Column]) -> Text:
    """The columns in the file; of a long list, the required ones and the number of the others."""
    if len(known) <= _MOST_NAMED:
        return same(", ".join(sorted(known)))
    needed = ", ".join(name for name, column in known.items() if column.required)
    more = len(known) - sum(column.required for column in known.values())
    return Text(
        f"必填列：{needed}；另有 {more} 个可选列，见 zhirong.frames.COLUMNS",
        f"Needed are {needed}; zhirong.frames.COLUMNS lists these and {more} more.",
    )


def _other_unit(name: str, known: Mapping[str, Column]) -> str | None:
    stem = _stem(name)
    return next((other for other in known if _stem(other) == stem and _stem(other) != other), None)


def _stem(name: str) -> str:
    head, _, last = name.rpartition("_")
    return head if last in _UNIT_ENDINGS and head else name


def _missing_column(column: Column) -> Problem:
    hint = Text(
        f"请补充该列：{column.about.zh}，{UNIT_TEXT[column.unit].zh}",
        f"Add it: {column.about.en}, {UNIT_TEXT[column.unit].en}.",
    )
    return Problem(column.name, "", Text("缺少该列", "the column is missing"), hint, "missing")


def _problem(field: str, value: str, code: str, reason: tuple[str, str], hint: tuple[str, str]) -> Problem:
    return Problem(field, value, Text(*reason), Text(*hint), code)
