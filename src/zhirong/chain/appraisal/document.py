"""An appraisal as a document: the value as a distribution, its methods and its main inputs, or the reason why there
is no value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from zhirong.chain.appraisal.method import Approach
from zhirong.chain.appraisal.records import (
    Appraisal,
    LendingValue,
    MethodResult,
    NoValue,
    RemainingLife,
    TornadoBar,
)
from zhirong.chain.appraisal.request import Purpose, Redeployability
from zhirong.chain.appraisal.simulation import Distribution
from zhirong.chain.appraisal.uncertain import Kind
from zhirong.kernel.document import Number, Part, Yuan, from_json
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import yuan
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DistributionPart(Part):
    """A simulated value: percentiles, mean and standard deviation, the standard error of each, and the number of
    paths.
    """

    p5: Yuan
    p10: Yuan
    p50: Yuan
    p90: Yuan
    p95: Yuan
    mean: Yuan
    standard_deviation: Yuan
    simulation_error: Mapping[str, Yuan]
    paths: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FigurePart(Part):
    """One stated figure: low, most likely and high, and the grade of the evidence."""

    label: Text
    low: str
    mode: str
    high: str
    kind: Kind
    grade: EvidenceGrade
    source: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InputPart(Part):
    """One source of uncertainty of a method, with the figures that move together."""

    input: str
    label: Text
    figures: tuple[FigurePart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MethodPart(Part):
    """The value by one method, and its weight in the reconciled value."""

    id: str
    method: str
    approach: Approach
    title: Text
    weight: Number
    value: DistributionPart
    inputs: tuple[InputPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LifePart(Part):
    """Years in which the rights can still earn; None if an end is unknown."""

    legal: Number | None
    contract: Number | None
    economic: Number | None
    decisive_right: str | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SwingPart(Part):
    """The effect of one input alone on the median, at its own P10 and P90."""

    input: str
    label: Text
    input_p10: str
    input_p90: str
    p50_at_p10: Yuan
    p50_at_p90: Yuan
    swing: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CorrelationPart(Part):
    """Two inputs that move together, and their rank correlation."""

    between: tuple[str, str]
    rho: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlarmPart(Part):
    """A warning that a reader of the value must know before using it."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LendingFactorPart(Part):
    """One share that is deducted from the low value, and its rules."""

    factor: str
    label: Text
    value: Number
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LendingPart(Part):
    """The amount that a lender may count on from a sale of the rights if the loan fails."""

    lending_value: Yuan
    low_value: Yuan
    quantile: int
    factors: tuple[LendingFactorPart, ...]
    sale_day: date
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NoValuePart(Part):
    """The reason why no value can be given, and how to fix it. Never a value of zero."""

    status: Literal["no_value"]
    code: str
    reason: Text
    hint: Text
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AppraisalDocument(Part):
    """The value of rights for a purpose on a day: a distribution with its methods and its main inputs.

    rules_as_of: the day the rules were taken from. stale: the valuation date is older than the rule allows.
    """

    status: Literal["valued"]
    purpose: Purpose
    valuation_date: date
    rules_as_of: date
    rights: tuple[str, ...]
    value: DistributionPart
    methods: tuple[MethodPart, ...]
    life: LifePart
    tornado: tuple[SwingPart, ...]
    correlations: tuple[CorrelationPart, ...]
    redeployability: Redeployability | None
    seed: int
    stale: bool
    alarms: tuple[AlarmPart, ...]
    explanation: Explanation


def appraisal_document(found: Appraisal) -> AppraisalDocument:
    """Return a value as a document."""
    request = found.request
    return AppraisalDocument(
        status="valued",
        purpose=request.purpose,
        valuation_date=request.valuation_date,
        rules_as_of=found.day,
        rights=tuple(request.rights),
        value=distribution_part(found.value),
        methods=tuple(_method(result) for result in found.results),
        life=life_part(found.life),
        tornado=tuple(swing_part(bar) for bar in found.tornado),
        correlations=correlation_parts(found),
        redeployability=request.redeployability,
        seed=request.seed,
        stale=found.stale,
        alarms=tuple(AlarmPart(alarm.code, alarm.text) for alarm in found.alarms),
        explanation=found.explanation,
    )


def read_kept(data: Mapping[str, Any]) -> AppraisalDocument:
    """Return a stored value as a document; the first versions stored it without its status. Raises ValueError."""
    return from_json(AppraisalDocument, {**data, "status": "valued"})


def _method(result: MethodResult) -> MethodPart:
    return MethodPart(
        id=result.id,
        method=result.method,
        approach=result.approach,
        title=result.title,
        weight=plain(result.weight),
        value=distribution_part(result.value),
        inputs=input_parts(result),
    )


def swing_part(bar: TornadoBar) -> SwingPart:
    """Return the effect of one input on the median."""
    return SwingPart(
        input=bar.input,
        label=bar.label,
        input_p10=f"{bar.input_low:.6g}",
        input_p90=f"{bar.input_high:.6g}",
        p50_at_p10=yuan(bar.p50_low),
        p50_at_p90=yuan(bar.p50_high),
        swing=yuan(bar.swing),
    )


def no_value_part(found: NoValue) -> NoValuePart:
    """Return why there is no value."""
    return NoValuePart("no_value", found.code, found.reason, found.hint, found.explanation)


def distribution_part(value: Distribution) -> DistributionPart:
    """Return a distribution with its amounts in yuan."""
    return DistributionPart(
        **{f"p{percent}": yuan(amount) for percent, amount in value.percentiles.items()},
        mean=yuan(value.mean),
        standard_deviation=yuan(value.standard_deviation),
        simulation_error={
            **{f"p{percent}": yuan(amount) for percent, amount in value.errors.items()},
            "mean": yuan(value.mean_error),
        },
        paths=len(value.paths),
    )


def input_parts(result: MethodResult) -> tuple[InputPart, ...]:
    """Return the inputs of a method with their figures as stated."""
    return tuple(
        InputPart(
            f"{result.id}.{driver.name}",
            driver.label,
            tuple(
                FigurePart(
                    label=label,
                    low=plain(figure.low),
                    mode=plain(figure.mode),
                    high=plain(figure.high),
                    kind=figure.kind,
                    grade=figure.grade,
                    source=figure.source,
                )
                for label, figure in driver.figures
            ),
        )
        for driver in result.drivers
    )


def life_part(life: RemainingLife) -> LifePart:
    """Return the remaining life in years with two decimals."""
    legal, contract, economic = (
        None if years is None else f"{years:.2f}" for years in (life.legal, life.contract, life.economic)
    )
    return LifePart(legal, contract, economic, life.decisive)


def correlation_parts(appraisal: Appraisal) -> tuple[CorrelationPart, ...]:
    """Return the requested correlations."""
    return tuple(
        CorrelationPart((pair.one, pair.other), f"{pair.rho:g}") for pair in appraisal.request.correlations
    )


def lending_part(lending: LendingValue) -> LendingPart:
    """Return a lending value with its factors in order."""
    return LendingPart(
        lending_value=yuan(lending.fen),
        low_value=yuan(lending.low_value),
        quantile=lending.quantile,
        factors=tuple(
            LendingFactorPart(one.name, one.label, plain(one.value), tuple(rule.reference for rule in one.rules))
            for one in lending.factors
        ),
        sale_day=lending.sale_day,
        explanation=lending.explanation,
    )
