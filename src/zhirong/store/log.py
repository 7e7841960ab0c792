"""The evidence log in the database: append a leaf with its event, make checkpoints and receipts."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat

from zhirong.evidence import canonical
from zhirong.evidence.checkpoints import Checkpoint as LogCheckpoint
from zhirong.evidence.checkpoints import SignedCheckpoint, read_checkpoint
from zhirong.evidence.entries import LogEntry, entry_of_bytes
from zhirong.evidence.hashes import HASH_BYTES, HashAlgorithm, leaf_hash
from zhirong.evidence.identity import SALT_BYTES, IdentityClaim
from zhirong.evidence.notes import SignedNote
from zhirong.evidence.receipts import CheckpointFile, ConsistencyProof, Receipt, Timestamp
from zhirong.evidence.statements import KeyStatement, read_statement
from zhirong.evidence.tree import Frontier, MissingTileError, StoredTree
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.store import settings
from zhirong.store.keys import (
    KEY_FILE,
    PUBLIC_FILE,
    RegisterKey,
    keep_last,
    last_kept,
    last_signed,
    make_key,
    outside_copy,
    public_keys,
    signing,
    signing_key,
)
from zhirong.store.models import Checkpoint, Event, LogHead, Tile
from zhirong.store.transaction import NoRegisterError

__all__ = ["KEY_FILE", "PUBLIC_FILE", "make_key", "public_keys", "signing_key"]

KEY_KIND = "log.key"
TIMESTAMPS = "timestamps"
_BROKEN = Text(
    "不得在原日志名下继续：请恢复所缺条目（register restore），或以新日志接续（register init --continues）",
    "it may not continue under its name: restore the missing entries (register restore), or continue in a new log"
    " (register init --continues)",
)
CONTENT_NAME = "pledge"  # The claim under which an entry commits to its content.


def instant(moment: datetime) -> str:
    """Return an instant as entries write it: UTC, to the second. Raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class StoredTiles:
    """The tiles in the database, as the proofs of one answer read them: each tile once, although it holds four
    levels of nodes.

    Later additions to a tile are not seen; the answer's tree does not contain them.
    """

    def __init__(self) -> None:
        self._read: dict[tuple[int, int], bytes] = {}

    def tile(self, tile_level: int, index: int) -> bytes:
        """Return the hashes of one tile, empty if there is none."""
        place = (tile_level, index)
        if place not in self._read:
            self._read[place] = bytes.fromhex(self.written(*place))
        return self._read[place]

    def written(self, tile_level: int, index: int) -> str:
        """Return the same as stored in the table."""
        found = Tile.objects.filter(level=tile_level, index=index).values_list("hashes", flat=True).first()
        return found or ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The form of an event in the log. public: readable by anyone. content: committed to."""

    kind: str
    time: str
    day: date
    registration: int | None
    public: Mapping[str, Any]
    content: Mapping[str, Any]
    actor: str
    key: str
    subject: str = ""


def append(head: LogHead, leaf: Leaf) -> Event:
    """Write one event, its leaf and the tree's new nodes, within the transaction that holds the head.

    Raises InputError if the log has lost signed entries: the new entry would take the place of a lost one, and a
    restore would become impossible.
    """
    problem = _cut_short(head, last_signed(settings.DATA))
    if problem is not None:
        raise InputError([problem])
    salt = secrets.token_bytes(SALT_BYTES)
    body = {
        **leaf.public,
        "commitment": IdentityClaim(CONTENT_NAME, leaf.content, salt).commitment(HashAlgorithm(head.algorithm)),
        "registration": leaf.registration,
    }
    return append_entry(head, LogEntry(head.origin, head.size, leaf.kind, leaf.time, body), leaf, salt)


def append_entry(head: LogHead, entry: LogEntry, leaf: Leaf, salt: bytes) -> Event:
    """Append an existing entry to the end of the log. leaf, salt: its inputs."""
    data = entry.as_bytes()
    frontier, kept = _frontier(head).append(leaf_hash(HashAlgorithm(head.algorithm), data))
    event = Event.objects.create(
        index=head.size,
        kind=leaf.kind,
        day=leaf.day,
        registration=leaf.registration,
        subject=leaf.subject,
        entry=data.decode(),
        content=canonical.encode(leaf.content).decode(),
        salt=salt.hex(),
        actor=leaf.actor,
        key=leaf.key,
    )
    for one in kept:
        if one.place == 0:
            Tile.objects.create(level=one.tile_level, index=one.index, hashes=one.hash.hex())
        else:
            Tile.objects.filter(level=one.tile_level, index=one.index).update(
                hashes=Concat(F("hashes"), Value(one.hash.hex()))
            )
    head.size = frontier.size
    head.peaks = b"".join(frontier.peaks).hex()
    return event


def checkpoint(key: RegisterKey, now: datetime) -> SignedCheckpoint:
    """Return the signed state of the log as committed, or the checkpoint already issued for this size.

    Raises InputError if the log does not follow from what was signed before, or the key is no longer the log's:
    then nothing may be signed (see docs/en/reference/evidence.md, section 6).
    """
    head = LogHead.objects.first()
    if head is None:
        raise NoRegisterError("there is no register in this database")
    if not Checkpoint.objects.filter(size=head.size).exists():
        with signing(key.folder):
            # A checkpoint signed in the meantime covers no more than what was committed before this moment.
            head = LogHead.objects.get()
            made = _signed(head, key, now)
            keep_last(key.folder, made)
        # If machines share the database but not the folder, the first stored checkpoint counts. Not within the lock
        # of the folder: writing waits for the database, whose holder may be waiting for the folder.
        Checkpoint.objects.bulk_create([Checkpoint(size=head.size, note=made.as_text())], ignore_conflicts=True)
    return read_checkpoint(Checkpoint.objects.get(size=head.size).note)


def receipt(event: Event, key: RegisterKey, now: datetime) -> Receipt:
    """Return the offline proof of an event for anyone: its entry, its path to the root, the root signed by the key
    in use, and the changes of the log's keys.
    """
    changes = key_statements()
    retired = max((statement.size for statement, _ in changes), default=0)
    note = (
        Checkpoint.objects.filter(size__gt=max(event.index, retired))
        .order_by("size")
        .values_list("note", flat=True)
        .first()
    )
    signed = checkpoint(key, now) if note is None else read_checkpoint(note)
    tree = StoredTree(signed.checkpoint.algorithm, signed.checkpoint.size, StoredTiles())
    return Receipt(
        entry_of_bytes(event.entry.encode()),
        event.index,
        tree.inclusion_proof(event.index),
        signed,
        statements=tuple(note for _, note in changes),
        timestamps=kept_timestamps(key.folder, signed.checkpoint.size),
    )


def checkpoint_file(key: RegisterKey, now: datetime, since: Sequence[int] = ()) -> CheckpointFile:
    """Return the log's present state for others to store, with the proof that it continues the states of the given
    sizes.
    """
    signed = checkpoint(key, now)
    size = signed.checkpoint.size
    tree = StoredTree(signed.checkpoint.algorithm, size, StoredTiles())
    proofs = tuple(
        ConsistencyProof(old, size, tree.consistency_proof(old)) for old in sorted(set(since)) if 0 < old < size
    )
    return CheckpointFile(signed, proofs, tuple(note for _, note in key_statements()))


def key_statements() -> tuple[tuple[KeyStatement, SignedNote], ...]:
    """Return the changes of the log's keys, in the order of the log."""
    entries = Event.objects.filter(kind=KEY_KIND).order_by("index").values_list("entry", flat=True)
    return tuple(read_statement(entry_of_bytes(entry.encode()).body["statement"]) for entry in entries)


def kept_timestamps(folder: Path, size: int) -> tuple[Timestamp, ...]:
    """Return the time stamps obtained for the checkpoint of this size."""
    files = sorted((folder / TIMESTAMPS).glob(f"{size}.*.tst"))
    return tuple(Timestamp("rfc3161", file.read_bytes()) for file in files)


def keep_timestamp(folder: Path, size: int, token: bytes) -> None:
    """Store a time stamp beside the keys, to be included in every receipt under the checkpoint of this size."""
    (folder / TIMESTAMPS).mkdir(exist_ok=True)
    name = hashlib.sha256(token).hexdigest()[:16]
    (folder / TIMESTAMPS / f"{size}.{name}.tst").write_bytes(token)


def broken_past(head: LogHead, last: SignedCheckpoint | None) -> Problem | None:
    """Return why the present log cannot follow from the last signed checkpoint; None if it does."""
    problem = _cut_short(head, last)
    if last is None or problem is not None:
        return problem
    signed = last.checkpoint
    root = b""
    if signed.origin == head.origin:
        try:
            root = StoredTree(HashAlgorithm(head.algorithm), head.size, StoredTiles()).root(signed.size)
        except MissingTileError:
            root = b""
    if root != signed.root:
        reason = Text(
            f"前 {signed.size} 条与已签名的检查点不同：日志被改写",
            f"its first {signed.size} entries differ from those signed: the log was rewritten",
        )
        return Problem("log", str(signed.size), reason, _BROKEN, "log_rewritten")
    return None


def missing_signatures(folder: Path) -> list[Problem]:
    """Return the records of the last signed checkpoint that are missing or outdated: the database has a checkpoint
    that the folder or the copy outside lacks. Restoring one of them would hide later signatures.
    """
    row = _largest_row()
    if row is None:
        return []
    places = [("register.last", last_kept(folder))]
    places += [] if settings.CHECKPOINT_COPY is None else [("ZHIRONG_CHECKPOINT_COPY", outside_copy())]
    size = row.checkpoint.size
    return [
        Problem(
            name,
            "" if kept is None else str(kept.checkpoint.size),
            Text(
                f"此处没有已签名的 {size} 条检查点的记录：文件被删除或退回旧版",
                f"a checkpoint of {size} entries was signed but is not recorded here: the file was removed or"
                f" restored",
            ),
            Text(
                "请核对备份和外部副本，查明原因后再签名",
                "compare the backups and the external copy, and find the cause before signing anything",
            ),
            "last_missing" if kept is None else "last_behind",
        )
        for name, kept in places
        if kept is None or kept.checkpoint.size < size
    ]


def _largest_row() -> SignedCheckpoint | None:
    """Return the largest checkpoint in the database."""
    note = Checkpoint.objects.order_by("-size").values_list("note", flat=True).first()
    return None if note is None else read_checkpoint(note)


def _cut_short(head: LogHead, last: SignedCheckpoint | None) -> Problem | None:
    if last is None or last.checkpoint.origin != head.origin or last.checkpoint.size <= head.size:
        return None
    size = last.checkpoint.size
    reason = Text(
        f"日志只有 {head.size} 条，已签名的检查点有 {size} 条：日志被截短",
        f"the log has {head.size} entries, but a checkpoint of {size} was signed: the log was truncated",
    )
    return Problem("log", str(head.size), reason, _BROKEN, "log_cut_short")


def _signed(head: LogHead, key: RegisterKey, now: datetime) -> SignedCheckpoint:
    changes = key_statements()
    if changes and changes[-1][0].new != key.public():
        raise InputError(
            [
                Problem(
                    "key",
                    key.public().as_text(),
                    Text("该密钥已完成更换，不再是日志的密钥", "this key was replaced and is no longer the log's"),
                    Text(
                        "请再运行一次 zhirong register key rotate 完成更换",
                        "run zhirong register key rotate again to finish the change",
                    ),
                    "key_retired",
                )
            ]
        )
    last = last_signed(key.folder) or _largest_row()
    problem = broken_past(head, last)
    if problem is not None:
        raise InputError([problem])
    # Clocks differ between machines; a checkpoint is never dated earlier than its entries.
    newest = Event.objects.filter(index=head.size - 1).values_list("entry", flat=True).first()
    times = [instant(now)]
    times += [] if last is None else [last.checkpoint.time]
    times += [] if newest is None else [entry_of_bytes(newest.encode()).time]
    root = _frontier(head).root()
    algorithm = HashAlgorithm(head.algorithm)
    return LogCheckpoint(head.origin, head.size, root, algorithm, max(times)).signed(key)


def _frontier(head: LogHead) -> Frontier:
    peaks = bytes.fromhex(head.peaks)
    hashes = tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES))
    return Frontier(HashAlgorithm(head.algorithm), head.size, hashes)
