"""The heads under which a debtor owes, and the five categories of a loan."""

from enum import StrEnum

from zhirong.kernel.text import Text


class Head(StrEnum):
    """What an owed fen is owed for. principal, interest: fallen due or not, as the place says."""

    COSTS = "costs"
    PENALTY = "penalty"
    COMPOUND = "compound"
    INTEREST = "interest"
    PRINCIPAL = "principal"


HEAD_TEXT: dict[Head, Text] = {
    Head.COSTS: Text("费用", "costs"),
    Head.PENALTY: Text("罚息", "penalty interest"),
    Head.COMPOUND: Text("复利", "compound interest"),
    Head.INTEREST: Text("利息", "interest"),
    Head.PRINCIPAL: Text("本金", "principal"),
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
        """0 for normal to 4 for loss."""
        return CATEGORIES.index(self)

    @property
    def is_bad(self) -> bool:
        """Non-performing: substandard or worse."""
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
    """The worst of several categories."""
    return max(categories, key=lambda category: category.grade)
