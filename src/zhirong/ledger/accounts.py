"""The accounts: their owner, kind and name.

An account is a path such as ``lender:loan:interest``: the party, the holding, and the detail.
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
    "government": Text("政府资金", "government"),
    "federal": Text("联邦政府", "federal government"),
    "state": Text("州政府", "state government"),
    "province": Text("省级资金", "province"),
    "city": Text("市级资金", "city"),
    "district": Text("区级资金", "district"),
    "national_fund": Text("国家融资担保基金", "national guarantee fund"),
    "reguarantor": Text("再担保机构", "re-guarantor"),
    "ip_operator": Text("知识产权运营机构", "IP operator"),
    "disposal_fund": Text("处置基金", "disposal fund"),
    "asset_manager": Text("资产管理公司", "asset manager"),
    "purchaser": Text("约定收购方", "agreed purchaser"),
    "investor": Text("投资机构", "investor"),
    "peers": Text("同业担保成员", "members of the peer guarantee"),
    "park": Text("园区", "park"),
    "service_centre": Text("服务中心", "service centre"),
    "platform": Text("平台", "platform"),
    "plan": Text("专项计划", "special plan"),
}

# Kind and name of the second segment of a path.
_HOLDINGS: dict[str, tuple[Kind, Text]] = {
    "cash": ("asset", Text("货币资金", "cash")),
    "loan": ("asset", Text("贷款", "loan")),
    "recourse": ("asset", Text("应收追偿款", "recourse")),
    # A payer's payments on a loan in default less returns; on the lender's side, the amounts received.
    "compensation": ("asset", Text("风险补偿款", "compensation")),
    "claims": ("asset", Text("应收代位追偿款", "claims taken over")),
    "loss_share": ("asset", Text("分担的损失", "share of losses")),
    "recourse_share": ("asset", Text("应收分担追偿款", "share of recourse")),
    "shared": ("liability", Text("再担保方已分担", "shared by re-guarantors")),
    "recovery_to_divide": ("liability", Text("待分配回收款", "recovery to divide")),
    "right_held": ("asset", Text("抵债取得的权利", "right held")),
    "opening": ("equity", Text("期初", "opening")),
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
    "licence": Text("许可费", "licence fees"),
    "late": Text("滞纳金", "late charges"),
    "upkeep": Text("维持费用", "upkeep"),
    "clawback": Text("追回款利息", "interest on clawback"),
    "loss_on_right": Text("处置权利损失", "loss on a right"),
    "gain_on_right": Text("处置权利收益", "gain on a right"),
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
    """Return the party that owns the account."""
    return account.split(":", 1)[0]


def is_account(account: str) -> bool:
    """Return whether the path names a known party, a known holding and, at most, details such as
    ``recovery_costs``.
    """
    steps = account.split(":")
    return (
        len(steps) >= 2
        and steps[0] in PARTY_TEXT
        and steps[1] in _HOLDINGS
        and all(_DETAIL.fullmatch(step) for step in steps[2:])
    )


def kind_of(account: str) -> Kind:
    """Return the kind of the account. Raises KeyError if the path is not an account."""
    return _HOLDINGS[account.split(":")[1]][0]


def account_text(account: str) -> Text:
    """Return the account's name in words, such as 贷款人 贷款 本金."""
    party, holding, *details = account.split(":")
    words = [PARTY_TEXT[party], _HOLDINGS[holding][1], *(_DETAILS.get(step, Text(step, step)) for step in details)]
    return Text("·".join(word.zh for word in words), ", ".join(word.en for word in words))
