"""What stands around every page: who is signed in, the desk's menu, unread notices, the language."""

from typing import Any

from django.http import HttpRequest

from zhirong.operations.people import NOBODY
from zhirong.store.work import Notice
from zhirong.web.clock import days_ahead
from zhirong.web.menu import menu_of


def around(request: HttpRequest) -> dict[str, Any]:
    """Names for every template."""
    person = getattr(request, "person", NOBODY)
    unread = 0
    if person.account:
        unread = Notice.objects.filter(account_id=person.account, read_at=None).count()
    return {
        "person": person,
        "lang": getattr(request, "lang", "zh"),
        "menu": menu_of(person),
        "unread": unread,
        "days_ahead": days_ahead(),
    }
