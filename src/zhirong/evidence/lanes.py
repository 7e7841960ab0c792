"""SHA-256 and SM3 over many short messages at once, compiled: 64 messages in parallel, one per lane.

Round by round the same instruction runs over all lanes, which lets the compiler use the vector unit. Importing this
module loads Numba; verifying a receipt does not need it. States and hashes are arrays of 32-bit words.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from zhirong.kernel.compiled import compiled

Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]

LANES = (
    64  # fewer leave the vector unit idle; more no longer fit into the first-level cache with the message schedule
)
_BLOCK = 64
_WORDS = 16
_F = TypeVar("_F", bound=Callable[..., Any])


def _inlined(function: _F) -> _F:
    return cast(_F, numba.njit(inline="always")(function))


# FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
_SHA256_K = np.array(
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ],
    dtype=np.uint32,
)  # fmt: skip
# FIPS 180-4 §5.3.3.
_SHA256_START = np.array(
    [0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19],
    dtype=np.uint32,
)
# GB/T 32905-2016 §4.1 and §4.2; the constant of round j is rotated left by j.
_SM3_START = np.array(
    [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E],
    dtype=np.uint32,
)
_SM3_T = np.array(
    [
        ((t << (j % 32)) | (t >> (32 - j % 32))) & 0xFFFFFFFF
        for j in range(64)
        for t in (0x79CC4519 if j < 16 else 0x7A879D8A,)
    ],
    dtype=np.uint32,
)
_SM3_SCHEDULE = 68  # words of the expanded message; SHA-256 uses the first 64


@_inlined
def _right(x: np.uint32, n: int) -> np.uint32:
    return np.uint32((x >> np.uint32(n)) | (x << np.uint32(32 - n)))


@_inlined
def _left(x: np.uint32, n: int) -> np.uint32:
    return np.uint32((x << np.uint32(n)) | (x >> np.uint32(32 - n)))


# Numba widens a sum of two 32-bit words to 64 bits; every sum is truncated before it is used.


@compiled
def _sha256_block(state: Words, w: Words, v: Words) -> None:
    """One block for all lanes (FIPS 180-4 §6.2.2). Registers stay in place; their names rotate through the rows."""
    for t in range(16, 64):
        for lane in range(LANES):
            a, b = w[t - 15, lane], w[t - 2, lane]
            s0 = _right(a, 7) ^ _right(a, 18) ^ (a >> np.uint32(3))
            s1 = _right(b, 17) ^ _right(b, 19) ^ (b >> np.uint32(10))
            w[t, lane] = np.uint32(w[t - 16, lane] + s0 + w[t - 7, lane] + s1)
    v[:] = state
    for t in range(64):
        k = _SHA256_K[t]
        ra, rb, rc, rd = (64 - t) % 8, (65 - t) % 8, (66 - t) % 8, (67 - t) % 8
        re, rf, rg, rh = (68 - t) % 8, (69 - t) % 8, (70 - t) % 8, (71 - t) % 8
        for lane in range(LANES):
            a, b, c, e = v[ra, lane], v[rb, lane], v[rc, lane], v[re, lane]
            big1 = _right(e, 6) ^ _right(e, 11) ^ _right(e, 25)
            choice = (e & v[rf, lane]) ^ (~e & v[rg, lane])
            t1 = np.uint32(v[rh, lane] + big1 + choice + k + w[t, lane])
            big0 = _right(a, 2) ^ _right(a, 13) ^ _right(a, 22)
            t2 = np.uint32(big0 + ((a & b) ^ (a & c) ^ (b & c)))
            v[rd, lane] = np.uint32(v[rd, lane] + t1)
            v[rh, lane] = np.uint32(t1 + t2)
    for row in range(8):
        for lane in range(LANES):
            state[row, lane] = np.uint32(state[row, lane] + v[row, lane])


@compiled
def _sm3_block(state: Words, w: Words, v: Words) -> None:
    """One block for all lanes (GB/T 32905-2016 §5.3). A to D take turns in rows 0 to 3, E to H in rows 4 to 7."""
    for t in range(16, 68):
        for lane in range(LANES):
            x = w[t - 16, lane] ^ w[t - 9, lane] ^ _left(w[t - 3, lane], 15)
            x = x ^ _left(x, 15) ^ _left(x, 23)
            w[t, lane] = x ^ _left(w[t - 13, lane], 7) ^ w[t - 6, lane]
    v[:] = state
    for t in range(64):
        k = _SM3_T[t]
        early = t < 16
        ra, rb, rc, rd = (64 - t) % 4, (65 - t) % 4, (66 - t) % 4, (67 - t) % 4
        for lane in range(LANES):
            a, b, c = v[ra, lane], v[rb, lane], v[rc, lane]
            e, f, g = v[ra + 4, lane], v[rb + 4, lane], v[rc + 4, lane]
            a12 = _left(a, 12)
            ss1 = _left(np.uint32(a12 + e + k), 7)
            ff = (a ^ b ^ c) if early else ((a & b) | (a & c) | (b & c))
            gg = (e ^ f ^ g) if early else ((e & f) | (~e & g))
            tt1 = np.uint32(ff + v[rd, lane] + (ss1 ^ a12) + (w[t, lane] ^ w[t + 4, lane]))
            tt2 = np.uint32(gg + v[rd + 4, lane] + ss1 + w[t, lane])
            v[rb, lane] = _left(b, 9)
            v[rb + 4, lane] = _left(f, 19)
            v[rd, lane] = tt1
            v[rd + 4, lane] = tt2 ^ _left(tt2, 9) ^ _left(tt2, 17)
    for row in range(8):
        for lane in range(LANES):
            state[row, lane] = state[row, lane] ^ v[row, lane]


@compiled
def _begin(state: Words, is_sm3: bool) -> None:
    for row in range(8):
        for lane in range(LANES):
            state[row, lane] = _SM3_START[row] if is_sm3 else _SHA256_START[row]


@compiled
def hash_pairs(words: Words, is_sm3: bool) -> Words:
    """H(0x01 ‖ left ‖ right) of neighbouring hashes: 2n rows of eight words in, n rows out."""
    count = words.shape[0] // 2
    out = np.empty((count, 8), np.uint32)
    state = np.empty((8, LANES), np.uint32)
    rows = np.empty((8, LANES), np.uint32)
    w = np.zeros((_SM3_SCHEDULE, LANES), np.uint32)
    for first in range(0, count, LANES):
        lanes = min(LANES, count - first)
        _begin(state, is_sm3)
        for lane in range(lanes):
            # The prefix byte shifts every word of the message by one byte.
            carry = np.uint32(0x01)
            for place in range(_WORDS):
                word = words[2 * (first + lane) + place // 8, place % 8]
                w[place, lane] = np.uint32((carry << np.uint32(24)) | (word >> np.uint32(8)))
                carry = word
        _block(state, w, rows, is_sm3)
        for lane in range(lanes):
            last = words[2 * (first + lane) + 1, 7]
            w[0, lane] = np.uint32((last << np.uint32(24)) | np.uint32(0x00800000))
        w[1:_WORDS] = 0
        w[_WORDS - 1] = 8 * 65
        _block(state, w, rows, is_sm3)
        for lane in range(lanes):
            for row in range(8):
                out[first + lane, row] = state[row, lane]
    return out


@compiled
def hash_leaves(data: Bytes, starts: Counts, is_sm3: bool) -> Words:
    """H(0x00 ‖ message) of n messages stored end to end in ``data``; ``starts`` has n + 1 offsets."""
    count = starts.shape[0] - 1
    out = np.empty((count, 8), np.uint32)
    state = np.empty((8, LANES), np.uint32)
    rows = np.empty((8, LANES), np.uint32)
    w = np.zeros((_SM3_SCHEDULE, LANES), np.uint32)
    for first in range(0, count, LANES):
        lanes = min(LANES, count - first)
        blocks = 0
        for lane in range(lanes):
            blocks = max(blocks, _blocks_of(starts[first + lane + 1] - starts[first + lane]))
        _begin(state, is_sm3)
        for block in range(blocks):
            for lane in range(lanes):
                _fill(data, starts[first + lane], starts[first + lane + 1], block, w, lane)
            _block(state, w, rows, is_sm3)
            # A shorter message finishes earlier; the later results of its lane are ignored.
            for lane in range(lanes):
                if _blocks_of(starts[first + lane + 1] - starts[first + lane]) == block + 1:
                    for row in range(8):
                        out[first + lane, row] = state[row, lane]
    return out


@_inlined
def _block(state: Words, w: Words, rows: Words, is_sm3: bool) -> None:
    if is_sm3:
        _sm3_block(state, w, rows)
    else:
        _sha256_block(state, w, rows)


@_inlined
def _blocks_of(length: int) -> int:
    # Add the prefix, the end mark and the eight bytes of the length.
    return (length + 10 + _BLOCK - 1) // _BLOCK


@compiled
def _word_at_edge(data: Bytes, start: int, length: int, at: int) -> np.uint32:
    """Four bytes from ``at`` on, where prefix, message, end mark and zeros meet."""
    word = np.uint32(0)
    if at <= length:
        for byte in range(at, at + 4):
            value = np.uint32(0)
            if 0 <= byte < length:
                value = np.uint32(data[start + byte])
            elif byte == length:
                value = np.uint32(0x80)
            word = np.uint32((word << np.uint32(8)) | value)
    return word


@compiled
def _fill(data: Bytes, start: int, end: int, block: int, w: Words, lane: int) -> None:
    """The words of one block of 0x00 ‖ message ‖ 0x80 ‖ zeros ‖ bit length, for one lane."""
    length = end - start
    at = block * _BLOCK - 1  # where the block begins in the message; the prefix stands at -1
    whole = min(max((length - at) // 4, 0), _WORDS)  # words that lie within prefix and message
    place = 0
    if block == 0:
        w[0, lane] = _word_at_edge(data, start, length, at)
        place = 1
    # An unsigned index avoids the check for negative indices.
    here = np.uint64(start + at + 4 * place)
    for whole_place in range(place, whole):
        w[whole_place, lane] = np.uint32(
            (np.uint32(data[here]) << np.uint32(24))
            | (np.uint32(data[here + np.uint64(1)]) << np.uint32(16))
            | (np.uint32(data[here + np.uint64(2)]) << np.uint32(8))
            | np.uint32(data[here + np.uint64(3)])
        )
        here += np.uint64(4)
    for edge_place in range(max(place, whole), _WORDS):
        w[edge_place, lane] = _word_at_edge(data, start, length, at + 4 * edge_place)
    if _blocks_of(length) == block + 1:
        bits = (length + 1) * 8
        w[_WORDS - 2, lane] = np.uint32(bits >> 32)
        w[_WORDS - 1, lane] = np.uint32(bits & 0xFFFFFFFF)
