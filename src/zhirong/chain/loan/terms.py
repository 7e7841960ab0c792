"""What a loan contract says about money and days. Parsed once at the edge; never changed afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal

from zhirong.chain.loan.cycles import Cycle, Stub
from zhirong.chain.loan.day_counts import DayCount
from zhirong.chain.loan.rates import FixedRate, LinkedRate
from zhirong.kernel.days import EndOfMonth, Shift
from zhirong.kernel.money import Fen
from zhirong.kernel.text import Text


class Method(StrEnum):
    """How a loan is paid back."""

    LEVEL_PAYMENT = "level_payment"
    EQUAL_PRINCIPAL = "equal_principal"
    BULLET = "bullet"
    WITH_PRINCIPAL = "interest_with_principal"


METHOD_TEXT: dict[Method, Text] = {
    Method.LEVEL_PAYMENT: Text("等额本息", "level payment"),
    Method.EQUAL_PRINCIPAL: Text("等额本金", "equal principal"),
    Method.BULLET: Text("按期付息，到期还本", "periodic interest, principal at the end"),
    Method.WITH_PRINCIPAL: Text("利随本清", "interest together with the principal"),
}

# monthly: a whole cycle of months is so many twelfths of a year whatever its days; days of a broken period ÷ 360.
InterestBasis = Literal["monthly"] | DayCount
MONTHLY: Final = "monthly"


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """A loan as contracted.

    principal: fen lent. start: day of the drawdown. end: day of the last payment.
    rate: fixed, or linked to a published rate. cycle: time between due days; without meaning for
    ``interest_with_principal``. first_due: first due day where it is not one cycle after the start.
    day_count: how interest counts days. end_of_month: whether a loan drawn on a last day of a month stays on
    last days. stub: whether a broken last period stands alone (short) or joins the one before (long).
    shift: where a due day goes that is no working day. interest_to_shifted: whether interest then runs on to
    the day of payment, or stops at the day written in the contract.
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


Finding = tuple[str, object, str, Text, Text]


def findings(terms: LoanTerms) -> Iterator[Finding]:
    """What does not fit together in the terms: field, value, code, reason, mend."""
    if terms.principal <= 0:
        yield (
            "principal",
            terms.principal,
            "no_principal",
            Text("本金须大于零", "the principal must be more than nothing"),
            Text("填写贷款金额（元）", "give the amount of the loan in yuan"),
        )
    if terms.end <= terms.start:
        yield (
            "end",
            terms.end,
            "dates_reversed",
            Text("到期日不晚于放款日", "the loan ends on or before the day it starts"),
            Text("改正 start 或 end", "correct start or end"),
        )
    if terms.first_due is not None and not terms.start < terms.first_due <= terms.end:
        yield (
            "first_due",
            terms.first_due,
            "first_due_outside",
            Text("首个还款日不在贷款期内", "the first due day lies outside the loan's term"),
            Text("填写放款日之后、不晚于到期日的日期", "give a day after the start and not after the end"),
        )
    if terms.day_count == MONTHLY and terms.cycle.months is None and terms.method is not Method.WITH_PRINCIPAL:
        yield (
            "day_count",
            terms.day_count,
            "monthly_needs_months",
            Text("按月计息须以月为周期", "counting interest by months needs a cycle of months"),
            Text("把 cycle 写成 1M、3M 等，或换 day_count", "write cycle as 1M, 3M, or choose another day_count"),
        )
    if terms.day_count == MONTHLY and terms.interest_to_shifted:
        yield (
            "interest_to_shifted",
            terms.interest_to_shifted,
            "monthly_never_shifts",
            Text(
                "按月计息与“利息算到顺延后的付款日”不能并用",
                "interest by whole months cannot run on to a shifted day",
            ),
            Text("换 day_count，如 act_360", "choose another day_count, such as act_360"),
        )
