"""The tree against the RFC's own definition, for every size up to 257, every leaf, both hashes."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rfc_definition import Definition

from zhirong.evidence.hashes import HashAlgorithm, empty_root, leaf_hash, node_hash
from zhirong.evidence.proofs import ProofError, root_of_inclusion, verify_consistency, verify_inclusion
from zhirong.evidence.tree import Frontier, MemoryTiles, MerkleTree, MissingTileError, StoredTree, merkle_root

BOTH = list(HashAlgorithm)
LARGEST = 257
# All of them in the long runs; else all small ones and those around the powers of two.
SIZES = (
    range(1, LARGEST + 1)
    if os.environ.get("ZHIRONG_SEARCH")
    else (*range(1, 50), 63, 64, 65, 127, 128, 129, 255, 256, 257)
)
ENTRIES = [f"entry {number}".encode() for number in range(LARGEST)]


@pytest.fixture(scope="module", params=BOTH)
def made(request):
    return MerkleTree(request.param, ENTRIES), Definition(request.param, ENTRIES)


def test_every_inclusion_proof_of_a_size_is_the_rfcs_and_verifies(made):
    tree, definition = made
    for size in SIZES:
        root = definition.mth(0, size)
        assert tree.root(size) == root
        for index in range(size):
            proof = tree.inclusion_proof(index, size)
            assert list(proof) == definition.path(index, 0, size)
            verify_inclusion(tree.algorithm, definition.mth(index, index + 1), index, size, proof, root)


def test_every_consistency_proof_of_a_size_is_the_rfcs_and_verifies(made):
    tree, definition = made
    for size in SIZES:
        root = definition.mth(0, size)
        for old in range(1, size + 1):
            proof = tree.consistency_proof(old, size)
            assert list(proof) == definition.proof(old, size)
            verify_consistency(tree.algorithm, old, definition.mth(0, old), size, root, proof)


@pytest.mark.parametrize("algorithm", BOTH)
def test_an_empty_tree_has_the_hash_of_nothing_and_precedes_every_other(algorithm):
    tree = MerkleTree(algorithm)
    assert tree.root() == tree.root(0) == empty_root(algorithm) == merkle_root(algorithm, [])
    verify_consistency(algorithm, 0, tree.root(), 0, tree.root(), ())
    tree.append(b"first")
    verify_consistency(algorithm, 0, empty_root(algorithm), 1, tree.root(), tree.consistency_proof(0))
    with pytest.raises(ProofError) as refused:
        verify_consistency(algorithm, 0, leaf_hash(algorithm, b"x"), 1, tree.root(), ())
    assert refused.value.code == "old_root_differs"


@pytest.mark.parametrize("algorithm", BOTH)
def test_an_inner_node_cannot_be_passed_off_as_an_entry(algorithm):
    """The second-preimage attack that the prefixes are there for."""
    tree = MerkleTree(algorithm, [b"a", b"b", b"c", b"d"])
    left, right = leaf_hash(algorithm, b"a"), leaf_hash(algorithm, b"b")
    uncle = node_hash(algorithm, leaf_hash(algorithm, b"c"), leaf_hash(algorithm, b"d"))
    forged = left + right
    # Taken as a node of a tree of two, the forgery would lead to the true root; taken as a leaf it does not.
    assert node_hash(algorithm, node_hash(algorithm, left, right), uncle) == tree.root()
    for entry in (forged, b"\x01" + forged):
        with pytest.raises(ProofError) as refused:
            verify_inclusion(algorithm, leaf_hash(algorithm, entry), 0, 2, [uncle], tree.root())
        assert refused.value.code == "root_differs"
    assert merkle_root(algorithm, [forged, uncle]) != tree.root()


def test_a_truncated_or_rebuilt_log_has_no_proof(made):
    tree, _ = made
    old_root = tree.root(200)
    shorter = MerkleTree(tree.algorithm, ENTRIES[:150])
    with pytest.raises(ProofError) as refused:
        verify_consistency(tree.algorithm, 200, old_root, 150, shorter.root(), ())
    assert refused.value.code == "sizes"
    with pytest.raises(ProofError):
        shorter.consistency_proof(200)
    rebuilt = MerkleTree(tree.algorithm, [*ENTRIES[:150], b"another story", *ENTRIES[151:]])
    for proof in (rebuilt.consistency_proof(200), tree.consistency_proof(200)):
        with pytest.raises(ProofError) as refused:
            verify_consistency(tree.algorithm, 200, old_root, LARGEST, rebuilt.root(), proof)
        assert refused.value.code in ("old_root_differs", "new_root_differs")


@pytest.mark.parametrize("algorithm", BOTH)
def test_every_other_form_of_a_proof_is_refused(algorithm):
    tree = MerkleTree(algorithm, ENTRIES[:13])
    leaf, other = leaf_hash(algorithm, ENTRIES[5]), b"\x55" * 32
    good = list(tree.inclusion_proof(5))
    for index, size, proof in [
        (4, 13, good),
        (6, 13, good),
        (5, 12, good[:-1]),
        (13, 13, good),
        (-1, 13, good),
        (5, 0, []),
        (5, 13, good[1:]),
        (5, 13, good[:-1]),
        (5, 13, [*good, other]),
        (5, 13, [other, *good]),
        (5, 13, list(reversed(good))),
        (5, 13, [good[0][:31], *good[1:]]),
        (5, 13, []),
        (5, 2**63, good),
    ]:
        with pytest.raises(ProofError):
            verify_inclusion(algorithm, leaf, index, size, proof, tree.root())
    good = list(tree.consistency_proof(6))
    for old, new, proof in [
        (5, 13, good),
        (7, 13, good),
        (6, 6, good),
        (14, 13, good),
        (6, 13, []),
        (6, 13, good[:-1]),
        (6, 13, good[1:]),
        (6, 13, [*good, other]),
        (0, 13, good),
        (-6, 13, good),
    ]:
        with pytest.raises(ProofError):
            verify_consistency(algorithm, old, tree.root(6), new, tree.root(), proof)


@pytest.mark.parametrize("algorithm", BOTH)
def test_a_proof_that_leads_to_the_root_of_another_size_is_refused(algorithm):
    """The hashes fit the root each time; only the number of levels shows that the size is not the true one."""
    leaf, other, third = (leaf_hash(algorithm, one) for one in (b"a", b"b", b"c"))
    pair = node_hash(algorithm, leaf, other)
    four = node_hash(algorithm, pair, third)
    for size, proof, root, code in [
        (2, [], leaf, "proof_too_short"),
        (3, [other], pair, "proof_too_short"),
        (8, [other, third], four, "proof_too_short"),
        (1, [other], pair, "proof_too_long"),
        (2, [other, third], four, "proof_too_long"),
    ]:
        with pytest.raises(ProofError) as refused:
            verify_inclusion(algorithm, leaf, 0, size, proof, root)
        assert refused.value.code == code
    for old, new, proof, root, code in [
        (1, 3, [other], pair, "proof_too_short"),
        (1, 8, [other, third], four, "proof_too_short"),
        (1, 2, [other, third], four, "proof_too_long"),
    ]:
        with pytest.raises(ProofError) as refused:
            verify_consistency(algorithm, old, leaf, new, root, proof)
        assert refused.value.code == code


def test_the_frontier_can_be_taken_up_again_from_tiles_at_any_size(made):
    tree, definition = made
    for size in (0, 1, 15, 16, 17, 31, 100, 255, 256):
        frontier = StoredTree(tree.algorithm, size, tree.tiles).frontier()
        assert frontier.root() == definition.mth(0, size)
        longer, kept = frontier.append(leaf_hash(tree.algorithm, ENTRIES[size]))
        assert longer.root() == definition.mth(0, size + 1)
        assert longer == StoredTree(tree.algorithm, size + 1, tree.tiles).frontier()
        for one in kept:
            held = tree.tiles.tile(one.tile_level, one.index)
            assert held[one.place * 32 : one.place * 32 + 32] == one.hash


def test_missing_tiles_are_named_not_guessed(made):
    tree, _ = made
    tiles = MemoryTiles([bytearray(level) for level in tree.tiles.levels])
    del tiles.levels[0][100 * 32 :]
    with pytest.raises(MissingTileError) as missing:
        StoredTree(tree.algorithm, LARGEST, tiles).inclusion_proof(101)
    assert (missing.value.tile_level, missing.value.index) == (0, 6)
    with pytest.raises(ValueError, match="not the next one"):
        MemoryTiles().keep(Frontier(tree.algorithm, 1, (b"\x00" * 32,)).append(b"\x01" * 32)[1][0])


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_proof_verifies(data):
    algorithm = data.draw(st.sampled_from(BOTH))
    size = data.draw(st.integers(2, 80))
    tree = MerkleTree(algorithm, ENTRIES[:size])
    index = data.draw(st.integers(0, size - 1))
    proof = [bytearray(one) for one in tree.inclusion_proof(index)]
    leaf = leaf_hash(algorithm, ENTRIES[index])
    place = data.draw(st.integers(0, len(proof) * 32 - 1))
    proof[place // 32][place % 32] ^= data.draw(st.integers(1, 255))
    assert root_of_inclusion(algorithm, leaf, index, size, [bytes(p) for p in proof]) != tree.root()
    old = data.draw(st.integers(1, size - 1))
    proof = [bytearray(one) for one in tree.consistency_proof(old)]
    place = data.draw(st.integers(0, len(proof) * 32 - 1))
    proof[place // 32][place % 32] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ProofError):
        verify_consistency(algorithm, old, tree.root(old), size, tree.root(), [bytes(p) for p in proof])


@pytest.mark.slow  # compiles
@pytest.mark.parametrize("algorithm", BOTH)
def test_the_compiled_tree_is_the_same_tree(algorithm):
    from zhirong.evidence.bulk import build_tree, leaf_hashes

    chance = random.Random(6)
    # Lengths around every place where the padding of a 64-byte block changes.
    entries = [chance.randbytes(length) for length in range(200)] + [b"", b"\x80" * 54, b"\x00" * 55]
    entries += [chance.randbytes(chance.randrange(400)) for _ in range(4000)]
    for size in (0, 1, 2, 16, 63, 64, 65, 256, 4097, len(entries)):
        compiled, plain = build_tree(algorithm, iter(entries[:size])), MerkleTree(algorithm, entries[:size])
        assert compiled.root() == plain.root()
        assert compiled.tiles == plain.tiles
        assert compiled.frontier() == plain.frontier()
    assert list(leaf_hashes(algorithm, entries)) == [leaf_hash(algorithm, entry) for entry in entries]
    compiled.append(b"one more")
    plain.append(b"one more")
    assert compiled.root() == plain.root()


@pytest.mark.slow
def test_batches_of_the_compiled_tree_join_without_a_seam(monkeypatch):
    from zhirong.evidence import bulk

    monkeypatch.setattr(bulk, "BATCH", 7)
    for size in (6, 7, 8, 300, 301):
        entries = [str(number).encode() for number in range(size)]
        assert (
            bulk.build_tree(HashAlgorithm.SHA256, entries).tiles == MerkleTree(HashAlgorithm.SHA256, entries).tiles
        )
