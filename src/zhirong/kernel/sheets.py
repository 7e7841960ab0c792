"""Rows of imported tables, as file readers return them before their meaning is known."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None
Row = tuple[int, Sequence[Cell]]
ROWS_BETWEEN = 500  # number of rows after which a reader reports progress


def nobody_looks(count: int) -> None:
    """Progress callback that does nothing."""


class Rows(list[Row]):
    """The rows of one sheet with their numbers, from 1, as a spreadsheet counts them; empty rows may be omitted.

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
    """All sheets of the file, this one first; plain rows are a single sheet."""
    return tuple(rows.sheets()) if isinstance(rows, Rows) else (rows,)


def is_filled(cell: Cell) -> bool:
    """Return whether a cell is not empty."""
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
