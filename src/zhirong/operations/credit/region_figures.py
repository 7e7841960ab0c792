"""The figures of a region for its supervisory authority: what lenders were asked for, approved, lent and have outstanding;
what guarantors bear and what claims came to. Sums alone: no company appears.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.operations.credit.limits import region_within
from zhirong.operations.credit.loan_book import LoanBook, Slice, by_lender, loan_book
from zhirong.operations.credit.portfolio import BAD
from zhirong.store.financing import Case, Loan
from zhirong.store.parties import Organisation
from zhirong.store.recovery import PayerClaim


@dataclass(frozen=True, slots=True)
class LenderRow:
    """A lender's business in a region, in fen. cases: submitted, whatever became of them. lent: principal of all loans
    disbursed. bad: balance of loans that are substandard or worse.
    """

    name: str
    cases: int
    asked: Fen
    approved: Fen
    lent: Fen
    balance: Fen
    overdue: Fen
    bad: Fen


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """lenders: the rows add up to ``total``. claimed, accepted, paid, returned: of claims on those who share losses, fen."""

    firms: int
    book: LoanBook
    by_lender: tuple[Slice, ...]
    lenders: tuple[LenderRow, ...]
    total: LenderRow
    claims: Mapping[str, int]


def region_figures(region: str, rules: Rulebook, day: date) -> RegionFigures:
    """Return the figures of a region with everything below it, in a fixed number of queries."""
    loans, cases = Loan.objects.filter(region_within(region)), Case.objects.filter(region_within(region))
    firms = Organisation.objects.filter(
        region_within(region, ""), kind=OrganisationKind.FIRM, status=OrganisationState.ACTIVE
    )
    lenders = _lenders(loans, cases)
    total = LenderRow("", *(sum(getattr(one, name) for one in lenders) for name in LenderRow.__slots__[1:]))
    return RegionFigures(
        firms=firms.count(),
        book=loan_book(loans, cases, rules, day),
        by_lender=by_lender(loans),
        lenders=lenders,
        total=total,
        claims=_claims(region),
    )


def _lenders(loans: "QuerySet[Loan]", cases: "QuerySet[Case]") -> tuple[LenderRow, ...]:
    submitted = (
        cases.exclude(state=CaseState.DRAFT).values("lender", "lender__name").order_by("lender__name", "lender")
    )
    asked = submitted.annotate(cases=Count("pk"), asked=Sum("amount"), approved=Sum("approved_amount"))
    standing = Q(state=LoanState.STANDING)
    lent = loans.filter(start__isnull=False).values("lender").order_by()
    of_loans = {
        one["lender"]: one
        for one in lent.annotate(
            lent=Sum("principal"),
            outstanding=Sum("balance", filter=standing),
            late=Sum("overdue", filter=standing),
            bad=Sum("balance", filter=standing & Q(category__in=[one.value for one in BAD])),
        )
    }
    names = ("lent", "outstanding", "late", "bad")
    return tuple(
        LenderRow(
            one["lender__name"],
            one["cases"],
            one["asked"] or 0,
            one["approved"] or 0,
            *(of_loans.get(one["lender"], {}).get(name) or 0 for name in names),
        )
        for one in asked
    )


def _claims(region: str) -> Mapping[str, int]:
    rows = PayerClaim.objects.filter(region_within(region, "loan__firm"))
    found = rows.aggregate(
        count=Count("pk"),
        claimed=Sum("amount"),
        of_accepted=Sum("accepted"),
        of_paid=Sum("paid"),
        of_returned=Sum("returned"),
    )
    return {name.removeprefix("of_"): amount or 0 for name, amount in found.items()}
