"""Search over everything that the actor may see: companies, cases, rights, loans, guarantees, appraisals, claims,
documents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, Q

from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.fields import unwritable_paths
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, FirmRight, GuaranteeRequest, Loan, Paper
from zhirong.store.parties import Organisation
from zhirong.store.recovery import PayerClaim

MOST_LETTERS = 100
PER_KIND = 8  # rows of each kind that are returned; further words narrow the search


@dataclass(frozen=True, slots=True)
class SearchKind:
    """One searchable kind of object. columns: searched for every word. title, note: the name of a row, and a note
    that distinguishes it from others of the same name.
    """

    name: str
    model: type[Model]
    words: Text
    columns: tuple[str, ...]
    title: Callable[[Any], str]
    note: Callable[[Any], str]
    related: tuple[str, ...] = ()
    narrow: Q = Q()


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """The rows of one kind that were found, newest first. more: further rows match."""

    kind: SearchKind
    rows: tuple[Any, ...]
    more: bool


KINDS: tuple[SearchKind, ...] = (
    SearchKind(
        "case",
        Case,
        Text("业务和申请", "Cases"),
        ("number", "firm__name", "firm__code"),
        lambda row: row.firm.name,
        lambda row: f"{row.number} · {row.lender.name}",
        related=("firm", "lender"),
    ),
    SearchKind(
        "organisation",
        Organisation,
        Text("企业", "Companies"),
        ("name", "code"),
        lambda row: row.name,
        lambda row: row.code,
        narrow=Q(kind=OrganisationKind.FIRM),
    ),
    SearchKind(
        "loan",
        Loan,
        Text("贷款", "Loans"),
        ("number", "firm__name"),
        lambda row: row.firm.name,
        lambda row: f"{row.number} · {row.lender.name}",
        related=("firm", "lender"),
    ),
    SearchKind(
        "right",
        FirmRight,
        Text("权利", "Rights"),
        ("title", "number"),
        lambda row: row.title,
        lambda row: f"{row.number} · {row.firm.name}",
        related=("firm",),
        narrow=Q(removed=False),
    ),
    SearchKind(
        "guarantee",
        GuaranteeRequest,
        Text("担保", "Guarantees"),
        ("case__number", "case__firm__name"),
        lambda row: row.case.firm.name,
        lambda row: f"{row.case.number} · {row.guarantor.name}",
        related=("case__firm", "guarantor"),
    ),
    SearchKind(
        "appraisal",
        Appraisal,
        Text("评估", "Appraisals"),
        ("firm__name",),
        lambda row: row.firm.name,
        lambda row: row.valuation_date.isoformat(),
        related=("firm",),
    ),
    SearchKind(
        "claim",
        PayerClaim,
        Text("索赔", "Claims"),
        ("number", "loan__firm__name", "loan__number"),
        lambda row: row.loan.firm.name,
        lambda row: f"{row.number} · {row.payer.name}",
        related=("loan__firm", "payer"),
    ),
    SearchKind(
        "document",
        Paper,
        Text("文件", "Documents"),
        ("number", "title"),
        lambda row: row.title,
        lambda row: row.number,
    ),
)


def search(actor: Actor, day: date, written: str, kinds: Sequence[SearchKind] = KINDS) -> list[FoundGroup]:
    """Return the visible rows in which every word occurs, by kind. Words that no database can store match nothing."""
    sought = written.strip()[:MOST_LETTERS].split()
    if not sought or not actor.account or unwritable_paths(written, "q"):
        return []
    found = []
    for kind in kinds:
        rows = visible(actor, kind.model, day).filter(kind.narrow)
        for word in sought:
            rows = rows.filter(_matches(kind, word))
        first = tuple(rows.select_related(*kind.related).order_by("-pk")[: PER_KIND + 1])
        if first:
            found.append(FoundGroup(kind, first[:PER_KIND], len(first) > PER_KIND))
    return found


def _matches(kind: SearchKind, word: str) -> Q:
    found = Q()
    for column in kind.columns:
        found |= Q(**{f"{column}__icontains": word})
    return found
