"""Lawful moves: every status, event and kind, against a list written out by hand."""

from itertools import chain, combinations, product

import pytest

from zhirong.chain.right.events import EVENT_TEXT, Event
from zhirong.chain.right.kinds import KINDS, RightKind
from zhirong.chain.right.records import Flag, LegalStatus
from zhirong.chain.right.states import RightState, refusal_of, transition
from zhirong.kernel.errors import InputError

# What may follow what, for a patent without flags, in words of the law rather than of the tables.
LAWFUL = {
    "pending": "grant refuse withdraw freeze open_dispute",
    "refused": "reopen",
    "withdrawn": "reopen",
    "in_force": "lapse surrender expire pledge freeze open_invalidation open_dispute",
    "lapsed": "restore open_invalidation",
    "expired": "open_invalidation",
    "invalidated": "reinstate",
}
UNREGISTERED = {RightKind.COPYRIGHT, RightKind.SOFTWARE, RightKind.TRADE_NAME, RightKind.TRADE_SECRET}
ALL_FLAGS = [frozenset(flags) for flags in chain.from_iterable(combinations(Flag, n) for n in range(5))]


@pytest.mark.parametrize(("status", "event"), list(product(LegalStatus, Event)))
def test_every_move_of_a_patent_without_flags(status: LegalStatus, event: Event) -> None:
    lawful = event.value in LAWFUL[status.value].split()
    assert (refusal_of(RightKind.INVENTION, RightState(status), event) is None) == lawful
    if not lawful:
        with pytest.raises(InputError) as caught:
            transition(RightKind.INVENTION, RightState(status), event)
        assert caught.value.problems[0].value == event.value


def test_every_state_and_event_either_moves_or_says_why_not() -> None:
    moved = refused = 0
    for kind, status, flags, event in product(RightKind, LegalStatus, ALL_FLAGS, Event):
        state = RightState(status, flags)
        refusal = refusal_of(kind, state, event)
        if refusal is None:
            assert transition(kind, state, event) != state or event is Event.RENEW
            moved += 1
        else:
            assert refusal.reason.zh and refusal.reason.en and refusal.hint.zh and refusal.hint.en
            refused += 1
    assert moved > 0 and refused > 0 and moved + refused == len(RightKind) * len(LegalStatus) * 16 * len(Event)


@pytest.mark.parametrize(
    ("before", "event", "after"),
    [
        ("pending", Event.GRANT, "in_force"),
        ("pending", Event.REFUSE, "refused"),
        ("pending", Event.WITHDRAW, "withdrawn"),
        ("refused", Event.REOPEN, "pending"),
        ("withdrawn", Event.REOPEN, "pending"),
        ("in_force", Event.LAPSE, "lapsed"),
        ("in_force", Event.SURRENDER, "lapsed"),
        ("in_force", Event.EXPIRE, "expired"),
        ("lapsed", Event.RESTORE, "in_force"),
        ("invalidated", Event.REINSTATE, "in_force"),
    ],
)
def test_where_an_event_leads(before: str, event: Event, after: str) -> None:
    state = transition(RightKind.INVENTION, RightState(LegalStatus(before)), event)
    assert state == RightState(LegalStatus(after))


@pytest.mark.parametrize("status", [LegalStatus.IN_FORCE, LegalStatus.LAPSED, LegalStatus.EXPIRED])
def test_invalidation_needs_proceedings_and_ends_them(status: LegalStatus) -> None:
    kind, state = RightKind.UTILITY_MODEL, RightState(status)
    refusal = refusal_of(kind, state, Event.INVALIDATE)
    assert refusal is not None and refusal.code == "flag_missing"
    started = transition(kind, state, Event.OPEN_INVALIDATION)
    assert transition(kind, started, Event.CLOSE_INVALIDATION) == state
    assert transition(kind, started, Event.INVALIDATE) == RightState(LegalStatus.INVALIDATED)


@pytest.mark.parametrize(
    ("put", "lifted", "flag"),
    [
        (Event.PLEDGE, Event.DISCHARGE, Flag.PLEDGED),
        (Event.FREEZE, Event.UNFREEZE, Flag.FROZEN),
        (Event.OPEN_INVALIDATION, Event.CLOSE_INVALIDATION, Flag.INVALIDATION_PENDING),
        (Event.OPEN_DISPUTE, Event.CLOSE_DISPUTE, Flag.IN_DISPUTE),
    ],
)
def test_a_flag_is_put_once_and_lifted_once(put: Event, lifted: Event, flag: Flag) -> None:
    free = RightState(LegalStatus.IN_FORCE)
    flagged = transition(RightKind.INVENTION, free, put)
    assert flagged == RightState(LegalStatus.IN_FORCE, frozenset({flag}))
    again = refusal_of(RightKind.INVENTION, flagged, put)
    assert again is not None and again.code == "flag_there"
    assert transition(RightKind.INVENTION, flagged, lifted) == free
    absent = refusal_of(RightKind.INVENTION, free, lifted)
    assert absent is not None and absent.code == "flag_missing"


@pytest.mark.parametrize("flag", [Flag.FROZEN, Flag.IN_DISPUTE])
def test_neither_pledge_nor_surrender_while_frozen_or_disputed(flag: Flag) -> None:
    state = RightState(LegalStatus.IN_FORCE, frozenset({flag}))
    for event in (Event.PLEDGE, Event.SURRENDER):
        refusal = refusal_of(RightKind.INVENTION, state, event, pledgee_consents=True)
        assert refusal is not None and refusal.code == "barred"


def test_a_pledged_right_is_given_up_only_with_the_pledgee() -> None:
    pledged = RightState(LegalStatus.IN_FORCE, frozenset({Flag.PLEDGED}))
    refusal = refusal_of(RightKind.INVENTION, pledged, Event.SURRENDER)
    assert refusal is not None and refusal.code == "pledgee_consent"
    # The register's entry stays until the pledge is discharged.
    given_up = transition(RightKind.INVENTION, pledged, Event.SURRENDER, pledgee_consents=True)
    assert given_up == RightState(LegalStatus.LAPSED, frozenset({Flag.PLEDGED}))
    assert transition(RightKind.INVENTION, given_up, Event.DISCHARGE).flags == frozenset()


def test_only_trademarks_are_renewed() -> None:
    expired = RightState(LegalStatus.EXPIRED)
    assert transition(RightKind.TRADEMARK, expired, Event.RENEW).status is LegalStatus.IN_FORCE
    for kind in set(RightKind) - {RightKind.TRADEMARK}:
        refusal = refusal_of(kind, expired, Event.RENEW)
        assert refusal is not None and refusal.code == "not_for_kind"


def test_what_no_office_examines_is_neither_granted_nor_declared_invalid() -> None:
    for kind in RightKind:
        examined = {Event.GRANT, Event.REFUSE, Event.INVALIDATE, Event.RESTORE} & KINDS[kind].events
        assert (examined == set()) == (kind in UNREGISTERED)


def test_every_event_has_its_words() -> None:
    assert set(EVENT_TEXT) == set(Event)
