"""Credit limits of many firms under many modes: the figures of a quote without its words, schedules and charts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from zhirong.chain.mode.model import Mode
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.offer import Decided, decide
from zhirong.chain.quote.quote import prepare
from zhirong.chain.quote.records import CreditCase
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One firm under one mode, equal to the offer of its quote.

    amount: the loan in fen. binding: code of the binding cap or check. annual_rate: of the loan. pledge: recognised
    pledge value, fen. at_default, expected: (role, fen) of each bearer, empty if nothing is lent.
    """

    case_id: str
    mode_id: str
    eligible: Pledgeable
    amount: Fen
    binding: str
    annual_rate: Decimal
    pledge: Fen
    at_default: tuple[tuple[str, Fen], ...]
    expected: tuple[tuple[str, Fen], ...]

    def __reduce__(self) -> tuple[type["LimitRow"], tuple[object, ...]]:
        """Build a row by position: tens of thousands of rows come from other processes, and field by field takes
        three times as long.
        """
        return LimitRow, (
            self.case_id,
            self.mode_id,
            self.eligible,
            self.amount,
            self.binding,
            self.annual_rate,
            self.pledge,
            self.at_default,
            self.expected,
        )

    def __repr__(self) -> str:
        return f"<LimitRow {self.case_id} under {self.mode_id}: eligible {self.eligible}, CNY {show_yuan(self.amount)}>"


def limits_of(case: CreditCase, modes: Sequence[Mode], rules: Rulebook) -> tuple[LimitRow, ...]:
    """Return the rows of one case, in the order of the modes. Raises as ``quote`` does."""
    ready = prepare(case, rules, detailed=False)
    return tuple(_row(case, decide(mode, ready.terms, compare=False), ready.pledge.amount) for mode in modes)


def _row(case: CreditCase, made: Decided, pledge: Fen) -> LimitRow:
    lent = bool(made.amount)
    return LimitRow(
        case_id=case.id,
        mode_id=made.mode.id,
        eligible=made.eligible,
        amount=made.amount,
        binding=made.binding,
        annual_rate=made.annual_rate,
        pledge=pledge,
        at_default=tuple(made.limit.at_limit.items()) if lent else (),
        expected=tuple(made.limit.expected.items()) if lent else (),
    )


def blocks(cases: Iterable[CreditCase], size: int) -> Iterator[tuple[CreditCase, ...]]:
    """Yield the cases in blocks of ``size``, so that workers share them evenly and memory stays bounded."""
    left = iter(cases)
    while block := tuple(islice(left, size)):
        yield block
