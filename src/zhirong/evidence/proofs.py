"""Inclusion and consistency proofs of a Merkle tree: creation from stored nodes, and verification.

The tree is that of RFC 6962 §2.1 and RFC 9162 §2.1. A *complete node* ``(level, index)`` is the hash over the
2^level leaves from ``index × 2^level`` on, all of them present; it never changes. Every proof is built from
complete nodes and, on the right edge, from folds of them, so it needs O(log n) look-ups.
"""

from collections.abc import Callable, Sequence

from zhirong.evidence.hashes import HASH_BYTES, NODE_PREFIX, HashAlgorithm, digest_of, empty_root, node_hash

# (level, index) of a complete node to its hash.
NodeSource = Callable[[int, int], bytes]

# The verifier rejects sizes that no log reaches; 2^63 - 1 also fits the integers of every language.
MAX_SIZE = 2**63 - 1


class ProofError(ValueError):
    """An invalid proof. code: stable English key of the reason."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


# -- making ---------------------------------------------------------------------------------------------------


def peaks_of(size: int) -> list[tuple[int, int]]:
    """The complete nodes (level, index) that a tree of ``size`` leaves consists of, largest first."""
    peaks = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            peaks.append((level, start >> level))
            start += 1 << level
    return peaks


def fold(algorithm: HashAlgorithm, peaks: Sequence[bytes]) -> bytes:
    """Root over peaks given largest first: each is the left sibling of all that follow."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(algorithm, peak, root)
    return root


def root_at(algorithm: HashAlgorithm, nodes: NodeSource, size: int) -> bytes:
    """Root of the first ``size`` leaves."""
    if size == 0:
        return empty_root(algorithm)
    return fold(algorithm, [nodes(level, index) for level, index in peaks_of(size)])


def inclusion_proof(algorithm: HashAlgorithm, nodes: NodeSource, index: int, size: int) -> tuple[bytes, ...]:
    """Return PATH(index, D[size]) of RFC 9162 §2.1.3.1: siblings from the leaf up. Raises ProofError if the tree of
    that size has no such leaf.
    """
    if not 0 <= index < size:
        raise ProofError("index_outside", f"a log of {size} entries has no entry at index {index}")
    proof: list[bytes] = []
    level = 0
    # Inside the largest complete node that holds the leaf, all siblings are complete.
    peak_level, peak_index = next((h, i) for h, i in peaks_of(size) if index >> h == i)
    while level < peak_level:
        proof.append(nodes(level, index >> level ^ 1))
        level += 1
    # Outside it, everything to the right is one sibling; then the peaks to the left follow.
    proof.extend(_around_peak(algorithm, nodes, peak_level, peak_index, size))
    return tuple(proof)


def consistency_proof(
    algorithm: HashAlgorithm, nodes: NodeSource, old_size: int, new_size: int
) -> tuple[bytes, ...]:
    """PROOF(old_size, D[new_size]) of RFC 9162 §2.1.4.1; empty for old sizes 0 and ``new_size``.

    Raises ProofError if the old log is larger than the new one.
    """
    if not 0 <= old_size <= new_size:
        raise ProofError("sizes", f"a log of {new_size} entries cannot extend one of {old_size}")
    if old_size in (0, new_size):
        return ()
    # The proof starts at the old tree's smallest peak and climbs to the new root.
    level = (old_size & -old_size).bit_length() - 1
    index = (old_size - 1) >> level
    proof = [] if old_size == 1 << level else [nodes(level, index)]
    peak_level, peak_index = next((h, i) for h, i in peaks_of(new_size) if index << level >> h == i)
    while level < peak_level:
        proof.append(nodes(level, index ^ 1))
        level, index = level + 1, index >> 1
    proof.extend(_around_peak(algorithm, nodes, peak_level, peak_index, new_size))
    return tuple(proof)


def _around_peak(algorithm: HashAlgorithm, nodes: NodeSource, level: int, index: int, size: int) -> list[bytes]:
    peaks = peaks_of(size)
    place = peaks.index((level, index))
    after = [nodes(*peak) for peak in peaks[place + 1 :]]
    before = [nodes(*peak) for peak in reversed(peaks[:place])]
    return ([fold(algorithm, after)] if after else []) + before


# -- verifying ------------------------------------------------------------------------------------------------


def root_of_inclusion(
    algorithm: HashAlgorithm, leaf: bytes, index: int, size: int, proof: Sequence[bytes]
) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 §2.1.3.2). leaf: hash of the entry as a leaf.

    Raises ProofError if the form of the proof does not match index and size.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofError("index_outside", f"a log of {size} entries has no entry at index {index}")
    _check_hashes((leaf, *proof))
    digest = digest_of(algorithm)
    first, last, root = index, size - 1, leaf
    for brother in proof:
        if last == 0:
            raise ProofError("proof_too_long", "the proof has more hashes than the tree has levels")
        if first & 1 or first == last:
            root = digest(NODE_PREFIX + brother + root)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            root = digest(NODE_PREFIX + root + brother)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise ProofError("proof_too_short", "the proof has fewer hashes than the tree has levels")
    return root


def verify_inclusion(
    algorithm: HashAlgorithm, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Verify that the leaf is at ``index`` in the tree with this size and root, or raise ProofError."""
    if root_of_inclusion(algorithm, leaf, index, size, proof) != root:
        raise ProofError("root_differs", "the proof gives a different root")


def verify_consistency(
    algorithm: HashAlgorithm,
    old_size: int,
    old_root: bytes,
    new_size: int,
    new_root: bytes,
    proof: Sequence[bytes],
) -> None:
    """Verify that the new tree starts with all leaves of the old one, unchanged, or raise ProofError.

    RFC 9162 §2.1.4.2, and the two cases it omits: an empty old tree and equal sizes need no proof.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofError("sizes", f"a log of {new_size} entries cannot extend one of {old_size}")
    _check_hashes((old_root, new_root, *proof))
    if old_size in (0, new_size):
        if proof:
            raise ProofError("proof_too_long", "no proof is needed, but one is given")
        if old_root != (new_root if old_size == new_size else empty_root(algorithm)):
            raise ProofError("old_root_differs", "the old root is not a root of the new log")
        return
    if not proof:
        raise ProofError("proof_too_short", "the proof is empty")
    # If the old size is a power of two, its root is itself a node of the new tree and is left out of the proof.
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for brother in path[1:]:
        if last == 0:
            raise ProofError("proof_too_long", "the proof has more hashes than the tree has levels")
        if first & 1 or first == last:
            old = node_hash(algorithm, brother, old)
            new = node_hash(algorithm, brother, new)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            new = node_hash(algorithm, new, brother)
        first, last = first >> 1, last >> 1
    if last != 0:
        raise ProofError("proof_too_short", "the proof has fewer hashes than the tree has levels")
    if old != old_root:
        raise ProofError("old_root_differs", "the proof gives a different old root")
    if new != new_root:
        raise ProofError("new_root_differs", "the proof gives a different new root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError("not_a_hash", f"a hash must have {HASH_BYTES} bytes")
