"""Outcomes of a pledged right that changes hands: title with a licence back, and a put at an agreed price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.mode.charges import Dated
from zhirong.chain.mode.model import Mode
from zhirong.kernel import money
from zhirong.kernel.days import add_months
from zhirong.kernel.money import Fen

_PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class TransferOutcome:
    """Cash flows of the party that takes the right, from its view: payments are negative.

    total: their plain sum. period_yield: rate per period at which they are worth nothing today, where there is one;
    yearly_yield: the same over twelve months.
    """

    flows: tuple[Dated, ...]
    total: Fen
    period_yield: Decimal | None
    yearly_yield: Decimal | None


def licence_back(
    mode: Mode,
    repaid: Fen,
    day: date,
    *,
    fee: Fen | None = None,
    fees_paid: int | None = None,
    buy_back: Fen | None = None,
    sale: Fen | None = None,
) -> TransferOutcome:
    """Calculate the flows of a holder that repays the loan, takes title and licenses the right back (001
    §3.2.3(1)).

    fee: licence fee per period, by default the file's share of the payout. fees_paid: how many fees were paid,
    counted from the first, by default all. At the end the firm buys the right back at ``buy_back`` (by default the
    file's price), or the holder sells it to another for ``sale``. Raises ValueError if the mode has no
    licence-back, both ends are given, or fees_paid exceeds the number of periods.
    """
    terms = mode.licence_back
    if terms is None:
        raise ValueError("this mode has no licence-back")
    if buy_back is not None and sale is not None:
        raise ValueError("give buy_back or sale, not both")
    if fees_paid is not None and not 0 <= fees_paid <= terms.periods:
        raise ValueError(f"fees_paid must lie between 0 and {terms.periods}, the periods of the licence")
    each = money.share_of(repaid, terms.fee_rate) if fee is None else fee
    count = terms.periods if fees_paid is None else fees_paid
    end = money.share_of(repaid, terms.buy_back_rate) if buy_back is None else buy_back
    if sale is not None:
        end = sale
    by_period = [-repaid, *([each] * count), *([0] * (terms.periods - count))]
    by_period[-1] += end
    days = [add_months(day, terms.every_months * number) for number in range(len(by_period))]
    rate = internal_rate(by_period)
    return TransferOutcome(
        tuple(Dated(when, amount) for when, amount in zip(days, by_period, strict=True) if amount),
        sum(by_period),
        None if rate is None else Decimal(rate).quantize(_PLACES),
        None if rate is None else Decimal((1 + rate) ** (12 / terms.every_months) - 1).quantize(_PLACES),
    )


@dataclass(frozen=True, slots=True)
class PutOutcome:
    """A put exercised on default (fen). price: what the buyer pays for the right, at most what is owed.

    to_lender: the part of it that covers the loss. left_to_lender: the remaining loss. buyer: what the buyer gains
    (negative: loses) once the right is resold.
    """

    price: Fen
    to_lender: Fen
    to_firm: Fen
    left_to_lender: Fen
    buyer: Fen


def put_exercised(mode: Mode, owed: Fen, lent: Fen, resold_for: Fen, price: Fen | None = None) -> PutOutcome:
    """Calculate a purchase of the pledged right at the agreed price, whatever the right is worth (001 §2.1.1).

    owed: what the firm owes. price: by default the file's share of what was lent. The excess of the price over the
    debt belongs to the firm (surplus of a pledge). Raises ValueError if the mode has no put.
    """
    if mode.put is None:
        raise ValueError("this mode has no agreed purchase price")
    agreed = money.share_of(lent, mode.put.price_rate) if price is None else price
    covered = min(agreed, owed)
    return PutOutcome(agreed, covered, agreed - covered, owed - covered, resold_for - agreed)


def internal_rate(flows: Sequence[Fen]) -> float | None:
    """Return the rate per period at which equally spaced flows, the first today, are worth nothing; None if there
    is none.

    Found by bisection between −99.9999 % and 1,000 %, for flows that change sign once: payments first, receipts
    after.
    """

    def worth(rate: float) -> float:
        return sum(amount / (1 + rate) ** number for number, amount in enumerate(flows))

    low, high = -0.999999, 10.0
    if not (worth(low) > 0 > worth(high)):
        return None
    for _ in range(200):
        middle = (low + high) / 2
        if worth(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
