"""Refusals of operations that are about how they are called: the key of a request, the range of a token."""

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.verbs.permissions import ForbiddenError

# What a program can never do by a token: make or end the ways in.
NEVER_BY_TOKEN = frozenset({"token", "webhook", "member", "firm"})
LONGEST_KEY = 200


def beyond_token(scope: str) -> ForbiddenError:
    """What the owner of a token may do, and the token may not."""
    mend = Text(f"生成一个范围里有 {scope} 的令牌", f"make a token whose scopes have {scope}")
    if scope in NEVER_BY_TOKEN:
        mend = Text("在页面上登录后办理", "sign in at the pages and do it there")
    reason = Text("令牌的范围里没有这一项", "it is not within the scopes of the token")
    return ForbiddenError([Problem("token", scope, reason, mend, "forbidden")])


def bad_key(key: str) -> InputError:
    """A request without a key that names it."""
    reason = Text("请求没有键，或键太长", "the request has no key, or too long a one")
    mend = Text(
        "每次请求用一个新的随机键，重发时用原键", "give each request a random key, and its repeats the same"
    )
    return InputError([Problem("key", key, reason, mend, "key")])
