"""Losses over time: claims that arrive late are trued up, advances settled, recoveries given back.

On every day on which something happens, what each party owes is worked out afresh from all that is known by then; what
moves that day is the difference from the day before. So the order of arrival never changes where things end.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from zhirong.chain.mode.allocate import allocate
from zhirong.chain.mode.loss import Allocation, LoanLoss, PoolState
from zhirong.chain.mode.model import Mode, Recoveries
from zhirong.kernel import money
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen
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
    """Money that moves from a party to ``to`` on one day (the lender, unless another has paid first); what is paid to
    the party is negative.

    kind: payment, advance, true_up, recovery, or surplus (what is left of a recovery, for the firm).
    """

    day: date
    loan_id: str
    party: str
    amount: Fen
    kind: str
    explanation: Explanation
    to: str = "lender"


@dataclass(frozen=True, slots=True)
class Settlement:
    """Losses settled over time. movements: in the order of their days.

    positions: what each party still bears of each loan at the end, after recoveries; they sum to ``left``.
    shared: the allocation as last worked out, before the recoveries that came after it.
    """

    movements: tuple[Movement, ...]
    positions: Mapping[str, Mapping[str, Fen]]
    left: Mapping[str, Fen]
    shared: Allocation


def settle(
    mode: Mode, loans: Sequence[LoanLoss], pool: PoolState | None = None, until: date | None = None
) -> Settlement:
    """Everything that is paid, trued up and given back on account of ``loans`` up to ``until`` (None: to the end).

    Raises ValueError as ``allocate`` does.
    """
    movements: list[Movement] = []
    paid: dict[_Flow, Fen] = defaultdict(int)
    back: dict[_Flow, Fen] = defaultdict(int)
    shared = allocate(mode, [], pool)
    state: _State = _State({}, {}, [])
    for day in _days(mode, loans, until):
        shared = allocate(mode, _as_of(mode, loans, day), pool, day)
        state = _reckon(mode, loans, shared, day)
        movements += _moves(mode, state.paid, paid, day, "payment")
        movements += _moves(mode, state.back, back, day, "recovery")
    positions = {loan_id: _position(shared, loan_id, state) for loan_id in state.loans}
    left = {loan_id: sum(parts.values()) for loan_id, parts in positions.items()}
    return Settlement(tuple(movements), positions, left, shared)


# Loan, who pays, who is paid.
_Flow = tuple[str, str, str]


@dataclass(slots=True)
class _State:
    """As of one day: what has been paid by whom to whom, and what each party has to have got back."""

    paid: dict[_Flow, Fen]
    back: dict[_Flow, Fen]
    loans: list[str]


def _days(mode: Mode, loans: Sequence[LoanLoss], until: date | None) -> list[date]:
    days: set[date] = set()
    for loan in loans:
        days.add(loan.claim_day)
        days.update(recovery.day for recovery in loan.recoveries if recovery.day > loan.claim_day)
        timings = mode.sharing_on(loan.loan_day).timings
        days.update(loan.claim_day + timedelta(days=timing.days) for timing in timings)
        if mode.advance is not None:
            days.add(loan.claim_day + timedelta(days=mode.advance.days))
            if loan.closed_on is not None:
                days.add(loan.closed_on)
    return sorted(day for day in days if until is None or day <= until)


def _is_open(mode: Mode, loan: LoanLoss, day: date) -> bool:
    return mode.advance is not None and (loan.closed_on is None or day < loan.closed_on)


def _as_of(mode: Mode, loans: Sequence[LoanLoss], day: date) -> list[LoanLoss]:
    """The loans as reckoned on ``day``: once a case with an advance is closed, all received by then reduces it."""
    return [
        replace(loan, reckoned_on=loan.closed_on)
        if mode.advance is not None and loan.closed_on is not None and loan.closed_on <= day
        else loan
        for loan in loans
    ]


def _reckon(mode: Mode, loans: Sequence[LoanLoss], shared: Allocation, day: date) -> _State:
    state = _State({}, {}, [])
    for loan in loans:
        if loan.claim_day > day:
            continue
        share = shared.of(loan.loan_id)
        waiting = _is_open(mode, loan, day)
        flows = _flows(mode, loan, share.parts, day, waiting)
        for (payer, payee), amount in flows.items():
            state.paid[loan.loan_id, payer, payee] = amount
        state.loans.append(loan.loan_id)
        last = loan.last_reckoned
        if mode.advance is not None and loan.closed_on is not None and loan.closed_on <= day:
            last = loan.closed_on
        later = [recovery.net for recovery in loan.recoveries if last < recovery.day <= day]
        if waiting:
            # Until the case is closed what comes in stays with the lender; the true-up counts it.
            carried = share.loss - sum(amount for (_, payee), amount in flows.items() if payee == "lender")
            state.back[loan.loan_id, "lender", "lender"] = min(sum(later), carried)
            continue
        for role, amount in give_back(mode.recoveries, share.parts, later).items():
            state.back[loan.loan_id, role, "lender"] = amount
    return state


def _flows(
    mode: Mode, loan: LoanLoss, parts: Mapping[str, Fen], day: date, waiting: bool
) -> dict[tuple[str, str], Fen]:
    """What each payer has paid to whom by ``day``. One that pays through another repays what that one paid first."""
    flows: dict[tuple[str, str], Fen] = defaultdict(int)
    sharing = mode.sharing_on(loan.loan_day)
    for role, amount in parts.items():
        if role == "lender":
            continue
        paid = _paid_by(mode, loan, role, amount, day, waiting)
        through = sharing.timing_of(role).through
        if through is None:
            flows[role, "lender"] += paid
        else:
            first = _paid_by(mode, loan, through, amount, day, waiting)
            flows[through, "lender"] += first
            flows[role, through] += min(paid, first)
    return flows


def _paid_by(mode: Mode, loan: LoanLoss, role: str, amount: Fen, day: date, waiting: bool) -> Fen:
    if day < loan.claim_day + timedelta(days=mode.sharing_on(loan.loan_day).timing_of(role).days):
        return 0
    advance = mode.advance
    if not waiting or advance is None or role not in advance.payers:
        return amount
    if day < loan.claim_day + timedelta(days=advance.days):
        return 0
    return money.share_of(amount, advance.share, "floor")


def _position(shared: Allocation, loan_id: str, state: _State) -> dict[str, Fen]:
    """What each bears as of now: what it has paid less what it was paid and got back; the lender carries the rest."""
    share = shared.of(loan_id)
    position = dict.fromkeys(share.parts, 0)
    position["lender"] = share.loss
    for flows, sign in ((state.paid, 1), (state.back, -1)):
        for (loan, payer, payee), amount in flows.items():
            if loan != loan_id or payer == "firm":
                continue
            position[payer] += sign * amount
            if sign > 0:
                position[payee] -= amount
    return position


def give_back(terms: Recoveries, parts: Mapping[str, Fen], received: Sequence[Fen]) -> dict[str, Fen]:
    """What each party gets of recoveries that come after a loss was shared; what is left over is the firm's.

    Each recovery is divided in proportion to what each still bears, or in the order of the parties named (then pro
    rata among the rest). Nobody gets back more than it bears; a full recovery makes everyone whole to the fen.
    """
    still = dict(parts)
    got: dict[str, Fen] = dict.fromkeys(parts, 0)
    surplus = 0
    for amount in received:
        for role in terms.order:
            given = min(amount, still.get(role, 0))
            if given:
                got[role] += given
                still[role] -= given
                amount -= given
        given = min(amount, sum(still.values()))
        for role, part in money.allocate(given, still).items():
            got[role] += part
            still[role] -= part
        surplus += amount - given
    if surplus:
        got["firm"] = got.get("firm", 0) + surplus
    return got


def _moves(mode: Mode, now: Mapping[_Flow, Fen], before: dict[_Flow, Fen], day: date, kind: str) -> list[Movement]:
    moves = []
    for flow, amount in now.items():
        loan_id, role, to = flow
        change = amount - before[flow]
        first = before[flow] == 0
        before[flow] = amount
        if change == 0 or role == "lender":
            continue
        named = kind
        if kind == "payment":
            is_advance = mode.advance is not None and role in mode.advance.payers and first
            named = "advance" if is_advance else "payment" if first and change > 0 else "true_up"
        elif role == "firm":
            named = "surplus"
        signed = change if kind == "payment" else -change
        label = _KINDS[named]
        name, payee = mode.name_of(role), mode.name_of(to)
        words = Text(f"{name.zh} → {payee.zh}：{label.zh}", f"{name.en} → {payee.en}: {label.en}")
        moves.append(Movement(day, loan_id, role, signed, named, Explanation(words, signed, "fen"), to))
    return moves
