"""The vectors in docs/vectors: unchanged, true by the RFC's own definition, and enough to write a verifier from."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from make_vectors import CT_LEAVES, FOLDER, VECTORS, as_text
from rfc_definition import Definition, h

from zhirong.evidence.canonical import decode, encode
from zhirong.evidence.hashes import HashAlgorithm, leaf_hash
from zhirong.evidence.proofs import verify_consistency, verify_inclusion
from zhirong.evidence.tree import MerkleTree
from zhirong.kernel.errors import InputError


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_the_published_files_are_what_the_program_gives(name):
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == as_text(name)


# Certificate Transparency's own test vectors (certificate-transparency, merkle_tree_test.cc), used with RFC 6962.
CT_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
CT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CT_PROOFS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def test_the_tree_is_certificate_transparencys():
    leaves = [bytes.fromhex(one) for one in CT_LEAVES]
    tree = MerkleTree(HashAlgorithm.SHA256, leaves)
    assert [tree.root(size).hex() for size in range(9)] == CT_ROOTS
    for (index, size), path in CT_PATHS.items():
        assert [one.hex() for one in tree.inclusion_proof(index, size)] == path
        proof = [bytes.fromhex(one) for one in path]
        leaf, root = leaf_hash(HashAlgorithm.SHA256, leaves[index]), bytes.fromhex(CT_ROOTS[size])
        verify_inclusion(HashAlgorithm.SHA256, leaf, index, size, proof, root)
    for (old, new), path in CT_PROOFS.items():
        assert [one.hex() for one in tree.consistency_proof(old, new)] == path
        roots = [bytes.fromhex(CT_ROOTS[size]) for size in (old, new)]
        verify_consistency(HashAlgorithm.SHA256, old, roots[0], new, roots[1], [bytes.fromhex(one) for one in path])


def test_the_example_of_rfc_9162_with_seven_leaves():
    """RFC 9162 §2.1.5: the proofs are named there by the nodes a to l of a drawing."""
    data = [f"d{number}".encode() for number in range(7)]
    alg = HashAlgorithm.SHA256
    a, b, c, d, e, f, j = (h(alg, b"\x00" + one) for one in data)
    g, hh, i = h(alg, b"\x01" + a + b), h(alg, b"\x01" + c + d), h(alg, b"\x01" + e + f)
    k, l = h(alg, b"\x01" + g + hh), h(alg, b"\x01" + i + j)  # noqa: E741 - the letters of the RFC
    tree = MerkleTree(alg, data)
    assert tree.root() == h(alg, b"\x01" + k + l)
    assert tree.inclusion_proof(0) == (b, hh, l)
    assert tree.inclusion_proof(3) == (c, g, l)
    assert tree.inclusion_proof(4) == (f, j, k)
    assert tree.inclusion_proof(6) == (i, k)
    assert tree.consistency_proof(3) == (c, d, g, l)
    assert tree.consistency_proof(4) == (l,)
    assert tree.consistency_proof(6) == (i, j, k)


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_the_tree_vectors_are_true_by_definition(algorithm):
    found = load("tree")
    definition = Definition(algorithm, [bytes.fromhex(one) for one in found["leaves"]])
    found = found[algorithm.value]
    assert found["roots"] == [definition.mth(0, size).hex() for size in range(9)]
    assert len(found["inclusion"]) == 36 and len(found["consistency"]) == 45
    for one in found["inclusion"]:
        assert one["proof"] == [node.hex() for node in definition.path(one["index"], 0, one["size"])]
    for one in found["consistency"]:
        if one["old"]:
            assert one["proof"] == [node.hex() for node in definition.proof(one["old"], one["new"])]


def test_the_canonical_vectors_are_accepted_and_refused():
    for one in load("canonical")["accepted"]:
        assert encode(one["value"]).hex() == one["canonical"]
        assert decode(bytes.fromhex(one["canonical"])) == one["value"]
    for text in load("canonical")["refused"]:
        with pytest.raises(InputError):
            decode(text.encode())


# -- a second verifier ------------------------------------------------------------------------------------------
# Written from docs/en/reference/evidence.md alone, with nothing of zhirong.evidence: what another language would do.


def plain_json(value):
    def ordered(one):
        if isinstance(one, dict):
            return {name: ordered(one[name]) for name in sorted(one, key=lambda name: name.encode("utf-16-be"))}
        return [ordered(item) for item in one] if isinstance(one, list) else one

    return json.dumps(ordered(value), ensure_ascii=False, separators=(",", ":")).encode()


def second_opinion(receipt, keys):
    """Whether entry, proof, checksum and the log's signature are right, for receipts without key statements."""
    if not receipt.endswith("\n"):
        return False
    record = json.loads(receipt)
    if plain_json(record) != receipt[:-1].encode():
        return False
    rest = {name: value for name, value in record.items() if name != "checksum"}
    if hashlib.sha256(plain_json(rest)).hexdigest() != record["checksum"]:
        return False
    text, _, signatures = record["checkpoint"].rpartition("\n\n")
    text += "\n"
    origin, size, root, algorithm, _time = text[:-1].split("\n")
    hashed = {"hash sha-256": HashAlgorithm.SHA256, "hash sm3": HashAlgorithm.SM3}[algorithm]
    index, last = record["leaf_index"], int(size) - 1
    if record["entry"]["index"] != index or record["entry"]["log"] != origin or index > last:
        return False
    node = h(hashed, b"\x00" + plain_json(record["entry"]))
    for brother in map(bytes.fromhex, record["inclusion"]):
        if last == 0:
            return False
        if index & 1 or index == last:
            node = h(hashed, b"\x01" + brother + node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = h(hashed, b"\x01" + node + brother)
        index, last = index >> 1, last >> 1
    if last or node != base64.b64decode(root):
        return False
    for key in keys:
        name, key_id, encoded = key.split("+", 2)
        material = base64.b64decode(encoded)
        if name != origin or material[0] != 1:
            continue
        for line in signatures[:-1].split("\n"):
            _, signer, content = line.split(" ")
            content = base64.b64decode(content)
            if (signer, content[:4].hex()) == (name, key_id):
                Ed25519PublicKey.from_public_bytes(material[1:]).verify(content[4:], text.encode())
                return True
    return False


def test_a_second_verifier_written_from_the_description_agrees():
    cases = [
        case for case in load("receipts")["cases"] if not case["checkpoints"] and "until" not in str(case["keys"])
    ]
    plain = [case for case in cases if '"keys":[]' in case["receipt"]]
    assert len(plain) >= 5
    for case in plain:
        assert second_opinion(case["receipt"], case["keys"]) is (case["verdict"] == "holds"), case["name"]


def is_disclosed(receipt, disclosure):
    """Whether the receipt's entry committed to every claim that is disclosed: hashlib and the description, nothing else.

    The receipt itself is for ``second_opinion``.
    """
    entry, file = json.loads(receipt)["entry"], json.loads(disclosure)
    if plain_json(file) + b"\n" != disclosure.encode() or set(file) != {"claims", "fingerprint", "format"}:
        return False
    algorithm = json.loads(receipt)["checkpoint"].split("\n")[3].removeprefix("hash ").replace("-", "")

    def hashed(data):
        return hashlib.new(algorithm, data).hexdigest()

    def commitment(claim):
        return hashed(b"\x02" + bytes.fromhex(claim["salt"]) + plain_json([claim["name"], claim["value"]]))

    if file["fingerprint"] == hashed(b"\x00" + plain_json(entry)):
        return [commitment(claim) for claim in file["claims"]] == [entry["body"]["commitment"]]
    record = entry["body"].get("identity")
    if record is None or file["fingerprint"] != hashed(plain_json(record)):
        return False
    return all(record["commitments"].get(claim["name"]) == commitment(claim) for claim in file["claims"])


def test_a_second_verifier_agrees_on_what_is_disclosed():
    if "sm3" not in hashlib.algorithms_available:
        pytest.skip("this OpenSSL has no SM3: use one that was built with it")
    vectors = load("disclosures")
    told = {case["name"]: is_disclosed(case["receipt"], case["disclosure"]) for case in vectors["cases"]}
    assert told == {case["name"]: case["verdict"] == "holds" for case in vectors["cases"]}
    assert sum(told.values()) == 6 and len(told) == 24
    assert all(second_opinion(case["receipt"], [vectors["key"]]) for case in vectors["cases"])
    for case in vectors["cases"]:
        assert case["checks"] and (case["checks"] == ["disclosure"]) is told[case["name"]], case["name"]
