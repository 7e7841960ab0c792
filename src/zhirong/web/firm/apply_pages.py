"""The application as guided steps: the need, the business figures, rights and appraisal, review and submission.

The draft is a case from the first step on, so it is kept when its author leaves. Each step is a form of the operations
that programs use, too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.organisation.states import OrganisationState
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.operations.appraisal.online_appraisals import grade_words, usable_appraisals
from zhirong.operations.appraisal.online_form import start_values
from zhirong.operations.authorize import can
from zhirong.operations.case.applications import CYCLES, CaseFacts
from zhirong.operations.case.calculator import ASSUMPTIONS
from zhirong.operations.case.completeness import described, ready_to_submit
from zhirong.operations.declare import Call
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import waits_in_background
from zhirong.operations.refusals import ForbiddenError
from zhirong.operations.right.rights import FIRM, status_words
from zhirong.operations.rulebook import rulebook
from zhirong.operations.run import run_operation
from zhirong.operations.uploads import take_in
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, FirmRight, StoredFile
from zhirong.store.parties import Organisation
from zhirong.web.amounts import as_wan, reading, wan_of
from zhirong.web.apply_with import APPLY_WITH
from zhirong.web.clock import now
from zhirong.web.firm import business_fields as business
from zhirong.web.firm.case_view import FIELDS_OF_STEPS
from zhirong.web.forms import form_fields
from zhirong.web.limit_view import limit_view, quote_of_draft
from zhirong.web.mode_answer import answer_context
from zhirong.web.pages import call_of, page
from zhirong.web.templatetags.zhirong import fresh_key
from zhirong.workbench import modes

_FORM = ("GET", "HEAD", "POST")
STEPS: tuple[tuple[str, Text], ...] = (
    ("need", Text("需求", "Need")),
    ("data", Text("经营数据", "Business figures")),
    ("rights", Text("权利与评估", "Rights and appraisal")),
    ("review", Text("核对并提交", "Review and submit")),
)
# A draft begins under the mode that every company can have; the best one is proposed at the review.
FIRST_MODE = "bank-alone"
_FIRST_OFFERS = 2  # shown at the review; the others are folded
NEW_APPRAISAL = "new"
CARRIED = ("amount", "term_months", "method", "cycle", "rights", "appraisal", "mode")


@dataclass(frozen=True, slots=True)
class Sent:
    """The result of a step's form: the next address, or the problems to correct."""

    address: str = ""
    problems: tuple[Problem, ...] = ()


@page("firm/cases/new/", "firm.case_new", roles=FIRM, methods=_FORM)
def new_case(request: HttpRequest) -> HttpResponse:
    """Show the first step of a new application. Amount, term, repayment, rights, appraisal and mode may be given."""
    if not can(request.actor, "case.draft"):
        return render(request, "403.html", status=403)
    sent = Sent()
    if request.method == "POST":
        sent = _tried(lambda: _draft(request))
        if sent.address:
            request.session.pop(APPLY_WITH, None)
            return redirect(sent.address)
    given = request.POST if sent.problems else {**request.session.get(APPLY_WITH, {}), **request.GET.dict()}
    rights = request.GET.getlist("rights") or request.POST.getlist("rights")
    return _need_page(request, None, given, rights, sent.problems)


@page("firm/cases/<int:id>/apply/<str:step>/", "firm.apply", roles=FIRM, model=Case, methods=_FORM)
def step_of_case(request: HttpRequest, row: Case, step: str) -> HttpResponse:
    """Show one step of a draft, and store it."""
    if step not in dict(STEPS):
        raise Http404
    if row.state != CaseState.DRAFT or row.firm_id != request.actor.organisation:
        return redirect(reverse("firm.case", args=[row.pk]))
    if not can(request.actor, "case.edit", row):
        return render(request, "403.html", status=403)
    sent = Sent()
    if request.method == "POST":
        try:
            sent = _tried(lambda: _STORE[step](request, row))
        except ForbiddenError:
            return render(request, "403.html", status=403)
        if sent.address:
            leaves = "leave" in request.POST
            return redirect(reverse("firm.case", args=[row.pk]) if leaves else sent.address)
        row.refresh_from_db()
    if step == "need":
        given = request.POST if sent.problems else _need_of(row)
        return _need_page(request, row, given, [str(one) for one in row.rights], sent.problems)
    return _SHOW[step](request, row, sent.problems)


def _tried(store: Callable[[], str]) -> Sent:
    try:
        return Sent(address=store())
    except InputError as error:
        return Sent(problems=error.problems)


def _call(request: HttpRequest, part: str) -> Call:
    """Return the call of one operation of a form: a step may run several."""
    key = request.POST.get("_key", "")
    return call_of(request, f"{key}-{part}" if key else "")


def _step_address(case: int, step: str) -> str:
    return reverse("firm.apply", args=[case, step])


def _frame(request: HttpRequest, case: Case | None, step: str, problems: tuple[Problem, ...]) -> dict[str, Any]:
    """Return what every step shows: the stepper, the key of the form, the problems."""
    at = [name for name, _ in STEPS].index(step)
    return {
        "case": case,
        "step": step,
        "steps": [
            (words, "done" if place < at else "now" if place == at else "", _link(case, name) if place < at else "")
            for place, (name, words) in enumerate(STEPS)
        ],
        "problems": problems,
        "key": fresh_key(),
        "version": None if case is None else case.version,
        "before": _link(case, STEPS[at - 1][0]) if at else "",
    }


def _link(case: Case | None, step: str) -> str:
    return "" if case is None else _step_address(case.pk, step)


# -- 1: the need ----------------------------------------------------------------------------------------------------

_NEED_FIELDS = ("amount", "term_months", "method", "cycle", "purpose", "lender")


def _need_of(case: Case) -> dict[str, Any]:
    return {
        "amount": wan_of(yuan(case.amount)),
        **{name: getattr(case, name) for name in ("term_months", "method", "cycle", "purpose")},
        "lender": str(case.lender_id),
    }


def _need_page(
    request: HttpRequest,
    case: Case | None,
    given: Mapping[str, Any],
    rights: list[str],
    problems: tuple[Problem, ...],
) -> HttpResponse:
    start = {"term_months": "12", "method": "bullet", "cycle": "1M"}
    values = {name: str(given.get(name) or start.get(name, "")) for name in _NEED_FIELDS}
    # An address carries yuan as people write them; the field has ten thousand yuan.
    if given is not request.POST and case is None and values["amount"]:
        values["amount"] = wan_of(values["amount"])
    fields = {one.name: one for one in form_fields(CaseFacts, request.actor, None, values, problems)}
    lenders = fields["lender"].choices
    if not values["lender"] and len(lenders) == 1:
        fields["lender"] = replace(fields["lender"], value=lenders[0][0])
    context = {
        **_frame(request, case, "need", problems),
        "f": {name: fields[name] for name in _NEED_FIELDS},
        "reading": reading(values["amount"]),
        "above": _unplaced(problems, _NEED_FIELDS),
        "placed": [(fields[one.field].title, one.field) for one in problems if one.field in _NEED_FIELDS],
        "is_carried": case is None and bool(given) and given is not request.POST and "amount" in given,
        "rights": rights,
        "carried": {name: given.get(name, "") for name in ("appraisal", "mode")},
    }
    return render(request, "firm/apply_need.html", context, status=422 if problems else 200)


def _unplaced(problems: tuple[Problem, ...], names: tuple[str, ...]) -> list[Problem]:
    return [one for one in problems if one.field not in names]


def _need_posted(request: HttpRequest) -> dict[str, Any]:
    typed = {name: request.POST[name].strip() for name in _NEED_FIELDS if request.POST.get(name, "").strip()}
    if "amount" in typed:
        typed["amount"] = as_wan(typed["amount"])
    purpose = [] if typed.get("purpose") else [_empty("purpose")]
    missing = [_empty(name) for name in ("amount", "lender") if name not in typed] + purpose
    if missing:
        raise InputError(missing)
    return typed


def _empty(field: str) -> Problem:
    return Problem(field, "", Text("没有填写", "the field is empty"), Text("请填写", "fill it in"), "missing")


def _draft(request: HttpRequest) -> str:
    """Create the draft with all known data: rights and appraisal carried over, otherwise all rights in force and
    the newest appraisal.
    """
    typed = _need_posted(request)
    rights, appraisal = _rights_to_begin_with(request)
    mode = request.POST.get("mode", "")
    asked = {**typed, "mode": mode if mode in modes() else FIRST_MODE, "rights": rights, "appraisal": appraisal}
    done = run_operation("case.draft", _call(request, "draft"), None, asked)
    return _step_address(int(done.id), "data")


def _rights_to_begin_with(request: HttpRequest) -> tuple[list[int], int | None]:
    own = FirmRight.objects.filter(firm=request.actor.organisation, removed=False).order_by("-id")
    known = {right.pk: right for right in own[:50]}
    wanted = [int(one) for one in request.POST.getlist("rights") if one.isdecimal() and int(one) in known]
    rights = wanted or [pk for pk, right in known.items() if right.status == LegalStatus.IN_FORCE]
    usable = usable_appraisals(request.actor, day_of(now()))
    chosen = next((one for one in usable if str(one.pk) == request.POST.get("appraisal")), None)
    fits = chosen or next((one for one in usable if set(one.rights) <= set(rights)), None)
    return rights, None if fits is None else fits.pk


def _store_need(request: HttpRequest, case: Case) -> str:
    _edit(request, case, **_need_posted(request))
    return _step_address(case.pk, "data")


def _edit(request: HttpRequest, case: Case, **changes: Any) -> None:
    """Change the draft; values not named stay unchanged."""
    asked = {
        "lender": case.lender_id,
        "mode": case.mode,
        "amount": case.amount,
        "term_months": case.term_months,
        "method": case.method,
        "cycle": case.cycle,
        "purpose": case.purpose,
        "rights": case.rights,
        "appraisal": case.appraisal_id,
        **changes,
    }
    run_operation("case.edit", _call(request, "edit"), case.pk, asked)


# -- 2: the business figures ------------------------------------------------------------------------------------------


def _data_page(request: HttpRequest, case: Case, problems: tuple[Problem, ...]) -> HttpResponse:
    values = business.known(case.firm, *described(case))
    posted = request.POST if problems else None
    groups = {
        name: business.shown(entries, values, posted, problems)
        for name, entries in (
            ("income", business.INCOME),
            ("balance", business.BALANCE),
            ("company", business.COMPANY),
            ("working_capital", business.WORKING_CAPITAL),
            ("facts", business.FACTS),
        )
    }
    wrong = [field for some in groups.values() for field in some if field.problems]
    placed = [one for field in wrong for one in field.problems]
    quote = quote_of_draft(case, day_of(now()))
    context = {
        **_frame(request, case, "data", problems),
        **groups,
        "placed": [(field.entry.title, field.entry.name) for field in wrong],
        "year": day_of(now()).year - 1,
        "older": _older_year(values["credit"], day_of(now()).year - 1),
        "sources": [(value, words) for value, (words, _) in business.SOURCES.items()],
        "source": request.POST.get("source", ""),
        "files": _files(case, "accounts"),
        "prefilled": sum(
            bool(one.value) for some in (groups["income"], groups["balance"], groups["company"]) for one in some
        ),
        "is_small": values["facts"].get("size_class") in (None, "micro", "small"),
        "above": [one for one in problems if one not in placed],
        "limit": None if quote is None else limit_view(quote),
    }
    return render(request, "firm/apply_data.html", context, status=422 if problems else 200)


def _older_year(credit: Mapping[str, Any], year: int) -> int | None:
    """Return the year of the known figures if it is not the last one."""
    known = [
        int(str(part["date"])[:4])
        for name in ("statements", "debt", "cash_flow")
        if (part := credit.get(name)) and part.get("date")
    ]
    return min(known) if known and min(known) < year else None


def _files(case: Case, paper: str) -> list[StoredFile]:
    return list(StoredFile.objects.filter(subject=f"case/{case.pk}", paper=paper, removed=False).order_by("id"))


def _store_data(request: HttpRequest, case: Case) -> str:
    """Store the figures in the profile, and the attached document with the case."""
    firm = Organisation.objects.get(pk=case.firm_id)
    missing = [
        _empty(one.path) for one in business.ALL if one.is_required and not request.POST.get(one.name, "").strip()
    ]
    if missing:
        raise InputError(missing)
    values = business.known(firm, *described(case))
    facts, credit = business.described(request.POST, values, day_of(now()), firm.status == OrganisationState.ACTIVE)
    run_operation("firm.describe", _call(request, "profile"), firm.pk, {"facts": facts, "credit": credit})
    sent = request.FILES.get("accounts")
    if sent is not None:
        ticket = _taken("accounts", request, sent)
        asked = {"subject": f"case/{case.pk}", "paper": "accounts", "file": ticket}
        run_operation("file.add", _call(request, "file"), None, asked)
    if case.facts or case.credit:  # a returned case has its own copy of the profile
        _edit(request, case, as_described=True)
    return _step_address(case.pk, "rights")


def _taken(field: str, request: HttpRequest, sent: Any) -> str:
    try:
        return take_in(request.actor, sent.name or "", sent.read())
    except InputError as error:
        raise InputError([replace(one, field=field) for one in error.problems]) from error


# -- 3: rights and appraisal ------------------------------------------------------------------------------------------


_RIGHTS_FIELDS = {"revenue": Text("产品年收入", "Annual revenue"), "list": Text("权利清单", "List of rights")}


def _rights_page(request: HttpRequest, case: Case, problems: tuple[Problem, ...]) -> HttpResponse:
    day = day_of(now())
    rights = list(
        visible(request.actor, FirmRight, day).filter(firm=case.firm_id, removed=False).order_by("-id")[:50]
    )
    usable = usable_appraisals(request.actor, day)
    ticked = (
        {int(one) for one in request.POST.getlist("rights") if one.isdecimal()} if problems else set(case.rights)
    )
    chosen = request.POST.get("appraisal", "") if problems else str(case.appraisal_id or "")
    if not chosen:
        fits = next((one for one in usable if set(one.rights) <= ticked), None)
        chosen = NEW_APPRAISAL if fits is None else str(fits.pk)
    names = {right.pk: right.title for right in rights}
    revenue = described(case)[1].get("statements", {}).get("revenue")
    typed = request.POST.get("revenue", "")
    quote = quote_of_draft(case, day)
    context = {
        **_frame(request, case, "rights", problems),
        "rights": [(one, status_words(one.status), one.pk in ticked) for one in rights],
        "appraisals": [
            (one, grade_words(one), [names[pk] for pk in one.rights if pk in names], str(one.pk) == chosen)
            for one in usable[:5]
        ],
        "is_new": chosen == NEW_APPRAISAL,
        "revenue": typed,
        "revenue_reading": reading(typed),
        "all_revenue": None if revenue is None else parse_yuan(str(revenue)),
        "of_revenue": [one for one in problems if one.field == "revenue"],
        "of_list": [one for one in problems if one.field == "list"],
        "above": [one for one in problems if one.field not in ("revenue", "list")],
        "placed": [(_RIGHTS_FIELDS[one.field], one.field) for one in problems if one.field in _RIGHTS_FIELDS],
        "limit": None if quote is None else limit_view(quote),
    }
    return render(request, "firm/apply_rights.html", context, status=422 if problems else 200)


def _store_rights(request: HttpRequest, case: Case) -> str:
    """Enter an uploaded list, or store which rights are pledged and on which appraisal; a new one is made at once."""
    sent = request.FILES.get("list")
    if sent is not None:
        return _enter_list(request, case, sent)
    rights = [int(one) for one in request.POST.getlist("rights") if one.isdecimal()]
    if not rights:
        reason, hint = (
            Text("未选择权利", "no right selected"),
            Text("请勾选要质押的权利", "select the rights to pledge"),
        )
        raise InputError([Problem("rights", "", reason, hint, "missing")])
    chosen = request.POST.get("appraisal", "")
    if chosen in ("", NEW_APPRAISAL):
        appraisal = _appraised(request, case, rights)
    else:
        appraisal = int(chosen) if chosen.isdecimal() else 0
    _edit(request, case, rights=rights, appraisal=appraisal)
    case.refresh_from_db()
    return _step_address(case.pk, "review")


def _enter_list(request: HttpRequest, case: Case, sent: Any) -> str:
    ticket = _taken("list", request, sent)
    try:
        done = run_operation("right.import", _call(request, "list"), None, {"file": ticket, "dry_run": False})
    except InputError as error:
        raise InputError([replace(one, field="list") for one in error.problems]) from error
    if waits_in_background(done.answer):
        return reverse("import.page", args=[done.answer["import"]])
    own = FirmRight.objects.filter(firm=case.firm_id, removed=False, status=LegalStatus.IN_FORCE).order_by("-id")
    _edit(request, case, rights=list(own.values_list("pk", flat=True)[:50]), appraisal=case.appraisal_id)
    count = len(case.rights)
    case.refresh_from_db()
    entered = len(case.rights) - count
    words = Text(f"已从清单录入，新增 {entered} 件", f"The list was entered: {entered} new rights")
    messages.success(request, words.in_(request.lang))
    return f"{_step_address(case.pk, 'rights')}#appraisal"


def _appraised(request: HttpRequest, case: Case, rights: list[int]) -> int:
    """Return a new online appraisal on one figure: the revenue of the products, ranged by the rule of the day."""
    day = day_of(now())
    typed = request.POST.get("revenue", "").strip()
    if not typed:
        raise InputError([_empty("revenue")])
    try:
        revenue = Decimal(parse_yuan(as_wan(typed))) / 100
    except ValueError as error:
        reason, hint = (
            Text("不是金额", "not an amount of money"),
            Text("请填写数字，单位为万元", "enter a number of CNY 10k"),
        )
        raise InputError([Problem("revenue", typed, reason, hint, "money")]) from error
    spread = rulebook().at(ASSUMPTIONS, day).value
    asked = {
        **start_values(rulebook(), day),
        "rights": rights,
        "revenue": [
            str(round(revenue * Decimal(spread["revenue_below"]), 2)),
            str(round(revenue, 2)),
            str(round(revenue * Decimal(spread["revenue_above"]), 2)),
        ],
        "revenue_source": "企业申请时填写",
    }
    done = run_operation("appraisal.online", _call(request, "appraisal"), None, asked)
    return int(done.id)


# -- 4: review and submission -----------------------------------------------------------------------------------------


def _review_page(request: HttpRequest, case: Case, problems: tuple[Problem, ...]) -> HttpResponse:
    day = day_of(now())
    quote = quote_of_draft(case, day)
    lacks = [one for one in ready_to_submit(case, request.actor, day)[1] if one.code != "mode_not_met"]
    context = {
        **_frame(request, case, "review", problems),
        **({} if quote is None else _offers(quote, request.POST.get("mode", ""), case)),
        "limit": None if quote is None else limit_view(quote),
        "lacks": [(one, _field_address(case, one.field)) for one in lacks],
        "above": problems,
        "method": METHOD_TEXT[Method(case.method)],
        "cycle": dict(CYCLES)[case.cycle],
        "rights": FirmRight.objects.filter(pk__in=case.rights).order_by("id"),
        "may_submit": can(request.actor, "case.submit", case),
        "agreed": "agreed" in request.POST,
    }
    return render(request, "firm/apply_review.html", context, status=422 if problems else 200)


def _field_address(case: Case, field: str) -> str:
    name = field.split(".")[0]
    step = next((one for one, names in FIELDS_OF_STEPS.items() if name in names), None)
    return "" if step is None else _step_address(case.pk, step)


def _offers(quote: QuoteDocument, posted: str, case: Case) -> dict[str, Any]:
    """Return the modes in force, best first, and the one that is proposed."""
    answer = answer_context(quote)
    offers = answer["offers"]
    here = [one.mode.id for one in offers if one.mode.eligible != "no"]
    wanted = posted or (case.mode if case.mode != FIRST_MODE else "")
    proposed = wanted if wanted in here else next(iter(here), "")
    fitting = [one for one in offers if one.mode.id in here]
    return {
        "offers": fitting[:_FIRST_OFFERS],
        "more_offers": fitting[_FIRST_OFFERS:],
        "is_among_more": proposed in [one.mode.id for one in fitting[_FIRST_OFFERS:]],
        "unfit": [one for one in offers if one.mode.id not in here],
        "proposed": proposed,
    }


def _store_review(request: HttpRequest, case: Case) -> str:
    mode = request.POST.get("mode", "") or case.mode
    if mode != case.mode:
        _edit(request, case, mode=mode)
    if "leave" in request.POST:
        return reverse("firm.case", args=[case.pk])
    run_operation("case.submit", _call(request, "submit"), case.pk, {"agreed": "agreed" in request.POST})
    words = Text("申请已提交，待银行受理", "The case has been submitted; the lender accepts it next")
    messages.success(request, words.in_(request.lang))
    return reverse("firm.case", args=[case.pk])


_SHOW: Mapping[str, Callable[[HttpRequest, Case, tuple[Problem, ...]], HttpResponse]] = {
    "data": _data_page,
    "rights": _rights_page,
    "review": _review_page,
}
_STORE: Mapping[str, Callable[[HttpRequest, Case], str]] = {
    "need": _store_need,
    "data": _store_data,
    "rights": _store_rights,
    "review": _store_review,
}
