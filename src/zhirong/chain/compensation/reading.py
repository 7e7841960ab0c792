"""Read the recovery file: loans in default and their events."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict

from zhirong.chain.compensation import events as ev
from zhirong.chain.loan.servicing.components import Component
from zhirong.chain.mode.claim import read_amounts, read_facts, read_members, read_pool
from zhirong.chain.mode.loss import PoolState
from zhirong.chain.mode.vocabulary import RecoverySource
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

MOST_LOANS = 10_000
MOST_EVENTS = 5_000  # Of one loan.


@dataclass(frozen=True, slots=True)
class RecoveryFile:
    """The content of a recovery file. mode: id or path of the mode; empty if the command names it."""

    mode: str
    pool: PoolState
    loans: tuple[ev.DefaultedLoan, ...]


def read_recovery(reader: Reader) -> RecoveryFile:
    """Return the loans and events of a file. Raises InputError with every problem in it."""
    mode = reader.optional_text("mode")
    pool = read_pool(reader)
    tables = reader.tables("loan")
    if not 0 < len(tables) <= MOST_LOANS:
        reader.problem(
            "loan",
            str(len(tables)),
            "count",
            Text(f"须有 1 至 {MOST_LOANS} 笔贷款", f"there must be 1 to {MOST_LOANS} loans"),
            Text(
                "请至少填写一笔贷款（[[loan]]）；数量过多时请拆分为多个文件",
                "Add at least one [[loan]]; split a longer file.",
            ),
        )
    loans = tuple(_read_loan(entry) for entry in tables[:MOST_LOANS])
    seen: set[str] = set()
    for number, loan in enumerate(loans, 1):
        if loan.loan_id in seen:
            reader.problem(
                f"loan[{number}].id",
                loan.loan_id,
                "twice",
                Text("同一笔贷款重复填写", "the same loan is given twice"),
                Text("请删除重复的一笔，或更正编号", "Remove one of them, or correct the id."),
            )
        seen.add(loan.loan_id)
    reader.finish()
    return RecoveryFile(mode, pool, loans)


def _read_loan(reader: Reader) -> ev.DefaultedLoan:
    owed_table = reader.table("owed")
    owed = {head: owed_table.optional_money(head.value) or 0 for head in Component}
    owed_table.finish()
    events = tuple(
        event for entry in reader.tables("event")[:MOST_EVENTS] if (event := _read_event(entry)) is not None
    )
    loan = ev.DefaultedLoan(
        loan_id=reader.text("id"),
        borrower=reader.text("borrower"),
        lender=reader.text("lender"),
        loan_day=reader.day("loan_day"),
        amount=reader.money("amount", 1),
        first_day=reader.day("first_day"),
        owed=owed,
        events=events,
        entered_on=reader.optional_day("entered_on"),
        ip_share=reader.rate("ip_share", Decimal(1)),
        borrower_balance=reader.optional_money("borrower_balance"),
        paid_elsewhere=reader.optional_money("paid_elsewhere") or 0,
        public_elsewhere=reader.optional_money("public_elsewhere"),
        facts=read_facts(reader),
        amounts=read_amounts(reader),
        members=read_members(reader),
    )
    if len(reader.tables("event")) > MOST_EVENTS:
        reader.problem(
            "event",
            str(len(reader.tables("event"))),
            "count",
            Text(f"超过 {MOST_EVENTS} 个事件", f"more than {MOST_EVENTS} events"),
            Text("请合并同日同类事件", "Combine events of one kind and day."),
        )
    if loan.first_day < loan.loan_day:
        reader.problem(
            "first_day",
            loan.first_day,
            "dates_reversed",
            Text("早于放款日", "earlier than the day of the loan"),
            Text("请更正日期", "Correct the dates."),
        )
    if owed[Component.PRINCIPAL] > loan.amount:
        reader.problem(
            "owed.principal",
            owed[Component.PRINCIPAL],
            "too_large",
            Text("未还本金高于贷款额", "the principal owed exceeds the loan"),
            Text("请更正未还本金（owed.principal）或贷款额（amount）", "Correct owed.principal or amount."),
        )
    for number, event in enumerate(loan.events, 1):
        if event.day < loan.first_day:
            reader.problem(
                f"event[{number}].day",
                event.day,
                "dates_reversed",
                Text(f"早于起算日 {loan.first_day}", f"earlier than the first day, {loan.first_day}"),
                Text(
                    "请更正日期，或将此前的情况并入欠款（owed）",
                    "Correct the date, or include earlier amounts in owed.",
                ),
            )
    reader.finish()
    return loan


class _Days(TypedDict):
    day: date
    recorded_on: date | None


def _amount(reader: Reader) -> Fen:
    return reader.money("amount", 1)


_KINDS: dict[str, Callable[[Reader], ev.DefaultEvent]] = {
    "accrued": lambda r: ev.DebtAccrued(
        **_days(r),
        component=Component(r.choice("component", [head.value for head in Component])),
        amount=_amount(r),
    ),
    "cost_paid": lambda r: ev.CostPaid(**_days(r), amount=_amount(r)),
    "claim": lambda r: ev.ClaimFiled(**_days(r)),
    "paid": lambda r: ev.PayerPaid(**_days(r), party=r.text("party"), amount=_amount(r)),
    "recovery": lambda r: ev.Recovered(
        **_days(r),
        amount=_amount(r),
        costs=r.optional_money("costs") or 0,
        source=RecoverySource(r.choice("source", [s.value for s in RecoverySource], "debtor")),
    ),
    "deposit": lambda r: ev.DepositReceived(**_days(r), amount=_amount(r)),
    "deposit_applied": lambda r: ev.DepositApplied(**_days(r), amount=_amount(r)),
    "accrual_stopped": lambda r: ev.AccrualStopped(**_days(r)),
    "provision": lambda r: ev.Provided(**_days(r), amount=_amount(r)),
    "written_off": lambda r: ev.WrittenOff(**_days(r)),
    "clawed_back": lambda r: ev.ClawedBack(
        **_days(r), party=r.text("party"), interest=r.optional_money("interest") or 0
    ),
    "bankruptcy": lambda r: ev.BankruptcyAccepted(**_days(r)),
    "title_taken": lambda r: ev.TitleTaken(**_days(r), party=r.text("party"), amount=_amount(r)),
    "licence_fee": lambda r: ev.LicenceFee(
        **_days(r), party=r.text("party"), amount=_amount(r), late=r.optional_money("late") or 0
    ),
    "upkeep": lambda r: ev.UpkeepPaid(**_days(r), party=r.text("party"), amount=_amount(r)),
    "right_sold": lambda r: ev.RightSold(
        **_days(r), party=r.text("party"), amount=_amount(r), costs=r.optional_money("costs") or 0
    ),
}
EVENT_KINDS = tuple(_KINDS)


def _days(reader: Reader) -> _Days:
    return {"day": reader.day("day"), "recorded_on": reader.optional_day("recorded_on")}


def _read_event(reader: Reader) -> ev.DefaultEvent | None:
    kind = reader.choice("kind", EVENT_KINDS)
    event = _KINDS[kind](reader)
    reader.finish()
    return event
