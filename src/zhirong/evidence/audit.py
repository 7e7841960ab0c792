"""Audits a stored log from end to end: every byte of its entries, tiles, checkpoints and signatures.

One pass in the order of the log; memory does not grow with it. Each finding names the place. Where an entry and
its stored hash differ, the signed checkpoint decides which of the two was changed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from zhirong.evidence.checkpoints import SignedCheckpoint, read_checkpoint
from zhirong.evidence.entries import entry_of_bytes
from zhirong.evidence.hashes import HASH_BYTES, HashAlgorithm, leaf_hash
from zhirong.evidence.keys import PublicKey
from zhirong.evidence.notes import SignatureState, check_signatures
from zhirong.evidence.tree import (
    TILE_LEVELS,
    TILE_WIDTH,
    Frontier,
    MissingTileError,
    StoredTree,
    TileHash,
    TileSource,
)
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Lang, Text

_NO_HASH = b"\x00" * HASH_BYTES


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One thing wrong with a stored log. code: stable English key. place: entry, tile or checkpoint."""

    code: str
    place: str
    text: Text

    def as_text(self, lang: Lang = "zh") -> str:
        """One line for display."""
        return f"{self.place}{'：' if lang == 'zh' else ': '}{self.text.in_(lang)}"

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {"code": self.code, "place": self.place, "text": self.text.as_json()}


@dataclass(frozen=True, slots=True)
class Audit:
    """Result of an audit. findings: empty if the log is intact. size: number of entries.

    covered: how many of them a signed checkpoint covers; the others could still be rewritten together with their
    hashes.
    """

    findings: tuple[AuditFinding, ...]
    size: int
    covered: int


@dataclass(slots=True)
class _Pass:
    origin: str
    algorithm: HashAlgorithm
    tiles: TileSource
    findings: list[AuditFinding] = field(default_factory=list)
    differing: list[TileHash] = field(default_factory=list)
    last_read: dict[int, tuple[int, bytes]] = field(default_factory=dict)

    def note(self, code: str, place: str, zh: str, en: str) -> None:
        self.findings.append(AuditFinding(code, place, Text(zh, en)))

    def stored(self, tile_level: int, index: int, place: int) -> bytes:
        held = self.last_read.get(tile_level)
        if held is None or held[0] != index:
            held = self.last_read[tile_level] = (index, self.tiles.tile(tile_level, index))
        return held[1][place * HASH_BYTES : (place + 1) * HASH_BYTES]


def audit_log(
    origin: str,
    algorithm: HashAlgorithm,
    entries: Iterable[tuple[int, bytes]],
    tiles: TileSource,
    checkpoints: Sequence[str],
    keys: Iterable[PublicKey],
) -> Audit:
    """All problems of a stored log.

    entries: index and bytes, in the order of the log. checkpoints: all stored signed notes, in any order.
    keys: the log's keys, retired ones with ``until``, and its witnesses'; a signature by any other is a finding.
    """
    work = _Pass(origin, algorithm, tiles)
    signed = _read_checkpoints(work, checkpoints, tuple(keys))
    roots: dict[int, bytes] = {}
    wanted = {one.checkpoint.size for one in signed}
    frontier = Frontier(algorithm)
    if 0 in wanted:
        roots[0] = frontier.root()
    for index, data in entries:
        while frontier.size < index:
            work.note("entry_missing", f"entry {frontier.size}", "条目缺失", "the entry is missing")
            frontier = _append(work, frontier, None, wanted, roots)
        if index < frontier.size:
            work.note(
                "entry_order", f"entry {index}", "条目重复或次序颠倒", "duplicate entry, or entries out of order"
            )
            continue
        _check_entry(work, index, data)
        frontier = _append(work, frontier, data, wanted, roots)
    _check_ends(work, frontier.size)
    good = _check_roots(work, signed, roots, frontier.size)
    _name_differing(work, signed, good, frontier.size)
    return Audit(tuple(work.findings), frontier.size, good)


def _append(
    work: _Pass, frontier: Frontier, data: bytes | None, wanted: set[int], roots: dict[int, bytes]
) -> Frontier:
    """Add a leaf; a missing entry is replaced by its stored hash, so that the rest can still be checked."""
    tile, place = divmod(frontier.size, TILE_WIDTH)
    leaf = leaf_hash(work.algorithm, data) if data is not None else work.stored(0, tile, place) or _NO_HASH
    frontier, kept = frontier.append(leaf)
    work.differing += [one for one in kept if work.stored(one.tile_level, one.index, one.place) != one.hash]
    if frontier.size in wanted:
        roots[frontier.size] = frontier.root()
    return frontier


def _check_entry(work: _Pass, index: int, data: bytes) -> None:
    try:
        entry = entry_of_bytes(data)
    except InputError as error:
        reason = error.problems[0]
        work.note("entry_form", f"entry {index}", reason.as_text("zh"), reason.as_text("en"))
        return
    if entry.log != work.origin:
        work.note("entry_log", f"entry {index}", f"属于日志 {entry.log}", f"the entry belongs to log {entry.log}")
    if entry.index != index:
        work.note(
            "entry_index",
            f"entry {index}",
            f"条目所载序号为 {entry.index}",
            f"the entry states index {entry.index}",
        )


def _read_checkpoints(
    work: _Pass, checkpoints: Sequence[str], keys: tuple[PublicKey, ...]
) -> list[SignedCheckpoint]:
    signed = []
    for number, written in enumerate(checkpoints, 1):
        place = f"checkpoint {number}"
        try:
            one = read_checkpoint(written)
        except InputError as error:
            reason = error.problems[0]
            work.note("checkpoint_form", place, reason.as_text("zh"), reason.as_text("en"))
            continue
        findings = check_signatures(one.note, keys, one.checkpoint.size)
        for finding in findings:
            if finding.state is not SignatureState.GOOD:
                who = f"{finding.signature.name} {finding.signature.key_id.hex()}"
                work.note(
                    f"signature_{finding.state}",
                    place,
                    f"{who} 的签名无效（{finding.state}）",
                    f"the signature of {who} is invalid ({finding.state})",
                )
        own = [f for f in findings if f.key is not None and not f.key.is_witness and f.key.name == work.origin]
        if not any(finding.state is SignatureState.GOOD for finding in own):
            work.note(
                "log_signature_missing", place, "缺少日志自身的有效签名", "no valid signature of the log itself"
            )
        elif one.checkpoint.origin != work.origin or one.checkpoint.algorithm is not work.algorithm:
            work.note("other_log", place, "是另一个日志的检查点", "it is of another log")
        else:
            signed.append(one)
    return sorted(signed, key=lambda one: one.checkpoint.size)


def _check_ends(work: _Pass, size: int) -> None:
    """Tiles that hold more than the log has entries."""
    level, count = 0, size
    while True:
        index, place = divmod(count, TILE_WIDTH)
        if len(work.tiles.tile(level, index)) > place * HASH_BYTES or work.tiles.tile(level, index + 1):
            work.note(
                "tile_too_long",
                f"tile {level}/{index}",
                "存有多余的哈希",
                "the tile holds more hashes than the log requires",
            )
        if not count:
            return
        level, count = level + 1, count >> TILE_LEVELS


def _check_roots(work: _Pass, signed: list[SignedCheckpoint], roots: dict[int, bytes], size: int) -> int:
    """The largest size up to which the entries match what was signed; checkpoints that disagree are reported."""
    good = 0
    for one in signed:
        checkpoint = one.checkpoint
        place = f"checkpoint of {checkpoint.size}"
        if checkpoint.size > size:
            work.note(
                "log_cut_short",
                place,
                f"日志只有 {size} 条，已签名的检查点有 {checkpoint.size} 条：日志被截短",
                f"the log has {size} entries, one of {checkpoint.size} was signed: the log was truncated",
            )
        elif roots[checkpoint.size] == checkpoint.root:
            good = max(good, checkpoint.size)
        else:
            work.note(
                "root_differs",
                place,
                f"由条目计算的根哈希与已签名的不一致：第 {good} 条之后、第 {checkpoint.size} 条之前有改动",
                f"the root of the entries differs from the signed one: changed between {good} and {checkpoint.size}",
            )
    return good


def _name_differing(work: _Pass, signed: list[SignedCheckpoint], good: int, size: int) -> None:
    """Determine for each differing stored hash whether the hash or its entry was changed."""
    latest = next((one.checkpoint for one in reversed(signed) if one.checkpoint.size <= size), None)
    tiles_are_good = False
    if latest is not None and latest.size > good:
        try:
            tiles_are_good = StoredTree(work.algorithm, latest.size, work.tiles).root() == latest.root
        except MissingTileError as error:
            work.note("tile_missing", f"tile {error.tile_level}/{error.index}", "缺少哈希", "hashes are missing")
    # A changed entry changes every hash above it as well; those are not reported separately.
    changed = sorted(one.index * TILE_WIDTH + one.place for one in work.differing if one.tile_level == 0)
    for one in work.differing:
        place = one.index * TILE_WIDTH + one.place
        leaves = range(place << TILE_LEVELS * one.tile_level, (place + 1) << TILE_LEVELS * one.tile_level)
        name = f"tile {one.tile_level}/{one.index} hash {one.place}"
        if leaves.stop <= good:
            work.note("tile_changed", name, "存储的哈希已被改动", "the stored hash was changed")
        elif one.tile_level == 0 and tiles_are_good and latest is not None and place < latest.size:
            work.note("entry_changed", f"entry {place}", "条目已被改动", "the entry was changed")
        elif one.tile_level == 0:
            work.note(
                "entry_or_tile_changed",
                f"entry {place}",
                f"条目与存储的哈希（{name}）不符，其中之一已被改动",
                f"entry and stored hash ({name}) differ: one of them was changed",
            )
        elif bisect_left(changed, leaves.start) == bisect_left(changed, leaves.stop):
            work.note("tile_changed", name, "存储的哈希已被改动", "the stored hash was changed")
