"""The case overview: everything that a lender needs to know about a case, as one document.

The page, its PDF and Excel files and the API read it; ``docs/schemas/case-overview.schema.json`` describes its JSON.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal

from zhirong.chain.appraisal_practice.records import AppraisalGrade
from zhirong.chain.contract.states import DocumentState
from zhirong.chain.credit.team import State as TeamState
from zhirong.chain.financing.approval import ApprovalVerdict
from zhirong.chain.financing.case import CaseState
from zhirong.chain.financing.diligence import CheckState, DiligenceVerdict
from zhirong.chain.guarantee.states import GuaranteeState
from zhirong.chain.indicators.document import IndicatorPart
from zhirong.chain.pledge.records import Pledgeable
from zhirong.chain.quote.document import ModePart, QuoteDocument
from zhirong.chain.right.records import LegalStatus
from zhirong.kernel.document import Number, Part, Yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

SCHEMA: Final = "zhirong.case_overview/1"


class Severity(StrEnum):
    """The severity of a red flag. SERIOUS: it prevents the loan or nearly does."""

    SERIOUS = "serious"
    NOTABLE = "notable"


class Stage(StrEnum):
    """The position of a state of the successful case relative to the current one."""

    PASSED = "passed"
    CURRENT = "current"
    UPCOMING = "upcoming"


class AppraisalValidity(StrEnum):
    """Whether a value can be used today. OPEN: the appraisal is not done yet."""

    OPEN = "open"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ApplicationPart(Part):
    """The application, its lender, and the state of the case. due_on: time limit of the current step."""

    id: int
    number: str
    firm: str
    lender: str
    state: CaseState
    state_text: Text
    mode: str
    mode_text: Text
    amount: Yuan
    term_months: int
    proposed_amount: Yuan | None
    approved_amount: Yuan | None
    submitted_on: date | None
    due_on: date | None
    is_late: bool
    officer: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MissingPart(Part):
    """An obstacle to submitting the case for approval. field: the item concerned, such as ``check.NAME``."""

    field: str
    code: str
    value: str
    reason: Text
    hint: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseFlagPart(Part):
    """A red flag."""

    severity: Severity
    title: Text
    text: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StagePart(Part):
    """A state on the way of a successful case."""

    state: CaseState
    title: Text
    stage: Stage


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseStepPart(Part):
    """One step of the case: its days so far and its cost."""

    state: CaseState
    title: Text
    began_at: datetime
    ended_at: datetime | None
    due_on: date | None
    days: int
    cost: Yuan
    is_late: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StepsPart(Part):
    """Every step with its days and cost, and the totals. days: until disbursement; the term of the loan is not
    counted.
    """

    rows: tuple[CaseStepPart, ...]
    days: int
    cost: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ObstaclePart(Part):
    """A reason why something is not possible or not certain yet, and how to settle it."""

    reason: Text
    hint: Text | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseRightPart(Part):
    """A right of the case: its data on file, in the quote and in the register of pledges.

    pledgeable, kind_text, role_text: from the quote; None before it is calculated. registration: of a pledge in
    force. status: None if it is not known.
    """

    id: int
    title: str
    number: str
    kind_text: Text | None
    role_text: Text | None
    status: LegalStatus | None
    status_text: Text
    flags: tuple[Text, ...]
    checked_on: date
    ends_on: date | None
    next_fee_on: date | None
    registration: int | None
    pledgeable: Pledgeable | None
    obstacles: tuple[ObstaclePart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseAppraisalPart(Part):
    """An appraisal for the case, with its interval."""

    id: int
    grade: AppraisalGrade
    grade_text: Text
    valuation_date: date
    valid_until: date | None
    validity: AppraisalValidity
    validity_text: Text
    p10: Yuan | None
    p50: Yuan | None
    p90: Yuan | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TeamMarkPart(Part):
    """The points of 1 to 5 that a rater gave, and the evidence."""

    points: int
    evidence: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TeamMarksPart(Part):
    """One item of the assessment, with the marks in the order of the raters."""

    title: Text
    disputed: bool
    marks: tuple[TeamMarkPart | None, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TeamOverviewPart(Part):
    """The assessment of the management team. is_usable: a pledge rate may rely on it. sheets: how many were submitted.

    has_rated: the reader submitted one. score, grade_text, raters and items: hidden while they could influence the
    reader's own assessment.
    """

    score: Number | None
    grade_text: Text | None
    agreement: Number | None
    state: TeamState
    state_text: Text
    is_usable: bool
    sheets: int
    has_rated: bool
    is_shown: bool
    raters: tuple[str, ...]
    items: tuple[TeamMarksPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RightIndicatorsPart(Part):
    """The indicators of a right, under its title."""

    title: str
    indicators: IndicatorPart


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseQuotePart(Part):
    """The quote under the chosen mode. is_reviewed: the lender calculated it; before, it is that of the submission.

    drawn_on_annex: the amount that may be drawn without evidence of use, at most the limit. open: to be settled
    before disbursement.
    """

    document: QuoteDocument
    is_reviewed: bool
    drawn_on_annex: Yuan
    indicators: tuple[RightIndicatorsPart, ...]
    open: tuple[ObstaclePart, ...]

    @property
    def offer(self) -> ModePart:
        """Return the quote under the chosen mode."""
        return self.document.modes[0]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LenderLimitPart(Part):
    """A limit of the lender and its use with the case. per_mille: of the limit, at most 1000."""

    code: str
    title: Text
    after: Yuan
    most: Yuan
    per_mille: int
    is_broken: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FilePart(Part):
    """A file of the case."""

    id: int
    name: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CheckPart(Part):
    """One item of the due-diligence checklist. verdict: None while it is open."""

    id: int
    item: str
    title: Text
    how: Text
    reference: Reference
    state: CheckState
    state_text: Text
    verdict: DiligenceVerdict | None
    verdict_text: Text | None
    finding: str
    file: FilePart | None
    cost: Yuan
    by: str
    done_on: date | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseGuaranteePart(Part):
    """A guarantee requested for the case. share: of the loss. exposure: the guarantor's liability."""

    id: int
    guarantor: str
    state: GuaranteeState
    state_text: Text
    share: Number
    exposure: Yuan
    fee: Yuan
    counter_guarantee: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ApprovalPart(Part):
    """The decision of one person. rules: their version at the time."""

    round: int
    by: str
    role_text: Text | None
    decision: ApprovalVerdict
    decision_text: Text
    at: datetime
    amount: Yuan | None
    opinion: str
    rules: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QuestionPart(Part):
    """A question, an objection or a note."""

    kind: str
    sender: str
    at: datetime
    text: str
    answer: str
    is_answered: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseDocumentPart(Part):
    """A document of the case that the reader may see."""

    id: int
    title: Text
    number: str
    state: DocumentState
    state_text: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseLoanPart(Part):
    """The loan of the case."""

    id: int
    number: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExemptionPart(Part):
    """The due-diligence exemption file: the number of its events, and the decision."""

    file: int
    on: date
    events: int
    outcome: str | None
    outcome_text: Text | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CaseOverview(Part):
    """A case as one of its readers sees it on a day: the application, the quote, and everything done for it."""

    schema: Literal["zhirong.case_overview/1"]
    as_of: date
    case: ApplicationPart
    waits_for: Text | None
    missing: tuple[MissingPart, ...]
    flags: tuple[CaseFlagPart, ...]
    progress: tuple[StagePart, ...]
    steps: StepsPart
    rights: tuple[CaseRightPart, ...]
    appraisals: tuple[CaseAppraisalPart, ...]
    quote: CaseQuotePart | None
    limits: tuple[LenderLimitPart, ...]
    team: TeamOverviewPart | None
    checks: tuple[CheckPart, ...]
    check_cost: Yuan
    guarantees: tuple[CaseGuaranteePart, ...]
    approvals: tuple[ApprovalPart, ...]
    questions: tuple[QuestionPart, ...]
    documents: tuple[CaseDocumentPart, ...]
    files: tuple[FilePart, ...]
    loan: CaseLoanPart | None
    exemption: ExemptionPart | None
