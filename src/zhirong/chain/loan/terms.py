"""What a loan contract says about money and days. Parsed once at the edge; never changed afterwards."""

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

MOST_MONTHS = 600  # fifty years: longer than any loan, short enough to catch days written as months


class Method(StrEnum):
    """How a loan is paid back."""

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

# monthly: a whole cycle of months is so many twelfths of a year whatever its days; days of a broken period ÷ 360.
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
    """its own due day plan, and the principal that falls due on it, which may be none."""

    day: date
    principal: Fen


@dataclass(frozen=True, slots=True)
class Draw:
    """A further drawdown: a tranche of the loan, or one under a line of credit."""

    day: date
    amount: Fen


@dataclass(frozen=True, slots=True)
class Prepayment:
    """Principal repaid before it is due. amount: None for all of it, with the interest.

    effect: whether later payments stay and end sooner (shorten) or become smaller (reduce).
    interest: whether what has accrued is paid at once or on the next due day.
    """

    day: date
    amount: Fen | None
    effect: Literal["shorten", "reduce"] = "reduce"
    interest: Literal["at_once", "next_due"] = "at_once"


AmendmentKind = Literal["extension", "renewal", "restructuring"]


@dataclass(frozen=True, slots=True)
class Amendment:
    """Other terms from a day on: an extension (展期), a renewal without repayment (无还本续贷), a restructuring.

    None leaves a term as it was. A new method, cycle or first due day counts its due days from the amendment.
    On the loan's last day it takes the place of the repayment of principal. interest: whether what has accrued
    is paid that day, added to the principal, or paid on the next due day.
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

    principal: fen drawn on the first day. start: day of the drawdown. end: day of the last payment.
    rate: fixed, or linked to a published rate. cycle: time between due days; without meaning for
    ``interest_with_principal``. first_due: first due day where it is not one cycle after the start.
    day_count: how interest counts days. end_of_month: whether a loan drawn on a last day of a month stays on
    last days. stub: whether a broken last period is alone (short) or joins the one before (long).
    shift: where a due day goes that is no working day. end_shift: where the last day goes; None for what the law
    says where nothing is agreed (``last_shift``). interest_to_shifted: whether interest then runs on to the day of
    payment, or stops at the day written in the contract.
    principal_every: equal principal is repaid on every so many due days only. balloon: principal left for the
    last day. plan: the due days of a custom plan. changes: what happened or was agreed later, in any order.
    limit: the most that may be owed under a line of credit. broken_period: how interest by months counts a part of
    a
    period: its days ÷ 360 (days), or in proportion to the days of the period (share), as contracts did that say
    nothing of it. first_period: of a level payment whose first period is no whole cycle, whether all payments are
    the same (levelled), or the first one more or less by the interest of the days that differ (on_top).
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
        """Where the loan's last day goes if it is a day off.

        As agreed for it or, failing that, for all due days; where neither says anything, to the next working day:
        Civil Code, article 203, which article 204 lets the parties change.
        """
        if self.end_shift is not None:
            return self.end_shift
        return "following" if self.shift == "none" else self.shift


_CHANGE_TABLES: dict[type, str] = {Draw: "draw", Prepayment: "prepayment", Amendment: "amendment"}


def change_field(terms: LoanTerms, change: Change, field: str = "") -> str:
    """The field of a change as its user writes it: ``prepayment[2].day`` for the second ``[[prepayment]]``."""
    alike = [other for other in terms.changes if type(other) is type(change)]
    number = next((number for number, other in enumerate(alike, 1) if other is change), 1)
    return f"{_CHANGE_TABLES[type(change)]}[{number}]" + (f".{field}" if field else "")


# A thing that does not fit: field, value, code, reason, hint.
Finding = tuple[str, object, str, Text, Text]
