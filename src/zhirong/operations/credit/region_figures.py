"""The figures of a region for its supervisory authority: amounts requested, approved, lent and outstanding at
lenders, exposure of guarantors, and results of claims. Only totals: no company appears.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from zhirong.chain.default.case_states import DEFAULT_WORDS
from zhirong.chain.default.claim_states import CLAIMS_ENDED, ClaimState
from zhirong.chain.financing.case import CaseState
from zhirong.chain.loan.states import LoanState
from zhirong.chain.organisation.roles import OrganisationKind
from zhirong.chain.organisation.states import OrganisationState
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text
from zhirong.operations.credit.limits import region_within
from zhirong.operations.credit.loan_book import LoanBook, Slice, by_lender, loan_book
from zhirong.operations.credit.portfolio import BAD
from zhirong.store.financing import Case, Loan
from zhirong.store.parties import Organisation
from zhirong.store.recovery import DefaultCase, PayerClaim


@dataclass(frozen=True, slots=True)
class LenderRow:
    """A lender's business in a region, in fen. cases: all submitted cases, whatever their outcome. lent: principal of all loans
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
class DefaultRow:
    """The default cases of a region in one state. debt: what the debtors owe; carried: what the lenders bear, fen."""

    state: Text
    cases: int
    debt: Fen
    carried: Fen


@dataclass(frozen=True, slots=True)
class PayerRow:
    """A payer's claims from a region. late: open past their last day; refused, clawed_back: claims. Amounts in fen."""

    name: str
    claims: int
    late: int
    refused: int
    clawed_back: int
    claimed: Fen
    accepted: Fen
    paid: Fen
    returned: Fen


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """lenders: the rows add up to ``total``. claimed, accepted, paid, returned: of claims on those who share losses, fen;
    payers: the same by payer. defaults: by state.
    """

    firms: int
    book: LoanBook
    by_lender: tuple[Slice, ...]
    lenders: tuple[LenderRow, ...]
    total: LenderRow
    claims: Mapping[str, int]
    defaults: tuple[DefaultRow, ...]
    payers: tuple[PayerRow, ...]


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
        defaults=_defaults(region),
        payers=_payers(region, day),
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


def _defaults(region: str) -> tuple[DefaultRow, ...]:
    rows = DefaultCase.objects.filter(region_within(region)).values("state").order_by()
    found = {
        one["state"]: one for one in rows.annotate(cases=Count("pk"), owed_in_all=Sum("debt"), borne=Sum("carried"))
    }
    return tuple(
        DefaultRow(words, found[state]["cases"], found[state]["owed_in_all"], found[state]["borne"])
        for state, words in DEFAULT_WORDS.items()
        if state in found
    )


def _payers(region: str, day: date) -> tuple[PayerRow, ...]:
    rows = PayerClaim.objects.filter(region_within(region, "loan__firm"))
    found = rows.values("payer", "payer__name").order_by("payer__name", "payer")
    return tuple(
        PayerRow(
            name=one["payer__name"],
            claims=one["claims"],
            late=one["late"],
            refused=one["of_refused"],
            clawed_back=one["of_clawed_back"],
            claimed=one["claimed"],
            accepted=one["of_accepted"],
            paid=one["of_paid"],
            returned=one["of_returned"],
        )
        for one in found.annotate(
            claims=Count("pk"),
            late=Count("pk", filter=Q(due_on__lt=day) & ~Q(state__in=CLAIMS_ENDED)),
            of_refused=Count("pk", filter=Q(state=ClaimState.REFUSED)),
            of_clawed_back=Count("pk", filter=Q(state=ClaimState.CLAWED_BACK)),
            claimed=Sum("amount"),
            of_accepted=Sum("accepted"),
            of_paid=Sum("paid"),
            of_returned=Sum("returned"),
        )
    )
