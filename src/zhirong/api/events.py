"""The feed of events that concern the caller's organisation, in the order of the log, so that a receiver can catch
up. Webhooks send the same messages.
"""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Schema

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.api.reading import number_in, query_of
from zhirong.evidence.entries import entry_of_bytes
from zhirong.operations.actors import Actor
from zhirong.operations.event_messages import message_of
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import forbidden
from zhirong.operations.tokens import demand_read
from zhirong.operations.webhooks import HEADS
from zhirong.store.models import Event
from zhirong.store.work import Concern

_MOST, _PART = 200, 50
_MOST_ID = 2**63 - 1


class EventData(Schema):
    """What an event is about: the kind of object as the API calls it, its id and its path; null if it is not about
    a single object. Whether the caller may see the object is decided when it is read.
    """

    object: str | None
    id: int | None
    path: str | None


class EventMessage(Schema):
    """An event. type: its kind, such as ``case.accept``. timestamp: when. data: what it is about. event: its place in the log,
    the cursor of the feed. kind, subject, at: the same as type, data and timestamp, as earlier receivers read them.
    """

    type: str
    timestamp: datetime
    data: EventData
    event: int
    kind: str
    subject: str
    at: datetime


class EventFeed(Schema):
    """Events in the order of the log. next: the cursor for the next request, given even if there are no further
    events yet.
    """

    rows: list[EventMessage]
    next: int
    more: bool


def add_to(api: NinjaAPI) -> None:
    """Declare the call."""
    api.get(
        "/events",
        operation_id="events",
        summary="事件 / events",
        tags=["events"],
        response=responses(EventFeed, READ_REFUSALS),
        openapi_extra={
            "parameters": [
                _parameter("after", "上一页答复中的 next / `next` of the answer before", 0, _MOST_ID),
                _parameter("limit", "最多条数 / maximum number", 1, _MOST),
            ]
        },
    )(events)


def events(request: HttpRequest) -> HttpResponse:
    """The events after ``after`` that concern the organisation, oldest first. For callers who may add webhooks."""
    query = query_of(request, dict.fromkeys(("after", "limit")))
    actor: Actor = request.actor
    demand_read(actor)
    if not actor.organisation or not actor.has(*HEADS):
        raise forbidden()
    after = number_in(query, "after", 0, _MOST_ID, 0)
    limit = number_in(query, "limit", 1, _MOST, _PART)
    own = Concern.objects.filter(organisation_id=actor.organisation)
    own = own.filter(event_id__gt=after) if "after" in query else own
    found = [one.event for one in own.select_related("event").order_by("event_id")[: limit + 1]]
    rows = [_message(one) for one in found[:limit]]
    return as_json({"rows": rows, "next": rows[-1]["event"] if rows else after, "more": len(found) > limit})


def _message(event: Event) -> dict[str, Any]:
    subject = event.subject
    if not subject and event.registration is not None:
        subject = f"registration/{event.registration}"
    at = str(entry_of_bytes(event.entry.encode()).as_json()["time"])
    return message_of(index=event.index, kind=event.kind, subject=subject, at=at)


def _parameter(name: str, description: str, least: int, most: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return {"in": "query", "name": name, "required": False, "description": description, "schema": schema}
