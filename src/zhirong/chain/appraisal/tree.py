"""Decision tree: stages that succeed or fail, each with its cost, and the income of each outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.cashflow import MAX_FORECAST_YEARS, Period, present_value
from zhirong.chain.appraisal.income import Forecast, Income, read_income, read_years
from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, read_optional_uncertain, read_uncertain
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of development. cost: yuan at its start, None without one. years: its duration. chance: of success."""

    label: Text
    years: Decimal
    cost: Uncertain | None
    chance: Uncertain


@dataclass(frozen=True, slots=True)
class DecisionTree(Ordinary):
    """Successive stages, and the income after the last one. Before each stage, the holder continues only if
    continuing is worth more than stopping. fallback: the residual value in yuan if a stage fails or is not started;
    None means zero.
    """

    method: ClassVar = "decision_tree"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("决策树法", "decision tree")

    id: str
    stages: tuple[Stage, ...]
    success: Forecast
    fallback: Uncertain | None
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Return cost and probability of every stage, the income, the residual value on failure, and the discount
        rate.
        """
        found = []
        for number, stage in enumerate(self.stages, 1):
            if stage.cost is not None:
                label = Text(f"{stage.label.zh}投入", f"cost of {stage.label.en}")
                found.append(single(f"cost_{number}", label, stage.cost))
            label = Text(f"{stage.label.zh}成功概率", f"chance of {stage.label.en}")
            found.append(single(f"chance_{number}", label, stage.chance))
        if self.fallback is not None:
            found.append(single("fallback", Text("失败或停止时的残值", "residual value on failure"), self.fallback))
        return (*found, *self.success.drivers(), *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path, rolled back from the last stage to the first."""
        at = terms.widening.quantile
        rate = self.income.rate(uniforms, terms.widening)
        start = float(sum(stage.years for stage in self.stages))
        periods = [
            Period(start + one.start, start + one.end, start + one.time)
            for one in self.income.periods(self.success, 1)
        ]
        life = start + self.income.life_on_paths(None, uniforms, MethodTerms(terms.widening, None))
        amounts = self.success.levels(uniforms, terms.widening, len(periods))
        net = 1.0 - float(self.income.tax)
        value = present_value(amounts, rate, terms.capped(np.minimum(life, periods[-1].end)), periods) * net
        value = value * self.income.benefit(rate)
        left = 0.0 if self.fallback is None else at(self.fallback, uniforms["fallback"])
        for number, stage in reversed(list(enumerate(self.stages, 1))):
            after, start = start, start - float(stage.years)
            chance = at(stage.chance, uniforms[f"chance_{number}"])
            cost = 0.0 if stage.cost is None else at(stage.cost, uniforms[f"cost_{number}"]) * net
            failed = left * (1.0 + rate) ** -after
            going = chance * value + (1.0 - chance) * failed - cost * (1.0 + rate) ** -start
            value = np.maximum(going, left * (1.0 + rate) ** -start)
        return np.asarray(value, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether success earns anything, or failure leaves anything."""
        possible = all(stage.chance.high > 0 for stage in self.stages)
        left = self.fallback is not None and self.fallback.high > 0
        return left or (possible and self.success.is_positive())

    def stated_life(self) -> float | None:
        """The years of the stages and of the income after them."""
        after = self.income.stated_life(self.success)
        return None if after is None else float(sum(stage.years for stage in self.stages)) + after

    def explain(self) -> Explanation:
        """The formula of the method and its inputs as stated."""
        years = "; ".join(f"{stage.label.en}: {stage.years}" for stage in self.stages)
        return Explanation(
            self.title,
            formula=Text(
                "V₍ₖ₎ = max(残值, p₍ₖ₎ × V₍ₖ₊₁₎ ÷（1 + 折现率）^年数 +（1 − p₍ₖ₎）× 残值 − 投入 ×（1 − 税率））；末项为收益现值",
                "V(k) = max(left, p(k) × V(k+1) ÷ (1 + discount)^years + (1 − p(k)) × left − cost × (1 − tax)); the last is the"
                " present value of the income",
            ),
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("各阶段年数", "years of each stage"), Text(years, years)),
                *self.income.explain(),
            ),
        )


def read_decision_tree(reader: Reader, method_id: str, setting: Setting) -> DecisionTree:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    stages = []
    for entry in reader.tables("stage"):
        stages.append(
            Stage(
                entry.words("label"),
                entry.number("years", 0, MAX_FORECAST_YEARS),
                read_optional_uncertain(entry, "cost", "yuan"),
                read_uncertain(entry, "chance", "rate"),
            )
        )
        entry.finish()
    if not 1 <= len(stages) <= 20:
        reader.problem(
            "stage",
            str(len(stages)),
            "stages",
            Text("阶段数不在 1 至 20 之间", "there must be 1 to 20 stages"),
            Text("请按先后填写各阶段（[[stage]]）", "Enter the [[stage]] tables in order."),
        )
    income = read_years(reader, setting, "income_on_success", Text("成功后收益", "income on success"))
    fallback = read_optional_uncertain(reader, "left_on_failure", "yuan")
    method = DecisionTree(method_id, tuple(stages), income, fallback, read_income(reader, setting, income))
    if method.income.convention == "exact_date":
        reader.problem(
            "convention",
            "exact_date",
            "days_and_convention",
            Text("各阶段之后的收益不适用收款日期", "an income after stages has no payment dates"),
            Text("请填写年末（end_of_year）或年中（mid_year）", "Enter end_of_year or mid_year."),
        )
    return method
