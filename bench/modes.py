"""One million losses shared under guangzhou-5311 with all its caps, beside a plain Python loop over the same rules."""

from datetime import date

import numpy as np

from bench.measure import Measurement, best_of
from zhirong.chain.mode.arrays import Losses, allocate_many
from zhirong.chain.mode.loss import PoolState
from zhirong.mode_files import load_mode

COUNT = 1_000_000
FIRMS = 200_000
TIMES = 50
LOAN_CAP = 500_000_000  # fen: 5 million yuan
YEAR_CAP = 1_000_000_000  # fen: 10 million yuan
DAY = date(2021, 1, 1)


def run() -> list[Measurement]:
    """Both share the same losses; every fen of every party must agree."""
    mode = load_mode("guangzhou-5311")
    chance = np.random.default_rng(20220905)
    amount = chance.integers(50_000_000, 2_000_000_000, COUNT)
    losses = Losses(
        principal=(amount * chance.random(COUNT)).astype(np.int64),
        amount=amount,
        interest=chance.integers(0, 50_000_000, COUNT),
        borrower=chance.integers(0, FIRMS, COUNT),
        year=np.sort(chance.integers(2019, 2024, COUNT)),
    )
    # A balance that is used up about nine tenths of the way through, so that this cap decides something too.
    unlimited = allocate_many(mode, losses, DAY, PoolState(balance=1 << 60))
    balance = int(unlimited[:, mode.bearers.index("fund")].sum()) * 9 // 10
    pool = PoolState(balance=balance)
    ours, shared = best_of(lambda: allocate_many(mode, losses, DAY, pool), 25)
    columns = [
        column.tolist()
        for column in (losses.amount, losses.principal, losses.interest, losses.borrower, losses.year)
    ]  # type: ignore[union-attr]
    theirs, plain = best_of(lambda: _plain(*columns, balance), 3)
    order = [mode.bearers.index(role) for role in ("lender", "fund", "insurer", "guarantor", "disposal_fund")]
    if not np.array_equal(shared[:, order], np.array(plain)):
        raise AssertionError("the arrays and the plain loop disagree")
    return [
        Measurement(
            work=f"{COUNT:,} losses under guangzhou-5311, caps a loan, a firm and year, and of the fund",
            peer="a plain Python loop over the same rules",
            ours=ours,
            theirs=theirs,
            goal=f"at least {TIMES} times",
            met=theirs >= TIMES * ours,
            answers=f"equal to the fen, {len(plain):,} losses and 5 parties",
        )
    ]


def _plain(
    amounts: list[int],
    principals: list[int],
    interests: list[int],
    firms: list[int],
    years: list[int],
    balance: int,
) -> list[tuple[int, int, int, int, int]]:
    """The rule as a programmer would first write it: loan by loan, in the order in which the loans were made."""
    used: dict[tuple[int, int], int] = {}
    result = []
    for amount, principal, interest, firm, year in zip(amounts, principals, interests, firms, years, strict=True):
        lender = interest
        covered = amount if amount < LOAN_CAP else LOAN_CAP
        before = used.get((firm, year), 0)
        room = YEAR_CAP - before
        counted = covered if covered < room else room
        base = principal if counted == amount else principal * counted // amount
        used[firm, year] = before + counted
        lender += principal - base
        tenth, rest = divmod(base, 10)
        fund, insurer, guarantor, disposal = 5 * tenth, 3 * tenth, tenth, tenth
        if rest:
            # Tenths of a fen left over: 5, 3, 1 and 1 parts of the rest, the largest remainders first.
            parts = (5 * rest, 3 * rest, rest, rest)
            whole = [part // 10 for part in parts]
            missing = rest - sum(whole)
            if missing:
                for place in sorted(range(4), key=lambda place: -(parts[place] % 10))[:missing]:
                    whole[place] += 1
            fund += whole[0]
            insurer += whole[1]
            guarantor += whole[2]
            disposal += whole[3]
        if fund > balance:
            lender += fund - balance
            fund = balance
        balance -= fund
        result.append((lender, fund, insurer, guarantor, disposal))
    return result
