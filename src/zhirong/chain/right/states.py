"""Allowed transitions of a right's status and flags, as tables, and the function that makes or rejects them."""

from dataclasses import dataclass

from zhirong.chain.right.events import EVENT_TEXT, Event
from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.chain.right.records import FLAG_TEXT, STATUS_TEXT, Flag, LegalStatus
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# The status after an event, by the status before it.
STATUS_MOVES: dict[tuple[LegalStatus, Event], LegalStatus] = {
    (LegalStatus.PENDING, Event.GRANT): LegalStatus.IN_FORCE,
    (LegalStatus.PENDING, Event.REFUSE): LegalStatus.REFUSED,
    (LegalStatus.PENDING, Event.WITHDRAW): LegalStatus.WITHDRAWN,
    (LegalStatus.REFUSED, Event.REOPEN): LegalStatus.PENDING,
    (LegalStatus.WITHDRAWN, Event.REOPEN): LegalStatus.PENDING,
    (LegalStatus.IN_FORCE, Event.LAPSE): LegalStatus.LAPSED,
    (LegalStatus.IN_FORCE, Event.SURRENDER): LegalStatus.LAPSED,
    (LegalStatus.IN_FORCE, Event.EXPIRE): LegalStatus.EXPIRED,
    (LegalStatus.LAPSED, Event.RESTORE): LegalStatus.IN_FORCE,
    (LegalStatus.IN_FORCE, Event.RENEW): LegalStatus.IN_FORCE,
    (LegalStatus.EXPIRED, Event.RENEW): LegalStatus.IN_FORCE,
    # An invalid right is void from the start, so a right already ended can still be declared invalid.
    (LegalStatus.IN_FORCE, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.LAPSED, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.EXPIRED, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.INVALIDATED, Event.REINSTATE): LegalStatus.IN_FORCE,
}

# The flag that an event sets or clears, and the statuses in which it may be set.
FLAGS_PUT: dict[Event, tuple[Flag, frozenset[LegalStatus]]] = {
    Event.PLEDGE: (Flag.PLEDGED, frozenset({LegalStatus.IN_FORCE})),
    Event.FREEZE: (Flag.FROZEN, frozenset({LegalStatus.PENDING, LegalStatus.IN_FORCE})),
    Event.OPEN_INVALIDATION: (
        Flag.INVALIDATION_PENDING,
        frozenset({LegalStatus.IN_FORCE, LegalStatus.LAPSED, LegalStatus.EXPIRED}),
    ),
    Event.OPEN_DISPUTE: (Flag.IN_DISPUTE, frozenset({LegalStatus.PENDING, LegalStatus.IN_FORCE})),
}
FLAGS_LIFTED: dict[Event, Flag] = {
    Event.DISCHARGE: Flag.PLEDGED,
    Event.UNFREEZE: Flag.FROZEN,
    Event.CLOSE_INVALIDATION: Flag.INVALIDATION_PENDING,
    Event.CLOSE_DISPUTE: Flag.IN_DISPUTE,
}

# Flags that block events. A pledgee's consent permits those in NEEDS_CONSENT.
BARRED_BY: dict[Event, frozenset[Flag]] = {
    Event.PLEDGE: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
    Event.SURRENDER: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
    Event.WITHDRAW: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
}
NEEDS_CONSENT: dict[Event, Flag] = {Event.SURRENDER: Flag.PLEDGED}
NEEDS_FLAG: dict[Event, Flag] = {Event.INVALIDATE: Flag.INVALIDATION_PENDING}
# An event that settles a matter also clears its flag.
LIFTS_ALSO: dict[Event, Flag] = {Event.INVALIDATE: Flag.INVALIDATION_PENDING}


@dataclass(frozen=True, slots=True)
class RightState:
    """A status and the additional flags."""

    status: LegalStatus
    flags: frozenset[Flag] = frozenset()


def transition(kind: RightKind, state: RightState, event: Event, *, pledgee_consents: bool = False) -> RightState:
    """Return the state after ``event``. Raises InputError with the reason if it is not allowed."""
    refusal = refusal_of(kind, state, event, pledgee_consents=pledgee_consents)
    if refusal is not None:
        raise InputError([refusal])
    if event in FLAGS_PUT:
        return RightState(state.status, state.flags | {FLAGS_PUT[event][0]})
    if event in FLAGS_LIFTED:
        return RightState(state.status, state.flags - {FLAGS_LIFTED[event]})
    flags = state.flags - {LIFTS_ALSO[event]} if event in LIFTS_ALSO else state.flags
    return RightState(STATUS_MOVES[state.status, event], flags)


def refusal_of(
    kind: RightKind, state: RightState, event: Event, *, pledgee_consents: bool = False
) -> Problem | None:
    """Return why ``event`` cannot happen to a right of this kind in this state, or None if it can."""
    name, status = EVENT_TEXT[event], STATUS_TEXT[state.status]
    if event not in KINDS[kind].events:
        return _refuse(
            event,
            "not_for_kind",
            Text(
                f"{KINDS[kind].text.zh}没有“{name.zh}”", f'"{KINDS[kind].text.en}" does not exist for a {name.en}'
            ),
            Text("请检查权利种类或事件", "check the kind or the event"),
        )
    in_status = state.status in FLAGS_PUT[event][1] if event in FLAGS_PUT else (state.status, event) in STATUS_MOVES
    if event not in FLAGS_LIFTED and not in_status:
        return _refuse(
            event,
            "not_in_status",
            Text(f"状态为“{status.zh}”时不能“{name.zh}”", f'"{name.en}" cannot follow the status "{status.en}"'),
            Text("请检查当前状态或事件的先后", "check the status, or the order of events"),
        )
    if event in FLAGS_PUT and FLAGS_PUT[event][0] in state.flags:
        flag = FLAG_TEXT[FLAGS_PUT[event][0]]
        return _refuse(
            event,
            "flag_there",
            Text(f"已经是“{flag.zh}”", f'it is already "{flag.en}"'),
            Text("请先办结原有事项", "close the earlier matter first"),
        )
    needed = FLAGS_LIFTED.get(event) or NEEDS_FLAG.get(event)
    if needed is not None and needed not in state.flags:
        flag = FLAG_TEXT[needed]
        return _refuse(
            event,
            "flag_missing",
            Text(f"目前没有“{flag.zh}”", f'it is not "{flag.en}"'),
            Text("请先登记相应的事项", "record that matter first"),
        )
    barring = sorted(BARRED_BY.get(event, frozenset()) & state.flags)
    if barring:
        flag = FLAG_TEXT[barring[0]]
        return _refuse(
            event,
            "barred",
            Text(f"“{flag.zh}”期间不能“{name.zh}”", f'"{name.en}" is not possible while it is "{flag.en}"'),
            Text("请等待该事项解除", "wait until that matter is closed"),
        )
    if NEEDS_CONSENT.get(event) in state.flags and not pledgee_consents:
        return _refuse(
            event,
            "pledgee_consent",
            Text("质押期间须经质权人同意", "while pledged this needs the pledgee's consent"),
            Text("请取得质权人的书面同意", "obtain the pledgee's written consent"),
        )
    return None


def _refuse(event: Event, code: str, reason: Text, hint: Text) -> Problem:
    return Problem("event", event.value, reason, hint, code)
