"""Lawful moves of a right's status and flags, as tables, and the one function that makes them or refuses."""

from dataclasses import dataclass
from enum import StrEnum

from zhirong.chain.right.records import FLAG_TEXT, KIND_TEXT, STATUS_TEXT, Flag, LegalStatus, RightKind
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


class Event(StrEnum):
    """What can happen to a right.

    GRANT: granted or registered. WITHDRAW: withdrawn, deemed withdrawn or given up before grant. REOPEN: refusal or
    withdrawal undone. LAPSE: ended for an unpaid fee, cancelled, disclosed or without its firm. SURRENDER: given up in
    writing. RESTORE: lapse undone. RENEW: a trademark's next term. REINSTATE: invalidation undone by a court.
    """

    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    LAPSE = "lapse"
    SURRENDER = "surrender"
    EXPIRE = "expire"
    RESTORE = "restore"
    RENEW = "renew"
    INVALIDATE = "invalidate"
    REINSTATE = "reinstate"
    PLEDGE = "pledge"
    DISCHARGE = "discharge"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    OPEN_INVALIDATION = "open_invalidation"
    CLOSE_INVALIDATION = "close_invalidation"
    OPEN_DISPUTE = "open_dispute"
    CLOSE_DISPUTE = "close_dispute"


EVENT_TEXT: dict[Event, Text] = {
    Event.GRANT: Text("授权或注册", "grant or registration"),
    Event.REFUSE: Text("驳回", "refusal"),
    Event.WITHDRAW: Text("撤回或视为撤回", "withdrawal"),
    Event.REOPEN: Text("恢复审查", "reopening"),
    Event.LAPSE: Text("终止", "lapse"),
    Event.SURRENDER: Text("书面放弃", "surrender"),
    Event.EXPIRE: Text("届满", "expiry"),
    Event.RESTORE: Text("恢复权利", "restoration"),
    Event.RENEW: Text("续展", "renewal"),
    Event.INVALIDATE: Text("宣告无效", "invalidation"),
    Event.REINSTATE: Text("撤销无效宣告", "invalidation undone"),
    Event.PLEDGE: Text("质押登记", "registration of a pledge"),
    Event.DISCHARGE: Text("质押注销", "discharge of the pledge"),
    Event.FREEZE: Text("保全或冻结", "freezing"),
    Event.UNFREEZE: Text("解除保全", "unfreezing"),
    Event.OPEN_INVALIDATION: Text("启动无效宣告程序", "start of invalidation"),
    Event.CLOSE_INVALIDATION: Text("无效宣告程序终结", "close of invalidation"),
    Event.OPEN_DISPUTE: Text("发生权属争议", "ownership dispute"),
    Event.CLOSE_DISPUTE: Text("权属争议终结", "end of the dispute"),
}

# From which status an event leads where.
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
    # Invalid means void from the start, so a right already ended can still be declared so.
    (LegalStatus.IN_FORCE, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.LAPSED, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.EXPIRED, Event.INVALIDATE): LegalStatus.INVALIDATED,
    (LegalStatus.INVALIDATED, Event.REINSTATE): LegalStatus.IN_FORCE,
}

# Which flag an event puts or lifts, and the statuses in which it may be put.
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

# Flags that stand in the way. A pledgee's consent clears the way for those in NEEDS_CONSENT.
BARRED_BY: dict[Event, frozenset[Flag]] = {
    Event.PLEDGE: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
    Event.SURRENDER: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
    Event.WITHDRAW: frozenset({Flag.FROZEN, Flag.IN_DISPUTE}),
}
NEEDS_CONSENT: dict[Event, Flag] = {Event.SURRENDER: Flag.PLEDGED}
NEEDS_FLAG: dict[Event, Flag] = {Event.INVALIDATE: Flag.INVALIDATION_PENDING}
# An event that settles a matter also lifts its flag.
LIFTS_ALSO: dict[Event, Flag] = {Event.INVALIDATE: Flag.INVALIDATION_PENDING}

_ANY_KIND = frozenset(
    {
        Event.LAPSE,
        Event.SURRENDER,
        Event.PLEDGE,
        Event.DISCHARGE,
        Event.FREEZE,
        Event.UNFREEZE,
        Event.OPEN_DISPUTE,
        Event.CLOSE_DISPUTE,
    }
)
_EXAMINED = _ANY_KIND | {
    Event.GRANT,
    Event.REFUSE,
    Event.WITHDRAW,
    Event.REOPEN,
    Event.EXPIRE,
    Event.RESTORE,
    Event.INVALIDATE,
    Event.REINSTATE,
    Event.OPEN_INVALIDATION,
    Event.CLOSE_INVALIDATION,
}
EVENTS_OF_KIND: dict[RightKind, frozenset[Event]] = {
    RightKind.INVENTION: _EXAMINED,
    RightKind.UTILITY_MODEL: _EXAMINED,
    RightKind.DESIGN: _EXAMINED,
    RightKind.TRADEMARK: _EXAMINED | {Event.RENEW},
    RightKind.LAYOUT_DESIGN: _EXAMINED,
    RightKind.PLANT_VARIETY: _EXAMINED,
    RightKind.COPYRIGHT: _ANY_KIND | {Event.EXPIRE},
    RightKind.SOFTWARE: _ANY_KIND | {Event.EXPIRE},
    RightKind.TRADE_NAME: _ANY_KIND,
    RightKind.TRADE_SECRET: _ANY_KIND,
}


@dataclass(frozen=True, slots=True)
class RightState:
    """A status and the flags beside it."""

    status: LegalStatus
    flags: frozenset[Flag] = frozenset()


def transition(kind: RightKind, state: RightState, event: Event, *, pledgee_consents: bool = False) -> RightState:
    """The state after ``event``. Raises InputError with the reason for an unlawful one."""
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
    """Why ``event`` cannot happen to a right of this kind in this state, or None where it can."""
    name, status = EVENT_TEXT[event], STATUS_TEXT[state.status]
    if event not in EVENTS_OF_KIND[kind]:
        return _refuse(
            event,
            "not_for_kind",
            Text(f"{KIND_TEXT[kind].zh}没有“{name.zh}”", f'a {KIND_TEXT[kind].en} knows no "{name.en}"'),
            Text("检查权利种类或事件", "check the kind or the event"),
        )
    in_status = state.status in FLAGS_PUT[event][1] if event in FLAGS_PUT else (state.status, event) in STATUS_MOVES
    if event not in FLAGS_LIFTED and not in_status:
        return _refuse(
            event,
            "not_in_status",
            Text(f"状态为“{status.zh}”时不能“{name.zh}”", f'"{name.en}" cannot follow the status "{status.en}"'),
            Text("检查当前状态或事件的先后", "check the status, or the order of events"),
        )
    if event in FLAGS_PUT and FLAGS_PUT[event][0] in state.flags:
        flag = FLAG_TEXT[FLAGS_PUT[event][0]]
        return _refuse(
            event,
            "flag_there",
            Text(f"已经是“{flag.zh}”", f'it is already "{flag.en}"'),
            Text("先了结原来的事项", "settle the earlier matter first"),
        )
    needed = FLAGS_LIFTED.get(event) or NEEDS_FLAG.get(event)
    if needed is not None and needed not in state.flags:
        flag = FLAG_TEXT[needed]
        return _refuse(
            event,
            "flag_missing",
            Text(f"并没有“{flag.zh}”", f'it is not "{flag.en}"'),
            Text("先登记相应的事项", "record that matter first"),
        )
    barring = sorted(BARRED_BY.get(event, frozenset()) & state.flags)
    if barring:
        flag = FLAG_TEXT[barring[0]]
        return _refuse(
            event,
            "barred",
            Text(f"“{flag.zh}”期间不能“{name.zh}”", f'"{name.en}" is barred while it is "{flag.en}"'),
            Text("等该事项解除", "wait until that matter is settled"),
        )
    if NEEDS_CONSENT.get(event) in state.flags and not pledgee_consents:
        return _refuse(
            event,
            "pledgee_consent",
            Text("质押期间须经质权人同意", "while pledged this needs the pledgee's consent"),
            Text("取得质权人的书面同意", "obtain the pledgee's written consent"),
        )
    return None


def _refuse(event: Event, code: str, reason: Text, hint: Text) -> Problem:
    return Problem("event", event.value, reason, hint, code)
