"""A payment over several debts of one debtor, where nothing was agreed: Civil Code, article 560."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.kernel.money import Fen, allocate


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt. due: its due day. owed: all of it. secured: how much of it security covers. burden: its yearly rate."""

    id: str
    due: date
    owed: Fen
    secured: Fen
    burden: Decimal


def over_debts(amount: Fen, debts: Sequence[Debt], day: date, chosen: Sequence[str] = ()) -> dict[str, Fen]:
    """What each debt gets of a payment, and under the empty text what is left when all are paid.

    chosen: the debts that the debtor named when paying, in its order; they come first. Then those that are due on
    ``day``; among them the one least secured, that is with the least share of it covered; then the heavier burden;
    then the earlier due; and those alike in all of it share in proportion to what is owed. Raises KeyError for a
    name in ``chosen`` that is no debt.
    """
    parts = dict.fromkeys((debt.id for debt in debts), 0)
    left = amount
    by_id = {debt.id: debt for debt in debts}
    for name in chosen:
        parts[name] = min(left, by_id[name].owed)
        left -= parts[name]
    groups: dict[tuple[bool, Decimal, Decimal, date], list[Debt]] = {}
    for debt in debts:
        if debt.id not in chosen and debt.owed > 0:
            covered = Decimal(min(debt.secured, debt.owed)) / debt.owed
            groups.setdefault((debt.due > day, covered, -debt.burden, debt.due), []).append(debt)
    for _, alike in sorted(groups.items(), key=lambda group: group[0]):
        given = min(left, sum(debt.owed for debt in alike))
        for name, part in allocate(given, {debt.id: debt.owed for debt in alike}).items():
            parts[name] = part
        left -= given
    return {**parts, "": left}
