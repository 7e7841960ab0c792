"""All records about appraisals in one place, and their anomalies on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from zhirong.chain.appraisal_practice.conduct import (
    ConductFlag,
    Deviation,
    Disposal,
    TrackRecord,
    conduct_flags,
    deviations,
    sanctions_on,
    track_records,
)
from zhirong.chain.appraisal_practice.people import Agency, Pool, Sanction, read_pool
from zhirong.chain.appraisal_practice.records import STATE_TEXT, ValueRecord, read_record
from zhirong.chain.appraisal_practice.revaluation import EventKind, RevaluationDue, ValueEvent, revaluations
from zhirong.kernel.explain import plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Registry:
    """Records of values, disposals and events of their rights, agencies and experts."""

    records: tuple[ValueRecord, ...]
    disposals: tuple[Disposal, ...]
    events: tuple[ValueEvent, ...]
    pool: Pool


@dataclass(frozen=True, slots=True)
class RegistryReview:
    """The anomalies on ``day``. due: records in use that need a new appraisal, soonest first. sanctions: with their
    agency.
    """

    day: date
    records: tuple[ValueRecord, ...]
    flags: tuple[ConductFlag, ...]
    deviations: tuple[Deviation, ...]
    tracks: tuple[TrackRecord, ...]
    sanctions: tuple[tuple[Agency, Sanction], ...]
    due: tuple[tuple[ValueRecord, RevaluationDue], ...]

    def as_json(self) -> dict[str, Any]:
        """Return a dictionary with stable keys; amounts as strings in yuan."""
        return {
            "schema": "zhirong.appraisal_review/1",
            "as_of": self.day.isoformat(),
            "records": [
                {
                    "id": record.id,
                    "grade": record.grade,
                    "state": record.state(self.day),
                    "state_text": STATE_TEXT[record.state(self.day)].as_json(),
                    "value": yuan(record.value),
                    "valid_until": record.valid_until.isoformat(),
                }
                for record in self.records
            ],
            "flags": [
                {"code": flag.code, "records": list(flag.records), "text": flag.text.as_json()}
                for flag in self.flags
            ],
            "deviations": [
                {
                    "record": one.record_id,
                    "agency": one.agency,
                    "right": one.right_id,
                    "value": yuan(one.value),
                    "proceeds": yuan(one.proceeds),
                    "ratio": plain(one.ratio),
                    "inside_interval": one.inside,
                    "years": plain(one.years),
                }
                for one in self.deviations
            ],
            "track_records": [
                {
                    "agency": one.agency,
                    "count": one.count,
                    "median_ratio": plain(one.median_ratio),
                    "covered": plain(one.covered),
                    "finding": one.finding,
                }
                for one in self.tracks
            ],
            "sanctions": [
                {
                    "agency": agency.id,
                    "by": sanction.by,
                    "reason": sanction.reason,
                    "start": sanction.start.isoformat(),
                    "end": None if sanction.end is None else sanction.end.isoformat(),
                    "in_force": sanction.holds(self.day),
                    "bars": sanction.bars,
                }
                for agency, sanction in self.sanctions
            ],
            "revaluations": [
                {
                    "record": record.id,
                    "code": due.code,
                    "reason": due.reason.as_json(),
                    "due_on": due.due_on.isoformat(),
                    "overdue": due.is_overdue(self.day),
                }
                for record, due in self.due
            ],
        }


def read_registry(reader: Reader, day: date) -> Registry:
    """Read the tables ``[[record]]``, ``[[disposal]]``, ``[[event]]``, ``[[agency]]`` and ``[[expert]]``; each may
    be omitted. No date may be after ``day``. Fields: see docs/en/reference/appraisal-practice.md.
    """
    records = tuple(read_record(entry, day) for entry in reader.tables("record"))
    ids = [record.id for record in records]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        reader.problem(
            "record",
            "、".join(twice),
            "id_twice",
            Text("两份记录的编号相同", "two records have the same id"),
            Text("请更正其中一份的编号（id）", "correct the id of one of them"),
        )
    disposals = tuple(_read_disposal(entry, day) for entry in reader.tables("disposal"))
    sold = [disposal.right_id for disposal in disposals]
    again = sorted({one for one in sold if sold.count(one) > 1})
    if again:
        reader.problem(
            "disposal",
            "、".join(again),
            "sold_twice",
            Text("同一权利的处置重复填写", "the same right is disposed of twice"),
            Text("请合并为一条，处置所得相加", "merge them, and add up the proceeds"),
        )
    events = tuple(_read_event(entry, day) for entry in reader.tables("event"))
    return Registry(records, disposals, events, read_pool(reader))


def review(registry: Registry, rules: Rulebook, day: date) -> RegistryReview:
    """Return the anomalies of a registry on ``day``: questions to ask, no verdicts."""
    known = tuple(record for record in registry.records if record.issued_on <= day)
    found = deviations(known, registry.disposals)
    in_use = [record for record in known if record.withdrawn_on is None]
    due = [(record, one) for record in in_use for one in revaluations(record, registry.events, rules, day)]
    return RegistryReview(
        day,
        known,
        conduct_flags(known, rules, day),
        found,
        track_records(found, rules, day),
        tuple((agency, one) for agency in registry.pool.agencies for one in sanctions_on(agency, day)),
        tuple(sorted(due, key=lambda pair: (pair[1].due_on, pair[0].id, pair[1].code))),
    )


def _read_disposal(reader: Reader, day: date) -> Disposal:
    disposal = Disposal(reader.text("right"), _past(reader, "sold_on", day), reader.money("proceeds"))
    reader.finish()
    return disposal


def _read_event(reader: Reader, day: date) -> ValueEvent:
    kind: EventKind = reader.choice("kind", _KINDS)  # type: ignore[assignment]
    event = ValueEvent(reader.text("right"), kind, _past(reader, "happened_on", day), reader.text("source"))
    reader.finish()
    return event


_KINDS: Sequence[str] = get_args(EventKind)


def _past(reader: Reader, name: str, day: date) -> date:
    found = reader.day(name)
    if found > day:
        reader.problem(
            name,
            found,
            "date_in_future",
            Text(f"晚于 {day}", f"after {day}"),
            Text("请更正日期", "correct the date"),
        )
    return found
