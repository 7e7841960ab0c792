"""Guarantees (CEG) and collateral (CEC) of the standard: credit enhancements called on a covered loan's default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.standard.contract import (
    StandardContract,
    StandardCycle,
    StandardTerms,
    read_contract,
    read_conventions,
    read_role,
    refused,
)
from zhirong.chain.loan.standard.dictionary import CREDIT_EVENTS, EXPOSURES, FEE_BASES
from zhirong.chain.loan.standard.event_effects import Market, StandardEvent, StandardState, evolve, initial_state
from zhirong.chain.loan.standard.timeline import Observed
from zhirong.chain.loan.standard.times import Conventions, schedule_times, step
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Covering:
    """A covering object: its quantity, and the market object that prices it."""

    market_object: str
    quantity: float


@dataclass(frozen=True, slots=True)
class Enhancement:
    """A guarantee or a collateral. coverage: share of the exposure covered. exposure: NO, NI or MV of the covered
    contracts.
    """

    type: str
    sign: int
    currency: str
    conventions: Conventions
    status: datetime
    maturity: datetime
    notional: float | None
    coverage: float
    exposure: str
    perils: tuple[str, ...]
    covered_ids: frozenset[str]
    covered: tuple[StandardContract, ...]
    covered_markets: tuple[str, ...]
    covering: tuple[Covering, ...]
    purchase: datetime | None
    purchase_price: float
    exercise: datetime | None
    exercise_amount: float | None
    settlement: Cycle | None
    fee_rate: float
    fee_basis: str
    fee_anchor: datetime | None
    fee_cycle: StandardCycle | None
    fee_accrued: float


@dataclass(frozen=True, slots=True)
class EnhancementEvent:
    """The course of an enhancement. exercised: when it was called, None until then."""

    type: str
    time: datetime
    payoff: float
    currency: str
    notional: float
    exercised: datetime | None
    exercise_amount: float


def read_enhancement(table: Mapping[str, Any]) -> Enhancement:
    """Read a guarantee or collateral contract from its terms. Raises InputError naming the term."""
    terms = StandardTerms(table)
    references = terms.raw("contractStructure")
    if (
        not isinstance(references, list)
        or not references
        or not all(isinstance(each, Mapping) for each in references)
    ):
        raise refused("contractStructure", references, Text("请列出所担保的合同", "list the contracts covered"))
    covered: list[StandardContract] = []
    identifiers: set[str] = set()
    markets: list[str] = []
    covering: list[Covering] = []
    for reference in references:
        held = reference.get("object", {})
        if reference.get("referenceRole") == "COVI":
            child = StandardTerms(held if isinstance(held, Mapping) else {"marketObjectCode": held})
            covering.append(Covering(child.text("marketObjectCode"), _quantity(child)))
            continue
        child = StandardTerms(held if isinstance(held, Mapping) else {"contractIdentifier": held})
        identifiers.update(name for name in (child.text("contractID"), child.text("contractIdentifier")) if name)
        if child.text("marketObjectCode"):
            markets.append(child.text("marketObjectCode"))
        if reference.get("referenceType") == "CNT" and isinstance(held, Mapping):
            covered.append(read_contract(held))
    maturity = terms.time("maturityDate")
    if maturity is None:
        ends = [contract.maturity for contract in covered if contract.maturity is not None]
        if not ends:
            raise refused("maturityDate", "", Text("必填", "required"))
        maturity = max(ends)
    coverage = terms.number("coverageOfCreditEnhancement")
    notional = terms.number("notionalPrincipal")
    exposure = terms.word("guaranteedExposure", EXPOSURES, "NO")
    if notional is None and not (markets if exposure == "MV" else covered):
        raise refused(
            "contractStructure",
            ", ".join(sorted(identifiers)),
            Text(
                "所担保的合同只有编号，无法计算敞口：请填写合同条款（市值敞口填写 marketObjectCode）或 notionalPrincipal",
                "the exposure is unknown: give the covered contract's terms (for MV its marketObjectCode) or"
                " notionalPrincipal",
            ),
        )
    return Enhancement(
        type=terms.text("contractType").upper(),
        sign=read_role(terms, "BUY"),
        currency=terms.text("currency"),
        conventions=read_conventions(terms, maturity),
        status=terms.required_time("statusDate"),
        maturity=maturity,
        notional=notional,
        coverage=1.0 if coverage is None else coverage,
        exposure=exposure,
        perils=tuple(terms.words("creditEventTypeCovered", CREDIT_EVENTS)) or ("DF",),
        covered_ids=frozenset(identifiers),
        covered=tuple(covered),
        covered_markets=tuple(markets),
        covering=tuple(covering),
        purchase=terms.time("purchaseDate"),
        purchase_price=terms.number("priceAtPurchaseDate") or 0.0,
        exercise=terms.time("exerciseDate"),
        exercise_amount=terms.number("exerciseAmount"),
        settlement=terms.period("settlementPeriod"),
        fee_rate=terms.number("feeRate") or 0.0,
        fee_basis=terms.word("feeBasis", FEE_BASES, "N"),
        fee_anchor=terms.time("cycleAnchorDateOfFee"),
        fee_cycle=terms.cycle("cycleOfFee"),
        fee_accrued=terms.number("feeAccrued") or 0.0,
    )


def _quantity(held: StandardTerms) -> float:
    """Return the quantity of the covering object; one unit where it is not stated, and zero where the statement is
    empty.
    """
    quantity = held.number("quantity")
    return 1.0 if quantity is None else quantity


def evolve_enhancement(
    contract: Enhancement, market: Market, observed: Sequence[Observed], until: datetime | None
) -> list[EnhancementEvent]:
    """Return every event of a guarantee or collateral up to ``until``. Raises InputError for a missing observation."""
    called = _called(contract, observed)
    times: list[tuple[datetime, int, str, datetime]] = []
    if contract.purchase is not None:
        times.append((contract.purchase, 0, "PRD", contract.purchase))
    for moment in _fee_times(contract, called):
        times.append((contract.conventions.shifted(moment), 1, "FP", moment))
    if called is None:
        times.append((contract.maturity, 4, "MD", contract.maturity))
    else:
        settled = step(called, contract.settlement)
        times.append((called, 2, "XD", called))
        times.append((contract.conventions.shifted(settled), 3, "STD", settled))
    run = _Run(contract, market, observed)
    last = None if until is None else max(until, contract.maturity)
    return [
        run.happen(kind, scheduled, moment)
        for moment, _, kind, scheduled in sorted(times)
        if moment > contract.status and (last is None or moment <= last or kind == "STD")
    ]


class _Run:
    """The state while the events of one enhancement are processed: the covered amount, accrued fees, and calls."""

    def __init__(self, contract: Enhancement, market: Market, observed: Sequence[Observed]) -> None:
        self._contract = contract
        self._market = market
        self._observed = observed
        self._since = contract.status
        self._fees = contract.fee_accrued
        self._exercised: datetime | None = None
        self._notional = self._exposed(contract.status)
        self._amount = 0.0
        if contract.exercise is not None and contract.exercise <= contract.status:
            self._exercised = contract.exercise
            agreed = contract.exercise_amount
            self._amount = self._callable(contract.exercise) if agreed is None else contract.sign * abs(agreed)

    def happen(self, kind: str, scheduled: datetime, moment: datetime) -> EnhancementEvent:
        contract = self._contract
        payoff = 0.0
        if kind in ("MD", "STD"):
            # A fee due at maturity may be paid later if its day is shifted; it is owed until then.
            self._fees = self._grown_fees(scheduled, kind) if kind == "MD" else self._fees
            if kind == "STD":
                payoff, self._fees = self._amount + self._fees, 0.0
            self._notional = 0.0
        else:
            grown = self._grown_fees(scheduled, kind)
            self._notional = self._exposed(scheduled)
            if kind == "PRD":
                payoff, self._fees = -contract.sign * contract.purchase_price, contract.fee_accrued
            elif kind == "FP":
                payoff = contract.sign * contract.fee_rate if contract.fee_basis == "A" else grown
                self._fees = 0.0
            else:
                self._fees, self._exercised, self._amount = grown, scheduled, self._callable(scheduled)
        self._since = scheduled
        return EnhancementEvent(
            kind, moment, payoff, contract.currency, self._notional, self._exercised, self._amount
        )

    def _grown_fees(self, moment: datetime, kind: str) -> float:
        contract = self._contract
        years = contract.conventions.years(self._since, moment)
        if contract.fee_rate == 0.0:
            return self._fees
        if contract.fee_basis == "A":
            if contract.fee_cycle is None or kind != "XD":
                return self._fees
            whole = contract.conventions.years(self._since, step(self._since, contract.fee_cycle[0]))
            return self._fees + contract.sign * contract.fee_rate * years / whole
        return self._fees + self._notional * years * contract.fee_rate

    def _exposed(self, moment: datetime) -> float:
        """Return the covered amount at a time: the agreed notional or the debt of the covered contracts, times the
        coverage.
        """
        contract = self._contract
        scale = contract.sign * contract.coverage
        if contract.notional is not None:
            return scale * contract.notional
        if contract.exposure == "MV":
            return scale * sum(self._price(code, moment) for code in contract.covered_markets)
        states = [self._state_of(child, moment) for child in contract.covered]
        owed = sum(state.notional for state in states)
        if contract.exposure == "NI":
            owed += sum(state.accrued for state in states)
        return scale * owed

    def _callable(self, moment: datetime) -> float:
        """Return the payment of a call: a guarantee pays its exposure, a collateral at most its value that day."""
        if self._contract.type == "CEG":
            return self._notional
        worth = sum(item.quantity * self._price(item.market_object, moment) for item in self._contract.covering)
        return self._contract.sign * min(worth, abs(self._notional))

    def _price(self, code: str, moment: datetime) -> float:
        if code not in self._market:
            raise refused(f"dataObserved.{code}", "", Text("请补充市场价格", "add the market price"))
        return self._market[code].at(moment)

    def _state_of(self, child: StandardContract, moment: datetime) -> StandardState:
        """Return a covered contract's state at a time, with interest accrued up to it."""
        events: list[StandardEvent] = evolve(child, self._market, self._observed, moment)
        state = events[-1].state if events else initial_state(child, moment)
        base = state.notional if child.type in ("PAM", "CLM", "UMP") else state.base
        years = child.conventions.years(state.since, moment)
        return replace(state, accrued=state.accrued + years * state.rate * base, since=moment)


def _called(contract: Enhancement, observed: Sequence[Observed]) -> datetime | None:
    """Return when a credit event of a covered kind affected a covered contract within the enhancement's life.

    Its life begins with its purchase: earlier events are not covered.
    """
    if contract.exercise is not None:
        return contract.exercise
    begins = contract.purchase or contract.status
    hits = [
        event.time
        for event in observed
        if event.type == "CE"
        and event.contract in contract.covered_ids
        and event.performance in contract.perils
        and begins <= event.time <= contract.maturity
        and event.time > contract.status
    ]
    return min(hits, default=None)


def _fee_times(contract: Enhancement, called: datetime | None) -> list[datetime]:
    if contract.fee_rate == 0.0:
        return []
    anchor = contract.fee_anchor
    if anchor is None and contract.fee_cycle is not None and contract.purchase is not None:
        anchor = step(contract.purchase, contract.fee_cycle[0])
    times = schedule_times(
        anchor, contract.maturity, contract.fee_cycle, contract.conventions.end_of_month, with_end=True
    )
    return times if called is None else [time for time in times if time < called]
