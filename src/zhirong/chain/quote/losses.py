"""How much is lost, with which probability, if the firm stops paying: the loss before anybody shares it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zhirong.chain.appraisal.records import LendingValue
from zhirong.chain.loan.schedule import Schedule
from zhirong.kernel.money import Fen, allocate, round_fen, share_of

Amounts = NDArray[np.int64]

# Points at which the distribution of the rights' value is read: the middles of 200 equal slices of probability.
VALUE_POINTS = 200

# Factors of a lending value that are chances of an event; the others are what is left of a value.
CHANCES = ("survival", "validity")


@dataclass(frozen=True, slots=True)
class Proceeds:
    """What selling the rights may bring, net, in fen, and how likely each amount is (the chances sum to 1)."""

    amounts: Amounts
    probability: NDArray[np.float64]

    def times(self, factor: float) -> "Proceeds":
        """The same chances with every amount ``factor`` times as high."""
        return Proceeds(np.floor(self.amounts * factor).astype(np.int64), self.probability)


@dataclass(frozen=True, slots=True)
class LossGrid:
    """Every way the loan can fail, on a grid of the instalment missed and what the rights then bring.

    All arrays have one entry a point of the grid. probability: over the life of the loan; it sums to the chance
    of a default. principal, interest, costs: fen claimed and not recovered. default: chance of a default.
    """

    probability: NDArray[np.float64]
    principal: Amounts
    interest: Amounts
    costs: Amounts
    default: float

    @property
    def total(self) -> Amounts:
        """Fen lost at each point."""
        return self.principal + self.interest + self.costs


def default_chances(schedule: Schedule, yearly: Decimal) -> NDArray[np.float64]:
    """Chance that each instalment is the first that is missed, under a constant hazard.

    P(first miss at due day k) = S(t_{k−1}) − S(t_k) with S(t) = (1 − PD)^t and t in years from the drawdown.
    """
    days = np.array([0, *((row.due - schedule.terms.start).days for row in schedule.rows)], dtype=np.float64)
    alive = (1.0 - float(yearly)) ** (days / 365.0)
    return alive[:-1] - alive[1:]


def loss_grid(
    schedule: Schedule,
    yearly_default: Decimal,
    proceeds: Proceeds,
    recovery_cost: Decimal,
    disposal_months: int,
) -> LossGrid:
    """The grid of losses of one loan.

    recovery_cost: cost of recovery as a share of what is claimed. disposal_months: how long the disposal takes.
    When instalment k is missed, the lender claims the principal outstanding, the interest of the period and that
    on the principal until the disposal ends (rate × months ÷ 12, without penalty), and the costs; proceeds go first
    to costs, then to interest, then to principal (Civil Code art. 561).
    """
    chances = default_chances(schedule, yearly_default)
    opening = np.array([row.opening for row in schedule.rows], dtype=np.int64)
    waiting = [share_of(row.opening, Fraction(row.rate) * disposal_months / 12) for row in schedule.rows]
    interest = np.array([row.interest for row in schedule.rows], dtype=np.int64) + np.array(waiting, np.int64)
    costs = np.array([share_of(int(claim), recovery_cost) for claim in opening + interest], np.int64)
    left = np.broadcast_to(proceeds.amounts, (len(opening), len(proceeds.amounts)))
    costs_lost, left = _after(costs[:, None], left)
    interest_lost, left = _after(interest[:, None], left)
    principal_lost, left = _after(opening[:, None], left)
    return LossGrid(
        probability=np.outer(chances, proceeds.probability).ravel(),
        principal=principal_lost.ravel(),
        interest=interest_lost.ravel(),
        costs=costs_lost.ravel(),
        default=float(chances.sum()),
    )


def haircut_and_chance(lending: LendingValue) -> tuple[Decimal, Decimal]:
    """What a forced sale leaves of the value, and the chance that the rights are alive when it happens.

    The factors of a lending value are of both sorts; only the first may be multiplied into an amount.
    """
    haircut = alive = Decimal(1)
    for factor in lending.factors:
        if factor.name in CHANCES:
            alive *= factor.value
        else:
            haircut *= factor.value
    return haircut, alive


def net_proceeds(values: NDArray[np.float64], haircut: Decimal, alive: Decimal) -> Proceeds:
    """What a sale brings at the middles of equal slices of the value's distribution, or nothing.

    values: simulated values in yuan. haircut: what is left of a value when it has to be sold. alive: chance that
    the rights are still in force and valid then. That they are not is a world of its own, in which nothing comes
    in: a chance is no haircut.
    """
    points = (np.arange(VALUE_POINTS) + 0.5) / VALUE_POINTS
    sold = np.maximum(np.quantile(values, points) * 100.0 * float(haircut), 0.0)
    return Proceeds(
        amounts=np.append(np.int64(0), np.floor(sold).astype(np.int64)),
        probability=np.append(1.0 - float(alive), np.full(VALUE_POINTS, float(alive) / VALUE_POINTS)),
    )


def expected_parts(probability: NDArray[np.float64], parts: Amounts) -> list[Fen]:
    """Σ probability × amount for each column of ``parts``, in whole fen that sum to the rounded whole."""
    exact = [Fraction(float(amount)) for amount in probability @ parts]
    whole = round_fen(sum(exact, Fraction(0)))
    return list(allocate(whole, dict(enumerate(exact))).values()) if whole else [0] * len(exact)


def _after(claim: Amounts, money: Amounts) -> tuple[Amounts, Amounts]:
    """What of a claim stays unpaid after money comes in, and what of the money is left."""
    paid = np.minimum(claim, money)
    return claim - paid, money - paid
