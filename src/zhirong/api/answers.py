"""Responses as JSON, and what the description of the API says of them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from zhirong.api.problems import REFUSALS
from zhirong.kernel.text import Text

# What a call that only reads can be refused for; a call that writes can be refused for everything.
READ_REFUSALS = (400, 401, 403, 404, 405, 422, 429, 503)
PUBLIC_REFUSALS = (400, 404, 405, 422, 429, 503)


def responses(model: Any, refusals: tuple[int, ...] = REFUSALS, status: int = 200) -> dict[Any, Any]:
    """The answers of a call: the good one, and every refusal. A refusal is never made by the framework, so it needs no model
    of it there (making one for every status of every call took most of the time to start); the description adds it.
    """
    return {status: model, frozenset(refusals): None}


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A value as a response."""
    content = json.dumps(value, ensure_ascii=False, default=plain).encode("utf-8", "replace")
    response = HttpResponse(content, status=status, content_type="application/json")
    for name, written in (headers or {}).items():
        response.headers[name] = written
    return response


def plain(value: Any) -> Any:
    """What JSON has no form for: instants and days as ISO 8601, exact numbers as words, texts in both languages."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Text):
        return value.as_json()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
