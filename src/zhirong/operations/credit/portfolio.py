"""The lender's lists and portfolio: pending cases, all cases, and balances by state, category, mode and region."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from zhirong.chain.financing.case import CASE_WORDS, ENDED, TURN, CaseState
from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import MemberRole
from zhirong.chain.quote.facts import region_words
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.credit.limits import committed_of, loans_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.store.financing import CASE_TABLES, Case, Loan
from zhirong.workbench import modes

LENDER = (
    MemberRole.LENDER_OFFICER,
    MemberRole.LENDER_REVIEWER,
    MemberRole.LENDER_APPROVER,
    MemberRole.LENDER_CASHIER,
    MemberRole.LENDER_MANAGER,
)
# The states in which the lender must act next, and the roles that do so.
_WORK: dict[CaseState, tuple[MemberRole, ...]] = {
    CaseState.SUBMITTED: (MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
    CaseState.DILIGENCE: (MemberRole.LENDER_OFFICER, MemberRole.LENDER_REVIEWER),
    CaseState.APPROVAL: (MemberRole.LENDER_REVIEWER, MemberRole.LENDER_APPROVER, MemberRole.LENDER_MANAGER),
    CaseState.APPROVED: (MemberRole.LENDER_OFFICER,),
    CaseState.REGISTERING: (MemberRole.LENDER_OFFICER, MemberRole.LENDER_CASHIER),
    CaseState.REPAID: (MemberRole.LENDER_OFFICER,),
}
BAD = frozenset({Category.SUBSTANDARD, Category.DOUBTFUL, Category.LOSS})


def my_states(actor: Actor) -> list[str]:
    """Return the states of cases in which the actor's roles have something to do."""
    return [state.value for state, roles in _WORK.items() if TURN.get(state) == "lender" and actor.has(*roles)]


def _mine(actor: Actor, day: date) -> Q:
    return Q(state__in=my_states(actor))


def mode_title(mode_id: str) -> Text:
    """Return the name of a mode; its id if the mode no longer exists."""
    known = modes().get(mode_id)
    return same(mode_id) if known is None else known.title


_NUMBER = Column("number", Text("编号", "Number"), lambda row: row.number, order="number", main=True)
_FIRM = Column("firm", Text("企业", "Firm"), lambda row: row.firm.name, order="firm__name", main=True)
_STATE = Column(
    "state", Text("状态", "State"), lambda row: CASE_WORDS[CaseState(row.state)], "state", order="state", main=True
)
_AMOUNT = Column("amount", Text("申请金额", "Amount requested"), lambda row: row.amount, "money", order="amount")
_DUE = Column("due_on", Text("办理时限", "Due"), lambda row: row.due_on, "day", order="due_on", main=True)
_OFFICER = Column("officer", Text("客户经理", "Officer"), lambda row: name_of(row.officer), order="officer")
_STATES = tuple((state.value, words) for state, words in CASE_WORDS.items() if state is not CaseState.DRAFT)
_MODES = tuple((mode_id, mode.title) for mode_id, mode in modes().items())
_FILTERS = (
    Filter("state", Text("状态", "State"), lambda value: Q(state=value), _STATES),
    Filter("mode", Text("模式", "Mode"), lambda value: Q(mode=value), _MODES),
    Filter("firm", Text("企业名称含", "Firm's name contains"), lambda value: Q(firm__name__contains=value)),
    Filter("number", Text("编号", "Number"), lambda value: Q(number__startswith=value)),
    Filter("officer", Text("客户经理邮箱", "Officer's e-mail"), lambda value: Q(officer__email=value)),
    Filter("due_from", Text("时限不早于", "Due from"), lambda value: Q(due_on__gte=date.fromisoformat(value))),
    Filter("due_until", Text("时限不晚于", "Due by"), lambda value: Q(due_on__lte=date.fromisoformat(value))),
    Filter(
        "amount_from", Text("金额不低于（元）", "Amount from (CNY)"), lambda value: Q(amount__gte=parse_yuan(value))
    ),
)

WORK = listing(
    Listing(
        "lender.work",
        Text("待办", "To do"),
        Case,
        (_NUMBER, _FIRM, _STATE, _DUE, _AMOUNT, _OFFICER),
        filters=_FILTERS,
        roles=LENDER,
        order="due_on",
        unread=CASE_TABLES,
        related=("firm", "officer"),
        narrow=_mine,
        page="lender.case",
        empty=Text(
            "暂无待办业务。企业提交申请后在此列示。",
            "Nothing to do. Applications appear here after firms submit them.",
        ),
    )
)
CASES = listing(
    Listing(
        "lender.cases",
        Text("全部业务", "All cases"),
        Case,
        (
            _NUMBER,
            _FIRM,
            _STATE,
            _AMOUNT,
            Column(
                "credit_limit",
                Text("额度", "Credit limit"),
                lambda row: row.credit_limit,
                "money",
                order="credit_limit",
                former="line",
            ),
            Column(
                "approved",
                Text("批准金额", "Approved"),
                lambda row: row.approved_amount,
                "money",
                order="approved_amount",
            ),
            Column("mode", Text("模式", "Mode"), lambda row: mode_title(row.mode), order="mode"),
            Column(
                "submitted",
                Text("提交日期", "Submitted"),
                lambda row: row.submitted_on,
                "day",
                order="submitted_on",
            ),
            _DUE,
            _OFFICER,
        ),
        filters=_FILTERS,
        roles=LENDER,
        unread=CASE_TABLES,
        related=("firm", "officer"),
        page="lender.case",
        empty=Text("暂无业务。", "No cases yet."),
    )
)


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a portfolio. count: of cases or loans. amount: fen. key: value for filters."""

    key: str
    title: Text
    count: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class LenderPortfolio:
    """A lender's portfolio in fen. standing: balances of loans; committed: approved and not yet disbursed; bad:
    substandard or worse.
    """

    standing: Fen
    committed: Fen
    bad: Fen
    overdue: Fen
    provision: Fen
    loans: int
    by_state: tuple[Slice, ...]
    by_category: tuple[Slice, ...]
    by_mode: tuple[Slice, ...]
    by_region: tuple[Slice, ...]

    @property
    def bad_per_mille(self) -> int:
        """Return the non-performing balance per thousand of all balances, as a whole number; 0 without balances."""
        return self.bad * 1000 // self.standing if self.standing else 0


def portfolio_of(lender: int, rules: Rulebook, day: date) -> LenderPortfolio:
    """Return today's portfolio of a lender, with a fixed number of database queries."""
    standing = Loan.objects.filter(lender=lender, state=LoanState.STANDING)
    totals = standing.aggregate(
        all_balance=Sum("balance"),
        all_overdue=Sum("overdue"),
        all_provision=Sum("provision"),
        bad=Sum("balance", filter=Q(category__in=[one.value for one in BAD])),
        loans=Count("pk"),
    )
    waiting = loans_of(lender).filter(state=LoanState.WAITING).aggregate(sum=Sum("standing"))["sum"] or 0
    committed = committed_of(lender).aggregate(sum=Sum("approved_amount"))["sum"] or 0
    return LenderPortfolio(
        totals["all_balance"] or 0,
        committed + waiting,
        totals["bad"] or 0,
        overdue=totals["all_overdue"] or 0,
        provision=totals["all_provision"] or 0,
        loans=totals["loans"],
        by_state=_states(lender),
        by_category=_slices(
            standing,
            "category",
            lambda key: CATEGORY_TEXT[Category(key)] if key else Text("未分类", "not classified"),
        ),
        by_mode=_slices(standing, "mode", mode_title),
        by_region=_slices(standing, "firm__region", lambda key: region_words(key, rules, day)),
    )


def _states(lender: int) -> tuple[Slice, ...]:
    found = Case.objects.filter(lender=lender).exclude(state=CaseState.DRAFT.value).values("state")
    rows = {one["state"]: one for one in found.annotate(count=Count("pk"), sum=Sum("amount")).order_by()}
    return tuple(
        Slice(state.value, words, rows[state.value]["count"], rows[state.value]["sum"] or 0)
        for state, words in CASE_WORDS.items()
        if state.value in rows
    )


def _slices(loans: Any, column: str, title: Callable[[str], Text]) -> tuple[Slice, ...]:
    rows = loans.values(column).annotate(count=Count("pk"), sum=Sum("balance")).order_by("-sum", column)
    return tuple(Slice(one[column], title(one[column]), one["count"], one["sum"] or 0) for one in rows)


def open_cases(lender: int) -> int:
    """Return the number of cases that have not ended."""
    return Case.objects.filter(lender=lender).exclude(state__in=[*ENDED, CaseState.DRAFT]).count()
