"""The tree of RFC 6962 §2.1 and RFC 9162 §2.1, written down word by word and slowly: what the fast one must equal."""

import hashlib

from cryptography.hazmat.primitives.hashes import SM3, Hash

from zhirong.evidence.hashes import HashAlgorithm


def h(algorithm, data):
    if algorithm is HashAlgorithm.SHA256:
        return hashlib.sha256(data).digest()
    state = Hash(SM3())
    state.update(data)
    return state.finalize()


def largest_power_below(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Definition:
    """MTH, PATH and PROOF over one list of entries; subtree hashes are remembered, nothing else is clever."""

    def __init__(self, algorithm, entries):
        self.algorithm = algorithm
        self.entries = entries
        self.known = {}

    def mth(self, start, end):
        if (start, end) not in self.known:
            n = end - start
            if n == 0:
                value = h(self.algorithm, b"")
            elif n == 1:
                value = h(self.algorithm, b"\x00" + self.entries[start])
            else:
                k = largest_power_below(n)
                value = h(self.algorithm, b"\x01" + self.mth(start, start + k) + self.mth(start + k, end))
            self.known[start, end] = value
        return self.known[start, end]

    def path(self, m, start, end):
        n = end - start
        if n == 1:
            return []
        k = largest_power_below(n)
        if m < k:
            return [*self.path(m, start, start + k), self.mth(start + k, end)]
        return [*self.path(m - k, start + k, end), self.mth(start, start + k)]

    def proof(self, m, n):
        return self.subproof(m, 0, n, True)

    def subproof(self, m, start, end, whole):
        n = end - start
        if m == n:
            return [] if whole else [self.mth(start, end)]
        k = largest_power_below(n)
        if m <= k:
            return [*self.subproof(m, start, start + k, whole), self.mth(start + k, end)]
        return [*self.subproof(m - k, start + k, end, False), self.mth(start, start + k)]
