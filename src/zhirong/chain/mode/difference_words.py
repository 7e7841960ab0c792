"""A difference between two modes in words: its place and the statements of both."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from zhirong.chain.mode import vocabulary as words
from zhirong.chain.mode.security import BASIS_TEXT, PLEDGEE_TEXT
from zhirong.kernel.text import Lang, Text, same

# Names and sources, in which two modes are not compared.
WORDS_ONLY = frozenset(
    {
        "id", "title", "place", "about", "reference", "source", "confirmation", "other_sources", "assumptions", "name",
        "does",
    }
)  # fmt: skip
FIELD_TEXT: Mapping[str, Text] = {
    "above": Text("触发线", "trips above"),
    "add": Text("加成", "addition"),
    "advance": Text("预付", "advance"),
    "against": Text("追偿对象", "recovered from"),
    "amount": Text("金额（元）", "amount (CNY)"),
    "amount_at_most": Text("贷款金额上限（元）", "largest loan (CNY)"),
    "at_most": Text("上限（元）", "at most (CNY)"),
    "at_most_per_year": Text("每年上限（元）", "at most a year (CNY)"),
    "back": Text("回收款分配", "distribution of recoveries"),
    "balance_at_most": Text("余额上限（元）", "largest balance (CNY)"),
    "base": Text("计算基数", "base"),
    "basis": Text("放款依据", "basis of the loan"),
    "bearers": Text("承担方", "bearers"),
    "beside": Text("先计入其付款的各方", "parties whose payments count first"),
    "bonuses": Text("加成", "bonuses"),
    "breakers": Text("暂停条件", "breakers"),
    "buy_back_rate": Text("回购价比例", "buy-back price"),
    "buyer": Text("收购方", "buyer"),
    "caps": Text("封顶", "caps"),
    "ceilings": Text("合计上限", "ceilings"),
    "charges": Text("费用和补贴", "charges"),
    "claim_conditions": Text("索赔条件", "conditions of a claim"),
    "code": Text("代码", "code"),
    "conditions": Text("准入条件", "conditions"),
    "contributions": Text("出资", "contributions"),
    "cost": Text("费用（元）", "cost (CNY)"),
    "cost_to": Text("费用收取方", "cost paid to"),
    "counts": Text("计入口径", "counts"),
    "day_count": Text("计息方式", "day count"),
    "days": Text("天数", "days"),
    "days_after": Text("其后天数", "days after"),
    "documents": Text("材料", "documents"),
    "elsewhere": Text("另获补偿时", "where compensated elsewhere"),
    "eligible_weight": Text("合格质押物权重", "weight of the eligible pledge"),
    "every_months": Text("支付间隔（月）", "months between payments"),
    "exclusive_with": Text("互斥的模式", "exclusive with"),
    "fee_rate": Text("费率", "rate of the fee"),
    "from": Text("提供方或来源", "from"),
    "fund": Text("资金池", "fund"),
    "government": Text("政府作用", "part of the government"),
    "group": Text("同组只享受一项", "one of the group"),
    "holder": Text("持有方", "holder"),
    "instead": Text("特定情形的分担", "shares in particular cases"),
    "ip_part_only": Text("只计知识产权部分", "IP part only"),
    "kind": Text("种类", "kind"),
    "leader": Text("主导方", "leader"),
    "lender_kind": Text("放款机构类型", "kind of lender"),
    "leverage_at_least": Text("放大倍数下限", "leverage at least"),
    "licence_back": Text("许可回授", "licence back"),
    "limits": Text("额度和期限", "limits"),
    "loan_above": Text("贷款金额高于（元）", "loan above (CNY)"),
    "loan_at_most": Text("贷款金额不超过（元）", "loan at most (CNY)"),
    "lpr_multiple": Text("LPR 倍数", "multiple of the LPR"),
    "measure": Text("分档依据", "measured by"),
    "members": Text("成员", "members"),
    "mixed": Text("组合贷款", "mixed loans"),
    "name": Text("名称", "name"),
    "of": Text("相关方", "of"),
    "of_balance": Text("以资金池余额为限", "up to the balance of the fund"),
    "of_entered": Text("占入池贷款比例", "share of the loans entered"),
    "of_loss": Text("占损失比例", "share of the loss"),
    "only_if_all": Text("须同时符合", "only if all hold"),
    "only_if_any": Text("须符合之一", "only if any holds"),
    "only_if_repaid": Text("须按期还清", "only if repaid"),
    "order": Text("次序", "order"),
    "overflow_to": Text("超出部分承担方", "excess borne by"),
    "parties": Text("参与方", "parties"),
    "partner_conditions": Text("合作机构条件", "conditions for partners"),
    "paths": Text("比例由来", "how the share arises"),
    "payee": Text("收款方", "payee"),
    "payer": Text("付款方", "payer"),
    "payers": Text("付款各方", "payers"),
    "payout_ceiling": Text("代偿率上限", "payout ceiling"),
    "per": Text("计算单位", "for each"),
    "per_lender": Text("按放款机构分别计算", "for each lender"),
    "per_year": Text("按年计", "per year"),
    "periods": Text("期数", "periods"),
    "pledge_above": Text("须质押的金额起点（元）", "pledge required above (CNY)"),
    "pledgee": Text("质权人", "pledgee"),
    "pool_per": Text("资金池划分", "pool for each"),
    "price_rate": Text("收购价比例", "price"),
    "public_elsewhere": Text("扣除其他财政资金", "less other public money"),
    "put": Text("约定收购", "agreed purchase"),
    "put_price_share": Text("收购价占比", "share of the purchase price"),
    "rate": Text("比率", "rate"),
    "rate_at_most": Text("利率上限", "highest rate"),
    "rate_if": Text("特定情形的比率", "rate in particular cases"),
    "rate_over_lpr": Text("LPR 加点上限", "highest margin over the LPR"),
    "recoveries": Text("回收款", "recoveries"),
    "region": Text("地区", "region"),
    "replace": Text("替换内容", "replaces"),
    "residue_to": Text("尾差承担方", "residue borne by"),
    "rest_to": Text("其余部分承担方", "rest borne by"),
    "resume_at": Text("恢复线", "resumes at"),
    "resume_next_year": Text("次年恢复", "resumes next year"),
    "role": Text("角色", "role"),
    "round_to": Text("取整单位（元）", "rounded to (CNY)"),
    "rounding": Text("取整方式", "rounding"),
    "security": Text("质押安排", "security"),
    "share": Text("比例", "share"),
    "shares": Text("分担比例", "shares"),
    "sharing": Text("风险分担", "sharing"),
    "size": Text("规模（元）", "size (CNY)"),
    "steps": Text("办理步骤", "steps"),
    "term_months_at_most": Text("最长期限（月）", "longest term (months)"),
    "through": Text("经由", "through"),
    "tier_reading": Text("分档算法", "reading of the tiers"),
    "tiers": Text("分档", "tiers"),
    "times_fees": Text("费用的倍数", "times the fees"),
    "timings": Text("付款时限", "times of payment"),
    "to": Text("受益方", "to"),
    "top_ups": Text("追加补足", "top-ups"),
    "up_to": Text("不超过", "up to"),
    "up_to_fact": Text("不超过（按贷款所载金额）", "up to an amount of the loan"),
    "valid_from": Text("起始日", "valid from"),
    "valid_to": Text("终止日", "valid to"),
    "variants": Text("变体", "variants"),
    "versions_by": Text("版本适用", "version"),
    "weights": Text("回收款计入范围", "counted in recoveries"),
    "when": Text("支付时间", "when"),
    "when_all": Text("须同时符合", "if all hold"),
    "when_any": Text("须符合之一", "if any holds"),
    "who": Text("办理方", "who"),
    "words": Text("内容", "text"),
    "year_of": Text("年度归属", "year of"),
    "years_at_most": Text("最多年数", "years at most"),
}
_SHARES = frozenset(
    {
        "share", "add", "rate", "eligible_weight", "of_entered", "of_loss", "payout_ceiling", "rate_at_most",
        "rate_over_lpr", "put_price_share", "above", "resume_at", "fee_rate", "buy_back_rate", "price_rate", "shares",
    }
)  # fmt: skip
_VALUES: Mapping[str, Mapping[str, Text]] = {
    "government": words.GOVERNMENT_PARTS,
    "leader": words.LEADERS,
    "lender_kind": words.LENDER_KINDS,
    "base": {**words.COMPONENTS, **words.CHARGE_BASES},
    "counts": words.READINGS,
    "per": words.CAP_KEYS,
    "pool_per": words.CAP_KEYS,
    "back": words.BACK,
    "weights": words.WEIGHTS,
    "order": words.ORDERS,
    "measure": words.MEASURES,
    "up_to_fact": words.LOAN_AMOUNTS,
    "tier_reading": words.TIER_READINGS,
    "versions_by": words.VERSIONS_BY,
    "kind": words.CHARGE_KINDS,  # type: ignore[dict-item]
    "when": words.WHEN,
    "year_of": words.YEARS_OF,
    "day_count": words.DAY_COUNTS,
    "rounding": words.ROUNDINGS,
    "basis": {basis.value: text for basis, text in BASIS_TEXT.items()},
    "pledgee": {pledgee.value: text for pledgee, text in PLEDGEE_TEXT.items()},
    "mixed": {
        "ip_part": Text("只计知识产权担保部分", "the part that IP secures"),
        "whole_loan": Text("计整笔贷款", "the whole loan"),
    },
    "from": {"central": Text("中央财政", "central government")},
    "of": {"appraisal_fee": Text("评估收费标准", "scale of appraisal fees")},
    "elsewhere": {"refuse": Text("不再补偿", "not compensated again"), "deduct": Text("扣除已获补偿", "deducted")},
}
_NOT_SHOWN = (WORDS_ONLY - {"name"}) | {"code"}
_AMOUNT = re.compile(r"\d+\.\d\d")
_OTHER_CHARGE = Text("文件中的另一项费用", "another charge of the file")
_NONE = Text("无", "none")
_YES, _NO = Text("是", "yes"), Text("否", "no")


def field_text(name: str) -> Text:
    """Return the name of a field, or of the party that a share belongs to."""
    return FIELD_TEXT.get(name) or words.ROLES.get(name) or same(name)


def entry_text(key: str, item: Mapping[str, object]) -> Text | None:
    """Return how an entry of a list is named: its title, its party, or its number; None for one that is its own words."""
    if "words" in item:
        return None
    title = item.get("title")
    if isinstance(title, Mapping):
        return Text(str(title["zh"]), str(title["en"]))
    return Text(f"第 {key} 项", f"no. {key}") if key.isdigit() else field_text(key)


def is_words(value: object) -> bool:
    """Return whether a value is a text in both languages."""
    return isinstance(value, Mapping) and set(value) == {"zh", "en"}


def value_text(value: object, field: str, lang: Lang) -> str:
    """Return a statement in one line; of a record only the stated fields."""
    if isinstance(value, Mapping):
        return _record_text(value, field, lang)
    if isinstance(value, list):
        return ("；" if lang == "zh" else "; ").join(value_text(item, field, lang) for item in value) or _NONE.in_(
            lang
        )
    if value is None:
        return _NONE.in_(lang)
    if isinstance(value, bool) or field == "group":  # The name of a group is the file's own.
        return (_YES if value else _NO).in_(lang)
    said = _VALUES.get(field, {}).get(str(value)) or words.ROLES.get(str(value))
    if field == "of" and said is None:  # The code of another charge is the file's own, too.
        said = _OTHER_CHARGE
    return said.in_(lang) if said else _number_text(str(value), field)


def _record_text(value: Mapping[str, object], field: str, lang: Lang) -> str:
    if is_words(value):
        return str(value[lang])
    if "words" in value:
        return value_text(value["words"], "words", lang)
    stated = [
        f"{field_text(name).in_(lang)} {value_text(item, field if field == 'shares' else name, lang)}"
        for name, item in value.items()
        if name not in _NOT_SHOWN and not (item is None or item is False or item in ([], {}))
    ]
    return ("，" if lang == "zh" else ", ").join(stated) or _NONE.in_(lang)


def _number_text(written: str, field: str) -> str:
    """A share as a percentage, an amount with thousands separators, any other value unchanged."""
    if field not in _SHARES:
        return f"{Decimal(written):,.2f}" if _AMOUNT.fullmatch(written) else written
    try:
        return f"{(Decimal(written) * 100).normalize():f} %"
    except InvalidOperation:
        return written
