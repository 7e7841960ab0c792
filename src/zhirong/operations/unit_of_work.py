"""The unit of work of an operation: every row it writes leaves a snapshot in its event, and every transition of a
registration is an event that the register folds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.pledge.register import PLEDGE, RegisterEvent, apply_move
from zhirong.chain.pledge.registration import Registration
from zhirong.kernel.days import day_of
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import Call, Done, Operation, operation_of
from zhirong.operations.notices import overtake_of
from zhirong.operations.outbox import tell_subscribers
from zhirong.operations.refusals import conflict, forbidden, no_such_registration
from zhirong.operations.register_events import plain
from zhirong.operations.register_policy import is_permitted
from zhirong.operations.rulebook import rulebook, rules_content, rules_deciding, rules_version
from zhirong.operations.snapshots import column_of, demand_fit, image_value
from zhirong.operations.state_columns import demand_transitions, plain_value
from zhirong.store import log, rows
from zhirong.store.parties import Account, Kept, Membership
from zhirong.store.work import Job, Notice

M = TypeVar("M", bound=Kept)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a register operation. operation: whose permission was checked. kind: of the event.

    public: the part that the log shows openly. content: the part that it commits to. answer: JSON, by default the
    current registration.
    follow: called with the event's place in the log once it has one.
    """

    operation: str
    kind: str
    registration: int | None
    content: Mapping[str, Any]
    public: Mapping[str, Any] = field(default_factory=dict)
    answer: Any = None
    follow: Callable[["Work", int], None] | None = None


@dataclass(slots=True)
class Work:
    """The context of an operation: the data it uses and the writes it makes. row: its subject, None if it creates
    something.
    """

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
    fingerprint: str = ""
    parts: list[Done] = field(default_factory=list)
    _permitted: set[tuple[str, int | None]] = field(default_factory=set)
    _rules: Rulebook | None = None

    @property
    def actor(self) -> Actor:
        """Return the actor of the request."""
        return self.call.actor

    @property
    def now(self) -> datetime:
        """Return the instant of the request to the second, as in the log."""
        return self.call.now.replace(microsecond=0)

    @property
    def day(self) -> date:
        """Return the day of the request in Shanghai."""
        return day_of(self.call.now)

    @property
    def rules(self) -> Rulebook:
        """Return the rules for decisions on the row, with the policies in force; the event records their version
        and packs.
        """
        if self._rules is None:
            self._rules = rules_deciding(self.row, self.day)
        return self._rules

    @property
    def rules_used(self) -> Rulebook:
        """Return the rules that were read, or the platform's rules if none were."""
        return self._rules or rulebook()

    def subject_is(self, row: Kept) -> None:
        """Set the row that the event is about, if it is not ``row``."""
        self._subject = row

    def create(self, model: type[M], **values: Any) -> M:
        """Create a row. The first new row is the subject of the event, unless the operation has a row."""
        values = {name: plain_value(value) for name, value in values.items()}
        row = model(version=1, created_at=self.now, changed_at=self.now, **values)
        demand_transitions(row, None, values)
        demand_fit(row, values)
        row.save(force_insert=True)
        self._image(row, [one.attname for one in model._meta.concrete_fields if one.attname != "id"])
        if self.row is None and self._subject is None:
            self._subject = row
        return row

    def update(self, row: M, **values: Any) -> M:
        """Change a row. Raises ConflictError if it has changed since it was read."""
        values = {name: plain_value(value) for name, value in values.items()}
        demand_transitions(row, {name: getattr(row, name) for name in values}, values)
        is_moved = any(getattr(row, name) != value for name, value in values.items() if name in ("state", "status"))
        for name, value in values.items():
            setattr(row, name, value)
        demand_fit(row, values)
        old = row.version
        row.version, row.changed_at = old + 1, self.now
        names = [column_of(type(row), name).attname for name in values] + ["version", "changed_at"]
        changed = (
            type(row)._default_manager.filter(pk=row.pk, version=old).update(**{n: getattr(row, n) for n in names})
        )
        if changed != 1:
            raise conflict(old)
        self._image(row, names)
        if is_moved:
            overtake_of(row, self.now)
        return row

    def notify(
        self,
        words: Text,
        link: str,
        organisation: Any,
        roles: tuple[MemberRole, ...] = (),
        alone: Account | None = None,
        *,
        asks: bool = False,
    ) -> None:
        """Notify the members of an organisation with one of these roles (all members if none is named). alone: this
        account only. asks: the reader is expected to do something; other notifications are for information.
        """
        organisation_id = getattr(organisation, "pk", organisation)
        self._concerned.add(organisation_id)
        members = Membership.objects.filter(organisation_id=organisation_id, active=True)
        members = members if alone is None else members.filter(account=alone)
        for account, has in members.values_list("account_id", "roles"):
            if account != self.actor.account and (not roles or set(has) & set(roles)):
                self._notices.append(
                    Notice(
                        account_id=account,
                        organisation_id=organisation_id,
                        at=self.now,
                        words=words.as_json(),
                        link=link,
                        asks=asks,
                        mail_at=self.now,
                    )
                )

    def concerns(self, *organisations: Any) -> None:
        """Notify these organisations' programs of the event."""
        self._concerned.update(getattr(one, "pk", one) for one in organisations if one)

    def later(self, kind: str, key: str, run_at: datetime, organisation: Any = None, **payload: Any) -> None:
        """Plan a background job, once for each key."""
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

    def registration(self, number: int, operation: str) -> Registration:
        """Return the registration of a register operation after checking that the actor may run it on this one.

        Raises ForbiddenError, or InputError if no registration has this number.
        """
        found = rows.load(number)
        if found is None:
            raise no_such_registration(number)
        self.demand(operation, found)
        return found

    def demand(self, operation: str, registration: Registration | None = None) -> None:
        """Raise ForbiddenError unless the actor may run a register operation on this registration. The error
        reveals nothing about the registration.
        """
        op = operation_of(operation)
        if op is None or op.policy is None:
            raise AssertionError(f"{operation} is not declared as an operation of the register")
        if not is_permitted(op.policy, self.actor, registration):
            raise forbidden()
        self._permitted.add((operation, None if registration is None else registration.id))

    def fold(self, decision: Decision, *, key: str = "") -> Done:
        """Pass a decision through the fold that ``zhirong platform check`` replays; write its rows, its event and its
        messages.

        key: of the request if the operation does nothing else. Raises InputError if the registration's state does
        not allow it.
        """
        self._demand_permitted(decision)
        found = None if decision.registration is None else rows.load(decision.registration)
        key = key or self.call.part(str(len(self.parts) + 1)).key
        content = {
            **plain(decision.content),
            **({} if decision.answer is None else {"_answer": plain(decision.answer)}),
            "_actor": self.actor.id,
            "_key": key,
            "_request": self.fingerprint,
            "_role": self.actor.capacity.value,
            **rules_content(rulebook()),
            "_verb": decision.operation,
        }
        for name, value in (("_organisation", self.actor.organisation), ("_mandate", self.actor.mandate)):
            if value:
                content[name] = value
        time = log.instant(self.call.now)
        event = RegisterEvent(self.head.size, decision.kind, time, decision.registration, content, rules_version())
        after = found
        if decision.kind.startswith(PLEDGE):
            after = apply_move(found, event)
            rows.save(after, found)
            self.head.last_filing = max(self.head.last_filing, after.id)
            self.head.last_number = max(self.head.last_number, after.number or 0)
        leaf = log.Leaf(
            decision.kind,
            time,
            self.day,
            registration=decision.registration,
            public=decision.public,
            content=content,
            actor=self.actor.id,
            key=key,
        )
        tell_subscribers(log.append(self.head, leaf), after, found)
        done = Done(event.index, decision.kind, answer=decision.answer, registration=after)
        self.parts.append(done)
        if decision.follow is not None:
            decision.follow(self, event.index)
        return done

    def _demand_permitted(self, decision: Decision) -> None:
        """Fail on a transition without a permission check: this is an error in the program, and everything not
        allowed is denied.
        """
        asked = {one for name, one in self._permitted if name == decision.operation}
        if not asked & {decision.registration, None, 0}:
            raise AssertionError(f"{decision.operation} was not permitted")

    def _image(self, row: Kept, names: list[str]) -> None:
        values = {name: image_value(row, name) for name in sorted(set(names))}
        self.images.append({"table": row._meta.model_name, "id": row.pk, "values": values})
