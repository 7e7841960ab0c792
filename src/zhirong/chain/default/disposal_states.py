"""A disposal project: the way is compared, valued, approved, sold, transferred, and the price distributed."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Guard, Machine, Step
from zhirong.kernel.text import Text


class DisposalState(StrEnum):
    """The state of a disposal project."""

    PROPOSED = "proposed"
    VALUED = "valued"
    APPROVED = "approved"
    AGREED = "agreed"
    LISTED = "listed"
    COURT_APPLIED = "court_applied"
    ROUND_1 = "round_1"
    ROUND_2 = "round_2"
    AT_RESERVE = "at_reserve"
    SOLD = "sold"
    BID_DEFAULTED = "bid_defaulted"
    TAKEN_IN_KIND = "taken_in_kind"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    DISTRIBUTED = "distributed"
    CLOSED = "closed"


DISPOSAL_WORDS: Mapping[DisposalState, Text] = {
    DisposalState.PROPOSED: Text("已提出方案", "proposed"),
    DisposalState.VALUED: Text("已估价", "valued"),
    DisposalState.APPROVED: Text("已批准", "approved"),
    DisposalState.AGREED: Text("已签协议", "agreed"),
    DisposalState.LISTED: Text("挂牌中", "listed"),
    DisposalState.COURT_APPLIED: Text("已申请法院处置", "applied to the court"),
    DisposalState.ROUND_1: Text("第一次拍卖", "first auction"),
    DisposalState.ROUND_2: Text("第二次拍卖", "second auction"),
    DisposalState.AT_RESERVE: Text("变卖", "sale at the last reserve"),
    DisposalState.SOLD: Text("已成交", "sold"),
    DisposalState.BID_DEFAULTED: Text("买受人悔拍", "the bidder did not pay"),
    DisposalState.TAKEN_IN_KIND: Text("以物抵债", "taken in kind"),
    DisposalState.WITHDRAWN: Text("未成交，已撤回", "unsold, withdrawn"),
    DisposalState.TRANSFERRED: Text("已过户", "transferred"),
    DisposalState.DISTRIBUTED: Text("已分配", "distributed"),
    DisposalState.CLOSED: Text("已了结", "closed"),
}
_ROUNDS = (DisposalState.ROUND_1, DisposalState.ROUND_2, DisposalState.AT_RESERVE)
_OFFERED = (DisposalState.AGREED, DisposalState.LISTED, *_ROUNDS)
_UNSOLD = (DisposalState.LISTED, *_ROUNDS, DisposalState.BID_DEFAULTED, DisposalState.APPROVED)
# The states in which a disposal agent works: from the approval to the sale.
AGENT_STATES = (
    DisposalState.APPROVED,
    *_OFFERED,
    DisposalState.COURT_APPLIED,
    DisposalState.SOLD,
    DisposalState.BID_DEFAULTED,
)
_DUE = Guard(
    "debt_due",
    Text("债务已到期，或发生约定的实现质权情形", "the debt is due, or an agreed event has happened"),
    Text("请先催收或宣布提前到期（民法典第四百三十六条）", "Demand or accelerate first (Civil Code 436)."),
)
_COMPARED = Guard(
    "ways_compared",
    Text("已比较各种处置方式", "the disposal options have been compared"),
    Text("请先比较处置方式的现值", "Compare the present values of the disposal options first."),
)
_FRESH = Guard(
    "valuation_fresh",
    Text("清算价值评估在有效期内", "the liquidation value is recent enough"),
    Text("请重新评估", "Order a new valuation."),
)
_SECOND = Guard(
    "second_person",
    Text("由另一人批准", "approved by another person"),
    Text("请由提出人以外的审批人办理", "Let an approver who did not propose it decide."),
)
_AFTER_DEFAULT = Guard(
    "after_default",
    Text("协议在违约之后订立并参照市场价格", "agreed after the default, with a market reference"),
    Text(
        "请在违约后订立，并附市场参考（民法典第四百二十八条、第四百三十六条）",
        "Agree after the default and add a market reference (Civil Code 428, 436).",
    ),
)
_RESERVE = Guard(
    "at_least_reserve",
    Text("价款不低于保留价", "the price is at least the reserve"),
    Text("请降低保留价并重新批准，或进入下一轮", "Lower the reserve with an approval, or go to the next round."),
)
_OBJECTIONS = Guard(
    "objections_settled",
    Text("分配方案异议期已满且无未决异议", "the time to object is over and no objection is open"),
    Text("请待异议期满，或先处理异议", "Wait for the time to object, or decide the objection."),
)

DISPOSAL = Machine(
    Text("处置项目", "disposal project"),
    DISPOSAL_WORDS,
    (
        Step(
            code="propose",
            title=Text("提出处置方案", "propose"),
            before=(),
            after=DisposalState.PROPOSED,
            doers=(Doer.WORKOUT,),
            guards=(_DUE, _COMPARED),
            makes=("comparison",),
        ),
        Step(
            code="value",
            title=Text("提供清算价值", "value"),
            before=(DisposalState.PROPOSED,),
            after=DisposalState.VALUED,
            doers=(Doer.APPRAISER, Doer.WORKOUT),
            deadline="recovery.deadline.valuation",
        ),
        Step(
            code="approve",
            title=Text("批准处置", "approve"),
            before=(DisposalState.VALUED,),
            after=DisposalState.APPROVED,
            doers=(Doer.APPROVER,),
            guards=(_FRESH, _SECOND),
            makes=("mandate",),
            deadline="recovery.deadline.disposal_approval",
        ),
        Step(
            code="agree",
            title=Text("签订处置协议", "agree on a sale"),
            before=(DisposalState.APPROVED,),
            after=DisposalState.AGREED,
            doers=(Doer.WORKOUT,),
            guards=(_AFTER_DEFAULT,),
            needs=("contract",),
        ),
        Step(
            code="list",
            title=Text("挂牌", "list"),
            before=(DisposalState.APPROVED,),
            after=DisposalState.LISTED,
            doers=(Doer.WORKOUT,),
        ),
        Step(
            code="apply_to_court",
            title=Text("申请法院处置", "apply to the court"),
            before=(DisposalState.APPROVED,),
            after=DisposalState.COURT_APPLIED,
            doers=(Doer.WORKOUT,),
            makes=("application",),
        ),
        Step(
            code="first_round",
            title=Text("第一次拍卖", "first auction"),
            before=(DisposalState.COURT_APPLIED, DisposalState.BID_DEFAULTED),
            after=DisposalState.ROUND_1,
            doers=(Doer.COURT, Doer.WORKOUT),
            deadline="recovery.deadline.court_ruling",
        ),
        Step(
            code="second_round",
            title=Text("第二次拍卖", "second auction"),
            before=(DisposalState.ROUND_1,),
            after=DisposalState.ROUND_2,
            doers=(Doer.COURT, Doer.WORKOUT),
            deadline="recovery.deadline.second_round",
        ),
        Step(
            code="sell_at_reserve",
            title=Text("变卖", "offer at the last reserve"),
            before=(DisposalState.ROUND_2,),
            after=DisposalState.AT_RESERVE,
            doers=(Doer.COURT, Doer.WORKOUT),
            deadline="recovery.deadline.sale_at_reserve",
        ),
        Step(
            code="sell",
            title=Text("成交", "sell"),
            before=_OFFERED,
            after=DisposalState.SOLD,
            doers=(Doer.COURT, Doer.WORKOUT),
            guards=(_RESERVE,),
            entry="recovery",
        ),
        Step(
            code="default_bid",
            title=Text("悔拍", "record that the bidder did not pay"),
            before=(DisposalState.SOLD,),
            after=DisposalState.BID_DEFAULTED,
            doers=(Doer.COURT, Doer.WORKOUT),
        ),
        Step(
            code="take_in_kind",
            title=Text("以物抵债", "take in kind"),
            before=_UNSOLD,
            after=DisposalState.TAKEN_IN_KIND,
            doers=(Doer.APPROVER,),
            guards=(_SECOND,),
            entry="title_taken",
        ),
        Step(
            code="withdraw",
            title=Text("撤回", "withdraw"),
            before=(DisposalState.PROPOSED, DisposalState.VALUED, *_UNSOLD, DisposalState.COURT_APPLIED),
            after=DisposalState.WITHDRAWN,
            doers=(Doer.WORKOUT, Doer.APPROVER),
        ),
        Step(
            code="transfer",
            title=Text("过户并注销质押", "transfer and discharge"),
            before=(DisposalState.SOLD, DisposalState.TAKEN_IN_KIND),
            after=DisposalState.TRANSFERRED,
            doers=(Doer.REGISTRAR, Doer.WORKOUT),
        ),
        Step(
            code="distribute",
            title=Text("分配价款", "distribute"),
            before=(DisposalState.TRANSFERRED,),
            after=DisposalState.DISTRIBUTED,
            doers=(Doer.APPROVER,),
            guards=(_OBJECTIONS, _SECOND),
            makes=("distribution_table",),
            deadline="recovery.deadline.distribution_objection",
        ),
        Step(
            code="close",
            title=Text("了结", "close"),
            before=(DisposalState.DISTRIBUTED, DisposalState.WITHDRAWN),
            after=DisposalState.CLOSED,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
        ),
    ),
)
