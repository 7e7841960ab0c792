"""An agency's entry in the pool of appraisers, on the agency's desk and on the administration's page."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from zhirong.chain.appraisal_practice.people import DISCIPLINE_TEXT
from zhirong.kernel.text import Text
from zhirong.operations.appraisal.pool_forms import entry_of
from zhirong.operations.authorize import can
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.store.parties import Organisation

_OF_PEOPLE = ("agency.person_change", "agency.person_end")


def pool_context(request: HttpRequest, row: Organisation) -> dict[str, Any]:
    """Return an agency's entry for its table, with the operations that the reader can run on each person."""
    entry = entry_of(row)
    return {
        "pool": entry,
        "people": [
            (one, DISCIPLINE_TEXT[one["discipline"]], _links(request, row, one)) for one in entry.get("expert", [])
        ],
    }


def _links(request: HttpRequest, row: Organisation, one: dict[str, Any]) -> list[tuple[str, Text]]:
    """Return links to the forms about one person, with the person preselected."""
    known = {"person": one["id"], "fields": "；".join(one["fields"]), "back": request.path}
    return [
        (f"{reverse('do.row', args=[name, row.pk])}?{urlencode(known)}", OPERATIONS[name].title)
        for name in _OF_PEOPLE
        if can(request.actor, name, row)
    ]
