"""API tokens: a program acts for an organisation within the scopes that the owner chose, until a date or until
revocation.

Only the SHA-256 of a token is stored; the token is shown once. A token never allows more than its owner may do;
when the owner loses a permission, so does the token.
"""

import hashlib
import secrets
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any

from allauth.mfa.models import Authenticator
from pydantic import Field, SecretStr

from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import may
from zhirong.operations.declare import OPERATIONS, operation
from zhirong.operations.fields import Day, Line, Request, ask
from zhirong.operations.listing import Column, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import NEVER_BY_TOKEN, forbidden, refuse
from zhirong.operations.second_factor import Code, demand_code
from zhirong.operations.sessions import member_of
from zhirong.operations.unit_of_work import Work
from zhirong.store.parties import Account, ApiToken
from zhirong.store.work import Notice

READ = "read"
MOST_TOKENS = 50
_LONGEST = timedelta(days=366)
_PREFIX = "zr_"


def scopes_for(actor: Actor) -> list[tuple[str, Text]]:
    """Return the scopes that this actor can give a token: reading, and the nouns of the operations that they may
    run.
    """
    nouns = {one.scope for one in OPERATIONS.values() if may(actor, one)} - NEVER_BY_TOKEN
    words = [(noun, Text(f"办理 {noun}.*", f"run {noun}.*")) for noun in sorted(nouns)]
    return [(READ, Text("查看", "read")), *words]


def _scope_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    return scopes_for(actor)


class MakeToken(Request):
    """The scopes of a token and its last day."""

    name: Annotated[Line, Field(max_length=60), ask("名称", "Name", "使用该令牌的程序", "the program that uses it")]
    scopes: Annotated[
        list[Annotated[str, Field(max_length=40)]],
        Field(min_length=1, max_length=60),
        ask("范围", "Scopes", widget="many", choices=_scope_choices),
    ]
    expires_on: Annotated[Day, ask("有效至", "Valid until", "至多一年", "at most one year")]
    code: Code | None = None


@operation(
    "token.make",
    Text("生成令牌", "Create a token"),
    request=MakeToken,
    help=Text("令牌只显示一次，请妥善保存。", "The token is shown once: keep it safe."),
)
def make_token(work: Work, request: MakeToken) -> Any:
    """Create a token of the actor for the organisation acted for."""
    actor = work.actor
    if not actor.organisation or actor.mandate:
        raise refuse(
            "no_organisation",
            "organisation",
            actor.organisation_name,
            Text("只能为您所在的机构生成令牌", "a token is only possible for your own organisation"),
            Text("请先选择您所在的机构", "choose an organisation that you belong to"),
        )
    wrong = sorted(set(request.scopes) - {scope for scope, _ in scopes_for(actor)})
    if wrong:
        raise refuse(
            "scope",
            "scopes",
            "、".join(wrong),
            Text("您没有这些权限，不能授予令牌", "a token cannot have permissions that you do not have"),
            Text("请从所列范围中选择", "choose from the scopes listed"),
        )
    if not work.day <= request.expires_on <= work.day + _LONGEST:
        raise refuse(
            "expires_on",
            "expires_on",
            request.expires_on,
            Text("有效期须从今天起一年以内", "a token is valid for at most one year"),
            Text(f"不晚于 {work.day + _LONGEST}", f"not later than {work.day + _LONGEST}"),
        )
    account = Account.objects.get(pk=actor.account)
    if Authenticator.objects.filter(user=account).exists():
        demand_code(work, request.code or SecretStr(""))
    if ApiToken.objects.filter(account=account, revoked_on=None, expires_on__gte=work.day).count() >= MOST_TOKENS:
        raise refuse(
            "too_many",
            "name",
            request.name,
            Text(f"已有 {MOST_TOKENS} 个有效令牌", f"you already have {MOST_TOKENS} tokens"),
            Text("请先撤销不再使用的令牌", "revoke one that is no longer used"),
        )
    secret = _PREFIX + secrets.token_urlsafe(32)
    token = work.create(
        ApiToken,
        account=account,
        organisation_id=actor.organisation,
        name=request.name,
        digest=digest_of(secret),
        scopes=sorted(set(request.scopes)),
        expires_on=request.expires_on,
    )
    work.subject_is(token)
    work.shown_once = secret
    return {"id": token.pk}


@operation(
    "token.revoke",
    Text("撤销令牌", "Revoke the token"),
    model=ApiToken,
    relation=lambda actor, row: row.account_id == actor.account or actor.has(MemberRole.SECURITY_ADMIN),
    is_grave=True,
)
def revoke_token(work: Work, request: Any) -> Any:
    """Revoke a token; it is rejected from now on."""
    if work.row.revoked_on is None:
        work.update(work.row, revoked_on=work.day)


class NewPassword(Request):
    """An account whose password was changed or reset."""

    account: Annotated[int, Field(ge=1, lt=2**31)]


@operation("account.password", Text("更改口令", "Password change"), request=NewPassword, is_background=True)
def revoke_after_new_password(work: Work, request: NewPassword) -> Any:
    """Revoke all tokens of the account, because anyone with the old password may have created some; the owner is
    notified.
    """
    tokens = list(ApiToken.objects.filter(account_id=request.account, revoked_on=None, expires_on__gte=work.day))
    for token in tokens:
        work.update(token, revoked_on=work.day)
    work.public["account"] = request.account
    if tokens:
        number = len(tokens)
        words = Text(
            f"登录口令已更改，{number} 个接口令牌已撤销；仍需使用的请重新生成",
            f"Your password was changed and {number} API tokens were revoked; create new ones if you still need them",
        )
        Notice.objects.create(
            account_id=request.account,
            at=work.now,
            words=words.as_json(),
            link=page_link("list", "own.tokens"),
            mail_at=work.now,
        )
    return {"revoked": len(tokens)}


def demand_read(actor: Actor) -> None:
    """Raise ForbiddenError if the program's token has no read scope."""
    if actor.scopes is not None and READ not in actor.scopes:
        raise forbidden()


def digest_of(secret: str) -> str:
    """Return the stored digest of a token. The token has 256 random bits, so a slow hash would add no protection."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def actor_of_token(secret: str, day: date) -> Actor | None:
    """Return the actor of a token today; None if it is unknown, revoked or expired, or if its owner has left."""
    # A digest belongs to one token: none has to be put before another.
    found = ApiToken.objects.filter(digest=digest_of(secret), revoked_on=None, expires_on__gte=day)
    token = next(iter(found.select_related("account")), None)
    if token is None or not token.account.is_active:
        return None
    actor = member_of(token.account, token.organisation_id)
    return None if actor is None else replace(actor, scopes=frozenset(token.scopes))


TOKENS = listing(
    Listing(
        "own.tokens",
        Text("接口令牌", "API tokens"),
        ApiToken,
        (
            Column("name", Text("名称", "Name"), lambda row: row.name, main=True),
            Column("account", Text("账号", "Account"), lambda row: row.account.email),
            Column("organisation", Text("机构", "Organisation"), lambda row: row.organisation.name),
            Column("scopes", Text("范围", "Scopes"), lambda row: "、".join(row.scopes), main=True),
            Column(
                "expires_on",
                Text("有效至", "Valid until"),
                lambda row: row.expires_on,
                "day",
                "expires_on",
                main=True,
            ),
            Column("revoked_on", Text("撤销于", "Revoked"), lambda row: row.revoked_on, "day"),
        ),
        related=("account", "organisation"),
        empty=Text("没有令牌", "No tokens yet."),
        begin="token.make",
    )
)
