"""The company's profile: the lenders' view of it, and the form that stores it for quotes and cases."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from zhirong.chain.loan.states import LoanState
from zhirong.chain.mode.eligibility import NEVER
from zhirong.chain.right.kinds import KIND_TEXT, RightKind
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import day_of
from zhirong.kernel.money import MoneyError, parse_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade
from zhirong.kernel.text import Text, same
from zhirong.operations.appraisal.online_appraisals import usable_appraisals
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.organisation.organisations import region_choices
from zhirong.operations.organisation.profile import facts_of, missing_sections
from zhirong.operations.right.rights import FIRM
from zhirong.operations.visibility import visible
from zhirong.store.financing import FirmRight, Loan, StoredFile
from zhirong.store.parties import Consent, Organisation
from zhirong.web.cells import in_wan
from zhirong.web.clock import now
from zhirong.web.pages import page
from zhirong.web.profile_fields import (
    FIRST_FACTS,
    NEVER_WORDS,
    Item,
    credit_sections,
    drawn,
    facts_items,
    read_description,
    shown,
)
from zhirong.web.views import operate

_PROVENANCE = ("source", "date", "grade")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the credit file as lenders read it. rows: title and value. grade: None if its evidence is not stated."""

    name: str
    title: Text
    rows: tuple[tuple[Text, Text], ...]
    source: str
    day: str
    grade: Text | None
    is_verified: bool


@page("firm/profile/", "firm.profile", roles=FIRM)
def profile(request: HttpRequest) -> HttpResponse:
    """Show the company as a lender sees it: registration, rights, figures with their evidence, loans, who may see it."""
    actor, day = request.actor, day_of(now())
    firm = get_object_or_404(visible(actor, Organisation, day), pk=actor.organisation)
    facts, credit = facts_of(firm)
    rights = visible(actor, FirmRight, day).filter(firm=firm, removed=False)
    kinds = rights.values("kind").annotate(count=Count("id")).order_by("-count")
    context = {
        "firm": firm,
        "region": dict(region_choices(actor, None)).get(firm.region, same(firm.region)),
        "facts": _rows(facts_items(), {"facts": facts}),
        "sections": [one for one in _sections(credit) if one.name != "statements"],
        "statements": [one for one in _sections(credit) if one.name == "statements"],
        "lacking": [words for _, words in missing_sections(credit)],
        "kinds": [(KIND_TEXT[RightKind(one["kind"])], one["count"]) for one in kinds],
        "in_force": rights.filter(status=LegalStatus.IN_FORCE).count(),
        "rights": rights.count(),
        "appraisal": next(iter(usable_appraisals(actor, day)), None),
        "loans": visible(actor, Loan, day)
        .filter(firm=firm, state=LoanState.STANDING)
        .select_related("lender")[:50],
        "licences": StoredFile.objects.filter(
            subject=f"organisation/{firm.pk}", owner_id=firm.pk, removed=False
        ).order_by("id")[:20],
        "consents": visible(actor, Consent, day)
        .filter(firm=firm, revoked_on=None, until__gte=day)
        .select_related("to")
        .order_by("-id")[:20],
    }
    return render(request, "firm/profile.html", context)


def _rows(items: tuple[Item, ...], given: dict[str, Any]) -> tuple[tuple[Text, Text], ...]:
    """Return the known items with their values in words."""
    return tuple((_title_words(one), _value_words(one, value)) for one in items if (value := shown(one, given)))


def _title_words(item: Item) -> Text:
    """Return the title of a field without the unit that its form asks for."""
    zh, en = item.title.zh, item.title.en
    return Text(zh.removesuffix("（元）"), en.removesuffix(", yuan").removesuffix(" (CNY)"))


def _value_words(item: Item, value: str) -> Text:
    if item.kind == "money":
        try:
            amount = in_wan(parse_yuan(value))
        except MoneyError:
            return same(value)
        return Text(f"{amount} 万元", f"CNY {amount} × 10k")
    if item.kind == "rate" and value.replace(".", "", 1).removeprefix("-").isdigit():
        return same(f"{float(value) * 100:g}\u00a0%")
    if item.kind == "never_or_day" and value == NEVER:
        return NEVER_WORDS
    return dict(item.choices).get(value, same(value))


def _sections(credit: dict[str, Any]) -> list[Section]:
    found = []
    for name, title, items in credit_sections():
        part = credit.get(name)
        if not part:
            continue
        own = tuple(one for one in items if one.name.rsplit(".", 1)[-1] not in _PROVENANCE)
        grade = part.get("grade")
        known = grade in set(EvidenceGrade)
        found.append(
            Section(
                name,
                title,
                _rows(own, {"credit": credit}),
                str(part.get("source", "")),
                str(part.get("date", "")),
                EVIDENCE_TEXT[EvidenceGrade(grade)] if known else None,
                known and EvidenceGrade(grade) in (EvidenceGrade.CONTRACT, EvidenceGrade.AUDITED),
            )
        )
    return found


@page("firm/profile/edit/", "firm.profile_edit", roles=FIRM, methods=("GET", "HEAD", "POST"))
def edit(request: HttpRequest) -> HttpResponse:
    """Show the form of facts and credit file with their sources."""
    firm = Organisation.objects.get(pk=request.actor.organisation)
    facts, credit = facts_of(firm)
    return operate(
        request,
        OPERATIONS["firm.describe"],
        firm,
        template="firm/profile_edit.html",
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
