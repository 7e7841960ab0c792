"""Signed notes: a text and its signatures, in the form of C2SP signed-note.

    text, one or more lines - name base64(key ID ‖ signature)

The text ends with a newline; an empty line follows; then one line for each signature, beginning with an em dash.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from zhirong.evidence.entries import is_origin
from zhirong.evidence.keys import KEY_ID_BYTES, KeyType, PublicKey, SigningKey, strictest
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

MOST_SIGNATURES = 100  # more would only cost the verifier time
_SIGNATURE_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_TIME_BYTES = 8
_LATEST_TIME = 2**63 - 1


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line. signature: without the key ID; of a witness it begins with eight bytes of time."""

    name: str
    key_id: bytes
    signature: bytes

    def as_line(self) -> str:
        """The line in the note, without its newline."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text, ending with a newline, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...] = ()

    def as_text(self) -> str:
        """The complete published note."""
        return self.text + "\n" + "".join(f"{one.as_line()}\n" for one in self.signatures)

    def signed(self, key: SigningKey) -> "SignedNote":
        """The note with an additional signature by a key that is not a witness's."""
        if key.public().is_witness:
            raise ValueError("a witness must countersign with a time")
        return self._with(key, key.sign(self.text.encode()))

    def countersigned(self, key: SigningKey, seconds: int) -> "SignedNote":
        """The note with a witness's signature (C2SP tlog-cosignature v1). seconds: since 1970-01-01T00:00:00Z."""
        if not key.public().is_witness or not 0 <= seconds <= _LATEST_TIME:
            raise ValueError("countersigning needs a witness's key and a time since 1970")
        signature = key.sign(_witnessed(self.text, seconds))
        return self._with(key, seconds.to_bytes(_TIME_BYTES, "big") + signature)

    def _with(self, key: SigningKey, signature: bytes) -> "SignedNote":
        line = NoteSignature(key.name, key.public().id, signature)
        return replace(self, signatures=(*self.signatures, line))


class SignatureState(StrEnum):
    """The result for one signature line."""

    GOOD = "good"
    BAD = "bad"
    RETIRED = "retired"
    UNKNOWN_KEY = "unknown_key"
    NOT_SUPPORTED = "not_supported"


@dataclass(frozen=True, slots=True)
class SignatureFinding:
    """One signature line and its result. key: the known key, None if there is none.

    seconds: time of the countersignature stated by a witness, since 1970; None for other signatures.
    """

    signature: NoteSignature
    state: SignatureState
    key: PublicKey | None = None
    seconds: int | None = None


def read_note(written: str, source: str = "") -> SignedNote:
    """A note from its exact written form. Raises InputError for any other form."""
    control = _CONTROL.search(written)
    if control is not None:
        line = written.count("\n", 0, control.start()) + 1
        reason = Text("含有控制字符", "it contains a control character")
        raise _refused(f"[{line}]", ascii(control.group()), "control_character", reason, source)
    text, divider, lines = written.rpartition("\n\n")
    if not divider or not text or not lines.endswith("\n"):
        reason = Text("正文、空行、签名行三部分不完整", "text, empty line or signature lines are missing")
        raise _refused("", written[-40:], "note_form", reason, source)
    first = text.count("\n") + 3
    signatures = tuple(
        _read_signature(line, number, source) for number, line in enumerate(lines[:-1].split("\n"), first)
    )
    if len(signatures) > MOST_SIGNATURES:
        reason = Text(f"签名超过 {MOST_SIGNATURES} 个", f"more than {MOST_SIGNATURES} signatures")
        raise _refused("", str(len(signatures)), "too_many_signatures", reason, source)
    return SignedNote(text + "\n", signatures)


def check_signatures(note: SignedNote, keys: Iterable[PublicKey], size: int) -> tuple[SignatureFinding, ...]:
    """The result for each signature. size: size of the log in the note, needed for retired keys."""
    known = {(key.name, key.id): key for key in strictest(keys)}
    return tuple(_checked(note.text, one, known.get((one.name, one.key_id)), size) for one in note.signatures)


def _checked(text: str, one: NoteSignature, key: PublicKey | None, size: int) -> SignatureFinding:
    if key is None:
        return SignatureFinding(one, SignatureState.UNKNOWN_KEY)
    if not key.can_be_checked:
        return SignatureFinding(one, SignatureState.NOT_SUPPORTED, key)
    seconds = None
    signature, message = one.signature, text.encode()
    if key.type is KeyType.WITNESS_ED25519:
        seconds, signature = int.from_bytes(signature[:_TIME_BYTES], "big"), signature[_TIME_BYTES:]
        message = _witnessed(text, seconds)
    if not key.verifies(signature, message):
        return SignatureFinding(one, SignatureState.BAD, key)
    retired = key.until is not None and size > key.until
    return SignatureFinding(one, SignatureState.RETIRED if retired else SignatureState.GOOD, key, seconds)


def _witnessed(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _read_signature(line: str, number: int, source: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None or not is_origin(match.group(1)):
        reason = Text("不是签名行", "not a signature line")
        raise _refused(f"[{number}]", line, "signature_form", reason, source)
    try:
        content = base64.b64decode(match.group(2), validate=True)
    except binascii.Error:
        content = b""
    if base64.b64encode(content).decode() != match.group(2) or len(content) <= KEY_ID_BYTES:
        reason = Text("签名不是规范的 base64", "the signature is not canonical base64")
        raise _refused(f"[{number}]", match.group(2), "signature_base64", reason, source)
    return NoteSignature(match.group(1), content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])


def _refused(field: str, value: str, code: str, reason: Text, source: str) -> InputError:
    hint = Text(
        "请使用原始文件，不要另存或复制粘贴", "use the original file; do not save it again or paste its content"
    )
    return InputError([Problem(field, value, reason, hint, code)], source)
