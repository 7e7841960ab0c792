"""Data for the registrar's desk: filings by deadline, the grounds and the history of one filing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from zhirong.chain.pledge.changes import FieldChange, changes_of
from zhirong.chain.pledge.precheck import RightCheck
from zhirong.chain.pledge.records import GroundFinding
from zhirong.chain.pledge.register import PLEDGE, apply_move
from zhirong.chain.pledge.register_json import registration_of
from zhirong.chain.pledge.registration import (
    MOVE_WORDS,
    REGISTER_ALLOWED,
    RegisterRole,
    RegisterTransition,
    Registration,
    Status,
)
from zhirong.evidence import canonical
from zhirong.evidence.entries import entry_of_bytes
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.pledge.facts import check_rights, latest_facts, read_facts, settled_grounds
from zhirong.operations.register_events import register_event
from zhirong.operations.register_policy import may_read
from zhirong.operations.rulebook import rulebook
from zhirong.store import models, rows

_MOST = 200
_OPEN = (Status.PREPARED.value, Status.FILED.value, Status.EXAMINED.value)
KIND_WORDS: Mapping[str, Text] = {
    "facts.updated": Text("更新摘录", "newer extracts stored"),
    "reconciliation.alarm": Text("与登记机关数据不一致", "differs from the authority's data"),
    "reconciliation.made": Text("与登记机关核对", "compared with an authority"),
    "certificate.registration": Text("出具登记证明", "certificate issued"),
    "certificate.search": Text("出具查询证明", "search certificate issued"),
    "subscription.opened": Text("订阅", "subscription opened"),
    "subscription.closed": Text("取消订阅", "subscription closed"),
    "right.freeze": Text("冻结权利", "right frozen"),
    "right.renew_freeze": Text("续行冻结权利", "freeze renewed"),
    "right.unfreeze": Text("解除冻结权利", "right unfrozen"),
}
_OPERATIONS: Mapping[RegisterTransition, str] = {
    RegisterTransition.FILE: "submit",
    RegisterTransition.ACCEPT: "examine",
    RegisterTransition.ENTER: "register",
    RegisterTransition.RECORD_AUTHORITY: "record_authority",
    RegisterTransition.AMEND: "amend",
    RegisterTransition.EXTEND: "extend",
    RegisterTransition.TRANSFER_CLAIM: "transfer",
    RegisterTransition.PARTIALLY_DISCHARGE: "release_part",
    RegisterTransition.CORRECT: "correct",
    RegisterTransition.FREEZE: "court_order",
    RegisterTransition.DISCHARGE: "discharge",
    RegisterTransition.REVOKE: "revoke",
    RegisterTransition.WITHDRAW: "withdraw",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A filing that awaits a decision. days_left: until the last day of its examination; negative after it."""

    registration: Registration
    days_left: int | None


def waiting(day: date) -> list[Waiting]:
    """Return every undecided filing, the most urgent first."""
    states = models.Registration.objects.filter(status__in=_OPEN).order_by("filed_on", "id")
    found = [
        registration_of(canonical.decode(one.encode())) for one in states.values_list("state", flat=True)[:_MOST]
    ]
    made = [Waiting(one, None if one.review_by is None else (one.review_by - day).days) for one in found]
    return sorted(made, key=lambda one: (one.days_left is None, one.days_left or 0, one.registration.id))


def may_see(actor: Actor, one: Registration) -> bool:
    """Return whether the actor may see it: everybody may see published registrations, only its parties and the
    registrar a filing.
    """
    return one.is_published or may_read(actor, "view", one)


def possible(one: Registration) -> list[str]:
    """Return the operations that the chain's table allows for a registration now, in the order of the desk."""
    status, role = Status(one.status), RegisterRole(one.role)
    return [
        f"registration.{name}" for move, name in _OPERATIONS.items() if (role, status, move) in REGISTER_ALLOWED
    ]


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of one right. place: the key of its finding. is_open: it still has to be clarified."""

    finding: GroundFinding
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """One right of a filing with every ground. problems: other obstacles (rank, freeze)."""

    check: RightCheck
    grounds: tuple[Ground, ...]


def examination(one: Registration, day: date) -> tuple[Examined, ...]:
    """Examine the rights of a filing, ground by ground, with today's rules and the current register."""
    filing, rights = read_facts(latest_facts(one.id))
    settled = settled_grounds(one.id)
    return tuple(
        Examined(check, tuple(_ground(check.key, finding, settled) for finding in check.findings))
        for check in check_rights(filing, rights, day, rulebook())
    )


def _ground(key: str, finding: GroundFinding, settled: set[str]) -> Ground:
    place = f"{key}/{finding.number}"
    return Ground(finding, place, finding.verdict.value == "unknown" and place not in settled)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a registration. detail: the part for readers (reason, order), as in the event.

    changes: the changed fields of the registration, each with its former value.
    """

    index: int
    kind: str
    time: str
    words: Text
    actor: str
    detail: str
    changes: tuple[FieldChange, ...]

    @property
    def at(self) -> datetime:
        """Return the instant of the event."""
        return datetime.fromisoformat(self.time)


def history(registration: int) -> list[Happened]:
    """Return the history of a registration in the order of the log."""
    found: list[Happened] = []
    state: Registration | None = None
    for event in models.Event.objects.filter(registration=registration).order_by("index"):
        content = canonical.decode(event.content.encode())
        detail = str(content.get("reason") or content.get("order") or content.get("authority_number") or "")
        time = entry_of_bytes(event.entry.encode()).time
        taken, before = register_event(event), state
        if taken.move is not None:
            state = apply_move(before, taken)
        changes = () if state is None or state is before else changes_of(before, state)
        found.append(Happened(event.index, event.kind, time, event_words(event.kind), event.actor, detail, changes))
    return found


def event_words(kind: str) -> Text:
    """Return the name of an event of the register; an unknown kind is returned unchanged."""
    try:
        return MOVE_WORDS[RegisterTransition(kind.removeprefix(PLEDGE))]
    except ValueError:
        return KIND_WORDS.get(kind, Text(kind, kind))


def load(registration: int) -> Registration | None:
    """Return the current registration."""
    return rows.load(registration)


def reconciliations(limit: int = 20) -> list[tuple[int, str, str, list[Any]]]:
    """Return the latest comparisons with authorities: index, time, authority, differences."""
    found = []
    for event in models.Event.objects.filter(kind="reconciliation.made").order_by("-index")[:limit]:
        content = canonical.decode(event.content.encode())
        time = entry_of_bytes(event.entry.encode()).time
        found.append((event.index, time, content["authority"], content["differences"]))
    return found


def readable(one: Registration, day: date) -> tuple[tuple[Examined, ...], InputError | None]:
    """Return the examination, or the reason why today's rules cannot read the facts of the filing."""
    try:
        return examination(one, day), None
    except InputError as error:
        return (), error
