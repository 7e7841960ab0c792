"""Text as a font can print it: missing characters are marked, invisible ones omitted."""

import re
import unicodedata
from collections.abc import Container, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

MARK = "〓"  # the mark that Chinese printers use for a missing character
_NO_SHAPE = ("Cc", "Cf")
_NO_CHARACTER = ("Cs", "Co", "Cn")
_VARIANTS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_BREAK_HERE = "\u200b"
# A word too long for a line would run into the next column, so it may break after this many characters.
_LONG_WORD = re.compile(r"[!-\u2dff]{40,}")
_PIECE = re.compile(r"(.{20})(?=.)")


def printable(content: Any, shown: Container[int]) -> Any:
    """Return the same JSON or document with every text made printable; shown: the code points of the font.

    A character that the font lacks becomes ``MARK``, as does a meaningless one (half a surrogate pair, a private or
    unassigned code point). Control and format characters and variation selectors are removed; a line break stays,
    any other space becomes a plain one.
    """
    if isinstance(content, Enum):
        return content
    if isinstance(content, str):
        words = "".join(_character(character, shown) for character in content)
        return _LONG_WORD.sub(lambda word: _PIECE.sub(rf"\1{_BREAK_HERE}", word[0]), words)
    if isinstance(content, Mapping):
        return {name: printable(part, shown) for name, part in content.items()}
    if isinstance(content, list | tuple):
        return type(content)([printable(part, shown) for part in content])
    if is_dataclass(content):
        made: Any = type(content)
        return made(**{one.name: printable(getattr(content, one.name), shown) for one in fields(content)})
    return content


def has_marks(content: Any) -> bool:
    """Return whether some text of the JSON or document contains ``MARK``."""
    if isinstance(content, str):
        return MARK in content
    if is_dataclass(content):
        return any(has_marks(getattr(content, one.name)) for one in fields(content))
    parts = (
        content.values() if isinstance(content, Mapping) else content if isinstance(content, list | tuple) else ()
    )
    return any(has_marks(part) for part in parts)


def _character(character: str, shown: Container[int]) -> str:
    code = ord(character)
    if character == "\n" or 0x20 <= code < 0x7F:
        return character
    if character.isspace():
        return character if code in shown else " "
    kind = unicodedata.category(character)
    if kind in _NO_SHAPE or any(code in block for block in _VARIANTS):
        return ""
    return MARK if kind in _NO_CHARACTER or code not in shown else character
