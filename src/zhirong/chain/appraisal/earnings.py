"""Multi-period excess earnings: the earnings left after a return on every other asset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.discount import weighted_return
from zhirong.chain.appraisal.income import Forecast, Income, read_forecast, read_income
from zhirong.chain.appraisal.method import Alarm, Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import (
    AS_STATED,
    Array,
    Level,
    Uncertain,
    Widening,
    of_the_future,
    read_uncertain,
    uncertain_of,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

ChargeBasis = Literal["fixed", "with_revenue", "own_growth"]
CHARGE_TEXT: dict[ChargeBasis, Text] = {
    "fixed": Text("每年相同", "the same every year"),
    "with_revenue": Text("随收入增减", "in step with revenue"),
    "own_growth": Text("按自身增长率", "at its own growth"),
}


def contributory_charge(values: Sequence[Level], returns: Sequence[Level]) -> Level:
    """Return the yearly return on other assets: Σ value × return, in the unit of ``values`` (worked example W16)."""
    total: Level = 0.0
    for value, rate in zip(values, returns, strict=True):
        total = total + value * rate
    return total


@dataclass(frozen=True, slots=True)
class Contributory:
    """Another asset that the earnings need: its value in yuan and its required return after tax."""

    label: Text
    value: Uncertain
    rate: Uncertain


@dataclass(frozen=True, slots=True)
class ReturnsOfFirm:
    """The inputs of the check of returns: the firm's average cost of capital, goodwill in yuan and its return."""

    wacc: Uncertain
    goodwill: Uncertain
    goodwill_return: Uncertain


@dataclass(frozen=True, slots=True)
class ExcessEarnings(Ordinary):
    """Earnings after tax less the charges of contributory assets, never below zero in total.

    margin: earnings before interest, tax and amortisation as a share of revenue. charges: how they develop over
    time. charge_growth: their yearly growth where it differs. firm: for the check that the returns on all assets
    agree with the firm's cost of capital; None omits the check.
    """

    method: ClassVar = "excess_earnings"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("多期超额收益法", "multi-period excess earnings")

    id: str
    revenue: Forecast
    margin: Uncertain
    assets: tuple[Contributory, ...]
    charges: ChargeBasis
    charge_growth: Uncertain | None
    firm: ReturnsOfFirm | None
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Revenue, margin, the charges together, discount rate and life."""
        figures = tuple(
            pair
            for asset in self.assets
            for pair in (
                (asset.label, asset.value),
                (Text(f"{asset.label.zh}回报率", f"return on {asset.label.en}"), asset.rate),
            )
        )
        growth: tuple[Driver, ...] = ()
        if self.charge_growth is not None:
            label = Text("贡献资产回报年增长", "yearly growth of the charges")
            growth = (single("charge_growth", label, self.charge_growth),)
        return (
            *self.revenue.drivers(),
            single("margin", Text("息税摊销前利润率", "margin before interest, tax and amortisation"), self.margin),
            Driver("charges", Text("贡献资产回报", "charges of contributory assets"), figures, self.charge),
            *growth,
            *self.income.drivers(),
        )

    def charge(self, u: Level, widening: Widening) -> Level:
        """Return the yearly charge in yuan at probability ``u``."""
        return contributory_charge(
            [widening.quantile(asset.value, u) for asset in self.assets],
            [widening.quantile(asset.rate, u) for asset in self.assets],
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        kept = terms.widening.quantile(self.margin, uniforms["margin"]) * (1.0 - float(self.income.tax))
        charge = self.charge(uniforms["charges"], terms.widening)
        revenue = self.income.present(self.revenue, uniforms, terms)
        if self.charges == "with_revenue":
            first = self.revenue.levels(uniforms, terms.widening, 1)[0]
            value = revenue * (kept - charge / np.maximum(first, 1e-9))
        else:
            growth: Level = 0.0
            if self.charge_growth is not None:
                growth = terms.widening.quantile(self.charge_growth, uniforms["charge_growth"])
            value = revenue * kept - self.income.along(charge, growth, self.revenue, uniforms, terms)
        value = value * self.income.benefit(self.income.rate(uniforms, terms.widening))
        return np.asarray(np.maximum(0.0, value), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether there is any revenue with a margin."""
        return self.revenue.is_positive() and self.margin.high > 0

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.revenue)

    def average_return(self) -> float:
        """Return the weighted average return of contributory assets, goodwill and the right itself, at the middle
        of each range.

        Raises ValueError if there is no firm to compare with or nothing has a value.
        """
        if self.firm is None:
            raise ValueError("no firm was stated to compare the returns with")
        middle = {driver.name: 0.5 for driver in self.drivers()}
        own = float(self.values(middle, MethodTerms(AS_STATED, None)))

        def at(figure: Uncertain) -> float:
            return float(AS_STATED.quantile(figure, 0.5))

        values = [*(at(asset.value) for asset in self.assets), at(self.firm.goodwill), own]
        rates = [*(at(asset.rate) for asset in self.assets), at(self.firm.goodwill_return)]
        return weighted_return(values, [*rates, float(self.income.rate(middle, AS_STATED))])

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return a warning if the returns on assets do not agree with the firm's cost of capital."""
        if self.firm is None or not self.has_economic_input():
            return ()
        tolerance = rules.at("appraisal.wara_tolerance", day).number()
        average = self.average_return()
        whole = float(AS_STATED.quantile(self.firm.wacc, 0.5))
        if abs(average - whole) <= float(tolerance):
            return ()
        text = Text(
            f"资产加权回报率 {average:.2%} 与企业加权平均资本成本 {whole:.2%} 不符，折现率或资产价值有误",
            f"the weighted return on assets of {average:.2%} does not agree with the firm's cost of capital of"
            f" {whole:.2%}: a rate or an asset's value is wrong",
        )
        return (Alarm("wara_off_wacc", text),)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = max(0, Σ [收入 × 利润率 ×（1 − 税率）− 贡献资产回报] ÷（1 + 折现率）^t)",
                "V = max(0, Σ [revenue × margin × (1 − tax) − charges] ÷ (1 + discount)^t)",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("贡献资产回报的走势", "charges over time"), CHARGE_TEXT[self.charges]),
                *self._check(),
                *self.income.explain(),
            ),
        )

    def _check(self) -> tuple[Explanation, ...]:
        if self.firm is None or not self.has_economic_input():
            return ()
        shown = Text(
            f"{self.average_return():.2%}；企业加权平均资本成本 {self.firm.wacc.as_text()}",
            f"{self.average_return():.2%}; the firm's cost of capital {self.firm.wacc.as_text()}",
        )
        return (Explanation(Text("资产加权回报率核对", "weighted return on assets, checked"), shown),)


def read_contributory_assets(reader: Reader) -> list[Contributory]:
    """Read the tables ``[[contributory_asset]]``; at least one is required."""
    assets = []
    for entry in reader.tables("contributory_asset"):
        label = entry.words("label")
        rate = read_uncertain(entry, "return", "rate")
        assets.append(Contributory(label, uncertain_of(entry, "yuan"), rate))
    if not assets:
        reader.problem(
            "contributory_asset",
            "",
            "missing",
            Text("没有贡献资产", "no contributory asset is given"),
            Text(
                "请至少填写一项贡献资产（[[contributory_asset]]），例如营运资金",
                "Enter at least one [[contributory_asset]], such as working capital.",
            ),
        )
    return assets


def read_excess_earnings(reader: Reader, method_id: str, setting: Setting) -> ExcessEarnings:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    revenue = read_forecast(reader, setting, "revenue", Text("收入", "revenue"))
    assets = read_contributory_assets(reader)
    firm = None
    inside = reader.optional_table("firm")
    if inside is not None:
        firm = ReturnsOfFirm(
            read_uncertain(inside, "wacc", "rate"),
            read_uncertain(inside, "goodwill", "yuan"),
            read_uncertain(inside, "goodwill_return", "rate"),
        )
        inside.finish()
    charges: ChargeBasis = reader.choice("charges", tuple(CHARGE_TEXT))  # type: ignore[assignment]
    growth = None
    if charges == "own_growth":
        growth = of_the_future(read_uncertain(reader, "charge_growth", "growth"), setting.purpose)
    return ExcessEarnings(
        id=method_id,
        revenue=revenue,
        margin=read_uncertain(reader, "margin", "rate"),
        assets=tuple(assets),
        charges=charges,
        charge_growth=growth,
        firm=firm,
        income=read_income(reader, setting, revenue),
    )
