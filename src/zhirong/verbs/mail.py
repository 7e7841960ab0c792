"""Notices by e-mail, in the language the receiver has last chosen. Sent at least once; what fails is tried again."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from zhirong.kernel.text import Lang, Text
from zhirong.store.work import Notice
from zhirong.verbs.jobs import back_off

MOST_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_SENDING = timedelta(minutes=5)  # how long a notice that is being sent is kept from other workers
_GREETING = Text("知融通知", "A notice from Zhirong")
_READ_MORE = Text("查看", "Read more")
_WHY = Text(
    "本邮件由知融平台自动发出，请勿回复。", "This message was sent by the Zhirong platform; please do not reply."
)
_log = logging.getLogger(__name__)


def mail_due(now: datetime, limit: int = 50) -> int:
    """Send notices that wait to be mailed; returns how many were tried."""
    due = Notice.objects.filter(mail_at__lte=now).select_related("account").order_by("mail_at", "pk")[:limit]
    tried = 0
    connection = None
    for notice in due:
        mine = Notice.objects.filter(pk=notice.pk, mail_at=notice.mail_at, mail_tries=notice.mail_tries)
        if not notice.account.is_active or not notice.account.email:
            mine.update(mail_at=None)
            continue
        if not mine.update(mail_at=now + _SENDING, mail_tries=notice.mail_tries + 1):
            continue
        notice.mail_tries += 1
        tried += 1
        connection = connection or get_connection()
        _send(notice, connection, now)
    return tried


def _send(notice: Notice, connection: object, now: datetime) -> None:
    kept = Notice.objects.filter(pk=notice.pk)
    try:
        message_of(notice, connection).send()
    except (OSError, SMTPException):
        _log.warning("notice %d could not be mailed at try %d", notice.pk, notice.mail_tries, exc_info=True)
        is_over = notice.mail_tries >= MOST_TRIES
        pause = back_off(notice.mail_tries, _FIRST_PAUSE, _LONGEST_PAUSE)
        kept.update(mail_at=None if is_over else now + pause)
    else:
        kept.update(mail_at=None, mailed_at=now)


def message_of(notice: Notice, connection: object = None) -> EmailMessage:
    """The e-mail of a notice."""
    lang: Lang = "en" if notice.account.language == "en" else "zh"
    words = str(notice.words[lang])
    lines = [words]
    if notice.link:
        lines += ["", f"{_READ_MORE.in_(lang)}: {settings.PUBLIC_URL}{notice.link}"]
    lines += ["", "—", _WHY.in_(lang)]
    subject = f"[{_GREETING.in_(lang)}] {' '.join(words.split())[:80]}"
    return EmailMessage(subject, "\n".join(lines), None, [notice.account.email], connection=connection)
