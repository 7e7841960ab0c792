"""The shares of one loan: its tiers, bonuses, top-ups and ceilings resolved to exact fractions."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

from zhirong.chain.mode.eligibility import try_condition
from zhirong.chain.mode.model import Bonus, Sharing, Tier


def final_shares(sharing: Sharing, tier: Tier, met: Sequence[bool]) -> dict[str, Fraction]:
    """What each party bears of a slice once bonuses and top-up layers are added and ceilings applied.

    met: for each bonus, whether its condition is met. What is added to one party is taken from another; it never
    takes more than that party has, nor lifts the parties of a ceiling above it. A bonus raises a share that is
    there: where a tier gives a party nothing, it earns nothing. Nor does a layer come on top of a tier that nobody
    else compensates.
    """
    shares = dict(tier.shares)
    for bonus, applies in zip(sharing.bonuses, met, strict=True):
        if applies and shares.get(bonus.to):
            _move(sharing, shares, bonus.taken_from, bonus.to, bonus.add)
    for layer in sharing.top_ups:
        if dict(tier.shares).get(layer.taken_from) != 1:
            _move(sharing, shares, layer.taken_from, layer.payer, layer.share)
    return shares


def _move(sharing: Sharing, shares: dict[str, Fraction], giver: str, taker: str, wanted: Fraction) -> None:
    given = min(wanted, shares.get(giver, Fraction(0)))
    for ceiling in sharing.ceilings:
        if taker in ceiling.parties and giver not in ceiling.parties:
            borne = sum((shares.get(role, Fraction(0)) for role in ceiling.parties), Fraction(0))
            given = min(given, max(Fraction(0), ceiling.share - borne))
    shares[giver] = shares.get(giver, Fraction(0)) - given
    shares[taker] = shares.get(taker, Fraction(0)) + given


def bonus_met(bonus: Bonus, facts: Mapping[str, object], day: date) -> bool:
    """Whether a loan earns a bonus. A fact that is not stated earns nothing."""
    return any(try_condition(condition, facts, day).state == "met" for condition in bonus.conditions)


def weights_of(shares: Mapping[str, Fraction]) -> tuple[dict[str, int], int]:
    """The shares as whole numbers over one denominator, exactly."""
    denominator = lcm(*(share.denominator for share in shares.values()))
    return {role: int(share * denominator) for role, share in shares.items()}, denominator
