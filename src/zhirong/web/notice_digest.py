"""The notices of an account as a digest: grouped by their case or object, those that require action first."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Model
from django.urls import Resolver404, resolve

from zhirong.operations.actors import Actor
from zhirong.operations.visibility import visible
from zhirong.store.financing import Appraisal, Case, CheckItem, GuaranteeRequest, Loan, Paper, Payment, WatchFlag
from zhirong.store.work import Notice
from zhirong.web.pages import PAGES

# The path from an object to its case.
_TO_CASE: Mapping[type[Model], str] = {
    Case: "pk",
    Loan: "case_id",
    GuaranteeRequest: "case_id",
    Appraisal: "case_id",
    CheckItem: "case_id",
    Payment: "loan__case_id",
    WatchFlag: "loan__case_id",
}
_Target = tuple[type[Model], int]
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class NoticeGroup:
    """Notices about one case, newest first. title: None for notices that belong to no case."""

    title: str | None
    notices: tuple[Notice, ...]


def grouped(actor: Actor, day: date, notices: Iterable[Notice]) -> list[NoticeGroup]:
    """Group notices by case, in the order of the newest of each; a fixed number of queries."""
    listed = list(notices)
    targets = {one.pk: _target(one.link) for one in listed}
    cases = _cases_of({target for target in targets.values() if target is not None})
    # Three columns: the quote of a case is large.
    rows = visible(actor, Case, day).filter(pk__in=set(cases.values())).values_list("pk", "firm__name", "number")
    titles = {pk: f"{firm} {number}" for pk, firm, number in rows}
    groups: dict[str | None, list[Notice]] = defaultdict(list)
    for one in listed:
        target = targets[one.pk]
        groups[titles.get(cases.get(target, 0)) if target is not None else None].append(one)
    return [NoticeGroup(title, tuple(found)) for title, found in groups.items()]


def _target(link: str) -> _Target | None:
    """Return the model and id of the row on the page that a link leads to; None if it shows no row."""
    path = link.partition("?")[0]
    number = _NUMBER.search(path)
    model = None if number is None else _model_at(_NUMBER.sub("0", path))
    return None if number is None or model is None else (model, int(number[0]))


@cache
def _model_at(shape: str) -> type[Model] | None:
    """Return the model of the page of a path whose numbers are 0: there are as many shapes as pages."""
    try:
        found = resolve(shape)
    except Resolver404:
        return None
    page = PAGES.get(found.url_name or "")
    return page.model if page is not None and "id" in found.kwargs else None


def _cases_of(targets: set[_Target]) -> dict[_Target, int]:
    found: dict[_Target, int] = {}
    ids: dict[type[Model], set[int]] = defaultdict(set)
    for model, pk in targets:
        ids[model].add(pk)
    for model, wanted in ids.items():
        if model is Paper:
            papers = Paper.objects.filter(pk__in=wanted).values_list("pk", "subject")
            found |= {(Paper, pk): _of_subject(subject) for pk, subject in papers}
        elif model in _TO_CASE:
            rows = model._default_manager.filter(pk__in=wanted).values_list("pk", _TO_CASE[model])
            found |= {(model, pk): case for pk, case in rows if case is not None}
    return found


def _of_subject(subject: str) -> int:
    """Return the id of the case of a subject such as ``case/12``; 0 for others."""
    kind, _, number = subject.partition("/")
    return int(number) if kind == "case" and number.isdigit() else 0
