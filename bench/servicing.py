"""The run at the end of a day over 100,000 loans beside plain Python loops over the same loans, to the fen.

Two loops, both doing the same work (a day's interest, instalments, categories with the debtor's other loans,
provisions) and compared loan by loan. The plain one is written as one writes it: a record a loan, exact fractions,
the kernel's rounding. The tuned one is as fast as we could make pure Python: whole numbers with the denominators
worked out beforehand, everything in one function.
"""

import os
import random
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np

from bench.measure import Measurement, best_of
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.arrays import NEVER, RATE_SCALE, Loaded, LoanArrays, load
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.end_of_day import BlockResult, DayRules, day_rules, end_of_day
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.terms import LoanTerms, Method
from zhirong.kernel.days import WorkingDays, add_months, working_days_from
from zhirong.kernel.money import round_fen, share_of
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.rulebook_files import load_rulebook

LOANS = int(os.environ.get("ZHIRONG_BENCH_SERVICED", "100000"))
_DISTINCT = min(LOANS, 1_000)  # loans that are replayed; the others repeat them with other debtors
_TIMES_WANTED = 100
_DAYS = 5
_LAST = date(2025, 3, 28)  # the five days after it hold two month ends' worth of due days


@dataclass(slots=True)
class _Loan:
    """A loan of the plain loop. Remainders are over the denominators beside them."""

    debtor: int
    not_due: int
    interest: int
    interest_rest: int
    interest_den: int
    interest_num: int
    penalty: int
    penalty_rest: int
    compound: int
    compound_rest: int
    late_den: int
    late_principal: int
    late_interest: int
    oldest: int
    waiting_principal: int
    waiting_interest: int
    waiting_due: int
    rate: int
    late_rate: int
    rows: list[tuple[int, int, int, int, int]]
    is_technical: bool
    least: int
    held_to: int
    watched_to: int
    category: int = 0
    provision: int = 0


def run() -> list[Measurement]:
    """Five days in a row; every loan's figures, category and provision are compared after the last."""
    loans = _portfolio()
    rules = load_rulebook()
    days = [day_rules(rules, _LAST + timedelta(days=number)) for number in range(1, _DAYS + 1)]
    ours, result = best_of(lambda: _arrays(loans, days), 7)
    records = _records(loans)
    exact = [_exact(record) for record in records]
    plain_seconds, plain = best_of(lambda: _plain_loop(exact, loans, days), 1)
    tuned_seconds, tuned = best_of(lambda: _tuned_loop(records, loans, days), 1)
    _compare(result, [_tuned_figures(loan) for loan in tuned])
    _compare(result, [_plain_figures(loan) for loan in plain])
    late = int((result.loans.oldest != NEVER).sum())
    bad = int((result.category >= 2).sum())
    answers = (
        f"balances, interest, penalties, categories and provisions of all {LOANS:,} loans are equal; "
        f"{late:,} late, {bad:,} bad, provisions {int(result.provision.sum()) / 100:,.2f} yuan"
    )
    work = f"end of day, {LOANS:,} loans: interest, instalments, categories, provisions ({_DAYS} days in a row)"
    return [
        Measurement(
            work=work,
            peer="plain Python loop, exact fractions",
            ours=ours,
            theirs=plain_seconds,
            goal=f"at least {_TIMES_WANTED} times, equal to the fen",
            met=plain_seconds >= _TIMES_WANTED * ours,
            answers=answers,
        ),
        Measurement(
            work=work,
            peer="tuned Python loop, whole numbers and denominators worked out beforehand",
            ours=ours,
            theirs=tuned_seconds,
            goal="faster (shown beside the plain loop)",
            met=tuned_seconds > ours,
            answers=answers,
        ),
    ]


def _portfolio() -> LoanArrays:
    """100,000 loans of 40,000 debtors at the end of a day: most paid in time, some late for up to two years."""
    rules = load_rulebook()
    working_days = working_days_from(rules.at("calendar.working_days", _LAST).value)
    seeded = random.Random(20250328)
    drawn = [_one_loan(number, seeded, rules, working_days) for number in range(_DISTINCT)]
    small = load(
        [Loaded(contract, state, f"{number:06d}") for number, (contract, state) in enumerate(drawn)], rules, _LAST
    )
    return _repeated(small, LOANS // _DISTINCT, seeded)


def _one_loan(
    number: int, seeded: random.Random, rules: Rulebook, working_days: WorkingDays
) -> tuple[Contract, LoanPosition]:
    start = date(2023, 7, 1) + timedelta(days=seeded.randrange(600))
    method = seeded.choice([method for method in Method if method is not Method.CUSTOM])
    terms = LoanTerms(
        principal=seeded.randrange(10_000_00, 1_000_0000_00),
        start=start,
        end=add_months(start, seeded.choice([12, 24, 36])),
        method=method,
        rate=FixedRate(Decimal(seeded.randrange(250, 800)) / 10000),
        day_count=seeded.choice(["monthly", "act_360"])
        if method in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL)
        else "act_360",
        broken_period="share",
        shift="following",
    )
    contract = Contract(f"L{number:06d}", terms, Decimal("0.5"), Decimal(1))
    happened: list[ev.Event] = [ev.Drawdown(id="D", day=start, booked=start, amount=terms.principal)]
    state = replay(happened, contract, _LAST, rules, working_days)
    # Nine in ten pay every instalment on its day; the others stop at some point.
    stops = len(state.items) if seeded.random() < 0.9 else seeded.randrange(len(state.items) + 1)
    for item in state.items[:stops]:
        if item.principal + item.interest:
            amount = item.principal + item.interest
            happened.append(ev.Payment(id=f"P{item.number}", day=item.due, booked=item.due, amount=amount))
    return contract, replay(happened, contract, _LAST, rules, working_days)


def _repeated(small: LoanArrays, times: int, seeded: random.Random) -> LoanArrays:
    """The loans many times over, with debtors of two or three loans each."""
    changed = {}
    by_row = {"row_end", "row_due", "row_principal", "row_num", "row_den"}
    by_debtor = {"debtor", "debtor_at", "elsewhere", "late_elsewhere", "is_retail"}
    for column in fields(small):
        value = getattr(small, column.name)
        if isinstance(value, np.ndarray) and column.name not in by_row | by_debtor:
            changed[column.name] = np.tile(value, times)
        elif column.name in ("interest", "penalty", "compound"):
            changed[column.name] = replace(
                value, **{inner.name: np.tile(getattr(value, inner.name), times) for inner in fields(value)}
            )
    fives = np.arange(0, len(small.ids) * times, 5)
    starts = np.sort(np.concatenate([fives, fives + 2]))
    debtors = len(starts)
    return replace(
        small,
        ids=tuple(f"{name}-{copy}" for copy in range(times) for name in small.ids),
        debtor=np.repeat(np.arange(debtors), np.diff(np.append(starts, len(small.ids) * times))),
        debtor_at=starts,
        elsewhere=np.zeros(debtors, dtype=np.int64),
        late_elsewhere=np.zeros(debtors, dtype=np.int64),
        is_retail=np.array([seeded.random() < 0.2 for _ in range(debtors)]),
        **changed,
    )


def _arrays(loans: LoanArrays, days: list[DayRules]) -> BlockResult:
    for rules in days:
        result = end_of_day(loans, rules)
        loans = result.loans
    return result


def _records(loans: LoanArrays) -> list[_Loan]:
    names = ("row_end", "row_due", "row_principal", "row_num", "row_den")
    table = list(zip(*(getattr(loans, name).tolist() for name in names), strict=True))
    nums = loans.row_num[np.minimum(loans.row, len(loans.row_num) - 1)]
    columns = (
        loans.debtor, loans.not_due, loans.interest.fen, loans.interest.rest, loans.interest.den, nums,
        loans.penalty.fen, loans.penalty.rest, loans.compound.fen, loans.compound.rest, loans.penalty.den,
        loans.late_principal, loans.late_interest, loans.oldest, loans.waiting_principal, loans.waiting_interest,
        loans.waiting_due, loans.rate, loans.late_rate,
    )  # fmt: skip
    rest = (loans.is_technical, loans.least, loans.held_to, loans.watched_to)
    slices = [table[first:last] for first, last in zip(loans.row.tolist(), loans.last_row.tolist(), strict=True)]
    return [
        _Loan(*front, rows, *back)
        for front, rows, back in zip(
            zip(*(column.tolist() for column in columns), strict=True),
            slices,
            zip(*(column.tolist() for column in rest), strict=True),
            strict=True,
        )
    ]


def _tuned_loop(records: list[_Loan], loans: LoanArrays, days: list[DayRules]) -> list[_Loan]:
    retail = loans.is_retail.tolist()
    for rules in days:
        today = rules.day.toordinal()
        claims: dict[int, int] = defaultdict(int)
        bad: dict[int, int] = defaultdict(int)
        late_debts: dict[int, int] = defaultdict(int)
        limits = [limit for _, limit in rules.limits]
        for loan in records:
            if loan.rows:
                more, loan.interest_rest = divmod(
                    loan.not_due * loan.rate * loan.interest_num + loan.interest_rest, loan.interest_den
                )
                loan.interest += more
            if loan.late_principal or loan.late_interest:
                more, loan.penalty_rest = divmod(
                    loan.late_principal * loan.late_rate + loan.penalty_rest, loan.late_den
                )
                loan.penalty += more
                more, loan.compound_rest = divmod(
                    loan.late_interest * loan.late_rate + loan.compound_rest, loan.late_den
                )
                loan.compound += more
            if loan.rows and loan.rows[0][0] == today:
                _, due, principal, _, _ = loan.rows.pop(0)
                loan.waiting_principal = principal
                loan.waiting_interest = loan.interest + (2 * loan.interest_rest >= loan.interest_den)
                loan.waiting_due = due
                loan.not_due -= principal
                loan.interest = loan.interest_rest = 0
                if loan.rows:
                    loan.interest_num, loan.interest_den = loan.rows[0][3], loan.rows[0][4]
            if loan.waiting_due == today:
                loan.late_principal += loan.waiting_principal
                loan.late_interest += loan.waiting_interest
                loan.waiting_principal = loan.waiting_interest = 0
                loan.waiting_due = NEVER
                loan.oldest = min(loan.oldest, today)
                loan.held_to = 0 if loan.held_to <= today else NEVER
            overdue = today - loan.oldest
            category = 0
            if overdue > 0:
                category = sum(overdue > limit for limit in limits)
                if loan.is_technical and overdue <= rules.technical_days:
                    category = 0
            category = max(category, loan.least)
            if today < loan.watched_to or (loan.watched_to and overdue > 0):
                category = max(category, 1)
            if today < loan.held_to and overdue <= rules.bad_beyond:
                category = max(category, 2)
            loan.category = category
            balance = loan.not_due + loan.late_principal + loan.waiting_principal
            claims[loan.debtor] += balance
            if category >= 2:
                bad[loan.debtor] += balance
            if overdue > rules.bad_beyond:
                late_debts[loan.debtor] += balance
        bad_num, bad_den = rules.bad_share
        late_num, late_den = rules.overdue_share
        for loan in records:
            who = loan.debtor
            if loan.category < 2 and not retail[who]:
                whole = claims[who]
                if bad[who] * bad_den > whole * bad_num or late_debts[who] * late_den > whole * late_num:
                    loan.category = 2
            num, den = rules.rates[loan.category]
            balance = loan.not_due + loan.late_principal + loan.waiting_principal
            loan.provision = (2 * num * balance + den) // (2 * den)
    return records


@dataclass(slots=True)
class _Exact:
    """A loan of the plain loop: amounts that run are fractions of a fen."""

    base: _Loan
    interest: Fraction
    penalty: Fraction
    compound: Fraction
    yearly: Fraction
    late_yearly: Fraction
    late_day: Fraction


def _exact(loan: _Loan) -> _Exact:
    return _Exact(
        base=replace(loan, rows=list(loan.rows)),
        interest=loan.interest + Fraction(loan.interest_rest, loan.interest_den),
        penalty=loan.penalty + Fraction(loan.penalty_rest, loan.late_den),
        compound=loan.compound + Fraction(loan.compound_rest, loan.late_den),
        yearly=Fraction(loan.rate, RATE_SCALE),
        late_yearly=Fraction(loan.late_rate, RATE_SCALE),
        late_day=Fraction(RATE_SCALE, loan.late_den),
    )


def _plain_loop(records: list[_Exact], loans: LoanArrays, days: list[DayRules]) -> list[_Exact]:
    retail = loans.is_retail.tolist()
    for rules in days:
        today = rules.day.toordinal()
        claims: dict[int, int] = defaultdict(int)
        bad: dict[int, int] = defaultdict(int)
        late: dict[int, int] = defaultdict(int)
        for exact in records:
            loan = exact.base
            _accrue_one(exact)
            _fall_due_one(exact, today)
            loan.category = _category_one(loan, today, rules)
            balance = loan.not_due + loan.late_principal + loan.waiting_principal
            claims[loan.debtor] += balance
            if loan.category >= 2:
                bad[loan.debtor] += balance
            if today - loan.oldest > rules.bad_beyond:
                late[loan.debtor] += balance
        bad_share, late_share = Fraction(*rules.bad_share), Fraction(*rules.overdue_share)
        for exact in records:
            loan = exact.base
            whole = claims[loan.debtor]
            if whole and not retail[loan.debtor]:
                share, late_part = Fraction(bad[loan.debtor], whole), Fraction(late[loan.debtor], whole)
                if share > bad_share or late_part > late_share:
                    loan.category = max(loan.category, 2)
            balance = loan.not_due + loan.late_principal + loan.waiting_principal
            loan.provision = share_of(balance, Fraction(*rules.rates[loan.category]))
    return records


def _accrue_one(exact: _Exact) -> None:
    loan = exact.base
    if loan.rows:
        _, _, _, num, den = loan.rows[0]
        exact.interest += loan.not_due * exact.yearly * Fraction(num * RATE_SCALE, den)
    exact.penalty += loan.late_principal * exact.late_yearly * exact.late_day
    exact.compound += loan.late_interest * exact.late_yearly * exact.late_day


def _fall_due_one(exact: _Exact, today: int) -> None:
    loan = exact.base
    if loan.rows and loan.rows[0][0] == today:
        _, loan.waiting_due, loan.waiting_principal, _, _ = loan.rows.pop(0)
        loan.waiting_interest = round_fen(exact.interest)
        loan.not_due -= loan.waiting_principal
        exact.interest = Fraction(0)
    if loan.waiting_due == today:
        loan.late_principal += loan.waiting_principal
        loan.late_interest += loan.waiting_interest
        loan.waiting_principal = loan.waiting_interest = 0
        loan.waiting_due = NEVER
        loan.oldest = min(loan.oldest, today)
        loan.held_to = 0 if loan.held_to <= today else NEVER


def _category_one(loan: _Loan, today: int, rules: DayRules) -> int:
    overdue = today - loan.oldest
    category = sum(overdue > limit for _, limit in rules.limits)
    if loan.is_technical and 0 < overdue <= rules.technical_days:
        category = 0
    category = max(category, loan.least)
    if today < loan.watched_to or (loan.watched_to and overdue > 0):
        category = max(category, 1)
    if today < loan.held_to and overdue <= rules.bad_beyond:
        category = max(category, 2)
    return category


def _tuned_figures(loan: _Loan) -> tuple[int, ...]:
    return (
        loan.not_due,
        loan.interest + (2 * loan.interest_rest >= loan.interest_den),
        loan.penalty + (2 * loan.penalty_rest >= loan.late_den),
        loan.compound + (2 * loan.compound_rest >= loan.late_den),
        loan.late_principal,
        loan.late_interest,
        loan.category,
        loan.provision,
    )


def _plain_figures(exact: _Exact) -> tuple[int, ...]:
    loan, running = exact.base, (exact.interest, exact.penalty, exact.compound)
    rounded = (round_fen(amount) for amount in running)
    return (loan.not_due, *rounded, loan.late_principal, loan.late_interest, loan.category, loan.provision)


def _compare(result: BlockResult, figures: list[tuple[int, ...]]) -> None:
    loans = result.loans
    names = (
        "principal not due",
        "interest",
        "penalty",
        "compound",
        "late principal",
        "late interest",
        "category",
        "provision",
    )
    ours = (
        loans.not_due, loans.interest.rounded(), loans.penalty.rounded(), loans.compound.rounded(),
        loans.late_principal, loans.late_interest, result.category, result.provision,
    )  # fmt: skip
    for name, our, their in zip(names, ours, zip(*figures, strict=True), strict=True):
        if our.tolist() != list(their):
            raise AssertionError(f"{name} differs between the arrays and a loop")
