"""A contract's terms under the names of the standard's data dictionary, read once into a frozen record."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.standard.dictionary import (
    BLANKS,
    BUSINESS_DAYS,
    CALENDARS,
    DAY_COUNTS,
    DIRECTIONS,
    END_OF_MONTH,
    FEE_BASES,
    INTEREST_BASES,
    PENALTIES,
    PREPAYMENT_EFFECTS,
    RATE_KINDS,
    ROLE_SIGNS,
    SCALINGS,
)
from zhirong.chain.loan.standard.times import (
    Conventions,
    parse_period,
    parse_standard_cycle,
    parse_time,
)
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text

LENDING_TYPES = ("PAM", "LAM", "NAM", "ANN", "LAX", "CLM", "UMP")
ENHANCEMENT_TYPES = ("CEG", "CEC")

StandardCycle = tuple[Cycle, bool]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Reset:
    """One entry of an exotic contract's array of rate resets: start, cycle, rate, and whether it is fixed."""

    anchor: datetime
    cycle: StandardCycle | None
    rate: float
    fixed: bool


@dataclass(frozen=True, slots=True)
class Redemption:
    """One entry of an exotic contract's array of principal payments, decreasing (PR) or increasing (PI)."""

    anchor: datetime
    cycle: StandardCycle | None
    amount: float
    increases: bool


class StandardTerms:
    """Typed access to the terms of one contract; every error names the term."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table

    def raw(self, name: str) -> Any:
        """Return the term as written, None if it is omitted or blank."""
        value = self._table.get(name)
        if isinstance(value, str):
            value = value.strip()
            return None if value.upper() in BLANKS else value
        return value

    def text(self, name: str, default: str = "") -> str:
        """Return words."""
        value = self.raw(name)
        return default if value is None else str(value)

    def word(self, name: str, allowed: Mapping[str, Value], default: str) -> Value:
        """Return the value of a word of the data dictionary, in capitals or not; ``default`` where it is omitted."""
        return _word(name, self.text(name, default), allowed)

    def words(self, name: str, allowed: Mapping[str, Value]) -> list[Value]:
        """Return the value of each word of an array."""
        return [_word(name, word, allowed) for word in self.array(name, str)]

    def number(self, name: str) -> float | None:
        """Return a number, which the cases write as text."""
        return self._as(name, _number, Text("应为数字", "must be a number"))

    def time(self, name: str) -> datetime | None:
        """Return a time."""
        return self._as(
            name, lambda value: parse_time(str(value)), Text("应为 ISO 8601 时间", "must be an ISO 8601 time")
        )

    def required_time(self, name: str) -> datetime:
        """Return a time that the contract must have."""
        value = self.time(name)
        if value is None:
            raise refused(name, "", Text("必填", "required"))
        return value

    def cycle(self, name: str) -> StandardCycle | None:
        """Return a cycle with its stub."""
        return self._as(
            name, lambda value: parse_standard_cycle(str(value)), Text("应形如 P1ML0", "must look like P1ML0")
        )

    def period(self, name: str) -> Cycle | None:
        """Return a period; None if it is omitted or of zero length."""
        return self._as(name, lambda value: parse_period(str(value)), Text("应形如 P31D", "must look like P31D"))

    def array(self, name: str, convert: Callable[[Any], Value]) -> list[Value]:
        """Return an array term; a single value is an array of one."""
        value = self.raw(name)
        if value is None:
            return []
        if isinstance(value, str) and value.startswith("["):
            value = [part.strip() for part in value.strip("[]").split(",")]
        items = list(value) if isinstance(value, list | tuple) else [value]
        try:
            return [convert(item) for item in items]
        except (ValueError, TypeError) as error:
            raise refused(
                name, value, Text("数组中有无法识别的值", "an entry of the array cannot be read")
            ) from error

    def _as(self, name: str, convert: Callable[[Any], Value], hint: Text) -> Value | None:
        value = self.raw(name)
        if value is None:
            return None
        try:
            return convert(value)
        except (ValueError, TypeError) as error:
            raise refused(name, value, hint) from error


def refused(name: str, value: object, hint: Text) -> InputError:
    """Return the error for one term."""
    return InputError(
        [Problem(name, str(value), Text("无法读取合同条款", "the term cannot be read"), hint, "bad_term")]
    )


def _word(name: str, written: str, allowed: Mapping[str, Value]) -> Value:
    key = written.strip().upper()
    if key not in allowed:
        raise refused(name, written, Text("可选：" + "、".join(allowed), "one of " + ", ".join(allowed)))
    return allowed[key]


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("not a number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


@dataclass(frozen=True, slots=True)
class StandardContract:
    """The terms of a lending contract. Amounts in the contract's currency, unsigned; rates per year.

    Names follow the data dictionary. None if the term is omitted and the standard gives no default.
    """

    type: str
    identifier: str
    sign: int
    currency: str
    conventions: Conventions
    status: datetime
    initial_exchange: datetime
    maturity: datetime | None
    amortisation: datetime | None
    notional: float
    premium: float
    rate: float | None
    accrued: float | None
    interest_anchor: datetime | None
    interest_cycle: StandardCycle | None
    capitalisation_end: datetime | None
    principal_anchor: datetime | None
    principal_cycle: StandardCycle | None
    payment: float | None
    base: str
    base_amount: float | None
    base_anchor: datetime | None
    base_cycle: StandardCycle | None
    reset_anchor: datetime | None
    reset_cycle: StandardCycle | None
    reset_index: str
    multiplier: float
    spread: float
    next_rate: float | None
    life_floor: float
    life_cap: float
    period_floor: float
    period_cap: float
    fee_rate: float
    fee_basis: str
    fee_accrued: float
    fee_anchor: datetime | None
    fee_cycle: StandardCycle | None
    scaling: str
    scaling_index: str
    scaling_start: float
    notional_scale: float
    interest_scale: float
    scaling_anchor: datetime | None
    scaling_cycle: StandardCycle | None
    purchase: datetime | None
    purchase_price: float
    termination: datetime | None
    termination_price: float
    prepayment: str
    prepayment_index: str
    option_anchor: datetime | None
    option_cycle: StandardCycle | None
    penalty: str
    penalty_rate: float
    notice: Cycle | None
    interest_array: tuple[tuple[datetime, StandardCycle | None], ...]
    principal_array: tuple[Redemption, ...]
    reset_array: tuple[Reset, ...]


def read_role(terms: StandardTerms, default: str) -> int:
    """Return R(CNTRL): 1 for a claim, -1 for an obligation."""
    return terms.word("contractRole", ROLE_SIGNS, default)


def read_conventions(terms: StandardTerms, maturity: datetime | None) -> Conventions:
    """Return the conventions of a contract, defaults filled in.

    A custom calendar is rejected where something depends on it: its days are not in the terms.
    """
    day_count = terms.word("dayCountConvention", DAY_COUNTS, "A365")
    calendar = terms.word("calendar", CALENDARS, "NC")
    shift = terms.word("businessDayConvention", BUSINESS_DAYS, "NOS")
    if calendar == "CC" and (shift != "NOS" or day_count == "B252"):
        raise refused(
            "calendar",
            terms.text("calendar"),
            Text(
                "条款中没有自定日历的日子；请用 NC 或 MF",
                "the days of a custom calendar are not given; use NC or MF",
            ),
        )
    return Conventions(calendar, shift, terms.word("endOfMonthConvention", END_OF_MONTH, "SD"), day_count, maturity)


def read_contract(table: Mapping[str, Any]) -> StandardContract:
    """Read a lending contract from its terms. Raises InputError naming the term that cannot be read."""
    terms = StandardTerms(table)
    kind = terms.text("contractType").upper()
    if kind not in LENDING_TYPES:
        raise refused("contractType", kind, Text("可选：" + "、".join(LENDING_TYPES), ", ".join(LENDING_TYPES)))
    maturity = terms.time("maturityDate")
    notional = terms.number("notionalPrincipal")
    if notional is None:
        raise refused("notionalPrincipal", "", Text("必填", "required"))
    infinity = float("inf")
    return StandardContract(
        type=kind,
        identifier=terms.text("contractID"),
        sign=read_role(terms, "RPA"),
        currency=terms.text("currency"),
        conventions=read_conventions(terms, maturity),
        status=terms.required_time("statusDate"),
        initial_exchange=terms.required_time("initialExchangeDate"),
        maturity=maturity,
        amortisation=terms.time("amortizationDate"),
        notional=notional,
        premium=terms.number("premiumDiscountAtIED") or 0.0,
        rate=terms.number("nominalInterestRate"),
        accrued=terms.number("accruedInterest"),
        interest_anchor=terms.time("cycleAnchorDateOfInterestPayment"),
        interest_cycle=terms.cycle("cycleOfInterestPayment"),
        capitalisation_end=terms.time("capitalizationEndDate"),
        principal_anchor=terms.time("cycleAnchorDateOfPrincipalRedemption"),
        principal_cycle=terms.cycle("cycleOfPrincipalRedemption"),
        payment=terms.number("nextPrincipalRedemptionPayment"),
        base=terms.word("interestCalculationBase", INTEREST_BASES, "NT"),
        base_amount=terms.number("interestCalculationBaseAmount"),
        base_anchor=terms.time("cycleAnchorDateOfInterestCalculationBase"),
        base_cycle=terms.cycle("cycleOfInterestCalculationBase"),
        reset_anchor=terms.time("cycleAnchorDateOfRateReset"),
        reset_cycle=terms.cycle("cycleOfRateReset"),
        reset_index=terms.text("marketObjectCodeOfRateReset"),
        multiplier=_or(terms.number("rateMultiplier"), 1.0),
        spread=terms.number("rateSpread") or 0.0,
        next_rate=terms.number("nextResetRate"),
        life_floor=_or(terms.number("lifeFloor"), -infinity),
        life_cap=_or(terms.number("lifeCap"), infinity),
        period_floor=_or(terms.number("periodFloor"), -infinity),
        period_cap=_or(terms.number("periodCap"), infinity),
        fee_rate=terms.number("feeRate") or 0.0,
        fee_basis=terms.word("feeBasis", FEE_BASES, "N"),
        fee_accrued=terms.number("feeAccrued") or 0.0,
        fee_anchor=terms.time("cycleAnchorDateOfFee"),
        fee_cycle=terms.cycle("cycleOfFee"),
        scaling=terms.word("scalingEffect", SCALINGS, "OOO"),
        scaling_index=terms.text("marketObjectCodeOfScalingIndex"),
        scaling_start=_scaling_start(terms),
        notional_scale=_or(terms.number("notionalScalingMultiplier"), 1.0),
        interest_scale=_or(terms.number("interestScalingMultiplier"), 1.0),
        scaling_anchor=terms.time("cycleAnchorDateOfScalingIndex"),
        scaling_cycle=terms.cycle("cycleOfScalingIndex"),
        purchase=terms.time("purchaseDate"),
        purchase_price=terms.number("priceAtPurchaseDate") or 0.0,
        termination=terms.time("terminationDate"),
        termination_price=terms.number("priceAtTerminationDate") or 0.0,
        prepayment=terms.word("prepaymentEffect", PREPAYMENT_EFFECTS, "N"),
        prepayment_index=terms.text("objectCodeOfPrepaymentModel"),
        option_anchor=terms.time("cycleAnchorDateOfOptionality"),
        option_cycle=terms.cycle("cycleOfOptionality"),
        penalty=terms.word("penaltyType", PENALTIES, "O"),
        penalty_rate=terms.number("penaltyRate") or 0.0,
        notice=terms.period("xDayNotice"),
        interest_array=_interest_array(terms),
        principal_array=_principal_array(terms),
        reset_array=_reset_array(terms),
    )


def _scaling_start(terms: StandardTerms) -> float:
    """Return the index that later ones are divided by."""
    for name in ("scalingIndexAtContractDealDate", "scalingIndexAtStatusDate"):
        value = terms.number(name)
        if value == 0:
            raise refused(
                name, value, Text("不得为零：指数要除以它", "must not be zero, because indices are divided by it")
            )
        if value is not None:
            return value
    return 1.0


def _or(value: float | None, default: float) -> float:
    return default if value is None else value


def _cycles(terms: StandardTerms, name: str, count: int) -> Sequence[StandardCycle | None]:
    cycles = terms.array(name, lambda value: parse_standard_cycle(str(value)))
    return [cycles[index] if index < len(cycles) else None for index in range(count)]


def _times(terms: StandardTerms, name: str) -> list[datetime]:
    return terms.array(name, lambda value: parse_time(str(value)))


def _interest_array(terms: StandardTerms) -> tuple[tuple[datetime, StandardCycle | None], ...]:
    anchors = _times(terms, "arrayCycleAnchorDateOfInterestPayment")
    cycles = _cycles(terms, "arrayCycleOfInterestPayment", len(anchors))
    return tuple(zip(anchors, cycles, strict=True))


def _principal_array(terms: StandardTerms) -> tuple[Redemption, ...]:
    anchors = _times(terms, "arrayCycleAnchorDateOfPrincipalRedemption")
    amounts = terms.array("arrayNextPrincipalRedemptionPayment", _number)
    directions = terms.words("arrayIncreaseDecrease", DIRECTIONS)
    cycles = _cycles(terms, "arrayCycleOfPrincipalRedemption", len(anchors))
    _same_length("arrayNextPrincipalRedemptionPayment", anchors, amounts)
    _same_length("arrayIncreaseDecrease", anchors, directions)
    return tuple(
        Redemption(anchor, cycle, amount, direction == "INC")
        for anchor, cycle, amount, direction in zip(anchors, cycles, amounts, directions, strict=True)
    )


def _reset_array(terms: StandardTerms) -> tuple[Reset, ...]:
    anchors = _times(terms, "arrayCycleAnchorDateOfRateReset")
    rates = terms.array("arrayRate", _number)
    kinds = terms.words("arrayFixedVariable", RATE_KINDS)
    cycles = _cycles(terms, "arrayCycleOfRateReset", len(anchors))
    _same_length("arrayRate", anchors, rates)
    _same_length("arrayFixedVariable", anchors, kinds)
    return tuple(
        Reset(anchor, cycle, rate, kind == "FIX")
        for anchor, cycle, rate, kind in zip(anchors, cycles, rates, kinds, strict=True)
    )


def _same_length(name: str, one: Sequence[object], other: Sequence[object]) -> None:
    if len(one) != len(other):
        raise refused(name, len(other), Text(f"应有 {len(one)} 项", f"must have {len(one)} entries"))
