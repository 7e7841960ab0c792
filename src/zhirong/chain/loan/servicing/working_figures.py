"""The working figures of a loan, and the effect of time and payments on them.

On a day, instalments fall due first; interest runs from a day up to, but not including, the next.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.amortisation import interest_at
from zhirong.chain.loan.day_counts import year_fraction
from zhirong.chain.loan.periods import Period
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.accruals import Accrual, Uplifts
from zhirong.chain.loan.servicing.arrears import Arrears
from zhirong.chain.loan.servicing.classification import classify
from zhirong.chain.loan.servicing.components import Category, Component
from zhirong.chain.loan.servicing.contract import Contract, Order
from zhirong.chain.loan.servicing.plan import (
    Plan,
    PlanRow,
    RunningInterest,
    accrued,
    at_new_rate,
    spread,
)
from zhirong.chain.loan.servicing.state import Applied, LoanStanding, Restructured
from zhirong.chain.loan.servicing.unapplied_cash import (
    CASH,
    INTEREST_COMPONENTS,
    LOAN,
    RECOVERED,
    Held,
    credited,
)
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.money import Fen, round_fen
from zhirong.kernel.rulebook import Rulebook, RuleError
from zhirong.kernel.text import Text

_NO_TIME = RunningInterest(Fraction(0), date.min, Decimal(0))


class Working:
    """The figures of one loan as of ``_today``, and the methods by which time and payments change them."""

    def __init__(
        self,
        contract: Contract,
        rules: Rulebook,
        working_days: WorkingDays,
        yearly: Decimal,
        by_hand: Sequence[ev.DueRow],
        resets: Sequence[ev.RateSet] = (),
    ) -> None:
        self._contract, self._rules, self._working_days = contract, rules, working_days
        self._by_hand, self._resets = by_hand, resets
        self._begun_at = 1  # The number of the first instalment of the terms in force.
        self._last_due: Period | None = None
        self._waiting: tuple[tuple[int, Period], ...] = ()  # instalments that fell due and wait for their last day
        self._terms = contract.terms
        self._method = contract.terms.method
        self._yearly = yearly
        self._rates: list[tuple[date, Decimal]] = [(date.min, yearly)]  # every rate so far, from its day on
        self._today = date.min
        self._drawn: Fen = 0
        self._plan: Plan | None = None
        self._running = _NO_TIME
        self.resets_ended = False
        self._taken: tuple[ev.RateSet, ...] = ()  # Future resets that an instalment paid early already includes.
        self._arrears = Arrears(contract.walk, contract.compounds, contract.grace_days)
        self._held = Held()
        self._misuse: Fen | None = 0
        self._applied: list[Applied] = []
        self._paid = dict.fromkeys(Component, 0)
        self._waived = dict.fromkeys(Component, 0)
        self._off = dict.fromkeys(Component, 0)
        self._off_accruals = {component: Accrual() for component in INTEREST_COMPONENTS}
        self._off_not_due: Fen = 0
        self._recovered: Fen = 0
        self._interest_earned: Fen = 0
        self._restructurings: list[Restructured] = []
        self._drawn_on: date | None = None
        self._accelerated_on: date | None = None
        self._extended_to: date | None = None
        self._written_off_on: date | None = None
        self._bankrupt_on: date | None = None
        self._stopped_for_good = False  # nothing accrues since the acceptance of a petition
        self._compensated: dict[str, Fen] = {}  # received from each payer and not given back
        self._compensated_on_books: dict[str, Fen] = {}  # of it, not yet taken to income by a write-off
        self._settled_on: date | None = None
        self._notes: list[Text] = []
        self._moves: dict[str, dict[str, Fen]] = defaultdict(lambda: defaultdict(int))

    # -- time -------------------------------------------------------------------------------------------------

    def _to(self, day: date) -> None:
        """Advance to ``day``: accrue interest by the days, and make every instalment due that falls due by then."""
        while True:
            end = self._rows[0].period.falls_due if self._rows else None
            late = self._arrears.next_stop(self._today)
            upcoming = min((stop for stop in (end, late) if stop is not None), default=None)
            if upcoming is None or upcoming > day:
                break
            self._run_days(upcoming)
            if end == upcoming:
                self._fall_due()
        self._run_days(day)

    def _set_rate(self, yearly: Decimal) -> None:
        """Set the contract rate from today on."""
        self._yearly = yearly
        self._rates.append((self._today, yearly))

    def _borne_by(self, principal: Fen, period: Period, start: date, end: date) -> Fraction:
        """Return the interest on ``principal`` from ``start`` to ``end``, each night at the rate in force on it."""
        rates = [*self._rates, *((reset.day, reset.yearly) for reset in self._taken)]
        return interest_at(rates, principal, period, start, end=end, basis=self._terms.day_count)

    def _run_days(self, day: date) -> None:
        if day <= self._today:
            return
        if self._today > date.min and not self._stopped_for_good:
            uplifts = Uplifts(
                Fraction(self._yearly),
                Fraction(self._contract.overdue_uplift),
                Fraction(self._contract.misuse_uplift),
                self._contract.penalty_basis,
                self._contract.compound_within_term == "contract" and self._is_within_term,
            )
            self._arrears.run(uplifts, self._not_due, self._misuse, self._today, day)
            if self._written_off_on is not None:
                self._run_off_balance(uplifts, self._today, day)
        self._today = day

    @property
    def _is_within_term(self) -> bool:
        """Return whether the loan has not ended: something is still to be paid on a later day."""
        return bool(self._rows) or self._arrears.awaits(self._today)

    def _run_off_balance(self, uplifts: Uplifts, start: date, end: date) -> None:
        """Accrue interest on the amounts written off. Principal that was not due at the write-off bears the
        contract rate up to the loan's end.
        """
        turn = min(max(start, self._terms.end), end)
        principal, interest = self._off[Component.PRINCIPAL], self._off[Component.INTEREST]
        not_due = min(self._off_not_due, principal)
        ordinary = not_due * uplifts.yearly * year_fraction(start, turn, uplifts.basis)
        self._off_accruals[Component.INTEREST].exact += ordinary
        self._off_accruals[Component.PENALTY].exact += uplifts.penalty(0, principal - not_due, 0, start, turn)
        self._off_accruals[Component.PENALTY].exact += uplifts.penalty(0, principal, 0, turn, end)
        if self._contract.compounds:
            self._off_accruals[Component.COMPOUND].exact += uplifts.compound(interest, start, end)

    def _fall_due(self) -> None:
        """End the running period: its principal and interest become an instalment that is due.

        An instalment paid before its period ends includes the interest up to that end, with the resets known by
        then; a level payment is recalculated at each of them, as on the day of a reset.
        """
        if self._plan is None:
            raise AssertionError("an instalment cannot fall due without a plan")
        end = self._plan.rows[0].period.end
        self._taken = tuple(reset for reset in self._resets if self._today <= reset.day < end)
        for reset in self._taken:
            if reset.yearly != self._running.yearly:
                self._running = RunningInterest(self._accrued(reset.day), reset.day, reset.yearly)
                self._plan = at_new_rate(self._plan, self._running, self._working_days)
        row, *later = self._plan.rows
        self._add_item(row.number, row.period.paid, row.principal, round_fen(self._accrued(end)))
        self._last_due = row.period
        still = [one for one in self._waiting if self._today <= one[1].last_day]
        self._waiting = (*still, (row.number, row.period))
        self._plan = replace(self._plan, rows=tuple(later))
        self._running = RunningInterest(Fraction(0), end, self._yearly_ahead)
        self._use_credit()

    def _add_item(self, number: int, due: date, principal: Fen, interest: Fen) -> None:
        self._interest_earned += interest
        self._arrears.add(number, due, principal, interest)

    def _use_credit(self) -> None:
        for payer, held in self._held.of.items():
            amount = min(held, self._arrears.total)
            if not amount:
                continue
            before = self._oldest_late
            whose = "" if payer == ev.Payer.FIRM else f"{payer}:"
            cause = f"credit:{whose}{self._today.isoformat()}"
            parts, items = self._cover(amount, self._order(None))
            self._move(cause, {**self._held.use(payer, amount), **credited(parts)})
            self._applied.append(Applied(cause, self._today, amount, parts, 0, 0, items))
            self._after_change(before)

    # -- figures ----------------------------------------------------------------------------------------------

    @property
    def _rows(self) -> tuple[PlanRow, ...]:
        return () if self._plan is None else self._plan.rows

    @property
    def _not_due(self) -> Fen:
        return 0 if self._plan is None else self._plan.balance

    def _accrued(self, day: date) -> Fraction:
        if self._plan is None or not self._plan.rows:
            return Fraction(0)
        period = self._plan.rows[0].period
        return accrued(self._running, period, self._plan.balance, day, self._plan.terms.day_count)

    @property
    def _oldest_late(self) -> date | None:
        return self._arrears.oldest_late(self._today)

    @property
    def _accrual_stopped(self) -> bool:
        """Return whether interest on the loan is no longer income today."""
        most = self._rules.at("lending.servicing.stop_accrual_days", self._today).whole()
        return self._written_off_on is None and self._standing().accrual_stopped(most)

    def _note_restructuring(self, oldest_before: date | None) -> None:
        """Record that the contract was changed today for a debtor in difficulty."""
        first_due = self._rows[0].period.paid if self._rows else self._today
        days_late = 0 if oldest_before is None else (self._today - oldest_before).days
        self._restructurings.append(Restructured(self._today, first_due, days_late))

    def _rebase(self) -> None:
        """Close the accrual of the running period up to today, before the balance or the rate changes."""
        self._running = self._running_on(self._accrued(self._today))

    def _running_on(self, closed: Fraction) -> RunningInterest:
        """Start interest from today, or from the end of a period whose instalment is already due."""
        return RunningInterest(closed, max(self._today, self._running.since), self._yearly_ahead)

    @property
    def _yearly_ahead(self) -> Decimal:
        """Return the rate at which the running period continues: today's, or that of the last reset already
        included.
        """
        return self._taken[-1].yearly if self._taken else self._yearly

    def _move(self, cause: str, amounts: Mapping[str, Fen]) -> None:
        for account, amount in amounts.items():
            self._moves[cause][account] += amount

    def _note(self, event_id: str, zh: str, en: str) -> None:
        self._notes.append(Text(f"{event_id}：{zh}", f"{event_id}: {en}"))

    def _after_change(self, oldest_before: date | None) -> None:
        """Note how late the loan was, where the oldest instalment has changed, and when nothing was left to pay."""
        self._arrears.note(oldest_before, self._today)
        is_empty = not self._arrears.total and not self._not_due and not self._accrued(self._today)
        is_over = self._drawn > 0 and is_empty and self._written_off_on is None
        self._settled_on = (self._settled_on or self._today) if is_over else None

    def _standing(self) -> LoanStanding:
        oldest = self._oldest_late
        items = self._arrears.items
        return LoanStanding(
            days_overdue=0 if oldest is None else (self._today - oldest).days,
            spans=tuple(self._arrears.spans),
            kept=tuple(i.due for i in items if i.cleared_on is not None and i.cleared_on <= i.due),
            missed=tuple(i.due for i in items if (i.cleared_on or self._today) > i.due),
            dues=tuple(sorted({*(i.due for i in items), *(row.period.paid for row in self._rows)})),
            restructurings=tuple(self._restructurings),
            drawn_on=self._drawn_on,
            written_off=self._written_off_on is not None,
        )

    # -- money in ---------------------------------------------------------------------------------------------

    def _order(self, agreed: Order | None) -> Order:
        if agreed is not None:
            return agreed
        if self._contract.orders:
            category = self._category()
            if category is not None and category in self._contract.orders:
                return self._contract.orders[category]
        if self._contract.order is not None:
            return self._contract.order
        return tuple(Component(name) for name in self._rules.at("lending.servicing.order", self._today).value)

    def _category(self) -> Category | None:
        try:
            return classify(self._standing(), self._rules, self._today).category
        except RuleError:
            self._note(
                self._today.isoformat(),
                "当日没有可用的分类规则，按合同的一般顺序抵充",
                "no classification rule is in force on that day; the contract's usual order applies",
            )
            return None

    def _cover(self, amount: Fen, order: Order) -> tuple[dict[Component, Fen], dict[int, Fen]]:
        parts, by_item = self._arrears.cover(amount, order)
        for component, part in parts.items():
            self._paid[component] += part
        return parts, by_item

    def _receive(self, event_id: str, amount: Fen, payer: ev.Payer, agreed: Order | None) -> None:
        self._move(event_id, {CASH: amount})
        if self._written_off_on is not None:
            kept = self._recover(event_id, amount, agreed)
            self._move(event_id, self._held.receive(payer, amount, kept))
            return
        before = self._oldest_late
        covered = min(amount, self._arrears.total)
        parts, items = self._cover(covered, self._order(agreed))
        self._move(event_id, credited(parts))
        prepaid, credit = self._excess(event_id, amount - covered)
        self._move(event_id, self._held.receive(payer, amount, credit))
        self._applied.append(Applied(event_id, self._today, amount, parts, prepaid, credit, items))
        self._after_change(before)
        if not self._rows:
            self._use_credit()

    def _excess(self, event_id: str, rest: Fen) -> tuple[Fen, Fen]:
        """Process money beyond the amounts due: return the prepaid part and the part held as unapplied cash."""
        plan = self._plan
        if plan is None or not plan.rows or not rest:
            return 0, rest
        ready = round_fen(self._accrued(self._today))
        # A payment of the settlement amount settles the loan, regardless of the rule for excess money; unapplied cash counts.
        if rest + self._held.total >= plan.balance + ready:
            self._add_item(plan.rows[0].number, self._today, plan.balance, ready)
            prepaid = min(rest, plan.balance + ready)
            self._clear_plan()
            parts, _ = self._cover(prepaid, tuple(Component))
            self._move(event_id, credited(parts))
            return prepaid, rest - prepaid
        if self._contract.excess == "hold":
            return 0, rest
        prepaid = min(rest, plan.balance)
        self._rebase()
        self._plan = spread(plan, plan.balance - prepaid, self._running, self._working_days, self._contract.excess)
        self._paid[Component.PRINCIPAL] += prepaid
        self._move(event_id, {LOAN[Component.PRINCIPAL]: -prepaid})
        return prepaid, rest - prepaid

    def _recover(self, event_id: str, amount: Fen, agreed: Order | None) -> Fen:
        """Apply money to the written-off debt; return the excess."""
        parts, left = dict.fromkeys(Component, 0), amount
        for component in self._order(agreed):
            part = min(left, self._off[component])
            self._off[component] -= part
            if component in self._off_accruals:
                part += self._off_accruals[component].take(left - part)
            parts[component] = part
            left -= part
        self._recovered += amount - left
        self._move(event_id, {RECOVERED: left - amount})
        self._applied.append(Applied(event_id, self._today, amount, parts, 0, left, {}))
        return left

    def _clear_plan(self) -> None:
        if self._plan is not None:
            self._plan = replace(self._plan, rows=())
        self._running = self._running_on(Fraction(0))
