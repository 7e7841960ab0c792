"""Read the portfolio file: loans, their pledged rights, recorded events and deadlines."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from zhirong.chain.right.kinds import RightKind
from zhirong.chain.watch.catalogue import WatchCatalogue
from zhirong.chain.watch.clocks import (
    GuaranteeTerm,
    Interruption,
    InterruptionGround,
    LegalClock,
    guarantee_clock,
    limitation_clock,
)
from zhirong.chain.watch.sweep import Deadline, WatchedLoan, WatchedRight, WatchEvent
from zhirong.kernel.days import WorkingDays
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import Fen
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

MOST_LOANS = 200_000
# Findings derived from days and amounts; they are not recorded by people.
DERIVED = frozenset(
    {
        "fee_due",
        "fee_missed",
        "renewal_window",
        "renewal_grace",
        "expires_in_term",
        "appraisal_old",
        "value_unknown",
        "status_unconfirmed",
        "status_stale",
        "ltv_above_ceiling",
        "ltv_above_one",
        "overdue",
        "deadline",
        "deadline_missed",
    }
)


@dataclass(frozen=True, slots=True)
class WatchRules:
    """The context for reading a portfolio: the rules, the catalogue in force and the working days."""

    rules: Rulebook
    catalogue: WatchCatalogue
    working_days: WorkingDays


def read_portfolio(reader: Reader, given: WatchRules) -> tuple[WatchedLoan, ...]:
    """Return the loans of a portfolio file. Raises InputError with everything wrong in it."""
    tables = reader.tables("loan")
    if not 0 < len(tables) <= MOST_LOANS:
        reader.problem(
            "loan",
            str(len(tables)),
            "count",
            Text(f"须有 1 至 {MOST_LOANS} 笔贷款", f"there must be 1 to {MOST_LOANS} loans"),
            Text(
                "请至少填写一个 [[loan]]；数量过多时请拆分为多个文件",
                "Add at least one [[loan]]; split a longer file.",
            ),
        )
    codes = sorted(set(given.catalogue.findings) - DERIVED)
    loans = tuple(_read_loan(entry, codes, given) for entry in tables[:MOST_LOANS])
    seen: set[str] = set()
    for number, loan in enumerate(loans, 1):
        if loan.loan_id in seen:
            _twice(reader, f"loan[{number}].id", loan.loan_id)
        seen.add(loan.loan_id)
    reader.finish()
    return loans


def _read_loan(reader: Reader, codes: list[str], given: WatchRules) -> WatchedLoan:
    rights = tuple(_read_right(entry) for entry in reader.tables("right"))
    names = {right.right_id for right in rights}
    chance = reader.optional_number("chance", 0, 1)
    loan = WatchedLoan(
        loan_id=reader.text("id"),
        exposure=reader.money("exposure"),
        ceiling=Fraction(reader.number("ceiling", Decimal("0.0001"), 10)),
        ends_on=reader.day("ends_on"),
        rights=rights,
        events=tuple(_read_event(entry, codes, names) for entry in reader.tables("event")),
        deadlines=(
            *(_read_deadline(entry) for entry in reader.tables("deadline")),
            *(_read_guarantee(entry, given) for entry in reader.tables("guarantee")),
            *(_read_limitation(entry, given) for entry in reader.tables("limitation")),
        ),
        taken_over=reader.optional_money("taken_over") or 0,
        chance=None if chance is None else Fraction(chance),
        other_source=reader.flag("other_source", False),
        overdue_since=reader.optional_day("overdue_since"),
    )
    if len(names) < len(rights):
        twice = next(right.right_id for right in rights if [r.right_id for r in rights].count(right.right_id) > 1)
        _twice(reader, "right.id", twice)
    reader.finish()
    return loan


def _read_right(reader: Reader) -> WatchedRight:
    right = WatchedRight(
        right_id=reader.text("id"),
        kind=reader.choice("kind", [kind.value for kind in RightKind]),
        value=reader.optional_money("value"),
        valued_on=reader.optional_day("valued_on"),
        confirmed_on=reader.optional_day("confirmed_on"),
        expires_on=reader.optional_day("expires_on"),
        next_fee_on=reader.optional_day("next_fee_on"),
        renewal_on=reader.optional_day("renewal_on"),
        falling=reader.flag("falling", False),
    )
    reader.finish()
    return right


def _read_event(reader: Reader, codes: list[str], rights: Collection[str]) -> WatchEvent:
    event = WatchEvent(
        code=reader.choice("code", codes),
        day=reader.day("day"),
        right_id=reader.optional_text("right"),
        until=reader.optional_day("until"),
        recorded_on=reader.optional_day("recorded_on"),
    )
    if event.right_id and event.right_id not in rights:
        reader.problem(
            "right",
            event.right_id,
            "unknown_right",
            Text("该贷款没有质押这项权利", "this right is not pledged for this loan"),
            Text(
                "请填写质押权利（[[loan.right]]）的编号（id）", "Enter the id of one of its [[loan.right]] tables."
            ),
        )
    reader.finish()
    return event


def _read_deadline(reader: Reader) -> Deadline:
    deadline = Deadline(
        code=reader.text("code"),
        title=reader.words("title"),
        last_day=reader.day("last_day"),
        lost_if_missed=reader.optional_money("lost_if_missed") or 0,
        met_on=reader.optional_day("met_on"),
    )
    reader.finish()
    return deadline


def _read_guarantee(reader: Reader, given: WatchRules) -> Deadline:
    """Return the end of a guarantee period as a deadline, met by the demand on the guarantor."""
    term = GuaranteeTerm(reader.choice("term", [term.value for term in GuaranteeTerm], "none"))
    clock = guarantee_clock(
        given.rules,
        reader.day("due_on"),
        given.working_days,
        term=term,
        months=reader.whole("months", 0, 1200, 0),
        extended_to=reader.optional_day("extended_to"),
        consented=reader.flag("consented", False),
    )
    met_on, lost = reader.optional_day("demanded_on"), reader.optional_money("amount") or 0
    reader.finish()
    return _of_clock(clock, met_on, lost)


def _read_limitation(reader: Reader, given: WatchRules) -> Deadline:
    """Return the end of limitation as a deadline; every recorded ground starts it again."""
    grounds = []
    for entry in reader.tables("interruption"):
        ground = InterruptionGround(entry.choice("ground", [ground.value for ground in InterruptionGround]))
        grounds.append(Interruption(entry.day("day"), ground, entry.text("evidence")))
        entry.finish()
    clock = limitation_clock(given.rules, reader.day("from"), given.working_days, grounds)
    met_on, lost = reader.optional_day("met_on"), reader.optional_money("amount") or 0
    reader.finish()
    return _of_clock(clock, met_on, lost)


def _of_clock(clock: LegalClock, met_on: date | None, lost: Fen) -> Deadline:
    return Deadline(clock.code, clock.explanation.label, clock.last_day, lost, met_on)


def _twice(reader: Reader, field: str, value: str) -> None:
    reader.problem(
        field,
        value,
        "twice",
        Text("编号重复", "the id is used twice"),
        Text("请删除重复的一项，或更正编号", "Remove one of them, or correct the id."),
    )
