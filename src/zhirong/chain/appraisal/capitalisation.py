"""Capitalisation of one yearly income: level, growing or declining, permanent or for a life."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, inf
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.cashflow import annuity, growing, present_value, yearly_periods
from zhirong.chain.appraisal.income import LEAST_LIFE, Income, read_income
from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import (
    Array,
    Level,
    Uncertain,
    of_the_future,
    read_optional_uncertain,
    read_uncertain,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


def declining_annuity(income: float, decline: float, discount: float, years: int) -> float:
    """Return the value of A, A − B, A − 2B, … at the end of each year: A·a − B·(a − n·v^n)/r, with a the annuity
    factor.

    The textbook's declining-balance income (纯收益等额递减). Raises ValueError if the income turns negative.
    """
    if income - decline * (years - 1) < 0:
        raise ValueError("the income falls below zero before the years are over")
    factor = float(annuity(discount, float(years)))
    return income * factor - decline * (factor - years * (1.0 + discount) ** -years) / discount


@dataclass(frozen=True, slots=True)
class Capitalisation(Ordinary):
    """A yearly income of the right, capitalised.

    growth: yearly, negative for a proportional decline. decline: yuan less every year. life: None if only law or
    contract ends the income.
    """

    method: ClassVar = "capitalisation"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("收益资本化法", "capitalisation of income")

    id: str
    yearly: Uncertain
    growth: Uncertain | None
    decline: Uncertain | None
    life: Uncertain | None
    income: Income

    def drivers(self) -> tuple[Driver, ...]:
        """Yearly income, growth or decline, life and discount rate."""
        found = [single("income", Text("年收益", "yearly income"), self.yearly)]
        if self.growth is not None:
            found.append(single("growth", Text("年增长", "yearly growth"), self.growth))
        if self.decline is not None:
            found.append(single("decline", Text("每年递减额", "yearly decline"), self.decline))
        if self.life is not None:
            found.append(single("life", Text("经济寿命（年）", "economic life (years)"), self.life))
        return (*found, *self.income.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        at = terms.widening.quantile
        yearly = at(self.yearly, uniforms["income"])
        rate = self.income.rate(uniforms, terms.widening)
        growth: Level = 0.0 if self.growth is None else at(self.growth, uniforms["growth"])
        life = terms.capped(inf if self.life is None else at(self.life, uniforms["life"]))
        years = float(np.max(life))
        if self.decline is not None:
            by = at(self.decline, uniforms["decline"])
            # Without another end, the income itself ends when nothing is left of it.
            longest = min(years, float(np.max(yearly / np.maximum(by, 1e-9))) + 1.0, 1_000.0)
            count = max(1, ceil(longest))
            flows = [np.maximum(0.0, yearly - by * year) for year in range(count)]
            value = self._limited(flows, rate, np.minimum(life, float(count)))
        elif years == inf:
            value = self.income.for_ever(yearly, growth, rate)
        else:
            value = self._limited(growing(yearly, growth, 0.0, max(1, ceil(years))), rate, life)
        return np.asarray(value * (1.0 - float(self.income.tax)) * self.income.benefit(rate), dtype=np.float64)

    def _limited(self, flows: list[Level], rate: Level, life: Level) -> Level:
        return present_value(flows, rate, life, yearly_periods(len(flows), self.income.convention))

    def has_economic_input(self) -> bool:
        """Return whether there is any income."""
        return self.yearly.high > 0

    def stated_life(self) -> float | None:
        """The stated economic life."""
        return None if self.life is None else float(self.life.mode)

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        formula = Text(
            "V = 年收益 ÷（折现率 − 增长率）；增长率至少低于折现率 0.5 个百分点；法律或合同有终止日的，逐年加总至该日",
            "V = yearly income ÷ (discount − growth), growth at least half a point below the rate; where law or contract"
            " ends the income, summed by year up to that date",
        )
        if self.decline is not None:
            formula = Text(
                "V = Σ max(0, 年收益 − 递减额 ×（t − 1）) ÷（1 + 折现率）^t",
                "V = Σ max(0, income − decline × (t − 1)) ÷ (1 + discount)^t",
            )
        elif self.life is not None:
            formula = Text(
                "V = Σ 年收益 ×（1 + 增长率）^(t−1) ÷（1 + 折现率）^t",
                "V = Σ income × (1 + growth)^(t−1) ÷ (1 + discount)^t",
            )
        return Explanation(
            self.title,
            formula=formula,
            parts=(*(driver.explain() for driver in self.drivers()), *self.income.explain()),
        )


def read_capitalisation(reader: Reader, method_id: str, setting: Setting) -> Capitalisation:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    growth = read_optional_uncertain(reader, "growth", "growth")
    if growth is not None:
        growth = of_the_future(growth, setting.purpose)
    decline = read_optional_uncertain(reader, "yearly_decline", "yuan")
    if growth is not None and decline is not None:
        reader.problem(
            "yearly_decline",
            decline.as_text(),
            "change_twice",
            Text("增长率与递减额只能填写一项", "growth and a yearly decline exclude each other"),
            Text("请删除其一", "remove one of them"),
        )
    life = None
    if reader.has("economic_life"):
        stated = read_uncertain(reader, "economic_life", "years", (LEAST_LIFE, Decimal(100)))
        life = of_the_future(stated, setting.purpose)
    income = read_income(reader, setting, perpetual=True)
    if income.convention == "exact_date":
        reader.problem(
            "convention",
            income.convention,
            "days_and_convention",
            Text("资本化的年收益不适用收款日期", "a capitalised income has no payment dates"),
            Text("请填写年末（end_of_year）或年中（mid_year）", "give end_of_year or mid_year"),
        )
    return Capitalisation(method_id, read_uncertain(reader, "yearly_income", "yuan"), growth, decline, life, income)
