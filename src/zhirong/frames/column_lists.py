"""The columns of the functions for tables: name with unit, place in a case file, and description."""

from collections.abc import Iterator, Mapping

from zhirong.chain.mode.vocabulary import FACTS, FactKind
from zhirong.columns import Column, Unit
from zhirong.kernel.text import Text


def _column(name: str, path: str, unit: Unit, zh: str, en: str, *, required: bool = False) -> Column:
    return Column(name, path, unit, Text(zh, en), required)


LOAN_COLUMNS = (
    _column("id", "id", "text", "编号，默认行号", "id, by default the number of the row"),
    _column("amount_yuan", "principal", "yuan", "贷款金额", "amount of the loan", required=True),
    _column("rate_percent", "rate", "percent", "年利率", "yearly rate", required=True),
    _column("term_months", "months", "months", "期限", "term", required=True),
    _column("start", "start", "day", "放款日", "day of the drawdown", required=True),
    _column("method", "method", "text", "还款方式，默认 level_payment", "repayment, by default level_payment"),
    _column("cycle", "cycle", "text", "还款周期，默认 1M", "cycle of due days, by default 1M"),
    _column("first_due", "first_due", "day", "首个还款日", "first due day"),
    _column("day_count", "day_count", "text", "计息方式", "day count"),
    _column("shift", "shift", "text", "遇节假日顺延规则", "how a due day moves if it is not a working day"),
)

LOSS_COLUMNS = (
    _column("id", "id", "text", "贷款编号", "id of the loan", required=True),
    _column("borrower", "borrower", "text", "借款人，默认 id", "borrower, by default the id"),
    _column("lender", "lender", "text", "贷款人，默认 lender", "lender, by default the same for all"),
    _column("loan_day", "loan_day", "day", "放款日", "day of the loan", required=True),
    _column("claim_day", "claim_day", "day", "索赔日", "day of the claim", required=True),
    _column("amount_yuan", "amount", "yuan", "贷款金额", "amount of the loan", required=True),
    _column("principal_loss_yuan", "principal", "yuan", "未还本金", "principal unpaid", required=True),
    _column("interest_loss_yuan", "interest", "yuan", "未还利息", "interest unpaid"),
    _column("costs_yuan", "costs", "yuan", "费用", "costs"),
    _column("ip_share_percent", "ip_share", "percent", "知识产权担保部分", "part that IP secures"),
    _column("borrower_balance_yuan", "borrower_balance", "yuan", "企业余额", "balance of the firm"),
    _column("public_elsewhere_yuan", "public_elsewhere", "yuan", "其他财政资金已补", "paid by other public money"),
)

_FACT_UNITS: Mapping[FactKind, tuple[str, Unit]] = {
    "fen": ("_yuan", "yuan"),
    "rate": ("_percent", "percent"),
    "flag": ("", "flag"),
    "day": ("", "day"),
    "count": ("", "count"),
    "months": ("", "months"),
}


def _fact_columns(*, in_claim: bool) -> Iterator[Column]:
    """What financing modes may ask about. In a case a fact in yuan is written without ``_fen``; in a claim with."""
    for name, fact in FACTS.items():
        ending, unit = _FACT_UNITS.get(fact.kind, ("", "text"))
        bare = name.removesuffix("_fen")
        yield Column(f"fact_{bare}{ending}", f"facts.{name if in_claim else bare}", unit, fact.label)


FIGURES: Mapping[str, tuple[str, Unit, str, str]] = {
    "revenue_yuan": ("revenue", "yuan", "首年收入", "revenue of the first year"),
    "growth_percent": ("growth", "percent", "收入年增长率", "yearly growth of revenue"),
    "decay_percent": ("decay", "percent", "年技术衰减率", "yearly technical decay"),
    "royalty_percent": ("royalty", "percent", "许可费率", "royalty rate"),
    "discount_percent": ("discount", "percent", "折现率", "discount rate"),
    "life_years": ("life", "years", "经济寿命", "economic life"),
}
"""The figures of relief from royalty: each may have ``_low`` and ``_high`` beside it."""


def _appraisal_columns() -> Iterator[Column]:
    yield _column("id", "id", "text", "权利编号", "id of the right", required=True)
    for name, (figure, unit, zh, en) in FIGURES.items():
        needed = name != "decay_percent"
        yield _column(name, f"{figure}_mode", unit, f"{zh}（最可能）", f"{en}, most likely", required=needed)
        yield _column(f"{name}_low", f"{figure}_low", unit, f"{zh}（低）", f"{en}, low")
        yield _column(f"{name}_high", f"{figure}_high", unit, f"{zh}（高）", f"{en}, high")
    yield _column("tax_percent", "tax_rate", "percent", "所得税税率", "income tax rate", required=True)
    yield _column("life_cap_years", "life_cap", "years", "法定或合同剩余年限", "years left by law or contract")
    yield _column(
        "convention", "convention", "text", "折现时点，默认 mid_year", "mid_year (default) or end_of_year"
    )
    yield _column("grade", "grade", "text", "证据等级，默认 assumed", "evidence grade, by default assumed")
    yield _column(
        "method", "method", "text", "方法，默认 relief_from_royalty", "method, by default relief_from_royalty"
    )


_ROYALTY = "appraisal.method[1]"
CASE_FIGURES = {
    "revenue": "first_year_revenue",
    "growth": "growth",
    "decay": "decay",
    "royalty": "royalty_rate",
    "discount": "discount_rate",
    "life": "economic_life",
}
_RIGHT_FIELDS: tuple[tuple[str, Unit, str, str], ...] = (
    ("kind", "text", "权利种类，如 invention", "kind of right, such as invention"),
    ("title", "text", "名称", "title"),
    ("number", "text", "号码", "number"),
    ("filing_date", "day", "申请日", "day of filing"),
    ("grant_date", "day", "授权日", "day of the grant"),
    ("registration_date", "day", "登记或注册日", "day of registration"),
    ("creation_date", "day", "完成日", "day of creation"),
    ("publication_date", "day", "公布或首次发表日", "day of publication"),
    ("term_end_date", "day", "本期届满日", "last day of the present term"),
    ("fee_paid_through_year", "count", "年费已缴年度", "last patent year whose fee is paid"),
    ("status", "text", "法律状态", "legal status"),
    ("role", "text", "在组合中的作用", "role in the package"),
)
RIGHT_COLUMNS = (
    _column("company_id", "company_id", "text", "企业编号", "id of the company", required=True),
    _column("id", "id", "text", "权利编号，默认号码", "id, by default the number of the right in the case"),
    *(_column(name, name, unit, zh, en, required=name == "kind") for name, unit, zh, en in _RIGHT_FIELDS),
)

_CREDIT_FIELDS: tuple[tuple[str, str, Unit, str, str], ...] = (
    ("registered_on", "registration.registered_on", "day", "注册日期", "day of registration"),
    ("legal_person", "registration.legal_person", "flag", "独立法人", "legal person"),
    ("tax_grade", "tax.tax_grade", "text", "纳税信用等级", "tax credit grade"),
    ("tax_arrears_yuan", "tax.arrears", "yuan", "欠税", "taxes in arrears"),
    (
        "penalties_in_three_years",
        "compliance.penalties_in_three_years",
        "count",
        "三年内处罚",
        "penalties, 3 years",
    ),
    ("dishonest_debtor", "compliance.dishonest_judgment_debtor", "flag", "失信被执行人", "on the court's list"),
    ("abnormal_operations", "compliance.abnormal_operations", "flag", "经营异常", "on the abnormal list"),
    ("total_debt_yuan", "debt.total_debt", "yuan", "总负债", "total debt"),
    ("total_assets_yuan", "debt.total_assets", "yuan", "总资产", "total assets"),
    ("overdue_yuan", "debt.overdue", "yuan", "逾期金额", "overdue now"),
    ("operating_cash_flow_yuan", "cash_flow.operating_cash_flow", "yuan", "经营现金流", "operating cash flow"),
    ("operating_cash_flow_before_yuan", "cash_flow.operating_cash_flow_before", "yuan", "上年经营现金流", "before"),
    ("debt_service_yuan", "cash_flow.debt_service", "yuan", "年还本付息", "debt service of a year"),
    ("loans_repaid", "bank_history.loans_repaid", "count", "已还清贷款笔数", "loans repaid"),
    ("worst_overdue_days", "bank_history.worst_overdue_days", "count", "最长逾期天数", "longest time overdue"),
    ("substandard_or_worse", "bank_history.substandard_or_worse", "flag", "曾为不良", "ever substandard or worse"),
    ("revenue_yuan", "statements.revenue", "yuan", "销售收入", "sales"),
    ("cost_of_sales_yuan", "statements.cost_of_sales", "yuan", "销售成本", "cost of sales"),
    ("total_profit_yuan", "statements.total_profit", "yuan", "利润总额", "profit before tax"),
    ("forecast_growth_percent", "statements.forecast_growth", "percent", "预计销售增长", "growth of sales ahead"),
    ("inventory_yuan", "statements.inventory", "yuan", "存货", "inventory"),
    ("receivables_yuan", "statements.receivables", "yuan", "应收账款", "receivables"),
    ("prepayments_yuan", "statements.prepayments", "yuan", "预付账款", "prepayments"),
    ("payables_yuan", "statements.payables", "yuan", "应付账款", "payables"),
    ("advances_received_yuan", "statements.advances_received", "yuan", "预收账款", "advances received"),
    ("cash_yuan", "statements.cash", "yuan", "货币资金", "cash"),
    ("restricted_cash_yuan", "statements.restricted_cash", "yuan", "受限资金", "restricted cash"),
    (
        "working_capital_loans_yuan",
        "statements.working_capital_loans",
        "yuan",
        "流动资金贷款",
        "working-capital loans",
    ),
    (
        "other_channels_yuan",
        "statements.other_channels",
        "yuan",
        "其他渠道资金",
        "other sources of working capital",
    ),
    ("bank_debt_yuan", "statements.bank_debt", "yuan", "银行借款", "bank debt"),
    ("soft_assets_yuan", "statements.soft_assets", "yuan", "商誉等软资产", "goodwill and other soft assets"),
    ("long_term_liabilities_yuan", "statements.long_term_liabilities", "yuan", "长期负债", "long-term liabilities"),
    ("long_term_assets_yuan", "statements.long_term_assets", "yuan", "长期资产", "long-term assets"),
)


def _company_columns() -> Iterator[Column]:
    yield _column("id", "case.id", "text", "企业编号", "id of the company", required=True)
    yield _column("as_of", "case.as_of", "day", "案件日期", "day of the case", required=True)
    yield _column("firm_name", "firm.name", "text", "企业名称，默认 id", "name of the firm, by default the id")
    yield _column("firm_code", "firm.code", "text", "统一社会信用代码", "unified social credit code")
    yield _column(
        "region", "firm.region", "text", "注册地", "code or name of the place of registration", required=True
    )
    yield _column("size", "firm.size", "text", "企业规模", "size class")
    yield _column("amount_yuan", "request.amount", "yuan", "申请金额", "amount requested", required=True)
    yield _column("term_months", "request.term_months", "months", "期限", "term", required=True)
    yield _column("rate_percent", "request.annual_rate", "percent", "商定年利率", "yearly rate agreed")
    yield _column("method", "request.method", "text", "还款方式", "repayment")
    yield _column("purpose", "request.purpose", "text", "用途", "purpose")
    for name, unit, zh, en in _RIGHT_FIELDS:
        yield _column(f"right_{name}", f"rights[1].{name}", unit, f"权利：{zh}", f"right: {en}")
    for name, (figure, unit, zh, en) in FIGURES.items():
        path = f"{_ROYALTY}.{CASE_FIGURES[figure]}"
        yield _column(f"ip_{name}", f"{path}.mode", unit, f"许可费节省法：{zh}", f"relief from royalty: {en}")
        yield _column(f"ip_{name}_low", f"{path}.low", unit, f"{zh}（低）", f"{en}, low")
        yield _column(f"ip_{name}_high", f"{path}.high", unit, f"{zh}（高）", f"{en}, high")
    yield _column("ip_tax_percent", f"{_ROYALTY}.tax_rate", "percent", "所得税税率，默认 25", "income tax rate, 25")
    yield _column(
        "valuation_date", "appraisal.valuation_date", "day", "评估基准日", "valuation date, by default as_of"
    )
    yield _column(
        "redeployability", "appraisal.redeployability", "text", "可转用程度", "how easily others could use it"
    )
    for name, path, unit, zh, en in _CREDIT_FIELDS:
        yield _column(name, f"credit.{path}", unit, zh, en)
    yield _column(
        "evidence_grade", "evidence_grade", "text", "证据等级，默认 declared", "evidence, by default declared"
    )
    yield from _fact_columns(in_claim=False)


COMPANY_COLUMNS = tuple(_company_columns())
APPRAISAL_COLUMNS = tuple(_appraisal_columns())

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "quote_many": COMPANY_COLUMNS,
    "quote_many rights": RIGHT_COLUMNS,
    "schedule_many": LOAN_COLUMNS,
    "settle_many": (*LOSS_COLUMNS, *_fact_columns(in_claim=True)),
    "appraise_many": APPRAISAL_COLUMNS,
}
"""Function → the columns that it takes."""
