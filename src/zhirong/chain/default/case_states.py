"""A default case: one per loan, from the first sign of trouble to the closing report."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.chain.default.machine import Doer, Guard, Machine, Step
from zhirong.kernel.text import Text


class DefaultState(StrEnum):
    """The state of a default case: the furthest stage that it is in."""

    WATCHED = "watched"
    OVERDUE = "overdue"
    CURED = "cured"
    DEMANDED = "demanded"
    ACCELERATED = "accelerated"
    NON_PERFORMING = "non_performing"
    CLAIMED = "claimed"
    RESTRUCTURED = "restructured"
    DISPOSING = "disposing"
    IN_COURT = "in_court"
    BANKRUPT = "bankrupt"
    WRITTEN_OFF = "written_off"
    CLOSED = "closed"


DEFAULT_WORDS: Mapping[DefaultState, Text] = {
    DefaultState.WATCHED: Text("关注", "watched"),
    DefaultState.OVERDUE: Text("逾期", "overdue"),
    DefaultState.CURED: Text("已恢复正常", "cured"),
    DefaultState.DEMANDED: Text("已催收", "demanded"),
    DefaultState.ACCELERATED: Text("已宣布提前到期", "accelerated"),
    DefaultState.NON_PERFORMING: Text("不良", "non-performing"),
    DefaultState.CLAIMED: Text("已索赔", "claimed"),
    DefaultState.RESTRUCTURED: Text("已重组", "restructured"),
    DefaultState.DISPOSING: Text("处置中", "in disposal"),
    DefaultState.IN_COURT: Text("诉讼或仲裁中", "in court"),
    DefaultState.BANKRUPT: Text("债务人破产", "debtor bankrupt"),
    DefaultState.WRITTEN_OFF: Text("已核销", "written off"),
    DefaultState.CLOSED: Text("已结案", "closed"),
}

# States in which the loan is in default and the case is worked on.
WORKED_ON = (
    DefaultState.OVERDUE,
    DefaultState.DEMANDED,
    DefaultState.ACCELERATED,
    DefaultState.NON_PERFORMING,
    DefaultState.CLAIMED,
    DefaultState.RESTRUCTURED,
    DefaultState.DISPOSING,
    DefaultState.IN_COURT,
    DefaultState.BANKRUPT,
)
CASES_OPEN = (DefaultState.WATCHED, *WORKED_ON, DefaultState.WRITTEN_OFF)
_BEFORE_CLAIM = (DefaultState.OVERDUE, DefaultState.DEMANDED, DefaultState.ACCELERATED, DefaultState.NON_PERFORMING)

_IS_LATE = Guard(
    "is_late",
    Text("至少逾期一日，或有约定事由", "at least one day overdue, or an agreed event"),
    Text(
        "逾期之前请勿催收；有约定事由的请注明", "Do not demand before the debt is late; or name the agreed event."
    ),
)
_ALL_PAID = Guard(
    "all_due_paid",
    Text("到期款项已全部偿还", "everything due has been paid"),
    Text("请待到期款项还清后再办理", "Wait until everything due has been paid."),
)
_CLAUSE = Guard(
    "clause_named",
    Text("已写明合同条款和事由", "the clause and the ground are named"),
    Text("请填写合同条款和触发事由", "Name the clause and the ground."),
)
_SECOND = Guard(
    "second_person",
    Text("由另一人批准", "approved by another person"),
    Text("请由提出人以外的审批人办理", "Let an approver who did not propose it decide."),
)
_CLAIM_FILED = Guard(
    "claim_filed",
    Text("已向至少一方提出索赔", "a claim has been filed with at least one payer"),
    Text("请先提交索赔", "File a claim first."),
)
_CONSENTS = Guard(
    "consents_given",
    Text("全部保证人和基金已书面同意", "every guarantor and the fund consent in writing"),
    Text(
        "请取得书面同意；未经同意的，保证人对增加的债务不承担责任，保证期间也不变（民法典第六百九十五条）",
        "Obtain the consents in writing. Without consent the guarantor is not liable for the increase, and the guarantee period does not change (Civil Code 695).",
    ),
)
_SETTLED = Guard(
    "nothing_open",
    Text(
        "债务已清偿、免除或最终损失已分配，索赔均已了结，应返还款项已返还，质押已注销，期限均已了结",
        "the debt is paid, released or finally divided; claims, returns, pledge and deadlines are settled",
    ),
    Text("请先了结案件页列示的未了事项", "Settle the open items listed on the page of the case."),
)

DEFAULT_CASE = Machine(
    Text("违约案件", "default case"),
    DEFAULT_WORDS,
    (
        Step(
            code="watch",
            title=Text("列入关注", "watch"),
            before=(),
            after=DefaultState.WATCHED,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
        ),
        Step(
            code="open",
            title=Text("立案", "open the case"),
            before=(),
            after=DefaultState.OVERDUE,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
        ),
        Step(
            code="fall_overdue",
            title=Text("转为逾期", "record as overdue"),
            before=(DefaultState.WATCHED, DefaultState.CURED),
            after=DefaultState.OVERDUE,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
        ),
        Step(
            code="cure",
            title=Text("恢复正常", "cure"),
            before=(DefaultState.WATCHED, *_BEFORE_CLAIM, DefaultState.RESTRUCTURED),
            after=DefaultState.CURED,
            doers=(Doer.SYSTEM, Doer.WORKOUT),
            guards=(_ALL_PAID,),
        ),
        Step(
            code="demand",
            title=Text("催收", "demand payment"),
            before=(DefaultState.OVERDUE,),
            after=DefaultState.DEMANDED,
            doers=(Doer.WORKOUT,),
            guards=(_IS_LATE,),
            makes=("demand_letter",),
            deadline="recovery.deadline.demand",
        ),
        Step(
            code="accelerate",
            title=Text("宣布提前到期", "accelerate"),
            before=(DefaultState.DEMANDED, DefaultState.NON_PERFORMING),
            after=DefaultState.ACCELERATED,
            doers=(Doer.APPROVER,),
            guards=(_CLAUSE, _SECOND),
            makes=("acceleration_letter",),
        ),
        Step(
            code="class_down",
            title=Text("转为不良", "classify as non-performing"),
            before=(DefaultState.OVERDUE, DefaultState.DEMANDED, DefaultState.ACCELERATED),
            after=DefaultState.NON_PERFORMING,
            doers=(Doer.SYSTEM,),
            entry="accrual_stopped",
        ),
        Step(
            code="claim",
            title=Text("索赔", "claim"),
            before=WORKED_ON,
            after=DefaultState.CLAIMED,
            doers=(Doer.WORKOUT,),
            guards=(_CLAIM_FILED,),
            makes=("claim_set",),
            entry="claim",
        ),
        Step(
            code="restructure",
            title=Text("重组", "restructure"),
            before=WORKED_ON,
            after=DefaultState.RESTRUCTURED,
            doers=(Doer.APPROVER,),
            guards=(_CONSENTS, _SECOND),
            needs=("agreement",),
        ),
        Step(
            code="dispose",
            title=Text("转入处置", "begin disposal"),
            before=(*WORKED_ON, DefaultState.WRITTEN_OFF),
            after=DefaultState.DISPOSING,
            doers=(Doer.WORKOUT,),
            makes=("mandate",),
        ),
        Step(
            code="sue",
            title=Text("提起诉讼或仲裁", "go to court"),
            before=(*WORKED_ON, DefaultState.WRITTEN_OFF),
            after=DefaultState.IN_COURT,
            doers=(Doer.WORKOUT,),
            entry="cost_paid",
        ),
        Step(
            code="bankruptcy",
            title=Text("登记受理破产", "record the bankruptcy"),
            before=(*WORKED_ON, DefaultState.WRITTEN_OFF),
            after=DefaultState.BANKRUPT,
            doers=(Doer.WORKOUT,),
            needs=("ruling",),
            makes=("proof_of_debt",),
            deadline="recovery.deadline.declare_claim",
            entry="bankruptcy",
        ),
        Step(
            code="write_off",
            title=Text("核销", "write off"),
            before=WORKED_ON,
            after=DefaultState.WRITTEN_OFF,
            doers=(Doer.APPROVER,),
            guards=(_SECOND,),
            makes=("write_off_decision",),
            entry="written_off",
        ),
        Step(
            code="close",
            title=Text("结案", "close"),
            before=(*WORKED_ON, DefaultState.WRITTEN_OFF, DefaultState.CURED),
            after=DefaultState.CLOSED,
            doers=(Doer.APPROVER,),
            guards=(_SETTLED, _SECOND),
            makes=("closing_report",),
        ),
        Step(
            code="reopen",
            title=Text("重新立案", "reopen"),
            before=(DefaultState.CLOSED,),
            after=DefaultState.OVERDUE,
            doers=(Doer.WORKOUT,),
        ),
    ),
)
