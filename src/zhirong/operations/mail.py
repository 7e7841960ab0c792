"""E-mail: letters (codes, resets, invitations) and notifications. The background sends them at least once and
retries failures.

No request waits for the mail server: ``Outbox``, the Django mail backend, stores a letter in the database,
encrypted until it is sent. Each connection to the mail server has a deadline, and a server that does not answer
ends the run. One address gets a limited number of letters per hour and per day, regardless of who causes them.
"""

import json
import logging
import smtplib
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum, auto
from smtplib import SMTPConnectError, SMTPException, SMTPServerDisconnected
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from zhirong.kernel.text import Lang, Text
from zhirong.operations import clock
from zhirong.operations.jobs import back_off
from zhirong.store.settings import DATA
from zhirong.store.vault import decrypted, encrypted
from zhirong.store.work import Letter, Notice

MOST_TRIES = 8
# Letters to one address, regardless of who requests them: strangers can also request sign-up, codes and resets.
MOST_IN_AN_HOUR, MOST_IN_A_DAY = 10, 30
CONNECTION_SECONDS = 60.0  # for one connection to the mail server from beginning to end
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_SENDING = timedelta(minutes=5)  # for this long, other workers skip a letter that is being sent
_GREETING = Text("知融通知", "A notice from Zhirong")
_READ_MORE = Text("查看", "Read more")
_WHY = Text(
    "本邮件由知融平台自动发出，请勿回复。", "This message was sent by the Zhirong platform; please do not reply."
)
_NO_SERVER = (SMTPServerDisconnected, SMTPConnectError)
_log = logging.getLogger(__name__)


class _Outcome(Enum):
    """The result of an attempt. NOT_MINE: nothing to send, or another worker sends it."""

    SENT = auto()
    REFUSED = auto()
    NO_SERVER = auto()
    NOT_MINE = auto()


class Outbox(BaseEmailBackend):
    """A Django mail backend that stores letters for the background."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Store the letters and return their number. Letters beyond the limit of an address are dropped: earlier
        ones have reached it.
        """
        now = clock.now()
        kept = [
            _letter(message, address, now)
            for message in email_messages
            for address in message.recipients()
            if _may_be_sent(address, now)
        ]
        Letter.objects.bulk_create(kept)
        return len(kept)


class Deadline(EmailBackend):
    """Django's SMTP backend with a deadline for each connection, even if the server answers slowly."""

    @property
    def connection_class(self) -> Any:
        """Return the SMTP class, with or without TLS from the beginning."""
        return _EndingSMTPS if self.use_ssl else _EndingSMTP


class _Ending:
    """An smtplib connection that is shut down after ``CONNECTION_SECONDS``."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._watch = threading.Timer(CONNECTION_SECONDS, _shut_down, (opened,))
        self._watch.daemon = True
        self._watch.start()
        return opened

    def close(self) -> None:
        """Close the connection."""
        watch = getattr(self, "_watch", None)
        if watch is not None:
            watch.cancel()
        super().close()  # type: ignore[misc]


class _EndingSMTP(_Ending, smtplib.SMTP):
    """Without TLS, or with STARTTLS."""


class _EndingSMTPS(_Ending, smtplib.SMTP_SSL):
    """With TLS from the beginning."""


def _shut_down(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        _log.debug("the connection to the mail server was already closed")


def mail_due(now: datetime, limit: int = 50) -> int:
    """Send the waiting letters, then the notifications; returns how many were tried. If the connection fails, the
    rest waits for the next run.
    """
    connection = get_connection(settings.MAIL_BACKEND)
    tried = 0
    for outcome in _tries(connection, now, limit):
        tried += outcome is not _Outcome.NOT_MINE
        if outcome is _Outcome.NO_SERVER:
            break
    try:
        connection.close()
    except (OSError, SMTPException):
        _log.info("the connection to the mail server was not closed properly", exc_info=True)
    return tried


def _tries(connection: Any, now: datetime, limit: int) -> Iterator[_Outcome]:
    for letter in Letter.objects.filter(mail_at__lte=now).order_by("mail_at", "pk")[:limit]:
        yield _send_letter(letter, connection, now)
    due = Notice.objects.filter(mail_at__lte=now).select_related("account")
    for notice in due.order_by("mail_at", "pk")[:limit]:
        yield _send_notice(notice, connection, now)


# -- letters ----------------------------------------------------------------------------------------------------


def _may_be_sent(address: str, now: datetime) -> bool:
    to = Letter.objects.filter(to__iexact=address)
    if (
        to.filter(made_at__gt=now - timedelta(hours=1)).count() < MOST_IN_AN_HOUR
        and to.filter(made_at__gt=now - timedelta(days=1)).count() < MOST_IN_A_DAY
    ):
        return True
    _log.warning("a letter beyond the limit of its address was not sent")
    return False


def _letter(message: EmailMessage, address: str, now: datetime) -> Letter:
    content = {
        "body": str(message.body),
        "from": message.from_email,
        "alternatives": [[str(one.content), one.mimetype] for one in getattr(message, "alternatives", [])],
    }
    subject = " ".join(str(message.subject).split())[:300]
    kept = encrypted(json.dumps(content, ensure_ascii=False), DATA)
    return Letter(to=address, subject=subject, content=kept, made_at=now, mail_at=now)


def _send_letter(letter: Letter, connection: Any, now: datetime) -> _Outcome:
    mine = Letter.objects.filter(pk=letter.pk, mail_at=letter.mail_at, tries=letter.tries)
    if not mine.update(mail_at=now + _SENDING, tries=letter.tries + 1):
        return _Outcome.NOT_MINE
    kept, tries = Letter.objects.filter(pk=letter.pk), letter.tries + 1
    said = json.loads(decrypted(letter.content, DATA))
    message = EmailMultiAlternatives(letter.subject, said["body"], said["from"], [letter.to], connection=connection)
    for content, kind in said["alternatives"]:
        message.attach_alternative(content, kind)
    outcome = _sent(message, f"letter {letter.pk}", tries)
    if outcome is _Outcome.SENT:
        kept.update(mail_at=None, mailed_at=now, content="")
    elif tries >= MOST_TRIES:
        kept.update(mail_at=None, content="")
    else:
        kept.update(mail_at=now + back_off(tries, _FIRST_PAUSE, _LONGEST_PAUSE))
    return outcome


# -- notices ----------------------------------------------------------------------------------------------------


def _send_notice(notice: Notice, connection: Any, now: datetime) -> _Outcome:
    mine = Notice.objects.filter(pk=notice.pk, mail_at=notice.mail_at, mail_tries=notice.mail_tries)
    if not notice.account.is_active or not notice.account.email:
        mine.update(mail_at=None)
        return _Outcome.NOT_MINE
    if not mine.update(mail_at=now + _SENDING, mail_tries=notice.mail_tries + 1):
        return _Outcome.NOT_MINE
    kept, tries = Notice.objects.filter(pk=notice.pk), notice.mail_tries + 1
    outcome = _sent(message_of(notice, connection), f"notice {notice.pk}", tries)
    if outcome is _Outcome.SENT:
        kept.update(mail_at=None, mailed_at=now)
    else:
        pause = back_off(tries, _FIRST_PAUSE, _LONGEST_PAUSE)
        kept.update(mail_at=None if tries >= MOST_TRIES else now + pause)
    return outcome


def message_of(notice: Notice, connection: Any = None) -> EmailMessage:
    """Return the e-mail of a notification."""
    lang: Lang = "en" if notice.account.language == "en" else "zh"
    words = str(notice.words[lang])
    lines = [words]
    if notice.link:
        lines += ["", f"{_READ_MORE.in_(lang)}: {settings.PUBLIC_URL}{notice.link}"]
    lines += ["", "—", _WHY.in_(lang)]
    subject = f"[{_GREETING.in_(lang)}] {' '.join(words.split())[:80]}"
    return EmailMessage(subject, "\n".join(lines), None, [notice.account.email], connection=connection)


def _sent(message: EmailMessage, what: str, tries: int) -> _Outcome:
    try:
        message.send()
    except (OSError, SMTPException) as error:  # smtplib uses this error for both kinds of rejection
        _log.warning("%s could not be mailed at attempt %d", what, tries, exc_info=True)
        is_refused = isinstance(error, SMTPException) and not isinstance(error, _NO_SERVER)
        return _Outcome.REFUSED if is_refused else _Outcome.NO_SERVER
    return _Outcome.SENT
