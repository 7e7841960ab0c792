"""A code of the second factor as part of a signature: of the account's own authenticator, fresh, and never used
twice.
"""

from typing import Annotated

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.core.cache import cache
from pydantic import SecretStr

from zhirong.kernel.text import Text
from zhirong.operations.fields import ask
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import UsedCode
from zhirong.store.shared_cache import count

MOST_WRONG = 5
_PAUSE_SECONDS = 300
_HOW = Text(
    "在“安全”页设置动态口令，用手机上的验证器取得代码", "set up codes on the page 'Security', read one in your app"
)

# Never written down: the log keeps asterisks in its place.
Code = Annotated[
    SecretStr,
    ask("动态口令", "Code", "验证器上的六位数字，用一次即失效", "six digits of your authenticator, good for once", widget="code"),
]  # fmt: skip


def demand_code(work: Work, code: SecretStr) -> None:
    """Raises InputError unless the code is the present one of the account's authenticator and has not been used
    before.

    Recovery codes are not taken. Five wrong ones make the account wait for five minutes.
    """
    account = work.actor.account
    authenticator = Authenticator.objects.filter(user_id=account, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        raise refuse(
            "no_second_factor",
            "code",
            "",
            Text("您的账号没有设置动态口令", "your account has no codes set up"),
            _HOW,
        )
    tries = f"zhirong.code.wrong/{account}"
    if cache.get(tries, 0) >= MOST_WRONG:
        raise refuse(
            "too_many_codes",
            "code",
            "",
            Text("错误次数过多", "too many wrong codes"),
            Text("五分钟后再试", "try again in five minutes"),
        )
    given = code.get_secret_value().replace(" ", "")
    step = _step(decrypt(authenticator.data["secret"]), given)
    if step is None:
        count(tries, 1, _PAUSE_SECONDS)
        raise refuse(
            "wrong_code", "code", "", Text("动态口令不对或已过时", "wrong, or no longer the present one"), _HOW
        )
    # The first check knows codes that somebody signed in with; the second one holds across processes.
    is_new = authenticator.wrap().validate_code(given)
    if not is_new or UsedCode.objects.filter(account_id=account, step__gte=step).exists():
        raise refuse(
            "used_code",
            "code",
            "",
            Text("这个动态口令已经用过", "this code has been used"),
            Text("等验证器显示下一个代码", "wait for the next one"),
        )
    work.create(UsedCode, account_id=account, step=step)
    work.subject_is(work.row)


def _step(secret: str, given: str) -> int | None:
    """The half minute whose code it is; None if it is none of the present ones."""
    for step in yield_hotp_counters_from_time():
        if format_hotp_value(hotp_value(secret, step)) == given:
            return int(step)
    return None
