"""Receipts: one file that proves offline that an entry is in the log.

A receipt is one line of canonical JSON and a newline. Its ``checksum`` is SHA-256 over the canonical record
without that field: it does not stop a forger, but it detects damage even in parts that this verifier cannot check,
such as the signature of a witness whose key it lacks. A *checkpoint file* is either the signed note itself or a
similar record that also holds consistency proofs and key statements.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhirong.evidence import canonical
from zhirong.evidence.checkpoints import SignedCheckpoint, read_checkpoint
from zhirong.evidence.entries import LogEntry, entry_of
from zhirong.evidence.notes import SignedNote
from zhirong.evidence.statements import KeyStatement, read_statement
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

RECEIPT_FORMAT = "zhirong-receipt-1"
CHECKPOINT_FORMAT = "zhirong-checkpoint-1"
TIMESTAMP_KINDS = ("rfc3161",)
MOST_HASHES = 64  # the longest proof of a tree below 2^63 leaves

_HASH = re.compile(r"[0-9a-f]{64}")
_ORIGINAL = Text("请使用登记机构出具的原始文件", "use the original file issued by the register")

Statement = tuple[KeyStatement, SignedNote]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Proof that the log of ``new_size`` entries starts with that of ``old_size``."""

    old_size: int
    new_size: int
    hashes: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        """The form used in files."""
        return {
            "hashes": [one.hex() for one in self.hashes],
            "new_size": self.new_size,
            "old_size": self.old_size,
        }


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A third-party time stamp over SHA-256 of the checkpoint's text (without signatures).

    kind: ``rfc3161``, whose token is a DER-encoded TimeStampToken; ``timestamps.check_timestamp`` checks it.
    """

    kind: str
    token: bytes

    def as_json(self) -> dict[str, Any]:
        """The form used in files."""
        return {"kind": self.kind, "token": base64.b64encode(self.token).decode()}


@dataclass(frozen=True, slots=True)
class CheckpointFile:
    """A checkpoint, with consistency proofs and key statements."""

    signed: SignedCheckpoint
    consistency: tuple[ConsistencyProof, ...] = ()
    statements: tuple[SignedNote, ...] = ()

    def as_bytes(self) -> bytes:
        """The file."""
        return _sealed(
            {
                "checkpoint": self.signed.as_text(),
                "consistency": [proof.as_json() for proof in self.consistency],
                "format": CHECKPOINT_FORMAT,
                "keys": [note.as_text() for note in self.statements],
            }
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry, its index, the path to the root and the signed root. leaf_index: from 0."""

    entry: LogEntry
    leaf_index: int
    inclusion: tuple[bytes, ...]
    signed: SignedCheckpoint
    consistency: tuple[ConsistencyProof, ...] = ()
    statements: tuple[SignedNote, ...] = ()
    timestamps: tuple[Timestamp, ...] = ()

    def as_bytes(self) -> bytes:
        """The file."""
        return _sealed(
            {
                "checkpoint": self.signed.as_text(),
                "consistency": [proof.as_json() for proof in self.consistency],
                "entry": self.entry.as_json(),
                "format": RECEIPT_FORMAT,
                "inclusion": [one.hex() for one in self.inclusion],
                "keys": [note.as_text() for note in self.statements],
                "leaf_index": self.leaf_index,
                "timestamps": [stamp.as_json() for stamp in self.timestamps],
            }
        )


def timestamp_imprint(signed: SignedCheckpoint) -> bytes:
    """The content that a time-stamping authority stamps: SHA-256 of the checkpoint's text, without signatures."""
    return hashlib.sha256(signed.note.text.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """Common content of both kinds of file. intact: whether the checksum matches; None without one."""

    signed: SignedCheckpoint
    intact: bool | None
    consistency: tuple[ConsistencyProof, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRead(FileRead):
    """A receipt read from its file, with its form checked but nothing verified. leaf: the bytes hashed as a
    leaf.
    """

    entry: LogEntry
    leaf: bytes
    leaf_index: int
    inclusion: tuple[bytes, ...]
    timestamps: tuple[Timestamp, ...] = ()


def read_receipt(data: bytes, source: str = "") -> ReceiptRead:
    """A receipt from its file. Raises InputError with all problems of its form."""
    record = _record(data, source)
    problems: list[Problem] = []
    reader = Reader(record, source=source, problems=problems)
    reader.choice("format", (RECEIPT_FORMAT,))
    entry = record.get("entry") if reader.has("entry") else None
    read_entry = None
    if isinstance(entry, Mapping):
        try:
            read_entry = entry_of(entry, source, "entry")
        except InputError as error:
            problems += error.problems
    else:
        reason = Text("缺少条目", "the entry is missing")
        problems.append(Problem("entry", "", reason, _ORIGINAL, "missing"))
    leaf_index = reader.whole("leaf_index", 0)
    inclusion = _hashes(reader, "inclusion")
    timestamps = tuple(_read_timestamp(one) for one in reader.tables("timestamps"))
    parts = _read_common(reader, record, problems, source)
    if problems or parts is None or read_entry is None:
        raise InputError(problems, source)
    return ReceiptRead(
        signed=parts.signed,
        intact=parts.intact,
        consistency=parts.consistency,
        statements=parts.statements,
        entry=read_entry,
        leaf=canonical.encode(entry),
        leaf_index=leaf_index,
        inclusion=inclusion,
        timestamps=timestamps,
    )


def read_checkpoint_file(data: bytes, source: str = "") -> FileRead:
    """A checkpoint file, in either form. Raises InputError with all problems of its form."""
    if not data.startswith(b"{"):
        try:
            return FileRead(signed=read_checkpoint(data.decode("utf-8"), source), intact=None)
        except UnicodeDecodeError as error:
            reason = Text(f"第 {error.start + 1} 字节不是 UTF-8", f"byte {error.start + 1} is not UTF-8")
            raise InputError([Problem("", "", reason, _ORIGINAL, "not_utf8")], source) from error
    record = _record(data, source)
    problems: list[Problem] = []
    reader = Reader(record, source=source, problems=problems)
    reader.choice("format", (CHECKPOINT_FORMAT,))
    parts = _read_common(reader, record, problems, source)
    if problems or parts is None:
        raise InputError(problems, source)
    return parts


# -- inside ---------------------------------------------------------------------------------------------------


def _sealed(record: dict[str, Any]) -> bytes:
    return canonical.encode({**record, "checksum": _checksum(record)}) + b"\n"


def _checksum(record: Mapping[str, Any]) -> str:
    content = {name: value for name, value in record.items() if name != "checksum"}
    return hashlib.sha256(canonical.encode(content)).hexdigest()


def _record(data: bytes, source: str) -> dict[str, Any]:
    if not data.endswith(b"\n"):
        reason = Text("文件末尾缺少换行：文件不完整", "the newline at the end is missing: the file is incomplete")
        raise InputError(
            [Problem("", data[-20:].decode("utf-8", "replace"), reason, _ORIGINAL, "cut_short")], source
        )
    value = canonical.decode(data[:-1], source)
    if not isinstance(value, dict):
        reason = Text("不是回执或检查点文件", "neither a receipt nor a checkpoint file")
        raise InputError([Problem("", str(value)[:40], reason, _ORIGINAL, "not_a_record")], source)
    return value


def _read_common(
    reader: Reader, record: Mapping[str, Any], problems: list[Problem], source: str
) -> FileRead | None:
    reader.text("checksum")
    signed = None
    written = record.get("checkpoint")
    if reader.has("checkpoint") and isinstance(written, str):
        try:
            signed = read_checkpoint(written, source)
        except InputError as error:
            problems += [problem.within("checkpoint") for problem in error.problems]
    else:
        reason = Text("缺少检查点", "the checkpoint is missing")
        problems.append(Problem("checkpoint", "", reason, _ORIGINAL, "missing"))
    consistency = tuple(
        ConsistencyProof(one.whole("old_size", 0), one.whole("new_size", 0), _hashes(one, "hashes"))
        for one in reader.tables("consistency")
    )
    statements: list[Statement] = []
    for number, text in enumerate(reader.texts("keys"), 1):
        try:
            statements.append(read_statement(text, source))
        except InputError as error:
            problems += [problem.within(f"keys[{number}]") for problem in error.problems]
    reader.finish()
    if signed is None or problems:
        return None
    return FileRead(
        signed=signed,
        intact=record["checksum"] == _checksum(record),
        consistency=consistency,
        statements=tuple(statements),
    )


def _hashes(reader: Reader, name: str) -> tuple[bytes, ...]:
    written = reader.texts(name)
    if len(written) > MOST_HASHES or any(_HASH.fullmatch(one) is None for one in written):
        reason = Text("应为哈希值列表", "must be a list of hashes")
        reader.problem(name, "", "not_hashes", reason, _ORIGINAL)
        return ()
    return tuple(bytes.fromhex(one) for one in written)


def _read_timestamp(reader: Reader) -> Timestamp:
    # A token contains certificates and is longer than any text that people enter.
    kind, written = reader.choice("kind", TIMESTAMP_KINDS), reader.anything("token")
    written = written if isinstance(written, str) else ""
    try:
        token = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        token = b""
    if not token or base64.b64encode(token).decode() != written:
        reason = Text("不是规范的 base64", "not canonical base64")
        reader.problem("token", written[:20], "token", reason, _ORIGINAL)
    reader.finish()
    return Timestamp(kind, token)
