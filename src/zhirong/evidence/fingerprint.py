"""Keyed fingerprints (HMAC-SM3): finds out whether another institution has the same right or claim, without
revealing it.

Each institution computes the fingerprints of its rights and claims with a shared key and sends only the
fingerprints. Equal fingerprints mean the same right or claim. Without the key a fingerprint reveals nothing. With
the key, an attacker could try all numbers, because there are few: only the institutions have the key, and it
changes every period, after which old and new fingerprints no longer match.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from zhirong.evidence import canonical
from zhirong.kernel.identifiers import credit_code, right_number
from zhirong.kernel.money import Fen

SUBJECT_FORMAT = "zhirong-duplicate-1"
LEAST_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class FingerprintReport:
    """The report of one institution. reference: its internal reference, not shown to others."""

    institution: str
    fingerprint: str
    reference: str = ""


def right_fingerprint(key: bytes, period: str, kind: str, number: str) -> str:
    """Fingerprint of a right: 64 hexadecimal digits. kind, number: in the kernel's kept form; any usual notation of
    the number is accepted. period: a label that all institutions agree on, such as ``2026-11``.

    Raises NumberError for an invalid number, ValueError for a missing number and for a key that is too short.
    """
    kept = right_number(kind, number)
    if not kept:
        # Without this check, all rights without a number would have the same fingerprint.
        raise ValueError("a right without a number has no fingerprint")
    return _fingerprint(key, period, {"kind": kind, "number": kept, "subject": "right"})


def claim_fingerprint(
    key: bytes, period: str, debtor_code: str, *, document_number: str, amount: Fen, due: date
) -> str:
    """Fingerprint of a claim: its debtor's credit code, contract or invoice number, amount and due date. Spaces and
    capitals in the document number are ignored, because institutions write them differently.
    """
    subject = {
        "amount_fen": amount,
        "debtor": credit_code(debtor_code),
        "document": "".join(document_number.split()).upper(),
        "due": due.isoformat(),
        "subject": "claim",
    }
    if not subject["document"]:
        raise ValueError("a claim needs the number of its contract or invoice")
    return _fingerprint(key, period, subject)


def used_twice(reports: Iterable[FingerprintReport]) -> dict[str, tuple[FingerprintReport, ...]]:
    """The fingerprints that more than one institution reported, with their reports."""
    by_fingerprint: dict[str, list[FingerprintReport]] = defaultdict(list)
    for report in reports:
        by_fingerprint[report.fingerprint].append(report)
    return {
        fingerprint: tuple(found)
        for fingerprint, found in by_fingerprint.items()
        if len({report.institution for report in found}) > 1
    }


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """HMAC (RFC 2104, GB/T 15852.2) with SM3, 32 bytes."""
    from cryptography.hazmat.primitives.hashes import SM3
    from cryptography.hazmat.primitives.hmac import HMAC

    state = HMAC(key, SM3())
    state.update(message)
    return state.finalize()


def _fingerprint(key: bytes, period: str, subject: Mapping[str, object]) -> str:
    if len(key) < LEAST_KEY_BYTES:
        raise ValueError(f"the key must have at least {LEAST_KEY_BYTES} bytes")
    return hmac_sm3(key, canonical.encode({**subject, "format": SUBJECT_FORMAT, "period": period})).hex()
