"""Errors with which operations reject requests."""

from typing import Any

from django.db.models import Model

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# Scopes that no token has: their operations create or end ways to sign in.
NEVER_BY_TOKEN = frozenset({"token", "member"})
# Operations that no token allows, regardless of its scopes: they set the address of messages and show their signing key, or make the account a member of another organisation.
ONLY_AT_THE_DESK = frozenset({"webhook.add", "webhook.end", "firm.register"})
LONGEST_KEY = 200


class ForbiddenError(InputError):
    """The actor may not do this, or not to this object."""


def beyond_token(name: str) -> ForbiddenError:
    """Return the error for an operation that the owner of a token may run, but not the token."""
    scope = name.split(".")[0]
    hint = Text(f"请生成范围包含 {scope} 的令牌", f"create a token with the scope {scope}")
    if scope in NEVER_BY_TOKEN or name in ONLY_AT_THE_DESK:
        hint = Text("请登录网页后办理", "sign in to the website and do it there")
    reason = Text("超出令牌的权限范围", "outside the scopes of the token")
    return ForbiddenError([Problem("token", scope, reason, hint, "forbidden")])


def bad_key(key: str) -> InputError:
    """Return the error for a request without a valid key."""
    reason = Text("请求未附键，或键过长", "the request has no key, or its key is too long")
    hint = Text(
        "每次请求请使用新的随机键，重发时使用原键",
        "use a random key for each request, and the same key when you repeat it",
    )
    return InputError([Problem("key", key, reason, hint, "key")])


class NotFoundError(InputError):
    """The object does not exist, or the actor may not know of it: the two are not distinguished."""


class ConflictError(InputError):
    """Someone else has changed the object since the actor opened it."""


def forbidden() -> ForbiddenError:
    """Return the error "not permitted", which does not reveal what exists."""
    return ForbiddenError(
        [
            Problem(
                "actor",
                "",
                Text("没有办理此事的权限", "you are not permitted to do this"),
                Text("请由有权限的一方办理", "ask an authorised person to do it"),
                "forbidden",
            )
        ]
    )


def not_found(model: type[Model], subject: Any) -> NotFoundError:
    """Return the error "not found", as far as this actor may know."""
    return NotFoundError(
        [
            Problem(
                str(model._meta.model_name),
                str(subject),
                Text("该编号不存在，或您无权查看", "the number does not exist, or you may not see it"),
                Text("请核对编号", "check the number"),
                "not_found",
            )
        ]
    )


def conflict(seen: int) -> ConflictError:
    """Return the error for a change by someone else in the meantime. seen: the version that the actor opened."""
    return ConflictError(
        [
            Problem(
                "version",
                str(seen),
                Text(
                    "该内容刚被他人修改，您的修改未保存",
                    "someone else has just changed this; your change was not saved",
                ),
                Text("请刷新核对后重新办理", "open it again, then repeat your change"),
                "conflict",
            )
        ]
    )


def refuse(code: str, name: str, value: object, reason: Text, hint: Text) -> InputError:
    """Return one error of an operation, to be raised."""
    return InputError([Problem(name, str(value), reason, hint, code)])


def key_used(key: str) -> InputError:
    """Return the error for a key that another request has used."""
    return refuse(
        "key_used",
        "key",
        key,
        Text("该键已用于另一请求", "this key has been used for another request"),
        Text("新的请求请使用新的键", "use a new key for a new request"),
    )


def no_such_registration(registration: int) -> InputError:
    """Return the error for an unknown registration id."""
    return refuse(
        "no_such_registration",
        "registration",
        registration,
        Text("该登记不存在", "the registration does not exist"),
        Text("请核对申请编号", "check the number of the filing"),
    )
