"""Read the workbook on standard input and write its rows to standard output; run as a script in a separate process.

A workbook can be built so that any reader of it runs out of memory or time. The system limits both for this
process, so that a hostile file ends only this process. It imports nothing of the package, to start quickly.

Standard output: values of ``marshal``, one after another. ``("sheet", name)`` begins a sheet; a list of rows
follows any number of times, each ``(number, cells)``; ``("end",)`` is the end; or instead ``("refused", code,
detail)``. A date with time is a tuple of six whole numbers.
"""

import io
import json
import marshal
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NoReturn

_DIRECTORY_END = b"PK\x05\x06"
_CHUNK = 1024 * 1024
_OVERLAP = 4096  # a formula's cell may be split between two pieces
_ROWS_AT_ONCE = 500
_MOST_FORMULAS = 1_000
_DOCUMENT_TYPE = b"<!DOCTYPE"
# A cell with a formula and no stored value, as written by a program that does not calculate.
_UNCACHED = re.compile(
    rb'<(?:\w+:)?c\s+r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*>\s*<(?:\w+:)?f\b[^<>]*(?:/>|>([^<]*)</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# A row that states its number.
_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*?\sr\s*=\s*[\"']([0-9]+)")


def main(limits: dict[str, int]) -> None:
    """Read the workbook and write its rows. limits: by name, as in ``file_limits``."""
    _limit_this_process(limits)
    content = sys.stdin.buffer.read()
    formulas: list[dict[tuple[int, int], str]] = []
    if content.startswith(b"PK"):
        formulas = _look_into_archive(content, limits)
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError:
        _refuse("password", "")
    except python_calamine.CalamineError as error:
        _refuse("damaged", str(error))
    visible = [
        (at, sheet.name)
        for at, sheet in enumerate(book.sheets_metadata)
        if sheet.visible == python_calamine.SheetVisibleEnum.Visible
        and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
    ]
    if len(visible) > limits["sheets"]:
        _refuse("sheets", str(len(visible)))
    counted = {"rows": 0, "cells": 0, "characters": 0}
    for at, name in visible:
        try:
            sheet = book.get_sheet_by_index(at)
        except python_calamine.CalamineError as error:
            _refuse("damaged", str(error))
        uncached = formulas[at] if at < len(formulas) else {}
        marshal.dump(("sheet", name), sys.stdout.buffer)
        _write_rows(sheet, uncached, counted, limits)
    marshal.dump(("end",), sys.stdout.buffer)


def _limit_this_process(limits: dict[str, int]) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the caller's timeout still ends this process
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write_rows(
    sheet: Any, uncached: dict[tuple[int, int], str], counted: dict[str, int], limits: dict[str, int]
) -> None:
    if sheet.end is not None and (sheet.end[0] >= limits["last_row"] or sheet.end[1] >= limits["last_column"]):
        _refuse("place", f"{sheet.end[0] + 1}, {sheet.end[1] + 1}")
    batch = []
    for number, cells in _rows(sheet, uncached):
        if len(cells) > limits["columns"]:
            _refuse("columns", str(number))
        counted["rows"] += 1
        counted["cells"] += len(cells)
        counted["characters"] += sum(len(cell) for cell in cells if isinstance(cell, str))
        for name in ("rows", "cells", "characters"):
            if counted[name] > limits[name]:
                _refuse(name, "")
        batch.append((number, cells))
        if len(batch) == _ROWS_AT_ONCE:
            marshal.dump(batch, sys.stdout.buffer)
            batch = []
    marshal.dump(batch, sys.stdout.buffer)


def _rows(sheet: Any, uncached: dict[tuple[int, int], str]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the non-empty rows. A formula without a result replaces its cell."""
    by_row: dict[int, dict[int, str]] = {}
    for (row, column), formula in uncached.items():
        by_row.setdefault(row, {})[column] = formula
    # The reader returns every row from the first of the sheet, and its cells from the first filled column.
    before = [None] * sheet.start[1] if sheet.start is not None else []
    for number, row in enumerate(sheet.iter_rows(), 1):
        cells = before + [_plain(cell) for cell in row]
        for column, formula in by_row.pop(number, {}).items():
            cells.extend([None] * (column - len(cells)))
            cells[column - 1] = cells[column - 1] or formula
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield number, tuple(cells)
    for number, formulas in sorted(by_row.items()):
        cells = [None] * max(formulas)
        for column, formula in formulas.items():
            cells[column - 1] = formula
        yield number, tuple(cells)


def _plain(cell: Any) -> Any:
    if cell == "" or cell is None:
        return None
    if isinstance(cell, str | float | int | bool):
        return cell
    if isinstance(cell, datetime):
        return (cell.year, cell.month, cell.day, cell.hour, cell.minute, cell.second)
    if isinstance(cell, date):
        return (cell.year, cell.month, cell.day, 0, 0, 0)
    return str(cell)


def _look_into_archive(content: bytes, limits: dict[str, int]) -> list[dict[tuple[int, int], str]]:
    """Reject an archive that unpacks too large or declares a document type; return formulas without results, by
    sheet.
    """
    at = content.rfind(_DIRECTORY_END, max(0, len(content) - 66_000))
    if at < 0:
        _refuse("damaged", "no directory")
    if int.from_bytes(content[at + 12 : at + 16], "little") > limits["directory"]:
        _refuse("parts", "")
    found: dict[str, dict[tuple[int, int], str]] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > limits["unpacked"]:
                _refuse("unpacked", "")
            names = {part.filename.lower() for part in parts}
            is_office = "xl/workbook.xml" in names or "xl/workbook.bin" in names or "content.xml" in names
            if not is_office:
                _refuse("no_workbook", "")
            for part in parts:
                if part.filename.lower().endswith((".xml", ".rels")):
                    formulas = _scan(archive, part, limits["last_row"])
                    if formulas:
                        found[part.filename] = formulas
            order = _sheet_parts(archive) if found else []
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        _refuse("damaged", str(error))
    return [found.get(name, {}) for name in order]


def _scan(archive: zipfile.ZipFile, part: zipfile.ZipInfo, last_row: int) -> dict[tuple[int, int], str]:
    formulas: dict[tuple[int, int], str] = {}
    is_sheet = "worksheets/" in part.filename.lower()
    before = b""
    with archive.open(part) as file:
        while piece := file.read(_CHUNK):
            text = before + piece
            if _DOCUMENT_TYPE in text:
                _refuse("document_type", part.filename)
            if is_sheet:
                for number in _ROW.findall(text):
                    if len(number) > len(str(last_row)) or int(number) > last_row:
                        _refuse("place", number.decode()[:20])
            if is_sheet and len(formulas) < _MOST_FORMULAS:
                for match in _UNCACHED.finditer(text):
                    letters, number, formula = match.groups()
                    column = 0
                    for letter in letters:
                        column = column * 26 + letter - 64
                    formulas[int(number), column] = "=" + (formula or b"").decode("utf-8", "replace")[:200]
            before = text[-_OVERLAP:]
    return formulas


def _sheet_parts(archive: zipfile.ZipFile) -> list[str]:
    """Return the parts of the sheets in the order of the workbook; a document type has already been ruled out."""
    from xml.etree import ElementTree

    try:
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - no entities
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
    except (KeyError, ElementTree.ParseError) as error:
        _refuse("damaged", str(error))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    order = []
    for sheet in book.iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
            target = targets.get(key, "")
            order.append(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    return order


def _refuse(code: str, detail: str) -> NoReturn:
    marshal.dump(("refused", code, detail[:200]), sys.stdout.buffer)
    sys.stdout.buffer.flush()
    sys.exit(0)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
