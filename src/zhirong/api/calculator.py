"""The calculator for programs: from a few figures to a rough interval, credit limit and cost by mode. Nothing is
stored.
"""

import threading
from typing import Any

from django.http import HttpResponse
from ninja import NinjaAPI, Schema

from zhirong.api.answers import PUBLIC_REFUSALS, as_json, responses
from zhirong.api.problems import answer
from zhirong.api.reading import body_of
from zhirong.api.security import Rate
from zhirong.chain.quote.view import for_role
from zhirong.kernel.days import day_of
from zhirong.kernel.document import to_json
from zhirong.operations.case.calculator import Calculate, calculated
from zhirong.operations.case_file.tables import quote_of_table
from zhirong.operations.clock import now
from zhirong.operations.fields import mark_money_numbers, read
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.rulebook import rulebook

# One calculation takes as long as a hundred page requests, so only a few run at once, and not too often.
_AT_ONCE = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 10.0
_A_MINUTE = 20


class Calculated(Schema):
    """A quote as described by ``docs/schemas/quote.schema.json``."""

    quote: dict[str, Any]


def add_to(api: NinjaAPI) -> None:
    """Declare the call."""
    api.post(
        "/calculator",
        operation_id="calculate",
        summary="初步测算 / preliminary figures",
        tags=["calculator"],
        auth=None,
        throttle=[Rate("calculator", _A_MINUTE)],
        response=responses(Calculated, (*PUBLIC_REFUSALS, 413)),
        openapi_extra={"x-request": "calculator"},
    )(calculate)


def calculate(request: HttpRequest) -> HttpResponse:
    """Calculate; dated rules, named in the answer, supply the missing values."""
    asked = read(Calculate, mark_money_numbers(Calculate, body_of(request)))
    if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
        response = answer(request, 503)
        response.headers["Retry-After"] = "10"
        return response
    try:
        quoted = quote_of_table(calculated(asked, day_of(now()), rulebook()), None)
        return as_json({"quote": to_json(for_role(quoted, "firm"))})
    finally:
        _AT_ONCE.release()
