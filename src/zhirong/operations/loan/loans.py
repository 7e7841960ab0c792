"""A loan in servicing: its position by replay of its events, and the columns that repeat the position for lists."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from zhirong.chain.contract.document_kinds import DocumentKind
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.loan.servicing.classification import Classification, classify
from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category, Component
from zhirong.chain.loan.servicing.provisions import provision
from zhirong.chain.loan.servicing.reading import LoanFile
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.states import LOAN_WORDS, LoanState
from zhirong.chain.organisation.roles import MemberRole, OrganisationKind
from zhirong.documents.financing.kinds import PAPER_KINDS
from zhirong.kernel.days import WorkingDays, working_days_from
from zhirong.kernel.rulebook import Rulebook, RuleError
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.case_file.documents import issue_paper, next_number, party_facts
from zhirong.operations.contract.contracts import read_contract
from zhirong.operations.declare import operation
from zhirong.operations.fields import Request, ask
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.operations.page_links import page_link
from zhirong.operations.refusals import refuse
from zhirong.operations.unit_of_work import Work
from zhirong.store.financing import Loan, Paper

BANKERS = (
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_APPROVER,
    MemberRole.LENDER_CASHIER,
    MemberRole.LENDER_MANAGER,
)
READERS = (
    *BANKERS,
    MemberRole.FIRM_MANAGER,
    MemberRole.FIRM_CLERK,
    MemberRole.GUARANTOR_OFFICER,
    MemberRole.GUARANTOR_APPROVER,
)


def calendar(rules: Rulebook, day: date) -> WorkingDays:
    """Return the calendar of working days as known on a day."""
    return working_days_from(rules.at("calendar.working_days", day).value)


def loan_file(loan: Loan, rules: Rulebook) -> LoanFile:
    """Read contract and events for the chain."""
    read: LoanFile = read_contract(loan.contract, loan.events, rules)
    return read


def state_of(loan: Loan, as_of: date, rules: Rulebook) -> LoanPosition:
    """Return the position of a disbursed loan on a day if nothing happens until then."""
    read = loan_file(loan, rules)
    return replay(read.events, read.contract, as_of, rules, calendar(rules, as_of))


def judge(state: LoanPosition, rules: Rulebook) -> Classification | None:
    """Return the category of a loan with the rule that decided it; None for days before the first regulation."""
    try:
        return classify(state.standing, rules, state.as_of)
    except RuleError:
        return None


def set_aside(state: LoanPosition, rules: Rulebook) -> int:
    """Return the provision for a loan by its category; zero if no regulation requires one."""
    judged = judge(state, rules)
    return 0 if judged is None else provision(state.principal, judged.category, rules, state.as_of)[0]


def late_of(state: LoanPosition) -> int:
    """Return the amount that was due before today and is unpaid, with penalties, in fen."""
    if not state.days_overdue:
        return 0
    return sum(item.left for item in state.items if item.due < state.as_of) + state.penalty + state.compound


def oldest_late(state: LoanPosition) -> date | None:
    """Return the due day of the oldest overdue instalment."""
    return min((item.due for item in state.items if item.left and item.due < state.as_of), default=None)


def next_due(state: LoanPosition) -> tuple[date | None, int]:
    """Return the next day, from today on, on which a payment is due, and its amount."""
    today = [item for item in state.items if item.due == state.as_of and item.left]
    if today:
        return state.as_of, sum(item.left for item in today)
    for row, interest in zip(() if state.plan is None else state.plan.rows, state.interest_ahead, strict=True):
        if row.principal + interest:
            return row.period.paid, row.principal + interest
    return None, 0


def last_day(loan: Loan, state: LoanPosition) -> date:
    """Return the last day of the loan by its current position."""
    ahead = () if state.plan is None else state.plan.rows
    return ahead[-1].period.paid if ahead else date.fromisoformat(loan.contract["loan"]["end"])


def columns_of(loan: Loan, state: LoanPosition, rules: Rulebook) -> dict[str, Any]:
    """Return the columns that repeat the result of the replay."""
    judged = judge(state, rules)
    due_on, due = next_due(state)
    return {
        "end": last_day(loan, state),
        "balance": state.principal,
        "overdue": late_of(state),
        "overdue_days": state.days_overdue,
        "category": "" if judged is None else judged.category.value,
        "provision": set_aside(state, rules),
        "next_due_on": due_on,
        "next_due": due,
    }


def append_event(work: Work, loan: Loan, event: Mapping[str, Any], **values: Any) -> LoanPosition:
    """Add an event to a loan and update its columns to today. Raises InputError for an event that does not fit its
    history.
    """
    loan.events = [*loan.events, dict(event)]
    for name, value in values.items():
        setattr(loan, name, value)
    state = state_of(loan, work.day, work.rules)
    columns = columns_of(loan, state, work.rules)
    work.update(loan, events=loan.events, reckoned_on=work.day, **{**columns, **values})
    return state


def event_id(loan: Loan, letter: str) -> str:
    """Return an id for the next event of a loan."""
    return f"{letter}{len(loan.events) + 1}"


# -- papers of a loan -------------------------------------------------------------------------------------------

_NOTICES = (DocumentKind.LOAN_STATEMENT, DocumentKind.DUE_NOTICE, DocumentKind.OVERDUE_NOTICE)


def _notice_choices(actor: Actor, row: Any) -> list[tuple[str, Text]]:
    kinds = (DocumentKind.LOAN_STATEMENT,) if actor.kind is OrganisationKind.FIRM else _NOTICES
    return [(kind, PAPER_KINDS[kind].title) for kind in kinds]


class AskForPaper(Request):
    """The kind of document."""

    kind: Annotated[str, ask("文件", "Paper", choices=_notice_choices)]


@operation(
    "loan.paper",
    Text("出具对账单或通知", "Issue a statement or notice"),
    model=Loan,
    roles=(MemberRole.LENDER_OFFICER, MemberRole.LENDER_CASHIER, MemberRole.FIRM_MANAGER, MemberRole.FIRM_CLERK),
    states=(LoanState.STANDING, LoanState.REPAID),
    request=AskForPaper,
    page="paper.page",
)
def make_loan_paper(work: Work, request: AskForPaper) -> Any:
    """Make a statement as of today, or a notice to the firm."""
    loan = work.row
    if request.kind not in {kind for kind, _ in _notice_choices(work.actor, loan)}:
        raise refuse(
            "no_such_paper",
            "kind",
            request.kind,
            Text("不能出具此类文件", "you cannot create this document"),
            Text("请从列表中选择", "choose one from the list"),
        )
    state = state_of(loan, work.day, work.rules)
    kind = DocumentKind(request.kind)
    facts = _NOTICE_FACTS[kind](loan, state)
    subject = f"loan/{loan.pk}"
    number = next_number(loan.number, kind, subject)
    readers = (loan.firm, loan.guarantor if kind is DocumentKind.OVERDUE_NOTICE else None)
    paper = issue_paper(
        work,
        kind,
        {**base_facts(loan, work.day), **facts, "number": number},
        subject=subject,
        owner=loan.lender,
        readers=readers,
    )
    work.subject_is(paper)
    if work.actor.organisation != loan.firm_id:
        words = PAPER_KINDS[kind].title
        work.notify(
            Text(f"{words.zh}：{loan.number}", f"{words.en}: {loan.number}"),
            page_link("paper.page", paper.pk),
            loan.firm,
        )
    return {"id": paper.pk}


def _account_agreed(loan: Loan) -> str:
    """Return the account to which the contract has the borrower pay; empty if it names none."""
    papers = Paper.objects.filter(
        subject=f"case/{loan.case_id}", kind=DocumentKind.LOAN_CONTRACT, state=DocumentState.SIGNED
    )
    paper = papers.order_by("-pk").first()
    return "" if paper is None else str(paper.facts["lender"].get("bank_account", ""))


def base_facts(loan: Loan, day: date) -> dict[str, Any]:
    """Return the facts that every notice of a loan contains."""
    return {
        "day": day.isoformat(),
        "firm": party_facts(loan.firm),
        "lender": party_facts(loan.lender, _account_agreed(loan)),
        "loan_number": loan.case.contract.get("number", loan.number),
        "amount": loan.principal,
        "rate": loan.contract["loan"]["rate"],
    }


def ahead_rows(state: LoanPosition) -> list[dict[str, Any]]:
    """Return the upcoming instalments as documents list them."""
    rows = () if state.plan is None else state.plan.rows
    return [
        {"number": row.number, "due": row.period.paid.isoformat(), "principal": row.principal, "interest": interest}
        for row, interest in zip(rows, state.interest_ahead, strict=True)
    ]


def receipts(state: LoanPosition) -> list[dict[str, Any]]:
    """Return how each receipt was applied: fen by component; amounts paid before they were due count as principal."""
    return [
        {
            "day": one.day.isoformat(),
            "event": one.event,
            "amount": one.amount,
            "principal": one.parts.get(Component.PRINCIPAL, 0) + one.prepaid,
            "interest": one.parts.get(Component.INTEREST, 0),
            "penalty": one.parts.get(Component.PENALTY, 0),
            "compound": one.parts.get(Component.COMPOUND, 0),
            "costs": one.parts.get(Component.COSTS, 0),
            "credit": one.credit,
        }
        for one in state.applied
    ]


def _statement_facts(loan: Loan, state: LoanPosition) -> dict[str, Any]:
    return {
        "balance": state.principal,
        "due": state.due,
        "principal": state.principal_due,
        "interest": state.interest_due,
        "penalty": state.penalty,
        "compound": state.compound,
        "costs": state.costs,
        "accrued": state.accrued,
        "payoff": state.payoff,
        "receipts": receipts(state),
        "schedule": ahead_rows(state),
    }


def _due_facts(loan: Loan, state: LoanPosition) -> dict[str, Any]:
    due_on, due = next_due(state)
    if due_on is None:
        raise refuse(
            "nothing_due",
            "kind",
            DocumentKind.DUE_NOTICE,
            Text("无即将到期款项", "no payment is due soon"),
            Text("请出具对账单", "issue a statement instead"),
        )
    row = next((one for one in ahead_rows(state) if one["due"] == due_on.isoformat()), None)
    item = next((one for one in state.items if one.due == due_on), None)
    principal = row["principal"] if row else item.principal_left if item else 0
    return {"due_on": due_on.isoformat(), "due": due, "principal": principal, "interest": due - principal}


def _overdue_facts(loan: Loan, state: LoanPosition) -> dict[str, Any]:
    late = [item for item in state.items if item.left and item.due < state.as_of]
    if not late:
        raise refuse(
            "nothing_overdue",
            "kind",
            DocumentKind.OVERDUE_NOTICE,
            Text("无逾期款项", "nothing is overdue"),
            Text("请出具对账单", "issue a statement instead"),
        )
    principal, interest = sum(item.principal_left for item in late), sum(item.interest_left for item in late)
    owed = principal + interest + state.penalty + state.compound + state.costs
    return {
        "overdue_days": state.days_overdue,
        "overdue": owed,
        "principal": principal,
        "interest": interest,
        "penalty": state.penalty,
        "compound": state.compound,
        "costs": state.costs,
    }


_NOTICE_FACTS = {
    DocumentKind.LOAN_STATEMENT: _statement_facts,
    DocumentKind.DUE_NOTICE: _due_facts,
    DocumentKind.OVERDUE_NOTICE: _overdue_facts,
}

listing(
    Listing(
        "loans",
        Text("贷款", "Loans"),
        Loan,
        (
            Column("number", Text("编号", "Number"), lambda row: row.number, main=True),
            Column("firm", Text("借款人", "Borrower"), lambda row: row.firm.name, main=True),
            Column("lender", Text("贷款人", "Lender"), lambda row: row.lender.name),
            Column("balance", Text("本金余额（元）", "Principal (yuan)"), lambda row: row.balance, "money", main=True, is_exact=True),
            Column("next_due_on", Text("下一还款日", "Next due date"), lambda row: row.next_due_on, "day", "next_due_on"),
            Column("next_due", Text("应还（元）", "Due (yuan)"), lambda row: row.next_due, "money", is_exact=True),
            Column("overdue", Text("逾期（元）", "Overdue (yuan)"), lambda row: row.overdue, "money", is_exact=True),
            Column("overdue_days", Text("逾期天数", "Days overdue"), lambda row: row.overdue_days, "days", "overdue_days"),
            Column("category", Text("分类", "Category"), lambda row: CATEGORY_TEXT[Category(row.category)] if row.category else "", "state"),
            Column("state", Text("状态", "State"), lambda row: LOAN_WORDS[row.state], "state", main=True),
        ),
        (
            Filter("state", Text("状态", "State"), lambda state: Q(state=state), tuple(LOAN_WORDS.items())),
            Filter("category", Text("分类", "Category"), lambda name: Q(category=name), tuple((one.value, words) for one, words in CATEGORY_TEXT.items())),
            Filter("number", Text("编号", "Number"), lambda number: Q(number=number.strip())),
            Filter("late", Text("逾期", "Overdue"), lambda yes: Q(overdue_days__gt=0) if yes == "yes" else Q(overdue_days=0), (("yes", Text("逾期", "overdue")), ("no", Text("没有", "not")))),
        ),
        roles=READERS,
        related=("firm", "lender"),
        page="loan.page",
        empty=Text("暂无贷款；申请经批准、签署、登记后放款", "No loans yet. A case becomes a loan after approval, signing and registration."),
    )
)  # fmt: skip
