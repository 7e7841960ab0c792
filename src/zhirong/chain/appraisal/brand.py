"""Brand strength: past profit of the brand times a multiple that follows from scores of its strength."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, any_positive, single
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, Widening, read_uncertain, uncertain_of
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text


def brand_multiple(score: Level, greatest: Level) -> Level:
    """Return the multiple of profit at a strength of 0 to 100: an S-curve from 0 to ``greatest``.

    Chinese textbooks give the curve of Interbrand for a greatest multiple of 20 as 250·Y = X² up to 50 and (Y −
    10)² = 2X − 100 above; here it is scaled to ``greatest`` (taken from secondary sources).
    """
    x = np.clip(score, 0.0, 100.0)
    return np.where(x <= 50.0, x * x / 250.0, 10.0 + np.sqrt(np.maximum(0.0, 2.0 * x - 100.0))) * greatest / 20.0


@dataclass(frozen=True, slots=True)
class BrandStrength(Ordinary):
    """past: profit of the branded business in yuan, with the weight of each year. role: the brand's share of it.
    scores: points of each factor of strength; points: the maximum total of all factors. greatest: the multiple at
    strength 100.
    """

    method: ClassVar = "brand_strength"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("品牌强度法", "brand strength")

    id: str
    past: tuple[tuple[Text, Uncertain], ...]
    weights: tuple[Decimal, ...]
    role: Uncertain
    scores: tuple[tuple[Text, Uncertain], ...]
    points: Decimal
    greatest: Uncertain
    tax: Decimal

    def drivers(self) -> tuple[Driver, ...]:
        """Weighted profit, role of the brand, its strength and the greatest multiple."""
        return (
            Driver("profit", Text("加权平均利润", "weighted profit"), self.past, self.profit),
            single("role", Text("品牌作用系数", "role of the brand"), self.role),
            Driver("strength", Text("品牌强度得分", "strength of the brand"), self.scores, self.strength),
            single("greatest", Text("最高倍数", "greatest multiple"), self.greatest),
        )

    def profit(self, u: Level, widening: Widening) -> Level:
        """The weighted profit in yuan at probability ``u``."""
        total = float(sum(self.weights))
        parts = zip(self.weights, self.past, strict=True)
        return sum((float(weight) / total * widening.quantile(one, u) for weight, (_, one) in parts), start=0.0)

    def strength(self, u: Level, widening: Widening) -> Level:
        """Return points of 100 at probability ``u``, never above the maximum."""
        points = sum((widening.quantile(one, u) for _, one in self.scores), start=0.0)
        return np.minimum(100.0, points / float(self.points) * 100.0)

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """Return the value in yuan on every path; where law or contract ends the right, at most the profit of the
        remaining years.
        """
        at = {driver.name: driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()}
        multiple = terms.capped(brand_multiple(at["strength"], at["greatest"]))
        return np.asarray(at["profit"] * at["role"] * (1.0 - float(self.tax)) * multiple, dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether there is any profit, of which the brand has a part."""
        return any_positive([one for _, one in self.past]) and self.role.high > 0

    def explain(self) -> Explanation:
        """The formula of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V = 加权平均利润 × 品牌作用系数 ×（1 − 税率）× 倍数；强度 X：X ≤ 50 时 X² ÷ 250，以上为 10 + √(2X − 100)，"
                "再乘以最高倍数 ÷ 20",
                "V = weighted profit × role × (1 − tax) × multiple; strength X: X² ÷ 250 up to 50, 10 + √(2X − 100) above,"
                " times greatest ÷ 20",
            ),
            basis="assumed",
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("所得税率", "income tax rate"), self.tax, "rate"),
            ),
        )


def read_brand_strength(reader: Reader, method_id: str, setting: Setting) -> BrandStrength:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    past, weights = [], []
    for number, entry in enumerate(reader.tables("past_profit"), 1):
        weights.append(entry.number("weight", Decimal("0.01"), 100))
        label = Text(f"第 {number} 项往年利润", f"profit of past year {number}")
        past.append((label, uncertain_of(entry, "yuan")))
    scores, points = [], Decimal(0)
    for entry in reader.tables("factor"):
        label, most = entry.words("label"), entry.number("points", Decimal(1), 100)
        points += most
        scores.append((label, uncertain_of(entry, "number", (Decimal(0), most))))
    for name, found in (("past_profit", past), ("factor", scores)):
        if not found:
            reader.problem(
                name,
                "",
                "missing",
                Text("未填写任何一项", "none is given"),
                Text(f"请至少填写一个 [[{name}]]", f"Enter at least one [[{name}]]."),
            )
    return BrandStrength(
        id=method_id,
        past=tuple(past),
        weights=tuple(weights),
        role=read_uncertain(reader, "role", "rate"),
        scores=tuple(scores),
        points=points or Decimal(1),
        greatest=read_uncertain(reader, "greatest_multiple", "number", (Decimal(1), Decimal(30))),
        tax=reader.rate("tax_rate"),
    )
