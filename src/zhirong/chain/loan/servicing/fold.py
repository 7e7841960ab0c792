"""Apply one event after another to the working figures of a loan, and return a frozen ``LoanPosition`` at the end."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.periods import Period, due_days
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.components import COMPONENT_TEXT, Component
from zhirong.chain.loan.servicing.plan import (
    RunningInterest,
    at_new_rate,
    by_hand,
    ending,
    interest_ahead,
    planned,
    restarted,
    spread,
)
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.loan.servicing.unapplied_cash import (
    ACCRUAL,
    CASH,
    INCOME,
    INTEREST_COMPONENTS,
    LOAN,
    OFF_BALANCE,
    RECOVERED,
    RECOVERY_COSTS,
    WAIVED,
    WRITTEN_OFF,
    compensated,
    compensation_account,
    credited,
    kept_off_balance,
    out_of_income,
)
from zhirong.chain.loan.servicing.working_figures import Working
from zhirong.chain.loan.terms import Method
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, round_fen, show_yuan
from zhirong.kernel.text import Text


class Fold(Working):
    """``apply`` takes the next event, ``close`` advances to a day and returns the state."""

    # -- events -----------------------------------------------------------------------------------------------

    def apply(self, event: ev.Event) -> None:
        """Advance to the event's day and apply it."""
        self._to(event.day)
        match event:
            case ev.Drawdown():
                self._on_drawdown(event)
            case ev.RateSet():
                self._on_rate_set(event)
            case ev.Payment():
                self._receive(event.id, event.amount, event.payer, event.order)
            case ev.Fee():
                self._on_fee(event)
            case ev.Refund():
                self._on_refund(event)
            case ev.MisuseFound():
                self._misuse = event.amount
            case ev.MisuseEnded():
                self._misuse = 0
            case ev.Acceleration():
                self._on_acceleration(event)
            case ev.Extension():
                self._on_extension(event)
            case ev.Restructuring():
                self._on_restructuring(event)
            case ev.WriteOff():
                self._on_write_off(event)
            case ev.Recovery():
                self._on_recovery(event)
            case ev.Waiver():
                self._on_waiver(event)
            case ev.Compensation():
                self._on_compensation(event, event.amount)
            case ev.CompensationReturned():
                self._on_compensation(event, -self._returnable(event))
            case ev.BankruptcyAccepted():
                self._on_bankruptcy(event)
            case ev.DueRow() | ev.Reversal():
                raise AssertionError(f"{event.id}: it changes other events and cannot be applied by itself")

    def _on_drawdown(self, event: ev.Drawdown) -> None:
        self._demand_agreed(event)
        self._move(event.id, {LOAN[Component.PRINCIPAL]: event.amount, CASH: -event.amount})
        self._drawn += event.amount
        self._drawn_on = self._drawn_on or event.day
        self._settled_on = None
        if self._plan is None:
            self._begin(event)
        elif self._plan.rows:
            self._running = self._running_on(self._accrued(self._today) + self._before_its_period(event.amount))
            balance = self._plan.balance + event.amount
            self._plan = spread(self._plan, balance, self._running, self._working_days)
        if not self._rows:
            self._add_item(self._next_number, event.day, event.amount, 0)
            self._note(event.id, "放款时合同已到期，当日到期", "drawn after the end of the loan; due immediately")

    def _demand_agreed(self, event: ev.Drawdown) -> None:
        """Raise InputError for more than the contract lends, or for an outstanding amount above its limit."""
        terms = self._contract.terms
        if terms.limit is not None:
            owed, most = self._not_due + self._arrears.principal, terms.limit
            zh, en, code = "超过授信额度", "above the credit limit", "over_limit"
        else:
            owed, most = self._drawn, terms.principal
            zh, en, code = "超过合同金额", "above the contract amount", "over_contract"
        if owed + event.amount > most:
            raise InputError(
                [
                    Problem(
                        f"event[{event.id}].amount",
                        show_yuan(event.amount),
                        Text(
                            f"{zh} {show_yuan(most)} 元，此前已用 {show_yuan(owed)} 元",
                            f"{en}, CNY {show_yuan(most)}, of which CNY {show_yuan(owed)} is used",
                        ),
                        Text(
                            "请核对金额；循环额度请填写授信额度（limit）",
                            "Check the amount. For a revolving credit, state limit.",
                        ),
                        code,
                    )
                ]
            )

    def _before_its_period(self, amount: Fen) -> Fraction:
        """Add interest on money drawn after an instalment was paid and before the end of its period."""
        since = self._running.since
        if self._plan is None or self._today >= since:
            return Fraction(0)
        return self._borne_by(amount, self._rows[0].period, self._today, since)

    def _begin(self, event: ev.Drawdown) -> None:
        terms = self._terms
        if event.day != terms.start:
            later = [day for day in due_days(terms) if day > event.day]
            first = None if terms.method is Method.WITH_PRINCIPAL or not later else later[0]
            terms = replace(terms, start=event.day, first_due=first)
        if self._by_hand:
            terms = by_hand(terms, sorted((row.day, row.principal) for row in self._by_hand))
        self._terms = terms
        self._running = RunningInterest(Fraction(0), event.day, self._yearly)
        self._plan = planned(
            terms, 1, event.day, balance=event.amount, running=self._running, working_days=self._working_days
        )

    @property
    def _next_number(self) -> int:
        if self._plan is not None and self._plan.rows:
            return self._plan.rows[0].number
        return self._arrears.last_number + 1

    def _agree(self, yearly: Decimal | None) -> None:
        """Replace the agreed rate and its resets by a rate that an amendment states; None keeps both."""
        if yearly is not None:
            self._set_rate(yearly)
            self._taken, self._resets = (), ()
            self.resets_ended = True

    def _on_rate_set(self, event: ev.RateSet) -> None:
        if self.resets_ended and event.is_reset:
            return
        if event in self._taken:
            # Future interest and rows already follow it; late amounts do from today.
            self._taken = self._taken[self._taken.index(event) + 1 :]
            self._set_rate(event.yearly)
            return
        if event.yearly == self._yearly and not self._taken:
            return
        closed = self._accrued(self._today)
        self._taken = ()
        self._set_rate(event.yearly)
        self._running = self._running_on(closed)
        if self._plan is not None:
            self._plan = at_new_rate(self._plan, self._running, self._working_days)

    def _on_fee(self, event: ev.Fee) -> None:
        if self._written_off_on is not None:
            self._off[Component.COSTS] += event.amount
            self._move(event.id, {WRITTEN_OFF: event.amount, INCOME[Component.COSTS]: -event.amount})
            return
        self._arrears.costs += event.amount
        self._move(event.id, {LOAN[Component.COSTS]: event.amount, INCOME[Component.COSTS]: -event.amount})
        self._settled_on = None
        self._use_credit()

    def _on_refund(self, event: ev.Refund) -> None:
        beyond, moves = self._held.give_back(event.payer, event.amount)
        self._move(event.id, moves)
        if beyond:
            self._arrears.costs += beyond
            self._settled_on = None
            self._move(event.id, {LOAN[Component.COSTS]: beyond})
            self._note(
                event.id,
                f"退款超过溢缴款 {show_yuan(beyond)} 元，超出部分记为应收费用",
                f"the refund exceeds the unapplied cash by CNY {show_yuan(beyond)}; the excess is owed as costs",
            )

    def _on_acceleration(self, event: ev.Acceleration) -> None:
        before = self._oldest_late
        self._accelerated_on = event.day
        self._add_item(self._next_number, event.day, self._not_due, round_fen(self._accrued(self._today)))
        self._clear_plan()
        self._use_credit()
        self._after_change(before)

    def _on_extension(self, event: ev.Extension) -> None:
        if self._plan is None:
            self._note(event.id, "没有可展期的贷款", "there is no loan to extend")
            return
        before = self._oldest_late
        last = self._last_unpaid()
        if self._not_due + last == 0 or event.until <= self._terms.end:
            self._note(
                event.id,
                "没有未到期的本金可展期，或新到期日不晚于原到期日",
                "no principal is still undue, or the new end is not later",
            )
            return
        number = self._next_number
        closed = self._accrued(self._today) + self._since_the_end(last)
        balance = self._not_due + (self._arrears.take_principal(self._arrears.last_number) if last else 0)
        self._agree(event.yearly)
        self._running = self._running_on(closed)
        self._terms = ending(self._terms, event.until)
        self._replan(number, balance)
        self._extended_to = event.until
        if event.in_difficulty:
            self._note_restructuring(before)
        self._after_change(before)

    def _last_unpaid(self) -> Fen:
        """Return the unpaid principal of the loan's last instalment if it is due and not overdue, so that it can
        still be deferred.
        """
        if self._rows or self._last_due is None or self._today > self._last_due.last_day:
            return 0
        return self._arrears.principal_of(self._arrears.last_number)

    def _since_the_end(self, principal: Fen) -> Fraction:
        """Return interest on principal deferred after the end of the last period, which its instalment does not
        include.
        """
        return Fraction(0) if self._last_due is None else self._since_end_of(self._last_due, principal)

    def _since_end_of(self, period: Period, principal: Fen) -> Fraction:
        """The same for the instalment of one period. An amount that waits for a shifted due day bears no interest
        if it is paid on that day; if it is deferred, it bears interest from the end of its period.
        """
        if not principal or self._today <= period.end:
            return Fraction(0)
        return self._borne_by(principal, period, period.end, self._today)

    def _since_their_ends(self) -> Fraction:
        """The same for all instalments that wait for their shifted day; of late ones the penalty tells."""
        waiting = [(number, period) for number, period in self._waiting if self._today <= period.last_day]
        return sum(
            (self._since_end_of(period, self._arrears.principal_of(number)) for number, period in waiting),
            Fraction(0),
        )

    def _up_to_its_period(self, principal: Fen) -> Fraction:
        """Return interest on principal deferred from earlier instalments, up to the end of a period whose
        instalment was due before it ended; that instalment includes the interest on everything else up to there.
        """
        since = self._running.since
        if not principal or self._last_due is None or self._today >= since:
            return Fraction(0)
        return self._borne_by(principal, self._last_due, self._today, since)

    def _replan(self, number: int, balance: Fen) -> None:
        """Return a plan of the terms in force for ``balance``, the next instalment being ``number``."""
        self._plan = planned(
            self._terms,
            number,
            self._today,
            balance=balance,
            running=self._running,
            working_days=self._working_days,
            passed=number - self._begun_at,
        )

    def _on_restructuring(self, event: ev.Restructuring) -> None:
        if self._not_due + self._arrears.principal == 0:
            self._note(event.id, "没有可重组的本金", "there is no principal to restructure")
            return
        before = self._oldest_late
        closed = self._accrued(self._today)
        number = self._next_number
        closed += self._since_their_ends()
        in_its_period = self._arrears.principal_of(self._arrears.last_number)
        put_off = self._arrears.take_principal()
        balance = self._not_due + put_off
        interest = 0
        if event.capitalises:
            ready = round_fen(closed)
            self._interest_earned += ready
            interest = ready + self._arrears.take_interest()
            closed = Fraction(0)
        self._move(event.id, {LOAN[Component.PRINCIPAL]: interest, LOAN[Component.INTEREST]: -interest})
        self._agree(event.yearly)
        self._running = self._running_on(closed + self._up_to_its_period(put_off - in_its_period))
        self._method = self._method if event.method is None else event.method
        self._stopped_for_good = False
        self._terms = restarted(self._terms, event.day, event.until, self._method)
        self._begun_at = number
        self._replan(number, balance + interest)
        self._note_restructuring(before)
        self._after_change(before)

    def _on_write_off(self, event: ev.WriteOff) -> None:
        before = self._oldest_late
        ready = round_fen(self._accrued(self._today))
        self._interest_earned += ready
        is_income = not self._accrual_stopped
        off = self._arrears.take_all()
        off[Component.INTEREST] += ready
        off[Component.PRINCIPAL] += self._not_due
        self._off_not_due = self._not_due
        self._clear_plan()
        self._misuse = 0
        self._written_off_on = event.day
        self._give_up(event.id, WRITTEN_OFF, off, is_income)
        for payer, paid in self._compensated_on_books.items():
            self._move(event.id, {compensation_account(payer): paid, WRITTEN_OFF: -paid})
        self._compensated_on_books = {}
        for component, amount in off.items():
            self._off[component] += amount
        self._after_change(before)

    def _on_recovery(self, event: ev.Recovery) -> None:
        if self._written_off_on is None:
            # The write-off was reversed: the receipt is a payment, and the debtor owes its costs.
            self._arrears.costs += event.costs
            self._move(event.id, {LOAN[Component.COSTS]: event.costs, CASH: -event.costs})
            self._receive(event.id, event.amount, event.payer, None)
            return
        self._move(event.id, {RECOVERY_COSTS: event.costs, CASH: -event.costs})
        net = max(0, event.amount - event.costs)
        self._move(event.id, {CASH: event.amount, RECOVERED: net - event.amount})
        kept = self._recover(event.id, net, None)
        self._move(event.id, self._held.receive(event.payer, event.amount, kept))

    def _on_compensation(self, event: ev.Compensation | ev.CompensationReturned, amount: Fen) -> None:
        """The lender receives or returns compensation; the debtor's debt does not change."""
        off_books = self._written_off_on is not None
        self._compensated[event.payer] = self._compensated.get(event.payer, 0) + amount
        if not off_books:
            held = self._compensated_on_books.get(event.payer, 0)
            self._compensated_on_books[event.payer] = held + amount
        self._move(event.id, compensated(event.payer, amount, off_books=off_books))

    def _returnable(self, event: ev.CompensationReturned) -> Fen:
        """Return the amount that can be returned: at most the payer's payments less earlier returns."""
        most = self._compensated.get(event.payer, 0)
        if event.amount > most:
            self._note(
                event.id,
                f"该方补偿后尚未返还的只有 {show_yuan(most)} 元，按此返还",
                f"only CNY {show_yuan(most)} of its compensation was left to return, and returned",
            )
        return min(event.amount, most)

    def _on_bankruptcy(self, event: ev.BankruptcyAccepted) -> None:
        """All falls due and nothing accrues any more, for debtor and guarantors alike."""
        self._bankrupt_on = event.day
        if self._rows:
            self._on_acceleration(ev.Acceleration(id=event.id, day=event.day, booked=event.booked))
        self._stopped_for_good = True

    def _on_waiver(self, event: ev.Waiver) -> None:
        before, is_income = self._oldest_late, not self._accrual_stopped
        given: dict[Component, Fen] = {}
        for component, amount in event.amounts.items():
            given[component] = self._arrears.give_up(component, amount)
            self._waived[component] += given[component]
            if given[component] < amount:
                self._note(
                    event.id,
                    f"{COMPONENT_TEXT[component].zh}仅欠 {show_yuan(given[component])} 元，按欠款金额减免",
                    f"only CNY {show_yuan(given[component])} of {COMPONENT_TEXT[component].en} was owed; that amount was waived",
                )
        self._give_up(event.id, WAIVED, given, is_income)
        self._after_change(before)

    def _give_up(self, event_id: str, expense: str, given: Mapping[Component, Fen], is_income: bool) -> None:
        """Remove claims from the books: as the lender's expense, except for interest that is not income."""
        kept_out = {
            component: amount
            for component, amount in given.items()
            if not is_income and component in INTEREST_COMPONENTS
        }
        lost = {component: amount for component, amount in given.items() if component not in kept_out}
        self._move(event_id, {expense: sum(lost.values()), **credited(lost)})
        self._move(event_id, out_of_income(kept_out))

    def _off_balance(self, ready: Fen) -> dict[Component, Fen]:
        """Return claims off the balance sheet as booked: amounts written off, or interest too late to be income."""
        claims = dict.fromkeys(Component, 0)
        if self._written_off_on is not None:
            claims.update(self._off)
            for component, accrual in self._off_accruals.items():
                claims[component] += accrual.owed
        elif self._accrual_stopped:
            interest = {component: accrual.owed for component, accrual in self._arrears.accruals.items()}
            interest[Component.INTEREST] = ready + sum(item.interest_left for item in self._arrears.items)
            claims.update(interest)
            self._move(OFF_BALANCE, out_of_income(interest))
        self._move(OFF_BALANCE, kept_off_balance(claims))
        return claims

    # -- the end ----------------------------------------------------------------------------------------------

    def close(self, as_of: date) -> LoanPosition:
        """Advance to ``as_of`` and return the state."""
        self._to(as_of)
        exact = self._accrued(as_of)
        ready = round_fen(exact)
        accruals = self._arrears.accruals
        earned = {
            Component.INTEREST: self._interest_earned + ready,
            **{component: accrual.earned for component, accrual in accruals.items()},
        }
        for component, amount in earned.items():
            self._move(ACCRUAL, {LOAN[component]: amount, INCOME[component]: -amount})
        off_balance = self._off_balance(ready)
        plan = self._plan
        not_due, standing = self._not_due, self._standing()
        principal = not_due + self._arrears.principal
        return LoanPosition(
            loan_id=self._contract.loan_id,
            as_of=as_of,
            drawn=self._drawn,
            not_due=not_due,
            items=self._arrears.frozen(),
            costs=self._arrears.costs,
            penalty=accruals[Component.PENALTY].owed,
            compound=accruals[Component.COMPOUND].owed,
            accrued=ready,
            accrued_exact=exact,
            penalty_exact=accruals[Component.PENALTY].exact,
            compound_exact=accruals[Component.COMPOUND].exact,
            credit=self._held.total,
            credit_of={payer: held for payer, held in self._held.of.items() if held},
            yearly=self._yearly,
            misused=principal if self._misuse is None else min(self._misuse, principal),
            plan=plan,
            interest_ahead=() if plan is None else interest_ahead(plan, self._running),
            standing=standing,
            applied=tuple(self._applied),
            paid=dict(self._paid),
            waived=dict(self._waived),
            written_off=dict(self._off),
            written_off_since={component: accrual.owed for component, accrual in self._off_accruals.items()},
            off_balance=off_balance,
            recovered=self._recovered,
            accelerated_on=self._accelerated_on,
            extended_to=self._extended_to,
            written_off_on=self._written_off_on,
            bankrupt_on=self._bankrupt_on,
            compensated={payer: amount for payer, amount in self._compensated.items() if amount},
            compensated_on_books={payer: amount for payer, amount in self._compensated_on_books.items() if amount},
            settled_on=self._settled_on,
            provisional=plan is not None and any(row.period.provisional for row in plan.rows),
            next_reset=None,
            notes=tuple(self._notes),
            moves={
                cause: {account: amount for account, amount in sorted(amounts.items()) if amount}
                for cause, amounts in self._moves.items()
                if any(amounts.values())
            },
        )
