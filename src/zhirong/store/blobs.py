"""File contents, stored once under their SHA-256 in the data folder."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

FOLDER = "files"


def keep(data: bytes, home: Path) -> str:
    """Store a content; returns its SHA-256. The file is complete or absent, whatever interrupts the write.

    A stored copy that was damaged since is repaired. Its time is that of the last call, by which ``unused``
    recognises new files. Raises OSError if the disk is full; then no part of it remains.
    """
    digest = hashlib.sha256(data).hexdigest()
    place = path_of(digest, home)
    if place.exists() and place.read_bytes() == data:
        os.utime(place)
        return digest
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{digest}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return digest


def unused(home: Path, before: float) -> Iterator[Path]:
    """Return files last stored before a moment (seconds since 1970), including parts of incomplete files."""
    for place in (home / FOLDER).glob("??/*"):
        try:
            if place.is_file() and place.stat().st_mtime < before:
                yield place
        except FileNotFoundError:
            continue  # Its part has become the file in the meantime.


def path_of(digest: str, home: Path) -> Path:
    """Return the path of the file with this content."""
    return home / FOLDER / digest[:2] / digest


def content(digest: str, home: Path) -> bytes:
    """Return a content. Raises OSError if it is missing, ValueError if it has changed."""
    data = path_of(digest, home).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"the content of {digest} has changed")
    return data
