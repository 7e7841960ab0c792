"""The shares of one loan: its tiers, bonuses, top-ups and ceilings resolved to exact fractions."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import lcm

from zhirong.chain.mode.eligibility import try_condition
from zhirong.chain.mode.model import Bonus, Mode, Sharing, Tier
from zhirong.kernel.money import Fen, share_of


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


def shares_of_loan(
    mode: Mode,
    day: date,
    amount: Fen,
    balance: Fen | None,
    amounts: Mapping[str, Fen],
    facts: Mapping[str, object],
) -> dict[str, Fraction]:
    """What each party bears of a loan of ``amount`` made on ``day`` that is lost as a whole, before caps, as exact parts of it.

    balance: of the firm's loans under the mode, by default the loan. amounts: of the loan, where they end a tier.
    Tiers by the pool's loss ratio: how far the pool has come is not known of one loan, so it is taken as the pool's
    first loss (assumed).
    """
    sharing = mode.sharing_on(day)
    tiers = sharing.tiers
    met = [bonus_met(bonus, facts, day) for bonus in sharing.bonuses]
    if len(tiers) == 1 or sharing.measure == "pool_loss_ratio":
        return final_shares(sharing, tiers[0], met)
    measured = max(amount, balance or 0) if sharing.measure == "borrower_balance" else amount
    borne: dict[str, Fraction] = {}
    end = 0
    for tier in tiers:
        start, end = end, _end_of(mode, tier, end, amount, measured, amounts)
        if sharing.tier_reading == "whole":
            part = Fraction(int(start < measured <= end or (tier is tiers[0] and measured <= end)))
        else:
            part = Fraction(max(0, min(end, measured) - min(start, measured)), measured)
        if part:
            for role, share in final_shares(sharing, tier, met).items():
                borne[role] = borne.get(role, Fraction(0)) + share * part
    return borne


def _end_of(mode: Mode, tier: Tier, start: Fen, amount: Fen, measured: Fen, amounts: Mapping[str, Fen]) -> Fen:
    if tier.up_to_fact is not None:
        return start + amount_of(mode, amount, amounts, tier.up_to_fact)
    return max(start, measured) if tier.up_to is None else int(tier.up_to)


def amount_of(mode: Mode, amount: Fen, amounts: Mapping[str, Fen], fact: str) -> Fen:
    """An amount that comes with a loan of ``amount``.

    An agreed price that the contract leaves out is the file's part of the loan; any other is nothing.
    """
    if fact in amounts:
        return amounts[fact]
    if fact == "agreed_price" and mode.put is not None:
        return share_of(amount, mode.put.price_rate, "floor")
    return 0


def bonus_met(bonus: Bonus, facts: Mapping[str, object], day: date) -> bool:
    """Whether a loan earns a bonus. A fact that is not stated earns nothing."""
    return any(try_condition(condition, facts, day).state == "met" for condition in bonus.conditions)


def weights_of(shares: Mapping[str, Fraction]) -> tuple[dict[str, int], int]:
    """The shares as whole numbers over one denominator, exactly."""
    denominator = lcm(*(share.denominator for share in shares.values()))
    return {role: int(share * denominator) for role, share in shares.items()}, denominator
