"""An appraisal report as a typed document: the source of the Word and PDF files, and the data that both contain.

``row`` is the number of a figure's row in the working papers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from zhirong.chain.appraisal.document import DistributionPart, LifePart, SwingPart
from zhirong.chain.appraisal.request import Purpose
from zhirong.chain.appraisal_practice.records import AppraisalGrade, ValueType
from zhirong.kernel.document import Number, Part, Yuan
from zhirong.kernel.explain import Explanation
from zhirong.kernel.provenance import EvidenceGrade
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportPartTitle(Part):
    """One part of a report, and its title."""

    code: str
    title: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecordAssumption(Part):
    """One figure behind a value. name: stable, such as ``royalty.rate``."""

    name: str
    label: Text
    low: Number
    mode: Number
    high: Number
    kind: str
    grade: EvidenceGrade
    source: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecordSignature(Part):
    """The signature of a formal report. appraisers: ids."""

    agency: str
    appraisers: tuple[str, ...]
    signed_on: date
    independent: bool
    preset_value: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RecordPart(Part):
    """A value of rights with its interval, as of a day, for a purpose; see ``records.ValueRecord``."""

    id: str
    grade: AppraisalGrade
    rights: tuple[str, ...]
    purpose: Purpose
    value_type: ValueType
    valuation_date: date
    issued_on: date
    valid_until: date
    value: Yuan
    low: Yuan
    high: Yuan
    methods: tuple[str, ...]
    assumptions: tuple[RecordAssumption, ...]
    fee: Yuan
    client: str
    withdrawn_on: date | None
    signature: RecordSignature | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportParties(Part):
    """The names in a report."""

    client: str
    users: tuple[str, ...]
    agency: str
    appraisers: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportRight(Part):
    """One appraised right on the day of the report."""

    id: str
    kind: Text
    title: str
    number: str
    holders: tuple[str, ...]
    status: Text | None
    life_end: date | None
    years_left: Number | None
    flags: tuple[Text, ...]
    row: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportValue(DistributionPart):
    """The value, and the rows of its percentiles, its mean and its interval by their names."""

    row: int
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportInput(Part):
    """One input of a method. shown: low, most likely and high as written in the report."""

    label: Text
    shown: str
    grade: Text
    source: str
    row: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportMethod(Part):
    """The value by one method, with its formula and its inputs."""

    id: str
    method: str
    title: Text
    approach: Text
    weight: Number
    p10: Yuan
    p50: Yuan
    p90: Yuan
    row: int
    formula: Text | None
    inputs: tuple[ReportInput, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportLife(LifePart):
    """The years in which the rights can still earn."""

    row: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportFactor(Part):
    """One share that is deducted from the low value."""

    label: Text
    value: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportLending(Part):
    """The amount that a lender may count on from a sale of the rights if the loan fails."""

    row: int
    lending_value: Yuan
    low_value: Yuan
    quantile: int
    sale_day: date
    factors: tuple[ReportFactor, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportSimulation(Part):
    """The parameters of the simulation."""

    paths: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ReportDocument(Part):
    """The complete report. state: of its record on the day of issue. references: each rule behind it, once."""

    schema: str
    parts: tuple[ReportPartTitle, ...]
    parts_reference: Reference
    record: RecordPart
    grade_text: Text
    purpose_text: Text
    value_type_text: Text
    state: str
    parties: ReportParties
    rights: tuple[ReportRight, ...]
    value: ReportValue
    methods: tuple[ReportMethod, ...]
    tornado: tuple[SwingPart, ...]
    life: ReportLife
    lending: ReportLending | None
    special_matters: tuple[Text, ...]
    simulation: ReportSimulation
    rules_version: str
    references: tuple[Reference, ...]
    working: tuple[Explanation, ...]
