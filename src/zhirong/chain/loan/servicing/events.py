"""What happens to a loan: frozen records, in the order of the days on which they happened.

Each has an ``id`` that is unique within the loan, the ``day`` on which it has effect, the day ``booked`` on which
it became known to the books, and a ``cause`` in words. What is booked late is replayed from its day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from zhirong.chain.loan.servicing.components import Head
from zhirong.chain.loan.terms import Method
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text


class Payer(StrEnum):
    """Whose money comes in: the firm's own, or that of a party that bears part of its debt."""

    FIRM = "firm"
    GUARANTOR = "guarantor"
    FUND = "fund"
    INSURER = "insurer"
    OPERATOR = "operator"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Happened:
    id: str
    day: date
    booked: date
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown(_Happened):
    """Money lent. The first one starts the loan; a later one is a further tranche."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow(_Happened):
    """An instalment of a plan made by hand: ``principal`` falls due on ``day``, with the interest up to it.

    Where a loan has any, they are its plan instead of the schedule of its terms; the last clears the loan.
    """

    principal: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSet(_Happened):
    """The yearly contract rate from ``day`` on. is_reset: read from a published rate, as the contract says."""

    yearly: Decimal
    is_reset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(_Happened):
    """Money received. payer: whose it was. order: all heads in the order the parties agreed for this payment."""

    amount: Fen
    payer: Payer = Payer.FIRM
    order: tuple[Head, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(_Happened):
    """A cost that the debtor owes from ``day`` on, such as that of a lawsuit."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(_Happened):
    """Money given back to ``payer``. What exceeds the credit held for it is owed again by the debtor, as costs."""

    amount: Fen
    payer: Payer = Payer.FIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal(_Happened):
    """The event named never counted. A reversal can itself be reversed."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseFound(_Happened):
    """Funds put to another use from ``day`` on. amount: how much of the principal; None for all of it."""

    amount: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseEnded(_Happened):
    """The misuse has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration(_Happened):
    """The whole loan with the interest up to ``day`` falls due on ``day``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(_Happened):
    """What is not yet due is paid by ``until`` instead, at ``yearly`` if the rate changes.

    in_difficulty: because the debtor is in financial difficulty, which makes it a restructuring for the
    classification.
    """

    until: date
    yearly: Decimal | None = None
    in_difficulty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructuring(_Happened):
    """All principal, overdue or not, is paid again from ``day`` to ``until``; the debtor is in difficulty.

    capitalises: whether unpaid interest becomes principal; otherwise it stays due as it was.
    """

    until: date
    yearly: Decimal | None = None
    method: Method | None = None
    capitalises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff(_Happened):
    """The lender takes the whole claim off its books; the debt remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(_Happened):
    """Money got in on a claim that was written off. costs: of getting it, taken out of it first."""

    amount: Fen
    costs: Fen = 0
    payer: Payer = Payer.FIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(_Happened):
    """The lender gives up what it names of each head, at most what is then owed and due."""

    amounts: Mapping[Head, Fen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compensation(_Happened):
    """A party that shares the loss compensates the lender (补偿): the debtor still owes everything.

    payer: the party's role. One that pays for the debtor and takes the claim over makes a ``Payment``.
    """

    amount: Fen
    payer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationReturned(_Happened):
    """The lender gives back compensation: its part of a recovery, a true-up, or money clawed back."""

    amount: Fen
    payer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BankruptcyAccepted(_Happened):
    """A petition against the debtor is accepted: all falls due, and nothing accrues from ``day`` on (破产法 46).

    Interest runs again only after a later ``Restructuring``, the plan of a reorganisation.
    """


Event = (
    Drawdown
    | DueRow
    | RateSet
    | Payment
    | Fee
    | Refund
    | Reversal
    | MisuseFound
    | MisuseEnded
    | Acceleration
    | Extension
    | Restructuring
    | WriteOff
    | Recovery
    | Waiver
    | Compensation
    | CompensationReturned
    | BankruptcyAccepted
)

EVENT_TEXT: dict[type, Text] = {
    Drawdown: Text("放款", "drawdown"),
    DueRow: Text("到期一期", "due row"),
    RateSet: Text("定利率", "rate set"),
    Payment: Text("还款", "payment"),
    Fee: Text("费用", "fee"),
    Refund: Text("退款", "refund"),
    Reversal: Text("冲正", "reversal"),
    MisuseFound: Text("发现挪用", "misuse found"),
    MisuseEnded: Text("挪用终止", "misuse ended"),
    Acceleration: Text("宣布提前到期", "acceleration"),
    Extension: Text("展期", "extension"),
    Restructuring: Text("重组", "restructuring"),
    WriteOff: Text("核销", "write-off"),
    Recovery: Text("核销后回收", "recovery after write-off"),
    Waiver: Text("减免", "waiver"),
    Compensation: Text("风险补偿", "compensation"),
    CompensationReturned: Text("返还风险补偿", "compensation returned"),
    BankruptcyAccepted: Text("受理破产申请", "bankruptcy petition accepted"),
}
# Who may compensate: the roles of those who share a loss.
COMPENSATORS = (
    "fund",
    "government",
    "province",
    "city",
    "district",
    "insurer",
    "guarantor",
    "operator",
    "ip_operator",
    "disposal_fund",
    "national_fund",
    "reguarantor",
    "asset_manager",
    "peers",
)

# On one day: what falls due, then what sets the terms and adds to the debt, then acceleration, then money, then
# what ends the loan. Instalments fall due before all events. The order of booking plays no part, so that a late
# entry ends where a timely one does.
_RANK: dict[type, int] = {
    Drawdown: 0,
    RateSet: 1,
    MisuseFound: 2,
    MisuseEnded: 3,
    Fee: 4,
    Extension: 5,
    Restructuring: 6,
    Acceleration: 7,
    BankruptcyAccepted: 8,
    Payment: 9,
    Waiver: 10,
    Refund: 11,
    Compensation: 12,
    CompensationReturned: 13,
    WriteOff: 14,
    Recovery: 15,
}


def in_force(events: Iterable[Event], as_of: date, known_on: date) -> tuple[Event, ...]:
    """The events that count, in the order of their days: known by ``known_on``, of ``as_of`` or before, not
    reversed.

    Instalments of a plan made by hand count from the start, whatever their day.
    """
    # An instalment entered without a day of booking is part of the contract: its own day is the day on which it is
    # due.
    known = [
        event
        for event in events
        if event.booked <= known_on or (isinstance(event, DueRow) and event.booked == event.day)
    ]
    reversed_ids: set[str] = set()
    # The last word counts: a reversal that was itself reversed later takes nothing away. Events booked on one day
    # keep the order in which they were written, which a sort with reverse=True would not turn round.
    booking_order = sorted(known, key=lambda event: event.booked)
    for event in booking_order[::-1]:
        if isinstance(event, Reversal) and event.id not in reversed_ids:
            reversed_ids.add(event.of)
    counted = [
        event
        for event in known
        if not isinstance(event, Reversal)
        and event.id not in reversed_ids
        and (event.day <= as_of or isinstance(event, DueRow))
    ]
    return ordered(counted)


def ordered(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events in the order in which they happen: by day, within a day by kind, then by id."""
    return tuple(sorted(events, key=lambda event: (event.day, _RANK.get(type(event), -1), event.id)))


def check_events(events: Iterable[Event]) -> None:
    """Raise InputError with everything that makes the events no story of a loan."""
    problems = []
    seen: dict[str, Event] = {}
    listed = tuple(events)
    for event in listed:
        where = f"event[{event.id}]"
        if event.id in seen:
            problems.append(
                Problem(
                    f"{where}.id",
                    event.id,
                    Text("编号重复", "the id is used twice"),
                    Text("每个事件用不同的编号", "give every event its own id"),
                    "id_twice",
                )
            )
        seen[event.id] = event
        amount = getattr(event, "amount", None)
        if amount is not None and amount <= 0:
            problems.append(
                Problem(
                    f"{where}.amount",
                    yuan(amount),
                    Text("金额须大于零", "the amount must be more than nothing"),
                    Text(
                        "请写成正数；要撤销用冲正事件",
                        "enter a positive amount; to take one back, reverse its event",
                    ),
                    "amount_not_positive",
                )
            )
        if isinstance(event, Payment) and event.order is not None and sorted(event.order) != sorted(Head):
            # A head omitted would leave its part of the money nowhere.
            problems.append(
                Problem(
                    f"{where}.order",
                    ", ".join(event.order),
                    Text("抵充顺序须把五项各写一次", "the order must name each of the five heads once"),
                    Text(f"例如：{', '.join(Head)}", f"for example: {', '.join(Head)}"),
                    "order_incomplete",
                )
            )
        until = getattr(event, "until", None)
        if until is not None and until <= event.day:
            problems.append(
                Problem(
                    f"{where}.until",
                    until.isoformat(),
                    Text("新的到期日须晚于生效日", "the new end must come after the day of effect"),
                    Text("请更正 until", "correct until"),
                    "dates_reversed",
                )
            )
    booked_before: set[str] = set()
    for event in sorted(listed, key=lambda event: event.booked):
        nothing_there = isinstance(event, Reversal) and event.of not in booked_before
        booked_before.add(event.id)
        if isinstance(event, Reversal) and nothing_there:
            problems.append(
                Problem(
                    f"event[{event.id}].of",
                    event.of,
                    Text("没有先于它记账的这个事件", "no event of this id was booked before it"),
                    Text("请写明要冲正的事件编号", "name the id of the event to be reversed"),
                    "nothing_to_reverse",
                )
            )
    first = min((e.day for e in listed if isinstance(e, Drawdown)), default=None)
    if first is None:
        problems.append(
            Problem(
                "event",
                "",
                Text("没有放款事件", "there is no drawdown"),
                Text("请补充放款事件", "add the drawdown"),
                "no_drawdown",
            )
        )
    else:
        problems.extend(
            Problem(
                f"event[{event.id}].day",
                event.day.isoformat(),
                Text("早于首次放款", "before the first drawdown"),
                Text("请更正日期", "correct the day"),
                "before_drawdown",
            )
            for event in listed
            if event.day < first
        )
    if problems:
        raise InputError(problems)
