"""The result of an appraisal: a value as a distribution, or the reason why there is none; and its worth to a
lender.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhirong.chain.appraisal.method import Alarm, Approach, Driver
from zhirong.chain.appraisal.request import AppraisalRequest
from zhirong.chain.appraisal.simulation import Distribution
from zhirong.kernel.explain import Explanation
from zhirong.kernel.money import Fen, show_yuan
from zhirong.kernel.rulebook import RuleValue
from zhirong.kernel.tabular import Table, Tabular, in_yuan
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


@dataclass(frozen=True, slots=True)
class TornadoBar:
    """The effect of one input on P50: the input is set to its own P10 and P90 on every path, all else as drawn.

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
        """Return the shift of P50; negative if more of the input means less value."""
        return self.p50_high - self.p50_low


@dataclass(frozen=True, slots=True)
class RemainingLife:
    """Years from the valuation date in which the rights can still earn, and the event that ends them first.

    legal: until the legal protection ends, None without a known end. contract: until the contract does. cap: the
    lesser of the two. economic: the methods' stated life (most likely) under the cap; None if no method states one.
    decisive: the id of the right whose legal life counts. unknown: rights whose legal life cannot be determined,
    with the missing fields.
    """

    legal: float | None
    contract: float | None
    economic: float | None
    decisive: str | None
    unknown: tuple[tuple[str, tuple[str, ...]], ...]
    explanation: Explanation

    @property
    def cap(self) -> float | None:
        """Return the years after which nothing is earned regardless of the methods; None means no cap."""
        ends = [years for years in (self.legal, self.contract) if years is not None]
        return min(ends) if ends else None

    @property
    def remaining(self) -> float | None:
        """Return the shortest of legal, contractual and stated economic life; None if none of them is known."""
        return self.cap if self.economic is None else self.economic


@dataclass(frozen=True, slots=True)
class Appraisal(Tabular):
    """The value of rights for a purpose on a day: a distribution, never a bare point.

    value: the reconciled distribution. results: each method's. day: the day the rules were taken from. stale: the
    valuation date is older than the rule allows; the value is still shown, but may not be relied on.
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
        """Return P50 of the reconciled distribution: the value that a pledge rate refers to. Show the interval with
        it.
        """
        return self.value.median

    def interval(self) -> tuple[Fen, Fen]:
        """P10 and P90."""
        return self.value.percentiles[10], self.value.percentiles[90]

    def show(self, lang: Lang = "zh") -> str:
        """Return the value for display, in one line, with its interval."""
        low, high = self.interval()
        shown = f"{show_yuan(self.appraised_value)}", f"{show_yuan(low)}", f"{show_yuan(high)}"
        if lang == "zh":
            return f"{shown[0]} 元（八成可能在 {shown[1]} 至 {shown[2]} 元之间）"
        return f"CNY {shown[0]} (80 % likely between {shown[1]} and {shown[2]})"

    def __repr__(self) -> str:
        low, high = self.interval()
        return f"<Appraisal CNY {show_yuan(self.appraised_value)} (P10 {show_yuan(low)}, P90 {show_yuan(high)}), {len(self.results)} method(s), {len(self.alarms)} alarm(s)>"

    def as_table(self) -> Table:
        """One row for each method, and the reconciled value."""
        rows = [(one.method, one.weight * 100, one.value) for one in self.results]
        return Table(
            ("method", "weight_percent", "p10_yuan", "p50_yuan", "p90_yuan", "mean_yuan"),
            tuple(
                (
                    method,
                    weight,
                    in_yuan(value.percentiles[10]),
                    in_yuan(value.median),
                    in_yuan(value.percentiles[90]),
                    in_yuan(value.mean),
                )
                for method, weight, value in (*rows, ("reconciled", None, self.value))
            ),
        )


@dataclass(frozen=True, slots=True)
class NoValue:
    """The reason why no value can be given, and how to fix it. Never the same as a value of zero."""

    code: str
    reason: Text
    hint: Text
    explanation: Explanation

    def __repr__(self) -> str:
        return f"<NoValue {self.code}: {self.reason.en}>"


@dataclass(frozen=True, slots=True)
class LendingFactor:
    """One factor of a lending value: a share between 0 and 1, and the rules it was read from."""

    name: str
    label: Text
    value: Decimal
    rules: tuple[RuleValue, ...]
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class LendingValue:
    """The amount in fen that a lender may count on from the rights if the loan fails.

    low_value: the low quantile that it starts from. factors: the deductions in order, each a share. sale_day: the
    expected completion of the sale.
    """

    fen: Fen
    low_value: Fen
    quantile: int
    factors: tuple[LendingFactor, ...]
    sale_day: date
    explanation: Explanation

    def share_of(self, appraisal: Appraisal) -> Decimal:
        """Return lending value ÷ appraised value (P50): the highest pledge rate that the rights alone support."""
        if appraisal.appraised_value == 0:
            return Decimal(0)
        return Decimal(self.fen) / Decimal(appraisal.appraised_value)
