"""The repayment capacity of the firm: repayment from cash, a share of its sales, and its debt ratio."""

from dataclasses import dataclass
from fractions import Fraction

from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.records import Collection, LimitFirm
from zhirong.kernel.days import add_months
from zhirong.kernel.money import Fen, round_fen

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class FreeCash:
    """Free cash per year for a new loan, in fen; negative if there is none.

    operating: the lower of last year's figure and the two-year mean. stated, least: debt service as stated, and the
    minimum for the debt that remains. missing: figures without which it counts as zero.
    """

    amount: Fen
    operating: Fen
    stated: Fen
    least: Fen
    missing: tuple[str, ...] = ()

    @property
    def positive(self) -> Fen:
        """Return the same, never below 0."""
        return max(0, self.amount)


@dataclass(frozen=True, slots=True)
class Repayment:
    """The repayment limit: free cash over the cover as an annuity, or a share of the assigned receipts if that is
    more.
    """

    amount: Fen
    free: FreeCash
    months: int
    annuity: Fraction
    from_cash: Fen
    collections: Fen
    from_collections: Fen


@dataclass(frozen=True, slots=True)
class Ratio:
    """A limit from balance sheet or sales, in fen. missing: figures without which it is 0."""

    amount: Fen
    missing: tuple[str, ...] = ()


def annuity(rate: Fraction, months: int) -> Fraction:
    """Return the annuity in years of equal monthly payments: (1 − (1 + r/12)^−n) ÷ r, and n ÷ 12 at r = 0."""
    if rate == 0:
        return Fraction(months, _MONTHS)
    growth = (1 + rate / _MONTHS) ** months
    return (1 - 1 / growth) / rate


def free_cash(firm: LimitFirm, policy: Policy) -> FreeCash:
    """Return operating cash flow less the debt service of the remaining debt.

    The cash flow is the lower of the latest year's and the mean of the latest two; a negative or missing earlier
    year counts as 0. The debt service is the higher of the stated one and the minimum for the remaining debt:
    interest at the stress rate, and one third of the working-capital loans per year.
    """
    stated = firm.statements
    needed = ("operating_cash_flow", "debt_service", "bank_debt")
    missing = tuple(name for name in needed if getattr(stated, name) is None)
    if missing:
        return FreeCash(0, 0, 0, 0, missing)
    latest = Fraction(stated.operating_cash_flow or 0)
    before = max(0, stated.operating_cash_flow_before or 0)
    operating = min(latest, (latest + before) / 2)
    service = max(0, (stated.debt_service or 0) - firm.replaced_service)
    debt = max(0, (stated.bank_debt or 0) - firm.replaces)
    # Loans without a breakdown all count as working-capital loans.
    loans = stated.working_capital_loans
    revolving = debt if loans is None else max(0, loans - firm.replaces)
    least = firm.rate * debt + Fraction(_MONTHS) / policy.number["payback_months"] * revolving
    amount = round_fen(operating - max(Fraction(service), least), "floor")
    return FreeCash(amount, round_fen(operating, "floor"), service, round_fen(least, "floor"))


def repayment(firm: LimitFirm, policy: Policy, free: FreeCash) -> Repayment:
    """Return F ÷ cover × annuity, or 60 % of the receipts assigned to this loan, whichever is more; never both."""
    months = firm.term_months if firm.amortising else int(policy.number["payback_months"])
    factor = annuity(firm.rate, months)
    from_cash = round_fen(free.positive / policy.number["cover"] * factor, "floor")
    receipts = sum(item.amount for item in firm.collections if counts(item, firm))
    from_receipts = round_fen(receipts * policy.number["collections_share"], "floor")
    if free.missing:
        from_cash = 0
    return Repayment(max(from_cash, from_receipts), free, months, factor, from_cash, receipts, from_receipts)


def counts(item: Collection, firm: LimitFirm) -> bool:
    """Return whether an assigned receipt counts as a source of repayment."""
    end = add_months(firm.start, firm.term_months)
    in_order = item.confirmed and item.assigned and item.account and not item.related and item.payer != ""
    return in_order and item.due is not None and firm.start <= item.due <= end


def turnover(firm: LimitFirm, policy: Policy) -> Ratio:
    """Return 30 % of the sales less the remaining bank debt. Without either figure it is 0."""
    stated = firm.statements
    missing = tuple(name for name in ("revenue", "bank_debt") if getattr(stated, name) is None)
    if missing:
        return Ratio(0, missing)
    debt = max(0, (stated.bank_debt or 0) - firm.replaces)
    return Ratio(max(0, round_fen(policy.number["turnover_share"] * (stated.revenue or 0) - debt, "floor")))


def debt_ratio(firm: LimitFirm, policy: Policy) -> Ratio:
    """Return (75 % × (assets − soft assets) − liabilities) ÷ 25 %, plus what the loan replaces."""
    stated = firm.statements
    names = ("total_assets", "total_liabilities", "soft_assets")
    missing = tuple(name for name in names if getattr(stated, name) is None)
    if missing:
        return Ratio(0, missing)
    most = policy.number["debt_ratio_most"]
    hard = (stated.total_assets or 0) - (stated.soft_assets or 0)
    room = (most * hard - (stated.total_liabilities or 0)) / (1 - most) + firm.replaces
    return Ratio(max(0, round_fen(room, "floor")))
