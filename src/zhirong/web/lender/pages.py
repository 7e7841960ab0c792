"""The lender's pages: work list, case overview, explanation, comparison of modes, portfolio."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from zhirong.chain.financing.limits import Meter, Scope, title_of
from zhirong.chain.financing.overview import CaseOverview
from zhirong.chain.financing.tolerance import npl_tolerance
from zhirong.chain.limit.records import LENDER as LENDER_ROLE
from zhirong.chain.quote.document import QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.charts.quote import quote_charts
from zhirong.documents.book_xlsx import book_xlsx
from zhirong.documents.case_overview import case_overview_pdf, case_overview_xlsx
from zhirong.kernel.days import day_of
from zhirong.kernel.text import Lang
from zhirong.operations.case.overview import Today, case_overview
from zhirong.operations.case_file.tables import case_table_of
from zhirong.operations.credit.limits import lent, limits_of, names_of
from zhirong.operations.credit.loan_book import LoanBook, book_of_lender
from zhirong.operations.credit.portfolio import CASES, LENDER, WORK
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.notices import newest_of_each_page, notices_of
from zhirong.operations.rulebook import rulebook, rules_of_case
from zhirong.store.financing import Case
from zhirong.web.book_view import book_parts, book_tables, months_view
from zhirong.web.case_history import history_of
from zhirong.web.case_overview import PARTS, case_context, part_context
from zhirong.web.chart_images import chart_image
from zhirong.web.clock import now
from zhirong.web.cost_rows import cost_rows
from zhirong.web.explanation_view import tree
from zhirong.web.lender import checks_page, forms_of_case  # noqa: F401 - declare their pages
from zhirong.web.lender.work_views import NEXT_WORDS, lent_now, work_views
from zhirong.web.menu import Group, menu
from zhirong.web.pages import page
from zhirong.web.quote_cache import all_modes
from zhirong.web.views import render_list

_CHART_WIDTH = 460
_NOTICES_SHOWN = 4  # next to the work list; all of them have a page
_FILES: dict[str, tuple[Callable[[CaseOverview, Lang], bytes], str]] = {
    "pdf": (case_overview_pdf, "application/pdf"),
    "xlsx": (case_overview_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _today(case: Case | None = None) -> Today:
    """Return today with the rules for decisions on the case, or the platform's rules if there is none."""
    day = day_of(now())
    return Today(rulebook() if case is None else rules_of_case(case, day), day)


@page("lender/", "lender.home", roles=LENDER)
def home(request: HttpRequest) -> HttpResponse:
    """Show the user's pending cases, nearest time limit first, with views by urgency and stage."""
    actor = request.actor
    unread = notices_of(actor).filter(asks=True, read_at=None)[: 4 * _NOTICES_SHOWN]
    return render_list(
        request,
        WORK,
        "lender/home.html",
        work_views=work_views(actor, day_of(now()), request.GET),
        next_words=NEXT_WORDS,
        lent=lent_now(actor, request.chosen.unit),
        notices=newest_of_each_page(unread)[:_NOTICES_SHOWN],
    )


@page("lender/cases/", "lender.cases", roles=LENDER)
def cases(request: HttpRequest) -> HttpResponse:
    """Show all cases with filters, order, saved views and export."""
    return render_list(request, CASES)


@page("lender/cases/<int:id>/", "lender.case", roles=LENDER, model=Case)
def case(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the case overview with the next step first; as a file with ``?export=pdf`` or ``?export=xlsx``."""
    export = request.GET.get("export", "")
    if export in _FILES:
        make, media_type = _FILES[export]
        content = make(case_overview(request.actor, row, _today(row)), request.lang)
        response = HttpResponse(content, content_type=media_type)
        response["Content-Disposition"] = f'attachment; filename="case-{row.pk}.{export}"'
        return response
    return render(request, "lender/case.html", case_context(request.actor, row, _today(row)))


@page("lender/cases/<int:id>/part/<str:part>/", "lender.case_part", roles=LENDER, model=Case)
def case_part(request: HttpRequest, row: Case, part: str) -> HttpResponse:
    """Show one part of the case with all its details."""
    if part not in PARTS:
        raise Http404
    return render(request, "lender/case_part.html", part_context(request.actor, row, _today(row), part))


@page("lender/cases/<int:id>/why/", "lender.why", roles=LENDER, model=Case)
def why(request: HttpRequest, row: Case) -> HttpResponse:
    """Explain credit limit and rate, number by number, each with its rule."""
    quote = read_kept(row.quote)
    parts = (
        () if quote is None else (quote.credit_limit, quote.pledge, quote.modes[0], quote.credit, quote.appraisal)
    )
    trees = [tree(part.explanation) for part in parts]
    return render(request, "lender/why.html", {"case": row, "trees": trees})


@page("lender/cases/<int:id>/history/", "lender.history", roles=LENDER, model=Case)
def case_history(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the history of the case from the log, newest first: actors, actions, times and changes."""
    return render(request, "lender/history.html", {"case": row, "lines": history_of(row)})


@page("lender/cases/<int:id>/modes/", "lender.modes", roles=LENDER, model=Case)
def compare_modes(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the quote under every mode offered in the firm's region today."""
    quote = _all_modes(row)
    offers = [
        {
            "mode": one,
            "lender": next((part.share for part in one.full_loss if part.party == LENDER_ROLE), None),
            "raroc": None if one.price is None or one.price.lender is None else one.price.lender.raroc,
            "problems": [condition for condition in one.conditions if condition.verdict != "yes"],
        }
        for one in quote.modes
    ]
    return render(
        request,
        "lender/modes.html",
        {"case": row, "offers": offers, "costs": cost_rows(quote.modes), "elsewhere": quote.elsewhere or ()},
    )


@page("lender/cases/<int:id>/chart/<str:which>.svg", "lender.case_chart", roles=LENDER, model=Case)
def case_chart(request: HttpRequest, row: Case, which: str) -> HttpResponse:
    """Draw a chart of the quote: full_loss, cost, value, tornado; with the prefix ``modes-`` of all modes offered
    here.
    """
    lang = request.lang
    quote = _all_modes(row) if which.startswith("modes-") else read_kept(row.quote)
    charts = quote_charts(quote, lang, _CHART_WIDTH) if quote is not None else {}
    return chart_image(request, charts.get(which.removeprefix("modes-")))


def _all_modes(row: Case) -> QuoteDocument:
    day = day_of(now())
    return all_modes(case_table_of(row, day), rules_of_case(row, day))


@page("lender/portfolio/", "lender.portfolio", roles=LENDER)
def portfolio(request: HttpRequest) -> HttpResponse:
    """Show outstanding amounts by age, category, mode, region and stage, month by month, and the use of each limit; the
    tables as a file with ``?export=xlsx``.
    """
    actor, today = request.actor, _today()
    book = book_of_lender(actor.organisation, today.rules, today.day)
    cases = reverse("lender.cases")
    parts = book_parts(
        book,
        {
            "state": lambda one: f"{cases}?{urlencode({'state': one.key})}",
            "mode": lambda one: f"{cases}?{urlencode({'mode': one.key})}",
        },
    )
    if request.GET.get("export") == "xlsx":
        content = book_xlsx(book_tables(parts, book), today.day, request.lang)
        response = HttpResponse(content, content_type=_FILES["xlsx"][1])
        response["Content-Disposition"] = 'attachment; filename="portfolio.xlsx"'
        return response
    limits = limits_of(actor.organisation)
    names = names_of(limits, today.day)
    context = {
        "book": book,
        "bad_rate": Decimal(book.bad_per_mille) / 1000,
        "meters": [
            (Meter("own", title_of(limit, names), lent(actor.organisation, limit), limit.most), row)
            for limit, row in limits.items()
            if limit.scope is not Scope.FIRM
        ],
        "firm_limits": [(limit, row) for limit, row in limits.items() if limit.scope is Scope.FIRM],
        **_tolerance(request, book, today),
        "parts": parts,
        "months": months_view(book),
    }
    return render(request, "lender/portfolio.html", context)


def _tolerance(request: HttpRequest, book: LoanBook, today: Today) -> dict[str, Any]:
    """Return whether the ratio affects the lender's rating, given its non-performing ratio over all loans, in per
    cent, which only the lender knows.
    """
    asked = request.GET.get("own", "").strip()
    context: dict[str, Any] = {
        "tolerance": today.rules.at("diligence.exemption.npl_tolerance", today.day),
        "asked": asked[:20],
    }
    if asked:
        own = _per_cent(asked)
        context["is_wrong"] = own is None
        if own is not None:
            context["found"] = found = npl_tolerance(book.bad, book.standing, own, today.rules, today.day)
            if found is not None:
                context |= {"is_above": found.above > 0, "apart": _points(abs(found.above))}
    return context


def _points(above: Fraction) -> Decimal:
    """Return percentage points to two decimals."""
    return Decimal(round(above * 10_000)) / 10_000


def _per_cent(words: str) -> Decimal | None:
    """Read a percentage as a fraction; None unless it is a number from 0 to 100."""
    try:
        number = Decimal(words.replace("％", "%").removesuffix("%").strip())
    except InvalidOperation:
        return None
    return number / 100 if number.is_finite() and 0 <= number <= 100 else None


menu("lender.home", "待办", "To do", *LENDER, icon="list-checks")
menu("lender.cases", "全部业务", "All cases", *LENDER, icon="briefcase")
menu("lender.portfolio", "组合与限额", "Portfolio and limits", *LENDER, icon="chart-column", group=Group.MANAGEMENT)
