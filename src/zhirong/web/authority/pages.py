"""The supervisory authority's page: the figures of its region, by lender, age, category, mode and stage, and their file."""

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render

from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.quote.facts import region_words
from zhirong.documents.book_xlsx import BookTable, book_xlsx
from zhirong.documents.workbook import Amount, Cell
from zhirong.kernel.days import day_of
from zhirong.kernel.money import yuan
from zhirong.kernel.text import Text
from zhirong.operations.credit.region_figures import LenderRow, RegionFigures, region_figures
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.rulebook import rulebook
from zhirong.store.parties import Organisation
from zhirong.web.book_view import book_part, book_parts, book_tables, months_view
from zhirong.web.clock import now
from zhirong.web.menu import menu
from zhirong.web.pages import page

SUPERVISOR = (MemberRole.SUPERVISOR,)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BY_LENDER = (Text("各银行（余额）", "By lender (balance)"), Text("银行", "Lender"))
_HEADS = (
    Text("银行", "Lender"),
    Text("申请笔数", "Cases"),
    Text("申请（元）", "Requested (CNY)"),
    Text("批准（元）", "Approved (CNY)"),
    Text("已放款（元）", "Lent (CNY)"),
    Text("余额（元）", "Balance (CNY)"),
    Text("逾期（元）", "Overdue (CNY)"),
    Text("不良余额（元）", "Non-performing (CNY)"),
)
_DEFAULT_HEADS = (
    Text("状态", "State"),
    Text("件数", "Cases"),
    Text("债务（元）", "Debt (CNY)"),
    Text("银行承担（元）", "Borne by lenders (CNY)"),
)
_PAYER_HEADS = (
    Text("机构", "Payer"),
    Text("索赔件数", "Claims"),
    Text("已超期限", "Past their last day"),
    Text("不予赔付", "Refused"),
    Text("已追回", "Clawed back"),
    Text("索赔（元）", "Claimed (CNY)"),
    Text("已同意（元）", "Accepted (CNY)"),
    Text("已付（元）", "Paid (CNY)"),
    Text("已返还（元）", "Returned (CNY)"),
)


@page("authority/", "authority.home", roles=SUPERVISOR)
def home(request: HttpRequest) -> HttpResponse:
    """Show the figures of the authority's region; the tables as a file with ``?export=xlsx``."""
    day, rules = day_of(now()), rulebook()
    organisation = Organisation.objects.only("name", "region").get(pk=request.actor.organisation)
    figures = region_figures(organisation.region, rules, day)
    parts = book_parts(figures.book)
    if len(figures.by_lender) > 1:
        parts = (book_part("lender", *_BY_LENDER, figures.by_lender), *parts)
    if request.GET.get("export") == "xlsx":
        recovery = (_default_table(figures), _payer_table(figures))
        tables = (_lender_table(figures), *book_tables(parts, figures.book), *recovery)
        response = HttpResponse(book_xlsx(tables, day, request.lang), content_type=_XLSX)
        response["Content-Disposition"] = f'attachment; filename="region-{organisation.region}.xlsx"'
        return response
    context = {
        "figures": figures,
        "book": figures.book,
        "bad_rate": Decimal(figures.book.bad_per_mille) / 1000,
        "region": region_words(organisation.region, rules, day),
        "parts": parts,
        "months": months_view(figures.book),
        "today": day,
    }
    return render(request, "authority/home.html", context)


def _lender_table(figures: RegionFigures) -> BookTable:
    return BookTable(
        Text("各银行申请、批准、放款", "Lenders"),
        _HEADS,
        tuple((one.name, *_cells(one)) for one in figures.lenders),
        (Text("合计", "Total"), *_cells(figures.total)),
    )


def _cells(one: LenderRow) -> tuple[Cell, ...]:
    amounts = (one.asked, one.approved, one.lent, one.balance, one.overdue, one.bad)
    return (one.cases, *(_money(fen) for fen in amounts))


def _default_table(figures: RegionFigures) -> BookTable:
    return BookTable(
        Text("违约案件", "Default cases"),
        _DEFAULT_HEADS,
        tuple((one.state, one.cases, _money(one.debt), _money(one.carried)) for one in figures.defaults),
    )


def _payer_table(figures: RegionFigures) -> BookTable:
    return BookTable(
        Text("各分担机构索赔", "Claims by payer"),
        _PAYER_HEADS,
        tuple(
            (
                one.name,
                *(one.claims, one.late, one.refused, one.clawed_back),
                *(_money(fen) for fen in (one.claimed, one.accepted, one.paid, one.returned)),
            )
            for one in figures.payers
        ),
    )


def _money(fen: int) -> Amount:
    return Amount(Decimal(yuan(fen)))


menu("authority.home", "概览", "Overview", *SUPERVISOR, icon="chart-column")
