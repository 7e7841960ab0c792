"""The kinds of document that the platform issues for a case and its loan."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text


class DocumentKind(StrEnum):
    """The documents of a financing, in the order of the business; the value is stored and shown in the API."""

    APPLICATION = "application"
    APPRAISAL_REPORT = "appraisal_report"
    APPRAISAL_SUMMARY = "appraisal_summary"
    CREDIT_REVIEW = "credit_review"
    APPROVAL = "approval"
    LOAN_CONTRACT = "loan_contract"
    PLEDGE_CONTRACT = "pledge_contract"
    GUARANTEE_CONTRACT = "guarantee_contract"
    REGISTRATION_FORM = "registration_form"
    RELEASE_NOTICE = "release_notice"
    DUE_NOTICE = "due_notice"
    OVERDUE_NOTICE = "overdue_notice"
    DISCHARGE_NOTICE = "discharge_notice"
    LOAN_STATEMENT = "loan_statement"
    DEMAND_LETTER = "demand_letter"
    ACCELERATION_LETTER = "acceleration_letter"
    SECURITY_DEMAND = "security_demand"
    WRITE_OFF_DECISION = "write_off_decision"
    DISPOSAL_COMPARISON = "disposal_comparison"
    DISTRIBUTION_TABLE = "distribution_table"
    CLAIM_SET = "claim_set"
    CLAIM_DECISION = "claim_decision"
    CLAIM_VOUCHER = "claim_voucher"
    CLOSING_REPORT = "closing_report"


DOCUMENT_TITLES: Mapping[DocumentKind, Text] = {
    DocumentKind.APPLICATION: Text("融资申请书", "application"),
    DocumentKind.APPRAISAL_REPORT: Text("资产评估报告", "appraisal report"),
    DocumentKind.APPRAISAL_SUMMARY: Text("评估摘要", "appraisal summary"),
    DocumentKind.CREDIT_REVIEW: Text("授信审查报告", "credit review"),
    DocumentKind.APPROVAL: Text("授信审批书", "approval"),
    DocumentKind.LOAN_CONTRACT: Text("借款合同", "loan contract"),
    DocumentKind.PLEDGE_CONTRACT: Text("质押合同", "pledge contract"),
    DocumentKind.GUARANTEE_CONTRACT: Text("保证合同", "guarantee contract"),
    DocumentKind.REGISTRATION_FORM: Text("质押登记申请表", "pledge registration form"),
    DocumentKind.RELEASE_NOTICE: Text("放款通知书", "notice of release"),
    DocumentKind.DUE_NOTICE: Text("还款通知书", "notice of what falls due"),
    DocumentKind.OVERDUE_NOTICE: Text("催收通知书", "notice of what is overdue"),
    DocumentKind.DISCHARGE_NOTICE: Text("解除质押通知书", "notice of discharge"),
    DocumentKind.LOAN_STATEMENT: Text("贷款对账单", "loan statement"),
    DocumentKind.DEMAND_LETTER: Text("催收函", "demand for payment"),
    DocumentKind.ACCELERATION_LETTER: Text("提前到期通知书", "acceleration letter"),
    DocumentKind.SECURITY_DEMAND: Text("追加担保通知书", "demand for further security"),
    DocumentKind.WRITE_OFF_DECISION: Text("核销决定书", "decision on a write-off"),
    DocumentKind.DISPOSAL_COMPARISON: Text("处置方式比较表", "comparison of disposal options"),
    DocumentKind.DISTRIBUTION_TABLE: Text("处置价款分配方案", "distribution of the price"),
    DocumentKind.CLAIM_SET: Text("索赔申请书", "claim set"),
    DocumentKind.CLAIM_DECISION: Text("索赔审核决定书", "decision on a claim"),
    DocumentKind.CLAIM_VOUCHER: Text("赔付或返还凭证", "voucher of a claim"),
    DocumentKind.CLOSING_REPORT: Text("结案报告", "closing report"),
}
