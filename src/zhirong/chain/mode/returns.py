"""Distribute money that arrives after a loss was shared to those who bear the loss.

The part of a party depends only on the total received so far, not on the number of payments. Rounding leaves fen, which
go to the largest remainders of the total. A party may therefore be due one fen less after a further payment, and
passes it on. A full recovery repays every party in full.
"""

from collections.abc import Mapping

from zhirong.chain.mode.model import Recoveries, Turns
from zhirong.kernel import money
from zhirong.kernel.money import Fen


def given_back(
    terms: Recoveries,
    parts: Mapping[str, Fen],
    received: Fen,
    apart: Mapping[str, Fen] | None = None,
    *,
    turns: Turns | None = None,
) -> dict[str, Fen]:
    """Return each party's part of ``received``, the total that arrived after the loss was shared (fen, net of
    costs).

    parts: what each bears. apart: the portion of it in components that the terms do not share; under ``weights =
    "shared"`` it is repaid only after the rest has been repaid in full. turns: the groups to repay first, if
    the mode states them for the source of the money. Nobody receives more than it bears; the excess is not distributed here.
    """
    later = dict.fromkeys(parts, 0)
    if terms.weights == "shared" and apart is not None:
        later = {role: min(part, apart.get(role, 0)) for role, part in parts.items()}
    first = {role: part - later[role] for role, part in parts.items()}
    got = dict.fromkeys(parts, 0)
    for owed in (first, later):
        for role, amount in _one_round(terms.turns if turns is None else turns, owed, received).items():
            got[role] += amount
            received -= amount
    return got


def _one_round(turns: Turns, owed: Mapping[str, Fen], received: Fen) -> dict[str, Fen]:
    first = {role for group in turns for role in group}
    got: dict[str, Fen] = {}
    for group in (*turns, tuple(role for role in owed if role not in first)):
        parts = {role: owed[role] for role in group if role in owed}
        paid = in_proportion(received - sum(got.values()), parts)
        got.update(paid)
    return got


def in_proportion(total: Fen, weights: Mapping[str, Fen]) -> dict[str, Fen]:
    """Divide ``total`` in proportion to whole weights, at most the weights themselves (largest remainders)."""
    return dict(weights) if total >= sum(weights.values()) else money.allocate(total, weights)
