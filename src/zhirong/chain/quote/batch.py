"""Credit limits of many firms under many modes: the figures of a quote without its words, schedules and charts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from zhirong.chain.limit.wording import figures
from zhirong.chain.mode.model import Mode
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.offer import Decided, decide
from zhirong.chain.quote.quote import missing_figures, prepare
from zhirong.chain.quote.records import CreditCase
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One firm under one mode, equal to the offer of its quote.

    amount: the loan in fen. binding: code of the binding cap or check; reason: the same in words, and where nothing
    is lent also which figures are missing. missing: codes of the figures that are missing or out of date; such a
    figure never raises the limit. annual_rate: of the loan. pledge: recognised
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
    reason: Text
    missing: tuple[str, ...]

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
            self.reason,
            self.missing,
        )

    def __repr__(self) -> str:
        return f"<LimitRow {self.case_id} under {self.mode_id}: eligible {self.eligible}, CNY {show_yuan(self.amount)}>"


def limits_of(case: CreditCase, modes: Sequence[Mode], rules: Rulebook) -> tuple[LimitRow, ...]:
    """Return the rows of one case, in the order of the modes. Raises as ``quote`` does."""
    ready = prepare(case, rules, detailed=False)
    missing = missing_figures(ready.terms.limits)
    decided = (decide(mode, ready.terms, compare=False) for mode in modes)
    return tuple(_row(case, made, ready.pledge.amount, missing) for made in decided)


def _row(case: CreditCase, made: Decided, pledge: Fen, missing: tuple[str, ...]) -> LimitRow:
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
        reason=made.title if lent or not missing else _nothing_lent(made.title, missing),
        missing=missing,
    )


def _nothing_lent(title: Text, missing: tuple[str, ...]) -> Text:
    names = figures(missing)
    return Text(
        f"{title.zh}；缺或过期：{names.zh}，请补充", f"{title.en}; missing or out of date: {names.en}; provide them"
    )


def blocks(cases: Iterable[CreditCase], size: int) -> Iterator[tuple[CreditCase, ...]]:
    """Yield the cases in blocks of ``size``, so that workers share them evenly and memory stays bounded."""
    left = iter(cases)
    while block := tuple(islice(left, size)):
        yield block
