"""The columns that contain a state or code: the only place that links the store's tables to the states of the
chain.

``Work`` rejects a transition that a state's table does not contain. The API, its client and the messages read the
values of a column and their words here. A new column with a state or code is added here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.db.models import Model

from zhirong.chain.appraisal.request import PURPOSE_TEXT
from zhirong.chain.appraisal_practice.records import GRADE_TEXT, VALUE_TYPE_TEXT
from zhirong.chain.contract.document_kinds import DOCUMENT_TITLES
from zhirong.chain.contract.states import DOCUMENT_TRANSITIONS, SIGNATURE_METHOD_WORDS
from zhirong.chain.default.case_states import DEFAULT_CASE
from zhirong.chain.default.claim_states import CLAIM
from zhirong.chain.default.disposal_states import DISPOSAL
from zhirong.chain.default.dispute_states import DISPUTE, TRACK_WORDS
from zhirong.chain.default.money_kinds import ALARM_TRANSITIONS, CLAIM_MONEY_WORDS
from zhirong.chain.default.pool_figures import POOL_FIGURE_WORDS
from zhirong.chain.default.recourse_states import RECOURSE
from zhirong.chain.default.write_off_states import WRITE_OFF
from zhirong.chain.financing.appraisal_states import APPRAISAL_TRANSITIONS
from zhirong.chain.financing.approval import APPROVAL_VERDICT_WORDS
from zhirong.chain.financing.case import CASE_TRANSITIONS, CASE_WORDS
from zhirong.chain.financing.diligence import CHECK_TRANSITIONS, VERDICT_TEXT
from zhirong.chain.financing.limits import SCOPE_TEXT
from zhirong.chain.financing.policies import POLICY_TRANSITIONS
from zhirong.chain.guarantee.states import GUARANTEE_TRANSITIONS
from zhirong.chain.loan.servicing.components import CATEGORY_TEXT
from zhirong.chain.loan.servicing.events import Payer
from zhirong.chain.loan.states import (
    DIRECTION_WORDS,
    FLAG_WORDS,
    LINE_TRANSITIONS,
    LOAN_TRANSITIONS,
    PAYMENT_KIND_WORDS,
    PAYMENT_TRANSITIONS,
)
from zhirong.chain.organisation.roles import KIND_WORDS
from zhirong.chain.organisation.states import CONSENT_SCOPE_WORDS, INVITATION_TRANSITIONS, ORGANISATION_TRANSITIONS
from zhirong.chain.platform.states import IMPORT_KIND_WORDS, IMPORT_TRANSITIONS, JOB_WORDS, MESSAGE_KIND_WORDS
from zhirong.chain.right.kinds import KIND_TEXT
from zhirong.chain.right.records import STATUS_TEXT
from zhirong.chain.watch.catalogue import COLOUR_TEXT
from zhirong.kernel.text import Text
from zhirong.kernel.transitions import Transitions
from zhirong.ledger.accounts import PARTY_TEXT
from zhirong.store import financing, parties, policies, recovery, work

UNKNOWN = "unknown"  # the status of a right whose facts do not determine it
RIGHT_STATUS_WORDS: Mapping[str, Text] = {
    **{status.value: words for status, words in STATUS_TEXT.items()},
    UNKNOWN: Text("不明", "not known"),
}
# Columns whose values change by a transition table.
TRANSITIONS: Mapping[tuple[type[Model], str], Transitions[Any]] = {
    (financing.Case, "state"): CASE_TRANSITIONS,
    (financing.Appraisal, "state"): APPRAISAL_TRANSITIONS,
    (financing.CheckItem, "state"): CHECK_TRANSITIONS,
    (financing.GuaranteeRequest, "state"): GUARANTEE_TRANSITIONS,
    (financing.Paper, "state"): DOCUMENT_TRANSITIONS,
    (financing.Loan, "state"): LOAN_TRANSITIONS,
    (financing.StatementLine, "state"): LINE_TRANSITIONS,
    (financing.Payment, "state"): PAYMENT_TRANSITIONS,
    (policies.Policy, "state"): POLICY_TRANSITIONS,
    (parties.Organisation, "status"): ORGANISATION_TRANSITIONS,
    (parties.Invitation, "state"): INVITATION_TRANSITIONS,
    (work.FileImport, "state"): IMPORT_TRANSITIONS,
    (recovery.DefaultCase, "state"): DEFAULT_CASE.transitions,
    (recovery.PayerClaim, "state"): CLAIM.transitions,
    (recovery.Recourse, "state"): RECOURSE.transitions,
    (recovery.DisposalProject, "state"): DISPOSAL.transitions,
    (recovery.Dispute, "state"): DISPUTE.transitions,
    (recovery.LoanAlarm, "state"): ALARM_TRANSITIONS,
    (recovery.WriteOffFile, "state"): WRITE_OFF.transitions,
}
# Columns whose value never changes, or changes without a table; only the lease sets a job's state.
CODES: Mapping[tuple[type[Model], str], Mapping[Any, Text]] = {
    (financing.FirmRight, "kind"): KIND_TEXT,
    (financing.FirmRight, "status"): RIGHT_STATUS_WORDS,
    (financing.CaseStep, "state"): CASE_WORDS,
    (financing.Message, "kind"): MESSAGE_KIND_WORDS,
    (financing.CheckItem, "verdict"): VERDICT_TEXT,
    (financing.Paper, "kind"): DOCUMENT_TITLES,
    (financing.Approval, "decision"): APPROVAL_VERDICT_WORDS,
    (financing.Appraisal, "grade"): GRADE_TEXT,
    (financing.Appraisal, "purpose"): PURPOSE_TEXT,
    (financing.Appraisal, "value_type"): VALUE_TYPE_TEXT,
    (financing.Signature, "method"): SIGNATURE_METHOD_WORDS,
    (financing.Loan, "category"): CATEGORY_TEXT,
    (financing.StatementLine, "direction"): DIRECTION_WORDS,
    (financing.Payment, "kind"): PAYMENT_KIND_WORDS,
    (financing.Payment, "payer"): {payer: PARTY_TEXT[payer] for payer in Payer},
    (financing.WatchFlag, "kind"): FLAG_WORDS,
    (financing.Limit, "scope"): SCOPE_TEXT,
    (parties.Organisation, "kind"): KIND_WORDS,
    (parties.Consent, "scope"): CONSENT_SCOPE_WORDS,
    (parties.FileColumns, "kind"): IMPORT_KIND_WORDS,
    (work.Job, "state"): JOB_WORDS,
    (recovery.ClaimPayment, "kind"): CLAIM_MONEY_WORDS,
    (recovery.PayerClaim, "party"): PARTY_TEXT,
    (recovery.LoanAlarm, "colour"): COLOUR_TEXT,
    (recovery.Dispute, "track"): TRACK_WORDS,
    (recovery.PoolFigure, "kind"): POOL_FIGURE_WORDS,
    (work.FileImport, "kind"): IMPORT_KIND_WORDS,
}


def plain_value(value: Any) -> Any:
    """Return a value as a row stores it: a state or code as its string."""
    return value.value if isinstance(value, StrEnum) else value


def choices_of(model: type[Model], field: str) -> Mapping[str, Text]:
    """Return the values of a column with their words; empty if the column has no fixed values. An optional column
    may also be empty.
    """
    table = TRANSITIONS.get((model, field))
    words = CODES.get((model, field), {}) if table is None else table.words
    return {str(value): text for value, text in words.items()}


def demand_transitions(row: Model, before: Mapping[str, Any] | None, values: Mapping[str, Any]) -> None:
    """Raise InputError if a new state may not follow the previous one. before: None for a new row."""
    for field, value in values.items():
        table = TRANSITIONS.get((type(row), field))
        if table is None:
            continue
        if before is None:
            table.demand_initial(value, field)
        else:
            table.demand(before[field], value, field)
