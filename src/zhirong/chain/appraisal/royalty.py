"""Relief from royalty, and licence income: the value of a right is the royalties saved or received."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.income import Forecast, Income, read_forecast, read_income
from zhirong.chain.appraisal.method import Alarm, Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import (
    Array,
    Level,
    Uncertain,
    read_optional_uncertain,
    read_uncertain,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Exclusivity = Literal["exclusive", "sole", "non_exclusive"]

REVENUE = Text("收入", "revenue")
PROFIT = Text("利润", "profit")
EXCLUSIVITY_TEXT: dict[Exclusivity, Text] = {
    "exclusive": Text("独占许可", "exclusive licence: the holder may not use it either"),
    "sole": Text("排他许可", "sole licence: only the holder may also use it"),
    "non_exclusive": Text("普通许可", "non-exclusive licence"),
}


@dataclass(frozen=True, slots=True)
class ReliefFromRoyalty(Ordinary):
    """The royalties that an owner need not pay (Smith and Parr, Valuation of Intellectual Property and Intangible
    Assets; worked example W14). royalty: share of net sales.
    """

    method: ClassVar = "relief_from_royalty"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("许可费节省法", "relief from royalty")

    id: str
    revenue: Forecast
    royalty: Uncertain
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Revenue (with growth and decay), royalty, discount rate and economic life."""
        royalty = single("royalty", Text("许可费率", "royalty rate"), self.royalty)
        return (*self.revenue.drivers(), royalty, *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        royalty = terms.widening.quantile(self.royalty, uniforms["royalty"])
        return np.asarray(self.income.value(self.revenue, uniforms, terms) * royalty, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether revenue and royalty are above zero."""
        return self.revenue.is_positive() and self.royalty.high > 0

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.revenue)

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Query an above-average royalty rate that lacks licences as evidence."""
        return royalty_caution(self.royalty, rules, day)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = Σ 收入 × 许可费率 ×（1 − 税率）× 寿命内的部分 ÷（1 + 折现率）^t",
                "V = Σ revenue × royalty × (1 − tax) × part of the year inside the life ÷ (1 + discount)^t",
            ),
            parts=(*(driver.explain() for driver in self.drivers()), *self.income.explain()),
        )


@dataclass(frozen=True, slots=True)
class LicenceIncome(Ordinary):
    """The income of an owner from a licence: a share of the licensee's sales, and an optional initial fee (入门费).

    base: the licensee's sales, or the licensee's profit with the margin that turns it into sales (worked example
    W6).
    """

    method: ClassVar = "licence_income"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("许可收益法", "licence income")

    id: str
    base: Forecast
    margin: Uncertain | None
    share: Uncertain
    fee: Uncertain | None
    exclusivity: Exclusivity
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Sales or profit with its margin, the share of sales, the fee, discount rate and life."""
        found = [*self.base.drivers()]
        if self.margin is not None:
            found.append(single("margin", Text("销售利润率", "profit margin on sales"), self.margin))
        found.append(single("share", Text("销售额提成率", "share of sales"), self.share))
        if self.fee is not None:
            found.append(single("fee", Text("入门费", "initial fee"), self.fee))
        return (*found, *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        widening = terms.widening
        share = widening.quantile(self.share, uniforms["share"])
        if self.margin is not None:
            share = share / widening.quantile(self.margin, uniforms["margin"])
        value = self.income.value(self.base, uniforms, terms) * share
        if self.fee is not None:
            value = value + widening.quantile(self.fee, uniforms["fee"]) * (1.0 - float(self.income.tax))
        return np.asarray(value, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether the base and its share, or the fee, are above zero."""
        paid = self.fee is not None and self.fee.high > 0
        return paid or (self.base.is_positive() and self.share.high > 0)

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.base)

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Query an above-average share of sales that lacks licences as evidence."""
        return royalty_caution(self.share, rules, day)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        sales = Text("销售额", "sales")
        if self.margin is not None:
            sales = Text("利润 ÷ 销售利润率", "profit ÷ margin")
        return Explanation(
            self.title,
            formula=Text(
                f"V = 入门费 + Σ {sales.zh} × 提成率 ×（1 − 税率）÷（1 + 折现率）^t",
                f"V = fee + Σ {sales.en} × share × (1 − tax) ÷ (1 + discount)^t",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("许可方式", "kind of licence"), EXCLUSIVITY_TEXT[self.exclusivity]),
                *self.income.explain(),
            ),
        )


def royalty_caution(royalty: Uncertain, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
    """Query a royalty rate above the customary level or far from the published median; a zero is treated
    separately.
    """
    customary = rules.at("appraisal.royalty.customary_high", day)
    published = rules.at("appraisal.query.royalty", day).value
    times, low, high = (Decimal(str(published[name])) for name in ("times", "median_low", "median_high"))
    if royalty.mode <= customary.number():
        if royalty.mode == 0 or low / times <= royalty.mode <= high * times:
            return ()
        words = Text(
            f"许可费率 {royalty.as_text()} 与公开的中位数（净销售额的 {low:.0%} 至 {high:.0%}）相差超过 {times} 倍："
            "请附许可合同，或改正（5 % 写作 0.05）",
            f"the royalty rate of {royalty.as_text()} differs from the published median by a factor of more than {times} ({low:.0%}"
            f" to {high:.0%} of net sales): attach the licences, or correct it (5 % is 0.05)",
        )
        return (Alarm("royalty_far_from_published", words),)
    text = Text(
        f"许可费率 {royalty.as_text()} 高于惯常水平，请附许可合同",
        f"the royalty rate of {royalty.as_text()} is above the customary level: attach the licences",
    )
    return (Alarm("royalty_above_customary", text),)


def read_relief_from_royalty(reader: Reader, method_id: str, setting: Setting) -> ReliefFromRoyalty:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    revenue = read_forecast(reader, setting, "revenue", REVENUE)
    royalty = read_uncertain(reader, "royalty_rate", "rate")
    return ReliefFromRoyalty(method_id, revenue, royalty, read_income(reader, setting, revenue))


def read_licence_income(reader: Reader, method_id: str, setting: Setting) -> LicenceIncome:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    by_profit = reader.has("profit") or reader.has("first_year_profit")
    name, label = ("profit", PROFIT) if by_profit else ("revenue", REVENUE)
    base = read_forecast(reader, setting, name, label)
    least = Decimal("0.001")
    margin = read_uncertain(reader, "profit_margin", "rate", (least, Decimal(1))) if by_profit else None
    return LicenceIncome(
        id=method_id,
        base=base,
        margin=margin,
        share=read_uncertain(reader, "share_of_sales", "rate"),
        fee=read_optional_uncertain(reader, "fee_at_start", "yuan"),
        exclusivity=reader.choice("exclusivity", tuple(EXCLUSIVITY_TEXT)),  # type: ignore[arg-type]
        income=read_income(reader, setting, base),
    )
