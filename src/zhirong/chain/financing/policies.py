"""The states of an organisation's policy and the transitions between them: drafted by one person, approved by another."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions, followers, not_possible


class PolicyState(StrEnum):
    """The state of a version of a policy. Superseded: a later version was approved; this one applies until the day
    before that one starts.
    """

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


POLICY_STATE_TEXT: Mapping[PolicyState, Text] = {
    PolicyState.DRAFT: Text("草稿", "draft"),
    PolicyState.SUBMITTED: Text("待批准", "waiting for approval"),
    PolicyState.APPROVED: Text("已批准", "approved"),
    PolicyState.REJECTED: Text("未批准", "rejected"),
    PolicyState.WITHDRAWN: Text("已撤回", "withdrawn"),
    PolicyState.SUPERSEDED: Text("已被新版本取代", "superseded"),
}


class PolicyTransition(StrEnum):
    """A transition of a version of a policy."""

    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"


POLICY_ALLOWED: Mapping[tuple[PolicyState, PolicyTransition], PolicyState] = {
    (PolicyState.DRAFT, PolicyTransition.EDIT): PolicyState.DRAFT,
    (PolicyState.DRAFT, PolicyTransition.SUBMIT): PolicyState.SUBMITTED,
    (PolicyState.DRAFT, PolicyTransition.WITHDRAW): PolicyState.WITHDRAWN,
    (PolicyState.SUBMITTED, PolicyTransition.APPROVE): PolicyState.APPROVED,
    (PolicyState.SUBMITTED, PolicyTransition.REJECT): PolicyState.REJECTED,
    (PolicyState.SUBMITTED, PolicyTransition.WITHDRAW): PolicyState.WITHDRAWN,
    (PolicyState.APPROVED, PolicyTransition.SUPERSEDE): PolicyState.SUPERSEDED,
}
POLICY_TRANSITION_WORDS: Mapping[PolicyTransition, Text] = {
    PolicyTransition.EDIT: Text("修改", "edit"),
    PolicyTransition.SUBMIT: Text("提交批准", "submit for approval"),
    PolicyTransition.APPROVE: Text("批准", "approve"),
    PolicyTransition.REJECT: Text("不批准", "reject"),
    PolicyTransition.WITHDRAW: Text("撤回", "withdraw"),
    PolicyTransition.SUPERSEDE: Text("由新版本取代", "supersede"),
}
POLICY_TRANSITIONS = Transitions(
    Text("政策", "policy"),
    POLICY_STATE_TEXT,
    frozenset({PolicyState.DRAFT}),
    followers(POLICY_ALLOWED, PolicyState),
)
# States whose versions apply, between their first and their last day.
DECIDING = (PolicyState.APPROVED, PolicyState.SUPERSEDED)


def policy_states_for(transition: PolicyTransition) -> tuple[PolicyState, ...]:
    """Return the states in which a transition is allowed."""
    return tuple(state for state, one in POLICY_ALLOWED if one is transition)


def next_policy_state(state: str, transition: PolicyTransition) -> PolicyState:
    """Return the state after a transition. Raises InputError if it is not allowed now."""
    now = PolicyState(state)
    then = POLICY_ALLOWED.get((now, transition))
    if then is None:
        possible = [words for one, words in POLICY_TRANSITION_WORDS.items() if (now, one) in POLICY_ALLOWED]
        raise not_possible(POLICY_TRANSITIONS, now, POLICY_TRANSITION_WORDS[transition], possible)
    return then
