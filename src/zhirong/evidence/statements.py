"""Key statements: one key is replaced by the next, or is reported lost.

    zhirong-key-statement-1
    origin
    rotation
    old key
    new key
    size 5000
    time 2026-11-21T02:00:00Z

A statement is a signed note. A *rotation* is signed by both keys: a verifier that trusts the old key can then trust
the new one. A *loss* can be signed by the new key only, so it gives no reason to trust that key: the verifier must
obtain it from the institution. In both cases the old key signs nothing larger than ``size``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from zhirong.evidence.entries import is_instant, is_origin, size_of
from zhirong.evidence.keys import PublicKey, SigningKey, read_key, strictest
from zhirong.evidence.notes import SignedNote, read_note
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

STATEMENT_FORMAT = "zhirong-key-statement-1"
_LINES = 7


class StatementKind(StrEnum):
    """The reason for a change of key."""

    ROTATION = "rotation"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """The change from one key of a log to the next. size: the largest log that the old key has signed."""

    kind: StatementKind
    origin: str
    old: PublicKey
    new: PublicKey
    size: int
    time: str

    def as_text(self) -> str:
        """The text that is signed."""
        return (
            f"{STATEMENT_FORMAT}\n{self.origin}\n{self.kind.value}\n{self.old.as_text()}\n{self.new.as_text()}\n"
            f"size {self.size}\ntime {self.time}\n"
        )

    def signed(self, *keys: SigningKey) -> SignedNote:
        """The statement signed by the new key and, for a rotation, by the old one before it."""
        wanted = (self.old, self.new) if self.kind is StatementKind.ROTATION else (self.new,)
        if tuple(key.public() for key in keys) != tuple(replace(key, until=None) for key in wanted):
            raise ValueError("a rotation must be signed by the old and the new key, a loss by the new key")
        note = SignedNote(self.as_text())
        for key in keys:
            note = note.signed(key)
        return note


@dataclass(frozen=True, slots=True)
class StatementFinding:
    """The result of a statement. accepted: whether the new key is now trusted. reason: why, or why not."""

    statement: KeyStatement
    accepted: bool
    code: str
    reason: Text


def read_statement(written: str, source: str = "") -> tuple[KeyStatement, SignedNote]:
    """A statement and its note from the written form; signatures are not checked here. Raises InputError."""
    note = read_note(written, source)
    lines = note.text[:-1].split("\n")
    hint = Text("请使用原始密钥声明", "use the original key statement")
    good = (
        len(lines) == _LINES
        and lines[0] == STATEMENT_FORMAT
        and is_origin(lines[1])
        and lines[2] in list(StatementKind)
        and lines[5].startswith("size ")
        and size_of(lines[5][5:]) is not None
        and lines[6].startswith("time ")
        and is_instant(lines[6][5:])
    )
    if not good:
        reason = Text("不符合密钥声明的格式", "not in the form of a key statement")
        raise InputError([Problem("", note.text[:60], reason, hint, "statement_form")], source)
    old, new = read_key(lines[3], source), read_key(lines[4], source)
    if {old.name, new.name} != {lines[1]} or old.is_witness or new.is_witness or old == new:
        reason = Text("新旧密钥应是同一日志的两把密钥", "the two keys must belong to this log")
        raise InputError([Problem("", lines[1], reason, hint, "statement_keys")], source)
    return KeyStatement(StatementKind(lines[2]), lines[1], old, new, int(lines[5][5:]), lines[6][5:]), note


def follow_statements(
    keys: Iterable[PublicKey], statements: Sequence[tuple[KeyStatement, SignedNote]]
) -> tuple[tuple[PublicKey, ...], tuple[StatementFinding, ...]]:
    """The keys to trust after applying the statements in order, and the result of each."""
    # Compared by the whole key: a four-byte ID can be made to collide.
    trusted = {replace(key, until=None): key for key in strictest(keys)}
    findings = []
    for statement, note in statements:
        finding = _followed(statement, note, trusted)
        findings.append(finding)
        if finding.accepted:
            limited = replace(statement.old, until=statement.size)
            trusted[statement.old] = strictest((trusted[statement.old], limited))[0]
            trusted.setdefault(statement.new, statement.new)
        elif finding.code == "loss" and statement.new in trusted and statement.old in trusted:
            # The trusted new key states from which size on the lost key is no longer valid.
            limited = replace(statement.old, until=statement.size)
            trusted[statement.old] = strictest((trusted[statement.old], limited))[0]
    return tuple(trusted.values()), tuple(findings)


def _followed(
    statement: KeyStatement, note: SignedNote, trusted: Mapping[PublicKey, PublicKey]
) -> StatementFinding:
    needed = [statement.new]
    if statement.kind is StatementKind.ROTATION:
        needed.append(statement.old)
    old = trusted.get(statement.old)
    if not all(key.can_be_checked for key in needed):
        code, reason = "not_supported", Text("本版本不支持其算法", "this version does not support its algorithm")
    elif not all(_has_signed(note, key) for key in needed):
        code, reason = "signature", Text("声明上的签名不完整或无效", "its signatures are missing or invalid")
    elif statement.kind is StatementKind.LOSS and statement.new not in trusted:
        code = "loss"
        reason = Text(
            "旧密钥已报失；新密钥须直接向登记机构取得，并用 --key 指定",
            "the old key is reported lost; obtain the new one from the institution and enter it with --key",
        )
    elif statement.kind is StatementKind.LOSS:
        code, reason = (
            "loss",
            Text("旧密钥已报失，新密钥已由您提供", "the old key is lost; you provided the new one"),
        )
    elif old is None:
        code = "old_key_unknown"
        reason = Text("旧密钥不在所提供的密钥之中", "the old key is not among the keys provided")
    elif old.until is not None and statement.new not in trusted:
        # If both keys are already known and the old one is retired, the statement adds no trust.
        code = "old_key_retired"
        reason = Text("旧密钥已停用，不能再更换", "the old key is retired and can no longer introduce a new key")
    else:
        code = "rotation"
        reason = Text(
            f"自第 {statement.size} 条之后更换密钥，新旧密钥均已签名",
            f"after entry {statement.size} the new key replaced the old one; both signed",
        )
    return StatementFinding(statement, code == "rotation", code, reason)


def _has_signed(note: SignedNote, key: PublicKey) -> bool:
    lines = [one for one in note.signatures if (one.name, one.key_id) == (key.name, key.id)]
    return any(key.verifies(one.signature, note.text.encode()) for one in lines)
