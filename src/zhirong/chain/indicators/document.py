"""The score of a right as a part of documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from zhirong.chain.indicators.score import IndicatorScore, Screening
from zhirong.kernel.document import Number, Part
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.provenance import Provenance
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IndicatorItemPart(Part):
    """One third-level indicator of one right; a missing one counts as the worst."""

    code: str
    title: Text
    value: str | None
    computed: bool
    points: int
    highest: int
    weight: Number
    missing: bool
    provenance: Provenance | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IndicatorPart(Part):
    """The score of one right, and the result of the screening. It ranks; it is not an amount of money.

    first, second: scores by code of the first and second level.
    """

    right: str
    system: str
    purpose: str
    score: Number
    highest: Number
    coverage: Number
    first: Mapping[str, Number]
    second: Mapping[str, Number]
    items: tuple[IndicatorItemPart, ...]
    missing: tuple[str, ...]
    explanation: Explanation
    screening: Screening


def indicator_part(found: IndicatorScore, screening: Screening) -> IndicatorPart:
    """Return the score with every indicator."""
    return IndicatorPart(
        right=found.right_id,
        system=found.system_id,
        purpose=found.purpose,
        score=plain(found.score),
        highest=plain(found.highest),
        coverage=plain(found.coverage),
        first={code: plain(score) for code, score in found.first.items()},
        second={code: plain(score) for code, score in found.second.items()},
        items=tuple(
            IndicatorItemPart(
                code=one.indicator.code,
                title=one.indicator.title,
                value=plain(one.value) if isinstance(one.value, Decimal) else one.value,
                computed=one.indicator.is_computed,
                points=one.points,
                highest=one.indicator.highest,
                weight=plain(one.weight),
                missing=one.is_missing,
                provenance=one.provenance,
            )
            for one in found.items
        ),
        missing=found.missing,
        explanation=found.explanation,
        screening=screening,
    )
