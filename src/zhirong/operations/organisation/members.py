"""Members of an organisation. Its manager invites by e-mail and does not learn who has an account; the security
administrator, who sees every account, grants roles directly.
"""

from datetime import date, timedelta
from typing import Annotated, Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q
from pydantic import Field

from zhirong.chain.organisation.roles import ADMIN_ROLES, ROLE_WORDS, MemberRole, OrganisationKind, roles_of
from zhirong.chain.organisation.states import INVITATION_WORDS, InvitationState
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.declare import operation
from zhirong.operations.fields import Formed, Request, ask
from zhirong.operations.jobs import Task, job
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.sessions import CLOSED
from zhirong.operations.unit_of_work import Work
from zhirong.operations.visibility import confirmed_addresses
from zhirong.store.parties import Account, Invitation, Membership, Organisation
from zhirong.store.work import Job, Letter, Notice

HEADS = {
    OrganisationKind.FIRM: MemberRole.FIRM_MANAGER,
    OrganisationKind.LENDER: MemberRole.LENDER_MANAGER,
    OrganisationKind.GUARANTOR: MemberRole.GUARANTOR_APPROVER,
    OrganisationKind.AGENCY: MemberRole.AGENCY_REVIEWER,
    OrganisationKind.OPERATOR: MemberRole.OPERATOR_AGENT,
}
_HOLDS = timedelta(days=30)
_MOST_OPEN = 200  # per organisation, against floods of invitations
_MAIL = "member.invite"
_A_DAY = timedelta(days=1)
_MOST_OF_A_DAY = 3  # invitations mailed to one address by all organisations
_SUBJECT = "[知融 Zhirong]"


def _role_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    if row is None:
        return []
    return [(role.value, ROLE_WORDS[role]) for role in roles_of(OrganisationKind(row.kind))]


class AddMember(Request):
    """The future member of an organisation."""

    email: Annotated[
        str,
        Field(max_length=254),
        Formed(r"^[^@\s]+@[^@\s]+$", Text("按 name@example.cn 的格式填写", "enter it as name@example.cn")),
        ask("邮箱", "E-mail address", "对方登录或注册使用的邮箱", "the address with which they sign in or sign up"),
    ]
    roles: Annotated[list[MemberRole], ask("角色", "Roles", widget="many", choices=_role_choices)]


def _administers(actor: Actor, row: Any) -> bool:
    """Return whether the actor may grant roles: the security administrator everywhere, the manager within the
    organisation.
    """
    if actor.has(MemberRole.SECURITY_ADMIN):
        return True
    head = HEADS.get(OrganisationKind(row.kind))
    return row.pk == actor.organisation and head is not None and actor.has(head)


@operation(
    "member.add",
    Text("添加成员", "Add a member"),
    model=Organisation,
    roles=(MemberRole.SECURITY_ADMIN, *HEADS.values()),
    relation=_administers,
    request=AddMember,
    help=Text(
        "向该邮箱发送邀请；对方登录（无账号的先注册）后在“身份”页接受。已是成员的，直接变更为所选角色。",
        "Sends an invitation to the address. The invitee accepts it on the 'Acting for' page after signing in or signing up. Existing members get the selected roles immediately.",
    ),
)
def add_member(work: Work, request: AddMember) -> Any:
    """Give someone roles in the organisation that replace earlier ones.

    The manager sees the same answer whether or not the address has an account. The security administrator sees
    every account anyway: the member is added at once, and the administrator is notified if there is no account.
    """
    _demand_roles(work.row, request.roles)
    account = Account.objects.filter(email__iexact=request.email).first()
    if work.actor.has(MemberRole.SECURITY_ADMIN):
        if account is None:
            raise refuse(
                "no_account",
                "email",
                request.email,
                Text("该邮箱没有对应账号", "there is no account with this address"),
                Text("请对方先注册", "ask them to sign up first"),
            )
        return _join(work, account, work.row, request.roles)
    if account is not None and account.pk == work.actor.account:
        _demand_apart(work, account, work.row, request.roles)
    is_member = Membership.objects.filter(account=account, organisation=work.row, active=True).exists()
    if account is not None and is_member:  # the manager knows them, because they are listed
        return _join(work, account, work.row, request.roles)
    return _invite(work, request)


def _join(work: Work, account: Account, organisation: Organisation, roles: list[MemberRole]) -> dict[str, Any]:
    _demand_apart(work, account, organisation, roles)
    given = [role.value for role in roles]
    member = Membership.objects.filter(account=account, organisation=organisation).first()
    if member is None:
        member = work.create(Membership, account=account, organisation=organisation, roles=given, active=True)
    else:
        work.update(member, roles=given, active=True)
    words = Text(f"您已加入 {organisation.name}", f"You are now a member of {organisation.name}")
    work.notify(words, page_link("acting"), organisation, alone=account)
    return {"id": member.pk}


def _invite(work: Work, request: AddMember) -> dict[str, Any]:
    email, until = request.email.lower(), work.day + _HOLDS
    values = {"roles": [role.value for role in request.roles], "until": until}
    waiting = Invitation.objects.filter(organisation=work.row, state=InvitationState.OPEN)
    invitation = waiting.filter(email=email).first()
    if invitation is not None:
        work.update(invitation, **values)
    else:
        if waiting.filter(until__gte=work.day).count() >= _MOST_OPEN:
            raise refuse(
                "too_many_invitations",
                "email",
                email,
                Text(f"待接受的邀请已有 {_MOST_OPEN} 份", f"{_MOST_OPEN} invitations are already pending"),
                Text("请先撤回不需要的邀请", "withdraw invitations that are not needed"),
            )
        invitation = work.create(
            Invitation, organisation=work.row, email=email, state=InvitationState.OPEN, **values
        )
    is_mailed = not _mailed_lately(work, email)
    if is_mailed:
        work.later(_MAIL, f"{_MAIL}/{invitation.pk}/{invitation.version}", work.now, invitation=invitation.pk)
    return {"invited": email, "until": until.isoformat(), "mailed": is_mailed}


def _mailed_lately(work: Work, email: str) -> bool:
    """Return whether the organisation has sent an invitation to the address within a day: at most one a day per
    address.
    """
    own = Invitation.objects.filter(organisation=work.row, email=email).values_list("pk", flat=True)
    sent = Job.objects.filter(kind=_MAIL, run_at__gt=work.now - _A_DAY)
    return sent.filter(payload__invitation__in=list(own)).exists()


@job(_MAIL)
def send_invitation(task: Task) -> Any:
    """Notify the invited person: by a notification if the address has an account (mailed with the others),
    otherwise by e-mail.

    The job's result does not say which, because it can be read.
    """
    found = Invitation.objects.filter(pk=task.payload["invitation"], state=InvitationState.OPEN)
    one = found.select_related("organisation").first()
    if one is None:
        return {}
    # Several organisations may invite one address. Invitations beyond the daily limit wait, so that an address cannot be flooded.
    since = task.now - _A_DAY
    letters = Letter.objects.filter(to__iexact=one.email, made_at__gt=since, subject__startswith=_SUBJECT).count()
    notices = Notice.objects.filter(
        account__email__iexact=one.email, at__gt=since, link__startswith=page_link("own.invitations")
    )
    if letters + notices.count() >= _MOST_OF_A_DAY:
        task.later(_MAIL, f"{task.job.key}/{task.day}", task.now + _A_DAY, invitation=one.pk)
        return {}
    name = one.organisation.name
    words = Text(
        f"{name} 邀请您成为其成员，{one.until} 前有效",
        f"{name} invites you to become a member; valid until {one.until}",
    )
    account = Account.objects.filter(email__iexact=one.email, is_active=True).first()
    if account is not None:
        link = page_link("own.invitation", one.pk)
        if not Notice.objects.filter(account=account, link=link, at__gte=one.changed_at).exists():
            Notice.objects.create(account=account, link=link, at=task.now, mail_at=task.now, words=words.as_json())
        return {}
    sign_up = settings.PUBLIC_URL + page_link("account_signup")
    how = Text(
        f"请使用该邮箱在 {sign_up} 注册后接受。如不认识邀请方，请忽略本邮件。",
        f"Sign up with this address at {sign_up} to accept. If you do not know the sender, ignore this message.",
    )
    body = "\n\n".join((words.zh, how.zh, words.en, how.en))
    EmailMessage(f"{_SUBJECT} {words.zh} · {words.en}"[:120], body, None, [one.email]).send()
    return {}


def open_to(actor: Actor, day: date) -> list[Invitation]:
    """Return the invitations that the actor can accept today."""
    found = Invitation.objects.filter(
        email__in=confirmed_addresses(actor), state=InvitationState.OPEN, until__gte=day
    )
    return list(found.exclude(organisation__status__in=CLOSED).select_related("organisation").order_by("pk"))


def _is_invited(actor: Actor, row: Any) -> bool:
    """Return whether the invitation was sent to a confirmed address of the actor's account."""
    return row.email in confirmed_addresses(actor)


def _demand_standing(work: Work) -> None:
    if work.row.until < work.day:
        raise refuse(
            "invitation_over",
            "until",
            work.row.until,
            Text("邀请已过期", "the invitation has expired"),
            Text("请对方重新邀请", "ask for a new invitation"),
        )


@operation(
    "invitation.accept",
    Text("接受邀请", "Accept the invitation"),
    model=Invitation,
    states=(InvitationState.OPEN,),
    relation=_is_invited,
)
def accept_invitation(work: Work, request: Any) -> Any:
    """Accept the invitation: the account becomes a member with the roles in it."""
    _demand_standing(work)
    account = Account.objects.get(pk=work.actor.account)
    joined = _join(work, account, work.row.organisation, [MemberRole(one) for one in work.row.roles])
    work.update(work.row, state=InvitationState.ACCEPTED)
    return joined


@operation(
    "invitation.decline",
    Text("谢绝邀请", "Decline the invitation"),
    model=Invitation,
    states=(InvitationState.OPEN,),
    relation=_is_invited,
)
def decline_invitation(work: Work, request: Any) -> Any:
    """Decline the invitation."""
    work.update(work.row, state=InvitationState.DECLINED)


@operation(
    "invitation.withdraw",
    Text("撤回邀请", "Withdraw the invitation"),
    model=Invitation,
    roles=(MemberRole.SECURITY_ADMIN, *HEADS.values()),
    states=(InvitationState.OPEN,),
    relation=lambda actor, row: _administers(actor, row.organisation),
)
def withdraw_invitation(work: Work, request: Any) -> Any:
    """Withdraw the invitation, so that it can no longer be accepted."""
    work.update(work.row, state=InvitationState.WITHDRAWN)


@operation(
    "member.remove",
    Text("移除成员", "Remove the member"),
    model=Membership,
    roles=(MemberRole.SECURITY_ADMIN, *HEADS.values()),
    relation=lambda actor, row: _administers(actor, row.organisation) and row.account_id != actor.account,
    is_grave=True,
)
def remove_member(work: Work, request: Any) -> Any:
    """Remove all roles of the member; past actions stay in the log."""
    work.update(work.row, active=False)


def _demand_roles(organisation: Organisation, roles: list[MemberRole]) -> None:
    possible = roles_of(OrganisationKind(organisation.kind))
    wrong = [role for role in roles if role not in possible]
    if wrong or not roles:
        raise refuse(
            "not_a_role_here",
            "roles",
            "、".join(wrong),
            Text("此类机构没有该角色", "organisations of this kind do not have this role"),
            Text("请至少选择一个所列角色", "choose at least one role from the list"),
        )
    if len(ADMIN_ROLES.intersection(roles)) > 1:
        raise refuse(
            "separate_administrators",
            "roles",
            "、".join(roles),
            Text(
                "系统、安全、审计三个管理角色须由不同的人担任",
                "system, security and audit administrators must be different people",
            ),
            Text("请只选择其中一个角色", "choose one of them"),
        )


def _demand_apart(work: Work, account: Account, organisation: Organisation, roles: list[MemberRole]) -> None:
    """Reject roles for oneself, and a second administrator role for one person, across all organisations."""
    if account.pk == work.actor.account and work.operation.name == "member.add":
        raise refuse(
            "own_roles",
            "email",
            account.email,
            Text("不能向本人授予角色", "you cannot assign roles to yourself"),
            Text("请由安全管理员或另一位负责人办理", "ask the security administrator or another manager"),
        )
    elsewhere = Membership.objects.filter(account=account, active=True).exclude(organisation=organisation)
    had = {role for held in elsewhere.values_list("roles", flat=True) for role in held}
    if len(ADMIN_ROLES.intersection(had | set(roles))) > 1:
        raise refuse(
            "separate_administrators",
            "roles",
            "、".join(roles),
            Text(
                "此人在其他机构已担任另一管理角色；系统、安全、审计管理角色须由不同人员担任",
                "this person already has another administrator role; system, security and audit administrators must be different people",
            ),
            Text("请另选一人", "choose another person"),
        )


INVITATIONS = listing(
    Listing(
        "own.invitations",
        Text("成员邀请", "Invitations"),
        Invitation,
        (
            Column("email", Text("邮箱", "E-mail"), lambda row: row.email, main=True),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name, main=True),
            Column("roles", Text("角色", "Roles"), lambda row: roles_text(row.roles)),
            Column("until", Text("有效至", "Valid until"), lambda row: row.until, "day"),
            Column("state", Text("状态", "State"), lambda row: INVITATION_WORDS[row.state], "state", main=True),
        ),
        (Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(INVITATION_WORDS.items())),),
        related=("organisation",),
        page="own.invitation",
        empty=Text("暂无邀请。", "No invitations."),
    )
)


def roles_text(roles: list[str]) -> Text:
    """Return the names of the roles."""
    words = [ROLE_WORDS[MemberRole(one)] for one in roles]
    return Text("、".join(one.zh for one in words), ", ".join(one.en for one in words))
