"""The lender's lists and portfolio: pending cases, all cases, and balances by state, category, mode and region."""

from datetime import date

from django.db.models import Q

from zhirong.chain.financing.case import CASE_WORDS, ENDED, TURN, CaseState
from zhirong.chain.loan.servicing.components import Category
from zhirong.chain.organisation.roles import MemberRole
from zhirong.kernel.money import parse_yuan
from zhirong.kernel.text import Text, same
from zhirong.operations.actors import Actor
from zhirong.operations.credit.diligence import name_of
from zhirong.operations.listing import Column, Filter, Listing, listing
from zhirong.store.financing import CASE_TABLES, Case
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


def open_cases(lender: int) -> int:
    """Return the number of cases that have not ended."""
    return Case.objects.filter(lender=lender).exclude(state__in=[*ENDED, CaseState.DRAFT]).count()
