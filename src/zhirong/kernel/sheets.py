"""Rows of the tables that people bring: what a reader of files hands on, before anybody knows what they mean."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None
Row = tuple[int, Sequence[Cell]]
ROWS_BETWEEN = 500  # rows after which a reader of a table says how far it is


def nobody_looks(count: int) -> None:
    """How far a reader is, where nobody wants to know."""


class Rows(list[Row]):
    """The rows of one sheet with their numbers, from 1, as a spreadsheet counts them; empty rows may be left out.

    name: of the sheet, empty for a file without sheets. others: the further sheets of the workbook, in its order.
    """

    def __init__(self, rows: Iterable[Row] = (), name: str = "", others: Sequence["Rows"] = ()) -> None:
        super().__init__(rows)
        self.name = name
        self.others = tuple(others)

    def sheets(self) -> Iterator["Rows"]:
        """This sheet first, then the others."""
        yield self
        yield from self.others


def sheets_of(rows: Iterable[Row]) -> tuple[Iterable[Row], ...]:
    """Every sheet that came with these rows, themselves first; plain rows are the only sheet."""
    return tuple(rows.sheets()) if isinstance(rows, Rows) else (rows,)


def is_filled(cell: Cell) -> bool:
    """Whether a cell holds anything."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
