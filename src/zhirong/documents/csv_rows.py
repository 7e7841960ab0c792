"""Rows of a text file with separators: any usual encoding and separator; files with damaged quotes are rejected."""

import csv
import re
from collections.abc import Iterator
from statistics import mode

from zhirong.documents.file_limits import LAST_COLUMN, Budget, unusable
from zhirong.kernel.errors import InputError
from zhirong.kernel.sheets import Row, Rows
from zhirong.kernel.text import Text

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",\t;"
_LINES_LOOKED_AT = 50
_QUOTED = re.compile(r'"[^"\n]*"')
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ROWS_BETWEEN_CLOCKS = 2_000
_FEWEST_COLUMNS = 3  # with fewer, a line break inside quotes cannot be distinguished from a row swallowed by quotes


def csv_rows(content: bytes, source: str) -> Rows:
    """Return every row, including empty ones. Raises InputError for an unclosed quote and beyond the limits."""
    budget = Budget(source)
    text = _decode(content)
    separator = _separator(text)
    reader = csv.reader(_lines(text, separator, budget), delimiter=separator, strict=True)
    rows = Rows()
    begins = 1
    try:
        for number, cells in enumerate(reader, 1):
            budget.width(len(cells), number)
            budget.spend(len(cells), sum(map(len, cells)))
            if number % _ROWS_BETWEEN_CLOCKS == 0:
                budget.look_at_the_clock()
            rows.append((number, tuple(cells)))  # a tuple of words takes less memory than a list
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _damaged_quote(source, begins, error) from error
    _refuse_swallowed_rows(rows, separator, source)
    return rows


def _decode(content: bytes) -> str:
    """Decode the text with the encoding that damages the fewest lines; UTF-8 if two are equally good."""
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030").removeprefix("\ufeff")
    except UnicodeDecodeError:
        lines = content.splitlines()
        best = min(("utf-8-sig", "gb18030"), key=lambda encoding: sum(_damaged(line, encoding) for line in lines))
        return content.decode(best, errors="replace").removeprefix("\ufeff")


def _damaged(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return True
    return False


def _separator(text: str) -> str:
    """Return the separator that occurs on most of the first lines, and most often, outside quotes."""
    lines = [
        _QUOTED.sub("", match[0]) for match, _ in zip(_LINE.finditer(text), range(_LINES_LOOKED_AT), strict=False)
    ]

    def weight(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in lines]
        return sum(1 for count in counts if count), sum(counts)

    return max(_SEPARATORS, key=weight)


def _lines(text: str, separator: str, budget: Budget) -> Iterator[str]:
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match[0]
        if len(line) > LAST_COLUMN and line.count(separator) > LAST_COLUMN:
            budget.width(LAST_COLUMN + 1, number)
        yield line


def _damaged_quote(source: str, line: int, error: csv.Error) -> InputError:
    words = str(error)
    reason = (
        Text(f"第 {line} 行的引号没有闭合", f"the quote in line {line} is not closed")
        if "unexpected end" in words
        else Text(f"第 {line} 行的引号不成对", f"the quotes in line {line} are not in pairs")
        if "expected after" in words
        else Text(
            f"自第 {line} 行起，一个单元格超过 {csv.field_size_limit():,} 个字符",
            f"a cell that begins near line {line} has more than {csv.field_size_limit():,} characters",
        )
        if "field larger" in words
        else Text(f"第 {line} 行含有空字符（NUL）", f"line {line} contains a null character (NUL)")
        if "NUL" in words
        else Text(f"第 {line} 行无法读取：{words}", f"line {line} cannot be read: {words}")
    )
    hint = Text("请检查该行前后的引号是否成对", "check that the quotes near this line are in pairs")
    return unusable(source, reason, hint, "damaged_quotes")


def _refuse_swallowed_rows(rows: list[Row], separator: str, source: str) -> None:
    """Reject a cell with a line that looks like a row of the table: a lost quote has swallowed rows."""
    widths = [len(cells) for _, cells in rows if len(cells) >= _FEWEST_COLUMNS]
    if not widths:
        return
    usual = mode(widths)
    for number, cells in rows:
        for cell in cells:
            if not isinstance(cell, str) or "\n" not in cell:
                continue
            if any(line.count(separator) >= usual - 1 for line in cell.splitlines()):
                raise unusable(
                    source,
                    Text(
                        f"第 {number} 行的一个单元格中含有整行内容，可能缺少一个引号",
                        f"a cell of row {number} contains complete rows: a quote is probably missing",
                    ),
                    Text("请检查该行前后的引号是否成对", "check that the quotes near this row are in pairs"),
                    "damaged_quotes",
                )
