"""Data on every page: the signed-in user, the desk's menu, unread notifications, the reader's preferences."""

from typing import Any

from django.utils.functional import SimpleLazyObject

from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.operations.actors import NOBODY, Actor
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.notices import count_asked
from zhirong.web.clock import days_ahead
from zhirong.web.menu import account_menu_of, grouped, menu_of
from zhirong.web.preferences import chosen_by

_ON_PHONES = 4  # entries in the bar at the bottom; the rest is behind the fifth


def around(request: HttpRequest) -> dict[str, Any]:
    """Return the variables of every template."""
    actor = getattr(request, "actor", NOBODY)
    chosen = getattr(request, "chosen", None) or chosen_by(request)
    entries = menu_of(actor)
    return {
        "actor": actor,
        "lang": chosen.lang,
        "chosen": chosen,
        "density": chosen.density or _density(actor),
        "menu": tuple(grouped(entries)),
        "on_phones": entries[:_ON_PHONES],
        "account_menu": account_menu_of(actor),
        "unread": SimpleLazyObject(lambda: count_asked(actor)),  # an error page asks the database nothing
        "days_ahead": days_ahead(),
    }


def _density(actor: Actor) -> str:
    """Return the density of a desk: compact for people who work there all day, spacious for companies and the
    public.
    """
    return "roomy" if actor.kind in (None, OrganisationKind.FIRM) else "compact"
