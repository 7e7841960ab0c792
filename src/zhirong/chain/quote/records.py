"""The case as input, and the answer to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.appraisal.request import AppraisalRequest
from zhirong.chain.credit.assessment import CreditAssessment
from zhirong.chain.credit.file import CreditFile
from zhirong.chain.credit.weight_of_evidence import EvidenceScore
from zhirong.chain.limit.limit import ModeLimit
from zhirong.chain.limit.reading import StatedForLimit
from zhirong.chain.limit.wording import LimitCap, LimitChange
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.schedule import Schedule
from zhirong.chain.loan.terms import Method
from zhirong.chain.mode.charges import ModeCharge
from zhirong.chain.mode.eligibility import ConditionResult
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.stated_fact import FactCertificate
from zhirong.chain.mode.vocabulary import ChargeKind
from zhirong.chain.pledge.records import Filing, GroundFinding, Pledgeable
from zhirong.chain.quote.optional_inputs import Judged, OnePlusOne, Substitute
from zhirong.chain.right.life import LegalLife
from zhirong.chain.right.records import Right
from zhirong.chain.right.status import StatusOn
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.tabular import Table, Tabular, in_yuan, percent
from zhirong.kernel.text import Text

FlowKind = Literal["drawdown", "principal", ChargeKind]
Fact = bool | Decimal | int | str | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoanRequest:
    """The firm's request.

    amount: fen. annual_rate: the rate that lender and firm have agreed; None leaves it to the rate rule. method,
    cycle: of repayment. start: the day of disbursement.
    """

    amount: Fen
    term_months: int
    purpose: Text
    method: Method
    cycle: Cycle
    start: date
    annual_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CreditCase:
    """One firm with its rights and its request, as of one day.

    region: GB/T 2260 code of the firm's registration. sources: what the case was taken from, in words. assumed:
    statements of the case that no document gives. facts: facts that financing modes may test, by the names of the
    mode language. filing: the planned pledge. beside: team, indicators, title investigation and override, as far as
    they are stated. stated: size, purpose, evidence, receipts, other security and the institutions' own figures.
    """

    id: str
    title: Text
    as_of: date
    region: str
    firm_name: str
    firm_code: str
    sources: tuple[str, ...]
    assumed: tuple[Text, ...]
    request: LoanRequest
    rights: tuple[Right, ...]
    filing: Filing
    appraisal: AppraisalRequest | None
    credit: CreditFile
    facts: Mapping[str, Fact]
    beside: OnePlusOne = OnePlusOne()
    certificates: Mapping[str, FactCertificate] = field(default_factory=dict)
    stated: StatedForLimit = StatedForLimit()

    def __repr__(self) -> str:
        asked, rights = self.request, len(self.rights)
        return f"<CreditCase {self.id}: {self.firm_name}, CNY {show_yuan(asked.amount)} for {asked.term_months} months, {rights} right(s), as of {self.as_of}>"


class GateVerdict(StrEnum):
    """The result of an eligibility check. An open check lets the quote pass on condition that the missing item is
    provided.
    """

    PASSED = "passed"
    OPEN = "open"
    FAILED = "failed"


class GateScope(StrEnum):
    """The effect of a failed check: it removes the entire loan, or only the named rights from the pledge."""

    LOAN = "loan"
    PLEDGE = "pledge"


@dataclass(frozen=True, slots=True)
class Gate:
    """One eligibility check. code: stable English key. scope: the part that a failure removes."""

    code: str
    verdict: GateVerdict
    title: Text
    reason: Text
    hint: Text | None = None
    references: tuple[Reference, ...] = ()
    scope: GateScope = GateScope.LOAN


@dataclass(frozen=True, slots=True)
class RightView:
    """One right as the quote sees it. remaining: years of legal life left, None without a known end."""

    right: Right
    status: StatusOn
    life: LegalLife
    findings: tuple[GroundFinding, ...]
    pledgeable: Pledgeable
    remaining: Decimal | None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit of the recognised pledge value: a share of the appraised value, and that share in whole fen."""

    code: str
    title: Text
    rate: Fraction
    amount: Fen
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RightShare:
    """What one right adds to the recognised pledge value. alone: its value if it were pledged alone, in fen.

    adds: the value of all rights less that of all others. removed: why it is omitted, None if it counts.
    """

    right_id: str
    title: str
    alone: Fen
    adds: Fen
    removed: Text | None = None


@dataclass(frozen=True, slots=True)
class PledgeValue:
    """The recognised pledge value V in fen: the amount at which the lender counts the pledged rights, the lowest
    limit of the right that carries it.

    rate: V over the appraised value (P50), rounded down to four decimals, None without a value: the pledge rate.
    binding: code of the deciding limit or check. limits: of the right that carries the value, lowest first.
    lending: its lending value. rights: the contribution of each right, and the omitted rights. changes: ways to raise
    the binding limit.
    """

    amount: Fen
    rate: Decimal | None
    binding: str
    limits: tuple[RateLimit, ...]
    lending: LendingValue | None
    rights: tuple[RightShare, ...]
    changes: tuple[LimitChange, ...]
    explanation: Explanation


class LimitDecision(StrEnum):
    """The decision of the quote. ``offer`` is the full amount, ``offer_less`` a smaller one."""

    OFFER = "offer"
    OFFER_LESS = "offer_less"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class DrawingCondition:
    """A condition that must be met before or while money is drawn. code: stable English key."""

    code: str
    text: Text
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class CreditLimit:
    """The answer: the amount, the mode, and what limits it.

    amount: fen, 0 where declined. mode_id: the mode that gives it, None if only the lender bears the loss. binding:
    code of the cap or check that decides. uncovered: the limit if only the lender bears the loss. conditional: a
    check is still open, or money may be drawn on conditions only. limit: the calculation behind the amount.
    """

    decision: LimitDecision
    amount: Fen
    mode_id: str | None
    binding: str
    binding_title: Text
    conditional: bool
    limit: ModeLimit
    uncovered: ModeLimit
    caps: tuple[LimitCap, ...]
    changes: tuple[LimitChange, ...]
    conditions: tuple[DrawingCondition, ...]
    explanation: Explanation

    def __repr__(self) -> str:
        return f"<CreditLimit {self.decision}: CNY {show_yuan(self.amount)}, set by {self.binding}, mode {self.mode_id}>"


@dataclass(frozen=True, slots=True)
class PartyAmount:
    """The part of one party, in fen."""

    role: str
    name: Text
    amount: Fen


@dataclass(frozen=True, slots=True)
class MissingItem:
    """A missing item. who: the role that has to provide it; name: the party in that role."""

    who: str
    name: Text
    what: Text


@dataclass(frozen=True, slots=True)
class FirmPayment:
    """One payment from the firm's view: receipts positive, payments negative, in fen."""

    day: date
    amount: Fen
    title: Text
    kind: FlowKind


@dataclass(frozen=True, slots=True)
class Offer:
    """One financing mode for this case.

    eligible: no if a condition is unmet, unknown if one could not be decided. limit: the credit limit under the
    mode; caps: in words, the binding one first. amount: the loan in fen, 0 where there is none. limited_by: code of
    the deciding cap or check. annual_cost: effective annual rate of the firm's cash flows with subsidies;
    cost_before_subsidy: without them. full_loss: the part of each party if the entire principal is lost. at_default:
    the same if the firm defaults at once and the security brings its recognised value. expected_loss: over the life
    of the loan.
    """

    mode: Mode
    eligible: Pledgeable
    conditions: tuple[ConditionResult, ...]
    limit: ModeLimit
    caps: tuple[LimitCap, ...]
    changes: tuple[LimitChange, ...]
    drawing: tuple[DrawingCondition, ...]
    amount: Fen
    limited_by: str
    limited_by_title: Text
    term_months: int
    annual_rate: Decimal
    schedule: Schedule | None
    charges: tuple[ModeCharge, ...]
    cash_flows: tuple[FirmPayment, ...]
    annual_cost: Decimal | None
    cost_before_subsidy: Decimal | None
    full_loss: tuple[PartyAmount, ...]
    at_default: tuple[PartyAmount, ...]
    expected_loss: tuple[PartyAmount, ...]
    default_chance: Decimal
    needs: tuple[MissingItem, ...]
    explanation: Explanation

    def __repr__(self) -> str:
        return f"<Offer {self.mode.id}: eligible {self.eligible}, CNY {show_yuan(self.amount)}, set by {self.limited_by}>"


@dataclass(frozen=True, slots=True)
class Quote(Tabular):
    """The complete answer, and its inputs.

    region_name: of the firm's region. credit: with an override that is in force. judged: "1 + 1". substitutes:
    inputs that the case does not state and their replacements. pledge: the recognised pledge value; can_pledge:
    some right passes every check. published: P10 and P90 as the appraisal publishes them, in fen, None without a
    value.
    """

    case: CreditCase
    region_name: Text
    rights: tuple[RightView, ...]
    appraisal: Appraisal | NoValue
    pledge: PledgeValue
    credit: CreditAssessment
    evidence: EvidenceScore
    judged: Judged
    substitutes: tuple[Substitute, ...]
    gates: tuple[Gate, ...]
    credit_limit: CreditLimit
    offers: tuple[Offer, ...]
    doubts: tuple[Reference, ...]
    rules_version: str
    can_pledge: bool
    published: tuple[Fen, Fen] | None

    @property
    def lending(self) -> LendingValue | None:
        """Return the lending value of the right that carries the pledge."""
        return self.pledge.lending

    def __repr__(self) -> str:
        limit, asked = self.credit_limit, self.case.request.amount
        under = f"mode {limit.mode_id}" if limit.mode_id else "lender alone"
        return f"<Quote {self.case.id}: {limit.decision}, CNY {show_yuan(limit.amount)} of {show_yuan(asked)} requested, {under}>"

    def as_table(self) -> Table:
        """One row for each financing mode, those that can be used first."""
        order = {"yes": 0, "unknown": 1, "no": 2}
        offers = sorted(self.offers, key=lambda offer: (order[offer.eligible], -offer.amount))
        return Table(
            ("mode_id", "title", "eligible", "amount_yuan", "set_by", "rate_percent", "annual_cost_percent"),
            tuple(
                (
                    offer.mode.id,
                    offer.mode.title.zh,
                    str(offer.eligible),
                    in_yuan(offer.amount),
                    offer.limited_by,
                    percent(offer.annual_rate),
                    percent(offer.annual_cost),
                )
                for offer in offers
            ),
        )
