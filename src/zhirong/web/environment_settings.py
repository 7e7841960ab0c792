"""Environment settings with a special format: whole numbers, the mail server."""

import os
from typing import Any
from urllib.parse import unquote, urlsplit

from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

# The longest wait for a mail server that does not answer.
MAIL_SECONDS = 20
# By the scheme of the address: the default port, and Django's setting for the encryption of the connection.
_MAIL: dict[str, tuple[int, str]] = {
    "smtp": (25, ""),
    "smtp+starttls": (587, "EMAIL_USE_TLS"),
    "smtps": (465, "EMAIL_USE_SSL"),
}


def whole_number(name: str, otherwise: int) -> int:
    """Read the number in a variable. Raises InputError for anything but a whole number from 0."""
    written = os.environ.get(name, "") or str(otherwise)
    if not (written.isascii() and written.isdigit()):
        raise _wrong(
            name, written, Text("不是整数", "not a whole number"), Text("请只填写数字", "enter digits only")
        )
    return int(written)


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings of a mail server: ``smtps://user:password@host``, ``smtp+starttls://...`` or
    ``smtp://host``.

    Raises InputError for another scheme, no host, and a password that would be sent unencrypted.
    """
    parts = urlsplit(url)
    if parts.scheme not in _MAIL or not parts.hostname:
        raise _wrong(
            "ZHIRONG_SMTP",
            parts.scheme,
            Text("不是邮件服务器的地址", "not the address of a mail server"),
            Text("请写成 smtps://用户:口令@主机:465", "enter it as smtps://user:password@host:465"),
        )
    is_near = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.password and parts.scheme == "smtp" and not is_near:
        raise _wrong(
            "ZHIRONG_SMTP",
            f"smtp://***@{parts.hostname}",
            Text("口令将以明文传输", "the password would be sent unencrypted"),
            Text("请改用 smtps:// 或 smtp+starttls://", "use smtps:// or smtp+starttls://"),
        )
    port, protected = _MAIL[parts.scheme]
    found = {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_TIMEOUT": MAIL_SECONDS,
    }
    return {**found, protected: True} if protected else found


def _wrong(name: str, value: str, reason: Text, hint: Text) -> InputError:
    return InputError([Problem(name, value, reason, hint, "setting")])
