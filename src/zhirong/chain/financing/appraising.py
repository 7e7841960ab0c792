"""The states of an appraisal and the allowed moves between them: asked for, accepted, worked, reviewed, signed by
two.
"""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


class State(StrEnum):
    """Where an appraisal stands. ``issued`` is an online one, which nobody signs."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    WORKED = "worked"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"


STATE_WORDS: Mapping[State, Text] = {
    State.REQUESTED: Text("待机构接受", "waits for the agency"),
    State.ACCEPTED: Text("评估中", "being appraised"),
    State.WORKED: Text("待复核", "waits for review"),
    State.REVIEWED: Text("待签字", "waits for signatures"),
    State.SIGNED: Text("已出具", "signed and issued"),
    State.REFUSED: Text("机构未接受", "refused by the agency"),
    State.WITHDRAWN: Text("已撤回", "withdrawn"),
    State.ISSUED: Text("线上评估", "online"),
}


class Move(StrEnum):
    """What can happen to an appraisal."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WORK = "work"
    SEND_BACK = "send_back"
    PASS = "pass"  # noqa: S105 - the report passes the review
    SIGN = "sign"
    WITHDRAW = "withdraw"


MOVE_WORDS: Mapping[Move, Text] = {
    Move.ACCEPT: Text("接受委托", "accept"),
    Move.REFUSE: Text("不接受委托", "refuse"),
    Move.WORK: Text("评估", "appraise"),
    Move.SEND_BACK: Text("退回修改", "send back"),
    Move.PASS: Text("复核通过", "pass the review"),
    Move.SIGN: Text("签字出具", "sign and issue"),
    Move.WITHDRAW: Text("撤回报告", "withdraw the report"),
}

LAWFUL: Mapping[tuple[State, Move], State] = {
    (State.REQUESTED, Move.ACCEPT): State.ACCEPTED,
    (State.REQUESTED, Move.REFUSE): State.REFUSED,
    (State.ACCEPTED, Move.REFUSE): State.REFUSED,
    (State.ACCEPTED, Move.WORK): State.WORKED,
    (State.WORKED, Move.WORK): State.WORKED,
    (State.WORKED, Move.SEND_BACK): State.ACCEPTED,
    (State.WORKED, Move.PASS): State.REVIEWED,
    (State.REVIEWED, Move.SEND_BACK): State.ACCEPTED,
    (State.REVIEWED, Move.SIGN): State.SIGNED,
    (State.SIGNED, Move.WITHDRAW): State.WITHDRAWN,
}


def states_for(*moves: Move) -> tuple[State, ...]:
    """The states in which one of these moves is allowed."""
    return tuple(dict.fromkeys(state for state, move in LAWFUL if move in moves))


def next_state(state: str, move: Move) -> State:
    """The state that a move leads to. Raises InputError for a move that is not allowed now."""
    now = State(state)
    then = LAWFUL.get((now, move))
    if then is not None:
        return then
    possible = [one for (a_state, one) in LAWFUL if a_state is now]
    zh = "、".join(MOVE_WORDS[one].zh for one in possible) or "无"
    en = ", ".join(MOVE_WORDS[one].en for one in possible) or "nothing"
    raise InputError(
        [
            Problem(
                "state",
                now.value,
                Text(
                    f"评估处于“{STATE_WORDS[now].zh}”，不能{MOVE_WORDS[move].zh}",
                    f"the appraisal is at “{STATE_WORDS[now].en}”: not possible now: {MOVE_WORDS[move].en}",
                ),
                Text(f"此时可以：{zh}", f"possible now: {en}"),
                "not_in_this_state",
            )
        ]
    )
