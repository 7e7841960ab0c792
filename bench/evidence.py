"""The log: a whole tree beside a plain Python one; making and verifying a proof in a large log.

The goal speaks of five million leaves; 500,000 are the default, so that it ends in seconds. Set
ZHIRONG_BENCH_LEAVES=5000000 for the whole of it.
"""

import hashlib
import os
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bench.measure import Measurement, best_of
from zhirong.evidence.hashes import HashAlgorithm, digest_of, leaf_hash
from zhirong.evidence.proofs import verify_consistency, verify_inclusion

LEAVES = int(os.environ.get("ZHIRONG_BENCH_LEAVES", "500000"))
ENTRY_BYTES = 100
PROOFS = 1_000
GOAL_SECONDS = 0.001
TIMES_FASTER = 3
BYTES_A_LEAF = 40  # tiles hold 34 bytes a leaf; a growing array keeps an eighth in reserve
BYTES_A_BATCH = 8 * 2**20  # one batch as a list, joined, and hashed


def run() -> list[Measurement]:
    """Each tree against its peer's root, every proof against the root."""
    entries = _entries(LEAVES)
    results = [_tree(algorithm, entries) for algorithm in HashAlgorithm]
    results += [one for algorithm in HashAlgorithm for one in _proofs(algorithm, entries)]
    results.append(_streamed())
    return results


def plain_root(entries: Iterable[bytes], digest: Callable[[bytes], bytes]) -> bytes:
    """The tree as one would write it in plain Python: level by level, one hash after the other."""
    level = [digest(b"\x00" + entry) for entry in entries]
    while len(level) > 1:
        above = [digest(b"\x01" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def _entries(count: int) -> list[bytes]:
    chance = random.Random(6962)
    return [chance.randbytes(ENTRY_BYTES) for _ in range(count)]


def _plain_digest(algorithm: HashAlgorithm) -> Callable[[bytes], bytes]:
    if algorithm is HashAlgorithm.SHA256:
        return lambda data: hashlib.sha256(data).digest()
    if "sm3" in hashlib.algorithms_available:
        return lambda data: hashlib.new("sm3", data).digest()
    return digest_of(algorithm)


def _tree(algorithm: HashAlgorithm, entries: list[bytes]) -> Measurement:
    from zhirong.evidence.bulk import build_tree

    build_tree(algorithm, entries[:100])  # compiles, or loads what was compiled before
    ours, tree = best_of(lambda: build_tree(algorithm, entries), 3)
    digest = _plain_digest(algorithm)
    theirs, root = best_of(lambda: plain_root(entries, digest), 2)
    if tree.root() != root:
        raise AssertionError("the two trees have different roots")
    return Measurement(
        work=f"tree over {len(entries):,} entries of {ENTRY_BYTES} bytes with its tiles, {algorithm.value}",
        peer="plain Python, level by level, with hashlib, root only",
        ours=ours,
        theirs=theirs,
        goal=f"at least {TIMES_FASTER} times faster",
        met=theirs >= TIMES_FASTER * ours,
        answers="both roots are equal",
    )


def _streamed() -> Measurement:
    """Entries made one by one, so that what is held is the tree, one batch, and nothing else."""
    from zhirong.evidence.bulk import build_tree

    def entries() -> Iterator[bytes]:
        return (b"%0100d" % number for number in range(LEAVES))

    ours, tree = best_of(lambda: build_tree(HashAlgorithm.SHA256, entries()), 2)
    theirs, root = best_of(lambda: plain_root(entries(), _plain_digest(HashAlgorithm.SHA256)), 1)
    held, _ = _traced_peak(lambda: build_tree(HashAlgorithm.SHA256, entries()))
    held_by_peer, _ = _traced_peak(lambda: plain_root(entries(), _plain_digest(HashAlgorithm.SHA256)))
    if tree.root() != root:
        raise AssertionError("the two trees have different roots")
    allowed = BYTES_A_LEAF * LEAVES + BYTES_A_BATCH
    return Measurement(
        work=f"tree over {LEAVES:,} streamed entries, all tiles kept: at most {held / LEAVES:.0f} bytes a leaf held",
        peer=f"plain Python, root only: {held_by_peer / LEAVES:.0f} bytes a leaf held",
        ours=ours,
        theirs=theirs,
        goal=f"memory bounded: at most {BYTES_A_LEAF} bytes a leaf and {BYTES_A_BATCH >> 20} MiB",
        met=held <= allowed,
        answers=f"both roots are equal; {held / 2**20:.0f} MiB against {held_by_peer / 2**20:.0f} MiB",
    )


def _proofs(algorithm: HashAlgorithm, entries: list[bytes]) -> list[Measurement]:
    from zhirong.evidence.bulk import build_tree

    tree = build_tree(algorithm, entries)
    chance = random.Random(9162)
    size = tree.size
    indexes = [chance.randrange(size) for _ in range(PROOFS)]
    olds = [chance.randrange(1, size) for _ in range(PROOFS)]
    root = tree.root()
    old_roots = [tree.root(old) for old in olds]
    leaves = [leaf_hash(algorithm, entries[index]) for index in indexes]
    make, inclusion = best_of(lambda: [tree.inclusion_proof(index) for index in indexes], 3)
    make_consistency, consistency = best_of(lambda: [tree.consistency_proof(old) for old in olds], 3)

    def check_inclusion() -> None:
        for leaf, index, proof in zip(leaves, indexes, inclusion, strict=True):
            verify_inclusion(algorithm, leaf, index, size, proof, root)

    def check_consistency() -> None:
        for old, old_root, proof in zip(olds, old_roots, consistency, strict=True):
            verify_consistency(algorithm, old, old_root, size, root, proof)

    check, _ = best_of(check_inclusion, 3)
    check_other, _ = best_of(check_consistency, 3)
    return [
        Measurement(
            work=f"{what}, {algorithm.value}, {size:,} entries, mean of {PROOFS:,}",
            peer="the goal of 1 ms",
            ours=seconds / PROOFS,
            theirs=GOAL_SECONDS,
            goal="under 1 ms",
            met=seconds / PROOFS < GOAL_SECONDS,
            answers="every proof verifies against the root",
        )
        for what, seconds in (
            ("making an inclusion proof", make),
            ("verifying an inclusion proof", check),
            ("making a consistency proof", make_consistency),
            ("verifying a consistency proof", check_other),
        )
    ]


def _traced_peak(work: Callable[[], Any]) -> tuple[int, Any]:
    """Most bytes that Python and NumPy held at once for a work, and its answer."""
    tracemalloc.start()
    try:
        answer = work()
        return tracemalloc.get_traced_memory()[1], answer
    finally:
        tracemalloc.stop()
