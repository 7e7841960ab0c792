"""What a receipt proves, to whom, and what it does not: keys, witnesses, other checkpoints, forgeries."""

from dataclasses import replace

import pytest
from small_log import LOG_KEY, NEXT_KEY, ORIGIN, THIEF, WITNESS, SmallLog, instant

from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.keys import KeyType, PublicKey, SigningKey, read_key, read_keys
from zhirong.evidence.notes import MOST_SIGNATURES, NoteSignature, SignedNote, read_note
from zhirong.evidence.receipts import (
    CheckpointFile,
    ConsistencyProof,
    Receipt,
    Timestamp,
    read_checkpoint_file,
    read_receipt,
    timestamp_imprint,
)
from zhirong.evidence.statements import KeyStatement, StatementKind, read_statement
from zhirong.evidence.tree import MerkleTree
from zhirong.evidence.verify import EvidenceOutcome, EvidenceVerdict, verify_receipt
from zhirong.kernel.errors import InputError

LOG = SmallLog(20)
OWN, NEXT, SEEN = LOG_KEY.public(), NEXT_KEY.public(), WITNESS.public()


def verify(receipt, *files, keys=(OWN,)):
    others = [(f"file {number}", read_checkpoint_file(one.as_bytes())) for number, one in enumerate(files, 1)]
    return verify_receipt(read_receipt(receipt.as_bytes()), others, keys)


def wrong(verification):
    return {
        check.code for check in verification.checks if check.outcome in (EvidenceOutcome.BAD, EvidenceOutcome.OPEN)
    }


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_a_good_receipt_holds_for_every_entry(algorithm):
    log = SmallLog(20, algorithm)
    for size in (1, 13, 16, 20):
        for index in range(size):
            assert verify(log.receipt(index, size)).verdict is EvidenceVerdict.HOLDS
            assert verify(log.receipt(index, size), log.file(20, size)).verdict is EvidenceVerdict.HOLDS
    assert verify(log.receipt(3, 20), log.file(13)).verdict is EvidenceVerdict.UNDECIDED
    assert (
        verify(log.receipt(3, 20, consistency=(log.consistency(13),)), log.file(13)).verdict
        is EvidenceVerdict.HOLDS
    )


def test_nothing_given_proves_nothing():
    found = verify(LOG.receipt(3), keys=())
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.UNDECIDED, {"nothing_to_trust"})


def test_a_checkpoint_from_elsewhere_is_enough_without_a_key_if_it_contains_the_entry():
    assert verify(LOG.receipt(3, 13), LOG.file(20, 13), keys=()).verdict is EvidenceVerdict.HOLDS
    assert verify(LOG.receipt(3), LOG.file(20), keys=()).verdict is EvidenceVerdict.HOLDS
    older = LOG.receipt(3, consistency=(LOG.consistency(10),))
    assert verify(older, LOG.file(10), keys=()).verdict is EvidenceVerdict.HOLDS


def test_a_published_checkpoint_continued_on_paper_does_not_vouch_for_what_was_added():
    """Anyone can take a published log, add an entry and prove that the longer log follows from the published one."""
    forged = SmallLog(20, key=THIEF, change=15)
    receipt = forged.receipt(15, consistency=(forged.consistency(10),))
    published = LOG.file(10)
    found = verify(receipt, published, keys=())
    assert "consistency" in {check.code for check in found.checks if check.outcome is EvidenceOutcome.GOOD}
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.UNDECIDED, {"nothing_to_trust"})
    assert verify(receipt, published).verdict is EvidenceVerdict.FAILS
    empty = verify(forged.receipt(0), SmallLog(0).file(0), keys=())
    assert empty.verdict is EvidenceVerdict.UNDECIDED


def test_a_forged_signature_or_another_key_fails():
    found = verify(LOG.receipt(3, signed=LOG.signed(key=THIEF)))
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.FAILS, {"log_signature_missing"})
    genuine = LOG.signed()
    line = genuine.note.signatures[0]
    moved = SmallLog(19).signed().note.text  # another text under the same signature
    forged = read_checkpoint_file(f"{moved}\n{line.as_line()}\n".encode()).signed
    found = verify(LOG.receipt(3, 19, signed=forged))
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.FAILS, {"signature_bad"})


def test_the_key_of_another_log_says_nothing_about_this_one():
    other = SigningKey("register.example/other", KeyType.LOG_ED25519, LOG_KEY.seed)
    forged = SmallLog(20, key=THIEF, change=3)
    for receipt, files in [
        (LOG.receipt(3), []),
        (forged.receipt(3), []),
        (forged.receipt(3), [forged.file(20)]),
    ]:
        found = verify(receipt, *files, keys=(other.public(),))
        assert (found.verdict, wrong(found)) == (EvidenceVerdict.UNDECIDED, {"not_vouched_for"})
    # Its signature, though good, is not that of this log.
    signed = read_checkpoint_file(LOG.signed(key=THIEF).note.signed(other).as_text().encode()).signed
    found = verify(LOG.receipt(3, signed=signed), keys=(other.public(),))
    assert found.verdict is EvidenceVerdict.UNDECIDED
    assert verify(LOG.receipt(3, signed=signed), keys=(other.public(), OWN)).verdict is EvidenceVerdict.FAILS


def test_a_witness_cannot_sign_for_the_log_nor_the_log_for_a_witness():
    imposter = SigningKey(ORIGIN, KeyType.WITNESS_ED25519, LOG_KEY.seed)
    signed = CheckpointFile(LOG.signed(key=THIEF).countersigned(imposter, 1)).signed
    assert verify(LOG.receipt(3, signed=signed), keys=(OWN, imposter.public())).verdict is EvidenceVerdict.FAILS
    with pytest.raises(ValueError, match="countersign"):
        LOG.signed().note.signed(WITNESS)
    with pytest.raises(ValueError, match="witness's key"):
        LOG.signed().countersigned(LOG_KEY, 1)
    with pytest.raises(ValueError, match="name of the log"):
        LOG.checkpoint().signed(WITNESS)


def test_witnesses_are_counted_and_one_that_signed_something_else_is_found():
    signed = LOG.signed().countersigned(WITNESS, 1_790_000_000)
    found = verify(LOG.receipt(3, signed=signed), keys=(OWN, SEEN))
    assert [check.text.en for check in found.checks if check.code == "witness"][0].endswith("2026-09-21T14:13:20Z")
    assert verify(LOG.receipt(3, signed=signed), keys=(SEEN,)).verdict is EvidenceVerdict.HOLDS
    assert verify(LOG.receipt(3), keys=(SEEN,)).verdict is EvidenceVerdict.UNDECIDED
    stranger = SmallLog(19).signed().countersigned(WITNESS, 1_790_000_000).note.signatures[1]
    mixed = read_checkpoint_file(f"{LOG.signed().as_text()}{stranger.as_line()}\n".encode()).signed
    found = verify(LOG.receipt(3, signed=mixed), keys=(OWN, SEEN))
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.FAILS, {"signature_bad"})


def test_a_split_view_a_shorter_log_and_a_rewritten_one_are_named():
    other = SmallLog(20, change=4)
    assert wrong(verify(LOG.receipt(3), other.file(20))) == {"split_view"}
    cut = LOG.file(13, time=instant(30))
    assert wrong(verify(LOG.receipt(3), cut)) == {"log_cut_short"}
    longer = SmallLog(26, change=4)
    for proof in (longer.consistency(20), ConsistencyProof(20, 26, SmallLog(26).consistency(20).hashes)):
        found = verify(LOG.receipt(3), CheckpointFile(longer.signed(), (proof,)))
        assert (found.verdict, wrong(found)) == (EvidenceVerdict.FAILS, {"consistency"})
    assert wrong(verify(LOG.receipt(3), longer.file(26, 19))) == {"consistency_unproved"}
    # Two checkpoints given beside the receipt are held against each other as well.
    found = verify(LOG.receipt(3, 13), LOG.file(20, 13), other.file(20, 13))
    assert {"split_view", "consistency"} <= wrong(found)
    strange = SmallLog(
        20,
        origin="register.example/other",
        key=SigningKey("register.example/other", KeyType.LOG_ED25519, b"\1" * 32),
    )
    assert wrong(verify(LOG.receipt(3), strange.file(20))) == {"other_log"}
    assert wrong(verify(LOG.receipt(3), SmallLog(20, HashAlgorithm.SM3).file(20))) == {"other_hash"}


def test_an_entry_shown_at_another_place_or_of_another_log_fails():
    good = LOG.receipt(3)
    for code, receipt in [
        ("entry_index", Receipt(good.entry, 4, LOG.tree.inclusion_proof(4), good.signed)),
        ("inclusion", Receipt(LOG.entries[4], 3, good.inclusion, good.signed)),
        ("inclusion", Receipt(good.entry, 3, good.inclusion[:-1], good.signed)),
        ("inclusion", Receipt(good.entry, 3, (*good.inclusion, b"\0" * 32), good.signed)),
        ("inclusion", Receipt(good.entry, 30, good.inclusion, good.signed)),
        ("entry_log", Receipt(SmallLog(20, origin="x").entries[3], 3, good.inclusion, good.signed)),
        ("entry_time", LOG.receipt(3, signed=LOG.signed(time=instant(1)))),
    ]:
        found = verify(receipt)
        assert found.verdict is EvidenceVerdict.FAILS and code in wrong(found)


def test_a_time_stamp_is_carried_and_said_to_be_unchecked():
    found = verify(LOG.receipt(3, timestamps=(Timestamp("rfc3161", b"\x30\x00"),)))
    assert found.verdict is EvidenceVerdict.HOLDS
    assert [check.code for check in found.checks if check.outcome is EvidenceOutcome.NOT_CHECKED] == ["timestamp"]
    assert len(timestamp_imprint(LOG.signed())) == 32
    assert timestamp_imprint(LOG.signed()) == timestamp_imprint(LOG.signed().countersigned(WITNESS, 5))


# -- keys that change -----------------------------------------------------------------------------------------


def rotation(kind=StatementKind.ROTATION, old=OWN, new=NEXT, size=13):
    return KeyStatement(kind, ORIGIN, old, new, size, instant(size))


ROTATED = rotation().signed(LOG_KEY, NEXT_KEY)


def test_whoever_trusts_the_old_key_can_trust_the_new_one_through_a_rotation():
    receipt = LOG.receipt(3, signed=LOG.signed(key=NEXT_KEY), statements=(ROTATED,))
    assert verify(receipt).verdict is EvidenceVerdict.HOLDS
    assert verify(LOG.receipt(3, signed=LOG.signed(key=NEXT_KEY))).verdict is EvidenceVerdict.FAILS
    # The old key still vouches for what it signed while it was in use, and for nothing later.
    assert verify(LOG.receipt(3, 13, statements=(ROTATED,))).verdict is EvidenceVerdict.HOLDS
    found = verify(LOG.receipt(3, 20, statements=(ROTATED,)))
    assert (found.verdict, wrong(found)) == (EvidenceVerdict.FAILS, {"signature_retired_key"})


def test_an_old_receipt_holds_under_the_new_key_alone_through_a_newer_checkpoint():
    found = verify(LOG.receipt(3, 13), LOG.file(20, 13, key=NEXT_KEY), keys=(NEXT,))
    assert found.verdict is EvidenceVerdict.HOLDS
    assert verify(LOG.receipt(3, 13), keys=(NEXT,)).verdict is EvidenceVerdict.FAILS
    # A checkpoint whose signer is unknown cannot be what vouches, once the log's key is known.
    assert verify(LOG.receipt(3, 13), LOG.file(20, 13, key=THIEF), keys=(NEXT,)).verdict is EvidenceVerdict.FAILS


def test_a_retired_key_is_refused_for_later_sizes_and_hands_over_no_more():
    retired = PublicKey(OWN.name, OWN.type, OWN.material, 13)
    assert verify(LOG.receipt(3, 13), keys=(retired,)).verdict is EvidenceVerdict.HOLDS
    assert wrong(verify(LOG.receipt(3, 14), keys=(retired,))) == {"signature_retired_key"}
    receipt = LOG.receipt(3, signed=LOG.signed(key=NEXT_KEY), statements=(ROTATED,))
    assert "key_old_key_retired" in wrong(verify(receipt, keys=(retired,)))
    twice = rotation(new=THIEF.public()).signed(LOG_KEY, THIEF)
    receipt = LOG.receipt(3, signed=LOG.signed(key=THIEF), statements=(ROTATED, twice))
    assert "key_old_key_retired" in wrong(verify(receipt))


def test_a_key_given_twice_counts_with_the_smaller_limit():
    retired = PublicKey(OWN.name, OWN.type, OWN.material, 13)
    for keys in ((OWN, retired), (retired, OWN)):
        assert wrong(verify(LOG.receipt(3), keys=keys)) == {"signature_retired_key"}


def test_a_key_made_to_have_the_same_id_cannot_hand_over(monkeypatch):
    """Four bytes of ID can be made to collide with patience; here they all do."""
    monkeypatch.setattr(PublicKey, "id", property(lambda key: b"same"))
    forged = rotation(old=THIEF.public(), new=NEXT).signed(THIEF, NEXT_KEY)
    receipt = LOG.receipt(3, signed=LOG.signed(key=NEXT_KEY), statements=(forged,))
    found = verify(receipt)
    assert found.verdict is EvidenceVerdict.FAILS and "key_old_key_unknown" in {
        check.code for check in found.checks
    }
    claimed = read_note(
        rotation(new=THIEF.public()).as_text()
        + "\n"
        + rotation(new=THIEF.public()).signed(LOG_KEY, THIEF).signatures[1].as_line()
        + "\n"
    )
    assert "key_signature" in wrong(verify(LOG.receipt(3, signed=LOG.signed(key=THIEF), statements=(claimed,))))


def test_nothing_in_an_entry_can_play_tricks_on_a_screen():
    log = SmallLog(1)
    log.entries[0] = replace(log.entries[0], body={"a": "\x9b2J\u202e甲"})
    log.tree = MerkleTree(log.algorithm, [log.entries[0].as_bytes()])
    said = verify(log.receipt(0)).as_text()
    assert "\\u009b2J\\u202e甲" in said and said.replace("\n", "").isprintable()
    for name in ("a\u202eb", "a b", "a+b", "a\x9bb", ""):
        with pytest.raises(ValueError, match="name"):
            SigningKey(name, KeyType.LOG_ED25519, bytes(32))


def test_a_rotation_that_the_old_key_did_not_sign_is_refused():
    text = rotation(new=THIEF.public()).as_text()
    note = read_note(
        f"{text}\n{rotation(StatementKind.LOSS, new=THIEF.public()).signed(THIEF).as_text().split(chr(10) * 2)[1]}"
    )
    assert note.text == text
    receipt = LOG.receipt(3, signed=LOG.signed(key=THIEF), statements=(note,))
    assert "key_signature" in wrong(verify(receipt))
    with pytest.raises(ValueError, match="signed by the old"):
        rotation().signed(NEXT_KEY)


def test_a_lost_key_gives_no_reason_to_trust_the_next_one():
    loss = rotation(StatementKind.LOSS).signed(NEXT_KEY)
    receipt = LOG.receipt(3, signed=LOG.signed(key=NEXT_KEY), statements=(loss,))
    found = verify(receipt)
    assert found.verdict is EvidenceVerdict.FAILS and "key_loss" in {check.code for check in found.checks}
    assert verify(receipt, keys=(NEXT,)).verdict is EvidenceVerdict.HOLDS
    # Once the new key is trusted, the lost one counts no further than the statement says.
    later = LOG.receipt(3, statements=(loss,))
    assert "signature_retired_key" in wrong(verify(later, keys=(OWN, NEXT)))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda text: text.replace("rotation", "gift"),
        lambda text: text.replace("size 13", "size 013"),
        lambda text: text.replace("size 13", f"size {2**63}"),
        lambda text: text.replace("time ", "zeit "),
        lambda text: text.replace(ORIGIN, "other", 1),
        lambda text: text.replace(OWN.as_text(), NEXT.as_text()),
        lambda text: text.replace(OWN.as_text(), SEEN.as_text()),
        lambda text: text.replace("zhirong-key-statement-1", "zhirong-key-statement-2"),
    ],
)
def test_malformed_statements_are_refused(break_it):
    with pytest.raises(InputError):
        read_statement(break_it(ROTATED.as_text()))


# -- keys as written ------------------------------------------------------------------------------------------


def test_keys_are_read_as_they_are_written():
    text = f"# register\n\n{OWN.as_text()} until 13\n{SEEN.as_text()}\n"
    own, seen = read_keys(text, "keys")
    assert own == PublicKey(OWN.name, OWN.type, OWN.material, 13)
    assert seen == SEEN and seen.is_witness and not own.is_witness
    assert "seed" not in repr(LOG_KEY) and LOG_KEY.seed.hex() not in repr(LOG_KEY)


def test_every_changed_character_of_a_key_is_refused_or_another_key():
    written = OWN.as_text()
    for place in range(len(written)):
        for bit in range(7):
            letter = chr(ord(written[place]) ^ 1 << bit)
            try:
                key = read_key(written[:place] + letter + written[place + 1 :])
            except InputError:
                continue
            assert key.name != OWN.name and key.material == OWN.material, (place, letter)


@pytest.mark.parametrize(
    "line",
    ["", "# nothing", "words", f"{OWN.as_text()} until", f"{OWN.as_text()} from 3", f"{OWN.as_text()} until ٣"],
)
def test_key_files_that_cannot_be_used_say_why(line):
    with pytest.raises(InputError) as refused:
        read_keys(line, "keys")
    assert refused.value.problems[0].hint.en


def test_sm2_keys_are_known_by_name_and_said_not_to_be_supported():
    sm2 = PublicKey(ORIGIN, KeyType.LOG_SM2, b"\x04" + bytes(64))
    assert read_key(sm2.as_text()) == sm2 and not sm2.can_be_checked
    text = LOG.signed().note.text
    note = SignedNote(text, (*LOG.signed().note.signatures, NoteSignature(ORIGIN, sm2.id, bytes(64))))
    signed = read_checkpoint_file(note.as_text().encode()).signed
    found = verify(LOG.receipt(3, signed=signed), keys=(OWN, sm2))
    assert found.verdict is EvidenceVerdict.HOLDS
    assert "signature_not_supported" in {check.code for check in found.checks}
    assert verify(LOG.receipt(3, signed=signed), keys=(sm2,)).verdict is not EvidenceVerdict.HOLDS
    handed = SignedNote(rotation(new=sm2).as_text()).signed(LOG_KEY)
    found = verify(LOG.receipt(3, 13, statements=(handed,)))
    assert "key_not_supported" in {check.code for check in found.checks} and found.verdict is EvidenceVerdict.HOLDS
    with pytest.raises(ValueError, match="not made"):
        SigningKey(ORIGIN, KeyType.LOG_SM2, bytes(32))


def test_notes_of_another_form_are_refused():
    good = LOG.signed().as_text()
    line = LOG.signed().note.signatures[0].as_line()
    for text in (
        good.replace("\n\n", "\n"),
        good.rstrip("\n"),
        good + "\n",
        good.replace("— ", "- "),
        good.replace("\n", "\r\n"),
        good.replace("hash", "\thash"),
        good + line + "=\n",
        good + f"{line}\n" * MOST_SIGNATURES,
        "",
        "\n\n" + line + "\n",
    ):
        with pytest.raises(InputError):
            read_checkpoint_file(text.encode() or b"\n")
