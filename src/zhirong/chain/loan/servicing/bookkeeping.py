"""Turn a loan's state into entries: amounts that the books do not show yet are booked today, and no existing entry
is edited.

For each cause the replay gives cumulative amounts by account. The amounts already in the books for that cause are
deducted; the rest is an entry of today. A late payment thus causes its own entry, and one more for every later
event that it changed.
"""

from collections.abc import Mapping
from datetime import date

from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.servicing.events import Payer
from zhirong.chain.loan.servicing.state import LoanPosition, Moves
from zhirong.chain.loan.servicing.unapplied_cash import LOAN, compensation_account, credit_account, kept_off_balance
from zhirong.kernel.money import Fen
from zhirong.kernel.posting import Entry, Posting

PROVISION = "provision"
_PROVISION_EXPENSE, _PROVISION_ACCOUNT = "lender:expense:provision", "lender:provision"


def provision_moves(amount: Fen) -> Moves:
    """Return the cumulative balances of a provision of ``amount`` fen."""
    if amount == 0:
        return {}
    return {PROVISION: {_PROVISION_EXPENSE: amount, _PROVISION_ACCOUNT: -amount}}


def balances_of(state: LoanPosition) -> dict[str, Fen]:
    """Return the balances that the books should show for a loan in its present state, regardless of earlier
    entries; debit positive.
    """
    owed = {
        Component.COSTS: state.costs,
        Component.PENALTY: state.penalty,
        Component.COMPOUND: state.compound,
        Component.INTEREST: state.interest_due + state.accrued,
        Component.PRINCIPAL: state.principal,
    }
    if state.written_off_on is None:
        owed = {component: amount - state.off_balance.get(component, 0) for component, amount in owed.items()}
    held = {credit_account(payer): -state.credit_of.get(payer, 0) for payer in Payer}
    paid = {compensation_account(payer): -amount for payer, amount in state.compensated_on_books.items()}
    memo = kept_off_balance({component: state.off_balance.get(component, 0) for component in Component})
    return {**{LOAN[component]: amount for component, amount in owed.items()}, **held, **paid, **memo}


def to_book(state: LoanPosition, booked: Moves, day: date, provision: Fen | None = None) -> tuple[Entry, ...]:
    """Return the entries of ``day`` that bring the books from ``booked`` to the state, one for each cause that
    differs.

    booked: the amounts already in the books for this loan, cumulatively by cause and account. provision: the
    required provision; None leaves the booked one.
    """
    wanted: dict[str, Mapping[str, Fen]] = dict(state.moves)
    if provision is not None:
        wanted.update(provision_moves(provision))
    elif PROVISION in booked:
        wanted[PROVISION] = booked[PROVISION]
    entries = []
    for cause in dict.fromkeys((*wanted, *booked)):
        should, has = wanted.get(cause, {}), booked.get(cause, {})
        postings = tuple(
            Posting(account, difference)
            for account in dict.fromkeys((*should, *has))
            if (difference := should.get(account, 0) - has.get(account, 0))
        )
        if postings:
            entries.append(Entry(day, cause, postings))
    return tuple(entries)
