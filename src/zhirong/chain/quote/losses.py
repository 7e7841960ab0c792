"""How much is lost, with which probability, if the firm stops paying: the loss before anybody shares it."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from zhirong.chain.loan.schedule import Schedule
from zhirong.kernel.money import Fen, round_fen, share_of

Amounts = NDArray[np.int64]

# Points at which the distribution of the rights' value is read: the middles of 200 equal slices of probability.
VALUE_POINTS = 200


@dataclass(frozen=True, slots=True)
class LossGrid:
    """Every way the loan can fail, on a grid of the instalment missed and the value the rights then bring.

    All arrays have one entry a point of the grid. probability: over the life of the loan; it sums to the chance
    of a default. principal, interest, costs: fen claimed and not recovered. claimed_principal: fen outstanding
    when the firm stopped paying. days: due day missed, by index into ``due``. default: chance of a default.
    """

    probability: NDArray[np.float64]
    claimed_principal: Amounts
    principal: Amounts
    interest: Amounts
    costs: Amounts
    recovered: Amounts
    default: float

    @property
    def total(self) -> Amounts:
        """Fen lost at each point."""
        return self.principal + self.interest + self.costs

    @property
    def expected(self) -> float:
        """Expected loss over the life of the loan, in fen."""
        return float(self.probability @ self.total)


def default_chances(schedule: Schedule, yearly: Decimal) -> NDArray[np.float64]:
    """Chance that each instalment is the first that is missed, under a constant hazard.

    P(first miss at due day k) = S(t_{k−1}) − S(t_k) with S(t) = (1 − PD)^t and t in years from the drawdown.
    """
    days = np.array([0, *((row.due - schedule.terms.start).days for row in schedule.rows)], dtype=np.float64)
    alive = (1.0 - float(yearly)) ** (days / 365.0)
    return alive[:-1] - alive[1:]


def loss_grid(
    schedule: Schedule, yearly_default: Decimal, proceeds: NDArray[np.float64], recovery_cost: Decimal
) -> LossGrid:
    """The grid of losses of one loan.

    proceeds: what the rights bring net of selling, in fen, one entry for each equally likely value. recovery_cost:
    cost of recovery as a share of what is claimed. When instalment k is missed, the lender claims the principal
    outstanding, the interest of the period and the costs; proceeds go first to costs, then to interest, then to
    principal (Civil Code art. 561).
    """
    values = np.floor(np.maximum(proceeds, 0.0)).astype(np.int64)
    chances = default_chances(schedule, yearly_default)
    opening = np.array([row.opening for row in schedule.rows], dtype=np.int64)
    interest = np.array([row.interest for row in schedule.rows], dtype=np.int64)
    costs = np.array([_recovery_cost(row.opening + row.interest, recovery_cost) for row in schedule.rows], np.int64)
    shape = (len(opening), len(values))
    left = np.broadcast_to(values, shape)
    costs_lost, left = _after(costs[:, None], left)
    interest_lost, left = _after(interest[:, None], left)
    principal_lost, left = _after(opening[:, None], left)
    claimed = np.broadcast_to(opening[:, None], shape)
    whole = (opening + interest + costs)[:, None]
    return LossGrid(
        probability=np.broadcast_to(chances[:, None] / len(values), shape).ravel(),
        claimed_principal=claimed.ravel(),
        principal=principal_lost.ravel(),
        interest=interest_lost.ravel(),
        costs=costs_lost.ravel(),
        recovered=np.minimum(np.broadcast_to(values, shape), whole).ravel(),
        default=float(chances.sum()),
    )


def net_proceeds(values: NDArray[np.float64], factor: Decimal) -> NDArray[np.float64]:
    """What a sale brings at the middles of equal slices of the value's distribution, in fen.

    values: simulated values in yuan. factor: what survival, validity, a forced sale and its costs leave of them.
    """
    points = (np.arange(VALUE_POINTS) + 0.5) / VALUE_POINTS
    return np.quantile(values, points) * 100.0 * float(factor)


def expected_fen(probability: NDArray[np.float64], amounts: Amounts) -> Fen:
    """Σ probability × amount, rounded once to whole fen for showing."""
    return round_fen(Fraction(float(probability @ amounts)))


def _recovery_cost(claim: Fen, rate: Decimal) -> Fen:
    return share_of(claim, rate)


def _after(claim: Amounts, money: Amounts) -> tuple[Amounts, Amounts]:
    """What of a claim stays unpaid after money comes in, and what of the money is left."""
    paid = np.minimum(claim, money)
    return claim - paid, money - paid
