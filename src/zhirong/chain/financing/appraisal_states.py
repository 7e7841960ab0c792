"""The states of an appraisal and the transitions between them: requested, accepted, calculated, reviewed, signed by
two appraisers.
"""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions, followers, not_possible


class AppraisalState(StrEnum):
    """The state of an appraisal. ISSUED is an online one, which is not signed."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    WORKED = "worked"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"


APPRAISAL_WORDS: Mapping[AppraisalState, Text] = {
    AppraisalState.REQUESTED: Text("待机构接受", "waiting for the agency"),
    AppraisalState.ACCEPTED: Text("评估中", "appraisal in progress"),
    AppraisalState.WORKED: Text("待复核", "waiting for review"),
    AppraisalState.REVIEWED: Text("待签字", "waiting for signatures"),
    AppraisalState.SIGNED: Text("已出具", "signed and issued"),
    AppraisalState.REFUSED: Text("机构未接受", "declined by the agency"),
    AppraisalState.WITHDRAWN: Text("已撤回", "withdrawn"),
    AppraisalState.ISSUED: Text("线上评估", "online"),
}


class AppraisalTransition(StrEnum):
    """A transition of an appraisal."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    WORK = "work"
    SEND_BACK = "send_back"
    PASS = "pass"  # noqa: S105 - the report passes the review
    SIGN = "sign"
    WITHDRAW = "withdraw"


APPRAISAL_TRANSITION_WORDS: Mapping[AppraisalTransition, Text] = {
    AppraisalTransition.ACCEPT: Text("接受委托", "accept"),
    AppraisalTransition.REFUSE: Text("不接受委托", "refuse"),
    AppraisalTransition.WORK: Text("评估", "appraise"),
    AppraisalTransition.SEND_BACK: Text("退回修改", "send back"),
    AppraisalTransition.PASS: Text("复核通过", "approve the review"),
    AppraisalTransition.SIGN: Text("签字出具", "sign and issue"),
    AppraisalTransition.WITHDRAW: Text("撤回报告", "withdraw the report"),
}

APPRAISAL_ALLOWED: Mapping[tuple[AppraisalState, AppraisalTransition], AppraisalState] = {
    (AppraisalState.REQUESTED, AppraisalTransition.ACCEPT): AppraisalState.ACCEPTED,
    (AppraisalState.REQUESTED, AppraisalTransition.REFUSE): AppraisalState.REFUSED,
    (AppraisalState.ACCEPTED, AppraisalTransition.REFUSE): AppraisalState.REFUSED,
    (AppraisalState.ACCEPTED, AppraisalTransition.WORK): AppraisalState.WORKED,
    (AppraisalState.WORKED, AppraisalTransition.WORK): AppraisalState.WORKED,
    (AppraisalState.WORKED, AppraisalTransition.SEND_BACK): AppraisalState.ACCEPTED,
    (AppraisalState.WORKED, AppraisalTransition.PASS): AppraisalState.REVIEWED,
    (AppraisalState.REVIEWED, AppraisalTransition.SEND_BACK): AppraisalState.ACCEPTED,
    (AppraisalState.REVIEWED, AppraisalTransition.SIGN): AppraisalState.SIGNED,
    (AppraisalState.SIGNED, AppraisalTransition.WITHDRAW): AppraisalState.WITHDRAWN,
}


APPRAISAL_TRANSITIONS = Transitions(
    Text("评估", "appraisal"),
    APPRAISAL_WORDS,
    frozenset({AppraisalState.REQUESTED, AppraisalState.ISSUED}),
    followers(APPRAISAL_ALLOWED, AppraisalState),
)


def states_for(*transitions: AppraisalTransition) -> tuple[AppraisalState, ...]:
    """Return the states in which one of these transitions is allowed."""
    return tuple(dict.fromkeys(state for state, one in APPRAISAL_ALLOWED if one in transitions))


def next_state(state: str, transition: AppraisalTransition) -> AppraisalState:
    """Return the state after a transition. Raises InputError for one that is not allowed now."""
    now = AppraisalState(state)
    then = APPRAISAL_ALLOWED.get((now, transition))
    if then is None:
        possible = [words for one, words in APPRAISAL_TRANSITION_WORDS.items() if (now, one) in APPRAISAL_ALLOWED]
        raise not_possible(APPRAISAL_TRANSITIONS, now, APPRAISAL_TRANSITION_WORDS[transition], possible)
    return then
