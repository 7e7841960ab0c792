"""Input and output of the allocator: losses of loans, the state of a pool, and each party's part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

NOTHING: Mapping[str, Fen] = {}
# Decimal places of the part of a loan that IP secures: as many as columns of whole numbers can hold.
IP_PLACES = 15


@dataclass(frozen=True, slots=True)
class LossRecovery:
    """Money received from the debtor or from the pledged right. costs: the costs of collecting it, deducted from
    it, at most all of it.

    Costs above the amount received are costs of the loan; the mode's base says who bears them.
    """

    day: date
    amount: Fen
    costs: Fen = 0

    @property
    def net(self) -> Fen:
        """Return the remaining loss to be shared."""
        return self.amount - self.costs


@dataclass(frozen=True, slots=True)
class Deposit:
    """The firm's money that the lender has held as a deposit since ``day`` and that does not belong to the lender
    yet.

    applied_on: the day on which it is set off against the debt and becomes a recovery; None: not applied yet.
    """

    day: date
    amount: Fen
    applied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Accrued:
    """Interest, penalty or costs added to the debt since the claim; they are not shared."""

    day: date
    amount: Fen


@dataclass(frozen=True, slots=True)
class LoanLoss:
    """One loan and the loss on it (fen). A loan without a loss still uses room under a cap on loans.

    amount: what was lent on ``loan_day``. principal, interest, costs: unpaid on ``claim_day``, before recoveries.
    ip_share: the part of a mixed loan that IP secures. borrower_balance: the firm's balance under the mode, by
    default the loan itself. paid_elsewhere: already compensated under another mode. facts: the facts that
    conditions at claim and bonuses need. amounts: agreed price, deposit, deductible. members: what each member firm
    pledged. public_elsewhere: what other public funds have paid for the loan; None if unknown. closed_on: the day
    the case was written off or settled, which trues up an advance. reckoned_on: the day up to which recoveries
    reduce the loss before it is shared, by default that of the claim. deposits: money held that counts as received
    only once it is applied. accrued: additions to the debt since the claim, so that a surplus is what exceeds the
    debt of that day. entered_on: the day of pool entry (入库), from which the loan uses room under caps that count
    loans; None: from its claim on.
    """

    loan_id: str
    borrower: str
    lender: str
    loan_day: date
    claim_day: date
    amount: Fen
    principal: Fen
    interest: Fen = 0
    costs: Fen = 0
    recoveries: tuple[LossRecovery, ...] = ()
    ip_share: Decimal = Decimal(1)
    borrower_balance: Fen | None = None
    paid_elsewhere: Fen = 0
    facts: Mapping[str, object] = field(default_factory=dict)
    amounts: Mapping[str, Fen] = field(default_factory=dict)
    members: Mapping[str, Fen] = field(default_factory=dict)
    closed_on: date | None = None
    reckoned_on: date | None = None
    deposits: tuple[Deposit, ...] = ()
    public_elsewhere: Fen | None = None
    accrued: tuple[Accrued, ...] = ()
    entered_on: date | None = None

    def known_by(self, day: date) -> bool:
        """Return whether the loan is known by ``day``: by its claim, or by its entry in the pool."""
        return self.claim_day <= day or (self.entered_on is not None and self.entered_on <= day)

    @property
    def received(self) -> tuple[LossRecovery, ...]:
        """Return recoveries, including deposits on the day on which they are applied."""
        if not self.deposits:
            return self.recoveries
        applied = tuple(
            LossRecovery(deposit.applied_on, deposit.amount)
            for deposit in self.deposits
            if deposit.applied_on is not None
        )
        return (*self.recoveries, *applied)

    def held_on(self, day: date) -> Fen:
        """Return deposits that are held and not applied by the end of ``day``."""
        return sum(
            deposit.amount
            for deposit in self.deposits
            if deposit.day <= day and (deposit.applied_on is None or deposit.applied_on > day)
        )

    @property
    def last_reckoned(self) -> date:
        """Return the last day whose recoveries reduce the loss before it is shared."""
        return self.claim_day if self.reckoned_on is None else self.reckoned_on

    @property
    def gross(self) -> Fen:
        """Return everything that was unpaid on the day of the claim."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class Pause:
    """No new loans of ``lender`` (empty: of any) from ``first`` to ``last`` (None: still paused).

    ratio: the ratio of losses to entered principal that caused the pause; None if no principal was entered that
    year.
    """

    lender: str
    first: date
    last: date | None
    ratio: Decimal | None

    def covers(self, lender: str, day: date) -> bool:
        """Return whether a loan of ``lender`` made on ``day`` falls into it."""
        return self.lender in ("", lender) and self.first <= day and (self.last is None or day <= self.last)


_FIGURES: Mapping[str, Text] = {
    "balance": Text("资金池余额", "the balance of the fund"),
    "fees": Text("已收的费用", "the fees collected"),
    "entered": Text("纳入的本金", "the principal entered"),
}
# The value of an unknown figure where it is left open: 90 trillion yuan, more than any pool.
_WIDE: Fen = 1 << 53


class MissingFigureError(ValueError):
    """A cap or tier needs a pool figure that is missing. figure: balance, fees or entered."""

    def __init__(self, figure: str) -> None:
        name = _FIGURES[figure]
        self.figure = figure
        self.words = Text(f"该模式的上限或分档取决于{name.zh}", f"a cap or tier of the mode depends on {name.en}")
        super().__init__(f"{self.words.en}: give {name.en}")


@dataclass(frozen=True, slots=True)
class PoolState:
    """The pool figures that a cap, a layer or a breaker needs.

    balance: the fund's money (None: the size in the file). fees: collected so far (None: unknown). entered:
    principal entered, by lender and calendar year of the loan; ``("", 0)`` where only the total is known. pauses:
    periods without new loans. figures_open: an unknown figure limits nothing, for showing a loan before it belongs
    to a pool; otherwise it raises MissingFigureError. An unknown figure never counts as zero.
    """

    balance: Fen | None = None
    fees: Fen | None = None
    entered: Mapping[tuple[str, int], Fen] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    figures_open: bool = False

    def entered_in(self, lender: str | None, year: int | None) -> Fen:
        """Return the principal entered by one lender or all, in one year or all. Raises MissingFigureError."""
        amounts = [
            amount
            for (who, when), amount in self.entered.items()
            if (lender is None or who in ("", lender)) and (year is None or when in (0, year))
        ]
        return sum(amounts) if amounts else self._unknown("entered")

    def fees_collected(self) -> Fen:
        """Return the fees collected so far. Raises MissingFigureError."""
        return self._unknown("fees") if self.fees is None else self.fees

    def held(self, size: Fen | None) -> Fen:
        """Return the fund's money, or ``size`` from the file where no newer figure is known. Raises
        MissingFigureError.
        """
        known = size if self.balance is None else self.balance
        return self._unknown("balance") if known is None else known

    def _unknown(self, figure: str) -> Fen:
        if not self.figures_open:
            raise MissingFigureError(figure)
        return _WIDE


OPEN_POOL = PoolState(figures_open=True)


@dataclass(frozen=True, slots=True)
class ShareLine:
    """An amount in fen that a party bears, and the reason."""

    party: str
    amount: Fen
    why: Explanation


@dataclass(frozen=True, slots=True)
class LoanShare:
    """The division of one loan's loss. parts sum to ``loss`` exactly; lines sum to parts.

    loss: net of recoveries that came before the claim. members: how a group's part is divided among its member
    firms. refused: why it is not compensated, where it is not; undecided: because a fact is still unknown, and only
    until it is known. open: clauses that are left out because the facts that they need are unknown.
    """

    loan_id: str
    loss: Fen
    parts: Mapping[str, Fen]
    lines: tuple[ShareLine, ...]
    explanation: Explanation
    members: Mapping[str, Fen] = field(default_factory=dict)
    refused: Text | None = None
    undecided: bool = False
    open: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """The division of all losses given. loans: in the order in which they were given."""

    loans: tuple[LoanShare, ...]
    totals: Mapping[str, Fen]
    loss: Fen
    explanation: Explanation

    def of(self, loan_id: str) -> LoanShare:
        """Return the division of one loan. Raises KeyError."""
        for loan in self.loans:
            if loan.loan_id == loan_id:
                return loan
        raise KeyError(loan_id)
