"""The states of organisations and invitations, and the scope of a firm's consent."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class OrganisationState(StrEnum):
    """The state of an organisation. PENDING: it has registered itself, and its licence has not been checked."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REFUSED = "refused"


ORGANISATION_WORDS: Mapping[OrganisationState, Text] = {
    OrganisationState.PENDING: Text("待确认", "to be confirmed"),
    OrganisationState.ACTIVE: Text("在用", "active"),
    OrganisationState.SUSPENDED: Text("已停用", "suspended"),
    OrganisationState.REFUSED: Text("未予确认", "not confirmed"),
}

ORGANISATION_TRANSITIONS = Transitions(
    Text("机构", "organisation"),
    ORGANISATION_WORDS,
    # The administration checks an institution's licence before it adds the institution.
    frozenset({OrganisationState.PENDING, OrganisationState.ACTIVE}),
    {
        OrganisationState.PENDING: frozenset({OrganisationState.ACTIVE, OrganisationState.REFUSED}),
        OrganisationState.ACTIVE: frozenset({OrganisationState.SUSPENDED}),
        OrganisationState.SUSPENDED: frozenset({OrganisationState.ACTIVE}),
        OrganisationState.REFUSED: frozenset({OrganisationState.ACTIVE}),
    },
)
# The administration has seen a document that proves the code; without one, anyone could register under any code.
CONFIRMED = (OrganisationState.ACTIVE, OrganisationState.SUSPENDED)


class InvitationState(StrEnum):
    """The outcome of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


INVITATION_WORDS: Mapping[InvitationState, Text] = {
    InvitationState.OPEN: Text("待接受", "open"),
    InvitationState.ACCEPTED: Text("已接受", "accepted"),
    InvitationState.DECLINED: Text("已谢绝", "declined"),
    InvitationState.WITHDRAWN: Text("已撤回", "withdrawn"),
}

INVITATION_TRANSITIONS = Transitions(
    Text("邀请", "invitation"),
    INVITATION_WORDS,
    frozenset({InvitationState.OPEN}),
    {
        InvitationState.OPEN: frozenset(
            {InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.WITHDRAWN}
        )
    },
)


class ConsentScope(StrEnum):
    """The data of a firm that a consent covers."""

    RIGHTS = "rights"
    APPRAISALS = "appraisals"


CONSENT_SCOPE_WORDS: Mapping[ConsentScope, Text] = {
    ConsentScope.RIGHTS: Text("全部权利及其文件", "all rights and their documents"),
    ConsentScope.APPRAISALS: Text("全部评估", "all appraisals"),
}
