"""Secrets that must be readable again, encrypted at rest: second factors, e-mails not sent yet.

AES-256-GCM with its own key, ``vault.key`` in the data folder (readable by its owner only) or ZHIRONG_VAULT_KEY (64
hexadecimal digits). The key is in the backup with the other keys; a copy of the database alone does not reveal the
secrets.
"""

import base64
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

KEY_FILE = "vault.key"
_MARK = "vault1:"
_KEY_BYTES, _NONCE_BYTES = 32, 12


def encrypted(text: str, folder: Path) -> str:
    """Return the text encrypted with the key of the folder."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    kept = nonce + AESGCM(_key(folder)).encrypt(nonce, text.encode(), _MARK.encode())
    return _MARK + base64.b64encode(kept).decode()


def decrypted(kept: str, folder: Path) -> str:
    """Return the text that ``encrypted`` encrypted. Text without its mark dates from before the vault and is
    returned unchanged.

    Raises InputError if the key is not the one that it was encrypted with.
    """
    if not is_encrypted(kept):
        return kept
    data = base64.b64decode(kept.removeprefix(_MARK))
    try:
        plain = AESGCM(_key(folder)).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], _MARK.encode())
    except InvalidTag as error:
        raise _wrong_key(
            Text("密钥与加密时所用密钥不一致", "the key differs from the one used for encryption"),
        ) from error
    return plain.decode()


def keyed_digest(purpose: str, text: str, folder: Path) -> str:
    """Return a digest (HMAC-SHA-256, hexadecimal) that only the holder of the key can make or test. purpose: keeps
    digests for different uses apart.
    """
    key = hmac.new(_key(folder), purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def has_key(folder: Path) -> bool:
    """Return whether there is a key, without making one."""
    return bool(os.environ.get("ZHIRONG_VAULT_KEY")) or (folder / KEY_FILE).exists()


def is_encrypted(kept: str) -> bool:
    """Return whether the text was encrypted here."""
    return kept.startswith(_MARK)


def _key(folder: Path) -> bytes:
    return _read_key(folder, os.environ.get("ZHIRONG_VAULT_KEY", ""))


@lru_cache(maxsize=16)
def _read_key(folder: Path, given: str) -> bytes:
    written = given or _kept_key(folder)
    try:
        key = bytes.fromhex(written.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise _wrong_key(Text("不是 64 位十六进制数", "not 64 hexadecimal digits"))
    return key


def _kept_key(folder: Path) -> str:
    """Return the key in the folder; make one if there is none."""
    place = folder / KEY_FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        part = place.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
        try:
            os.link(part, place)  # Written completely at once; another process may have made it in the meantime.
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return place.read_text(encoding="utf-8")


def _wrong_key(reason: Text) -> InputError:
    fix = Text(
        "请从备份取回 vault.key，或设置原来的 ZHIRONG_VAULT_KEY",
        "restore vault.key from the backup, or set the former ZHIRONG_VAULT_KEY",
    )
    return InputError([Problem("ZHIRONG_VAULT_KEY", KEY_FILE, reason, fix, "vault_key")])
