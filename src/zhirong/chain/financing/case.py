"""The states of a case and the transitions between them (002 §4.4: appraisal, review, registration, disbursement,
follow-up).
"""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions, followers, not_possible


class CaseState(StrEnum):
    """The state of a case. The value of DISBURSED is historical: existing rows and log entries use it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    DILIGENCE = "diligence"
    APPROVAL = "approval"
    APPROVED = "approved"
    SIGNING = "signing"
    REGISTERING = "registering"
    DISBURSED = "released"
    REPAID = "repaid"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


CASE_WORDS: Mapping[CaseState, Text] = {
    CaseState.DRAFT: Text("草稿", "draft"),
    CaseState.SUBMITTED: Text("已提交，待受理", "submitted"),
    CaseState.DILIGENCE: Text("尽职调查", "due diligence"),
    CaseState.APPROVAL: Text("审批中", "in approval"),
    CaseState.APPROVED: Text("已批准，待出合同", "approved, contracts pending"),
    CaseState.SIGNING: Text("待签署", "to be signed"),
    CaseState.REGISTERING: Text("质押登记与放款条件", "registration and conditions"),
    CaseState.DISBURSED: Text("已放款", "disbursed"),
    CaseState.REPAID: Text("已还清，待注销质押", "repaid, discharge pending"),
    CaseState.CLOSED: Text("已结清", "closed"),
    CaseState.DECLINED: Text("未通过", "declined"),
    CaseState.WITHDRAWN: Text("已撤回", "withdrawn"),
}

# The side that has to act next in each state.
TURN: Mapping[CaseState, str] = {
    CaseState.DRAFT: "firm",
    CaseState.SUBMITTED: "lender",
    CaseState.DILIGENCE: "lender",
    CaseState.APPROVAL: "lender",
    CaseState.APPROVED: "lender",
    CaseState.SIGNING: "firm",
    CaseState.REGISTERING: "lender",
    CaseState.DISBURSED: "firm",
    CaseState.REPAID: "lender",
}

# The states of a successful case, for a progress picture.
WAY = (
    CaseState.DRAFT,
    CaseState.SUBMITTED,
    CaseState.DILIGENCE,
    CaseState.APPROVAL,
    CaseState.APPROVED,
    CaseState.SIGNING,
    CaseState.REGISTERING,
    CaseState.DISBURSED,
    CaseState.REPAID,
    CaseState.CLOSED,
)
ENDED = frozenset({CaseState.CLOSED, CaseState.DECLINED, CaseState.WITHDRAWN})


class CaseTransition(StrEnum):
    """A transition of the entire case."""

    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    SUBMIT_FOR_APPROVAL = "submit_for_approval"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    ISSUE = "issue"
    SIGNED = "signed"
    DISBURSE = "disburse"
    REPAY = "repay"
    CLOSE = "close"
    REOPEN = "reopen"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


CASE_TRANSITION_WORDS: Mapping[CaseTransition, Text] = {
    CaseTransition.SUBMIT: Text("提交", "submit"),
    CaseTransition.RETURN: Text("退回补充", "return to the firm"),
    CaseTransition.ACCEPT: Text("受理", "accept"),
    CaseTransition.SUBMIT_FOR_APPROVAL: Text("报审批", "submit for approval"),
    CaseTransition.SEND_BACK: Text("退回调查", "send back to due diligence"),
    CaseTransition.APPROVE: Text("批准", "approve"),
    CaseTransition.ISSUE: Text("出合同", "issue the contracts"),
    CaseTransition.SIGNED: Text("签署完成", "signed"),
    CaseTransition.DISBURSE: Text("放款", "disburse"),
    CaseTransition.REPAY: Text("还清", "repaid"),
    CaseTransition.CLOSE: Text("注销质押并结清", "discharge and close"),
    CaseTransition.REOPEN: Text("冲正后退回", "return after a reversed payment"),
    CaseTransition.DECLINE: Text("不通过", "decline"),
    CaseTransition.WITHDRAW: Text("撤回", "withdraw"),
}

_BEFORE_SIGNING = (CaseState.SUBMITTED, CaseState.DILIGENCE, CaseState.APPROVAL, CaseState.APPROVED)
CASE_ALLOWED: Mapping[tuple[CaseState, CaseTransition], CaseState] = {
    (CaseState.DRAFT, CaseTransition.SUBMIT): CaseState.SUBMITTED,
    (CaseState.SUBMITTED, CaseTransition.RETURN): CaseState.DRAFT,
    (CaseState.DILIGENCE, CaseTransition.RETURN): CaseState.DRAFT,
    (CaseState.SUBMITTED, CaseTransition.ACCEPT): CaseState.DILIGENCE,
    (CaseState.DILIGENCE, CaseTransition.SUBMIT_FOR_APPROVAL): CaseState.APPROVAL,
    (CaseState.APPROVAL, CaseTransition.SEND_BACK): CaseState.DILIGENCE,
    (CaseState.APPROVAL, CaseTransition.APPROVE): CaseState.APPROVED,
    # The basis of the approval has changed before the disbursement: the case is reviewed and decided on again.
    **{
        (state, CaseTransition.SEND_BACK): CaseState.DILIGENCE
        for state in (CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING)
    },
    (CaseState.APPROVED, CaseTransition.ISSUE): CaseState.SIGNING,
    (CaseState.SIGNING, CaseTransition.ISSUE): CaseState.SIGNING,
    (CaseState.SIGNING, CaseTransition.SIGNED): CaseState.REGISTERING,
    (CaseState.REGISTERING, CaseTransition.DISBURSE): CaseState.DISBURSED,
    (CaseState.DISBURSED, CaseTransition.REPAY): CaseState.REPAID,
    (CaseState.REPAID, CaseTransition.CLOSE): CaseState.CLOSED,
    # A wrongly matched payment is reversed: its consequences no longer apply.
    (CaseState.REPAID, CaseTransition.REOPEN): CaseState.DISBURSED,
    (CaseState.DISBURSED, CaseTransition.REOPEN): CaseState.REGISTERING,
    **{
        (state, CaseTransition.DECLINE): CaseState.DECLINED
        for state in (*_BEFORE_SIGNING, CaseState.SIGNING, CaseState.REGISTERING)
    },
    **{
        (state, CaseTransition.WITHDRAW): CaseState.WITHDRAWN
        for state in (CaseState.DRAFT, *_BEFORE_SIGNING, CaseState.SIGNING, CaseState.REGISTERING)
    },
}


CASE_TRANSITIONS = Transitions(
    Text("申请", "case"), CASE_WORDS, frozenset({CaseState.DRAFT}), followers(CASE_ALLOWED, CaseState)
)


def next_state(state: str, transition: CaseTransition) -> CaseState:
    """Return the state after a transition. Raises InputError for one that is not allowed now."""
    now = CaseState(state)
    then = CASE_ALLOWED.get((now, transition))
    if then is None:
        possible = [words for one, words in CASE_TRANSITION_WORDS.items() if (now, one) in CASE_ALLOWED]
        raise not_possible(CASE_TRANSITIONS, now, CASE_TRANSITION_WORDS[transition], possible)
    return then
