"""The shares of one loan: its tiers, bonuses, top-ups and ceilings resolved to exact fractions."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import lcm

from zhirong.chain.mode.eligibility import state_of
from zhirong.chain.mode.model import Bonus, Mode, Sharing, Tier, When
from zhirong.kernel.memo import Same
from zhirong.kernel.money import Fen, share_of

# Whether each clause on shares (``Sharing.clauses``) applies; None if unknown.
Met = Sequence[bool | None]


def holds(when: When, facts: Mapping[str, object], day: date) -> bool | None:
    """Return whether a clause applies; None if that depends on a fact that is not stated."""
    one_of = {state_of(condition, facts, day) for condition in when.any_of}
    each = {state_of(condition, facts, day) for condition in when.all_of}
    if "unmet" in each or (one_of and not one_of & {"met", "unknown"}):
        return False
    return None if "unknown" in each or (one_of and "met" not in one_of) else True


def clauses_met(sharing: Sharing, facts: Mapping[str, object], day: date) -> tuple[bool | None, ...]:
    """Return, for each clause on shares, whether it applies to a loan; None if a fact that it needs is not stated."""
    return tuple(holds(when, facts, day) for when in sharing.clauses)


def bonus_met(bonus: Bonus, facts: Mapping[str, object], day: date) -> bool:
    """Return whether a loan earns a bonus, for columns that are built by hand. A fact that is not stated earns
    nothing.
    """
    return holds(bonus.when, facts, day) is True


def final_shares(sharing: Sharing, tier: Tier, met: Met) -> dict[str, Fraction]:
    """Return what each party bears of a slice after bonuses, top-up layers and ceilings.

    met: for each of ``Sharing.clauses``. A gain of one party is taken from another, at most that party's share, and
    never lifts the parties of a ceiling above it. A bonus raises only an existing share: where a tier
    gives a party nothing, the bonus adds nothing. Nor is a layer added to a tier that nobody else compensates.
    While a clause is undecided, it gives nothing; the parties from whom it would take bear the smaller of their two
    possible parts, and ``rest_to`` bears the rest.
    """
    return dict(_final_shares(Same(sharing), Same(tier), tuple(met)))


@lru_cache(maxsize=4096)
def _final_shares(one: Same[Sharing], of: Same[Tier], met: tuple[bool | None, ...]) -> dict[str, Fraction]:
    sharing, tier = one.it, of.it
    shares = _decided_shares(sharing, tier, [bool(state) for state in met])
    open_clauses = [number for number, state in enumerate(met) if state is None]
    if not open_clauses:
        return shares
    giving = _givers(sharing, tier, open_clauses) - {sharing.rest_to}
    for way in product((False, True), repeat=len(open_clauses)) if giving else ():
        decided = [bool(state) for state in met]
        for number, state in zip(open_clauses, way, strict=True):
            decided[number] = state
        other = _decided_shares(sharing, tier, decided)
        for role in giving & shares.keys():
            shares[role] = min(shares[role], other.get(role, Fraction(0)))
    shares[sharing.rest_to] = 1 - sum((s for role, s in shares.items() if role != sharing.rest_to), Fraction(0))
    return shares


def _givers(sharing: Sharing, tier: Tier, clauses: Sequence[int]) -> set[str]:
    """Return the parties that would bear less of a slice if one of the undecided clauses applied."""
    from_bonuses = [bonus.taken_from for bonus in sharing.bonuses]
    given = [*from_bonuses, *(layer.taken_from for layer in sharing.top_ups)]
    found = {given[number] for number in clauses if number < len(given)}
    first = len(given) + sum(len(other.instead) for other in sharing.tiers[: _place_of(sharing, tier)])
    if any(first <= number < first + len(tier.instead) for number in clauses):
        found.update(role for role, _ in tier.shares)
    return found


def _place_of(sharing: Sharing, tier: Tier) -> int:
    return next(number for number, other in enumerate(sharing.tiers) if other is tier)


def _decided_shares(sharing: Sharing, tier: Tier, met: Sequence[bool]) -> dict[str, Fraction]:
    bonuses, layers = len(sharing.bonuses), len(sharing.top_ups)
    shares = dict(tier.shares)
    if tier.instead:
        place = bonuses + layers + sum(len(other.instead) for other in sharing.tiers[: _place_of(sharing, tier)])
        shares = next((dict(item.shares) for n, item in enumerate(tier.instead) if met[place + n]), shares)
    at_first = dict(shares)
    for bonus, applies in zip(sharing.bonuses, met[:bonuses], strict=True):
        if applies and shares.get(bonus.to):
            _move(sharing, shares, bonus.taken_from, bonus.to, bonus.add)
    for layer, applies in zip(sharing.top_ups, met[bonuses : bonuses + layers], strict=True):
        if applies and at_first.get(layer.taken_from) != 1:
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
    """Return what each party bears of a loan of ``amount`` made on ``day`` and lost completely, before caps, as
    exact parts of it.

    balance: of the firm's loans under the mode, by default the loan. amounts: of the loan, where they end a tier.
    Tiers by the pool's loss ratio: one loan does not show how much the pool has lost, so its loss counts as the
    pool's first (assumed).
    """
    sharing = mode.sharing_on(day)
    tiers = sharing.tiers
    met = clauses_met(sharing, facts, day)
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
    """Return an amount that belongs to a loan of ``amount``.

    An agreed price that the contract omits is the file's share of the loan; any other missing amount is zero.
    """
    if fact in amounts:
        return amounts[fact]
    if fact == "agreed_price" and mode.put is not None:
        return share_of(amount, mode.put.price_rate, "floor")
    return 0


def weights_of(shares: Mapping[str, Fraction]) -> tuple[dict[str, int], int]:
    """Return the shares as whole numbers over one denominator, exactly."""
    denominator = lcm(*(share.denominator for share in shares.values()))
    return {role: int(share * denominator) for role, share in shares.items()}, denominator
