"""Relief from royalty: the right is worth the royalties that its owner need not pay to somebody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import inf
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.method import Alarm, Approach, Driver, Terms, any_positive
from zhirong.chain.appraisal.uncertain import (
    Array,
    Level,
    Uncertain,
    Widening,
    read_optional_uncertain,
    read_uncertain,
    uncertain_of,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Convention = Literal["end_of_year", "mid_year"]
TaxBasis = Literal["after_tax", "before_tax"]

CONVENTION_TEXT: Mapping[Convention, Text] = {
    "end_of_year": Text("年末折现", "discounted from the end of each year"),
    "mid_year": Text("年中折现", "discounted from the middle of each year"),
}
TAX_TEXT: Mapping[TaxBasis, Text] = {
    "after_tax": Text("税后现金流、税后折现率", "cash flows and discount rate after tax"),
    "before_tax": Text("税前现金流、税前折现率", "cash flows and discount rate before tax"),
}
MAX_FORECAST_YEARS = 50


# -- the model, on whole arrays of paths ------------------------------------------------------------------------


def royalty_savings(
    revenue: Sequence[Level], royalty: Level, discount: Level, life: Level, tax: float, convention: Convention
) -> Level:
    """Present value of the royalties saved, in the unit of ``revenue``.

    V = Σₜ Rₜ · ρ · (1 − τ) · wₜ · (1 + r)^−(t − h),  h = 0 at the end of the year, ½ in its middle;
    wₜ = the part of year t that lies inside the life, between 0 and 1 (Smith and Parr, Valuation of Intellectual
    Property and Intangible Assets; worked example W14).
    ``revenue`` holds one entry a year, at least as many as the longest life.
    """
    factor = 1.0 / (1.0 + discount)
    running: Level = np.sqrt(factor) if convention == "mid_year" else factor
    total: Level = 0.0
    shortest = float(np.min(life))
    for year, amount in enumerate(revenue, 1):
        present = amount * running
        # Whole years inside every path's life need no weighing; most years of most cases are such.
        total = total + (present if year <= shortest else present * np.clip(life - (year - 1), 0.0, 1.0))
        running = running * factor
    return total * royalty * (1.0 - tax)


def growing_revenue(first: Level, growth: Level, decay: Level, years: int) -> list[Level]:
    """Revenue of each year: Rₜ = R₁ · ((1 + g)(1 − δ))^(t − 1), growth of the market and decay of the right's part."""
    step = (1.0 + growth) * (1.0 - decay)
    revenue = [first]
    for _ in range(years - 1):
        revenue.append(revenue[-1] * step)
    return revenue


def amortisation_benefit_factor(tax: float, years: int, discount: Level, convention: Convention) -> Level:
    """What a buyer who may write the price off against tax can pay more: 1 / (1 − τ/n · a(n, r)).

    a(n, r) is the annuity factor of the write-off period, times √(1 + r) in mid-year (worked example W13).
    """
    annuity: Level = (1.0 - (1.0 + discount) ** -years) / discount
    if convention == "mid_year":
        annuity = annuity * np.sqrt(1.0 + discount)
    return 1.0 / (1.0 - tax / years * annuity)


# -- the method in a request ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Growth:
    """A forecast from its first year: revenue in yuan, yearly growth, yearly decay of the right's part in it."""

    first_year: Uncertain
    growth: Uncertain
    decay: Uncertain | None


@dataclass(frozen=True, slots=True)
class ReliefFromRoyalty:
    """Inputs of the method.

    revenue: one figure for each year after the valuation date, or a first year with growth and decay.
    royalty: share of net sales. discount: items of the build-up, added; one item is a rate stated as a whole.
    life: stated economic life in years; None with a forecast by year that itself says how long the income goes on.
    tax: income tax rate, zero before tax. amortisation_years: of the tax benefit; None leaves it out.
    Raises ValueError for revenue that grows without an end.
    """

    method: ClassVar = "relief_from_royalty"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("许可费节省法", "relief from royalty")

    id: str
    revenue: tuple[Uncertain, ...] | Growth
    royalty: Uncertain
    discount: tuple[tuple[Text, Uncertain], ...]
    life: Uncertain | None
    tax: Decimal
    tax_basis: TaxBasis
    convention: Convention
    amortisation_years: int | None

    def __post_init__(self) -> None:
        if self.life is None and isinstance(self.revenue, Growth):
            raise ValueError("revenue that grows from a first year needs an economic life to end it")

    def drivers(self) -> tuple[Driver, ...]:
        """Revenue (with growth and decay), royalty, discount rate and economic life."""
        drivers = []
        if isinstance(self.revenue, Growth):
            drivers.append(_single("revenue", Text("首年收入", "first year's revenue"), self.revenue.first_year))
            drivers.append(_single("growth", Text("收入年增长", "yearly growth of revenue"), self.revenue.growth))
            if self.revenue.decay is not None:
                label = Text("权利贡献年衰减", "yearly decay of the right's part")
                drivers.append(_single("decay", label, self.revenue.decay))
        else:
            years = tuple(
                (Text(f"第 {number} 年收入", f"revenue of year {number}"), figure)
                for number, figure in enumerate(self.revenue, 1)
            )
            drivers.append(Driver("revenue", Text("各年收入", "revenue by year"), years))
        drivers.append(_single("royalty", Text("许可费率", "royalty rate"), self.royalty))
        drivers.append(Driver("discount", Text("折现率", "discount rate"), self.discount))
        if self.life is not None:
            drivers.append(_single("life", Text("经济寿命（年）", "economic life (years)"), self.life))
        return tuple(drivers)

    def values(self, uniforms: Mapping[str, Level], terms: Terms) -> Array:
        """The value in yuan on every path."""
        widening = terms.widening
        life = terms.capped(self._life(uniforms, widening))
        if isinstance(self.revenue, Growth):
            decay = self.revenue.decay
            revenue = growing_revenue(
                widening.quantile(self.revenue.first_year, uniforms["revenue"]),
                widening.quantile(self.revenue.growth, uniforms["growth"]),
                0.0 if decay is None else widening.quantile(decay, uniforms["decay"]),
                max(1, int(np.ceil(np.max(life)))),
            )
        else:
            revenue = [widening.quantile(figure, uniforms["revenue"]) for figure in self.revenue]
        discount: Level = sum(
            (widening.quantile(item, uniforms["discount"]) for _, item in self.discount), start=0.0
        )
        royalty = widening.quantile(self.royalty, uniforms["royalty"])
        tax = float(self.tax)
        value = royalty_savings(revenue, royalty, discount, life, tax, self.convention)
        if self.amortisation_years is not None:
            value = value * amortisation_benefit_factor(tax, self.amortisation_years, discount, self.convention)
        return np.asarray(value, dtype=np.float64)

    def _life(self, uniforms: Mapping[str, Level], widening: Widening) -> Level:
        stated = inf if self.life is None else widening.quantile(self.life, uniforms["life"])
        return stated if isinstance(self.revenue, Growth) else np.minimum(stated, len(self.revenue))

    def has_economic_input(self) -> bool:
        """Whether there is any revenue and any royalty."""
        figures = (self.revenue.first_year,) if isinstance(self.revenue, Growth) else self.revenue
        return any_positive(figures) and self.royalty.high > 0

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        if self.life is not None:
            return float(self.life.mode)
        return None if isinstance(self.revenue, Growth) else float(len(self.revenue))

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """A royalty rate above what is customary wants licences to show for it."""
        customary = rules.at("appraisal.royalty.customary_high", day)
        if self.royalty.mode <= customary.number():
            return ()
        text = Text(
            f"许可费率 {self.royalty.as_text()} 高于惯常水平，请附许可合同",
            f"the royalty rate of {self.royalty.as_text()} is above what is customary: attach the licences",
        )
        return (Alarm("royalty_above_customary", text),)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        benefit = (
            Explanation(Text("摊销税盾", "tax amortisation benefit"), Text("不计", "left out"))
            if self.amortisation_years is None
            else Explanation(Text("摊销税盾", "tax amortisation benefit"), self.amortisation_years, "years")
        )
        return Explanation(
            self.title,
            formula=Text(
                "V = Σ 收入 × 许可费率 ×（1 − 税率）× 寿命内的部分 ÷（1 + 折现率）^t",
                "V = Σ revenue × royalty × (1 − tax) × part of the year inside the life ÷ (1 + discount)^t",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("所得税率", "income tax rate"), self.tax, "rate"),
                Explanation(Text("税口径", "tax basis"), TAX_TEXT[self.tax_basis]),
                Explanation(Text("折现时点", "time of discounting"), CONVENTION_TEXT[self.convention]),
                benefit,
            ),
        )


def read_relief_from_royalty(reader: Reader, method_id: str, purpose: str) -> ReliefFromRoyalty:
    """The method's inputs from its ``[[method]]`` table; ``method`` and ``id`` have been read before."""
    revenue = _read_revenue(reader)
    tax_basis: TaxBasis = reader.choice("tax_basis", tuple(TAX_TEXT))  # type: ignore[assignment]
    tax = reader.rate("tax_rate") if tax_basis == "after_tax" else Decimal(0)
    if tax_basis == "before_tax" and reader.has("tax_rate"):
        reader.problem(
            "tax_rate",
            "",
            "tax_before_tax",
            Text("税前口径不扣所得税", "no tax is taken off before tax"),
            Text('删去 tax_rate，或写 tax_basis = "after_tax"', 'remove tax_rate, or set tax_basis = "after_tax"'),
        )
    return ReliefFromRoyalty(
        id=method_id,
        revenue=revenue,
        royalty=read_uncertain(reader, "royalty_rate", "rate"),
        discount=_read_discount(reader),
        life=_read_life(reader, revenue),
        tax=tax,
        tax_basis=tax_basis,
        convention=reader.choice("convention", tuple(CONVENTION_TEXT)),  # type: ignore[arg-type]
        amortisation_years=_read_amortisation(reader, purpose, tax_basis),
    )


def _single(name: str, label: Text, figure: Uncertain) -> Driver:
    return Driver(name, label, ((label, figure),))


def _read_revenue(reader: Reader) -> tuple[Uncertain, ...] | Growth:
    by_year = reader.has("revenue")
    from_first = reader.has("first_year_revenue")
    if by_year == from_first:
        reader.problem(
            "revenue",
            "",
            "revenue_form",
            Text("收入预测没有写，或写了两种", "the revenue forecast is missing or given twice"),
            Text(
                "写 [[revenue]]（一年一张表），或写 first_year_revenue 与 growth",
                "give [[revenue]], one table a year, or first_year_revenue with growth",
            ),
        )
    if by_year:
        years = tuple(uncertain_of(year, "yuan") for year in reader.tables("revenue"))
        if not 1 <= len(years) <= MAX_FORECAST_YEARS:
            reader.problem(
                "revenue",
                len(years),
                "forecast_years",
                Text("预测年数不合理", "an unreasonable number of forecast years"),
                Text(f"写 1 至 {MAX_FORECAST_YEARS} 年", f"give 1 to {MAX_FORECAST_YEARS} years"),
            )
        return years
    return Growth(
        read_uncertain(reader, "first_year_revenue", "yuan"),
        read_uncertain(reader, "growth", "growth"),
        read_optional_uncertain(reader, "decay", "rate"),
    )


def _read_discount(reader: Reader) -> tuple[tuple[Text, Uncertain], ...]:
    low = Decimal("0.001")  # a rate of zero has no annuity, and none lower is ever meant
    whole = reader.has("discount_rate")
    items = reader.tables("discount_item")
    if whole == bool(items):
        reader.problem(
            "discount_rate",
            "",
            "discount_form",
            Text("折现率没有写，或写了两种", "the discount rate is missing or given twice"),
            Text(
                "写 discount_rate，或用若干 [[discount_item]] 累加",
                "give discount_rate, or build it up from [[discount_item]] tables",
            ),
        )
    if items:
        built = []
        for item in items:
            label = item.words("label")
            built.append((label, uncertain_of(item, "rate")))
        if sum(figure.low for _, figure in built) < low:
            reader.problem(
                "discount_item",
                str(sum(figure.low for _, figure in built)),
                "out_of_range",
                Text("累加的折现率为零", "the discount rate adds up to zero"),
                Text("至少写一项大于零的报酬率", "give at least one rate above zero"),
            )
        return tuple(built)
    figure = read_uncertain(reader, "discount_rate", "rate", (low, Decimal(1)))
    return ((Text("折现率", "discount rate"), figure),)


def _read_life(reader: Reader, revenue: tuple[Uncertain, ...] | Growth) -> Uncertain | None:
    least = Decimal("0.1")
    if isinstance(revenue, Growth):
        return read_uncertain(reader, "economic_life", "years", (least, Decimal(MAX_FORECAST_YEARS)))
    years = Decimal(len(revenue))
    stated = reader.has("economic_life")
    if not stated:
        return None  # nothing is added after the last year of a forecast
    life = read_uncertain(reader, "economic_life", "years", (least, Decimal(MAX_FORECAST_YEARS)))
    if life.high > years:
        reader.problem(
            "economic_life",
            str(life.high),
            "forecast_shorter_than_life",
            Text(
                f"收入只预测了 {years} 年，短于经济寿命",
                f"the revenue forecast of {years} years is shorter than the economic life",
            ),
            Text("补足各年收入，或缩短经济寿命", "forecast every year of the life, or shorten the life"),
        )
    return life


def _read_amortisation(reader: Reader, purpose: str, tax_basis: TaxBasis) -> int | None:
    years = reader.optional_whole("amortisation_benefit_years", 1, MAX_FORECAST_YEARS)
    if years is None:
        return None
    if purpose == "pledge":
        reader.problem(
            "amortisation_benefit_years",
            years,
            "benefit_in_pledge_value",
            Text("质押价值不计摊销税盾", "a pledge value leaves the tax amortisation benefit out"),
            Text("删去它，或改写评估目的", "remove it, or change the purpose"),
        )
    elif tax_basis == "before_tax":
        reader.problem(
            "amortisation_benefit_years",
            years,
            "benefit_before_tax",
            Text("税前口径没有摊销税盾", "there is no tax benefit before tax"),
            Text("删去它，或改用税后口径", "remove it, or value after tax"),
        )
    return years
