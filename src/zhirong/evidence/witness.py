"""A witness: an independent party that countersigns the register's checkpoints, each only if it is consistent with
the last.
"""

from collections.abc import Sequence

from zhirong.evidence.checkpoints import SignedCheckpoint
from zhirong.evidence.keys import PublicKey, SigningKey
from zhirong.evidence.notes import SignatureState, check_signatures
from zhirong.evidence.proofs import ProofError, verify_consistency
from zhirong.evidence.receipts import FileRead
from zhirong.evidence.statements import follow_statements
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


def countersign(
    file: FileRead, seen: SignedCheckpoint | None, keys: Sequence[PublicKey], key: SigningKey, seconds: int
) -> SignedCheckpoint:
    """The checkpoint with the witness's signature. seen: the last one that it countersigned for this log. keys: the
    log's keys, as known to the witness. seconds: the time now, since 1970. Raises InputError if the log has not
    signed it or it is inconsistent with ``seen``: then the witness signs nothing and keeps both as evidence.
    """
    now = file.signed.checkpoint
    trusted, _ = follow_statements(keys, file.statements)
    findings = check_signatures(file.signed.note, trusted, now.size)
    own = [one for one in findings if one.key is not None and not one.key.is_witness and one.key.name == now.origin]
    if not any(one.state is SignatureState.GOOD for one in own):
        raise _refused(
            "log_signature", Text("没有该日志的有效签名", "no valid signature of this log"), str(now.size)
        )
    if seen is not None:
        _demand_follows(file, seen)
    return file.signed.countersigned(key, seconds)


def _demand_follows(file: FileRead, seen: SignedCheckpoint) -> None:
    old, now = seen.checkpoint, file.signed.checkpoint
    if (old.origin, old.algorithm) != (now.origin, now.algorithm):
        raise _refused("other_log", Text("属于另一个日志", "it belongs to another log"), now.origin)
    if now.size < old.size:
        text = Text(
            f"条数少于上次会签：由 {old.size} 条变为 {now.size} 条",
            f"smaller than the last countersigned checkpoint: {old.size}, now {now.size}",
        )
        raise _refused("log_cut_short", text, str(now.size))
    if old.size in (0, now.size):
        if old.size == now.size and old.root != now.root:
            text = Text("条数相同但内容不同：存在两个版本", "same size but different content: two versions exist")
            raise _refused("split_view", text, str(now.size))
        return
    for proof in file.consistency:
        if (proof.old_size, proof.new_size) == (old.size, now.size):
            try:
                verify_consistency(now.algorithm, old.size, old.root, now.size, now.root, proof.hashes)
            except ProofError as error:
                text = Text(
                    "一致性证明无效：日志已被改写",
                    f"the consistency proof is invalid ({error}): the log was rewritten",
                )
                raise _refused("consistency", text, str(now.size)) from error
            return
    text = Text(
        f"缺少从 {old.size} 条到 {now.size} 条的一致性证明",
        f"the consistency proof is missing from {old.size} to {now.size}",
    )
    raise _refused("consistency_unproved", text, str(now.size))


def _refused(code: str, reason: Text, value: str) -> InputError:
    hint = Text(
        "请勿会签；请保存两份检查点，并向登记机构索取带证明的文件",
        "do not countersign; keep both checkpoints and ask the register for a file with the proof",
    )
    return InputError([Problem("checkpoint", value, reason, hint, code)])
