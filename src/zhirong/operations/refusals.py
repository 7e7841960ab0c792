"""Refusals of operations."""

from typing import Any

from django.db.models import Model

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# What a program can never do by a token: make or end the ways in.
NEVER_BY_TOKEN = frozenset({"token", "webhook", "member", "firm"})
LONGEST_KEY = 200


class ForbiddenError(InputError):
    """The actor may not do this, or not to this object."""


def beyond_token(scope: str) -> ForbiddenError:
    """What the owner of a token may do, and the token may not."""
    hint = Text(f"生成一个范围里有 {scope} 的令牌", f"make a token whose scopes have {scope}")
    if scope in NEVER_BY_TOKEN:
        hint = Text("在页面上登录后办理", "sign in at the pages and do it there")
    reason = Text("令牌的范围里没有这一项", "it is not within the scopes of the token")
    return ForbiddenError([Problem("token", scope, reason, hint, "forbidden")])


def bad_key(key: str) -> InputError:
    """A request without a key that names it."""
    reason = Text("请求没有键，或键太长", "the request has no key, or too long a one")
    hint = Text(
        "每次请求用一个新的随机键，重发时用原键", "give each request a random key, and its repeats the same"
    )
    return InputError([Problem("key", key, reason, hint, "key")])


class NotFoundError(InputError):
    """There is no such object, or none that this person may know of: the two are not distinguished."""


class ConflictError(InputError):
    """Somebody else has changed the object since the person looked at it."""


def forbidden() -> ForbiddenError:
    """Not permitted; it says nothing of what there is."""
    return ForbiddenError(
        [
            Problem(
                "actor",
                "",
                Text("没有办理此事的权限", "not permitted to do this"),
                Text("由有权的一方办理", "let the party do it that may"),
                "forbidden",
            )
        ]
    )


def not_found(model: type[Model], subject: Any) -> NotFoundError:
    """No such row, as far as this person may know."""
    return NotFoundError(
        [
            Problem(
                str(model._meta.model_name),
                str(subject),
                Text("没有这个编号，或无权查看", "there is none of this number, or none that you may see"),
                Text("核对编号", "check the number"),
                "not_found",
            )
        ]
    )


def conflict(seen: int) -> ConflictError:
    """Changed by somebody else in the meantime. seen: the version that was meant."""
    return ConflictError(
        [
            Problem(
                "version",
                str(seen),
                Text("别人刚刚改动过，您的修改没有保存", "somebody has just changed this; yours was not saved"),
                Text("刷新后核对，再办理一次", "look at it again, then repeat"),
                "conflict",
            )
        ]
    )


def refuse(code: str, name: str, value: object, reason: Text, hint: Text) -> InputError:
    """One refusal of an operation, to be raised."""
    return InputError([Problem(name, str(value), reason, hint, code)])


def key_used(key: str) -> InputError:
    """The key stands for another request."""
    return refuse(
        "key_used",
        "key",
        key,
        Text("这个键已用于另一个请求", "this key has been used for another request"),
        Text("新的请求用新的键", "use a new key for a new request"),
    )


def no_such_registration(registration: int) -> InputError:
    """There is no registration of this id."""
    return refuse(
        "no_such_registration",
        "registration",
        registration,
        Text("没有这件登记", "there is no such registration"),
        Text("核对申请编号", "check the number of the filing"),
    )
