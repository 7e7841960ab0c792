"""The evidence log in the database: appending a leaf with its event, checkpoints, receipts."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Concat

from zhirong.evidence import canonical
from zhirong.evidence.checkpoints import Checkpoint as LogCheckpoint
from zhirong.evidence.checkpoints import SignedCheckpoint, read_checkpoint
from zhirong.evidence.entries import Entry, entry_of_bytes
from zhirong.evidence.hashes import HASH_BYTES, HashAlgorithm, leaf_hash
from zhirong.evidence.identity import SALT_BYTES, Claim
from zhirong.evidence.keys import KeyType, PublicKey, SigningKey, read_keys
from zhirong.evidence.receipts import Receipt
from zhirong.evidence.tree import Frontier, StoredTree
from zhirong.store.models import Checkpoint, Event, LogHead, Tile
from zhirong.store.transaction import NoRegisterError

KEY_FILE = "register.key"
PUBLIC_FILE = "register.pub"
CONTENT_NAME = "pledge"  # the claim under which an entry commits to its content


def instant(moment: datetime) -> str:
    """An instant as entries write it: UTC, to the second. Raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class StoredTiles:
    """The tiles in the database, as proofs read them."""

    def tile(self, tile_level: int, index: int) -> bytes:
        """The hashes of one tile, nothing where there is none."""
        found = Tile.objects.filter(level=tile_level, index=index).values_list("hashes", flat=True).first()
        return b"" if found is None else bytes.fromhex(found)


@dataclass(frozen=True, slots=True)
class Leaf:
    """What an event becomes in the log. public: what anyone may read. content: what is committed to."""

    kind: str
    time: str
    day: date
    registration: int | None
    public: Mapping[str, Any]
    content: Mapping[str, Any]
    actor: str
    key: str
    subject: str = ""


def append(head: LogHead, leaf: Leaf) -> Event:
    """One event, its leaf and the tree's new nodes, within the transaction that holds the head."""
    algorithm = HashAlgorithm(head.algorithm)
    salt = secrets.token_bytes(SALT_BYTES)
    body = {
        **leaf.public,
        "commitment": Claim(CONTENT_NAME, leaf.content, salt).commitment(algorithm),
        "registration": leaf.registration,
    }
    entry = Entry(head.origin, head.size, leaf.kind, leaf.time, body).as_bytes()
    frontier, kept = _frontier(head).append(leaf_hash(algorithm, entry))
    event = Event.objects.create(
        index=head.size,
        kind=leaf.kind,
        day=leaf.day,
        registration=leaf.registration,
        subject=leaf.subject,
        entry=entry.decode(),
        content=canonical.encode(leaf.content).decode(),
        salt=salt.hex(),
        actor=leaf.actor,
        key=leaf.key,
    )
    for one in kept:
        if one.place == 0:
            Tile.objects.create(level=one.tile_level, index=one.index, hashes=one.hash.hex())
        else:
            Tile.objects.filter(level=one.tile_level, index=one.index).update(
                hashes=Concat(F("hashes"), Value(one.hash.hex()))
            )
    head.size = frontier.size
    head.peaks = b"".join(frontier.peaks).hex()
    return event


def checkpoint(key: SigningKey, now: datetime) -> SignedCheckpoint:
    """The signed state of the log as committed, the one given out before if there was one of this size."""
    head = LogHead.objects.first()
    if head is None:
        raise NoRegisterError("there is no register in this database")
    if not Checkpoint.objects.filter(size=head.size).exists():
        root = _frontier(head).root()
        made = LogCheckpoint(head.origin, head.size, root, HashAlgorithm(head.algorithm), instant(now)).signed(key)
        # Another process may have signed the same size this moment; the first to be kept is the one.
        Checkpoint.objects.bulk_create([Checkpoint(size=head.size, note=made.as_text())], ignore_conflicts=True)
    return read_checkpoint(Checkpoint.objects.get(size=head.size).note)


def receipt(event: Event, key: SigningKey, now: datetime) -> Receipt:
    """What proves an event to anyone, offline: its entry, its way to the root, the signed root."""
    note = Checkpoint.objects.filter(size__gt=event.index).order_by("size").values_list("note", flat=True).first()
    signed = checkpoint(key, now) if note is None else read_checkpoint(note)
    tree = StoredTree(signed.checkpoint.algorithm, signed.checkpoint.size, StoredTiles())
    entry = entry_of_bytes(event.entry.encode())
    return Receipt(entry, event.index, tree.inclusion_proof(event.index), signed)


# -- keys -----------------------------------------------------------------------------------------------------


def make_key(folder: Path, origin: str) -> PublicKey:
    """A new signing key in the folder: the secret readable by its owner only, the public key beside it.

    Raises FileExistsError where there is one: a key is never overwritten.
    """
    key = SigningKey(origin, KeyType.LOG_ED25519, secrets.token_bytes(32))
    secret = folder / KEY_FILE
    secret.touch(mode=0o600, exist_ok=False)
    secret.write_text(f"{origin}\n{key.seed.hex()}\n", encoding="utf-8")
    (folder / PUBLIC_FILE).write_text(key.public().as_text() + "\n", encoding="utf-8")
    return key.public()


def signing_key(folder: Path) -> SigningKey:
    """The register's key. Raises OSError where the file is not there, ValueError where it is damaged."""
    origin, seed = (folder / KEY_FILE).read_text(encoding="utf-8").split()
    return SigningKey(origin, KeyType.LOG_ED25519, bytes.fromhex(seed))


def public_keys(folder: Path) -> tuple[PublicKey, ...]:
    """The keys by which the register's checkpoints are checked, retired ones included."""
    file = folder / PUBLIC_FILE
    return read_keys(file.read_text(encoding="utf-8"), str(file))


def _frontier(head: LogHead) -> Frontier:
    peaks = bytes.fromhex(head.peaks)
    hashes = tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES))
    return Frontier(HashAlgorithm(head.algorithm), head.size, hashes)
