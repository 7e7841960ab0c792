"""Any byte of a receipt, of a checkpoint file or of a stored log changed: it is noticed, and named."""

import random

import pytest
from small_log import LOG_KEY, NEXT_KEY, ORIGIN, WITNESS, SmallLog, instant

from zhirong.evidence.audit import audit_log
from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.receipts import Timestamp, read_checkpoint_file, read_receipt
from zhirong.evidence.statements import KeyStatement, StatementKind
from zhirong.evidence.tree import MemoryTiles
from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
from zhirong.kernel.errors import InputError

pytestmark = pytest.mark.slow

KEYS = (LOG_KEY.public(), WITNESS.public())


def verdict_of(receipt, checkpoint=None, keys=KEYS):
    """The verdict; None where a file cannot be used at all, which is said with its reason."""
    try:
        others = [] if checkpoint is None else [("other", read_checkpoint_file(checkpoint, "other"))]
        return verify_receipt(read_receipt(receipt, "receipt"), others, keys).verdict
    except InputError as error:
        assert all(problem.reason.zh and problem.hint.zh for problem in error.problems)
        return None


def changed(data, place, by):
    flipped = bytearray(data)
    flipped[place] ^= by
    return bytes(flipped)


def test_every_changed_byte_of_a_small_receipt_is_noticed():
    """Every byte; all eight bits of each, and the signature of a witness whose key nobody has among them."""
    log = SmallLog(5)
    signed = log.signed().countersigned(WITNESS, 1_790_000_000)
    receipt = log.receipt(2, signed=signed, timestamps=(Timestamp("rfc3161", b"token"),)).as_bytes()
    own = (LOG_KEY.public(),)
    assert verdict_of(receipt, keys=own) is EvidenceVerdict.HOLDS
    unseen = [
        (place, bit)
        for place in range(len(receipt))
        for bit in range(8)
        if verdict_of(changed(receipt, place, 1 << bit), keys=own) not in (None, EvidenceVerdict.FAILS)
    ]
    assert unseen == []


def test_every_changed_byte_of_a_checkpoint_file_is_noticed():
    log = SmallLog(9)
    receipt = log.receipt(2, 5).as_bytes()
    bundle, note = log.file(9, 5).as_bytes(), log.signed(5).as_text().encode()
    for data in (bundle, note):
        assert verdict_of(receipt, data) is EvidenceVerdict.HOLDS
        for place in range(len(data)):
            assert verdict_of(receipt, changed(data, place, 1 << place % 8)) is not EvidenceVerdict.HOLDS, place


def test_bytes_cut_off_or_added_are_noticed():
    receipt = SmallLog(5).receipt(2).as_bytes()
    for length in range(len(receipt)):
        assert verdict_of(receipt[:length]) is None
    for more in (b"\n", b" ", b"\x00", b"{}"):
        assert verdict_of(receipt + more) is None
        assert verdict_of(more + receipt) is None


def test_ten_thousand_random_changes_in_the_receipt_of_a_larger_log_are_noticed():
    log = SmallLog(600, HashAlgorithm.SM3)
    statement = KeyStatement(
        StatementKind.ROTATION, ORIGIN, NEXT_KEY.public(), LOG_KEY.public(), 300, instant(300)
    ).signed(NEXT_KEY, LOG_KEY)
    receipt = log.receipt(333, consistency=(log.consistency(300),), statements=(statement,)).as_bytes()
    assert verdict_of(receipt) is EvidenceVerdict.HOLDS
    chance = random.Random(20261121)
    for _ in range(10_000):
        place, by = chance.randrange(len(receipt)), chance.randrange(1, 256)
        assert verdict_of(changed(receipt, place, by)) in (None, EvidenceVerdict.FAILS), (place, by)


# -- a stored log ---------------------------------------------------------------------------------------------


def stored(size, *signed_sizes, algorithm=HashAlgorithm.SHA256):
    log = SmallLog(size, algorithm)
    entries = [entry.as_bytes() for entry in log.entries]
    checkpoints = [log.signed(one).countersigned(WITNESS, 1_790_000_000).as_text() for one in signed_sizes]
    return entries, [bytes(level) for level in log.tree.tiles.levels], checkpoints


def audit(entries, levels, checkpoints, algorithm=HashAlgorithm.SHA256):
    tiles = MemoryTiles([bytearray(level) for level in levels])
    return audit_log(ORIGIN, algorithm, enumerate(entries), tiles, checkpoints, KEYS)


def test_a_whole_log_has_no_findings():
    for algorithm in HashAlgorithm:
        found = audit(*stored(300, 0, 1, 100, 300, algorithm=algorithm), algorithm)
        assert (found.findings, found.size, found.covered) == ((), 300, 300)
    assert audit(*stored(0)).findings == ()
    assert audit(*stored(20, 16)).covered == 16


def test_every_changed_byte_of_every_entry_of_a_small_log_is_found_and_named():
    entries, levels, checkpoints = stored(6, 3, 6)
    for index, entry in enumerate(entries):
        for place in range(len(entry)):
            damaged = [*entries[:index], changed(entry, place, 1 << place % 8), *entries[index + 1 :]]
            found = audit(damaged, levels, checkpoints).findings
            assert ("entry_changed", f"entry {index}") in {(one.code, one.place) for one in found}
            assert not any(one.place.startswith("tile") for one in found)


def test_every_changed_byte_of_every_tile_of_a_small_log_is_found_and_named():
    entries, levels, checkpoints = stored(18, 18)
    for level, hashes in enumerate(levels):
        for place in range(len(hashes)):
            damaged = [*levels[:level], changed(hashes, place, 1 << place % 8), *levels[level + 1 :]]
            found = audit(entries, damaged, checkpoints).findings
            name = f"tile {level}/{place // 512} hash {place % 512 // 32}"
            assert [(one.code, one.place) for one in found] == [("tile_changed", name)]


def test_every_changed_byte_of_every_checkpoint_of_a_small_log_is_found_and_named():
    entries, levels, checkpoints = stored(6, 3, 6)
    for number, note in enumerate(checkpoints):
        data = note.encode()
        for place in range(len(data)):
            written = changed(data, place, 1 << place % 8).decode("utf-8", "replace")
            damaged = [*checkpoints[:number], written, *checkpoints[number + 1 :]]
            found = audit(entries, levels, damaged).findings
            assert f"checkpoint {number + 1}" in {one.place for one in found}, place


def test_random_changes_in_a_larger_stored_log_are_found_at_their_place():
    entries, levels, checkpoints = stored(700, 250, 700)
    chance = random.Random(6)
    indexes = sorted(chance.sample(range(700), 40))
    damaged = list(entries)
    for index in indexes:
        damaged[index] = changed(entries[index], chance.randrange(len(entries[index])), chance.randrange(1, 256))
    found = audit(damaged, levels, checkpoints).findings
    assert [one.place for one in found if one.code == "entry_changed"] == [f"entry {index}" for index in indexes]
    assert not any(one.code == "tile_changed" for one in found)


def test_a_log_cut_short_rewritten_or_with_gaps_is_named():
    entries, levels, checkpoints = stored(40, 20, 40)
    codes = {one.code for one in audit(entries[:30], levels, checkpoints).findings}
    assert codes == {"log_cut_short", "tile_too_long"}
    rewritten = SmallLog(40, change=25)
    again = [entry.as_bytes() for entry in rewritten.entries]
    found = audit(again, [bytes(level) for level in rewritten.tree.tiles.levels], checkpoints)
    assert [one.code for one in found.findings] == ["root_differs"]
    assert "20" in found.findings[0].text.zh and found.covered == 20
    pairs = [(index, entry) for index, entry in enumerate(entries) if index != 11]
    tiles = MemoryTiles([bytearray(level) for level in levels])
    found = audit_log(ORIGIN, HashAlgorithm.SHA256, pairs, tiles, checkpoints, KEYS)
    assert [(one.code, one.place) for one in found.findings] == [("entry_missing", "entry 11")]
    twice = [*enumerate(entries[:5]), (4, entries[4]), *list(enumerate(entries))[5:]]
    found = audit_log(ORIGIN, HashAlgorithm.SHA256, twice, tiles, checkpoints, KEYS)
    assert [(one.code, one.place) for one in found.findings] == [("entry_order", "entry 4")]
    swapped = [*entries[:4], entries[5], entries[4], *entries[6:]]
    codes = {(one.code, one.place) for one in audit(swapped, levels, checkpoints).findings}
    assert {("entry_index", "entry 4"), ("entry_index", "entry 5"), ("entry_changed", "entry 4")} <= codes


@pytest.mark.parametrize("level", [0, 1])
def test_lost_tiles_are_named(level):
    entries, levels, checkpoints = stored(40, 40)
    lost = [hashes if number != level else hashes[:-32] for number, hashes in enumerate(levels)]
    place = len(levels[level]) // 32 - 1
    found = audit(entries, lost, checkpoints).findings
    assert [(one.code, one.place) for one in found] == [
        ("tile_changed", f"tile {level}/{place // 16} hash {place % 16}")
    ]
