"""Limits on uploaded files, so that no file can exhaust the machine that reads it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.sheets import nobody_looks
from zhirong.kernel.text import Text

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
MOST_CELLS = 2_000_000
MOST_CHARACTERS = 40_000_000  # of all cells together, a text that many cells share counted once
MOST_UNPACKED = 256 * 1024 * 1024  # bytes of all parts of a workbook
MOST_DIRECTORY = 2 * 1024 * 1024  # bytes of a workbook's own table of contents
MOST_SHEETS = 50
SECONDS = 8.0  # of processor time for a text file
WORKBOOK_SECONDS = 10  # of processor time for a workbook, and its memory in bytes, address space included
WORKBOOK_MEMORY = 480 * 1024 * 1024
RECORDS_SECONDS = 10.0  # of processor time, from the rows of a list to its records, while somebody waits for it
LONG_RECORDS_SECONDS = 60.0  # the same in the background and on the command line, with progress
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384  # of any spreadsheet


@dataclass(slots=True)
class Budget:
    """The resources used so far to read one file. source: name of the file for messages."""

    source: str
    rows: int = 0
    cells: int = 0
    characters: int = 0
    _begun: float = field(default_factory=time.thread_time)

    def spend(self, cells: int, characters: int, rows: int = 1) -> None:
        """Count what was read. Raises InputError beyond a limit."""
        self.rows += rows
        self.cells += cells
        self.characters += characters
        if self.rows > MOST_ROWS:
            raise self.too_much(f"超过 {MOST_ROWS:,} 行", f"more than {MOST_ROWS:,} rows")
        if self.cells > MOST_CELLS:
            raise self.too_much(f"超过 {MOST_CELLS:,} 个单元格", f"more than {MOST_CELLS:,} cells")
        if self.characters > MOST_CHARACTERS:
            raise self.too_much(
                f"文字超过 {MOST_CHARACTERS:,} 个字符", f"more than {MOST_CHARACTERS:,} characters of text"
            )

    def look_at_the_clock(self) -> None:
        """Raise InputError if the file has taken too much processor time."""
        if time.thread_time() - self._begun > SECONDS:
            raise self.too_much(
                f"读取超过 {SECONDS:.0f} 秒仍未完成", f"reading it takes more than {SECONDS:.0f} seconds"
            )

    def width(self, columns: int, row: int) -> None:
        """Raise InputError if a row has more columns than any list has."""
        if columns > MOST_COLUMNS:
            raise self.too_much(
                f"第 {row} 行超过 {MOST_COLUMNS:,} 列", f"row {row} has more than {MOST_COLUMNS:,} columns"
            )

    def too_much(self, zh: str, en: str) -> InputError:
        """Return the error for a file beyond a limit."""
        return unusable(
            self.source,
            Text(zh, en),
            Text(
                "请只保留清单所需的行和列，或拆分为多个文件",
                "keep only the rows and columns of the list, or split the file",
            ),
            "file_too_large",
        )


class RecordsClock:
    """Stops the conversion of rows into records when it takes too long. Called with the number of rows read so far,
    like a progress callback of a table reader.

    source: name of the file. seen: a further progress callback. is_long: whether nobody waits for the records, or
    somebody who sees the progress and can cancel.
    """

    def __init__(self, source: str, seen: Callable[[int], None] = nobody_looks, *, is_long: bool = False) -> None:
        self._source = source
        self._seen = seen
        self._most = LONG_RECORDS_SECONDS if is_long else RECORDS_SECONDS
        self._begun = time.thread_time()

    def __call__(self, count: int) -> None:
        """Raise InputError beyond the time allowed, with the progress so far and advice on splitting the file."""
        if time.thread_time() - self._begun > self._most:
            raise unusable(
                self._source,
                Text(
                    f"{self._most:.0f} 秒内仅读取 {count:,} 行",
                    f"only {count:,} rows were read within {self._most:.0f} seconds",
                ),
                Text(
                    f"请将清单拆分为多个文件，每个不超过 {count:,} 行，并保留表头",
                    f"Split the list into files of at most {count:,} rows, each with the headings.",
                ),
                "file_too_large",
            )
        self._seen(count)


def unusable(source: str, reason: Text, hint: Text, code: str = "unreadable_file") -> InputError:
    """Return the error for a file that cannot be used at all."""
    return InputError([Problem("FILE", source, reason, hint, code)], source)
