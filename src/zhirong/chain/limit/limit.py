"""The credit limit under one mode: the lowest of all caps, the name of the binding one, the price, and each party's
share of the loss.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from zhirong.chain.limit.capacity import FreeCash, Ratio, Repayment, debt_ratio, free_cash, repayment, turnover
from zhirong.chain.limit.exposure import Exposure, exposure
from zhirong.chain.limit.need import Need, need
from zhirong.chain.limit.policy import Policy
from zhirong.chain.limit.price import Price, price
from zhirong.chain.limit.records import Arrangement, LimitFirm
from zhirong.chain.limit.risk import Risk, RiskTests, Year, risk_limit, years_of
from zhirong.kernel.money import Fen, round_fen, show_yuan
from zhirong.kernel.tabular import Table, Tabular, in_yuan

# The order of the sheet; of two equal caps the first one binds.
ORDER = (
    "requested",
    "need",
    "repayment",
    "turnover",
    "debt_ratio",
    "mode_amount",
    "mode_balance",
    "lender_capital",
    "single_exposure",
    "group_exposure",
    "guarantor_capital",
    "risk",
)


@dataclass(frozen=True, slots=True)
class FirmLimits:
    """The results that are the same under every mode. caps: code → fen, in the order of the sheet.

    replaced: False if the firm wants to replace more than the limit can cover, so that nothing is replaced.
    unconfirmed: limits that cannot be calculated from the available figures; the bank checks them again before
    disbursement.
    """

    firm: LimitFirm
    policy: Policy
    need: Need
    repayment: Repayment
    turnover: Ratio
    debt_ratio: Ratio
    exposure: Exposure
    caps: Mapping[str, Fen]
    unconfirmed: tuple[str, ...]
    years: tuple[Year, ...]

    @property
    def free(self) -> FreeCash:
        """Return the free cash per year for a new loan."""
        return self.repayment.free

    @property
    def admitted(self) -> bool:
        """Return whether the probability of default is within the admission line."""
        return self.firm.pd <= self.policy.number["pd_most"]


@dataclass(frozen=True, slots=True)
class ModeLimit(Tabular):
    """The credit limit under one mode, in fen; 0 where declined.

    caps: all of them in order, the risk limit last where it limits. binding: code of the cap, or of the risk test
    behind it. risk: the three tests. at_limit: each bearer's share of the principal if the firm defaults
    immediately; expected: its expected loss over the term. without_pledge: the limit without any pledge, None if
    the mode lends on the pledge alone.
    """

    firm: FirmLimits
    arrangement: Arrangement = field(compare=False)  # Functions of the mode; their results are compared.
    amount: Fen
    binding: str
    caps: Mapping[str, Fen]
    risk: Risk
    declined: bool
    at_limit: Mapping[str, Fen]
    expected: Mapping[str, Fen]
    expected_exact: Mapping[str, Fraction]
    price: Price | None
    without_pledge: Fen | None
    replaced: bool
    next_cap: Fen
    recomputed: bool = False

    @property
    def pledge_adds(self) -> Fen | None:
        """Return the amount that the pledge adds to the limit."""
        return None if self.without_pledge is None else self.amount - self.without_pledge

    @property
    def drawn_on_annex(self) -> Fen:
        """Return the amount that may be drawn on the annex figure alone; more needs documents of a purchase, order
        or payroll.
        """
        need_ = self.firm.need
        if need_.project is not None:
            return self.amount
        return min(self.amount, need_.annex or 0)

    def __repr__(self) -> str:
        return f"<ModeLimit CNY {show_yuan(self.amount)}, set by {self.binding}>"

    def as_table(self) -> Table:
        """One row for each cap, the lowest first."""
        caps = sorted(self.caps.items(), key=lambda cap: cap[1])
        return Table(
            ("cap", "amount_yuan", "decides"),
            tuple((code, in_yuan(fen), code == self.binding) for code, fen in caps),
        )


def firm_limits(firm: LimitFirm, policy: Policy) -> FirmLimits:
    """Calculate need, repayment, turnover, debt ratio and the lender's legal caps once for every mode."""
    free = free_cash(firm, policy)
    by_sales = turnover(firm, policy)
    needed = need(firm, policy, by_sales.amount)
    repaid = repayment(firm, policy, free)
    ratio = debt_ratio(firm, policy)
    caps: dict[str, Fen] = {
        "requested": firm.asked,
        "need": needed.amount,
        "repayment": repaid.amount,
        "turnover": by_sales.amount,
        "debt_ratio": ratio.amount,
    }
    legal, unconfirmed = _legal_caps(firm, policy)
    return FirmLimits(
        firm=firm,
        policy=policy,
        need=needed,
        repayment=repaid,
        turnover=by_sales,
        debt_ratio=ratio,
        exposure=exposure(firm, policy, free),
        caps={**caps, **legal},
        unconfirmed=unconfirmed,
        years=years_of(firm),
    )


def _legal_caps(firm: LimitFirm, policy: Policy) -> tuple[dict[str, Fen], tuple[str, ...]]:
    """Return 10 % of the lender's net capital; 15 and 20 % of its tier-1 capital. Unknown figures are named, not
    assumed.
    """
    own, number = firm.lender, policy.number
    caps: dict[str, Fen] = {}
    unknown = []
    if own.net_capital is None:
        unknown.append("lender_capital")
    else:
        caps["lender_capital"] = max(
            0, round_fen(number["law.single_obligor"] * own.net_capital, "floor") - own.loans
        )
    if own.tier1 is None:
        unknown.append("single_exposure")
    else:
        room = round_fen(number["law.single_exposure"] * own.tier1, "floor") - own.exposure
        caps["single_exposure"] = max(0, room)
        if own.group_exposure is not None:
            of_group = round_fen(number["law.group_exposure"] * own.tier1, "floor") - own.group_exposure
            caps["group_exposure"] = max(0, of_group)
    return caps, tuple(unknown)


def mode_limit(
    limits: FirmLimits, arrangement: Arrangement, lpr: Fraction | None, *, compare: bool = True
) -> ModeLimit:
    """Calculate the limit under one mode. lpr: None if none was published; then there is no price. compare: also
    calculate the limit without the pledge. A limit below what the loan would replace is recalculated with nothing
    replaced.
    """
    found = _mode_limit(limits, arrangement, lpr, compare)
    if limits.firm.replaces and found.amount < limits.firm.replaces:
        without = replace(limits.firm, replaces=0, replaced_service=0)
        again = _mode_limit(firm_limits(without, limits.policy), arrangement, lpr, compare)
        return replace(again, replaced=False, recomputed=True)
    return found


def _mode_limit(limits: FirmLimits, arrangement: Arrangement, lpr: Fraction | None, compare: bool) -> ModeLimit:
    firm, policy = limits.firm, limits.policy
    caps = {**limits.caps, **_mode_caps(arrangement, limits)}
    most = min(caps.values())
    step, minimum = policy.amount["step"], policy.amount["minimum"]
    if not limits.admitted:
        return _declined(limits, arrangement, caps, "admission")
    tests = RiskTests(firm, arrangement, limits.exposure, policy, limits.years)
    risk = risk_limit(tests, most, step)
    binding = next(code for code in ORDER if caps.get(code) == most)
    amount = most
    if risk.amount < most:
        caps["risk"] = risk.amount
        amount, binding = risk.amount, risk.code
    if binding != "requested":
        amount = amount // step * step
    without = None
    if arrangement.basis == "credit" and compare:
        without = amount if not limits.exposure.pledge else _without_pledge(limits, arrangement, most)
    if amount < minimum:
        found = _declined(limits, arrangement, caps, binding, risk)
        return replace(found, without_pledge=without)
    at_limit = {role: row[0] for role, row in tests.parts([amount]).items()}
    expected = {role: row[0] for role, row in tests.expected([amount]).items()}
    return ModeLimit(
        firm=limits,
        arrangement=arrangement,
        amount=amount,
        binding=binding,
        caps=caps,
        risk=risk,
        declined=False,
        at_limit=at_limit,
        expected={role: round_fen(loss, "floor") for role, loss in expected.items()},
        expected_exact=expected,
        price=None if lpr is None else price(firm, tests, amount, policy, lpr),
        without_pledge=without,
        replaced=firm.replaces > 0,
        next_cap=min((cap for cap in caps.values() if cap > amount), default=amount),
    )


def _without_pledge(limits: FirmLimits, arrangement: Arrangement, most: Fen) -> Fen:
    """Return the limit if no right were pledged, all else unchanged."""
    policy = limits.policy
    bare = replace(limits.exposure, pledge=0)
    tests = RiskTests(limits.firm, arrangement, bare, policy, limits.years)
    step = policy.amount["step"]
    risk = risk_limit(tests, most, step)
    amount = risk.amount
    if not (amount == most == limits.firm.asked):
        amount = amount // step * step
    return amount if amount >= policy.amount["minimum"] else 0


def _mode_caps(arrangement: Arrangement, limits: FirmLimits) -> dict[str, Fen]:
    caps: dict[str, Fen] = {}
    if arrangement.amount_at_most is not None:
        caps["mode_amount"] = arrangement.amount_at_most
    if arrangement.balance_at_most is not None:
        caps["mode_balance"] = max(0, arrangement.balance_at_most - arrangement.balance)
    own = limits.firm.guarantor.net_assets
    share = arrangement.most_of("guarantor")
    if own is not None and share:
        room = limits.policy.number["law.guarantor_single"] * own - limits.firm.guarantor.exposure
        caps["guarantor_capital"] = max(0, round_fen(room / share, "floor"))
    return caps


def _declined(
    limits: FirmLimits, arrangement: Arrangement, caps: Mapping[str, Fen], binding: str, risk: Risk | None = None
) -> ModeLimit:
    return ModeLimit(
        firm=limits,
        arrangement=arrangement,
        amount=0,
        binding=binding,
        caps=caps,
        risk=Risk(0, binding, {}) if risk is None else risk,
        declined=True,
        at_limit={},
        expected={},
        expected_exact={},
        price=None,
        without_pledge=None,
        replaced=limits.firm.replaces > 0,
        next_cap=0,
    )
