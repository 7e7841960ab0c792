"""The history of a case for its pages: actors, actions, times and changes with old and new values, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhirong.kernel.text import Text
from zhirong.operations.credit.exemption import events_of, history
from zhirong.operations.platform.changes import Change, changes_of
from zhirong.store.financing import Case


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event. who: empty for readers of another institution. rules: the version of the rules of its day."""

    index: int
    at: datetime
    who: str
    house: str
    what: Text
    changes: tuple[Change, ...]
    rules: str


def history_of(case: Case) -> list[HistoryLine]:
    """Return every event of a case for its lender."""
    events = list(events_of(case))
    lines = zip(history(events), changes_of(events), strict=True)
    return [_line(one, changes) for one, changes in lines][::-1]


def history_for_others(case: Case, organisation: str) -> list[HistoryLine]:
    """Return the events of a case that changed something its company or guarantor sees. The reader's colleagues are
    named; other people are shown by their institution.
    """
    events = list(events_of(case))
    lines = zip(history(events), changes_of(events, is_lender=False), strict=True)
    return [_line(one, changes, organisation) for one, changes in lines if changes][::-1]


def _line(one: dict[str, Any], changes: tuple[Change, ...], organisation: str | None = None) -> HistoryLine:
    return HistoryLine(
        index=one["index"],
        at=datetime.fromisoformat(one["at"]),
        who=one["who"] if organisation in (None, one["organisation"]) else "",
        house=one["organisation"],
        what=one["what"],
        changes=changes,
        rules=one["rules"],
    )
