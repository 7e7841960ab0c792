"""Distribute money that arrives after a loss was shared to those who bear the loss.

What a party has received depends only on the total received so far, not on the number of payments. Fen that
rounding leaves go to the largest remainders of the total, so that a party may be due one fen less once more money
has arrived, and passes it on; a full recovery repays every party in full.
"""

from collections.abc import Mapping

from zhirong.chain.mode.model import Recoveries
from zhirong.kernel import money
from zhirong.kernel.money import Fen


def given_back(
    terms: Recoveries, parts: Mapping[str, Fen], received: Fen, apart: Mapping[str, Fen] | None = None
) -> dict[str, Fen]:
    """Return each party's part of ``received``, the total that arrived after the loss was shared (fen, net of
    costs).

    parts: what each bears. apart: the portion of it in components that the terms do not share; under ``weights =
    "shared"`` it is repaid only after the rest has been repaid in full. Nobody receives more than it bears; the
    excess is not distributed here.
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
    """Divide ``total`` in proportion to whole weights, at most the weights themselves (largest remainders)."""
    return dict(weights) if total >= sum(weights.values()) else money.allocate(total, weights)
