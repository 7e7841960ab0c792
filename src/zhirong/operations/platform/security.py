"""The security administrator's operations: accounts, lock-outs, sessions. ``members`` grants roles, ``tokens``
revokes tokens.

The sign-in data of accounts is sealed (``seals``), so that the check finds any change made neither here nor by the
account's owner.
"""

from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.text import Text
from zhirong.operations.declare import operation
from zhirong.operations.fields import Line, Request, Words, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.organisation.members import roles_text
from zhirong.operations.platform.seals import reseal
from zhirong.operations.refusals import refuse
from zhirong.operations.sign_in import forget_wrong
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Account, ApiToken, Membership

SECURITY = (MemberRole.SECURITY_ADMIN,)
AccountNumber = Annotated[int, id_of("accounts"), Field(ge=1, lt=2**31), ask("账号编号", "Account")]


class ChangeAccount(Request):
    """An account, and the reason."""

    account: AccountNumber
    reason: Annotated[Words, ask("理由", "Reason", widget="area")]


def _account(work: Work, number: int) -> Account:
    found = Account.objects.select_for_update().filter(pk=number).first()
    if found is None:
        raise refuse(
            "no_account",
            "account",
            number,
            Text("账号不存在", "the account does not exist"),
            Text("请在账号列表中查找", "find it in the list"),
        )
    return found


@operation(
    "account.close", Text("停用账号", "Close the account"), request=ChangeAccount, roles=SECURITY, is_grave=True
)
def close_account(work: Work, request: ChangeAccount) -> Any:
    """Close the account: it cannot sign in, its sessions end, its tokens are revoked; its past actions stay in the
    log.
    """
    from allauth.usersessions.models import UserSession

    account = _account(work, request.account)
    if account.pk == work.actor.account:
        raise refuse(
            "own_account",
            "account",
            request.account,
            Text("不能停用本人账号", "you cannot close your own account"),
            Text("请由另一名安全管理员办理", "ask another security administrator"),
        )
    if not account.is_active:
        raise refuse(
            "closed_already",
            "account",
            request.account,
            Text("账号已停用", "the account is already closed"),
            Text("无需重复办理", "no action needed"),
        )
    Account.objects.filter(pk=account.pk).update(is_active=False)
    reseal(account.pk, ["is_active"])
    for session in UserSession.objects.filter(user=account):
        session.end()
    for token in ApiToken.objects.filter(account=account, revoked_on=None):
        work.update(token, revoked_on=work.day)
    work.public["account"] = account.pk


@operation("account.open", Text("恢复账号", "Reopen the account"), request=ChangeAccount, roles=SECURITY)
def open_account(work: Work, request: ChangeAccount) -> Any:
    """Reopen the account: it can sign in again; revoked tokens stay revoked."""
    account = _account(work, request.account)
    if account.is_active:
        raise refuse(
            "open_already",
            "account",
            request.account,
            Text("账号未停用", "the account is not closed"),
            Text("无需重复办理", "no action needed"),
        )
    Account.objects.filter(pk=account.pk).update(is_active=True)
    reseal(account.pk, ["is_active"])
    work.public["account"] = account.pk


class EndSessions(Request):
    """An account whose sessions all end."""

    account: AccountNumber


@operation(
    "session.end_all", Text("结束全部登录", "End all sessions"), request=EndSessions, roles=SECURITY, is_grave=True
)
def end_sessions(work: Work, request: EndSessions) -> Any:
    """End all sessions of the account; each device must sign in again."""
    from allauth.usersessions.models import UserSession

    account = _account(work, request.account)
    sessions = list(UserSession.objects.filter(user=account))
    for session in sessions:
        session.end()
    work.public["account"] = account.pk
    return {"ended": len(sessions)}


class ReleaseLockout(Request):
    """A sign-in name that was locked out after wrong passwords."""

    username: Annotated[Line, ask("登录邮箱", "E-mail address")]
    reason: Annotated[
        Words, ask("理由", "Reason", "如：本人来电，已核实身份", "such as: called, identity checked", widget="area")
    ]


@operation(
    "lockout.release",
    Text("解除锁定", "Remove the lock-out"),
    request=ReleaseLockout,
    roles=SECURITY,
    help=Text("解除后可立即登录。", "The account can then sign in immediately."),
)
def release_lockout(work: Work, request: ReleaseLockout) -> Any:
    """Delete the failed attempts of the name, both those counted by network and those counted for the name."""
    from axes.utils import reset

    name = request.username.lower()
    count = reset(username=name) + forget_wrong(name)
    if not count:
        raise refuse(
            "not_locked",
            "username",
            request.username,
            Text("该账号没有登录失败记录", "there are no failed sign-in attempts for this address"),
            Text("请核对邮箱", "check the address"),
        )
    return {"released": count}


def second_factors(accounts: "list[Any]") -> dict[int, int]:
    """Return the number of second factors of each account."""
    from allauth.mfa.models import Authenticator

    found: dict[int, int] = {}
    for account in Authenticator.objects.filter(user__in=accounts).values_list("user_id", flat=True):
        found[account] = found.get(account, 0) + 1
    return found


ACCOUNTS = listing(
    Listing(
        "admin.accounts",
        Text("账号", "Accounts"),
        Account,
        (
            Column("email", Text("登录邮箱", "E-mail"), lambda row: row.email, order="email", main=True),
            Column("name", Text("姓名", "Name"), lambda row: row.display_name),
            Column(
                "active",
                Text("状态", "State"),
                lambda row: Text("在用", "in use") if row.is_active else Text("已停用", "closed"),
                "state",
                main=True,
            ),
            Column("joined", Text("注册时间", "Signed up"), lambda row: row.date_joined, "instant", "date_joined"),
            Column("seen", Text("最近登录", "Last sign-in"), lambda row: row.last_login, "instant", "last_login"),
        ),
        (
            Filter("email", Text("邮箱", "E-mail"), lambda value: Q(email__icontains=value)),
            Filter(
                "active",
                Text("状态", "State"),
                lambda value: Q(is_active=value == "1"),
                (("1", Text("在用", "in use")), ("0", Text("已停用", "closed"))),
            ),
        ),
        roles=SECURITY,
        page="admin.account",
    )
)
MEMBERS = listing(
    Listing(
        "admin.members",
        Text("成员与角色", "Members and roles"),
        Membership,
        (
            Column("account", Text("账号", "Account"), lambda row: row.account.email, main=True),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name, main=True),
            Column("roles", Text("角色", "Roles"), lambda row: roles_text(row.roles)),
            Column(
                "active",
                Text("状态", "State"),
                lambda row: Text("有效", "active") if row.active else Text("已移除", "removed"),
                "state",
            ),
        ),
        (
            Filter("account", Text("邮箱", "E-mail"), lambda value: Q(account__email__icontains=value)),
            Filter(
                "organisation",
                Text("机构名称", "Organisation"),
                lambda value: Q(organisation__name__contains=value),
            ),
            Filter(
                "admin",
                Text("管理角色", "Administrators"),
                lambda value: Q(organisation__kind=OrganisationKind.PLATFORM),
                (("1", Text("仅平台管理员", "platform administrators only")),),
            ),
        ),
        roles=SECURITY,
        related=("account", "organisation"),
        page="admin.organisation",
        page_id=lambda row: int(row.organisation_id),
    )
)
TOKENS = listing(
    Listing(
        "admin.tokens",
        Text("API 令牌", "API tokens"),
        ApiToken,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, main=True),
            Column("account", Text("账号", "Account"), lambda row: row.account.email, main=True),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name),
            Column("scopes", Text("范围", "Scopes"), lambda row: "、".join(row.scopes)),
            Column("expires_on", Text("有效至", "Valid until"), lambda row: row.expires_on, "day"),
            Column("revoked_on", Text("撤销日", "Revoked on"), lambda row: row.revoked_on, "day", main=True),
        ),
        (Filter("account", Text("邮箱", "E-mail"), lambda value: Q(account__email__icontains=value)),),
        roles=SECURITY,
        related=("account", "organisation"),
        page="admin.token",
    )
)
