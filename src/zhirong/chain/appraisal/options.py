"""A right as an option: the holder pays for development if it is worth it, or lets the right lapse.

Black and Scholes with leakage, the binomial lattice with early exercise, and simulation with regression.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.simulation import normal_cdf
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, read_optional_uncertain, read_uncertain
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

Exercise = Literal["at_end", "any_time"]
EXERCISE_TEXT: Mapping[Exercise, Text] = {
    "at_end": Text("到期时决定", "exercisable only at the end"),
    "any_time": Text("随时可投资", "exercisable at any time"),
}
LATTICE_STEPS = 120


# -- formulas -----------------------------------------------------------------------------------------------------


def d_one_and_two(
    asset: Level, strike: Level, years: Level, rate: Level, volatility: Level, leakage: Level
) -> tuple[Level, Level]:
    """Return d₁ = [ln(S/K) + (r − q + σ²/2)·T] / (σ√T), d₂ = d₁ − σ√T (worked example W12)."""
    width = volatility * np.sqrt(years)
    one = (np.log(asset / strike) + (rate - leakage + 0.5 * volatility * volatility) * years) / width
    return one, one - width


def black_scholes(
    asset: Level, strike: Level, years: Level, rate: Level, volatility: Level, leakage: Level
) -> Level:
    """Return the value of a European call with leakage: S·e^(−qT)·Φ(d₁) − K·e^(−rT)·Φ(d₂), in the unit of
    ``asset``.

    asset: present value of the project's cash flows. strike: cost of development. rate, leakage: continuous yearly
    rates; the leakage is the cost of waiting, 1/T where a year's delay costs a year's protection (Damodaran).
    """
    one, two = d_one_and_two(asset, strike, years, rate, volatility, leakage)
    kept = asset * np.exp(-leakage * years) * normal_cdf(np.asarray(one))
    return kept - strike * np.exp(-rate * years) * normal_cdf(np.asarray(two))


def lattice(
    asset: Level,
    strike: Level,
    years: Level,
    rate: Level,
    volatility: Level,
    leakage: Level,
    exercise: Exercise,
    steps: int,
) -> Array:
    """Return the value of a call on a binomial lattice, for one case or for arrays of them.

    u = e^(σ√Δt), d = 1/u, p = (e^((r − q)Δt) − d)/(u − d) (Cox, Ross and Rubinstein 1979). Where the drift of a
    step exceeds its volatility, so that p would leave 0 to 1, both branches include the drift, u, d = e^((r − q)Δt
    ± σ√Δt).
    """
    step = np.asarray(years, dtype=np.float64) / steps
    width = np.asarray(volatility, dtype=np.float64) * np.sqrt(step)
    drift = (np.asarray(rate, dtype=np.float64) - leakage) * step
    lean = np.where(np.abs(drift) < width, 0.0, drift)
    up, down = np.exp(lean + width), np.exp(lean - width)
    chance = (np.exp(drift) - down) / (up - down)
    discount = np.exp(-np.asarray(rate, dtype=np.float64) * step)
    rising, falling = discount * chance, discount * (1.0 - chance)
    shape = np.broadcast_shapes(*(np.shape(each) for each in (asset, strike, up, rising)))
    ups = np.arange(steps, -1, -1).reshape(-1, *(1 for _ in shape))
    price = np.broadcast_to(asset, shape) * up**ups * down ** (steps - ups)
    value = np.maximum(0.0, price - strike)
    for _ in range(steps):
        value = rising * value[:-1] + falling * value[1:]
        if exercise == "any_time":
            price = price[:-1] / up
            value = np.maximum(value, price - strike)
    return np.asarray(value[0], dtype=np.float64)


def longstaff_schwartz(
    asset: float,
    strike: float,
    years: float,
    rate: float,
    volatility: float,
    leakage: float,
    shocks: Array,
) -> tuple[float, float]:
    """Return the value of a call that may be exercised at any step, by simulation with regression (Longstaff and
    Schwartz 2001).

    shocks: standard normal, one row per step and one column per path, passed in so that the caller controls the
    randomness. The value of waiting is regressed on 1, x and ln x, x the price over the strike, where exercise
    would pay. Returns value and its standard error. The estimate is low: the exercise rule found is at most as good
    as the best one.
    """
    steps, paths = shocks.shape
    step = years / steps
    drift = (rate - leakage - 0.5 * volatility * volatility) * step
    prices = asset * np.exp(np.cumsum(drift + volatility * np.sqrt(step) * shocks, axis=0))
    paid = np.maximum(0.0, prices[-1] - strike)
    discount = np.exp(-rate * step)
    for row in range(steps - 2, -1, -1):
        paid *= discount
        now = prices[row] - strike
        open_paths = np.flatnonzero(now > 0.0)
        if open_paths.size < 10:
            continue  # Too few paths for a regression; the rule is then to wait.
        over = prices[row, open_paths] / strike
        basis = np.stack([np.ones_like(over), over, np.log(over)], axis=1)
        # Errors grow with the price: each path is weighted by 1/x, or the few highest would determine the curve.
        weights = np.linalg.lstsq(basis / over[:, None], paid[open_paths] / over, rcond=None)[0]
        waiting = basis @ weights
        exercised = open_paths[now[open_paths] > waiting]
        paid[exercised] = now[exercised]
    paid *= discount
    value = float(np.mean(paid))
    return max(value, asset - strike, 0.0), float(np.std(paid, ddof=1) / np.sqrt(paths))


# -- the method ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RealOption(Ordinary):
    """The option to develop, at a cost, the product that the right protects.

    asset: present value in yuan of the cash flows after development. strike: cost of development. years: how long
    the decision can wait. rate: riskless, continuous. leakage: None is 1 / years on every path.
    """

    method: ClassVar = "real_option"
    approach: ClassVar[Approach] = "option"
    title: ClassVar = Text("实物期权法", "real option")

    id: str
    asset: Uncertain
    strike: Uncertain
    years: Uncertain
    rate: Decimal
    volatility: Uncertain
    leakage: Uncertain | None
    exercise: Exercise

    def drivers(self) -> tuple[Driver, ...]:
        """Return value and cost of the project, years, volatility and, where stated, leakage."""
        leakage = () if self.leakage is None else (single("leakage", _LEAKAGE, self.leakage),)
        return (
            single("asset", Text("项目现金流现值", "present value of the project"), self.asset),
            single("strike", Text("开发投资", "cost of development"), self.strike),
            single("years", Text("可等待年限", "years to decide"), self.years),
            single("volatility", Text("波动率", "volatility"), self.volatility),
            *leakage,
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        at = {driver.name: driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()}
        years = terms.capped(at["years"])
        leakage = 1.0 / years if self.leakage is None else at["leakage"]
        asset, strike = np.maximum(at["asset"], 1e-6), np.maximum(at["strike"], 1e-6)
        terms_of_option = (asset, strike, years, float(self.rate), at["volatility"], leakage)
        if self.exercise == "at_end":
            return np.asarray(black_scholes(*terms_of_option), dtype=np.float64)
        return lattice(*terms_of_option, self.exercise, LATTICE_STEPS)

    def has_economic_input(self) -> bool:
        """Return whether the project has any value."""
        return self.asset.high > 0

    def stated_life(self) -> float | None:
        """Return the years for which the decision can wait."""
        return float(self.years.mode)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        if self.exercise == "at_end":
            formula = Text(
                "V = S·e^(−qT)·Φ(d₁) − K·e^(−rT)·Φ(d₂)（布莱克-斯科尔斯，含漏损 q）",
                "V = S·e^(−qT)·Φ(d₁) − K·e^(−rT)·Φ(d₂) (Black-Scholes with leakage q)",
            )
        else:
            formula = Text(
                f"{LATTICE_STEPS} 步二叉树，随时可行权",
                f"binomial lattice of {LATTICE_STEPS} steps, exercisable at any time",
            )
        lost = Text("等待一年损失一年保护期：q = 1/T", "a year of waiting costs a year of protection: q = 1/T")
        if self.leakage is not None:
            lost = Text("陈述", "stated")
        return Explanation(
            self.title,
            formula=formula,
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(
                    Text("无风险利率（连续）", "riskless rate (continuous)"), f"{plain(self.rate * 100)} %"
                ),
                Explanation(_LEAKAGE, lost),
                Explanation(Text("行权", "exercise"), EXERCISE_TEXT[self.exercise]),
            ),
        )


_LEAKAGE = Text("漏损率", "leakage")


def read_real_option(reader: Reader, method_id: str, setting: Setting) -> RealOption:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    return RealOption(
        id=method_id,
        asset=read_uncertain(reader, "project_value", "yuan"),
        strike=read_uncertain(reader, "development_cost", "yuan"),
        years=read_uncertain(reader, "years_to_decide", "years", (Decimal("0.5"), Decimal(30))),
        rate=reader.number("riskless_rate", 0, Decimal("0.2")),
        volatility=read_uncertain(reader, "volatility", "number", (Decimal("0.15"), Decimal(2))),
        leakage=read_optional_uncertain(reader, "leakage", "rate"),
        exercise=reader.choice("exercise", tuple(EXERCISE_TEXT)),  # type: ignore[arg-type]
    )
