"""Checkpoints: the log's signed statement of its size and root hash.

    origin
    size
    base64 of the root
    hash sha-256
    time 2026-11-21T02:00:00Z

The first three lines are those of C2SP tlog-checkpoint, so that its witnesses can countersign; the other two are
extension lines, always both, always in this order.
"""

import base64
import binascii
from dataclasses import dataclass

from zhirong.evidence.entries import is_instant, is_origin, size_of
from zhirong.evidence.hashes import HASH_BYTES, HashAlgorithm
from zhirong.evidence.keys import SigningKey
from zhirong.evidence.notes import SignedNote, read_note
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

_LINES = 5


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log. origin: the permanent name of the log. size: number of entries. time: time stated by the
    log, an instant in UTC such as ``2026-11-21T02:00:00Z``.
    """

    origin: str
    size: int
    root: bytes
    algorithm: HashAlgorithm
    time: str

    def as_text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nhash {self.algorithm.value}\ntime {self.time}\n"

    def signed(self, key: SigningKey) -> "SignedCheckpoint":
        """The checkpoint with the log's signature."""
        if key.name != self.origin:
            raise ValueError("the key must have the name of the log")
        return SignedCheckpoint(self, SignedNote(self.as_text()).signed(key))


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint and the note that carries it and its signatures."""

    checkpoint: Checkpoint
    note: SignedNote

    def countersigned(self, key: SigningKey, seconds: int) -> "SignedCheckpoint":
        """Return it with a witness's signature. The witness first checks that it is consistent with the checkpoints
        it saw before.
        """
        return SignedCheckpoint(self.checkpoint, self.note.countersigned(key, seconds))

    def as_text(self) -> str:
        """The complete note."""
        return self.note.as_text()


def read_checkpoint(written: str, source: str = "") -> SignedCheckpoint:
    """A signed checkpoint from its written form; signatures are not checked here.

    Raises InputError if any line has a different form.
    """
    note = read_note(written, source)
    lines = note.text[:-1].split("\n")
    problems: list[Problem] = []

    def wrong(line: int, code: str, reason: Text) -> None:
        hint = Text("请使用原始检查点文件", "use the original checkpoint file")
        problems.append(Problem(f"[{line}]", lines[line - 1], reason, hint, code))

    if len(lines) != _LINES:
        reason = Text(f"正文应为 {_LINES} 行", f"the text must have {_LINES} lines")
        raise InputError(
            [
                Problem(
                    "",
                    str(len(lines)),
                    reason,
                    Text("请使用原始检查点文件", "use the original checkpoint file"),
                    "checkpoint_lines",
                )
            ],
            source,
        )
    origin, size, root, algorithm, time = lines
    if not is_origin(origin):
        wrong(1, "origin", Text("日志名不得含空格或加号", "a log name must not contain spaces or plus signs"))
    count = size_of(size)
    if count is None:
        wrong(2, "size", Text("应为条数", "must be the number of entries"))
    root_bytes = _root(root)
    if root_bytes is None:
        wrong(3, "root", Text("应为 32 字节根哈希的 base64", "must be the base64 of a 32-byte root hash"))
    names = [f"hash {one.value}" for one in HashAlgorithm]
    if algorithm not in names:
        wrong(4, "hash", Text("不支持的哈希算法", "unknown hash function"))
    if not time.startswith("time ") or not is_instant(time[5:]):
        wrong(5, "time", Text("应为 time 2026-11-21T02:00:00Z", "must be time 2026-11-21T02:00:00Z"))
    if problems or root_bytes is None or count is None:
        raise InputError(problems, source)
    return SignedCheckpoint(Checkpoint(origin, count, root_bytes, HashAlgorithm(algorithm[5:]), time[5:]), note)


def _root(written: str) -> bytes | None:
    try:
        root = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return None
    return root if len(root) == HASH_BYTES and base64.b64encode(root).decode() == written else None
