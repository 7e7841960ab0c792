"""Contents of files, kept once under their SHA-256 in the data folder."""

import hashlib
import os
import secrets
from pathlib import Path

FOLDER = "files"


def keep(data: bytes, home: Path) -> str:
    """Keep a content; returns its SHA-256. The file is whole or not there, whatever happens in the middle.

    Where it is kept already and has been damaged since, it is made whole again.
    """
    digest = hashlib.sha256(data).hexdigest()
    place = path_of(digest, home)
    if not place.exists() or place.read_bytes() != data:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f"{digest}.{secrets.token_hex(4)}.part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
    return digest


def path_of(digest: str, home: Path) -> Path:
    """Where a content is kept."""
    return home / FOLDER / digest[:2] / digest


def content(digest: str, home: Path) -> bytes:
    """A content. Raises OSError where it is gone, ValueError where it is no longer what it was."""
    data = path_of(digest, home).read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"the content of {digest} has been changed")
    return data
