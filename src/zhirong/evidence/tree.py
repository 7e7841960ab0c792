"""The growing tree: a frontier for appending, tiles for storage, and an in-memory tree made of both.

Tiles: of all complete nodes only those at levels 0, 4, 8 and so on are kept, sixteen per tile of at most 512 bytes.
``tile(t, i)`` holds the nodes ``(4t, 16i)`` to ``(4t, 16i + 15)``. That is 34 bytes per leaf; the levels between
are recomputed on demand, at most eleven hashes per tile, and a proof over five million leaves reads six full tiles
and the right edge.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zhirong.evidence.hashes import HASH_BYTES, HashAlgorithm, empty_root, leaf_hash, node_hash
from zhirong.evidence.proofs import consistency_proof, fold, inclusion_proof, peaks_of, root_at

TILE_LEVELS = 4
TILE_WIDTH = 1 << TILE_LEVELS


class TileSource(Protocol):
    """Source of tiles. Returns the hashes stored so far, 32 bytes each, empty if there are none."""

    def tile(self, tile_level: int, index: int) -> bytes: ...


class MissingTileError(LookupError):
    """A tile lacks hashes that a log of this size must have. tile_level, index: which tile."""

    def __init__(self, tile_level: int, index: int) -> None:
        self.tile_level = tile_level
        self.index = index
        super().__init__(f"tile {tile_level}/{index} lacks required hashes")


@dataclass(frozen=True, slots=True)
class TileHash:
    """One hash to store: the ``place``-th (from 0) of tile ``(tile_level, index)``."""

    tile_level: int
    index: int
    place: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The state needed for appending: the peaks of the tree, largest first, one for each 1 bit of ``size``."""

    algorithm: HashAlgorithm
    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def root(self) -> bytes:
        """Root of the tree so far."""
        return fold(self.algorithm, self.peaks) if self.peaks else empty_root(self.algorithm)

    def append(self, leaf: bytes) -> "tuple[Frontier, tuple[TileHash, ...]]":
        """The frontier with one more leaf hash, and the tile hashes to store."""
        node, index, level = leaf, self.size, 0
        peaks = list(self.peaks)
        kept = [_tile_hash(0, index, leaf)]
        while index & 1:
            node = node_hash(self.algorithm, peaks.pop(), node)
            index, level = index >> 1, level + 1
            if level % TILE_LEVELS == 0:
                kept.append(_tile_hash(level // TILE_LEVELS, index, node))
        peaks.append(node)
        return Frontier(self.algorithm, self.size + 1, tuple(peaks)), tuple(kept)


@dataclass(frozen=True, slots=True)
class StoredTree:
    """A tree of ``size`` leaves whose tiles are stored elsewhere. Every method may raise MissingTileError."""

    algorithm: HashAlgorithm
    size: int
    tiles: TileSource

    def node(self, level: int, index: int) -> bytes:
        """Hash of the complete node ``(level, index)``."""
        tile_level, rise = divmod(level, TILE_LEVELS)
        tile_index, place = divmod(index << rise, TILE_WIDTH)
        start, end = place * HASH_BYTES, (place + (1 << rise)) * HASH_BYTES
        kept = self.tiles.tile(tile_level, tile_index)
        if len(kept) < end:
            raise MissingTileError(tile_level, tile_index)
        hashes = [kept[at : at + HASH_BYTES] for at in range(start, end, HASH_BYTES)]
        while len(hashes) > 1:
            hashes = _pairs(self.algorithm, hashes)
        return hashes[0]

    def root(self, size: int | None = None) -> bytes:
        """Root of the first ``size`` leaves; of all by default."""
        return root_at(self.algorithm, self.node, self._size(size))

    def frontier(self) -> Frontier:
        """The frontier to append to."""
        return Frontier(self.algorithm, self.size, tuple(self.node(*peak) for peak in peaks_of(self.size)))

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that the leaf at ``index`` is in the tree of the first ``size`` leaves."""
        return inclusion_proof(self.algorithm, self.node, index, self._size(size))

    def consistency_proof(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that the tree of the first ``size`` leaves starts with the tree of ``old_size``."""
        return consistency_proof(self.algorithm, self.node, old_size, self._size(size))

    def _size(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"the log has {self.size} entries, not {size}")
        return size


@dataclass(slots=True)
class MemoryTiles:
    """Tiles in memory: the hashes of each tile level in order, 34 bytes per leaf in total."""

    levels: list[bytearray] = field(default_factory=list)

    def tile(self, tile_level: int, index: int) -> bytes:
        """The hashes of one tile."""
        if tile_level >= len(self.levels):
            return b""
        width = TILE_WIDTH * HASH_BYTES
        return bytes(self.levels[tile_level][index * width : (index + 1) * width])

    def keep(self, one: TileHash) -> None:
        """Append one hash where it belongs; hashes come in order."""
        if one.tile_level == len(self.levels):
            self.levels.append(bytearray())
        level = self.levels[one.tile_level]
        if len(level) != (one.index * TILE_WIDTH + one.place) * HASH_BYTES:
            raise ValueError(f"hash {one.place} of tile {one.tile_level}/{one.index} is not the next one")
        level += one.hash


class MerkleTree:
    """A tree in memory for any list of entries: append, root, proofs. Grows by 34 bytes per leaf."""

    def __init__(self, algorithm: HashAlgorithm, entries: Iterable[bytes] = ()) -> None:
        self.tiles = MemoryTiles()
        self._frontier = Frontier(algorithm)
        for entry in entries:
            self.append(entry)

    @classmethod
    def resumed(cls, algorithm: HashAlgorithm, size: int, tiles: MemoryTiles) -> "MerkleTree":
        """A tree that continues from stored tiles. Raises MissingTileError if they lack hashes."""
        tree = cls(algorithm)
        tree.tiles = tiles
        tree._frontier = StoredTree(algorithm, size, tiles).frontier()
        return tree

    @property
    def algorithm(self) -> HashAlgorithm:
        """Its hash function."""
        return self._frontier.algorithm

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._frontier.size

    def append(self, entry: bytes) -> int:
        """Add an entry; returns its index."""
        return self.append_hash(leaf_hash(self.algorithm, entry))

    def append_hash(self, leaf: bytes) -> int:
        """Add an entry of which only the leaf hash is known; returns its index."""
        index = self._frontier.size
        self._frontier, kept = self._frontier.append(leaf)
        for one in kept:
            self.tiles.keep(one)
        return index

    def root(self, size: int | None = None) -> bytes:
        """Root of the first ``size`` leaves; of all by default."""
        return self._frontier.root() if size is None else self.stored().root(size)

    def inclusion_proof(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that the leaf at ``index`` is in the tree of the first ``size`` leaves."""
        return self.stored().inclusion_proof(index, size)

    def consistency_proof(self, old_size: int, size: int | None = None) -> tuple[bytes, ...]:
        """Proof that the tree of the first ``size`` leaves starts with the tree of ``old_size``."""
        return self.stored().consistency_proof(old_size, size)

    def stored(self) -> StoredTree:
        """The same tree, read through its tiles."""
        return StoredTree(self.algorithm, self.size, self.tiles)

    def frontier(self) -> Frontier:
        """The frontier as of now."""
        return self._frontier


def merkle_root(algorithm: HashAlgorithm, entries: Iterable[bytes]) -> bytes:
    """Root over a list of entries, storing only the frontier."""
    frontier = Frontier(algorithm)
    for entry in entries:
        frontier, _ = frontier.append(leaf_hash(algorithm, entry))
    return frontier.root()


def _tile_hash(tile_level: int, index: int, node: bytes) -> TileHash:
    return TileHash(tile_level, index // TILE_WIDTH, index % TILE_WIDTH, node)


def _pairs(algorithm: HashAlgorithm, hashes: Sequence[bytes]) -> list[bytes]:
    return [node_hash(algorithm, hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
