"""Every kind of paper: its name, how it is made from facts, who must sign it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zhirong.documents.financing import case_documents, contracts, forms, notices
from zhirong.documents.financing.sheet import DocumentSheet, Facts
from zhirong.documents.financing.typesetting import paper_docx, paper_pdf
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper. letter: of its number. signers: as what parties sign it; nobody signs a notice."""

    title: Text
    letter: str
    make: Callable[[Facts], DocumentSheet]
    signers: tuple[str, ...] = ()


PAPER_KINDS: Mapping[str, PaperKind] = {
    "application": PaperKind(Text("融资申请书", "application"), "SQ", case_documents.application),
    "appraisal_summary": PaperKind(Text("评估摘要", "appraisal summary"), "PG", case_documents.appraisal_summary),
    "credit_review": PaperKind(Text("授信审查报告", "credit review"), "SC", case_documents.credit_review),
    "approval": PaperKind(Text("授信审批书", "approval"), "SP", case_documents.approval),
    "loan_contract": PaperKind(
        Text("借款合同", "loan contract"), "JK", contracts.loan_contract, ("firm", "lender")
    ),
    "pledge_contract": PaperKind(
        Text("质押合同", "pledge contract"), "ZY", contracts.pledge_contract, ("firm", "lender")
    ),
    "guarantee_contract": PaperKind(
        Text("保证合同", "guarantee contract"), "BZ", contracts.guarantee_contract, ("guarantor", "lender")
    ),
    "registration_form": PaperKind(
        Text("质押登记申请表", "pledge registration form"), "DJ", forms.registration_form, ("firm", "lender")
    ),
    "release_notice": PaperKind(Text("放款通知书", "notice of release"), "FK", notices.release_notice),
    "due_notice": PaperKind(Text("还款通知书", "notice of what falls due"), "HK", notices.due_notice),
    "overdue_notice": PaperKind(Text("催收通知书", "notice of what is overdue"), "CS", notices.overdue_notice),
    "discharge_notice": PaperKind(Text("解除质押通知书", "notice of discharge"), "JC", notices.discharge_notice),
    "loan_statement": PaperKind(Text("贷款对账单", "loan statement"), "DZ", notices.loan_statement),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A paper in both forms."""

    title: str
    word: bytes
    pdf: bytes


def make_paper(kind: str, facts: Facts) -> Made:
    """The paper of this kind from its facts. Raises KeyError for a kind that does not exist or a fact that is
    missing.
    """
    sheet = PAPER_KINDS[kind].make(facts)
    return Made(sheet.title, paper_docx(sheet), paper_pdf(sheet))
