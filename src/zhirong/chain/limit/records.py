"""The inputs of a credit limit: the firm's figures, the security, and how one mode shares the loss."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from zhirong.chain.credit.statements import SizeClass, Statements
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Reference

PURPOSES = ("working_capital", "project")

# The parties that have their own limit for the firm. Every other bearer is limited only by its rule's caps.
LENDER = "lender"
GUARANTOR_LIKE = frozenset({"guarantor", "insurer", "ip_operator", "purchaser", "peers"})
REGUARANTORS = frozenset({"reguarantor", "national_fund"})

Basis = Literal["credit", "pledge"]
Pledgee = Literal["shared", "guarantor", "government", "purchaser"]

SECURITY_KINDS = ("deposit", "real_estate", "receivables", "equipment", "stock")


@dataclass(frozen=True, slots=True)
class Collection:
    """A receipt that the firm expects and may assign to the loan.

    confirmed: the payer has confirmed it. assigned: registered to the lender. account: paid into an account that
    the lender controls. due: None if unknown.
    """

    payer: str
    amount: Fen
    related: bool = False
    due: date | None = None
    confirmed: bool = False
    assigned: bool = False
    account: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """A contract, an order or a payroll budget that documents the use of the loan.

    amount: fen. received: advances received and loans already drawn for it, in fen.
    """

    kind: str
    amount: Fen
    received: Fen = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class OtherSecurity:
    """Security besides the rights. value: fen. prior: claims that rank before. own: it belongs to the firm itself."""

    kind: str
    value: Fen
    prior: Fen = 0
    own: bool = True


@dataclass(frozen=True, slots=True)
class LenderFigures:
    """The lender's own figures, in fen; None is unknown.

    exposure: its existing exposure to the firm, without the replaced loan. loans: its loans to the firm.
    """

    net_capital: Fen | None = None
    tier1: Fen | None = None
    exposure: Fen = 0
    loans: Fen = 0
    group_exposure: Fen | None = None


@dataclass(frozen=True, slots=True)
class GuarantorFigures:
    """The guarantor's own figures, in fen. exposure: the amount that it already bears for the firm."""

    net_assets: Fen | None = None
    exposure: Fen = 0


@dataclass(frozen=True, slots=True)
class LimitFirm:
    """The inputs of a limit from the firm and its request, the same under every mode.

    asked: fen. term_months; amortising: principal falls due in instalments. agreed_rate: None leaves it to the rate
    rule; market_rate: LPR plus the spread of the grade. debt: bank debt that the loan replaces and its yearly
    service. pledge: the contribution of the rights to the recognised pledge value, in fen. pd: probability of default within a
    year.
    """

    asked: Fen
    term_months: int
    amortising: bool
    start: date
    grade: str
    pd: Fraction
    lpr: Fraction | None
    market_rate: Fraction
    agreed_rate: Fraction | None
    size: SizeClass | None
    statements: Statements
    pledge: Fen
    replaces: Fen = 0
    replaced_service: Fen = 0
    purpose: str = "working_capital"
    project_budget: Fen | None = None
    collections: tuple[Collection, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    securities: tuple[OtherSecurity, ...] = ()
    lender: LenderFigures = LenderFigures()
    guarantor: GuarantorFigures = GuarantorFigures()

    @property
    def rate(self) -> Fraction:
        """Return the stress rate of the repayment: the agreed one, else the market's. Never the offered one."""
        return self.market_rate if self.agreed_rate is None else self.agreed_rate


Parts = Mapping[str, Sequence[Fen]]
# Divides losses of principal: (amounts of the loan, losses of principal) → each bearer's part of each.
Divide = Callable[[Sequence[Fen], Sequence[Fen]], Parts]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The terms of one mode that the limit uses.

    roles: bearers in the order of the mode. flat: exact shares if one set of shares applies to every amount; then
    there are closed forms. undecided: the same if no undecided clause applies. divide: the mode's allocator;
    changes: amounts of loan or loss at which a tier, a cap or a condition changes the shares. put_price: price at
    which a purchaser takes the right over, as a share of the loan or as fen. ceilings: highest probability of
    default at which a bearer takes part, where the mode states a lower one. yearly_fees: the firm's yearly
    payments to all guarantors for a loan of an amount, in fen; guarantee_fees: the guarantor's part of them, before
    it pays re-guarantors; reguarantee_fees: its payments to re-guarantors.
    """

    roles: tuple[str, ...]
    divide: Divide
    flat: Mapping[str, Fraction] | None = None
    undecided: Mapping[str, Fraction] | None = None
    changes: tuple[Fen, ...] = ()
    basis: Basis = "credit"
    pledgee: Pledgee = "shared"
    put_price_share: Fraction | None = None
    amount_at_most: Fen | None = None
    balance_at_most: Fen | None = None
    balance: Fen = 0
    rate_at_most: Fraction | None = None
    ceilings: Mapping[str, Fraction] | None = None
    eligible_weight: Fraction | None = None
    yearly_fees: Callable[[Fen], Fraction] | None = None
    guarantee_fees: Callable[[Fen], Fraction] | None = None
    reguarantee_fees: Callable[[Fen], Fraction] | None = None
    pledge_above: Fen | None = None
    sources: tuple[Reference, ...] = ()

    def most_of(self, role: str) -> Fraction | None:
        """Return the flat share of a bearer to which its own caps apply, without undecided clauses.

        While a fact is unknown, the lender's caps count every part that no other bearer is certain to bear, and
        another bearer's caps count its largest possible share. None if shares vary with the amount.
        """
        if self.flat is None:
            return None
        if self.undecided is None:
            return self.flat.get(role, Fraction(0))
        return max(self.flat.get(role, Fraction(0)), self.undecided.get(role, Fraction(0)))


def flat_division(shares: Mapping[str, Fraction]) -> Divide:
    """Return flat shares as a division: each part rounded towards zero, the rest with the lender."""

    def divide(amounts: Sequence[Fen], losses: Sequence[Fen]) -> Parts:
        parts = {role: [int(loss * share) for loss in losses] for role, share in shares.items() if role != LENDER}
        taken = [sum(row) for row in zip(*parts.values(), strict=True)] if parts else [0] * len(losses)
        return {**parts, LENDER: [loss - part for loss, part in zip(losses, taken, strict=True)]}

    return divide
