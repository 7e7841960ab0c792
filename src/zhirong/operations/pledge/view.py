"""What the registrar's desk shows: filings by their deadlines, the grounds of one, what has happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
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
    "facts.updated": Text("更新摘录", "newer extracts kept"),
    "reconciliation.alarm": Text("与登记机关数据不同", "differs from the authority's data"),
    "reconciliation.made": Text("与登记机关核对", "compared with an authority"),
    "certificate.registration": Text("出具登记证明", "certificate given"),
    "certificate.search": Text("出具查询证明", "certificate of search given"),
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
    """A filing that waits. days_left: until the last day of its examination; negative once it has passed."""

    registration: Registration
    days_left: int | None


def waiting(day: date) -> list[Waiting]:
    """Every filing that is not decided yet, the most urgent first."""
    states = models.Registration.objects.filter(status__in=_OPEN).order_by("filed_on", "id")
    found = [
        registration_of(canonical.decode(one.encode())) for one in states.values_list("state", flat=True)[:_MOST]
    ]
    made = [Waiting(one, None if one.review_by is None else (one.review_by - day).days) for one in found]
    return sorted(made, key=lambda one: (one.days_left is None, one.days_left or 0, one.registration.id))


def may_see(actor: Actor, one: Registration) -> bool:
    """What a register publishes is everybody's; a filing is its parties' and the registrar's business."""
    return one.is_published or may_read(actor, "view", one)


def possible(one: Registration) -> list[str]:
    """The operations that are allowed for a registration now, by the chain's table, in the order of the desk."""
    status, role = Status(one.status), RegisterRole(one.role)
    return [
        f"registration.{name}" for move, name in _OPERATIONS.items() if (role, status, move) in REGISTER_ALLOWED
    ]


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of one right. place: under which what was found out is kept. is_open: it must be found out."""

    finding: GroundFinding
    place: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """One right of a filing with every ground. problems: what else is in the way (rank, freeze)."""

    check: RightCheck
    grounds: tuple[Ground, ...]


def examination(one: Registration, day: date) -> tuple[Examined, ...]:
    """The rights of a filing, ground by ground, by today's rules and what the register holds now."""
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
    """One event of a registration. detail: what a person reads of it (reason, order), as it is in the event.

    changes: what it changed of the registration, each with what it was before.
    """

    index: int
    kind: str
    time: str
    words: Text
    actor: str
    detail: str
    changes: tuple[FieldChange, ...]


def history(registration: int) -> list[Happened]:
    """What has happened to a registration, in the order of the log."""
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
    """What an event of the register is called; a kind without words as it is written."""
    try:
        return MOVE_WORDS[RegisterTransition(kind.removeprefix(PLEDGE))]
    except ValueError:
        return KIND_WORDS.get(kind, Text(kind, kind))


def load(registration: int) -> Registration | None:
    """A registration as it stands."""
    return rows.load(registration)


def reconciliations(limit: int = 20) -> list[tuple[int, str, str, list[Any]]]:
    """The latest comparisons with authorities: index, time, authority, differences."""
    found = []
    for event in models.Event.objects.filter(kind="reconciliation.made").order_by("-index")[:limit]:
        content = canonical.decode(event.content.encode())
        time = entry_of_bytes(event.entry.encode()).time
        found.append((event.index, time, content["authority"], content["differences"]))
    return found


def readable(one: Registration, day: date) -> tuple[tuple[Examined, ...], InputError | None]:
    """The examination, or why the facts of the filing cannot be read by today's rules."""
    try:
        return examination(one, day), None
    except InputError as error:
        return (), error
