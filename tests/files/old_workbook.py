"""A workbook of old Excel (.xls, BIFF8 in an OLE container), written cell by cell so that tests need no such program."""

import struct
from collections.abc import Sequence

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _unicode(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def _cell(row: int, column: int, value: str | float) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return _record(0x0204, place + _unicode(value))  # LABEL
    return _record(0x0203, place + struct.pack("<d", value))  # NUMBER


def old_workbook(rows: Sequence[Sequence[str | float | None]], name: str = "Sheet1") -> bytes:
    """The bytes of a workbook with one sheet. None: an empty cell."""
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    sheet_begin = struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    head = _record(0x0809, begin) + _record(0x0042, struct.pack("<H", 1200))
    title = name.encode("utf-16-le")
    bound = struct.pack("<IBBBB", 0, 0, 0, len(name), 1) + title
    end = _record(0x000A, b"")
    offset = len(head) + len(_record(0x0085, bound)) + len(end)
    bound = struct.pack("<I", offset) + bound[4:]
    cells = b"".join(
        _cell(at, place, value)
        for at, row in enumerate(rows)
        for place, value in enumerate(row)
        if value is not None
    )
    stream = head + _record(0x0085, bound) + end + _record(0x0809, sheet_begin) + cells + end
    return _container(stream.ljust(4096, b"\0"))


def _container(stream: bytes) -> bytes:
    """An OLE container with one stream, ``Workbook``, of at least 4096 bytes."""
    sectors = -(-len(stream) // _SECTOR)
    # Sector 0 holds the table of sectors, sector 1 the directory, the stream begins at sector 2.
    table = [_FAT, _END, *range(3, sectors + 2), _END]
    table += [_FREE] * (128 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<I", 0)
        + struct.pack("<I", _FREE) * 108
    )
    directory = (
        _entry("Root Entry", kind=5, child=1, start=_END, size=0)
        + _entry("Workbook", kind=2, child=_FREE, start=2, size=len(stream))
        + bytes(128) * 2
    )
    return header + struct.pack("<128I", *table) + directory + stream.ljust(sectors * _SECTOR, b"\0")


def _entry(name: str, *, kind: int, child: int, start: int, size: int) -> bytes:
    written = name.encode("utf-16-le").ljust(64, b"\0")
    length = (len(name) + 1) * 2
    return (
        written
        + struct.pack("<HBBIII", length, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
