"""Comparable transactions: prices paid for similar rights, adjusted, and weighted by similarity.

The user maintains the table of deals. Their spread is the uncertainty of the value: this right's price is one more
draw from the same market, not the average of the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from math import exp, hypot, sqrt
from typing import Any, ClassVar, Literal, Self

import numpy as np

from zhirong.chain.appraisal.method import (
    Alarm,
    Approach,
    Driver,
    MethodRefusal,
    MethodTerms,
    Ordinary,
    Setting,
    single,
)
from zhirong.chain.appraisal.simulation import normal_quantile
from zhirong.chain.appraisal.uncertain import AS_STATED, Array, Level, Uncertain, Widening, read_uncertain
from zhirong.kernel.days import add_months, years_between
from zhirong.kernel.explain import Explanation, plain
from zhirong.kernel.fields import Reader
from zhirong.kernel.money import FEN_PER_YUAN, Fen, show_yuan
from zhirong.kernel.provenance import EVIDENCE_TEXT, EvidenceGrade, read_grade
from zhirong.kernel.rulebook import Rulebook
from zhirong.kernel.text import Text, same

DealKind = Literal["sale", "licence", "auction", "disposal", "offer"]
DEAL_TEXT: Mapping[DealKind, Text] = {
    "sale": Text("转让成交", "sale"),
    "licence": Text("许可成交", "licence"),
    "auction": Text("拍卖成交", "auction"),
    "disposal": Text("质物处置成交", "disposal"),
    "offer": Text("报价（未成交）", "offer, not a completed deal"),
}
_P90 = 0.9


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal of the table.

    price: fen. scale: the unit of the price (yearly revenue, number of rights): prices per unit are compared.
    similarity: weight, above 0 and at most 1. adjustments: factors that adjust the deal to the subject (terms of
    the deal, its time, the right itself), multiplied.
    """

    label: str
    kind: DealKind
    day: date
    price: Fen
    scale: Decimal
    similarity: Decimal
    adjustments: tuple[tuple[Text, Decimal], ...]
    grade: EvidenceGrade
    source: str

    @property
    def unit_price(self) -> float:
        """Return the adjusted price of one unit of scale, in yuan."""
        factor = 1.0
        for _, adjustment in self.adjustments:
            factor *= float(adjustment)
        return self.price / FEN_PER_YUAN / float(self.scale) * factor

    @property
    def figure(self) -> Uncertain:
        """Return its price in yuan with its evidence."""
        price = Decimal(self.price) / FEN_PER_YUAN
        return Uncertain(price, price, price, self.grade, "yuan", self.source)

    @property
    def weight(self) -> float:
        """Return its weight: its similarity, or half of it for an offer."""
        return float(self.similarity) * (0.5 if self.kind == "offer" else 1.0)

    def doubt(self, widening: Widening) -> float:
        """Return its additional standard deviation, as a share of its price, for dissimilarity and weak evidence.

        A figure that its grade widens by ±w of itself is triangular, with a variance of w²/6.
        """
        return hypot(float(1 - self.similarity) / 2, widening.relative[self.grade] / sqrt(6.0))


@dataclass(frozen=True, slots=True)
class Spread:
    """The evidence of the deals for one unit: log mean and log deviation of a further deal, and the deals used.

    variation: weighted standard deviation over weighted mean of the adjusted unit prices. effective: the effective
    number of deals, (Σw)² / Σw².
    """

    mean_log: float
    deviation: float
    variation: float
    effective: float


def spread_of(prices: Sequence[float], weights: Sequence[float], unlikeness: Sequence[float]) -> Spread:
    """Return the spread of a further deal, from at least two prices.

    Prices are assumed log-normal. The deviation of a further one is s·√(1 + 1/n), with n the effective number,
    stretched so that its P10 to P90 is that of Student's t with n − 1 degrees of freedom. ``unlikeness`` adds each
    deal's own uncertainty (a share of its price) to s, so that deals that agree by chance do not look certain.
    """
    weight = np.asarray(weights) / sum(weights)
    logs = np.log(prices)
    mean = float(weight @ logs)
    effective = 1.0 / float(weight @ weight)
    within = float(weight @ (logs - mean) ** 2) * effective / (effective - 1.0)
    doubt = float(weight @ np.square(unlikeness))
    stretch = student_quantile(_P90, effective - 1.0) / float(normal_quantile(_P90))
    deviation = sqrt((within + doubt) * (1.0 + 1.0 / effective)) * stretch
    level = float(weight @ np.asarray(prices))
    variation = sqrt(float(weight @ (np.asarray(prices) - level) ** 2) * effective / (effective - 1.0)) / level
    return Spread(mean, deviation, variation, effective)


def student_quantile(p: float, freedom: float) -> float:
    """Return the quantile of Student's t, by integrating its density (1 + t²/ν)^(−(ν + 1)/2); error below 1e-4 for
    p to 0.99.
    """
    # t = √ν · tan θ turns the density into cos^(ν − 1) θ on a finite interval.
    theta = np.linspace(0.0, np.pi / 2, 20_001)[:-1]
    density = np.cos(theta) ** (freedom - 1.0)
    area = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    half = abs(p - 0.5) * 2.0 * area[-1]
    value = sqrt(freedom) * float(np.tan(np.interp(half, area, theta)))
    return value if p >= 0.5 else -value


@dataclass(frozen=True, slots=True)
class ComparableDeals(Ordinary):
    """Deals and the subject's scale, in the unit of the deals' scale. too_old: labels of deals that do not count."""

    method: ClassVar = "comparable_transactions"
    approach: ClassVar[Approach] = "market"
    title: ClassVar = Text("市场法（可比交易）", "comparable transactions")

    id: str
    deals: tuple[Deal, ...]
    scale: Uncertain
    unit: str
    valuation_date: date
    too_old: frozenset[str] = frozenset()

    def under(self, rules: Rulebook, day: date) -> Self:
        """Return the same with too old deals marked as not counting."""
        oldest = rules.at("appraisal.market.oldest", day).whole()
        return replace(self, too_old=frozenset(deal.label for deal in self.deals if self._older(deal, oldest)))

    def counted(self) -> tuple[Deal, ...]:
        """Return the deals and offers that are not too old; only they determine the value."""
        return tuple(deal for deal in self.deals if deal.label not in self.too_old)

    def spread(self, widening: Widening) -> Spread:
        """Return the evidence of the deals for one unit. Raises ValueError for fewer than two deals."""
        deals = self.counted()
        if len(deals) < 2:
            raise ValueError("one deal has no spread")
        return spread_of(
            [deal.unit_price for deal in deals],
            [deal.weight for deal in deals],
            [deal.doubt(widening) for deal in deals],
        )

    def unit_value(self, u: Level, widening: Widening) -> Level:
        """Price of one unit in yuan at probability ``u``."""
        spread = self.spread(widening)
        value: Level = np.exp(spread.mean_log + spread.deviation * normal_quantile(u))
        return value

    def drivers(self) -> tuple[Driver, ...]:
        """The deals together, and the subject's scale."""
        return (
            Driver(
                "deals",
                Text("可比交易单价", "unit price of comparable deals"),
                tuple((same(deal.label), deal.figure) for deal in self.counted()),
                self.unit_value,
            ),
            single(
                "scale", Text(f"评估对象规模（{self.unit}）", f"scale of the subject ({self.unit})"), self.scale
            ),
        )

    def values(self, uniforms: Mapping[str, Level], terms: MethodTerms) -> Array:
        """The value in yuan on every path."""
        unit = self.unit_value(uniforms["deals"], terms.widening)
        return np.asarray(unit * terms.widening.quantile(self.scale, uniforms["scale"]), dtype=np.float64)

    def has_economic_input(self) -> bool:
        """Return whether anything was paid and the scale is above zero."""
        return self.scale.high > 0 and bool(self.deals)

    def refusal(self, rules: Rulebook, day: date) -> MethodRefusal | None:
        """Return a problem if there are fewer deals than the rule requires, not counting offers and old deals, or
        if one deal outweighs the rest.
        """
        needed = rules.at("appraisal.market.fewest_deals", day).whole()
        oldest = rules.at("appraisal.market.oldest", day).whole()
        hint = Text("请补充成交案例，或改用其他方法", "add deals, or use another method")
        counted = [deal for deal in self.deals if deal.kind != "offer" and not self._older(deal, oldest)]
        if len(counted) < needed:
            reason = Text(
                f"可比成交只有 {len(counted)} 宗，少于 {needed} 宗（报价和 {oldest} 个月前的交易不计）",
                f"only {len(counted)} comparable deals, fewer than {needed} (offers and deals older than {oldest} months"
                " do not count)",
            )
            return MethodRefusal("too_few_deals", reason, hint)
        least = rules.at("appraisal.market.fewest_effective", day).number()
        effective = self.under(rules, day).spread(AS_STATED).effective
        if effective >= float(least):
            return None
        reason = Text(
            f"按相似度加权后只相当于 {effective:.2f} 宗成交，少于 {plain(least)} 宗，无法判断价格离散程度",
            f"weighted by similarity the deals amount to only {effective:.2f}, fewer than {plain(least)}: they do not"
            " show the dispersion of prices",
        )
        return MethodRefusal("too_few_deals", reason, hint)

    def cautions(self, rules: Rulebook, day: date) -> tuple[Alarm, ...]:
        """Return warnings: old deals, offers, and widely dispersed prices make the result weak."""
        months = rules.at("appraisal.market.old", day).whole()
        limit = rules.at("appraisal.market.variation_limit", day).number()
        found = []
        old = [deal.label for deal in self.deals if self._older(deal, months)]
        if old:
            names = "、".join(old), ", ".join(old)
            text = Text(
                f"交易已过 {months} 个月，参考性弱：{names[0]}",
                f"deals older than {months} months are weak evidence: {names[1]}",
            )
            found.append(Alarm("old_deals", text))
        offers = [deal.label for deal in self.deals if deal.kind == "offer"]
        if offers:
            names = "、".join(offers), ", ".join(offers)
            text = Text(
                f"含报价而非成交，权重减半：{names[0]}", f"offers, not completed deals, count half: {names[1]}"
            )
            found.append(Alarm("offers_not_deals", text))
        variation = self.spread(AS_STATED).variation if len(self.counted()) > 1 else 0.0
        if variation > float(limit):
            text = Text(
                f"调整后单价离散：变异系数 {variation:.0%}，超过 {limit:.0%}",
                f"adjusted unit prices are widely dispersed: coefficient of variation {variation:.0%}, above {limit:.0%}",
            )
            found.append(Alarm("deals_dispersed", text))
        return tuple(found)

    def _older(self, deal: Deal, months: int) -> bool:
        return add_months(deal.day, months) < self.valuation_date

    def explain(self) -> Explanation:
        """Explain every deal with its adjustments and weight, and their dispersion."""
        parts = [
            _deal_explanation(deal, self.unit, self.valuation_date, deal.label in self.too_old)
            for deal in self.deals
        ]
        if len(self.counted()) > 1:
            spread = self.spread(AS_STATED)
            shown = Text(
                f"中位单价 {exp(spread.mean_log):,.4g} 元，变异系数 {spread.variation:.1%}，"
                f"有效案例数 {spread.effective:.1f}",
                f"median unit price CNY {exp(spread.mean_log):,.4g}, coefficient of variation {spread.variation:.1%},"
                f" effective number of deals {spread.effective:.1f}",
            )
            parts.append(Explanation(Text("离散程度", "dispersion"), shown))
        return Explanation(
            self.title,
            formula=Text(
                "V = 规模 × 调整后单价的对数正态分布（按相似度加权，含再成交一宗的不确定性）",
                "V = scale × log-normal of adjusted unit prices (weighted by similarity, as of one further deal)",
            ),
            parts=(self.drivers()[1].explain(), *parts),
        )


def _deal_explanation(deal: Deal, unit: str, valuation_date: date, is_too_old: bool) -> Explanation:
    """Return one deal for display: price, scale, adjustments, weight, age, evidence, and whether it counts."""
    factors = " × ".join(plain(factor) for _, factor in deal.adjustments) or "1"
    age = years_between(deal.day, valuation_date)
    kind, grade = DEAL_TEXT[deal.kind], EVIDENCE_TEXT[deal.grade]
    formula = Text(
        f"{kind.zh} {deal.day}（{age:.1f} 年前）；¥{show_yuan(deal.price)} ÷ {plain(deal.scale)} {unit} × {factors}；"
        f"相似度 {plain(deal.similarity)}；{grade.zh}" + (f"；来源：{deal.source}" if deal.source else ""),
        f"{kind.en} of {deal.day} ({age:.1f} years ago); CNY {show_yuan(deal.price)} ÷ {plain(deal.scale)} {unit}"
        f" × {factors}; similarity {plain(deal.similarity)}; {grade.en}"
        + (f"; source: {deal.source}" if deal.source else ""),
    )
    if is_too_old:
        formula = Text(f"过旧，不计入；{formula.zh}", f"too old, not counted; {formula.en}")
    adjustments = tuple(Explanation(label, factor, "count") for label, factor in deal.adjustments)
    return Explanation(same(deal.label), same(f"¥{_shown(deal.unit_price)}"), formula=formula, parts=adjustments)


def _shown(amount: float) -> str:
    """Return a unit price for display: two decimals, or four significant digits if it is small."""
    return f"{amount:,.2f}" if amount >= 1 else f"{amount:.4g}"


# -- reading ------------------------------------------------------------------------------------------------------


def read_comparable_deals(reader: Reader, method_id: str, setting: Setting) -> ComparableDeals:
    """Read the method's inputs from its ``[[method]]`` table, after ``method`` and ``id``."""
    deals = tuple(read_deal(entry, setting.valuation_date) for entry in reader.tables("deal"))
    if not deals:
        reader.problem(
            "deal",
            "",
            "missing",
            Text("未填写可比交易", "no comparable deal is given"),
            Text("请填写可比交易（[[deal]]）", "give [[deal]] tables"),
        )
    labels = [deal.label for deal in deals]
    if len(set(labels)) < len(labels):
        reader.problem(
            "deal",
            ", ".join(labels),
            "deal_twice",
            Text("同一交易重复填写", "the same deal is given twice"),
            Text("每宗交易请只填写一次", "give each deal once"),
        )
    scale = read_uncertain(reader, "scale", "number", (Decimal("0.0001"), Decimal(10) ** 12))
    return ComparableDeals(method_id, deals, scale, reader.text("scale_unit"), setting.valuation_date)


def read_deal(reader: Reader, valuation_date: date) -> Deal:
    """Read one deal of the user's table: a ``[[deal]]`` of a case or a row of a file."""
    adjustments = []
    for entry in reader.tables("adjustment"):
        adjustments.append((entry.words("label"), entry.number("factor", Decimal("0.05"), Decimal(20))))
        entry.finish()
    price = reader.money("price", minimum=1)
    deal = Deal(
        label=reader.text("label"),
        kind=reader.choice("kind", tuple(DEAL_TEXT)),  # type: ignore[arg-type]
        day=reader.day("day"),
        price=max(1, price),
        scale=max(Decimal("0.0001"), reader.number("scale", Decimal("0.0001"), Decimal(10) ** 12)),
        similarity=max(Decimal("0.01"), reader.number("similarity", Decimal("0.01"), 1)),
        adjustments=tuple(adjustments),
        grade=read_grade(reader),
        source=reader.optional_text("source"),
    )
    if deal.day > valuation_date:
        reader.problem(
            "day",
            deal.day,
            "date_in_future",
            Text("晚于评估基准日", "after the valuation date"),
            Text("请只使用基准日及以前的交易", "use only deals up to the valuation date"),
        )
    reader.finish()
    return deal


def deal_table(row: Mapping[str, str]) -> dict[str, Any]:
    """Turn a row of the user's file of deals into the table that ``read_deal`` reads; invalid numbers stay text.

    Columns: label, kind, day, price, scale, similarity, grade, source, and ``adjust:<what for>`` for each factor.
    """
    table: dict[str, Any] = {}
    adjustments: list[dict[str, Any]] = []
    for name, written in row.items():
        value = written.strip()
        if not value:
            continue
        if name.startswith("adjust:"):
            adjustments.append({"label": name.removeprefix("adjust:"), "factor": _decimal(value)})
        else:
            table[name] = _decimal(value) if name in ("scale", "similarity") else value
    if adjustments:
        table["adjustment"] = adjustments
    return table


def _decimal(written: str) -> Decimal | str:
    try:
        return Decimal(written)
    except InvalidOperation:
        return written
