"""The caller, their permissions and their notifications."""

from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Schema

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.problems import REFUSALS, Words
from zhirong.api.reading import query_of
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import may
from zhirong.operations.clock import now
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.listing import LISTINGS, may_list
from zhirong.operations.refusals import forbidden
from zhirong.operations.tokens import READ, demand_read
from zhirong.store.work import Notice

_MOST_NOTICES = 200


class Me(Schema):
    """The caller. operations, lists: names of those available. scopes: of the token, null for a session."""

    account: int
    organisation: int
    organisation_name: str
    organisation_code: str
    kind: str | None
    is_active: bool
    roles: list[str]
    scopes: list[str] | None
    operations: list[str]
    lists: list[str]


class NoticeOut(Schema):
    """One notification. link: path of its page."""

    id: int
    at: str
    words: Words
    link: str
    is_read: bool


class Notices(Schema):
    """The latest notifications, newest first."""

    rows: list[NoticeOut]


class Marked(Schema):
    """The number of notifications marked as read."""

    marked: int


def add_to(api: NinjaAPI) -> None:
    """Declare the calls."""
    api.get(
        "/me",
        operation_id="me",
        summary="本人信息 / my account",
        tags=["me"],
        response=responses(Me, READ_REFUSALS),
    )(me)
    api.get(
        "/me/notices",
        operation_id="my_notices",
        summary="通知 / notices",
        tags=["me"],
        response=responses(Notices, READ_REFUSALS),
    )(notices)
    api.post(
        "/me/notices/read",
        operation_id="read_notices",
        summary="全部标为已读 / mark all as read",
        tags=["me"],
        response=responses(Marked, REFUSALS),
    )(read_notices)


def me(request: HttpRequest) -> HttpResponse:
    """Return the caller."""
    query_of(request, {})
    actor: Actor = request.actor
    said: dict[str, Any] = {
        "account": actor.account,
        "organisation": actor.organisation,
        "organisation_name": actor.organisation_name,
        "organisation_code": actor.organisation_code,
        "kind": None if actor.kind is None else actor.kind.value,
        "is_active": actor.is_active,
        "roles": sorted(role.value for role in actor.roles),
        "scopes": None if actor.scopes is None else sorted(actor.scopes),
        "operations": sorted(name for name, one in OPERATIONS.items() if may(actor, one)),
        "lists": sorted(name for name, one in LISTINGS.items() if may_list(actor, one)),
    }
    return as_json(said)


def notices(request: HttpRequest) -> HttpResponse:
    """Return the notifications of the account."""
    query_of(request, {})
    actor: Actor = request.actor
    demand_read(actor)
    rows = Notice.objects.filter(account_id=actor.account).order_by("-id")[:_MOST_NOTICES]
    said = [
        {"id": one.pk, "at": one.at, "words": one.words, "link": one.link, "is_read": one.read_at is not None}
        for one in rows
    ]
    return as_json({"rows": said})


def read_notices(request: HttpRequest) -> HttpResponse:
    """Mark all notifications of the account as read."""
    actor: Actor = request.actor
    if actor.scopes is not None and not actor.scopes - {READ}:
        raise forbidden()
    marked = Notice.objects.filter(account_id=actor.account, read_at=None).update(read_at=now())
    return as_json({"marked": marked})
