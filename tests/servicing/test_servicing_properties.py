"""What must hold of any loan whatever happens to it, over random contracts and streams of events."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from servicing_cases import RULES, WORKING_DAYS, contracts, streams

from examples import examples
from zhirong.chain.loan.rates import published_rates
from zhirong.chain.loan.schedule import schedule
from zhirong.chain.loan.servicing import events as ev
from zhirong.chain.loan.servicing.bookkeeping import to_book
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.contract import Contract
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.ledger.books import Books, post
from zhirong.ledger.check import check
from zhirong.ledger.views import by_cause

_LOAN_ACCOUNTS = {component: f"lender:loan:{component.value}" for component in Component}
modest = settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))


def state_of(
    events: tuple[ev.Event, ...], contract: Contract, day: date, known_on: date | None = None
) -> LoanPosition:
    return replay(events, contract, day, RULES, WORKING_DAYS, known_on)


def owed_by_component(state: LoanPosition) -> dict[Component, int]:
    return {
        Component.COSTS: state.costs,
        Component.PENALTY: state.penalty,
        Component.COMPOUND: state.compound,
        Component.INTEREST: state.interest_due + state.accrued,
        Component.PRINCIPAL: state.principal,
    }


def total_by_account(state: LoanPosition) -> dict[str, int]:
    sums: dict[str, int] = {}
    for amounts in state.moves.values():
        for account, amount in amounts.items():
            sums[account] = sums.get(account, 0) + amount
    return {account: amount for account, amount in sums.items() if amount}


@modest
@given(st.data())
def test_paid_in_time_a_loan_is_its_schedule(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    terms = contract.terms
    rows = schedule(terms, WORKING_DAYS, published_rates(RULES)).rows
    made: list[ev.Event] = [ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)]
    made += [ev.Payment(id=f"P{r.number}", day=r.due, booked=r.due, amount=r.total) for r in rows if r.total]
    state = state_of(tuple(made), contract, rows[-1].due + timedelta(days=100))
    assert [(i.due, i.principal, i.interest) for i in state.items] == [
        (row.due, row.principal, row.interest) for row in rows if row.total
    ]
    assert (state.payoff, state.credit, state.penalty, state.days_overdue) == (0, 0, 0, 0)
    assert state.standing.spans == ()
    assert all(applied.prepaid == 0 for applied in state.applied)


@modest
@given(st.data())
def test_unpaid_a_loan_falls_due_as_its_schedule_and_bears_penalties_exactly(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    terms = contract.terms
    rows = list(schedule(terms, WORKING_DAYS, published_rates(RULES)).rows)
    day = rows[-1].due + timedelta(days=data.draw(st.integers(0, 400)))
    drawn = ev.Drawdown(id="D", day=terms.start, booked=terms.start, amount=terms.principal)
    state = state_of((drawn,), contract, day)
    assert [(i.due, i.principal_left, i.interest_left) for i in state.items] == [
        (row.due, row.principal, row.interest) for row in rows if row.total
    ]
    assert state.days_overdue == (day - next(row.due for row in rows if row.total)).days
    if contract.penalty_basis == "act_360" and not hasattr(terms.rate, "index"):
        # Worked out apart from the engine: each instalment by itself, from its due day.
        rate = Fraction(terms.rate.yearly) * (1 + Fraction(contract.overdue_uplift))  # type: ignore[union-attr]
        rows = [row for row in rows if (day - row.due).days > contract.grace_days]
        late = sum((row.principal * rate * (day - row.due).days / 360 for row in rows), Fraction(0))
        assert state.penalty_exact == late
        compound = sum((row.interest * rate * (day - row.due).days / 360 for row in rows), Fraction(0))
        assert state.compound_exact == (compound if contract.compounds else 0)


@modest
@given(st.data())
def test_every_fen_is_somewhere(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    events = data.draw(streams(contract))
    day = contract.terms.start + timedelta(days=data.draw(st.integers(0, 700)))
    state = state_of(events, contract, day)
    owed, totals = owed_by_component(state), total_by_account(state)
    # No balance below nothing, and the books of the loan are what is owed.
    assert all(amount >= 0 for amount in owed.values())
    assert state.credit >= 0
    off = state.off_balance
    for component, account in _LOAN_ACCOUNTS.items():
        assert totals.get(account, 0) == owed[component] - (off[component] if state.written_off_on is None else 0)
        assert totals.get(f"lender:memo:{component.value}", 0) == off[component] >= 0
    held = {payer: "lender:credit" if payer == "firm" else f"lender:credit:{payer}" for payer in ev.Payer}
    for payer, account in held.items():
        assert totals.get(account, 0) == -state.credit_of.get(payer, 0) <= 0
        # Who paid for the debtor holds a claim for what was applied, and has the rest with the lender.
        if payer != "firm":
            assert totals.get(f"{payer}:receivable", 0) == state.credit_of.get(payer, 0)
    assert sum(state.credit_of.values()) == state.credit
    # Each cause balances, and with it the whole.
    for amounts in state.moves.values():
        assert sum(amounts.values()) == 0
    # A receipt is applied to the last fen, and no instalment takes more than its own.
    for applied in state.applied:
        assert sum(applied.parts.values()) + applied.prepaid + applied.credit == applied.amount
        assert all(part >= 0 for part in applied.parts.values()) and applied.credit >= 0
        assert sum(applied.items.values()) == applied.parts[Component.INTEREST] + applied.parts[
            Component.PRINCIPAL
        ] or (state.written_off_on is not None)
    for item in state.items:
        assert 0 <= item.principal_left <= item.principal and 0 <= item.interest_left <= item.interest


@modest
@given(st.data())
def test_principal_is_conserved(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    events = data.draw(streams(contract))
    day = contract.terms.start + timedelta(days=data.draw(st.integers(0, 700)))
    state = state_of(events, contract, day)
    principal = _LOAN_ACCOUNTS[Component.PRINCIPAL]
    moved = {cause: amounts.get(principal, 0) for cause, amounts in state.moves.items()}
    drawn = {event.id for event in events if isinstance(event, ev.Drawdown)}
    capitalised = {event.id for event in events if isinstance(event, ev.Restructuring)}
    off = {event.id for event in events if isinstance(event, ev.WriteOff)}
    assert sum(amount for cause, amount in moved.items() if cause in drawn) == state.drawn
    left = state.drawn + sum(amount for cause, amount in moved.items() if cause in capitalised | off)
    taken = state.paid[Component.PRINCIPAL] + state.waived[Component.PRINCIPAL]
    assert left - taken == state.principal


@settings(modest, max_examples=examples(20))
@given(st.data())
def test_kept_day_by_day_the_books_equal_the_replay(data: st.DataObject) -> None:
    """Late entries, reversals and all: what is booked on the way adds up to what a replay at the end gives."""
    contract = data.draw(contracts())
    events = data.draw(streams(contract))
    last = contract.terms.start + timedelta(days=700)
    days = {event.booked for event in events} | set(
        data.draw(st.lists(st.dates(contract.terms.start, last), max_size=4))
    )
    books = Books()
    for day in sorted(day for day in days if day <= last):
        state = state_of(events, contract, day, known_on=day)
        before = books.entries
        books = post(books, [("L1", entry) for entry in to_book(state, by_cause(books, "L1"), day)])
        assert books.entries[: len(before)] == before
        assert {account: amount for (_, account), amount in books.balances.items()} == total_by_account(state)
        assert to_book(state, by_cause(books, "L1"), day) == ()
    assert check(books) == ()


@modest
@given(st.data())
def test_a_late_entry_ends_where_a_timely_one_does(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    late = tuple(e for e in data.draw(streams(contract)) if not isinstance(e, ev.Reversal))
    timely = tuple(_booked_in_time(event) for event in late)
    day = contract.terms.start + timedelta(days=700)
    assert state_of(late, contract, day) == state_of(timely, contract, day)


@modest
@given(st.data())
def test_a_reversed_event_leaves_no_trace_and_a_reversed_reversal_none_either(data: st.DataObject) -> None:
    contract = data.draw(contracts())
    events = tuple(e for e in data.draw(streams(contract)) if not isinstance(e, ev.Reversal))
    target = data.draw(st.sampled_from(events))
    day = contract.terms.start + timedelta(days=700)
    undone = ev.Reversal(id="R1", day=target.day, booked=day, of=target.id)
    redone = ev.Reversal(id="R2", day=target.day, booked=day, of="R1")
    without = tuple(event for event in events if event is not target)
    if any(isinstance(event, ev.Drawdown) for event in without) and min(e.day for e in without) == min(
        e.day for e in without if isinstance(e, ev.Drawdown)
    ):
        assert state_of((*events, undone), contract, day) == state_of(without, contract, day)
    assert state_of((*events, undone, redone), contract, day) == state_of(events, contract, day)


@modest
@given(st.data())
def test_looking_on_the_way_changes_nothing(data: st.DataObject) -> None:
    """A payment of one fen taken back the same day, or a rate set to what it is, moves no fen of interest."""
    contract = data.draw(contracts())
    events = data.draw(streams(contract, simple=True))
    day = contract.terms.start + timedelta(days=data.draw(st.integers(1, 600)))
    middle = contract.terms.start + timedelta(days=data.draw(st.integers(1, 600)))
    plain = state_of(events, contract, day)
    same_rate = ev.RateSet(id="same", day=middle, booked=middle, yearly=state_of(events, contract, middle).yearly)
    assert state_of((*events, same_rate), contract, day) == plain


def _booked_in_time(event: ev.Event) -> ev.Event:
    from dataclasses import replace

    return replace(event, booked=event.day)
