"""Allocate a million losses at once on arrays, equal to ``allocate`` to the fen.

There are two uses: ``scenarios`` of one loan, each on its own, to carry a distribution of losses through caps and
tiers; and a whole portfolio under common caps. The steps are those of ``allocate``. Where ``allocate`` tracks the
room under a cap loan by loan, this module uses running totals inside each group: under a cap of C the loans before
a given one have taken min(C, their sum).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from zhirong.chain.mode.allocation import cap_states, payment_year, refusal, terms_of
from zhirong.chain.mode.loss import LoanLoss, MissingFigureError, PoolState
from zhirong.chain.mode.model import Cap, Mode, Sharing, Tier
from zhirong.chain.mode.shares import Met, amount_of, clauses_met, final_shares, weights_of
from zhirong.kernel import money
from zhirong.kernel.array_columns import demand_one_index, entries_of
from zhirong.kernel.money import Fen

Fens = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_BLOCK = 1 << 13


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of many loans as columns of equal length (fen), in the order in which the loans were made.

    alone: each row is independent and takes no room from another. borrower, lender: integers that identify them;
    year: calendar year of the loan. ip_part: the part of a mixed loan that IP secures, as a numerator over
    ``ip_whole``. balance: the firm's balance, by default the loan. refused: not compensated at all. bonus: one
    column for each of ``Sharing.clauses`` (bonuses, top-ups, alternative shares of tiers): 1 applies, 0 does not,
    -1 unknown; without the column every clause with a condition is unknown. amounts: agreed price, deposit,
    deductible. pledged: what the member firms of a group pledged together (-1: not stated, no limit).
    payment_years, caps_hold: by the position of a cap, the year of payment and whether the cap's condition is met.
    public_elsewhere: what other public funds have paid. Losses are net of recoveries that came before the claim.

    Every column holds whole numbers (a pandas Series is accepted), none of them negative unless stated above.
    """

    principal: Fens
    amount: Fens
    interest: Fens | None = None
    costs: Fens | None = None
    borrower: Fens | None = None
    lender: Fens | None = None
    year: Fens | None = None
    ip_part: Fens | None = None
    balance: Fens | None = None
    refused: Flags | None = None
    bonus: Fens | Flags | None = None
    amounts: Mapping[str, Fens] = field(default_factory=dict)
    pledged: Fens | None = None
    payment_years: Mapping[int, Fens] = field(default_factory=dict)
    caps_hold: Mapping[int, Flags] = field(default_factory=dict)
    public_elsewhere: Fens | None = None
    ip_whole: int = 1_000_000
    alone: bool = False


def scenarios(
    mode: Mode,
    loan: LoanLoss,
    principal: Fens,
    interest: Fens | None = None,
    costs: Fens | None = None,
    *,
    claim_in_order: bool = False,
) -> Losses:
    """Turn many possible losses of one loan into independent rows for ``allocate_many``.

    loan: gives everything except the losses; its own losses are ignored. Where the claim would be refused or is
    undecided, no row is shared; claim_in_order: as for ``allocate``. ``allocate_many`` checks the dates of the
    rule.
    """
    count = len(principal)
    sharing = terms_of(mode, loan)
    met = clauses_met(sharing, loan.facts, loan.loan_day)
    states = cap_states(sharing, loan)
    refused = refusal(mode, loan, PoolState(), as_if_in_force=True, claim_in_order=claim_in_order)
    facts = {tier.up_to_fact for tier in sharing.tiers if tier.up_to_fact is not None}
    ip_part, ip_whole = ip_parts([loan.ip_share])
    return Losses(
        principal=principal,
        amount=np.full(count, loan.amount, dtype=np.int64),
        interest=interest,
        costs=costs,
        ip_part=np.full(count, ip_part[0], dtype=np.int64) if sharing.mixed else None,
        ip_whole=ip_whole,
        balance=None if loan.borrower_balance is None else np.full(count, loan.borrower_balance, dtype=np.int64),
        bonus=np.tile(states_column([met]), (count, 1)) if met else None,
        refused=None if refused is None else np.ones(count, dtype=np.bool_),
        payment_years={
            number: np.full(count, payment_year(sharing, cap, loan.claim_day), dtype=np.int64)
            for number, cap in enumerate(sharing.caps)
            if "payment_year" in cap.per
        },
        caps_hold={number: np.full(count, state is not False, dtype=np.bool_) for number, state in states.items()},
        public_elsewhere=np.full(count, loan.public_elsewhere or 0, dtype=np.int64),
        year=np.full(count, loan.loan_day.year, dtype=np.int64),
        amounts={
            fact: np.full(count, amount_of(mode, loan.amount, loan.amounts, fact), dtype=np.int64) for fact in facts
        },
        pledged=np.full(count, pledged_on(loan), dtype=np.int64) if sharing.member_role else None,
        alone=True,
    )


def allocate_many(
    mode: Mode, losses: Losses, day: date, pool: PoolState | None = None, *, as_if_in_force: bool = False
) -> Fens:
    """Divide each loss among the parties: one row per loan, one column for each of ``mode.bearers``, in whole fen.

    day: the day on which all these loans are made; it selects the version of the terms. Outside the dates of the
    rule nothing is shared; as_if_in_force: share all the same, or leave it to the column ``refused``. Every row
    sums to its loss. Raises ValueError if a cap or tier needs a column that is missing, and in the cases in which
    ``allocate`` rejects a single loan: columns of unequal length, anything other than whole numbers of fen, a
    negative amount, more principal lost than was lent.
    """
    losses = checked(losses)
    sharing = mode.sharing_on(day)
    if not as_if_in_force and not mode.in_force_on(day):
        losses = replace(losses, refused=np.ones(len(losses.principal), dtype=np.bool_))
    work = _Work(mode, sharing, losses, PoolState() if pool is None else pool)
    covered = work.cover()
    work.share(covered)
    work.cap_payments()
    work.cap_members()
    return work.parts.T


class _Work:
    """One allocation in progress. parts: one row per party, so that every operation runs over whole rows."""

    def __init__(self, mode: Mode, sharing: Sharing, losses: Losses, pool: PoolState) -> None:
        self.mode = mode
        self.sharing = sharing
        self.losses = losses
        self.pool = pool
        self.row = {role: number for number, role in enumerate(mode.bearers)}
        self.count = len(losses.principal)
        self.parts: Fens = np.zeros((len(self.row), self.count), dtype=np.int64)
        self._groups: dict[tuple[str, ...], _Group] = {}
        self._places = {id(cap): number for number, cap in enumerate(sharing.caps)}
        self._base: Fens = np.zeros(self.count, dtype=np.int64)

    # -- amount covered -------------------------------------------------------------------------------------------

    def cover(self) -> Fens:
        """Return the shared part of each loss, and charge the rest to the parties that bear it."""
        losses, sharing = self.losses, self.sharing
        columns = {"principal": losses.principal, "interest": losses.interest, "costs": losses.costs}
        rest = self.parts[self.row[sharing.rest_to]]
        covered: Fens | None = None
        for component, column in columns.items():
            if column is None:
                continue
            if component not in sharing.base:
                rest += column
            else:
                covered = column if covered is None else covered + column
        base: Fens = np.zeros(self.count, dtype=np.int64) if covered is None else covered
        self._base = base
        if sharing.mixed and losses.ip_part is not None:
            part = _muldiv(base, losses.ip_part, np.full(self.count, losses.ip_whole, dtype=np.int64))
            rest += base - part
            base = part
        if losses.refused is not None:
            rest += np.where(losses.refused, base, 0)
            base = np.where(losses.refused, 0, base)
        base = self._cover_loans(base)
        caps = [cap for cap in sharing.caps if cap.counts == "shared_loss"]
        return self._limit(base, caps, lambda cap, wanted, kept: self._overflow(cap, wanted - kept))

    def _cover_loans(self, base: Fens) -> Fens:
        caps = [cap for cap in self.sharing.caps if cap.counts == "loans_covered"]
        if not caps:
            return base
        counted = self.losses.amount
        if self.losses.refused is not None:
            counted = np.where(self.losses.refused, 0, counted)
        state = [base]

        def cut(cap: Cap, _wanted: Fens, kept: Fens) -> None:
            before, over = state[0], self.parts[self.row[cap.overflow_to]]
            after: Fens = np.empty_like(before)
            for block in _blocks(self.count):
                after[block] = _muldiv(base[block], kept[block], self.losses.amount[block])
                over[block] += before[block] - after[block]
            state[0] = after

        self._limit(counted, caps, cut)
        return state[0]

    def _overflow(self, cap: Cap, amount: Fens) -> None:
        self.parts[self.row[cap.overflow_to]] += amount

    # -- caps -----------------------------------------------------------------------------------------------------

    def _limit(self, wanted: Fens, caps: Sequence[Cap], cut: Callable[[Cap, Fens, Fens], None]) -> Fens:
        """Return the part of ``wanted`` that all caps allow; ``cut`` is called for each cap with the amount that it
        cuts off.
        """
        if not caps:
            return wanted
        kept = wanted
        if self._is_chain(caps):
            for cap in caps:
                kept = self._under(cap, kept, kept)
            if kept is not wanted:
                cut(caps[0], wanted, kept)
            return kept
        while True:  # Each round settles at least the next loan, so the loop ends; in practice after a few rounds.
            new = wanted
            for cap in caps:
                new = self._under(cap, new, kept)
            if np.array_equal(new, kept):
                break
            kept = new
        before = wanted
        for cap in caps:
            after = self._under(cap, before, kept)
            cut(cap, before, after)
            before = after
        return before

    def _under(self, cap: Cap, wanted: Fens, taken: Fens) -> Fens:
        """Limit ``wanted`` to the room that earlier loans (``taken``) leave under the cap; if the cap does not
        apply, return it unchanged.
        """
        holds = self._holds(cap)
        if holds is not None:
            inside = self._within(cap, np.where(holds, wanted, 0), np.where(holds, taken, 0))
            return np.where(holds, inside, wanted)
        return self._within(cap, wanted, taken)

    def _holds(self, cap: Cap) -> Flags | None:
        """Return the rows in which the condition of a cap is met, as far as is known; None if the cap has no
        condition.
        """
        if not cap.when.conditions:
            return None
        column = self.losses.caps_hold.get(self._places[id(cap)])
        if column is None:
            raise ValueError("these terms need the column 'caps_hold'")
        return column

    def _within(self, cap: Cap, wanted: Fens, taken: Fens) -> Fens:
        limit = self._limit_of(cap)
        if self.losses.alone or "loan" in cap.per:
            return wanted if _fits(wanted, limit) else np.minimum(wanted, limit)
        # If every wanted amount is taken, a group whose total is within the cap needs no cut loan by loan.
        return self._group_of(cap).limited(wanted, taken, limit, None if wanted is taken else -1)

    def _is_chain(self, caps: Sequence[Cap]) -> bool:
        """Return whether each cap's groups lie within those of the next cap, with the same payers and overflow
        party.

        Then one pass is exact: once the wider cap is used up, nothing later is paid, whatever room the narrower one
        has.
        """
        first = caps[0]
        if any(cap.payers != first.payers or cap.overflow_to != first.overflow_to for cap in caps):
            return False
        if any(cap.when.conditions or cap.of_loss is not None for cap in caps):
            return False
        return all(
            "loan" in one.per or ("loan" not in other.per and set(other.per) <= set(one.per))
            for one, other in zip(caps, caps[1:], strict=False)
        )

    def _limit_of(self, cap: Cap) -> Fen | Fens:
        pool = self.pool
        if cap.amount is not None:
            return cap.amount
        if cap.of_loss is not None:
            limit = self._base
            limit = _muldiv(
                limit, *(np.full(self.count, n, dtype=np.int64) for n in cap.of_loss.as_integer_ratio())
            )
            limit = limit - sum((self.parts[self.row[role]] for role in cap.beside), np.zeros_like(limit))
            if cap.public_elsewhere and self.losses.public_elsewhere is not None:
                limit = limit - self.losses.public_elsewhere
            return np.maximum(limit, 0)
        if cap.times_fees is not None:
            return money.share_of(pool.fees_collected(), cap.times_fees, "floor")
        if cap.of_entered is not None:
            return _part_of(self._entered(cap.per), cap.of_entered)
        return pool.held(None if self.mode.fund is None else self.mode.fund.size)

    def _entered(self, per: Sequence[str]) -> Fen | Fens:
        keys = [key for key in ("lender", "year") if key in per]
        if not keys or self.losses.alone:
            year = int(_column(self.losses, "year")[0]) if "year" in per and self.count else None
            return self.pool.entered_in(None, year)
        columns = [_column(self.losses, key) for key in keys]
        pairs, inverse = np.unique(np.stack(columns), axis=1, return_inverse=True)
        amounts = [
            self.pool.entered_in(
                str(pair[keys.index("lender")]) if "lender" in keys else None,
                int(pair[keys.index("year")]) if "year" in keys else None,
            )
            for pair in pairs.T
        ]
        return np.array(amounts, dtype=np.int64)[inverse.ravel()]

    def _group_of(self, cap: Cap) -> "_Group":
        if "payment_year" not in cap.per:
            return self._group(cap.per)
        years = self.losses.payment_years.get(self._places[id(cap)])
        if years is None:
            raise ValueError("these terms need the column 'payment_years'")
        keys = [years if key == "payment_year" else _column(self.losses, key) for key in cap.per]
        return _Group(keys, self.count)

    def _group(self, per: tuple[str, ...]) -> "_Group":
        if per not in self._groups:
            self._groups[per] = _Group([_column(self.losses, key) for key in per], self.count)
        return self._groups[per]

    # -- shares ---------------------------------------------------------------------------------------------------

    def share(self, covered: Fens) -> None:
        """Divide the covered loss by tiers and shares."""
        sharing = self.sharing
        if len(sharing.tiers) == 1:
            self._divide(covered, sharing.tiers[0], None)
            return
        measured, start = self._measured(covered)
        ends = self._ends()
        if sharing.tier_reading == "whole":
            lower: Flags = np.zeros(self.count, dtype=np.bool_)
            for tier, end in zip(sharing.tiers, ends, strict=True):
                inside = ~lower if end is None else ~lower & (measured <= end)
                lower |= inside
                self._divide(covered, tier, inside)
            return
        taken: Fens = np.zeros(self.count, dtype=np.int64)
        for tier, end in zip(sharing.tiers, ends, strict=True):
            within = np.maximum((measured if end is None else np.minimum(measured, end)) - start, 0)
            upto = within if sharing.measure in ("loss", "pool_loss_ratio") else _muldiv(covered, within, measured)
            self._divide(upto - taken, tier, None)
            taken = upto

    def _measured(self, covered: Fens) -> tuple[Fens, Fens | Fen]:
        measure = self.sharing.measure
        if measure == "loan_amount":
            return self.losses.amount, 0
        if measure == "borrower_balance":
            balance = self.losses.balance
            return self.losses.amount if balance is None else np.maximum(self.losses.amount, balance), 0
        if measure == "loss" or self.losses.alone:
            return covered, 0
        group = self._group(self.sharing.pool_per)
        if self.sharing.tier_reading == "whole":
            return group.totals(covered), 0
        before = group.before(covered)
        return before + covered, before

    def _ends(self) -> list[Fen | Fens | None]:
        ends: list[Fen | Fens | None] = []
        last: Fen | Fens = 0
        for tier in self.sharing.tiers:
            if tier.up_to_fact is not None:
                last = last + self.losses.amounts.get(tier.up_to_fact, np.zeros(self.count, dtype=np.int64))
                ends.append(last)
            elif tier.up_to is None:
                ends.append(None)
            elif self.sharing.measure == "pool_loss_ratio":
                entered = self._entered(self.sharing.pool_per)
                if np.min(entered) <= 0:
                    raise MissingFigureError("entered")
                last = _part_of(entered, tier.up_to)
                ends.append(last)
            else:
                last = int(tier.up_to)
                ends.append(last)
        return ends

    def _divide(self, piece: Fens, tier: Tier, inside: Flags | None) -> None:
        if inside is not None:
            piece = np.where(inside, piece, 0)
        clauses = self.sharing.clauses
        if not clauses or self.losses.bonus is None:
            met: Met = [None if when.conditions else True for when in clauses]
            self._divide_by(piece, final_shares(self.sharing, tier, met))
            return
        columns = self.losses.bonus.astype(np.int64)
        if columns.shape[1] < len(clauses):
            # A clause without a column: it applies if it has no condition, and is unknown otherwise.
            more = [-1 if when.conditions else 1 for when in clauses[columns.shape[1] :]]
            columns = np.hstack([columns, np.tile(np.array(more, dtype=np.int64), (self.count, 1))])
        codes = (columns + 1) @ (3 ** np.arange(len(clauses)))
        for code in np.unique(codes):
            met = [_STATES[int(code) // 3**number % 3] for number in range(len(clauses))]
            self._divide_by(np.where(codes == code, piece, 0), final_shares(self.sharing, tier, met))

    def _divide_by(self, piece: Fens, shares: Mapping[str, Fraction]) -> None:
        if len(shares) == 1:
            self.parts[self.row[next(iter(shares))]] += piece
            return
        weights, denominator = weights_of(shares)
        residue = self.sharing.residue_to if shares.get(self.sharing.residue_to or "") else None
        # Rounding depends on the remainder alone, so it is calculated once for each distinct remainder. No product
        # overflows, since remainders and weights are below the denominator.
        table = None
        if denominator <= self.count:
            table = _divide_small(np.arange(denominator, dtype=np.int64), weights, denominator, residue)
        for block in _blocks(self.count):
            whole = piece[block] // denominator
            rest = piece[block] - whole * denominator
            small = _divide_small(rest, weights, denominator, residue) if table is None else table
            for role, weight in weights.items():
                part = whole * weight
                part += small[role] if table is None else small[role].take(rest)
                self.parts[self.row[role]][block] += part

    # -- payments -------------------------------------------------------------------------------------------------

    def cap_payments(self) -> None:
        """Limit what payers pay; the overflow party bears the amount cut off. No party pays for a refused loss."""
        refused = self.losses.refused
        if refused is None or not refused.any():
            self._cap_payments()
            return
        set_aside = np.where(refused, self.parts, 0)
        self.parts = self.parts - set_aside
        self._cap_payments()
        self.parts = self.parts + set_aside

    def _cap_payments(self) -> None:
        caps = [cap for cap in self.sharing.caps if cap.counts == "payment"]
        if not caps:
            return
        if len(caps[0].payers) == 1 and self._is_chain(caps):
            row = self.parts[self.row[caps[0].payers[0]]]
            row[:] = self._limit(row.copy(), caps, lambda cap, wanted, kept: self._overflow(cap, wanted - kept))
            return
        before = self.parts
        taken = [self._paid(before, cap) for cap in caps]
        while True:  # As in _limit, each round settles at least the next loan.
            parts = self.parts = before.copy()
            for cap, used in zip(caps, taken, strict=True):
                wanted = self._paid(parts, cap)
                self._take_back(parts, cap, wanted - self._under(cap, wanted, used))
            new = [self._paid(parts, cap) for cap in caps]
            if all(np.array_equal(one, other) for one, other in zip(new, taken, strict=True)):
                return
            taken = new

    def _paid(self, parts: Fens, cap: Cap) -> Fens:
        total: Fens = sum((parts[self.row[role]] for role in cap.payers), np.zeros(self.count, dtype=np.int64))
        return total

    def _take_back(self, parts: Fens, cap: Cap, excess: Fens) -> None:
        if len(cap.payers) == 1:
            parts[self.row[cap.payers[0]]] -= excess
        else:
            for loan in np.flatnonzero(excess):
                paid = {role: int(parts[self.row[role], loan]) for role in cap.payers}
                for role, amount in money.allocate(int(excess[loan]), paid).items():
                    parts[self.row[role], loan] -= amount
        parts[self.row[cap.overflow_to]] += excess

    def cap_members(self) -> None:
        """Limit each group to the amounts pledged by its members; the excess is treated as an unshared loss."""
        role, pledged = self.sharing.member_role, self.losses.pledged
        if role is None or pledged is None:
            return
        row = self.parts[self.row[role]]
        excess = np.where(pledged < 0, 0, np.maximum(row - pledged, 0))
        row -= excess
        self.parts[self.row[self.sharing.rest_to]] += excess


_STATES: tuple[bool | None, ...] = (None, False, True)


def states_column(rows: Sequence[Sequence[bool | None]]) -> Fens:
    """Return whether each clause applies, as in ``Losses.bonus``: 1, 0, or -1 if unknown."""
    return np.array([[-1 if met is None else int(met) for met in row] for row in rows], dtype=np.int64)


def checked(losses: Losses) -> Losses:
    """Return the same columns as whole numbers. Raises ValueError where ``allocate`` rejects a single loan."""
    demand_one_index({**{one.name: getattr(losses, one.name) for one in fields(losses)}, **losses.amounts})
    count = len(losses.principal)

    def whole(name: str, column: object, least: int | None = 0) -> Fens:
        values = entries_of(name, column)
        if values.ndim != 1 or len(values) != count:
            raise ValueError(f"column {name!r} has {values.shape} rows, and principal has {count}")
        if values.dtype.kind not in "iu":
            raise ValueError(f"column {name!r} holds {values.dtype}: whole numbers of fen are required")
        if values.size and values.dtype == np.uint64 and int(values.max()) > np.iinfo(np.int64).max:
            raise ValueError(f"column {name!r} holds a number above the largest amount")
        found: Fens = values.astype(np.int64, copy=False)
        if least is not None and found.size and int(found.min()) < least:
            raise ValueError(f"column {name!r} holds {int(found.min())}: no less than {least}")
        return found

    def optional(name: str, column: object, least: int | None = 0) -> Fens | None:
        return None if column is None else whole(name, column, least)

    def flags(name: str, column: object) -> Flags:
        values = np.asarray(column)
        if values.shape != (count,) or values.dtype != np.bool_:
            raise ValueError(f"column {name!r} must hold {count} flags")
        return values

    amount = whole("amount", losses.amount, 1)
    principal = whole("principal", losses.principal)
    if (principal > amount).any():
        row = int(np.argmax(principal > amount))
        raise ValueError(f"row {row}: more principal is lost ({principal[row]}) than was lent ({amount[row]})")
    bonus = None if losses.bonus is None else np.asarray(losses.bonus)
    if bonus is not None and (bonus.ndim != 2 or len(bonus) != count or bonus.dtype.kind not in "bi"):
        raise ValueError(f"column 'bonus' must have {count} rows of flags")
    if losses.ip_whole <= 0:
        raise ValueError("ip_whole must be above zero")
    ip_part = optional("ip_part", losses.ip_part)
    if ip_part is not None and ip_part.size and int(ip_part.max()) > losses.ip_whole:
        raise ValueError("column 'ip_part' holds more than the whole")
    return replace(
        losses,
        principal=principal,
        amount=amount,
        interest=optional("interest", losses.interest),
        costs=optional("costs", losses.costs),
        borrower=optional("borrower", losses.borrower, None),
        lender=optional("lender", losses.lender, None),
        year=optional("year", losses.year),
        ip_part=ip_part,
        balance=optional("balance", losses.balance),
        refused=None if losses.refused is None else flags("refused", losses.refused),
        bonus=None if bonus is None else bonus.astype(np.int64),
        amounts={name: whole(name, column) for name, column in losses.amounts.items()},
        pledged=optional("pledged", losses.pledged, -1),
        payment_years={cap: whole("payment_years", column) for cap, column in losses.payment_years.items()},
        caps_hold={cap: flags("caps_hold", column) for cap, column in losses.caps_hold.items()},
        public_elsewhere=optional("public_elsewhere", losses.public_elsewhere),
    )


def ip_parts(shares: Sequence[Decimal]) -> tuple[Fens, int]:
    """Return the parts of loans that IP secures as numerators over one denominator, exactly (up to ``IP_PLACES``
    places).
    """
    places = max((-int(share.as_tuple().exponent) for share in shares), default=0)
    whole = 10 ** max(0, places)
    return np.array([int(share * whole) for share in shares], dtype=np.int64), whole


def pledged_on(loan: LoanLoss) -> Fen:
    """Return the total pledged by the members for a loan; -1 if no member is named."""
    return sum(loan.members.values()) if loan.members else -1


def _divide_small(
    amounts: Fens, weights: Mapping[str, int], denominator: int, residue: str | None
) -> dict[str, Fens]:
    """Divide amounts below the denominator as ``money.allocate`` divides them."""
    parts: dict[str, Fens] = {role: amounts * weight // denominator for role, weight in weights.items()}
    left: Fens = amounts - sum(parts.values())
    if residue is not None:
        parts[residue] = parts[residue] + left
        return parts
    remainders = {role: amounts * weight - parts[role] * denominator for role, weight in weights.items()}
    roles = list(weights)
    for number, role in enumerate(roles):
        mine = remainders[role]
        rank: Fens = np.zeros(len(amounts), dtype=np.int64)
        for place, other in enumerate(roles):
            if place != number:
                theirs = remainders[other]
                rank += (theirs >= mine) if place < number else (theirs > mine)
        parts[role] = parts[role] + (rank < left)
    return parts


class _Group:
    """Loans that share a cap, and running totals inside each group in the order of the loans."""

    def __init__(self, keys: Sequence[Fens], count: int) -> None:
        self._ids = _ids(keys) if keys and count else None

    def before(self, taken: Fens) -> Fens:
        """Return, for each loan, the total taken by earlier loans of its group."""
        if self._ids is None:
            return np.cumsum(taken) - taken
        rows, before = self._before(taken, np.arange(len(taken)))
        result: Fens = np.empty_like(before)
        result[rows] = before
        return result

    def limited(self, wanted: Fens, taken: Fens, limit: Fen | Fens, look_above: int | None) -> Fens:
        """Limit ``wanted`` to the room that earlier loans leave under ``limit``. look_above: groups whose total is
        no higher are left unchanged; by default the limit itself.
        """
        if self._ids is None:
            return np.minimum(wanted, np.maximum(limit - self.before(taken), 0))
        bound = limit if look_above is None else look_above
        if isinstance(bound, int):
            tight = np.flatnonzero((self._sums(taken) > bound)[self._ids])
        else:
            tight = np.flatnonzero(self.totals(taken) > bound)
        rows, before = self._before(taken, tight)
        own_limit = limit if isinstance(limit, int) else limit[rows]
        result = wanted.copy()
        result[rows] = np.minimum(wanted[rows], np.maximum(own_limit - before, 0))
        return result

    def _before(self, taken: Fens, rows: Fens) -> tuple[Fens, Fens]:
        """Return the rows in the order of their groups and, for each, the total taken by earlier rows of its group."""
        if self._ids is None or rows.size == 0:
            return rows, np.zeros(rows.size, dtype=np.int64)
        # One sort of (group, position) pairs packed into a word: stable, and several times faster than argsort.
        bits = max(1, (rows.size - 1).bit_length())
        packed = np.sort((self._ids[rows] << bits) | np.arange(rows.size))
        groups = packed >> bits
        ordered = rows[packed & ((1 << bits) - 1)]
        in_order = taken[ordered]
        running = np.cumsum(in_order) - in_order
        is_first = np.concatenate(([True], groups[1:] != groups[:-1]))
        # Running totals never fall, so the last group's start is the greatest start so far.
        running -= np.maximum.accumulate(np.where(is_first, running, 0))
        return ordered, running

    def totals(self, taken: Fens) -> Fens:
        """Return, for each loan, the total taken by its group."""
        if self._ids is None:
            return np.full(len(taken), taken.sum(), dtype=np.int64)
        return self._sums(taken)[self._ids]

    def _sums(self, taken: Fens) -> Fens:
        """Return the total taken by each group, by group number."""
        # A float holds whole numbers up to 2^53 exactly: 90 trillion yuan, more than any pool.
        return np.bincount(self._ids, weights=taken).astype(np.int64)  # type: ignore[arg-type]


def _ids(keys: Sequence[Fens]) -> Fens:
    ids: Fens = keys[0] - keys[0].min()
    for key in keys[1:]:
        low, high = int(key.min()), int(key.max())
        ids = np.add(ids * (high - low + 1), key - low, dtype=np.int64)
    if int(ids.max()) > 4 * len(ids) + _BLOCK:
        ids = np.unique(ids, return_inverse=True)[1].astype(np.int64)
    return ids


def _blocks(count: int) -> Iterator[slice]:
    """Yield the rows in blocks small enough for intermediate results to stay in the processor's cache."""
    return (slice(start, min(start + _BLOCK, count)) for start in range(0, count, _BLOCK))


def _column(losses: Losses, key: str) -> Fens:
    column: Fens | None = getattr(losses, key)
    if column is None:
        raise ValueError(f"these terms need the column {key!r}")
    return column


def _fits(wanted: Fens, limit: Fen | Fens) -> bool:
    return isinstance(limit, int) and (wanted.size == 0 or bool(wanted.max() <= limit))


def _part_of(amounts: Fen | Fens, rate: Fraction) -> Fen | Fens:
    """Return ``amount × rate`` rounded down, exactly. A column is expected to hold few different amounts."""
    if isinstance(amounts, int):
        return money.share_of(amounts, rate, "floor")
    unique, inverse = np.unique(amounts, return_inverse=True)
    parts: Fens = np.array([money.share_of(int(a), rate, "floor") for a in unique], dtype=np.int64)
    column: Fens = parts[inverse]
    return column


def _muldiv(a: Fens, b: Fens, c: Fens) -> Fens:
    """Return ``a × b // c`` exactly, for 0 ≤ a, 0 ≤ b ≤ c and c > 0, even where a × b does not fit in 64 bits.

    Where it might not fit, a quotient estimated in floating point is off by at most one for any a below 2^50. The
    remainder, computed modulo 2^64, is small and therefore exact, and shows in which direction the quotient is off.
    """
    if a.size == 0 or int(a.max()) * int(b.max()) < 1 << 63:
        exact: Fens = np.floor_divide(a * b, c, dtype=np.int64)
        return exact
    estimate: Fens = (a * (b / c)).astype(np.int64)
    with np.errstate(over="ignore"):
        remainder = a * b - estimate * c
    result: Fens = estimate + (remainder >= c) - (remainder < 0)
    return result
