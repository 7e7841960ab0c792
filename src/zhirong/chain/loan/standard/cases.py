"""Reference cases of the standard: run them from terms and observations, and compare them with the published
results.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhirong.chain.loan.standard.contract import ENHANCEMENT_TYPES, StandardTerms, read_contract, refused
from zhirong.chain.loan.standard.enhancements import evolve_enhancement, read_enhancement
from zhirong.chain.loan.standard.event_effects import Market, Series, evolve
from zhirong.chain.loan.standard.timeline import Observed
from zhirong.chain.loan.standard.times import parse_time
from zhirong.kernel.text import Text

ABSOLUTE = 1e-6
RELATIVE = 1e-9

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class EventDifference:
    """A difference between a calculated event and a published one. event: counted from 1. field: empty for the
    count.
    """

    event: int
    field: str
    computed: object
    published: object


def run_case(case: Mapping[str, Any]) -> list[Row]:
    """Return the events of one case, from its terms, observed data and events alone.

    Raises InputError for terms or observations that cannot be read, ValueError for terms that define no contract.
    """
    terms = case.get("terms")
    if not isinstance(terms, Mapping):
        raise refused("terms", terms, Text("应为合同条款表", "must be a table of contract terms"))
    market = read_market(case.get("dataObserved") or {})
    observed = read_observed(case.get("eventsObserved") or [])
    until = StandardTerms(case).time("to")
    if str(terms.get("contractType", "")).strip().upper() in ENHANCEMENT_TYPES:
        return [
            {
                "eventDate": event.time.isoformat(),
                "eventType": event.type,
                "payoff": event.payoff,
                "currency": event.currency,
                "notionalPrincipal": event.notional,
                **({} if event.exercised is None else {"exerciseDate": event.exercised.isoformat()}),
                "exerciseAmount": event.exercise_amount,
            }
            for event in evolve_enhancement(read_enhancement(terms), market, observed, until)
        ]
    return [
        {
            "eventDate": event.time.isoformat(),
            "eventType": event.type,
            "payoff": event.payoff,
            "currency": event.currency,
            "notionalPrincipal": event.state.notional,
            "nominalInterestRate": event.state.rate,
            "accruedInterest": event.state.accrued,
        }
        for event in evolve(read_contract(terms), market, observed, until)
    ]


def first_difference(computed: Sequence[Row], published: Sequence[Mapping[str, Any]]) -> EventDifference | None:
    """Return the first field of the first event that differs by more than ``ABSOLUTE`` and ``RELATIVE``; None if
    all agree.
    """
    for number, (ours, theirs) in enumerate(zip(computed, published, strict=False), 1):
        for field, value in theirs.items():
            if not _agrees(ours.get(field), value, field):
                return EventDifference(number, field, ours.get(field), value)
    if len(computed) != len(published):
        return EventDifference(min(len(computed), len(published)) + 1, "", len(computed), len(published))
    return None


def read_market(data: Mapping[str, Any]) -> Market:
    """Return the observed quantities by code. Raises InputError naming the one that cannot be read."""
    if not isinstance(data, Mapping):
        raise refused("dataObserved", data, Text("应为按代码列出的表", "must be a table by code"))
    market: dict[str, Series] = {}
    for code, entry in data.items():
        try:
            points = [(parse_time(str(point["timestamp"])), float(point["value"])) for point in entry["data"]]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise refused(
                f"dataObserved.{code}", entry, Text("应为 timestamp 与 value", "needs timestamp and value")
            ) from error
        market[code] = Series(code, tuple(sorted(points)))
    return market


def read_observed(events: Sequence[Mapping[str, Any]]) -> list[Observed]:
    """Return the observed events, in the order of their times. Raises InputError naming the one that cannot be
    read.
    """
    if not isinstance(events, list):
        raise refused("eventsObserved", events, Text("应为事件列表", "must be a list of events"))
    found: list[Observed] = []
    for number, event in enumerate(events, 1):
        try:
            found.append(
                Observed(
                    type=str(event["type"]),
                    time=parse_time(str(event["time"])),
                    value=float(event.get("value") or 0.0),
                    contract=str(event.get("contractId") or ""),
                    performance=str((event.get("states") or {}).get("contractPerformance") or ""),
                )
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise refused(
                f"eventsObserved[{number}]", event, Text("应有 time、type", "needs time and type")
            ) from error
    return sorted(found, key=lambda event: event.time)


def _agrees(ours: object, theirs: object, field: str) -> bool:
    if field.endswith("Date"):
        return ours is not None and parse_time(str(ours)) == parse_time(str(theirs))
    if isinstance(ours, float | int):
        try:
            published = float(str(theirs))
        except ValueError:
            return False
        return abs(ours - published) <= max(ABSOLUTE, RELATIVE * abs(published))
    return str(ours) == str(theirs).strip()
