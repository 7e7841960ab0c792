"""How every operation works: permission, state, rule, write and event in one transaction, harmless when repeated.

An operation is called with ``Call`` (who, when, and the client's own key for this request) and a request of plain
values. ``act`` locks the log's head, answers a repeated key with what it answered before, lets the operation
decide, takes the decision through the same fold that ``check`` replays, writes the rows, the event and its leaf,
and commits.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from zhirong.chain.pledge.register import PLEDGE, RegisterEvent, apply_move
from zhirong.chain.pledge.registration import Move, Registration, refuse
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.declare import Call
from zhirong.operations.outbox import tell_subscribers
from zhirong.operations.permissions import demand
from zhirong.operations.rulebook import rulebook, rules_content, rules_version
from zhirong.store import log, models, rows
from zhirong.store.transaction import writing

_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What an operation has decided. public: what the log shows openly. content: what it commits to."""

    kind: str
    registration: int | None
    content: Mapping[str, Any]
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation has done. index: of its event in the log. repeated: it had been done before under the same
    key.

    registration: how the registration stands now, None if the operation concerned none.
    """

    index: int
    kind: str
    registration: Registration | None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What an operation decides by: the head that it holds, who asks, the day, the rules, and its registration, if
    any.
    """

    head: models.LogHead
    by: Call
    day: date
    rules: Rulebook
    found: Registration | None


def act(
    verb: str,
    by: Call,
    request: Mapping[str, Any],
    decide: Callable[[Work], Decision],
    registration: int | None = None,
    opened: Callable[[], Registration] | None = None,
) -> Done:
    """Do one operation. registration: the id of the one that it moves. opened: for an operation that opens one,
    what would be opened, so that permission can be asked of it.

    Raises ForbiddenError, or InputError with every reason why not; then nothing has been written.
    """
    if not by.key or len(by.key) > _LONGEST_KEY:
        raise refuse(
            "key",
            "key",
            by.key,
            Text("请求没有键，或键太长", "the request has no key, or too long a one"),
            Text(
                "每次请求用一个新的随机键，重发时用原键", "give each request a random key, and its repeats the same"
            ),
        )
    plain_request = plain(request)
    fingerprint = hashlib.sha256(canonical.encode([verb, registration, plain_request])).hexdigest()
    with writing() as head:
        earlier = models.Event.objects.filter(actor=by.actor.id, key=by.key).first()
        if earlier is not None:
            return _answered_before(earlier, fingerprint)
        found = None if registration is None else rows.load(registration)
        if registration is not None and found is None:
            demand(by.actor, "search")
            raise no_such(registration)
        demand(by.actor, verb, found if opened is None else opened())
        day = day_of(by.now)
        decision = decide(Work(head, by, day, rulebook(), found))
        return _write(head, by, verb, day, decision, found, fingerprint)


def no_such(registration: int) -> Exception:
    """There is no registration of this id."""
    return refuse(
        "no_such_registration",
        "registration",
        registration,
        Text("没有这件登记", "there is no such registration"),
        Text("核对申请编号", "check the number of the filing"),
    )


def _write(
    head: models.LogHead,
    by: Call,
    verb: str,
    day: date,
    decision: Decision,
    found: Registration | None,
    fingerprint: str,
) -> Done:
    time = log.instant(by.now)
    content = {
        **plain(decision.content),
        "_actor": by.actor.id,
        "_key": by.key,
        "_request": fingerprint,
        "_role": by.actor.capacity.value,
        **rules_content(),
        "_verb": verb,
    }
    event = RegisterEvent(head.size, decision.kind, time, decision.registration, content, rules_version())
    after = None
    if decision.kind.startswith(PLEDGE):
        after = apply_move(found, event)
        rows.save(after, found)
        head.last_filing = max(head.last_filing, after.id)
        if after.number is not None:
            head.last_number = max(head.last_number, after.number)
    leaf = log.Leaf(decision.kind, time, day, decision.registration, decision.public, content, by.actor.id, by.key)
    stored = log.append(head, leaf)
    head.save()
    now = found if after is None else after
    tell_subscribers(stored, now, found)
    return Done(event.index, decision.kind, now)


def _answered_before(earlier: models.Event, fingerprint: str) -> Done:
    content = canonical.decode(earlier.content.encode())
    if content["_request"] != fingerprint:
        raise _key_used(earlier.key)
    now = None if earlier.registration is None else rows.load(earlier.registration)
    return Done(earlier.index, earlier.kind, now, repeated=True)


def _key_used(key: str) -> InputError:
    return refuse(
        "key_used",
        "key",
        key,
        Text("这个键已用于另一个请求", "this key has been used for another request"),
        Text("新的请求用新的键", "give a new request a new key"),
    )


def register_event(event: models.Event) -> RegisterEvent:
    """A stored event as the fold takes it, from its entry and content alone."""
    entry = entry_of_bytes(event.entry.encode())
    content = canonical.decode(event.content.encode())
    return RegisterEvent(
        entry.index, entry.kind, entry.time, entry.body.get("registration"), content, content.get("_rules", "")
    )


def pledge_kind(move: Move) -> str:
    """The kind of the event that makes a move."""
    return PLEDGE + move.value


def part_key(key: str, part: str) -> str:
    """The key of one part of a request that is done in several: the same for every repeat, and never too long."""
    return hashlib.sha256(f"{key}/{part}".encode()).hexdigest()


def by_parts(by: Call, parts: Sequence[str], possible: Iterable[str]) -> list[tuple[str, Call]]:
    """Each part with whom it is done by, under its own key. possible: every part that a request can have.

    Raises InputError if the key has been used for a request of other parts. Called within ``writing``.
    """
    keys = {one: part_key(by.key, one) for one in possible}
    used = set(models.Event.objects.filter(actor=by.actor.id, key__in=keys.values()).values_list("key", flat=True))
    if used and used != {keys[one] for one in parts}:
        raise _key_used(by.key)
    return [(one, replace(by, key=keys[one])) for one in parts]


def plain(value: Any) -> Any:
    """A request as canonical data: days and exact numbers become words."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value
