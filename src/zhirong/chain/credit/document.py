"""Credit file, weight of evidence, team and override as parts of documents."""

from dataclasses import dataclass
from datetime import date

from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.credit.assessment import State as ItemState
from zhirong.chain.credit.override import Override
from zhirong.chain.credit.override import State as OverrideState
from zhirong.chain.credit.team import STATE_TEXT, TeamAssessment
from zhirong.chain.credit.team import State as TeamState
from zhirong.chain.credit.weight_of_evidence import EvidenceScore
from zhirong.kernel.document import Number, Part
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import quantise_rate
from zhirong.kernel.provenance import Provenance
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreditItemPart(Part):
    """One line of the scorecard: the value in the file, the points of the maximum, and the source."""

    item: str
    title: Text
    section: str
    value: Text
    points: int
    highest: int
    state: ItemState
    provenance: Provenance | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlagPart(Part):
    """A finding of the credit file that no points compensate; a gate declines the firm."""

    code: str
    text: Text
    is_gate: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CreditPart(Part):
    """The assessment of the credit file: points, grade and probability of default (PD)."""

    points: int
    highest: int
    grade: str
    default_probability: Number
    default_probability_reference: Reference
    items: tuple[CreditItemPart, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    flags: tuple[FlagPart, ...]
    unchecked: tuple[str, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EvidenceItemPart(Part):
    """One factor of the weight of evidence: its band, its points, and the points lost to the best band."""

    item: str
    title: Text
    value: Text
    band: str
    woe: Number
    points: int
    lost: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EvidencePart(Part):
    """The score by weight of evidence; reasons are the items that lost most points, the worst first."""

    points: int
    default_probability: Number
    calibrated: bool
    basis: Text
    items: tuple[EvidenceItemPart, ...]
    reasons: tuple[str, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarkPart(Part):
    """One rater's points for one item, with the evidence."""

    points: int
    evidence: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TeamItemPart(Part):
    """One item of the team's assessment: the marks in the order of the raters and the resulting points."""

    item: str
    title: Text
    weight: Number
    points: Number
    marks: tuple[MarkPart | None, ...]
    disputed: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TeamPart(Part):
    """The assessment of the management team; agreement is the weighted kappa of the first two raters."""

    score: Number
    grade: str
    grade_text: Text
    agreement: Number | None
    state: TeamState
    state_text: Text
    usable: bool
    items: tuple[TeamItemPart, ...]
    missing: tuple[str, ...]
    raters: tuple[str, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OverridePart(Part):
    """An override of a credit grade by two people, and whether it is in force on the day of the case."""

    from_grade: str
    to_grade: str
    reason: str
    words: str
    proposed_by: str
    approved_by: str
    made_on: date
    expires: date
    state: OverrideState


def credit_part(found: CreditAssessment) -> CreditPart:
    """Return the assessment with every item of the scorecard."""
    return CreditPart(
        points=found.points,
        highest=found.highest,
        grade=found.grade,
        default_probability=plain(found.default_probability.number()),
        default_probability_reference=found.default_probability.reference,
        items=tuple(
            CreditItemPart(
                item=one.name,
                title=one.title,
                section=one.section,
                value=one.shown,
                points=one.points,
                highest=one.highest,
                state=one.state,
                provenance=one.provenance,
            )
            for one in found.items
        ),
        missing=found.missing,
        stale=found.stale,
        flags=tuple(FlagPart(one.code, one.text, one.is_gate) for one in found.flags),
        unchecked=found.unchecked,
        explanation=found.explanation,
    )


def evidence_part(found: EvidenceScore) -> EvidencePart:
    """Return the score with every factor."""
    return EvidencePart(
        points=found.points,
        default_probability=plain(found.default_probability),
        calibrated=found.is_calibrated,
        basis=found.basis,
        items=tuple(
            EvidenceItemPart(
                item=one.name,
                title=one.title,
                value=one.shown,
                band=one.key,
                woe=plain(one.woe),
                points=one.points,
                lost=one.lost,
            )
            for one in found.items
        ),
        reasons=tuple(one.name for one in found.reasons),
        explanation=found.explanation,
    )


def team_part(found: TeamAssessment) -> TeamPart:
    """Return the assessment with every item and mark."""
    return TeamPart(
        score=plain(found.score),
        grade=found.grade,
        grade_text=found.grade_text,
        agreement=None if found.agreement is None else plain(found.agreement),
        state=found.state,
        state_text=STATE_TEXT[found.state],
        usable=found.usable,
        items=tuple(
            TeamItemPart(
                item=one.item.code,
                title=one.item.title,
                weight=plain(one.item.weight),
                points=plain(quantise_rate(one.points, 2)),
                marks=tuple(None if mark is None else MarkPart(mark.points, mark.evidence) for mark in one.marks),
                disputed=one.disputed,
            )
            for one in found.items
        ),
        missing=found.missing,
        raters=found.raters,
        explanation=found.explanation,
    )


def override_part(found: Override, day: date) -> OverridePart:
    """Return an override with its state on ``day``."""
    return OverridePart(
        from_grade=found.from_grade,
        to_grade=found.to_grade,
        reason=found.reason,
        words=found.words,
        proposed_by=found.proposed_by,
        approved_by=found.approved_by,
        made_on=found.made_on,
        expires=found.expires,
        state=found.state(day),
    )
