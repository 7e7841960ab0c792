"""The provision of a lender for a loan: a share of its balance by category."""

from datetime import date
from decimal import Decimal
from typing import Literal

from zhirong.chain.loan.servicing.components import CATEGORY_TEXT, Category
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, share_of
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

ProvisionTable = Literal["five_category", "standard"]
PROVISION_TABLES: dict[ProvisionTable, Text] = {
    "five_category": Text("五级分类计提比例", "rates of the five categories"),
    "standard": Text("标准风险系数", "standard risk coefficients"),
}


def provision_rates(table: ProvisionTable, rules: Rulebook, day: date) -> dict[Category, Decimal]:
    """Return the provision rate of each category on ``day``."""
    value = rules.at(f"lending.provision.{table}", day).value
    return {category: Decimal(value[category.value]) for category in Category}


def provision(
    balance: Fen, category: Category, rules: Rulebook, day: date, table: ProvisionTable = "five_category"
) -> tuple[Fen, Explanation]:
    """Return the provision for ``balance``, in whole fen, halves up, with its reason."""
    rule = rules.at(f"lending.provision.{table}", day)
    rate = Decimal(rule.value[category.value])
    amount = share_of(balance, rate)
    words = CATEGORY_TEXT[category]
    return amount, Explanation(
        Text("应提准备", "provision"),
        amount,
        "fen",
        Text(f"余额 × {words.zh}类比例", f"balance × rate of {words.en}"),
        parts=(
            Explanation(Text("余额", "balance"), balance, "fen"),
            Explanation(rule.title, rate, "rate", references=(rule.reference,)),
        ),
    )
