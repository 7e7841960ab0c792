"""Digital identity of a right: a public record of commitments, its fingerprint, its history, and disclosures.

The record shows only what the public registers show: kind, number, status. Title, holder, provenance, appraisals
and pledges are commitments H(0x02 ‖ salt ‖ canonical [name, value]): they reveal nothing, but the holder can later
disclose any of them with its salt, and no other value would match. Each change makes a new version that names the
fingerprint of the one before.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.evidence import canonical
from zhirong.evidence.hashes import COMMITMENT_PREFIX, HashAlgorithm, digest_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.fields import Reader
from zhirong.kernel.identifiers import NumberError, right_number
from zhirong.kernel.text import Text

IDENTITY_FORMAT = "zhirong-identity-1"
DISCLOSURE_FORMAT = "zhirong-disclosure-1"
SALT_BYTES = 32
# Sections that a record can commit to; details follow after a dot, such as ``appraisal.2026-03.value``.
SECTIONS = ("title", "holder", "provenance", "appraisal", "pledge", "other")

_NAME = re.compile(rf"(?:{'|'.join(SECTIONS)})(?:\.[a-z0-9][a-z0-9_-]*)*")
_HEX = re.compile(r"[0-9a-f]{64}")
_CODE_BYTES = 20
_CODE_CHECK_BYTES = 5


@dataclass(frozen=True, slots=True)
class IdentityClaim:
    """One statement about a right. name: section and details. value: plain canonical data. salt: 32 random bytes,
    new for each claim of each version; anyone with salt and commitment can try values, so keep it secret like the
    value.
    """

    name: str
    value: Any
    salt: bytes

    def commitment(self, algorithm: HashAlgorithm) -> str:
        """H(0x02 ‖ salt ‖ canonical [name, value]), 64 hexadecimal digits."""
        if len(self.salt) != SALT_BYTES:
            raise ValueError(f"a salt has {SALT_BYTES} bytes")
        content = COMMITMENT_PREFIX + self.salt + canonical.encode([self.name, self.value])
        return digest_of(algorithm)(content).hex()


@dataclass(frozen=True, slots=True)
class Identity:
    """One version of a right's record.

    code: the right's identity number, the same in every version. version: from 1. previous: fingerprint of the
    version before, empty for the first. kind, number, status: as in the public registers; number is empty for a
    right without one. as_of: the date of the facts, ``2026-11-21``. commitments: by claim name.
    """

    code: str
    version: int
    previous: str
    kind: str
    number: str
    status: str
    as_of: str
    algorithm: HashAlgorithm
    commitments: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """The record as written to the log."""
        return {
            "as_of": self.as_of,
            "code": self.code,
            "commitments": dict(self.commitments),
            "format": IDENTITY_FORMAT,
            "hash": self.algorithm.value,
            "kind": self.kind,
            "number": self.number,
            "previous": self.previous,
            "status": self.status,
            "version": self.version,
        }

    def fingerprint(self) -> str:
        """H(canonical record), 64 hexadecimal digits."""
        return digest_of(self.algorithm)(canonical.encode(self.as_json())).hex()


def identity_code(kind: str, number: str, secret: bytes = b"") -> str:
    """The identity number of a right: ``ZR1-`` and 40 letters and digits in groups of eight.

    It is the first 20 bytes of SM3(canonical ["zhirong-identity-code-1", kind, number, secret in hexadecimal]) with
    5 bytes of a hash over them as check, in base32. A right with a public number has no secret, so that everyone
    computes the same code; a right without a number needs 32 random bytes. Raises ValueError if neither is given.
    """
    if bool(number) == bool(secret):
        raise ValueError("a right needs either a public number or a secret")
    if secret and len(secret) != SALT_BYTES:
        raise ValueError(f"the secret has {SALT_BYTES} bytes")
    kept = right_number(kind, number) if number else ""
    sm3 = digest_of(HashAlgorithm.SM3)
    core = sm3(canonical.encode(["zhirong-identity-code-1", kind, kept, secret.hex()]))[:_CODE_BYTES]
    return _show_code(core)


def is_identity_code(written: str) -> bool:
    """Return whether the text is an identity number with a correct check code."""
    try:
        content = base64.b32decode(written.removeprefix("ZR1-").replace("-", ""))
    except ValueError:
        return False
    return len(content) == _CODE_BYTES + _CODE_CHECK_BYTES and _show_code(content[:_CODE_BYTES]) == written


def first_identity(
    *,
    algorithm: HashAlgorithm,
    kind: str,
    number: str,
    status: str,
    as_of: str,
    claims: Iterable[IdentityClaim],
    secret: bytes = b"",
) -> Identity:
    """The first version of a right's record."""
    kept = right_number(kind, number) if number else ""
    code = identity_code(kind, number, secret)
    return Identity(
        code,
        1,
        "",
        kind=kind,
        number=kept,
        status=status,
        as_of=as_of,
        algorithm=algorithm,
        commitments=_commit(claims, algorithm),
    )


def next_identity(before: Identity, *, status: str, as_of: str, claims: Iterable[IdentityClaim]) -> Identity:
    """The version after ``before``, with all current claims. Kind and number never change."""
    return Identity(
        before.code,
        before.version + 1,
        before.fingerprint(),
        kind=before.kind,
        number=before.number,
        status=status,
        as_of=as_of,
        algorithm=before.algorithm,
        commitments=_commit(claims, before.algorithm),
    )


def identity_of(record: Mapping[str, Any], source: str = "") -> Identity:
    """An identity from its record. Raises InputError if it is malformed."""
    identity = _read_identity(Reader(record, source=source))
    if identity.as_json() != record:
        reason = Text(
            "字段前后有空格或格式不规范", "a field has leading or trailing spaces or is not in canonical form"
        )
        hint = Text("请使用原记录", "use the original record")
        raise InputError([Problem("", "", reason, hint, "not_kept_form")], source)
    return identity


def _read_identity(reader: Reader) -> Identity:
    reader.choice("format", (IDENTITY_FORMAT,))
    algorithm = HashAlgorithm(reader.choice("hash", tuple(HashAlgorithm)))
    commitments = reader.table("commitments")
    as_of = reader.day("as_of").isoformat()
    identity = Identity(
        code=reader.text("code"),
        version=reader.whole("version", 1),
        previous=reader.optional_text("previous"),
        kind=reader.text("kind"),
        number=reader.optional_text("number"),
        status=reader.text("status"),
        as_of=as_of,
        algorithm=algorithm,
        commitments={name: commitments.text(name) for name in commitments.names()},
    )
    for name, commitment in identity.commitments.items():
        if _NAME.fullmatch(name) is None or _HEX.fullmatch(commitment) is None:
            reason = Text("不是承诺值", "not a commitment")
            hint = Text("请使用规定的名称，值为 64 位十六进制数", "use a known section and 64 hexadecimal digits")
            commitments.problem(name, commitment, "commitment", reason, hint)
    if not is_identity_code(identity.code) or not _code_fits(identity):
        reason = Text(
            "身份编号与权利不符，或校验不对",
            "the identity number does not match the right, or its check code is wrong",
        )
        reader.problem("code", identity.code, "code", reason, Text("请使用原记录", "use the original record"))
    if bool(identity.previous) != (identity.version > 1) or not (
        not identity.previous or _HEX.fullmatch(identity.previous)
    ):
        reason = Text(
            "前一版的指纹与版本号不符", "the fingerprint of the previous version does not match the version number"
        )
        reader.problem("previous", identity.previous, "previous", reason, Text("请使用原记录", "use the original"))
    reader.finish()
    return identity


def check_history(versions: Sequence[Identity]) -> tuple[Problem, ...]:
    """Problems in the sequence of a right's versions: gaps, a changed past, another right. Empty if correct."""
    problems = []

    def wrong(place: int, field: str, value: object, code: str, reason: Text) -> None:
        hint = Text("请按日志中的原记录核对", "compare with the records in the log")
        problems.append(Problem(f"[{place}].{field}", str(value), reason, hint, code))

    for place, version in enumerate(versions, 1):
        if version.version != place:
            wrong(place, "version", version.version, "gap", Text(f"应为第 {place} 版", f"must be version {place}"))
        if place == 1:
            if version.previous:
                wrong(
                    1,
                    "previous",
                    version.previous,
                    "previous",
                    Text("首个版本不应有前一版", "the first version has no previous version"),
                )
            continue
        before = versions[place - 2]
        if version.previous != before.fingerprint():
            reason = Text(
                "与前一版的指纹不符：前一版已被改动或缺失", "the previous version was changed or is missing"
            )
            wrong(place, "previous", version.previous, "previous", reason)
        for field in ("code", "kind", "number", "algorithm"):
            if getattr(version, field) != getattr(before, field):
                reason = Text("各版本不得改变", "must not change between versions")
                wrong(place, field, getattr(version, field), "changed", reason)
        if version.as_of < before.as_of:
            reason = Text("早于前一版", "earlier than the previous version")
            wrong(place, "as_of", version.as_of, "time", reason)
    return tuple(problems)


# -- disclosure -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Disclosed claims. fingerprint: of the record that committed to them."""

    fingerprint: str
    claims: tuple[IdentityClaim, ...]

    def as_json(self) -> dict[str, Any]:
        """The disclosure in file form."""
        return {
            "claims": [
                {"name": claim.name, "salt": claim.salt.hex(), "value": claim.value} for claim in self.claims
            ],
            "fingerprint": self.fingerprint,
            "format": DISCLOSURE_FORMAT,
        }

    def as_bytes(self) -> bytes:
        """The file: canonical bytes and a newline."""
        return canonical.encode(self.as_json()) + b"\n"


def disclose(identity: Identity, claims: Iterable[IdentityClaim], names: Iterable[str]) -> Disclosure:
    """Disclose the named claims only. Raises KeyError for an unknown name."""
    by_name = {claim.name: claim for claim in claims}
    return Disclosure(identity.fingerprint(), tuple(by_name[name] for name in names))


def read_disclosure(data: bytes, source: str = "") -> Disclosure:
    """A disclosure from its file. Raises InputError for anything else."""
    value = canonical.decode(data.removesuffix(b"\n"), source)
    reader = Reader(value if isinstance(value, dict) else {}, source=source)
    reader.choice("format", (DISCLOSURE_FORMAT,))
    fingerprint = reader.text("fingerprint")
    claims = []
    for item in reader.tables("claims"):
        name, salt, value = item.text("name"), item.text("salt"), item.anything("value")
        if _HEX.fullmatch(salt) is None:
            reason = Text("应为 64 位十六进制数", "must be 64 hexadecimal digits")
            item.problem("salt", salt, "salt", reason, Text("请使用原始文件", "use the original file"))
        else:
            claims.append(IdentityClaim(name, value, bytes.fromhex(salt)))
        item.finish()
    reader.finish()
    return Disclosure(fingerprint, tuple(claims))


def check_disclosure(identity: Identity, disclosure: Disclosure) -> tuple[Problem, ...]:
    """Problems of the disclosed claims. Empty means that the record committed to every one of them."""
    problems = []
    hint = Text("请向权利人索取原披露文件", "ask the holder for the original disclosure")
    if disclosure.fingerprint != identity.fingerprint():
        reason = Text("是对另一份记录的披露", "it discloses claims of another record")
        problems.append(Problem("fingerprint", disclosure.fingerprint, reason, hint, "other_record"))
    for claim in disclosure.claims:
        expected = identity.commitments.get(claim.name)
        if expected is None:
            reason = Text("记录中没有这一项承诺", "the record has no such commitment")
            problems.append(Problem(claim.name, "", reason, hint, "no_commitment"))
        elif claim.commitment(identity.algorithm) != expected:
            reason = Text(
                "与记录中的承诺值不符：内容或盐值已被改动",
                "does not match the commitment: the value or salt was changed",
            )
            problems.append(Problem(claim.name, "", reason, hint, "commitment_differs"))
    return tuple(problems)


def check_content(commitment: object, algorithm: HashAlgorithm, disclosure: Disclosure) -> tuple[Problem, ...]:
    """Problems of the disclosed content of an entry. commitment: the value in the entry. Empty if correct."""
    hint = Text("请向登记机构索取原披露文件", "ask the register for the original disclosure")
    if len(disclosure.claims) != 1:
        reason = Text("条目只有一项承诺", "an entry has only one commitment")
        return (Problem("claims", str(len(disclosure.claims)), reason, hint, "no_commitment"),)
    if disclosure.claims[0].commitment(algorithm) != commitment:
        reason = Text(
            "与条目中的承诺值不符：内容或盐值已被改动",
            "does not match the entry's commitment: the content or salt was changed",
        )
        return (Problem(disclosure.claims[0].name, "", reason, hint, "commitment_differs"),)
    return ()


# -- inside ---------------------------------------------------------------------------------------------------


def _commit(claims: Iterable[IdentityClaim], algorithm: HashAlgorithm) -> dict[str, str]:
    commitments: dict[str, str] = {}
    problems = []
    salts: set[bytes] = set()
    for claim in claims:
        if _NAME.fullmatch(claim.name) is None or claim.name in commitments:
            reason = Text("名称不符合规定或重复", "the name has an unknown form or is a duplicate")
            hint = Text(f"请以 {'、'.join(SECTIONS)} 开头", f"begin with one of {', '.join(SECTIONS)}")
            problems.append(Problem(claim.name, "", reason, hint, "claim_name"))
        elif claim.salt in salts:
            reason = Text("盐值重复使用", "the salt is used twice")
            problems.append(
                Problem(
                    claim.name,
                    "",
                    reason,
                    Text("请为每项使用新的盐值", "use a new salt for each claim"),
                    "salt_twice",
                )
            )
        else:
            commitments[claim.name] = claim.commitment(algorithm)
        salts.add(claim.salt)
    if problems:
        raise InputError(problems)
    return commitments


def _show_code(core: bytes) -> str:
    check = digest_of(HashAlgorithm.SM3)(b"zhirong-identity-check-1" + core)[:_CODE_CHECK_BYTES]
    letters = base64.b32encode(core + check).decode()
    return "ZR1-" + "-".join(letters[at : at + 8] for at in range(0, len(letters), 8))


def _code_fits(identity: Identity) -> bool:
    if not identity.number:
        return True  # the code depends on a secret that only the holder knows
    try:
        return identity_code(identity.kind, identity.number) == identity.code
    except (NumberError, KeyError):  # an invalid number or an unknown kind
        return False
