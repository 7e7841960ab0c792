"""The words of the mode language: roles, facts, tests and readings. ``reader`` rejects a file that uses another word."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.kernel.text import Text

# Parties are roles. A mode file names the party that plays the role ("partner bank", "productivity centre").
ROLES: dict[str, Text] = {
    "firm": Text("企业", "firm"),
    "lender": Text("放款机构", "lender"),
    "government": Text("政府", "government"),
    "federal": Text("联邦政府", "federal government"),
    "state": Text("州政府", "state government"),
    "province": Text("省级", "province"),
    "city": Text("市级", "city"),
    "district": Text("区级", "district"),
    "fund": Text("风险补偿基金", "risk compensation fund"),
    "national_fund": Text("国家融资担保基金", "national guarantee fund"),
    "reguarantor": Text("再担保机构", "re-guarantor"),
    "guarantor": Text("担保机构", "guarantor"),
    "insurer": Text("保险公司", "insurer"),
    "ip_operator": Text("知识产权运营或服务机构", "IP operator or service company"),
    "appraiser": Text("评估机构", "appraisal agency"),
    "disposal_fund": Text("处置基金", "disposal fund"),
    "asset_manager": Text("资产管理公司", "asset manager"),
    "purchaser": Text("约定收购方", "agreed purchaser"),
    "investor": Text("投资机构", "investor"),
    "peers": Text("同业担保成员企业", "member firms of the peer guarantee"),
    "park": Text("园区", "park"),
    "service_centre": Text("服务中心", "service centre"),
    "platform": Text("知识产权金融平台", "IP finance platform"),
    "registrar": Text("登记机关", "registration office"),
    "rating_agency": Text("信用评估机构", "credit rating agency"),
}


class PayerNature(StrEnum):
    """What a payer's payment does to the claim: 代偿 takes it over, 补偿 leaves it whole with the lender."""

    TAKES_OVER = "takes_over"
    COMPENSATES = "compensates"


NATURE_TEXT: dict[PayerNature, Text] = {
    PayerNature.TAKES_OVER: Text("代偿（取得追偿权）", "payout (takes the claim over)"),
    PayerNature.COMPENSATES: Text("补偿（债权仍归放款机构）", "compensation (the lender keeps the claim)"),
}


class RecoverySource(StrEnum):
    """The source of recovered money; it decides which party is paid first."""

    DEBTOR = "debtor"
    PLEDGE = "pledge"
    COUNTER_GUARANTEE = "counter_guarantee"
    OTHER_GUARANTOR = "other_guarantor"
    RIGHT_INSURER = "right_insurer"
    DAMAGES = "damages"
    LICENCE_FEES = "licence_fees"


SOURCE_TEXT: dict[RecoverySource, Text] = {
    RecoverySource.DEBTOR: Text("债务人还款", "paid by the debtor"),
    RecoverySource.PLEDGE: Text("质物处置所得", "proceeds of the pledge"),
    RecoverySource.COUNTER_GUARANTEE: Text("反担保处置所得", "proceeds of the counter-guarantee"),
    RecoverySource.OTHER_GUARANTOR: Text("其他保证人支付", "paid by another guarantor"),
    RecoverySource.RIGHT_INSURER: Text("知识产权保险赔款", "paid by the insurer of the right"),
    RecoverySource.DAMAGES: Text("侵权赔偿款", "damages for infringement"),
    RecoverySource.LICENCE_FEES: Text("许可费", "licence fees"),
}


ChargeKind = Literal["interest", "fee", "premium", "subsidy", "reward"]
GovernmentPart = Literal["led", "taking_part", "market"]
GOVERNMENT_PARTS: dict[str, Text] = {
    "led": Text("政府主导", "government-led"),
    "taking_part": Text("政府参与", "government taking part"),
    "market": Text("市场主导", "market-led"),
}
LEADERS: dict[str, Text] = {
    "local_government": Text("地方政府主导", "led by local government"),
    "ip_operator": Text("知识产权运营机构主导", "led by an IP operator"),
    "insurer": Text("保险机构主导", "led by an insurer"),
    "lender": Text("商业银行或小贷公司主导", "led by a commercial bank or micro-loan company"),
    "none": Text("不在此分类之内", "outside this typology"),
}
LENDER_KINDS: dict[str, Text] = {
    "bank": Text("银行", "bank"),
    "policy_bank": Text("政策性银行", "policy bank"),
    "insurer": Text("保险公司", "insurer"),
    "micro_loan": Text("小额贷款公司", "micro-loan company"),
}

COMPONENTS: dict[str, Text] = {
    "principal": Text("本金", "principal"),
    "interest": Text("利息", "interest"),
    "costs": Text("费用", "costs"),
}

# The three readings of what a cap counts in "jointly bear ... of loans of at most 5 m each" (001 §3.2.2(2)).
READINGS: dict[str, Text] = {
    "loans_covered": Text("按纳入的贷款额计", "counts the loans covered"),
    "shared_loss": Text("按参与分担的损失额计", "counts the loss that is shared"),
    "payment": Text("按支付额计", "counts what is paid"),
}
CAP_KEYS: dict[str, Text] = {
    "loan": Text("每笔贷款", "each loan"),
    "borrower": Text("每家企业", "each firm"),
    "lender": Text("每家放款机构", "each lender"),
    "year": Text("每年（放款年份）", "each year of the loans"),
    "payment_year": Text("每年（赔付年份）", "each year of the payments"),
}
# How a later recovery is distributed, and which portion of each party's part counts in it.
BACK: dict[str, Text] = {
    "pro_rata": Text("按各方承担额的比例", "in proportion to what each bears"),
    "creditor_first": Text("先补足放款机构，再按比例", "the lender first, then in proportion"),
    "in_order": Text("按所列次序", "in the order of the parties named"),
}
WEIGHTS: dict[str, Text] = {
    "shared": Text("先归还参与分担的部分，再归还其余部分", "the shared components first, the rest after them"),
    "all": Text("各方承担的全部损失", "everything borne"),
}
ORDERS: dict[str, Text] = {
    "loan_day": Text("按贷款时间先后", "in the order in which the loans were made"),
    "claim_day": Text("按索赔时间先后", "in the order in which the claims arrive"),
}
MEASURES: dict[str, Text] = {
    "loan_amount": Text("单笔贷款额", "amount of the loan"),
    "borrower_balance": Text("企业贷款余额", "the firm's balance of loans"),
    "loss": Text("分担的损失额", "loss that is shared"),
    "pool_loss_ratio": Text("池内损失率", "loss ratio of the pool"),
}
# Amounts of a loan that can end a slice of its loss.
LOAN_AMOUNTS: dict[str, Text] = {
    "agreed_price": Text("约定收购价", "agreed purchase price"),
    "deposit": Text("保证金", "deposit"),
    "deductible": Text("保单免赔额", "deductible of the policy"),
}
TIER_READINGS: dict[str, Text] = {
    "marginal": Text("分段计算", "each slice by its own tier"),
    "whole": Text("全额按所在档计算", "the whole amount by the tier it falls in"),
}

FactKind = Literal["region", "day", "flag", "count", "kinds", "fen", "months", "rate", "word"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a condition may test. hint: what a firm can do if the condition is not met."""

    kind: FactKind
    label: Text
    hint: Text


_CHOOSE_OTHER = Text("请另选融资模式", "choose another mode")

FACTS: dict[str, Fact] = {
    "region": Fact(
        "region",
        Text("注册地区（GB/T 2260 代码）", "region of registration (GB/T 2260 code)"),
        Text("请选用注册地的模式", "choose a mode of the region of registration"),
    ),
    "registered_on": Fact(
        "day",
        Text("注册日期", "day of registration"),
        Text("请待注册满规定年限后再申请", "apply once registered for the time required"),
    ),
    "legal_person": Fact(
        "flag", Text("独立法人", "legal person"), Text("请以独立法人申请", "apply as a legal person")
    ),
    "size_class": Fact(
        "word",
        Text("企业规模", "size class"),
        _CHOOSE_OTHER,
    ),
    "sme": Fact("flag", Text("中小微企业", "small or medium-sized firm"), _CHOOSE_OTHER),
    "sme_tech": Fact(
        "flag",
        Text("科技型中小企业", "science and technology SME"),
        Text("请先办理科技型中小企业入库", "enter the register of science and technology SMEs first"),
    ),
    "little_giant": Fact(
        "flag",
        Text("专精特新“小巨人”企业", "specialised-and-new little giant"),
        Text("请提供有效期内的认定文件和名单", "provide the valid recognition and the list that names the firm"),
    ),
    "specialised_new": Fact(
        "flag",
        Text("专精特新中小企业", "specialised-and-new SME"),
        Text("请提供有效期内的认定文件和名单", "provide the valid recognition and the list that names the firm"),
    ),
    "tech_innovative_sme": Fact(
        "flag",
        Text("科技和创新型中小企业（原创新型中小企业）", "technology and innovative SME (before: innovative SME)"),
        Text("请提供有效期内的公告", "provide the announcement that is still valid"),
    ),
    "high_tech": Fact(
        "flag",
        Text("高新技术企业", "high-tech enterprise"),
        Text("请提供有效期内的高新技术企业证书", "provide a valid high-tech certificate"),
    ),
    "points_system": Fact(
        "flag",
        Text("“创新积分制”企业", "firm chosen by innovation points"),
        Text("请提供创新积分制名单", "provide the list of the innovation points system"),
    ),
    "national_project": Fact(
        "flag",
        Text("承担国家科技项目", "carries out a national science project"),
        Text("请提供项目立项文件", "provide the project approval"),
    ),
    "innovation_firm": Fact(
        "flag",
        Text("科技创新类中小企业（上述情形之一）", "technology-innovation SME (one of the statuses above)"),
        Text(
            "请提供高新技术企业、科技型中小企业、专精特新或创新积分制等任一有效认定",
            "provide one valid status: high-tech, technology SME, specialised-and-new, innovation points",
        ),
    ),
    "private_firm": Fact("flag", Text("民营企业", "private firm"), _CHOOSE_OTHER),
    "abnormal_operations": Fact(
        "flag",
        Text("列入经营异常名录", "on the list of abnormal operations"),
        Text("请移出经营异常名录后再申请", "have the firm removed from the list first"),
    ),
    "grave_violation_on": Fact(
        "day",
        Text("最近一次重大事故或偷漏税日期", "day of the last serious accident or tax evasion"),
        Text("请待满规定年限后再申请", "apply once the time required has passed"),
    ),
    "investment_loan": Fact(
        "flag",
        Text("用于民间投资的中长期贷款", "medium- or long-term loan for private investment"),
        Text(
            "贷款用途须为设备、原材料、技术改造、厂房等投资",
            "use the loan for equipment, materials, technical upgrades or premises",
        ),
    ),
    "fixed_asset_loan": Fact("flag", Text("固定资产贷款", "fixed-asset loan"), _CHOOSE_OTHER),
    "equipment_loan": Fact("flag", Text("设备更新贷款", "loan for new equipment"), _CHOOSE_OTHER),
    "innovation_loan": Fact(
        "flag",
        Text(
            "经办银行按科技创新再贷款办理的科技创新类贷款",
            "technology-innovation loan funded through the central bank's relending facility",
        ),
        Text("请向经办银行确认该笔贷款是否纳入再贷款支持范围", "ask the bank whether this loan qualifies"),
    ),
    "supported_chain": Fact(
        "flag",
        Text("属于贴息支持的重点产业链或领域", "in an industry chain or field that the subsidy supports"),
        _CHOOSE_OTHER,
    ),
    "service_trade": Fact(
        "flag",
        Text("属于贴息支持的服务业领域", "in a service sector that the subsidy supports"),
        _CHOOSE_OTHER,
    ),
    "granted_patents": Fact(
        "count",
        Text("已授权专利件数", "granted patents"),
        Text("请取得授权专利后再申请", "apply once a patent is granted"),
    ),
    "right_kinds": Fact(
        "kinds",
        Text("出质权利种类", "kinds of rights pledged"),
        Text("请改以规定种类的权利出质", "pledge rights of the kinds named"),
    ),
    "amount_fen": Fact("fen", Text("贷款金额", "amount of the loan"), Text("请调整贷款金额", "change the amount")),
    "borrower_balance_fen": Fact(
        "fen",
        Text("企业在该模式下的贷款余额", "the firm's balance of loans under the mode"),
        Text("请减少贷款金额，或先结清原有贷款", "borrow less, or repay earlier loans first"),
    ),
    "term_months": Fact("months", Text("贷款期限", "term of the loan"), Text("请调整期限", "change the term")),
    "annual_rate": Fact(
        "rate",
        Text("贷款年利率", "annual rate of the loan"),
        Text("请与放款机构商定更低的利率", "agree on a lower rate with the lender"),
    ),
    "bad_credit_on": Fact(
        "day",
        Text("最近一次不良信用记录日期", "day of the last bad credit record"),
        Text("请待不良记录满规定年限", "wait until the record is old enough"),
    ),
    "substandard_on": Fact(
        "day",
        Text("最近一次次级或更差贷款日期", "day of the last loan classified substandard or worse"),
        Text("请待记录满规定年限", "wait until the record is old enough"),
    ),
    "dishonest_debtor": Fact(
        "flag",
        Text("失信被执行人", "on the court's list of defaulting judgment debtors"),
        Text("请履行义务并移出名单后再申请", "perform the judgment and have the firm removed from the list first"),
    ),
    "ip_share_of_security": Fact(
        "rate",
        Text("知识产权占担保物比重", "share of IP in the security"),
        Text("请提高知识产权占担保物价值的比例", "raise the share of IP in the security"),
    ),
    "lender_is_partner": Fact(
        "flag",
        Text("放款机构是合作机构", "the lender is a partner of the scheme"),
        Text("请改向合作机构申请", "apply to a partner lender"),
    ),
    "key_list": Fact("flag", Text("列入重点名单", "on the key list"), _CHOOSE_OTHER),
    "ip_pledge": Fact("flag", Text("以知识产权质押", "secured by an IP pledge"), _CHOOSE_OTHER),
    "central_bank_tool": Fact(
        "flag", Text("使用央行政策工具资金", "funded by a central bank facility"), _CHOOSE_OTHER
    ),
    "park_tenant": Fact(
        "flag", Text("园区入驻企业", "tenant of the park"), Text("请入驻园区", "become a tenant of the park")
    ),
    "peer_member": Fact(
        "flag",
        Text("同业担保成员", "member of the peer guarantee"),
        Text("请先加入同业担保", "join the peer guarantee first"),
    ),
    "insured": Fact("flag", Text("已投保", "insured"), Text("请先投保", "take out the insurance first")),
    "in_index": Fact(
        "flag",
        Text("入选放款机构的专利指标", "selected by the lender's patent index"),
        Text("请补充专利与经营资料后重新评价", "add patent and business data, then apply for a new score"),
    ),
    "main_security_is_credit": Fact("flag", Text("以信用为主", "lent mainly on credit"), _CHOOSE_OTHER),
    "pledge_registered": Fact(
        "flag",
        Text("质押已登记", "the pledge is registered"),
        Text("请办理质押登记", "have the pledge registered"),
    ),
    "lawful_use": Fact(
        "flag",
        Text("贷款按约定用途使用", "the loan was used as agreed"),
        Text("请按约定用途使用贷款", "use the loan as agreed"),
    ),
    "good_faith": Fact(
        "flag",
        Text("无骗贷等恶意行为", "no fraud"),
        Text("不适用", "none"),
    ),
    "venture_backed": Fact(
        "flag",
        Text("已获创业投资", "backed by venture capital"),
        Text("请先引入创业投资", "bring in a venture investor first"),
    ),
    "first_loan": Fact("flag", Text("首次贷款（首贷）", "the firm's first loan"), _CHOOSE_OTHER),
    "due_on": Fact(
        "day",
        Text("贷款到期日", "day on which the loan fell due"),
        Text("请补充贷款到期日", "state the day it fell due"),
    ),
    "overdue_since": Fact(
        "day",
        Text("开始逾期的日期", "first day overdue"),
        Text("请待逾期满规定时间", "wait as long as required"),
    ),
    "non_performing_on": Fact(
        "day",
        Text("划为不良贷款的日期", "day of classification as non-performing"),
        Text("请按期提出索赔", "claim within the time allowed"),
    ),
    "demanded_on": Fact(
        "day",
        Text("催收或起诉的日期", "day of the demand or the suit"),
        Text("请先催收或起诉", "demand payment or sue first"),
    ),
}

# Facts that only the claim can show. Before there is a claim (in a quote) they are assumed to be in order.
CLAIM_FACTS: frozenset[str] = frozenset(
    {"pledge_registered", "lawful_use", "good_faith", "due_on", "overdue_since", "non_performing_on", "demanded_on"}
)

# A status that one of several others gives: met where one is, unmet where none is, else not known.
# 财金〔2024〕60号: the firms that the science and technology guarantee plan is for.
ONE_OF_FACTS: dict[str, tuple[str, ...]] = {
    "innovation_firm": (
        "little_giant",
        "specialised_new",
        "tech_innovative_sme",
        "high_tech",
        "sme_tech",
        "points_system",
        "national_project",
    ),
}

# Facts about a guarantor's entire portfolio that a condition on partners may test.
PARTNER_FACTS: dict[str, Fact] = {
    "guarantee_multiple": Fact(
        "count",
        Text("担保责任余额对净资产的倍数", "outstanding guarantees as a multiple of net assets"),
        Text("请增加净资产或压降担保余额", "raise net assets or guarantee less"),
    ),
    "largest_debtor_share": Fact(
        "rate",
        Text("单一被担保人余额占净资产", "guarantees for one debtor, of net assets"),
        Text("请压降该被担保人的担保余额", "guarantee less for that debtor"),
    ),
    "related_debtors_share": Fact(
        "rate",
        Text(
            "单一被担保人及其关联方余额占净资产", "guarantees for one debtor and its related parties, of net assets"
        ),
        Text("请压降该组被担保人的担保余额", "guarantee less for that group"),
    ),
    "small_agri_share": Fact(
        "rate",
        Text("小微和三农担保业务占比", "share of guarantees for small and agricultural firms"),
        Text("请提高小微和三农业务占比", "guarantee more for small and agricultural firms"),
    ),
    "small_guarantee_share": Fact(
        "rate",
        Text("单户五百万元及以下担保业务占比", "share of guarantees of at most 5 million a borrower"),
        Text("请提高小额担保业务占比", "give more small guarantees"),
    ),
}
ALL_FACTS: dict[str, Fact] = {**FACTS, **PARTNER_FACTS}

# The tests that a condition may apply to each kind of fact.
TESTS: dict[str, tuple[FactKind, ...]] = {
    "within": ("region",),
    "is": ("flag",),
    "at_least": ("count", "fen", "months", "rate"),
    "at_most": ("count", "fen", "months", "rate"),
    "years_at_least": ("day",),
    "months_at_least": ("day",),
    "days_at_least": ("day",),
    "months_at_most": ("day",),
    "days_at_most": ("day",),
    "none_within_years": ("day",),
    "none_within_months": ("day",),
    "any_of": ("kinds",),
    "only_of": ("kinds",),
}

CHARGE_BASES: dict[str, Text] = {
    "loan": Text("贷款额", "amount of the loan"),
    "share": Text("该方承担部分的贷款额", "part of the loan that the party named bears"),
    "appraised_value": Text("评估值", "appraised value"),
    "interest": Text("已付利息", "interest paid"),
    "charge": Text("另一项费用", "another charge"),
    "fixed": Text("定额", "fixed amount"),
    "fee_table": Text("收费表", "table of fees"),
}
YEARS_OF: dict[str, Text] = {
    "due": Text("按到期年份", "the year in which it falls due"),
    "payment": Text("按支付年份", "the year of payment"),
}
DAY_COUNTS: dict[str, Text] = {
    "months": Text("按月数", "by months"),
    "case": Text("按本笔贷款的计息天数", "by the day count of the case"),
}
ROUNDINGS: dict[str, Text] = {
    "half_up": Text("四舍五入", "halves up"),
    "half_even": Text("四舍六入五成双", "halves to even"),
    "floor": Text("舍去尾数", "down"),
}
VERSIONS_BY: dict[str, Text] = {
    "loan_day": Text("按放款日", "by the day of the loan"),
    "claim_day": Text("按索赔日", "by the day of the claim"),
}
CHARGE_KINDS: dict[ChargeKind, Text] = {
    "interest": Text("利息", "interest"),
    "fee": Text("费用", "fee"),
    "premium": Text("保费", "premium"),
    "subsidy": Text("补贴", "subsidy"),
    "reward": Text("奖励", "reward"),
}
WHEN: dict[str, Text] = {
    "start": Text("放款时", "on disbursement"),
    "yearly": Text("每年年初", "at the start of each year of the loan"),
    "end": Text("还清后", "once the loan is repaid"),
}

# Kinds of rights that a condition may name: of all that a mode knows of rights, the only thing.
RIGHT_KINDS: dict[str, Text] = {kind.value: words for kind, words in KIND_TEXT.items()}
