"""The checklist of due diligence as one form: the open items are filled in and recorded together."""

import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render

from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.diligence import TITLE_INVESTIGATION, CheckRule, CheckState
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text
from zhirong.operations.authorize import can
from zhirong.operations.clock import now
from zhirong.operations.credit.diligence import DESK, rule_of
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.rulebook import rules_deciding
from zhirong.operations.run import run_operation
from zhirong.operations.uploads import take_in
from zhirong.store.financing import Case, CheckItem
from zhirong.web.forms import FormField, data_of, form_fields
from zhirong.web.pages import call_of, page

# Filled in for few items: folded away below the finding.
_FOLDED = ("outcome", "cost", "unusual")
_WITH_DEFAULT = {"outcome": CheckState.DONE.value}


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One item of the form. fields: by name, named with the number of the item. ticket, file: of an upload that is
    kept until the rest of the item is valid.
    """

    item: CheckItem
    rule: CheckRule
    fields: dict[str, FormField]
    problems: tuple[Problem, ...]
    ticket: str = ""
    file: str = ""

    @property
    def folded(self) -> list[FormField]:
        """Return the fields below the fold. An item that must be done has no outcome to choose."""
        names = _FOLDED if self.rule.can_be_waived else _FOLDED[1:]
        return [self.fields[name] for name in names if name in self.fields]

    @property
    def is_open(self) -> bool:
        """Return whether the fold is open: a value in it was changed or is invalid."""
        return any(
            one.problems or one.value not in ("", _WITH_DEFAULT.get(_plain(one.name))) for one in self.folded
        )

    @property
    def others(self) -> list[FormField]:
        """Return the fields of the law firm, which the title investigation alone has."""
        shown = (*_FOLDED, "verdict", "finding", "file")
        return [one for name, one in self.fields.items() if name not in shown]


@dataclass(slots=True)
class _Posted:
    """The posted data of one item."""

    given: dict[str, Any]
    version: int | None
    ticket: str = ""
    file: str = ""
    problems: tuple[Problem, ...] = ()


@page("lender/cases/<int:id>/checks/", "lender.checks", roles=DESK, model=Case, methods=("GET", "HEAD", "POST"))
def checks(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the open items as one form, and record every completed item separately."""
    posted: dict[int, _Posted] = {}
    recorded = 0
    if request.method == "POST":
        for item in _open(row):
            found = _posted(request, item)
            if found is not None:
                posted[item.pk] = found
                recorded += _record(request, item, found)
    wrong = {pk: one for pk, one in posted.items() if one.problems}
    if recorded:
        done = Text(f"已完成 {recorded} 项调查", f"{recorded} of the investigation items recorded")
        messages.success(request, done.in_(request.lang))
    if posted and not wrong:
        return redirect("lender.checks" if _open(row) else "lender.case", row.pk)
    items = list(CheckItem.objects.filter(case=row).select_related("by", "file"))
    rules = rules_deciding(row, day_of(now()))
    listed = sorted(((one, rule_of(one, rules, day_of(now()))) for one in items), key=lambda one: one[1].order)
    rows = [_row(request, item, rule, wrong.get(item.pk)) for item, rule in listed if item.state == CheckState.OPEN]
    context = {
        "case": row,
        "rows": rows,
        "done": [one for one in listed if one[0].state != CheckState.OPEN],
        "total": len(items),
        "problems": [one for two in wrong.values() for one in two.problems],
        "key": secrets.token_hex(16),
        "may_fill": row.state == CaseState.DILIGENCE
        and any(can(request.actor, "check.do", one.item) for one in rows),
    }
    return render(request, "lender/checks.html", context, status=422 if wrong else 200)


def _open(case: Case) -> list[CheckItem]:
    return list(CheckItem.objects.filter(case=case, state=CheckState.OPEN).select_related("case").order_by("pk"))


def _prefix(item: CheckItem) -> str:
    return f"i{item.pk}."


def _plain(name: str) -> str:
    return name.partition(".")[2]


def _posted(request: HttpRequest, item: CheckItem) -> _Posted | None:
    """Return the data entered for an item; None if there are none."""
    own = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        if name.startswith(_prefix(item)):
            own.setlist(name.removeprefix(_prefix(item)), values)
    given = data_of(OPERATIONS["check.do"].request, own)
    version = own.get("version", "")
    found = _Posted(given, int(version) if version.isdecimal() and len(version) < 10 else None)
    found.ticket, found.file = own.get("ticket", ""), own.get("name", "")
    sent = request.FILES.get(f"{_prefix(item)}file")
    if sent is not None:
        try:
            found.ticket, found.file = take_in(request.actor, sent.name or "", sent.read()), sent.name or ""
        except InputError as error:
            found.problems = tuple(replace(one, field="file") for one in error.problems)
    is_filled = any(value != _WITH_DEFAULT.get(name) for name, value in given.items())
    return found if is_filled or found.ticket or found.problems else None


def _record(request: HttpRequest, item: CheckItem, found: _Posted) -> int:
    """Complete one item; returns 1 if it is done, otherwise leaves the problems with the posted data."""
    problems = list(found.problems)
    has_verdict = item.item != TITLE_INVESTIGATION and found.given.get("outcome") != CheckState.WAIVED
    if has_verdict and "verdict" not in found.given:
        reason = Text("未选择结论", "no verdict is chosen")
        problems.append(Problem("verdict", "", reason, Text("请选择一项", "Choose one."), "missing"))
    if not problems:
        given = {**found.given, **({"file": found.ticket} if found.ticket else {})}
        call = call_of(request, f"{request.POST.get('_key', '')[:40]}.{item.pk}")
        try:
            run_operation("check.do", call, item.pk, given, found.version)
        except InputError as error:
            problems += error.problems
    found.problems = tuple(problems)
    return 0 if problems else 1


def _row(request: HttpRequest, item: CheckItem, rule: CheckRule, found: _Posted | None) -> CheckRow:
    model = OPERATIONS["check.do"].request
    given: dict[str, Any] = {**dict.fromkeys(model.model_fields, ""), **_WITH_DEFAULT}
    problems: tuple[Problem, ...] = ()
    if found is not None:
        given, problems = {**given, **found.given}, found.problems
    fields = form_fields(model, request.actor, item, given, problems)
    named = {one.name: replace(one, name=f"{_prefix(item)}{one.name}") for one in fields}
    known = ("", "") if found is None else (found.ticket, found.file)
    return CheckRow(item, rule, named, problems, *known)
