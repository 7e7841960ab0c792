"""Verifies a receipt: lists the checks that were made and those that were not, and gives a verdict. Trust starts from a key of the
register, or from a checkpoint obtained independently of the receipt (a gazette, a witness, an earlier receipt).
Without either, nothing is proved, and the verdict is undecided.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from zhirong.evidence import canonical
from zhirong.evidence.checkpoints import Checkpoint
from zhirong.evidence.hashes import leaf_hash
from zhirong.evidence.identity import Disclosure, check_content, check_disclosure, identity_of
from zhirong.evidence.keys import PublicKey
from zhirong.evidence.notes import SignatureFinding, SignatureState, SignedNote, check_signatures
from zhirong.evidence.proofs import ProofError, verify_consistency, verify_inclusion
from zhirong.evidence.receipts import ConsistencyProof, FileRead, ReceiptRead, Timestamp
from zhirong.evidence.statements import follow_statements
from zhirong.evidence.timestamps import can_check, check_timestamp
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Lang, Text, same

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


class EvidenceOutcome(StrEnum):
    """The result of one check. ``open`` cannot be decided with the material provided."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NOT_CHECKED = "not_checked"


_MARKS = {
    EvidenceOutcome.GOOD: "✓",
    EvidenceOutcome.BAD: "✗",
    EvidenceOutcome.OPEN: "?",
    EvidenceOutcome.NOT_CHECKED: "–",
}


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """One check. code: stable English key. about: the file or part checked."""

    code: str
    outcome: EvidenceOutcome
    about: str
    text: Text

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {"code": self.code, "outcome": self.outcome, "about": self.about, "text": self.text.as_json()}


class EvidenceVerdict(StrEnum):
    """All checks passed; a check failed; or the material provided is not sufficient."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


_VERDICT_TEXT = {
    EvidenceVerdict.HOLDS: Text("属实：该条目确在日志之中", "Verified: the entry is in the log"),
    EvidenceVerdict.FAILS: Text("不属实：至少一处核验不通过", "Failed: at least one check failed"),
    EvidenceVerdict.UNDECIDED: Text(
        "无法判定：提供的材料不足", "Undecided: the material provided is not sufficient"
    ),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of one receipt, in order."""

    receipt: ReceiptRead
    checks: tuple[EvidenceCheck, ...]

    def __repr__(self) -> str:
        entry = self.receipt.entry
        return f"<Verification {self.verdict}: {entry.kind} of {entry.time}, {len(self.checks)} check(s)>"

    @property
    def verdict(self) -> EvidenceVerdict:
        """The least favourable of all checks."""
        outcomes = {check.outcome for check in self.checks}
        if EvidenceOutcome.BAD in outcomes:
            return EvidenceVerdict.FAILS
        return EvidenceVerdict.UNDECIDED if EvidenceOutcome.OPEN in outcomes else EvidenceVerdict.HOLDS

    def as_text(self, lang: Lang = "zh") -> str:
        """The verdict, the content of the receipt, and what was and was not checked, for display."""
        entry, checkpoint = self.receipt.entry, self.receipt.signed.checkpoint
        lines = [_VERDICT_TEXT[self.verdict].in_(lang)]
        said = Text(
            f"回执内容：日志 {checkpoint.origin} 第 {self.receipt.leaf_index + 1} 条（序号 {self.receipt.leaf_index}），"
            f"事项 {entry.kind}，时间 {entry.time}；检查点共 {checkpoint.size} 条，{checkpoint.time}",
            f"The receipt states: log {checkpoint.origin}, index {self.receipt.leaf_index}, {entry.kind}, {entry.time}; "
            f"checkpoint of {checkpoint.size} entries, {checkpoint.time}",
        )
        lines.append(said.in_(lang))
        content = _printable(canonical.encode(entry.body).decode())
        lines.append(f"条目内容：{content}" if lang == "zh" else f"Content of the entry: {content}")
        for heading, wanted in (
            (Text("已核验", "Checked"), (EvidenceOutcome.BAD, EvidenceOutcome.OPEN, EvidenceOutcome.GOOD)),
            (Text("未核验", "Not checked"), (EvidenceOutcome.NOT_CHECKED,)),
        ):
            chosen = [check for outcome in wanted for check in self.checks if check.outcome is outcome]
            if chosen:
                lines.append(heading.in_(lang) + ("：" if lang == "zh" else ":"))
                lines += [f"  {_MARKS[one.outcome]} {_with_about(one, lang)}" for one in chosen]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        entry, checkpoint = self.receipt.entry, self.receipt.signed.checkpoint
        return {
            "verdict": self.verdict,
            "entry": entry.as_json(),
            "leaf_index": self.receipt.leaf_index,
            "checkpoint": {
                "origin": checkpoint.origin,
                "size": checkpoint.size,
                "root": checkpoint.root.hex(),
                "hash": checkpoint.algorithm,
                "time": checkpoint.time,
            },
            "checks": [check.as_json() for check in self.checks],
        }


def verify_receipt(
    receipt: ReceiptRead,
    checkpoints: Sequence[tuple[str, FileRead]] = (),
    keys: Iterable[PublicKey] = (),
    disclosures: Sequence[tuple[str, Disclosure]] = (),
    roots: "Sequence[Certificate]" = (),
) -> Verification:
    """Check a receipt against itself, the keys and the other checkpoints given. Names belong to the files. roots:
    certificates of trusted time-stamping authorities; without them time stamps are not checked.
    """
    given = tuple(keys)
    work = _Work()
    _check_entry(work, receipt)
    statements = [*receipt.statements, *(one for _, file in checkpoints for one in file.statements)]
    trusted, findings = follow_statements(given, tuple(dict.fromkeys(statements)))
    for finding in findings:
        outcome = (
            EvidenceOutcome.GOOD
            if finding.accepted
            else _STATEMENT_OUTCOMES.get(finding.code, EvidenceOutcome.NOT_CHECKED)
        )
        work.add(f"key_{finding.code}", outcome, finding.statement.new.as_text(), finding.reason)
    anchored = False
    proofs = [*receipt.consistency, *(proof for _, file in checkpoints for proof in file.consistency)]
    for name, file in checkpoints:
        _check_checksum(work, name, file)
        # Without any key, a separate checkpoint is trusted as provided.
        believed = _check_signatures(work, name, file, trusted, EvidenceOutcome.OPEN) or not given
        anchored |= _check_consistency(work, name, receipt, file.signed.checkpoint, proofs) and believed
    for place, (name, one) in enumerate(checkpoints):
        for other_name, other in checkpoints[place + 1 :]:
            _check_pair(work, f"{name} / {other_name}", one.signed.checkpoint, other.signed.checkpoint)
    # The key that signed a receipt may be unknown if a trusted checkpoint contains the receipt's log.
    missing = EvidenceOutcome.NOT_CHECKED if anchored else EvidenceOutcome.BAD
    signed = _check_signatures(work, "receipt", receipt, trusted, missing)
    for name, disclosure in disclosures:
        _check_disclosure(work, name, receipt, disclosure)
    for stamp in receipt.timestamps:
        _check_timestamp(work, receipt, stamp, roots)
    if not given and not anchored:
        text = Text(
            "缺少可信依据：请用 --key 指定登记机构公布的公钥，或用 --checkpoint 指定另行取得的检查点",
            "no trusted starting point: enter the register's published key with --key, or an independently obtained checkpoint with --checkpoint",
        )
        work.add("nothing_to_trust", EvidenceOutcome.OPEN, "", text)
    elif not signed and not anchored and all(check.outcome is not EvidenceOutcome.BAD for check in work.checks):
        text = Text(
            "所提供的密钥和检查点均不能证明该回执",
            "none of the keys and checkpoints provided confirms this receipt",
        )
        work.add("not_vouched_for", EvidenceOutcome.OPEN, "", text)
    return Verification(receipt, tuple(work.checks))


_STATEMENT_OUTCOMES = {
    "signature": EvidenceOutcome.BAD,
    "old_key_retired": EvidenceOutcome.BAD,
}


@dataclass(slots=True)
class _Work:
    checks: list[EvidenceCheck] = field(default_factory=list)

    def add(self, code: str, outcome: EvidenceOutcome, about: str, text: Text) -> None:
        self.checks.append(EvidenceCheck(code, outcome, about, text))


def _check_entry(work: _Work, receipt: ReceiptRead) -> None:
    entry, checkpoint = receipt.entry, receipt.signed.checkpoint
    _check_checksum(work, "receipt", receipt)
    for code, is_right, good, bad in (
        (
            "entry_log",
            entry.log == checkpoint.origin,
            Text("条目与检查点属于同一日志", "entry and checkpoint belong to the same log"),
            Text(
                f"条目属于日志 {entry.log}，检查点属于 {checkpoint.origin}",
                f"the entry belongs to log {entry.log}, the checkpoint of {checkpoint.origin}",
            ),
        ),
        (
            "entry_index",
            entry.index == receipt.leaf_index,
            Text("条目所载序号与证明一致", "the entry's index matches the proof"),
            Text(
                f"条目所载序号为 {entry.index}，证明的是 {receipt.leaf_index}",
                f"the entry states index {entry.index}, the proof is for {receipt.leaf_index}",
            ),
        ),
        (
            "entry_time",
            entry.time <= checkpoint.time,
            Text("条目时间不晚于检查点", "the entry is not later than the checkpoint"),
            Text(
                f"条目时间 {entry.time} 晚于检查点 {checkpoint.time}",
                f"the entry's time {entry.time} is later than the checkpoint's {checkpoint.time}",
            ),
        ),
    ):
        work.add(
            code, EvidenceOutcome.GOOD if is_right else EvidenceOutcome.BAD, "receipt", good if is_right else bad
        )
    try:
        leaf = leaf_hash(checkpoint.algorithm, receipt.leaf)
        verify_inclusion(
            checkpoint.algorithm, leaf, receipt.leaf_index, checkpoint.size, receipt.inclusion, checkpoint.root
        )
    except ProofError as error:
        work.add(
            "inclusion",
            EvidenceOutcome.BAD,
            "receipt",
            _proof_text(error, "包含证明无效", "the inclusion proof is invalid"),
        )
    else:
        text = Text(
            f"包含证明有效：条目在这 {checkpoint.size} 条之中（{checkpoint.algorithm.value}）",
            f"the inclusion proof is valid: the entry is one of the {checkpoint.size} ({checkpoint.algorithm.value})",
        )
        work.add("inclusion", EvidenceOutcome.GOOD, "receipt", text)


def _check_checksum(work: _Work, name: str, file: FileRead) -> None:
    if file.intact is None:
        return
    if file.intact:
        work.add("checksum", EvidenceOutcome.GOOD, name, Text("文件完好", "the file is undamaged"))
    else:
        text = Text(
            "文件签发后已被改动或损坏：校验和不符", "the file was changed or damaged: the checksum does not match"
        )
        work.add("checksum", EvidenceOutcome.BAD, name, text)


# -- signatures -----------------------------------------------------------------------------------------------


def _check_signatures(
    work: _Work, name: str, file: FileRead, keys: Sequence[PublicKey], missing: EvidenceOutcome
) -> bool:
    """Record the result of each signature; return whether the log signed or, if none of its keys is known, a
    witness. missing: the result if none of the log's known keys signed.
    """
    checkpoint, note = file.signed.checkpoint, file.signed.note
    findings = check_signatures(note, keys, checkpoint.size)
    for finding in findings:
        work.add(*_signature_check(finding, name, checkpoint))
    own = [key for key in keys if _is_own(key, checkpoint)]
    if own and not any(finding.key is not None and _is_own(finding.key, checkpoint) for finding in findings):
        work.add("log_signature_missing", missing, name, _missing_text(checkpoint, own, note))
    good = [finding.key for finding in findings if finding.key is not None and finding.state is SignatureState.GOOD]
    return any(_is_own(key, checkpoint) if own else key.is_witness for key in good)


def _is_own(key: PublicKey, checkpoint: Checkpoint) -> bool:
    return not key.is_witness and key.name == checkpoint.origin


def _signature_check(
    finding: SignatureFinding, name: str, checkpoint: Checkpoint
) -> tuple[str, EvidenceOutcome, str, Text]:
    who = f"{finding.signature.name} {finding.signature.key_id.hex()}"
    key = finding.key
    if finding.state is SignatureState.UNKNOWN_KEY:
        text = Text(f"{who} 的签名：未提供该公钥", f"the signature of {who}: its key was not provided")
        return "signature_unknown_key", EvidenceOutcome.NOT_CHECKED, name, text
    if finding.state is SignatureState.NOT_SUPPORTED:
        text = Text(f"{who} 的签名：本版本不支持这种算法", f"the signature of {who}: not supported by this version")
        return "signature_not_supported", EvidenceOutcome.NOT_CHECKED, name, text
    if finding.state is SignatureState.BAD:
        text = Text(
            f"{who} 的签名无效：检查点或签名已被改动",
            f"the signature of {who} is invalid: the signature or the checkpoint was changed",
        )
        return "signature_bad", EvidenceOutcome.BAD, name, text
    if finding.state is SignatureState.RETIRED:
        until = key.until if key is not None else None
        text = Text(
            f"{who} 已于第 {until} 条停用，但仍签署了 {checkpoint.size} 条的检查点",
            f"{who} was retired at size {until}, yet it signed a checkpoint of {checkpoint.size}",
        )
        return "signature_retired_key", EvidenceOutcome.BAD, name, text
    if finding.seconds is not None:
        when = _instant(finding.seconds)
        text = Text(f"见证人 {who} 于 {when} 会签", f"witness {who} countersigned at {when}")
        return "witness", EvidenceOutcome.GOOD, name, text
    if key is not None and _is_own(key, checkpoint):
        text = Text(f"登记机构 {who} 的签名有效", f"the signature of the register {who} is valid")
        return "log_signature", EvidenceOutcome.GOOD, name, text
    text = Text(
        f"{who} 的签名有效，但该密钥不属于本日志",
        f"the signature of {who} is valid, but the key does not belong to this log",
    )
    return "other_signature", EvidenceOutcome.NOT_CHECKED, name, text


def _missing_text(checkpoint: Checkpoint, own: Sequence[PublicKey], note: SignedNote) -> Text:
    asked = ", ".join(key.id.hex() for key in own)
    found = ", ".join(one.key_id.hex() for one in note.signatures if one.name == checkpoint.origin)
    return Text(
        f"检查点上没有所提供密钥（{asked}）的签名；同名的签名为：{found or '无'}",
        f"no signature by the keys provided ({asked}); signatures of that name on the checkpoint: {found or 'none'}",
    )


def _instant(seconds: int) -> str:
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return f"1970-01-01T00:00:00Z + {seconds} s"


# -- other checkpoints ----------------------------------------------------------------------------------------


def _check_consistency(
    work: _Work, name: str, receipt: ReceiptRead, other: Checkpoint, proofs: Sequence[ConsistencyProof]
) -> bool:
    """Record whether both checkpoints can belong to one log; return whether the other one thereby contains the
    entry. A checkpoint older than the entry does not: anyone can forge a continuation of a published log.
    """
    own = receipt.signed.checkpoint
    if not _check_pair(work, name, own, other):
        return False
    if own.size == other.size:
        work.add(
            "consistency",
            EvidenceOutcome.GOOD,
            name,
            Text("与回执的检查点相同", "identical to the receipt's checkpoint"),
        )
        return True
    old, new = sorted((own, other), key=lambda one: one.size)
    fitting = [proof for proof in proofs if (proof.old_size, proof.new_size) == (old.size, new.size)]
    if not fitting and old.size:
        text = Text(
            f"缺少从 {old.size} 条到 {new.size} 条的一致性证明，请向登记机构索取带证明的检查点文件",
            f"the consistency proof from {old.size} to {new.size} is missing: ask the register for a file that contains it",
        )
        work.add("consistency_unproved", EvidenceOutcome.OPEN, name, text)
        return False
    problems = []
    for hashes in [proof.hashes for proof in fitting] or [()]:
        try:
            verify_consistency(own.algorithm, old.size, old.root, new.size, new.root, hashes)
        except ProofError as error:
            problems.append(error)
        else:
            text = Text(
                f"一致性证明有效：{new.size} 条的日志完整包含前 {old.size} 条，未作改动",
                f"the consistency proof is valid: the log of {new.size} begins with those {old.size}, unchanged",
            )
            work.add("consistency", EvidenceOutcome.GOOD, name, text)
            return other.size > receipt.leaf_index
    text = _proof_text(
        problems[0],
        f"{old.size} 条与 {new.size} 条的检查点不一致：日志已被改写，或证明无效",
        f"the checkpoints of {old.size} and {new.size} do not agree: the log was rewritten, or the proof is invalid",
    )
    work.add("consistency", EvidenceOutcome.BAD, name, text)
    return False


def _check_pair(work: _Work, name: str, one: Checkpoint, other: Checkpoint) -> bool:
    """Contradictions that two checkpoints of one log can never have, with or without a proof."""
    if one.origin != other.origin:
        text = Text(f"是另一个日志的检查点：{other.origin}", f"it belongs to another log: {other.origin}")
        work.add("other_log", EvidenceOutcome.BAD, name, text)
        return False
    if one.algorithm is not other.algorithm:
        text = Text(
            f"哈希算法不同：{one.algorithm.value}、{other.algorithm.value}",
            f"the hash functions differ: {one.algorithm.value}, {other.algorithm.value}",
        )
        work.add("other_hash", EvidenceOutcome.BAD, name, text)
        return False
    if one.size == other.size and one.root != other.root:
        text = Text(
            f"同为 {one.size} 条，内容不同：登记机构出示了不同的日志",
            f"both have {one.size} entries, but different content: the register presented different logs",
        )
        work.add("split_view", EvidenceOutcome.BAD, name, text)
        return False
    earlier, later = sorted((one, other), key=lambda checkpoint: checkpoint.time)
    if earlier.time < later.time and earlier.size > later.size:
        text = Text(
            f"日志条数减少：{earlier.time} 有 {earlier.size} 条，{later.time} 只有 {later.size} 条",
            f"the log shrank: {earlier.size} entries at {earlier.time}, {later.size} at {later.time}",
        )
        work.add("log_cut_short", EvidenceOutcome.BAD, name, text)
        return False
    return True


# -- disclosures ----------------------------------------------------------------------------------------------


def _check_disclosure(work: _Work, name: str, receipt: ReceiptRead, disclosure: Disclosure) -> None:
    entry, algorithm = receipt.entry, receipt.signed.checkpoint.algorithm
    if disclosure.fingerprint == leaf_hash(algorithm, receipt.leaf).hex():
        problems = check_content(entry.body.get("commitment"), algorithm, disclosure)
    else:
        record = entry.body.get("identity")
        try:
            identity = identity_of(record if isinstance(record, Mapping) else {})
        except InputError as error:
            if record is None:
                text = Text("是对另一条目的披露", "it discloses the content of another entry")
                work.add("disclosure_other_record", EvidenceOutcome.BAD, name, text)
            else:
                work.add(
                    "not_an_identity", EvidenceOutcome.BAD, name, Text(error.as_text("zh"), error.as_text("en"))
                )
            return
        problems = check_disclosure(identity, disclosure)
    for problem in problems:
        work.add(f"disclosure_{problem.code}", EvidenceOutcome.BAD, f"{name} {problem.field}", problem.reason)
    if not problems:
        shown = "; ".join(
            f"{claim.name} = {_printable(canonical.encode(claim.value).decode())}" for claim in disclosure.claims
        )
        text = Text(f"披露与记录中的承诺相符：{shown}", f"the disclosure matches the commitment: {shown}")
        work.add("disclosure", EvidenceOutcome.GOOD, name, text)


def _check_timestamp(work: _Work, receipt: ReceiptRead, stamp: Timestamp, roots: "Sequence[Certificate]") -> None:
    if not roots or not can_check():
        text = Text(
            f"第三方时间戳（{stamp.kind}，{len(stamp.token)} 字节）未核验：请用 --tsa 指定时间戳机构的根证书，并安装 timestamps",
            f"the time stamp ({stamp.kind}, {len(stamp.token)} bytes) was not checked: enter the authority's root certificate with --tsa, and install the timestamps extra",
        )
        work.add("timestamp", EvidenceOutcome.NOT_CHECKED, "receipt", text)
        return
    finding = check_timestamp(stamp.token, receipt.signed, roots)
    work.add("timestamp", EvidenceOutcome.GOOD if finding.is_good else EvidenceOutcome.BAD, "receipt", finding.text)


def _proof_text(error: ProofError, zh: str, en: str) -> Text:
    reasons = {
        "index_outside": "序号超出日志",
        "proof_too_long": "证明过长",
        "proof_too_short": "证明过短",
        "root_differs": "计算的根哈希与检查点不一致：条目、证明或检查点已被改动",
        "old_root_differs": "计算的旧根哈希不一致",
        "new_root_differs": "计算的新根哈希不一致",
        "sizes": "条数颠倒",
        "not_a_hash": "哈希值长度不对",
    }
    return Text(f"{zh}（{reasons[error.code]}）", f"{en} ({error})")


def _printable(words: str) -> str:
    """The content of an entry must not move the cursor or change the writing direction."""
    return "".join(one if one.isprintable() else f"\\u{ord(one):04x}" for one in words)


def _with_about(check: EvidenceCheck, lang: Lang) -> str:
    about = {"receipt": Text("回执", "receipt"), "": same("")}.get(check.about, same(check.about))
    separator = "：" if lang == "zh" else ": "
    return f"{about.in_(lang)}{separator}{check.text.in_(lang)}" if check.about else check.text.in_(lang)
