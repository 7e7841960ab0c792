"""The register's keys and the continuity of its log: rotation, loss, witnesses, restoring entries that a backup
lacks.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from zhirong.chain.pledge.registration import refuse
from zhirong.evidence.checkpoints import read_checkpoint
from zhirong.evidence.keys import PublicKey
from zhirong.evidence.notes import SignatureState, check_signatures
from zhirong.evidence.receipts import FileRead
from zhirong.evidence.statements import KeyStatement, StatementKind
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import Call, Done, library_operation
from zhirong.operations.register_policy import BY_REGISTRAR, demand_read
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import keys, log, models
from zhirong.store.keys import RegisterKey

_KEYS = library_operation("register.keys", Text("更换密钥", "Change the key"), BY_REGISTRAR)


def rotate_key(call: Call, folder: Path) -> Done:
    """Replace the current key by a new one; both sign the statement, which is an entry of the log.

    A rotation that a crash interrupted is completed first and returned. Raises OSError without the old key.
    """
    demand_read(call.actor, "keys")
    with keys.signing(folder):
        if _finish(folder):
            return _last_change()
        old = keys.signing_key(folder)
        new = keys.next_key(folder, old.name)

        def decide(work: Work) -> Decision:
            work.demand(_KEYS)
            return _statement(work, StatementKind.ROTATION, old.public(), new, (old, new), work.head.size)

        done = run_call(_KEYS, call, {"kind": "rotation"}, decide)
        _finish(folder)
        return done


def report_lost_key(call: Call, folder: Path) -> Done:
    """Replace a lost secret key by a new one. The statement alone does not prove the new key, so the institution
    publishes it itself. The old key counts up to the largest log size that it is known to have signed.
    """
    demand_read(call.actor, "keys")
    with keys.signing(folder):
        if _finish(folder):
            return _last_change()
        (old,) = (key for key in keys.public_keys(folder) if not key.is_witness and key.until is None)
        new = keys.next_key(folder, old.name)
        last = keys.last_signed(folder)
        signed = models.Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
        size = max(signed or 0, 0 if last is None else last.checkpoint.size)

        def decide(work: Work) -> Decision:
            work.demand(_KEYS)
            return _statement(work, StatementKind.LOSS, old, new, (new,), size)

        done = run_call(_KEYS, call, {"kind": "loss"}, decide)
        _finish(folder)
        return done


def keep_countersignature(actor: Actor, folder: Path, file: FileRead, witness: PublicKey) -> int:
    """Store a witness's signature with the checkpoint that it signed; returns the checkpoint's size.

    Raises InputError if the checkpoint does not belong to this register, or the signature to this witness.
    """
    demand_read(actor, "keys")
    signed = file.signed
    row = models.Checkpoint.objects.filter(size=signed.checkpoint.size).first()
    own = None if row is None else read_checkpoint(row.note)
    if row is None or own is None or own.note.text != signed.note.text:
        raise refuse(
            "not_ours",
            "checkpoint",
            signed.checkpoint.size,
            Text("不是本登记簿签署的检查点", "not a checkpoint signed by this register"),
            Text(
                "请见证人会签 zhirong register checkpoint 输出的文件",
                "have the witness sign the file from the register",
            ),
        )
    good = [
        finding.signature
        for finding in check_signatures(signed.note, (witness,), signed.checkpoint.size)
        if finding.state is SignatureState.GOOD
    ]
    if not witness.is_witness or not good:
        raise refuse(
            "not_countersigned",
            "witness",
            witness.name,
            Text("没有该见证人的有效会签", "no valid countersignature of this witness"),
            Text("请核对见证人的公钥和文件", "check the witness's key and the file"),
        )
    keys.add_witness(folder, witness)
    added = tuple(one for one in good if one not in own.note.signatures)
    row.note = replace(own.note, signatures=(*own.note.signatures, *added)).as_text()
    row.save()
    return signed.checkpoint.size


def _statement(
    work: Work, kind: StatementKind, old: PublicKey, new: RegisterKey, signers: Sequence[RegisterKey], size: int
) -> Decision:
    said = KeyStatement(
        kind, work.head.origin, replace(old, until=None), new.public(), size, log.instant(work.call.now)
    )
    statement = {"statement": said.signed(*signers).as_text()}
    return Decision(_KEYS, log.KEY_KIND, None, statement, statement)


def _finish(folder: Path) -> bool:
    """Update the key files to the state of the log; returns whether there was anything to do."""
    pending, changes = keys.pending_key(folder), log.key_statements()
    if pending is None or not changes or changes[-1][0].new != pending.public():
        return False
    statement = changes[-1][0]
    keys.take_over(folder, statement.old, statement.size)
    return True


def _last_change() -> Done:
    event = models.Event.objects.filter(kind=log.KEY_KIND).order_by("-index")[0]
    return Done(event.index, event.kind, repeated=True)
