"""Third-party time stamps (RFC 3161) over a checkpoint: requesting, storing and checking them.

They need the extra ``timestamps``; without it a token is stored and shown but reported as not checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zhirong.evidence.checkpoints import SignedCheckpoint
from zhirong.evidence.receipts import timestamp_imprint
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_GRANTED = bytes.fromhex("3003020100")  # PKIStatusInfo ::= SEQUENCE { status granted(0) }


@dataclass(frozen=True, slots=True)
class TimestampFinding:
    """The result for a token. is_good: its imprint matches the checkpoint and a trusted authority signed it. time:
    time stated by the authority, in the format of entries; empty if the token is invalid.
    """

    is_good: bool
    time: str
    text: Text


def can_check() -> bool:
    """Return whether time stamps can be checked in this installation."""
    from importlib.util import find_spec

    return find_spec("rfc3161_client") is not None


def timestamp_request(signed: SignedCheckpoint) -> bytes:
    """The request to an authority: DER, SHA-256 of the checkpoint's text, with a nonce, requesting its
    certificate.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    text = signed.note.text.encode()
    return bytes(TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes())


def token_of_response(response: bytes, signed: SignedCheckpoint, roots: "Sequence[Certificate]") -> bytes:
    """The token in an authority's answer. Raises InputError if it is not a token for this checkpoint."""
    from rfc3161_client import decode_timestamp_response

    try:
        token = bytes(decode_timestamp_response(response).time_stamp_token())
    except ValueError as error:
        raise _refused(
            "not_a_response", Text(f"不是时间戳应答：{error}", f"not a time-stamp response: {error}")
        ) from error
    finding = check_timestamp(token, signed, roots)
    if not finding.is_good:
        raise _refused("timestamp", finding.text)
    return token


def check_timestamp(token: bytes, signed: SignedCheckpoint, roots: "Sequence[Certificate]") -> TimestampFinding:
    """Return whether an authority under one of these roots stamped this checkpoint."""
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        # The token of a receipt, wrapped again in a response.
        response: Any = decode_timestamp_response(_der_sequence(_GRANTED + token))
        VerifierBuilder(roots=list(roots)).build().verify(response, timestamp_imprint(signed))
    except (VerificationError, ValueError) as error:
        text = Text(f"时间戳无效：{error}", f"invalid time stamp: {error}")
        return TimestampFinding(False, "", text)
    time = response.tst_info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ")
    if time < signed.checkpoint.time:
        text = Text(
            f"时间戳 {time} 早于检查点所载时间 {signed.checkpoint.time}",
            f"the time stamp of {time} is earlier than the time of the checkpoint, {signed.checkpoint.time}",
        )
        return TimestampFinding(False, time, text)
    text = Text(
        f"第三方时间戳有效：该检查点在 {time} 已存在", f"valid time stamp: this checkpoint existed at {time}"
    )
    return TimestampFinding(True, time, text)


def read_roots(data: bytes, source: str = "") -> "tuple[Certificate, ...]":
    """An authority's root certificates from PEM. Raises InputError if there is none."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return tuple(load_pem_x509_certificates(data))
    except ValueError as error:
        reason = Text(f"不是 PEM 证书：{error}", f"not PEM certificates: {error}")
        raise _refused("not_a_certificate", reason, source) from error


def _der_sequence(content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return b"\x30" + bytes([length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return b"\x30" + bytes([0x80 | len(size)]) + size + content


def _refused(code: str, reason: Text, source: str = "") -> InputError:
    hint = Text("请向时间戳机构重新取得", "obtain it from the authority again")
    return InputError([Problem("timestamp", "", reason, hint, code)], source)
