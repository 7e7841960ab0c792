"""The states of a case and the allowed moves between them (002 §4.4: appraisal, review, registration, release,
follow-up).
"""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


class State(StrEnum):
    """Where a case stands. Exactly one at any time."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DILIGENCE = "diligence"
    APPROVAL = "approval"
    APPROVED = "approved"
    SIGNING = "signing"
    REGISTERING = "registering"
    RELEASED = "released"
    REPAID = "repaid"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


STATE_WORDS: Mapping[State, Text] = {
    State.DRAFT: Text("草稿", "draft"),
    State.SUBMITTED: Text("已提交，待受理", "submitted"),
    State.DILIGENCE: Text("尽职调查", "due diligence"),
    State.APPROVAL: Text("审批中", "in approval"),
    State.APPROVED: Text("已批准，待出合同", "approved, contract to be made"),
    State.SIGNING: Text("待签署", "to be signed"),
    State.REGISTERING: Text("质押登记与放款条件", "registration and conditions"),
    State.RELEASED: Text("已放款", "released"),
    State.REPAID: Text("已还清，待注销质押", "repaid, pledge to be discharged"),
    State.CLOSED: Text("已结清", "closed"),
    State.DECLINED: Text("未通过", "declined"),
    State.WITHDRAWN: Text("已撤回", "withdrawn"),
}

# Whose turn it is while a case stands there: the side that has to act next.
TURN: Mapping[State, str] = {
    State.DRAFT: "firm",
    State.SUBMITTED: "lender",
    State.DILIGENCE: "lender",
    State.APPROVAL: "lender",
    State.APPROVED: "lender",
    State.SIGNING: "firm",
    State.REGISTERING: "lender",
    State.RELEASED: "firm",
    State.REPAID: "lender",
}

# The way of a case that goes well, for a picture of where it stands.
WAY = (
    State.DRAFT,
    State.SUBMITTED,
    State.DILIGENCE,
    State.APPROVAL,
    State.APPROVED,
    State.SIGNING,
    State.REGISTERING,
    State.RELEASED,
    State.REPAID,
    State.CLOSED,
)
ENDED = frozenset({State.CLOSED, State.DECLINED, State.WITHDRAWN})


class Move(StrEnum):
    """What can happen to a case as a whole."""

    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    HAND_UP = "hand_up"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    ISSUE = "issue"
    SIGNED = "signed"
    RELEASE = "release"
    REPAY = "repay"
    CLOSE = "close"
    REOPEN = "reopen"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


MOVE_WORDS: Mapping[Move, Text] = {
    Move.SUBMIT: Text("提交", "submit"),
    Move.RETURN: Text("退回补充", "return to the firm"),
    Move.ACCEPT: Text("受理", "accept"),
    Move.HAND_UP: Text("报审批", "submit for approval"),
    Move.SEND_BACK: Text("退回调查", "send back to diligence"),
    Move.APPROVE: Text("批准", "approve"),
    Move.ISSUE: Text("出合同", "issue the contracts"),
    Move.SIGNED: Text("签署完成", "signed by all"),
    Move.RELEASE: Text("放款", "release"),
    Move.REPAY: Text("还清", "repaid"),
    Move.CLOSE: Text("注销质押并结清", "discharge and close"),
    Move.REOPEN: Text("冲正后退回", "go back after a payment was reversed"),
    Move.DECLINE: Text("不通过", "decline"),
    Move.WITHDRAW: Text("撤回", "withdraw"),
}

_BEFORE_SIGNING = (State.SUBMITTED, State.DILIGENCE, State.APPROVAL, State.APPROVED)
LAWFUL: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.RETURN): State.DRAFT,
    (State.DILIGENCE, Move.RETURN): State.DRAFT,
    (State.SUBMITTED, Move.ACCEPT): State.DILIGENCE,
    (State.DILIGENCE, Move.HAND_UP): State.APPROVAL,
    (State.APPROVAL, Move.SEND_BACK): State.DILIGENCE,
    (State.APPROVAL, Move.APPROVE): State.APPROVED,
    # What the approval rested on has changed before the money left: it is reviewed and decided on again.
    **{(state, Move.SEND_BACK): State.DILIGENCE for state in (State.APPROVED, State.SIGNING, State.REGISTERING)},
    (State.APPROVED, Move.ISSUE): State.SIGNING,
    (State.SIGNING, Move.ISSUE): State.SIGNING,
    (State.SIGNING, Move.SIGNED): State.REGISTERING,
    (State.REGISTERING, Move.RELEASE): State.RELEASED,
    (State.RELEASED, Move.REPAY): State.REPAID,
    (State.REPAID, Move.CLOSE): State.CLOSED,
    # A payment that was matched wrongly is reversed: what it had brought about no longer holds.
    (State.REPAID, Move.REOPEN): State.RELEASED,
    (State.RELEASED, Move.REOPEN): State.REGISTERING,
    **{(state, Move.DECLINE): State.DECLINED for state in (*_BEFORE_SIGNING, State.SIGNING, State.REGISTERING)},
    **{
        (state, Move.WITHDRAW): State.WITHDRAWN
        for state in (State.DRAFT, *_BEFORE_SIGNING, State.SIGNING, State.REGISTERING)
    },
}


def next_state(state: str, move: Move) -> State:
    """The state that a move leads to. Raises InputError for a move that is not allowed now."""
    now = State(state)
    then = LAWFUL.get((now, move))
    if then is None:
        possible = [one for (a_state, one) in LAWFUL if a_state is now]
        choice = Text(
            "、".join(MOVE_WORDS[one].zh for one in possible) or "无",
            ", ".join(MOVE_WORDS[one].en for one in possible) or "nothing",
        )
        raise InputError(
            [
                Problem(
                    "state",
                    now.value,
                    Text(
                        f"申请处于“{STATE_WORDS[now].zh}”，不能{MOVE_WORDS[move].zh}",
                        f"the case is at “{STATE_WORDS[now].en}”: it cannot {MOVE_WORDS[move].en} now",
                    ),
                    Text(f"此时可以：{choice.zh}", f"possible now: {choice.en}"),
                    "not_in_this_state",
                )
            ]
        )
    return then
