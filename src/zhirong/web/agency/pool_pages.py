"""The agency's page on its entry in the pool of appraisers."""

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.operations.appraisal.appraisals import AGENCY
from zhirong.operations.http_request import HttpRequest
from zhirong.store.parties import Organisation
from zhirong.web.pages import page
from zhirong.web.pool_entry import pool_context


@page("agency/pool/", "agency.pool", roles=AGENCY)
def own_pool(request: HttpRequest) -> HttpResponse:
    """Show the entry to the agency's appraisers; its reviewer maintains it."""
    row = Organisation.objects.get(pk=request.actor.organisation)
    return render(request, "agency/pool.html", {"row": row, **pool_context(request, row)})
