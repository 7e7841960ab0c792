"""A dispute track: negotiation, mediation, payment order, court, arbitration, enforcement."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Machine, Step
from zhirong.kernel.text import Text


class DisputeTrack(StrEnum):
    """The kind of track."""

    NEGOTIATION = "negotiation"
    MEDIATION = "mediation"
    PAYMENT_ORDER = "payment_order"
    NOTARISED = "notarised"
    SPECIAL_PROCEDURE = "special_procedure"
    ARBITRATION = "arbitration"
    SUIT = "suit"
    ENFORCEMENT = "enforcement"
    BANKRUPTCY = "bankruptcy"


TRACK_WORDS: Mapping[DisputeTrack, Text] = {
    DisputeTrack.NEGOTIATION: Text("协商", "negotiation"),
    DisputeTrack.MEDIATION: Text("调解", "mediation"),
    DisputeTrack.PAYMENT_ORDER: Text("支付令", "payment order"),
    DisputeTrack.NOTARISED: Text("公证赋强", "notarised claim"),
    DisputeTrack.SPECIAL_PROCEDURE: Text("实现担保物权特别程序", "special procedure to realise security"),
    DisputeTrack.ARBITRATION: Text("仲裁", "arbitration"),
    DisputeTrack.SUIT: Text("诉讼", "suit"),
    DisputeTrack.ENFORCEMENT: Text("执行", "enforcement"),
    DisputeTrack.BANKRUPTCY: Text("破产程序", "bankruptcy"),
}


class DisputeState(StrEnum):
    """The state of a track."""

    CHOSEN = "chosen"
    FILED = "filed"
    HEARD = "heard"
    DECIDED = "decided"
    APPEALED = "appealed"
    FINAL = "final"
    ENFORCING = "enforcing"
    ENDED = "ended"


DISPUTE_WORDS: Mapping[DisputeState, Text] = {
    DisputeState.CHOSEN: Text("已选定", "chosen"),
    DisputeState.FILED: Text("已提交", "filed"),
    DisputeState.HEARD: Text("已审理", "heard"),
    DisputeState.DECIDED: Text("已裁决", "decided"),
    DisputeState.APPEALED: Text("上诉中", "appealed"),
    DisputeState.FINAL: Text("已生效", "final"),
    DisputeState.ENFORCING: Text("执行中", "in enforcement"),
    DisputeState.ENDED: Text("已结束", "ended"),
}
_BY = (Doer.WORKOUT, Doer.COURT)

DISPUTE = Machine(
    Text("争议途径", "dispute track"),
    DISPUTE_WORDS,
    (
        Step(
            code="choose",
            title=Text("选定途径", "choose"),
            before=(),
            after=DisputeState.CHOSEN,
            doers=(Doer.WORKOUT,),
        ),
        Step(
            code="file",
            title=Text("提交", "file"),
            before=(DisputeState.CHOSEN,),
            after=DisputeState.FILED,
            doers=_BY,
        ),
        Step(
            code="hear",
            title=Text("审理", "record the hearing"),
            before=(DisputeState.FILED,),
            after=DisputeState.HEARD,
            doers=_BY,
        ),
        Step(
            code="decide",
            title=Text("裁决", "record the decision"),
            before=(DisputeState.FILED, DisputeState.HEARD, DisputeState.APPEALED),
            after=DisputeState.DECIDED,
            doers=_BY,
        ),
        Step(
            code="appeal",
            title=Text("上诉", "appeal"),
            before=(DisputeState.DECIDED,),
            after=DisputeState.APPEALED,
            doers=_BY,
            deadline="recovery.deadline.appeal",
        ),
        Step(
            code="become_final",
            title=Text("生效", "record as final"),
            before=(DisputeState.DECIDED,),
            after=DisputeState.FINAL,
            doers=_BY,
        ),
        Step(
            code="enforce",
            title=Text("申请执行", "enforce"),
            before=(DisputeState.FINAL,),
            after=DisputeState.ENFORCING,
            doers=_BY,
            deadline="recovery.clock.enforcement_years",
        ),
        Step(
            code="end",
            title=Text("结束", "end"),
            before=tuple(one for one in DisputeState if one is not DisputeState.ENDED),
            after=DisputeState.ENDED,
            doers=_BY,
        ),
    ),
)
