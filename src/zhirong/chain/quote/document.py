"""The quote as a document, read by screen, PDF, Excel, pages, charts and programs.

docs/schemas/quote.schema.json describes its JSON and is generated from these classes. ``view`` makes a document of
a quote; ``kept`` reads a stored one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from zhirong.chain.appraisal.document import (
    CorrelationPart,
    DistributionPart,
    InputPart,
    LendingPart,
    LifePart,
    NoValuePart,
)
from zhirong.chain.appraisal.method import Approach
from zhirong.chain.appraisal.request import Purpose, Redeployability
from zhirong.chain.credit.document import CreditPart, EvidencePart, OverridePart, TeamPart
from zhirong.chain.indicators.document import IndicatorPart
from zhirong.chain.limit.need import Route
from zhirong.chain.loan.rows import RowKind
from zhirong.chain.loan.terms import Method
from zhirong.chain.mode.vocabulary import ChargeKind
from zhirong.chain.pledge.records import GroundVerdict, Pledgeable
from zhirong.chain.quote.optional_inputs import Payer, TitleFinding
from zhirong.chain.quote.records import FlowKind, GateScope, GateVerdict, LimitDecision
from zhirong.chain.right.kinds import RightKind
from zhirong.chain.right.records import LegalStatus, Role
from zhirong.kernel.document import LEFT_OUT, Number, Part, Yuan
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

Schema = Literal["zhirong.quote/3"]
SCHEMA: Schema = "zhirong.quote/3"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FirmPart(Part):
    """The firm, and its unified social credit code."""

    name: str
    code: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RequestPart(Part):
    """The firm's request."""

    amount: Yuan
    term_months: int
    purpose: Text
    method: Method


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CasePart(Part):
    """The case: its date, the firm, and its sources."""

    id: str
    title: Text
    as_of: date
    region: str
    region_text: Text
    firm: FirmPart
    request: RequestPart
    sources: tuple[str, ...]
    assumed: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FindingPart(Part):
    """One refusal ground, examined. number is its number in the rule, 0 where the kind of right has no rules here."""

    number: int
    verdict: GroundVerdict
    title: Text
    reason: Text
    hint: Text | None
    reference: Reference | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RightPart(Part):
    """One right: its status, its life, and whether it can be pledged."""

    id: str
    kind: RightKind
    kind_text: Text
    title: str
    number: str
    holders: tuple[str, ...]
    status: LegalStatus | None
    status_text: Text
    status_conflicts: tuple[Text, ...]
    flags: tuple[Text, ...]
    role: Role
    role_text: Text
    life_end: date | None
    remaining_years: Number | None
    life_explanation: Explanation
    pledgeable: Pledgeable
    findings: tuple[FindingPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValuePart(Part):
    """The appraised value: percentiles as published, mean and standard deviation."""

    p5: Yuan
    p10: Yuan
    p50: Yuan
    p90: Yuan
    p95: Yuan
    mean: Yuan
    standard_deviation: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QuotedMethodPart(Part):
    """The value by one method, its weight, and its percentiles."""

    code: str
    id: str
    method: str
    approach: Approach
    title: Text
    weight: Number
    value: DistributionPart
    inputs: tuple[InputPart, ...]
    p10: Yuan
    p50: Yuan
    p90: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TornadoPart(Part):
    """The median of the value with one input at its low and at its high end."""

    code: str
    input: Text
    low: Yuan
    high: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValuedPart(Part):
    """The value of the rights, its derivation, and its worth to a lender."""

    status: Literal["valued"]
    purpose: Purpose
    valuation_date: date
    rules_as_of: date
    rights: tuple[str, ...]
    value: ValuePart
    methods: tuple[QuotedMethodPart, ...]
    life: LifePart
    tornado: tuple[TornadoPart, ...]
    correlations: tuple[CorrelationPart, ...]
    redeployability: Redeployability | None
    seed: int
    stale: bool
    alarms: tuple[Text, ...]
    explanation: Explanation
    simulation_error: Mapping[str, Yuan]
    lending_value: Yuan | None
    lending: LendingPart | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RoyaltyPart(Part):
    """The position that the scores indicate in a stated range of royalty rates. It changes no value."""

    method: str
    rate: Number
    position: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TitlePart(Part):
    """The title investigation; done_on and finding are null while it is in progress."""

    law_firm: str
    commissioned_on: date
    cost: Yuan
    paid_by: Payer
    rights: tuple[str, ...]
    done_on: date | None
    finding: TitleFinding | None
    words: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OnePlusOnePart(Part):
    """The two sides of 1 + 1 as far as they are stated, the title investigation and the override of the grade."""

    complete: bool
    team: TeamPart | None
    indicators: tuple[IndicatorPart, ...]
    royalty: tuple[RoyaltyPart, ...]
    kinds_left_out: Text | None
    title_investigation: TitlePart | None
    override: OverridePart | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SubstitutePart(Part):
    """An input that the case does not state, and its substitute."""

    code: str
    missing: Text
    used: Text
    hint: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GatePart(Part):
    """One eligibility check; scope is the part that a failure removes."""

    code: str
    verdict: GateVerdict
    passed: bool
    title: Text
    scope: GateScope
    reason: Text
    hint: Text | None
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PledgeLimitPart(Part):
    """One limit of the recognised pledge value, as a share of the appraised value and as an amount."""

    code: str
    title: Text
    rate: Number
    amount: Yuan
    binding: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PledgedRightPart(Part):
    """The value of one right alone, the amount that it adds, and the reason for its omission."""

    right: str
    title: str
    alone: Yuan
    adds: Yuan
    left_out: Text | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ChangePart(Part):
    """A change that raises a limit: the input, its present value, the value it must reach, and the limit then."""

    code: str
    title: Text
    now: Text
    needed: Text
    to: Number | None
    reaches: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PledgePart(Part):
    """The recognised pledge value, its binding limit, and the amount that each right adds."""

    value: Yuan
    pledge_rate: Number | None
    binding: str
    limits: tuple[PledgeLimitPart, ...]
    rights: tuple[PledgedRightPart, ...]
    changes: tuple[ChangePart, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CapPart(Part):
    """One cap of a credit limit, with its formula."""

    code: str
    title: Text
    amount: Yuan
    formula: Text
    binding: bool
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DrawingPart(Part):
    """A condition on drawing the loan."""

    code: str
    text: Text
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnnexPart(Part):
    """The working-capital need by the annex of the measures; null if it could not be calculated.

    missing: the figures it lacks. route: what decides the need. A quote stored by the first version has none of it.
    """

    amount: Yuan | None
    missing: tuple[str, ...]
    working_capital: Yuan | None
    own_funds: Yuan | None
    loans_that_stay: Yuan | None
    other_channels: Yuan | None
    cycle_days: Number | None
    contracts: Yuan | None
    small_firm: Yuan | None
    route: Route | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HeadlinePart(Part):
    """The result: the amount, the mode, the binding limit, and the limit if the lender bears the loss alone."""

    decision: LimitDecision
    amount: Yuan
    mode: str | None
    binding: str
    binding_title: Text
    conditional: bool
    uncovered: Yuan
    cover_adds: Yuan
    pledge_adds: Yuan | None
    caps: tuple[CapPart, ...]
    changes: tuple[ChangePart, ...]
    conditions: tuple[DrawingPart, ...]
    annex: AnnexPart
    drawn_on_annex: Yuan
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeConditionPart(Part):
    """One condition of a mode, tried on the firm."""

    code: str
    verdict: Pledgeable
    reason: Text
    hint: Text | None
    reference: Reference


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeLimitPart(Part):
    """The credit limit under one mode; cover_adds is the increase from sharing the loss."""

    amount: Yuan
    binding: str
    binding_title: Text
    caps: tuple[CapPart, ...]
    without_pledge: Yuan | None
    pledge_adds: Yuan | None
    cover_adds: Yuan
    changes: tuple[ChangePart, ...]
    conditions: tuple[DrawingPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LenderPricePart(Part):
    """Costs and earnings of the lender, as rates on the loan."""

    cost: Number
    funding: Number
    running: Number
    expected_loss: Number
    risk_weight: Number
    capital: Number
    vat: Number
    raroc: Number
    hurdle: Number
    below_cost: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GuarantorPricePart(Part):
    """Earnings of one guarantor on its part, and their cost."""

    party: str
    party_text: Text
    part: Yuan
    fee: Yuan
    passed_on: Yuan
    expected_loss: Yuan
    running: Yuan
    net: Yuan
    on_capital: Number | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PublicPricePart(Part):
    """The expected payment of one bearer of public or pooled money."""

    party: str
    party_text: Text
    expected_payout: Yuan
    per_additional_yuan: Number | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PricePart(Part):
    """The price of the loan. lender, guarantors, public: omitted for a reader whom they do not concern."""

    offered: Number
    all_in: Number
    market: Number
    lender: LenderPricePart | None = field(default=None, metadata=LEFT_OUT)
    guarantors: tuple[GuarantorPricePart, ...] | None = field(default=None, metadata=LEFT_OUT)
    public: tuple[PublicPricePart, ...] | None = field(default=None, metadata=LEFT_OUT)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LoanPart(Part):
    """The loan under one mode; nothing is lent where the amount is zero."""

    amount: Yuan
    limited_by: str
    term_months: int
    annual_rate: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SchedulePart(Part):
    """One row of the schedule; provisional if the working days of that year are not announced yet."""

    number: int
    written: date
    due: date
    opening: Yuan
    principal: Yuan
    interest: Yuan
    total: Yuan
    closing: Yuan
    rate: Number
    provisional: bool
    kind: RowKind
    drawn: Yuan
    capitalised: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CostPart(Part):
    """One payment other than principal, with payer and payee."""

    code: str
    title: Text
    kind: ChargeKind
    payer: Text
    payee: Text
    amount: Yuan
    day: date
    explanation: Explanation
    payer_role: str
    payee_role: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FlowPart(Part):
    """One payment from the firm's view: receipts positive, payments negative."""

    day: date
    amount: Yuan
    title: Text
    kind: FlowKind


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TotalsPart(Part):
    """Payments and receipts of the firm over the loan, by kind."""

    interest: Yuan
    fees: Yuan
    premiums: Yuan
    subsidies: Yuan


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SharePart(Part):
    """One party's part of a loss; the shares of a loss sum to 1."""

    party: str
    party_text: Text
    amount: Yuan
    share: Number


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StepPart(Part):
    """One step on the way to the loan."""

    title: Text
    party: str
    party_text: Text
    days: int
    assumed: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProcessPart(Part):
    """Duration and cost of the way to the loan; null if the mode's source states no steps."""

    parties: int | None
    days: int | None
    cost: Yuan
    assumed: bool
    steps: tuple[StepPart, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NeedPart(Part):
    """A missing item, and the party that has to provide it."""

    party: str
    party_text: Text
    what: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AssumptionPart(Part):
    """A point that a mode's source leaves open, and the assumption made."""

    place: str
    words: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModePart(Part):
    """The case under one financing mode: whether the firm qualifies, the amount, the cost, and the share of each
    party in the loss.

    full_loss: if the whole principal is lost. at_default: if the firm defaults at once. expected_loss: over the
    loan.
    """

    id: str
    title: Text
    eligible: Pledgeable
    offered_here: bool
    conditions: tuple[ModeConditionPart, ...]
    credit_limit: ModeLimitPart
    price: PricePart | None
    loan: LoanPart
    schedule: tuple[SchedulePart, ...]
    costs: tuple[CostPart, ...]
    cash_flows: tuple[FlowPart, ...]
    effective_annual_cost: Number | None
    cost_before_subsidy: Number | None
    totals: TotalsPart
    full_loss: tuple[SharePart, ...]
    at_default: tuple[SharePart, ...]
    expected_loss: tuple[SharePart, ...]
    default_chance: Number
    process: ProcessPart
    needed: tuple[NeedPart, ...]
    assumptions: tuple[AssumptionPart, ...]
    source: Reference
    explanation: Explanation


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModeNamePart(Part):
    """A mode of another place or time."""

    id: str
    title: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackIssuerPart(Part):
    """The issuer of a policy pack."""

    kind: str
    name: Text


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackScopePart(Part):
    """The scope of a policy pack; empty means everywhere and for every lender."""

    region: str
    lender: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PackPart(Part):
    """A policy pack used for the quote; the digest identifies its content exactly."""

    id: str
    title: Text
    version: str
    issuer: PackIssuerPart
    scope: PackScopePart
    valid_from: date
    digest: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class QuoteDocument(Part):
    """The complete answer to a case.

    doubts: rules that decided something and that no source confirms. rules_version: fingerprint of all rules.
    elsewhere: modes of other places and times, by name. packs: policy packs used.
    """

    schema: Schema
    case: CasePart
    rights: tuple[RightPart, ...]
    appraisal: ValuedPart | NoValuePart
    credit: CreditPart
    weight_of_evidence: EvidencePart
    one_plus_one: OnePlusOnePart
    substitutes: tuple[SubstitutePart, ...]
    gates: tuple[GatePart, ...]
    pledge: PledgePart
    credit_limit: HeadlinePart
    modes: tuple[ModePart, ...]
    doubts: tuple[Reference, ...]
    rules_version: str
    seed: int | None
    paths: int | None
    elsewhere: tuple[ModeNamePart, ...] | None = field(default=None, metadata=LEFT_OUT)
    packs: tuple[PackPart, ...] | None = field(default=None, metadata=LEFT_OUT)

    @property
    def value(self) -> ValuePart | None:
        """Return the appraised value; None if there is none."""
        return self.appraisal.value if isinstance(self.appraisal, ValuedPart) else None
