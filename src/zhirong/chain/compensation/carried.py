"""The part of a shared loss that each party carries on a day, and the payments that lead to it.

The lender and every payer carry their part of the loss less their part of the recoveries. A payer's target is
compared with its payments net of returns: a shortfall is due, and an excess goes back.
So the result does not depend on whether a recovery comes before or after a payment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from zhirong.chain.mode.model import Mode, Sharing
from zhirong.chain.mode.returns import given_back
from zhirong.chain.mode.vocabulary import RecoverySource
from zhirong.kernel.money import Fen

LENDER = "lender"


@dataclass(frozen=True, slots=True)
class SharedLoss:
    """A loss as divided by the mode. parts: by role; they sum to the loss. apart: the portions in components that
    are not shared.

    through: for a payer that pays another payer, the one that has paid on its behalf.
    """

    parts: Mapping[str, Fen]
    apart: Mapping[str, Fen]
    through: Mapping[str, str] = field(default_factory=dict)

    @property
    def loss(self) -> Fen:
        """Return the total loss."""
        return sum(self.parts.values())

    def without(self, party: str) -> "SharedLoss":
        """Return the loss with the part of ``party``, and of those who pay through it, moved to the lender."""
        gone = {party, *(role for role, first in self.through.items() if first == party)}
        parts = {role: 0 if role in gone else part for role, part in self.parts.items()}
        parts[LENDER] = parts.get(LENDER, 0) + sum(self.parts.get(role, 0) for role in gone)
        return SharedLoss(parts, self.apart, self.through)


def shared_loss(sharing: Sharing, parts: Mapping[str, Fen], net: Mapping[str, Fen]) -> SharedLoss:
    """Return ``parts`` with the portions in components that ``sharing`` does not share.

    net: the loss by component of the mode (principal, interest, costs).
    """
    apart = {sharing.rest_to: sum(amount for component, amount in net.items() if component not in sharing.base)}
    through = {t.payer: t.through for t in sharing.timings if t.through is not None}
    return SharedLoss(dict(parts), apart, through)


def carried(mode: Mode, shared: SharedLoss, received: Sequence[tuple[RecoverySource, Fen]]) -> dict[str, Fen]:
    """Return what each party carries after ``received``, source and fen net of costs, have arrived since the claim.

    Money that repays the same parties is divided as one sum, so that the number of recoveries and their order
    relative to payments change nothing. Where the mode repays some parties first from a source, each run of money of
    one kind is divided in turn, and the order of the runs matters. Receipts above the loss are not divided here.
    """
    terms = mode.recoveries
    left = dict(shared.parts)
    for turns, run in groupby(received, key=lambda one: terms.turns_for(one[0])):
        came = min(sum(amount for _, amount in run), sum(left.values()))
        # The lender's unshared components come last, so their remainder is the most that it carries.
        apart = {role: min(part, left[role]) for role, part in shared.apart.items()}
        back = given_back(terms, left, came, apart, turns=turns)
        left = {role: part - back[role] for role, part in left.items()}
    return left


def due_flows(shared: SharedLoss, carries: Mapping[str, Fen]) -> dict[tuple[str, str], Fen]:
    """Return what each payer must have paid, net of returns, to the lender or to the party that paid on its behalf."""
    flows: dict[tuple[str, str], Fen] = {}
    for role, amount in carries.items():
        if role == LENDER:
            continue
        first = shared.through.get(role)
        if first is None:
            flows[role, LENDER] = flows.get((role, LENDER), 0) + amount
        else:
            flows[first, LENDER] = flows.get((first, LENDER), 0) + amount
            flows[role, first] = amount
    return flows
