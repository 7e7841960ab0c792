"""The terms of a loan contract on money and days. Parsed once at the edge; never changed afterwards."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal

from zhirong.chain.loan.cycles import Cycle, Stub
from zhirong.chain.loan.day_counts import DayCount
from zhirong.chain.loan.rates import FixedRate, LinkedRate
from zhirong.kernel.days import EndOfMonth, Shift
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text

MOST_MONTHS = 600  # Fifty years: longer than any loan, short enough to catch days written as months.


class Method(StrEnum):
    """The repayment method of a loan."""

    LEVEL_PAYMENT = "level_payment"
    EQUAL_PRINCIPAL = "equal_principal"
    BULLET = "bullet"
    WITH_PRINCIPAL = "interest_with_principal"
    CUSTOM = "custom"


METHOD_TEXT: dict[Method, Text] = {
    Method.LEVEL_PAYMENT: Text("等额本息", "level payment"),
    Method.EQUAL_PRINCIPAL: Text("等额本金", "equal principal"),
    Method.BULLET: Text("按期付息，到期还本", "periodic interest, principal at the end"),
    Method.WITH_PRINCIPAL: Text("利随本清", "interest together with the principal"),
    Method.CUSTOM: Text("自定还款计划", "custom repayment plan"),
}

AMORTISING = frozenset({Method.LEVEL_PAYMENT, Method.EQUAL_PRINCIPAL})

# monthly: a full cycle of months counts as that many twelfths of a year regardless of its days; days of a broken period ÷ 360.
InterestBasis = Literal["monthly"] | DayCount
MONTHLY: Final = "monthly"


@dataclass(frozen=True, slots=True)
class Grace:
    """The first ``periods`` due days repay no principal.

    interest: paid on them as usual, capitalised (added to the principal), or deferred to the first due day after.
    """

    periods: int
    interest: Literal["paid", "capitalised", "deferred"] = "paid"


@dataclass(frozen=True, slots=True)
class PaymentStep:
    """Payments (or equal parts of principal) that change by a factor every so many due days: 1.1 up, 0.9 down."""

    every: int
    factor: Decimal


@dataclass(frozen=True, slots=True)
class PlanItem:
    """The due days of a custom plan, and the principal that falls due on each, which may be zero."""

    day: date
    principal: Fen


@dataclass(frozen=True, slots=True)
class Draw:
    """A further drawdown: a tranche of the loan, or one under a credit limit."""

    day: date
    amount: Fen


@dataclass(frozen=True, slots=True)
class Prepayment:
    """Principal repaid before it is due. amount: None for all of it, with the interest.

    effect: whether the loan ends sooner with the same payments (shorten) or later payments become smaller (reduce).
    interest: whether accrued interest is paid at once or on the next due day.
    """

    day: date
    amount: Fen | None
    effect: Literal["shorten", "reduce"] = "reduce"
    interest: Literal["at_once", "next_due"] = "at_once"


AmendmentKind = Literal["extension", "renewal", "restructuring"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """Amended terms from a day: an extension (展期), a renewal without repayment (无还本续贷), a restructuring.

    None keeps a term unchanged. A new method, cycle or first due day counts its due days from the amendment. On the
    loan's last day it replaces the repayment of principal. interest: whether accrued interest is paid that day,
    added to the principal, or paid on the next due day.
    """

    day: date
    kind: AmendmentKind
    end: date | None = None
    rate: FixedRate | LinkedRate | None = None
    method: Method | None = None
    cycle: Cycle | None = None
    first_due: date | None = None
    interest: Literal["paid", "capitalised", "next_due"] = "next_due"


Change = Draw | Prepayment | Amendment


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """A loan as contracted.

    principal: fen drawn on the first day. start: day of disbursement. end: day of the last payment. rate: fixed, or
    linked to a published rate. cycle: time between due days; without meaning for ``interest_with_principal``.
    first_due: first due day where it is not one cycle after the start. day_count: how interest counts days.
    end_of_month: whether a loan drawn on the last day of a month keeps to last days. stub: whether a broken last
    period is separate (short) or joins the previous one (long). shift: where a due day moves if it is no working
    day. end_shift: where the last day moves; None for the statutory default (``last_shift``). interest_to_shifted:
    whether interest then runs to the day of payment, or stops at the day in the contract. principal_every: equal
    principal is repaid only on every n-th due day. balloon: principal left for the last day. plan: the due days of
    a custom plan. changes: later events and agreements, in any order. limit: the most that may be owed under a
    revolving credit. broken_period: how interest by months counts a part of a period: its days ÷ 360 (days), or in
    proportion to the days of the period (share), as in contracts that do not say. first_period: for a level payment
    whose first period is no whole cycle, whether all payments are equal (levelled), or the first one differs by the
    interest of the extra or missing days (on_top).
    """

    principal: Fen
    start: date
    end: date
    method: Method
    rate: FixedRate | LinkedRate
    cycle: Cycle = Cycle(1, "month")
    first_due: date | None = None
    day_count: InterestBasis = MONTHLY
    end_of_month: EndOfMonth = "same_day"
    stub: Stub = "short"
    shift: Shift = "none"
    interest_to_shifted: bool = False
    principal_every: int = 1
    grace: Grace | None = None
    step: PaymentStep | None = None
    balloon: Fen = 0
    plan: tuple[PlanItem, ...] = ()
    changes: tuple[Change, ...] = ()
    limit: Fen | None = None
    end_shift: Shift | None = None
    broken_period: Literal["days", "share"] = "days"
    first_period: Literal["levelled", "on_top"] = "levelled"

    @property
    def last_shift(self) -> Shift:
        """Return where the loan's last day moves if it is a day off.

        As agreed for it or, failing that, for all due days; if neither is agreed, to the next working day: Civil
        Code, article 203; article 204 lets the parties agree otherwise.
        """
        if self.end_shift is not None:
            return self.end_shift
        return "following" if self.shift == "none" else self.shift


_CHANGE_TABLES: dict[type, str] = {Draw: "draw", Prepayment: "prepayment", Amendment: "amendment"}


def change_field(terms: LoanTerms, change: Change, field: str = "") -> str:
    """Return the field of a change as its user writes it: ``prepayment[2].day`` for the second ``[[prepayment]]``."""
    alike = [other for other in terms.changes if type(other) is type(change)]
    number = next((number for number, other in enumerate(alike, 1) if other is change), 1)
    return f"{_CHANGE_TABLES[type(change)]}[{number}]" + (f".{field}" if field else "")


# A problem of the terms: field, value, code, reason, hint.
Finding = tuple[str, object, str, Text, Text]
