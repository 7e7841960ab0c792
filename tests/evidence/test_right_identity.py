"""A right's record commits to everything and shows only what its holder chooses to show."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_log import LOG_KEY, ORIGIN, instant

from zhirong.evidence.checkpoints import Checkpoint
from zhirong.evidence.entries import LogEntry
from zhirong.evidence.hashes import HashAlgorithm, leaf_hash, node_hash
from zhirong.evidence.identity import (
    Disclosure,
    IdentityClaim,
    check_disclosure,
    check_history,
    disclose,
    first_identity,
    identity_code,
    identity_of,
    is_identity_code,
    next_identity,
    read_disclosure,
)
from zhirong.evidence.receipts import Receipt, read_receipt
from zhirong.evidence.tree import MerkleTree
from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
from zhirong.kernel.errors import InputError

NUMBER = "ZL 2014 1 0362077.3"


def claims():
    values = {
        "title": "一种方法",
        "holder.1": {"code": "91610000MA6TXXXX00", "name": "西安甲科技有限公司"},
        "provenance": "专利登记簿副本",
        "appraisal.2026-03.value": {"agency": "乙评估", "value_fen": 1_000_000_000},
        "pledge.2026-05": {"pledgee": "丙银行", "amount_fen": 300_000_000},
    }
    return [
        IdentityClaim(name, value, bytes([number]) * 32) for number, (name, value) in enumerate(values.items(), 1)
    ]


def made(algorithm=HashAlgorithm.SM3):
    return first_identity(
        algorithm=algorithm, kind="invention", number=NUMBER, status="in_force", as_of="2026-11-21", claims=claims()
    )


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_a_record_shows_only_what_public_registers_show(algorithm):
    identity = made(algorithm)
    record = identity.as_json()
    assert identity_of(record) == identity
    shown = str(record)
    for secret in ("甲科技", "乙评估", "丙银行", "一种方法", "1000000000"):
        assert secret not in shown
    assert record["number"] == "201410362077.3" and len(record["commitments"]) == 5


def test_disclosed_claims_hold_against_their_commitments_and_no_others_do():
    identity = made()
    shown = disclose(identity, claims(), ["holder.1", "appraisal.2026-03.value"])
    assert read_disclosure(shown.as_bytes()) == shown
    assert check_disclosure(identity, shown) == ()
    assert "丙银行" not in shown.as_bytes().decode()
    for claim in claims():
        for other in (
            replace(claim, value="something else"),
            replace(claim, value=[claim.value]),
            replace(claim, salt=b"\x99" * 32),
            replace(claim, name="pledge.2026-06"),
            replace(claim, name="title" if claim.name != "title" else "provenance"),
        ):
            found = check_disclosure(identity, Disclosure(identity.fingerprint(), (other,)))
            assert [problem.code for problem in found] in (["commitment_differs"], ["no_commitment"])
    later = next_identity(identity, status="in_force", as_of="2026-12-01", claims=claims())
    assert [problem.code for problem in check_disclosure(later, shown)] == ["other_record"]


def test_a_disclosure_carries_nothing_beside_what_was_committed_to():
    file = disclose(made(), claims(), ["holder.1"]).as_bytes()
    for added in (
        file.replace(b'"name":"holder.1"', b'"discharged":true,"name":"holder.1"'),
        file.replace(b"{", b'{"a":1,', 1),
    ):
        with pytest.raises(InputError):
            read_disclosure(added)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_changed_byte_of_a_disclosure_never_holds(data):
    identity = made()
    file = bytearray(disclose(identity, claims(), [claim.name for claim in claims()]).as_bytes())
    file[data.draw(st.integers(0, len(file) - 2))] ^= data.draw(st.integers(1, 255))
    try:
        assert check_disclosure(identity, read_disclosure(bytes(file)))
    except InputError as error:
        assert error.problems


def test_commitments_of_one_value_differ_by_salt_and_name_and_are_no_tree_hashes():
    for algorithm in HashAlgorithm:
        one = IdentityClaim("title", "甲", b"\1" * 32).commitment(algorithm)
        assert one != IdentityClaim("title", "甲", b"\2" * 32).commitment(algorithm)
        assert one != IdentityClaim("provenance", "甲", b"\1" * 32).commitment(algorithm)
        content = b"\1" * 32 + '["title","甲"]'.encode()
        assert one != leaf_hash(algorithm, content).hex()
        assert one != node_hash(algorithm, b"\1" * 32, '["title","甲"]'.encode()).hex()
    with pytest.raises(ValueError, match="salt has 32"):
        IdentityClaim("title", "甲", b"short").commitment(HashAlgorithm.SM3)


def test_bad_claims_are_refused_all_at_once():
    bad = [
        IdentityClaim("titel", 1, b"\1" * 32),
        IdentityClaim("title", 1, b"\2" * 32),
        IdentityClaim("title", 2, b"\3" * 32),
    ]
    with pytest.raises(InputError) as refused:
        first_identity(
            algorithm=HashAlgorithm.SM3,
            kind="invention",
            number=NUMBER,
            status="in_force",
            as_of="2026-11-21",
            claims=[*bad, IdentityClaim("holder.1", 1, b"\2" * 32)],
        )
    assert [problem.code for problem in refused.value.problems] == ["claim_name", "claim_name", "salt_twice"]


def test_the_history_shows_every_gap_and_every_change_of_the_past():
    first = made()
    second = next_identity(first, status="in_force", as_of="2026-12-01", claims=claims())
    third = next_identity(second, status="lapsed", as_of="2026-12-31", claims=[])
    assert check_history([first, second, third]) == ()
    assert {problem.code for problem in check_history([first, third])} == {"gap", "previous"}
    rewritten = replace(first, status="lapsed")
    assert [problem.field for problem in check_history([rewritten, second, third])] == ["[2].previous"]
    assert {problem.field for problem in check_history([first, replace(second, kind="design")])} == {"[2].kind"}
    assert {problem.code for problem in check_history([second])} == {"gap", "previous"}
    earlier = replace(second, as_of="2026-01-01")
    assert {problem.code for problem in check_history([first, earlier])} == {"time"}


def test_identity_numbers_are_the_same_for_all_and_carry_a_check():
    code = identity_code("invention", NUMBER)
    assert code == identity_code("invention", "201410362077.3") == made().code
    assert code.startswith("ZR1-") and is_identity_code(code)
    for place in range(4, len(code)):
        for letter in "A7":
            other = code[:place] + letter + code[place + 1 :]
            assert other == code or not is_identity_code(other)
    assert not is_identity_code(code.lower()) and not is_identity_code("") and not is_identity_code("甲")
    secret = identity_code("trade_secret", "", b"\7" * 32)
    assert is_identity_code(secret) and secret != identity_code("trade_secret", "", b"\6" * 32)
    for number, given_secret in (("", b""), (NUMBER, b"\7" * 32), ("", b"short")):
        with pytest.raises(ValueError):
            identity_code("invention", number, given_secret)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "201410362078.1"),
        ("code", identity_code("trade_secret", "", b"\7" * 32)),
        ("version", 2),
        ("previous", "00"),
        ("kind", "unheard_of"),
        ("kind", " invention"),
        ("hash", "md5"),
        ("as_of", "2026-02-30"),
        ("commitments", {"title": "00"}),
        ("commitments", {"salary": "00" * 32}),
        ("commitments", []),
        ("extra", 1),
    ],
)
def test_malformed_records_are_refused(field, value):
    with pytest.raises(InputError):
        identity_of({**made().as_json(), field: value})


def test_a_receipt_of_an_identity_takes_a_disclosure():
    identity = made()
    entry = LogEntry(ORIGIN, 0, "right.identity", instant(0), {"identity": identity.as_json()})
    tree = MerkleTree(HashAlgorithm.SM3, [entry.as_bytes()])
    signed = Checkpoint(ORIGIN, 1, tree.root(), HashAlgorithm.SM3, instant(1)).signed(LOG_KEY)
    receipt = read_receipt(Receipt(entry, 0, (), signed).as_bytes())
    shown = disclose(identity, claims(), ["holder.1"])
    keys = [LOG_KEY.public()]
    assert verify_receipt(receipt, (), keys, [("shown", shown)]).verdict is EvidenceVerdict.HOLDS
    other = Disclosure(shown.fingerprint, (replace(shown.claims[0], value="另一人"),))
    assert verify_receipt(receipt, (), keys, [("shown", other)]).verdict is EvidenceVerdict.FAILS
    plain = LogEntry(ORIGIN, 0, "pledge.registered", instant(0), {"a": 1})
    tree = MerkleTree(HashAlgorithm.SM3, [plain.as_bytes()])
    signed = Checkpoint(ORIGIN, 1, tree.root(), HashAlgorithm.SM3, instant(1)).signed(LOG_KEY)
    receipt = read_receipt(Receipt(plain, 0, (), signed).as_bytes())
    assert verify_receipt(receipt, (), keys, [("shown", shown)]).verdict is EvidenceVerdict.FAILS
