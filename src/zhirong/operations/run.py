"""Running an operation of the platform or the register, in one transaction under the lock of the log's head.

Permission, request, state and rule are checked first. The event contains a snapshot of each row that the operation
writes; its decision in the register is folded, and if that is all it does, the event of the fold is its event. Log
leaf, notifications, webhooks and jobs are written in the same transaction. ``zhirong platform check`` folds both and finds
any row that was changed otherwise.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps

from zhirong.evidence import canonical
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text, same
from zhirong.operations.authorize import forbidden_to, is_allowed_now, may
from zhirong.operations.declare import FORMER_NAMES, OPERATIONS, Call, Done, Operation, operation_of
from zhirong.operations.event_messages import TEST_EVENT, message_of, note_concerns
from zhirong.operations.fields import read
from zhirong.operations.refusals import LONGEST_KEY, bad_key, conflict, forbidden, key_used, not_found
from zhirong.operations.register_events import plain, registration_at
from zhirong.operations.rulebook import rules_content
from zhirong.operations.snapshots import subject_name
from zhirong.operations.state_columns import choices_of
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.operations.visibility import visible
from zhirong.store import log, models, rows
from zhirong.store.transaction import writing
from zhirong.store.work import Delivery, Notice, Webhook


def run_operation(
    name: str,
    call: Call,
    subject: int | None = None,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Done:
    """Run one operation. subject: id of the row. version: of the row as the actor opened it; None for any.

    Raises ForbiddenError, NotFoundError, ConflictError or InputError with every reason; nothing is written then.
    """
    op = demand_may(call, OPERATIONS.get(name))
    request = read(op.request, data or {})
    asked = _Asked(op, call, subject, version, request.model_dump(mode="json"))
    prepared = None
    if op.prepare is not None and not models.Event.objects.filter(actor=call.actor.id, key=call.key).exists():
        prepared = op.prepare(call, request)
    return _carry_out(asked, lambda work: op.run(work, request), prepared)


def run_call(name: str, call: Call, request: Mapping[str, Any], decide: Callable[[Work], Any]) -> Done:
    """Run one operation of the register for a program that uses the library: its request consists of values, not a
    form.

    decide: the operation's function with these values. Raises the errors of ``run_operation``.
    """
    op = demand_may(call, operation_of(name))
    return _carry_out(_Asked(op, call, None, None, plain(request)), decide, None)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The request to be run. request: in the form of the log."""

    op: Operation
    call: Call
    subject: int | None
    version: int | None
    request: Mapping[str, Any]

    def fingerprint(self) -> str:
        """Return the fingerprint that identifies repetitions of the request."""
        asked = json.dumps([self.op.name, self.subject, self.request], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()


def demand_may(call: Call, op: Operation | None) -> Operation:
    """Return the operation if the actor may run it at all and the request has a key. Raises InputError otherwise."""
    if op is None or not may(call.actor, op):
        raise forbidden_to(call.actor, op)
    if not call.key or len(call.key) > LONGEST_KEY or not call.key.isprintable():
        raise bad_key(call.key)
    return op


def _carry_out(asked: _Asked, decide: Callable[[Work], Any], prepared: Any) -> Done:
    """Run the transaction under the log's head: answer a repetition as before; otherwise decide, write and record."""
    fingerprint = asked.fingerprint()
    with writing() as head:
        earlier = models.Event.objects.filter(actor=asked.call.actor.id, key=asked.call.key).first()
        if earlier is not None:
            return _answered_before(earlier, fingerprint)
        work = Work(asked.op, asked.call, head, prepared=prepared, fingerprint=fingerprint)
        if asked.op.model is not None:
            work.row = _row(asked.op, asked.call, asked.subject, asked.version)
        return _record(work, asked.request, decide(work))


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
                        f"当前状态为“{is_at.zh}”，不能办理“{op.title.zh}”",
                        f"in the state '{is_at.en}', '{op.title.en}' is not possible",
                    ),
                    Text(
                        "须处于：" + "、".join(one.zh for one in wanted),
                        "Possible in: " + ", ".join(one.en for one in wanted),
                    ),
                    "not_in_this_state",
                )
            ]
        )
    return row


def state_words(op: Operation, state: str) -> Text:
    """Return a state of the operation's rows in words."""
    known = choices_of(op.model, op.state_field) if op.model is not None else {}
    return known.get(state, same(state))


def _record(work: Work, request: Mapping[str, Any], answer: Any) -> Done:
    """Record the event of the operation; if it only decided something in the register, the event of the fold is
    used.
    """
    if isinstance(answer, Decision) and not work.images:
        done = work.fold(answer, key=work.call.key)
        work.head.save()
        Notice.objects.bulk_create(work._notices)
        _deliver(work, done.index, "" if done.registration is None else f"registration/{done.registration.id}")
        return replace(done, answer=_register_answer(done))
    if isinstance(answer, Decision):
        answer = _register_answer(work.fold(answer))
    return _record_own(work, request, answer)


def _record_own(work: Work, request: Mapping[str, Any], answer: Any) -> Done:
    row = work._subject if work._subject is not None else work.row
    call, name = work.call, work.operation.name
    content = {
        "images": work.images,
        "request": json.dumps(request, ensure_ascii=False, sort_keys=True),
        "answer": json.dumps(answer, ensure_ascii=False, sort_keys=True),
        "organisation": call.actor.organisation,
        "mandate": call.actor.mandate,
        **({"parts": [part.index for part in work.parts]} if work.parts else {}),
        "_actor": call.actor.id,
        "_key": call.key,
        "_request": work.fingerprint,
        **rules_content(work.rules_used),
        "_verb": name,
    }
    subject = "" if row is None else subject_name(row)
    public = {**work.public, "subject": subject}
    leaf = log.Leaf(
        name,
        log.instant(call.now),
        work.day,
        registration=None,
        public=public,
        content=content,
        actor=call.actor.id,
        key=call.key,
        subject=subject,
    )
    event = log.append(work.head, leaf)
    work.head.save()
    Notice.objects.bulk_create(work._notices)
    _deliver(work, event.index, subject)
    done = Done(event.index, name, subject, answer=answer, parts=tuple(work.parts), shown_once=work.shown_once)
    return done if row is None else replace(done, id=row.pk, version=row.version)


def _register_answer(done: Done) -> Any:
    """Return the JSON answer of a register operation to its caller."""
    if done.answer is not None:
        return {"index": done.index, **done.answer}
    found = done.registration
    return {
        "id": None if found is None else found.id,
        "index": done.index,
        "kind": done.kind,
        "status": None if found is None else found.status.value,
        "number": None if found is None else found.number,
    }


def _deliver(work: Work, index: int, subject: str) -> None:
    """Plan the messages to the programs of the organisations concerned; the background worker sends them."""
    concerned = (work._concerned | {work.actor.organisation}) - {0}
    if not concerned:
        return
    note_concerns(index, concerned)
    kind = work.operation.name
    body = message_of(index=index, kind=kind, subject=subject, at=log.instant(work.now))
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, event_id=index, body=body, next_at=work.now)
        for hook in Webhook.objects.filter(organisation_id__in=concerned, active=True)
        if _hears(hook, kind, subject)
    )


def _hears(hook: Webhook, kind: str, subject: str) -> bool:
    """Return whether a webhook receives an event: one of its chosen kinds, or any if none was chosen; a test goes
    only to the tested webhook.
    """
    if kind == TEST_EVENT:
        return subject == subject_name(hook)
    return not hook.kinds or kind in {FORMER_NAMES.get(one, one) for one in hook.kinds}


def _answered_before(earlier: models.Event, fingerprint: str) -> Done:
    content = canonical.decode(earlier.content.encode())
    if content["_request"] != fingerprint:
        raise key_used(earlier.key)
    if "answer" not in content:
        then = _folded_before(earlier)
        now = None if earlier.registration is None else rows.load(earlier.registration)
        return replace(then, answer=_register_answer(then), registration=now)
    table, _, identity = earlier.subject.partition("/")
    version = 0
    if table:
        row = apps.get_model("store", table).objects.filter(pk=int(identity)).first()
        version = 0 if row is None else row.version
    parts = models.Event.objects.filter(index__in=content.get("parts", ())).order_by("index")
    return Done(
        earlier.index,
        earlier.kind,
        earlier.subject,
        int(identity or 0),
        version,
        json.loads(content["answer"]),
        parts=tuple(_folded_before(part) for part in parts),
        repeated=True,
    )


def _folded_before(event: models.Event) -> Done:
    """Return the result of a register transition as of that event."""
    answer = canonical.decode(event.content.encode()).get("_answer")
    then = None if event.registration is None else registration_at(event.registration, event.index)
    return Done(event.index, event.kind, answer=answer, registration=then, repeated=True)
