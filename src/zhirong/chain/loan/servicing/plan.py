"""Future instalments: the remaining periods with the principal due at the end of each.

Dates and cycles are those of the schedules. When the balance or the rate changes, the remaining principal is spread
again with the same calculation as the schedule of an unchanged loan, so that both agree to the fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.amortisation import Run, left_of_plan
from zhirong.chain.loan.periods import Period, fraction_of_year
from zhirong.chain.loan.rates import FixedRate, RateFrom
from zhirong.chain.loan.servicing.contract import Excess
from zhirong.chain.loan.terms import InterestBasis, LoanTerms, Method, PlanItem
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.money import Fen, round_fen


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One future instalment. number: counted over the whole loan. period: the period that it ends. principal: due
    then.

    weight: its principal relative to the first instalment that repays any; zero in a grace period.
    """

    number: int
    period: Period
    principal: Fen
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """The future instalments. terms: the terms that they were calculated from.

    payment: for a level payment, the amount paid on a due day of weight 1; part: for equal principal, the amount
    repaid.
    """

    terms: LoanTerms
    rows: tuple[PlanRow, ...]
    payment: Fraction | None = None
    part: Fraction | None = None

    @property
    def balance(self) -> Fen:
        """Return the principal not yet due."""
        return sum(row.principal for row in self.rows)


@dataclass(frozen=True, slots=True)
class RunningInterest:
    """The running interest period. closed: its exact interest up to ``since``, in fen. yearly: the rate from then
    on.
    """

    closed: Fraction
    since: date
    yearly: Decimal


def accrued(running: RunningInterest, period: Period, balance: Fen, day: date, basis: InterestBasis) -> Fraction:
    """Return the interest of the running period up to ``day``, exactly, in fen: closed + balance × rate × part of a
    year.

    No interest accrues before ``running.since``, which is in the future after an instalment that was due before its
    period ended.
    """
    if day <= running.since:
        return running.closed
    years = fraction_of_year(period, running.since, day, basis)
    return running.closed + balance * Fraction(running.yearly) * years


def planned(
    terms: LoanTerms,
    numbered_from: int,
    after: date,
    *,
    balance: Fen,
    running: RunningInterest,
    working_days: WorkingDays,
    passed: int = 0,
) -> Plan:
    """Return a plan for ``balance`` over those due days of ``terms`` that come after ``after``.

    passed: the number of due days of ``terms`` that have passed; grace, steps and cycles of principal count from them.
    """
    run = _run(terms, balance, running, working_days)
    run.passed = passed
    run.plan(after)
    ahead = zip(run.spans, run.weights, strict=True)
    rows = tuple(PlanRow(number, span, 0, weight) for number, (span, weight) in enumerate(ahead, numbered_from))
    return _walked(Plan(terms, rows), balance, running, working_days)


def by_hand(terms: LoanTerms, due: Sequence[tuple[date, Fen]]) -> LoanTerms:
    """Return terms with an instalment for each named day, in order; the last one clears the rest."""
    sums: dict[date, Fen] = {}
    for day, principal in due:
        sums[day] = sums.get(day, 0) + principal
    return replace(
        terms,
        method=Method.CUSTOM,
        plan=tuple(PlanItem(day, principal) for day, principal in sums.items()),
        end=due[-1][0],
        first_due=None,
        grace=None,
        step=None,
        balloon=0,
        principal_every=1,
    )


def ending(terms: LoanTerms, end: date) -> LoanTerms:
    """Return the terms with another end; in a custom plan the new last day clears the balance of the old last day."""
    return replace(terms, end=end, plan=left_of_plan(terms, end))


def restarted(terms: LoanTerms, start: date, end: date, method: Method) -> LoanTerms:
    """Return the terms restarted on ``start``: grace, steps, balloon and a first due day no longer apply."""
    stays = method is terms.method
    return replace(
        ending(terms, end),
        start=start,
        method=method,
        first_due=None,
        grace=None,
        step=None,
        balloon=0,
        principal_every=terms.principal_every if stays else 1,
    )


def spread(
    plan: Plan, balance: Fen, running: RunningInterest, working_days: WorkingDays, how: Excess | None = None
) -> Plan:
    """Return the plan with ``balance`` spread over its rows.

    how: after a prepayment, ``prepay_shorten`` keeps the instalments at their amount and drops the last ones.
    Otherwise they are recalculated, and a balloon is unchanged.
    """
    if not plan.rows:
        return plan
    if balance == 0:
        # Accrued interest still falls due at the end of the running period.
        return replace(plan, rows=(replace(plan.rows[0], principal=0),))
    if how != "prepay_shorten":
        return _walked(replace(plan, payment=None, part=None), balance, running, working_days)
    shorter = _walked(plan, balance, running, working_days)
    rows = list(shorter.rows)
    while len(rows) > 1 and rows[-1].principal == 0:
        rows.pop()
    return replace(shorter, rows=tuple(rows))


def at_new_rate(plan: Plan, running: RunningInterest, working_days: WorkingDays) -> Plan:
    """Return the plan after the rate has changed: a level payment is recalculated, equal parts of principal stay."""
    if not plan.balance:
        return plan
    return _walked(replace(plan, payment=None), plan.balance, running, working_days)


def _run(terms: LoanTerms, balance: Fen, running: RunningInterest, working_days: WorkingDays) -> Run:
    # The current rate is fixed until an event changes it. In a grace period interest is paid as usual; other kinds of grace are not serviced.
    return Run(replace(terms, principal=balance, rate=FixedRate(running.yearly)), working_days, {})


def _walked(plan: Plan, balance: Fen, running: RunningInterest, working_days: WorkingDays) -> Plan:
    """Return the future rows with the principal that the schedule calculation gives them from the present state."""
    run = _run(plan.terms, balance, running, working_days)
    run.spans, run.weights = [row.period for row in plan.rows], [row.weight for row in plan.rows]
    run.rows, run.upcoming, run.in_force = [], [], RateFrom(running.since, running.yearly)
    run.accrued, run.since = running.closed, running.since
    run.payment, run.part, run.in_grace = plan.payment, plan.part, 0
    while run.spans:
        run.pay(more_to_come=True)
    rows = tuple(replace(row, principal=walked.principal) for row, walked in zip(plan.rows, run.rows, strict=True))
    return replace(plan, rows=rows, payment=run.payment, part=run.part)


def interest_ahead(plan: Plan, running: RunningInterest) -> tuple[Fen, ...]:
    """Return the interest of each future row if nothing else happens."""
    found: list[Fen] = []
    balance = plan.balance
    for index, row in enumerate(plan.rows):
        found.append(round_fen(_interest(row.period, balance, running, plan.terms.day_count, index == 0)))
        balance -= row.principal
    return tuple(found)


def _interest(
    period: Period, balance: Fen, running: RunningInterest, basis: InterestBasis, is_running: bool
) -> Fraction:
    if is_running:
        return accrued(running, period, balance, period.end, basis)
    return balance * Fraction(running.yearly) * fraction_of_year(period, period.start, period.end, basis)
