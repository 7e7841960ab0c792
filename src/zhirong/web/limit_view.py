"""The supported amount and its reasons, for the company's pages: amounts, the share of the amount applied for, ways
to raise it.
"""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.financing.case import CaseState
from zhirong.chain.quote.document import GatePart, HeadlinePart, QuoteDocument
from zhirong.chain.quote.kept import read_kept
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import Fen, parse_yuan
from zhirong.kernel.text import Text
from zhirong.operations.case.completeness import table_to_submit
from zhirong.store.financing import Case
from zhirong.web.quote_cache import all_modes

_MOST_WAYS = 3


@dataclass(frozen=True, slots=True)
class Way:
    """One change that raises the limit. adds: in fen, if it is the only change."""

    title: Text
    now: Text
    needed: Text
    adds: Fen


@dataclass(frozen=True, slots=True)
class LimitView:
    """asked, supported: in fen. under: the mode of the limit; None if the lender bears the risk alone. ways: of the
    largest effect first; their effects do not add up. obstacles: eligibility checks that are not passed.
    """

    asked: Fen
    supported: Fen
    decision: str
    binding: Text
    under: Text | None
    ways: tuple[Way, ...]
    obstacles: tuple[GatePart, ...]
    headline: HeadlinePart

    @property
    def short(self) -> Fen:
        """Return the excess of the amount applied for over the supported amount, in fen."""
        return max(0, self.asked - self.supported)


def limit_view(quote: QuoteDocument) -> LimitView:
    """Return the limit of a quote."""
    found = quote.credit_limit
    supported = parse_yuan(found.amount)
    ways = [
        Way(one.title, one.now, one.needed, adds)
        for one in found.changes
        if (adds := parse_yuan(one.reaches) - supported) > 0
    ]
    return LimitView(
        asked=parse_yuan(quote.case.request.amount),
        supported=supported,
        decision=found.decision,
        binding=found.binding_title,
        under=next((one.title for one in quote.modes if one.id == found.mode), None),
        ways=tuple(sorted(ways, key=lambda one: -one.adds)[:_MOST_WAYS]),
        obstacles=tuple(one for one in quote.gates if not one.passed),
        headline=found,
    )


def limit_of_case(case: Case, day: date) -> LimitView | None:
    """Return the limit of a case: as quoted at its submission, or of a draft today; None if it cannot be calculated
    yet.
    """
    quote = quote_of_case(case, day)
    return None if quote is None else limit_view(quote)


def quote_of_case(case: Case, day: date) -> QuoteDocument | None:
    """Return the quote of a case: as at its submission or review, or of a draft today; None if there is none yet."""
    return read_kept(case.quote) if case.state != CaseState.DRAFT else quote_of_draft(case, day)


def quote_of_draft(case: Case, day: date) -> QuoteDocument | None:
    """Return the quote of a draft under every mode of its region; None if something that it needs is missing."""
    if not case.rights or not case.amount:
        return None
    try:
        return all_modes(table_to_submit(case, day))
    except InputError:
        return None
