"""JSON responses, and their description in OpenAPI."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from zhirong.api.problems import REFUSALS
from zhirong.kernel.text import Text

# Errors of a call that only reads; a call that writes can return any error.
READ_REFUSALS = (400, 401, 403, 404, 405, 422, 429, 503)
PUBLIC_REFUSALS = (400, 404, 405, 422, 429, 503)


def responses(model: Any, refusals: tuple[int, ...] = REFUSALS, status: int = 200) -> dict[Any, Any]:
    """Return the responses of a call: success and every error. The framework never creates an error response, so it
    needs no model for it (creating one for every status of every call took most of the start-up time); the
    description adds it.
    """
    return {status: model, frozenset(refusals): None}


def as_json(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return a value as a JSON response."""
    content = json.dumps(value, ensure_ascii=False, default=plain).encode("utf-8", "replace")
    response = HttpResponse(content, status=status, content_type="application/json")
    for name, written in (headers or {}).items():
        response.headers[name] = written
    return response


def plain(value: Any) -> Any:
    """Convert values for JSON: instants and dates to ISO 8601, exact numbers to strings, texts to both languages."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Text):
        return value.as_json()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
