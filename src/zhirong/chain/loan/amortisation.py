"""Process a loan from day to day: accrue interest, pay due days and apply changes. Each step adds a row."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from zhirong.chain.loan.periods import Period, fraction_of_year, periods
from zhirong.chain.loan.rates import RateFrom, RateTables, rate_sets
from zhirong.chain.loan.rows import Row, RowKind
from zhirong.chain.loan.terms import (
    Amendment,
    Change,
    Draw,
    InterestBasis,
    LoanTerms,
    Method,
    PlanItem,
    Prepayment,
    change_field,
)
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, round_fen, yuan
from zhirong.kernel.text import Text

# Discount factors of a level payment are kept to 50 places: its error stays below 10^-40 fen over any term.
_SCALE = 10**50

# On one day a drawdown comes before a repayment, and both before amendments.
_ORDER = {Draw: 0, Prepayment: 1, Amendment: 2}


def walk(
    terms: LoanTerms, working_days: WorkingDays, tables: RateTables
) -> tuple[tuple[Row, ...], tuple[RateFrom, ...]]:
    """Return every row of a loan, and every rate that was set. Raises InputError for an impossible change."""
    run = _Run(terms, working_days, tables)
    changes = sorted(terms.changes, key=lambda change: (change.day, _ORDER[type(change)]))
    while run.spans:
        span = run.spans[0]
        # A change on a due day comes after the due amounts; amended terms can replace the principal due on it.
        if changes and (changes[0].day < span.falls_due or run.takes_the_place(changes[0])):
            run.change(changes.pop(0))
        else:
            run.pay(more_to_come=any(isinstance(change, Draw) for change in changes))
    for change in changes:
        raise InputError([_refused(change_field(terms, change, "day"), change.day.isoformat(), _ALREADY_REPAID)])
    return tuple(run.rows), tuple(run.sets)


_ALREADY_REPAID = Text("此时贷款已结清", "the loan is already repaid by then")
_MORE_THAN_OWED = Text("多于当时所欠本金", "more than the principal owed then")
_OVER_LIMIT = Text("提款后超过授信额度", "the credit limit would be exceeded")


@dataclass(slots=True)
class _Run:
    """The state of a loan while its days are processed."""

    terms: LoanTerms
    working_days: WorkingDays
    tables: RateTables
    rows: list[Row] = field(default_factory=list)
    sets: list[RateFrom] = field(default_factory=list)
    spans: list[Period] = field(default_factory=list)
    upcoming: list[RateFrom] = field(default_factory=list)
    balance: Fen = 0
    accrued: Fraction = Fraction(0)
    since: date = date.min
    weights: list[Fraction] = field(default_factory=list)
    in_grace: int = 0
    passed: int = 0
    rate_from: date = date.min
    payment: Fraction | None = None
    part: Fraction | None = None
    in_force: RateFrom = field(init=False)

    def __post_init__(self) -> None:
        self.balance = self.terms.principal
        self.since = self.terms.start
        self.plan(self.terms.start)
        self._set_rates(self.terms.start)

    # -- events -----------------------------------------------------------------------------------------------

    def pay(self, *, more_to_come: bool) -> None:
        """Process the next due day."""
        span = self.spans[0]
        self._accrue(span, span.end)
        owed = self.balance
        capitalised = interest = 0
        relief = self._relief()
        if relief == "capitalised":
            capitalised = round_fen(self.accrued)
        elif relief == "paid":
            interest = round_fen(self.accrued)
        principal = self._principal_due(interest)
        if relief != "deferred":
            self.accrued = Fraction(0)
        self.balance = owed + capitalised - principal
        self._row("due", span.written, span, owed, principal, interest, capitalised=capitalised)
        self._step_on()
        if self.balance == 0 and self.terms.changes and not more_to_come:
            self.spans = []

    def change(self, change: Change) -> None:
        """Apply a drawdown, a prepayment or an amendment."""
        span = self.spans[0]
        self._accrue(span, min(change.day, span.end))
        self._reset_on(change.day)
        if isinstance(change, Draw):
            self._draw(change, span)
        elif isinstance(change, Prepayment):
            self._prepay(change, span)
        else:
            self._amend(change, span)

    def takes_the_place(self, change: Change) -> bool:
        """Return whether ``change`` defers the principal that falls due: an amendment on the last day, or a
        restarted loan.
        """
        span = self.spans[0]
        if not isinstance(change, Amendment) or not span.falls_due <= change.day <= span.last_day:
            return False
        return len(self.spans) == 1 or (change.kind == "restructuring" and self._begins_anew(change))

    # -- inside -----------------------------------------------------------------------------------------------

    def plan(self, day: date) -> None:
        """Set the due days and weights after ``day`` from the present terms; ``passed`` due days are already over."""
        self.spans = [span for span in periods(self.terms, self.working_days) if span.falls_due > day]
        grace = 0 if self.terms.grace is None else self.terms.grace.periods
        whole_grace = min(grace, self.passed + len(self.spans) - 1)
        self.in_grace = whole_grace - self.passed
        self.weights = _weights(self.terms, self.passed, len(self.spans), whole_grace)
        self.payment = self.part = None

    def _set_rates(self, day: date) -> None:
        """Start a rate agreed on ``day``: its first setting and its resets, counted from there."""
        sets = rate_sets(self.terms.rate, day, self.terms.end, self.working_days, self.tables)
        self.rate_from = day
        self.sets = [item for item in self.sets if item.day < day] + list(sets)
        self.in_force, *self.upcoming = sets

    def _lengthen_rates(self, day: date) -> None:
        """Continue the rate as agreed, up to the present end: the rate in force stays, resets keep their days."""
        sets = rate_sets(self.terms.rate, self.rate_from, self.terms.end, self.working_days, self.tables)
        known = {item.day for item in self.sets}
        self.sets = [item for item in self.sets if item.day < self.terms.end or item.day <= day]
        self.sets += [item for item in sets if item.day >= day and item.day not in known]
        self.upcoming = [item for item in sets if item.day >= day and item.day > self.in_force.day]

    def _accrue(self, span: Period, day: date) -> None:
        while self.upcoming and self.upcoming[0].day < day:
            reset = self.upcoming.pop(0)
            if reset.yearly != self.in_force.yearly:
                # A reset to the same rate does not split the period: 30/360 would count the two parts differently
                # from the whole.
                self._grow(span, reset.day)
                self.payment = None
            self.in_force = reset
        self._grow(span, day)

    def _reset_on(self, day: date) -> None:
        """Read the rate again on ``day`` before anything else happens on it, because terms apply before money."""
        if self.upcoming and self.upcoming[0].day == day:
            reset = self.upcoming.pop(0)
            if reset.yearly != self.in_force.yearly:
                self.payment = None
            self.in_force = reset

    def _grow(self, span: Period, day: date) -> None:
        if day > self.since:
            years = fraction_of_year(span, self.since, day, self.terms.day_count)
            self.accrued += self.balance * self.in_force.yearly_exact * years
            self.since = day

    def _relief(self) -> Literal["paid", "capitalised", "deferred"]:
        """Return the treatment of the interest of the due day: it is paid, unless a grace period provides
        otherwise.
        """
        grace = self.terms.grace
        return grace.interest if grace is not None and self.in_grace > 0 else "paid"

    def _principal_due(self, interest: Fen) -> Fen:
        if len(self.spans) == 1:
            return self.balance
        method, weight = self.terms.method, self.weights[0]
        if method is Method.CUSTOM:
            planned = {item.day: item.principal for item in self.terms.plan}
            return min(planned.get(self.spans[0].written, 0), self.balance)
        if weight == 0 or method not in (Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL):
            return 0
        if method is Method.EQUAL_PRINCIPAL:
            if self.part is None:
                self.part = Fraction(self.balance - self.terms.balloon) / sum(self.weights)
            return min(max(round_fen(self.part * weight), 0), self.balance)
        if self.payment is None:
            self.payment = self._level_payment()
        levelled = interest - round_fen(self._on_top())
        return min(max(round_fen(self.payment * weight) - levelled, 0), self.balance)

    def _on_top(self) -> Fraction:
        """Return the interest for the days by which the first period exceeds a cycle. A level payment does not
        include it, so it is paid in addition.
        """
        span, months = self.spans[0], self.terms.cycle.months
        if self.terms.first_period != "on_top" or months is None or span.start != self.terms.start:
            return Fraction(0)
        beyond = fraction_of_year(span, span.start, span.end, self.terms.day_count) - Fraction(months, 12)
        return self.balance * self.in_force.yearly_exact * beyond

    def _settle_payment(self, day: date, span: Period) -> None:
        """Calculate the amounts of a due day from the present debt, so that a lower debt shortens the loan."""
        if self.terms.method is Method.EQUAL_PRINCIPAL and self.part is None:
            self.part = Fraction(self.balance - self.terms.balloon) / sum(self.weights)
        elif self.terms.method is Method.LEVEL_PAYMENT and self.payment is None:
            until_today = self.accrued
            rest = fraction_of_year(span, max(day, self.since), span.end, self.terms.day_count)
            self.accrued += self.balance * self.in_force.yearly_exact * rest
            self.payment = self._level_payment()
            self.accrued = until_today

    def _level_payment(self) -> Fraction:
        """Return the payment that, made now and on every later due day in its weight, clears balance and interest.

        (balance + accrued - balloon·d₁...dₙ) ÷ (w₀ + w₁d₁ + w₂d₁d₂ + ...), where dⱼ = 1 ÷ (1 + rate × year fraction
        of period j); for whole months, one rate and weights of one this is P·i ÷ (1 - (1 + i)^-n).
        """
        factor = _SCALE
        total = self.weights[0] * _SCALE
        for span, weight in zip(self.spans[1:], self.weights[1:], strict=True):
            years = fraction_of_year(span, span.start, span.end, self.terms.day_count)
            growth = 1 + self.in_force.yearly_exact * years
            factor = factor * growth.denominator // growth.numerator
            total += weight * factor
        owed = (self.balance + self.accrued - self._on_top()) * _SCALE - self.terms.balloon * factor
        return Fraction(owed) / total

    def _draw(self, change: Draw, span: Period) -> None:
        owed = self.balance
        if self.terms.limit is not None and owed + change.amount > self.terms.limit:
            raise InputError(
                [_refused(change_field(self.terms, change, "amount"), yuan(change.amount), _OVER_LIMIT)]
            )
        if change.day < self.since:
            # The last instalment, paid before the end of its period, includes the interest up to that end on
            # everything except this drawing.
            self.accrued += self._borne_by(change.amount, span, change.day, self.since)
        self.balance += change.amount
        self.payment = self.part = None
        self._row("draw", change.day, span, owed, 0, 0, drawn=change.amount)

    def _prepay(self, change: Prepayment, span: Period) -> None:
        owed = self.balance
        amount = owed if change.amount is None else change.amount
        if amount > owed:
            raise InputError([_refused(change_field(self.terms, change, "amount"), yuan(amount), _MORE_THAN_OWED)])
        clears = amount == owed and self.terms.limit is None
        if change.effect == "shorten":
            self._settle_payment(change.day, span)
        interest = round_fen(self.accrued) if clears or change.interest == "at_once" else 0
        if clears or change.interest == "at_once":
            self.accrued = Fraction(0)
        self.balance -= amount
        if change.effect == "reduce":
            self.payment = self.part = None
        self._row("prepayment", change.day, span, owed, amount, interest)
        if clears:
            self.spans = []

    def _begins_anew(self, change: Amendment) -> bool:
        """Return whether due days count from the change: a new method, cycle or first due day, or a restructuring
        with another end.
        """
        if any(item is not None for item in (change.method, change.cycle, change.first_due)):
            return True
        return change.kind == "restructuring" and change.end not in (None, self.terms.end)

    def _amend(self, change: Amendment, span: Period) -> None:
        owed = self.balance
        interest = capitalised = 0
        on_due_day = self.takes_the_place(change)
        fallen, waiting = self._put_off(change) if on_due_day else (0, [])
        for one, amount in waiting:
            if one.paid <= change.day:
                self._row("due", one.written, one, owed, 0, amount)
        if change.interest == "capitalised":
            # Interest due with an instalment is owed in whole fen; what has accrued since is rounded separately.
            self._grow(span, change.day)
            capitalised = fallen + round_fen(self.accrued)
            self.accrued = Fraction(0)
        elif on_due_day:
            interest = fallen
        elif change.interest == "paid":
            interest = round_fen(self.accrued)
            self.accrued = Fraction(0)
        self.balance += capitalised
        self._row(change.kind, change.day, span, owed, 0, interest, capitalised=capitalised)
        for one, amount in waiting:
            if one.paid > change.day:
                self._row("due", one.written, one, owed, 0, amount)
        end = change.end or self.terms.end
        method = change.method or self.terms.method
        terms = replace(
            self.terms,
            end=end,
            method=method,
            cycle=change.cycle or self.terms.cycle,
            plan=() if change.method is not None else left_of_plan(self.terms, end),
            rate=change.rate or self.terms.rate,
        )
        if self._begins_anew(change) or (on_due_day and change.kind == "renewal"):
            terms = replace(terms, start=change.day, first_due=change.first_due, grace=None, step=None, balloon=0)
            if method is not self.terms.method:
                terms = replace(terms, principal_every=1)
            self.passed = 0
        if terms.end <= change.day:
            raise InputError([_refused(change_field(self.terms, change, "end"), end, _ALREADY_REPAID)])
        self.terms = terms
        self.plan(change.day)
        if change.rate is not None:
            self._set_rates(change.day)
        else:
            self._lengthen_rates(change.day)

    def _put_off(self, change: Amendment) -> tuple[Fen, list[tuple[Period, Fen]]]:
        """Defer the principal of instalments whose period has ended but whose day of payment has not come. Deferred
        principal bears interest from the end of that period. Returns the interest that the change settles, and each
        period whose interest remains due on its original day. The change settles interest that is paid with it or
        capitalised, and the interest of the last of these instalments if it is due on the day of the change.
        """
        owed, given = self.balance, 0
        waiting: list[tuple[Period, Fen]] = []
        since_their_ends = Fraction(0)
        while self.spans and self.takes_the_place(change):
            span = self.spans[0]
            self._accrue(span, span.end)
            interest = round_fen(self.accrued)
            principal = self._principal_due(interest)
            self.accrued = Fraction(0)
            is_last = len(self.spans) == 1 or self.spans[1].falls_due > change.day
            if change.interest in ("capitalised", "paid") or (is_last and span.paid <= change.day):
                given += interest
            else:
                waiting.append((span, interest))
            if change.day > span.end:
                since_their_ends += self._borne_by(principal, span, span.end, change.day)
            self.balance -= principal
            self._step_on()
        if self.spans:
            self._accrue(self.spans[0], change.day)
        self.accrued += since_their_ends
        self.balance = owed
        self.since = max(self.since, change.day)
        return given, waiting

    def _borne_by(self, principal: Fen, span: Period, start: date, end: date) -> Fraction:
        """Return the interest on ``principal`` from ``start`` to ``end``, each night at the rate in force on it."""
        rates = [(item.day, item.yearly) for item in self.sets]
        return interest_at(rates, principal, span, start, end=end, basis=self.terms.day_count)

    def _step_on(self) -> None:
        self.since = self.spans.pop(0).end
        self.weights.pop(0)
        self.in_grace -= 1
        self.passed += 1

    def _row(
        self,
        kind: RowKind,
        written: date,
        span: Period,
        owed: Fen,
        principal: Fen,
        interest: Fen,
        drawn: Fen = 0,
        capitalised: Fen = 0,
    ) -> None:
        self.rows.append(
            Row(
                number=len(self.rows) + 1,
                written=written,
                due=span.paid if kind == "due" else written,
                opening=owed,
                principal=principal,
                interest=interest,
                total=principal + interest,
                closing=owed + drawn + capitalised - principal,
                rate=self.in_force.yearly,
                provisional=span.provisional and kind == "due",
                kind=kind,
                drawn=drawn,
                capitalised=capitalised,
            )
        )


def interest_at(
    rates: Sequence[tuple[date, Decimal]],
    principal: Fen,
    span: Period,
    start: date,
    *,
    end: date,
    basis: InterestBasis,
) -> Fraction:
    """Return the exact interest on ``principal`` from ``start`` to ``end``, in fen, each night at the rate in force.

    rates: yearly rates from a day on, in order; the first is in force on ``start`` or before.
    """
    yearly = [rate for day, rate in rates if day <= start][-1]
    since, found = start, Fraction(0)
    for day, rate in rates:
        # The same rate again does not split the nights, as in a period of the schedule.
        if start < day < end and rate != yearly:
            found += principal * Fraction(yearly) * fraction_of_year(span, since, day, basis)
            since, yearly = day, rate
    return found + principal * Fraction(yearly) * fraction_of_year(span, since, end, basis)


Run = _Run  # Servicing processes the rest of a loan with it, from the loan's present state.


def left_of_plan(terms: LoanTerms, end: date) -> tuple[PlanItem, ...]:
    """Return the days of a custom plan that remain if the loan gets another end, which replaces the old one."""
    return tuple(item for item in terms.plan if item.day < min(end, terms.end))


def _weights(terms: LoanTerms, passed: int, count: int, in_grace: int) -> list[Fraction]:
    """Return the weight of each of ``count`` due days in repayment, 1 for a plain one, after ``passed`` earlier ones.

    Zero in grace and between payments of principal, more or less by steps; both count from the end of grace.
    """
    weights: list[Fraction] = []
    for index in range(count):
        place = passed + index - in_grace
        repays = place >= 0 and ((place + 1) % terms.principal_every == 0 or index == count - 1)
        weight = Fraction(1 if repays else 0)
        if repays and terms.step is not None:
            weight = Fraction(terms.step.factor) ** (place // terms.step.every)
        weights.append(weight)
    return weights


def _refused(name: str, value: object, reason: Text) -> Problem:
    return Problem(
        name, str(value), reason, Text("请更正日期或金额", "correct the day or the amount"), "change_refused"
    )
