"""The watch over 100,000 pledged rights, and one million claims that arrive over time, each beside a plain Python loop.

A loan uses room under the caps by its own day, not by the day of its claim; what a payer pays falls on the month of the claim.
"""

import os
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from bench.measure import Measurement, best_cpu_of, best_of, peak_memory_mib
from bench.modes import _plain
from zhirong.chain.mode.arrays import Losses, allocate_many
from zhirong.chain.mode.loss import PoolState
from zhirong.chain.watch.catalogue import catalogue_on
from zhirong.chain.watch.sweep import WatchedLoan, WatchedRight, WatchEvent, WatchResult, sweep
from zhirong.kernel.days import working_days_from
from zhirong.kernel.rulebook_files import load_rulebook
from zhirong.mode_files import load_mode

CLAIMS = 1_000_000
FIRMS = 200_000
MONTHS = 84
TIMES = 50
RIGHTS = int(os.environ.get("ZHIRONG_BENCH_RIGHTS", "100000"))
RIGHTS_OF_LOAN = 4
SECONDS = 30.0
DAY = date(2026, 6, 30)
MOST_MIB = 2048
_ROLES = ("lender", "fund", "insurer", "guarantor", "disposal_fund")
_EVENTS = ("invalid_whole", "invalidation_requested", "frozen", "fee_missed", "suit_against_firm")
_KINDS = ("trademark", "invention")


def run() -> list[Measurement]:
    """Both works, with equal answers."""
    return [_claims(), _watch()]


def _claims() -> Measurement:
    mode = load_mode("guangzhou-5311")
    chance = np.random.default_rng(20220906)
    amount = chance.integers(50_000_000, 2_000_000_000, CLAIMS)
    losses = Losses(
        principal=(amount * chance.random(CLAIMS)).astype(np.int64),
        amount=amount,
        interest=chance.integers(0, 50_000_000, CLAIMS),
        borrower=chance.integers(0, FIRMS, CLAIMS),
        year=np.sort(chance.integers(2019, 2024, CLAIMS)),
    )
    month = chance.integers(0, MONTHS, CLAIMS)  # of the claim: in any order of the loans
    pool = PoolState(balance=1 << 60)
    order = [mode.bearers.index(role) for role in _ROLES]

    def ours() -> "np.ndarray":
        shared = allocate_many(mode, losses, date(2021, 1, 1), pool)
        # A month's sums stay below 2**53 fen, so that floating point adds them exactly.
        paid = [np.bincount(month, weights=shared[:, place], minlength=MONTHS) for place in order]
        return np.array(paid).astype(np.int64)

    months = month.tolist()
    columns = [
        column.tolist()
        for column in (losses.amount, losses.principal, losses.interest, losses.borrower, losses.year)
    ]

    def theirs() -> "np.ndarray":
        paid = [[0] * MONTHS for _ in _ROLES]
        for at, parts in zip(months, _plain(*columns, 1 << 60), strict=True):
            for place, part in enumerate(parts):
                paid[place][at] += part
        return np.array(paid)

    seconds, found = best_cpu_of(ours, 10)
    plain_seconds, plain = best_cpu_of(theirs, 2)
    if not np.array_equal(found, plain):
        raise AssertionError("the arrays and the plain loop disagree")
    peak = peak_memory_mib()
    return Measurement(
        work=f"{CLAIMS:,} claims over {MONTHS} months, caps in the order of the loans",
        peer="a plain Python loop over the same rules",
        ours=seconds,
        theirs=plain_seconds,
        goal=f"at least {TIMES} times, at most {MOST_MIB} MiB",
        met=plain_seconds >= TIMES * seconds and peak <= MOST_MIB,
        answers=f"equal to the fen, {MONTHS} months and {len(_ROLES)} parties",
    )


def _watch() -> Measurement:
    rules = load_rulebook()
    catalogue = catalogue_on(rules, DAY)
    working = working_days_from(rules.at("calendar.working_days", DAY).value)
    chance = np.random.default_rng(20220907)
    loans = [_loan(number, chance, _EVENTS) for number in range(RIGHTS // RIGHTS_OF_LOAN)]
    seconds, found = best_of(lambda: sweep(loans, DAY, catalogue, working), 2)
    factors = {(code, kind): catalogue.findings[code].factor_for(kind) for code in _EVENTS for kind in _KINDS}
    unknown = {code for code in _EVENTS if catalogue.findings[code].unknown}
    plain_seconds, plain = best_of(lambda: [_plain_loan(loan, factors, unknown) for loan in loans], 2)
    ranked = {one.loan_id: _figures(one) for one in found}
    if any(ranked[loan_id] != figures for loan_id, *figures in plain):
        raise AssertionError("the sweep and the plain loop disagree")
    return Measurement(
        work=f"the watch over {RIGHTS:,} rights of {len(loans):,} loans with events, alarms, tasks and ranks",
        peer="a plain loop over value, cash missing and money at risk alone",
        ours=seconds,
        theirs=plain_seconds,
        goal=f"at most {SECONDS:.0f} s",
        met=seconds <= SECONDS,
        answers=f"value, missing cash and money at risk equal, {len(loans):,} loans",
    )


def _loan(number: int, chance: "np.random.Generator", codes: tuple[str, ...]) -> WatchedLoan:
    rights = tuple(
        WatchedRight(
            f"{number}-{place}",
            _KINDS[place % 2],
            int(chance.integers(10_000_000, 900_000_000)),
            DAY - timedelta(days=30),
            DAY - timedelta(days=10),
        )
        for place in range(RIGHTS_OF_LOAN)
    )
    events = ()
    if chance.random() < 0.3:
        code = codes[int(chance.integers(0, len(codes)))]
        events = (WatchEvent(code, DAY - timedelta(days=5), rights[0].right_id),)
    return WatchedLoan(
        loan_id=f"L{number:06d}",
        exposure=int(chance.integers(50_000_000, 900_000_000)),
        ceiling=Fraction(7, 10),
        ends_on=DAY + timedelta(days=300),
        rights=rights,
        events=events,
        chance=Fraction(int(chance.integers(1, 100)), 100),
    )


def _figures(one: WatchResult) -> list[int | None]:
    return [one.value, None if one.shortfall is None else one.shortfall.cash, one.at_risk]


def _plain_loan(loan: WatchedLoan, factors: dict, unknown: set[str]) -> tuple:
    """The rule as a programmer would first write it: value by right, cash missing, money at risk."""
    value: int | None = 0
    for right in loan.rights:
        own, lost = right.value, False
        for event in loan.events:
            if event.right_id == right.right_id:
                factor = factors[event.code, right.kind]
                lost = lost or event.code in unknown
                if factor is not None:
                    own = own * factor.numerator // factor.denominator
        if lost and own:
            value = None
        elif value is not None:
            value += own
    missing = None
    if value is not None and -(-loan.exposure * 10 // 7) > value:
        missing = loan.exposure - min(loan.exposure, value * 7 // 10)
    return loan.loan_id, value, missing, loan.exposure * loan.chance.numerator // loan.chance.denominator
