"""A log that has lost entries: restored byte for byte from receipts, or openly continued under a new name."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from zhirong.chain.pledge.register import FREEZES, PLEDGE, RegisterEvent, apply_move
from zhirong.chain.pledge.registration import refuse
from zhirong.evidence import canonical
from zhirong.evidence.checkpoints import SignedCheckpoint
from zhirong.evidence.entries import LogEntry, entry_of_bytes
from zhirong.evidence.hashes import leaf_hash
from zhirong.evidence.identity import IdentityClaim, read_disclosure
from zhirong.evidence.receipts import read_receipt
from zhirong.evidence.verify import EvidenceVerdict, verify_receipt
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.authorize import may
from zhirong.operations.declare import LIBRARY_OPERATIONS, Call, library_operation
from zhirong.operations.outbox import SUBSCRIBED, UNSUBSCRIBED
from zhirong.operations.pledge.facts import standing_freezes
from zhirong.operations.pledge.identities import IDENTITY
from zhirong.operations.pledge.orders import keep_orders
from zhirong.operations.pledge.uses import REPORTED
from zhirong.operations.refusals import forbidden
from zhirong.operations.register_events import register_event
from zhirong.operations.register_policy import BY_REGISTRAR
from zhirong.store import keys, log, models, rows
from zhirong.store.transaction import writing

CONTINUES = "log.continues"
_RESTORE = library_operation("register.restore", Text("恢复条目", "Restore an entry"), BY_REGISTRAR)
_OF_THE_OLD_LOG = (
    log.KEY_KIND,
    CONTINUES,
)  # they belong to the old log, and may not count as entries of the new one


def restore_entry(call: Call, receipt: bytes, disclosure: bytes, folder: Path) -> int:
    """Restore the next lost entry of the log from its receipt and the disclosure of its content; returns its index.
    Nothing is signed before the log has reached its last signed size (see ``store.log.checkpoint``).

    Raises InputError if the receipt is invalid or does not belong to the next entry.
    """
    if not may(call.actor, LIBRARY_OPERATIONS[_RESTORE]):
        raise forbidden()
    read, shown = read_receipt(receipt, "receipt"), read_disclosure(disclosure, "disclosure")
    checked = verify_receipt(read, keys=keys.public_keys(folder), disclosures=[("disclosure", shown)])
    if checked.verdict is not EvidenceVerdict.HOLDS:
        raise refuse("receipt", "receipt", read.leaf_index, _said(checked, "zh", "en"), _ORIGINALS)
    with writing() as head:
        if (read.entry.log, read.leaf_index) != (head.origin, head.size):
            raise refuse(
                "not_next",
                "receipt",
                read.leaf_index,
                Text(f"下一条缺失的是第 {head.size} 条", f"the next missing entry is {head.size}"),
                Text("请按次序恢复", "restore them in order"),
            )
        (claim,) = shown.claims
        _take(head, read.entry, claim.value, claim.salt)
        head.save()
    return read.leaf_index


def export_events() -> Iterator[dict[str, Any]]:
    """Yield every stored event in order: entry, content and salt. The export contains all confidential data."""
    for event in models.Event.objects.order_by("index").iterator():
        yield {"content": json.loads(event.content), "entry": json.loads(event.entry), "salt": event.salt}


def continue_log(
    head: models.LogHead, call: Call, last: SignedCheckpoint, reason: str, events: Iterable[Mapping[str, Any]]
) -> int:
    """Record in the first entry of a new log which log it continues and why, and take over the rest of the old log.

    last: the last known checkpoint of the old log. Each entry names the old entry that it represents. Returns the
    number of entries taken over. Raises InputError for an event that does not match the commitment in its entry.
    """
    checkpoint = {"checkpoint": last.as_text(), "reason": reason}
    leaf = log.Leaf(
        CONTINUES,
        log.instant(call.now),
        day_of(call.now),
        registration=None,
        public=checkpoint,
        content=_said_by(call, checkpoint),
        actor="",
        key="",
    )
    log.append(head, leaf)
    algorithm = last.checkpoint.algorithm
    count = 0
    for written in events:
        data, entry, content, claim = _exported(written, count + 1)
        if entry.body.get("commitment") != claim.commitment(algorithm) or entry.index != count:
            raise refuse(
                "not_the_event",
                f"events[{count + 1}]",
                entry.index,
                Text(
                    "内容与条目的承诺不符，或次序有误",
                    "does not match the commitment in the entry, or is out of order",
                ),
                Text("请使用导出的原文件", "use the exported file unchanged"),
            )
        old = {"index": entry.index, "leaf": leaf_hash(algorithm, data).hex(), "log": entry.log}
        kind = f"old.{entry.kind}" if entry.kind in _OF_THE_OLD_LOG else entry.kind
        leaf = _leaf(LogEntry(head.origin, head.size, kind, entry.time, {**entry.body, "was": old}), content)
        stored = log.append(head, leaf)
        _project(head, register_event(stored), stored)
        count += 1
    head.save()
    return count


# -- inside ---------------------------------------------------------------------------------------------------


def _exported(written: Mapping[str, Any], at: int) -> tuple[bytes, LogEntry, Mapping[str, Any], IdentityClaim]:
    """Read one event of an export: its canonical entry, the parsed entry, its content, and the content's
    commitment.
    """
    try:
        data = canonical.encode(written["entry"])
        content = written["content"]
        return (
            data,
            entry_of_bytes(data),
            content,
            IdentityClaim(log.CONTENT_NAME, content, bytes.fromhex(written["salt"])),
        )
    except (InputError, KeyError, TypeError, ValueError) as error:
        raise refuse(
            "not_an_event",
            f"events[{at}]",
            str(written)[:60],
            Text(f"不是导出的事项（{error}）", f"not an exported event ({error})"),
            Text("请使用 register export 导出的原文件", "use the file exactly as written by register export"),
        ) from error


def _take(head: models.LogHead, entry: LogEntry, content: Mapping[str, Any], salt: bytes) -> None:
    if entry.body.get("subject"):
        raise refuse(
            "not_of_the_register",
            "receipt",
            entry.index,
            Text(
                "不是登记簿自身的事项，不能由回执恢复",
                "not an event of the register itself; a receipt cannot restore it",
            ),
            Text("请从备份恢复", "restore it from a backup"),
        )
    stored = log.append_entry(head, entry, _leaf(entry, content), salt)
    _project(head, register_event(stored), stored)


def _leaf(entry: LogEntry, content: Mapping[str, Any]) -> log.Leaf:
    day = day_of(datetime.fromisoformat(entry.time.replace("Z", "+00:00")))
    registration = entry.body.get("registration")
    actor, key = content.get("_actor", ""), content.get("_key", "")
    public = {name: value for name, value in entry.body.items() if name not in ("commitment", "registration")}
    return log.Leaf(
        entry.kind,
        entry.time,
        day,
        registration=registration,
        public=public,
        content=content,
        actor=actor,
        key=key,
        subject=public.get("subject", ""),
    )


def _project(head: models.LogHead, event: RegisterEvent, stored: models.Event) -> None:
    """Write the rows of an event as its original operation wrote them."""
    content = event.content
    if event.kind.startswith(PLEDGE) and event.registration is not None:
        before = rows.load(event.registration)
        after = apply_move(before, event)
        rows.save(after, before)
        head.last_filing = max(head.last_filing, after.id)
        head.last_number = max(head.last_number, after.number or 0)
    elif event.kind in FREEZES:
        keep_orders(content["right"], standing_freezes(content["right"], event.day))
    elif event.kind in (SUBSCRIBED, UNSUBSCRIBED):
        one = {name: content[name] for name in ("subscriber", "target", "value")}
        if event.kind == SUBSCRIBED:
            models.Subscription.objects.get_or_create(**one)
        else:
            models.Subscription.objects.filter(**one).delete()
    elif event.kind == IDENTITY:
        record = entry_of_bytes(stored.entry.encode()).body["identity"]
        models.RightIdentity.objects.create(
            event=stored, code=record["code"], version=record["version"], right_key=content["right_key"]
        )
    elif event.kind == REPORTED:
        models.Report.objects.bulk_create(
            models.Report(
                event=stored,
                period=content["period"],
                fingerprint=one["fingerprint"],
                institution=content["institution"],
                reference=one.get("reference", ""),
            )
            for one in content["reports"]
        )


def _said_by(call: Call, content: Mapping[str, Any]) -> dict[str, Any]:
    request = canonical.encode(dict(content)).hex()[:64]
    return {
        **content,
        "_actor": "",
        "_key": "",
        "_request": request,
        "_role": call.actor.capacity.value,
        "_verb": "found",
    }


def _said(checked: Any, *langs: str) -> Text:
    zh, en = (checked.as_text(lang).splitlines()[0] for lang in langs)
    return Text(zh, en)


_ORIGINALS = Text("请使用登记机构出具的原回执和披露文件", "use the original receipt and disclosure")
