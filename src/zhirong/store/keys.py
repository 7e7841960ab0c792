"""The register's keys in its folder: the secret key, the public keys, the witnesses' keys, and the last signed
checkpoint.

register.key: the secret in use, readable by its owner only. register.key.next: the next key during a change.
register.pub: the public keys, retired ones with ``until``. witnesses.pub: the witnesses who countersign.
register.last: the largest checkpoint ever signed, stored beside the database and not in it, so that it detects a
database restored to an earlier day. A copy outside the folder (``settings.CHECKPOINT_COPY``) detects a database and
a folder restored together.
"""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zhirong.evidence.checkpoints import SignedCheckpoint, read_checkpoint
from zhirong.evidence.keys import KeyType, PublicKey, SigningKey, read_keys
from zhirong.store import settings

KEY_FILE = "register.key"
NEXT_FILE = "register.key.next"
PUBLIC_FILE = "register.pub"
WITNESS_FILE = "witnesses.pub"
LAST_FILE = "register.last"
_LOCK_FILE = "register.lock"


@dataclass(frozen=True, slots=True, repr=False)
class RegisterKey(SigningKey):
    """The register's signing key. folder: its location, which also records what it has signed."""

    folder: Path


def make_key(folder: Path, origin: str) -> PublicKey:
    """Make a new signing key in the folder: the secret readable by its owner only, the public key beside it.

    Raises FileExistsError if there is one: a key is never overwritten.
    """
    key = _new_secret(folder, KEY_FILE, origin)
    (folder / PUBLIC_FILE).write_text(key.public().as_text() + "\n", encoding="utf-8")
    return key.public()


def next_key(folder: Path, origin: str) -> RegisterKey:
    """Return the next key: a new one, or the one of an unfinished change."""
    if (folder / NEXT_FILE).exists():
        return _read(folder, NEXT_FILE)
    return _new_secret(folder, NEXT_FILE, origin)


def pending_key(folder: Path) -> RegisterKey | None:
    """Return the next key of an unfinished change, None if there is none."""
    return _read(folder, NEXT_FILE) if (folder / NEXT_FILE).exists() else None


def take_over(folder: Path, old: PublicKey, size: int) -> None:
    """Make the next key the key in use; the old one is retired at ``size`` and its secret destroyed.

    Harmless when repeated after a crash.
    """
    new = _read(folder, NEXT_FILE)
    kept = [
        one for one in read_keys(_text(folder / PUBLIC_FILE)) if replace(one, until=None) not in (old, new.public())
    ]
    lines = [_line(one) for one in (*kept, replace(old, until=size), new.public())]
    _write(folder / PUBLIC_FILE, "\n".join(lines) + "\n")
    (folder / NEXT_FILE).replace(folder / KEY_FILE)


def signing_key(folder: Path) -> RegisterKey:
    """Return the register's key. Raises OSError if the file is missing, ValueError if it is damaged."""
    return _read(folder, KEY_FILE)


def public_keys(folder: Path) -> tuple[PublicKey, ...]:
    """Return the keys that check checkpoints: the register's, including retired ones, and its witnesses'."""
    file, witnesses = folder / PUBLIC_FILE, folder / WITNESS_FILE
    found = read_keys(_text(file), str(file))
    return (*found, *read_keys(_text(witnesses), str(witnesses))) if witnesses.exists() else found


def add_witness(folder: Path, key: PublicKey) -> None:
    """Add a witness; a known one stays unchanged."""
    file = folder / WITNESS_FILE
    known = read_keys(_text(file), str(file)) if file.exists() else ()
    if key not in known:
        _write(file, "".join(f"{_line(one)}\n" for one in (*known, key)))


def last_signed(folder: Path) -> SignedCheckpoint | None:
    """Return the largest checkpoint ever signed here, None before the first: that of the folder, or that of the
    copy outside if it is larger, because database and folder were restored together. Raises InputError for a
    damaged file.
    """
    found = [one for one in (last_kept(folder), outside_copy()) if one is not None]
    return max(found, key=lambda one: one.checkpoint.size, default=None)


def last_kept(folder: Path) -> SignedCheckpoint | None:
    """Return the checkpoint recorded in the folder itself."""
    return _signed_in(folder / LAST_FILE)


def outside_copy() -> SignedCheckpoint | None:
    """Return the checkpoint in the copy outside, None if there is none or no location is set."""
    return None if settings.CHECKPOINT_COPY is None else _signed_in(settings.CHECKPOINT_COPY)


def keep_last(folder: Path, signed: SignedCheckpoint) -> None:
    """Record the signed checkpoint in the folder and in the external copy. Called while ``signing`` locks the
    folder. Raises OSError if it cannot be stored.
    """
    for file in (folder / LAST_FILE, settings.CHECKPOINT_COPY):
        if file is not None:
            _write(file, signed.as_text())


def _signed_in(file: Path) -> SignedCheckpoint | None:
    return read_checkpoint(_text(file), str(file)) if file.exists() else None


@contextmanager
def signing(folder: Path) -> Iterator[None]:
    """Lock the folder, so that no other process signs or changes keys meanwhile."""
    with (folder / _LOCK_FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _new_secret(folder: Path, name: str, origin: str) -> RegisterKey:
    key = RegisterKey(origin, KeyType.LOG_ED25519, secrets.token_bytes(32), folder)
    secret = folder / name
    secret.touch(mode=0o600, exist_ok=False)
    secret.write_text(f"{origin}\n{key.seed.hex()}\n", encoding="utf-8")
    return key


def _read(folder: Path, name: str) -> RegisterKey:
    origin, seed = _text(folder / name).split()
    return RegisterKey(origin, KeyType.LOG_ED25519, bytes.fromhex(seed), folder)


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _line(key: PublicKey) -> str:
    return key.as_text() if key.until is None else f"{key.as_text()} until {key.until}"


def _write(file: Path, text: str) -> None:
    """Write a file completely or not at all."""
    beside = file.with_name(file.name + ".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)
