"""Cost: the right is worth no more than making it again, less what has become obsolete."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

import numpy as np

from zhirong.chain.appraisal.method import Alarm, Approach, Driver, Terms, any_positive
from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, read_uncertain, uncertain_of
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Basis = Literal["reproduction", "replacement"]
Combination = Literal["added", "multiplied"]

BASIS_TEXT: Mapping[Basis, Text] = {
    "reproduction": Text("复原重置成本", "cost of reproducing the same thing"),
    "replacement": Text("更新重置成本", "cost of replacing it by one of equal use"),
}
COMBINATION_TEXT: Mapping[Combination, Text] = {
    "added": Text("贬值率相加", "obsolescence added"),
    "multiplied": Text("贬值率连乘", "obsolescence multiplied"),
}


def cost_less_obsolescence(cost: Level, functional: Level, economic: Level, combination: Combination) -> Level:
    """Cost less obsolescence, never below zero, in the unit of ``cost`` (worked example W22).

    Added: C · max(0, 1 − f − e). Multiplied: C · (1 − f)(1 − e). The two differ by C · f · e.
    """
    if combination == "added":
        return cost * np.maximum(0.0, 1.0 - functional - economic)
    return cost * ((1.0 - functional) * (1.0 - economic))


@dataclass(frozen=True, slots=True)
class Cost:
    """Inputs of the method. items: what it takes to make the right again, in yuan, each with its label.

    functional: share lost to better technology. economic: share lost to the market.
    """

    method: ClassVar = "cost"
    approach: ClassVar[Approach] = "cost"
    title: ClassVar = Text("成本法", "cost method")

    id: str
    items: tuple[tuple[Text, Uncertain], ...]
    functional: Uncertain
    economic: Uncertain
    basis: Basis
    combination: Combination

    def drivers(self) -> tuple[Driver, ...]:
        """The items together, and each kind of obsolescence."""
        functional = Text("功能性贬值率", "functional obsolescence")
        economic = Text("经济性贬值率", "economic obsolescence")
        return (
            Driver("cost", Text("重置成本", "cost new"), self.items),
            Driver("functional", functional, ((functional, self.functional),)),
            Driver("economic", economic, ((economic, self.economic),)),
        )

    def values(self, uniforms: Mapping[str, Level], terms: Terms) -> Array:
        """The value in yuan on every path."""
        cost, functional, economic = (
            driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()
        )
        return np.asarray(cost_less_obsolescence(cost, functional, economic, self.combination), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Whether any item costs anything."""
        return any_positive([figure for _, figure in self.items])

    def stated_life(self) -> float | None:
        """Cost looks back and states no life."""
        return None

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Nothing about a cost is unusual by itself."""
        return ()

    def explain(self) -> Explanation:
        """The choices of the method and its inputs as stated."""
        formula = (
            Text("V = 成本 ×（1 − 功能性 − 经济性）", "V = cost × (1 − functional − economic)")
            if self.combination == "added"
            else Text("V = 成本 ×（1 − 功能性）×（1 − 经济性）", "V = cost × (1 − functional) × (1 − economic)")
        )
        return Explanation(
            self.title,
            formula=formula,
            parts=(
                *(driver.explain() for driver in self.drivers()),
                Explanation(Text("成本口径", "basis of cost"), BASIS_TEXT[self.basis]),
                Explanation(Text("贬值合并方式", "how obsolescence combines"), COMBINATION_TEXT[self.combination]),
            ),
        )


def read_cost(reader: Reader, method_id: str, purpose: str) -> Cost:
    """The method's inputs from its ``[[method]]`` table; ``method`` and ``id`` have been read before."""
    items = []
    for item in reader.tables("item"):
        label = item.words("label")
        items.append((label, uncertain_of(item, "yuan")))
    if not items:
        reader.problem(
            "item",
            "",
            "missing",
            Text("没有任何成本项目", "no item of cost is given"),
            Text("至少写一个 [[item]]", "give at least one [[item]]"),
        )
    functional = read_uncertain(reader, "functional_obsolescence", "rate")
    economic = read_uncertain(reader, "economic_obsolescence", "rate")
    combination: Combination = reader.choice("obsolescence", tuple(COMBINATION_TEXT))  # type: ignore[assignment]
    if combination == "added" and functional.mode + economic.mode > 1:
        reader.problem(
            "economic_obsolescence",
            str(functional.mode + economic.mode),
            "obsolescence_above_one",
            Text("两项贬值率相加超过 100 %", "the two kinds of obsolescence add up to more than 100 %"),
            Text('减小其一，或写 obsolescence = "multiplied"', 'lower one, or set obsolescence = "multiplied"'),
        )
    basis: Basis = reader.choice("basis", tuple(BASIS_TEXT))  # type: ignore[assignment]
    return Cost(method_id, tuple(items), functional, economic, basis, combination)
