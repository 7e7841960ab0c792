"""An account's notices: how many ask something of it, and which it has read."""

from datetime import datetime

from django.db.models import QuerySet

from zhirong.operations.actors import Actor
from zhirong.store.work import Notice


def notices_of(actor: Actor) -> "QuerySet[Notice]":
    """Return the notices of the account, newest first."""
    return Notice.objects.filter(account_id=actor.account).order_by("-id")


def count_asked(actor: Actor) -> int:
    """Return the number of unread notices that ask something of the reader."""
    if not actor.account:
        return 0
    return Notice.objects.filter(account_id=actor.account, read_at=None, asks=True).count()


def read_at_page(actor: Actor, path: str, moment: datetime) -> None:
    """Mark the notices that lead to a page as read: their reader has opened it. Writes only if there is one."""
    unread = Notice.objects.filter(account_id=actor.account, read_at=None, link=path)
    if unread.exists():
        unread.update(read_at=moment)


def read_all(actor: Actor, moment: datetime) -> None:
    """Mark all notices of the account as read."""
    Notice.objects.filter(account_id=actor.account, read_at=None).update(read_at=moment)
