"""The search page: the results by kind, each with a link to its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from zhirong.kernel.days import day_of
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.search import KINDS, FoundGroup, search
from zhirong.web.clock import now
from zhirong.web.pages import PAGES, page


@dataclass(frozen=True, slots=True)
class Hit:
    """One row that was found."""

    title: str
    note: str
    address: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The hits of one kind. more: further rows match."""

    words: Text
    hits: tuple[Hit, ...]
    more: bool


Address = Callable[[Any], str]


def _row(name: str) -> tuple[str, Address]:
    return name, lambda row: reverse(name, args=[row.pk])


def _cases_of(name: Callable[[Any], str]) -> tuple[str, Address]:
    """A lender sees a company and its rights in the company's cases."""
    return "lender.cases", lambda row: f"{reverse('lender.cases')}?{urlencode({'firm': name(row)})}"


# Where a row is shown: the first page that the reader may open.
_PAGES: Mapping[str, tuple[tuple[str, Address], ...]] = {
    "case": (_row("lender.case"), _row("firm.case")),
    "organisation": (_row("admin.organisation"), _cases_of(lambda row: row.name)),
    "loan": (_row("loan.page"),),
    "right": (_row("firm.right"), _cases_of(lambda row: row.firm.name)),
    "guarantee": (_row("guarantor.request"),),
    "appraisal": (_row("firm.appraisal"), _row("agency.appraisal")),
    "claim": (_row("recovery.claim"),),
    "document": (_row("paper.page"),),
}


@page("search/", "search")
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the results for ``?q=``, grouped by kind."""
    actor, written = request.actor, request.GET.get("q", "")
    addresses = {kind.name: _address_of(actor, kind.name) for kind in KINDS}
    found = search(actor, day_of(now()), written, [kind for kind in KINDS if addresses[kind.name] is not None])
    groups = [_group(one, addresses[one.kind.name]) for one in found]
    return render(request, "search.html", {"written": written, "groups": groups})


def _address_of(actor: Actor, kind: str) -> Address | None:
    for name, address in _PAGES[kind]:
        roles = PAGES[name].roles
        if not roles or actor.has(*roles):
            return address
    return None


def _group(found: FoundGroup, address: Address | None) -> HitGroup:
    if address is None:
        raise AssertionError(f"no page shows a row of the kind {found.kind.name}")
    hits = tuple(Hit(found.kind.title(row), found.kind.note(row), address(row)) for row in found.rows)
    return HitGroup(found.kind.words, hits, found.more)
