"""The accounts: their owner, kind and name.

An account is a path such as ``lender:loan:interest``: the party, then what it holds, then the detail.
"""

import re
from typing import Literal

from zhirong.kernel.text import Text

Kind = Literal["asset", "liability", "equity", "income", "expense", "memo"]

PARTY_TEXT: dict[str, Text] = {
    "lender": Text("贷款人", "lender"),
    "guarantor": Text("担保机构", "guarantor"),
    "fund": Text("风险补偿基金", "risk compensation fund"),
    "insurer": Text("保险人", "insurer"),
    "operator": Text("运营方", "operator"),
    "firm": Text("企业", "firm"),
    "plan": Text("专项计划", "special plan"),
}

# Kind and name of the second segment of a path.
_HOLDINGS: dict[str, tuple[Kind, Text]] = {
    "cash": ("asset", Text("货币资金", "cash")),
    "loan": ("asset", Text("贷款", "loan")),
    "recourse": ("asset", Text("应收追偿款", "recourse")),
    "receivable": ("asset", Text("应收款", "receivable")),
    "credit": ("liability", Text("溢缴款", "unapplied cash")),
    "payable": ("liability", Text("应付款", "payable")),
    "deposit": ("liability", Text("保证金", "deposit")),
    # A provision lowers an asset; as a credit balance it is shown with the liabilities.
    "provision": ("liability", Text("贷款损失准备", "provision")),
    "equity": ("equity", Text("权益", "equity")),
    "income": ("income", Text("收入", "income")),
    "expense": ("expense", Text("支出", "expense")),
    # Claims kept off the balance sheet: their accounts sum to zero.
    "memo": ("memo", Text("表外登记", "off balance sheet")),
}

_DETAILS: dict[str, Text] = {
    "principal": Text("本金", "principal"),
    "interest": Text("利息", "interest"),
    "penalty": Text("罚息", "penalty interest"),
    "compound": Text("复利", "compound interest"),
    "costs": Text("费用", "costs"),
    "recovery": Text("核销后回收", "recovery after write-off"),
    "recovery_costs": Text("追收费用", "costs of recovery"),
    "waiver": Text("减免", "waiver"),
    "write_off": Text("核销", "write-off"),
    "provision": Text("计提准备", "provision"),
    "contra": Text("表外对应科目", "contra"),
    **PARTY_TEXT,
}

KIND_TEXT: dict[Kind, Text] = {
    "asset": Text("资产", "asset"),
    "liability": Text("负债", "liability"),
    "equity": Text("权益", "equity"),
    "income": Text("收入", "income"),
    "expense": Text("支出", "expense"),
    "memo": Text("表外", "off balance sheet"),
}


# What every accounting program accepts as a segment of an account name.
_DETAIL = re.compile("[a-z0-9][a-z0-9_]*")


def party_of(account: str) -> str:
    """The party that owns the account."""
    return account.split(":", 1)[0]


def is_account(account: str) -> bool:
    """Whether the path names a known party, a known holding and, at most, details such as ``recovery_costs``."""
    steps = account.split(":")
    return (
        len(steps) >= 2
        and steps[0] in PARTY_TEXT
        and steps[1] in _HOLDINGS
        and all(_DETAIL.fullmatch(step) for step in steps[2:])
    )


def kind_of(account: str) -> Kind:
    """What kind of account it is. Raises KeyError if the path is not an account."""
    return _HOLDINGS[account.split(":")[1]][0]


def account_text(account: str) -> Text:
    """The account's name in words, such as 贷款人 贷款 本金."""
    party, holding, *details = account.split(":")
    words = [PARTY_TEXT[party], _HOLDINGS[holding][1], *(_DETAILS.get(step, Text(step, step)) for step in details)]
    return Text("·".join(word.zh for word in words), ", ".join(word.en for word in words))
