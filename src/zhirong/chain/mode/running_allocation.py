"""Keep the allocation up to date while claims arrive day by day, without recalculating everything each day."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from zhirong.chain.mode.allocation import (
    allocate,
    before_claim,
    cap_states,
    net_loss,
    payment_year,
    refusal,
    terms_of,
    turn_of,
)
from zhirong.chain.mode.arrays import Fens, Losses, allocate_many, ip_parts, pledged_on, states_column
from zhirong.chain.mode.loss import LoanLoss, PoolState
from zhirong.chain.mode.model import Mode, Sharing
from zhirong.chain.mode.shares import amount_of, clauses_met
from zhirong.kernel.money import Fen

_FEW = 64  # Below this many loans, columns cost more than they save.


class RunningShares(Protocol):
    """The part of each party in each claim known by a day."""

    def move_to(self, day: date) -> set[str]:
        """Add the facts known by ``day`` and return the loans whose parts have changed."""

    def parts(self, loan_id: str) -> Mapping[str, Fen]:
        """Return each party's part of a loan as of the last day added."""


def running(mode: Mode, loans: Sequence[LoanLoss], pool: PoolState | None, few: int = _FEW) -> RunningShares:
    """Return the allocation of ``loans`` before the first claim. few: up to this many are shared one by one."""
    versions = {id(terms_of(mode, loan)) for loan in loans}
    if len(loans) > few and len(versions) == 1:
        return _InColumns(mode, loans, PoolState() if pool is None else pool)
    return _OneByOne(mode, loans, pool)


def as_of(mode: Mode, loan: LoanLoss, day: date) -> LoanLoss:
    """Return a loan as reckoned on ``day``: once a case with an advance is closed, everything received by then
    reduces it.
    """
    if mode.advance is not None and loan.closed_on is not None and loan.closed_on <= day:
        return replace(loan, reckoned_on=loan.closed_on)
    return loan


class _OneByOne:
    def __init__(self, mode: Mode, loans: Sequence[LoanLoss], pool: PoolState | None) -> None:
        self._mode = mode
        self._loans = loans
        self._pool = pool
        self._parts: dict[str, Mapping[str, Fen]] = {}

    def move_to(self, day: date) -> set[str]:
        known = [as_of(self._mode, loan, day) for loan in self._loans]
        shared = allocate(self._mode, known, self._pool, day)
        parts = {share.loan_id: share.parts for share in shared.loans}
        changed = {loan_id for loan_id, own in parts.items() if self._parts.get(loan_id) != own}
        self._parts = parts
        return changed

    def parts(self, loan_id: str) -> Mapping[str, Fen]:
        return self._parts[loan_id]


class _InColumns:
    def __init__(self, mode: Mode, loans: Sequence[LoanLoss], pool: PoolState) -> None:
        self._mode = mode
        self._sharing = terms_of(mode, loans[0])
        self._loans = sorted(loans, key=lambda loan: turn_of(self._sharing, loan))
        self._columns, self._pool = columns_of(mode, self._sharing, self._loans, pool)
        self._claimed = np.array([loan.claim_day.toordinal() for loan in self._loans], dtype=np.int64)
        self._entered = np.array(
            [(loan.claim_day if loan.entered_on is None else loan.entered_on).toordinal() for loan in self._loans],
            dtype=np.int64,
        )
        self._unclaimed: Losses | None = None
        if (self._entered < self._claimed).any():
            before = [before_claim(loan) for loan in self._loans]
            self._unclaimed, _ = columns_of(mode, self._sharing, before, pool, claim_in_order=True)
        self._closing: dict[date, list[int]] = {}
        if mode.advance is not None:
            for row, loan in enumerate(self._loans):
                if loan.closed_on is not None:
                    self._closing.setdefault(loan.closed_on, []).append(row)
        self._rows = {loan.loan_id: row for row, loan in enumerate(self._loans)}
        self._known = (0, 0)
        self._shared: Fens = np.zeros((len(loans), len(mode.bearers)), dtype=np.int64)

    def move_to(self, day: date) -> set[str]:
        closed = [row for when, rows in self._closing.items() if when <= day for row in rows]
        self._closing = {when: rows for when, rows in self._closing.items() if when > day}
        for row in closed:
            net = net_loss(self._mode, as_of(self._mode, self._loans[row], day))
            for component, column in (
                ("principal", self._columns.principal),
                ("interest", self._columns.interest),
                ("costs", self._columns.costs),
            ):
                if column is not None:
                    column[row] = net[component]
        claimed = self._claimed <= day.toordinal()
        known = np.flatnonzero(claimed | (self._entered <= day.toordinal()))
        count = (int(claimed.sum()), int(known.size))
        if count == self._known and not closed:
            return set()
        self._known = count
        columns = self._columns if self._unclaimed is None else _either(claimed, self._columns, self._unclaimed)
        new: Fens = np.zeros_like(self._shared)
        # The column ``refused`` says which loans were made outside the dates of the rule.
        new[known] = allocate_many(
            self._mode,
            _chosen(columns, known),
            self._mode.version_day(self._loans[0].loan_day, self._loans[0].claim_day),
            self._pool,
            as_if_in_force=True,
        )
        changed = np.flatnonzero((new != self._shared).any(axis=1))
        self._shared = new
        return {self._loans[row].loan_id for row in changed}

    def parts(self, loan_id: str) -> Mapping[str, Fen]:
        row = self._shared[self._rows[loan_id]].tolist()
        return dict(zip(self._mode.bearers, row, strict=True))


def columns_of(
    mode: Mode, sharing: Sharing, loans: Sequence[LoanLoss], pool: PoolState, *, claim_in_order: bool = False
) -> tuple[Losses, PoolState]:
    """Return loans as columns in the order given, and the pool with its lenders numbered as in the columns.

    claim_in_order: see ``allocation.refusal``.
    """
    borrowers = {name: number for number, name in enumerate(dict.fromkeys(loan.borrower for loan in loans))}
    lenders = {name: number for number, name in enumerate(dict.fromkeys(loan.lender for loan in loans))}
    nets = [net_loss(mode, loan) for loan in loans]
    clauses = [clauses_met(sharing, loan.facts, loan.loan_day) for loan in loans]
    states = [cap_states(sharing, loan) for loan in loans]
    facts = {tier.up_to_fact for tier in sharing.tiers if tier.up_to_fact is not None}
    ip_part, ip_whole = ip_parts([loan.ip_share for loan in loans])
    losses = Losses(
        principal=_column([net["principal"] for net in nets]),
        amount=_column([loan.amount for loan in loans]),
        interest=_column([net["interest"] for net in nets]),
        costs=_column([net["costs"] for net in nets]),
        borrower=_column([borrowers[loan.borrower] for loan in loans]),
        lender=_column([lenders[loan.lender] for loan in loans]),
        year=_column([loan.loan_day.year for loan in loans]),
        ip_part=ip_part,
        ip_whole=ip_whole,
        balance=_column([max(loan.amount, loan.borrower_balance or 0) for loan in loans]),
        refused=np.array(
            [refusal(mode, loan, pool, claim_in_order=claim_in_order) is not None for loan in loans], dtype=np.bool_
        ),
        bonus=states_column(clauses) if sharing.clauses else None,
        amounts={
            fact: _column([amount_of(mode, loan.amount, loan.amounts, fact) for loan in loans]) for fact in facts
        },
        pledged=_column([pledged_on(loan) for loan in loans]) if sharing.member_role else None,
        payment_years={
            number: _column([payment_year(sharing, cap, loan.claim_day) for loan in loans])
            for number, cap in enumerate(sharing.caps)
            if "payment_year" in cap.per
        },
        caps_hold={
            number: np.array([state[number] is not False for state in states], dtype=np.bool_)
            for number, cap in enumerate(sharing.caps)
            if cap.when.conditions
        },
        public_elsewhere=_column([loan.public_elsewhere or 0 for loan in loans]),
    )
    entered = {
        (str(lenders[lender]) if lender else "", year): amount
        for (lender, year), amount in pool.entered.items()
        if not lender or lender in lenders
    }
    # Lenders without a loan here still count in totals of the entire pool.
    for (lender, year), amount in pool.entered.items():
        if lender and lender not in lenders:
            entered[f"another {lender}", year] = amount
    return losses, replace(pool, entered=entered)


def _column(values: list[int]) -> Fens:
    return np.array(values, dtype=np.int64)


def _either(claimed: npt.NDArray[np.bool_], first: Losses, second: Losses) -> Losses:
    """Return the rows of ``first`` where ``claimed``, and of ``second`` elsewhere."""

    def pick(one: Any, other: Any) -> Any:
        if isinstance(one, dict):
            return {key: pick(column, other[key]) for key, column in one.items()}
        if isinstance(one, np.ndarray):
            mask = claimed if one.ndim == 1 else claimed[:, None]
            return np.where(mask, one, other)
        return one

    return Losses(
        **{field.name: pick(getattr(first, field.name), getattr(second, field.name)) for field in fields(Losses)}
    )


def _chosen(columns: Losses, rows: Fens) -> Losses:
    return Losses(
        principal=columns.principal[rows],
        amount=columns.amount[rows],
        interest=None if columns.interest is None else columns.interest[rows],
        costs=None if columns.costs is None else columns.costs[rows],
        borrower=None if columns.borrower is None else columns.borrower[rows],
        lender=None if columns.lender is None else columns.lender[rows],
        year=None if columns.year is None else columns.year[rows],
        ip_part=None if columns.ip_part is None else columns.ip_part[rows],
        ip_whole=columns.ip_whole,
        balance=None if columns.balance is None else columns.balance[rows],
        refused=None if columns.refused is None else columns.refused[rows],
        bonus=None if columns.bonus is None else columns.bonus[rows],
        amounts={fact: column[rows] for fact, column in columns.amounts.items()},
        pledged=None if columns.pledged is None else columns.pledged[rows],
        payment_years={cap: column[rows] for cap, column in columns.payment_years.items()},
        caps_hold={cap: column[rows] for cap, column in columns.caps_hold.items()},
        public_elsewhere=None if columns.public_elsewhere is None else columns.public_elsewhere[rows],
    )
