"""How every operation of the platform works: the register's pattern (see ``pattern``) for all other tables.

An operation is declared once, with what it asks for, who may do it, to which rows and in which states. ``perform``
does it: one transaction that holds the log's head; permission, request, state, rule; every row it writes goes through
``Work``, so that the event holds an image of each; the event and its leaf; notices, webhooks and jobs with it.
``check_platform`` folds the images and finds any row that was changed otherwise.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model

from zhirong.chain.financing import appraising, case
from zhirong.evidence import canonical
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.store import log, models
from zhirong.store.parties import Account, Kept, Membership
from zhirong.store.transaction import writing
from zhirong.store.work import Delivery, Job, Notice, Webhook
from zhirong.verbs.images import demand_fit, image_value, subject_name
from zhirong.verbs.listing import LISTINGS
from zhirong.verbs.pattern import rulebook, rules_content
from zhirong.verbs.people import Duty, Person
from zhirong.verbs.permissions import ForbiddenError
from zhirong.verbs.refusals import LONGEST_KEY, bad_key, beyond_token
from zhirong.verbs.requests import Nothing, Request, read
from zhirong.verbs.scopes import visible

M = TypeVar("M", bound=Kept)
_NO_HELP = Text("", "")
# What people call the states of a row where the chain says it, by its model's name.
_STATE_WORDS: Mapping[str, Mapping[Any, Text]] = {"Case": case.STATE_WORDS, "Appraisal": appraising.STATE_WORDS}


class NotFoundError(InputError):
    """There is no such object, or none that this person may know of: the two are not told apart."""


class ConflictError(InputError):
    """Somebody else has changed the object since the person looked at it."""


Relation = Callable[[Person, Any], bool]


def anyone(person: Person, row: Any) -> bool:
    """No relation beyond what the person can see."""
    return True


@dataclass(frozen=True, slots=True)
class Operation:
    """One business action. name: ``noun.verb``; the noun is its scope for tokens.

    model: whose row it is done to, None where it begins something. duties: who may; empty: anybody signed in.
    relation: beyond seeing the row, what the person must be to it. states: in which it is lawful, None for any (the
    chain's table still decides); they also say when its button is shown. is_signed: asks for a second factor.
    for_agents: a firm can let its agent do it. is_background: the platform's own work alone does it, nobody signed in can.
    prepare: what takes long and writes nothing, such as reading a file, done before the only writer is held up; what it
    answers is ``Work.prepared``. takes_files: a long file is left to the background (``imports``); the caller is told so.
    """

    name: str
    title: Text
    help: Text
    request: type[Request]
    run: Callable[["Work", Any], Any]
    model: type[Kept] | None = None
    duties: tuple[Duty, ...] = ()
    relation: Relation = anyone
    states: frozenset[str] | None = None
    state_field: str = "state"
    for_agents: bool = False
    is_grave: bool = False
    page: str = ""
    is_background: bool = False
    prepare: Callable[["Call", Any], Any] | None = None
    takes_files: bool = False

    @property
    def scope(self) -> str:
        """The part of a token's rights that it belongs to."""
        return self.name.split(".")[0]


OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str,
    title: Text,
    *,
    model: type[Kept] | None = None,
    duties: tuple[Duty, ...] = (),
    request: type[Request] = Nothing,
    relation: Relation = anyone,
    states: tuple[Any, ...] | None = None,
    state_field: str = "state",
    help: Text = _NO_HELP,  # noqa: A002 - the word a reader of a form looks for
    for_agents: bool = False,
    is_grave: bool = False,
    page: str = "",
    is_background: bool = False,
    prepare: Callable[["Call", Any], Any] | None = None,
    takes_files: bool = False,
) -> Callable[[Callable[["Work", Any], Any]], Callable[["Work", Any], Any]]:
    """Declare an operation; the function decides and writes through ``Work``. page: name of the page to go to afterwards,
    which takes the id of the row that the operation answers with.
    """

    def declare(run: Callable[["Work", Any], Any]) -> Callable[["Work", Any], Any]:
        if name in OPERATIONS:
            raise AssertionError(f"two operations are called {name}")
        lawful = None if states is None else frozenset(str(state) for state in states)
        OPERATIONS[name] = Operation(
            name,
            title,
            help,
            request,
            run,
            model,
            duties,
            relation,
            lawful,
            state_field,
            for_agents,
            is_grave,
            page,
            is_background,
            prepare,
            takes_files,
        )
        return run

    return declare


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, when, and under which key: made by the client, one for each request, the same for its repeats."""

    person: Person
    now: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation has done. index: of its event in the log. subject: such as ``case/12``, and its id and version.

    answer: what it says to the caller, JSON. shown_once: a secret for the caller's eyes alone, which is kept nowhere.
    """

    index: int
    subject: str
    id: int
    version: int
    answer: Any = None
    repeated: bool = False
    shown_once: str = ""


@dataclass(slots=True)
class Work:
    """What an operation decides by and writes through. row: the one that it is done to, None where it begins something."""

    operation: Operation
    call: Call
    head: Any
    row: Any = None
    prepared: Any = None
    images: list[dict[str, Any]] = field(default_factory=list)
    _subject: Any = None
    _notices: list[Notice] = field(default_factory=list)
    _concerned: set[int] = field(default_factory=set)
    public: dict[str, Any] = field(default_factory=dict)
    shown_once: str = ""

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.call.person

    @property
    def now(self) -> datetime:
        """The instant of the request, to the second, as the log keeps it."""
        return self.call.now.replace(microsecond=0)

    @property
    def day(self) -> date:
        """The day of the request in Shanghai."""
        return day_of(self.call.now)

    @property
    def rules(self) -> Rulebook:
        """The rules, whose version is kept with the event."""
        return rulebook()

    def subject_is(self, row: Kept) -> None:
        """Say which row the event is about, where it is not ``row``."""
        self._subject = row

    def create(self, model: type[M], **values: Any) -> M:
        """A new row. The first one is what the event is about, unless it is done to a row."""
        row = model(version=1, created_at=self.now, changed_at=self.now, **values)
        demand_fit(row, values)
        row.save(force_insert=True)
        self._image(row, [one.attname for one in model._meta.concrete_fields if one.attname != "id"])
        if self.row is None and self._subject is None:
            self._subject = row
        return row

    def update(self, row: M, **values: Any) -> M:
        """Change a row. Raises ConflictError where it has been changed since it was read."""
        for name, value in values.items():
            setattr(row, name, value)
        demand_fit(row, values)
        old = row.version
        row.version, row.changed_at = old + 1, self.now
        names = [type(row)._meta.get_field(name).attname for name in values] + ["version", "changed_at"]
        changed = type(row).objects.filter(pk=row.pk, version=old).update(**{n: getattr(row, n) for n in names})
        if changed != 1:
            raise conflict(old)
        self._image(row, names)
        return row

    def tell(
        self, words: Text, link: str, organisation: Any, duties: tuple[Duty, ...] = (), alone: Account | None = None
    ) -> None:
        """Tell those in an organisation who have one of these duties (all of them where none is named). alone: this one only."""
        organisation_id = getattr(organisation, "pk", organisation)
        self._concerned.add(organisation_id)
        members = Membership.objects.filter(organisation_id=organisation_id, active=True)
        members = members if alone is None else members.filter(account=alone)
        for account, has in members.values_list("account_id", "duties"):
            if account != self.person.account and (not duties or set(has) & set(duties)):
                self._notices.append(
                    Notice(
                        account_id=account,
                        organisation_id=organisation_id,
                        at=self.now,
                        words=words.as_json(),
                        link=link,
                        mail_at=self.now,
                    )
                )

    def concerns(self, *organisations: Any) -> None:
        """These organisations' programs hear of the event."""
        self._concerned.update(getattr(one, "pk", one) for one in organisations if one)

    def later(self, kind: str, key: str, run_at: datetime, organisation: Any = None, **payload: Any) -> None:
        """Background work, once for each key."""
        Job.objects.bulk_create(
            [
                Job(
                    kind=kind,
                    key=key,
                    payload=payload,
                    run_at=run_at,
                    organisation_id=getattr(organisation, "pk", None),
                )
            ],
            ignore_conflicts=True,
        )

    def _image(self, row: Kept, names: list[str]) -> None:
        values = {name: image_value(row, name) for name in sorted(set(names))}
        self.images.append({"table": row._meta.model_name, "id": row.pk, "values": values})


def may(person: Person, op: Operation) -> bool:
    """Whether the person's duty, mandate and token allow the operation at all, whatever the row."""
    if person.is_worker or op.is_background:
        return person.is_worker and op.is_background
    if person.scopes is not None and op.scope not in person.scopes:
        return False
    if person.allowed is not None and not (op.for_agents and op.name in person.allowed):
        return False
    return bool(person.account) and (not op.duties or person.has(*op.duties))


def lawful_now(op: Operation, row: Any) -> bool:
    """Whether the row's state admits it."""
    return op.states is None or getattr(row, op.state_field) in op.states


def can(person: Person, name: str, row: Any = None) -> bool:
    """Whether the person may do it to this row, which it can see, now."""
    op = OPERATIONS[name]
    return may(person, op) and (row is None or (op.relation(person, row) and lawful_now(op, row)))


def operations_for(person: Person, row: Kept) -> list[Operation]:
    """What the person can do to this row now, in the order of declaration."""
    return [op for op in OPERATIONS.values() if op.model is type(row) and can(person, op.name, row)]


def perform(
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
    if op is None or not may(call.person, op):
        raise forbidden_to(call.person, op)
    if not call.key or len(call.key) > LONGEST_KEY or not call.key.isprintable():
        raise bad_key(call.key)
    request = read(op.request, data or {})
    plain = request.model_dump(mode="json")
    fingerprint = hashlib.sha256(json.dumps([name, subject, plain], sort_keys=True).encode()).hexdigest()
    prepared = None
    if op.prepare is not None and not models.Event.objects.filter(actor=call.person.id, key=call.key).exists():
        prepared = op.prepare(call, request)
    with writing() as head:
        earlier = models.Event.objects.filter(actor=call.person.id, key=call.key).first()
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
    row = visible(call.person, op.model, day_of(call.now)).filter(pk=subject).first()
    if row is None:
        raise not_found(op.model, subject)
    if not op.relation(call.person, row):
        raise forbidden()
    if version is not None and version != row.version:
        raise conflict(version)
    if not lawful_now(op, row):
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
                        f"it is at “{is_at.en}” now, which does not admit: {op.title.en}",
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
    """A state of the operation's rows as people call it: by the chain, or as the lists of these rows let one choose it."""
    name = op.model.__name__ if op.model is not None else ""
    known = {str(one): words for one, words in _STATE_WORDS.get(name, {}).items()}
    for listed in LISTINGS.values():
        if listed.model is op.model:
            known |= {
                value: words
                for one in listed.filters
                if one.name == op.state_field
                for value, words in one.choices or ()
            }
    return known.get(state, same(state))


def _record(work: Work, plain: Mapping[str, Any], fingerprint: str, answer: Any) -> Done:
    row = work._subject if work._subject is not None else work.row
    call, name = work.call, work.operation.name
    content = {
        "images": work.images,
        "request": json.dumps(plain, ensure_ascii=False, sort_keys=True),
        "answer": json.dumps(answer, ensure_ascii=False, sort_keys=True),
        "organisation": call.person.organisation,
        "mandate": call.person.mandate,
        "_actor": call.person.id,
        "_key": call.key,
        "_request": fingerprint,
        **rules_content(),
        "_verb": name,
    }
    subject = "" if row is None else subject_name(row)
    public = {**work.public, "subject": subject}
    leaf = log.Leaf(
        name, log.instant(call.now), work.day, None, public, content, call.person.id, call.key, subject=subject
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
    concerned = work._concerned | {work.person.organisation}
    hooks = Webhook.objects.filter(organisation_id__in=concerned - {0}, active=True)
    body = {"event": event.index, "kind": event.kind, "subject": event.subject, "at": log.instant(work.now)}
    Delivery.objects.bulk_create(
        Delivery(webhook=hook, event=event, body=body, next_at=work.now)
        for hook in hooks
        if not hook.kinds or event.kind in hook.kinds
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


# -- refusals ---------------------------------------------------------------------------------------------------


def forbidden() -> ForbiddenError:
    """Not permitted; it says nothing of what there is."""
    return ForbiddenError(
        [
            Problem(
                "person",
                "",
                Text("没有办理此事的权限", "not permitted to do this"),
                Text("由有权的一方办理", "let the party do it that may"),
                "forbidden",
            )
        ]
    )


def forbidden_to(person: Person, op: Operation | None) -> ForbiddenError:
    """Why the person may not do the operation; where it is its token alone that does not reach so far, that is said."""
    is_the_tokens = op is not None and may(replace(person, scopes=None), op)
    return beyond_token(op.scope) if op is not None and is_the_tokens else forbidden()


def not_found(model: type[Model], subject: Any) -> NotFoundError:
    """No such row, as far as this person may know."""
    return NotFoundError(
        [
            Problem(
                str(model._meta.model_name),
                str(subject),
                Text("没有这个编号，或无权查看", "there is none of this number, or none that you may see"),
                Text("核对编号", "check the number"),
                "not_found",
            )
        ]
    )


def conflict(seen: int) -> ConflictError:
    """Changed by somebody else in the meantime. seen: the version that was meant."""
    return ConflictError(
        [
            Problem(
                "version",
                str(seen),
                Text("别人刚刚改动过，您的修改没有保存", "somebody has just changed this; yours was not saved"),
                Text("刷新后核对，再办理一次", "look at it again, then repeat"),
                "conflict",
            )
        ]
    )


def refuse(code: str, name: str, value: object, reason: Text, mend: Text) -> InputError:
    """One refusal of an operation, to be raised."""
    return InputError([Problem(name, str(value), reason, mend, code)])
