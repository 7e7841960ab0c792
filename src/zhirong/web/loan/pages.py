"""From an approval to a closed case: completion, documents, loan, statements, payments, watch list, books."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from zhirong.chain.contract.states import DOCUMENT_WORDS, DocumentState, SignatureMethod
from zhirong.chain.financing.case import CASE_WORDS, WAY, CaseState
from zhirong.chain.financing.conditions import DisbursementCondition
from zhirong.chain.financing.statement import FIELD_TEXT
from zhirong.chain.loan.rates import INDEX_TEXT
from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category
from zhirong.chain.loan.states import (
    DIRECTION_WORDS,
    FLAG_WORDS,
    LINE_WORDS,
    LOAN_WORDS,
    PAYMENT_KIND_WORDS,
    PAYMENT_WORDS,
    Direction,
    FlagKind,
    LineState,
    LoanState,
    PaymentKind,
    PaymentState,
)
from zhirong.chain.loan.terms import METHOD_TEXT, Method
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.chain.pledge.registration import STATUS_WORDS, Status
from zhirong.documents.statement_xlsx import statement_template
from zhirong.kernel.days import day_of
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import parse_yuan, show_yuan
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import account_text
from zhirong.operations.actors import Actor
from zhirong.operations.authorize import can, may
from zhirong.operations.case_file.documents import contract_papers, is_intact, kind_title, signed_by, text_of
from zhirong.operations.clock import now
from zhirong.operations.contract.conditions import conditions_of, registrations_of, takes_part
from zhirong.operations.contract.contracts import agreed_words
from zhirong.operations.contract.pledge_filing import is_waiting
from zhirong.operations.declare import OPERATIONS
from zhirong.operations.fields import Request
from zhirong.operations.http_request import HttpRequest
from zhirong.operations.imports import waits_in_background
from zhirong.operations.listing import LISTINGS
from zhirong.operations.loan.books import books_of
from zhirong.operations.loan.loans import BANKERS, READERS, judge, late_of, receipts, state_of
from zhirong.operations.loan.statements import CASHIERS, proposals
from zhirong.operations.rulebook import rulebook, rules_of_case
from zhirong.operations.run import run_operation
from zhirong.operations.uploads import take_in
from zhirong.operations.visibility import visible
from zhirong.store.financing import Case, Loan, Paper, Payment, Signature, StatementLine, StoredFile, WatchFlag
from zhirong.store.parties import Organisation
from zhirong.web.forms import data_of
from zhirong.web.loan.loan_view import instalments_of, loan_actions, owed_of, schedule_bars
from zhirong.web.loan.matching import decide, lines_to_confirm, lines_to_match
from zhirong.web.loan.paper_view import terms_of
from zhirong.web.menu import Group, menu
from zhirong.web.pages import call_of, page
from zhirong.web.row_actions import RowActions, actions_on, form_address
from zhirong.web.views import operate, render_list

_FIRM = (MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK)
_GUARANTOR = (MemberRole.GUARANTOR_OFFICER, MemberRole.GUARANTOR_APPROVER)
_STATEMENTS = (*CASHIERS, MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ROWS_SHOWN = 500  # of a statement that is previewed
# These go back, take away or add to the file: they are in the menu only.
_NEVER_FIRST = ("filing.withdraw", "use.remove", "condition.waive", "case.back_to_review", "case.paper")
_GROUPS = (
    (Text("合同", "Contracts"), ("contract.issue", "case.sign", "case.back_to_review")),
    (
        Text("质押登记", "Registration"),
        ("filing.prepare", "filing.file", "filing.check", "filing.record", "filing.withdraw"),
    ),
    (
        Text("放款条件", "Conditions"),
        ("insurance.record", "condition.settle", "use.record", "condition.waive", "use.remove", "case.disburse"),
    ),
    (Text("档案", "File"), ("case.paper", "case.close")),
)
# The operation that meets a condition.
_MEETS = {
    "settled": "condition.settle",
    "use_shown": "use.record",
    "insured": "insurance.record",
    "registered": "filing.record",
    "supported": "case.back_to_review",
}
_FROM_APPROVAL = WAY[WAY.index(CaseState.APPROVED) :]


# -- lists ----------------------------------------------------------------------------------------------------


@page("loans/", "loan.loans", roles=READERS)
def loans(request: HttpRequest) -> HttpResponse:
    """Show the loans that the user can see."""
    return render_list(request, LISTINGS["loans"])


@page("papers/", "paper.papers")
def papers(request: HttpRequest) -> HttpResponse:
    """Show the documents that the user can read."""
    return render_list(request, LISTINGS["papers"])


@page("statements/", "loan.statements", roles=_STATEMENTS, methods=("GET", "HEAD", "POST"))
def statements(request: HttpRequest) -> HttpResponse:
    """Show the entries of the bank's statements: above them those to match, each with the likeliest loan, and those that
    another person has matched. One click matches or confirms an entry.
    """
    refused: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            done = decide(request)
        except InputError as error:
            refused = error.problems
        else:
            messages.success(request, done.in_(request.lang))
            return redirect("loan.statements")
    answer = render_list(
        request,
        LISTINGS["loan.lines"],
        "loan/statements.html",
        can_import=may(request.actor, OPERATIONS["statement.import"]),
        refused=refused,
        to_match=lines_to_match(request.actor),
        to_confirm=lines_to_confirm(request.actor),
    )
    answer.status_code = 422 if refused else answer.status_code
    return answer


@page("payments/", "loan.payments", roles=LISTINGS["loan.payments"].roles)
def payments(request: HttpRequest) -> HttpResponse:
    """Show receipts and payments."""
    return render_list(request, LISTINGS["loan.payments"])


@page("watch/", "loan.watch", roles=BANKERS)
def watch(request: HttpRequest) -> HttpResponse:
    """Show the watch list."""
    return render_list(request, LISTINGS["loan.watch"])


# -- from approval to release -----------------------------------------------------------------------------------


@page("cases/<int:id>/completion/", "loan.completion", roles=READERS, model=Case)
def completion(request: HttpRequest, case: Case) -> HttpResponse:
    """Show contracts, registration, conditions and loan of a case: completed and open steps, and the party that
    must act.
    """
    day = day_of(now())
    actor = request.actor
    found = (
        visible(actor, Paper, day)
        .filter(subject=f"case/{case.pk}")
        .exclude(state=DocumentState.VOID)
        .order_by("pk")
    )
    is_bank = actor.kind is OrganisationKind.LENDER
    loan = visible(actor, Loan, day).filter(case=case).first()
    before_release = is_bank and case.state in (CaseState.APPROVED, CaseState.SIGNING, CaseState.REGISTERING)
    conditions = conditions_of(case, day, rules_of_case(case, day)) if before_release else ()
    wrong = [one for one in conditions if not one.is_met]
    actions = _actions(actor, case, _todo(case, loan, {one.code for one in wrong}))
    context = {
        "case": case,
        "state": CASE_WORDS[CaseState(case.state)],
        "way": _way(CaseState(case.state)),
        "papers": [_paper_row(one) for one in found],
        "conditions": conditions,
        "open": len(wrong),
        "unmet_rows": [_unmet_row(one, case, actions) for one in wrong],
        "registrations": [_registration(one) for one in registrations_of(case)] if case.contract else [],
        "insurance": case.contract.get("insurance"),
        "loan": loan if loan is not None and loan.state != LoanState.CANCELLED else None,
        "loan_state": None if loan is None else LOAN_WORDS[LoanState(loan.state)],
        "is_bank": is_bank,
        "uses": case.contract.get("uses", []) if case.contract else [],
        "settled": list(case.contract.get("settled", {}).values()) if case.contract else [],
        "actions": actions,
    }
    return render(request, "loan/completion.html", context)


def _unmet_row(
    one: DisbursementCondition, case: Case, actions: RowActions
) -> tuple[DisbursementCondition, str, Text]:
    """Return an unmet condition with the address and title of the operation that meets it; no address if the reader
    cannot run it.
    """
    name = _MEETS.get(one.code, "case.paper")
    address = form_address(name, case, reverse("loan.completion", args=[case.pk]))
    is_known = one.code in _MEETS and address in actions.addresses
    return one, address if is_known else "", OPERATIONS[name].title


def _actions(actor: Actor, case: Case, todo: Sequence[str]) -> RowActions:
    """Return the reader's actions from the approval on. todo: the useful operations, most urgent first."""
    return actions_on(
        actor,
        case,
        first=[name for name in todo if name not in _NEVER_FIRST],
        groups=_GROUPS,
        back=reverse("loan.completion", args=[case.pk]),
        only=todo,
        own={"case.sign": reverse("paper.sign_all", args=[case.pk])},
    )


def _todo(case: Case, loan: Loan | None, wrong: set[str]) -> list[str]:
    """Return the names of the useful operations, most urgent first. wrong: conditions not met."""
    names = ["contract.issue", "case.sign", "case.close"]
    if case.state == CaseState.REGISTERING and (loan is None or loan.state == LoanState.CANCELLED):
        statuses = {one.status for one in registrations_of(case)}
        if not statuses:
            names.append("filing.prepare")
        if Status.PREPARED in statuses:
            names.append("filing.file")
        recorded = case.contract.get("recorded", {})
        if recorded:
            names.append("filing.check")
        if any(is_waiting(one) and str(one.id) not in recorded for one in registrations_of(case)):
            names.append("filing.record")
        if statuses & {Status.PREPARED, Status.FILED, Status.EXAMINED}:
            names.append("filing.withdraw")
        if not wrong:
            names.append("case.disburse")
    if takes_part(case, "insurer"):
        names.append("insurance.record")
    if "settled" in wrong:
        names.append("condition.settle")
    if "use_shown" in wrong:
        names.append("use.record")
    if case.contract.get("uses"):
        names.append("use.remove")
    if wrong:
        names.append("condition.waive")
    if "supported" in wrong:
        names.append("case.back_to_review")
    return [*names, "case.paper"]


def _way(now_at: CaseState) -> list[tuple[Text, str]]:
    at = _FROM_APPROVAL.index(now_at) if now_at in _FROM_APPROVAL else -1
    return [
        (CASE_WORDS[one], "now" if place == at else "done" if place < at else "")
        for place, one in enumerate(_FROM_APPROVAL)
    ]


def _registration(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "status": STATUS_WORDS[one.status],
        "number": one.authority_number or one.number,
        "authority": one.authority,
        "rights": len(one.rights),
        "amount": one.claim_amount,
        "end": one.debt_end,
        "entered_on": one.entered_on,
        "review_by": one.review_by,
    }


def _paper_row(paper: Paper) -> dict[str, Any]:
    signed = signed_by(paper) if paper.signers else set()
    return {
        "paper": paper,
        "kind": kind_title(paper),
        "state": DOCUMENT_WORDS[DocumentState(paper.state)],
        "signed": len(signed & set(paper.signers)),
        "wanted": len(paper.signers),
    }


# -- papers -----------------------------------------------------------------------------------------------------


@page("papers/<int:id>/", "paper.page", model=Paper)
def paper(request: HttpRequest, row: Paper) -> HttpResponse:
    """Show a document: its files, its hash, the signatures and the missing ones."""
    signatures = {one.organisation_id: one for one in Signature.objects.filter(paper=row).select_related("scan")}
    names = dict(Organisation.objects.filter(pk__in=row.signers).values_list("pk", "name"))
    actor = request.actor
    beside = StoredFile.objects.filter(subject=f"paper/{row.pk}", paper=row.kind, removed=False)
    context = {
        "paper": row,
        "kind": kind_title(row),
        "state": DOCUMENT_WORDS[DocumentState(row.state)],
        "signers": [
            {
                "name": names.get(pk, ""),
                "signature": signatures.get(pk),
                "is_scan": pk in signatures and signatures[pk].method == SignatureMethod.SEALED_SCAN,
                "may_check": pk in signatures and can(actor, "paper.check_scan", signatures[pk]),
            }
            for pk in row.signers
        ],
        "beside": beside.exclude(pk__in=[row.word_id, row.pdf_id]),
        "terms": terms_of(row),
        "text": text_of(row) if row.signers else None,
        "signed_count": sum(one.valid for one in signatures.values()),
        "is_intact": is_intact(row),
        "may_sign": can(actor, "paper.sign", row),
        "has_signed": actor.organisation in signed_by(row),
        "about": _about(row.subject),
    }
    return render(request, "loan/paper.html", context)


def _seen_and_signed(model: type[Request], posted: QueryDict) -> dict[str, Any]:
    """Read the code, and the hashes that the page showed: a contract that has been issued again meanwhile is not signed."""
    return {**data_of(model, posted), "sha256": posted.getlist("sha256")}


@page("cases/<int:id>/sign/", "paper.sign_all", roles=READERS, model=Case, methods=("GET", "HEAD", "POST"))
def sign_all(request: HttpRequest, row: Case) -> HttpResponse:
    """Show the documents that one code signs: every document that waits for the reader's organisation, with its
    amounts and its hash.
    """
    own = request.actor.organisation
    waiting = [one for one in contract_papers(row) if own in one.signers and own not in signed_by(one)]
    return operate(
        request,
        OPERATIONS["case.sign"],
        row,
        template="loan/sign_all.html",
        read=_seen_and_signed,
        waiting=[(one, kind_title(one), terms_of(one)) for one in waiting],
    )


def _about(subject: str) -> str:
    kind, _, number = subject.partition("/")
    pages = {"case": "loan.completion", "loan": "loan.page"}
    return reverse(pages[kind], args=[int(number)]) if kind in pages else ""


@page("signatures/<int:id>/", "paper.of_signature", model=Signature)
def of_signature(request: HttpRequest, row: Signature) -> HttpResponse:
    """Show the document of a signature."""
    return redirect("paper.page", row.paper_id)


# -- loan -------------------------------------------------------------------------------------------------------


@page("loans/<int:id>/", "loan.page", roles=READERS, model=Loan)
def loan(request: HttpRequest, row: Loan) -> HttpResponse:
    """Show a loan: amounts due, schedule, application of receipts, category with the rule, documents."""
    day = day_of(now())
    actor = request.actor
    terms = row.contract["loan"]
    found = visible(actor, Payment, day).filter(loan=row).exclude(state=PaymentState.UNDONE)
    payments = list(found.select_related("line").order_by("-pk"))
    papers = visible(actor, Paper, day).filter(subject=f"loan/{row.pk}").order_by("-pk")
    context: dict[str, Any] = {
        "loan": row,
        "day": day,
        "state": LOAN_WORDS[LoanState(row.state)],
        "terms": terms,
        "link": _link_words(terms),
        "agreed": agreed_words(row.contract),
        "method": METHOD_TEXT[Method(terms["method"])],
        "papers": [_paper_row(one) for one in papers],
        "payments": [
            (one, PAYMENT_KIND_WORDS[PaymentKind(one.kind)], PAYMENT_WORDS[PaymentState(one.state)])
            for one in payments
        ],
        "actions": loan_actions(actor, row, payments),
        "is_bank": actor.kind is OrganisationKind.LENDER,
    }
    if row.state == LoanState.WAITING and context["is_bank"]:
        rules = rules_of_case(row.case, day)
        context["unmet"] = [one for one in conditions_of(row.case, day, rules) if not one.is_met]
    if row.state not in (LoanState.WAITING, LoanState.CANCELLED):
        context |= _standing(request, row, day)
    return render(request, "loan/loan.html", context)


def _link_words(terms: Mapping[str, Any]) -> Text | None:
    """Return the published rate of a loan and its spread; None for a fixed rate."""
    link = terms.get("linked")
    if link is None:
        return None
    index = INDEX_TEXT[link["index"]]
    return Text(f"{index.zh}，加 {link['spread_bp']} 个基点", f"{index.en} plus {link['spread_bp']} basis points")


def _standing(request: HttpRequest, row: Loan, day: date) -> dict[str, Any]:
    state = state_of(row, day, rulebook())
    judged = judge(state, rulebook())
    instalments = instalments_of(state)
    quote, problems = _quote(request, row, day)
    is_bank = request.actor.kind is OrganisationKind.LENDER
    flags = WatchFlag.objects.filter(loan=row, cleared_on=None).order_by("due_on") if is_bank else ()
    return {
        "now": state,
        "late": late_of(state),
        "owed": owed_of(state),
        "instalments": instalments,
        "bars": schedule_bars(instalments),
        "receipts": receipts(state),
        "category": None if judged is None else CATEGORY_TEXT[judged.category],
        "category_class": _category_class(None if judged is None else judged.category),
        "grounds": () if judged is None else judged.grounds,
        "quote": quote,
        "problems": problems,
        "asked": request.GET.get("payoff", ""),
        "flags": [(flag, FLAG_WORDS[FlagKind(flag.kind)]) for flag in flags],
    }


def _category_class(category: Category | None) -> str:
    if category is None:
        return ""
    return "good" if category is Category.NORMAL else "bad" if category.is_bad else "warn"


def _quote(request: HttpRequest, row: Loan, day: date) -> tuple[tuple[date, int] | None, list[Problem]]:
    """Return the settlement amount on a requested day if nothing else happens until then."""
    asked = request.GET.get("payoff", "").strip()
    if not asked:
        return None, []
    try:
        on = date.fromisoformat(asked)
    except ValueError:
        on = None
    if on is None or not day <= on <= (row.end or day):
        reason = Text("日期须在今天至贷款到期日之间", "must be between today and the loan's maturity")
        return None, [Problem("payoff", asked[:40], reason, Text("请改正日期", "correct the date"), "bad_day")]
    return (on, state_of(row, on, rulebook()).payoff), []


@page("loans/<int:id>/books/", "loan.books", roles=BANKERS, model=Loan)
def loan_books(request: HttpRequest, row: Loan) -> HttpResponse:
    """Show the books of a loan; as Excel with ``?export=xlsx``."""
    if row.state in (LoanState.WAITING, LoanState.CANCELLED):
        raise Http404
    kept = books_of(row, day_of(now()), rulebook())
    if request.GET.get("export") == "xlsx":
        response = HttpResponse(kept.xlsx(request.lang), content_type=_XLSX)
        response["Content-Disposition"] = f'attachment; filename="books-{row.pk}.xlsx"'
        return response
    trial = [(account_text(one.account), one) for one in kept.trial.rows]
    entries = [
        (one, [(account_text(posting.account), posting) for posting in one.entry.postings])
        for one in kept.books.entries
    ]
    context = {"loan": row, "trial": trial, "sums": kept.trial, "entries": entries, "problems": kept.problems}
    return render(request, "loan/books.html", context)


# -- statements and payments --------------------------------------------------------------------------------------


@page("statements/import/", "loan.import", roles=CASHIERS, methods=("GET", "HEAD", "POST"))
def import_statement(request: HttpRequest) -> HttpResponse:
    """Preview a statement with a report row by row, then import it."""
    context: dict[str, Any] = {
        "account": request.POST.get("account_number", ""),
        "columns": request.POST.get("columns", ""),
        "keeps_columns": "keep_columns" in request.POST,
    }
    status = 200
    if request.method == "POST":
        try:
            ticket = request.POST.get("ticket") or _ticket(request)
            is_try = "import" not in request.POST
            data = {
                "file": ticket,
                "account_number": context["account"],
                "dry_run": is_try,
                "columns": context["columns"],
                "keep_columns": context["keeps_columns"],
            }
            done = run_operation("statement.import", call_of(request, request.POST.get("_key", "")), None, data)
        except InputError as error:
            context["problems"], status = error.problems, 422
        else:
            if waits_in_background(done.answer):
                return redirect("import.page", done.answer["import"])
            if not is_try:
                return redirect(reverse("loan.statements") + "?state=open")
            context |= {"report": done.answer, "ticket": ticket, "wrong": _as_problems(done.answer["problems"])}
            columns = done.answer["columns"]
            context["used"] = [
                (heading, FIELD_TEXT[name]) for heading, name in columns.items() if name in FIELD_TEXT
            ]
            context["notices"] = _as_problems(done.answer["notices"])
            rows = done.answer.get("rows", [])
            context["rows"] = [{**row, "shown": show_yuan(parse_yuan(row["amount"]))} for row in rows[:_ROWS_SHOWN]]
            context["more_rows"] = max(0, len(rows) - _ROWS_SHOWN)
    return render(request, "loan/import.html", context, status=status)


def _ticket(request: HttpRequest) -> str:
    sent = request.FILES.get("file")
    if sent is None:
        reason, hint = Text("未选择文件", "no file selected"), Text("请选择流水文件", "choose the statement file")
        raise InputError([Problem("file", "", reason, hint, "missing")])
    return take_in(request.actor, sent.name or "", sent.read())


def _as_problems(rows: list[dict[str, Any]]) -> list[Problem]:
    return [Problem.from_json(one) for one in rows]


@page("statements/template.xlsx", "loan.template", roles=CASHIERS)
def template(request: HttpRequest) -> HttpResponse:
    """Download the Excel template of a statement."""
    response = HttpResponse(statement_template(request.lang), content_type=_XLSX)
    response["Content-Disposition"] = 'attachment; filename="statement.xlsx"'
    return response


@page("lines/<int:id>/", "loan.line", roles=_STATEMENTS, model=StatementLine)
def line(request: HttpRequest, row: StatementLine) -> HttpResponse:
    """Show a statement entry and the loans that it may belong to, or its match."""
    payments = (
        Payment.objects.filter(line=row).select_related("loan__firm", "matched_by", "confirmed_by").order_by("-pk")
    )
    context = {
        "line": row,
        "state": LINE_WORDS[LineState(row.state)],
        "direction": DIRECTION_WORDS[Direction(row.direction)],
        "payments": [
            (one, PAYMENT_KIND_WORDS[PaymentKind(one.kind)], PAYMENT_WORDS[PaymentState(one.state)])
            for one in payments
        ],
        "proposals": [(one, PAYMENT_KIND_WORDS[one.kind]) for one in proposals(row)]
        if row.state == LineState.OPEN
        else [],
        "may_match": can(request.actor, "line.match", row),
    }
    return render(request, "loan/line.html", context)


@page("payments/<int:id>/", "loan.payment", roles=LISTINGS["loan.payments"].roles, model=Payment)
def payment(request: HttpRequest, row: Payment) -> HttpResponse:
    """Show a payment: loan, date, the people who matched and confirmed it, and other payments of the same entry."""
    is_bank = request.actor.kind is OrganisationKind.LENDER
    others = (
        Payment.objects.filter(line=row.line_id, state=row.state).exclude(pk=row.pk).select_related("loan__firm")
    )
    context = {
        "payment": row,
        "kind": PAYMENT_KIND_WORDS[PaymentKind(row.kind)],
        "state": PAYMENT_WORDS[PaymentState(row.state)],
        "is_bank": is_bank,
        "others": others.order_by("pk") if is_bank else (),
    }
    return render(request, "loan/payment.html", context)


@page("watch/<int:id>/", "loan.of_flag", roles=BANKERS, model=WatchFlag)
def of_flag(request: HttpRequest, row: WatchFlag) -> HttpResponse:
    """Show an alert on the watch list and the possible actions."""
    return render(request, "loan/flag.html", {"flag": row, "kind": FLAG_WORDS[FlagKind(row.kind)]})


menu("loan.loans", "贷款", "Loans", *BANKERS, icon="wallet", group=Group.LENDING)
menu("loan.loans", "贷款", "Loans", *_FIRM, *_GUARANTOR, icon="wallet")
menu("loan.statements", "银行流水", "Statements", *_STATEMENTS, icon="landmark", group=Group.LENDING)
menu(
    "loan.payments",
    "收付款",
    "Payments",
    *CASHIERS,
    MemberRole.LENDER_REVIEWER,
    icon="arrow-left-right",
    group=Group.LENDING,
)
menu("paper.papers", "文件", "Documents", *BANKERS, *_GUARANTOR, icon="file-check", group=Group.MANAGEMENT)
menu("paper.papers", "文件", "Documents", *_FIRM, icon="file-check", group=Group.OWN)
