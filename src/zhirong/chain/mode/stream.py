"""Settle losses over time: true up late claims, settle advances, distribute recoveries.

On every day with an event, the amount owed by each party is recalculated from all events known by then. The
day's payments are the differences from the day before, so the order of arrival never changes the final result.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhirong.chain.mode.allocation import allocate, net_loss, terms_of
from zhirong.chain.mode.loss import Allocation, LoanLoss, LossRecovery, PoolState
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.returns import given_back
from zhirong.chain.mode.running_allocation import as_of, running
from zhirong.kernel import money
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.tabular import Table, Tabular, in_yuan
from zhirong.kernel.text import Text

_KINDS: dict[str, Text] = {
    "payment": Text("赔付", "payment"),
    "advance": Text("预付", "advance"),
    "true_up": Text("多退少补", "true-up"),
    "recovery": Text("回收款返还", "share of a recovery"),
    "surplus": Text("余款归还企业", "surplus returned to the firm"),
}


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment between a party and ``to`` on one day (the lender, unless another party has paid first).

    amount: what the party pays; a receipt is negative. payer, payee and paid express the same in the direction of
    the payment. kind: payment, advance, true_up, recovery, or surplus (the rest of a recovery, for the firm).
    """

    day: date
    loan_id: str
    party: str
    amount: Fen
    kind: str
    explanation: Explanation
    to: str = "lender"

    @property
    def payer(self) -> str:
        """Return the role that pays."""
        return self.party if self.amount > 0 else self.to

    @property
    def payee(self) -> str:
        """Return the role that receives the payment."""
        return self.to if self.amount > 0 else self.party

    @property
    def paid(self) -> Fen:
        """Return the amount paid, always above zero."""
        return abs(self.amount)

    def __repr__(self) -> str:
        return f"<Movement {self.day} loan {self.loan_id}: {self.kind}, {self.payer} pays {self.payee} CNY {show_yuan(self.paid)}>"


@dataclass(frozen=True, slots=True)
class Settlement(Tabular):
    """Losses settled over time. movements: in the order of their days.

    positions: what each party still bears of each loan at the end, after recoveries; they sum to ``left``. shared:
    the allocation as last calculated, before the recoveries that came after it.
    """

    movements: tuple[Movement, ...]
    positions: Mapping[str, Mapping[str, Fen]]
    left: Mapping[str, Fen]
    shared: Allocation

    def __repr__(self) -> str:
        shared = self.shared
        return f"<Settlement of {len(shared.loans)} loan(s): loss CNY {show_yuan(shared.loss)}, {len(self.movements)} movement(s)>"

    def as_table(self) -> Table:
        """One row for each loan: its loss, and each party's part of it."""
        parties = tuple(self.shared.totals)
        return Table(
            ("loan_id", "loss_yuan", *(f"{party}_yuan" for party in parties), "refused"),
            tuple(
                (
                    loan.loan_id,
                    in_yuan(loan.loss),
                    *(in_yuan(loan.parts.get(party, 0)) for party in parties),
                    None if loan.refused is None else loan.refused.en,
                )
                for loan in self.shared.loans
            ),
        )


def settle(
    mode: Mode, loans: Sequence[LoanLoss], pool: PoolState | None = None, until: date | None = None
) -> Settlement:
    """Return every payment, true-up and return on account of ``loans`` up to ``until`` (None: to the end).

    Raises ValueError as ``allocate`` does.
    """
    events = _events(mode, loans, until)
    last = max(events, default=date.min)
    shared = allocate(mode, [as_of(mode, loan, last) for loan in loans], pool, last)
    standing = running(mode, loans, pool)
    by_id = {loan.loan_id: loan for loan in loans}
    accounts: dict[str, _Account] = {}
    movements: list[Movement] = []
    for day in sorted(events):
        touched = standing.move_to(day) | events[day]
        paid: list[Movement] = []
        given_back: list[Movement] = []
        for loan_id in (loan_id for loan_id in by_id if loan_id in touched):
            is_open = _is_open(mode, by_id[loan_id], day)
            new = _reckon(mode, by_id[loan_id], standing.parts(loan_id), day)
            old = accounts.get(loan_id, _Account({}, {}))
            paid += _moves(mode, loan_id, new.paid, old.paid, day, "payment", is_open)
            given_back += _moves(mode, loan_id, new.back, old.back, day, "recovery")
            accounts[loan_id] = new
        movements += sorted([*paid, *given_back], key=_turn)
    positions = {
        loan.loan_id: _position(shared, loan.loan_id, accounts) for loan in loans if loan.loan_id in accounts
    }
    left = {loan_id: sum(parts.values()) for loan_id, parts in positions.items()}
    return Settlement(tuple(movements), positions, left, shared)


# Payer and payee.
_Flow = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Account:
    """The state of one loan on one day: the payments made between the parties, and what each party should have
    received back.
    """

    paid: Mapping[_Flow, Fen]
    back: Mapping[_Flow, Fen]


def _events(mode: Mode, loans: Sequence[LoanLoss], until: date | None) -> dict[date, set[str]]:
    """Return the days on which a payment of this loan falls due regardless of the other loans."""
    events: dict[date, set[str]] = defaultdict(set)
    for loan in loans:
        days = {loan.claim_day}
        days.update(recovery.day for recovery in loan.received if recovery.day > loan.claim_day)
        timings = terms_of(mode, loan).timings
        days.update(loan.claim_day + timedelta(days=timing.days) for timing in timings)
        if mode.advance is not None:
            days.add(loan.claim_day + timedelta(days=mode.advance.days))
            if loan.closed_on is not None:
                days.add(loan.closed_on)
        for day in days:
            if until is None or day <= until:
                events[day].add(loan.loan_id)
    return events


def _is_open(mode: Mode, loan: LoanLoss, day: date) -> bool:
    return mode.advance is not None and (loan.closed_on is None or day < loan.closed_on)


def _reckon(mode: Mode, loan: LoanLoss, parts: Mapping[str, Fen], day: date) -> _Account:
    last = as_of(mode, loan, day).last_reckoned
    later = [recovery for recovery in loan.received if last < recovery.day <= day]
    if _is_open(mode, loan, day):
        flows = _while_open(mode, loan, parts, day)
        # Until the case is closed the lender keeps what arrives; the true-up counts it.
        carried = sum(parts.values()) - sum(amount for (_, payee), amount in flows.items() if payee == "lender")
        back = {("lender", "lender"): min(sum(recovery.net for recovery in later), carried)}
    else:
        flows, back = _settled(mode, loan, parts, later, day)
    return _Account(flows, {**back, ("firm", "lender"): surplus_by(loan, day)})


def surplus_by(loan: LoanLoss, day: date) -> Fen:
    """Return what arrived up to ``day`` above the debt of the day of receipt; it belongs to the firm."""
    changes: dict[date, list[Fen]] = defaultdict(lambda: [0, 0])
    for accrual in loan.accrued:
        changes[max(accrual.day, loan.claim_day)][0] += accrual.amount
    for recovery in loan.received:
        # What arrived before the claim is set off against everything owed on the day of the claim.
        changes[max(recovery.day, loan.claim_day)][1] += recovery.net
    owed, surplus = loan.gross, 0
    for _, (grown, came) in sorted((when, change) for when, change in changes.items() if when <= day):
        owed += grown - came
        surplus += max(0, -owed)
        owed = max(0, owed)
    return surplus


def _while_open(mode: Mode, loan: LoanLoss, parts: Mapping[str, Fen], day: date) -> dict[_Flow, Fen]:
    """Return the payments of each party by recipient before the case is closed. A party that pays through another
    first repays that party.
    """
    flows: dict[_Flow, Fen] = defaultdict(int)
    for role, amount in parts.items():
        if role == "lender":
            continue
        paid = _paid_by(mode, loan, role, amount, day)
        through = terms_of(mode, loan).timing_of(role).through
        if through is None:
            flows[role, "lender"] += paid
        else:
            first = _paid_by(mode, loan, through, amount, day)
            flows[through, "lender"] += first
            flows[role, through] += min(paid, first)
    return flows


def _settled(
    mode: Mode, loan: LoanLoss, parts: Mapping[str, Fen], received: Sequence[LossRecovery], day: date
) -> tuple[dict[_Flow, Fen], dict[_Flow, Fen]]:
    """Return the payments and returns of each party by ``day``. A recovery goes to the parties that have paid by
    its day. The part of a party that has not paid yet goes to the one that carries it until then, the lender or the
    party that pays first; the party then pays that much less.
    """
    flows: dict[_Flow, Fen] = defaultdict(int)
    back: dict[_Flow, Fen] = defaultdict(int)
    apart = _not_shared(mode, loan, day)

    def before(due: date) -> Mapping[str, Fen]:
        """Return each party's part of the recoveries that came before ``due``."""
        came = sum(recovery.net for recovery in received if recovery.day < due)
        return given_back(mode.recoveries, parts, came, apart)

    in_all = given_back(mode.recoveries, parts, sum(recovery.net for recovery in received), apart)
    for role, amount in in_all.items():
        back[role, "lender"] += amount
    for role, amount in parts.items():
        if role == "lender":
            continue
        through = terms_of(mode, loan).timing_of(role).through
        first, first_due = through or role, _due(mode, loan, through or role)
        by_lender = before(first_due)[role]
        flows[first, "lender"] += amount - by_lender if day >= first_due else 0
        back["lender", "lender"] += by_lender
        back[role, "lender"] -= by_lender
        if through is None:
            continue
        due = max(first_due, _due(mode, loan, role))
        by_first = before(due)[role] - by_lender
        flows[role, through] += amount - by_lender - by_first if day >= due else 0
        back[through, "lender"] += by_first
        back[role, "lender"] -= by_first
    return flows, back


def _not_shared(mode: Mode, loan: LoanLoss, day: date) -> Mapping[str, Fen]:
    """Return the part of the loss in unshared components, and its bearer."""
    sharing = terms_of(mode, loan)
    net = net_loss(mode, as_of(mode, loan, day))
    return {sharing.rest_to: sum(amount for part, amount in net.items() if part not in sharing.base)}


def _due(mode: Mode, loan: LoanLoss, role: str) -> date:
    return loan.claim_day + timedelta(days=terms_of(mode, loan).timing_of(role).days)


def _paid_by(mode: Mode, loan: LoanLoss, role: str, amount: Fen, day: date) -> Fen:
    """Return a party's payments on its part while the case is open."""
    if day < _due(mode, loan, role):
        return 0
    advance = mode.advance
    if advance is None or role not in advance.payers:
        return amount
    if day < loan.claim_day + timedelta(days=advance.days):
        return 0
    return money.share_of(amount, advance.share, "floor")


def _position(shared: Allocation, loan_id: str, accounts: Mapping[str, _Account]) -> dict[str, Fen]:
    """Return each party's burden at this point: payments made less payments and returns received; the lender
    carries the rest.
    """
    share, account = shared.of(loan_id), accounts[loan_id]
    position = dict.fromkeys(share.parts, 0)
    position["lender"] = share.loss
    for (payer, payee), amount in account.paid.items():
        position[payer] += amount
        position[payee] -= amount
    for (role, _), amount in account.back.items():
        if role != "firm":
            position[role] -= amount
    return position


def _turn(move: Movement) -> int:
    """Return the sort key of payments within a day: nobody passes on or receives back money that has not reached it
    yet.

    The lender is paid first and pays last. Between parties, one that was repaid too much returns it before another
    is repaid. As nobody pays through a party that itself pays through another, this order is enough.
    """
    if move.to == "lender":
        return 0 if move.amount > 0 else 3
    return 1 if move.amount < 0 else 2


def _moves(
    mode: Mode,
    loan_id: str,
    now: Mapping[_Flow, Fen],
    before: Mapping[_Flow, Fen],
    day: date,
    kind: str,
    is_open: bool = False,
) -> list[Movement]:
    """Return the payments of a day. is_open: the case is not closed yet, so that a payer of advances pays one."""
    moves = []
    for (role, to), amount in now.items():
        old = before.get((role, to), 0)
        change = amount - old
        if change == 0 or role == "lender":
            continue
        named = kind
        if kind == "payment":
            is_advance = is_open and mode.advance is not None and role in mode.advance.payers and old == 0
            named = "advance" if is_advance else "payment" if old == 0 and change > 0 else "true_up"
        elif role == "firm":
            named = "surplus"
        signed = change if kind == "payment" else -change
        label = _KINDS[named]
        payer, payee = (mode.name_of(one) for one in ((role, to) if signed > 0 else (to, role)))
        words = Text(f"{payer.zh} → {payee.zh}：{label.zh}", f"{payer.en} → {payee.en}: {label.en}")
        moves.append(Movement(day, loan_id, role, signed, named, Explanation(words, abs(signed), "fen"), to))
    return moves
