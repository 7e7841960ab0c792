"""What the allocator takes and gives: losses of loans, the state of a pool, and who bears what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

NOTHING: Mapping[str, Fen] = {}
IP_PLACES = 15  # decimal places of the part of a loan that IP secures: as many as columns of whole numbers carry


@dataclass(frozen=True, slots=True)
class LossRecovery:
    """Money that came in from the debtor or the pledged right. costs: of getting it, borne out of it, at most all
    of it.

    Costs above what came in are costs of the loan, which the mode's base says who bears.
    """

    day: date
    amount: Fen
    costs: Fen = 0

    @property
    def net(self) -> Fen:
        """What is left of it to be shared."""
        return self.amount - self.costs


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money of the firm that the lender holds since ``day`` and that is not the lender's yet.

    applied_on: the day on which it is set against the debt and becomes a recovery; None: it is still only held.
    """

    day: date
    amount: Fen
    applied_on: date | None = None


@dataclass(frozen=True, slots=True)
class Accrued:
    """Interest, penalty or costs that the debt has grown by since the claim; nobody shares them."""

    day: date
    amount: Fen


@dataclass(frozen=True, slots=True)
class LoanLoss:
    """One loan and what was lost on it (fen). A loan that lost nothing still takes up room under a cap on loans.

    amount: what was lent on ``loan_day``. principal, interest, costs: unpaid on ``claim_day``, before recoveries.
    ip_share: part of a mixed loan that IP secures. borrower_balance: the firm's balance under the mode, by default
    the loan itself. paid_elsewhere: compensated already under another mode. facts: those that conditions at claim
    and bonuses ask for. amounts: agreed price, deposit, deductible. members: what each member firm pledged.
    public_elsewhere: what other public money has paid for the loan; None if that is not known.
    closed_on: the day the case was written off or settled, which trues up an advance. reckoned_on: the day up to
    which recoveries reduce the loss before it is shared, by default that of the claim. deposits: money that is held
    and not received until it is applied. accrued: what the debt has grown by since the claim, so that a surplus is
    what exceeds the debt of its day. entered_on: the day of entry in the pool (入库), from which it takes up room under
    caps that count loans; None: it does so from its claim on.
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
        """Recoveries, and deposits on the day on which they are applied."""
        if not self.deposits:
            return self.recoveries
        applied = tuple(
            LossRecovery(deposit.applied_on, deposit.amount)
            for deposit in self.deposits
            if deposit.applied_on is not None
        )
        return (*self.recoveries, *applied)

    def held_on(self, day: date) -> Fen:
        """Deposits that are held and not applied by the end of ``day``."""
        return sum(
            deposit.amount
            for deposit in self.deposits
            if deposit.day <= day and (deposit.applied_on is None or deposit.applied_on > day)
        )

    @property
    def last_reckoned(self) -> date:
        """The last day whose recoveries reduce the loss before it is shared."""
        return self.claim_day if self.reckoned_on is None else self.reckoned_on

    @property
    def gross(self) -> Fen:
        """All that was unpaid on the day of the claim."""
        return self.principal + self.interest + self.costs


@dataclass(frozen=True, slots=True)
class Pause:
    """No new loans of ``lender`` (empty: of any) from ``first`` to ``last`` (None: still paused).

    ratio: of losses to principal entered that brought it about; None if no principal had entered that year.
    """

    lender: str
    first: date
    last: date | None
    ratio: Decimal | None

    def covers(self, lender: str, day: date) -> bool:
        """Whether a loan of ``lender`` made on ``day`` falls into it."""
        return self.lender in ("", lender) and self.first <= day and (self.last is None or day <= self.last)


_FIGURES: Mapping[str, Text] = {
    "balance": Text("资金池余额", "the balance of the fund"),
    "fees": Text("已收的费用", "the fees collected"),
    "entered": Text("纳入的本金", "the principal entered"),
}
# What an unknown figure counts as where it is left open: 90 trillion yuan, more than any pool.
_WIDE: Fen = 1 << 53


class MissingFigureError(ValueError):
    """A cap or tier needs a figure of the pool that is not given. figure: balance, fees or entered."""

    def __init__(self, figure: str) -> None:
        name = _FIGURES[figure]
        self.figure = figure
        self.words = Text(f"该模式的上限或分档取决于{name.zh}", f"a cap or tier of the mode depends on {name.en}")
        super().__init__(f"{self.words.en}: give {name.en}")


@dataclass(frozen=True, slots=True)
class PoolState:
    """What a cap, a layer or a breaker has to know of the pool.

    balance: the fund's money (None: the size in the file). fees: collected so far (None: not known). entered:
    principal entered, by lender and calendar year of the loan; ``("", 0)`` where only the whole is known. pauses:
    periods without new loans. figures_open: a figure that is not known limits nothing, for showing a loan before
    there is a pool to ask; otherwise it raises MissingFigureError. Nothing unknown ever counts as zero.
    """

    balance: Fen | None = None
    fees: Fen | None = None
    entered: Mapping[tuple[str, int], Fen] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    figures_open: bool = False

    def entered_in(self, lender: str | None, year: int | None) -> Fen:
        """Principal entered by one lender or all, in one year or all. Raises MissingFigureError."""
        amounts = [
            amount
            for (who, when), amount in self.entered.items()
            if (lender is None or who in ("", lender)) and (year is None or when in (0, year))
        ]
        return sum(amounts) if amounts else self._unknown("entered")

    def fees_collected(self) -> Fen:
        """Fees collected so far. Raises MissingFigureError."""
        return self._unknown("fees") if self.fees is None else self.fees

    def held(self, size: Fen | None) -> Fen:
        """The fund's money; ``size``, what the file says it holds, where nothing newer is known. Raises
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
    """A number of fen that a party bears, and why."""

    party: str
    amount: Fen
    why: Explanation


@dataclass(frozen=True, slots=True)
class LoanShare:
    """Who bears what of one loan's loss. parts sum to ``loss`` exactly; lines sum to parts.

    loss: after recoveries that came before the claim. members: how a group's part falls on its member firms.
    refused: why it is not compensated at all, where it is not; undecided: because something is not known yet, and
    only until it is. open: clauses that are omitted of account because what they ask for is not known.
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
    """Who bears what of all losses given. loans: in the order in which they were given."""

    loans: tuple[LoanShare, ...]
    totals: Mapping[str, Fen]
    loss: Fen
    explanation: Explanation

    def of(self, loan_id: str) -> LoanShare:
        """The share of one loan. Raises KeyError."""
        for loan in self.loans:
            if loan.loan_id == loan_id:
                return loan
        raise KeyError(loan_id)
