"""Values implied by renewals: a holder keeps a right while a year of it is worth its fee, and otherwise lets it
lapse.

Renewal decisions give a distribution of values over many rights, not the value of one. The method needs no economic
input, is always labelled, and is never a basis for a loan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.method import (
    Alarm,
    Approach,
    Driver,
    FeeLadder,
    MethodTerms,
    Ordinary,
    RenewalTerms,
    Setting,
    single,
)
from zhirong.chain.appraisal.simulation import normal_cdf, normal_quantile
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, Widening, read_uncertain
from zhirong.chain.right.fees import annual_fee, patent_year
from zhirong.chain.right.kinds import PATENT_KINDS
from zhirong.chain.right.life import legal_life
from zhirong.chain.right.records import Right
from zhirong.kernel.days import add_years, years_between
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

LOAN_PURPOSES = frozenset({"pledge", "contribution", "securitisation"})
_NODES = 400  # of the grid of log returns; 200 would change values by less than one in ten thousand
_SHOCKS = 32  # of the Gauss-Hermite rule


# -- formulas -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Returns:
    """Yearly returns over many rights: ln r₀ ~ N(mu, sigma²) in yuan, falling by ``decay`` every year.

    r of patent year a is r₀ · (1 − decay)^a (Schankerman and Pakes 1986).
    """

    mu: float
    sigma: float
    decay: float

    def kept(self, year: int, fee: float) -> float:
        """Return the share of rights that are worth the fee of a patent year: Φ((mu − ln(fee/(1 − δ)^a)) / σ)."""
        needed = np.log(fee) - year * np.log1p(-self.decay)
        return float(normal_cdf(np.asarray((self.mu - needed) / self.sigma)))

    def in_year(self, u: Level, year: int, fee_paid: float) -> Level:
        """Return the return of patent year ``year`` at probability ``u``, among rights that were worth that year's
        fee.
        """
        fallen = 1.0 - self.kept(year, fee_paid)
        among = fallen + np.asarray(u) * (1.0 - fallen)
        value: Level = np.exp(self.mu + self.sigma * normal_quantile(among) + year * np.log1p(-self.decay))
        return value


def fit_returns(years: Sequence[int], kept: Sequence[float], fees: Sequence[float], decay: float) -> Returns:
    """Fit returns whose renewal shares come nearest to the observed ones, by least squares on the normal scores.

    Φ⁻¹(1 − kept) = (ln fee − a·ln(1 − δ) − mu) / σ. The decay is given, because one fee schedule cannot separate it
    from the spread. Raises ValueError if fewer holders renew although the fee is lower, so that no spread fits.
    """
    needed = np.log(np.asarray(fees)) - np.asarray(years) * np.log1p(-decay)
    scores = normal_quantile(1.0 - np.asarray(kept, dtype=np.float64))
    slope, level = np.polyfit(needed, scores, 1)
    if slope <= 0:
        raise ValueError("the shares kept do not fall where the fees rise")
    return Returns(float(-level / slope), float(1.0 / slope), decay)


def value_of_renewing(returns: Level, fees: Sequence[float], decay: float, discount: Level) -> Level:
    """Return the value, at the first fee, of the option to pay it or let the right lapse, in the unit of
    ``returns``.

    returns: of the next year. V_k = max(0, r_k − c_k + V_{k+1} / (1 + i)), r falling by ``decay`` a year.
    """
    value: Level = 0.0
    for year in range(len(fees) - 1, -1, -1):
        value = np.maximum(0.0, returns * (1.0 - decay) ** year - fees[year] + value / (1.0 + discount))
    return value


def option_of_renewing(
    returns: Level, fees: Sequence[float], decay: float, volatility: float, discount: float
) -> Array:
    """Return the same with random returns: ln r falls by −ln(1 − δ) a year and has yearly volatility.

    The mean return falls by δ whatever the volatility, so that more of it never lowers the value (Pakes 1986 for
    the idea). Backward induction on a grid of log returns with Gauss-Hermite quadrature.
    """
    returns = np.asarray(returns, dtype=np.float64)
    if not fees or volatility <= 0.0:
        return np.asarray(value_of_renewing(returns, fees, decay, discount), dtype=np.float64)
    reach = 6.0 * volatility * np.sqrt(len(fees)) + 1.0
    low = np.log(np.min(fees)) - reach
    high = max(float(np.log(np.max(returns) + 1e-9)), float(np.log(np.max(fees)))) + reach
    grid = np.linspace(low, high - len(fees) * np.log1p(-decay), _NODES)
    points, weights = np.polynomial.hermite_e.hermegauss(_SHOCKS)
    weights = weights / weights.sum()
    step = np.log1p(-decay) - 0.5 * volatility**2 + volatility * points
    level = np.exp(grid)
    value = np.zeros(_NODES)
    annuities = _annuities(len(fees), decay, discount)
    for year in range(len(fees) - 1, -1, -1):
        moved = np.exp(grid[:, None] + step)
        # Beyond the grid the right is always kept: its value is the annuity of its falling returns, less fees.
        above = moved * annuities[len(fees) - year - 1] - _fees_ahead(fees[year + 1 :], discount)
        ahead = np.where(moved > level[-1], np.maximum(0.0, above), np.interp(moved, level, value, left=0.0))
        value = np.maximum(0.0, level - fees[year] + ahead @ weights / (1.0 + discount))
    beyond = returns * annuities[len(fees)] - _fees_ahead(fees, discount)
    return np.where(returns > level[-1], beyond, np.interp(returns, level, value, left=0.0))


def _annuities(years: int, decay: float, discount: float) -> list[float]:
    """Return the present value of 1 falling by the decay, over 0, 1, ... years, the first at once."""
    found = [0.0]
    for year in range(years):
        found.append(found[-1] + ((1.0 - decay) / (1.0 + discount)) ** year)
    return found


def _fees_ahead(fees: Sequence[float], discount: float) -> float:
    return sum(fee / (1.0 + discount) ** year for year, fee in enumerate(fees))


# -- the method ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RenewalOption(Ordinary):
    """The distribution of values that renewal data imply for similar rights. volatility: of the yearly return."""

    method: ClassVar = "renewal_option"
    approach: ClassVar[Approach] = "option"
    title: ClassVar = Text(
        "续展期权（维持数据隐含的价值分布）", "renewal option (distribution implied by renewals)"
    )

    id: str
    discount: Uncertain
    volatility: Decimal

    def drivers(self) -> tuple[Driver, ...]:
        """Return the position of the right in the distribution of returns, and the discount rate."""
        label = Text("权利在维持数据分布中的位置", "position of the right in the distribution of renewals")
        return (
            Driver("return", label, (), _place),
            single("discount", Text("折现率", "discount rate"), self.discount),
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path; rights valued together are high together or low together."""
        if terms.renewal is None:
            raise ValueError("renewal terms were not given")
        table = terms.renewal
        returns = Returns(table.mu, table.sigma, table.decay)
        rate = terms.widening.quantile(self.discount, uniforms["discount"])
        total: Level = 0.0
        for ladder in table.ladders:
            now = returns.in_year(uniforms["return"], ladder.year, ladder.fee_paid)
            ahead = now * (1.0 - returns.decay)
            if self.volatility > 0:
                # One rate for the grid: its most likely value; the spread of rates is small compared with that of
                # returns.
                middle = float(self.discount.mode)
                value: Level = option_of_renewing(ahead, ladder.fees, returns.decay, float(self.volatility), middle)
            else:
                value = value_of_renewing(ahead, ladder.fees, returns.decay, rate)
            total = total + now * ladder.to_first_fee + value * (1.0 + rate) ** -ladder.to_first_fee
        return np.asarray(total, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return True: the method needs no economic input, and its result is labelled accordingly."""
        return True

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return the warning that always applies to this method."""
        text = Text(
            "仅为维持数据隐含的价值分布，没有经济数据，不是这项权利的市场价值，不得作为贷款依据",
            "only a distribution implied by renewal data, without economic input: not the market value of this right,"
            " and no basis for a loan",
        )
        return (Alarm("renewal_distribution_only", text),)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = max(0, 年回报 − 年费 + 下一年价值 ÷（1 + 折现率）)，逐年向前",
                "V = max(0, return − fee + next year's value ÷ (1 + discount)), year by year",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("年回报波动率", "volatility of the return"), plain(self.volatility)),
            ),
            basis="assumed",
        )


def _place(u: Level, widening: Widening) -> Level:
    return u


def read_renewal_option(reader: Reader, method_id: str, setting: Setting) -> RenewalOption:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    if setting.purpose in LOAN_PURPOSES:
        reader.problem(
            "method",
            "renewal_option",
            "renewal_not_for_purpose",
            Text("维持数据隐含的分布不能用于这一目的", "a distribution from renewals cannot serve this purpose"),
            Text("请改用有经济数据的方法", "use a method with economic input"),
        )
    return RenewalOption(
        method_id,
        read_uncertain(reader, "discount_rate", "rate", (Decimal("0.001"), Decimal(1))),
        reader.number("volatility", 0, 2, default=Decimal(0)),
    )


def renewal_terms(rights: Sequence[Right], valuation_date: date, rules: Rulebook, day: date) -> RenewalTerms | None:
    """Return the future fees of the given rights that carry the value, and the returns that the rules of ``day``
    give.

    None without rights, and if one of them is not a patent with a filing date: only yearly patent fees reveal a
    value.
    """
    if not rights or any(right.kind not in PATENT_KINDS or right.filing_date is None for right in rights):
        return None
    table = rules.at("appraisal.renewal.returns", day).value
    ladders = tuple(_ladder(right, valuation_date, rules, day) for right in rights)
    return RenewalTerms(float(table["mu"]), float(table["sigma"]), float(table["decay"]), ladders)


def _ladder(right: Right, valuation_date: date, rules: Rulebook, day: date) -> FeeLadder:
    assert right.filing_date is not None  # noqa: S101 - the caller has looked
    year = patent_year(right.filing_date, valuation_date)
    end = legal_life(right, rules, day).end
    fees = []
    ahead = year + 1
    while end is not None and add_years(right.filing_date, ahead - 1) <= end:
        fees.append(annual_fee(right, ahead, rules).fee / FEN_PER_YUAN)
        ahead += 1
    first = years_between(valuation_date, add_years(right.filing_date, year))
    return FeeLadder(year, annual_fee(right, year, rules).fee / FEN_PER_YUAN, first, tuple(fees))
