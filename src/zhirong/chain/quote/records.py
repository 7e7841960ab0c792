"""The case that is brought, and the answer that is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from zhirong.chain.appraisal.records import Appraisal, LendingValue, NoValue
from zhirong.chain.appraisal.request import AppraisalRequest
from zhirong.chain.credit.assess import CreditAssessment
from zhirong.chain.credit.file import CreditFile
from zhirong.chain.credit.weight_of_evidence import EvidenceScore
from zhirong.chain.loan.cycles import Cycle
from zhirong.chain.loan.schedule import Schedule
from zhirong.chain.loan.terms import Method
from zhirong.chain.mode.charges import Charge
from zhirong.chain.mode.eligibility import ConditionResult
from zhirong.chain.mode.model import Mode
from zhirong.chain.mode.stated_fact import Certificate
from zhirong.chain.pledge.records import Filing, Finding, Pledgeable
from zhirong.chain.quote.stated import Judged, OnePlusOne, Substitute
from zhirong.chain.right.life import LegalLife
from zhirong.chain.right.records import Right
from zhirong.chain.right.status import StatusOn
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, quantise_rate, yuan
from zhirong.kernel.rulebook import Reference
from zhirong.kernel.text import Text

Fact = bool | Decimal | int | str | date | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What the firm asks for.

    amount: fen. annual_rate: what lender and firm have agreed; None leaves it to the rate rule. method, cycle:
    how it is to be paid back. start: the day of the drawdown.
    """

    amount: Fen
    term_months: int
    purpose: Text
    method: Method
    cycle: Cycle
    start: date
    annual_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One firm with its rights and its request, as of one day.

    region: GB/T 2260 code of the firm's registration. sources: what the case was taken from, in words. assumed:
    statements of the case that no document gives. facts: what financing modes may ask about, by the names of the
    mode language. filing: the planned pledge. beside: team, indicators, title investigation and override, as far as
    they are stated.
    """

    id: str
    title: Text
    as_of: date
    region: str
    firm_name: str
    firm_code: str
    sources: tuple[str, ...]
    assumed: tuple[Text, ...]
    request: Request
    rights: tuple[Right, ...]
    filing: Filing
    appraisal: AppraisalRequest | None
    credit: CreditFile
    facts: Mapping[str, Fact]
    beside: OnePlusOne = OnePlusOne()
    certificates: Mapping[str, Certificate] = field(default_factory=dict)


class Verdict(StrEnum):
    """What a gate says. An open gate lets the quote pass on condition that what is missing is brought."""

    PASSED = "passed"
    OPEN = "open"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Gate:
    """One reason for which a lender declines before any sum is computed. code: stable English key."""

    code: str
    verdict: Verdict
    title: Text
    reason: Text
    mend: Text | None = None
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class RightView:
    """One right as the quote sees it. remaining: years of legal life left, None without a known end."""

    right: Right
    status: StatusOn
    life: LegalLife
    findings: tuple[Finding, ...]
    pledgeable: Pledgeable
    remaining: Decimal | None


@dataclass(frozen=True, slots=True)
class LineLimit:
    """One thing that limits the line, in fen."""

    code: str
    title: Text
    amount: Fen
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One limit of the pledge rate: a share of the appraised value, and that share in whole fen, rounded down."""

    code: str
    title: Text
    rate: Fraction
    amount: Fen
    explanation: Explanation

    def as_line_limit(self) -> LineLimit:
        """The same as a limit of the credit line."""
        return LineLimit(self.code, self.title, self.amount, self.explanation)


@dataclass(frozen=True, slots=True)
class Change:
    """What would lift the binding limit, all else as it is: an input, what it is now and what it must be.

    code: stable English key. now, needed: for people. to: the same as a number (yuan, share or points), None where
    it is a word. reaches: fen that the least of the limits then reaches at least.
    """

    code: str
    title: Text
    now: Text
    needed: Text
    to: Decimal | None
    reaches: Fen

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "code": self.code,
            "title": self.title.as_json(),
            "now": self.now.as_json(),
            "needed": self.needed.as_json(),
            "to": None if self.to is None else plain(self.to),
            "reaches": yuan(self.reaches),
        }


@dataclass(frozen=True, slots=True)
class PledgeRate:
    """The pledge rate for a case under a mode.

    rate: of the appraised value (P50), rounded down to four decimals. amount: fen. binding: code of the limit or of
    the gate that decides. limits: all of them, least first. changes: what would lift the binding one.
    """

    mode_id: str
    rate: Decimal
    amount: Fen
    binding: str
    limits: tuple[RateLimit, ...]
    changes: tuple[Change, ...]
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Stable keys; amounts as strings in yuan."""
        return {
            "mode": self.mode_id,
            "pledge_rate": plain(self.rate),
            "amount": yuan(self.amount),
            "binding": self.binding,
            "limits": [
                {
                    "code": limit.code,
                    "title": limit.title.as_json(),
                    "rate": plain(quantise_rate(limit.rate, 4)),
                    "amount": yuan(limit.amount),
                    "binding": limit.code == self.binding,
                }
                for limit in self.limits
            ],
            "changes": [change.as_json() for change in self.changes],
            "explanation": self.explanation.as_json(),
        }


class Decision(StrEnum):
    """The answer. ``offer`` is the whole amount, ``offer_less`` a smaller one."""

    OFFER = "offer"
    OFFER_LESS = "offer_less"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Line:
    """How much can be lent: the least of its limits, the binding one named.

    amount: fen, 0 where declined. pledge_rate: amount ÷ appraised value (P50), None without a value.
    conditional: some gate is still open.
    """

    decision: Decision
    amount: Fen
    binding: str
    limits: tuple[LineLimit, ...]
    pledge_rate: Decimal | None
    conditional: bool
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class PartyAmount:
    """What one party bears, in fen."""

    role: str
    name: Text
    amount: Fen


@dataclass(frozen=True, slots=True)
class Need:
    """Something still missing. who: the role that has to bring it; name: who that is here."""

    who: str
    name: Text
    what: Text


@dataclass(frozen=True, slots=True)
class CashFlow:
    """One payment as the firm sees it: received positive, paid negative, in fen."""

    day: date
    amount: Fen
    title: Text
    kind: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One financing mode for this case.

    eligible: no if a condition is unmet, unknown if one could not be decided. pledge_rate: the least of its limits
    under this mode, the lender's loss budget among them. amount: fen that would be lent, 0 where there is no line. limited_by: code of what keeps it below the line, empty where nothing does.
    annual_cost: effective annual rate of the firm's cash flows with subsidies; cost_before_subsidy without them.
    full_loss: who bears what if the whole principal is lost. expected_loss: the same for the loss distribution.
    """

    mode: Mode
    eligible: Pledgeable
    conditions: tuple[ConditionResult, ...]
    pledge_rate: PledgeRate
    amount: Fen
    limited_by: str
    term_months: int
    annual_rate: Decimal
    schedule: Schedule | None
    charges: tuple[Charge, ...]
    cash_flows: tuple[CashFlow, ...]
    annual_cost: Decimal | None
    cost_before_subsidy: Decimal | None
    full_loss: tuple[PartyAmount, ...]
    expected_loss: tuple[PartyAmount, ...]
    default_chance: Decimal
    needs: tuple[Need, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Quote:
    """The whole answer, and what it was made with.

    region_name: of the firm's region. credit: with an override that holds. judged: "1 + 1". substitutes: what the
    case does not state and what stood in for it.
    """

    case: Case
    region_name: Text
    rights: tuple[RightView, ...]
    appraisal: Appraisal | NoValue
    lending: LendingValue | None
    credit: CreditAssessment
    evidence: EvidenceScore
    judged: Judged
    substitutes: tuple[Substitute, ...]
    gates: tuple[Gate, ...]
    line: Line
    offers: tuple[Offer, ...]
    doubts: tuple[Reference, ...]
    rules_version: str
