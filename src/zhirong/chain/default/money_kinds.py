"""Kinds of money under a claim, and the states of an alarm of the watch."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class ClaimMoney(StrEnum):
    """The kind of a payment under a claim."""

    PAID = "paid"
    RETURNED = "returned"
    CLAWED_BACK = "clawed_back"


CLAIM_MONEY_WORDS: Mapping[ClaimMoney, Text] = {
    ClaimMoney.PAID: Text("赔付", "payment"),
    ClaimMoney.RETURNED: Text("返还", "return"),
    ClaimMoney.CLAWED_BACK: Text("追回", "clawback"),
}


class AlarmState(StrEnum):
    """The state of an alarm. It opens again if its fact returns."""

    OPEN = "open"
    SEEN = "seen"
    CLOSED = "closed"


ALARM_WORDS: Mapping[AlarmState, Text] = {
    AlarmState.OPEN: Text("待处理", "open"),
    AlarmState.SEEN: Text("处理中", "being handled"),
    AlarmState.CLOSED: Text("已处理", "closed"),
}
ALARM_TRANSITIONS = Transitions(
    Text("预警", "alarm"),
    ALARM_WORDS,
    frozenset({AlarmState.OPEN}),
    {
        AlarmState.OPEN: frozenset({AlarmState.SEEN, AlarmState.CLOSED}),
        AlarmState.SEEN: frozenset({AlarmState.CLOSED, AlarmState.OPEN}),
        AlarmState.CLOSED: frozenset({AlarmState.OPEN}),
    },
)
