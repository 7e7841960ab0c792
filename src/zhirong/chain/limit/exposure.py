"""The exposure limits of lender and guarantor for one firm, and the pledge value that reduces the exposure."""

from dataclasses import dataclass
from fractions import Fraction

from zhirong.chain.limit.capacity import FreeCash
from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.records import LimitFirm, OtherSecurity
from zhirong.kernel.money import Fen, round_fen

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Exposure:
    """K of the lender and the limit of the guarantor, in fen.

    pledge: value of the rights; other: value of other security; value: both, the V of the method. base: the lower
    of sales and net assets less soft assets and the firm's own other security. kappa: share of the base by grade.
    month: free cash of a month. missing: figures without which only the month counts.
    """

    pledge: Fen
    other: Fen
    base: Fen
    kappa: Fraction
    of_base: Fen
    month: Fraction
    lender: Fen
    guarantor: Fen
    missing: tuple[str, ...] = ()
    micro: bool = False

    @property
    def value(self) -> Fen:
        """Return the recognised pledge value V: rights and other security together."""
        return self.pledge + self.other


def exposure(firm: LimitFirm, policy: Policy, free: FreeCash) -> Exposure:
    """Return K = κ(grade) × min(sales, net assets − soft assets − own other security) + a month of free cash −
    existing exposure.

    A micro firm with positive net assets counts at least κ × sales, up to the floor of the rule. The guarantor's
    limit is four times the same before the lender's own exposure, less what the guarantor already bears.
    """
    stated = firm.statements
    counted = [(item, recognised(item, policy)) for item in firm.securities]
    other = sum(amount for _, amount in counted)
    own = sum(amount for item, amount in counted if item.own)
    month = policy.number["cash_months"] * free.positive / _MONTHS
    kappa = policy.kappa.get(firm.grade, Fraction(0)) * policy.number["technology_factor"]
    names = ("revenue", "total_assets", "total_liabilities", "soft_assets")
    missing = tuple(name for name in names if getattr(stated, name) is None)
    base, floor = 0, Fraction(0)
    if not missing:
        equity = (stated.total_assets or 0) - (stated.total_liabilities or 0)
        base = max(0, min(stated.revenue or 0, equity - (stated.soft_assets or 0) - own))
        if firm.size == "micro" and equity > 0:
            floor = min(kappa * (stated.revenue or 0), Fraction(policy.amount["micro_floor"]))
    of_base = max(kappa * base, floor)
    return Exposure(
        pledge=firm.pledge,
        other=other,
        base=base,
        kappa=kappa,
        of_base=round_fen(of_base, "floor"),
        month=month,
        lender=max(0, round_fen(of_base + month - firm.lender.exposure, "floor")),
        guarantor=max(
            0, round_fen(policy.number["guarantor_times"] * (of_base + month) - firm.guarantor.exposure, "floor")
        ),
        missing=missing,
        micro=floor > kappa * base,
    )


def recognised(item: OtherSecurity, policy: Policy) -> Fen:
    """Return the recognised value of other security: its advance rate × value, after prior claims, rounded down to
    the fen.
    """
    left = policy.advance[item.kind] * item.value - item.prior
    return max(0, round_fen(left, "floor"))
