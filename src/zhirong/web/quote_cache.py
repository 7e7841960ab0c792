"""Quotes for pages: calculated once and cached briefly, so that a table and its charts need one calculation."""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import HttpResponse

from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.view import for_reading
from zhirong.charts.quote import quote_charts
from zhirong.kernel.days import day_of
from zhirong.kernel.rulebook import Rulebook
from zhirong.operations.case_file.tables import exact, plain, quote_of_table
from zhirong.operations.clock import now
from zhirong.operations.http_request import HttpRequest
from zhirong.web.chart_images import chart_image

_KEPT = 64  # cached quotes per process, about 300 kB each
_CHART_WIDTH, _NARROW_WIDTH = 460, 200


def all_modes(table: Mapping[str, Any], rulebook: Rulebook | None = None) -> QuoteDocument:
    """Quote a case file table under every mode of its region. rulebook: the platform's rules if omitted.

    Raises InputError like ``quote_of_table``.
    """
    return _quote(json.dumps(plain(table), ensure_ascii=False, sort_keys=True), rulebook)


@lru_cache(maxsize=_KEPT)
def _quote(written: str, rulebook: Rulebook | None) -> QuoteDocument:
    return for_reading(quote_of_table(exact(json.loads(written)), rulebook=rulebook))


def drawing(request: HttpRequest, quote: QuoteDocument, name: str) -> HttpResponse:
    """Draw a chart of a quote: full_loss, cost, value or tornado; with ``narrow`` for a phone."""
    width = _NARROW_WIDTH if "narrow" in request.GET else _CHART_WIDTH
    return chart_image(request, quote_charts(quote, request.lang, width).get(name))


def today() -> date:
    """Return the platform's date."""
    return day_of(now())
