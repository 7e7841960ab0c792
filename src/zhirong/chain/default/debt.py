"""The debt of a case: from the servicing of its loan, or as a judgment or statement gives it.

The claim day freezes the debt by component. Later accruals and receipts follow from the loan's events. Only the
debtor's own payments count: a payer's payment changes the creditor, never the amount that the debtor owes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from zhirong.chain.compensation import events as ev
from zhirong.chain.loan.servicing import events as loan_events
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.reading import LoanFile
from zhirong.chain.loan.servicing.replay import replay
from zhirong.chain.loan.servicing.state import LoanPosition
from zhirong.chain.mode.vocabulary import RecoverySource
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class RecoveryNote:
    """The known data on a receipt. costs: of collecting it, deducted first."""

    source: RecoverySource = RecoverySource.DEBTOR
    costs: Fen = 0
    recorded_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecord:
    """A stored default case. owed: the debt by component on ``first_day``. is_stated: the debt is that of a
    judgment or statement, and its growth is among ``events``; otherwise it follows from the loan.

    events: claims, payments of payers, write-off ... notes: of recoveries, by the id of the loan's event.
    payer_events: the ids of the loan's events that are payments of payers. counted: the ids of the events that
    ``owed`` already includes; money dated on or before the first day but booked after the claim counts from the
    next day. facts: the loan's facts that conditions of the mode refer to.
    """

    loan_id: str
    borrower: str
    lender: str
    loan_day: date
    amount: Fen
    first_day: date
    owed: Mapping[Component, Fen]
    events: tuple[ev.DefaultEvent, ...] = ()
    notes: Mapping[str, RecoveryNote] = field(default_factory=dict)
    payer_events: Collection[str] = ()
    is_stated: bool = False
    counted: Collection[str] = ()
    entered_on: date | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def debt_of(position: LoanPosition) -> dict[Component, Fen]:
    """Return the debtor's debt by component, on or off the balance sheet; interest includes accrued interest that
    is not yet due.
    """
    off = {
        component: position.written_off.get(component, 0) + position.written_off_since.get(component, 0)
        for component in Component
    }
    on = {
        Component.PRINCIPAL: position.principal,
        Component.INTEREST: position.interest_due + position.accrued,
        Component.COMPOUND: position.compound,
        Component.PENALTY: position.penalty,
        Component.COSTS: position.costs,
    }
    return {component: on.get(component, 0) + off[component] for component in Component}


def defaulted_loan(
    record: CaseRecord, file: LoanFile, as_of: date, rules: Rulebook, working_days: WorkingDays
) -> ev.DefaultedLoan:
    """Return the loan in default with its events up to ``as_of``, as the default book and ``zhirong claim`` read it."""
    received = list(_received(record, file, as_of))
    grown: Sequence[ev.DefaultEvent] = ()
    if not record.is_stated:
        grown = _grown(record, file, as_of, received, rules, working_days)
    events = sorted((*record.events, *grown, *(event for _, event in received)), key=lambda event: event.day)
    return ev.DefaultedLoan(
        loan_id=record.loan_id,
        borrower=record.borrower,
        lender=record.lender,
        loan_day=record.loan_day,
        amount=record.amount,
        first_day=record.first_day,
        owed=dict(record.owed),
        events=tuple(events),
        entered_on=record.entered_on,
        facts=record.facts,
    )


def _received(record: CaseRecord, file: LoanFile, as_of: date) -> Iterable[tuple[str, ev.Recovered]]:
    """Yield the money received after the first day, with its source and costs; reversed payments are left out."""
    for event in loan_events.in_force(file.events, as_of, date.max):
        if not isinstance(event, loan_events.Payment | loan_events.Recovery) or event.id in record.payer_events:
            continue
        day = event.day
        if day <= record.first_day:
            if record.is_stated or event.id in record.counted:
                continue
            day = record.first_day + timedelta(days=1)
        if day > as_of:
            continue
        note = record.notes.get(event.id, RecoveryNote())
        recorded = max(event.booked, note.recorded_on or event.booked)
        yield (
            event.id,
            ev.Recovered(day=day, recorded_on=recorded, amount=event.amount, costs=note.costs, source=note.source),
        )


def _grown(
    record: CaseRecord,
    file: LoanFile,
    as_of: date,
    received: Sequence[tuple[str, ev.Recovered]],
    rules: Rulebook,
    working_days: WorkingDays,
) -> list[ev.DefaultEvent]:
    """Return the growth of the debt since the first day, between the days with events."""
    own = replace(file, events=tuple(one for one in file.events if one.id not in record.payer_events))
    grown: list[ev.DefaultEvent] = []
    before = dict(record.owed)
    for day in _days(record, as_of, received):
        position = replay(own.events, own.contract, day, rules, working_days)
        now = debt_of(position)
        named = {event_id for event_id, event in received if event.day == day}
        for component in Component:
            covered = sum(
                one.parts.get(component, 0) + (one.prepaid if component is Component.PRINCIPAL else 0)
                for one in position.applied
                if one.event in named
            )
            noted = (
                sum(event.costs for _, event in received if event.day == day) if component is Component.COSTS else 0
            )
            growth = now[component] + covered - before.get(component, 0) - noted
            if growth > 0:
                grown.append(ev.DebtAccrued(day=day, component=component, amount=growth))
        before = now
    return grown


def _days(record: CaseRecord, as_of: date, received: Sequence[tuple[str, ev.Recovered]]) -> list[date]:
    days = {as_of, *(event.day for event in record.events), *(event.day for _, event in received)}
    for event in record.events:
        if isinstance(event, ev.BankruptcyAccepted):
            days.add(event.day - timedelta(days=1))  # the amount accrued by then; nothing accrues from that day on
    return sorted(day for day in days if record.first_day < day <= as_of)
