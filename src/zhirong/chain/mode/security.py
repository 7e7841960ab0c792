"""The security behind a loan under a mode: the basis of lending, the holder of the pledge, and the purchaser on
default.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


class Basis(StrEnum):
    """The basis of the loan: the firm's credit, with the pledge in addition, or the pledged right alone."""

    CREDIT = "credit"
    PLEDGE = "pledge"


class Pledgee(StrEnum):
    """The holder of the pledge; its proceeds reduce the holder's part of a loss first. shared: all parties that
    bear a loss, by their shares. Otherwise the party named holds it as its counter-security.
    """

    SHARED = "shared"
    GUARANTOR = "guarantor"
    GOVERNMENT = "government"
    PURCHASER = "purchaser"


BASIS_TEXT: dict[Basis, Text] = {
    Basis.CREDIT: Text("以信用放款，质押为补充", "lent on credit, with the pledge in addition"),
    Basis.PLEDGE: Text("仅凭质押放款", "lent on the pledge alone"),
}
PLEDGEE_TEXT: dict[Pledgee, Text] = {
    Pledgee.SHARED: Text("质押所得先抵偿损失，其余由各方分担", "the pledge reduces the loss before it is shared"),
    Pledgee.GUARANTOR: Text("质押给担保机构作反担保", "pledged to the guarantor as counter-security"),
    Pledgee.GOVERNMENT: Text("质押给政府一方作反担保", "pledged to the government as counter-security"),
    Pledgee.PURCHASER: Text("违约时由收购方买入", "bought by the purchaser on default"),
}


@dataclass(frozen=True, slots=True)
class Security:
    """The security of a loan under a mode.

    eligible_weight: risk weight (a share, 0.20 is 20 %) of the part that parties other than the lender bear, where
    a source confirms that their promise counts as eligible credit protection; None if no source confirms it.
    put_price_share: price of the pledged right on default as a share of the loan, where the contract states none;
    None without a put. reference: source of the terms.
    """

    reference: Reference
    basis: Basis = Basis.CREDIT
    pledgee: Pledgee = Pledgee.SHARED
    eligible_weight: Decimal | None = None
    put_price_share: Fraction | None = None

    @property
    def put(self) -> bool:
        """Return whether a purchaser has to buy the pledged right on default."""
        return self.put_price_share is not None
