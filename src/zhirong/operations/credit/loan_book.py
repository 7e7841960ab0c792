"""A book of loans in figures: balances by state, category, days overdue, mode and region, and month by month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from zhirong.chain.financing.case import CASE_WORDS, CaseState
from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category
from zhirong.chain.loan.states import LoanState, PaymentKind, PaymentState
from zhirong.chain.quote.facts import region_words
from zhirong.kernel.days import add_months
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same
from zhirong.operations.credit.limits import COMMITTED
from zhirong.operations.credit.portfolio import BAD, mode_title
from zhirong.store.financing import Case, Loan, Payment

# Days overdue: from, to (None: without end).
_AGES: tuple[tuple[int, int | None, Text], ...] = (
    (0, 0, Text("未逾期", "not overdue")),
    (1, 30, Text("逾期 1–30 天", "1–30 days")),
    (31, 90, Text("逾期 31–90 天", "31–90 days")),
    (91, 180, Text("逾期 91–180 天", "91–180 days")),
    (181, None, Text("逾期 180 天以上", "over 180 days")),
)
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a book. count: of cases or loans. amount: fen. key: value for filters."""

    key: str
    title: Text
    count: int
    amount: Fen


@dataclass(frozen=True, slots=True)
class Month:
    """The money of one month in fen. first: its first day."""

    first: date
    lent: Fen
    received: Fen


@dataclass(frozen=True, slots=True)
class LoanBook:
    """A book of loans in fen. standing: balances of loans; committed: approved and not yet disbursed; bad: substandard or
    worse. Each of ``by_category``, ``by_age``, ``by_mode`` and ``by_region`` adds up to ``standing``.
    """

    standing: Fen
    committed: Fen
    bad: Fen
    overdue: Fen
    provision: Fen
    loans: int
    by_state: tuple[Slice, ...]
    by_category: tuple[Slice, ...]
    by_age: tuple[Slice, ...]
    by_mode: tuple[Slice, ...]
    by_region: tuple[Slice, ...]
    months: tuple[Month, ...]

    @property
    def bad_per_mille(self) -> int:
        """Return the non-performing balance per thousand of all balances, as a whole number; 0 without balances."""
        return self.bad * 1000 // self.standing if self.standing else 0


def book_of_lender(lender: int, rules: Rulebook, day: date) -> LoanBook:
    """Return today's book of a lender, with a fixed number of database queries."""
    return loan_book(Loan.objects.filter(lender=lender), Case.objects.filter(lender=lender), rules, day)


def loan_book(loans: "QuerySet[Loan]", cases: "QuerySet[Case]", rules: Rulebook, day: date) -> LoanBook:
    """Return the book of these loans and cases, with a fixed number of database queries."""
    standing = loans.filter(state=LoanState.STANDING)
    ages = {f"age_{at}": _age(low, high) for at, (low, high, _) in enumerate(_AGES)}
    totals = standing.aggregate(
        all_balance=Sum("balance"),
        all_overdue=Sum("overdue"),
        all_provision=Sum("provision"),
        bad=Sum("balance", filter=Q(category__in=[one.value for one in BAD])),
        loans=Count("pk"),
        **{f"{name}_sum": Sum("balance", filter=which) for name, which in ages.items()},
        **{f"{name}_count": Count("pk", filter=which) for name, which in ages.items()},
    )
    waiting = loans.filter(state=LoanState.WAITING).aggregate(sum=Sum("principal"))["sum"] or 0
    committed = cases.filter(state__in=COMMITTED, loan=None)
    return LoanBook(
        totals["all_balance"] or 0,
        (committed.aggregate(sum=Sum("approved_amount"))["sum"] or 0) + waiting,
        totals["bad"] or 0,
        overdue=totals["all_overdue"] or 0,
        provision=totals["all_provision"] or 0,
        loans=totals["loans"],
        by_state=_states(cases),
        by_category=_slices(
            standing,
            "category",
            lambda key: CATEGORY_TEXT[Category(key)] if key else Text("未分类", "not classified"),
        ),
        by_age=tuple(
            Slice(str(at), title, totals[f"age_{at}_count"], totals[f"age_{at}_sum"] or 0)
            for at, (_, _, title) in enumerate(_AGES)
            if totals[f"age_{at}_count"]
        ),
        by_mode=_slices(standing, "mode", mode_title),
        by_region=_slices(standing, "firm__region", lambda key: region_words(key, rules, day)),
        months=_months(loans, day),
    )


def by_lender(loans: "QuerySet[Loan]") -> tuple[Slice, ...]:
    """Return the balances of loans by lender, largest first; one query."""
    return _slices(loans.filter(state=LoanState.STANDING), "lender__name", same)


def _age(low: int, high: int | None) -> Q:
    from_low = Q(overdue_days__gte=low)
    return from_low if high is None else from_low & Q(overdue_days__lte=high)


def _states(cases: "QuerySet[Case]") -> tuple[Slice, ...]:
    found = cases.exclude(state=CaseState.DRAFT.value).values("state")
    rows = {one["state"]: one for one in found.annotate(count=Count("pk"), sum=Sum("amount")).order_by()}
    return tuple(
        Slice(state.value, words, rows[state.value]["count"], rows[state.value]["sum"] or 0)
        for state, words in CASE_WORDS.items()
        if state.value in rows
    )


def _slices(loans: Any, column: str, title: Callable[[str], Text]) -> tuple[Slice, ...]:
    rows = loans.values(column).annotate(count=Count("pk"), sum=Sum("balance")).order_by("-sum", column)
    return tuple(Slice(one[column], title(one[column]), one["count"], one["sum"] or 0) for one in rows)


def _months(loans: "QuerySet[Loan]", day: date) -> tuple[Month, ...]:
    """Return the confirmed payments of the last twelve months, the present one last; empty months count zero."""
    first = add_months(day.replace(day=1), 1 - _MONTHS)
    paid = Payment.objects.filter(loan__in=loans, state=PaymentState.CONFIRMED, day__gte=first, day__lte=day)
    rows = paid.annotate(month=TruncMonth("day")).values("month", "kind").annotate(sum=Sum("amount")).order_by()
    sums = {(one["month"], one["kind"]): one["sum"] for one in rows}
    months = [add_months(first, at) for at in range(_MONTHS)]
    return tuple(
        Month(one, sums.get((one, PaymentKind.DISBURSEMENT), 0), sums.get((one, PaymentKind.REPAYMENT), 0))
        for one in months
    )
