"""Allocate a payment over several debts of one debtor where nothing was agreed: Civil Code, article 560."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.kernel.money import Fen, allocate
from zhirong.kernel.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Debt:
    """One debt. due: its due day. owed: its full amount. secured: the part covered by security. burden: its yearly
    rate.
    """

    id: str
    due: date
    owed: Fen
    secured: Fen
    burden: Decimal


# The sort key of a debt under each name in the rule: the smaller comes first.
_EARLIER: dict[str, Callable[[Debt, date], Decimal | int]] = {
    "due_first": lambda debt, day: int(debt.due > day),
    "least_secured": lambda debt, day: Decimal(min(debt.secured, debt.owed)) / debt.owed,
    "heavier": lambda debt, day: -debt.burden,
    "earlier_due": lambda debt, day: debt.due.toordinal(),
}
_PRO_RATA = "pro_rata"  # The last name of the order: debts that are equal in everything before it share.


def over_debts(
    amount: Fen, debts: Sequence[Debt], day: date, rules: Rulebook, chosen: Sequence[str] = ()
) -> dict[str, Fen]:
    """Return each debt's part of a payment; the empty key holds the amount left after all debts are paid.

    chosen: the debts that the debtor named when paying, in its order; they come first. The others follow in the
    order of the rule ``lending.servicing.order_of_debts``: those due on ``day``; among them the one with the
    smallest secured share; then the heavier burden; then the earlier due day; debts equal in all these respects
    share in proportion to their amounts. Raises KeyError for a name in ``chosen`` that is no debt.
    """
    parts = dict.fromkeys((debt.id for debt in debts), 0)
    left = amount
    by_id = {debt.id: debt for debt in debts}
    for name in chosen:
        parts[name] = min(left, by_id[name].owed)
        left -= parts[name]
    names = [name for name in rules.at("lending.servicing.order_of_debts", day).value if name != _PRO_RATA]
    groups: dict[tuple[Decimal | int, ...], list[Debt]] = {}
    for debt in debts:
        if debt.id not in chosen and debt.owed > 0:
            groups.setdefault(tuple(_EARLIER[name](debt, day) for name in names), []).append(debt)
    for _, alike in sorted(groups.items(), key=lambda group: group[0]):
        given = min(left, sum(debt.owed for debt in alike))
        for name, part in allocate(given, {debt.id: debt.owed for debt in alike}).items():
            parts[name] = part
        left -= given
    return {**parts, "": left}
