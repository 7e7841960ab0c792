"""Check the subsidies of one case over its life, from all programmes, for refunds of more than was paid."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from zhirong.chain.mode.charges import GIVEN_BACK, ModeCharge
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Stacked:
    """Subsidies that together refund more than was paid. excess: the difference in fen."""

    group: str
    paid: Fen
    given_back: Fen
    codes: tuple[str, ...]
    words: Text

    @property
    def excess(self) -> Fen:
        """Return the refunds in excess of the cost paid."""
        return self.given_back - self.paid


def stacked(charges: Sequence[ModeCharge]) -> tuple[Stacked, ...]:
    """Return every group of subsidies that refunds more than was paid, over the life of a case.

    charges: those of one loan, with the subsidies of every programme it draws on. The group of a subsidy is the
    code of the cost that it refunds (``interest``, ``appraisal`` ...); a subsidy without a group is not a refund.
    """
    paid: dict[str, Fen] = defaultdict(int)
    back: dict[str, Fen] = defaultdict(int)
    codes: dict[str, list[str]] = defaultdict(list)
    for charge in charges:
        if charge.kind in GIVEN_BACK:
            if charge.group:
                back[charge.group] += charge.amount
                codes[charge.group].append(charge.code)
        else:
            paid[charge.code] += charge.amount
    return tuple(
        Stacked(
            group,
            paid[group],
            amount,
            tuple(dict.fromkeys(codes[group])),
            Text(
                f"补贴合计 {yuan(amount)} 元，高于实际支付的 {yuan(paid[group])} 元",
                f"subsidies of {yuan(amount)} refund more than the {yuan(paid[group])} that was paid",
            ),
        )
        for group, amount in sorted(back.items())
        if amount > paid[group]
    )
