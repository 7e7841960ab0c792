"""The states of a request for a guarantee: reviewed by one person of the guarantor, decided by another."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class GuaranteeState(StrEnum):
    """The state of a request for a guarantee. ENDED: the case came to nothing, or its loan is repaid."""

    REQUESTED = "requested"
    REVIEWED = "reviewed"
    GRANTED = "granted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


GUARANTEE_WORDS: Mapping[GuaranteeState, Text] = {
    GuaranteeState.REQUESTED: Text("待审查", "waiting for review"),
    GuaranteeState.REVIEWED: Text("待审批", "waiting for approval"),
    GuaranteeState.GRANTED: Text("已同意", "granted"),
    GuaranteeState.DECLINED: Text("未同意", "declined"),
    GuaranteeState.WITHDRAWN: Text("已撤回", "withdrawn"),
    GuaranteeState.ENDED: Text("已结束", "ended"),
}

GUARANTEE_TRANSITIONS = Transitions(
    Text("担保请求", "request for a guarantee"),
    GUARANTEE_WORDS,
    frozenset({GuaranteeState.REQUESTED}),
    {
        GuaranteeState.REQUESTED: frozenset(
            {GuaranteeState.REVIEWED, GuaranteeState.DECLINED, GuaranteeState.ENDED}
        ),
        GuaranteeState.REVIEWED: frozenset({GuaranteeState.GRANTED, GuaranteeState.DECLINED, GuaranteeState.ENDED}),
        GuaranteeState.GRANTED: frozenset({GuaranteeState.WITHDRAWN, GuaranteeState.ENDED}),
    },
)
# Requests not answered yet, and those under which a guarantor may still bear a loss.
UNANSWERED = (GuaranteeState.REQUESTED, GuaranteeState.REVIEWED)
GUARANTEES_OPEN = (*UNANSWERED, GuaranteeState.GRANTED)
# A guarantor that was asked and bears nothing has no further part in the case.
NO_PART_LEFT = (GuaranteeState.DECLINED, GuaranteeState.WITHDRAWN)
