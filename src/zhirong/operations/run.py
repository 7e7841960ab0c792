"""How every operation is carried out: one transaction that holds the log's head.

Permission, request, state and rule are checked first; the event holds a snapshot of each row that was written, with its leaf;
notices, webhooks and jobs are written with it. ``check_platform`` folds the snapshots and finds any row that was changed otherwise.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from zhirong.evidence import canonical
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text, same
from zhirong.operations.authorize import forbidden_to, is_allowed_now, may
from zhirong.operations.declare import FORMER_NAMES, OPERATIONS, Call, Done, Operation
from zhirong.operations.fields import read
from zhirong.operations.refusals import LONGEST_KEY, bad_key, conflict, forbidden, not_found
from zhirong.operations.rulebook import rules_content
from zhirong.operations.snapshots import subject_name
from zhirong.operations.state_columns import choices_of
from zhirong.operations.unit_of_work import Work
from zhirong.operations.visibility import visible
from zhirong.store import log, models
from zhirong.store.transaction import writing
from zhirong.store.work import Delivery, Notice, Webhook


def run_operation(
    name: str,
    call: Call,
    subject: int | None = None,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Done:
    """Do one operation. subject: id of the row. version: of the row as the person saw it; None to take any.

    Raises ForbiddenError, NotFoundError, ConflictError or InputError with every reason; then nothing was written.
    """
    op = OPERATIONS.get(name)
    if op is None or not may(call.actor, op):
        raise forbidden_to(call.actor, op)
    if not call.key or len(call.key) > LONGEST_KEY or not call.key.isprintable():
        raise bad_key(call.key)
    request = read(op.request, data or {})
    plain = request.model_dump(mode="json")
    fingerprint = hashlib.sha256(json.dumps([name, subject, plain], sort_keys=True).encode()).hexdigest()
    prepared = None
    if op.prepare is not None and not models.Event.objects.filter(actor=call.actor.id, key=call.key).exists():
        prepared = op.prepare(call, request)
    with writing() as head:
        earlier = models.Event.objects.filter(actor=call.actor.id, key=call.key).first()
        if earlier is not None:
            return _answered_before(earlier, fingerprint)
        work = Work(op, call, head, prepared=prepared)
        if op.model is not None:
            work.row = _row(op, call, subject, version)
        answer = op.run(work, request)
        return _record(work, plain, fingerprint, answer)


def _row(op: Operation, call: Call, subject: int | None, version: int | None) -> Any:
    if op.model is None:
        raise AssertionError(f"{op.name} is done to no row")
    row = visible(call.actor, op.model, day_of(call.now)).filter(pk=subject).first()
    if row is None:
        raise not_found(op.model, subject)
    if not op.relation(call.actor, row):
        raise forbidden()
    if version is not None and version != row.version:
        raise conflict(version)
    if not is_allowed_now(op, row):
        now = str(getattr(row, op.state_field))
        is_at = state_words(op, now)
        wanted = [state_words(op, one) for one in sorted(op.states or ())]
        raise InputError(
            [
                Problem(
                    op.state_field,
                    now,
                    Text(
                        f"现在是“{is_at.zh}”，不能{op.title.zh}",
                        f"it is at '{is_at.en}' now, which does not admit: {op.title.en}",
                    ),
                    Text(
                        "须处于：" + "、".join(one.zh for one in wanted),
                        "it must be at: " + ", ".join(one.en for one in wanted),
                    ),
                    "not_in_this_state",
                )
            ]
        )
    return row


def state_words(op: Operation, state: str) -> Text:
    """A state of the operation's rows in words."""
    known = choices_of(op.model, op.state_field) if op.model is not None else {}
    return known.get(state, same(state))


def _record(work: Work, plain: Mapping[str, Any], fingerprint: str, answer: Any) -> Done:
    row = work._subject if work._subject is not None else work.row
    call, name = work.call, work.operation.name
    content = {
        "images": work.images,
        "request": json.dumps(plain, ensure_ascii=False, sort_keys=True),
        "answer": json.dumps(answer, ensure_ascii=False, sort_keys=True),
        "organisation": call.actor.organisation,
        "mandate": call.actor.mandate,
        "_actor": call.actor.id,
        "_key": call.key,
        "_request": fingerprint,
        **rules_content(),
        "_verb": name,
    }
    subject = "" if row is None else subject_name(row)
    public = {**work.public, "subject": subject}
    leaf = log.Leaf(
        name, log.instant(call.now), work.day, None, public, content, call.actor.id, call.key, subject=subject
    )
    event = log.append(work.head, leaf)
    work.head.save()
    Notice.objects.bulk_create(work._notices)
    _deliver(work, event)
    if row is None:
        return Done(event.index, "", 0, 0, answer, shown_once=work.shown_once)
    return Done(event.index, subject, row.pk, row.version, answer, shown_once=work.shown_once)


def _deliver(work: Work, event: models.Event) -> None:
    """Messages for the programs of the organisations concerned, sent by the background worker."""
    concerned = work._concerned | {work.actor.organisation}
    hooks = Webhook.objects.filter(organisation_id__in=concerned - {0}, active=True)
    body = {"event": event.index, "kind": event.kind, "subject": event.subject, "at": log.instant(work.now)}
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, event=event, body=body, next_at=work.now)
        for hook in hooks
        if not hook.kinds or event.kind in {FORMER_NAMES.get(kind, kind) for kind in hook.kinds}
    )


def _answered_before(earlier: models.Event, fingerprint: str) -> Done:
    content = canonical.decode(earlier.content.encode())
    if content["_request"] != fingerprint:
        raise InputError(
            [
                Problem(
                    "key",
                    earlier.key,
                    Text("这个键已用于另一个请求", "this key has been used for another request"),
                    Text("新的请求用新的键", "give a new request a new key"),
                    "key_used",
                )
            ]
        )
    table, _, identity = earlier.subject.partition("/")
    version = 0
    if table:
        from django.apps import apps

        row = apps.get_model("store", table).objects.filter(pk=int(identity)).first()
        version = 0 if row is None else row.version
    return Done(
        earlier.index, earlier.subject, int(identity or 0), version, json.loads(content["answer"]), repeated=True
    )
