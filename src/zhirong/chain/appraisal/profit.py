"""Methods based on profit: profit split, excess profit and premium, with-and-without, and the 25 % rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.cashflow import MAX_FORECAST_YEARS
from zhirong.chain.appraisal.income import Forecast, Income, read_forecast, read_income, read_years
from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import (
    UNREAD,
    Array,
    Level,
    Uncertain,
    read_optional_uncertain,
    read_uncertain,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text

PROFIT = Text("利润", "profit")
QUARTER = Decimal("0.25")


# -- formulas -----------------------------------------------------------------------------------------------------


def equivalent_investment_share(
    right_cost: Level, right_margin: Level, company_cost: Level, company_margin: Level
) -> Level:
    """Return the right's share of profit by equivalent investment (约当投资分成率; worked example W1).

    A = C_r(1 + m_r), B = C_c(1 + m_c), share = A / (A + B): the contribution of each side, raised by its cost
    margin.
    """
    right = right_cost * (1.0 + right_margin)
    return right / (right + company_cost * (1.0 + company_margin))


def marginal_profit_share(marginal: Sequence[Level], profit: Sequence[Level], discount: Level) -> Level:
    """Return the right's share of profit by marginal profit: present value of the added profit over that of all
    profit.
    """

    def worth(amounts: Sequence[Level]) -> Level:
        total: Level = 0.0
        for year, amount in enumerate(amounts, 1):
            total = total + amount * (1.0 + discount) ** -year
        return total

    whole = worth(profit)
    return np.divide(worth(marginal), whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


# -- profit split -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatedSplit:
    """A share of profit stated directly."""

    share: Uncertain

    def drivers(self) -> tuple[Driver, ...]:
        """The share."""
        return (single("split", Text("利润分成率", "profit split"), self.share),)

    def level(
        self, uniforms: Mapping[str, Level], terms: MethodTerms, profit: Sequence[Level], rate: Level
    ) -> Level:
        """The share on every path."""
        return terms.widening.quantile(self.share, uniforms["split"])

    def is_positive(self) -> bool:
        """Return whether the share can be above zero."""
        return self.share.high > 0

    def words(self) -> Text:
        """Explain how the share is derived."""
        return Text("直接给出", "stated")


@dataclass(frozen=True, slots=True)
class EquivalentInvestment:
    """A share by the contributions of right and company: replacement cost in yuan and the margin on it, of each."""

    right_cost: Uncertain
    right_margin: Uncertain
    company_cost: Uncertain
    company_margin: Uncertain

    def drivers(self) -> tuple[Driver, ...]:
        """Return the two costs and the two margins; a large contribution of the company is a low draw of the share."""
        return (
            single("right_cost", Text("权利重置成本", "replacement cost of the right"), self.right_cost),
            single("right_margin", Text("权利适用成本利润率", "margin on the right's cost"), self.right_margin),
            single("company_cost", Text("企业投入成本", "company's contribution"), self.company_cost),
            single("company_margin", Text("企业成本利润率", "margin on the company's cost"), self.company_margin),
        )

    def level(
        self, uniforms: Mapping[str, Level], terms: MethodTerms, profit: Sequence[Level], rate: Level
    ) -> Level:
        """The share on every path."""
        at = terms.widening.quantile
        return equivalent_investment_share(
            at(self.right_cost, uniforms["right_cost"]),
            at(self.right_margin, uniforms["right_margin"]),
            at(self.company_cost, uniforms["company_cost"]),
            at(self.company_margin, uniforms["company_margin"]),
        )

    def is_positive(self) -> bool:
        """Return whether the right's contribution is above zero."""
        return self.right_cost.high > 0

    def words(self) -> Text:
        """Explain how the share is derived."""
        return Text(
            "约当投资：C权(1+m权) ÷ [C权(1+m权) + C企(1+m企)]",
            "equivalent investment: C_r(1+m_r) ÷ [C_r(1+m_r) + C_c(1+m_c)]",
        )


@dataclass(frozen=True, slots=True)
class MarginalProfit:
    """A share by the right's contribution: its yearly marginal profit relative to the total profit of the same
    years.
    """

    marginal: Forecast

    def drivers(self) -> tuple[Driver, ...]:
        """The marginal profits."""
        return self.marginal.drivers()

    def level(
        self, uniforms: Mapping[str, Level], terms: MethodTerms, profit: Sequence[Level], rate: Level
    ) -> Level:
        """Return the share on every path, at most 1: a right cannot add more than all the profit."""
        marginal = self.marginal.levels(uniforms, terms.widening, len(profit))
        return np.minimum(1.0, marginal_profit_share(marginal, profit[: len(marginal)], rate))

    def is_positive(self) -> bool:
        """Return whether the right adds anything."""
        return self.marginal.is_positive()

    def words(self) -> Text:
        """Explain how the share is derived."""
        return Text(
            "边际利润：Σ 追加利润现值 ÷ Σ 利润总额现值", "marginal profit: PV of profit added ÷ PV of all profit"
        )


Split = StatedSplit | EquivalentInvestment | MarginalProfit


@dataclass(frozen=True, slots=True)
class ProfitSplit(Ordinary):
    """The right's share of the profit of the products that use it."""

    method: ClassVar = "profit_split"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("利润分成法", "profit split")

    id: str
    profit: Forecast
    split: Split
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Return profit, the inputs of the share, discount rate and life."""
        return (*self.profit.drivers(), *self.split.drivers(), *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        longest = np.max(self.income.life_on_paths(self.profit, uniforms, terms))
        years = self.profit.years or int(np.ceil(min(longest, MAX_FORECAST_YEARS)))
        profit = self.profit.levels(uniforms, terms.widening, max(1, years))
        share = self.split.level(uniforms, terms, profit, self.income.rate(uniforms, terms.widening))
        return np.asarray(self.income.value(self.profit, uniforms, terms) * share, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether profit and share are above zero."""
        return self.profit.is_positive() and self.split.is_positive()

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.profit)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = 分成率 × Σ 利润 ×（1 − 税率）÷（1 + 折现率）^t",
                "V = split × Σ profit × (1 − tax) ÷ (1 + discount)^t",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("分成率的确定依据", "derivation of the split"), self.split.words()),
                *self.income.explain(),
            ),
        )


def read_profit_split(reader: Reader, method_id: str, setting: Setting) -> ProfitSplit:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    profit = read_forecast(reader, setting, "profit", PROFIT)
    ways = [name for name in ("split_rate", "equivalent_investment", "marginal_profit") if reader.has(name)]
    if len(ways) != 1:
        reader.problem(
            "split_rate",
            ", ".join(ways),
            "split_form",
            Text("分成率未填写，或重复填写", "the split is missing or given twice"),
            Text(
                "请填写其中之一：分成率（split_rate）、约当投资（[equivalent_investment]）、边际利润（[[marginal_profit]]）",
                "enter one of split_rate, [equivalent_investment] or [[marginal_profit]]",
            ),
        )
    split: Split
    if ways[:1] == ["equivalent_investment"]:
        split = _read_equivalent_investment(reader.table("equivalent_investment"))
    elif ways[:1] == ["marginal_profit"]:
        marginal = read_years(reader, setting, "marginal_profit", Text("追加利润", "added profit"))
        if profit.years is not None and (marginal.years or 0) > profit.years:
            reader.problem(
                "marginal_profit",
                marginal.years,
                "marginal_longer_than_profit",
                Text("追加利润的年数多于利润", "added profit is forecast for more years than profit"),
                Text("年数不得多于利润（profit）的年数", "enter at most as many years as for profit"),
            )
        split = MarginalProfit(marginal)
    else:
        split = StatedSplit(read_uncertain(reader, "split_rate", "rate") if ways else UNREAD)
    return ProfitSplit(method_id, profit, split, read_income(reader, setting, profit))


def _read_equivalent_investment(reader: Reader) -> EquivalentInvestment:
    margin = (Decimal(0), Decimal(100))
    found = EquivalentInvestment(
        read_uncertain(reader, "right_cost", "yuan"),
        read_uncertain(reader, "right_margin", "growth", margin),
        read_uncertain(reader, "company_cost", "yuan"),
        read_uncertain(reader, "company_margin", "growth", margin),
    )
    reader.finish()
    if found.company_cost.low <= 0 and found.right_cost.low <= 0 and not reader.failed():
        reader.problem(
            "company_cost",
            "0",
            "nothing_put_in",
            Text("权利与企业的投入都为零", "the contributions of right and company are both zero"),
            Text("请填写至少一方的成本", "enter the cost of one of them at least"),
        )
    return found


# -- excess profit and premium ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExcessProfit(Ordinary):
    """Profit beyond what the industry earns without the right (worked example W8).

    base: the excess profit itself, or sales whose margin, or units whose price, is higher with the right. premium:
    the extra margin (share of sales) or, with units, the extra price in yuan; None with excess profit.
    """

    method: ClassVar = "excess_profit"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("超额收益法", "excess profit and premium")

    id: str
    base: Forecast
    premium: Uncertain | None
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """The base, the premium on it, discount rate and life."""
        premium = () if self.premium is None else (single("premium", self.premium_label(), self.premium),)
        return (*self.base.drivers(), *premium, *self.income.drivers())

    def premium_label(self) -> Text:
        """Return the meaning of the premium."""
        if self.premium is not None and self.premium.kind == "yuan":
            return Text("每件溢价", "extra price per unit")
        return Text("超额利润率", "extra margin on sales")

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        value = self.income.value(self.base, uniforms, terms)
        if self.premium is not None:
            value = value * terms.widening.quantile(self.premium, uniforms["premium"])
        return np.asarray(value, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether there is any excess."""
        return self.base.is_positive() and (self.premium is None or self.premium.high > 0)

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.base)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        excess = Text("超额利润", "excess profit")
        if self.premium is not None:
            label = self.premium_label()
            excess = Text(f"{self.base.label.zh} × {label.zh}", f"{self.base.label.en} × {label.en}")
        return Explanation(
            self.title,
            formula=Text(
                f"V = Σ {excess.zh} ×（1 − 税率）÷（1 + 折现率）^t",
                f"V = Σ {excess.en} × (1 − tax) ÷ (1 + discount)^t",
            ),
            parts=(*(driver.explain() for driver in self.drivers()), *self.income.explain()),
        )


def read_excess_profit(reader: Reader, method_id: str, setting: Setting) -> ExcessProfit:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    premium: Uncertain | None = None
    if reader.has("extra_margin"):
        base = read_forecast(reader, setting, "revenue", Text("收入", "revenue"))
        premium = read_uncertain(reader, "extra_margin", "rate")
    elif reader.has("extra_price"):
        base = read_forecast(reader, setting, "units", Text("销量（件）", "units sold"), "number")
        premium = read_uncertain(reader, "extra_price", "yuan")
    else:
        base = read_forecast(reader, setting, "excess_profit", Text("超额利润", "excess profit"))
    return ExcessProfit(method_id, base, premium, read_income(reader, setting, base))


# -- with and without ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WithAndWithout(Ordinary):
    """The earnings of the business with the right less those without it, never below zero.

    Never below zero, because nobody has to use a right. rivals: probability that rivals stay out only while the
    right is in force, which scales the difference; None counts it in full.
    """

    method: ClassVar = "with_and_without"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("增量收益法", "with-and-without")

    id: str
    with_right: Forecast
    without: Forecast
    weight: Uncertain | None
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Cash flow with and without the right, the weight, discount rate and life."""
        weight = () if self.weight is None else (single("weight", _WEIGHT, self.weight),)
        return (*self.with_right.drivers(), *self.without.drivers(), *weight, *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        value = self.income.value(self.with_right, uniforms, terms)
        value = np.maximum(0.0, value - self.income.value(self.without, uniforms, terms))
        if self.weight is not None:
            value = value * terms.widening.quantile(self.weight, uniforms["weight"])
        return np.asarray(value, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether anything is earned with the right."""
        return self.with_right.is_positive()

    def stated_life(self) -> float | None:
        """The stated economic life, or the years of the forecast."""
        return self.income.stated_life(self.with_right)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = max(0, Σ（有权利 − 无权利）×（1 − 税率）÷（1 + 折现率）^t)",
                "V = max(0, Σ (with − without) × (1 − tax) ÷ (1 + discount)^t)",
            ),
            parts=(*(driver.explain() for driver in self.drivers()), *self.income.explain()),
        )


_WEIGHT = Text("无此权利即受竞争的概率", "probability that rivals would enter without the right")


def read_with_and_without(reader: Reader, method_id: str, setting: Setting) -> WithAndWithout:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    with_right = read_years(reader, setting, "profit_with", Text("有权利时利润", "profit with the right"))
    without = read_years(reader, setting, "profit_without", Text("无权利时利润", "profit without the right"))
    if with_right.years != without.years or with_right.days != without.days:
        reader.problem(
            "profit_without",
            without.years,
            "years_differ",
            Text("两项预测的年数或日期不一致", "the two forecasts differ in years or days"),
            Text("请逐年对应填写", "enter both for the same years"),
        )
    weight = read_optional_uncertain(reader, "chance_of_rivals", "rate")
    return WithAndWithout(method_id, with_right, without, weight, read_income(reader, setting, with_right, without))


# -- the 25 % rule ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RuleOfTwentyFive(Ordinary):
    """A quarter of the profit, as a rule of thumb: for comparison with other methods, never for determining a
    value.

    Courts have rejected it as evidence (Uniloc v. Microsoft, Fed. Cir. 2011), and nothing ties it to the right.
    """

    method: ClassVar = "rule_of_25"
    approach: ClassVar[Approach] = "cross_check"
    title: ClassVar = Text("25% 经验法则（仅供核对）", "25 % rule (cross-check only)")

    id: str
    profit: Forecast
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Profit, discount rate and life."""
        return (*self.profit.drivers(), *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """A quarter of the profit's present value, in yuan, on every path."""
        return np.asarray(self.income.value(self.profit, uniforms, terms) * float(QUARTER), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether there is any profit."""
        return self.profit.is_positive()

    def explain(self) -> Explanation:
        """Explain the rule and its limits."""
        return Explanation(
            self.title,
            formula=Text(
                "25 % × Σ 利润 ×（1 − 税率）÷（1 + 折现率）^t；与具体权利无关，不参与定值",
                "25 % × Σ profit × (1 − tax) ÷ (1 + discount)^t; not related to the specific right, does not determine a value",
            ),
            basis="assumed",
            parts=(*(driver.explain() for driver in self.drivers()), *self.income.explain()),
        )


def read_rule_of_25(reader: Reader, method_id: str, setting: Setting) -> RuleOfTwentyFive:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    profit = read_forecast(reader, setting, "profit", PROFIT)
    return RuleOfTwentyFive(method_id, profit, read_income(reader, setting, profit))
