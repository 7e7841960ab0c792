"""The events of a lending contract and their times: the standard's contract schedules."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from zhirong.chain.loan.standard.contract import Redemption, StandardContract, StandardCycle
from zhirong.chain.loan.standard.times import schedule_times, step

# Order of events at one time. Redemption comes before the interest of the same day, as in the published results.
SEQUENCE = {
    "IED": 20,
    "PR": 30,
    "PI": 30,
    "XD": 38,
    "IP": 40,
    "IPCI": 40,
    "FP": 60,
    "PY": 70,
    "PP": 75,
    "RRF": 100,
    "RR": 100,
    "PRF": 105,
    "SC": 110,
    "IPCB": 120,
    "PRD": 130,
    "TD": 140,
    "MD": 150,
    "STD": 170,
}

_MOST_STEPS = 100_000  # A redemption that never ends raises an error instead of looping.


@dataclass(frozen=True, slots=True)
class Planned:
    """A future event. scheduled: time by the contract. time: after the business-day shift.

    amount: the payment or rate of the event, where the terms have an array of them.
    """

    type: str
    scheduled: datetime
    time: datetime
    amount: float = 0.0

    @property
    def order(self) -> tuple[datetime, int]:
        """Return the sort key of events."""
        return self.time, SEQUENCE[self.type]


@dataclass(frozen=True, slots=True)
class Observed:
    """An event that no contract schedules: a call, a prepayment, a credit event."""

    type: str
    time: datetime
    value: float
    contract: str
    performance: str


def maturity_of(contract: StandardContract, until: datetime | None) -> datetime | None:
    """Return when the contract ends: as agreed, or when its payments will have redeemed it; None if it has no end."""
    if contract.maturity is not None:
        return contract.maturity
    if contract.type in ("CLM", "UMP"):
        return until
    if contract.type == "LAX":
        return _exotic_maturity(contract)
    if contract.type == "ANN" and contract.amortisation is not None:
        return contract.amortisation
    if contract.type in ("LAM", "NAM", "ANN"):
        return _redeemed(contract)
    return until


def plan(contract: StandardContract, until: datetime | None, observed: Iterable[Observed]) -> list[Planned]:
    """Return every event of the contract after its status date up to ``until``, in the order in which they happen."""
    maturity = maturity_of(contract, until)
    end = maturity if maturity is not None else until
    if end is None:
        raise ValueError("a contract without maturity needs a last day")
    if until is None:
        until = end
    events: list[Planned] = [Planned("IED", contract.initial_exchange, contract.initial_exchange)]
    exercise = _call_of(contract, observed)
    if exercise is not None:
        end = exercise
    events += _interest(contract, end)
    events += _redemption(contract, end)
    events += _resets(contract, end)
    events += _cyclic(
        contract, "FP", contract.fee_anchor, contract.fee_cycle, end, with_end=contract.type not in ("CLM", "UMP")
    )
    if "I" in contract.scaling or "N" in contract.scaling:
        events += _cyclic(contract, "SC", contract.scaling_anchor, contract.scaling_cycle, end)
    if contract.base == "NTL" and contract.type not in ("PAM", "CLM", "UMP"):
        events += _cyclic(contract, "IPCB", contract.base_anchor, contract.base_cycle, end)
    events += _prepayments(contract, end, observed)
    if contract.purchase is not None:
        events.append(Planned("PRD", contract.purchase, contract.purchase))
    if contract.termination is not None:
        last = Planned("TD", contract.termination, contract.termination)
        events = [event for event in events if event.order <= last.order]
        events.append(last)
    events = [event for event in events if contract.status < event.time <= until]
    if exercise is not None:
        settled = step(exercise, contract.notice)
        paid = contract.conventions.shifted(settled)
        events = [event for event in events if event.time <= exercise]
        events += [
            Planned("XD", exercise, exercise),
            Planned("IP", settled, paid),
            Planned("STD", settled, paid),
        ]
    return sorted(events, key=lambda event: event.order)


def _call_of(contract: StandardContract, observed: Iterable[Observed]) -> datetime | None:
    """Return the time at which the lender called the loan, if the call takes effect before maturity."""
    if contract.type not in ("CLM", "UMP"):
        return None
    calls = [event.time for event in observed if event.type == "XD" and event.time > contract.status]
    first = min(calls, default=None)
    if first is None or (contract.maturity is not None and step(first, contract.notice) > contract.maturity):
        return None
    return first


def principal_times(contract: StandardContract, end: datetime, *, with_end: bool) -> list[datetime]:
    """Return when principal is paid, by the contract's cycle."""
    anchor = contract.principal_anchor or _after(contract, contract.principal_cycle)
    return schedule_times(
        anchor, end, contract.principal_cycle, contract.conventions.end_of_month, with_end=with_end
    )


def interest_times(contract: StandardContract, end: datetime) -> list[datetime]:
    """Return when interest is paid or capitalised, by the contract's cycle or array of cycles, including the end."""
    rule = contract.conventions.end_of_month
    if contract.type == "LAX":
        return _array_times(contract, contract.interest_array, end)
    anchor = contract.interest_anchor or _after(contract, contract.interest_cycle)
    return schedule_times(anchor, end, contract.interest_cycle, rule, with_end=True)


def _after(contract: StandardContract, cycle: StandardCycle | None) -> datetime | None:
    """Return one cycle after the initial exchange, where a schedule with a cycle and no anchor starts."""
    return None if cycle is None else step(contract.initial_exchange, cycle[0])


def _array_times(
    contract: StandardContract, array: Iterable[tuple[datetime, StandardCycle | None]], end: datetime
) -> list[datetime]:
    entries = list(array)
    times: set[datetime] = set()
    for index, (anchor, cycle) in enumerate(entries):
        stop = entries[index + 1][0] if index + 1 < len(entries) else end
        times.update(
            schedule_times(anchor, min(stop, end), cycle, contract.conventions.end_of_month, with_end=True)
        )
    return sorted(times)


def _planned(
    contract: StandardContract, kind: str, times: Iterable[datetime], amount: float = 0.0
) -> list[Planned]:
    return [Planned(kind, moment, contract.conventions.shifted(moment), amount) for moment in times]


def _cyclic(
    contract: StandardContract,
    kind: str,
    anchor: datetime | None,
    cycle: StandardCycle | None,
    end: datetime,
    *,
    with_end: bool = False,
) -> list[Planned]:
    first = anchor or _after(contract, cycle)
    if kind == "FP" and cycle is None:
        return []
    times = schedule_times(first, end, cycle, contract.conventions.end_of_month, with_end=with_end)
    return _planned(contract, kind, times)


def _interest(contract: StandardContract, end: datetime) -> list[Planned]:
    if contract.type in ("CLM", "UMP"):
        return _call_interest(contract, end)
    events: list[Planned] = []
    scheduled = (
        contract.interest_cycle is not None or contract.interest_anchor is not None or contract.interest_array
    )
    if contract.rate is not None and scheduled:
        events = _planned(contract, "IP", interest_times(contract, end))
    if contract.capitalisation_end is not None:
        last = contract.conventions.shifted(contract.capitalisation_end)
        events = [
            replace(event, type="IPCI") if event.time < last else event for event in events if event.time != last
        ]
        events.append(Planned("IPCI", contract.capitalisation_end, last))
    return events


def _call_interest(contract: StandardContract, end: datetime) -> list[Planned]:
    events: list[Planned] = []
    if contract.interest_cycle is not None or (contract.type == "UMP" and contract.interest_anchor is not None):
        anchor = contract.interest_anchor or _after(contract, contract.interest_cycle)
        times = schedule_times(
            anchor, end, contract.interest_cycle, contract.conventions.end_of_month, with_end=False
        )
        events = _planned(contract, "IPCI", times)
    if contract.type == "CLM" and contract.maturity is not None:
        events.append(Planned("IP", contract.maturity, contract.maturity))
    return events


def _redemption(contract: StandardContract, end: datetime) -> list[Planned]:
    events: list[Planned] = []
    if contract.type in ("LAM", "NAM", "ANN"):
        events = _planned(contract, "PR", principal_times(contract, end, with_end=False))
        # An annuity ends on its unshifted maturity, like a bullet; linear and negative amortisers shift it.
        events.append(Planned("MD", end, end if contract.type == "ANN" else contract.conventions.shifted(end)))
    elif contract.type == "LAX":
        for index, entry in enumerate(contract.principal_array):
            stop = _stop(contract.principal_array, index, end)
            times = schedule_times(
                entry.anchor, stop, entry.cycle, contract.conventions.end_of_month, with_end=False
            )
            events += _planned(contract, "PI" if entry.increases else "PR", times, entry.amount)
        events.append(Planned("MD", end, contract.conventions.shifted(end)))
    elif contract.maturity is not None:
        events = [Planned("MD", contract.maturity, contract.maturity)]
    if contract.type == "ANN":
        events += _fixings(contract, end)
    return events


def _fixings(contract: StandardContract, end: datetime) -> list[Planned]:
    """Return when an annuity's payment is fixed: the day before the first, where it is not agreed, and at rate
    resets.
    """
    events = [Planned("PRF", event.scheduled, event.time) for event in _resets(contract, end)]
    fixing = first_fixing(contract)
    if contract.payment is None and fixing is not None:
        events += _planned(contract, "PRF", [fixing])
    return events


def first_fixing(contract: StandardContract) -> datetime | None:
    """Return when an annuity's payment is first fixed: the day before the first payment.

    None if that is before the initial exchange, with which the payment is fixed then.
    """
    first = contract.principal_anchor or _after(contract, contract.principal_cycle)
    if first is None or first - timedelta(days=1) < contract.initial_exchange:
        return None
    return first - timedelta(days=1)


def _stop(entries: tuple[Redemption, ...], index: int, end: datetime) -> datetime:
    return min(entries[index + 1].anchor, end) if index + 1 < len(entries) else end


def _resets(contract: StandardContract, end: datetime) -> list[Planned]:
    events: list[Planned] = []
    if contract.type == "LAX":
        entries = contract.reset_array
        for index, entry in enumerate(entries):
            stop = min(entries[index + 1].anchor, end) if index + 1 < len(entries) else end
            times = schedule_times(
                entry.anchor, stop, entry.cycle, contract.conventions.end_of_month, with_end=False
            )
            events += _planned(contract, "RRF" if entry.fixed else "RR", times, entry.rate)
        return events
    events = _cyclic(contract, "RR", contract.reset_anchor, contract.reset_cycle, end)
    if contract.next_rate is not None:
        known = next((event for event in events if event.time > contract.status), None)
        events = [
            replace(event, type="RRF", amount=contract.next_rate) if event is known else event for event in events
        ]
    return events


def _prepayments(contract: StandardContract, end: datetime, observed: Iterable[Observed]) -> list[Planned]:
    kinds = {"PP": "PP", "PR": "PR"} if contract.type == "UMP" else {"PP": "PP"}
    events = [
        Planned(kinds[event.type], event.time, contract.conventions.shifted(event.time), event.value)
        for event in observed
        if event.type in kinds and event.contract in ("", contract.identifier)
    ]
    if contract.prepayment != "N" and contract.prepayment_index:
        events += [
            replace(event, amount=math.nan)
            for event in _cyclic(contract, "PP", contract.option_anchor, contract.option_cycle, end)
        ]
    if contract.penalty != "O":
        events += [replace(event, type="PY") for event in events if event.type == "PP"]
    return events


def _redeemed(contract: StandardContract) -> datetime:
    """Return the end of an amortising contract without a maturity: when its regular payments have redeemed it."""
    cycle, first, payment = contract.principal_cycle, contract.principal_anchor, contract.payment
    if cycle is None or payment is None:
        raise ValueError("a contract without maturity needs a cycle and an amount of principal redemption")
    rule = contract.conventions.end_of_month
    if first is None:
        first = step(contract.initial_exchange, cycle[0])
    passed = 0
    while step(first, cycle[0], passed, rule) < contract.status:
        passed += 1
    start = step(first, cycle[0], passed, rule)
    redeemed = payment
    if contract.type != "LAM":
        interest = contract.conventions.plain_years(start, step(start, cycle[0])) * (contract.rate or 0.0)
        redeemed = payment - interest * contract.notional
    if redeemed <= 0:
        raise ValueError("the payment does not cover the interest, so the contract never ends")
    count = math.ceil(contract.notional / redeemed) - 1
    end = step(first, cycle[0], passed + count, rule)
    return end if contract.type == "LAM" else contract.conventions.shifted(end)


def _exotic_maturity(contract: StandardContract) -> datetime:
    """Return the end of an exotic contract without a maturity: when the array of payments has reduced its notional
    to zero.
    """
    rule = contract.conventions.end_of_month
    left = contract.notional
    entries = contract.principal_array
    for index, entry in enumerate(entries):
        stop = entries[index + 1].anchor if index + 1 < len(entries) else None
        number = 0
        while number < _MOST_STEPS:
            moment = step(entry.anchor, entry.cycle[0] if entry.cycle else None, number, rule)
            if (stop is not None and moment >= stop) or (entry.cycle is None and number > 0):
                break
            left += entry.amount if entry.increases else -entry.amount
            if left <= 1e-9 * contract.notional:
                return moment
            number += 1
    raise ValueError("the array of payments never redeems the contract")
