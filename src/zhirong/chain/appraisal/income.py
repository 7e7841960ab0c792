"""Common inputs of the income methods: a forecast, a discount rate, a life, tax and the time of discounting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import inf

import numpy as np

from zhirong.chain.appraisal.cashflow import (
    CONVENTION_TEXT,
    MAX_FORECAST_YEARS,
    TAX_TEXT,
    Convention,
    Period,
    TaxBasis,
    amortisation_benefit_factor,
    dated_periods,
    economic_life_from_decay,
    growing,
    perpetuity,
    present_value,
    yearly_periods,
)
from zhirong.chain.appraisal.discount import Discount, read_discount
from zhirong.chain.appraisal.method import Driver, MethodTerms, Setting, any_positive, single
from zhirong.chain.appraisal.uncertain import (
    Kind,
    Level,
    Uncertain,
    Widening,
    of_the_future,
    read_optional_uncertain,
    read_uncertain,
    uncertain_of,
)
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

LEAST_LIFE = Decimal("0.1")
# Perpetual growth at the discount rate has no finite sum; on every path growth is kept this far below it.
LEAST_SPREAD = 0.005


@dataclass(frozen=True, slots=True)
class Growth:
    """A forecast from its first year: amount in yuan, yearly growth, yearly decay of the right's share of it."""

    first_year: Uncertain
    growth: Uncertain
    decay: Uncertain | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Amounts over time. name: of the driver. amounts: one per period, or a first year with growth and decay.

    days: the day of each amount where they are not whole years from the valuation date.
    """

    name: str
    label: Text
    amounts: tuple[Uncertain, ...] | Growth
    days: tuple[date, ...] = ()

    @property
    def years(self) -> int | None:
        """Return the number of amounts; None if they grow without an end."""
        return None if isinstance(self.amounts, Growth) else len(self.amounts)

    def drivers(self) -> tuple[Driver, ...]:
        """Return the amounts, and growth and decay where the forecast has them."""
        if isinstance(self.amounts, Growth):
            first = Text(f"首年{self.label.zh}", f"first year's {self.label.en}")
            drivers = [
                single(self.name, first, self.amounts.first_year),
                single(
                    "growth",
                    Text(f"{self.label.zh}年增长", f"yearly growth of {self.label.en}"),
                    self.amounts.growth,
                ),
            ]
            if self.amounts.decay is not None:
                label = Text("权利贡献年衰减", "yearly decay of the right's part")
                drivers.append(single("decay", label, self.amounts.decay))
            return tuple(drivers)
        figures = tuple(
            (Text(f"第 {number} 年{self.label.zh}", f"{self.label.en} of year {number}"), figure)
            for number, figure in enumerate(self.amounts, 1)
        )
        label = Text(f"各年{self.label.zh}", f"{self.label.en} by year")
        return (Driver(self.name, label, figures, by_year=True),)

    def levels(self, uniforms: Mapping[str, Level], widening: Widening, years: int) -> list[Level]:
        """Return the amount of each period on every path; for ``years`` years if the forecast itself has no end."""
        if isinstance(self.amounts, Growth):
            decay = self.amounts.decay
            return growing(
                widening.quantile(self.amounts.first_year, uniforms[self.name]),
                widening.quantile(self.amounts.growth, uniforms["growth"]),
                0.0 if decay is None else widening.quantile(decay, uniforms["decay"]),
                years,
            )
        return [widening.quantile(figure, uniforms[self.name]) for figure in self.amounts]

    def steps(self, uniforms: Mapping[str, Level], widening: Widening) -> Level:
        """Return the yearly growth net of decay of a forecast from its first year: (1 + g)(1 − δ) − 1. Raises
        ValueError for a forecast by year.
        """
        if not isinstance(self.amounts, Growth):
            raise ValueError("a forecast by year has no single growth rate")
        decay = self.amounts.decay
        gone = 0.0 if decay is None else widening.quantile(decay, uniforms["decay"])
        return (1.0 + widening.quantile(self.amounts.growth, uniforms["growth"])) * (1.0 - gone) - 1.0

    def is_positive(self) -> bool:
        """Return whether any amount can be above zero."""
        return any_positive((self.amounts.first_year,) if isinstance(self.amounts, Growth) else self.amounts)


@dataclass(frozen=True, slots=True)
class DecayLife:
    """A life that ends when the right's part has decayed to ``residual``, at a continuous yearly ``decay``."""

    decay: Uncertain
    residual: Decimal

    def quantile(self, u: Level, widening: Widening) -> Level:
        """Return the years at probability ``u``: fast decay is a short life, so the decay is taken at 1 − u."""
        return economic_life_from_decay(widening.quantile(self.decay, 1.0 - u), float(self.residual))

    @property
    def mode(self) -> float:
        """Years at the most likely decay."""
        return float(economic_life_from_decay(float(self.decay.mode), float(self.residual)))


@dataclass(frozen=True, slots=True)
class Income:
    """The discounting of an income method.

    life: stated economic life in years, or one that follows from decay; None if the forecast itself says how long
    the income continues. tax: income tax rate; zero before tax and where amounts are stated net of it.
    amortisation_years: of the tax amortisation benefit; None omits it.
    """

    discount: Discount
    life: Uncertain | DecayLife | None
    tax: Decimal
    tax_basis: TaxBasis
    convention: Convention
    amortisation_years: int | None
    valuation_date: date

    def drivers(self) -> tuple[Driver, ...]:
        """Discount rate, and economic life where one is stated."""
        drivers = [self.discount.driver()]
        label = Text("经济寿命（年）", "economic life (years)")
        if isinstance(self.life, DecayLife):
            decay = Text(f"年衰减率（衰减至 {plain(self.life.residual)}）", f"decay to {plain(self.life.residual)}")
            drivers.append(Driver("life", label, ((decay, self.life.decay),), self.life.quantile))
        elif self.life is not None:
            drivers.append(single("life", label, self.life))
        return tuple(drivers)

    def value(self, forecast: Forecast, uniforms: Mapping[str, Level], terms: MethodTerms) -> Level:
        """Return the present value of a forecast in yuan, after tax, with the tax amortisation benefit where
        requested.
        """
        rate = self.rate(uniforms, terms.widening)
        value = self.present(forecast, uniforms, terms) * (1.0 - float(self.tax))
        return value * self.benefit(rate)

    def present(self, forecast: Forecast, uniforms: Mapping[str, Level], terms: MethodTerms) -> Level:
        """Return the present value in yuan of a forecast as stated, before tax and without the tax amortisation
        benefit.
        """
        life = self.life_on_paths(forecast, uniforms, terms)
        rate = self.rate(uniforms, terms.widening)
        if isinstance(forecast.amounts, Growth) and np.isinf(np.max(life)):
            first = terms.widening.quantile(forecast.amounts.first_year, uniforms[forecast.name])
            return self.for_ever(first, forecast.steps(uniforms, terms.widening), rate)
        periods = self.periods(forecast, max(1, int(np.ceil(np.max(life)))))
        return present_value(forecast.levels(uniforms, terms.widening, len(periods)), rate, life, periods)

    def along(
        self, first: Level, growth: Level, forecast: Forecast, uniforms: Mapping[str, Level], terms: MethodTerms
    ) -> Level:
        """Return the present value in yuan of an amount that grows at its own rate for as long as the forecast
        earns.
        """
        life = self.life_on_paths(forecast, uniforms, terms)
        rate = self.rate(uniforms, terms.widening)
        if np.isinf(np.max(life)):
            return self.for_ever(first, growth, rate)
        periods = self.periods(forecast, max(1, int(np.ceil(np.max(life)))))
        return present_value(growing(first, growth, 0.0, len(periods)), rate, life, periods)

    def for_ever(self, first: Level, growth: Level, rate: Level) -> Level:
        """Return the present value of a perpetual income: A / (r − g), times √(1 + r) in mid-year (Gordon 1959).

        Growth is kept ``LEAST_SPREAD`` below the rate on every path, because at the rate there is no finite sum.
        """
        value = perpetuity(first, rate, np.minimum(growth, rate - LEAST_SPREAD))
        return value * np.sqrt(1.0 + rate) if self.convention == "mid_year" else value

    def rate(self, uniforms: Mapping[str, Level], widening: Widening) -> Level:
        """The discount rate on every path."""
        return self.discount.rate(uniforms["discount"], widening)

    def life_on_paths(self, forecast: Forecast | None, uniforms: Mapping[str, Level], terms: MethodTerms) -> Level:
        """Return the years of income on every path: the stated life, within the forecast, within law and contract.

        Unlimited if the forecast has no end, no life is stated and neither law nor contract ends it.
        """
        if self.life is None:
            life: Level = inf
        elif isinstance(self.life, DecayLife):
            life = self.life.quantile(uniforms["life"], terms.widening)
        else:
            life = terms.widening.quantile(self.life, uniforms["life"])
        if forecast is not None and forecast.years is not None:
            life = np.minimum(life, self.periods(forecast, 0)[-1].end)
        return terms.capped(life)

    def periods(self, forecast: Forecast, years: int) -> list[Period]:
        """Return the periods of a forecast; ``years`` of them if it has no end."""
        if forecast.days:
            return dated_periods(self.valuation_date, forecast.days)
        return yearly_periods(forecast.years or years, self.convention)

    def benefit(self, rate: Level) -> Level:
        """Return the factor of the tax amortisation benefit; 1 if it is omitted."""
        if self.amortisation_years is None:
            return 1.0
        return amortisation_benefit_factor(float(self.tax), self.amortisation_years, rate, self.convention)

    def stated_life(self, forecast: Forecast | None) -> float | None:
        """The stated economic life, or the years of the forecast."""
        if self.life is not None:
            return float(self.life.mode)
        if forecast is None or forecast.years is None:
            return None
        return self.periods(forecast, 0)[-1].end

    def explain(self) -> tuple[Explanation, ...]:
        """Return the stated choices; the figures themselves are drivers."""
        label = Text("摊销税盾", "tax amortisation benefit")
        benefit = (
            Explanation(label, Text("不计", "omitted"))
            if self.amortisation_years is None
            else Explanation(label, self.amortisation_years, "years")
        )
        return (
            *self.discount.explain(),
            Explanation(Text("所得税率", "income tax rate"), self.tax, "rate"),
            Explanation(Text("税口径", "tax basis"), TAX_TEXT[self.tax_basis]),
            Explanation(Text("折现时点", "time of discounting"), CONVENTION_TEXT[self.convention]),
            benefit,
        )


# -- reading ------------------------------------------------------------------------------------------------------


def read_income(reader: Reader, setting: Setting, *forecasts: Forecast, perpetual: bool = False) -> Income:
    """Read discount rate, life, tax and time of discounting from a method's table.

    perpetual: the method itself says how long the income continues, so no life is needed.
    """
    tax_basis: TaxBasis = reader.choice("tax_basis", tuple(TAX_TEXT))  # type: ignore[assignment]
    tax = reader.rate("tax_rate") if tax_basis == "after_tax" else Decimal(0)
    if tax_basis != "after_tax" and reader.has("tax_rate"):
        reader.problem(
            "tax_rate",
            str(reader.anything("tax_rate")),
            "tax_before_tax" if tax_basis == "before_tax" else "tax_twice",
            Text("这一口径下不再扣所得税", "no tax is deducted on this basis"),
            Text(
                '请删除税率（tax_rate），或填写税项口径 tax_basis = "after_tax"',
                'remove tax_rate, or set tax_basis = "after_tax"',
            ),
        )
    convention: Convention = reader.choice("convention", tuple(CONVENTION_TEXT))  # type: ignore[assignment]
    for forecast in forecasts:
        _check_days(reader, forecast, convention)
    discount = read_discount(reader, tax_basis).of_the_future(setting.purpose)
    life = None if perpetual else _read_life(reader, setting, forecasts)
    amortisation = _read_amortisation(reader, setting.purpose, tax_basis)
    return Income(discount, life, tax, tax_basis, convention, amortisation, setting.valuation_date)


def read_forecast(reader: Reader, setting: Setting, name: str, label: Text, kind: Kind = "yuan") -> Forecast:
    """Read ``[[name]]``, one table per year, or ``first_year_name`` with growth and optional decay."""
    by_year = reader.has(name)
    from_first = reader.has(f"first_year_{name}")
    if by_year == from_first:
        reader.problem(
            name,
            "",
            f"{name}_form",
            Text(f"{label.zh}预测未填写，或重复填写", f"the forecast of {label.en} is missing or given twice"),
            Text(
                f"请填写 [[{name}]]（每年一张表），或填写 first_year_{name} 与 growth",
                f"give [[{name}]], one table per year, or first_year_{name} with growth",
            ),
        )
    if by_year:
        return read_years(reader, setting, name, label, kind)
    growth = Growth(
        read_uncertain(reader, f"first_year_{name}", kind),
        of_the_future(read_uncertain(reader, "growth", "growth"), setting.purpose),
        read_optional_uncertain(reader, "decay", "rate"),
    )
    return Forecast(name, label, growth)


def read_years(reader: Reader, setting: Setting, name: str, label: Text, kind: Kind = "yuan") -> Forecast:
    """Read ``[[name]]``: one table per year, or one for several equal ``years``; ``day`` dates each amount."""
    amounts: list[Uncertain] = []
    days: list[date] = []
    for entry in reader.tables(name):
        day = entry.optional_day("day")
        # A number out of range is already noted; it must still not become the length of a list.
        repeat = min(max(1, entry.whole("years", 1, MAX_FORECAST_YEARS, default=1)), MAX_FORECAST_YEARS)
        if day is not None:
            before = days[-1] if days else setting.valuation_date
            if day <= before or repeat > 1:
                entry.problem(
                    "day",
                    day,
                    "days_out_of_order",
                    Text(
                        f"收款日须晚于 {before}，且不得与年数（years）并用",
                        f"must come after {before}, without years",
                    ),
                    Text("请按先后填写每笔收入的日期", "enter the day of each amount in order"),
                )
            days.append(day)
        amounts.extend([uncertain_of(entry, kind)] * repeat)
    if not 1 <= len(amounts) <= MAX_FORECAST_YEARS:
        reader.problem(
            name,
            len(amounts),
            "forecast_years",
            Text("预测年数超出合理范围", "an unreasonable number of forecast years"),
            Text(f"请填写 1 至 {MAX_FORECAST_YEARS} 年", f"give 1 to {MAX_FORECAST_YEARS} years"),
        )
    return Forecast(name, label, tuple(amounts), tuple(days))


def _check_days(reader: Reader, forecast: Forecast, convention: Convention) -> None:
    dated = len(forecast.days) if forecast.days else 0
    wanted = (forecast.years if convention == "exact_date" else 0) if forecast.years else 0
    if dated == wanted and not (convention == "exact_date" and forecast.years is None):
        return
    reader.problem(
        "convention",
        convention,
        "days_and_convention",
        Text(
            "按收款日折现须填写每笔的收款日（day），其他口径不填写",
            "discounting by exact dates needs a day for each amount; other conventions allow none",
        ),
        Text(
            f"请为每张 [[{forecast.name}]] 填写收款日（day），或修改折现时点（convention）",
            f"give every [[{forecast.name}]] its day, or change the convention",
        ),
    )


def _read_life(reader: Reader, setting: Setting, forecasts: tuple[Forecast, ...]) -> Uncertain | DecayLife | None:
    bounds = (LEAST_LIFE, Decimal(MAX_FORECAST_YEARS))
    endless = any(forecast.years is None for forecast in forecasts)
    decayed = reader.optional_table("life_from_decay")
    life: Uncertain | DecayLife
    if decayed is not None:
        residual = decayed.number("residual", Decimal("0.001"), Decimal("0.999"))
        decay = of_the_future(uncertain_of(decayed, "rate", (Decimal("0.01"), Decimal(1))), setting.purpose)
        life = DecayLife(decay, residual)
        longest = Decimal(0) if reader.failed() else _longest(life)
        if reader.has("economic_life"):
            reader.problem(
                "economic_life",
                "economic_life, life_from_decay",
                "life_form",
                Text("经济寿命重复填写", "the economic life is given twice"),
                Text("请只保留一种", "keep one of them"),
            )
    elif reader.has("economic_life"):
        life = of_the_future(read_uncertain(reader, "economic_life", "years", bounds), setting.purpose)
        longest = life.high
    elif endless and not setting.renewed:
        reader.problem(
            "economic_life",
            "",
            "life_missing",
            Text(
                "收入逐年增长而没有终止，权利又不能续展",
                "the income grows without an end and the right cannot be renewed",
            ),
            Text(
                "请填写经济寿命（economic_life）或衰减率（[life_from_decay]）；仅商标可以不填",
                "Enter economic_life or [life_from_decay]; only trademarks may omit it.",
            ),
        )
        return None
    else:
        return None  # Nothing is added after the last year of a forecast; a renewed right has no end.
    for forecast in forecasts:
        years = forecast.years
        if years is not None and not forecast.days and longest > years:
            reader.problem(
                "economic_life",
                str(longest),
                "forecast_shorter_than_life",
                Text(
                    f"{forecast.label.zh}只预测了 {years} 年，短于经济寿命",
                    f"the forecast of {forecast.label.en} has {years} years, shorter than the economic life",
                ),
                Text("请补足各年预测，或缩短经济寿命", "forecast every year of the life, or shorten the life"),
            )
    return life


def _longest(life: DecayLife) -> Decimal:
    years = economic_life_from_decay(float(life.decay.low), float(life.residual))
    return round(Decimal(float(years)), 4)


def _read_amortisation(reader: Reader, purpose: str, tax_basis: TaxBasis) -> int | None:
    years = reader.optional_whole("amortisation_benefit_years", 1, MAX_FORECAST_YEARS)
    if years is None:
        return None
    if purpose == "pledge":
        reader.problem(
            "amortisation_benefit_years",
            years,
            "benefit_in_pledge_value",
            Text("质押目的下不计摊销税盾", "a pledge value excludes the tax amortisation benefit"),
            Text("请删除该项，或改写评估目的", "remove it, or change the purpose"),
        )
    elif tax_basis != "after_tax":
        reader.problem(
            "amortisation_benefit_years",
            years,
            "benefit_before_tax",
            Text("未填写税率，无法计算摊销税盾", "without a tax rate the tax benefit cannot be calculated"),
            Text('请删除该项，或填写 tax_basis = "after_tax"', 'remove it, or set tax_basis = "after_tax"'),
        )
    return years
