"""A small log with its keys, for the tests: everything made from fixed seeds."""

from zhirong.evidence.checkpoints import Checkpoint
from zhirong.evidence.entries import LogEntry
from zhirong.evidence.hashes import HashAlgorithm
from zhirong.evidence.keys import KeyType, SigningKey
from zhirong.evidence.receipts import CheckpointFile, ConsistencyProof, Receipt
from zhirong.evidence.tree import MerkleTree

ORIGIN = "register.example/pledges"
LOG_KEY = SigningKey(ORIGIN, KeyType.LOG_ED25519, bytes(range(32)))
NEXT_KEY = SigningKey(ORIGIN, KeyType.LOG_ED25519, bytes(range(1, 33)))
THIEF = SigningKey(ORIGIN, KeyType.LOG_ED25519, bytes(range(2, 34)))
WITNESS = SigningKey("witness.example", KeyType.WITNESS_ED25519, bytes(range(3, 35)))


def instant(index):
    return f"2026-11-{1 + index // 24:02d}T{index % 24:02d}:00:00Z"


class SmallLog:
    """Entries with a tree over them; checkpoints and receipts at any size."""

    def __init__(self, size, algorithm=HashAlgorithm.SHA256, key=LOG_KEY, change=None, origin=ORIGIN, given=None):
        """given: entries to stand at places of their own instead of the usual ones, kind and body by index."""
        self.algorithm, self.key, self.origin = algorithm, key, origin
        self.entries = [self.entry(index, change) for index in range(size)]
        for index, (kind, body) in (given or {}).items():
            self.entries[index] = LogEntry(origin, index, kind, instant(index), body)
        self.tree = MerkleTree(algorithm, [entry.as_bytes() for entry in self.entries])

    def entry(self, index, change):
        body = {"pledge": f"P{index}", "rank": 1, "right": "201410362077.3"}
        if index == change:
            body["rank"] = 2
        return LogEntry(self.origin, index, "pledge.registered", instant(index), body)

    def checkpoint(self, size=None, time=None):
        size = self.tree.size if size is None else size
        return Checkpoint(self.origin, size, self.tree.root(size), self.algorithm, time or instant(size))

    def signed(self, size=None, key=None, time=None):
        return self.checkpoint(size, time).signed(key or self.key)

    def consistency(self, old, new=None):
        new = self.tree.size if new is None else new
        return ConsistencyProof(old, new, self.tree.consistency_proof(old, new))

    def receipt(self, index, size=None, signed=None, **more):
        size = self.tree.size if size is None else size
        proof = self.tree.inclusion_proof(index, size)
        return Receipt(self.entries[index], index, proof, signed or self.signed(size), **more)

    def file(self, size=None, *olds, key=None, statements=(), time=None):
        size = self.tree.size if size is None else size
        proofs = tuple(self.consistency(old, size) for old in olds)
        return CheckpointFile(self.signed(size, key, time), proofs, tuple(statements))
