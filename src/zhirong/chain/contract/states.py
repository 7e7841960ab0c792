"""The states of a document, and how one is signed."""

from collections.abc import Mapping
from enum import StrEnum

from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions


class DocumentState(StrEnum):
    """The state of a document. DRAFT: only its owner can read it. ENDED: its case ended before everyone had signed."""

    DRAFT = "draft"
    ISSUED = "issued"
    SIGNED = "signed"
    VOID = "void"
    ENDED = "ended"


DOCUMENT_WORDS: Mapping[DocumentState, Text] = {
    DocumentState.DRAFT: Text("草稿", "draft"),
    DocumentState.ISSUED: Text("已出具", "issued"),
    DocumentState.SIGNED: Text("已签署", "signed"),
    DocumentState.VOID: Text("已作废", "void"),
    DocumentState.ENDED: Text("随申请结束，无需再签", "closed with the case; no signature needed"),
}

DOCUMENT_TRANSITIONS = Transitions(
    Text("文书", "document"),
    DOCUMENT_WORDS,
    frozenset({DocumentState.DRAFT, DocumentState.ISSUED}),
    {
        # Appraisers sign a report while it is still their draft.
        DocumentState.DRAFT: frozenset({DocumentState.SIGNED, DocumentState.VOID}),
        DocumentState.ISSUED: frozenset({DocumentState.SIGNED, DocumentState.VOID, DocumentState.ENDED}),
        DocumentState.SIGNED: frozenset({DocumentState.VOID, DocumentState.ENDED}),
    },
)


class SignatureMethod(StrEnum):
    """The form of signature of a document: with a new code from the signer's authenticator, or by a sealed scan that two
    people have checked.
    """

    SECOND_FACTOR = "second_factor"
    SEALED_SCAN = "sealed_scan"


SIGNATURE_METHOD_WORDS: Mapping[SignatureMethod, Text] = {
    SignatureMethod.SECOND_FACTOR: Text("动态验证码", "authenticator code"),
    SignatureMethod.SEALED_SCAN: Text("盖章扫描件", "sealed scan"),
}
