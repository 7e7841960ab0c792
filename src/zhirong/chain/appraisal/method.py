"""The interface of every appraisal method, so that a new one is one module and one line in the registry."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol, Self

import numpy as np

from zhirong.chain.appraisal.uncertain import Array, Level, Uncertain, Widening
from zhirong.kernel.explain import Explanation
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text

Approach = Literal["income", "market", "cost", "option", "cross_check"]

APPROACH_TEXT: Mapping[Approach, Text] = {
    "income": Text("收益法", "income approach"),
    "market": Text("市场法", "market approach"),
    "cost": Text("成本法", "cost approach"),
    "option": Text("期权法", "option approach"),
    "cross_check": Text("仅供核对", "cross-check only"),
}
# A cross-check never determines the value, regardless of the rules' preference.
NEVER_DECIDES: Approach = "cross_check"


@dataclass(frozen=True, slots=True)
class Setting:
    """The part of the request that the reader of a method needs: the purpose and date of the value. renewed:
    whether the holder can renew one of the rights that carry the value without limit, so that an income may
    continue indefinitely.
    """

    purpose: str
    valuation_date: date
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """A warning that a reader of the value must know before using it. code: stable English key."""

    code: str
    text: Text


@dataclass(frozen=True, slots=True)
class MethodRefusal:
    """The reason why a method cannot be used with its inputs, and how to fix it. code: stable English key."""

    code: str
    reason: Text
    hint: Text


@dataclass(frozen=True, slots=True)
class Driver:
    """One source of uncertainty of a method: the figures that move together with it.

    name: unique inside the method; correlations and the tornado call it ``<method id>.<name>``. figures: its
    figures with their labels. Several (the years of a forecast, the items of a build-up) share one draw: they are
    high together or low together, so that diversification never makes a low quantile look better. quantile: how the
    figures make one quantity at a probability; None adds them up. by_year: whether the figures are those of
    successive years.
    """

    name: str
    label: Text
    figures: tuple[tuple[Text, Uncertain], ...]
    quantile: Callable[[Level, Widening], Level] | None = None
    by_year: bool = False

    def total(self, u: Level, widening: Widening) -> Level:
        """Return its quantity at probability ``u``."""
        if self.quantile is not None:
            return self.quantile(u, widening)
        return sum((widening.quantile(figure, u) for _, figure in self.figures), start=0.0)

    def explain(self) -> Explanation:
        """Return its figures as stated."""
        if len(self.figures) == 1:
            return self.figures[0][1].explain(self.label)
        return Explanation(self.label, parts=tuple(figure.explain(label) for label, figure in self.figures))


@dataclass(frozen=True, slots=True)
class FeeLadder:
    """The future annual fees of a patent. year: patent year on the valuation date. fee_paid: its fee, in yuan.

    to_first_fee: years until the next fee. fees: those of the later years, in yuan, to the end of the term.
    """

    year: int
    fee_paid: float
    to_first_fee: float
    fees: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RenewalTerms:
    """Returns over many rights, as renewals imply them (see ``renewal.Returns``), and the fees of these rights."""

    mu: float
    sigma: float
    decay: float
    ladders: tuple[FeeLadder, ...]


@dataclass(frozen=True, slots=True)
class MethodTerms:
    """Further inputs of a method.

    widening: by evidence grade. life_cap: years from the valuation date after which the right no longer earns, by
    law or contract; None means no cap. renewal: fees and returns, where a method needs them.
    """

    widening: Widening
    life_cap: float | None
    renewal: RenewalTerms | None = None

    def capped(self, years: Level) -> Level:
        """Return a life in years, never beyond the cap."""
        return years if self.life_cap is None else np.minimum(years, self.life_cap)


class AppraisalMethod(Protocol):
    """A method with its inputs, read from a request.

    id: the name that the request gives it. method: the code of the method. approach: the approach it belongs to.
    """

    @property
    def id(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def approach(self) -> Approach: ...
    @property
    def title(self) -> Text: ...

    def drivers(self) -> tuple[Driver, ...]:
        """Its sources of uncertainty."""
        ...

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """Return the value in yuan on every path; ``uniforms`` holds one probability per path (or one for all) for
        each driver.
        """
        ...

    def has_economic_input(self) -> bool:
        """Return whether its amounts can be above zero; if not, the value is zero because an input is stated as
        zero.
        """
        ...

    def stated_life(self) -> float | None:
        """Return the economic life in years, most likely as stated, where the method has one."""
        ...

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return the unusual inputs by the rules of ``day``."""
        ...

    def refusal(self, rules: Rulebook, day: date) -> MethodRefusal | None:
        """Return why the rules of ``day`` allow no value by this method; None if they do."""
        ...

    def under(self, rules: Rulebook, day: date) -> Self:
        """Return the method with its inputs counted as the rules of ``day`` allow."""
        ...

    def explain(self) -> Explanation:
        """The method, its choices and its inputs as stated."""
        ...


class Ordinary:
    """The defaults of most methods: no warning, nothing that prevents a value, no life stated."""

    __slots__ = ()

    def under(self, rules: Rulebook, day: date) -> Self:
        """Return the method unchanged: all of its inputs count."""
        return self

    def stated_life(self) -> float | None:
        """Return None: no economic life is stated."""
        return None

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return nothing: no input is unusual by itself."""
        return ()

    def refusal(self, rules: Rulebook, day: date) -> MethodRefusal | None:
        """Return None: nothing prevents a value."""
        return None


def single(name: str, label: Text, figure: Uncertain) -> Driver:
    """Return a driver of one figure."""
    return Driver(name, label, ((label, figure),))


def any_positive(figures: Sequence[Uncertain]) -> bool:
    """Return whether any of the figures can be above zero."""
    return any(figure.high > 0 for figure in figures)
