"""The characters that the font of the documents can show, read from the font itself."""

import struct
from functools import cache
from pathlib import Path
from typing import BinaryIO

from zhirong.charts.fonts import FAMILY, font_folder

_UNICODE_FULL = (3, 10)  # Platform and encoding of the table that maps all of Unicode.
_GROUPS_FORMAT = 12


@cache
def shown_characters() -> frozenset[int]:
    """Return the code points that the documents' font has a glyph for. Raises InputError if there is no such font."""
    import typst

    folder = str(font_folder())
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    face = next(face for face in fonts.fonts() if face.family == FAMILY)
    with Path(str(face.path)).open("rb") as file:
        return _characters(file, face.index)


def _characters(file: BinaryIO, index: int) -> frozenset[int]:
    """Return the character map (table ``cmap``, subtable format 12) of one face of a font file, as ISO/IEC 14496-22
    defines it.
    """
    start = 0
    if file.read(4) == b"ttcf":
        file.seek(12 + 4 * index)
        (start,) = struct.unpack(">I", file.read(4))
    file.seek(start + 4)
    (tables,) = struct.unpack(">H6x", file.read(8))
    directory = [struct.unpack(">4s4xI4x", file.read(16)) for _ in range(tables)]
    base = next(offset for tag, offset in directory if tag == b"cmap")
    file.seek(base + 2)
    (maps,) = struct.unpack(">H", file.read(2))
    listed = [struct.unpack(">HHI", file.read(8)) for _ in range(maps)]
    file.seek(base + next(offset for *which, offset in listed if tuple(which) == _UNICODE_FULL))
    kind, count = struct.unpack(">H10xI", file.read(16))
    if kind != _GROUPS_FORMAT:
        raise AssertionError(f"the map of all of Unicode has format {kind}, not {_GROUPS_FORMAT}")
    groups = struct.iter_unpack(">III", file.read(12 * count))
    # A character mapped to glyph 0 is one that the font lacks.
    return frozenset(
        code for first, last, glyph in groups for code in range(first, last + 1) if glyph + code - first
    )
