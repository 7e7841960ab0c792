"""The events of a loan: frozen records, in the order of their days.

Each has an ``id`` that is unique within the loan, the ``day`` on which it takes effect, the day ``booked`` on which
it was entered in the books, and a ``cause`` in words. An event that is booked late is replayed from its day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.loan.terms import Method
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.money import Fen, yuan
from zhirong.kernel.text import Text


class Payer(StrEnum):
    """The payer of a receipt: the firm itself, or a party that bears part of its debt."""

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
    """An instalment of a custom plan: ``principal`` falls due on ``day``, with the interest up to it.

    If a loan has any, they are its plan instead of the schedule of its terms; the last one clears the loan.
    """

    principal: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSet(_Happened):
    """The yearly contract rate from ``day`` on. is_reset: read from a published rate, as the contract says."""

    yearly: Decimal
    is_reset: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(_Happened):
    """Money received. payer: the party whose money it was. order: all components in the order agreed for this
    payment.
    """

    amount: Fen
    payer: Payer = Payer.FIRM
    order: tuple[Component, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee(_Happened):
    """A cost that the debtor owes from ``day`` on, such as that of a lawsuit."""

    amount: Fen


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(_Happened):
    """Money returned to ``payer``. The debtor owes what exceeds the credit held for the payer again, as costs."""

    amount: Fen
    payer: Payer = Payer.FIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal(_Happened):
    """The named event never counted. A reversal can itself be reversed."""

    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseFound(_Happened):
    """Funds used for another purpose from ``day``. amount: the part of the principal; None for all of it."""

    amount: Fen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseEnded(_Happened):
    """The misuse has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceleration(_Happened):
    """The entire loan with the interest up to ``day`` falls due on ``day``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension(_Happened):
    """The principal that is not yet due is paid by ``until`` instead, at ``yearly`` if the rate changes.

    in_difficulty: because the debtor is in financial difficulty, which makes it a restructuring for the
    classification.
    """

    until: date
    yearly: Decimal | None = None
    in_difficulty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructuring(_Happened):
    """All principal, overdue or not, is repaid again from ``day`` to ``until``; the debtor is in difficulty.

    capitalises: whether unpaid interest becomes principal; otherwise it stays due as before.
    """

    until: date
    yearly: Decimal | None = None
    method: Method | None = None
    capitalises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOff(_Happened):
    """The lender takes the entire claim off its books; the debt remains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(_Happened):
    """Money recovered on a claim that was written off. costs: of collecting it, deducted first."""

    amount: Fen
    costs: Fen = 0
    payer: Payer = Payer.FIRM


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(_Happened):
    """The lender waives an amount of each component, at most the amount due at the time."""

    amounts: Mapping[Component, Fen] = field(default_factory=dict)


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
# The roles that may compensate: those that share a loss.
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

# Order within one day: first amounts due, then events that set terms and add to the debt, then acceleration, then
# money, then events that end the loan. Instalments fall due before all events. The order of booking has no effect,
# so that a late entry has the same result as a timely one.
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
    """Return the events that count, in the order of their days: known by ``known_on``, dated ``as_of`` or before,
    not reversed.

    Instalments of a custom plan count from the start, whatever their day.
    """
    # An instalment without a day of booking is part of the contract: its day is the day on which it is due.
    known = [
        event
        for event in events
        if event.booked <= known_on or (isinstance(event, DueRow) and event.booked == event.day)
    ]
    reversed_ids: set[str] = set()
    # The last reversal counts: a reversal that was itself reversed later has no effect. Events booked on one day
    # keep the order in which they were written, which a sort with reverse=True would not preserve.
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
    """Return events in the order in which they happen: by day, within a day by kind, then by id."""
    return tuple(sorted(events, key=lambda event: (event.day, _RANK.get(type(event), -1), event.id)))


def check_events(events: Iterable[Event]) -> None:
    """Raise InputError with every contradiction between the events of a loan."""
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
                    Text("请为每个事件填写不同的编号", "use a different id for every event"),
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
                    Text("金额须大于零", "the amount must be above zero"),
                    Text(
                        "请填写正数；撤销请使用冲正事件",
                        "enter a positive amount; to undo one, reverse its event",
                    ),
                    "amount_not_positive",
                )
            )
        if isinstance(event, Payment) and event.order is not None and sorted(event.order) != sorted(Component):
            # A missing component would leave a part of the money without a place.
            problems.append(
                Problem(
                    f"{where}.order",
                    ", ".join(event.order),
                    Text("抵充顺序须将五项各列一次", "the order must name each of the five components once"),
                    Text(f"例如：{', '.join(Component)}", f"for example: {', '.join(Component)}"),
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
                    Text("在此之前没有该编号的已记账事件", "no event of this id was booked before it"),
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
                Text("没有放款事件", "no disbursement event is given"),
                Text("请补充放款事件", "add the disbursement event"),
                "no_drawdown",
            )
        )
    else:
        problems.extend(
            Problem(
                f"event[{event.id}].day",
                event.day.isoformat(),
                Text("早于首次放款", "before the first disbursement"),
                Text("请更正日期", "correct the day"),
                "before_drawdown",
            )
            for event in listed
            if event.day < first
        )
    if problems:
        raise InputError(problems)
