"""Calculate the payoff of each event of a lending contract and the contract's next state.

Formulas are the payoff and state transition functions of the ACTUS technical specification, sections PAM to UMP.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zhirong.chain.loan.standard.contract import StandardContract
from zhirong.chain.loan.standard.timeline import (
    Observed,
    Planned,
    first_fixing,
    interest_times,
    maturity_of,
    plan,
    principal_times,
)
from zhirong.kernel.errors import InputError, Problem
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Series:
    """An observed quantity over time, in the order of the times."""

    code: str
    points: tuple[tuple[datetime, float], ...]

    def at(self, moment: datetime) -> float:
        """Return the value last observed at or before ``moment``. Raises InputError before the first."""
        found = bisect_right(self.points, moment, key=lambda point: point[0])
        if found == 0:
            raise InputError([_not_observed(self.code, moment)])
        return self.points[found - 1][1]

    def has(self, moment: datetime) -> bool:
        """Return whether something was observed at exactly that time."""
        return any(time == moment for time, _ in self.points)


Market = Mapping[str, Series]


@dataclass(frozen=True, slots=True)
class StandardState:
    """State variables of the standard, signed by the contract's role where they are amounts.

    since: time of the last event. base: interest calculation base. payment: next principal redemption payment,
    unsigned. fixed: interest fixed by a call and paid at settlement, None without one.
    """

    since: datetime
    notional: float = 0.0
    rate: float = 0.0
    accrued: float = 0.0
    fees: float = 0.0
    notional_scale: float = 1.0
    interest_scale: float = 1.0
    base: float = 0.0
    payment: float = 0.0
    fixed: float | None = None


@dataclass(frozen=True, slots=True)
class StandardEvent:
    """A past event: its payoff, and the state after it."""

    type: str
    time: datetime
    payoff: float
    currency: str
    state: StandardState


def evolve(
    contract: StandardContract, market: Market, observed: Sequence[Observed], until: datetime | None
) -> list[StandardEvent]:
    """Return every event of a lending contract up to ``until`` (its end where None), with payoff and state.

    Raises InputError for a quantity that was not observed, ValueError for terms that define no contract.
    """
    state = initial_state(contract, until)
    events: list[StandardEvent] = []
    for planned in plan(contract, until, observed):
        payoff, state = _STEPS[planned.type](_Moment(contract, market, until, planned), state)
        events.append(StandardEvent(planned.type, planned.time, payoff, contract.currency, state))
    if contract.purchase is None:
        return events
    bought = Planned("PRD", contract.purchase, contract.purchase).order
    return [event for event in events if Planned(event.type, event.time, event.time).order >= bought]


def initial_state(contract: StandardContract, until: datetime | None) -> StandardState:
    """Return the state as of the status date."""
    state = StandardState(
        since=contract.status,
        notional_scale=contract.notional_scale,
        interest_scale=contract.interest_scale,
        payment=_first_payment(contract, until),
    )
    if contract.initial_exchange > contract.status:
        return state
    notional = contract.sign * contract.notional
    state = replace(state, notional=notional, rate=contract.rate or 0.0, base=_first_base(contract, notional))
    state = replace(state, accrued=_accrued_before(contract, state, until), fees=contract.fee_accrued)
    if contract.type == "ANN" and contract.payment is None:
        state = replace(state, payment=contract.sign * annuity(contract, state, until))
    return state


def annuity(
    contract: StandardContract, state: StandardState, until: datetime | None, *, includes_start: bool = False
) -> float:
    """Return the payment that redeems the notional by the amortisation date (specification, annuity amount
    function).

    includes_start: whether the first payment may fall on the time of the state itself.
    """
    end = contract.amortisation or maturity_of(contract, until)
    if end is None:
        raise ValueError("an annuity needs an end")
    times = [
        time
        for time in principal_times(contract, end, with_end=True)
        if time > state.since or (includes_start and time == state.since)
    ]
    if not times:
        return abs(state.notional + state.accrued)
    years = contract.conventions.plain_years
    growth = [1 + state.rate * years(one, other) for one, other in zip(times, times[1:], strict=False)]
    owed = state.notional + state.accrued + years(state.since, times[0]) * state.rate * state.notional
    total, factor = 1.0, 1.0
    for grown in reversed(growth):
        factor *= grown
        total += factor
    return owed * factor / total


@dataclass(frozen=True, slots=True)
class _Moment:
    """One event being calculated."""

    contract: StandardContract
    market: Market
    until: datetime | None
    event: Planned

    def observe(self, code: str) -> float:
        """Return the value of a market object for this event.

        An observation may carry the scheduled time or, where the event was shifted, the time of the event.
        """
        moment = self.event.scheduled
        if code not in self.market:
            raise InputError([_not_observed(code, moment)])
        series = self.market[code]
        if self.event.time != moment and not series.has(moment) and series.has(self.event.time):
            return series.at(self.event.time)
        return series.at(moment)

    def accrue(self, state: StandardState) -> StandardState:
        """Return the state with interest and fees accrued up to the event."""
        years = self.contract.conventions.years(state.since, self.event.scheduled)
        fees = state.fees
        if self.contract.fee_basis == "N":
            fees += years * state.notional * self.contract.fee_rate
        grown = state.accrued + years * state.rate * self._base(state)
        return replace(state, accrued=grown, fees=fees, since=self.event.scheduled)

    def _base(self, state: StandardState) -> float:
        return state.notional if self.contract.type in ("PAM", "CLM", "UMP") else state.base

    def with_notional(self, state: StandardState, notional: float) -> StandardState:
        """Return the state with another notional, and with it the interest calculation base where that follows."""
        return replace(state, notional=notional, base=notional if self.contract.base == "NT" else state.base)


_Result = tuple[float, StandardState]


def _exchange(now: _Moment, state: StandardState) -> _Result:
    contract = now.contract
    premium = 0.0 if contract.type in ("CLM", "UMP") else contract.premium
    notional = contract.sign * contract.notional
    rate = contract.rate or 0.0
    accrued = 0.0
    if contract.accrued is not None:
        accrued = contract.sign * contract.accrued
    elif contract.interest_anchor is not None and contract.interest_anchor < now.event.scheduled:
        accrued = contract.conventions.years(contract.interest_anchor, now.event.scheduled) * notional * rate
    after = replace(
        state,
        notional=notional,
        rate=rate,
        accrued=accrued,
        base=_first_base(contract, notional),
        since=now.event.scheduled,
    )
    if contract.type == "ANN" and contract.payment is None and first_fixing(contract) is None:
        after = replace(after, payment=contract.sign * annuity(contract, after, now.until, includes_start=True))
    return -contract.sign * (contract.notional + premium), after


def _pay_interest(now: _Moment, state: StandardState) -> _Result:
    if state.fixed is not None:
        return state.fixed, replace(state, fixed=None, since=now.event.scheduled)
    grown = now.accrue(state)
    return grown.interest_scale * grown.accrued, replace(grown, accrued=0.0)


def _capitalise(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    return 0.0, replace(now.with_notional(grown, grown.notional + grown.accrued), accrued=0.0)


def _redeem(now: _Moment, state: StandardState) -> _Result:
    """Return the scheduled principal payment: a fixed amount, or the rest of a fixed payment after interest; at
    most the notional.
    """
    contract, sign = now.contract, now.contract.sign
    grown = now.accrue(state)
    if contract.type in ("LAX", "UMP"):
        wanted = now.event.amount
    elif contract.type == "LAM":
        wanted = state.payment
    else:
        wanted = state.payment - sign * grown.accrued
    paid = min(wanted, abs(grown.notional))
    after = now.with_notional(grown, grown.notional - sign * paid)
    return sign * grown.notional_scale * paid, after


def _draw(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    drawn = now.contract.sign * now.event.amount
    return -grown.notional_scale * drawn, now.with_notional(grown, grown.notional + drawn)


def _prepay(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    amount = now.event.amount
    if math.isnan(amount):
        amount = now.observe(now.contract.prepayment_index) * abs(grown.notional)
    paid = now.contract.sign * min(amount, abs(grown.notional))
    after = now.with_notional(grown, grown.notional - paid)
    if now.contract.type == "ANN" and now.contract.prepayment == "A" and after.notional != 0:
        after = replace(after, payment=now.contract.sign * annuity(now.contract, after, now.until))
    return paid, after


def _penalise(now: _Moment, state: StandardState) -> _Result:
    contract = now.contract
    years = contract.conventions.years(state.since, now.event.scheduled)
    if contract.penalty == "A":
        payoff = contract.sign * contract.penalty_rate
    elif contract.penalty == "N":
        payoff = years * state.notional * contract.penalty_rate
    else:
        lost = state.rate - now.observe(contract.reset_index)
        payoff = years * state.notional * max(0.0, lost)
    return payoff, now.accrue(state)


def _pay_fee(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    payoff = now.contract.sign * now.contract.fee_rate if now.contract.fee_basis == "A" else grown.fees
    return payoff, replace(grown, fees=0.0)


def _reset(now: _Moment, state: StandardState) -> _Result:
    contract = now.contract
    # Observations carry the time of the reset that they are for; how many days earlier the market fixed them is
    # irrelevant.
    spread = contract.spread + (now.event.amount if contract.type == "LAX" else 0.0)
    observed = now.observe(contract.reset_index) * contract.multiplier + spread
    change = min(max(observed - state.rate, contract.period_floor), contract.period_cap)
    rate = min(max(state.rate + change, contract.life_floor), contract.life_cap)
    return 0.0, replace(now.accrue(state), rate=rate)


def _reset_fixed(now: _Moment, state: StandardState) -> _Result:
    return 0.0, replace(now.accrue(state), rate=now.event.amount)


def _fix_payment(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    return 0.0, replace(grown, payment=now.contract.sign * annuity(now.contract, grown, now.until))


def _scale(now: _Moment, state: StandardState) -> _Result:
    contract = now.contract
    index = now.observe(contract.scaling_index) / contract.scaling_start
    grown = now.accrue(state)
    return 0.0, replace(
        grown,
        interest_scale=index if "I" in contract.scaling else grown.interest_scale,
        notional_scale=index if "N" in contract.scaling else grown.notional_scale,
    )


def _rebase(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    return 0.0, replace(grown, base=grown.notional)


def _buy(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    return -now.contract.sign * (now.contract.purchase_price + grown.accrued), grown


def _terminate(now: _Moment, state: StandardState) -> _Result:
    grown = now.accrue(state)
    payoff = now.contract.sign * (now.contract.termination_price + grown.accrued)
    return payoff, replace(grown, notional=0.0, accrued=0.0, fees=0.0, base=0.0)


def _mature(now: _Moment, state: StandardState) -> _Result:
    grown = state if now.contract.type in ("CLM", "UMP") else now.accrue(state)
    payoff = grown.notional_scale * grown.notional + grown.interest_scale * grown.accrued + grown.fees
    return payoff, replace(grown, notional=0.0, accrued=0.0, fees=0.0, base=0.0, since=now.event.scheduled)


def _call(now: _Moment, state: StandardState) -> _Result:
    """Process a call by the lender: interest stops, and with a notice period the accrued interest is fixed until
    settlement.
    """
    grown = now.accrue(state)
    if now.contract.notice is None:
        return 0.0, grown
    return 0.0, replace(grown, accrued=0.0, fixed=grown.accrued)


_STEPS: dict[str, Callable[[_Moment, StandardState], _Result]] = {
    "IED": _exchange,
    "IP": _pay_interest,
    "IPCI": _capitalise,
    "PR": _redeem,
    "PI": _draw,
    "PP": _prepay,
    "PY": _penalise,
    "FP": _pay_fee,
    "RR": _reset,
    "RRF": _reset_fixed,
    "PRF": _fix_payment,
    "SC": _scale,
    "IPCB": _rebase,
    "PRD": _buy,
    "TD": _terminate,
    "MD": _mature,
    "XD": _call,
    "STD": _mature,
}


def _first_payment(contract: StandardContract, until: datetime | None) -> float:
    if contract.payment is not None:
        return contract.payment
    if contract.type != "LAM":
        return 0.0
    end = contract.amortisation or maturity_of(contract, until)
    if end is None:
        raise ValueError("a linear amortiser needs an end or a payment")
    times = [time for time in principal_times(contract, end, with_end=True) if time > contract.status]
    return contract.notional / max(len(times), 1)


def _first_base(contract: StandardContract, notional: float) -> float:
    if contract.base == "NT" or contract.base_amount is None:
        return notional
    return contract.sign * contract.base_amount


def _accrued_before(contract: StandardContract, state: StandardState, until: datetime | None) -> float:
    """Return the interest accrued by the status date of a contract that is already running."""
    if contract.accrued is not None:
        return contract.sign * contract.accrued
    end = maturity_of(contract, until)
    if contract.rate is None or contract.type in ("CLM", "UMP") or end is None:
        return 0.0
    paid = [time for time in interest_times(contract, end) if time < contract.status]
    if not paid:
        return 0.0
    return contract.conventions.years(paid[-1], contract.status) * state.base * state.rate


def _not_observed(code: str, moment: datetime) -> Problem:
    return Problem(
        f"dataObserved.{code}",
        moment.isoformat(),
        Text("这一时刻没有观测值", "nothing was observed by this time"),
        Text("请补充 dataObserved 中的数据", "add the observation to dataObserved"),
        "not_observed",
    )
