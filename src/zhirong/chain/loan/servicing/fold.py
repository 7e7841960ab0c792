"""The fold: one event after another, and between them the days, changing what a loan stands at.

It keeps its working figures in itself and hands out a frozen ``LoanState`` at the end. On a day, instalments fall
due first; interest runs from a day up to, not with, the next.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.loan.periods import due_days
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.arrears import Arrears
from zhirong.chain.loan.servicing.classification import classify
from zhirong.chain.loan.servicing.contract import Contract, Order
from zhirong.chain.loan.servicing.heads import HEAD_TEXT, Head
from zhirong.chain.loan.servicing.plan import (
    Plan,
    PlanRow,
    Running,
    accrued,
    anew,
    at_new_rate,
    by_hand,
    ending,
    interest_ahead,
    planned,
    spread,
)
from zhirong.chain.loan.servicing.pots import Uplifts
from zhirong.chain.loan.servicing.state import Applied, LoanState, Standing
from zhirong.chain.loan.terms import Method
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.money import Fen, round_fen, show_yuan
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

ACCRUAL = "accrual"  # the cause under which the books show interest that time alone brought about

CASH, CREDIT = "lender:cash", "lender:credit"
LOAN = {head: f"lender:loan:{head.value}" for head in Head}
INCOME = {head: f"lender:income:{head.value}" for head in Head}
WAIVED, WRITTEN_OFF = "lender:expense:waiver", "lender:expense:write_off"
RECOVERED, RECOVERY_COSTS = "lender:income:recovery", "lender:expense:recovery_costs"

_NO_TIME = Running(Fraction(0), date.min, Decimal(0))


class Fold:
    """The working figures of one loan. ``apply`` takes the next event, ``close`` runs to a day and gives the state."""

    def __init__(
        self,
        contract: Contract,
        rules: Rulebook,
        working_days: WorkingDays,
        yearly: Decimal,
        by_hand: Sequence[ev.DueRow],
    ) -> None:
        self._contract, self._rules, self._working_days = contract, rules, working_days
        self._by_hand = by_hand
        self._terms = contract.terms
        self._method = contract.terms.method
        self._yearly = yearly
        self._today = date.min
        self._drawn: Fen = 0
        self._plan: Plan | None = None
        self._running = _NO_TIME
        self._arrears = Arrears(contract.walk, contract.compounds)
        self._credit: Fen = 0
        self._misuse: Fen | None = 0
        self._applied: list[Applied] = []
        self._paid = dict.fromkeys(Head, 0)
        self._waived = dict.fromkeys(Head, 0)
        self._off = dict.fromkeys(Head, 0)
        self._recovered: Fen = 0
        self._interest_earned: Fen = 0
        self._restructured_on: date | None = None
        self._accelerated_on: date | None = None
        self._extended_to: date | None = None
        self._written_off_on: date | None = None
        self._settled_on: date | None = None
        self._notes: list[Text] = []
        self._moves: dict[str, dict[str, Fen]] = defaultdict(lambda: defaultdict(int))

    # -- time -------------------------------------------------------------------------------------------------

    def _to(self, day: date) -> None:
        """Run to ``day``: interest by the days, and every instalment that falls due on the way or on the day."""
        while True:
            end = self._rows[0].period.end if self._rows else None
            late = self._arrears.next_due(self._today)
            upcoming = min((stop for stop in (end, late) if stop is not None), default=None)
            if upcoming is None or upcoming > day:
                break
            self._run_days(upcoming)
            if end == upcoming:
                self._fall_due()
        self._run_days(day)

    def _run_days(self, day: date) -> None:
        if day <= self._today:
            return
        if self._today > date.min:
            uplifts = Uplifts(
                Fraction(self._yearly),
                Fraction(self._contract.overdue_uplift),
                Fraction(self._contract.misuse_uplift),
                self._contract.penalty_basis,
            )
            self._arrears.run(uplifts, self._not_due, self._misuse, self._today, day)
        self._today = day

    def _fall_due(self) -> None:
        """The running period ends: its principal and interest become an instalment that is due."""
        if self._plan is None:
            raise AssertionError("nothing can fall due without a plan")
        row, *later = self._plan.rows
        self._add_item(row.number, row.period.paid, row.principal, round_fen(self._accrued(row.period.end)))
        self._plan = replace(self._plan, rows=tuple(later))
        self._running = Running(Fraction(0), row.period.end, self._yearly)
        self._use_credit()

    def _add_item(self, number: int, due: date, principal: Fen, interest: Fen) -> None:
        self._interest_earned += interest
        self._arrears.add(number, due, principal, interest)

    def _use_credit(self) -> None:
        if self._credit and self._arrears.total:
            before = self._oldest_late
            amount = min(self._credit, self._arrears.total)
            cause = f"credit:{self._today.isoformat()}"
            parts, items = self._cover(amount, self._order(None))
            self._credit -= amount
            self._move(cause, {CREDIT: amount, **self._credited(parts)})
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

    def _rebase(self) -> None:
        """Close the accrual of the running period up to today, before the balance or the rate changes."""
        self._running = Running(self._accrued(self._today), self._today, self._yearly)

    def _move(self, cause: str, amounts: Mapping[str, Fen]) -> None:
        for account, amount in amounts.items():
            self._moves[cause][account] += amount

    @staticmethod
    def _credited(parts: Mapping[Head, Fen]) -> dict[str, Fen]:
        return {LOAN[head]: -part for head, part in parts.items() if part}

    def _note(self, event_id: str, zh: str, en: str) -> None:
        self._notes.append(Text(f"{event_id}：{zh}", f"{event_id}: {en}"))

    def _after_change(self, oldest_before: date | None) -> None:
        """Note how late the loan was, where what is oldest has changed, and when nothing was left to pay."""
        self._arrears.note(oldest_before, self._today)
        is_empty = not self._arrears.total and not self._not_due and not self._accrued(self._today)
        is_over = self._drawn > 0 and is_empty and self._written_off_on is None
        self._settled_on = (self._settled_on or self._today) if is_over else None

    def _standing(self) -> Standing:
        oldest = self._oldest_late
        items = self._arrears.items
        return Standing(
            days_overdue=0 if oldest is None else (self._today - oldest).days,
            spans=tuple(self._arrears.spans),
            kept=tuple(i.due for i in items if i.cleared_on is not None and i.cleared_on <= i.due),
            restructured_on=self._restructured_on,
            written_off=self._written_off_on is not None,
        )

    # -- money in ---------------------------------------------------------------------------------------------

    def _order(self, agreed: Order | None) -> Order:
        if agreed is not None:
            return agreed
        if self._contract.orders:
            category = classify(self._standing(), self._rules, self._today).category
            if category in self._contract.orders:
                return self._contract.orders[category]
        if self._contract.order is not None:
            return self._contract.order
        return tuple(Head(name) for name in self._rules.at("lending.servicing.order", self._today).value)

    def _cover(self, amount: Fen, order: Order) -> tuple[dict[Head, Fen], dict[int, Fen]]:
        parts, by_item = self._arrears.cover(amount, order)
        for head, part in parts.items():
            self._paid[head] += part
        return parts, by_item

    def _receive(self, event_id: str, amount: Fen, payer: ev.Payer, agreed: Order | None) -> None:
        self._move(event_id, {CASH: amount})
        if payer != "firm":
            # Who pays for the debtor takes over the claim on it.
            self._move(event_id, {f"{payer}:cash": -amount, f"{payer}:recourse": amount})
        if self._written_off_on is not None:
            self._recover(event_id, amount, agreed)
            return
        before = self._oldest_late
        covered = min(amount, self._arrears.total)
        parts, items = self._cover(covered, self._order(agreed))
        self._move(event_id, self._credited(parts))
        prepaid, credit = self._excess(event_id, amount - covered)
        self._credit += credit
        self._move(event_id, {CREDIT: -credit})
        self._applied.append(Applied(event_id, self._today, amount, parts, prepaid, credit, items))
        self._after_change(before)

    def _excess(self, event_id: str, rest: Fen) -> tuple[Fen, Fen]:
        """What is done with money beyond what is due: gives what was prepaid and what is kept as credit."""
        plan = self._plan
        if plan is None or not plan.rows or not rest or self._contract.excess == "hold":
            return 0, rest
        ready = round_fen(self._accrued(self._today))
        if rest >= plan.balance + ready:
            self._add_item(plan.rows[0].number, self._today, plan.balance, ready)
            prepaid = plan.balance + ready
            self._clear_plan()
            parts, _ = self._cover(prepaid, tuple(Head))
            self._move(event_id, self._credited(parts))
            return prepaid, rest - prepaid
        prepaid = min(rest, plan.balance)
        self._rebase()
        self._plan = spread(plan, plan.balance - prepaid, self._running, self._working_days, self._contract.excess)
        self._paid[Head.PRINCIPAL] += prepaid
        self._move(event_id, {LOAN[Head.PRINCIPAL]: -prepaid})
        return prepaid, rest - prepaid

    def _recover(self, event_id: str, amount: Fen, agreed: Order | None) -> None:
        parts, left = dict.fromkeys(Head, 0), amount
        for head in self._order(agreed):
            parts[head] = min(left, self._off[head])
            self._off[head] -= parts[head]
            left -= parts[head]
        self._recovered += amount - left
        self._credit += left
        self._move(event_id, {RECOVERED: left - amount, CREDIT: -left})
        self._applied.append(Applied(event_id, self._today, amount, parts, 0, left, {}))

    def _clear_plan(self) -> None:
        if self._plan is not None:
            self._plan = replace(self._plan, rows=())
        self._running = Running(Fraction(0), self._today, self._yearly)

    # -- events -----------------------------------------------------------------------------------------------

    def apply(self, event: ev.Event) -> None:
        """Run to the event's day and let it happen."""
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
            case ev.DueRow() | ev.Reversal():
                raise AssertionError(f"{event.id}: it shapes the others and does not happen by itself")

    def _on_drawdown(self, event: ev.Drawdown) -> None:
        self._move(event.id, {LOAN[Head.PRINCIPAL]: event.amount, CASH: -event.amount})
        self._drawn += event.amount
        self._settled_on = None
        if self._plan is None:
            self._begin(event)
        elif self._plan.rows:
            self._rebase()
            balance = self._plan.balance + event.amount
            self._plan = spread(self._plan, balance, self._running, self._working_days)
        if not self._rows:
            self._add_item(self._next_number, event.day, event.amount, 0)
            self._note(event.id, "放款时合同已到期，当日到期", "drawn after the loan's end: due at once")

    def _begin(self, event: ev.Drawdown) -> None:
        terms = self._terms
        if event.day != terms.start:
            later = [day for day in due_days(terms) if day > event.day]
            first = None if terms.method is Method.WITH_PRINCIPAL or not later else later[0]
            terms = replace(terms, start=event.day, first_due=first)
        if self._by_hand:
            terms = by_hand(terms, sorted((row.day, row.principal) for row in self._by_hand))
        self._terms = terms
        self._running = Running(Fraction(0), event.day, self._yearly)
        self._plan = planned(terms, 1, event.day, event.amount, self._running, self._working_days)

    @property
    def _next_number(self) -> int:
        if self._plan is not None and self._plan.rows:
            return self._plan.rows[0].number
        return self._arrears.last_number + 1

    def _on_rate_set(self, event: ev.RateSet) -> None:
        if event.yearly == self._yearly:
            return
        closed = self._accrued(self._today)
        self._yearly = event.yearly
        self._running = Running(closed, self._today, event.yearly)
        if self._plan is not None:
            self._plan = at_new_rate(self._plan, self._running, self._working_days)

    def _on_fee(self, event: ev.Fee) -> None:
        if self._written_off_on is not None:
            self._off[Head.COSTS] += event.amount
            self._move(event.id, {WRITTEN_OFF: event.amount, INCOME[Head.COSTS]: -event.amount})
            return
        self._arrears.costs += event.amount
        self._move(event.id, {LOAN[Head.COSTS]: event.amount, INCOME[Head.COSTS]: -event.amount})
        self._settled_on = None
        self._use_credit()

    def _on_refund(self, event: ev.Refund) -> None:
        from_credit = min(event.amount, self._credit)
        beyond = event.amount - from_credit
        self._credit -= from_credit
        self._move(event.id, {CREDIT: from_credit, CASH: -event.amount})
        if beyond:
            self._arrears.costs += beyond
            self._settled_on = None
            self._move(event.id, {LOAN[Head.COSTS]: beyond})
            self._note(
                event.id,
                f"退款比溢缴多 {show_yuan(beyond)} 元，记为应收费用",
                f"CNY {show_yuan(beyond)} more than the credit was given back and is owed as costs",
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
            self._note(event.id, "没有可展期的贷款", "there is nothing to extend")
            return
        before = self._oldest_late
        closed = self._accrued(self._today)
        balance = self._not_due + self._arrears.take_principal(due_from=self._today)
        if balance == 0 or event.until <= self._terms.end:
            self._note(
                event.id, "没有未到期的本金可展期，或新到期日不晚于原到期日", "nothing not yet due, or no later end"
            )
            return
        self._yearly = self._yearly if event.yearly is None else event.yearly
        self._running = Running(closed, self._today, self._yearly)
        number = self._next_number
        self._terms = ending(self._terms, event.until)
        self._plan = planned(self._terms, number, self._today, balance, self._running, self._working_days)
        self._extended_to = event.until
        self._after_change(before)

    def _on_restructuring(self, event: ev.Restructuring) -> None:
        before = self._oldest_late
        closed = self._accrued(self._today)
        number = self._next_number
        balance = self._not_due + self._arrears.take_principal(due_from=date.min)
        interest = 0
        if event.capitalises:
            ready = round_fen(closed)
            self._interest_earned += ready
            interest = ready + self._arrears.take_interest()
            closed = Fraction(0)
        if balance == 0:
            self._note(event.id, "没有可重组的本金", "there is no principal to restructure")
            return
        self._move(event.id, {LOAN[Head.PRINCIPAL]: interest, LOAN[Head.INTEREST]: -interest})
        self._yearly = self._yearly if event.yearly is None else event.yearly
        self._running = Running(closed, self._today, self._yearly)
        self._method = self._method if event.method is None else event.method
        self._terms = anew(self._terms, event.day, event.until, self._method)
        self._plan = planned(
            self._terms, number, self._today, balance + interest, self._running, self._working_days
        )
        self._restructured_on = event.day
        self._after_change(before)

    def _on_write_off(self, event: ev.WriteOff) -> None:
        before = self._oldest_late
        ready = round_fen(self._accrued(self._today))
        self._interest_earned += ready
        off = self._arrears.take_all()
        off[Head.INTEREST] += ready
        off[Head.PRINCIPAL] += self._not_due
        self._clear_plan()
        self._misuse = 0
        self._written_off_on = event.day
        self._move(event.id, {WRITTEN_OFF: sum(off.values()), **self._credited(off)})
        for head, amount in off.items():
            self._off[head] += amount
        self._after_change(before)

    def _on_recovery(self, event: ev.Recovery) -> None:
        if self._written_off_on is None:
            # The write-off was taken back: what came in is a payment, and what it cost is owed by the debtor.
            self._arrears.costs += event.costs
            self._move(event.id, {LOAN[Head.COSTS]: event.costs, CASH: -event.costs})
            self._receive(event.id, event.amount, event.payer, None)
            return
        self._move(event.id, {RECOVERY_COSTS: event.costs, CASH: -event.costs})
        net = max(0, event.amount - event.costs)
        self._move(event.id, {CASH: event.amount, RECOVERED: net - event.amount})
        if event.payer != "firm":
            self._move(event.id, {f"{event.payer}:cash": -event.amount, f"{event.payer}:recourse": event.amount})
        self._recover(event.id, net, None)

    def _on_waiver(self, event: ev.Waiver) -> None:
        before = self._oldest_late
        given: dict[Head, Fen] = {}
        for head, amount in event.amounts.items():
            given[head] = self._arrears.give_up(head, amount)
            self._waived[head] += given[head]
            if given[head] < amount:
                self._note(
                    event.id,
                    f"{HEAD_TEXT[head].zh}只欠 {show_yuan(given[head])} 元，按此减免",
                    f"only CNY {show_yuan(given[head])} of {HEAD_TEXT[head].en} was owed, and waived",
                )
        self._move(event.id, {WAIVED: sum(given.values()), **self._credited(given)})
        self._after_change(before)

    # -- the end ----------------------------------------------------------------------------------------------

    def close(self, as_of: date) -> LoanState:
        """Run to ``as_of`` and give the state."""
        self._to(as_of)
        exact = self._accrued(as_of)
        ready = round_fen(exact)
        pots = self._arrears.pots
        earned = {
            Head.INTEREST: self._interest_earned + ready,
            **{head: pot.earned for head, pot in pots.items()},
        }
        for head, amount in earned.items():
            self._move(ACCRUAL, {LOAN[head]: amount, INCOME[head]: -amount})
        plan = self._plan
        not_due, standing = self._not_due, self._standing()
        principal = not_due + self._arrears.principal
        return LoanState(
            loan_id=self._contract.loan_id,
            as_of=as_of,
            drawn=self._drawn,
            not_due=not_due,
            items=self._arrears.frozen(),
            costs=self._arrears.costs,
            penalty=pots[Head.PENALTY].owed,
            compound=pots[Head.COMPOUND].owed,
            accrued=ready,
            accrued_exact=exact,
            penalty_exact=pots[Head.PENALTY].exact,
            compound_exact=pots[Head.COMPOUND].exact,
            credit=self._credit,
            yearly=self._yearly,
            misused=principal if self._misuse is None else min(self._misuse, principal),
            plan=plan,
            interest_ahead=() if plan is None else interest_ahead(plan, self._running),
            standing=standing,
            applied=tuple(self._applied),
            paid=dict(self._paid),
            waived=dict(self._waived),
            written_off=dict(self._off),
            recovered=self._recovered,
            accelerated_on=self._accelerated_on,
            extended_to=self._extended_to,
            written_off_on=self._written_off_on,
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
