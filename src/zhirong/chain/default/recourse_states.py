"""Recourse: the claims of a payer that took the claim over against the debtor and its own security."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Guard, Machine, Step
from zhirong.kernel.text import Text


class RecourseState(StrEnum):
    """The state of a recourse claim."""

    ARISEN = "arisen"
    DEMANDED = "demanded"
    SECURED = "secured"
    SUING = "suing"
    ENFORCING = "enforcing"
    AGAINST_PEERS = "against_peers"
    WRITTEN_OFF = "written_off"
    EXTINGUISHED = "extinguished"


RECOURSE_WORDS: Mapping[RecourseState, Text] = {
    RecourseState.ARISEN: Text("已取得追偿权", "arisen"),
    RecourseState.DEMANDED: Text("已追偿", "demanded"),
    RecourseState.SECURED: Text("已落实反担保", "secured"),
    RecourseState.SUING: Text("诉讼中", "in court"),
    RecourseState.ENFORCING: Text("执行中", "in enforcement"),
    RecourseState.AGAINST_PEERS: Text("向其他保证人追偿", "against other guarantors"),
    RecourseState.WRITTEN_OFF: Text("已核销", "written off"),
    RecourseState.EXTINGUISHED: Text("已消灭", "extinguished"),
}
_OPEN = tuple(one for one in RecourseState if one is not RecourseState.EXTINGUISHED)
_PURSUED = tuple(one for one in _OPEN if one is not RecourseState.WRITTEN_OFF)
_TITLE = Guard(
    "title",
    Text("已取得执行依据", "there is a title"),
    Text("请先取得生效的判决、裁决或公证债权文书", "Obtain a judgment, an award or a notarised claim first."),
)
_AGREED = Guard(
    "peers_agreed",
    Text("各保证人约定分担或在同一合同签署", "the guarantors agreed to share or signed one contract"),
    Text(
        "没有约定的，不能向其他保证人追偿（担保制度解释第十三条）",
        "Without it there is no recourse (interpretation 13).",
    ),
)
_OVER = Guard(
    "paid_or_released",
    Text("已受偿，或债务人经重整免责", "paid, or the debtor is released by a reorganisation"),
    Text("请待受偿，或附重整裁定", "Wait for payment, or add the ruling."),
)

RECOURSE: Machine[RecourseState] = Machine(
    Text("追偿权", "recourse"),
    RECOURSE_WORDS,
    (
        Step(
            code="arise",
            title=Text("取得追偿权", "arise"),
            before=(),
            after=RecourseState.ARISEN,
            doers=(Doer.SYSTEM,),
            deadline="recovery.clock.limitation_years",
        ),
        Step(
            code="demand",
            title=Text("追偿", "demand"),
            before=_PURSUED,
            after=RecourseState.DEMANDED,
            doers=(Doer.PAYER,),
            makes=("demand_letter",),
        ),
        Step(
            code="secure",
            title=Text("落实反担保", "secure"),
            before=_PURSUED,
            after=RecourseState.SECURED,
            doers=(Doer.PAYER,),
        ),
        Step(
            code="sue",
            title=Text("起诉", "sue"),
            before=_PURSUED,
            after=RecourseState.SUING,
            doers=(Doer.PAYER,),
        ),
        Step(
            code="enforce",
            title=Text("申请执行", "enforce"),
            before=_PURSUED,
            after=RecourseState.ENFORCING,
            doers=(Doer.PAYER,),
            guards=(_TITLE,),
            deadline="recovery.clock.enforcement_years",
        ),
        Step(
            code="ask_peers",
            title=Text("向其他保证人追偿", "ask other guarantors"),
            before=_PURSUED,
            after=RecourseState.AGAINST_PEERS,
            doers=(Doer.PAYER,),
            guards=(_AGREED,),
        ),
        Step(
            code="write_off",
            title=Text("核销", "write off"),
            before=_PURSUED,
            after=RecourseState.WRITTEN_OFF,
            doers=(Doer.PAYER_APPROVER,),
        ),
        Step(
            code="extinguish",
            title=Text("消灭", "extinguish"),
            before=_OPEN,
            after=RecourseState.EXTINGUISHED,
            doers=(Doer.SYSTEM, Doer.PAYER_APPROVER),
            guards=(_OVER,),
        ),
    ),
)
