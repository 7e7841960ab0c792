"""Keys: their written form, what they may sign and until when; signing and verification.

A public key is written as ``name+ID+base64`` (the C2SP "vkey"): the ID is eight hexadecimal digits of
SHA-256(name ‖ 0x0A ‖ type and key), the base64 holds the type and the key. The type gives both the algorithm and
the role, so that a witness's key can never count as a key of the log.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from zhirong.evidence.entries import is_origin, size_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

KEY_ID_BYTES = 4
_ED25519_BYTES = 32


class KeyType(Enum):
    """Algorithm and role of a key, identified by the first bytes of its written form.

    The one-byte types are those of C2SP signed-note; 0xFF starts longer names for types without such a byte.
    The SM2 types (GB/T 32918, signatures over SM3) are reserved: this version recognises and reports them but
    cannot check their signatures.
    """

    LOG_ED25519 = b"\x01"
    WITNESS_ED25519 = b"\x04"
    LOG_SM2 = b"\xffzhirong-sm2-log\n"
    WITNESS_SM2 = b"\xffzhirong-sm2-witness\n"


_CAN_CHECK = frozenset({KeyType.LOG_ED25519, KeyType.WITNESS_ED25519})
_WITNESSES = frozenset({KeyType.WITNESS_ED25519, KeyType.WITNESS_SM2})


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key. name: the log's origin, or the witness's name. until: the largest log size that it may sign;
    None while it is in use.
    """

    name: str
    type: KeyType
    material: bytes
    until: int | None = None

    @property
    def id(self) -> bytes:
        """Four bytes that distinguish this key from others of the same name; a label, not a proof."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.type.value + self.material).digest()[:KEY_ID_BYTES]

    @property
    def is_witness(self) -> bool:
        """Return whether it countersigns, rather than signs for the log."""
        return self.type in _WITNESSES

    @property
    def can_be_checked(self) -> bool:
        """Return whether this version checks signatures of this type."""
        return self.type in _CAN_CHECK

    def as_text(self) -> str:
        """The written form: ``name+ID+base64``."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.type.value + self.material).decode()}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether this key made the signature over the message (Ed25519, RFC 8032)."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        if not self.can_be_checked:
            raise ValueError(f"this version cannot check signatures of type {self.type.name}")
        try:
            Ed25519PublicKey.from_public_bytes(self.material).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private Ed25519 key. seed: its 32 bytes (RFC 8032), from a good source of randomness, kept secret."""

    name: str
    type: KeyType
    seed: bytes

    def __post_init__(self) -> None:
        if self.type not in _CAN_CHECK:
            raise ValueError(f"signatures of type {self.type.name} are not made by this version")
        if len(self.seed) != _ED25519_BYTES or not is_origin(self.name):
            raise ValueError("a signing key needs 32 bytes and a name without spaces or plus signs")

    def __repr__(self) -> str:
        return f"SigningKey({self.public().as_text()})"  # the seed must not reach a log file or a traceback

    def public(self) -> PublicKey:
        """The public key that belongs to it."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        material = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return PublicKey(self.name, self.type, material)

    def sign(self, message: bytes) -> bytes:
        """Signature over the message (Ed25519, RFC 8032), 64 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def strictest(keys: Iterable[PublicKey]) -> tuple[PublicKey, ...]:
    """Each key once; for duplicates the smallest ``until`` applies."""
    found: dict[PublicKey, PublicKey] = {}
    for key in keys:
        bare = replace(key, until=None)
        before = found.get(bare, bare)
        limits = [one.until for one in (before, key) if one.until is not None]
        found[bare] = replace(bare, until=min(limits, default=None))
    return tuple(found.values())


def read_key(written: str, source: str = "") -> PublicKey:
    """A public key from its written form. Raises InputError if it is malformed or its ID does not match."""
    parts = written.split("+", 2)
    if len(parts) != 3 or not is_origin(parts[0]):
        raise _refused(written, "key_form", Text("不是公钥", "not a public key"), source)
    name, key_id, encoded = parts
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        content = b""
    # Unused bits of the last base64 digit could be changed unnoticed; encoding it again reveals that.
    if base64.b64encode(content).decode() != encoded or not content:
        raise _refused(encoded, "key_base64", Text("不是规范的 base64", "not canonical base64"), source)
    kind = next((one for one in KeyType if content.startswith(one.value)), None)
    if kind is None:
        raise _refused(encoded, "key_type", Text("不支持的密钥类型", "unknown key type"), source)
    material = content[len(kind.value) :]
    if kind in _CAN_CHECK and len(material) != _ED25519_BYTES:
        reason = Text("Ed25519 公钥应为 32 字节", "an Ed25519 public key must have 32 bytes")
        raise _refused(encoded, "key_length", reason, source)
    key = PublicKey(name, kind, material)
    if key.id.hex() != key_id:
        reason = Text(f"密钥标识不符，应为 {key.id.hex()}", f"wrong key ID, expected {key.id.hex()}")
        raise _refused(key_id, "key_id", reason, source)
    return key


def read_keys(text: str, source: str = "") -> tuple[PublicKey, ...]:
    """The keys of a key file: one per line; empty lines and lines starting with ``#`` are ignored.

    A line may end with `` until SIZE``: the key is retired, and its signature on any larger log is rejected.
    Raises InputError with every line that cannot be read.
    """
    keys: list[PublicKey] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        try:
            keys.append(_key_of_words(words, line, source))
        except InputError as error:
            problems += [problem.within(f"[{number}]") for problem in error.problems]
    if not keys and not problems:
        reason, hint = Text("没有公钥", "the file has no key"), Text("请每行填写一个公钥", "enter one key per line")
        problems.append(Problem("", "", reason, hint, "no_key"))
    if problems:
        raise InputError(problems, source)
    return tuple(keys)


def _key_of_words(words: list[str], line: str, source: str) -> PublicKey:
    key = read_key(words[0], source)
    if len(words) == 1:
        return key
    until = size_of(words[2]) if len(words) == 3 and words[1] == "until" else None
    if until is None:
        raise _refused(
            line, "key_line", Text("公钥之后只能填写 until 和条数", "only `until SIZE` may follow the key"), source
        )
    return PublicKey(key.name, key.type, key.material, until)


def _refused(value: str, code: str, reason: Text, source: str) -> InputError:
    hint = Text(
        "请使用登记机构公布的公钥，格式为 名称+标识+base64",
        "use the key published by the institution: name+ID+base64",
    )
    return InputError([Problem("", value, reason, hint, code)], source)
