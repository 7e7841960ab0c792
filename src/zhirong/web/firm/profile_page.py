"""The firm's profile, used in every quote and case."""

from typing import Any

from django.http import HttpResponse

from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.organisation.profile import facts_of
from zhirong.operations.right.rights import FIRM
from zhirong.store.parties import Organisation
from zhirong.web.pages import page
from zhirong.web.profile_fields import FIRST_FACTS, credit_sections, drawn, facts_items, read_description
from zhirong.web.views import operate


@page("firm/profile/", "firm.profile", roles=FIRM, methods=("GET", "HEAD", "POST"))
def profile(request: HttpRequest) -> HttpResponse:
    """Show facts and credit file with their sources."""
    firm = Organisation.objects.get(pk=request.actor.organisation)
    facts, credit = facts_of(firm)
    return operate(
        request,
        OPERATIONS["firm.describe"],
        firm,
        template="firm/profile.html",
        known={"facts": facts, "credit": credit},
        read=read_description,
        draw=_draw,
    )


def _draw(given: dict[str, Any], problems: tuple[Any, ...]) -> dict[str, Any]:
    """Return the template data for the known or typed values."""
    facts = drawn(facts_items(), given, problems)
    return {
        "facts": facts[: len(FIRST_FACTS)],
        "more_facts": facts[len(FIRST_FACTS) :],
        "sections": [(name, words, drawn(items, given, problems)) for name, words, items in credit_sections()],
    }
