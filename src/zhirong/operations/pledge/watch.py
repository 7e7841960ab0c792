"""The daily check of everything that stands: what has come up or gone away is an event, and those concerned are
notified.
"""

from dataclasses import dataclass, replace
from typing import Any

from zhirong.evidence import canonical
from zhirong.kernel.errors import Problem
from zhirong.operations.declare import Call
from zhirong.operations.pattern import Decision, Work, act, part_key
from zhirong.operations.permissions import demand
from zhirong.operations.pledge.identities import refresh_identity, stale_identities
from zhirong.operations.pledge.look import watch
from zhirong.store import models

WATCHED = "watch.changed"


@dataclass(frozen=True, slots=True)
class WatchRun:
    """What a run has found. alarms: by registration, everything that stands against it now. changed: those where
    that is not what was recorded before. identities: how many were brought up to date.
    """

    alarms: dict[int, tuple[Problem, ...]]
    changed: tuple[int, ...]
    identities: int


def record_watch(by: Call) -> WatchRun:
    """Examine every standing registration as of today; record each whose alarms have changed, which tells its
    pledgee and its subscribers; bring the identities of rights up to the pledges of now. Harmless when repeated.
    """
    demand(by.actor, "record_watch")
    alarms: dict[int, tuple[Problem, ...]] = {}
    for registration, check in watch(by.now):
        alarms[registration] = (*alarms.get(registration, ()), *check.alarms())
    before = _recorded()
    changed = []
    standing = models.Registration.objects.filter(status="entered").order_by("id").values_list("id", flat=True)
    for identity in list(standing):
        now = [one.as_json() for one in alarms.get(identity, ())]
        if now != before.get(identity, []):
            part = replace(by, key=part_key(by.key, f"watch/{identity}"))

            def decide(work: Work, identity: int = identity, now: Any = now) -> Decision:
                return Decision(WATCHED, identity, {"alarms": now}, {"alarms": len(now)})

            act("record_watch", part, {"registration": identity}, decide, identity)
            changed.append(identity)
    stale = stale_identities()
    for key in stale:
        refresh_identity(replace(by, key=part_key(by.key, f"identity/{key}")), key)
    return WatchRun(alarms, tuple(changed), len(stale))


def _recorded() -> dict[int, list[dict[str, object]]]:
    """By registration, the alarms that were last recorded of it."""
    events = models.Event.objects.filter(kind=WATCHED).order_by("index").values_list("registration", "content")
    return {
        registration: canonical.decode(content.encode())["alarms"] for registration, content in events.iterator()
    }
