"""Cost approach: a right is worth no more than reproducing it, less obsolescence.

There are three ways of calculating the cost: its items (at today's prices, or adjusted to them by an index), the
multiplier method of Chinese practice (倍加系数法), and an effort model for software.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.method import Approach, Driver, MethodTerms, Ordinary, Setting, any_positive, single
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, Widening, read_uncertain, uncertain_of
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.text import Text, same

Basis = Literal["reproduction", "replacement"]
Combination = Literal["added", "multiplied"]

BASIS_TEXT: Mapping[Basis, Text] = {
    "reproduction": Text("复原重置成本", "reproduction cost of the same right"),
    "replacement": Text("更新重置成本", "replacement cost of one of equal use"),
}
COMBINATION_TEXT: Mapping[Combination, Text] = {
    "added": Text("贬值率相加", "obsolescence added"),
    "multiplied": Text("贬值率连乘", "obsolescence multiplied"),
}
FUNCTIONAL = Text("功能性贬值率", "functional obsolescence")
ECONOMIC = Text("经济性贬值率", "economic obsolescence")
# Effort in person-months = a · KLOC^b · adjustment (Boehm, Software Engineering Economics, 1981: basic and
# intermediate COCOMO).
COCOMO: Mapping[str, tuple[float, float]] = {
    "basic_organic": (2.4, 1.05),
    "basic_semi_detached": (3.0, 1.12),
    "basic_embedded": (3.6, 1.20),
    "intermediate_organic": (3.2, 1.05),
    "intermediate_semi_detached": (3.0, 1.12),
    "intermediate_embedded": (2.8, 1.20),
}


# -- formulas -----------------------------------------------------------------------------------------------------


def cost_less_obsolescence(cost: Level, functional: Level, economic: Level, combination: Combination) -> Level:
    """Return cost less obsolescence, never below zero, in the unit of ``cost`` (worked example W22).

    Added: C · max(0, 1 − f − e). Multiplied: C · (1 − f)(1 − e). The two differ by C · f · e.
    """
    if combination == "added":
        return cost * np.maximum(0.0, 1.0 - functional - economic)
    return cost * ((1.0 - functional) * (1.0 - economic))


def multiplier_cost(materials: Level, labour: Level, creativity: Level, failure: Level, profit: Level) -> Level:
    """Return the cost by the multiplier method: (C + β₁·V) / (1 − β₂) · (1 + L) (worked example W4).

    C: materials used up. V: labour. β₁: multiplier of creative labour. β₂: average rate of failed research. L:
    return on the investment. In the unit of C and V.
    """
    return (materials + creativity * labour) / (1.0 - failure) * (1.0 + profit)


def age_life_share(used: Level, left: Level) -> Level:
    """Return the part of a cost that is left after ``used`` years with ``left`` years to go: n / (m + n)."""
    return left / (used + left)


def cocomo_effort(a: float, b: float, kloc: Level, adjustment: Level) -> Level:
    """Return the effort in person-months: a · KLOC^b · adjustment (worked example W11)."""
    return a * kloc**b * adjustment


# -- depreciation -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Obsolescence:
    """functional: share lost to better technology. economic: share lost to the market."""

    functional: Uncertain
    economic: Uncertain
    combination: Combination

    def drivers(self) -> tuple[Driver, ...]:
        """Each kind of obsolescence."""
        return (single("functional", FUNCTIONAL, self.functional), single("economic", ECONOMIC, self.economic))

    def left(self, cost: Level, uniforms: Mapping[str, Level], widening: Widening) -> Level:
        """Return the remaining share of a cost on every path."""
        functional = widening.quantile(self.functional, uniforms["functional"])
        economic = widening.quantile(self.economic, uniforms["economic"])
        return cost_less_obsolescence(cost, functional, economic, self.combination)

    def formula(self) -> Text:
        """Return the formula for display."""
        if self.combination == "added":
            return Text("成本 ×（1 − 功能性 − 经济性）", "cost × (1 − functional − economic)")
        return Text("成本 ×（1 − 功能性）×（1 − 经济性）", "cost × (1 − functional) × (1 − economic)")

    def explain(self) -> Explanation:
        """Return how the two combine."""
        return Explanation(Text("贬值合并方式", "combination of obsolescence"), COMBINATION_TEXT[self.combination])


@dataclass(frozen=True, slots=True)
class AgeLife:
    """used: years in use so far, exactly known. remaining: years still to come."""

    used: Decimal
    remaining: Uncertain

    def drivers(self) -> tuple[Driver, ...]:
        """The years still to come."""
        return (single("remaining", Text("尚可使用年限", "remaining years of use"), self.remaining),)

    def left(self, cost: Level, uniforms: Mapping[str, Level], widening: Widening) -> Level:
        """Return the remaining share of a cost on every path."""
        remaining = widening.quantile(self.remaining, uniforms["remaining"])
        return cost * age_life_share(float(self.used), remaining)

    def formula(self) -> Text:
        """Return the formula for display."""
        return Text("成本 × 尚可使用 ÷（已使用 + 尚可使用）", "cost × remaining ÷ (used + remaining)")

    def explain(self) -> Explanation:
        """Return the years in use so far."""
        return Explanation(Text("已使用年限", "years in use so far"), self.used, "years")


Wear = Obsolescence | AgeLife


# -- the methods --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost(Ordinary):
    """The cost of reproducing the right. items: in yuan of today, each with its label."""

    method: ClassVar = "cost"
    approach: ClassVar[Approach] = "cost"
    title: ClassVar = Text("成本法", "cost method")

    id: str
    items: tuple[tuple[Text, Uncertain], ...]
    wear: Wear
    basis: Basis

    def drivers(self) -> tuple[Driver, ...]:
        """Return the items together, and the obsolescence."""
        return (Driver("cost", Text("重置成本", "replacement cost"), self.items), *self.wear.drivers())

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        cost = self.drivers()[0].total(uniforms["cost"], terms.widening)
        return np.asarray(self.wear.left(cost, uniforms, terms.widening), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether any item costs anything."""
        return any_positive([figure for _, figure in self.items])

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        return _explained(
            self.title,
            self.drivers(),
            self.wear,
            Explanation(Text("成本口径", "basis of cost"), BASIS_TEXT[self.basis]),
        )


@dataclass(frozen=True, slots=True)
class MultiplierCost(Ordinary):
    """Cost by the multiplier method (倍加系数法): it gives creative labour a higher weight and includes failed research."""

    method: ClassVar = "cost_multiplier"
    approach: ClassVar[Approach] = "cost"
    title: ClassVar = Text("成本法（倍加系数）", "cost, multiplier method")

    id: str
    materials: tuple[tuple[Text, Uncertain], ...]
    labour: Uncertain
    creativity: Uncertain
    failure: Uncertain
    profit: Uncertain
    wear: Wear

    def drivers(self) -> tuple[Driver, ...]:
        """Return materials used up, labour, its multiplier, failure, return, and the obsolescence."""
        return (
            Driver("materials", Text("物化消耗", "materials used up"), self.materials),
            single("labour", Text("活劳动消耗", "labour"), self.labour),
            single("creativity", Text("创造性劳动倍加系数", "multiplier of creative labour"), self.creativity),
            single("failure", Text("科研平均风险率", "average rate of failed research"), self.failure),
            single("profit", Text("投资报酬率", "return on the investment"), self.profit),
            *self.wear.drivers(),
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        levels = {driver.name: driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()}
        cost = multiplier_cost(
            levels["materials"], levels["labour"], levels["creativity"], levels["failure"], levels["profit"]
        )
        return np.asarray(self.wear.left(cost, uniforms, terms.widening), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether anything was spent."""
        return any_positive([self.labour, *(figure for _, figure in self.materials)])

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        formula = Text(
            "重置成本 =（物化 + 倍加系数 × 活劳动）÷（1 − 风险率）×（1 + 报酬率）",
            "replacement cost = (materials + multiplier × labour) ÷ (1 − failure) × (1 + return)",
        )
        part = Explanation(Text("重置成本", "replacement cost"), formula)
        return _explained(self.title, self.drivers(), self.wear, part)


@dataclass(frozen=True, slots=True)
class SoftwareCost(Ordinary):
    """Cost of developing software again, from its size. size: thousand lines of source. adjustment: product of the
    effort multipliers. reserve: share added to the effort. month: cost of a person-month in yuan.
    """

    method: ClassVar = "software_cost"
    approach: ClassVar[Approach] = "cost"
    title: ClassVar = Text("软件工作量成本法（COCOMO）", "software cost by effort (COCOMO)")

    id: str
    model: str
    size: Uncertain
    adjustment: Uncertain
    reserve: Uncertain
    month: Uncertain
    wear: Wear

    def drivers(self) -> tuple[Driver, ...]:
        """Return size, adjustment, reserve, cost of a month, and the obsolescence."""
        return (
            single("size", Text("源代码（千行）", "size (thousand lines)"), self.size),
            single("adjustment", Text("工作量调整系数", "effort adjustment"), self.adjustment),
            single("reserve", Text("工作量附加率", "reserve on the effort"), self.reserve),
            single("month", Text("人月成本", "cost per person-month"), self.month),
            *self.wear.drivers(),
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        at = {driver.name: driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()}
        effort = cocomo_effort(*COCOMO[self.model], at["size"], at["adjustment"]) * (1.0 + at["reserve"])
        return np.asarray(self.wear.left(effort * at["month"], uniforms, terms.widening), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether size and cost are above zero."""
        return any_positive([self.size]) and self.month.high > 0

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        a, b = COCOMO[self.model]
        words = same(f"{self.model}: {a} × KLOC^{b} × EAF × (1 + reserve) × month")
        return _explained(
            self.title, self.drivers(), self.wear, Explanation(Text("工作量模型", "effort model"), words)
        )


def _explained(title: Text, drivers: tuple[Driver, ...], wear: Wear, part: Explanation) -> Explanation:
    formula = wear.formula()
    return Explanation(
        title,
        formula=Text(f"V = {formula.zh}", f"V = {formula.en}"),
        parts=(*(driver.explain() for driver in drivers), part, wear.explain()),
    )


# -- reading ------------------------------------------------------------------------------------------------------


def read_cost(reader: Reader, method_id: str, setting: Setting) -> Cost:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    items = _read_items(reader, "item", reader.optional_number("index_now", Decimal("0.01"), Decimal(100_000)))
    wear = _read_wear(reader)
    basis: Basis = reader.choice("basis", tuple(BASIS_TEXT))  # type: ignore[assignment]
    return Cost(method_id, items, wear, basis)


def read_multiplier_cost(reader: Reader, method_id: str, setting: Setting) -> MultiplierCost:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    return MultiplierCost(
        id=method_id,
        materials=_read_items(reader, "material", None),
        labour=read_uncertain(reader, "labour", "yuan"),
        creativity=read_uncertain(reader, "creativity", "number", (Decimal(1), Decimal(10))),
        failure=read_uncertain(reader, "failure_rate", "rate", (Decimal(0), Decimal("0.7"))),
        profit=read_uncertain(reader, "return", "rate"),
        wear=_read_wear(reader),
    )


def read_software_cost(reader: Reader, method_id: str, setting: Setting) -> SoftwareCost:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    return SoftwareCost(
        id=method_id,
        model=reader.choice("model", tuple(COCOMO)),
        size=read_uncertain(reader, "thousand_lines", "number", (Decimal("0.01"), Decimal(1_000_000))),
        adjustment=read_uncertain(reader, "adjustment", "number", (Decimal("0.05"), Decimal(75))),
        reserve=read_uncertain(reader, "reserve", "rate"),
        month=read_uncertain(reader, "person_month", "yuan"),
        wear=_read_wear(reader),
    )


def _read_items(reader: Reader, name: str, index_now: Decimal | None) -> tuple[tuple[Text, Uncertain], ...]:
    items = []
    for item in reader.tables(name):
        label = item.words("label")
        then = item.optional_number("index_then", Decimal("0.01"), Decimal(100_000))
        figure = uncertain_of(item, "yuan")
        if then is not None and index_now is None:
            item.problem(
                "index_then",
                plain(then),
                "index_without_now",
                Text("已填写当时指数，未填写现时指数", "index_then is given without index_now"),
                Text("请补充现时指数（index_now），或删除该项", "give index_now, or remove it"),
            )
        elif then is not None and index_now is not None and then > 0:
            times = index_now / then
            figure = replace(figure, low=figure.low * times, mode=figure.mode * times, high=figure.high * times)
            words = f"{plain(index_now)} ÷ {plain(then)}"
            label = Text(f"{label.zh}（按指数 {words} 调整）", f"{label.en} (by index {words})")
        items.append((label, figure))
    if not items:
        reader.problem(
            name,
            "",
            "missing",
            Text("未填写任何成本项目", "no cost item is given"),
            Text(f"请至少填写一个 [[{name}]]", f"give at least one [[{name}]]"),
        )
    return tuple(items)


def _read_wear(reader: Reader) -> Wear:
    if reader.has("age_life"):
        inside = reader.table("age_life")
        used = inside.number("used", 0, 100)
        wear = AgeLife(used, read_uncertain(inside, "remaining", "years", (Decimal("0.1"), Decimal(100))))
        inside.finish()
        return wear
    functional = read_uncertain(reader, "functional_obsolescence", "rate")
    economic = read_uncertain(reader, "economic_obsolescence", "rate")
    combination: Combination = reader.choice("obsolescence", tuple(COMBINATION_TEXT))  # type: ignore[assignment]
    if combination == "added" and functional.mode + economic.mode > 1:
        reader.problem(
            "economic_obsolescence",
            str(functional.mode + economic.mode),
            "obsolescence_above_one",
            Text("两项贬值率相加超过 100 %", "the two kinds of obsolescence add up to more than 100 %"),
            Text(
                '请减小其一，或将贬值合并方式改为连乘（obsolescence = "multiplied"）',
                'reduce one, or set obsolescence = "multiplied"',
            ),
        )
    return Obsolescence(functional, economic, combination)
