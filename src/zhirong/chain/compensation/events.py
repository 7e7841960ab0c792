"""The events of a loan in default, one record per event, and the loan itself. Amounts are whole fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.mode.loss import LoanLoss, LossRecovery
from zhirong.chain.mode.vocabulary import RecoverySource
from zhirong.kernel.money import Fen

# A mode shares principal, interest and costs; compound interest and penalty count as interest there.
SHARED_AS: Mapping[Component, str] = {
    Component.PRINCIPAL: "principal",
    Component.INTEREST: "interest",
    Component.COMPOUND: "interest",
    Component.PENALTY: "interest",
    Component.COSTS: "costs",
}
INTEREST_LIKE = (Component.INTEREST, Component.COMPOUND, Component.PENALTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultEvent:
    """An event. recorded_on: when it became known; None is the day itself."""

    day: date
    recorded_on: date | None = None

    @property
    def known_on(self) -> date:
        """Return the first day on which the books know of it."""
        return self.day if self.recorded_on is None else max(self.day, self.recorded_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtAccrued(DefaultEvent):
    """The debt grows by interest, compound interest, penalty or costs that the lender does not pay out."""

    component: Component
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPaid(DefaultEvent):
    """The lender pays an enforcement cost that the debtor owes it."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFiled(DefaultEvent):
    """The lender claims on the parties that share the loss; the mode divides the amount unpaid that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerPaid(DefaultEvent):
    """A payer pays the lender, or the party that has paid on its behalf."""

    party: str
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(DefaultEvent):
    """A recovery on the debt. costs: of collecting it, deducted from it, at most all of it."""

    amount: Fen
    costs: Fen = 0
    source: RecoverySource = RecoverySource.DEBTOR

    @property
    def net(self) -> Fen:
        """Return the amount left to cover the debt."""
        return self.amount - self.costs


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositReceived(DefaultEvent):
    """Money that the lender holds as security; no payment until it is applied."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class DepositApplied(DefaultEvent):
    """The lender sets held security off against the debt."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class AccrualStopped(DefaultEvent):
    """The loan is non-performing: unpaid interest is reversed from income, and later interest is kept off the
    balance sheet.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided(DefaultEvent):
    """The lender makes a provision."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff(DefaultEvent):
    """The lender writes the loan off; the debtor still owes everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClawedBack(DefaultEvent):
    """A payer claws back the part of its payment that it still carries. interest: paid by the lender in addition."""

    party: str
    interest: Fen = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BankruptcyAccepted(DefaultEvent):
    """A petition is accepted: from this day nothing accrues against debtor or guarantor (破产法 46, 担保 22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleTaken(DefaultEvent):
    """A payer that took the claim over takes the right at an agreed value (折价), after the default (CC 428, 436)."""

    party: str
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceFee(DefaultEvent):
    """The firm pays the holder of the right for its licence back. late: surcharge for late payment."""

    party: str
    amount: Fen
    late: Fen = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpkeepPaid(DefaultEvent):
    """The holder of the right pays to keep it in force."""

    party: str
    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class RightSold(DefaultEvent):
    """The holder sells the right, or the firm buys it back. costs: deducted from the price."""

    party: str
    amount: Fen
    costs: Fen = 0


@dataclass(frozen=True, slots=True)
class DefaultedLoan:
    """A loan in default. owed: by component, on ``first_day``, before the first event. events: in any order.

    amount: what was lent on ``loan_day``. entered_on: the day of pool entry (入库), from which it uses room under
    caps that count loans. The other fields are those of ``LoanLoss``.
    """

    loan_id: str
    borrower: str
    lender: str
    loan_day: date
    amount: Fen
    first_day: date
    owed: Mapping[Component, Fen]
    events: tuple[DefaultEvent, ...]
    entered_on: date | None = None
    ip_share: Decimal = Decimal(1)
    borrower_balance: Fen | None = None
    paid_elsewhere: Fen = 0
    public_elsewhere: Fen | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    amounts: Mapping[str, Fen] = field(default_factory=dict)
    members: Mapping[str, Fen] = field(default_factory=dict)

    def known(self, day: date) -> tuple[DefaultEvent, ...]:
        """Return the events that were recorded by ``day``."""
        return tuple(event for event in self.events if event.known_on <= day)

    def loss_at_claim(self, events: tuple[DefaultEvent, ...]) -> LoanLoss | None:
        """Return the debt on the day of the claim in ``events``, which the mode divides; None if there is no claim."""
        filed = [event.day for event in events if isinstance(event, ClaimFiled)]
        if not filed:
            return None
        claim_day = min(filed)
        owed = {"principal": 0, "interest": 0, "costs": 0}
        for component, amount in self.owed.items():
            owed[SHARED_AS[component]] += amount
        recoveries = []
        for event in events:
            if event.day > claim_day:
                continue
            if isinstance(event, DebtAccrued):
                owed[SHARED_AS[event.component]] += event.amount
            elif isinstance(event, CostPaid):
                owed["costs"] += event.amount
            elif isinstance(event, Recovered):
                recoveries.append(LossRecovery(event.day, event.amount, event.costs))
            elif isinstance(event, DepositApplied):
                recoveries.append(LossRecovery(event.day, event.amount))
        return LoanLoss(
            loan_id=self.loan_id,
            borrower=self.borrower,
            lender=self.lender,
            loan_day=self.loan_day,
            claim_day=claim_day,
            amount=self.amount,
            principal=owed["principal"],
            interest=owed["interest"],
            costs=owed["costs"],
            recoveries=tuple(recoveries),
            ip_share=self.ip_share,
            borrower_balance=self.borrower_balance,
            paid_elsewhere=self.paid_elsewhere,
            facts=self.facts,
            amounts=self.amounts,
            members=self.members,
            public_elsewhere=self.public_elsewhere,
            entered_on=self.entered_on,
        )
