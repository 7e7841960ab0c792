"""Weighted return on assets (WARA): the firm's required return less the return on its other assets is that of the
right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

import numpy as np

from zhirong.chain.appraisal.cashflow import annuity
from zhirong.chain.appraisal.discount import LEAST, weighted_return
from zhirong.chain.appraisal.earnings import Contributory, contributory_charge, read_contributory_assets
from zhirong.chain.appraisal.income import LEAST_LIFE
from zhirong.chain.appraisal.method import Alarm, Approach, Driver, MethodTerms, Ordinary, Setting, single
from zhirong.chain.appraisal.uncertain import (
    AS_STATED,
    Array,
    Level,
    Uncertain,
    Widening,
    of_the_future,
    read_uncertain,
)
from zhirong.kernel.explain import Explanation
from zhirong.kernel.fields import Reader
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text


@dataclass(frozen=True, slots=True)
class WeightedReturn(Ordinary):
    """enterprise: value of the firm in yuan. wacc: its average cost of capital. assets: all others, with their
    returns.

    required: the required return after tax on the right. life: None as long as law and contract let it earn.
    """

    method: ClassVar = "weighted_return"
    approach: ClassVar[Approach] = "income"
    title: ClassVar = Text("加权资产回报率法", "weighted return on assets (WARA)")

    id: str
    enterprise: Uncertain
    wacc: Uncertain
    assets: tuple[Contributory, ...]
    required: Uncertain
    life: Uncertain | None

    def drivers(self) -> tuple[Driver, ...]:
        """Return value and cost of capital of the firm, returns on other assets, required return on the right, and
        life.
        """
        figures = tuple(
            pair
            for asset in self.assets
            for pair in (
                (asset.label, asset.value),
                (Text(f"{asset.label.zh}回报率", f"return on {asset.label.en}"), asset.rate),
            )
        )
        life = (
            ()
            if self.life is None
            else (single("life", Text("经济寿命（年）", "economic life (years)"), self.life),)
        )
        return (
            single("enterprise", Text("企业价值", "value of the firm"), self.enterprise),
            single("wacc", Text("加权平均资本成本", "cost of capital"), self.wacc),
            Driver("charges", Text("其他资产回报", "returns on other assets"), figures, self.charge),
            single("discount", Text("权利要求回报率", "required return on the right"), self.required),
            *life,
        )

    def charge(self, u: Level, widening: Widening) -> Level:
        """Return the yearly return on other assets, in yuan, at probability ``u``."""
        return contributory_charge(
            [widening.quantile(asset.value, u) for asset in self.assets],
            [widening.quantile(asset.rate, u) for asset in self.assets],
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """Return the value in yuan on every path, between zero and the firm's value less its other assets."""
        at = {driver.name: driver.total(uniforms[driver.name], terms.widening) for driver in self.drivers()}
        others = sum((terms.widening.quantile(one.value, uniforms["charges"]) for one in self.assets), start=0.0)
        yearly = at["enterprise"] * at["wacc"] - at["charges"]
        years = terms.capped(at.get("life", np.inf))
        value = np.minimum(yearly * annuity(at["discount"], years), at["enterprise"] - others)
        return np.asarray(np.maximum(0.0, value), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether the firm has a value and a required return above zero."""
        return self.enterprise.high > 0 and self.wacc.high > 0

    def stated_life(self) -> float | None:
        """The stated economic life."""
        return None if self.life is None else float(self.life.mode)

    def average_return(self) -> float:
        """Return the weighted average return of all assets and the right, at the middle of each range; the right
        without an end.
        """

        def at(figure: Uncertain) -> float:
            return float(AS_STATED.quantile(figure, 0.5))

        charges = float(self.charge(0.5, AS_STATED))
        own = max(0.0, (at(self.enterprise) * at(self.wacc) - charges) / at(self.required))
        values = [*(at(asset.value) for asset in self.assets), own]
        return weighted_return(values, [*(at(asset.rate) for asset in self.assets), at(self.required)])

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return a warning if assets and right together do not earn the firm's cost of capital."""
        if not self.has_economic_input():
            return ()
        average, whole = self.average_return(), float(AS_STATED.quantile(self.wacc, 0.5))
        if abs(average - whole) <= float(rules.at("appraisal.wara_tolerance", day).number()):
            return ()
        text = Text(
            f"各项资产与权利的加权回报率 {average:.2%} 与加权平均资本成本 {whole:.2%} 不符：请核对各资产的价值和回报率",
            f"assets and right return {average:.2%} on average, the firm's capital costs {whole:.2%}: check values and"
            " returns",
        )
        return (Alarm("wara_off_wacc", text),)

    def explain(self) -> Explanation:
        """The formula of the method and its inputs as stated."""
        return Explanation(
            self.title,
            formula=Text(
                "V =（企业价值 × WACC − Σ 其他资产 × 回报率）× 年金系数（要求回报率，寿命），不高于企业价值 − Σ 其他资产",
                "V = (firm × WACC − Σ other assets × return) × annuity (return of the right, life), at most firm − Σ other"
                " assets",
            ),
            parts=tuple(driver.explain() for driver in self.drivers()),
        )


def read_weighted_return(reader: Reader, method_id: str, setting: Setting) -> WeightedReturn:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    bounds = (LEAST, Decimal(1))
    assets = read_contributory_assets(reader)
    life = None
    if reader.has("economic_life"):
        stated = read_uncertain(reader, "economic_life", "years", (LEAST_LIFE, Decimal(100)))
        life = of_the_future(stated, setting.purpose)
    return WeightedReturn(
        id=method_id,
        enterprise=read_uncertain(reader, "enterprise_value", "yuan"),
        wacc=read_uncertain(reader, "wacc", "rate", bounds),
        assets=tuple(assets),
        required=of_the_future(read_uncertain(reader, "required_return", "rate", bounds), setting.purpose),
        life=life,
    )
