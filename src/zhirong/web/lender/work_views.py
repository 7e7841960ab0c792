"""The views of the lender's work list: all, late, due today, and by stage, each with its count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.utils.http import urlencode

from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.loan.servicing.components import CATEGORIES, CATEGORY_TEXT
from zhirong.chain.loan.states import LoanState
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.text import Text
from zhirong.operations.actors import Actor
from zhirong.operations.credit.portfolio import my_states
from zhirong.store.financing import Case, Loan
from zhirong.web.cells import in_wan
from zhirong.web.preferences import Unit
from zhirong.web.shares import SharePart, parts_of

# The lender's next step in a case of this state, as shown in the work list.
NEXT_WORDS: Mapping[str, Text] = {
    CaseState.SUBMITTED: Text("受理申请", "Accept the application"),
    CaseState.DILIGENCE: Text("完成尽职调查", "Complete due diligence"),
    CaseState.APPROVAL: Text("审批", "Decide"),
    CaseState.APPROVED: Text("出具合同", "Issue the contract"),
    CaseState.REGISTERING: Text("登记并放款", "Register and disburse"),
    CaseState.REPAID: Text("注销质押并结案", "Discharge and close"),
}


@dataclass(frozen=True, slots=True)
class WorkView:
    """One view: its filters as a query, its count, and whether it is the current one."""

    title: Text
    query: str
    count: int
    is_current: bool
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Lent:
    """The lender's outstanding loans: the balance in fen, the number of loans, and its parts by category."""

    balance: Fen
    count: int
    parts: list[SharePart]


def lent_now(actor: Actor, unit: Unit) -> Lent:
    """Return the loans outstanding, worst category last, with one query. unit: of the amounts in words."""
    rows = Loan.objects.filter(lender=actor.organisation, state=LoanState.STANDING).values("category").order_by()
    found = {row["category"]: row for row in rows.annotate(sum=Sum("balance"), count=Count("pk"))}
    shares = []
    for one in CATEGORIES:
        row = found.get(one)
        if row is not None:
            words = CATEGORY_TEXT[one]
            title = Text(f"{words.zh} {row['count']} 笔", f"{words.en}: {row['count']}")
            shares.append((title, row["sum"], in_wan(row["sum"]) if unit == "wan" else show_yuan(row["sum"])))
    return Lent(
        sum(row["sum"] for row in found.values()), sum(row["count"] for row in found.values()), parts_of(shares)
    )


def work_views(actor: Actor, day: date, asked: Mapping[str, str]) -> list[WorkView]:
    """Return the views with their counts, counted in one query. asked: the query of the request."""
    states, yesterday = my_states(actor), (day - timedelta(days=1)).isoformat()
    mine = Case.objects.filter(lender=actor.organisation, state__in=states)
    counts = mine.aggregate(
        all=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=day)),
        today=Count("pk", filter=Q(due_on=day)),
        **{state: Count("pk", filter=Q(state=state)) for state in states},
    )
    views: list[tuple[Text, dict[str, str], str]] = [
        (Text("我的待办", "Mine"), {}, "all"),
        (Text("已超时限", "Late"), {"due_until": yesterday}, "late"),
        (Text("今天到期", "Due today"), {"due_from": day.isoformat(), "due_until": day.isoformat()}, "today"),
    ]
    views += [(CASE_WORDS[CaseState(state)], {"state": state}, state) for state in states if len(states) > 1]
    filters = {name: value for name, value in asked.items() if value and name in ("state", "due_from", "due_until")}
    return [
        WorkView(title, f"?{urlencode(query)}" if query else "?", counts[key], filters == query, key == "late")
        for title, query, key in views
    ]
