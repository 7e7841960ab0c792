"""What is still to fall due: the periods ahead with the principal that each of them ends with.

Dates and cycles are those of the schedules. The principal ahead is spread anew whenever the balance or the rate
changes, by the same formulas and roundings that the schedule of an untouched loan follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.periods import Period, fraction_of_year, periods
from zhirong.chain.loan.rates import FixedRate
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing.contract import Excess
from zhirong.chain.loan.terms import InterestBasis, LoanTerms, Method
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.money import Fen, allocate, round_fen

_SCALE = 10**50  # discount factors of a level payment to 50 places, as the schedules keep them


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One instalment ahead. number: counted over the whole loan. period: whose end it is. principal: due then."""

    number: int
    period: Period
    principal: Fen


@dataclass(frozen=True, slots=True)
class Plan:
    """The instalments ahead, and the level payment where there is one. terms: what they were made from."""

    terms: LoanTerms
    rows: tuple[PlanRow, ...]
    payment: Fen | None = None

    @property
    def balance(self) -> Fen:
        """Principal not yet due."""
        return sum(row.principal for row in self.rows)


def is_plainly_level(terms: LoanTerms) -> bool:
    """Whether one payment stays level to the end; with grace, steps or a balloon the schedule's parts are scaled."""
    return terms.method is Method.LEVEL_PAYMENT and terms.grace is None and terms.step is None and not terms.balloon


def first_plan(terms: LoanTerms, amount: Fen, yearly: Decimal, working_days: WorkingDays) -> Plan:
    """The plan of a loan of ``amount`` at its first rate: the schedule's own rows."""
    asked = replace(terms, principal=amount, rate=FixedRate(yearly))
    rows = schedule(asked, working_days).rows
    spans = periods(asked, working_days)
    plan = tuple(PlanRow(row.number, span, row.principal) for row, span in zip(rows, spans, strict=True))
    payment = rows[0].total if is_plainly_level(terms) and len(rows) > 1 else None
    return Plan(terms, plan, payment)


def plan_by_hand(terms: LoanTerms, amount: Fen, due: Sequence[tuple[date, Fen]], working_days: WorkingDays) -> Plan:
    """The plan of instalments named day by day; the last clears whatever the amounts leave."""
    rows: list[PlanRow] = []
    start, left = terms.start, amount
    for number, (day, principal) in enumerate(due, 1):
        paid = working_days.shift(day, terms.shift)
        end = paid if terms.interest_to_shifted else day
        provisional = terms.shift != "none" and working_days.is_provisional(paid)
        part = left if number == len(due) else min(principal, left)
        rows.append(PlanRow(number, Period(start, end, day, paid, None, provisional), part))
        start, left = end, left - part
    return Plan(terms, tuple(rows))


@dataclass(frozen=True, slots=True)
class Running:
    """The interest period that runs. closed: interest of it exactly, up to ``since``, in fen. yearly: from then on."""

    closed: Fraction
    since: date
    yearly: Fraction


def accrued(running: Running, period: Period, balance: Fen, day: date, basis: InterestBasis) -> Fraction:
    """Interest of the running period up to ``day``, exactly, in fen: closed + balance × rate × part of a year."""
    return running.closed + balance * running.yearly * fraction_of_year(period, running.since, day, basis)


def spread(plan: Plan, balance: Fen, running: Running, how: Excess | None = None) -> Plan:
    """The plan with ``balance`` spread over its rows.

    how: after a prepayment, ``prepay_shorten`` keeps the instalments and drops the last ones. Otherwise a level
    payment is computed anew and other principal changes in proportion.
    """
    rows = plan.rows
    if not rows:
        return plan
    if balance == 0:
        # Interest that has accrued still falls due at the end of the running period.
        return replace(plan, rows=(replace(rows[0], principal=0),))
    if is_plainly_level(plan.terms):
        payment = plan.payment if how == "prepay_shorten" else None
        return _level(plan, balance, running, payment)
    old = [row.principal for row in rows]
    if how == "prepay_shorten":
        parts = _from_the_front(old, balance)
    elif sum(old) == 0:
        parts = [0] * (len(rows) - 1) + [balance]
    else:
        parts = list(allocate(balance, dict(enumerate(old))).values())
    kept = [replace(row, principal=part) for row, part in zip(rows, parts, strict=True)]
    while len(kept) > 1 and kept[-1].principal == 0:
        kept.pop()
    return replace(plan, rows=tuple(kept))


def replanned(
    terms: LoanTerms, numbered_from: int, after: date, balance: Fen, running: Running, working_days: WorkingDays
) -> Plan:
    """A plan for ``balance`` over those periods of ``terms`` that end after ``after``: for extension and restructuring."""
    spans = [span for span in periods(terms, working_days) if span.end > after]
    count = len(spans)
    if terms.method in (Method.BULLET, Method.WITH_PRINCIPAL):
        parts = [0] * (count - 1) + [balance]
    else:
        even = round_fen(Fraction(balance, count))
        parts = _from_the_front([even] * (count - 1) + [balance], balance)
    rows = tuple(
        PlanRow(number, span, part)
        for number, (span, part) in enumerate(zip(spans, parts, strict=True), numbered_from)
    )
    plan = Plan(terms, rows)
    return _level(plan, balance, running, None) if is_plainly_level(terms) else plan


def interest_ahead(plan: Plan, running: Running) -> tuple[Fen, ...]:
    """The interest with which each row ahead falls due if nothing else happens."""
    found: list[Fen] = []
    balance = plan.balance
    for index, row in enumerate(plan.rows):
        found.append(round_fen(_interest(row.period, balance, running, plan.terms.day_count, index == 0)))
        balance -= row.principal
    return tuple(found)


def _level(plan: Plan, balance: Fen, running: Running, payment: Fen | None) -> Plan:
    basis, spans = plan.terms.day_count, [row.period for row in plan.rows]
    if payment is None and len(spans) > 1:
        payment = round_fen(_level_payment(balance, spans, running, basis))
    rows: list[PlanRow] = []
    for index, row in enumerate(plan.rows):
        interest = round_fen(_interest(row.period, balance, running, basis, index == 0))
        is_last = index == len(spans) - 1 or payment is None
        principal = balance if is_last else min(max((payment or 0) - interest, 0), balance)
        rows.append(replace(row, principal=principal))
        balance -= principal
        if balance == 0:
            break
    return replace(plan, rows=tuple(rows), payment=payment)


def _level_payment(balance: Fen, spans: Sequence[Period], running: Running, basis: InterestBasis) -> Fraction:
    """(balance + interest of the running period) ÷ (1 + d₁ + d₁d₂ + …), dⱼ = 1 ÷ (1 + rate × part of a year)."""
    first = accrued(running, spans[0], balance, spans[0].end, basis)
    factor = total = _SCALE
    for span in spans[1:]:
        growth = 1 + running.yearly * fraction_of_year(span, span.start, span.end, basis)
        factor = factor * growth.denominator // growth.numerator
        total += factor
    return (balance + first) * _SCALE / total


def _interest(period: Period, balance: Fen, running: Running, basis: InterestBasis, is_running: bool) -> Fraction:
    if is_running:
        return accrued(running, period, balance, period.end, basis)
    return balance * running.yearly * fraction_of_year(period, period.start, period.end, basis)


def _from_the_front(old: Sequence[Fen], balance: Fen) -> list[Fen]:
    """The old amounts from the first on until the balance is used up; what they cannot hold goes to the last."""
    parts: list[Fen] = []
    for amount in old:
        parts.append(min(amount, balance))
        balance -= parts[-1]
    parts[-1] += balance
    return parts
