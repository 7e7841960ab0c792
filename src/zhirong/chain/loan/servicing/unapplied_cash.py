"""The accounts of a loan's money, and the cash held for payers that paid too much."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.events import Payer
from zhirong.kernel.money import Fen

ACCRUAL = "accrual"  # The cause under which the books show interest that accrues with time alone.

OFF_BALANCE = "off_balance"  # The cause under which claims are kept off the balance sheet and out of income.
INTEREST_COMPONENTS = (Component.PENALTY, Component.COMPOUND, Component.INTEREST)

CASH = "lender:cash"
LOAN = {component: f"lender:loan:{component.value}" for component in Component}
INCOME = {component: f"lender:income:{component.value}" for component in Component}
WAIVED, WRITTEN_OFF = "lender:expense:waiver", "lender:expense:write_off"
RECOVERED, RECOVERY_COSTS = "lender:income:recovery", "lender:expense:recovery_costs"

MEMO = {component: f"lender:memo:{component.value}" for component in Component}
MEMO_CONTRA = "lender:memo:contra"


def kept_off_balance(claims: Mapping[Component, Fen]) -> dict[str, Fen]:
    """Return the accounts off the balance sheet that show ``claims``."""
    return {**{MEMO[component]: amount for component, amount in claims.items()}, MEMO_CONTRA: -sum(claims.values())}


def out_of_income(claims: Mapping[Component, Fen]) -> dict[str, Fen]:
    """Return the reversal of income that was booked and not received."""
    return {**{LOAN[h]: -amount for h, amount in claims.items()}, **{INCOME[h]: a for h, a in claims.items()}}


def credited(parts: Mapping[Component, Fen]) -> dict[str, Fen]:
    """Return the postings on the loan's accounts where ``parts`` of it were paid, waived or written off."""
    return {LOAN[component]: -part for component, part in parts.items() if part}


def compensation_account(payer: str) -> str:
    """The lender's account for compensation received from ``payer`` and not yet returned."""
    return f"lender:compensation:{payer}"


def compensated(payer: str, amount: Fen, *, off_books: bool) -> dict[str, Fen]:
    """Return the postings for compensation of ``amount`` by ``payer``; a negative amount is a refund. The debtor's
    debt does not change. off_books: whether the loan is written off, so that the compensation is income of the
    lender.
    """
    return {
        CASH: amount,
        RECOVERED if off_books else compensation_account(payer): -amount,
        f"{payer}:compensation": amount,
        f"{payer}:cash": -amount,
    }


def credit_account(payer: Payer) -> str:
    """Return the lender's account for money held for ``payer``."""
    return "lender:credit" if payer == Payer.FIRM else f"lender:credit:{payer}"


@dataclass(slots=True)
class Held:
    """Unapplied cash by owner. Every change returns its postings. A party that pays for the debtor takes over the
    claim on the debtor only for the amount applied (``recourse``). Unapplied cash still belongs to the payer
    (``receivable``) and becomes recourse once it is applied to a debt.
    """

    of: dict[Payer, Fen] = field(default_factory=dict)

    @property
    def total(self) -> Fen:
        """Return all money held."""
        return sum(self.of.values())

    def receive(self, payer: Payer, amount: Fen, kept: Fen) -> dict[str, Fen]:
        """Record that ``kept`` of the received ``amount`` remains unapplied."""
        self.of[payer] = self.of.get(payer, 0) + kept
        moves = {credit_account(payer): -kept}
        if payer != Payer.FIRM:
            moves[f"{payer}:cash"] = -amount
            moves[f"{payer}:recourse"] = amount - kept
            moves[f"{payer}:receivable"] = kept
        return moves

    def use(self, payer: Payer, amount: Fen) -> dict[str, Fen]:
        """Apply held money to a debt."""
        self.of[payer] -= amount
        moves = {credit_account(payer): amount}
        if payer != Payer.FIRM:
            moves[f"{payer}:recourse"] = amount
            moves[f"{payer}:receivable"] = -amount
        return moves

    def give_back(self, payer: Payer, amount: Fen) -> tuple[Fen, dict[str, Fen]]:
        """Pay money back to its payer. Return the part that exceeds the amount held (the debtor owes it again) and
        the postings.
        """
        held = min(amount, self.of.get(payer, 0))
        self.of[payer] = self.of.get(payer, 0) - held
        moves = {credit_account(payer): held, CASH: -amount}
        if payer != Payer.FIRM:
            moves[f"{payer}:cash"] = amount
            moves[f"{payer}:receivable"] = -held
            moves[f"{payer}:recourse"] = held - amount
        return amount - held, moves
