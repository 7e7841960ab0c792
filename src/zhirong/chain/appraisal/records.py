"""What an appraisal says: a value as a distribution, or no value and why; and what it is worth to a lender."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal.method import Alarm, Approach, Driver
from zhirong.chain.appraisal.request import AppraisalRequest
from zhirong.chain.appraisal.simulate import Distribution
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.money import Fen, show_yuan, yuan
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.text import Lang, Text


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One method's value and its weight in the reconciled one (the weights of an appraisal sum to 1)."""

    id: str
    method: str
    approach: Approach
    title: Text
    weight: Decimal
    value: Distribution
    drivers: tuple[Driver, ...]
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "id": self.id,
            "method": self.method,
            "approach": self.approach,
            "title": self.title.as_json(),
            "weight": plain(self.weight),
            "value": self.value.as_json(),
            "inputs": [
                {
                    "input": f"{self.id}.{driver.name}",
                    "label": driver.label.as_json(),
                    "figures": [{"label": label.as_json(), **figure.as_json()} for label, figure in driver.figures],
                }
                for driver in self.drivers
            ],
        }


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """What one input does to P50: set to its own P10 and P90 on every path, all else as drawn.

    input_low, input_high: the input there, in its own unit. p50_low, p50_high: the value's P50 then, in fen.
    """

    input: str
    label: Text
    input_low: float
    input_high: float
    p50_low: Fen
    p50_high: Fen

    @property
    def swing(self) -> Fen:
        """How far P50 moves; negative where more of the input means less value."""
        return self.p50_high - self.p50_low

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "input": self.input,
            "label": self.label.as_json(),
            "input_p10": f"{self.input_low:.6g}",
            "input_p90": f"{self.input_high:.6g}",
            "p50_at_p10": yuan(self.p50_low),
            "p50_at_p90": yuan(self.p50_high),
            "swing": yuan(self.swing),
        }


@dataclass(frozen=True, slots=True)
class RemainingLife:
    """Years that the rights can still earn, from the valuation date, and what ends them first.

    legal: until the law ends the protection, None without an end known. contract: until the contract does.
    cap: the lesser of the two. economic: the methods' stated life (most likely) under the cap; None if no
    method states one. decisive: the id of the right whose legal life counts. unknown: rights whose legal life
    cannot be determined, with the fields that are missing.
    """

    legal: float | None
    contract: float | None
    economic: float | None
    decisive: str | None
    unknown: tuple[tuple[str, tuple[str, ...]], ...]
    explanation: Explanation

    @property
    def cap(self) -> float | None:
        """Years after which nothing is earned whatever the methods state; None is without a cap."""
        ends = [years for years in (self.legal, self.contract) if years is not None]
        return min(ends) if ends else None

    @property
    def remaining(self) -> float | None:
        """The least of legal, contractual and stated economic life; None if none of them is known."""
        return self.cap if self.economic is None else self.economic

    def as_json(self) -> dict[str, object]:
        """Stable keys; years with two decimals."""
        shown = {"legal": self.legal, "contract": self.contract, "economic": self.economic}
        return {
            **{key: None if years is None else f"{years:.2f}" for key, years in shown.items()},
            "decisive_right": self.decisive,
        }


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What rights are worth, for a purpose, on a day: a distribution, never a bare point.

    value: the reconciled distribution. results: each method's. day: the day the rules were taken from.
    stale: the valuation date is older than the rule allows; the value then stands, but may not be relied on.
    """

    request: AppraisalRequest
    day: date
    value: Distribution
    results: tuple[MethodResult, ...]
    tornado: tuple[TornadoBar, ...]
    life: RemainingLife
    alarms: tuple[Alarm, ...]
    stale: bool
    explanation: Explanation

    @property
    def appraised_value(self) -> Fen:
        """P50 of the reconciled distribution: the value that a pledge rate refers to. Show the interval with it."""
        return self.value.median

    def interval(self) -> tuple[Fen, Fen]:
        """P10 and P90."""
        return self.value.percentiles[10], self.value.percentiles[90]

    def show(self, lang: Lang = "zh") -> str:
        """The value for people, in one line, with its interval."""
        low, high = self.interval()
        shown = f"{show_yuan(self.appraised_value)}", f"{show_yuan(low)}", f"{show_yuan(high)}"
        if lang == "zh":
            return f"{shown[0]} 元（八成可能在 {shown[1]} 至 {shown[2]} 元之间）"
        return f"CNY {shown[0]} (80 % likely between {shown[1]} and {shown[2]})"

    def as_json(self) -> dict[str, object]:
        """Stable keys; amounts as strings in yuan."""
        request = self.request
        return {
            "purpose": request.purpose,
            "valuation_date": request.valuation_date.isoformat(),
            "rules_as_of": self.day.isoformat(),
            "rights": list(request.rights),
            "value": self.value.as_json(),
            "methods": [result.as_json() for result in self.results],
            "life": self.life.as_json(),
            "tornado": [bar.as_json() for bar in self.tornado],
            "correlations": [
                {"between": [pair.one, pair.other], "rho": f"{pair.rho:g}"} for pair in request.correlations
            ],
            "redeployability": request.redeployability,
            "seed": request.seed,
            "stale": self.stale,
            "alarms": [alarm.as_json() for alarm in self.alarms],
            "explanation": self.explanation.as_json(),
        }


@dataclass(frozen=True, slots=True)
class NoValue:
    """No value can be given: why, and how to fix that. Never the same as a value of zero."""

    code: str
    reason: Text
    hint: Text
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "code": self.code,
            "reason": self.reason.as_json(),
            "hint": self.hint.as_json(),
            "explanation": self.explanation.as_json(),
        }


@dataclass(frozen=True, slots=True)
class LendingFactor:
    """One factor of a lending value: a share between 0 and 1, and the rules it was read from."""

    name: str
    label: Text
    value: Decimal
    rules: tuple[RuleValue, ...]
    explanation: Explanation

    def as_json(self) -> dict[str, object]:
        """Stable keys for programs."""
        return {
            "factor": self.name,
            "label": self.label.as_json(),
            "value": plain(self.value),
            "references": [rule.reference.as_json() for rule in self.rules],
        }


@dataclass(frozen=True, slots=True)
class LendingValue:
    """What a lender may count on from the rights if the loan fails, in fen.

    low_value: the low quantile that it starts from. factors: what is taken off it, in order, each a share.
    sale_day: the day on which a sale is expected to end.
    """

    fen: Fen
    low_value: Fen
    quantile: int
    factors: tuple[LendingFactor, ...]
    sale_day: date
    explanation: Explanation

    def share_of(self, appraisal: Appraisal) -> Decimal:
        """Lending value ÷ appraised value (P50): the greatest pledge rate that the rights alone bear."""
        if appraisal.appraised_value == 0:
            return Decimal(0)
        return Decimal(self.fen) / Decimal(appraisal.appraised_value)

    def as_json(self) -> dict[str, object]:
        """Stable keys; amounts as strings in yuan."""
        return {
            "lending_value": yuan(self.fen),
            "low_value": yuan(self.low_value),
            "quantile": self.quantile,
            "factors": [factor.as_json() for factor in self.factors],
            "sale_day": self.sale_day.isoformat(),
            "explanation": self.explanation.as_json(),
        }
