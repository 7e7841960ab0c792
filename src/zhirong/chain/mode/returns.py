"""How money that comes in after a loss was shared goes back to those who bear it.

What a party has got depends only on the sum that has come in so far, not on the number of parts it came in. Fen that
rounding leaves go to the largest remainders of the whole sum, so that a party may get a fen less of the sum once more
has come in, and hands it on; a full recovery makes everyone whole.
"""

from collections.abc import Mapping

from zhirong.chain.mode.model import Recoveries
from zhirong.kernel import money
from zhirong.kernel.money import Fen


def given_back(
    terms: Recoveries, parts: Mapping[str, Fen], received: Fen, apart: Mapping[str, Fen] | None = None
) -> dict[str, Fen]:
    """What each party has got of ``received``, all that has come in after the loss was shared (fen, net of costs).

    parts: what each bears. apart: what of it lies in components that the terms do not share; under ``weights =
    "shared"`` it comes only after the rest is whole. Nobody gets back more than it bears; what is over is nobody's here.
    """
    later = dict.fromkeys(parts, 0)
    if terms.weights == "shared" and apart is not None:
        later = {role: min(part, apart.get(role, 0)) for role, part in parts.items()}
    first = {role: part - later[role] for role, part in parts.items()}
    got = dict.fromkeys(parts, 0)
    for owed in (first, later):
        for role, amount in _one_round(terms, owed, received).items():
            got[role] += amount
            received -= amount
    return got


def _one_round(terms: Recoveries, owed: Mapping[str, Fen], received: Fen) -> dict[str, Fen]:
    got = dict.fromkeys(owed, 0)
    left = received
    for role in terms.turns:
        got[role] = min(left, owed.get(role, 0))
        left -= got[role]
    others = {role: part for role, part in owed.items() if role not in terms.turns}
    return {role: amount for role, amount in {**got, **in_proportion(left, others)}.items() if role in owed}


def in_proportion(total: Fen, weights: Mapping[str, Fen]) -> dict[str, Fen]:
    """``total`` divided in proportion to whole weights, at most the weights themselves (largest remainders)."""
    return dict(weights) if total >= sum(weights.values()) else money.allocate(total, weights)
