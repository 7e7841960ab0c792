"""A movement of money, emitted by the chain and kept by the ledger."""

from dataclasses import dataclass
from datetime import date

from zhirong.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Posting:
    """One side of a business event in one account.

    account: colon-separated path, party first, such as ``firm:loan:interest``. amount: whole fen, debit positive.
    """

    account: str
    amount: Fen


@dataclass(frozen=True, slots=True)
class Entry:
    """A balanced business event: what happened, on which day, for which cause.

    cause: stable identifier of the underlying event. Raises ValueError if the postings do not sum to zero, or if
    there are none.
    """

    day: date
    cause: str
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if not self.postings:
            raise ValueError(f"{self.cause}: an entry without postings")
        difference = sum(posting.amount for posting in self.postings)
        if difference != 0:
            raise ValueError(f"{self.cause}: the postings are out of balance by {difference} fen")
