"""Calculate fast who bears a loss of principal on one loan, for a search that tries hundreds of amounts of the same
loan.

``PrincipalTerms`` prepares the terms once; ``parts`` then answers for an amount and a loss, equal to the fen to
what ``allocate`` gives for the same loan. For interest, costs, recoveries and explanations use ``allocate``.

Figures of the pool that a quote cannot know (fees collected, principal entered) limit nothing here, as under
``OPEN_POOL``; the fund's balance is its size in the file. The dates of the rule are not checked: ``eligibility``
decides whether the mode is in force.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from zhirong.chain.mode.eligibility import state_of
from zhirong.chain.mode.loss import IP_PLACES, NOTHING, OPEN_POOL
from zhirong.chain.mode.model import Cap, Mode, Sharing, Tier
from zhirong.chain.mode.shares import Met, amount_of, clauses_met, final_shares, holds, weights_of
from zhirong.chain.mode.stated_fact import plain_fact
from zhirong.chain.mode.vocabulary import CLAIM_FACTS
from zhirong.kernel import money
from zhirong.kernel.memo import Same
from zhirong.kernel.money import Fen

# Facts that change with the amount tried; they are never read from the facts of the case.
_OF_AMOUNT = ("amount_fen", "borrower_balance_fen")

# A cap of at least this amount binds no loan: an open pool figure has a larger value.
_WIDEST: Fen = money.MOST_AMOUNT

# By the reading that they count, each with the amount that it allows.
_Caps = Mapping[str, Sequence[tuple[Cap, Fen]]]
# Whether each clause on shares applies, and the caps that apply; or that the loss is not compensated at all.
_Outcome = tuple[tuple[bool | None, ...], _Caps] | Literal["refused"]
# Room used up under a cap. The first part says whether each loan has its own room.
_Key = tuple[bool, object]


class PrincipalTerms:
    """The terms of one mode for one loan, prepared for dividing losses of principal.

    facts: of the firm and the loan, as for ``eligibility``; ``amount_fen`` and ``borrower_balance_fen`` follow from
    the amount tried. day: on which the loan is made. amounts: agreed price, deposit, deductible, where the contract
    states them. claim_in_order: assume that facts which only the claim can show are met
    (``vocabulary.CLAIM_FACTS``, such as a registered pledge); any other condition of a claim that is not known to
    be met leaves the entire loss with ``rest_to``. Raises ValueError for an IP part outside 0 to 1.
    """

    def __init__(
        self,
        mode: Mode,
        facts: Mapping[str, object],
        *,
        day: date,
        ip_share: Decimal = Decimal(1),
        amounts: Mapping[str, Fen] = NOTHING,
        claim_in_order: bool = True,
    ) -> None:
        if not 0 <= ip_share <= 1 or -int(ip_share.as_tuple().exponent) > IP_PLACES:
            raise ValueError(f"the IP part must lie between 0 and 1 and have at most {IP_PLACES} decimal places")
        sharing = mode.sharing_on(day)
        self._mode, self._sharing, self._day, self._amounts = mode, sharing, day, amounts
        self._facts = dict(facts)
        self.roles = mode.bearers
        self._ip = Fraction(ip_share) if sharing.mixed else Fraction(1)
        self._conditions = tuple(
            condition
            for condition in sharing.claim_conditions
            if not (claim_in_order and condition.fact in CLAIM_FACTS)
        )
        clauses = [*sharing.clauses, *(cap.when for cap in sharing.caps)]
        asked = [*self._conditions, *(condition for when in clauses for condition in when.conditions)]
        by_amount = any(condition.fact in _OF_AMOUNT for condition in asked)
        self._limits = [(cap, _limit_of(mode, cap)) for cap in sharing.caps]
        self._divided: dict[tuple[int, tuple[bool | None, ...]], _Division] = {}
        self._settled = None if by_amount else self._settle(self._facts)
        # One tier and no cap: the shares are the same for every amount.
        self._is_plain = not by_amount and len(sharing.tiers) == 1 and not sharing.caps
        self._plain: dict[bool, dict[str, Fraction] | None] = {}

    def parts(self, amount: Fen, lost: Fen, *, other_loans: Fen = 0) -> dict[str, Fen]:
        """Divide ``lost``, principal lost of a loan of ``amount`` (fen), among the bearers of the mode; the parts
        sum to it.

        other_loans: the firm's other loans under the mode. They are assumed to be made earlier in the same year by
        the same lender, each within every cap on a single loan, and lost completely: they first use up their room
        under every cap that counts more than one loan. Raises ValueError for a loss below zero or above the loan,
        and for an amount of zero.
        """
        if amount <= 0 or not 0 <= lost <= amount or other_loans < 0:
            raise ValueError(
                "a loss of principal must lie between zero and the loan, and amounts must not be negative"
            )
        used: dict[_Key, Fen] = {}
        balance = amount + other_loans
        if other_loans:
            self._pass(other_loans, other_loans, balance, used, others=True)
        return self._pass(amount, lost, balance, used)

    def flat(
        self, up_to: Fen | None = None, *, other_loans: Fen = 0, unknown_fails: bool = False
    ) -> dict[str, Fraction] | None:
        """Return the exact share of every bearer in any loss of any loan up to ``up_to``, or None if it varies.

        up_to: None asks about loans of any amount, so that every cap on an amount could bind. Shares are flat where
        one tier decides (or several with the same shares) and no cap can bind. A cap on an unknown figure of the
        pool cannot bind, a cap on the fund's balance can. unknown_fails: treat a clause that is not known to be met
        as not met, so that anyone it would relieve bears its part; otherwise only the lender bears what is
        undecided.
        """
        if self._is_plain:
            key = unknown_fails
            if key not in self._plain:
                self._plain[key] = self._flat(up_to, other_loans, unknown_fails)
            return self._plain[key]
        return self._flat(up_to, other_loans, unknown_fails)

    def _flat(self, up_to: Fen | None, other_loans: Fen, unknown_fails: bool) -> dict[str, Fraction] | None:
        if self._settled is None:
            return None
        if self._settled == "refused" or "principal" not in self._sharing.base:
            return {role: Fraction(int(role == self._sharing.rest_to)) for role in self.roles}
        met, by_counts = self._settled
        if unknown_fails:
            met = tuple(one is True for one in met)
        for caps in by_counts.values():
            for cap, limit in caps:
                if cap.of_loss is not None:
                    continue
                most = None if up_to is None else up_to if "loan" in cap.per else up_to + other_loans
                if limit < (_WIDEST if most is None else most):
                    return None
        found = [final_shares(self._sharing, tier, met) for tier in self._tiers_within(up_to, other_loans)]
        first = {role: found[0].get(role, Fraction(0)) * self._ip for role in self.roles}
        for shares in found[1:]:
            if any(shares.get(role, Fraction(0)) * self._ip != first[role] for role in self.roles):
                return None
        for cap, _ in by_counts["payment"]:
            # A limit measured on the loss itself binds never or always.
            if cap.of_loss is not None and sum(first.get(r, 0) for r in (*cap.payers, *cap.beside)) > cap.of_loss:
                return None
        first[self._sharing.rest_to] += 1 - self._ip
        return first

    @property
    def has_open_clauses(self) -> bool:
        """Return whether a clause on shares is undecided, regardless of the amount."""
        return isinstance(self._settled, tuple) and None in self._settled[0]

    @classmethod
    def kept(
        cls, mode: Mode, facts: Mapping[str, object], *, day: date, ip_share: Decimal = Decimal(1)
    ) -> "PrincipalTerms":
        """Return the same terms for another firm that has the same facts in everything the mode asks about sharing."""
        asked = _facts_asked(Same(mode.sharing_on(day)))
        if asked is None:
            return cls(mode, facts, day=day, ip_share=ip_share)
        key = tuple(plain_fact(facts.get(name)) for name in asked)
        try:
            return _kept(Same(mode), day, ip_share, key)
        except TypeError:  # The fact is a list.
            return cls(mode, facts, day=day, ip_share=ip_share)

    # -- conditions and shares ------------------------------------------------------------------------------------

    def _settle(self, facts: Mapping[str, object]) -> _Outcome:
        if any(state_of(condition, facts, self._day) != "met" for condition in self._conditions):
            return "refused"
        holding = [item for item in self._limits if holds(item[0].when, facts, self._day) is not False]
        caps = {
            counts: [item for item in holding if item[0].counts == counts]
            for counts in ("loans_covered", "shared_loss", "payment")
        }
        return clauses_met(self._sharing, facts, self._day), caps

    def _division(self, number: int, met: Met) -> "_Division":
        key = (number, tuple(met))
        if key not in self._divided:
            shares = final_shares(self._sharing, self._sharing.tiers[number], met)
            self._divided[key] = _Division(shares, self._sharing.residue_to)
        return self._divided[key]

    def _tiers_within(self, up_to: Fen | None, other_loans: Fen) -> Sequence[Tier]:
        """Return the tiers that a loan of at most ``up_to`` can fall into."""
        sharing = self._sharing
        if len(sharing.tiers) == 1 or sharing.measure == "pool_loss_ratio":
            return sharing.tiers[:1]
        if up_to is None or any(tier.up_to_fact is not None for tier in sharing.tiers):
            return sharing.tiers
        most = up_to + other_loans if sharing.measure == "borrower_balance" else up_to
        within = 1 + sum(tier.up_to is not None and tier.up_to < most for tier in sharing.tiers)
        return sharing.tiers[:within]

    # -- one loan on its way through the steps of ``allocate`` -----------------------------------------------------

    def _pass(
        self, amount: Fen, lost: Fen, balance: Fen, used: dict[_Key, Fen], *, others: bool = False
    ) -> dict[str, Fen]:
        """One loan; with ``others`` it stands for several, so that caps on single loans are omitted."""
        sharing = self._sharing
        parts = dict.fromkeys(self.roles, 0)
        outcome = self._settled
        if outcome is None:
            outcome = self._settle({**self._facts, "amount_fen": amount, "borrower_balance_fen": balance})
        if outcome == "refused":
            parts[sharing.rest_to] = lost
            return parts
        met, caps = outcome
        if others:
            caps = {counts: [c for c in listed if not _key(c[0])[0]] for counts, listed in caps.items()}
        base = covered = lost if "principal" in sharing.base else 0
        if self._ip != 1:
            covered = covered * self._ip.numerator // self._ip.denominator
        parts[sharing.rest_to] += lost - covered
        covered = _cover_loans(caps["loans_covered"], amount, covered, parts, used)
        covered = _cut(caps["shared_loss"], covered, used, lambda cap, over: _add(parts, cap.overflow_to, over))
        for number, piece in self._slices(amount, balance, covered):
            if piece:
                self._division(number, met).into(parts, piece)
        _cap_payments(caps["payment"], base, parts, used)
        return parts

    def _slices(self, amount: Fen, balance: Fen, covered: Fen) -> list[tuple[int, Fen]]:
        sharing = self._sharing
        if len(sharing.tiers) == 1:
            return [(0, covered)]
        by_loss = sharing.measure in ("loss", "pool_loss_ratio")
        measured = covered if by_loss else balance if sharing.measure == "borrower_balance" else amount
        slices: list[tuple[int, Fen]] = []
        last = taken = 0
        for number, tier in enumerate(sharing.tiers):
            end: Fen | None = None
            if tier.up_to_fact is not None:
                end = last + amount_of(self._mode, amount, self._amounts, tier.up_to_fact)
            elif tier.up_to is not None and sharing.measure == "pool_loss_ratio":
                end = money.share_of(OPEN_POOL.entered_in(None, None), tier.up_to, "floor")
            elif tier.up_to is not None:
                end = int(tier.up_to)
            last = last if end is None else end
            if sharing.tier_reading == "whole":
                if end is None or measured <= end:
                    return [(number, covered)]
                continue
            within = measured if end is None else min(measured, end)
            upto = within if by_loss else covered * within // measured
            slices.append((number, upto - taken))
            taken = upto
        return slices


def principal_parts(
    mode: Mode,
    lost: Fen,
    facts: Mapping[str, object],
    *,
    amount: Fen,
    day: date,
    other_loans: Fen = 0,
) -> dict[str, Fen]:
    """Return each bearer's part of one loss of principal; use ``PrincipalTerms`` for many."""
    return PrincipalTerms(mode, facts, day=day).parts(amount, lost, other_loans=other_loans)


def share_is_flat(
    mode: Mode, facts: Mapping[str, object], *, day: date, up_to: Fen | None = None, other_loans: Fen = 0
) -> dict[str, Fraction] | None:
    """Return the exact shares if they are the same for every loss of every loan of at most ``up_to``, else None."""
    return PrincipalTerms(mode, facts, day=day).flat(up_to, other_loans=other_loans)


class _Division:
    """Return the shares as whole numbers, so that dividing needs no fractions."""

    def __init__(self, shares: Mapping[str, Fraction], residue_to: str | None) -> None:
        self._weights, self._whole = weights_of(shares)
        self._residue = residue_to if shares.get(residue_to or "") else None

    def into(self, parts: dict[str, Fen], piece: Fen) -> None:
        """Add the parts of ``piece``, rounded as ``money.allocate`` rounds them."""
        left = piece
        remainders: list[tuple[int, str]] = []
        for role, weight in self._weights.items():
            part, remainder = divmod(piece * weight, self._whole)
            parts[role] += part
            left -= part
            remainders.append((remainder, role))
        if self._residue is not None:
            parts[self._residue] += left
        elif left:
            for _, role in sorted(remainders, key=lambda item: item[0], reverse=True)[:left]:
                parts[role] += 1


def _cut(
    caps: Sequence[tuple[Cap, Fen]], wanted: Fen, used: dict[_Key, Fen], cut: Callable[[Cap, Fen], None]
) -> Fen:
    """Return the part of ``wanted`` that the caps allow, and use up that room; ``cut`` receives the amount that
    each cap cuts off.
    """
    kept = wanted
    for cap, limit in caps:
        allowed = min(kept, max(0, limit - used.get(_key(cap), 0)))
        if allowed < kept:
            cut(cap, kept - allowed)
            kept = allowed
    for cap, _ in caps:
        used[_key(cap)] = used.get(_key(cap), 0) + kept
    return kept


def _cover_loans(
    caps: Sequence[tuple[Cap, Fen]], amount: Fen, base: Fen, parts: dict[str, Fen], used: dict[_Key, Fen]
) -> Fen:
    kept = base
    counted = amount

    def cut(cap: Cap, over: Fen) -> None:
        nonlocal kept, counted
        counted -= over
        after = base * counted // amount
        parts[cap.overflow_to] += kept - after
        kept = after

    _cut(caps, amount, used, cut)
    return kept


def _cap_payments(caps: Sequence[tuple[Cap, Fen]], base: Fen, parts: dict[str, Fen], used: dict[_Key, Fen]) -> None:
    for cap, limit in caps:
        if cap.of_loss is not None:
            limit = money.share_of(base, cap.of_loss, "floor") - sum(parts.get(role, 0) for role in cap.beside)
        wanted = {role: parts[role] for role in cap.payers if role in parts}
        excess = sum(wanted.values()) - max(0, limit - used.get(_key(cap), 0))
        if excess > 0:
            for role, cut in money.allocate(excess, wanted).items():
                parts[role] -= cut
            parts[cap.overflow_to] += excess
    for cap, _ in caps:
        key = _key(cap)
        used[key] = used.get(key, 0) + sum(parts[role] for role in cap.payers if role in parts)


def _limit_of(mode: Mode, cap: Cap) -> Fen:
    """Return the amount that a cap allows; more than any loan if it counts an unknown pool figure."""
    if cap.amount is not None or cap.of_loss is not None:
        return cap.amount or 0  # A cap on a part of the loss is calculated for each loss.
    if cap.times_fees is not None:
        return money.share_of(OPEN_POOL.fees_collected(), cap.times_fees, "floor")
    if cap.of_entered is not None:
        return money.share_of(OPEN_POOL.entered_in(None, None), cap.of_entered, "floor")
    return OPEN_POOL.held(None if mode.fund is None else mode.fund.size)


def _key(cap: Cap) -> _Key:
    if cap.of_balance:
        return (False, cap.payers)
    return ("loan" in cap.per, id(cap))


def _add(parts: dict[str, Fen], role: str, amount: Fen) -> None:
    parts[role] += amount


@lru_cache(maxsize=1024)
def _facts_asked(one: Same[Sharing]) -> tuple[str, ...] | None:
    """Return the facts that conditions on sharing need; None if the amount of the loan is among them."""
    sharing = one.it
    clauses = [*sharing.clauses, *(cap.when for cap in sharing.caps)]
    conditions = [*sharing.claim_conditions, *(condition for when in clauses for condition in when.conditions)]
    asked = {condition.fact for condition in conditions}
    return None if asked & set(_OF_AMOUNT) else tuple(sorted(asked))


@lru_cache(maxsize=4096)
def _kept(one: Same[Mode], day: date, ip_share: Decimal, known: tuple[object, ...]) -> PrincipalTerms:
    asked = _facts_asked(Same(one.it.sharing_on(day))) or ()
    return PrincipalTerms(one.it, dict(zip(asked, known, strict=True)), day=day, ip_share=ip_share)
