"""What is still to fall due: the periods ahead with the principal that each of them ends with.

Dates and cycles are those of the schedules. The principal ahead is spread again whenever the balance or the rate
changes, by walking the rest of the loan as the schedule of an untouched loan is walked, so that both agree to the
fen.
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
    """One instalment ahead. number: counted over the whole loan. period: whose end it is. principal: due then.

    weight: how much it repays relative to the first that repays; nothing in a grace.
    """

    number: int
    period: Period
    principal: Fen
    weight: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Plan:
    """The instalments ahead. terms: what they were made from.

    payment: of a level payment, what is paid on a due day of weight 1; part: of equal principal, what is repaid.
    """

    terms: LoanTerms
    rows: tuple[PlanRow, ...]
    payment: Fraction | None = None
    part: Fraction | None = None

    @property
    def balance(self) -> Fen:
        """Principal not yet due."""
        return sum(row.principal for row in self.rows)


@dataclass(frozen=True, slots=True)
class RunningInterest:
    """The interest period that runs. closed: interest of it exactly, up to ``since``, in fen. yearly: from then
    on.
    """

    closed: Fraction
    since: date
    yearly: Decimal


def accrued(running: RunningInterest, period: Period, balance: Fen, day: date, basis: InterestBasis) -> Fraction:
    """Interest of the running period up to ``day``, exactly, in fen: closed + balance × rate × part of a year.

    Nothing runs before ``running.since``, which lies ahead after an instalment that was due before its period
    ended.
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
    """A plan for ``balance`` over those due days of ``terms`` that come after ``after``.

    passed: how many due days of ``terms`` have gone by; grace, steps and cycles of principal are counted on from
    them.
    """
    run = _run(terms, balance, running, working_days)
    run.passed = passed
    run.plan(after)
    ahead = zip(run.spans, run.weights, strict=True)
    rows = tuple(PlanRow(number, span, 0, weight) for number, (span, weight) in enumerate(ahead, numbered_from))
    return _walked(Plan(terms, rows), balance, running, working_days)


def by_hand(terms: LoanTerms, due: Sequence[tuple[date, Fen]]) -> LoanTerms:
    """Terms whose instalments are named day by day, in their order; the last clears whatever the amounts leave."""
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
    """The terms with another end; for a custom plan, what the old last day was to clear is cleared on the new."""
    return replace(terms, end=end, plan=left_of_plan(terms, end))


def restarted(terms: LoanTerms, start: date, end: date, method: Method) -> LoanTerms:
    """The terms begun again on ``start``: grace, steps, balloon and a first due day are over."""
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
    """The plan with ``balance`` spread over its rows.

    how: after a prepayment, ``prepay_shorten`` keeps the instalments as high and drops the last ones. Otherwise
    they are recalculated, a balloon staying as it is.
    """
    if not plan.rows:
        return plan
    if balance == 0:
        # Interest that has accrued still falls due at the end of the running period.
        return replace(plan, rows=(replace(plan.rows[0], principal=0),))
    if how != "prepay_shorten":
        return _walked(replace(plan, payment=None, part=None), balance, running, working_days)
    shorter = _walked(plan, balance, running, working_days)
    rows = list(shorter.rows)
    while len(rows) > 1 and rows[-1].principal == 0:
        rows.pop()
    return replace(shorter, rows=tuple(rows))


def at_new_rate(plan: Plan, running: RunningInterest, working_days: WorkingDays) -> Plan:
    """The plan after the rate has changed: a level payment is recalculated, equal parts of principal stay."""
    if not plan.balance:
        return plan
    return _walked(replace(plan, payment=None), plan.balance, running, working_days)


def _run(terms: LoanTerms, balance: Fen, running: RunningInterest, working_days: WorkingDays) -> Run:
    # The rate that runs is fixed until an event says otherwise; in a grace interest is paid, or not serviced at
    # all.
    return Run(replace(terms, principal=balance, rate=FixedRate(running.yearly)), working_days, {})


def _walked(plan: Plan, balance: Fen, running: RunningInterest, working_days: WorkingDays) -> Plan:
    """The rows ahead with the principal that the walk of a schedule gives them from where the loan stands."""
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
    """The interest with which each row ahead falls due if nothing else happens."""
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
