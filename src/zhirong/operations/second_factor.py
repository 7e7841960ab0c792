"""A second-factor code as part of a signature: from the account's authenticator, current, and not used before."""

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
    "请在“安全”页设置动态口令，再填写手机验证器显示的代码",
    "set up codes on the Security page, then enter one from your app",
)

# Never stored: the log contains asterisks instead.
Code = Annotated[
    SecretStr,
    ask("动态口令", "Code", "验证器显示的六位数字，仅可使用一次", "six digits from your authenticator; each code can be used once", widget="code"),
]  # fmt: skip


def demand_code(work: Work, code: SecretStr) -> None:
    """Raise InputError unless the code is the current one of the account's authenticator and has not been used
    before.

    Recovery codes are not accepted. After five wrong codes the account must wait five minutes.
    """
    account = work.actor.account
    authenticator = Authenticator.objects.filter(user_id=account, type=Authenticator.Type.TOTP).first()
    if authenticator is None:
        raise refuse(
            "no_second_factor",
            "code",
            "",
            Text("您的账号尚未设置动态口令", "your account has no codes set up"),
            _HOW,
        )
    tries = f"zhirong.code.wrong/{account}"
    if cache.get(tries, 0) >= MOST_WRONG:
        raise refuse(
            "too_many_codes",
            "code",
            "",
            Text("错误次数过多", "too many wrong codes"),
            Text("请五分钟后再试", "try again in five minutes"),
        )
    given = code.get_secret_value().replace(" ", "")
    step = _step(decrypt(authenticator.data["secret"]), given)
    if step is None:
        count(tries, 1, _PAUSE_SECONDS)
        raise refuse("wrong_code", "code", "", Text("动态口令有误或已失效", "wrong or expired"), _HOW)
    # The first check covers codes used to sign in; the second one works across processes.
    is_new = authenticator.wrap().validate_code(given)
    if not is_new or UsedCode.objects.filter(account_id=account, step__gte=step).exists():
        raise refuse(
            "used_code",
            "code",
            "",
            Text("该动态口令已使用", "this code has been used"),
            Text("请等待验证器显示下一个代码", "wait for the next one"),
        )
    work.create(UsedCode, account_id=account, step=step)
    work.subject_is(work.row)


def _step(secret: str, given: str) -> int | None:
    """Return the half-minute step of the code; None if it is not current."""
    for step in yield_hotp_counters_from_time():
        if format_hotp_value(hotp_value(secret, step)) == given:
            return int(step)
    return None
