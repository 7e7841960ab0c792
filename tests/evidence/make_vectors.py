"""The published test vectors in docs/vectors: `python tests/evidence/make_vectors.py` writes them anew.

Everything comes from fixed seeds, so that writing them again gives the same bytes.
"""

import json
from datetime import date
from pathlib import Path

from small_log import LOG_KEY, NEXT_KEY, ORIGIN, WITNESS, SmallLog, instant

from zhirong.evidence.canonical import encode
from zhirong.evidence.fingerprint import claim_fingerprint, hmac_sm3, right_fingerprint
from zhirong.evidence.hashes import HashAlgorithm, digest_of, leaf_hash
from zhirong.evidence.identity import (
    Disclosure,
    IdentityClaim,
    disclose,
    first_identity,
    identity_code,
    read_disclosure,
)
from zhirong.evidence.keys import read_keys
from zhirong.evidence.receipts import Receipt, Timestamp, read_checkpoint_file, read_receipt, timestamp_imprint
from zhirong.evidence.statements import KeyStatement, StatementKind
from zhirong.evidence.tree import MerkleTree
from zhirong.evidence.verify import verify_receipt
from zhirong.kernel.identifiers import credit_code_check

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "vectors"
# The leaves of Certificate Transparency's own tests, from which come the roots that everybody publishes.
CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]


def canonical_vectors():
    values = [
        None,
        True,
        0,
        -1,
        2**53 - 1,
        "",
        "质押",
        'quote " backslash \\ tab \t bell \u0007 delete \x7f',
        [],
        [1, [2, {}]],
        {"b": 1, "a": [True, None]},
        {"\ufb33": 1, "😀": 2, "ö": 3, "1": 4, "\r": 5},
    ]
    refused = [
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a": 1}',
        "1.0",
        "1e2",
        "-0",
        "9007199254740992",
        '"\\u0041"',
        '"\\ud800"',
        "[1,]",
        "NaN",
        "1\n",
    ]
    return {
        "about": "value and its canonical bytes in hexadecimal; texts that are not canonical and must be refused",
        "accepted": [{"value": value, "canonical": encode(value).hex()} for value in values],
        "refused": refused,
    }


def tree_vectors():
    leaves = [bytes.fromhex(one) for one in CT_LEAVES]
    found = {"about": "leaves, roots and proofs in hexadecimal; sizes and indexes from 0", "leaves": CT_LEAVES}
    for algorithm in HashAlgorithm:
        tree = MerkleTree(algorithm, leaves)
        sizes = range(len(leaves) + 1)
        found[algorithm.value] = {
            "roots": [tree.root(size).hex() for size in sizes],
            "inclusion": [
                {"index": index, "size": size, "proof": [one.hex() for one in tree.inclusion_proof(index, size)]}
                for size in sizes
                for index in range(size)
            ],
            "consistency": [
                {"old": old, "new": new, "proof": [one.hex() for one in tree.consistency_proof(old, new)]}
                for new in sizes
                for old in range(new + 1)
            ],
        }
    return found


def hash_vectors():
    sm3 = digest_of(HashAlgorithm.SM3)
    messages = [b"", b"abc", b"abcd" * 16]
    keys = [(bytes(range(1, 33)), b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2)]
    keys.append((b"Jefe", b"what do ya want for nothing?"))
    key, period, debtor = bytes(range(32)), "2026-11", "91610000MA6TXA1B2"
    debtor += credit_code_check(debtor)
    return {
        "about": "SM3 (GB/T 32905-2016), HMAC-SM3 (GM/T 0042-2015), fingerprints of a right and of a claim; hexadecimal",
        "sm3": [{"message": one.hex(), "digest": sm3(one).hex()} for one in messages],
        "hmac_sm3": [{"key": k.hex(), "message": m.hex(), "mac": hmac_sm3(k, m).hex()} for k, m in keys],
        "fingerprints": [
            {
                "key": key.hex(),
                "period": period,
                "subject": {"subject": "right", "kind": "invention", "number": "201410362077.3"},
                "fingerprint": right_fingerprint(key, period, "invention", "201410362077.3"),
            },
            {
                "key": key.hex(),
                "period": period,
                "subject": {
                    "subject": "claim",
                    "debtor": debtor,
                    "document": "HT-1",
                    "amount_fen": 100,
                    "due": "2027-01-31",
                },
                "fingerprint": claim_fingerprint(
                    key, period, debtor, document_number="HT-1", amount=100, due=date(2027, 1, 31)
                ),
            },
        ],
    }


def identity_vectors():
    claims = [
        IdentityClaim("title", "一种方法", b"\1" * 32),
        IdentityClaim("holder.1", {"name": "西安甲科技有限公司"}, b"\2" * 32),
        IdentityClaim("pledge.2026-05", {"amount_fen": 300_000_000}, b"\3" * 32),
    ]
    found = []
    for algorithm in HashAlgorithm:
        identity = first_identity(
            algorithm=algorithm,
            kind="invention",
            number="201410362077.3",
            status="in_force",
            as_of="2026-11-21",
            claims=claims,
        )
        found.append(
            {
                "record": identity.as_json(),
                "fingerprint": identity.fingerprint(),
                "disclosure": disclose(identity, claims, ["holder.1"]).as_json(),
            }
        )
    codes = [
        {"kind": kind, "number": number, "secret": secret.hex(), "code": identity_code(kind, number, secret)}
        for kind, number, secret in (
            ("invention", "201410362077.3", b""),
            ("trademark", "12345678", b""),
            ("trade_secret", "", b"\7" * 32),
        )
    ]
    return {
        "about": "records, fingerprints, one disclosure each; identity numbers",
        "records": found,
        "codes": codes,
    }


def receipt_vectors():
    own, after, seen = (key.public().as_text() for key in (LOG_KEY, NEXT_KEY, WITNESS))
    log, sm3 = SmallLog(20), SmallLog(20, HashAlgorithm.SM3)
    signed = log.signed(13).countersigned(WITNESS, 1_790_000_000)
    rotation = KeyStatement(
        StatementKind.ROTATION, ORIGIN, LOG_KEY.public(), NEXT_KEY.public(), 13, instant(13)
    ).signed(LOG_KEY, NEXT_KEY)
    loss = KeyStatement(StatementKind.LOSS, ORIGIN, LOG_KEY.public(), NEXT_KEY.public(), 13, instant(13)).signed(
        NEXT_KEY
    )
    moved = Receipt(log.entries[4], 5, log.tree.inclusion_proof(5, 13), signed)
    rewritten = SmallLog(20, change=4)
    cases = [
        ("good", log.receipt(5, 13, signed=signed), [], [own, seen]),
        ("good, SM3", sm3.receipt(19), [], [own]),
        ("good, time stamp not checked", log.receipt(0, timestamps=(Timestamp("rfc3161", b"0"),)), [], [own]),
        ("no key and no checkpoint", log.receipt(5, 13), [], []),
        ("a newer checkpoint with its proof, no key", log.receipt(5, 13), [log.file(20, 13)], []),
        ("a newer checkpoint without its proof", log.receipt(5, 13), [log.file(20)], [own]),
        ("signed by a key that was not given", log.receipt(5, 13), [], [after]),
        ("the same entry at another place", moved, [], [own]),
        ("two logs of one size", log.receipt(5), [rewritten.file(20)], [own]),
        ("log cut short", log.receipt(5), [log.file(13, time=instant(30))], [own]),
        (
            "rotation, old key given",
            log.receipt(5, signed=log.signed(key=NEXT_KEY), statements=(rotation,)),
            [],
            [own],
        ),
        ("rotation, old key used again", log.receipt(5, statements=(rotation,)), [], [own]),
        ("loss, old key given", log.receipt(5, signed=log.signed(key=NEXT_KEY), statements=(loss,)), [], [own]),
        ("loss, new key given", log.receipt(5, signed=log.signed(key=NEXT_KEY), statements=(loss,)), [], [after]),
        ("retired key, larger log", log.receipt(5), [], [f"{own} until 13"]),
    ]
    return {
        "about": "a receipt file, other checkpoint files and the lines of a key file; the verdict and every check",
        "cases": [_case(name, receipt, files, keys) for name, receipt, files, keys in cases],
        "checkpoint": {
            "signed": log.signed(13).as_text(),
            "seed_of_the_key": LOG_KEY.seed.hex(),
            "key": own,
            "time_stamp_imprint": timestamp_imprint(signed).hex(),
        },
    }


def disclosure_vectors():
    found = {
        "about": "a receipt, a disclosure file for it and whether the receipt's entry committed to what is disclosed: the "
        "whole content of an entry (one claim, by body.commitment), or some claims of the record in body.identity",
        "key": LOG_KEY.public().as_text(),
        "cases": [],
    }
    for algorithm in HashAlgorithm:
        found["cases"] += _disclosures(algorithm)
    return found


def _disclosures(algorithm):
    content = {"amount_fen": 300_000_000, "pledgee": {"name": "丙银行"}, "note": 'x\ty "质押" 😀'}
    whole = IdentityClaim("pledge", content, bytes(range(32)))
    claims = [
        IdentityClaim("title", "一种方法", b"\1" * 32),
        IdentityClaim("holder.1", {"name": "西安甲科技有限公司"}, b"\2" * 32),
        IdentityClaim(
            "appraisal.1", {"by": "某评估机构", "day": "2026-03-01", "value_fen": 500_000_000}, b"\3" * 32
        ),
    ]
    record = first_identity(
        algorithm=algorithm,
        kind="invention",
        number="201410362077.3",
        status="in_force",
        as_of="2026-11-21",
        claims=claims,
    )
    given = {
        2: ("pledge.enter", {"commitment": whole.commitment(algorithm), "registration": 7}),
        4: ("right.identity", {"commitment": "0" * 64, "identity": record.as_json(), "registration": None}),
    }
    log = SmallLog(6, algorithm, given=given)
    leaves = [leaf_hash(algorithm, entry.as_bytes()).hex() for entry in log.entries]
    other, moved = record.fingerprint(), IdentityClaim("holder.1", claims[0].value, claims[0].salt)
    cases = [
        ("the content of an entry", 2, leaves[2], [whole]),
        (
            "its value changed",
            2,
            leaves[2],
            [IdentityClaim("pledge", {**content, "amount_fen": 300_000_001}, whole.salt)],
        ),
        ("its salt changed", 2, leaves[2], [IdentityClaim("pledge", content, bytes(31) + b"\1")]),
        ("under another name", 2, leaves[2], [IdentityClaim("other", content, whole.salt)]),
        ("twice", 2, leaves[2], [whole, whole]),
        ("of another entry", 2, leaves[3], [whole]),
        ("one claim of an identity", 4, other, [claims[1]]),
        ("two claims of an identity", 4, other, [claims[2], claims[0]]),
        ("a claim under another one's name", 4, other, [moved]),
        (
            "a claim that the record does not have",
            4,
            other,
            [IdentityClaim("holder.2", claims[1].value, claims[1].salt)],
        ),
        (
            "one true and one changed",
            4,
            other,
            [claims[0], IdentityClaim("holder.1", {"name": "乙"}, claims[1].salt)],
        ),
        ("of another record", 4, "0" * 64, [claims[1]]),
    ]
    return [_disclosed(algorithm, log, *case) for case in cases]


def _disclosed(algorithm, log, name, index, fingerprint, claims):
    receipt, file = log.receipt(index).as_bytes(), Disclosure(fingerprint, tuple(claims)).as_bytes()
    found = verify_receipt(
        read_receipt(receipt), keys=(LOG_KEY.public(),), disclosures=[("disclosure", read_disclosure(file))]
    )
    return {
        "name": f"{name}, {algorithm.value}",
        "receipt": receipt.decode(),
        "disclosure": file.decode(),
        "verdict": found.verdict.value,
        "checks": [one.code for one in found.checks if one.code.startswith("disclosure")],
    }


def _case(name, receipt, files, keys):
    data, others = receipt.as_bytes().decode(), [file.as_bytes().decode() for file in files]
    trusted = read_keys("\n".join(keys)) if keys else ()
    read = [(f"checkpoint {number}", read_checkpoint_file(one.encode())) for number, one in enumerate(others, 1)]
    found = verify_receipt(read_receipt(data.encode()), read, trusted)
    checks = [{"code": check.code, "outcome": check.outcome.value} for check in found.checks]
    return {
        "name": name,
        "receipt": data,
        "checkpoints": others,
        "keys": keys,
        "verdict": found.verdict.value,
        "checks": checks,
    }


VECTORS = {
    "canonical": canonical_vectors,
    "tree": tree_vectors,
    "hashes": hash_vectors,
    "identity": identity_vectors,
    "receipts": receipt_vectors,
    "disclosures": disclosure_vectors,
}


def as_text(name):
    return json.dumps(VECTORS[name](), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for one in VECTORS:
        (FOLDER / f"{one}.json").write_text(as_text(one), encoding="utf-8")
