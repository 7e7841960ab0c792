"""The two hash functions of the log, and the prefixes that keep leaves, nodes and commitments apart."""

import hashlib
from collections.abc import Callable
from enum import StrEnum

HASH_BYTES = 32

# RFC 6962 §2.1: without different prefixes, an inner node could be passed off as an entry (second preimage).
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
# Ours: a commitment to a disclosed value must never read as a leaf or a node.
COMMITMENT_PREFIX = b"\x02"


class HashAlgorithm(StrEnum):
    """Hash function of a log: SHA-256 (FIPS 180-4) or SM3 (GB/T 32905-2016). Both give 32 bytes."""

    SHA256 = "sha-256"
    SM3 = "sm3"


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sm3_of_openssl(data: bytes) -> bytes:
    return hashlib.new("sm3", data).digest()


def _sm3_of_cryptography(data: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SM3, Hash

    state = Hash(SM3())
    state.update(data)
    return state.finalize()


def _sm3() -> Callable[[bytes], bytes]:
    """hashlib is faster, but has SM3 only if OpenSSL was built with it and allows it; the other library always has
    it.
    """
    try:
        hashlib.new("sm3")
    except ValueError:
        return _sm3_of_cryptography
    return _sm3_of_openssl


_DIGESTS: dict[HashAlgorithm, Callable[[bytes], bytes]] = {
    HashAlgorithm.SHA256: _sha256,
    HashAlgorithm.SM3: _sm3(),
}


def digest_of(algorithm: HashAlgorithm) -> Callable[[bytes], bytes]:
    """The hash function: bytes to 32 bytes."""
    return _DIGESTS[algorithm]


def leaf_hash(algorithm: HashAlgorithm, entry: bytes) -> bytes:
    """Hash of one entry as a leaf: H(0x00 ‖ entry) (RFC 6962 §2.1)."""
    return _DIGESTS[algorithm](LEAF_PREFIX + entry)


def node_hash(algorithm: HashAlgorithm, left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: H(0x01 ‖ left ‖ right) (RFC 6962 §2.1)."""
    return _DIGESTS[algorithm](NODE_PREFIX + left + right)


def empty_root(algorithm: HashAlgorithm) -> bytes:
    """Root of a log without entries: H("") (RFC 6962 §2.1)."""
    return _DIGESTS[algorithm](b"")
