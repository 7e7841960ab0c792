"""The notices of an account: the number that require action, and those already read."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Count, Model, Q, QuerySet

from zhirong.operations.actors import Actor
from zhirong.operations.page_links import page_link
from zhirong.store.work import Notice


def notices_of(actor: Actor) -> "QuerySet[Notice]":
    """Return the notices of the account, newest first."""
    return Notice.objects.filter(account_id=actor.account).order_by("-id")


def count_asked(actor: Actor) -> int:
    """Return the number of actions required of the reader: the pages that unread notices lead to, and notices
    without a page.
    """
    if not actor.account:
        return 0
    asked = Notice.objects.filter(account_id=actor.account, read_at=None, asks=True)
    found = asked.aggregate(
        pages=Count("link", distinct=True, filter=~Q(link="")), others=Count("pk", filter=Q(link=""))
    )
    return int(found["pages"] + found["others"])


def newest_of_each_page(notices: Iterable[Notice]) -> list[Notice]:
    """Return the notices, newest first, without those that an earlier one of them leads to the same page as."""
    seen: set[str] = set()
    found = []
    for one in notices:
        if not one.link or one.link not in seen:
            found.append(one)
        seen.add(one.link)
    return found


# Objects whose change of state settles the notices about them, with the page that the notices open.
_PAGES_OF_STATES: Mapping[str, str] = {
    "organisation": "admin.organisation",
    "guaranteerequest": "guarantor.request",
    "appraisal": "agency.appraisal",
    "policy": "policy.version",
}


def overtake_of(row: Model, moment: datetime) -> None:
    """Let unread notices about an object whose state has changed ask nothing any more."""
    page = _PAGES_OF_STATES.get(row._meta.model_name or "")
    if page is not None:
        overtake([page_link(page, row.pk)], moment)


def overtake(links: Iterable[str], moment: datetime) -> None:
    """Mark unread notices about these pages as requiring no action, because it has been done or is void."""
    Notice.objects.filter(link__in=list(links), asks=True, read_at=None, at__lte=moment).update(asks=False)


def read_at_page(actor: Actor, path: str, moment: datetime) -> None:
    """Mark the notices that lead to a page as read: their reader has opened it. Writes only if there is one."""
    unread = Notice.objects.filter(account_id=actor.account, read_at=None, link=path)
    if unread.exists():
        unread.update(read_at=moment)


def read_all(actor: Actor, moment: datetime) -> None:
    """Mark all notices of the account as read."""
    Notice.objects.filter(account_id=actor.account, read_at=None).update(read_at=moment)
