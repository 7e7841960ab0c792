"""The kinds of document: name, generator and signatories of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from zhirong.chain.contract.document_kinds import DOCUMENT_TITLES, DocumentKind
from zhirong.documents.financing import case_documents, contracts, forms, notices, recovery_letters
from zhirong.documents.financing.sheet import DocumentSheet, Facts
from zhirong.documents.financing.typesetting import paper_docx, paper_pdf
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of document. letter: of its number. signers: the roles of the parties that sign it; notices are not
    signed.
    """

    title: Text
    letter: str
    make: Callable[[Facts], DocumentSheet]
    signers: tuple[str, ...] = ()


PAPER_KINDS: Mapping[DocumentKind, PaperKind] = {
    DocumentKind.APPLICATION: PaperKind(
        DOCUMENT_TITLES[DocumentKind.APPLICATION], "SQ", case_documents.application
    ),
    DocumentKind.APPRAISAL_SUMMARY: PaperKind(
        DOCUMENT_TITLES[DocumentKind.APPRAISAL_SUMMARY], "PG", case_documents.appraisal_summary
    ),
    DocumentKind.CREDIT_REVIEW: PaperKind(
        DOCUMENT_TITLES[DocumentKind.CREDIT_REVIEW], "SC", case_documents.credit_review
    ),
    DocumentKind.APPROVAL: PaperKind(DOCUMENT_TITLES[DocumentKind.APPROVAL], "SP", case_documents.approval),
    DocumentKind.LOAN_CONTRACT: PaperKind(
        DOCUMENT_TITLES[DocumentKind.LOAN_CONTRACT], "JK", contracts.loan_contract, ("firm", "lender")
    ),
    DocumentKind.PLEDGE_CONTRACT: PaperKind(
        DOCUMENT_TITLES[DocumentKind.PLEDGE_CONTRACT], "ZY", contracts.pledge_contract, ("firm", "lender")
    ),
    DocumentKind.GUARANTEE_CONTRACT: PaperKind(
        DOCUMENT_TITLES[DocumentKind.GUARANTEE_CONTRACT],
        "BZ",
        contracts.guarantee_contract,
        ("guarantor", "lender"),
    ),
    DocumentKind.REGISTRATION_FORM: PaperKind(
        DOCUMENT_TITLES[DocumentKind.REGISTRATION_FORM], "DJ", forms.registration_form, ("firm", "lender")
    ),
    DocumentKind.RELEASE_NOTICE: PaperKind(
        DOCUMENT_TITLES[DocumentKind.RELEASE_NOTICE], "FK", notices.release_notice
    ),
    DocumentKind.DUE_NOTICE: PaperKind(DOCUMENT_TITLES[DocumentKind.DUE_NOTICE], "HK", notices.due_notice),
    DocumentKind.OVERDUE_NOTICE: PaperKind(
        DOCUMENT_TITLES[DocumentKind.OVERDUE_NOTICE], "CS", notices.overdue_notice
    ),
    DocumentKind.DISCHARGE_NOTICE: PaperKind(
        DOCUMENT_TITLES[DocumentKind.DISCHARGE_NOTICE], "JC", notices.discharge_notice
    ),
    DocumentKind.LOAN_STATEMENT: PaperKind(
        DOCUMENT_TITLES[DocumentKind.LOAN_STATEMENT], "DZ", notices.loan_statement
    ),
    DocumentKind.DEMAND_LETTER: PaperKind(
        DOCUMENT_TITLES[DocumentKind.DEMAND_LETTER], "CSH", recovery_letters.demand_letter
    ),
    DocumentKind.ACCELERATION_LETTER: PaperKind(
        DOCUMENT_TITLES[DocumentKind.ACCELERATION_LETTER], "TQ", recovery_letters.acceleration_letter
    ),
    DocumentKind.SECURITY_DEMAND: PaperKind(
        DOCUMENT_TITLES[DocumentKind.SECURITY_DEMAND], "ZJ", recovery_letters.security_demand
    ),
    DocumentKind.WRITE_OFF_DECISION: PaperKind(
        DOCUMENT_TITLES[DocumentKind.WRITE_OFF_DECISION], "HXJ", recovery_letters.write_off_decision
    ),
    DocumentKind.DISPOSAL_COMPARISON: PaperKind(
        DOCUMENT_TITLES[DocumentKind.DISPOSAL_COMPARISON], "BJ", recovery_letters.disposal_comparison
    ),
    DocumentKind.DISTRIBUTION_TABLE: PaperKind(
        DOCUMENT_TITLES[DocumentKind.DISTRIBUTION_TABLE], "FP", recovery_letters.distribution_table
    ),
    DocumentKind.CLAIM_SET: PaperKind(DOCUMENT_TITLES[DocumentKind.CLAIM_SET], "SPS", recovery_letters.claim_set),
    DocumentKind.CLAIM_DECISION: PaperKind(
        DOCUMENT_TITLES[DocumentKind.CLAIM_DECISION], "SH", recovery_letters.claim_decision
    ),
    DocumentKind.CLAIM_VOUCHER: PaperKind(
        DOCUMENT_TITLES[DocumentKind.CLAIM_VOUCHER], "PZ", recovery_letters.claim_voucher
    ),
    DocumentKind.CLOSING_REPORT: PaperKind(
        DOCUMENT_TITLES[DocumentKind.CLOSING_REPORT], "JA", recovery_letters.closing_report
    ),
}


@dataclass(frozen=True, slots=True)
class Made:
    """A document in both formats."""

    title: str
    word: bytes
    pdf: bytes


def make_paper(kind: DocumentKind, facts: Facts) -> Made:
    """Generate a document of this kind. Raises KeyError for an unknown kind or a missing fact."""
    sheet = PAPER_KINDS[kind].make(facts)
    return Made(sheet.title, paper_docx(sheet), paper_pdf(sheet))
