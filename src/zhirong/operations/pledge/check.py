"""The complete recalculation: the log itself, the events against the log, every table against the events."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from zhirong.chain.pledge.register import FREEZE_RIGHT, BrokenRegisterError, RegisterState
from zhirong.chain.pledge.registration import Registration
from zhirong.evidence import canonical
from zhirong.evidence.audit import AuditFinding, audit_log
from zhirong.evidence.entries import entry_of_bytes
from zhirong.evidence.hashes import HashAlgorithm, leaf_hash
from zhirong.evidence.identity import IdentityClaim
from zhirong.evidence.tree import Frontier
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError
from zhirong.kernel.text import Text
from zhirong.operations.outbox import SUBSCRIBED, UNSUBSCRIBED
from zhirong.operations.pledge.check_evidence import evidence_findings
from zhirong.operations.pledge.orders import unfiled_right
from zhirong.operations.register_events import register_event
from zhirong.store import models, rows
from zhirong.store.log import CONTENT_NAME, StoredTiles, public_keys
from zhirong.store.names import check_names, name_key

_DAYS = ("filed_on", "entered_on")


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """The result of the check. findings: none if the register is intact. events: their number. covered: number of
    events covered by a signed checkpoint; entries, hashes and rows of the others could all be rewritten together.
    """

    findings: tuple[AuditFinding, ...]
    events: int
    covered: int


def check_register_alone(folder: Path) -> RegisterCheck:
    """Return every error in the register's tables, without the platform's tables."""
    head = models.LogHead.objects.first()
    if head is None:
        return RegisterCheck((_finding("no_register", "register", "没有登记簿", "there is no register"),), 0, 0)
    if head.algorithm not in tuple(HashAlgorithm):
        wrong = _finding("head", "head algorithm", "未知的哈希算法", "unknown hash function")
        return RegisterCheck((wrong,), 0, 0)
    algorithm = HashAlgorithm(head.algorithm)
    tiles = _CheckedTiles()
    notes = list(models.Checkpoint.objects.order_by("size").values_list("note", flat=True))
    audit = audit_log(head.origin, algorithm, _entries(), tiles, notes, public_keys(folder))
    found = [*tiles.findings, *audit.findings]
    for size, note in models.Checkpoint.objects.values_list("size", "note"):
        if note.split("\n")[1:2] != [str(size)]:
            found.append(
                _finding("column", f"checkpoint {size}", "列与检查点不符", "the column differs from the note")
            )
    found += evidence_findings(folder, head)
    state = RegisterState()
    frontier = Frontier(algorithm)
    subscribed: set[tuple[str, str, str]] = set()
    names: set[str] = set()
    parties: set[tuple[str, str, bool]] = set()
    ever_frozen: set[str] = set()
    is_broken = False
    events = models.Event.objects.defer("day").annotate(day_written=_written("day"))
    for event in events.order_by("index").iterator():
        frontier, _ = frontier.append(leaf_hash(algorithm, event.entry.encode()))
        found += _event_findings(event, algorithm)
        if is_broken:
            continue
        try:
            taken = register_event(event)
            state.take(taken)
            if taken.kind == FREEZE_RIGHT:
                ever_frozen.add(taken.content["right"])
            _take_subscription(taken.kind, taken.content, subscribed)
            if taken.registration is not None:
                for party, _ in rows.parts(state.registrations[taken.registration]):
                    parties.add((party.name, party.code, party.is_natural_person))
                    names.add(party.name)
        except (InputError, BrokenRegisterError, KeyError, ValueError, TypeError) as error:
            found.append(_finding("replay", f"event {event.index}", *_both(f"{type(error).__name__}: {error}")))
            is_broken = True
    if is_broken:
        # The state depends on every event: each further difference would repeat this one.
        return RegisterCheck(tuple(found), audit.size, audit.covered)
    found += _head_findings(head, state, frontier)
    found += _registration_findings(state)
    found += _right_findings(state, ever_frozen)
    found += _party_findings(parties)
    found += [_finding("names", "search", *_both(wrong)) for wrong in check_names(names)]
    held = set(models.Subscription.objects.values_list("subscriber", "target", "value"))
    for one in sorted(held ^ subscribed):
        found.append(_finding("subscription", f"subscription {one}", "与事件不符", "differs from the events"))
    return RegisterCheck(tuple(found), audit.size, audit.covered)


class _CheckedTiles(StoredTiles):
    """The tiles. A tile that is not in the original form (lower-case hexadecimal) is reported, and an unreadable
    one counts as empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[AuditFinding] = []

    def tile(self, tile_level: int, index: int) -> bytes:
        """Return the hashes of one tile."""
        written = self.written(tile_level, index)
        try:
            hashes = bytes.fromhex(written)
        except ValueError:
            hashes = b""
        wrong = _finding(
            "tile_form", f"tile {tile_level}/{index}", "不是小写十六进制", "not lower-case hexadecimal"
        )
        if hashes.hex() != written and wrong not in self.findings:
            self.findings.append(wrong)
        return hashes


def _entries() -> Iterator[tuple[int, bytes]]:
    for index, entry in models.Event.objects.order_by("index").values_list("index", "entry").iterator():
        yield index, entry.encode()


def _written(column: str) -> Cast:
    """Return a date as text, because a damaged one could not be read as a date."""
    return Cast(column, TextField())


def _event_findings(event: models.Event, algorithm: HashAlgorithm) -> list[AuditFinding]:
    place = f"event {event.index}"
    try:
        entry = entry_of_bytes(event.entry.encode())
        content = canonical.decode(event.content.encode())
        commitment = IdentityClaim(CONTENT_NAME, content, bytes.fromhex(event.salt)).commitment(algorithm)
    except (InputError, ValueError) as error:
        return [_finding("event_form", place, *_both(str(error)))]
    if entry.body.get("commitment") != commitment:
        return [
            _finding(
                "content_changed",
                place,
                "内容或盐值与日志中的承诺不符",
                "content or salt does not match the commitment in the log",
            )
        ]
    expected = {
        "kind": entry.kind,
        "registration": entry.body.get("registration"),
        "subject": entry.body.get("subject", ""),
        "actor": content["_actor"],
        "key": content["_key"],
        "day_written": day_of(datetime.fromisoformat(entry.time.replace("Z", "+00:00"))).isoformat(),
        "salt": event.salt.lower(),
    }
    return [
        _finding(
            "column",
            f"{place} {name.removesuffix('_written')}",
            "列与条目不符",
            "the column differs from the entry",
        )
        for name, value in expected.items()
        if getattr(event, name) != value
    ]


def _head_findings(head: models.LogHead, state: RegisterState, frontier: Frontier) -> list[AuditFinding]:
    expected = {
        "size": frontier.size,
        "peaks": b"".join(frontier.peaks).hex(),
        "last_filing": len(state.registrations),
        "last_number": state.last_number,
    }
    found = [
        _finding("head", f"head {name}", f"应为 {value}", f"should be {value}")
        for name, value in expected.items()
        if getattr(head, name) != value
    ]
    numbers = sorted(one.number for one in state.registrations.values() if one.number is not None)
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(_finding("gap", "priority numbers", "有缺号", "a number is missing"))
    return found


def _registration_findings(state: RegisterState) -> list[AuditFinding]:
    found = []
    kept = models.Registration.objects.defer(*_DAYS).annotate(**{f"{day}_written": _written(day) for day in _DAYS})
    held = {row.id: row for row in kept}
    charges: dict[int, dict[str, tuple[int | None, bool]]] = {}
    for registration, key, rank, active in models.Charge.objects.values_list(
        "registration_id", "right__key", "rank", "active"
    ):
        charges.setdefault(registration, {})[key] = (rank, active)
    parts: dict[int, set[tuple[str, str, bool, str]]] = {}
    for registration, name, code, is_natural, part in models.Part.objects.values_list(
        "registration_id", "party__name", "party__code", "party__is_natural_person", "part"
    ):
        parts.setdefault(registration, set()).add((name, code, is_natural, part))
    for number in sorted(state.registrations.keys() | held.keys()):
        one, row = state.registrations.get(number), held.get(number)
        place = f"registration {number}"
        if one is None or row is None:
            zh = "日志中有，表中没有" if row is None else "表中有，日志中没有"
            en = "in the log, not in the table" if row is None else "in the table, not in the log"
            found.append(_finding("registration", place, zh, en))
            continue
        columns = rows.registration_columns(one)
        columns |= {f"{day}_written": None if (on := columns.pop(day)) is None else on.isoformat() for day in _DAYS}
        found += _differing(place, row, columns)
        if charges.get(number, {}) != rows.charge_columns(one):
            found.append(_finding("charges", place, "质押的权利与日志不符", "its rights differ from the log"))
        if parts.get(number, set()) != _parts(one):
            found.append(_finding("parts", place, "当事人与日志不符", "its parties differ from the log"))
    return found


def _parts(one: Registration) -> set[tuple[str, str, bool, str]]:
    return {(party.name, party.code, party.is_natural_person, part) for party, part in rows.parts(one)}


def _differing(place: str, row: Any, expected: dict[str, Any]) -> list[AuditFinding]:
    return [
        _finding("row", f"{place} {name.removesuffix('_written')}", f"应为 {value}", f"should be {value}")
        for name, value in expected.items()
        if getattr(row, name) != value
    ]


def _right_findings(state: RegisterState, ever_frozen: set[str]) -> list[AuditFinding]:
    expected = {key: unfiled_right(key) for key in ever_frozen}
    for one in reversed(state.registrations.values()):  # the first event with a right gives its title
        for right in one.rights:
            expected[right.key] = {"kind": right.kind.value, "number": right.number, "title": right.title}
    found = []
    held = {row.key: row for row in models.Right.objects.all()}
    for key in sorted(expected.keys() ^ held.keys()):
        zh, en = ("表中没有", "not in the table") if key in expected else ("日志中没有", "not in the log")
        found.append(_finding("right", f"right {key}", zh, en))
    for key in sorted(expected.keys() & held.keys()):
        frozen = {"frozen_by": next((one.order for one in state.frozen.get(key, ())), "")}
        found += _differing(f"right {key}", held[key], {**expected[key], **frozen})
    return found


def _party_findings(expected: set[tuple[str, str, bool]]) -> list[AuditFinding]:
    found = []
    held = set()
    for row in models.Party.objects.all():
        held.add((row.name, row.code, row.is_natural_person))
        if row.name_key != name_key(row.name):
            found.append(_finding("row", f"party {row.name} name_key", "与名称不符", "differs from the name"))
    for one in sorted(held ^ expected):
        found.append(_finding("party", f"party {one[0]} {one[1]}", "与日志不符", "differs from the log"))
    return found


def _take_subscription(kind: str, content: Any, subscribed: set[tuple[str, str, str]]) -> None:
    if kind in (SUBSCRIBED, UNSUBSCRIBED):
        one = (content["subscriber"], content["target"], content["value"])
        (subscribed.add if kind == SUBSCRIBED else subscribed.discard)(one)


def _finding(code: str, place: str, zh: str, en: str) -> AuditFinding:
    return AuditFinding(code, place, Text(zh, en))


def _both(words: str) -> tuple[str, str]:
    return words, words
