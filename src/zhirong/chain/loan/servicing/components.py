"""The components of a debt, and the five categories of a loan."""

from enum import StrEnum

from zhirong.kernel.text import Text


class Component(StrEnum):
    """The component of an owed amount. principal, interest: due or not yet due, depending on the field."""

    COSTS = "costs"
    PENALTY = "penalty"
    COMPOUND = "compound"
    INTEREST = "interest"
    PRINCIPAL = "principal"


COMPONENT_TEXT: dict[Component, Text] = {
    Component.COSTS: Text("费用", "costs"),
    Component.PENALTY: Text("罚息", "penalty interest"),
    Component.COMPOUND: Text("复利", "compound interest"),
    Component.INTEREST: Text("利息", "interest"),
    Component.PRINCIPAL: Text("本金", "principal"),
}


class Category(StrEnum):
    """The five categories of a loan, best first."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"

    @property
    def grade(self) -> int:
        """Return 0 for Pass to 4 for Loss."""
        return CATEGORIES.index(self)

    @property
    def is_bad(self) -> bool:
        """Return whether it is non-performing: Substandard or worse."""
        return self.grade >= Category.SUBSTANDARD.grade


CATEGORIES: tuple[Category, ...] = tuple(Category)
CATEGORY_TEXT: dict[Category, Text] = {
    Category.NORMAL: Text("正常", "normal"),
    Category.SPECIAL_MENTION: Text("关注", "special mention"),
    Category.SUBSTANDARD: Text("次级", "substandard"),
    Category.DOUBTFUL: Text("可疑", "doubtful"),
    Category.LOSS: Text("损失", "loss"),
}


def worst(*categories: Category) -> Category:
    """Return the worst of several categories."""
    return max(categories, key=lambda category: category.grade)
