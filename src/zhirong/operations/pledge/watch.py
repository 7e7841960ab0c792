"""The daily check of all active registrations: new and resolved alarms are events, and the parties are notified."""

from dataclasses import dataclass

from zhirong.evidence import canonical
from zhirong.kernel.errors import Problem
from zhirong.kernel.text import Text
from zhirong.operations.authorize import may
from zhirong.operations.declare import LIBRARY_OPERATIONS, Call, library_operation
from zhirong.operations.pledge.identities import refresh_identity, stale_identities
from zhirong.operations.pledge.search import watch
from zhirong.operations.refusals import forbidden
from zhirong.operations.register_events import WATCHED
from zhirong.operations.register_policy import BY_REGISTRAR
from zhirong.operations.run import run_call
from zhirong.operations.unit_of_work import Decision, Work
from zhirong.store import models

_WATCH = library_operation("register.watch", Text("每日复查", "Daily watch"), BY_REGISTRAR)


@dataclass(frozen=True, slots=True)
class WatchRun:
    """The result of a run. alarms: by registration, all its current alarms. changed: registrations whose alarms
    differ from the recorded ones. identities: number of updated ones.
    """

    alarms: dict[int, tuple[Problem, ...]]
    changed: tuple[int, ...]
    identities: int


def record_watch(call: Call) -> WatchRun:
    """Examine every active registration as of today; record each whose alarms have changed, which notifies its
    pledgee and its subscribers; update the identities of rights to the current pledges. Can be called repeatedly.
    """
    if not may(call.actor, LIBRARY_OPERATIONS[_WATCH]):
        raise forbidden()
    alarms: dict[int, tuple[Problem, ...]] = {}
    for registration, check in watch(call.now):
        alarms[registration] = (*alarms.get(registration, ()), *check.alarms())
    before = _recorded()
    changed = []
    standing = models.Registration.objects.filter(status="entered").order_by("id").values_list("id", flat=True)
    for identity in list(standing):
        now = [one.as_json() for one in alarms.get(identity, ())]
        if now != before.get(identity, []):
            _record(call.part(f"watch/{identity}"), identity, now)
            changed.append(identity)
    stale = stale_identities()
    for key in stale:
        refresh_identity(call.part(f"identity/{key}"), key)
    return WatchRun(alarms, tuple(changed), len(stale))


def _record(call: Call, registration: int, alarms: list[dict[str, object]]) -> None:
    """Record the alarms of one registration in a separate transaction: thousands of them must not block other
    writes.
    """

    def decide(work: Work) -> Decision:
        found = work.registration(registration, _WATCH)
        return Decision(_WATCH, WATCHED, found.id, {"alarms": alarms}, {"alarms": len(alarms)})

    run_call(_WATCH, call, {"registration": registration}, decide)


def _recorded() -> dict[int, list[dict[str, object]]]:
    """Return the last recorded alarms by registration."""
    events = models.Event.objects.filter(kind=WATCHED).order_by("index").values_list("registration", "content")
    return {
        registration: canonical.decode(content.encode())["alarms"]
        for registration, content in events.iterator()
        if registration is not None
    }
