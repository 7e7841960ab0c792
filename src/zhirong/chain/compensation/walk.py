"""Process loans in default through their events under one mode, together if a cap connects them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from zhirong.chain.compensation import events as ev
from zhirong.chain.compensation.carried import SharedLoss, shared_loss
from zhirong.chain.compensation.timeline import DefaultBook, DefaultStep, turn_of_day
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.mode.allocation import net_loss, terms_of
from zhirong.chain.mode.loss import LoanLoss, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.running_allocation import running
from zhirong.chain.mode.vocabulary import PayerNature
from zhirong.kernel.errors import InputError
from zhirong.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class DefaultWalk:
    """All steps in order, and the state after the last one.

    steps: ``positions`` of each are those of all loans together. due: what each payer still has to pay (negative:
    is to get back), by loan, payer and payee. debts: what each debtor owes, by loan and component. carried: what each
    party carries of each loan. net_paid: what each payer has paid less what went back, by loan, payer and payee.
    """

    steps: tuple[DefaultStep, ...]
    positions: Mapping[str, Fen]
    due: Mapping[str, Mapping[tuple[str, str], Fen]]
    debts: Mapping[str, Mapping[Component, Fen]]
    balances: Mapping[str, Fen]
    paid: Mapping[str, Fen]
    got: Mapping[str, Fen]
    carried: Mapping[str, Mapping[str, Fen]]
    net_paid: Mapping[str, Mapping[tuple[str, str], Fen]]


def walk(
    mode: Mode,
    loans: Sequence[ev.DefaultedLoan],
    natures: Mapping[str, PayerNature],
    pool: PoolState | None = None,
    *,
    until: date | None = None,
    known_on: date | None = None,
) -> DefaultWalk:
    """Process ``loans`` through their events up to ``until`` (None: to the end).

    known_on: only what was recorded by that day counts, so that a result as known on a past day never changes.
    Raises InputError for an impossible event, naming loan, event and day.
    """
    known = [_until(loan, until) for loan in known_loans(loans, known_on)]
    books = {loan.loan_id: DefaultBook(mode, loan, natures) for loan in known}
    losses = [_loss(loan) for loan in known]
    shares = running(mode, losses, pool)
    claimed = {loss.loan_id: loss.claim_day for loss in losses}
    nets = {loss.loan_id: shared_net(mode, loss) for loss in losses}
    order = {loan_id: number for number, loan_id in enumerate(books)}
    steps: list[DefaultStep] = []
    days = sorted({event.day for loan in known for event in loan.events})
    for day in days:
        today = [
            (order[loan.loan_id], _turn(event, claimed[loan.loan_id]), event, loan.loan_id)
            for loan in known
            for event in loan.events
            if event.day == day
        ]
        early = [item for item in today if item[1] < _CLAIM_TURN]
        late = [item for item in today if item[1] >= _CLAIM_TURN]
        for _, _, event, loan_id in sorted(early, key=lambda item: (item[1], item[0])):
            _apply(books, loan_id, event, steps)
        for loan_id in sorted(shares.move_to(day), key=order.__getitem__):
            if claimed[loan_id] <= day:
                divided = shared_loss(terms_of(mode, nets[loan_id][0]), shares.parts(loan_id), nets[loan_id][1])
                _share(books, loan_id, day, divided, steps)
        for _, _, event, loan_id in sorted(late, key=lambda item: (item[1], item[0])):
            _apply(books, loan_id, event, steps)
    return _result(books, steps)


def shared_net(mode: Mode, loss: LoanLoss) -> tuple[LoanLoss, dict[str, Fen]]:
    """Return a loss and its unpaid part on the day of the claim, by component of the mode."""
    return loss, net_loss(mode, loss)


_CLAIM_TURN = turn_of_day(ev.ClaimFiled(day=date.min))
_NEVER = date(9000, 1, 1)  # leaves room for the days that payers have


def _turn(event: ev.DefaultEvent, claim_day: date) -> int:
    """Return the position of an event in its day. Money received on the day of the claim still reduces the claim."""
    if event.day == claim_day and isinstance(event, ev.Recovered | ev.DepositApplied):
        return _CLAIM_TURN - 1
    return turn_of_day(event)


def known_loans(loans: Sequence[ev.DefaultedLoan], known_on: date | None) -> tuple[ev.DefaultedLoan, ...]:
    """Return the loans with the events that were recorded by ``known_on``; None: with all."""
    return tuple(loan if known_on is None else replace(loan, events=loan.known(known_on)) for loan in loans)


def _until(loan: ev.DefaultedLoan, until: date | None) -> ev.DefaultedLoan:
    return replace(loan, events=tuple(event for event in loan.events if until is None or event.day <= until))


def _loss(loan: ev.DefaultedLoan) -> LoanLoss:
    """Return the loss that the mode divides; a loan without a claim has no loss and no day of claim."""
    loss = loan.loss_at_claim(loan.events)
    if loss is not None:
        return loss
    return LoanLoss(
        loan_id=loan.loan_id,
        borrower=loan.borrower,
        lender=loan.lender,
        loan_day=loan.loan_day,
        claim_day=_NEVER,
        amount=loan.amount,
        principal=0,
        entered_on=loan.entered_on,
    )


def _apply(
    books: Mapping[str, DefaultBook], loan_id: str, event: ev.DefaultEvent, steps: list[DefaultStep]
) -> None:
    book = books[loan_id]
    before = len(book.steps)
    try:
        book.apply(event)
    except InputError as error:
        raise InputError(
            [replace(problem, field=f"{loan_id}.{problem.field}") for problem in error.problems]
        ) from error
    _collect(books, book, before, steps)


def _share(
    books: Mapping[str, DefaultBook], loan_id: str, day: date, divided: SharedLoss, steps: list[DefaultStep]
) -> None:
    book = books[loan_id]
    before = len(book.steps)
    book.share(day, divided)
    _collect(books, book, before, steps)


def _collect(books: Mapping[str, DefaultBook], book: DefaultBook, before: int, steps: list[DefaultStep]) -> None:
    """Add a book's new steps to those of all loans, with the positions of all loans together."""
    new = book.steps[before:]
    others: dict[str, Fen] = {}
    for other in books.values():
        if other is not book:
            for role, amount in other.positions.items():
                others[role] = others.get(role, 0) + amount
    for step in new:
        together = {role: amount + others.get(role, 0) for role, amount in step.positions.items()}
        steps.append(replace(step, number=len(steps) + 1, positions=together, of_loan=step.positions))


def _result(books: Mapping[str, DefaultBook], steps: Sequence[DefaultStep]) -> DefaultWalk:
    balances: dict[str, Fen] = {}
    paid: dict[str, Fen] = {}
    got: dict[str, Fen] = {}
    for book in books.values():
        for head, amount in book.loan.owed.items():
            balances[f"lender:loan:{head}"] = balances.get(f"lender:loan:{head}", 0) + amount
    balances["lender:opening"] = -sum(balances.values())
    for step in steps:
        for posting in step.entry.postings if step.entry else ():
            balances[posting.account] = balances.get(posting.account, 0) + posting.amount
            party, holding = posting.account.split(":")[:2]
            if holding == "cash":
                table = got if posting.amount > 0 else paid
                table[party] = table.get(party, 0) + abs(posting.amount)
    positions: dict[str, Fen] = {}
    for book in books.values():
        for role, amount in book.positions.items():
            positions[role] = positions.get(role, 0) + amount
    return DefaultWalk(
        steps=tuple(steps),
        positions=positions,
        due={loan_id: book.due() for loan_id, book in books.items()},
        debts={loan_id: dict(book.debt) for loan_id, book in books.items()},
        balances={account: amount for account, amount in balances.items() if amount},
        paid=paid,
        got=got,
        carried={loan_id: dict(book.positions) for loan_id, book in books.items()},
        net_paid={loan_id: dict(book.flows) for loan_id, book in books.items()},
    )
