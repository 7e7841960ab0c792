"""Entries of the log: one canonical record per leaf, which states its log and index."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.evidence import canonical
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

ENTRY_FORMAT = "zhirong-entry-1"

_INSTANT = re.compile(
    r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII
)
_KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ORIGIN = re.compile(r"[^\s+\x00-\x20\x7f]+")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. log: origin of its log. index: its position, from 0. kind: what happened, such as
    ``pledge.registered``. time: instant in UTC to the second, ``2026-11-21T02:00:00Z``. body: the event; it is
    public, so personal and commercial content is included only as commitments.
    """

    log: str
    index: int
    kind: str
    time: str
    body: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The record whose canonical bytes are hashed."""
        return {
            "body": self.body,
            "format": ENTRY_FORMAT,
            "index": self.index,
            "kind": self.kind,
            "log": self.log,
            "time": self.time,
        }

    def as_bytes(self) -> bytes:
        """The bytes that are hashed as a leaf."""
        return canonical.encode(self.as_json())


def entry_of(record: Mapping[str, Any], source: str = "", path: str = "") -> LogEntry:
    """An entry from its record. Raises InputError if it is malformed."""
    problems: list[Problem] = []
    entry = _read_entry(Reader(record, path, source, problems))
    if not problems and entry.as_json() != record:
        reason = Text("字段前后有空格", "a field has leading or trailing spaces")
        problems.append(Problem(path, "", reason, Text("请使用原始文件", "use the original file"), "not_kept_form"))
    if problems:
        raise InputError(problems, source)
    return entry


def entry_of_bytes(data: bytes, source: str = "") -> LogEntry:
    """An entry from its canonical bytes. Raises InputError for anything else."""
    value = canonical.decode(data, source)
    if not isinstance(value, dict):
        reason, hint = Text("不是对象", "not an object"), Text("请使用原始文件", "use the original file")
        raise InputError([Problem("", str(value)[:40], reason, hint, "not_an_entry")], source)
    return entry_of(value, source)


def _read_entry(reader: Reader) -> LogEntry:
    reader.choice("format", (ENTRY_FORMAT,))
    entry = LogEntry(
        log=_matching(reader, "log", _ORIGIN, Text("不得含空格或加号", "must not contain spaces or plus signs")),
        index=reader.whole("index", 0),
        kind=_matching(
            reader, "kind", _KIND, Text("应为小写英文词，以点分隔", "must be lower-case words separated by dots")
        ),
        time=_matching(
            reader, "time", _INSTANT, Text("请填写为 2026-11-21T02:00:00Z", "write it as 2026-11-21T02:00:00Z")
        ),
        body=_mapping(reader, "body"),
    )
    reader.finish()
    return entry


def is_instant(written: str) -> bool:
    """Return whether the text has the form of an instant, such as ``2026-11-21T02:00:00Z``."""
    return _INSTANT.fullmatch(written) is not None


def is_origin(written: str) -> bool:
    """Return whether the text can name a log or a key: no spaces, no plus signs, no invisible characters."""
    return _ORIGIN.fullmatch(written) is not None and written.isprintable()


def size_of(written: str) -> int | None:
    """The number of entries that the text states: decimal, no leading zeros, below 2^63; None otherwise."""
    return int(written) if _SIZE.fullmatch(written) is not None and int(written) < 2**63 else None


def _matching(reader: Reader, name: str, form: re.Pattern[str], hint: Text) -> str:
    written = reader.text(name)
    if written and (form.fullmatch(written) is None or not written.isprintable()):
        reader.problem(name, written, "form", Text("格式不正确", "wrong format"), hint)
    return written


def _mapping(reader: Reader, name: str) -> Mapping[str, Any]:
    value = reader.anything(name)
    if isinstance(value, Mapping):
        return value
    if value is not None:
        reason, hint = Text("应为对象", "must be an object"), Text("请填写为 {…}", "write {...}")
        reader.problem(name, str(value)[:40], "wrong_type", reason, hint)
    return {}
