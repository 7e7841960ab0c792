"""Contents of files, kept once under their SHA-256 in the data folder."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

FOLDER = "files"


def keep(data: bytes, home: Path) -> str:
    """Keep a content; returns its SHA-256. The file is whole or not there, whatever happens in the middle.

    Where it is kept already and has been damaged since, it is made whole again. Its time is that of the last
    keeping, by which ``unused`` knows what is new. Raises OSError if the disk has no room; then nothing of it is
    left.
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
    """Files that were last kept before a moment (seconds since 1970), parts of files that were never whole among
    them.
    """
    for place in (home / FOLDER).glob("??/*"):
        try:
            if place.is_file() and place.stat().st_mtime < before:
                yield place
        except FileNotFoundError:
            continue  # its part has become the file meanwhile


def path_of(digest: str, home: Path) -> Path:
    """Where a content is kept."""
    return home / FOLDER / digest[:2] / digest


def content(digest: str, home: Path) -> bytes:
    """A content. Raises OSError if it is gone, ValueError where it is no longer what it was."""
    data = path_of(digest, home).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"the content of {digest} has been changed")
    return data
