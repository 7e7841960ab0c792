"""Data on every page: the signed-in user, the desk's menu, unread notifications, the language."""

from typing import Any

from django.http import HttpRequest

from zhirong.operations.actors import NOBODY
from zhirong.store.work import Notice
from zhirong.web.clock import days_ahead
from zhirong.web.menu import menu_of


def around(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of every template."""
    actor = getattr(request, "actor", NOBODY)
    unread = 0
    if actor.account:
        unread = Notice.objects.filter(account_id=actor.account, read_at=None).count()
    return {
        "actor": actor,
        "lang": getattr(request, "lang", "zh"),
        "menu": menu_of(actor),
        "unread": unread,
        "days_ahead": days_ahead(),
    }
