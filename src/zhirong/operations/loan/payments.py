"""Payments: one person matches a bank statement entry with a loan, another person confirms."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.financing.case import CaseTransition
from zhirong.chain.financing.statement import read_parts
from zhirong.chain.loan.servicing.events import Payer as LoanPayer
from zhirong.chain.loan.states import (
    PAYMENT_DIRECTION,
    PAYMENT_KIND_WORDS,
    PAYMENT_LOAN_STATES,
    PAYMENT_WORDS,
    PAYMENTS_SHOWN,
    LineState,
    LoanState,
    PaymentKind,
    PaymentState,
)
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import show_yuan, yuan
from zhirong.kernel.text import Text
from zhirong.ledger.accounts import PARTY_TEXT
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, next_number
from zhirong.operations.case_file.transitions import change_case_state
from zhirong.operations.declare import operation
from zhirong.operations.fields import Fen, Line, Request, ask, id_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.loan.end_of_day import clear_flags
from zhirong.operations.loan.loans import ahead_rows, append_event, base_facts, event_id, state_of
from zhirong.operations.loan.statements import CASHIERS, proposals
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Case, Loan, Payment, StatementLine

CONFIRM = (MemberRole.LENDER_CASHIER, MemberRole.LENDER_REVIEWER, MemberRole.LENDER_MANAGER)

Payer = Annotated[str, ask("付款人", "Payer", choices=tuple((payer, PARTY_TEXT[payer]) for payer in LoanPayer))]


class Match(Request):
    """The loan and the kind of payment."""

    loan: Annotated[Line, id_of("loans", "number"), ask("贷款编号", "Loan number")]
    kind: Annotated[PaymentKind, ask("款项", "Payment type", choices=tuple(PAYMENT_KIND_WORDS.items()))]
    payer: Payer = LoanPayer.FIRM


@operation(
    "line.match",
    Text("匹配到贷款", "Match to a loan"),
    model=StatementLine,
    roles=CASHIERS,
    states=(LineState.OPEN,),
    request=Match,
    page="loan.line",
    help=Text("匹配后须由另一人确认，确认后入账。", "Another person must confirm it before it is booked."),
    is_bulk=True,
)
def match(work: Work, request: Match) -> Any:
    """Match a statement entry with a loan."""
    line = work.row
    loan = _loan_of(line, request.loan, "loan")
    _demand_fit(line, loan, request.kind, request.payer, work)
    payment = _keep_match(work, loan, request.kind, line.amount, request.payer)
    _ask_to_confirm(work, loan.number)
    return {"payment": payment.pk}


def _loan_of(line: StatementLine, number: str, field: str) -> Loan:
    """Return the bank's loan with this number. field: the request field that contains the number."""
    loan = Loan.objects.filter(lender_id=line.organisation_id, number=number).select_related("case").first()
    if loan is None:
        raise refuse(
            "no_such_loan",
            field,
            number,
            Text("本行没有该编号的贷款", "your bank has no loan with this number"),
            Text("请核对编号", "check the number"),
        )
    return loan


def _keep_match(work: Work, loan: Loan, kind: str, amount: int, payer: str) -> Payment:
    line = work.row
    return work.create(
        Payment,
        loan=loan,
        line=line,
        kind=kind,
        amount=amount,
        day=line.day,
        state=PaymentState.MATCHED,
        payer=payer,
        matched_by_id=work.actor.account,
    )


def _ask_to_confirm(work: Work, numbers: str) -> None:
    line = work.row
    work.update(line, state=LineState.MATCHED)
    work.notify(
        Text(f"流水待确认：{show_yuan(line.amount)} 元，{numbers}", f"Bank entry to confirm: CNY {show_yuan(line.amount)}, {numbers}"),
        page_link("loan.line", line.pk),
        line.organisation_id,
        CONFIRM,
        asks=True,
    )  # fmt: skip


def _parts_to_begin_with(actor: Actor, line: StatementLine) -> str:
    """Return the loans that the entry may belong to, each with the amount due, for the form."""
    rows = [(one.loan.number, one.loan.overdue or one.loan.next_due) for one in proposals(line)]
    return "\n".join(f"{number} {yuan(due)}" for number, due in rows)


def _never(actor: Actor, line: Any) -> bool:
    return False


class Divide(Request):
    """The loans, and the part of the entry for each: as rows of a text, or as two lists of equal length."""

    parts: Annotated[
        str,
        Field(max_length=2000),
        ask(
            "贷款分配明细",
            "Allocation to loans",
            "每行一笔：贷款编号、空格、金额（元）；合计须与流水金额一致",
            "one loan per row: number, space, amount in yuan; the total must equal the bank entry",
            widget="area",
            start=_parts_to_begin_with,
        ),
    ] = ""
    loans: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        id_of("loans", "number"),
        Field(max_length=50),
        ask(
            "贷款编号（供程序使用）",
            "Loan numbers (for programs)",
            "代替贷款分配明细，与各笔金额逐项对应",
            "instead of the allocation, in the order of the amounts",
            only=_never,
        ),
    ] = []
    amounts: Annotated[
        list[Fen],
        Field(max_length=50),
        ask("各笔金额（供程序使用）", "Amounts (for programs)", widget="money", only=_never),
    ] = []
    payer: Payer = LoanPayer.FIRM


@operation(
    "line.divide",
    Text("分配至多笔贷款", "Allocate to several loans"),
    model=StatementLine,
    roles=CASHIERS,
    states=(LineState.OPEN,),
    request=Divide,
    page="loan.line",
    help=Text(
        "用于一笔转账归还多笔贷款；由另一人一并确认，冲正时一并冲正。",
        "For one transfer that repays several loans. Another person confirms them together, and they can only be reversed together.",
    ),
)
def divide(work: Work, request: Divide) -> Any:
    """Record a repayment for each of the loans; together they equal the entry."""
    line = work.row
    fitting: list[tuple[Loan, int]] = []
    problems: list[Problem] = []
    for number, amount in _parts(request, line.amount):
        try:
            loan = _loan_of(line, number, "parts")
            _demand_fit(line, loan, PaymentKind.REPAYMENT, request.payer, work)
        except InputError as error:
            problems += [one for one in error.problems if one not in problems]
        else:
            fitting.append((loan, amount))
    if problems:
        raise InputError(problems)
    made = [_keep_match(work, loan, PaymentKind.REPAYMENT, amount, request.payer).pk for loan, amount in fitting]
    _ask_to_confirm(work, "、".join(loan.number for loan, _ in fitting))
    return {"payments": made}


def _parts(request: Divide, amount: int) -> tuple[tuple[str, int], ...]:
    """Return the numbers of the loans, each with its part in fen. amount: of the entry."""
    if request.parts:
        if request.loans or request.amounts:
            reason = Text("分配明细填写了两次", "the allocation is given twice")
            hint = Text("请只填写分配明细，或只填写贷款编号和各笔金额", "Give parts alone, or loans and amounts.")
            raise refuse("given_twice", "parts", request.parts[:100], reason, hint)
        return read_parts(request.parts, amount)
    if not request.loans:
        reason = Text("未填写贷款分配明细", "no allocation is given")
        hint = Text("请填写分配明细，或填写贷款编号和各笔金额", "Give parts, or loans and amounts.")
        raise refuse("missing", "parts", "", reason, hint)
    if len(request.loans) != len(request.amounts):
        shown = f"{len(request.loans)}, {len(request.amounts)}"
        reason = Text("贷款与金额的个数不同", "there are not as many amounts as loans")
        hint = Text("请为每笔贷款填写一个金额，顺序一致", "Give one amount for each loan, in the same order.")
        raise refuse("unequal_lengths", "amounts", shown, reason, hint)
    rows = zip(request.loans, request.amounts, strict=True)
    try:
        return read_parts("\n".join(f"{number} {yuan(part)}" for number, part in rows), amount)
    except InputError as error:
        raise InputError(replace(one, field="amounts") for one in error.problems) from error


def _demand_fit(line: StatementLine, loan: Loan, kind: str, payer: str, work: Work) -> None:
    """Check that direction, state of the loan and amount fit."""
    if PAYMENT_DIRECTION[PaymentKind(kind)] != line.direction:
        raise refuse(
            "wrong_direction",
            "kind",
            kind,
            Text("与流水的收支方向不符", "the direction differs from the bank entry"),
            Text(
                "收入为还款，支出为放款或退款",
                "incoming entries are repayments; outgoing entries are disbursements or refunds",
            ),
        )
    if loan.state not in PAYMENT_LOAN_STATES[PaymentKind(kind)]:
        raise refuse(
            "wrong_state",
            "loan",
            loan.number,
            Text("该笔贷款当前状态不允许此款项", "not allowed in the current state of the loan"),
            Text(
                "放款须经批准；还款须在放款之后",
                "approve the disbursement first; repayments require a disbursed loan",
            ),
        )
    if kind == PaymentKind.DISBURSEMENT and line.amount != loan.principal:
        raise refuse(
            "not_the_principal",
            "amount",
            show_yuan(line.amount),
            Text(
                f"放款应为 {show_yuan(loan.principal)} 元",
                f"a disbursement must be CNY {show_yuan(loan.principal)}",
            ),
            Text(
                "请核对流水；金额不一致的不能作为放款",
                "check the bank entry; a different amount cannot be a disbursement",
            ),
        )
    if kind == PaymentKind.DISBURSEMENT:
        _demand_not_before(line, loan)
    if kind == PaymentKind.REFUND:
        held = state_of(loan, work.day, work.rules).credit_of.get(payer, 0)
        if line.amount > held:
            raise refuse(
                "more_than_held",
                "amount",
                show_yuan(line.amount),
                Text(f"溢缴款余额仅为 {show_yuan(held)} 元", f"the unapplied cash is only CNY {show_yuan(held)}"),
                Text("请核对付款人和金额", "check the payer and the amount"),
            )


def _demand_not_before(line: StatementLine, loan: Loan) -> None:
    """Check that the money left after the disbursement was approved and not before the contract start date."""
    granted, start = loan.contract.get("granted_on", ""), loan.contract["loan"]["start"]
    if line.day.isoformat() < granted:
        raise refuse(
            "before_the_grant",
            "day",
            line.day,
            Text(f"早于批准放款之日 {granted}", f"before the disbursement was approved on {granted}"),
            Text(
                "请核对流水；批准前支付的款项不能作为该笔放款",
                "check the bank entry; a payment before approval is not a disbursement of this loan",
            ),
        )
    if line.day.isoformat() < start:
        raise refuse(
            "before_the_start",
            "day",
            line.day,
            Text(f"早于合同起始日 {start}，期限会超过批准的期限", f"before the contract start date, {start}: the term would exceed the approved term"),
            Text("请在起始日或之后付款，或重新出具合同", "disburse on or after that date, or issue new contracts"),
        )  # fmt: skip


@operation(
    "line.undo",
    Text("撤销匹配", "Undo the match"),
    model=StatementLine,
    roles=CASHIERS,
    states=(LineState.MATCHED,),
    page="loan.line",
)
def undo(work: Work, request: Any) -> Any:
    """Undo a match before it is confirmed; the entry is open again."""
    for payment in Payment.objects.filter(line=work.row, state=PaymentState.MATCHED).order_by("pk"):
        work.update(payment, state=PaymentState.UNDONE)
    work.update(work.row, state=LineState.OPEN)


@operation(
    "line.confirm",
    Text("确认入账", "Confirm"),
    model=StatementLine,
    roles=CONFIRM,
    states=(LineState.MATCHED,),
    page="loan.line",
    help=Text("须由匹配人以外的人员确认。", "Must be confirmed by a person other than the one who matched it."),
    is_bulk=True,
)
def confirm(work: Work, request: Any) -> Any:
    """Confirm the match. The money counts from the day of the statement."""
    found = Payment.objects.select_related("loan__case", "loan__firm", "loan__lender").order_by("pk")
    for payment in found.filter(line=work.row, state=PaymentState.MATCHED):
        demand_another(work, payment.matched_by_id)
        _book(work, payment)
    work.update(work.row, state=LineState.CONFIRMED)


def _book(work: Work, payment: Payment) -> None:
    """Turn one payment into an event of its loan and notify the parties."""
    line, loan, payer = work.row, payment.loan, payment.payer
    _demand_fit(line, loan, payment.kind, payer, work)
    if payment.kind == PaymentKind.DISBURSEMENT:
        event = _release(work, loan, line)
    else:
        event = event_id(loan, "P" if payment.kind == PaymentKind.REPAYMENT else "B")
        kind = "payment" if payment.kind == PaymentKind.REPAYMENT else "refund"
        if kind == "payment" and loan.state == LoanState.WRITTEN_OFF:
            kind = "recovery"  # the debt is still collected, off the balance sheet
        booked = _event(event, kind, line.day, work.day, payment.amount)
        state = append_event(work, loan, {**booked, "payer": payer})
        settle(work, loan, state.settled_on is not None)
    work.update(payment, state=PaymentState.CONFIRMED, confirmed_by_id=work.actor.account, event=event)
    words = PAYMENT_KIND_WORDS[PaymentKind(payment.kind)]
    text = Text(
        f"{words.zh}已入账：{show_yuan(payment.amount)} 元（{loan.number}）",
        f"Booked, {words.en}: CNY {show_yuan(payment.amount)} ({loan.number})",
    )
    for party in (loan.firm_id, loan.guarantor_id):
        if party:
            work.notify(text, page_link("loan.page", loan.pk), party)


def _event(event: str, kind: str, day: date, booked: date, amount: int) -> dict[str, Any]:
    return {
        "id": event,
        "kind": kind,
        "day": day.isoformat(),
        "booked": booked.isoformat(),
        "amount": yuan(amount),
    }


def _release(work: Work, loan: Loan, line: StatementLine) -> str:
    """Record the drawdown: the loan begins on the day of the statement, the case becomes disbursed and the firm
    gets its schedule.
    """
    end = date.fromisoformat(loan.contract["loan"]["end"])
    if line.day >= end:
        raise refuse(
            "after_the_end",
            "day",
            line.day,
            Text(f"放款日不早于合同到期日 {end}", f"on or after the contract maturity, {end}"),
            Text("请重新出具合同", "issue a new contract"),
        )
    contract = {**loan.contract, "loan": {**loan.contract["loan"], "start": line.day.isoformat()}}
    event = event_id(loan, "D")
    state = append_event(
        work,
        loan,
        _event(event, "drawdown", line.day, work.day, line.amount),
        contract=contract,
        state=LoanState.STANDING,
        start=line.day,
    )
    case = Case.objects.select_related("lender", "firm").get(pk=loan.case_id)
    change_case_state(work, case, CaseTransition.DISBURSE)
    subject = f"loan/{loan.pk}"
    facts = {
        **base_facts(loan, work.day),
        "number": next_number(loan.number, DocumentKind.RELEASE_NOTICE, subject),
        "released_on": line.day.isoformat(),
        "reference": line.reference,
        "end": contract["loan"]["end"],
        "schedule": ahead_rows(state),
    }
    issue_paper(
        work,
        DocumentKind.RELEASE_NOTICE,
        facts,
        subject=subject,
        owner=loan.lender,
        readers=(loan.firm, loan.guarantor),
    )
    return event


def settle(work: Work, loan: Loan, is_settled: bool) -> None:
    """Mark a fully paid loan and its case as repaid, or mark a loan that owes again as outstanding."""
    case = Case.objects.get(pk=loan.case_id)
    if is_settled and loan.state == LoanState.STANDING:
        work.update(loan, state=LoanState.REPAID)
        clear_flags(work, loan)
        change_case_state(work, case, CaseTransition.REPAY)
        work.notify(
            Text(f"已还清，请注销质押：{loan.number}", f"Loan repaid; discharge the pledge: {loan.number}"),
            page_link("loan.completion", case.pk),
            loan.lender_id,
            (MemberRole.LENDER_OFFICER,),
            asks=True,
        )
    elif not is_settled and loan.state == LoanState.REPAID:
        work.update(loan, state=LoanState.STANDING)
        change_case_state(work, case, CaseTransition.REOPEN)


def demand_another(work: Work, first: int | None) -> None:
    """Raise InputError if the second person is the first one."""
    if work.actor.account == first:
        raise refuse(
            "same_person",
            "actor",
            "",
            Text("经办人和确认人须为不同人员", "the same person cannot match and confirm"),
            Text("请另一位同事确认", "ask a colleague to confirm"),
        )


def _of_actor(actor: Actor, day: date) -> Q:
    # A firm sees payments that have counted, with their later history; payments that never counted are internal to the bank.
    return Q(state__in=PAYMENTS_SHOWN) if actor.kind is OrganisationKind.FIRM else Q()


listing(
    Listing(
        "loan.payments",
        Text("收付款", "Payments"),
        Payment,
        (
            Column("loan", Text("贷款", "Loan"), lambda row: row.loan.number, main=True),
            Column("kind", Text("款项", "What"), lambda row: PAYMENT_KIND_WORDS[PaymentKind(row.kind)], main=True),
            Column("day", Text("日期", "Date"), lambda row: row.day, "day", "day"),
            Column("amount", Text("金额（元）", "Amount (yuan)"), lambda row: row.amount, "money", main=True, is_exact=True),
            Column("firm", Text("借款人", "Borrower"), lambda row: row.loan.firm.name),
            Column("reference", Text("流水号", "Reference"), lambda row: row.line.reference),
            Column("state", Text("状态", "State"), lambda row: PAYMENT_WORDS[PaymentState(row.state)], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(PAYMENT_WORDS.items())),
            Filter("kind", Text("款项", "What"), lambda kind: Q(kind=kind), tuple(PAYMENT_KIND_WORDS.items())),
            Filter("loan", Text("贷款编号", "Loan"), lambda number: Q(loan__number=number.strip())),
        ),
        roles=(*CONFIRM, MemberRole.LENDER_OFFICER, MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK),
        related=("loan__firm", "line"),
        narrow=_of_actor,
        page="loan.payment",
        empty=Text("暂无款项；请从银行流水匹配", "No payments yet. Match them from bank statements."),
    )
)  # fmt: skip
