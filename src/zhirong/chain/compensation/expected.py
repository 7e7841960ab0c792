"""The expected payments after a claim, on the days that the mode's file states."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from zhirong.chain.compensation import events as ev
from zhirong.chain.compensation.walk import walk
from zhirong.chain.mode.loss import PoolState
from zhirong.chain.mode.model import Mode, Sharing
from zhirong.chain.mode.vocabulary import PayerNature


def with_expected_payments(
    mode: Mode,
    loans: Sequence[ev.DefaultedLoan],
    natures: Mapping[str, PayerNature],
    pool: PoolState | None = None,
) -> tuple[ev.DefaultedLoan, ...]:
    """Return ``loans`` with one payment added per payer: the amount it still owes on its payment day. The mode's
    file gives the number of days from the claim to the payment; without one, the payer pays on the same day. A
    payer that pays through another pays after it. Existing payments are kept and count first.
    """
    current = list(loans)
    place = {role: number for number, role in enumerate(mode.bearers)}
    plan = [
        (day, turn, number, place[payer], payer)
        for number, loan in enumerate(loans)
        for day, turn, payer in _days(mode, loan)
    ]
    for day, _, number, _, payer in sorted(plan):
        loan = current[number]
        due = walk(mode, current, natures, pool, until=day).due[loan.loan_id]
        for (who, _), amount in due.items():
            if who == payer and amount > 0:
                paid = ev.PayerPaid(day=day, party=payer, amount=amount)
                current[number] = replace(loan, events=(*loan.events, paid))
    return tuple(current)


def _days(mode: Mode, loan: ev.DefaultedLoan) -> list[tuple[date, int, str]]:
    loss = loan.loss_at_claim(loan.events)
    if loss is None:
        return []
    sharing = mode.sharing_on(mode.version_day(loss.loan_day, loss.claim_day))
    payers = [role for role in mode.bearers if role != "lender"]
    return [(*_due(sharing, payer, loss.claim_day), payer) for payer in payers]


def _due(sharing: Sharing, payer: str, claim_day: date) -> tuple[date, int]:
    """Return the day of a payment and its turn on that day: a payer on behalf of another comes first."""
    timing = sharing.timing_of(payer)
    first = claim_day if timing.through is None else claim_day + timedelta(sharing.timing_of(timing.through).days)
    return max(first, claim_day + timedelta(days=timing.days)), 0 if timing.through is None else 1
