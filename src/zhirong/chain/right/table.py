"""Read rights from the rows of a table: good rows become records, bad rows keep every reason for their rejection."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from itertools import islice

from zhirong.chain.adapters.adapter import library
from zhirong.chain.adapters.columns import Columns, columns_of
from zhirong.chain.right.cells import as_text
from zhirong.chain.right.columns import HEADINGS, KIND_OF_HEADING, PATENT_HEADINGS
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import Right
from zhirong.chain.right.table_repeats import EarlierRows, ReadRow
from zhirong.chain.right.table_row import Meaning, RowReader, number_headings, telling_columns
from zhirong.kernel.errors import MOST_PROBLEMS, InputError, Problem, too_many_problems
from zhirong.kernel.sheets import ROWS_BETWEEN, Cell, Row, Rows, nobody_looks, sheets_of
from zhirong.kernel.text import Text, same

__all__ = ["BadRow", "RightsTable", "Row", "TableDoubt", "read_rights_table"]

_BAD_SHOWN = 10
MOST_DOUBTS = 250_000  # of one list: one in every row, and some more
_HEADING_ROWS = 10  # A few title rows may precede the headings.


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row without a usable right. row: as a spreadsheet counts it, from 1. problems: all of them."""

    row: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class TableDoubt:
    """An oddity of a good row. row: as a spreadsheet counts it. id: of its right. code: stable English key."""

    row: int
    id: str
    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class RightsTable:
    """The content of a table. rows: row number of each right, in the same order. not_used: unknown headings.

    doubts: oddities of good rows. format: the recognised format. columns: heading to field, as used. passed_over:
    rows of totals. given: for each right the fields that a cell of its row gives; the table says nothing about the
    others.
    """

    rights: tuple[Right, ...]
    rows: tuple[int, ...]
    bad: tuple[BadRow, ...]
    not_used: tuple[str, ...]
    doubts: tuple[TableDoubt, ...] = ()
    format: Text = same("")
    columns: Mapping[str, str] = field(default_factory=dict)
    passed_over: int = 0
    given: tuple[frozenset[str], ...] = ()

    @property
    def row_count(self) -> int:
        """Return the number of rows read, valid and invalid. Empty rows and totals are not counted."""
        return len(self.rights) + len(self.bad)


def read_rights_table(
    rows: Iterable[Row],
    source: str,
    as_of: date | None = None,
    corrections: Mapping[str, str] | None = None,
    seen: Callable[[int], None] = nobody_looks,
) -> RightsTable:
    """Read rights from the rows of a table, including headings; ``columns.HEADINGS`` lists the known headings.

    as_of: ends and restorations after this day are ignored, so that the records are those that could have been made
    on it. corrections: heading to field, as the user set them. seen: called with the number of rows read so far,
    every ``ROWS_BETWEEN`` rows; an exception from it ends the reading. Raises InputError if no headings or no rows
    can be found on any sheet.
    """
    remaining, meaning = _find_headings(rows, source, corrections or {})
    records = _Records(meaning, source, as_of)
    for count, (number, cells) in enumerate(remaining, 1):
        if count % ROWS_BETWEEN == 0:
            seen(count)
        records.add(number, cells)
    return records.table()


class _Records:
    """The records of the rows read so far."""

    def __init__(self, meaning: Meaning, source: str, as_of: date | None) -> None:
        self._meaning = meaning
        self._source = source
        self._as_of = as_of
        self._earlier = EarlierRows(meaning, as_of)
        self._found: dict[str, tuple[Right, int]] = {}
        self._given: dict[str, frozenset[str]] = {}
        self._bad: list[BadRow] = []
        self._problems = 0
        self._doubts: list[TableDoubt] = []
        self._numbers: dict[str, int] = {}  # and the row of each; likewise the ids
        self._ids: dict[str, int] = {}
        self._passed_over = 0

    def add(self, row: int, cells: Sequence[Cell]) -> None:
        """Add one row. Raises InputError if there are too many problems and doubts to report."""
        repeated = self._earlier.read(cells)
        if (
            repeated is not None
            and repeated.right.number not in self._numbers
            and repeated.right.id not in self._ids
        ):
            self._numbers[repeated.right.number] = self._ids[repeated.right.id] = row
            self._accept(row, repeated)
            if repeated.oddities:
                self._demand_few_remarks(row)
            return
        reader = RowReader(self._meaning, cells, row, self._as_of)
        if reader.is_empty():
            return
        if reader.is_total():
            self._passed_over += 1
            return
        right = reader.right()
        joined = _with_classes(self._found.get(right.number), right)
        if joined is not None and not reader.problems:
            self._found[right.number] = joined
            return
        self._note_twice(reader, row, right)
        if reader.problems:
            self._bad.append(BadRow(row, tuple(reader.problems)))
            self._problems += len(reader.problems)
        else:
            self._earlier.keep(reader, right)
            self._accept(row, ReadRow(right, tuple(reader.oddities), reader.given()))
        self._demand_few_remarks(row)

    def table(self) -> RightsTable:
        """Return the combined result of all rows. Raises InputError if there were none."""
        if not self._found and not self._bad:
            reason = Text("表头以下没有内容", "there is no row below the headings")
            hint = Text("请每行填写一件权利", "enter one right per row")
            raise InputError([Problem("ROWS", "", reason, hint, "no_rows")], self._source)
        columns = self._meaning.columns
        return RightsTable(
            tuple(right for right, _ in self._found.values()),
            tuple(number for _, number in self._found.values()),
            tuple(self._bad),
            not_used=tuple(place.heading for place in columns.not_used),
            doubts=tuple(self._doubts),
            format=columns.adapter.title,
            columns=columns.named(),
            passed_over=self._passed_over,
            given=tuple(self._given[key] for key in self._found),
        )

    def _accept(self, row: int, read: ReadRow) -> None:
        right = read.right
        key = right.number or f"row {row}"
        self._found[key] = (right, row)
        self._given[key] = read.given
        for one in read.oddities:
            self._doubts.append(TableDoubt(row, right.id, one.code, one.text))  # noqa: PERF401 - mostly none

    def _note_twice(self, reader: RowReader, row: int, right: Right) -> None:
        for name, value, rows_of in (("number", right.number, self._numbers), ("id", right.id, self._ids)):
            first = rows_of.setdefault(value, row) if value else row
            # A right without its own id goes by its number, which is reported already.
            if first != row and (name == "number" or value != right.number):
                reader.note_twice(name, value, first)

    def _demand_few_remarks(self, row: int) -> None:
        """End a list whose remarks would fill the memory, with the first problems and the number of each."""
        if self._problems <= MOST_PROBLEMS and len(self._doubts) <= MOST_DOUBTS:
            return
        shown = [problem.within(f"[{bad.row}]") for bad in self._bad[:_BAD_SHOWN] for problem in bad.problems]
        counts = Text(
            f"已读至第 {row} 行即停止：可用 {len(self._found):,} 行，有问题 {len(self._bad):,} 行"
            f"（问题 {self._problems:,} 处），存疑 {len(self._doubts):,} 处",
            f"reading ended at row {row}: {len(self._found):,} good rows, {len(self._bad):,} bad rows with "
            f"{self._problems:,} problems, {len(self._doubts):,} doubts",
        )
        raise too_many_problems(shown, counts, source=self._source)


def _with_classes(known: tuple[Right, int] | None, right: Right) -> tuple[Right, int] | None:
    """Return one mark that a list gives in a row per class: the rows agree in everything except the classes; None
    otherwise.
    """
    if known is None or right.kind is not RightKind.TRADEMARK or not right.goods_classes:
        return None
    mark, row = known
    if not mark.goods_classes or set(mark.goods_classes) & set(right.goods_classes):
        return None
    if replace(right, goods_classes=mark.goods_classes, id=mark.id) != mark:
        return None
    return replace(mark, goods_classes=tuple(sorted({*mark.goods_classes, *right.goods_classes}))), row


def _find_headings(
    rows: Iterable[Row], source: str, corrections: Mapping[str, str]
) -> tuple[Iterable[Row], Meaning]:
    """Return the rows below the headings, and the meaning of the columns.

    Every sheet is checked; the one with the most known headings contains the list, the first of several. An
    explanation that lists the columns vertically is not taken for a list, even if the list is still empty.
    """
    looked_at: list[str] = []
    best: tuple[Iterable[Row], Columns] | None = None
    for sheet in sheets_of(rows):
        remaining = iter(sheet)
        for _, cells in islice(remaining, _HEADING_ROWS):
            headings = [as_text(cell) for cell in cells]
            columns = columns_of(headings, library("rights"), corrections)
            if "number" in columns.places or ("kind" in columns.places and "title" in columns.places):
                if best is None or len(columns.places) > len(best[1].places):
                    best = remaining, columns
                break
            looked_at.extend(heading for heading in headings if heading)
    if best is not None:
        return best[0], _meaning(best[1])
    raise _no_headings(looked_at, rows, source)


def _meaning(columns: Columns) -> Meaning:
    of_numbers = number_headings(columns)
    kinds = {KIND_OF_HEADING[key] for key in of_numbers if key in KIND_OF_HEADING}
    stated = columns.adapter.settings.get("kind")
    kind = RightKind(stated) if stated else kinds.pop() if len(kinds) == 1 else None
    words = library("rights").common.words
    return Meaning(columns, words, kind, bool(of_numbers & PATENT_HEADINGS), telling_columns(columns))


def _no_headings(looked_at: list[str], rows: Iterable[Row], source: str) -> InputError:
    near = [match for heading in looked_at for match in get_close_matches(heading, HEADINGS["number"], n=1)]
    usual = HEADINGS["number"][:6]
    hint = (
        Text(f"是否应为“{near[0]}”？", f'did you mean "{near[0]}"?')
        if near
        else Text(
            f"请在第一行填写表头，并包含号码一栏（{'、'.join(usual)} 等）；可使用模板",
            f"enter headings in the first row, one of them for the number ({', '.join(usual)} ...); "
            "zhirong rights template makes a template",
        )
    )
    names = [sheet.name for sheet in rows.sheets()] if isinstance(rows, Rows) and rows.others else []
    reason = (
        Text(
            f"未找到号码一栏的表头（工作表：{'、'.join(names)}）",
            f"no number column was found in the headings (sheets: {', '.join(names)})",
        )
        if names
        else Text("未找到号码一栏的表头", "no number column was found in the headings")
    )
    return InputError([Problem("HEADINGS", "; ".join(looked_at[:8]), reason, hint, "no_headings")], source)
