"""The case overview for programs: the content of the lender's page of a case, as one document."""

from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Path, Schema

from zhirong.api.answers import READ_REFUSALS, as_json, responses
from zhirong.kernel.days import day_of
from zhirong.kernel.document import to_json
from zhirong.operations.access_log import note_seen
from zhirong.operations.actors import Actor
from zhirong.operations.case.overview import Today, case_overview
from zhirong.operations.clock import now
from zhirong.operations.credit.portfolio import LENDER
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.refusals import not_found
from zhirong.operations.rulebook import rules_of_case
from zhirong.operations.tokens import demand_read
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case


class CaseOverviewsObject(Schema):
    """The case overview as described by ``docs/schemas/case-overview.schema.json``."""

    overview: dict[str, Any]


def add_to(api: NinjaAPI) -> None:
    """Declare the call."""
    api.get(
        "/case-overviews/{int:id}",
        operation_id="get_case_overviews",
        summary="业务总览 / case overview",
        tags=["objects"],
        response=responses(CaseOverviewsObject, READ_REFUSALS),
    )(overview)


def overview(request: HttpRequest, id: int = Path(..., ge=0)) -> HttpResponse:  # type: ignore[type-arg]  # noqa: A002
    """Everything about a case for its lender: application, quote, rights, checks, approvals, steps and red flags."""
    actor: Actor = request.actor
    demand_read(actor)
    day = day_of(now())
    row = visible(actor, Case, day).filter(pk=id).first() if actor.has(*LENDER) else None
    if row is None:
        raise not_found(Case, id)
    note_seen(actor, row, now())
    return as_json({"overview": to_json(case_overview(actor, row, Today(rules_of_case(row, day), day)))})
