"""The life of a registration as a pure fold: every move in every state, ranks, numbers, freezes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from zhirong.chain.pledge.register import (
    FREEZE_RIGHT,
    BrokenRegisterError,
    RegisterEvent,
    RegisterState,
    free_rank,
    replay,
)
from zhirong.chain.pledge.register_json import registration_json, registration_of
from zhirong.chain.pledge.registration import (
    MOVE_WORDS,
    REGISTER_ALLOWED,
    STATUS_WORDS,
    RegisterRole,
    RegisterTransition,
    Status,
)
from zhirong.kernel.errors import InputError

FIRM = {"name": "西安甲科技有限公司", "code": "", "is_natural_person": False}
BANK = {"name": "丙银行", "code": "", "is_natural_person": False}
FUND = {"name": "丁基金", "code": "", "is_natural_person": False}
A, B = "invention:2014103620773", "utility_model:2016201111112"


def right(key: str) -> dict[str, Any]:
    kind, number = key.split(":")
    return {"key": key, "kind": kind, "number": number, "title": "一种装置", "rank": None, "released": False}


def opened(role: str = "record", keys: tuple[str, ...] = (A,)) -> dict[str, Any]:
    return {
        "role": role,
        "subject": "right",
        "rights": [right(key) for key in keys],
        "pledgors": [FIRM],
        "pledgee": BANK,
        "claim_kind": "loan",
        "claim_amount": 200_000_000,
        "debt_start": "2025-06-02",
        "debt_end": "2026-06-01",
        "filed_on": "2025-06-02",
        "review_by": "2025-06-04",
    }


def entered(number: int, keys: tuple[str, ...] = (A,), rank: int = 1, limit: int | None = 1) -> dict[str, Any]:
    return {
        "number": number, "day": "2025-06-03", "ranks": dict.fromkeys(keys, rank), "limits": dict.fromkeys(keys, limit)
    }  # fmt: skip


CONTENT: dict[RegisterTransition, dict[str, Any]] = {
    RegisterTransition.PREPARE: opened(),
    RegisterTransition.FILE: opened(),
    RegisterTransition.ACCEPT: {},
    RegisterTransition.REFUSE: {"day": "2025-06-03", "reason": "年费欠缴"},
    RegisterTransition.WITHDRAW: {"day": "2025-06-03", "reason": "撤回"},
    RegisterTransition.ENTER: entered(1, (A, B)),
    RegisterTransition.RECORD_AUTHORITY: {
        **entered(1, (A, B)), "authority": "CNIPA", "authority_number": "Y2025610000001", "certificate": "ab" * 32
    },
    RegisterTransition.AMEND: {"changes": {"claim_amount": 300_000_000}},
    RegisterTransition.EXTEND: {"debt_end": "2027-06-01"},
    RegisterTransition.TRANSFER_CLAIM: {"pledgee": FUND},
    RegisterTransition.PARTIALLY_DISCHARGE: {"rights": [B], "claim_amount": 100_000_000},
    RegisterTransition.DISCHARGE: {"day": "2026-06-01", "reason": "债务清偿"},
    RegisterTransition.REVOKE: {"day": "2026-06-01", "reason": "虚假承诺"},
    RegisterTransition.CORRECT: {"changes": {"pledgors": [{**FIRM, "name": "西安甲科技股份有限公司"}]}},
    RegisterTransition.FREEZE: {"order": "（2025）陕01民初1号"},
    RegisterTransition.UNFREEZE: {"order": "（2025）陕01民初1号之一"},
}  # fmt: skip
WAY: dict[tuple[str, Status], list[RegisterTransition]] = {
    ("record", Status.PREPARED): [RegisterTransition.PREPARE],
    ("record", Status.FILED): [RegisterTransition.FILE],
    ("record", Status.EXAMINED): [RegisterTransition.FILE, RegisterTransition.ACCEPT],
    ("record", Status.ENTERED): [RegisterTransition.FILE, RegisterTransition.ACCEPT, RegisterTransition.ENTER],
    ("record", Status.REFUSED): [RegisterTransition.FILE, RegisterTransition.REFUSE],
    ("record", Status.WITHDRAWN): [RegisterTransition.FILE, RegisterTransition.WITHDRAW],
    ("record", Status.DISCHARGED): [
        RegisterTransition.FILE,
        RegisterTransition.ACCEPT,
        RegisterTransition.ENTER,
        RegisterTransition.DISCHARGE,
    ],
    ("record", Status.REVOKED): [
        RegisterTransition.FILE,
        RegisterTransition.ACCEPT,
        RegisterTransition.ENTER,
        RegisterTransition.REVOKE,
    ],
    ("mirror", Status.PREPARED): [RegisterTransition.PREPARE],
    ("mirror", Status.FILED): [RegisterTransition.PREPARE, RegisterTransition.FILE],
    ("mirror", Status.ENTERED): [
        RegisterTransition.PREPARE,
        RegisterTransition.FILE,
        RegisterTransition.RECORD_AUTHORITY,
    ],
    ("mirror", Status.DISCHARGED): [
        RegisterTransition.PREPARE,
        RegisterTransition.FILE,
        RegisterTransition.RECORD_AUTHORITY,
        RegisterTransition.DISCHARGE,
    ],
}


def after(moves: list[tuple[int, RegisterTransition, dict[str, Any]]]) -> RegisterState:
    return replay(
        RegisterEvent(index, f"pledge.{move}", "2025-06-02T02:00:00Z", registration, content)
        for index, (registration, move, content) in enumerate(moves)
    )


def walked(role: str, moves: list[RegisterTransition]) -> RegisterState:
    first = opened(role, (A, B))
    return after(
        [
            (1, move, {**CONTENT[move], **first} if number == 0 else CONTENT[move])
            for number, move in enumerate(moves)
        ]
    )


@pytest.mark.parametrize(("role", "status"), sorted(WAY))
@pytest.mark.parametrize("move", list(RegisterTransition))
def test_every_move_in_every_state(role: str, status: Status, move: RegisterTransition) -> None:
    state = walked(role, WAY[role, status])
    found = state.registrations[1]
    assert found.status is status
    event = RegisterEvent(state.events, f"pledge.{move}", "2025-06-03T02:00:00Z", 1, CONTENT[move])
    then = REGISTER_ALLOWED.get((RegisterRole(role), status, move))
    if then is None or move is RegisterTransition.UNFREEZE:
        with pytest.raises(InputError):
            state.take(event)
        assert state.registrations[1] == found
    else:
        state.take(event)
        assert state.registrations[1].status is then
        assert registration_of(registration_json(state.registrations[1])) == state.registrations[1]


def test_words_for_all() -> None:
    assert set(MOVE_WORDS) == set(RegisterTransition) and set(STATUS_WORDS) == set(Status)


def test_an_end_frees_the_rights() -> None:
    state = walked("record", WAY["record", Status.ENTERED])
    assert state.charges == {A: {1: 1}, B: {1: 1}}
    state.take(
        RegisterEvent(3, "pledge.partially_discharge", "", 1, CONTENT[RegisterTransition.PARTIALLY_DISCHARGE])
    )
    assert state.charges == {A: {1: 1}, B: {}}
    assert state.registrations[1].claim_amount == 100_000_000
    state.take(RegisterEvent(4, "pledge.discharge", "", 1, CONTENT[RegisterTransition.DISCHARGE]))
    assert state.charges == {A: {}, B: {}}


def second(number: int, rank: int, limit: int | None) -> list[tuple[int, RegisterTransition, dict[str, Any]]]:
    first = [
        (1, RegisterTransition.FILE, opened()),
        (1, RegisterTransition.ACCEPT, {}),
        (1, RegisterTransition.ENTER, entered(1, limit=limit)),
    ]
    return [
        *first,
        (2, RegisterTransition.FILE, opened()),
        (2, RegisterTransition.ACCEPT, {}),
        (2, RegisterTransition.ENTER, entered(number, rank=rank, limit=limit)),
    ]


@pytest.mark.parametrize(("number", "rank", "limit"), [(2, 1, 1), (2, 2, 1), (2, 1, None), (3, 2, 2), (1, 2, 2)])
def test_no_second_pledge_beyond_the_rule_and_no_gap(number: int, rank: int, limit: int | None) -> None:
    with pytest.raises(BrokenRegisterError):
        after(second(number, rank, limit))


@pytest.mark.parametrize("limit", [2, None])
def test_a_second_rank_where_the_rule_allows_it(limit: int | None) -> None:
    assert after(second(2, 2, limit)).charges == {A: {1: 1, 2: 2}}


AT = "2026-06-01T02:03:04Z"


def test_a_frozen_right_cannot_be_entered() -> None:
    state = after([(1, RegisterTransition.FILE, opened()), (1, RegisterTransition.ACCEPT, {})])
    state.take(RegisterEvent(2, FREEZE_RIGHT, AT, None, {"right": A, "order": "1号"}))
    with pytest.raises(BrokenRegisterError):
        state.take(RegisterEvent(3, "pledge.enter", AT, 1, entered(1)))


@pytest.mark.parametrize(("ends_on", "is_held"), [("2026-06-01", True), ("2026-05-31", False)])
def test_a_right_can_be_entered_once_its_freeze_has_ended(ends_on: str, is_held: bool) -> None:
    state = after([(1, RegisterTransition.FILE, opened()), (1, RegisterTransition.ACCEPT, {})])
    freeze = {"right": A, "order": "1号", "day": "2026-03-01", "ends_on": ends_on, "months": 6}
    state.take(RegisterEvent(2, FREEZE_RIGHT, "2026-03-01T02:03:04Z", None, freeze))
    enter = RegisterEvent(3, "pledge.enter", AT, 1, entered(1))
    if is_held:
        with pytest.raises(BrokenRegisterError):
            state.take(enter)
    else:
        state.take(enter)
        assert state.charges == {A: {1: 1}}


def test_a_frozen_registration_stands_still() -> None:
    state = walked("record", [*WAY["record", Status.ENTERED], RegisterTransition.FREEZE])
    for move in (
        RegisterTransition.DISCHARGE,
        RegisterTransition.TRANSFER_CLAIM,
        RegisterTransition.AMEND,
        RegisterTransition.EXTEND,
        RegisterTransition.PARTIALLY_DISCHARGE,
        RegisterTransition.FREEZE,
    ):
        with pytest.raises(InputError):
            state.take(RegisterEvent(4, f"pledge.{move}", "", 1, CONTENT[move]))
    state.take(RegisterEvent(4, "pledge.unfreeze", "", 1, CONTENT[RegisterTransition.UNFREEZE]))
    state.take(RegisterEvent(5, "pledge.discharge", "", 1, CONTENT[RegisterTransition.DISCHARGE]))


@pytest.mark.parametrize(
    ("move", "content"),
    [
        (RegisterTransition.EXTEND, {"debt_end": "2026-06-01"}),
        (RegisterTransition.TRANSFER_CLAIM, {"pledgee": BANK}),
        (RegisterTransition.PARTIALLY_DISCHARGE, {"rights": [A, B], "claim_amount": 1}),
        (RegisterTransition.PARTIALLY_DISCHARGE, {"rights": ["invention:1"], "claim_amount": 1}),
        (RegisterTransition.PARTIALLY_DISCHARGE, {"rights": [B], "claim_amount": 200_000_001}),
        (RegisterTransition.PARTIALLY_DISCHARGE, {"rights": [], "claim_amount": 200_000_000}),
        (RegisterTransition.AMEND, {"changes": {}}),
        (RegisterTransition.AMEND, {"changes": {"rights": []}}),
    ],
)
def test_unsound_content_is_refused(move: RegisterTransition, content: dict[str, Any]) -> None:
    state = walked("record", WAY["record", Status.ENTERED])
    with pytest.raises(InputError):
        state.take(RegisterEvent(3, f"pledge.{move}", "", 1, content))


@pytest.mark.parametrize("name", ["authority", "authority_number", "certificate"])
def test_a_mirror_is_complete_only_with_number_and_certificate(name: str) -> None:
    state = walked("mirror", WAY["mirror", Status.FILED])
    content = {**CONTENT[RegisterTransition.RECORD_AUTHORITY], name: ""}
    with pytest.raises(InputError):
        state.take(RegisterEvent(2, "pledge.record_authority", "", 1, content))
    state.take(RegisterEvent(2, "pledge.record_authority", "", 1, CONTENT[RegisterTransition.RECORD_AUTHORITY]))
    assert state.registrations[1].number is None, "a mirror gets no priority number of ours"
    assert state.last_number == 0


@settings(max_examples=examples(50), deadline=None)
@given(st.sets(st.integers(1, 6)), st.one_of(st.none(), st.integers(1, 4)))
def test_a_free_rank_is_free_and_within_the_limit(taken: set[int], limit: int | None) -> None:
    rank = free_rank(taken, limit)
    if rank is None:
        assert limit is not None and len(taken) >= limit
    else:
        assert rank not in taken and rank >= 1 and (limit is None or rank <= limit)


def test_events_out_of_order_are_refused() -> None:
    state = RegisterState()
    with pytest.raises(BrokenRegisterError):
        state.take(RegisterEvent(1, "pledge.file", "", 1, opened()))
    with pytest.raises(BrokenRegisterError):
        state.take(replace(RegisterEvent(0, "pledge.file", "", 1, opened()), registration=2))
